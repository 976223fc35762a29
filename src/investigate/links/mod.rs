//! Links: who shares addresses, devices, payments with an entity, who with those, and so on to some depth.
//!
//! [`Links`] is a machine without an engine: [`Links::next`] hands out a statement, [`Links::take`] takes its answer, until there is nothing
//! more to ask. The command line and the workbench drive the same one.
//!
//! **What a link weighs.** A value that two entities share (a *bridge*) weighs `strength × rarity`. The strength belongs to the role: 0.95
//! for what a person or a machine owns (payment, device, key, session, account), 0.6 for a text, 0.4 for a line (ip, org), 0.2 for what
//! crowds share (programs, networks, countries; 0.3 for several together). The rarity is `ln(N / k) / ln(N)` for a value that `k` of the `N`
//! entities share: the inverse document frequency of Spärck Jones (1972), on a scale from 0 (all share it) to 1 (nobody else does). Several
//! bridges add up as `1 − Π (1 − weight)`, the noisy-or of Pearl (1988): the chance that at least one of them is no accident. A link counts
//! from 0.4 on, so one shared address never links by itself, two rare ones do, and one device or card does unless hundreds share it.
//!
//! **Hubs.** A value that more than `hub` entities share (a NAT, a VPN, a card of a whole company) is shown as a hub and not followed: by
//! default more than 10 for an address, more than 1,000 for what somebody owns. In the demo 98 of 100 addresses have fewer, and what has
//! more are the shared addresses of phone networks and offices.

mod graph;
mod over;
mod sql;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use crate::domain::{Batch, Entity, Timestamp};
use crate::engine::Statement;

use super::filter::{FilterError, column_named};
use super::{Context, View};

use graph::{Graph, Id, Tie, Weigh};
pub use over::Over;

/// From which weight on a link counts.
pub const MIN_WEIGHT: f64 = 0.4;
/// How many members a group has at most where nobody says.
pub const LIMIT: usize = 1_000;
/// Entities that are asked about in one statement.
const AT_ONCE: usize = 500;

/// What is followed, and how far.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Over what.
    pub over: Vec<Over>,
    /// How many steps from the start.
    pub depth: usize,
    /// Above how many entities a value is a hub; `None` for what fits each role.
    pub hub: Option<u64>,
    /// From which weight on a link counts, from 0 to 1.
    pub min_weight: f64,
    /// How many members the group has at most, the start among them.
    pub limit: usize,
}

impl Options {
    /// The options for a start of this kind in an extract with these columns.
    pub fn new(start: &Entity, context: &Context<'_>) -> Options {
        Options { over: Over::default_for(start.role, context.schema), depth: 1, hub: None, min_weight: MIN_WEIGHT, limit: LIMIT }
    }
}

/// One value that links.
#[derive(Debug, Clone, PartialEq)]
pub struct Via {
    /// Over what.
    pub over: Over,
    /// The value. Attacker-written; the parts of several roles are separated by a unit separator.
    pub value: String,
    /// How many entities share it.
    pub holders: u64,
    /// How much it weighs.
    pub weight: f64,
    /// Whether it is a hub and not followed.
    pub hub: bool,
}

/// An entity with what links it to the one it was reached from.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbour {
    /// The entity.
    pub entity: Entity,
    /// How many steps from the start.
    pub depth: usize,
    /// From whom; nobody for the start.
    pub from: Option<String>,
    /// How sure the link is, from 0 to 1; 1 for the start.
    pub weight: f64,
    /// What they share, the heaviest first; hubs are not among it.
    pub via: Vec<Via>,
    /// How many others are on what they share.
    pub others: u64,
    /// The share labelled bad of all on what they share, but for the one it was reached from.
    pub bad_share: f64,
    /// When the second of the two came to something that they share.
    pub first_seen: Option<Timestamp>,
    /// When either was last on something that they share.
    pub last_seen: Option<Timestamp>,
}

