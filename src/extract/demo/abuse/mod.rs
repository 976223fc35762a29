//! The planted abuses: their rows, their accounts, their ground truth.

mod accounts;
mod automation;
mod keys;

use std::collections::{BTreeMap, HashSet};

use crate::domain::Role;

use super::output::{moment, push_address};
use super::rng::Rng;
use super::row::{Address, DAY, Endpoint, Millis, Prompt, Row};
use super::text::{self, AGENTS, MODELS};
use super::truth::{Clue, Planted};
use super::world::{self, Account, Tier, World, country_of};
use super::{Spec, traffic};

/// Everything planted in one extract.
#[derive(Default)]
pub(super) struct Plan {
    /// The rows, in the order of time; among them the ordinary ones of accounts that are abused or turn bad.
    pub(super) rows: Vec<Row>,
    /// What was planted.
    pub(super) truth: Vec<Planted>,
}

/// Plans all abuses and adds their accounts to the world.
pub(super) fn plan(spec: &Spec, world: &mut World) -> Plan {
    let mut planter = Planter { rng: Rng::new(spec.seed, 3), world, plan: Plan::default(), percent: percent(spec.rows) };
    keys::leaked_key(&mut planter);
    keys::credential_stuffing(&mut planter);
    keys::key_validation(&mut planter);
    keys::quota_rotation(&mut planter);
    accounts::signup_farm(&mut planter);
    accounts::dormant_wakes(&mut planter);
    accounts::ban_evasion(&mut planter);
    automation::prompt_template(&mut planter);
    automation::regular_cadence(&mut planter);
    automation::token_cost(&mut planter);
    automation::enumeration(&mut planter);
    let mut plan = planter.plan;
    plan.rows.sort_by_key(|row| row.at);
    plan
}

/// The size of the abuses in percent of that at [`Spec::FULL_ROWS`]: it grows with the square root of the rows, so that abuse is rarer
/// the larger the log, and shrinks with the rows below.
fn percent(rows: u64) -> u64 {
    if rows >= Spec::FULL_ROWS { (rows * 10_000 / Spec::FULL_ROWS).isqrt() } else { rows * 100 / Spec::FULL_ROWS }
}

/// What the truth says about an abuse beside what its rows say.
struct Story {
    id: &'static str,
    title: &'static str,
    kind: &'static str,
    description: String,
    /// Roles whose values in the abuse's rows took part.
    roles: &'static [Role],
    filter: String,
    clue: Clue,
    playbook: &'static str,
}

struct Planter<'a> {
    rng: Rng,
    world: &'a mut World,
    plan: Plan,
    percent: u64,
}

/// Where a request comes from.
#[derive(Clone, Copy)]
struct Place {
    network: u16,
    ip: Address,
}

