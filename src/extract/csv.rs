//! The dialect of delimited text: its delimiter, whether the first row names the columns, and its first rows for the guesser.

use std::collections::{HashMap, HashSet};

use super::limit::COLUMNS;
use super::shapes::{self, Look};

/// How a delimited text is written. Quotes are `"`, doubled inside (RFC 4180), which is what all loggers write.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    /// Whether the first row names the columns.
    pub(super) header: bool,
    /// The columns' names, unique without regard to case.
    pub(super) columns: Vec<String>,
}

/// Rows that are looked at.
const ROWS: usize = 1000;

/// Finds the dialect of a text, if it is delimited at all. `single`: whether a single column will do.
pub(super) fn sniff(head: &[u8], whole: bool, single: bool) -> Option<Dialect> {
    let mut best: Option<(f64, usize, Dialect)> = None;
    for delimiter in [b',', b'\t', b';', b'|'] {
        let rows = rows(head, whole, delimiter, ROWS);
        let mut widths: HashMap<usize, usize> = HashMap::new();
        for row in &rows {
            *widths.entry(row.len()).or_default() += 1;
        }
        // The commonest width; among equals the greater.
        let Some((width, count)) = widths.into_iter().max_by_key(|(width, count)| (*count, *width)) else { continue };
        if width < 2 {
            continue;
        }
        let first = rows.first()?;
        let header = is_header(first, rows.get(1..).unwrap_or_default());
        let share = count as f64 / rows.len() as f64;
        // With names in the first row, ragged rows are rows to reject; without, they say that this is no table.
        let enough = if header { share >= 0.5 || first.len() == width } else { share >= 0.9 && has_plain_column(&rows, width) };
        if !enough {
            continue;
        }
        let width = if header { first.len() } else { width };
        if width < 2 {
            continue;
        }
        // So many columns are refused anyway; giving each a name of its own could take for ever.
        let columns = if header && width <= COLUMNS { names(first) } else { names(&vec![String::new(); width]) };
        let dialect = Dialect { delimiter, header, columns };
        if best.as_ref().is_none_or(|(known, wide, _)| (share, width) > (*known, *wide)) {
            best = Some((share, width, dialect));
        }
    }
    if best.is_none() && single {
        let rows = rows(head, whole, b',', ROWS);
        let first = rows.first()?;
        if rows.iter().all(|row| row.len() == 1) && is_header(first, rows.get(1..).unwrap_or_default()) {
            return Some(Dialect { delimiter: b',', header: true, columns: names(first) });
        }
    }
    best.map(|(_, _, dialect)| dialect)
}

/// The first rows after the header, each as wide as the header.
pub(super) fn sample(head: &[u8], whole: bool, dialect: &Dialect) -> Vec<Vec<String>> {
    rows(head, whole, dialect.delimiter, ROWS)
        .into_iter()
        .skip(usize::from(dialect.header))
        .filter(|row| row.len() == dialect.columns.len())
        .collect()
}

/// Up to `most` rows; a last row that the head cuts off is left out.
fn rows(head: &[u8], whole: bool, delimiter: u8, most: usize) -> Vec<Vec<String>> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut cell = Vec::new();
    let mut quoted = false;
    let mut at = 0;
    let finish = |cell: &mut Vec<u8>| String::from_utf8_lossy(&std::mem::take(cell)).into_owned();
    while let Some(byte) = head.get(at).copied() {
        at += 1;
        if quoted {
            match byte {
                b'"' if head.get(at) == Some(&b'"') => {
                    cell.push(b'"');
                    at += 1;
                }
                b'"' => quoted = false,
                _ => cell.push(byte),
            }
        } else if byte == b'"' && cell.is_empty() {
            quoted = true;
        } else if byte == delimiter {
            row.push(finish(&mut cell));
        } else if byte == b'\n' {
            if cell.last() == Some(&b'\r') {
                cell.pop();
            }
            row.push(finish(&mut cell));
            let done = std::mem::take(&mut row);
            if done.len() > 1 || done.first().is_some_and(|only| !only.is_empty()) {
                rows.push(done);
            }
            if rows.len() >= most {
                return rows;
            }
        } else {
            cell.push(byte);
        }
    }
    if (whole || rows.is_empty()) && (!cell.is_empty() || !row.is_empty()) {
        row.push(finish(&mut cell));
        rows.push(row);
    }
    rows
}

/// Whether a row holds names rather than values.
fn is_header(first: &[String], rest: &[Vec<String>]) -> bool {
    let names: Vec<&str> = first.iter().map(|name| name.trim()).collect();
    let is_name = |name: &&str| {
        name.len() <= 80
            && name.split_whitespace().count() <= 5
            && (shapes::look(name) == Look::Other || (shapes::look(name) == Look::Country && !repeats(name, rest)))
            && !name.contains(['=', '"', '{', '['])
    };
    let filled = names.iter().filter(|name| !name.is_empty()).count();
    // A nameless first column is an index that a data tool wrote.
    if filled == 0 || filled + 1 < names.len() || !names.iter().all(|name| name.is_empty() || is_name(name)) {
        return false;
    }
    let distinct: HashSet<&str> = names.iter().copied().filter(|name| !name.is_empty()).collect();
    // Values may repeat within a row, names rarely do.
    distinct.len() * 10 >= filled * 9 && !names.iter().any(|name| repeats(name, rest))
}

