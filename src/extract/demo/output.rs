//! The demo as text: CSV (RFC 4180) and JSON lines. Fast, because ten million rows pass through here: one buffer, no formatting
//! machinery. Only prompts can hold quotes, and nothing holds control characters or backslashes (a test checks it).

use std::io::Write;

use super::Format;
use super::Spec;
use super::rng::mix;
use super::row::{Address, DAY, Endpoint, HOUR, MINUTE, Millis, Row, SECOND};
use super::text::{self, AGENTS, MODELS, push_number};
use super::world::{FIRST_ASN, World, country_of};
use crate::domain::Timestamp;

/// The columns of `requests`, in order, and the types that Parquet gives them.
pub(super) const REQUESTS: [(&str, &str); 24] = [
    ("timestamp", "TIMESTAMP"),
    ("request_id", "VARCHAR"),
    ("account_id", "VARCHAR"),
    ("api_key_id", "VARCHAR"),
    ("org_id", "VARCHAR"),
    ("session_id", "VARCHAR"),
    ("client_ip", "VARCHAR"),
    ("asn", "VARCHAR"),
    ("country", "VARCHAR"),
    ("user_agent", "VARCHAR"),
    ("device_id", "VARCHAR"),
    ("payment_fingerprint", "VARCHAR"),
    ("endpoint", "VARCHAR"),
    ("method", "VARCHAR"),
    ("status", "INTEGER"),
    ("error_code", "VARCHAR"),
    ("model", "VARCHAR"),
    ("input_tokens", "BIGINT"),
    ("output_tokens", "BIGINT"),
    ("cost_usd", "DOUBLE"),
    ("latency_ms", "INTEGER"),
    ("prompt", "VARCHAR"),
    ("safety_flag", "VARCHAR"),
    ("category", "VARCHAR"),
];

/// The columns of `accounts`.
pub(super) const ACCOUNTS: [(&str, &str); 9] = [
    ("account_id", "VARCHAR"),
    ("org_id", "VARCHAR"),
    ("created_at", "TIMESTAMP"),
    ("tier", "VARCHAR"),
    ("email_domain", "VARCHAR"),
    ("country", "VARCHAR"),
    ("device_id", "VARCHAR"),
    ("payment_fingerprint", "VARCHAR"),
    ("banned_at", "TIMESTAMP"),
];

/// The columns of `bans`.
pub(super) const BANS: [(&str, &str); 3] = [("account_id", "VARCHAR"), ("banned_at", "TIMESTAMP"), ("reason", "VARCHAR")];

/// Puts rows into lines.
pub(super) struct Lines {
    json: bool,
    out: Vec<u8>,
    prompt: Vec<u8>,
    count: u64,
    day: Millis,
    date: String,
}

impl Lines {
    /// Lines of CSV or JSON.
    pub(super) fn new(format: Format) -> Lines {
        Lines {
            json: format == Format::Jsonl,
            out: Vec::with_capacity(1_024),
            prompt: Vec::with_capacity(256),
            count: 0,
            day: Millis::MIN,
            date: String::new(),
        }
    }

    /// What stands before the first request.
    pub(super) fn requests_header(&mut self) -> &[u8] {
        self.out.clear();
        self.header(&REQUESTS);
        &self.out
    }

    fn header(&mut self, columns: &[(&str, &str)]) {
        if !self.json {
            for (place, (name, _)) in columns.iter().enumerate() {
                if place > 0 {
                    self.out.push(b',');
                }
                self.out.extend_from_slice(name.as_bytes());
            }
            self.out.push(b'\n');
        }
    }

    /// Starts the value of column `place`; `text` values are quoted in JSON.
    fn open(&mut self, columns: &[(&str, &str)], place: usize) {
        if self.json {
            self.out.extend_from_slice(if place == 0 { b"{\"" } else { b",\"" });
            self.out.extend_from_slice(columns.get(place).map_or("", |column| column.0).as_bytes());
            self.out.extend_from_slice(b"\":");
        } else if place > 0 {
            self.out.push(b',');
        }
    }

    /// Marks that a column has no value.
    fn nothing(&mut self) {
        if self.json {
            self.out.extend_from_slice(b"null");
        }
    }

    fn quote(&mut self) {
        if self.json {
            self.out.push(b'"');
        }
    }

