//! What a file is, told from its first megabyte and never from its name.

use std::path::Path;

use super::bytes::{Compression, Packing, SourceReader};
use super::csv::{self, Dialect};
use super::error::ExtractError;
use super::inputs::Input;
use super::json::{Scanner, Shape};
use super::limit::{COLUMNS, too_many_columns};
use super::profile::{Profile, Profiles};
use super::records::Framing;
use super::zeek;

/// Bytes (decompressed) that are looked at.
const HEAD: usize = 1 << 20;

/// What a source holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Format {
    Csv(Dialect),
    Json(Framing),
    /// Lines of text that the patterns of this profile take apart.
    Lines(String),
    /// Zeek's tab-separated text, which names its columns itself.
    Zeek,
    Parquet,
    Database,
}

impl Format {
    /// The format in words, without the packing.
    pub(super) fn name(&self) -> String {
        match self {
            Format::Csv(Dialect { delimiter: b'\t', .. }) => "TSV".into(),
            Format::Csv(Dialect { delimiter: b',', .. }) => "CSV".into(),
            Format::Csv(Dialect { delimiter, .. }) => format!("CSV with '{}'", char::from(*delimiter)),
            Format::Json(Framing::Lines) => "JSON lines".into(),
            Format::Json(Framing::Stream { unwrap: None }) => "JSON".into(),
            Format::Json(Framing::Stream { unwrap: Some(key) }) => format!("JSON in \"{key}\""),
            Format::Lines(_) => "text lines".into(),
            Format::Zeek => "Zeek TSV".into(),
            Format::Parquet => "Parquet".into(),
            Format::Database => "DuckDB".into(),
        }
    }
}

/// What looking into a file told.
#[derive(Debug, Clone)]
pub(super) struct Detected {
    pub(super) format: Format,
    pub(super) packing: Packing,
    /// The decompressed beginning of the file.
    pub(super) head: Vec<u8>,
    /// Whether `head` is all of it.
    pub(super) whole: bool,
    /// Members beside the records in an object that wraps them: they are not loaded.
    pub(super) beside: Vec<String>,
    /// Why a profile of text lines was chosen.
    pub(super) reason: Option<String>,
}

/// Looks into a file.
pub(super) fn detect(input: &Input, profiles: &Profiles, forced: Option<&Profile>) -> Result<Detected, ExtractError> {
    let mut reader = SourceReader::open(input)?;
    let packing = reader.packing();
    let mut head = Vec::new();
    let whole = reader.fill(&mut head, HEAD)?;
    if head.is_empty() {
        return Err(ExtractError::Empty { path: input.path.clone() });
    }
    let not = |what: String| ExtractError::NotALog { path: input.path.clone(), what };
    let mut reason = None;
    let (format, beside) = match binary(&head) {
        Some(Binary::Parquet) => (Format::Parquet, Vec::new()),
        Some(Binary::Database) if packing.is_plain() => (Format::Database, Vec::new()),
        Some(Binary::Database) => return Err(not("is a packed DuckDB file; unpack it first".into())),
        Some(Binary::Other(what)) => return Err(not(what.into())),
        None => {
            let known = |head: &[u8]| lines(head, whole, profiles, forced);
            let (format, beside, why) = text(&head, whole, &input.path, &known)?;
            reason = why;
            (format, beside)
        }
    };
    if let Format::Csv(dialect) = &format
        && dialect.columns.len() > COLUMNS
    {
        return Err(too_many_columns(&input.path, dialect.columns.len()));
    }
    Ok(Detected { format, packing, head, whole, beside, reason })
}

