//! Rows for other people: a sheet of columns and rows, and the forms in which it is handed out.
//!
//! Every value may be attacker-written, so every form has its own way to make it harmless: Markdown and CSV escape what their readers would
//! obey, tab-separated text shows escapes, JSON escapes what a terminal would obey and is exact.

pub mod csv;
pub mod json;
pub mod markdown;
pub mod tsv;

use crate::domain::Value;
use crate::engine::Table;

/// A result: named columns and rows of as many values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sheet {
    /// The columns' names.
    pub names: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<Value>>,
}

impl Sheet {
    /// An empty sheet with these columns.
    pub fn new(names: &[&str]) -> Sheet {
        Sheet { names: names.iter().map(|name| (*name).to_owned()).collect(), rows: Vec::new() }
    }

    /// The columns of an answer that are named, in that order, under those names.
    pub fn of(table: &Table, names: &[&str]) -> Sheet {
        let places: Vec<Option<usize>> = names.iter().map(|name| table.names.iter().position(|other| other == name)).collect();
        let pick = |row: Vec<Value>| {
            places.iter().map(|place| place.and_then(|at| row.get(at)).cloned().unwrap_or(Value::Null)).collect()
        };
        Sheet { rows: table.rows().map(pick).collect(), ..Sheet::new(names) }
    }

    /// The whole of an answer.
    pub fn whole(table: &Table) -> Sheet {
        Sheet { names: table.names.clone(), rows: table.rows().collect() }
    }
}

/// A form that a sheet can be handed out in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SheetForm {
    /// Tab-separated, for a cell of a spreadsheet or a chat.
    #[default]
    Tsv,
    /// Comma-separated after RFC 4180.
    Csv,
    /// One JSON document, exact.
    Json,
    /// A Markdown table.
    Markdown,
}

impl SheetForm {
    /// The words for the forms, also the endings of their files, in the order of [`SheetForm::ALL`].
    pub const WORDS: &'static [&'static str] = &["tsv", "csv", "json", "md"];
    /// Every form.
    pub const ALL: [SheetForm; 4] = [SheetForm::Tsv, SheetForm::Csv, SheetForm::Json, SheetForm::Markdown];

    /// Its place among the forms.
    pub fn position(self) -> usize {
        SheetForm::ALL.iter().position(|form| *form == self).unwrap_or(0)
    }

    /// The word for it, also the ending of its files.
    pub const fn name(self) -> &'static str {
        match self {
            SheetForm::Tsv => "tsv",
            SheetForm::Csv => "csv",
            SheetForm::Json => "json",
            SheetForm::Markdown => "md",
        }
    }

    /// The sheet as text.
    pub fn text(self, sheet: &Sheet) -> String {
        let mut out: Vec<u8> = Vec::new();
        let written = match self {
            SheetForm::Tsv => tsv::write(&mut out, sheet, true),
            SheetForm::Csv => csv::write(&mut out, sheet, true),
            SheetForm::Json => json::write_array(&mut out, sheet, true).and_then(|()| json::end_array(&mut out, true)),
            SheetForm::Markdown => markdown::write(&mut out, sheet, true),
        };
        // Writing into memory does not fail, and all that is written is UTF-8.
        debug_assert!(written.is_ok());
        String::from_utf8_lossy(&out).into_owned()
    }
}

/// Floats with the digits that mean something here: shares to a millionth, money and milliseconds exact.
pub fn plain(value: &Value) -> String {
    match value {
        Value::Float(number) if number.is_finite() => {
            let rounded = (number * 1e6).round() / 1e6;
            if number.abs() < 1e9 { rounded.to_string() } else { number.to_string() }
        }
        other => other.to_plain(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_has_its_word() {
        for (form, word) in SheetForm::ALL.into_iter().zip(SheetForm::WORDS) {
            assert_eq!(form.name(), *word);
            assert_eq!(SheetForm::ALL[form.position()], form);
        }
    }

    #[test]
    fn what_is_pasted_does_nothing() {
        let hostile = "=cmd()\t\u{1b}]0;x\u{7}\r\n`rm`|<b>\u{202e}";
        let sheet = Sheet { names: vec!["a".into(), "b".into()], rows: vec![vec![Value::Text(hostile.into()), Value::Int(-3)]] };
        for form in SheetForm::ALL {
            let text = form.text(&sheet);
            assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text:?}");
            insta::assert_snapshot!(format!("hostile_{}", form.name()), text.replace('\r', "<CR>").replace('\t', "<TAB>"));
        }
        let read: serde_json::Value = serde_json::from_str(&SheetForm::Json.text(&sheet)).unwrap();
        assert_eq!(read[0]["a"], hostile);
    }
}
