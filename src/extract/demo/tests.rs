//! Tests of the demo extract: the same everywhere, true to its ground truth, believable, harmless to real people.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;

use sha2::{Digest, Sha256};

use super::output::{ACCOUNTS, BANS, REQUESTS};
use super::*;
use crate::domain::Role;

struct Made {
    _folder: tempfile::TempDir,
    written: Written,
    rows: Vec<Vec<String>>,
    truth: Truth,
}

fn made(spec: Spec) -> Made {
    let folder = tempfile::tempdir().unwrap();
    let written = write_text(&spec, folder.path(), Format::Csv, &mut |_, _| true).unwrap();
    let rows = csv(&fs::read_to_string(&written.requests).unwrap(), &REQUESTS);
    let truth = serde_json::from_slice(&fs::read(&written.truth).unwrap()).unwrap();
    Made { _folder: folder, written, rows, truth }
}

fn csv(text: &str, columns: &[(&str, &str)]) -> Vec<Vec<String>> {
    let mut lines = text.lines();
    let header: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    assert_eq!(lines.next().unwrap(), header.join(","));
    lines
        .map(|line| {
            let mut fields = vec![String::new()];
            let mut quoted = false;
            for c in line.chars() {
                match c {
                    '"' => {
                        if !quoted && !fields.last().unwrap().is_empty() {
                            // The second of two quotes inside a quoted field.
                            fields.last_mut().unwrap().push('"');
                        }
                        quoted = !quoted;
                    }
                    ',' if !quoted => fields.push(String::new()),
                    c => fields.last_mut().unwrap().push(c),
                }
            }
            assert_eq!(fields.len(), columns.len(), "{line}");
            fields
        })
        .collect()
}

fn place(role: &str) -> usize {
    let own = match role {
        "account" => "account_id",
        "key" => "api_key_id",
        "ip" => "client_ip",
        "device" => "device_id",
        "payment" => "payment_fingerprint",
        "session" => "session_id",
        "org" => "org_id",
        other => other,
    };
    REQUESTS.iter().position(|(name, _)| *name == own).unwrap()
}

/// As much of the filter language as the truth uses.
fn fits(row: &[String], filter: &str) -> bool {
    if let Some(text) = filter.strip_prefix('"') {
        return row[place("prompt")].contains(text.trim_end_matches('"'));
    }
    filter.split(' ').all(|term| {
        let (negated, term) = term.strip_prefix('-').map_or((false, term), |term| (true, term));
        let (role, values) = term.split_once(':').unwrap();
        if role == "time" {
            let from: Timestamp = values.strip_suffix("..").unwrap().parse().unwrap();
            return row[0].parse::<Timestamp>().unwrap() >= from;
        }
        let value = &row[place(role)];
        let hit = values.split(',').any(|wanted| match wanted.strip_suffix('*') {
            Some(start) => value.starts_with(start),
            None => value == wanted,
        });
        hit != negated
    })
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let spec = Spec { rows: 20_000, seed: 7, clean: false };
    let csv = write_text(&spec, folder.path(), Format::Csv, &mut |_, _| true).unwrap();
    let lines = write_text(&spec, folder.path(), Format::Jsonl, &mut |_, _| true).unwrap();
    let start = |path: &Path| hash(&fs::read(path).unwrap()[..1_000_000]);
    let whole = |path: &Path| hash(&fs::read(path).unwrap());
    let hashes = [start(&csv.requests), start(&lines.requests), whole(&csv.accounts), whole(&csv.truth)];
    // These literals change only together with VERSION.
    assert_eq!(hashes, ["d82e1ab5e8dad6ce", "6c69653b68063cd0", "ce1d49569b5b2ca9", "bdc8425ba6b0afe7"]);
    let other = write_text(&Spec { seed: 8, ..spec }, folder.path(), Format::Csv, &mut |_, _| true).unwrap();
    assert_ne!(start(&other.requests), hashes[0]);
}

