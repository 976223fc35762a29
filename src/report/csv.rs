//! Fields of CSV after RFC 4180, made safe for spreadsheets, and the file of the records that could not be read.
//!
//! A text that a spreadsheet would take for a formula gets a `'` in front. Controls and invisible characters stand as escapes (`\x1b`,
//! `\u{202e}`), but for line feed and tab inside quotes.

use crate::domain::SafeText;
use crate::domain::text::is_unfit;
use crate::extract::Reject;

/// A text as a field: guarded, and in quotes where it has to be or where it is empty.
pub fn text(untrusted: &str) -> String {
    field(&guarded(untrusted))
}

/// Whether a spreadsheet would take a text for a formula.
pub(super) fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// The text with nothing that a spreadsheet or a terminal would obey.
fn guarded(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 1);
    if is_formula(text) {
        safe.push('\'');
    }
    for character in text.chars() {
        if is_unfit(character) && character != '\n' && character != '\t' {
            let mut buffer = [0; 4];
            safe.push_str(SafeText::new(character.encode_utf8(&mut buffer)).as_str());
        } else {
            safe.push(character);
        }
    }
    safe
}

/// The field in quotes where RFC 4180 asks for them, and where it is an empty text.
fn field(text: &str) -> String {
    let quotes = text.is_empty() || text.contains([',', '"', '\n', '\r']) || text.starts_with(' ') || text.ends_with(' ');
    if quotes { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// The records that could not be read, one a line below the names of the columns, as `casebook inspect --rejects --format csv` prints
/// them.
pub fn rejects(rejects: &[Reject]) -> String {
    let mut file = String::from("path,record,reason,raw\r\n");
    for reject in rejects {
        let fields = [text(&reject.path), reject.record.to_string(), text(&reject.reason), text(&reject.raw)];
        file.push_str(&fields.join(","));
        file.push_str("\r\n");
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_are_written_so_that_no_spreadsheet_obeys_them() {
        let reject = Reject {
            path: "=cmd|' /C calc'!A0.csv".into(),
            record: 7,
            reason: "not JSON, a quote is missing".into(),
            raw: "{\"a\u{1b}[2J\u{202e}".into(),
        };
        let empty = Reject::default();
        assert_eq!(
            rejects(&[reject, empty]),
            "path,record,reason,raw\r\n'=cmd|' /C calc'!A0.csv,7,\"not JSON, a quote is missing\",\"{\"\"a\\x1b[2J\\u{202e}\"\r\n\
             \"\",0,\"\",\"\"\r\n"
        );
    }
}
