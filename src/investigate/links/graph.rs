//! Who is on what, as far as it has been asked for; and how strong the link between two entities is.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::domain::Timestamp;

use super::over::Over;

/// The number of an entity in the graph.
pub(super) type Id = u32;

/// One value that entities share.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bridge {
    /// The place of its role among what is linked over.
    pub(super) over: usize,
    /// The value.
    pub(super) value: String,
    /// How many entities are on it.
    pub(super) holders: u64,
    /// Those that are known, with the first and the last time on it.
    pub(super) on: Vec<(Id, Option<Timestamp>, Option<Timestamp>)>,
}

/// What two entities share.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Tie {
    /// The bridges, the strongest first.
    pub(super) bridges: Vec<usize>,
    /// How sure it is that this is no chance, from 0 to 1.
    pub(super) weight: f64,
    /// When the second of the two came to a shared value.
    pub(super) first: Option<Timestamp>,
    /// When either was on one last.
    pub(super) last: Option<Timestamp>,
}

/// Entities and the values that they share.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Graph {
    names: Vec<String>,
    known: HashMap<String, Id>,
    bridges: Vec<Bridge>,
    by_value: HashMap<(usize, String), usize>,
    /// The bridges of each entity.
    of: Vec<Vec<usize>>,
}

impl Graph {
    /// The number of an entity; a new one if it has none yet.
    pub(super) fn id(&mut self, name: &str) -> Id {
        if let Some(id) = self.known.get(name) {
            return *id;
        }
        let id = Id::try_from(self.names.len()).unwrap_or(Id::MAX);
        self.names.push(name.to_owned());
        self.of.push(Vec::new());
        self.known.insert(name.to_owned(), id);
        id
    }

    /// The number of an entity that was seen.
    pub(super) fn find(&self, name: &str) -> Option<Id> {
        self.known.get(name).copied()
    }

    /// The entity's value.
    pub(super) fn name(&self, id: Id) -> &str {
        self.names.get(id as usize).map_or("", String::as_str)
    }

    /// A bridge by its place.
    pub(super) fn bridge(&self, at: usize) -> Option<&Bridge> {
        self.bridges.get(at)
    }

    /// The bridges of an entity, the rarest first.
    pub(super) fn bridges_of(&self, id: Id) -> impl Iterator<Item = (usize, &Bridge)> {
        let own = self.of.get(id as usize).map(Vec::as_slice).unwrap_or_default();
        own.iter().filter_map(|at| self.bridges.get(*at).map(|bridge| (*at, bridge)))
    }

    /// Takes in that an entity is on a value.
    pub(super) fn add(
        &mut self,
        over: usize,
        value: &str,
        holders: u64,
        entity: &str,
        first: Option<Timestamp>,
        last: Option<Timestamp>,
    ) {
        let id = self.id(entity);
        let at = match self.by_value.get(&(over, value.to_owned())) {
            Some(at) => *at,
            None => {
                self.bridges.push(Bridge { over, value: value.to_owned(), holders, on: Vec::new() });
                self.by_value.insert((over, value.to_owned()), self.bridges.len() - 1);
                self.bridges.len() - 1
            }
        };
        let Some(own) = self.of.get_mut(id as usize) else { return };
        // The same pair comes again when a second entity on the value is asked for.
        if !own.contains(&at) {
            own.push(at);
            if let Some(bridge) = self.bridges.get_mut(at) {
                bridge.on.push((id, first, last));
            }
        }
    }

    /// What an entity shares with each other one that is wanted, hubs left out.
    pub(super) fn ties(&self, id: Id, weigh: &Weigh<'_>, wanted: impl Fn(Id) -> bool) -> BTreeMap<Id, Tie> {
        let mut ties: BTreeMap<Id, Tie> = BTreeMap::new();
        for (at, bridge) in self.bridges_of(id).filter(|(_, bridge)| !weigh.is_hub(bridge)) {
            let weight = weigh.of(bridge);
            let Some(own) = bridge.on.iter().find(|on| on.0 == id) else { continue };
            for other in bridge.on.iter().filter(|on| on.0 != id && wanted(on.0)) {
                let tie = ties.entry(other.0).or_default();
                tie.bridges.push(at);
                tie.weight = 1.0 - (1.0 - tie.weight) * (1.0 - weight);
                let met = own.1.zip(other.1).map(|(one, two)| one.max(two));
                tie.first = match (tie.first, met) {
                    (Some(known), Some(met)) => Some(known.min(met)),
                    (known, met) => known.or(met),
                };
                tie.last = [tie.last, own.2, other.2].into_iter().flatten().max();
            }
        }
        for tie in ties.values_mut() {
            let weight = |at: &usize| self.bridge(*at).map_or(0.0, |bridge| weigh.of(bridge));
            tie.bridges.sort_by(|one, two| weight(two).total_cmp(&weight(one)).then(one.cmp(two)));
        }
        ties
    }

