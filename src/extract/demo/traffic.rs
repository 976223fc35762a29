//! The background traffic, session by session, merged with the planted rows in the order of time.
//!
//! Sessions begin in slots of a minute, as many as the rhythm of their hour asks for; the ones that are open wait in a heap, so that
//! memory grows with what happens at the same time, not with the length of the log.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Spec;
use super::rng::{Rng, mix};
use super::row::{Address, DAY, Endpoint, HOUR, MINUTE, Millis, Prompt, Row};
use super::text::{self, AGENTS, CATEGORIES};
use super::world::{self, COUNTRIES, World};

/// The end of the extract.
pub(super) const END: Millis = Spec::DAYS as Millis * DAY;

const SLOTS: i64 = Spec::DAYS as i64 * 24 * 60;

/// A session that is open.
struct Session {
    account: u32,
    left: u32,
    number: u64,
    ip: Address,
    network: u16,
    agent: u16,
    key: u64,
    model: u8,
    browser: bool,
    service: bool,
    /// Whether it runs into its rate limit.
    limited: bool,
    fresh: bool,
}

/// Makes all rows, in the order of time: exactly `spec.rows`, those in `planted` (which must be sorted) among them.
pub(super) fn run<E>(spec: &Spec, world: &World, planted: &[Row], put: &mut dyn FnMut(&Row) -> Result<(), E>) -> Result<(), E> {
    let mut rng = Rng::new(spec.seed, 2);
    let own = spec.rows.saturating_sub(planted.len() as u64);
    let (plan, total) = slots(world, &mut rng);
    let mut hour_weights: Vec<u64> = Vec::with_capacity(world.groups.len());
    let mut planted = planted.iter().take(spec.rows as usize).peekable();
    let mut open: Vec<Session> = Vec::new();
    let mut free: Vec<usize> = Vec::new();
    // Time, then the order of entry, then the place in `open`.
    let mut next: BinaryHeap<Reverse<(Millis, u64, usize)>> = BinaryHeap::new();
    let (mut begun, mut entered, mut passed) = (0u64, 0u64, 0u128);
    for (slot, weight) in (0..SLOTS).zip(plan) {
        let hour = slot / 60;
        if slot % 60 == 0 {
            hour_weights.clear();
            let mut sum = 0;
            for group in &world.groups {
                sum += group.weight() / 1_024 * world::rhythm(group.country, group.service, hour)
                    / if group.service { 5 } else { 1 };
                hour_weights.push(sum);
            }
        }
        passed += u128::from(weight);
        let quota = (u128::from(own) * passed / total.max(1)) as u64;
        while begun < quota {
            let at = slot * MINUTE + rng.below(MINUTE as u64) as Millis;
            let mut session = begin(world, &hour_weights, at, entered, &mut rng);
            session.left = session.left.min((own - begun).min(u64::from(u32::MAX)) as u32);
            begun += u64::from(session.left);
            let place = match free.pop() {
                Some(place) => place,
                None => open.len(),
            };
            match open.get_mut(place) {
                Some(old) => *old = session,
                None => open.push(session),
            }
            next.push(Reverse((at, entered, place)));
            entered += 1;
        }
        // Later slots begin no session before the end of this one, so all up to there is known now.
        let until = if slot + 1 == SLOTS { END } else { (slot + 1) * MINUTE };
        while let Some(&Reverse((at, order, place))) = next.peek() {
            if at >= until {
                break;
            }
            next.pop();
            while let Some(row) = planted.next_if(|row| row.at <= at) {
                put(row)?;
            }
            if let Some(session) = open.get_mut(place) {
                put(&request(world, session, at, &mut rng))?;
                session.left -= 1;
                session.fresh = false;
                if session.left == 0 {
                    free.push(place);
                } else {
                    next.push(Reverse((at + gap(session, at, &mut rng), order, place)));
                }
            }
        }
        while let Some(row) = planted.next_if(|row| row.at < until) {
            put(row)?;
        }
    }
    planted.try_for_each(put)
}