#[test]
fn the_truth_is_what_the_rows_say() {
    for (rows, seed) in [(20_000, 1), (20_000, 2), (200_000, 1)] {
        let made = made(Spec { rows, seed, clean: false });
        assert_eq!(made.rows.len() as u64, rows);
        assert_eq!(made.truth.planted.len(), 11);
        for planted in &made.truth.planted {
            let about = format!("{} of {rows} rows, seed {seed}", planted.id);
            let hits: Vec<&Vec<String>> = made.rows.iter().filter(|row| fits(row, &planted.filter)).collect();
            assert_eq!(hits.len() as u64, planted.rows, "{about}");
            assert!(hits.len() >= 80, "{about}");
            let time = |row: Option<&&Vec<String>>| row.unwrap()[0].parse::<Timestamp>().unwrap();
            assert_eq!(time(hits.first()), planted.first_seen, "{about}");
            assert_eq!(time(hits.last()), planted.last_seen, "{about}");
            for (role, values) in &planted.entities {
                let column = place(role.name());
                let seen: BTreeSet<&str> =
                    hits.iter().map(|row| row[column].as_str()).filter(|value| !value.is_empty()).collect();
                let told: BTreeSet<&str> = values.iter().map(String::as_str).collect();
                assert_eq!(seen, told, "{about}: {role}");
            }
            for value in &planted.clue.values {
                let column = if planted.clue.role == Role::Content { "prompt" } else { planted.clue.role.name() };
                assert!(hits.iter().any(|row| row[place(column)].starts_with(value)), "{about}: {value}");
            }
        }
    }
}

#[test]
fn every_abuse_shows_the_mark_of_its_kind() {
    let made = made(Spec { rows: 50_000, seed: 3, clean: false });
    let hits = |id: &str| -> Vec<&Vec<String>> {
        let planted = made.truth.planted.iter().find(|planted| planted.id == id).unwrap();
        made.rows.iter().filter(|row| fits(row, &planted.filter)).collect()
    };
    let distinct = |rows: &[&Vec<String>], role: &str| rows.iter().map(|row| &row[place(role)]).collect::<HashSet<_>>().len();
    let leaked = hits("leaked-key");
    assert!(distinct(&leaked, "asn") >= 12 && distinct(&leaked, "country") >= 8 && distinct(&leaked, "key") == 1);
    let stuffing = hits("credential-stuffing");
    assert!(distinct(&stuffing, "account") >= 200 && distinct(&stuffing, "ip") == 3);
    assert!(stuffing.iter().filter(|row| row[place("status")] == "200").count() >= 2);
    let validation = hits("key-validation");
    assert!(distinct(&validation, "key") >= 100 && distinct(&validation, "ip") == 1);
    let rotation = hits("quota-rotation");
    assert!(distinct(&rotation, "key") >= 10 && rotation.iter().any(|row| row[place("status")] == "429"));
    let cadence: Vec<i64> = hits("regular-cadence").iter().map(|row| row[0].parse::<Timestamp>().unwrap().0).collect();
    assert!(cadence.windows(2).all(|pair| (pair[1] - pair[0] - 60_000_000).abs() <= 400_000));
    let files: Vec<u32> =
        hits("enumeration").iter().map(|row| row[place("endpoint")].trim_start_matches("/v1/files/").parse().unwrap()).collect();
    assert!(files.windows(2).all(|pair| pair[1] == pair[0] + 1));
    let template = hits("prompt-template");
    assert!(distinct(&template, "account") >= 18 && template.iter().any(|row| row[place("category")] == "policy_evasion"));
    let costs: Vec<f64> = hits("token-cost").iter().map(|row| row[place("cost_usd")].parse().unwrap()).collect();
    let others = made
        .rows
        .iter()
        .filter(|row| row[place("output_tokens")].len() < 5)
        .map(|row| row[place("cost_usd")].parse().unwrap_or(0.0));
    assert!(costs.iter().copied().fold(f64::MAX, f64::min) > 2.0 * others.fold(0.0, f64::max));
    let evasion = hits("ban-evasion");
    assert!(distinct(&evasion, "device") == 1 && distinct(&evasion, "payment") == 1 && distinct(&evasion, "account") == 5);
    let dormant = hits("dormant-wakes");
    let account = &dormant[0][place("account")];
    let before: Vec<&Vec<String>> =
        made.rows.iter().filter(|row| row[place("account")] == *account && row[place("country")] == "JP").collect();
    assert!(before.len() == 5 && before.last().unwrap()[0].starts_with("2026-03-0"));
    let accounts = csv(&fs::read_to_string(&made.written.accounts).unwrap(), &ACCOUNTS);
    let farm: HashSet<&String> = hits("signup-farm").iter().map(|row| &row[place("account")]).collect();
    let born: Vec<&str> = accounts.iter().filter(|row| farm.contains(&row[0])).map(|row| row[2].as_str()).collect();
    assert!(born.len() == farm.len() && born.iter().all(|at| at.starts_with("2026-03-05T0")), "{born:?}");
}

