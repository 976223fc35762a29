//! What a terminal, a spreadsheet and a Markdown reader get to see.

use super::*;
use crate::domain::Value;
use crate::domain::text::is_unfit;
use proptest::prelude::*;

const HOSTILE: [&str; 10] = [
    "\u{1b}]52;c;eA==\u{7}",
    "\u{1b}[2J",
    "a\u{202e}b",
    "=cmd()",
    "<script>alert(1)</script>",
    "| a | b |",
    "[x](javascript:y) ![z](http://evil.example/p.png) www.evil.example",
    "two\r\nlines\tand a tab",
    "\u{e0041}tag",
    "plain",
];

fn written(format: Format, sheet: &Sheet) -> String {
    let mut out = Vec::new();
    match format {
        Format::Table => table::write(&mut out, sheet, true, None).unwrap(),
        Format::Csv => csv::write(&mut out, sheet, true).unwrap(),
        Format::Json => {
            json::write_array(&mut out, sheet, true).unwrap();
            json::end_array(&mut out, true).unwrap();
        }
        Format::Jsonl => json::write_lines(&mut out, sheet).unwrap(),
        Format::Md => markdown::write(&mut out, sheet, true).unwrap(),
    }
    String::from_utf8(out).unwrap()
}

fn hostile() -> Sheet {
    Sheet {
        names: vec!["value".into(), "\u{1b}[31mname".into()],
        rows: HOSTILE.iter().map(|text| vec![Value::Text((*text).into()), Value::Int(-1)]).collect(),
    }
}

#[test]
fn hostile_values_in_every_form() {
    for (name, format) in
        [("table", Format::Table), ("csv", Format::Csv), ("json", Format::Json), ("jsonl", Format::Jsonl), ("md", Format::Md)]
    {
        insta::assert_snapshot!(format!("hostile_{name}"), written(format, &hostile()).replace('\r', "<CR>"));
    }
}

#[test]
fn json_gives_back_every_byte() {
    let json: Vec<serde_json::Value> = serde_json::from_str(&written(Format::Json, &hostile())).unwrap();
    for (row, text) in json.iter().zip(HOSTILE) {
        assert_eq!(row["value"], text);
        assert_eq!(row["\u{1b}[31mname"], -1);
    }
}

#[test]
fn an_empty_sheet_is_whole_in_every_form() {
    let empty = Sheet::new(&["value", "requests"]);
    assert_eq!(written(Format::Csv, &empty), "value,requests\r\n");
    assert_eq!(serde_json::from_str::<Vec<()>>(&written(Format::Json, &empty)).unwrap(), []);
    assert_eq!(written(Format::Jsonl, &empty), "");
    assert_eq!(written(Format::Table, &empty), "value  requests\n");
    assert_eq!(written(Format::Md, &empty), "| value | requests |\n| --- | --- |\n");
}

#[test]
fn pages_make_one_document() {
    let page =
        |text: &str| Sheet { names: vec!["a".into()], rows: vec![vec![text.into()].into_iter().map(Value::Text).collect()] };
    let mut out = Vec::new();
    json::write_array(&mut out, &page("1"), true).unwrap();
    json::write_array(&mut out, &page("2"), false).unwrap();
    json::end_array(&mut out, true).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), "[\n  {\"a\":\"1\"},\n  {\"a\":\"2\"}\n]\n");
}

#[test]
fn numbers_keep_their_sign_and_texts_get_the_guard() {
    let sheet = Sheet {
        names: vec!["a".into()],
        rows: vec![
            vec![Value::Int(-5)],
            vec![Value::Float(-0.5)],
            vec![Value::Text("-5".into())],
            vec![Value::Null],
            vec![Value::Text(String::new())],
            vec![Value::Text("a\"b,c".into())],
        ],
    };
    assert_eq!(written(Format::Csv, &sheet), "a\r\n-5\r\n-0.5\r\n'-5\r\n\r\n\"\"\r\n\"a\"\"b,c\"\r\n");
}

#[test]
fn a_table_is_cut_to_the_terminal_and_numbers_are_not() {
    let sheet = Sheet {
        names: vec!["value".into(), "requests".into(), "user_agent".into()],
        rows: vec![vec![Value::Text("a".repeat(1_000_000)), Value::Int(123_456), Value::Text("python-requests/2.31".into())]],
    };
    let mut out = Vec::new();
    table::write(&mut out, &sheet, true, Some(40)).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.lines().all(|line| line.chars().count() <= 40), "{text}");
    assert!(text.contains(" 123456"), "{text}");
    assert!(text.contains('…'), "{text}");
    let mut out = Vec::new();
    table::write(&mut out, &sheet, true, Some(3)).unwrap();
    assert!(String::from_utf8(out).unwrap().contains("123456"));
}

proptest! {
    #[test]
    fn nothing_reaches_a_terminal_that_it_would_obey(text in any::<String>(), name in any::<String>()) {
        let sheet = Sheet { names: vec![name], rows: vec![vec![Value::Text(text)]] };
        for format in [Format::Table, Format::Csv, Format::Json, Format::Jsonl, Format::Md] {
            let written = written(format, &sheet);
            let bad = written.replace("\r\n", "\n").chars().find(|character| is_unfit(*character) && !['\n', '\t'].contains(character));
            prop_assert_eq!(bad, None, "{:?}: {:?}", format, written);
        }
    }

    #[test]
    fn a_markdown_table_keeps_its_shape(text in any::<String>()) {
        let sheet = Sheet { names: vec!["a".into(), "b".into()], rows: vec![vec![Value::Text(text), Value::Null]] };
        let written = written(Format::Md, &sheet);
        prop_assert_eq!(written.lines().count(), 3);
        prop_assert!(!written.contains('<'));
    }

    #[test]
    fn json_is_exact(text in any::<String>(), number in any::<f64>()) {
        let sheet = Sheet { names: vec!["a".into(), "b".into()], rows: vec![vec![Value::Text(text.clone()), Value::Float(number)]] };
        let json: Vec<serde_json::Value> = serde_json::from_str(&written(Format::Json, &sheet)).unwrap();
        prop_assert_eq!(&json[0]["a"], &serde_json::Value::from(text));
    }
}
