use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// Every operation against the same one on plain sets of numbers.
fn members(set: &IntervalSet) -> BTreeSet<u32> {
    set.runs().iter().flat_map(|&(begin, end)| begin..=end).collect()
}

fn check_invariant(set: &IntervalSet) {
    assert!(set.runs().iter().all(|run| run.0 <= run.1), "{set:?}");
    assert!(set.runs().windows(2).all(|pair| pair[0].1 + 1 < pair[1].0), "{set:?}");
}

fn sets() -> impl Strategy<Value = IntervalSet> {
    let few = prop::collection::vec((0u32..120, 0u32..9), 0..7);
    let many = prop::collection::vec((0u32..400, 0u32..2), 0..150);
    prop_oneof![few, many].prop_map(|runs| runs.into_iter().map(|(begin, len)| (begin, begin + len)).collect())
}

proptest! {
    #[test]
    fn operations_equal_those_on_plain_sets(a in sets(), b in sets(), at in 0u32..420) {
        let (left, right) = (members(&a), members(&b));
        for set in [&a, &b, &a.union(&b), &a.intersect(&b), &a.minus(&b)] {
            check_invariant(set);
        }
        prop_assert_eq!(members(&a.union(&b)), &left | &right);
        prop_assert_eq!(members(&IntervalSet::union_all([&a, &b, &a])), &left | &right);
        prop_assert_eq!(members(&a.intersect(&b)), &left & &right);
        prop_assert_eq!(members(&a.minus(&b)), &left - &right);
        let both = [a.clone(), b.clone(), a.clone()];
        prop_assert_eq!(members(&IntervalSet::at_least(0, &both)), &left | &right);
        prop_assert_eq!(IntervalSet::at_least(2, &both), a.clone());
        prop_assert_eq!(members(&IntervalSet::at_least(3, &both)), &left & &right);
        prop_assert!(IntervalSet::at_least(4, &both).is_empty());
        prop_assert_eq!(a.intersects(&b), !left.is_disjoint(&right));
        prop_assert_eq!(a.contains(at), left.contains(&at));
        prop_assert_eq!(a.meets(at, at + 3), (at..=at + 3).any(|at| left.contains(&at)));
        prop_assert_eq!(a.len(), left.len() as u64);
    }
}

#[test]
fn the_ends_of_the_range_do_not_overflow() {
    let all = IntervalSet::run(0, u32::MAX);
    assert_eq!(all.minus(&IntervalSet::run(u32::MAX, u32::MAX)), IntervalSet::run(0, u32::MAX - 1));
    assert_eq!(all.union(&IntervalSet::run(u32::MAX, u32::MAX)), all);
    assert_eq!(all.len(), 1 << 32);
    assert_eq!(IntervalSet::at_least(2, &[all.clone(), all.clone()]), all);
    assert!(IntervalSet::universe(0).is_empty());
    assert!(IntervalSet::run(3, 2).is_empty());
}