/// A member of the group, before its tie is told.
#[derive(Debug, Clone, PartialEq)]
struct Member {
    id: Id,
    depth: usize,
    from: Option<Id>,
    tie: Tie,
}

/// How many entities are on some values, and how many of them are labelled bad.
type Crowds = HashMap<Vec<usize>, (usize, usize)>;

/// One thing to ask or to note.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    Population,
    Build(usize),
    Holders(usize, Vec<String>),
    Explored(Vec<Id>),
}

/// The machine.
#[derive(Debug, Clone, PartialEq)]
pub struct Links {
    start: Entity,
    view: View,
    options: Options,
    name: String,
    graph: Graph,
    population: Option<u64>,
    built: BTreeSet<usize>,
    explored: BTreeSet<Id>,
    steps: VecDeque<Step>,
    asked: Option<Step>,
    wanted: VecDeque<String>,
    members: Vec<Member>,
    /// The depth to which the members are known.
    reached: usize,
    weaker: BTreeSet<Id>,
    full: bool,
    clipped: bool,
}

impl Links {
    /// Links of `start` in the view's rows. `name` begins the names of its tables.
    pub fn new(context: &Context<'_>, view: &View, start: Entity, options: Options, name: &str) -> Result<Links, FilterError> {
        column_named(start.role.name(), context)?;
        let refuse = |message: String| Err(FilterError::new(0..0, message));
        if options.over.is_empty() {
            return refuse(format!(
                "this extract has nothing to link {} over: no ip, device or payment; name other roles",
                start.role.plural()
            ));
        }
        for over in &options.over {
            if !over.links(start.role) {
                return refuse(format!("{} cannot be linked over {over}: that is what they are", start.role.plural()));
            }
            for role in over.roles() {
                column_named(role.name(), context)?;
            }
        }
        let mut graph = Graph::default();
        let id = graph.id(&start.value);
        let members = vec![Member { id, depth: 0, from: None, tie: Tie { weight: 1.0, ..Tie::default() } }];
        Ok(Links {
            start,
            view: view.clone(),
            options,
            name: name.to_owned(),
            graph,
            population: None,
            built: BTreeSet::new(),
            explored: BTreeSet::new(),
            steps: VecDeque::new(),
            asked: None,
            wanted: VecDeque::new(),
            members,
            reached: 0,
            weaker: BTreeSet::new(),
            full: false,
            clipped: false,
        })
    }

    /// Where it begins.
    pub fn start(&self) -> &Entity {
        &self.start
    }

    /// The rows that are looked at.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// What is followed.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Goes deeper, or less deep. What is known already is not asked again.
    pub fn set_depth(&mut self, depth: usize) {
        self.options.depth = depth.max(1);
    }

    /// Asks for the neighbours of an entity beside the group.
    pub fn explore(&mut self, value: &str) {
        if !self.is_explored(value) && !self.wanted.iter().any(|wanted| wanted == value) {
            self.wanted.push_back(value.to_owned());
        }
    }

    /// Whether the neighbours of an entity are known.
    pub fn is_explored(&self, value: &str) -> bool {
        self.graph.find(value).is_some_and(|id| self.explored.contains(&id))
    }

    /// Gives up what is not answered yet. What is known stays; the depth becomes what was reached.
    pub fn stop(&mut self) {
        self.steps.clear();
        self.wanted.clear();
        self.asked = None;
        self.options.depth = self.options.depth.min(self.reached.max(1));
    }