enum Binary {
    Parquet,
    Database,
    Other(&'static str),
}

/// What the magic bytes say, or how the bytes look.
fn binary(head: &[u8]) -> Option<Binary> {
    const MAGIC: [(&[u8], &str); 14] = [
        (b"7z\xbc\xaf\x27\x1c", "is a 7z archive; unpack it and open what is inside"),
        (b"Rar!", "is a RAR archive; unpack it and open what is inside"),
        (b"\x04\x22\x4d\x18", "is lz4-compressed; unpack it (`lz4 -dk FILE`)"),
        (b"\x89PNG", "is a PNG image, not a log"),
        (b"\xff\xd8\xff", "is a JPEG image, not a log"),
        (b"GIF8", "is a GIF image, not a log"),
        (b"\x7fELF", "is an ELF program, not a log"),
        (b"MZ\x90", "is a Windows program, not a log"),
        (b"%PDF-", "is a PDF document, not a log"),
        (b"ARROW1", "is an Arrow file; convert it to Parquet"),
        (b"Obj\x01", "is an Avro file; convert it to Parquet or JSON lines"),
        (b"ORC", "is an ORC file; convert it to Parquet"),
        (b"ElfFile\0", "is a Windows event log (EVTX); convert it to JSON lines"),
        (b"\xd4\xc3\xb2\xa1", "is a packet capture, not a log"),
    ];
    if head.starts_with(b"PAR1") {
        return Some(Binary::Parquet);
    }
    // https://duckdb.org/docs/internals/storage: the magic stands after the checksum of the main header.
    if head.get(8..12) == Some(b"DUCK") {
        return Some(Binary::Database);
    }
    if let Some((_, what)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(Binary::Other(what));
    }
    if head.starts_with(b"\xff\xfe\0\0") || head.starts_with(b"\0\0\xfe\xff") {
        return Some(Binary::Other("is UTF-32 text; convert it first (`iconv -f UTF-32 -t UTF-8 FILE > OUT`)"));
    }
    if Compression::of(head) != Compression::Plain {
        return Some(Binary::Other("is packed twice; unpack it once"));
    }
    let looked = head.get(..1 << 16).unwrap_or(head);
    let odd =
        looked.iter().filter(|byte| **byte == 0 || (**byte < 0x20 && !matches!(**byte, b'\t' | b'\n' | b'\r' | 0x1b))).count();
    let broken = String::from_utf8_lossy(looked).chars().filter(|character| *character == char::REPLACEMENT_CHARACTER).count();
    // Some of either is a log that an attacker wrote into, or one in Latin-1.
    if odd * 20 > looked.len() || broken * 4 > looked.len() {
        return Some(Binary::Other("holds binary data, not text"));
    }
    None
}

/// Lines at the beginning by which a profile of text lines is chosen.
const LINES: usize = 1000;

/// The profile whose patterns take these lines apart, and why it was chosen.
fn lines(head: &[u8], whole: bool, profiles: &Profiles, forced: Option<&Profile>) -> Option<(String, String)> {
    let text = String::from_utf8_lossy(head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head));
    let mut lines: Vec<&str> = text.split('\n').map(|line| line.trim_end_matches('\r')).take(LINES).collect();
    if !whole && lines.len() > 1 && lines.len() < LINES {
        lines.pop();
    }
    if let Some(profile) = forced {
        return (!profile.line_columns().is_empty()).then(|| (profile.name.clone(), String::new()));
    }
    profiles.choose_lines(&lines).map(|(profile, fit)| (profile.name.clone(), fit.reason))
}

/// What a text is; with the members beside wrapped records, and why a profile of text lines was chosen.
type Text = (Format, Vec<String>, Option<String>);

/// Finds the profile that takes lines apart.
type LineTest<'a> = dyn Fn(&[u8]) -> Option<(String, String)> + 'a;

fn text(head: &[u8], whole: bool, path: &Path, lines: &LineTest<'_>) -> Result<Text, ExtractError> {
    let body = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    if body.is_empty() {
        return Err(ExtractError::NotALog { path: path.to_path_buf(), what: "holds nothing but blanks".into() });
    }
    if let Some((framing, beside)) = json(body, whole) {
        return Ok((Format::Json(framing), beside, None));
    }
    if zeek::is_zeek(body) {
        return Ok((Format::Zeek, Vec::new(), None));
    }
    let header_only = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    // Broken JSON has commas too; only a header makes columns of them.
    let begins_as_json = matches!(body.first(), Some(b'{' | b'['));
    let table = csv::sniff(head, whole, header_only).filter(|dialect| dialect.header || !begins_as_json);
    // Text lines may have commas too: only names in the first row are surer than a pattern that fits.
    if table.as_ref().is_none_or(|dialect| !dialect.header)
        && let Some((profile, reason)) = lines(head)
    {
        return Ok((Format::Lines(profile), Vec::new(), Some(reason)));
    }
    if let Some(dialect) = table {
        return Ok((Format::Csv(dialect), Vec::new(), None));
    }
    let what = match body.first() {
        Some(b'{' | b'[') => "begins like JSON, but its first records are not valid JSON",
        Some(b'<') => "looks like XML or HTML; convert it to CSV or JSON lines",
        _ => "is text without columns or JSON records in it",
    };
    Err(ExtractError::NotALog { path: path.to_path_buf(), what: what.into() })
}

