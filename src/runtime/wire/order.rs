//! A short way through things that all have to be done once, where what each costs depends on what was done before: the way that always
//! does the cheapest next, bettered by moving a few at a time to where they cost less (the "Or-opt" of Or, 1976), as long as that helps.

/// So many neighbours are moved together at most.
const TOGETHER: usize = 3;
/// So often something is moved at most: near the best the gain is small and the time is not.
const MOVES: usize = 100;

/// The costs of going from each thing to each other one, and from the beginning to each.
struct Costs {
    count: usize,
    /// Row 0 is the beginning, row `n + 1` is thing `n`.
    table: Vec<u32>,
}

impl Costs {
    /// What it costs to do `to` after `from`, or first; nothing where the way ends.
    fn after(&self, from: Option<usize>, to: Option<usize>) -> i64 {
        let row = from.map_or(0, |from| from + 1);
        to.and_then(|to| self.table.get(row * self.count + to)).copied().map_or(0, i64::from)
    }
}

/// A permutation of the numbers below `count`; `cost` says what it costs to do one after another, or first.
pub(super) fn short_way(count: usize, cost: impl Fn(Option<usize>, usize) -> usize) -> Vec<usize> {
    let froms = std::iter::once(None).chain((0..count).map(Some));
    let table = froms.flat_map(|from| (0..count).map(move |to| (from, to)));
    let table = table.map(|(from, to)| u32::try_from(cost(from, to)).unwrap_or(u32::MAX)).collect();
    let costs = Costs { count, table };
    let mut way = nearest(&costs);
    for _ in 0..MOVES {
        if !better(&mut way, &costs) {
            break;
        }
    }
    way
}

/// Always the cheapest next; of several the first.
fn nearest(costs: &Costs) -> Vec<usize> {
    let mut left: Vec<usize> = (0..costs.count).collect();
    let mut way: Vec<usize> = Vec::with_capacity(costs.count);
    while let Some(at) = (0..left.len()).min_by_key(|at| costs.after(way.last().copied(), left.get(*at).copied())) {
        way.push(left.remove(at));
    }
    way
}

/// Moves the few neighbours whose move saves most; whether any does.
fn better(way: &mut Vec<usize>, costs: &Costs) -> bool {
    let at = |place: usize| way.get(place).copied();
    let before = |place: usize| place.checked_sub(1).and_then(at);
    let mut best = (0, 0, 0, 0);
    for length in 1..=TOGETHER.min(way.len()) {
        for from in 0..=way.len() - length {
            let (first, last) = (at(from), at(from + length - 1));
            let (left, right) = (before(from), at(from + length));
            let saved = costs.after(left, first) + costs.after(last, right) - costs.after(left, right);
            if saved <= best.0 {
                continue;
            }
            for to in (0..=way.len()).filter(|to| *to < from || *to > from + length) {
                let (left, right) = (before(to), at(to));
                let gain = saved - (costs.after(left, first) + costs.after(last, right) - costs.after(left, right));
                if gain > best.0 {
                    best = (gain, from, length, to);
                }
            }
        }
    }
    let (gain, from, length, to) = best;
    if gain > 0 {
        let moved: Vec<usize> = way.drain(from..from + length).collect();
        let to = if to > from { to - length } else { to };
        way.splice(to..to, moved);
    }
    gain > 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn length(way: &[usize], cost: impl Fn(Option<usize>, usize) -> usize) -> usize {
        let froms = std::iter::once(None).chain(way.iter().copied().map(Some));
        froms.zip(way).map(|(from, to)| cost(from, *to)).sum()
    }

    #[test]
    fn a_thing_that_was_passed_by_is_done_on_the_way() {
        // On a line, beginning at 0: the nearest are 1, -2 (3 away), then all the way to 5.
        let places: [i32; 3] = [1, -2, 5];
        let cost = |from: Option<usize>, to: usize| (from.map_or(0, |from| places[from]) - places[to]).unsigned_abs() as usize;
        assert_eq!(short_way(3, cost), [1, 0, 2]);
        assert_eq!(short_way(0, |_, _| 0), [0; 0]);
    }

    proptest! {
        #[test]
        fn everything_is_done_once_and_no_way_is_longer_than_that_of_the_cheapest_next(
            table in (0..12usize).prop_flat_map(|count| (Just(count), prop::collection::vec(0..40usize, (count + 1) * count))),
        ) {
            let (count, table) = table;
            let cost = |from: Option<usize>, to: usize| table[from.map_or(0, |from| from + 1) * count + to];
            let way = short_way(count, cost);
            let mut sorted = way.clone();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..count).collect::<Vec<_>>());
            let costs = Costs { count, table: table.iter().map(|cost| *cost as u32).collect() };
            prop_assert!(length(&way, cost) <= length(&nearest(&costs), cost));
        }
    }
}