    /// The next statement; `None` when all is known. Its answer must be taken in before the next one is asked for.
    pub fn next(&mut self, context: &Context<'_>) -> Result<Option<Statement>, FilterError> {
        loop {
            match self.steps.pop_front() {
                Some(Step::Explored(ids)) => self.explored.extend(ids),
                Some(step) => {
                    let statement = self.statement(context, &step)?;
                    self.asked = Some(step);
                    return Ok(Some(statement));
                }
                None => {
                    if !self.plan() {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// Decides what is to be asked next. Whether there is anything.
    fn plan(&mut self) -> bool {
        if self.population.is_none() {
            self.steps.push_back(Step::Population);
            return true;
        }
        if let Some(value) = self.wanted.pop_front() {
            let id = self.graph.id(&value);
            if !self.explored.contains(&id) {
                self.push_exploring(vec![id]);
            }
            return true;
        }
        if self.reached >= self.options.depth || self.full {
            return false;
        }
        let front = self.members.iter().filter(|member| member.depth == self.reached).map(|member| member.id);
        let unknown: Vec<Id> = front.filter(|id| !self.explored.contains(id)).collect();
        if unknown.is_empty() {
            self.grow();
        } else {
            self.push_exploring(unknown);
        }
        true
    }

    fn push_exploring(&mut self, ids: Vec<Id>) {
        for over in 0..self.options.over.len() {
            // One entity is quicker asked of the rows than of a table that has to be made first.
            if ids.len() > 1 && !self.built.contains(&over) {
                self.steps.push_back(Step::Build(over));
            }
            for some in ids.chunks(AT_ONCE) {
                let names = some.iter().map(|id| self.graph.name(*id).to_owned()).collect();
                self.steps.push_back(Step::Holders(over, names));
            }
        }
        self.steps.push_back(Step::Explored(ids));
    }

    fn statement(&self, context: &Context<'_>, step: &Step) -> Result<Statement, FilterError> {
        let kind = self.start.role;
        let over = |at: &usize| {
            self.options.over.get(*at).ok_or_else(|| FilterError::new(0..0, "there is nothing to link over at this place"))
        };
        match step {
            Step::Population | Step::Explored(_) => sql::population(context, &self.view, kind),
            Step::Build(at) => sql::build(context, &self.view, kind, over(at)?, &self.table(*at)),
            Step::Holders(at, entities) => {
                let table = self.table(*at);
                let from = self.built.contains(at).then_some(table.as_str());
                sql::holders(context, &self.view, kind, over(at)?, entities, self.weigh().limit(*at), from)
            }
        }
    }

    fn table(&self, over: usize) -> String {
        format!("{}_{over}", self.name)
    }

    /// Takes in the answer to the statement that was handed out last.
    pub fn take(&mut self, batches: &[Batch]) {
        match self.asked.take() {
            Some(Step::Population) => {
                let counted = batches.iter().find(|batch| batch.rows() > 0).map(|batch| batch.get(0, "entities"));
                self.population =
                    Some(counted.and_then(|value| value.as_i64()).and_then(|all| u64::try_from(all).ok()).unwrap_or(0));
            }
            Some(Step::Build(over)) => {
                self.built.insert(over);
            }
            Some(Step::Holders(over, _)) => {
                let lines: usize = batches.iter().map(Batch::rows).sum();
                self.clipped |= lines as u64 > sql::LINES;
                for batch in batches {
                    let place = |name: &str| batch.index(name).unwrap_or(usize::MAX);
                    let [bridge, holders, entity, first, last] =
                        ["bridge", "holders", "entity", "first_seen", "last_seen"].map(place);
                    for row in 0..batch.rows() {
                        let holders = batch.value(row, holders).as_i64().and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
                        let (bridge, entity) = (batch.value(row, bridge).to_plain(), batch.value(row, entity).to_plain());
                        let seen = (batch.value(row, first).as_time(), batch.value(row, last).as_time());
                        self.graph.add(over, &bridge, holders, &entity, seen.0, seen.1);
                    }
                }
            }
            Some(Step::Explored(_)) | None => {}
        }
    }

    fn weigh(&self) -> Weigh<'_> {
        Weigh { over: &self.options.over, hub: self.options.hub, population: self.population.unwrap_or(0) }
    }

    /// Adds the neighbours of the members that were added last.
    fn grow(&mut self) {
        let weigh = self.weigh();
        let known: HashSet<Id> = self.members.iter().map(|member| member.id).collect();
        let mut found: BTreeMap<Id, (Id, Tie)> = BTreeMap::new();
        for member in self.members.iter().filter(|member| member.depth == self.reached) {
            for (id, tie) in self.graph.ties(member.id, &weigh, |other| !known.contains(&other)) {
                if found.get(&id).is_some_and(|(_, best)| best.weight >= tie.weight) {
                    continue;
                }
                found.insert(id, (member.id, tie));
            }
        }
        let mut fit: Vec<(Id, (Id, Tie))> = Vec::new();
        let mut weaker = std::mem::take(&mut self.weaker);
        for (id, (from, tie)) in found {
            if tie.weight >= self.options.min_weight {
                fit.push((id, (from, tie)));
            } else {
                weaker.insert(id);
            }
        }
        fit.sort_by(|one, two| {
            let by_weight = two.1.1.weight.total_cmp(&one.1.1.weight);
            by_weight.then_with(|| self.graph.name(one.0).cmp(self.graph.name(two.0)))
        });
        let room = self.options.limit.saturating_sub(self.members.len());
        self.full = fit.len() > room;
        fit.truncate(room);
        let depth = self.reached + 1;
        self.members.extend(fit.into_iter().map(|(id, (from, tie))| Member { id, depth, from: Some(from), tie }));
        self.members.iter().for_each(|member| {
            weaker.remove(&member.id);
        });
        self.weaker = weaker;
        self.reached = depth;
    }

    /// The group as far as it is known: the start, then the others by depth, the surest first.
    pub fn group(&self, bad: &HashSet<String>) -> Vec<Neighbour> {
        let within = self.members.iter().filter(|member| member.depth <= self.options.depth);
        let mut crowds = Crowds::new();
        within.map(|member| self.tell(member, bad, &mut crowds)).collect()
    }

    /// How many members the group has as far as it is known.
    pub fn size(&self) -> usize {
        self.members.iter().filter(|member| member.depth <= self.options.depth).count()
    }

    /// The neighbours of an entity, also those whose link does not count, the surest first; nothing before they are known.
    pub fn neighbours(&self, value: &str, bad: &HashSet<String>) -> Option<Vec<Neighbour>> {
        let id = self.graph.find(value).filter(|id| self.explored.contains(id))?;
        let mut ties: Vec<(Id, Tie)> = self.graph.ties(id, &self.weigh(), |_| true).into_iter().collect();
        ties.sort_by(|one, two| {
            two.1.weight.total_cmp(&one.1.weight).then_with(|| self.graph.name(one.0).cmp(self.graph.name(two.0)))
        });
        let mut crowds = Crowds::new();
        let told = ties
            .into_iter()
            .map(|(other, tie)| self.tell(&Member { id: other, depth: 1, from: Some(id), tie }, bad, &mut crowds));
        Some(told.collect())
    }

    /// What an entity shares with anybody: rare values first, hubs last; nothing before it is known.
    pub fn shared(&self, value: &str) -> Option<Vec<Via>> {
        let id = self.graph.find(value).filter(|id| self.explored.contains(id))?;
        let mut shared: Vec<Via> = self.graph.bridges_of(id).filter_map(|(at, _)| self.via(at)).collect();
        shared.sort_by(|one, two| {
            one.hub.cmp(&two.hub).then(two.weight.total_cmp(&one.weight)).then_with(|| one.value.cmp(&two.value))
        });
        Some(shared)
    }

    /// The hubs that members of the group are on and that were not followed, those with the fewest entities first.
    pub fn hubs(&self) -> Vec<Via> {
        let within = self.members.iter().filter(|member| member.depth <= self.options.depth);
        let places: BTreeSet<usize> = within.flat_map(|member| self.graph.bridges_of(member.id).map(|(at, _)| at)).collect();
        let mut hubs: Vec<Via> = places.into_iter().filter_map(|at| self.via(at)).filter(|via| via.hub).collect();
        hubs.sort_by(|one, two| one.holders.cmp(&two.holders).then_with(|| one.value.cmp(&two.value)));
        hubs
    }

    /// How many entities share something with a member, but too little to count.
    pub fn weaker(&self) -> usize {
        self.weaker.len()
    }

    /// Whether the limit on the group's size left somebody out.
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// Whether an answer was so long that the commonest values in it were left out.
    pub fn is_clipped(&self) -> bool {
        self.clipped
    }

    /// How deep the group is known.
    pub fn reached(&self) -> usize {
        self.reached
    }

    /// What is being done, in a few words.
    pub fn doing(&self) -> String {
        match &self.asked {
            Some(Step::Build(at)) => format!("reading who has which {}", self.over_text(*at)),
            Some(Step::Holders(at, _)) => {
                format!("depth {}, {} so far, looking at {}", self.reached + 1, self.members.len(), self.over_text(*at))
            }
            _ => format!("counting {}", self.start.role.plural()),
        }
    }

    fn over_text(&self, at: usize) -> String {
        self.options.over.get(at).map(Over::to_string).unwrap_or_default()
    }

    /// The statements that take its tables away.
    pub fn tidy(&self, context: &Context<'_>) -> Vec<Statement> {
        (0..self.options.over.len()).map(|over| sql::drop_table(context, &self.table(over))).collect()
    }

    /// The values that two or more of the first `most` members are on, hubs left out, with the places of those members in
    /// [`Links::group`]; those with the most members first.
    pub fn threads(&self, most: usize) -> Vec<(Via, Vec<usize>)> {
        let within = self.members.iter().filter(|member| member.depth <= self.options.depth).take(most);
        let mut places: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (place, member) in within.enumerate() {
            self.graph.bridges_of(member.id).for_each(|(at, _)| places.entry(at).or_default().push(place));
        }
        let several = places.into_iter().filter(|(_, members)| members.len() > 1);
        let told = several.filter_map(|(at, members)| Some((self.via(at)?, members)));
        let mut threads: Vec<(Via, Vec<usize>)> = told.filter(|(via, _)| !via.hub).collect();
        threads.sort_by(|one, two| {
            two.1.len().cmp(&one.1.len()).then(two.0.weight.total_cmp(&one.0.weight)).then_with(|| one.0.value.cmp(&two.0.value))
        });
        threads
    }

    fn via(&self, at: usize) -> Option<Via> {
        let bridge = self.graph.bridge(at)?;
        let weigh = self.weigh();
        Some(Via {
            over: self.options.over.get(bridge.over)?.clone(),
            value: bridge.value.clone(),
            holders: bridge.holders,
            weight: weigh.of(bridge),
            hub: weigh.is_hub(bridge),
        })
    }

    fn tell(&self, member: &Member, bad: &HashSet<String>, crowds: &mut Crowds) -> Neighbour {
        // Many members share the same values, and counting who is on them is the same work for all.
        let (all, labelled) = *crowds.entry(member.tie.bridges.clone()).or_insert_with(|| {
            let on = self.graph.on(&member.tie.bridges);
            (on.len(), on.iter().filter(|id| bad.contains(self.graph.name(**id))).count())
        });
        let from_bad = member.from.is_some_and(|from| bad.contains(self.graph.name(from)));
        let (all, labelled) = (all.saturating_sub(1), labelled.saturating_sub(usize::from(from_bad)));
        Neighbour {
            entity: Entity { role: self.start.role, value: self.graph.name(member.id).to_owned() },
            depth: member.depth,
            from: member.from.map(|id| self.graph.name(id).to_owned()),
            weight: member.tie.weight,
            via: member.tie.bridges.iter().filter_map(|at| self.via(*at)).collect(),
            others: all.saturating_sub(1) as u64,
            bad_share: if all == 0 { 0.0 } else { labelled as f64 / all as f64 },
            first_seen: member.tie.first,
            last_seen: member.tie.last,
        }
    }
}