/// Whether a cell of the first row stands in the rows below in large part, as a value would.
fn repeats(name: &str, rest: &[Vec<String>]) -> bool {
    !name.is_empty() && rest.iter().filter(|row| row.iter().any(|cell| cell.trim() == name)).count() * 4 > rest.len().max(4) * 3
}

/// Whether some column holds values of one plain shape from top to bottom: what tells a table without names from prose with commas.
fn has_plain_column(rows: &[Vec<String>], width: usize) -> bool {
    let rows: Vec<&Vec<String>> = rows.iter().filter(|row| row.len() == width).collect();
    (0..width).any(|column| {
        let looks: Vec<Look> = rows.iter().filter_map(|row| row.get(column)).map(|cell| shapes::look(cell.trim())).collect();
        looks.first().is_some_and(|first| {
            *first != Look::Other
                && *first != Look::Empty
                && looks.iter().filter(|look| *look == first).count() * 10 >= looks.len() * 9
        })
    })
}

/// Column names that are unique without regard to case and never empty.
pub(super) fn names(given: &[String]) -> Vec<String> {
    let mut taken = HashSet::new();
    given
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let name = name.trim();
            let name = if name.is_empty() { format!("column_{}", at + 1) } else { name.to_owned() };
            distinct(&name, &mut taken)
        })
        .collect()
}

/// Characters of a column's name that are kept: every statement repeats it.
const NAME: usize = 200;

/// `name`, or `name_2`, `name_3` … when that is taken already; what is taken is compared without regard to case. A database knows no
/// name that is empty or has a NUL in it.
pub(super) fn distinct(name: &str, taken: &mut HashSet<String>) -> String {
    let name = match name {
        "" => "unnamed".to_owned(),
        name => name.chars().take(NAME).collect::<String>().replace('\0', "\u{fffd}"),
    };
    let mut free = name.clone();
    let mut number = 2;
    while !taken.insert(free.to_lowercase()) {
        free = format!("{name}_{number}");
        number += 1;
    }
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniffed(text: &str) -> Option<(char, bool, Vec<String>)> {
        sniff(text.as_bytes(), true, false).map(|found| (char::from(found.delimiter), found.header, found.columns))
    }

    fn texts(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn delimiters_and_headers_are_found() {
        assert_eq!(sniffed("time,ip,n\n2023-01-01,1.2.3.4,5\n"), Some((',', true, texts(&["time", "ip", "n"]))));
        assert_eq!(sniffed("\u{feff}a;b\r\n1;\"x;y\"\"\nz\"\r\n"), Some((';', true, texts(&["a", "b"]))));
        assert_eq!(sniffed("a\tb,c\n1\t2,3\n4\t5\n"), Some(('\t', true, texts(&["a", "b,c"]))));
        assert_eq!(sniffed("a|b\n1|2\n"), Some(('|', true, texts(&["a", "b"]))));
        assert_eq!(sniffed("2023-01-01,1.2.3.4\n2023-01-02,1.2.3.5\n"), Some((',', false, texts(&["column_1", "column_2"]))));
        assert_eq!(sniffed("a,A,,b\n1,2,3,4\n"), Some((',', true, texts(&["a", "A_2", "column_3", "b"]))));
        assert_eq!(sniffed("a,b,c"), Some((',', true, texts(&["a", "b", "c"]))));
    }

    #[test]
    fn every_name_is_one_that_a_database_knows() {
        let mut taken = HashSet::new();
        let named = ["", "a\0b", "", "A\0B"].map(|name| distinct(name, &mut taken));
        assert_eq!(named, ["unnamed", "a\u{fffd}b", "unnamed_2", "A\u{fffd}B_2"]);
        assert_eq!(distinct(&"x".repeat(3000), &mut taken).len(), NAME);
    }

    #[test]
    fn ragged_rows_do_not_hide_a_table() {
        assert_eq!(sniffed("a,b,c\n1,2,3\n1,2\n1,2,3,4\n1,2,3\n").unwrap().2, texts(&["a", "b", "c"]));
    }

    #[test]
    fn prose_and_access_logs_are_no_table() {
        assert_eq!(sniffed("Dear reader, this is prose.\nIt goes on, and on, and on.\nThe end.\n"), None);
        let line =
            "83.149.9.216 - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 1 \"-\" \"M (K; L) X (KHTML, like Gecko)\"\n";
        assert_eq!(sniffed(&line.repeat(20)), None);
    }

    #[test]
    fn one_column_will_do_where_it_is_allowed() {
        assert_eq!(sniff(b"ip\n1.2.3.4\n1.2.3.5\n", true, true).unwrap().columns, texts(&["ip"]));
        assert_eq!(sniff(b"ip\n1.2.3.4\n", true, false), None);
    }

    #[test]
    fn the_sample_leaves_out_ragged_rows_and_the_one_cut_off() {
        let dialect = sniff(b"a,b\n1,2\n3\n4,5\n6,7", false, false).unwrap();
        assert_eq!(sample(b"a,b\n1,2\n3\n4,5\n6,7", false, &dialect), [texts(&["1", "2"]), texts(&["4", "5"])]);
    }
}
