//! What depends on time in a channel: periods, and one thing after another.
//!
//! `A THEN B` is about beginnings. A leaf begins, item by item, with each run of moments at which the item matches it; a
//! group of alternatives begins when one of them does; everything else with each run of moments at which it holds. What
//! begins of B less than so long after something of A began is true while it lasts.

use trail_content::Moments;

use crate::Result;
use crate::cancel::Meter;
use crate::intervals::{Interval, IntervalSet};
use crate::item::MatchedItem;
use crate::plan::{Plan, Tree};
use crate::source::TrailFacts;

/// The periods and sequences of a plan in one channel.
#[derive(Debug, Default)]
pub(crate) struct Timeline {
    /// By index in [`Plan::periods`].
    pub(crate) periods: Vec<IntervalSet>,
    /// By index in [`Plan::sessions`]: its score, if it holds of the trail.
    pub(crate) sessions: Vec<Option<f64>>,
    /// By index in [`Plan::sequences`].
    pub(crate) sequences: Vec<SequenceTruth>,
    /// Of each moment.
    starts: Vec<u64>,
}

/// When a sequence holds.
#[derive(Debug, Default)]
pub(crate) struct SequenceTruth {
    /// The moments at which it does.
    pub(crate) truth: IntervalSet,
    /// Its own beginnings, each to where it ends; sorted.
    events: Vec<Interval>,
    /// The beginnings of what comes first, sorted.
    firsts: Vec<u32>,
    within_ns: Option<u64>,
}

impl Timeline {
    /// Works out everything; `truths` are the moments at which each leaf holds of what is visible.
    pub(crate) fn new(
        plan: &Plan,
        moments: &Moments,
        facts: &TrailFacts,
        items: &[MatchedItem],
        truths: &[IntervalSet],
        universe: &IntervalSet,
        meter: &mut Meter<'_>,
    ) -> Result<Timeline> {
        let periods = plan.periods.iter().map(|period| period.moments(moments, facts.start)).collect();
        let mut timeline = Timeline { periods, sessions: facts.sessions.clone(), ..Timeline::default() };
        if plan.sequences.is_empty() {
            return Ok(timeline);
        }
        timeline.starts = (0..universe.len() as u32).map(|at| moments.start_time(at).0).collect();
        // A sequence inside another comes before it.
        for sequence in &plan.sequences {
            let events = Events { plan, items, truths, universe, timeline: &timeline };
            let mut firsts: Vec<u32> = events.of(&sequence.first, meter)?.into_iter().map(|event| event.0).collect();
            firsts.sort_unstable();
            firsts.dedup();
            let mut then = events.of(&sequence.second, meter)?;
            let mut found = SequenceTruth { firsts, within_ns: sequence.within_ns, ..SequenceTruth::default() };
            then.retain(|event| found.follows(event.0, &timeline.starts));
            then.sort_unstable();
            found.truth = then.iter().copied().collect();
            found.events = then;
            timeline.sequences.push(found);
        }
        Ok(timeline)
    }

    /// The most that there can be, by `truths`: moments outside which no leaf holds. `universe` are all moments.
    pub(crate) fn at_most(
        plan: &Plan,
        sessions: &[Option<f64>],
        truths: &[IntervalSet],
        universe: &IntervalSet,
        periods: Vec<IntervalSet>,
        meter: &mut Meter<'_>,
    ) -> Result<Timeline> {
        let mut timeline = Timeline { periods, sessions: sessions.to_vec(), ..Timeline::default() };
        for sequence in &plan.sequences {
            let mut found = SequenceTruth::default();
            if !sequence.is_negative {
                let leaf = &mut |leaf: usize| match plan.leaves[leaf].is_negative {
                    true => IntervalSet::EMPTY,
                    false => truths[leaf].clone(),
                };
                found.truth = plan.tree_holds(&sequence.second, universe, &timeline, leaf, meter)?;
                if let Tree::Leaf(first) = sequence.first {
                    // What follows begins later than the first beginning.
                    let begin = truths[first].runs().first().and_then(|run| run.0.checked_add(1));
                    let after = begin.map_or(IntervalSet::EMPTY, |begin| IntervalSet::run(begin, u32::MAX));
                    found.truth = found.truth.intersect(&after);
                }
            }
            timeline.sequences.push(found);
        }
        Ok(timeline)
    }

    /// Of what holds of one item, the runs that begin as sequence `index` asks.
    pub(crate) fn following(&self, index: usize, holds: &IntervalSet) -> IntervalSet {
        let sequence = &self.sequences[index];
        let runs = holds.runs().iter().copied().filter(|run| sequence.follows(run.0, &self.starts));
        runs.collect::<IntervalSet>().intersect(&sequence.truth)
    }
}

impl SequenceTruth {
    /// Whether something of what comes first began at an earlier moment, and not too long before.
    fn follows(&self, begin: u32, starts: &[u64]) -> bool {
        let before = self.firsts.partition_point(|&first| first < begin);
        let Some(last) = before.checked_sub(1).map(|at| self.firsts[at]) else { return false };
        let passed = starts[begin as usize].saturating_sub(starts[last as usize]);
        self.within_ns.is_none_or(|within| passed < within)
    }
}

/// What is needed to find beginnings.
struct Events<'a> {
    plan: &'a Plan,
    items: &'a [MatchedItem],
    truths: &'a [IntervalSet],
    universe: &'a IntervalSet,
    timeline: &'a Timeline,
}

impl Events<'_> {
    fn of_all(&self, trees: &[Tree], meter: &mut Meter<'_>) -> Result<Vec<Interval>> {
        let mut events = Vec::new();
        for tree in trees {
            events.append(&mut self.of(tree, meter)?);
        }
        Ok(events)
    }

    /// The beginnings of `tree`, each to where it ends; in no order.
    fn of(&self, tree: &Tree, meter: &mut Meter<'_>) -> Result<Vec<Interval>> {
        Ok(match tree {
            Tree::Leaf(leaf) => {
                let mut events = Vec::new();
                for item in self.items {
                    meter.spend(1)?;
                    if let Ok(at) = item.leaves.binary_search_by_key(leaf, |on_item| on_item.leaf) {
                        events.extend_from_slice(item.leaves[at].truth.runs());
                    }
                }
                meter.spend(events.len())?;
                events
            }
            Tree::Sequence(index) => self.timeline.sequences[*index].events.clone(),
            Tree::Best(fields) => self.of_all(fields, meter)?,
            Tree::Group { must, should, must_not, minimum: 0 | 1 } if must.is_empty() && must_not.is_empty() => {
                self.of_all(should, meter)?
            }
            Tree::All(_) | Tree::Period(..) | Tree::Session(_) | Tree::Group { .. } => {
                let leaf = &mut |leaf: usize| self.truths[leaf].clone();
                self.plan.tree_holds(tree, self.universe, self.timeline, leaf, meter)?.runs().to_vec()
            }
        })
    }
}
