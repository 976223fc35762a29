//! Who lives in the demo: countries, networks, orgs, accounts, and how active each is at what hour.

use super::Spec;
use super::rng::{Rng, mix, mix32};
use super::row::{Address, DAY, HOUR, Millis};
use super::text;

/// A country: its code, the hours that its clocks are ahead of UTC, and its weight among the accounts.
pub(super) struct Country {
    pub(super) code: &'static str,
    pub(super) ahead: i64,
    weight: u64,
}

const fn country(code: &'static str, ahead: i64, weight: u64) -> Country {
    Country { code, ahead, weight }
}

/// The countries.
pub(super) const COUNTRIES: [Country; 20] = [
    country("US", -6, 30),
    country("IN", 5, 10),
    country("GB", 0, 8),
    country("DE", 1, 8),
    country("JP", 9, 6),
    country("FR", 1, 6),
    country("BR", -3, 6),
    country("CA", -5, 4),
    country("AU", 10, 3),
    country("NL", 1, 3),
    country("KR", 9, 3),
    country("ES", 1, 3),
    country("IT", 1, 2),
    country("PL", 1, 2),
    country("SG", 8, 2),
    country("ZA", 2, 2),
    country("MX", -6, 2),
    country("SE", 1, 2),
    country("NG", 1, 1),
    country("ID", 7, 2),
];

/// Networks of each country, in this order: three of homes (the last gives IPv6), two of phones, two of data centres, one of offices.
const NETWORKS_PER_COUNTRY: u16 = 8;
/// How many of them are of homes.
const HOMES: u64 = 3;
/// How many networks there are.
pub(super) const NETWORKS: u16 = NETWORKS_PER_COUNTRY * COUNTRIES.len() as u16;

/// The number that the first network has in public: the start of the private-use range of RFC 6996.
pub(super) const FIRST_ASN: u64 = 64_512;

/// The country of a network.
pub(super) fn country_of(network: u16) -> &'static Country {
    let place = usize::from(network / NETWORKS_PER_COUNTRY);
    COUNTRIES.get(place).unwrap_or(&COUNTRIES[0])
}

/// The network of homes number `choice` in a country.
pub(super) const fn home_network(country: u8, choice: u64) -> u16 {
    country as u16 * NETWORKS_PER_COUNTRY + (choice % HOMES) as u16
}

/// The network of phones number `choice` in a country.
pub(super) const fn phone_network(country: u8, choice: u64) -> u16 {
    country as u16 * NETWORKS_PER_COUNTRY + 3 + (choice % 2) as u16
}

/// The data centre number `choice` in a country.
pub(super) const fn cloud_network(country: u8, choice: u64) -> u16 {
    country as u16 * NETWORKS_PER_COUNTRY + 5 + (choice % 2) as u16
}

/// The network of the offices of a country.
pub(super) const fn office_network(country: u8) -> u16 {
    country as u16 * NETWORKS_PER_COUNTRY + 7
}

/// Office addresses in a country, each shared by many.
const OFFICES: u64 = 6;

/// The address of customer number `customer` in a network. Homes and data centres are in 10.0.0.0/8 and 2001:db8::/32, offices in
/// the documentation ranges, phones behind few shared addresses in 100.64.0.0/10 (`pool` of them in each network).
pub(super) fn address(network: u16, customer: u64, pool: u64) -> Address {
    let place = network % NETWORKS_PER_COUNTRY;
    let number = (network & 0xff) as u8;
    let scrambled = mix(customer ^ u64::from(network) << 48);
    match place {
        2 => Address::V6(u32::from(network) << 20 | (scrambled & 0xf_ffff) as u32 | 1, 1 + (scrambled >> 40 & 0xfff) as u16),
        3 | 4 => {
            let which = (scrambled % pool.max(1)) as u32;
            let block = u32::from(network / NETWORKS_PER_COUNTRY * 2 + (place - 3));
            Address::V4((100 << 24) | (64 + block) << 16 | (which + 1))
        }
        7 => {
            // The first offices are the largest.
            let which = (scrambled % OFFICES).min(scrambled >> 20 & 0x7);
            let host = u64::from(network / NETWORKS_PER_COUNTRY) * OFFICES + which;
            if host.is_multiple_of(2) {
                Address::v4(192, 0, 2, 10 + (host / 2) as u8)
            } else {
                Address::v4(198, 51, 100, 10 + (host / 2) as u8)
            }
        }
        _ => Address::v4(10, number, (scrambled >> 8 & 0xff) as u8, 1 + (scrambled % 254) as u8),
    }
}