#[test]
fn nobody_real_is_accused() {
    let made = made(Spec { rows: 50_000, seed: 5, clean: false });
    for row in &made.rows {
        let ip: std::net::IpAddr = row[place("ip")].parse().unwrap();
        let allowed = match ip {
            std::net::IpAddr::V4(ip) => match ip.octets() {
                [10, ..] | [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => true,
                [100, second, ..] => (64..128).contains(&second),
                _ => false,
            },
            std::net::IpAddr::V6(ip) => ip.segments()[..2] == [0x2001, 0xdb8],
        };
        assert!(allowed, "{ip}");
        let asn: u32 = row[place("asn")].strip_prefix("AS").unwrap().parse().unwrap();
        assert!((64_512..=65_534).contains(&asn));
    }
    let accounts = csv(&fs::read_to_string(&made.written.accounts).unwrap(), &ACCOUNTS);
    for row in &accounts {
        let domain = &row[4];
        assert!(domain.ends_with(".example") || domain.starts_with("example."), "{domain}");
    }
}

#[test]
fn rows_are_in_order_unique_and_consistent() {
    let made = made(Spec { rows: 50_000, seed: 6, clean: false });
    let accounts = csv(&fs::read_to_string(&made.written.accounts).unwrap(), &ACCOUNTS);
    let bans = csv(&fs::read_to_string(&made.written.bans).unwrap(), &BANS);
    let known: HashMap<&String, &Vec<String>> = accounts.iter().map(|row| (&row[0], row)).collect();
    assert_eq!(known.len(), accounts.len(), "account names are unique");
    assert_eq!(bans.len(), accounts.iter().filter(|row| !row[8].is_empty()).count());
    assert!(bans.iter().all(|row| known[&row[0]][8] == row[1]));
    assert!(made.rows.is_sorted_by(|a, b| a[0] <= b[0]));
    assert!(made.rows.iter().map(|row| &row[1]).collect::<HashSet<_>>().len() == made.rows.len());
    let (start, end) = (Spec::START.to_string(), Spec::END.to_string());
    let prices: HashMap<&str, (u64, u64)> =
        text::MODELS.iter().map(|model| (model.name, (model.price_in, model.price_out))).collect();
    let mut sessions: HashMap<&str, &str> = HashMap::new();
    for row in &made.rows {
        let cell = |role: &str| row[place(role)].as_str();
        assert!(row[0].as_str() >= start.as_str() && row[0].as_str() < end.as_str() && row[0].len() == 24, "{}", row[0]);
        assert_eq!(cell("status").parse::<u16>().unwrap() >= 400, !cell("error_code").is_empty(), "{row:?}");
        assert_eq!(cell("category").is_empty(), cell("safety_flag").is_empty());
        if let Some(account) = known.get(&row[place("account")]) {
            assert!(account[2] <= row[0], "a request before its account: {row:?}");
            assert!(
                account[8].is_empty() || row[0] < account[8] || cell("status") != "200" || cell("model").is_empty(),
                "{row:?}"
            );
            assert_eq!(account[1], cell("org"));
        } else {
            assert!(cell("account").is_empty());
        }
        if let Some((price_in, price_out)) = prices.get(cell("model")) {
            let tokens = |role: &str| cell(role).parse::<u64>().unwrap();
            let cost = (tokens("input_tokens") * price_in + tokens("output_tokens") * price_out + 500) / 1_000;
            assert_eq!(cell("cost_usd"), format!("{}.{:06}", cost / 1_000_000, cost % 1_000_000));
            assert!(!cell("prompt").is_empty());
        }
        if !cell("session").is_empty() && !cell("key").is_empty() && !cell("account").is_empty() {
            assert_eq!(*sessions.entry(cell("session")).or_insert(cell("account")), cell("account"), "a session has one account");
        }
    }
}

#[test]
fn the_background_is_believable() {
    let made = made(Spec { rows: 200_000, seed: 4, clean: true });
    assert!(made.truth.planted.is_empty());
    let rows = made.rows.len() as f64;
    let share = |test: &dyn Fn(&Vec<String>) -> bool| made.rows.iter().filter(|row| test(row)).count() as f64 / rows;
    let between = |what: &str, value: f64, low: f64, high: f64| assert!((low..high).contains(&value), "{what}: {value}");
    let is = |role: &'static str, wanted: &'static str| move |row: &Vec<String>| row[place(role)] == wanted;
    between("answered", share(&is("status", "200")), 0.93, 0.98);
    between("rate limited", share(&is("status", "429")), 0.008, 0.03);
    between("overloaded", share(&is("status", "529")), 0.003, 0.02);
    between("messages", share(&is("endpoint", "/v1/messages")), 0.75, 0.92);
    between("flagged", share(&|row| !row[place("safety_flag")].is_empty()), 0.0005, 0.005);
    between("United States", share(&is("country", "US")), 0.18, 0.45);
    between("browsers", share(&|row| row[place("user_agent")].starts_with("Mozilla")), 0.08, 0.4);
    // The weekend is quieter, and there is a night.
    let days = share(&|row| ["07", "08", "14", "15"].contains(&&row[0][8..10]));
    between("weekend", days, 0.12, 0.24);
    let german = |hours: [&str; 4]| {
        let hits = made.rows.iter().filter(|row| {
            row[place("country")] == "DE" && row[place("user_agent")].starts_with("Mozilla") && hours.contains(&&row[0][11..13])
        });
        hits.count()
    };
    assert!(german(["08", "09", "10", "13"]) > 8 * german(["00", "01", "02", "03"]));
    // Heavy tails: few accounts send much, many send little.
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for row in &made.rows {
        *counts.entry(&row[place("account")]).or_default() += 1;
    }
    let mut sizes: Vec<u64> = counts.values().copied().collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    let top: u64 = sizes.iter().take(sizes.len() / 100).sum();
    between("the first hundredth of accounts", top as f64 / rows, 0.12, 0.5);
    assert!(sizes[sizes.len() / 2] < 60, "{}", sizes[sizes.len() / 2]);
    // Some addresses are shared by many accounts of different orgs, most are not.
    let mut users: BTreeMap<&str, HashSet<&str>> = BTreeMap::new();
    for row in &made.rows {
        users.entry(&row[place("ip")]).or_default().insert(&row[place("org")]);
    }
    assert!(users.values().filter(|orgs| orgs.len() >= 20).count() >= 20);
    between("addresses of one org", users.values().filter(|orgs| orgs.len() == 1).count() as f64 / users.len() as f64, 0.6, 0.98);
    // Prompts are many.
    let prompts: HashSet<&str> = made.rows.iter().map(|row| row[place("prompt")].as_str()).collect();
    assert!(prompts.len() > 80_000, "{}", prompts.len());
}

#[test]
fn json_lines_are_json_and_say_the_same_as_the_csv() {
    let folder = tempfile::tempdir().unwrap();
    let spec = Spec { rows: 5_000, seed: 9, clean: false };
    let written = write_text(&spec, folder.path(), Format::Jsonl, &mut |_, _| true).unwrap();
    let made = made(spec);
    let text = fs::read_to_string(&written.requests).unwrap();
    assert_eq!(text.lines().count(), made.rows.len());
    for (line, row) in text.lines().zip(&made.rows) {
        let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).unwrap();
        for ((name, _), cell) in REQUESTS.iter().zip(row) {
            match &object[*name] {
                serde_json::Value::Null => assert!(cell.is_empty()),
                serde_json::Value::String(text) => assert_eq!(text, cell),
                number => assert_eq!(number.as_f64().unwrap(), cell.parse::<f64>().unwrap()),
            }
        }
    }
    for path in [&written.accounts, &written.bans] {
        for line in fs::read_to_string(path).unwrap().lines() {
            serde_json::from_str::<serde_json::Value>(line).unwrap();
        }
    }
}

