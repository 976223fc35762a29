//! A strict JSON scanner: whether a text is one JSON value, where its top-level members are, and of what shape each value is.
//!
//! It builds nothing and does not recurse, so that a hostile nesting costs neither stack nor memory beyond a bit a level.

/// The shape of a JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    Null,
    Boolean,
    /// A whole number that fits 64 bits.
    Integer,
    /// A number that neither 64-bit integers nor floats hold exactly: it stays text.
    Long,
    /// A number with a fraction or an exponent.
    Real,
    Text,
    /// An object or an array.
    Nested,
}

/// Why a text is not JSON, and at which byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) reason: &'static str,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at byte {}", self.reason, self.at + 1)
    }
}

/// A member of an object: the place of the key (between its quotes, escapes left as they are) and of the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) key: std::ops::Range<usize>,
    pub(super) value: std::ops::Range<usize>,
    pub(super) shape: Shape,
}

const ENDED: &str = "the text ends inside the JSON";

/// Reads JSON from a text.
pub(super) struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    /// Open brackets; true for an object.
    open: Vec<bool>,
    /// The most brackets that were open inside the outermost value.
    pub(super) deepest: usize,
    /// Places of `\u` escapes that are half a surrogate pair: legal JSON to some writers, an error to most readers.
    pub(super) halves: Vec<usize>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a [u8]) -> Scanner<'a> {
        Scanner { text, at: 0, open: Vec::new(), deepest: 0, halves: Vec::new() }
    }

    fn fault<T>(&self, reason: &'static str) -> Result<T, Fault> {
        Err(Fault { at: self.at, reason: if self.at >= self.text.len() { ENDED } else { reason } })
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8, reason: &'static str) -> Result<(), Fault> {
        if self.peek() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            self.fault(reason)
        }
    }

    /// The whole text as one value.
    pub(super) fn whole(&mut self) -> Result<Shape, Fault> {
        self.blank();
        let shape = self.value()?;
        self.end()?;
        Ok(shape)
    }

    fn end(&mut self) -> Result<(), Fault> {
        self.blank();
        if self.at < self.text.len() {
            return self.fault("something follows the JSON value");
        }
        Ok(())
    }

    /// The whole text as one object; its members are added to `members`.
    pub(super) fn object(&mut self, members: &mut Vec<Member>) -> Result<(), Fault> {
        self.first_object(members)?;
        self.end()
    }

    /// The object with which the text begins. Where the text ends inside a value, that value is the last of the members.
    pub(super) fn first_object(&mut self, members: &mut Vec<Member>) -> Result<(), Fault> {
        self.blank();
        self.expect(b'{', "this is not a JSON object")?;
        self.blank();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.blank();
            let key_at = self.at + 1;
            self.string()?;
            let key = key_at..self.at - 1;
            self.blank();
            self.expect(b':', "a ':' is missing after the key")?;
            self.blank();
            let value_at = self.at;
            let shape = match self.value() {
                Ok(shape) => shape,
                Err(fault) => {
                    let shape = if matches!(self.text.get(value_at), Some(b'{' | b'[')) { Shape::Nested } else { Shape::Text };
                    members.push(Member { key, value: value_at..self.text.len(), shape });
                    return Err(fault);
                }
            };
            members.push(Member { key, value: value_at..self.at, shape });
            self.blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return self.fault("a ',' or '}' is missing"),
            }
        }
    }

    /// One value, whatever it nests.
    fn value(&mut self) -> Result<Shape, Fault> {
        let base = self.open.len();
        let mut outer = None;
        loop {
            self.blank();
            let shape = match self.peek() {
                Some(bracket @ (b'{' | b'[')) => {
                    self.at += 1;
                    self.open.push(bracket == b'{');
                    self.deepest = self.deepest.max(self.open.len());
                    outer.get_or_insert(Shape::Nested);
                    self.blank();
                    let closing = if bracket == b'{' { b'}' } else { b']' };
                    if self.peek() != Some(closing) {
                        if bracket == b'{' {
                            self.key()?;
                        }
                        continue;
                    }
                    self.at += 1;
                    self.open.pop();
                    Shape::Nested
                }
                Some(b'"') => {
                    self.string()?;
                    Shape::Text
                }
                Some(b'-' | b'0'..=b'9') => self.number()?,
                Some(b't') => self.word(b"true", Shape::Boolean)?,
                Some(b'f') => self.word(b"false", Shape::Boolean)?,
                Some(b'n') => self.word(b"null", Shape::Null)?,
                _ => return self.fault("a JSON value is missing"),
            };
            let outer = *outer.get_or_insert(shape);
            // A value is complete: close what it completes, or go on to the next one beside it.
            loop {
                if self.open.len() == base {
                    return Ok(outer);
                }
                let is_object = self.open.last().copied().unwrap_or_default();
                self.blank();
                match (self.peek(), is_object) {
                    (Some(b','), true) => {
                        self.at += 1;
                        self.blank();
                        self.key()?;
                        break;
                    }
                    (Some(b','), false) => {
                        self.at += 1;
                        break;
                    }
                    (Some(b'}'), true) | (Some(b']'), false) => {
                        self.at += 1;
                        self.open.pop();
                    }
                    (_, true) => return self.fault("a ',' or '}' is missing"),
                    (_, false) => return self.fault("a ',' or ']' is missing"),
                }
            }
        }
    }

    fn key(&mut self) -> Result<(), Fault> {
        self.string()?;
        self.blank();
        self.expect(b':', "a ':' is missing after the key")
    }

    fn word(&mut self, word: &[u8], shape: Shape) -> Result<Shape, Fault> {
        for byte in word {
            self.expect(*byte, "this is not a JSON value")?;
        }
        Ok(shape)
    }

    fn string(&mut self) -> Result<(), Fault> {
        self.expect(b'"', "a '\"' is missing")?;
        let mut high = None;
        loop {
            while let Some(byte) = self.peek() {
                if byte == b'"' || byte == b'\\' || byte < 0x20 {
                    break;
                }
                if high.is_some() {
                    self.halves.extend(high.take());
                }
                self.at += 1;
            }
            match self.peek() {
                Some(b'"') => {
                    self.halves.extend(high);
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.escape(&mut high)?,
                _ => return self.fault("a control character stands in a string"),
            }
        }
    }

    fn escape(&mut self, high: &mut Option<usize>) -> Result<(), Fault> {
        let start = self.at;
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 1;
                self.halves.extend(high.take());
                Ok(())
            }
            Some(b'u') => {
                self.at += 1;
                let mut unit = 0u32;
                for _ in 0..4 {
                    let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(16)) else {
                        return self.fault("a \\u escape needs four hexadecimal digits");
                    };
                    unit = unit * 16 + digit;
                    self.at += 1;
                }
                match (unit, high.take()) {
                    (0xdc00..=0xdfff, Some(_)) => {}
                    (0xdc00..=0xdfff, None) => self.halves.push(start),
                    (0xd800..=0xdbff, before) => {
                        self.halves.extend(before);
                        *high = Some(start);
                    }
                    (_, before) => self.halves.extend(before),
                }
                Ok(())
            }
            _ => self.fault("this is not an escape that JSON knows"),
        }
    }

    fn digits(&mut self) -> Result<usize, Fault> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { self.fault("a digit is missing") } else { Ok(self.at - start) }
    }

    fn number(&mut self) -> Result<Shape, Fault> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let leading_zero = self.peek() == Some(b'0');
        let whole = self.digits()?;
        if leading_zero && whole > 1 {
            self.at = start;
            return self.fault("a number begins with 0");
        }
        let mut digits = whole;
        let mut real = false;
        if self.peek() == Some(b'.') {
            self.at += 1;
            digits += self.digits()?;
            real = true;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
            real = true;
        }
        let text = self.text.get(start..self.at).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default();
        Ok(if real {
            // 17 significant digits are what a float holds.
            match text.parse::<f64>() {
                Ok(number) if number.is_finite() && digits <= 17 => Shape::Real,
                _ => Shape::Long,
            }
        } else if whole < 19 || text.parse::<i64>().is_ok() {
            Shape::Integer
        } else {
            Shape::Long
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shape(text: &str) -> Result<Shape, Fault> {
        Scanner::new(text.as_bytes()).whole()
    }

    #[test]
    fn shapes_are_told_apart_and_long_numbers_stay_exact() {
        for (text, wanted) in [
            ("null", Shape::Null),
            ("true", Shape::Boolean),
            (" -12 ", Shape::Integer),
            ("9223372036854775807", Shape::Integer),
            ("9223372036854775808", Shape::Long),
            ("123456789012345678901234", Shape::Long),
            ("1.5e3", Shape::Real),
            ("1e999", Shape::Long),
            ("\"\\ud83d\\ude00\"", Shape::Text),
            ("[{\"a\":[1,{}]},[]]", Shape::Nested),
        ] {
            assert_eq!(shape(text), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn what_is_not_json_is_refused_with_its_place() {
        for (text, at) in [("{\"a\":1,}", 7), ("01", 0), ("[1 2]", 3), ("\"\u{1}\"", 1), ("tru", 3), ("{\"a\" 1}", 5), ("1 1", 2)]
        {
            assert_eq!(shape(text).unwrap_err().at, at, "{text}");
        }
        assert_eq!(shape("{\"a\":\"b").unwrap_err().reason, ENDED);
    }

    #[test]
    fn members_are_found_where_they_are() {
        let text = br#"{ "a" : 1, "b\"c":{"x":[1,2]} ,"d":null}"#;
        let mut members = Vec::new();
        Scanner::new(text).object(&mut members).unwrap();
        let seen: Vec<(&[u8], &[u8], Shape)> =
            members.iter().map(|member| (&text[member.key.clone()], &text[member.value.clone()], member.shape)).collect();
        let nested: &[u8] = br#"{"x":[1,2]}"#;
        assert_eq!(
            seen,
            [(&b"a"[..], &b"1"[..], Shape::Integer), (br#"b\"c"#, nested, Shape::Nested), (b"d", b"null", Shape::Null)]
        );
    }

    #[test]
    fn half_surrogate_pairs_are_found() {
        let mut scanner = Scanner::new(br#""\ud800x\udc00\ud83d\ude00\ud800\ud83d\ude00\ud800""#);
        scanner.whole().unwrap();
        assert_eq!(scanner.halves, [1, 8, 26, 44]);
    }

    #[test]
    fn a_nesting_of_any_depth_ends() {
        let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
        assert_eq!(shape(&deep), Ok(Shape::Nested));
        assert!(shape(&"[".repeat(200_000)).is_err());
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(serde_json::Value::from),
            any::<i64>().prop_map(serde_json::Value::from),
            any::<f64>().prop_map(serde_json::Value::from),
            any::<String>().prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
                prop::collection::hash_map(any::<String>(), inner, 0..6)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_a_json_writer_writes_is_read(value in json()) {
            prop_assert!(shape(&value.to_string()).is_ok());
            let pretty = serde_json::to_string_pretty(&value).unwrap();
            prop_assert!(shape(&pretty).is_ok());
        }

        #[test]
        fn it_agrees_with_another_reader_about_what_is_json(text in "[\\[\\]{}\",:0-9a-u.\\\\ -]{0,24}") {
            let other = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
            prop_assert_eq!(shape(&text).is_ok(), other, "{}", text);
        }

        #[test]
        fn no_text_makes_it_stumble(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Scanner::new(&bytes).whole();
            let _ = Scanner::new(&bytes).object(&mut Vec::new());
        }
    }
}
