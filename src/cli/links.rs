//! `casebook links`: who shares addresses, devices, payments with an entity, and who with those.

use std::collections::HashSet;

use clap::Args;

use crate::case::Mode;
use crate::domain::{Entity, Value};
use crate::engine::Limits;
use crate::investigate::CaseTerms;
use crate::investigate::links::{LIMIT, Links, MIN_WEIGHT, Neighbour, Options, Over, Via};

use super::args::{FilterArgs, FormatArgs, OpenArgs};
use super::failure::Failure;
use super::output::{self, Sheet};
use super::session::Session;
use super::shell::Place;

/// From where, over what, how far.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  casebook links account:acct_17 logs/
  casebook links account:acct_17 --depth 3 --over device,payment --format csv logs/
  casebook links key:key_51 --over ip,user_agent+asn --hub 50 --min-weight 0 logs/

Columns: kind,value,depth,shared,via,first_seen,last_seen,weight,from,others,bad_share. The first line is the entity itself, at depth 0;
then the others by depth, the surest first. shared counts the values that it shares with the one it was reached from (`from`), via names
them, others counts who else is on them, and bad_share is the share labelled bad in the case of all on them but `from`. first_seen is when
the second of the two came to one of them, last_seen when either was on one last.

A shared value weighs the strength of its role (0.95 for payment, device, key, session, account; 0.6 for content; 0.4 for ip and org; less
for programs, networks and countries) times its rarity ln(N/k)/ln(N), where k of N share it. Several add up as 1 - (1-a)(1-b)..., and a link
counts from 0.4 on: one address is never enough, one device or card is unless hundreds share it. A value that more than --hub share (by
default 10 for addresses and the like, 1000 for what somebody owns) is named on stderr as a hub and not followed.")]
pub(super) struct LinksArgs {
    /// The entity, such as account:acct_17
    #[arg(value_name = "KIND:VALUE")]
    start: Entity,
    /// Log files, folders (read recursively) or globs; - for stdin
    #[arg(required = true, value_name = "EXTRACT")]
    extracts: Vec<String>,
    /// How many steps to follow
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    depth: u16,
    /// Over what to link; + joins roles whose values count only together, content is the text without its numbers. By default those
    /// of ip, device and payment that the extract has
    #[arg(long, value_name = "ROLE,...", value_delimiter = ',')]
    over: Vec<Over>,
    /// Do not follow a value that more than this many share
    #[arg(long, value_name = "N")]
    hub: Option<u64>,
    /// Leave out links that weigh less, from 0 to 1
    #[arg(long, value_name = "W", default_value_t = MIN_WEIGHT)]
    min_weight: f64,
    /// How many members the group may have; 0 for any number
    #[arg(long, short = 'n', value_name = "N", default_value_t = LIMIT)]
    limit: usize,
    #[command(flatten)]
    filter: FilterArgs,
    /// Show the texts that link
    #[arg(long)]
    reveal: bool,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    open: OpenArgs,
}

/// The columns.
const COLUMNS: [&str; 11] =
    ["kind", "value", "depth", "shared", "via", "first_seen", "last_seen", "weight", "from", "others", "bad_share"];
/// Values that are named in `via`.
const NAMED: usize = 8;
/// The name of the tables.
const TABLES: &str = "links";