#[test]
fn small_demos_hold_the_abuses_and_smaller_ones_are_refused() {
    let made = made(Spec { rows: Spec::MIN_ROWS, seed: 1, clean: false });
    assert_eq!(made.rows.len() as u64, Spec::MIN_ROWS);
    assert_eq!(made.truth.planted.len(), 11);
    for planted in &made.truth.planted {
        assert_eq!(made.rows.iter().filter(|row| fits(row, &planted.filter)).count() as u64, planted.rows, "{}", planted.id);
    }
    let folder = tempfile::tempdir().unwrap();
    let spec = Spec { rows: 10, ..Spec::default() };
    assert!(matches!(write_text(&spec, folder.path(), Format::Csv, &mut |_, _| true), Err(DemoError::TooFew(10))));
    let clean = write_text(&Spec { clean: true, ..spec }, folder.path(), Format::Csv, &mut |_, _| true).unwrap();
    assert_eq!(csv(&fs::read_to_string(clean.requests).unwrap(), &REQUESTS).len(), 10);
}

struct Broken;

impl Opener for Broken {
    fn open(
        &self,
        _: &crate::engine::OpenOptions,
    ) -> Result<std::sync::Arc<dyn crate::engine::Engine>, crate::engine::EngineError> {
        Err(crate::engine::EngineError::Closed)
    }
}