/// What an account pays for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub(super) enum Tier {
    Free,
    Pro,
    Team,
    Enterprise,
}

impl Tier {
    /// Its name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Tier::Free => "free",
            Tier::Pro => "pro",
            Tier::Team => "team",
            Tier::Enterprise => "enterprise",
        }
    }
}

/// An account.
#[derive(Debug, Clone)]
pub(super) struct Account {
    /// The org's number.
    pub(super) org: u32,
    /// The place in [`COUNTRIES`].
    pub(super) country: u8,
    /// What it pays for.
    pub(super) tier: Tier,
    /// Whether programs use it, from a data centre and around the clock, rather than a person.
    pub(super) service: bool,
    /// When it was made.
    pub(super) created: Millis,
    /// When and why it was closed.
    pub(super) banned: Option<(Millis, &'static str)>,
    /// The device's number; 0 for none.
    pub(super) device: u64,
    /// The means of payment; 0 for none.
    pub(super) payment: u64,
    /// How many keys it has.
    pub(super) keys: u8,
    /// The mail domain.
    pub(super) domain: &'static str,
}

/// Accounts of one country and kind, drawn by how active they are.
pub(super) struct Group {
    /// The place in [`COUNTRIES`].
    pub(super) country: u8,
    /// Whether its accounts are services.
    pub(super) service: bool,
    members: Vec<u32>,
    cumulative: Vec<u64>,
}

impl Group {
    /// The sum of the members' weights.
    pub(super) fn weight(&self) -> u64 {
        self.cumulative.last().copied().unwrap_or(0)
    }

    /// One of the members, the active ones more often.
    pub(super) fn draw(&self, rng: &mut Rng) -> u32 {
        let at = rng.below(self.weight());
        let place = self.cumulative.partition_point(|&end| end <= at);
        self.members.get(place).copied().unwrap_or(0)
    }

    /// The most active member, which was there from the start and stays.
    pub(super) fn first(&self) -> u32 {
        self.members.first().copied().unwrap_or(0)
    }
}

/// All accounts and networks.
pub(super) struct World {
    /// What distinguishes the names of this seed from those of others.
    salt: u64,
    /// The accounts: those of the background traffic, then the planted ones.
    pub(super) accounts: Vec<Account>,
    /// How many accounts make the background traffic.
    pub(super) background: u32,
    /// The background accounts by country and kind; none is empty.
    pub(super) groups: Vec<Group>,
    /// Shared addresses in each network of phones.
    pub(super) pool: u64,
    orgs: u32,
}

/// How often people work, by the hour of their own clock.
const HOURS: [u64; 24] = [3, 2, 1, 1, 1, 2, 5, 12, 25, 40, 46, 44, 36, 42, 46, 44, 38, 30, 24, 20, 17, 13, 9, 5];

/// How active accounts of a country and kind are in an hour of the extract, in hundredths.
pub(super) fn rhythm(country: u8, service: bool, hour: i64) -> u64 {
    let ahead = COUNTRIES.get(usize::from(country)).map_or(0, |country| country.ahead);
    let local = hour + ahead;
    // The extract begins on a Monday.
    let weekend = local.div_euclid(24).rem_euclid(7) >= 5;
    let people = HOURS.get(local.rem_euclid(24) as usize).copied().unwrap_or(0) * 100;
    match (service, weekend) {
        (false, false) => people,
        (false, true) => people * 35 / 100,
        // Services follow their own users by half.
        (true, false) => 1_400 + people / 2,
        (true, true) => 1_200 + people / 4,
    }
}

impl World {
    /// The population of a demo of this size.
    pub(super) fn new(spec: &Spec) -> World {
        let mut rng = Rng::new(spec.seed, 1);
        let background = (spec.rows / 60).clamp(300, 200_000) as u32;
        let mut world = World {
            salt: mix(spec.seed ^ 0x5eed),
            accounts: Vec::with_capacity(background as usize + 512),
            background,
            groups: Vec::new(),
            pool: 12 + u64::from(background) / 300,
            orgs: 0,
        };
        let mut left_in_org = 0;
        let mut country = 0;
        let mut tier = Tier::Free;
        let (mut org, mut payment, mut servers) = (0, 0, 0);
        for number in 0..background {
            if left_in_org == 0 {
                left_in_org = if rng.chance(7_200) { 1 } else { 2 + rng.heavy(4, 300).min(30) };
                country = draw_country(&mut rng);
                org = world.new_org();
                tier = match (left_in_org, rng.below(100)) {
                    (1, 0..60) => Tier::Free,
                    (1, _) => Tier::Pro,
                    (_, 0..70) => Tier::Team,
                    _ => Tier::Enterprise,
                };
                payment = if tier == Tier::Free { 0 } else { rng.next() | 1 };
                servers = rng.next() | 1;
            }
            left_in_org -= 1;
            let service = tier != Tier::Free && rng.chance(if number < background / 20 { 5_000 } else { 1_000 });
            let created = if number < 64 || !rng.chance(800) {
                -(rng.between(DAY as u64, 900 * DAY as u64) as Millis)
            } else {
                rng.below(12 * DAY as u64) as Millis
            };
            let banned = (number >= 64 && rng.chance(30)).then(|| {
                let reason = *rng.pick(&["payment_fraud", "spam", "chargeback", "terms_violation"]).unwrap_or(&"spam");
                (rng.between(DAY as u64, 13 * DAY as u64) as Millis, reason)
            });
            let previous = world.accounts.last().map_or(0, |account| account.device);
            let device = match (service, rng.chance(100)) {
                (true, _) => servers,
                // A household: two accounts on one computer.
                (false, true) if previous != 0 => previous,
                (false, _) => rng.next() | 1,
            };
            world.accounts.push(Account {
                org,
                country: if rng.chance(500) { draw_country(&mut rng) } else { country },
                tier,
                service,
                created,
                banned: banned.filter(|(at, _)| *at > created + HOUR),
                device,
                payment,
                keys: if service { rng.between(1, 5) as u8 } else { 1 + u8::from(rng.chance(2_500)) },
                domain: domain(tier, org, &mut rng),
            });
        }
        world.groups = world.make_groups();
        world
    }

