//! The most that hits of one trail can rank, from when its candidates may have been visible together.
//!
//! The best item of each clause may stand in a trail without ever being on the screen with the best of the others. The index
//! says between which records an item was visible. As if it had been there at each record between, the query is decided as it
//! is on the texts: with more moments at which leaves hold, and with scores that are not smaller, so that no hit ranks above
//! what comes out, and none that does begins before the run in which it does. What stands under a NOT holds nowhere.

use trail_index::Sighting;
use trail_model::{Offset, RecordId, RecordRange};

use crate::Result;
use crate::cancel::Meter;
use crate::envelope::{Step, Steps};
use crate::evaluate::Base;
use crate::intervals::{Interval, IntervalSet};
use crate::plan::{Plan, Tree};
use crate::sequence::Timeline;
use crate::source::{Bound, Part, TrailFacts};

/// No record is numbered higher here: those beyond count as one moment.
const LAST: u64 = u32::MAX as u64 - 1;

/// A sighting's start is rounded down to this.
const START_UNIT_NS: u64 = 1_000;

/// A period that must hold, as a part of a recording, both ends inside.
type Window = (Offset, Offset);

/// The periods that must hold whatever else does, each by itself: one long moment may meet several that are apart. Nothing if
/// one can hold nowhere.
fn windows(tree: &Tree, plan: &Plan, facts: &TrailFacts) -> Option<Vec<Window>> {
    required_periods(tree).into_iter().map(|index| plan.periods[index].offsets(facts.start)).collect()
}

/// The periods that must hold.
fn required_periods(tree: &Tree) -> Vec<usize> {
    match tree {
        Tree::Period(index, _) => vec![*index],
        Tree::Group { must, .. } => must.iter().flat_map(required_periods).collect(),
        _ => Vec::new(),
    }
}

/// The leaves that are visible wherever the query is true. Of sequences nothing is known: what comes first in them may be gone.
pub(crate) fn required(plan: &Plan) -> impl Iterator<Item = usize> {
    fn leaves(tree: &Tree) -> Vec<usize> {
        match tree {
            Tree::Leaf(leaf) => vec![*leaf],
            Tree::Group { must, .. } => must.iter().flat_map(leaves).collect(),
            _ => Vec::new(),
        }
    }
    plan.tree.iter().filter(|_| plan.sequences.is_empty()).flat_map(leaves)
}

/// The records after which some of these may have been visible: in order, and apart.
pub(crate) fn together(sightings: &[Sighting]) -> Vec<RecordRange> {
    let mut ranges: Vec<RecordRange> =
        sightings.iter().map(|of| RecordRange { begin: of.first, end: of.last }).collect();
    ranges.sort_unstable_by_key(|range| range.begin);
    ranges.dedup_by(|next, before| {
        let is_one = next.begin <= before.end;
        if is_one {
            before.end = before.end.max(next.end);
        }
        is_one
    });
    ranges
}

/// What else is known of a trail.
pub(crate) struct Shape {
    /// It is not to be divided.
    pub(crate) is_whole: bool,
    /// All its items are in one channel.
    pub(crate) has_one_channel: bool,
}