/// How the text holds JSON records, if it does; and the members beside the records in an object that wraps them.
fn json(body: &[u8], whole: bool) -> Option<(Framing, Vec<String>)> {
    let mut lines: Vec<&[u8]> = body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).collect();
    let complete = whole || lines.len() < 2;
    if !complete {
        lines.pop();
    }
    lines.retain(|line| !line.is_empty());
    let objects = lines.iter().filter(|line| line.first() == Some(&b'{') && Scanner::new(line).whole().is_ok()).count();
    let begins_as_json = matches!(body.first(), Some(b'{' | b'['));
    // Most lines are records by themselves; broken ones among them will be rejected by number.
    if objects > 0 && objects * 2 >= lines.len() && (begins_as_json || objects * 4 >= lines.len() * 3) {
        let first = lines.iter().find(|line| Scanner::new(line).whole().is_ok())?;
        // Of many lines, each may wrap records, as log shippers join files; but only if there is nothing else in it.
        return Some(match wrapper(first, true).filter(|wrapper| objects == 1 || wrapper.beside.is_empty()) {
            Some(Wrapper { key, beside }) => (Framing::Stream { unwrap: Some(key) }, beside),
            None => (Framing::Lines, Vec::new()),
        });
    }
    match body.first() {
        Some(b'[') if body.get(1..).is_some_and(|rest| matches!(rest.trim_ascii_start().first(), Some(b'{' | b']') | None)) => {
            Some((Framing::Stream { unwrap: None }, Vec::new()))
        }
        Some(b'{') if matches!(body.get(1..).map(|rest| rest.trim_ascii_start().first()), Some(Some(b'"' | b'}'))) => {
            let Wrapper { key, beside } = match wrapper(body, whole) {
                Some(wrapper) => wrapper,
                None => return Some((Framing::Stream { unwrap: None }, Vec::new())),
            };
            Some((Framing::Stream { unwrap: Some(key) }, beside))
        }
        _ => None,
    }
}

/// Names under which logs wrap their records.
const WRAPPERS: [&str; 20] = [
    "records",
    "events",
    "logs",
    "log",
    "items",
    "data",
    "entries",
    "hits",
    "results",
    "result",
    "rows",
    "value",
    "values",
    "requests",
    "activities",
    "list",
    "messages",
    "objects",
    "logevents",
    "audit_logs",
];

/// An object that wraps records.
struct Wrapper {
    key: String,
    /// Its other members.
    beside: Vec<String>,
}