/// Each slot's share of the rows, and the sum of all.
fn slots(world: &World, rng: &mut Rng) -> (Vec<u64>, u128) {
    let mut plan = Vec::with_capacity(SLOTS as usize);
    let mut base = 0;
    for slot in 0..SLOTS {
        if slot % 60 == 0 {
            base = world
                .groups
                .iter()
                .map(|group| group.weight() / 1_024 * world::rhythm(group.country, group.service, slot / 60) / 1_024)
                .sum::<u64>();
        }
        plan.push(base / 1_024 * (700 + rng.below(648)));
    }
    let total = plan.iter().map(|&weight| u128::from(weight)).sum();
    (plan, total)
}

/// The time to the session's next request. What would not fit before the end is pressed together.
fn gap(session: &Session, at: Millis, rng: &mut Rng) -> Millis {
    let median = if session.service { 5_000 } else { 28_000 };
    let wanted = rng.heavy(median, 380).max(60) as Millis;
    wanted.min((END - 1 - at) / Millis::from(session.left.min(i32::MAX as u32) as i32 + 1)).max(0)
}

fn begin(world: &World, hour_weights: &[u64], at: Millis, entered: u64, rng: &mut Rng) -> Session {
    let sum = hour_weights.last().copied().unwrap_or(0);
    let draw = rng.below(sum);
    let place = hour_weights.partition_point(|&end| end <= draw);
    let account = world.groups.get(place).map_or(0, |group| {
        (0..64)
            .map(|_| group.draw(rng))
            .find(|&number| {
                let account = world.account(number);
                // A closed account tries for some hours, then its owner gives up.
                account.created <= at && account.banned.is_none_or(|(when, _)| at < when + 6 * HOUR)
            })
            .unwrap_or_else(|| group.first())
    });
    session(world, account, at, entered, rng)
}

fn session(world: &World, number: u32, at: Millis, entered: u64, rng: &mut Rng) -> Session {
    let account = world.account(number);
    let own = mix(u64::from(number) << 8 ^ 0xacc7);
    let (network, customer, browser, left) = if account.service {
        let org = u64::from(account.org);
        (
            world::cloud_network(account.country, mix(org)),
            (org << 8) | rng.below(1 + mix(org) % 4),
            false,
            1 + rng.heavy(22, 300).min(400),
        )
    } else {
        let country = away(number, account.country, at);
        let day = (at / DAY) as u64;
        let (network, customer) = match rng.below(100) {
            0..55 => (world::home_network(country, own), (u64::from(number) << 8) | ((day + own % 7) / 7)),
            55..80 => (world::phone_network(country, own >> 8), entered),
            _ if own >> 16 & 1 == 0 => (world::office_network(country), u64::from(account.org)),
            _ => (world::home_network(country, own), (u64::from(number) << 8) | ((day + own % 7) / 7)),
        };
        (network, customer, own >> 20 & 7 < 3, 1 + rng.heavy(5, 300).min(80))
    };
    let agent = if browser {
        text::BROWSERS + (own >> 24) % (AGENTS.len() as u64 - text::BROWSERS)
    } else {
        // The product of two draws prefers the first, most common ones; one session in twelve uses the account's other program.
        let choice = if rng.chance(800) { own >> 44 } else { own >> 24 };
        ((choice & 0x3ff) * ((choice >> 10) & 0x3ff) * text::PROGRAMS) >> 20
    };
    let key = if browser { 0 } else { world.key(number, rng.below(u64::from(account.keys)) * rng.below(2)) };
    let model = match (if rng.chance(1_000) { rng.next() } else { own >> 52 }) % 100 {
        0..42 => text::MINI,
        42..68 => text::LARGE,
        68..88 => 2,
        _ => 3,
    };
    Session {
        account: number,
        left: left as u32,
        number: mix(entered ^ own) | 1,
        ip: world::address(network, customer, world.pool),
        network,
        agent: agent as u16,
        key,
        model,
        browser,
        service: account.service,
        limited: account.service && rng.chance(500),
        fresh: true,
    }
}

/// The country where an account's owner is: now and then somebody travels for some days.
fn away(number: u32, home: u8, at: Millis) -> u8 {
    let week = at / (7 * DAY);
    let trip = mix(u64::from(number) << 16 ^ week as u64 ^ 0x7719);
    let day = at / DAY % 7;
    if trip % 100 < 2 && day >= (trip >> 8 & 3) as i64 && day < (trip >> 8 & 3) as i64 + 3 {
        ((trip >> 16) % COUNTRIES.len() as u64) as u8
    } else {
        home
    }
}