/// Prints the group.
pub(super) fn run(args: &LinksArgs, place: &Place<'_>) -> Result<i32, Failure> {
    if !(0.0..=1.0).contains(&args.min_weight) {
        return Err(Failure::Usage("--min-weight is a number from 0 to 1".into()));
    }
    let session = Session::open(place, &args.open, &args.extracts, Mode::Read)?;
    let filter = session.sealed(args.filter.filter.as_deref());
    let filter = filter.as_deref();
    let view = session.view(filter, &args.open)?;
    let start = session.sealed_entity(&args.start)?;
    let mut options = Options {
        depth: usize::from(args.depth),
        hub: args.hub,
        min_weight: args.min_weight,
        limit: if args.limit == 0 { usize::MAX } else { args.limit },
        ..Options::new(&start, &session.context())
    };
    if !args.over.is_empty() {
        options.over.clone_from(&args.over);
    }
    if args.reveal && options.over.iter().any(Over::is_sensitive) {
        place.tell("note: sensitive content is revealed here; no case records it");
    }
    let usage = |error: crate::investigate::FilterError| Failure::Usage(error.to_string());
    let mut links = Links::new(&session.context(), &view, start, options, TABLES).map_err(usage)?;
    while let Some(statement) = links.next(&session.context()).map_err(usage)? {
        place.progress(&links.doing());
        links.take(&session.ask(statement, Limits::default())?.batches);
    }
    let kind = links.start().role;
    let bad: HashSet<String> =
        session.bad().into_iter().filter(|entity| entity.role == kind).map(|entity| entity.value).collect();
    let group = links.group(&bad);
    let mut sheet = Sheet::new(&COLUMNS);
    sheet.rows = group.iter().map(|member| line(member, args.reveal)).collect();
    output::print(args.format.format, &sheet)?;
    tell(&links, &group, args, place);
    Ok(0)
}

fn line(member: &Neighbour, reveal: bool) -> Vec<Value> {
    let moment = |time: Option<crate::domain::Timestamp>| time.map_or(Value::Null, Value::Time);
    let mut via: Vec<String> = member.via.iter().take(NAMED).map(|via| named(via, reveal)).collect();
    if member.via.len() > NAMED {
        via.push(format!("and {} more", member.via.len() - NAMED));
    }
    vec![
        Value::Text(member.entity.role.name().to_owned()),
        Value::Text(member.entity.value.clone()),
        Value::Int(member.depth as i128),
        Value::Int(member.via.len() as i128),
        Value::Text(via.join(", ")),
        moment(member.first_seen),
        moment(member.last_seen),
        Value::Float((member.weight * 1e3).round() / 1e3),
        member.from.clone().map_or(Value::Null, Value::Text),
        Value::Int(i128::from(member.others)),
        Value::Float((member.bad_share * 1e3).round() / 1e3),
    ]
}

/// `device:dev_1`; a text only when it is asked for.
fn named(via: &Via, reveal: bool) -> String {
    let value = via.value.replace('\u{1f}', " + ");
    if via.over.is_sensitive() && !reveal {
        return format!("{}:[masked, {} characters]", via.over, value.chars().count());
    }
    format!("{}:{value}", via.over)
}

/// Says what was left out and why.
fn tell(links: &Links, group: &[Neighbour], args: &LinksArgs, place: &Place<'_>) {
    let plural = links.start().role.plural();
    if group.len() < 2 {
        let over: Vec<String> = links.options().over.iter().map(Over::to_string).collect();
        match links.shared(&links.start().value) {
            Some(shared) if shared.is_empty() => {
                place.tell(&format!("no row links {} to others over {}", links.start(), over.join(", ")));
            }
            _ => place.tell(&format!("nothing that {} shares is enough for a link over {}", links.start(), over.join(", "))),
        }
    }
    let hubs = links.hubs();
    if !hubs.is_empty() {
        let first: Vec<String> =
            hubs.iter().take(5).map(|hub| format!("{} ({} {plural})", named(hub, args.reveal), hub.holders)).collect();
        let more = if hubs.len() > 5 { format!(" and {} more", hubs.len() - 5) } else { String::new() };
        let what = if hubs.len() == 1 { "hub is" } else { "hubs are" };
        place.tell(&format!("{} {what} not followed: {}{more}; --hub N moves the limit", hubs.len(), first.join(", ")));
    }
    if links.weaker() > 0 {
        place.tell(&format!(
            "{} more {plural} share something that weighs less than {}; --min-weight shows them",
            links.weaker(),
            args.min_weight
        ));
    }
    if links.is_full() {
        place.tell(&format!(
            "the group was cut at {} {plural}, the surest first; --limit N takes more, --limit 0 any number",
            links.options().limit
        ));
    }
    if links.is_clipped() {
        place.tell("an answer was cut: values that very many share were left out; a lower --hub or a --filter makes it whole");
    }
}
