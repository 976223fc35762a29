//! Networks such as `10.0.0.0/8` and `2001:db8::/32`, as regular expressions over the spellings of addresses.
//!
//! A column of addresses is text, and attackers write into it: `10.evil`, `[2001:db8::1]:443`, `AWS Internal`. One anchored expression
//! decides at once whether a text is an address and whether the address is in the network; what is no address never fits and never fails.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address and how many of its bits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    address: IpAddr,
    bits: u32,
}

/// Reads `address/bits`; nothing for a text that is no network at all, and the reason for one that is a broken network.
pub(crate) fn network(text: &str) -> Option<Result<Network, String>> {
    let (address, bits) = text.split_once('/')?;
    let looks_like_one =
        !address.is_empty() && address.chars().all(|character| character.is_ascii_hexdigit() || matches!(character, '.' | ':'));
    if !looks_like_one || !address.contains(['.', ':']) {
        return None;
    }
    let Ok(address) = address.parse::<IpAddr>() else {
        return Some(Err(format!("'{text}' is not a network; write all of its address, such as 10.0.0.0/8 or 2001:db8::/32")));
    };
    let most = if address.is_ipv4() { 32 } else { 128 };
    match bits.parse::<u32>().ok().filter(|count| *count <= most && bits.bytes().all(|byte| byte.is_ascii_digit())) {
        Some(bits) => Some(Ok(Network { address, bits })),
        None => Some(Err(format!("'{text}' is not a network; after the / stands a number of bits from 0 to {most}"))),
    }
}

/// The expression that fits the addresses of the network, each plain, with a port, or in brackets.
pub(crate) fn pattern(network: Network) -> String {
    match network.address {
        IpAddr::V4(address) => {
            let dotted = dotted(&groups_v4(address, network.bits));
            // `::ffff:10.1.2.3` is the same host on a socket that takes both kinds.
            format!(r"(?i)^(?:{dotted}(?::[0-9]{{1,5}})?|::ffff:{dotted}|\[::ffff:{dotted}\](?::[0-9]{{1,5}})?)$")
        }
        IpAddr::V6(address) => {
            let any = spellings(&groups_v6(address, network.bits));
            format!(r"(?i)^(?:(?:{any})(?:%[0-9a-z._~-]+)?|\[(?:{any})(?:%[0-9a-z._~-]+)?\](?::[0-9]{{1,5}})?)$")
        }
    }
}

/// The values that one group of an address may have: from `low` to `high`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Group {
    low: u16,
    high: u16,
}

fn groups_v4(address: Ipv4Addr, bits: u32) -> Vec<Group> {
    address.octets().iter().zip(0..).map(|(octet, index)| group(u16::from(*octet), 8, bits.saturating_sub(index * 8))).collect()
}

fn groups_v6(address: Ipv6Addr, bits: u32) -> Vec<Group> {
    address.segments().iter().zip(0..).map(|(segment, index)| group(*segment, 16, bits.saturating_sub(index * 16))).collect()
}

fn group(value: u16, width: u32, fixed: u32) -> Group {
    let free = width - fixed.min(width);
    let span = if free >= 16 { u16::MAX } else { (1 << free) - 1 };
    Group { low: value & !span, high: value | span & if width == 8 { 0xff } else { u16::MAX } }
}

/// Four octets with dots. Octets with zeros in front are left out: programs disagree about what they mean.
fn dotted(groups: &[Group]) -> String {
    groups.iter().map(|group| octet(*group)).collect::<Vec<_>>().join(r"\.")
}

fn octet(group: Group) -> String {
    match (group.low, group.high) {
        (0, 255) => r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])".to_owned(),
        (low, high) if low == high => low.to_string(),
        (low, high) => format!("(?:{})", (low..=high).map(|value| value.to_string()).collect::<Vec<_>>().join("|")),
    }
}

/// Every way to write the address: in full, or with `::` in one of the places where the groups may be zero; the last two groups as four
/// octets where somebody writes it so.
fn spellings(groups: &[Group]) -> String {
    let mut ways = Vec::new();
    for (written, octets) in [(groups.len(), None), (groups.len() - 2, Some(last_octets(groups)))] {
        let texts: Vec<String> = groups[..written].iter().map(|group| hexadecimal(*group)).chain(octets).collect();
        ways.push(texts.join(":"));
        // `::` between the first `head` and the last `tail` texts. It stands for one group at least.
        for head in 0..written {
            for tail_start in head + 1..=written {
                if groups[head..tail_start].iter().all(|group| group.low == 0) {
                    ways.push(format!("{}::{}", texts[..head].join(":"), texts[tail_start..].join(":")));
                }
            }
        }
    }
    ways.join("|")
}

fn last_octets(groups: &[Group]) -> String {
    let octets: Vec<Group> = groups[groups.len() - 2..]
        .iter()
        .flat_map(|group| {
            let (low, high) = (group.low.to_be_bytes(), group.high.to_be_bytes());
            [(low[0], high[0]), (low[1], high[1])].map(|(low, high)| Group { low: u16::from(low), high: u16::from(high) })
        })
        .collect();
    dotted(&octets)
}

/// A group in hexadecimal; zeros in front may be left out.
fn hexadecimal(group: Group) -> String {
    if (group.low, group.high) == (0, u16::MAX) {
        return "[0-9a-f]{1,4}".to_owned();
    }
    let digits: Vec<(u16, u16)> = [12, 8, 4, 0].map(|shift| (group.low >> shift & 0xf, group.high >> shift & 0xf)).to_vec();
    let text = |digits: &[(u16, u16)]| -> String {
        let class = |&(low, high): &(u16, u16)| match (low, high) {
            (0, 0xf) => "[0-9a-f]".to_owned(),
            (low, high) if low == high => format!("{low:x}"),
            (low, high) => format!("[{}]", (low..=high).map(|value| format!("{value:x}")).collect::<String>()),
        };
        digits.iter().map(class).collect()
    };
    let zeros = digits[..3].iter().take_while(|(low, _)| *low == 0).count();
    let ways: Vec<String> = (0..=zeros).map(|skipped| text(&digits[skipped..])).collect();
    format!("(?:{})", ways.join("|"))
}