    fn text(&mut self, text: &str) {
        if text.is_empty() {
            return self.nothing();
        }
        self.quote();
        self.out.extend_from_slice(text.as_bytes());
        self.quote();
    }

    fn name(&mut self, prefix: &str, number: u64, digits: u32) {
        self.quote();
        self.out.extend_from_slice(prefix.as_bytes());
        push_hex(&mut self.out, number, digits);
        self.quote();
    }

    /// A name, or nothing for the number 0.
    fn name_or_nothing(&mut self, prefix: &str, number: u64, digits: u32) {
        if number == 0 { self.nothing() } else { self.name(prefix, number, digits) }
    }

    fn time(&mut self, at: Millis) {
        let day = at.div_euclid(DAY);
        if day != self.day {
            self.day = day;
            self.date = Spec::START.plus(day * DAY * 1_000).strftime("%Y-%m-%dT");
        }
        let rest = at.rem_euclid(DAY);
        self.quote();
        self.out.extend_from_slice(self.date.as_bytes());
        push_padded(&mut self.out, rest / HOUR, 2);
        self.out.push(b':');
        push_padded(&mut self.out, rest / MINUTE % 60, 2);
        self.out.push(b':');
        push_padded(&mut self.out, rest / SECOND % 60, 2);
        self.out.push(b'.');
        push_padded(&mut self.out, rest % SECOND, 3);
        self.out.push(b'Z');
        self.quote();
    }

    fn end(&mut self) {
        if self.json {
            self.out.push(b'}');
        }
        self.out.push(b'\n');
    }

    /// One request as one line. Each call numbers the next request.
    pub(super) fn request(&mut self, row: &Row, world: &World) -> &[u8] {
        let columns = &REQUESTS;
        self.out.clear();
        self.count += 1;
        let account = row.account.map(|number| (world.account_name(number), world.account(number)));
        self.open(columns, 0);
        self.time(row.at);
        self.open(columns, 1);
        self.name("req_", mix(self.count), 16);
        self.open(columns, 2);
        match account {
            Some((name, _)) => self.name("acct_", name.into(), 8),
            None => self.nothing(),
        }
        self.open(columns, 3);
        self.name_or_nothing("key_", row.key, 12);
        self.open(columns, 4);
        match account {
            Some((_, account)) => self.name("org_", world.org_name(account.org).into(), 8),
            None => self.nothing(),
        }
        self.open(columns, 5);
        self.name_or_nothing("sess_", row.session, 12);
        self.open(columns, 6);
        self.quote();
        push_address(&mut self.out, row.ip);
        self.quote();
        self.open(columns, 7);
        self.quote();
        self.out.extend_from_slice(b"AS");
        push_number(&mut self.out, FIRST_ASN + u64::from(row.network));
        self.quote();
        self.open(columns, 8);
        self.text(country_of(row.network).code);
        self.open(columns, 9);
        self.text(AGENTS.get(usize::from(row.agent)).copied().unwrap_or(""));
        self.open(columns, 10);
        self.name_or_nothing("dev_", row.device, 10);
        self.open(columns, 11);
        self.name_or_nothing("pay_", account.map_or(0, |(_, account)| account.payment), 10);
        self.open(columns, 12);
        match row.endpoint {
            Endpoint::Path(path) => self.text(path),
            Endpoint::File(number) => {
                self.quote();
                self.out.extend_from_slice(b"/v1/files/");
                push_padded(&mut self.out, number.into(), 6);
                self.quote();
            }
        }
        self.open(columns, 13);
        self.text(row.method);
        self.open(columns, 14);
        push_number(&mut self.out, row.status.into());
        self.open(columns, 15);
        self.text(row.error);
        self.open(columns, 16);
        let model = row.model.and_then(|model| MODELS.get(usize::from(model)));
        self.text(model.map_or("", |model| model.name));
        match model {
            Some(model) => {
                self.open(columns, 17);
                push_number(&mut self.out, row.tokens_in.into());
                self.open(columns, 18);
                push_number(&mut self.out, row.tokens_out.into());
                self.open(columns, 19);
                push_millionths(&mut self.out, cost(model, row));
            }
            None => {
                for place in 17..20 {
                    self.open(columns, place);
                    self.nothing();
                }
            }
        }
        self.open(columns, 20);
        push_number(&mut self.out, row.latency.into());
        self.open(columns, 21);
        self.prompt(row);
        self.open(columns, 22);
        self.text(row.flag);
        self.open(columns, 23);
        self.text(row.category);
        self.end();
        &self.out
    }

