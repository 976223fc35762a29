//! Abuse of keys and passwords: leaked, stuffed, validated, rotated.

use crate::domain::Role;

use super::super::rng::mix;
use super::super::row::{Address, DAY, Endpoint, HOUR, MINUTE, Prompt};
use super::super::text::{GO_AGENT, PROGRAMS, REQUESTS_AGENT};
use super::super::traffic::fail;
use super::super::truth::Clue;
use super::super::world::{NETWORKS, Tier, cloud_network, country_of};
use super::{Place, Planter, Story, device_name, ip_name, key_name, shuffled};

/// DE in `COUNTRIES`.
const DE: u8 = 3;
/// NL in `COUNTRIES`.
const NL: u8 = 9;
/// SG in `COUNTRIES`.
const SG: u8 = 14;

/// One key of a German company turns up everywhere for a day and a half.
pub(super) fn leaked_key(planter: &mut Planter) {
    let mut account = planter.person(DE, Tier::Team);
    account.device = planter.name();
    let account = planter.world.add(account);
    let count = planter.amount(60, 10, 5_000);
    planter.habit(account, 0, 14 * DAY, count, 0);
    let key = planter.world.key(account, 0);
    let networks: Vec<u16> =
        shuffled(NETWORKS, &mut planter.rng).into_iter().filter(|&network| country_of(network).code != "DE").collect();
    let used = planter.amount(26, 12, 120) as usize;
    let count = planter.amount(170, 40, 20_000);
    let (from, to) = (9 * DAY + 14 * HOUR, 10 * DAY + 20 * HOUR);
    let mut rows = Vec::new();
    for number in 0..count {
        // Each network comes at least once, so that the picture is the same for every seed.
        let choice = if (number as usize) < used { number } else { planter.rng.below(used as u64) };
        let network = networks.get(choice as usize).copied().unwrap_or(0);
        let place = planter.place(network);
        let agent = planter.rng.below(PROGRAMS) as u16;
        let at = planter.spread(from, to, number, count);
        let mut row = planter.message(account, at, place, agent, key);
        row.device = planter.name();
        if planter.rng.chance(800) {
            fail(&mut row, 429, "rate_limited");
            (row.tokens_in, row.tokens_out, row.flag, row.category) = (0, 0, "", "");
        }
        rows.push(row);
    }
    let story = Story {
        id: "leaked-key",
        title: "A leaked key is used from many networks and countries",
        kind: "leaked key",
        description: format!(
            "The key {} of a company in Germany was used from one home network only. From 11 March, 14:00 UTC, it comes from {used} \
             other networks all over the world within 30 hours.",
            key_name(key)
        ),
        roles: &[Role::Account, Role::Key, Role::Asn, Role::Country],
        filter: format!("key:{} -country:DE", key_name(key)),
        clue: Clue { role: Role::Key, values: vec![key_name(key)], why: "one key, many networks and countries".to_owned() },
        playbook: "key-many-networks",
    };
    planter.tell(rows, story);
}

/// Passwords from a list, tried on many accounts from three addresses.
pub(super) fn credential_stuffing(planter: &mut Planter) {
    let first = 128 + planter.rng.below(100) as u8;
    let ips = [first, first + 1, first + 3].map(|host| Address::v4(203, 0, 113, host));
    let network = cloud_network(NL, 0);
    let count = planter.amount(420, 60, 100_000);
    let (from, to) = (5 * DAY + 2 * HOUR, 5 * DAY + 4 * HOUR + 30 * MINUTE);
    let population = u64::from(planter.world.background);
    let start = planter.rng.below(population);
    let mut rows = Vec::new();
    for number in 0..count {
        let at = planter.spread(from, to, number, count);
        // A prime step visits many different accounts before it meets one again.
        let victim = ((start + number * 7_919) % population) as u32;
        let known = planter.world.account(victim).created < at && !planter.rng.chance(1_500);
        let ip = planter.rng.pick(&ips).copied().unwrap_or(ips[0]);
        let place = Place { network, ip };
        let mut row = planter.call(known.then_some(victim), at, place, REQUESTS_AGENT, "POST", Endpoint::Path("/v1/sessions"));
        row.device = 0;
        // Now and then a password fits; twice at least.
        let hit =
            known && planter.world.account(victim).banned.is_none() && (planter.rng.chance(120) || number % (count / 2) == 20);
        if hit {
            row.session = planter.name();
        } else {
            fail(&mut row, 401, "invalid_credentials");
        }
        rows.push(row);
    }
    let names = ips.map(ip_name).to_vec();
    let story = Story {
        id: "credential-stuffing",
        title: "Stolen passwords are tried on many accounts from three addresses",
        kind: "credential stuffing",
        description: "Within two and a half hours of the night of 7 March three addresses of one data centre fail to log in to one account \
                      after the other; a few passwords fit."
            .to_owned(),
        roles: &[Role::Ip, Role::Account, Role::UserAgent],
        filter: format!("ip:{}", names.join(",")),
        clue: Clue { role: Role::Ip, values: names, why: "failed logins to hundreds of accounts".to_owned() },
        playbook: "credential-stuffing",
    };
    planter.tell(rows, story);
}