/// How an object wraps an array of records: under the only member that is an array of objects, in an object that is not
/// itself a record (it has few other members, or the key has a name that wrappers have).
fn wrapper(body: &[u8], whole: bool) -> Option<Wrapper> {
    let mut members = Vec::new();
    // When the head ends inside the object, what came before the end still tells.
    let ended = Scanner::new(body).first_object(&mut members);
    let mut arrays = Vec::new();
    let mut beside = Vec::new();
    for member in &members {
        let key = body.get(member.key.start.saturating_sub(1)..member.key.end + 1)?;
        let key = serde_json::from_slice::<String>(key).ok()?;
        let value = body.get(member.value.clone()).unwrap_or_default();
        let inner = value.get(1..).unwrap_or_default().trim_ascii_start();
        let known = WRAPPERS.contains(&key.to_ascii_lowercase().as_str());
        let of_objects =
            value.first() == Some(&b'[') && (inner.first() == Some(&b'{') || (known && inner.first() == Some(&b']')));
        if member.shape == Shape::Nested && of_objects {
            arrays.push(key);
        } else {
            beside.push(key);
        }
    }
    let (Some(key), 1) = (arrays.first(), arrays.len()) else { return None };
    let named = WRAPPERS.contains(&key.to_ascii_lowercase().as_str());
    // `messages`, `data` and their like also stand inside records, which have many members.
    let few = beside.len() <= 3 || (named && beside.len() <= 6);
    (few && (named || beside.is_empty() || ended.is_ok() || !whole)).then(|| Wrapper { key: key.clone(), beside })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(content: &[u8]) -> Result<Format, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        std::fs::write(&path, content).unwrap();
        let input = Input::at(&path);
        let profiles = Profiles::load(Path::new("/nonexistent")).unwrap();
        detect(&input, &profiles, None).map(|detected| detected.format).map_err(|error| error.to_string())
    }

    fn unwrap(key: &str) -> Format {
        Format::Json(Framing::Stream { unwrap: Some(key.into()) })
    }

    #[test]
    fn json_is_told_by_how_it_holds_its_records() {
        assert_eq!(detected(b"{\"a\":1}\n{\"a\":2}\n").unwrap(), Format::Json(Framing::Lines));
        assert_eq!(detected(b"\xef\xbb\xbf{\"a\":1}\r\n{\"a\":\r\n{\"a\":2}\r\n").unwrap(), Format::Json(Framing::Lines));
        assert_eq!(detected(b"{\"a\":1}").unwrap(), Format::Json(Framing::Lines));
        assert_eq!(detected(b"[\n {\"a\":1},\n {\"a\":2}\n]").unwrap(), Format::Json(Framing::Stream { unwrap: None }));
        assert_eq!(detected(b"{\n \"a\": 1\n}\n{\n \"a\": 2\n}\n").unwrap(), Format::Json(Framing::Stream { unwrap: None }));
        assert_eq!(detected(b"{\"Records\":[{\"a\":1}]}").unwrap(), unwrap("Records"));
        assert_eq!(detected(b"{\"Records\":[{\"a\":1}]}\n{\"Records\":[{\"a\":1}]}\n").unwrap(), unwrap("Records"));
        assert_eq!(detected(b"{\"took\":3,\n\"things\":[{\"a\":1},\n{\"a\":2}]}").unwrap(), unwrap("things"));
        let long = [b"{\"next\":null,\"Records\":[".to_vec(), b"{\"a\":\"x\"},".repeat(200_000), b"{}]}".to_vec()].concat();
        assert_eq!(detected(&long).unwrap(), unwrap("Records"));
    }

    #[test]
    fn lines_that_hold_arrays_stay_records_unless_there_is_nothing_else_in_them() {
        assert_eq!(detected(b"{\"id\":1,\"items\":[{}]}\n{\"id\":2,\"items\":[{}]}\n").unwrap(), Format::Json(Framing::Lines));
        assert_eq!(detected(b"{\"items\":[{}]}\n{\"items\":[{}]}\n").unwrap(), unwrap("items"));
    }

    #[test]
    fn a_record_with_an_array_in_it_is_no_wrapper() {
        let record = br#"{"time":"t","user":"u","ip":"i","resources":[{"arn":"a"}],"name":"n","region":"r"}"#;
        assert_eq!(detected(record).unwrap(), Format::Json(Framing::Lines));
    }

    #[test]
    fn utf_16_is_seen_as_the_text_that_it_is() {
        let wide: Vec<u8> = "time,ip\r\n2023-01-01,1.2.3.4\r\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(detected(&wide).unwrap().name(), "CSV");
        let wide: Vec<u8> = "\u{feff}{\"a\":1}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(detected(&wide).unwrap(), Format::Json(Framing::Lines));
    }

    #[test]
    fn what_is_no_log_is_called_by_its_name() {
        for (content, word) in [
            (&b"\x89PNG\r\n\x1a\n123"[..], "PNG"),
            (b"\x7fELF\x02\x01\x01", "ELF"),
            (b"", "empty"),
            (b" \n\n ", "blanks"),
            (b"<?xml version=\"1.0\"?><a/>", "XML"),
            (b"\xff\xfe\0\0a\0\0\0", "UTF-32"),
            (b"once upon a time\nthere was a log\n", "without columns"),
            (b"[1, 2", "begins like JSON"),
        ] {
            let error = detected(content).unwrap_err();
            assert!(error.contains(word), "{error}");
        }
        let noise: Vec<u8> = (0..4000u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        assert!(detected(&noise).unwrap_err().contains("binary"));
    }
}