    fn prompt(&mut self, row: &Row) {
        self.prompt.clear();
        text::push_prompt(&mut self.prompt, row.prompt);
        if self.prompt.is_empty() {
            return self.nothing();
        }
        let escape = if self.json { b'\\' } else { b'"' };
        self.out.push(b'"');
        for &byte in &self.prompt {
            if byte == b'"' {
                self.out.push(escape);
            }
            self.out.push(byte);
        }
        self.out.push(b'"');
    }

    /// The whole file of accounts, the oldest first.
    pub(super) fn accounts(&mut self, world: &World) -> Vec<u8> {
        let columns = &ACCOUNTS;
        self.out.clear();
        self.header(columns);
        let mut order: Vec<u32> = (0..world.accounts.len() as u32).collect();
        order.sort_by_key(|&number| (world.account(number).created, world.account_name(number)));
        for number in order {
            let account = world.account(number);
            self.open(columns, 0);
            self.name("acct_", world.account_name(number).into(), 8);
            self.open(columns, 1);
            self.name("org_", world.org_name(account.org).into(), 8);
            self.open(columns, 2);
            self.time(account.created);
            self.open(columns, 3);
            self.text(account.tier.name());
            self.open(columns, 4);
            self.text(account.domain);
            self.open(columns, 5);
            self.text(super::world::COUNTRIES.get(usize::from(account.country)).map_or("", |country| country.code));
            self.open(columns, 6);
            self.name_or_nothing("dev_", account.device, 10);
            self.open(columns, 7);
            self.name_or_nothing("pay_", account.payment, 10);
            self.open(columns, 8);
            match account.banned {
                Some((at, _)) => self.time(at),
                None => self.nothing(),
            }
            self.end();
        }
        std::mem::take(&mut self.out)
    }

    /// The whole file of bans, in the order of time.
    pub(super) fn bans(&mut self, world: &World) -> Vec<u8> {
        let columns = &BANS;
        self.out.clear();
        self.header(columns);
        let mut bans: Vec<(Millis, u32, &str)> = (0u32..)
            .zip(&world.accounts)
            .filter_map(|(number, account)| account.banned.map(|(at, reason)| (at, world.account_name(number), reason)))
            .collect();
        bans.sort_unstable();
        for (at, name, reason) in bans {
            self.open(columns, 0);
            self.name("acct_", name.into(), 8);
            self.open(columns, 1);
            self.time(at);
            self.open(columns, 2);
            self.text(reason);
            self.end();
        }
        std::mem::take(&mut self.out)
    }
}

/// What a request costs, in millionths of a dollar, rounded.
fn cost(model: &text::ModelCard, row: &Row) -> u64 {
    (u64::from(row.tokens_in) * model.price_in + u64::from(row.tokens_out) * model.price_out + 500) / 1_000
}

/// The last `digits` hexadecimal digits of a number.
pub(super) fn push_hex(out: &mut Vec<u8>, number: u64, digits: u32) {
    for place in (0..digits).rev() {
        let digit = (number >> (place * 4) & 0xf) as u8;
        out.push(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 });
    }
}

fn push_padded(out: &mut Vec<u8>, number: i64, digits: u32) {
    for place in (0..digits).rev() {
        out.push(b'0' + (number / 10i64.pow(place) % 10) as u8);
    }
}

fn push_millionths(out: &mut Vec<u8>, millionths: u64) {
    push_number(out, millionths / 1_000_000);
    out.push(b'.');
    push_padded(out, (millionths % 1_000_000) as i64, 6);
}

/// Appends an address.
pub(super) fn push_address(out: &mut Vec<u8>, address: Address) {
    match address {
        Address::V4(number) => {
            for (place, part) in number.to_be_bytes().into_iter().enumerate() {
                if place > 0 {
                    out.push(b'.');
                }
                push_number(out, part.into());
            }
        }
        Address::V6(customer, host) => {
            // Writing into memory cannot fail.
            let _ = write!(out, "2001:db8:{:x}:{:x}::{host:x}", customer >> 16, customer & 0xffff);
        }
    }
}

/// A moment of the demo.
pub(super) const fn moment(at: Millis) -> Timestamp {
    Spec::START.plus(at * 1_000)
}