impl Planter<'_> {
    /// An amount that is `base` at [`Spec::FULL_ROWS`], never below `least` and never above `most`.
    fn amount(&self, base: u64, least: u64, most: u64) -> u64 {
        (base * self.percent / 100).clamp(least, most)
    }

    /// A moment in a window, in order: the moment number `place` of `count` evenly spread ones, shifted a little.
    fn spread(&mut self, from: Millis, to: Millis, place: u64, count: u64) -> Millis {
        let step = ((to - from) as u64 / count.max(1)).max(1);
        from + (place * step + self.rng.below(step)) as Millis
    }

    /// A number that names a device, a payment or a session.
    fn name(&mut self) -> u64 {
        self.rng.next() | 1
    }

    /// A customer of a network.
    fn place(&mut self, network: u16) -> Place {
        let customer = self.rng.next() >> 8;
        Place { network, ip: world::address(network, customer, self.world.pool) }
    }

    /// A person's account with a new org, a device, and a means of payment unless it is free; made before the extract begins.
    fn person(&mut self, country: u8, tier: Tier) -> Account {
        Account {
            org: self.world.new_org(),
            country,
            tier,
            service: false,
            created: -(self.rng.between(20 * DAY as u64, 500 * DAY as u64) as Millis),
            banned: None,
            device: self.name(),
            payment: if tier == Tier::Free { 0 } else { self.name() },
            keys: 2,
            domain: self.rng.pick(&text::DOMAINS).copied().unwrap_or("example.com"),
        }
    }

    /// A request without a model, that was answered.
    fn call(
        &mut self,
        account: Option<u32>,
        at: Millis,
        place: Place,
        agent: u16,
        method: &'static str,
        endpoint: Endpoint,
    ) -> Row {
        Row {
            at,
            account,
            key: 0,
            session: 0,
            ip: place.ip,
            network: place.network,
            agent,
            device: account.map_or(0, |number| self.world.account(number).device),
            endpoint,
            method,
            status: 200,
            error: "",
            model: None,
            tokens_in: 0,
            tokens_out: 0,
            latency: self.rng.heavy(45, 250) as u32,
            prompt: Prompt::None,
            flag: "",
            category: "",
        }
    }

    /// A message to a model, with an everyday prompt, that was answered.
    fn message(&mut self, account: u32, at: Millis, place: Place, agent: u16, key: u64) -> Row {
        let mut row = self.call(Some(account), at, place, agent, "POST", Endpoint::Path("/v1/messages"));
        row.key = key;
        row.session = self.name();
        row.prompt = Prompt::Chat(self.rng.next());
        let model = if self.rng.chance(6_000) { text::MINI } else { text::LARGE };
        traffic::answer(&mut row, model, false, &mut self.rng);
        row
    }

    /// Everyday requests of an account between two moments, by the rhythm of its country, in sessions of a few.
    fn habit(&mut self, account: u32, from: Millis, to: Millis, count: u64, agent: u16) {
        let country = self.world.account(account).country;
        let place = self.place(world::home_network(country, u64::from(account) % 2));
        let key = self.world.key(account, 0);
        let mut session = self.name();
        let mut at = from;
        for number in 0..count {
            if number % 5 == 0 {
                session = self.name();
                at = (0..40)
                    .map(|_| from + self.rng.below((to - from) as u64) as Millis)
                    .find(|at| world::rhythm(country, false, at / super::row::HOUR) > 1_500)
                    .unwrap_or(from);
            } else {
                at = (at + self.rng.between(4_000, 90_000) as Millis).min(to - 1);
            }
            let mut row = self.message(account, at, place, agent, key);
            row.session = session;
            self.plan.rows.push(row);
        }
    }

    /// Adds the rows of an abuse and its truth.
    fn tell(&mut self, rows: Vec<Row>, story: Story) {
        let mut entities: BTreeMap<Role, Vec<String>> = BTreeMap::new();
        for &role in story.roles {
            let mut seen = HashSet::new();
            let values = rows.iter().filter_map(|row| self.value(row, role)).filter(|value| seen.insert(value.clone())).collect();
            entities.insert(role, values);
        }
        let at = |row: Option<&Row>| moment(row.map_or(0, |row| row.at));
        self.plan.truth.push(Planted {
            id: story.id.to_owned(),
            title: story.title.to_owned(),
            kind: story.kind.to_owned(),
            description: story.description,
            entities,
            rows: rows.len() as u64,
            first_seen: at(rows.iter().min_by_key(|row| row.at)),
            last_seen: at(rows.iter().max_by_key(|row| row.at)),
            filter: story.filter,
            clue: story.clue,
            playbook: story.playbook.to_owned(),
        });
        self.plan.rows.extend(rows);
    }

    /// The value of a row in a role, as the log shows it.
    fn value(&self, row: &Row, role: Role) -> Option<String> {
        let account = row.account.map(|number| self.world.account(number));
        match role {
            Role::Account => row.account.map(|number| self.account_name(number)),
            Role::Org => account.map(|account| format!("org_{:08x}", self.world.org_name(account.org))),
            Role::Key => (row.key != 0).then(|| key_name(row.key)),
            Role::Session => (row.session != 0).then(|| format!("sess_{:012x}", row.session & 0xffff_ffff_ffff)),
            Role::Ip => Some(ip_name(row.ip)),
            Role::Asn => Some(format!("AS{}", world::FIRST_ASN + u64::from(row.network))),
            Role::Country => Some(country_of(row.network).code.to_owned()),
            Role::UserAgent => AGENTS.get(usize::from(row.agent)).map(|&agent| agent.to_owned()),
            Role::Device => (row.device != 0).then(|| device_name(row.device)),
            Role::Payment => account.filter(|account| account.payment != 0).map(|account| payment_name(account.payment)),
            Role::Model => row.model.and_then(|model| MODELS.get(usize::from(model))).map(|model| model.name.to_owned()),
            _ => None,
        }
    }

    fn account_name(&self, number: u32) -> String {
        format!("acct_{:08x}", self.world.account_name(number))
    }
}

fn key_name(number: u64) -> String {
    format!("key_{:012x}", number & 0xffff_ffff_ffff)
}

fn device_name(number: u64) -> String {
    format!("dev_{:010x}", number & 0xff_ffff_ffff)
}

fn payment_name(number: u64) -> String {
    format!("pay_{:010x}", number & 0xff_ffff_ffff)
}

fn ip_name(address: Address) -> String {
    let mut out = Vec::new();
    push_address(&mut out, address);
    String::from_utf8_lossy(&out).into_owned()
}

/// The numbers from 0 on below `count` in a random order.
fn shuffled(count: u16, rng: &mut Rng) -> Vec<u16> {
    let mut list: Vec<u16> = (0..count).collect();
    for end in (1..list.len()).rev() {
        list.swap(end, rng.below(end as u64 + 1) as usize);
    }
    list
}