/// The parts of a trail with these candidates, by leaf, that hits can be in; those with the best first.
pub(crate) fn parts(
    plan: &Plan,
    sightings: &[Vec<Sighting>],
    facts: &TrailFacts,
    shape: &Shape,
    meter: &mut Meter<'_>,
) -> Result<Vec<Part>> {
    let Some(tree) = &plan.tree else { return Ok(Vec::new()) };
    let Some(mut windows) = windows(tree, plan, facts) else { return Ok(Vec::new()) };
    meter.spend(sightings.iter().map(Vec::len).sum())?;
    // What comes first in a sequence need not be in the period of what follows.
    if !plan.sequences.is_empty() {
        windows.clear();
    }
    let is_inside = |of: &&Sighting| windows.iter().all(|window| of.start <= window.1 && window.0 <= of.end);
    let steps: Vec<Steps> = sightings.iter().map(|of_leaf| steps(of_leaf.iter().filter(is_inside))).collect();
    let universe = IntervalSet::run(0, LAST as u32);
    let truths: Vec<IntervalSet> = steps.iter().map(Steps::moments).collect();
    let mut periods = vec![universe.clone(); plan.periods.len()];
    for index in negated(plan, tree, false) {
        periods[index] = IntervalSet::EMPTY;
    }
    let timeline = Timeline::at_most(plan, &facts.sessions, &truths, &universe, periods, meter)?;
    let base = Base { moments: &universe, timeline: &timeline, of_item: false };
    let mut leaf = |leaf: usize| if plan.leaves[leaf].is_negative { Steps::default() } else { steps[leaf].clone() };
    let scores = plan.scores(&base, &mut leaf, meter)?;
    // Of other channels, and of those without items, nothing is known.
    let is_known = shape.has_one_channel && !plan.is_open();
    let begins = Begins::new(sightings, windows.iter().map(|window| window.0).max().filter(|_| is_known));
    let part = |&(first, last): &Interval| {
        meter.spend(1)?;
        let rank = scores.inside(&IntervalSet::run(first, last)).best().map_or(0.0, |best| best.0);
        let (start, record) = begins.at_most(first);
        let end = if u64::from(last) < LAST { last.into() } else { u64::MAX };
        let records = RecordRange { begin: RecordId(first.into()), end: RecordId(end) };
        Ok(Part { records, bound: Bound { rank, start, record } })
    };
    let mut parts: Vec<Part> = scores.moments().runs().iter().map(part).collect::<Result<_>>()?;
    parts.sort_by(|a, b| a.bound.by_rank(&b.bound));
    // What comes first in a sequence may be gone before what follows begins.
    if !plan.sequences.is_empty() || shape.is_whole {
        parts.truncate(1);
        parts.iter_mut().for_each(|part| part.records = Part::ALL);
    }
    Ok(parts)
}

/// What is known of when moments begin.
struct Begins {
    /// Some moments' records and times, sorted. Times rise with records.
    known: Vec<(u64, Offset)>,
    /// The latest of them that is not behind the beginning of what periods leave: nothing that counts begins earlier.
    least: (Offset, RecordId),
}

impl Begins {
    /// `from` is the latest beginning of a period that must hold, if all sightings and hits are of one channel.
    fn new(sightings: &[Vec<Sighting>], from: Option<Offset>) -> Begins {
        let mut known: Vec<(u64, Offset)> = sightings.iter().flatten().map(|of| (of.first.0, of.start)).collect();
        known.sort_unstable();
        let is_before =
            |&&(_, start): &&(u64, Offset)| from.is_some_and(|from| start.0.saturating_add(START_UNIT_NS) <= from.0);
        let before = known.iter().rfind(is_before);
        let least = before.map_or((Offset(0), RecordId(0)), |&(record, start)| (start, RecordId(record)));
        Begins { known, least }
    }

    /// The latest time and record that moments from `record` on are known not to begin before.
    fn at_most(&self, record: u32) -> (Offset, RecordId) {
        let after = self.known.partition_point(|&(first, _)| first <= record.into());
        let last = after.checked_sub(1).map(|at| self.known[at]);
        last.map_or((Offset(0), RecordId(0)), |(record, start)| (start, RecordId(record))).max(self.least)
    }
}

/// The best score of `sightings` at each record.
fn steps<'a>(sightings: impl Iterator<Item = &'a Sighting>) -> Steps {
    let at = |record: RecordId| record.0.min(LAST) as u32;
    Steps::maximum(sightings.map(|of| Step { begin: at(of.first), end: at(of.last), score: of.weight }).collect())
}

/// The periods under an odd number of NOTs.
fn negated(plan: &Plan, tree: &Tree, is_negated: bool) -> Vec<usize> {
    let all = |trees: &[Tree], is_negated| -> Vec<usize> {
        trees.iter().flat_map(|tree| negated(plan, tree, is_negated)).collect()
    };
    match tree {
        Tree::Period(index, _) if is_negated => vec![*index],
        Tree::Sequence(index) => negated(plan, &plan.sequences[*index].second, is_negated),
        Tree::Best(fields) => all(fields, is_negated),
        Tree::Group { must, should, must_not, .. } => {
            [all(must, is_negated), all(should, is_negated), all(must_not, !is_negated)].concat()
        }
        _ => Vec::new(),
    }
}