    /// The entities on some bridges, each once.
    pub(super) fn on(&self, bridges: &[usize]) -> BTreeSet<Id> {
        bridges.iter().filter_map(|at| self.bridge(*at)).flat_map(|bridge| bridge.on.iter().map(|on| on.0)).collect()
    }
}

/// How much a shared value weighs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weigh<'a> {
    pub(super) over: &'a [Over],
    /// The limit for hubs that the analyst gave.
    pub(super) hub: Option<u64>,
    /// How many entities of the kind there are.
    pub(super) population: u64,
}

/// A log of a few entities does not tell how common a value is in the world: as many are taken to be there at least.
const LEAST: u64 = 1_000;

impl Weigh<'_> {
    /// Above how many holders a value is a hub.
    pub(super) fn limit(&self, over: usize) -> u64 {
        self.hub.unwrap_or_else(|| self.over.get(over).map_or(0, Over::hub))
    }

    /// Whether too many share a value for it to be followed.
    pub(super) fn is_hub(&self, bridge: &Bridge) -> bool {
        bridge.holders > self.limit(bridge.over)
    }

    /// From 0 to 1: the strength of the role, damped by how common the value is.
    pub(super) fn of(&self, bridge: &Bridge) -> f64 {
        let strength = self.over.get(bridge.over).map_or(0.0, Over::strength);
        strength * rarity(bridge.holders, self.population)
    }
}

/// How rare a value is that `holders` of `population` entities share: 1 for one of them, 0 for all. On a scale of logarithms, so that it
/// matters little whether 400 or 500 share it and much whether 2 or 20 do.
pub(super) fn rarity(holders: u64, population: u64) -> f64 {
    let all = population.max(LEAST) as f64;
    ((all / holders.max(1) as f64).ln() / all.ln()).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_share_a_value_the_less_it_says() {
        assert!((rarity(1, 50_000) - 1.0).abs() < 1e-9);
        assert!(rarity(50_000, 50_000) < 1e-9 && rarity(60_000, 50_000) < 1e-9);
        let steps: Vec<f64> = [1, 2, 10, 100, 1_000].map(|holders| rarity(holders, 50_000)).to_vec();
        assert!(steps.windows(2).all(|pair| pair[0] > pair[1]), "{steps:?}");
        assert!(rarity(3, 3) > 0.8, "a log of three accounts does not make a shared card common");
    }

    #[test]
    fn what_two_share_adds_up_and_never_passes_one() {
        let over: Vec<Over> = ["device", "ip"].map(|text| text.parse().unwrap()).to_vec();
        let weigh = Weigh { over: &over, hub: None, population: 10_000 };
        let mut graph = Graph::default();
        let at = |micros| Some(Timestamp(micros));
        for (value, holders) in [("10.0.0.1", 2), ("10.0.0.2", 2), ("100.64.0.1", 400)] {
            for entity in ["a", "b"] {
                graph.add(1, value, holders, entity, at(1), at(5));
                graph.add(1, value, holders, entity, at(1), at(5));
            }
        }
        graph.add(0, "dev", 2, "a", at(3), at(4));
        graph.add(0, "dev", 2, "c", at(7), at(9));
        let ties = graph.ties(graph.find("a").unwrap(), &weigh, |_| true);
        let (b, c) = (&ties[&graph.find("b").unwrap()], &ties[&graph.find("c").unwrap()]);
        assert_eq!(b.bridges.len(), 2, "the hub does not count");
        let one = weigh.of(graph.bridge(0).unwrap());
        assert!(one < 0.4 && b.weight > one && b.weight < 1.0, "{one} {}", b.weight);
        assert!(c.weight > b.weight, "a device says more than two addresses");
        assert_eq!((c.first, c.last), (at(7), at(9)), "they met when the second came, and one was there to the end");
    }
}