    fn make_groups(&self) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::with_capacity(COUNTRIES.len() * 2);
        for country in 0..COUNTRIES.len() as u8 {
            for service in [false, true] {
                groups.push(Group { country, service, members: Vec::new(), cumulative: Vec::new() });
            }
        }
        for (number, account) in self.accounts.iter().enumerate() {
            let place = usize::from(account.country) * 2 + usize::from(account.service);
            if let Some(group) = groups.get_mut(place) {
                // Zipf's law, its head flattened. A service asks more in a session than a person.
                let weight = 1_000_000_000 / (number as u64 + 12) * if account.service { 2 } else { 6 };
                // The first member of a group answers when nobody else may, so it must be one that always may.
                if group.members.is_empty() && (account.created >= 0 || account.banned.is_some()) {
                    continue;
                }
                group.members.push(number as u32);
                group.cumulative.push(group.weight() + weight);
            }
        }
        groups.retain(|group| !group.members.is_empty());
        groups
    }

    /// A new org.
    pub(super) fn new_org(&mut self) -> u32 {
        self.orgs += 1;
        self.orgs
    }

    /// Adds an account that takes no part in the background traffic.
    pub(super) fn add(&mut self, account: Account) -> u32 {
        self.accounts.push(account);
        (self.accounts.len() - 1) as u32
    }

    /// The account with this number; the first for numbers out of range.
    pub(super) fn account(&self, number: u32) -> &Account {
        self.accounts.get(number as usize).unwrap_or(&self.accounts[0])
    }

    /// The number in an account's name. Scrambled, so that names do not tell who is who.
    pub(super) fn account_name(&self, number: u32) -> u32 {
        mix32(number ^ self.salt as u32)
    }

    /// The number in an org's name.
    pub(super) fn org_name(&self, number: u32) -> u32 {
        mix32(number ^ (self.salt >> 32) as u32)
    }

    /// The number of an account's key.
    pub(super) fn key(&self, account: u32, which: u64) -> u64 {
        mix(self.salt ^ (u64::from(account) << 20 | which)) | 1
    }
}

fn draw_country(rng: &mut Rng) -> u8 {
    let total: u64 = COUNTRIES.iter().map(|country| country.weight).sum();
    let mut at = rng.below(total);
    for (place, country) in COUNTRIES.iter().enumerate() {
        if at < country.weight {
            return place as u8;
        }
        at -= country.weight;
    }
    0
}

fn domain(tier: Tier, org: u32, rng: &mut Rng) -> &'static str {
    let list = &text::DOMAINS;
    let choice = match tier {
        Tier::Free | Tier::Pro => rng.below(5),
        // One org, one domain.
        Tier::Team | Tier::Enterprise => u64::from(org) % list.len() as u64,
    };
    list.get(choice as usize).copied().unwrap_or("example.com")
}