/// When the provider itself was in trouble: the second Tuesday, 14:10 to 14:50.
fn outage(at: Millis) -> bool {
    (8 * DAY + 14 * HOUR + 10 * MINUTE..8 * DAY + 14 * HOUR + 50 * MINUTE).contains(&at)
}

fn request(world: &World, session: &Session, at: Millis, rng: &mut Rng) -> Row {
    let account = world.account(session.account);
    let mut row = Row {
        at,
        account: Some(session.account),
        key: session.key,
        session: session.number,
        ip: session.ip,
        network: session.network,
        agent: session.agent,
        device: account.device,
        endpoint: Endpoint::Path("/v1/messages"),
        method: "POST",
        status: 200,
        error: "",
        model: None,
        tokens_in: 0,
        tokens_out: 0,
        latency: rng.heavy(45, 250) as u32,
        prompt: Prompt::None,
        flag: "",
        category: "",
    };
    if session.browser && session.fresh {
        row.endpoint = Endpoint::Path("/v1/sessions");
        if rng.chance(400) {
            fail(&mut row, 401, "invalid_credentials");
        }
        return row;
    }
    let kind = rng.below(1_000);
    match (session.browser, kind) {
        (true, 0..60) => get(&mut row, Endpoint::Path("/v1/usage")),
        (false, 0..35) => get(&mut row, Endpoint::Path("/v1/models")),
        (false, 35..50) => get(&mut row, Endpoint::File(rng.below(1_000_000) as u32)),
        (false, 50..60) => row.endpoint = Endpoint::Path("/v1/files"),
        (false, 60..75) => row.endpoint = Endpoint::Path("/v1/batches"),
        (false, 75..130) => {
            row.endpoint = Endpoint::Path("/v1/embeddings");
            row.model = Some(text::EMBED);
        }
        _ => row.model = Some(session.model),
    }
    if account.banned.is_some_and(|(when, _)| at >= when) {
        fail(&mut row, 403, "account_banned");
        return row;
    }
    let trouble = rng.below(10_000);
    match trouble {
        0..120 => fail(&mut row, 400, "invalid_request"),
        120..150 if session.key != 0 => fail(&mut row, 401, "invalid_api_key"),
        150..175 => fail(&mut row, 403, "permission_denied"),
        175..290 => fail(&mut row, 429, "rate_limited"),
        290..340 => fail(&mut row, 500, "internal_error"),
        340..400 => fail(&mut row, 529, "overloaded"),
        400..2_400 if session.limited => fail(&mut row, 429, "rate_limited"),
        2_400..5_400 if outage(at) => fail(&mut row, 529, "overloaded"),
        _ => {}
    }
    if let Some(model) = row.model {
        row.prompt = if session.service {
            Prompt::App { app: mix(u64::from(account.org)), item: rng.next() >> 1 }
        } else {
            Prompt::Chat(rng.next())
        };
        if row.status == 200 {
            answer(&mut row, model, session.service, rng);
        }
    }
    row
}

fn get(row: &mut Row, endpoint: Endpoint) {
    row.endpoint = endpoint;
    row.method = "GET";
}

/// Turns a row into a failed one.
pub(super) fn fail(row: &mut Row, status: u16, error: &'static str) {
    row.status = status;
    row.error = error;
}

/// Fills in the model's answer: tokens, the time it took, and now and then a flag.
pub(super) fn answer(row: &mut Row, model: u8, service: bool, rng: &mut Rng) {
    row.model = Some(model);
    row.tokens_in = (rng.heavy(if service { 900 } else { 220 }, 300) + 8) as u32;
    if model == text::EMBED {
        row.latency = rng.heavy(110, 200) as u32;
        return;
    }
    row.tokens_out = (rng.heavy(240, 320) + 1) as u32;
    latency(row, rng);
    if rng.chance(18) {
        let part = rng.below(10);
        row.flag = if part < 2 { "blocked" } else { "flagged" };
        row.category = CATEGORIES.get(rng.below(CATEGORIES.len() as u64) as usize).copied().unwrap_or("spam");
    }
}

/// The time that a model needs for the row's tokens.
pub(super) fn latency(row: &mut Row, rng: &mut Rng) {
    let a_token = if row.model == Some(text::LARGE) { 18 } else { 8 };
    row.latency = rng.heavy(180 + u64::from(row.tokens_in) / 20 + u64::from(row.tokens_out) * a_token, 60) as u32;
}