/// A dump of keys is checked for live ones.
pub(super) fn key_validation(planter: &mut Planter) {
    let ip = Address::v4(203, 0, 113, 64 + planter.rng.below(60) as u8);
    let place = Place { network: cloud_network(SG, 1), ip };
    let count = planter.amount(190, 40, 50_000);
    let (from, to) = (11 * DAY + 4 * HOUR, 11 * DAY + 5 * HOUR + 20 * MINUTE);
    let mut rows = Vec::new();
    for number in 0..count {
        let at = planter.spread(from, to, number, count);
        let owner = planter.rng.below(u64::from(planter.world.background)) as u32;
        let account = planter.world.account(owner);
        let alive = number % 25 == 7 && account.created < at && account.banned.is_none();
        let mut row = planter.call(alive.then_some(owner), at, place, GO_AGENT, "GET", Endpoint::Path("/v1/models"));
        row.device = 0;
        if alive {
            row.key = planter.world.key(owner, 0);
        } else {
            row.key = mix(planter.rng.next()) | 1;
            fail(&mut row, 401, "invalid_api_key");
        }
        rows.push(row);
    }
    let name = ip_name(ip);
    let story = Story {
        id: "key-validation",
        title: "Keys from a dump are tried one by one",
        kind: "key validation",
        description:
            "One address lists the models with a different key each time, every few seconds; nearly all keys are refused, the \
                      few that are not have leaked."
                .to_owned(),
        roles: &[Role::Ip, Role::Key, Role::Account],
        filter: format!("ip:{name}"),
        clue: Clue {
            role: Role::Ip,
            values: vec![name],
            why: "hundreds of keys from one address, nearly all refused".to_owned(),
        },
        playbook: "key-validation",
    };
    planter.tell(rows, story);
}

/// One client takes the next key whenever one runs into its limit.
pub(super) fn quota_rotation(planter: &mut Planter) {
    let mut account = planter.person(DE + 3, Tier::Pro);
    let keys = planter.amount(14, 10, 60);
    account.keys = keys as u8;
    let account = planter.world.add(account);
    let device = planter.world.account(account).device;
    let place = planter.place(cloud_network(DE + 3, 1));
    let session = planter.name();
    let count = planter.amount(260, 60, 30_000);
    let (from, to) = (7 * DAY + 9 * HOUR, 7 * DAY + 15 * HOUR);
    let mut rows = Vec::new();
    let (mut which, mut left) = (0u64, 6u64);
    for number in 0..count {
        let at = planter.spread(from, to, number, count);
        let key = planter.world.key(account, which % keys);
        let mut row = planter.message(account, at, place, 1, key);
        row.session = session;
        row.prompt = Prompt::App { app: 4, item: number };
        if left == 0 {
            fail(&mut row, 429, "rate_limited");
            (row.tokens_in, row.tokens_out, row.flag, row.category) = (0, 0, "", "");
            row.latency = 20;
            which += 1;
            left = planter.rng.between(3, 7);
        } else {
            left -= 1;
        }
        rows.push(row);
    }
    let name = device_name(device);
    let story = Story {
        id: "quota-rotation",
        title: "One client rotates its keys whenever it meets a rate limit",
        kind: "quota evasion",
        description: format!(
            "One device works through {keys} keys in one session: after every 429 it goes on with the next key, so that the limit of a \
             key never holds it up."
        ),
        roles: &[Role::Account, Role::Key, Role::Session, Role::Device, Role::Ip],
        filter: format!("device:{name}"),
        clue: Clue { role: Role::Device, values: vec![name], why: "many keys, each left after a 429".to_owned() },
        playbook: "quota-key-rotation",
    };
    planter.tell(rows, story);
}
