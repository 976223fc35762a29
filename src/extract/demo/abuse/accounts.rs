//! Abuse by accounts: made in bulk, woken up, made again after a ban.

use crate::domain::Role;

use super::super::output::moment;
use super::super::row::{Address, DAY, Endpoint, HOUR, MINUTE, Millis};
use super::super::text::THROWAWAY;
use super::super::traffic::fail;
use super::super::truth::Clue;
use super::super::world::{Tier, cloud_network, home_network, phone_network};
use super::{Place, Planter, Story, device_name, payment_name};

/// BR in `COUNTRIES`.
const BR: u8 = 6;
/// JP in `COUNTRIES`.
const JP: u8 = 4;
/// CA in `COUNTRIES`.
const CA: u8 = 7;
/// ZA in `COUNTRIES`.
const ZA: u8 = 15;

/// Two computers and one card make many accounts within three hours.
pub(super) fn signup_farm(planter: &mut Planter) {
    let devices = [planter.name(), planter.name()];
    let payment = planter.name();
    let network = home_network(BR, 1);
    let count = planter.amount(22, 8, 500);
    let (from, to) = (3 * DAY + HOUR, 3 * DAY + 4 * HOUR);
    let mut rows = Vec::new();
    for number in 0..count {
        let created = planter.spread(from, to, number, count);
        let mut account = planter.person(BR, Tier::Free);
        account.created = created;
        account.device = devices[(number % 2) as usize];
        account.payment = payment;
        account.domain = THROWAWAY;
        let account = planter.world.add(account);
        let ip = Address::v4(10, network as u8, 77, 1 + planter.rng.below(250) as u8);
        let place = Place { network, ip };
        let agent = 18 + (number % 2) as u16;
        for (later, path) in [(0, "/v1/accounts"), (40_000, "/v1/keys")] {
            let mut row = planter.call(Some(account), created + later, place, agent, "POST", Endpoint::Path(path));
            row.status = 201;
            rows.push(row);
        }
        let key = planter.world.key(account, 0);
        for _ in 0..planter.rng.between(3, 5) {
            let at = created + planter.rng.between(3 * MINUTE as u64, 2 * DAY as u64) as Millis;
            rows.push(planter.message(account, at, place, 0, key));
        }
    }
    let names = devices.map(device_name).to_vec();
    let story = Story {
        id: "signup-farm",
        title: "Accounts are made in bulk with two devices and one card",
        kind: "signup farm",
        description: format!(
            "In the night of 5 March {count} free accounts are made within three hours from one block of addresses, with throw-away mail, \
             two devices and the one payment fingerprint {}; each is used a little.",
            payment_name(payment)
        ),
        roles: &[Role::Account, Role::Device, Role::Payment, Role::Ip],
        filter: format!("device:{}", names.join(",")),
        clue: Clue { role: Role::Device, values: names, why: "many new accounts of different orgs share it".to_owned() },
        playbook: "signup-farm",
    };
    planter.tell(rows, story);
}

/// An old, silent account is taken over.
pub(super) fn dormant_wakes(planter: &mut Planter) {
    let mut account = planter.person(JP, Tier::Pro);
    account.created = -720 * DAY;
    let account = planter.world.add(account);
    planter.habit(account, 0, DAY + 12 * HOUR, 5, 3);
    let place = planter.place(cloud_network(ZA, 0));
    let key = planter.world.key(account, 0);
    let count = planter.amount(150, 30, 10_000);
    let (from, to) = (12 * DAY + 3 * HOUR, 12 * DAY + 8 * HOUR);
    let device = planter.name();
    let session = planter.name();
    let mut rows = Vec::new();
    for number in 0..count {
        let at = planter.spread(from, to, number, count);
        let mut row = planter.message(account, at, place, 11, key);
        (row.device, row.session) = (device, session);
        rows.push(row);
    }
    let name = planter.account_name(account);
    let story = Story {
        id: "dormant-wakes",
        title: "A dormant account wakes in another country",
        kind: "account takeover",
        description: "A Japanese account, two years old, makes five requests in the first two days and is silent for ten; on 14 March it \
                      sends more in five hours than ever before, from a data centre in South Africa, with a new device and program."
            .to_owned(),
        roles: &[Role::Account, Role::Key, Role::Ip, Role::Device, Role::UserAgent],
        filter: format!("account:{name} -country:JP"),
        clue: Clue { role: Role::Account, values: vec![name], why: "silence, then a burst from a new country".to_owned() },
        playbook: "dormant-burst",
    };
    planter.tell(rows, story);
}

/// A banned customer comes back under other names.
pub(super) fn ban_evasion(planter: &mut Planter) {
    let ban = 4 * DAY + 16 * HOUR;
    let mut first = planter.person(CA, Tier::Pro);
    first.banned = Some((ban, "terms_violation"));
    let (device, payment) = (first.device, first.payment);
    let first = planter.world.add(first);
    let count = planter.amount(30, 10, 2_000);
    planter.habit(first, 0, ban, count, 5);
    let place = planter.place(home_network(CA, 0));
    let key = planter.world.key(first, 0);
    let mut rows = Vec::new();
    for number in 0..6 {
        let at = planter.spread(ban + MINUTE, ban + 2 * HOUR, number, 6);
        let mut row = planter.message(first, at, place, 5, key);
        fail(&mut row, 403, "account_banned");
        (row.tokens_in, row.tokens_out, row.flag, row.category) = (0, 0, "", "");
        rows.push(row);
    }
    let each = planter.amount(32, 6, 2_000);
    let mut names = Vec::new();
    for number in 0..4 {
        let created = ban + (4 + 11 * number) * HOUR + planter.rng.below(HOUR as u64) as Millis;
        let mut account = planter.person(CA, Tier::Pro);
        account.created = created;
        (account.device, account.payment) = (device, payment);
        let account = planter.world.add(account);
        names.push(planter.account_name(account));
        let place = planter.place(phone_network(CA, number as u64));
        let mut signup = planter.call(Some(account), created, place, 19, "POST", Endpoint::Path("/v1/accounts"));
        signup.status = 201;
        rows.push(signup);
        let key = planter.world.key(account, 0);
        for request in 0..each {
            let at = planter.spread(created + 5 * MINUTE, created + 4 * DAY, request, each);
            rows.push(planter.message(account, at, place, 5, key));
        }
    }
    let first = planter.account_name(first);
    let story = Story {
        id: "ban-evasion",
        title: "A banned customer returns with the same device and card",
        kind: "ban evasion",
        description: format!(
            "{first} is banned on 6 March, 16:00 UTC. Within two days four new accounts appear that use its device {} and its payment \
             fingerprint {}.",
            device_name(device),
            payment_name(payment)
        ),
        roles: &[Role::Account, Role::Device, Role::Payment],
        // From the ban on: the banned account still tries, then the others come.
        filter: format!("device:{} time:{}..", device_name(device), moment(ban)),
        clue: Clue { role: Role::Account, values: names, why: "device and card of a banned account".to_owned() },
        playbook: "ban-evasion",
    };
    planter.tell(rows, story);
}