#[test]
fn stopping_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("requests.csv"), "mine").unwrap();
    let spec = Spec { rows: 50_000, ..Spec::default() };
    let mut looks = 0;
    let outcome = write(&spec, folder.path(), Format::Csv, &Broken, &mut |done, total| {
        looks += 1;
        assert!(done <= total);
        looks < 3
    });
    assert!(matches!(outcome, Err(DemoError::Interrupted)));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(fs::read(folder.path().join("requests.csv")).unwrap(), b"mine");
}

#[test]
fn the_cache_is_filled_once_and_only_whole() {
    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::under(folder.path());
    let spec = Spec { rows: 20_000, ..Spec::default() };
    assert!(cached(&spec, &paths, &Broken, &mut |_, _| false).is_err());
    assert_eq!(fs::read_dir(paths.cache.join("demo")).unwrap().count(), 0, "nothing half-made stays");
    let path = cached(&spec, &paths, &Broken, &mut |_, _| true).unwrap();
    let mut looked = false;
    let again = cached(&spec, &paths, &Broken, &mut |_, _| {
        looked = true;
        true
    });
    assert_eq!(again.unwrap(), path);
    assert!(!looked, "the second time nothing is written");
    assert!(path.parent().unwrap().join("truth.json").is_file());
}

#[test]
fn without_an_engine_parquet_fails_with_its_reason_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let outcome = write(&Spec { rows: 1_000, ..Spec::default() }, folder.path(), Format::Parquet, &Broken, &mut |_, _| true);
    assert!(matches!(outcome, Err(DemoError::Convert(_))), "{outcome:?}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
