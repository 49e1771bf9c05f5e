//! An item as search sees it: joined over the blocks of its channel, with what matched and when.

use std::sync::Arc;

use trail_content::{Kind, Moments, Place, SpanBuf, Step};

use crate::Result;
use crate::cancel::Meter;
use crate::growth::{Growth, last_matches};
use crate::intervals::{Interval, IntervalSet};
use crate::occurrences::Scanner;
use crate::plan::Plan;
use crate::rank::{Statistics, score};

/// Leaves that are gone through in the time of a piece of work.
const LEAVES_PER_WORK: usize = 64;

/// An item with all its spans in a channel; growth that crossed block borders is one span.
#[derive(Clone, Debug)]
pub(crate) struct JoinedItem {
    pub(crate) kind: Kind,
    pub(crate) text: Arc<str>,
    pub(crate) spans: Vec<SpanBuf>,
}

/// When a leaf matched an item, and what that is worth.
#[derive(Clone, Debug)]
pub(crate) struct LeafOnItem {
    /// Index in [`Plan::leaves`].
    pub(crate) leaf: usize,
    /// The moments at which it matched.
    pub(crate) truth: IntervalSet,
    /// Those of them at which no match stood wholly on the screen: the head of the line was above it.
    pub(crate) hidden: IntervalSet,
    pub(crate) score: f64,
}

/// An item that some leaf matched at some moment.
#[derive(Clone, Debug)]
pub(crate) struct MatchedItem {
    pub(crate) kind: Kind,
    pub(crate) text: Arc<str>,
    /// The moments at which it was visible; its runs are the item's lifetimes.
    pub(crate) presence: IntervalSet,
    /// Leaves that matched at some moment, by index.
    pub(crate) leaves: Vec<LeafOnItem>,
    /// The spans in which the text grew, and the moments at which it stood whole in another.
    grown: Vec<SpanBuf>,
    settled: IntervalSet,
    /// The spans that stand in pixels.
    placed: Vec<SpanBuf>,
}

impl MatchedItem {
    /// Where it stands in pixels at moment `at`, each place once.
    pub(crate) fn places_at(&self, at: u32) -> Vec<Arc<Place>> {
        let standing = self.placed.iter().filter(|span| span.begin <= at && at <= span.end);
        let mut places: Vec<Arc<Place>> = standing.filter_map(|span| span.place.clone()).collect();
        places.sort_by_key(|place| place.area);
        places.dedup();
        places
    }

    /// How much of the text stood there at moment `at`, in bytes, and the character that came next if the text then grew.
    /// Where two lines hold it at once, the one with more of it counts.
    pub(crate) fn text_at(&self, at: u32) -> (usize, Option<char>) {
        let whole = self.text.len();
        if self.settled.contains(at) {
            return (whole, None);
        }
        let standing = self.grown.iter().filter(|span| span.begin <= at && at <= span.end);
        let longest = standing.max_by_key(|span| span.as_span().len_at(at, whole));
        longest.map_or((whole, None), |span| {
            let len = span.as_span().len_at(at, whole);
            let next = self.text.get(len..).and_then(|rest| rest.chars().next());
            (len, next.or(span.grows_out))
        })
    }
}

/// Decides when each leaf of `plan` matched `item`. Nothing if none ever did. `moments` are needed where a leaf asks for
/// lifetimes.
pub(crate) fn match_item(
    plan: &Plan,
    statistics: &Statistics,
    scanner: &mut Scanner,
    item: JoinedItem,
    moments: Option<&Moments>,
    meter: &mut Meter<'_>,
) -> Result<Option<MatchedItem>> {
    let JoinedItem { kind, text, spans } = item;
    let is_settled = |span: &SpanBuf| span.growth.is_empty() && span.grows_out.is_none();
    let grew = !spans.iter().all(is_settled);
    let occurrences = scanner.scan(plan, &text, grew, meter)?;
    if occurrences.is_empty() && !grew && !plan.has_lifetimes() {
        return Ok(None);
    }

    let whole = last_matches(plan, &occurrences, meter)?;
    // Most items never grew: what this prepares would be most of the work on them.
    let mut growth = if grew { Some(Growth::new(plan, &text, &occurrences, meter)?) } else { None };
    let mut found: Vec<Found> = plan.leaves.iter().map(|_| Found::default()).collect();
    for span in &spans {
        let work = 1 + plan.leaves.len() / LEAVES_PER_WORK + span.above.len();
        match &mut growth {
            Some(growth) if !is_settled(span) => {
                for segment in span.as_span().segments(&text) {
                    let state = growth.at(scanner, segment.len as usize, segment.next, meter)?;
                    meter.spend(work)?;
                    note(&mut found, state, (segment.begin, segment.end), &span.above);
                }
            }
            _ => {
                meter.spend(work)?;
                note(&mut found, &whole, (span.begin, span.end), &span.above);
            }
        }
    }
    drop(growth);

    let of_pixels = spans.iter().any(|span| span.place.is_some());
    let matched = found.into_iter().enumerate().filter(|(leaf, found)| {
        (of_pixels || !plan.leaves[*leaf].of_pixels)
            && !(found.shown.is_empty() && found.behind.is_empty())
            && plan.leaves[*leaf].kinds.contains(kind)
    });
    let mut leaves: Vec<LeafOnItem> = matched
        .map(|(leaf, found)| {
            meter.spend(1 + found.shown.len() + found.behind.len() + occurrences.all().len())?;
            let shown = IntervalSet::from_unsorted(found.shown);
            let behind = IntervalSet::from_unsorted(found.behind);
            Ok(LeafOnItem {
                leaf,
                score: score(plan, &plan.leaves[leaf], kind, &occurrences, statistics),
                // Another line with the same text may show what one hides.
                hidden: behind.minus(&shown),
                truth: if behind.is_empty() { shown } else { shown.union(&behind) },
            })
        })
        .collect::<Result<_>>()?;
    let presence: IntervalSet = spans.iter().map(|span| (span.begin, span.end)).collect();
    if let Some(moments) = moments {
        add_lifetimes(plan, kind, &presence, moments, &mut leaves);
    }
    if leaves.is_empty() {
        return Ok(None);
    }
    let placed = spans.iter().filter(|span| span.place.is_some()).cloned().collect();
    let (settled, grown): (Vec<SpanBuf>, Vec<SpanBuf>) = spans.into_iter().partition(is_settled);
    let settled = if grown.is_empty() { Vec::new() } else { settled };
    let settled = settled.iter().map(|span| (span.begin, span.end)).collect();
    Ok(Some(MatchedItem { kind, text, presence, leaves, grown, settled, placed }))
}

/// Adds the leaves that ask how long the item was visible.
fn add_lifetimes(plan: &Plan, kind: Kind, presence: &IntervalSet, moments: &Moments, leaves: &mut Vec<LeafOnItem>) {
    for (index, leaf) in plan.leaves.iter().enumerate() {
        let Some(lifetime) = leaf.lifetime.filter(|_| leaf.kinds.contains(kind)) else { continue };
        let truth = lifetime.of(presence, moments);
        if !truth.is_empty() {
            let score = if leaf.is_scored { leaf.boost } else { 0.0 };
            leaves.push(LeafOnItem { leaf: index, truth, hidden: IntervalSet::EMPTY, score });
        }
    }
    leaves.sort_by_key(|on_item| on_item.leaf);
}

/// What is known of one leaf while the spans of an item are gone through: the moments at which it matched.
#[derive(Default)]
struct Found {
    /// Those at which its last match was on the screen.
    shown: Vec<Interval>,
    /// Those at which it began above the screen.
    behind: Vec<Interval>,
}

/// Notes which leaves matched during `run`.
fn note(found: &mut [Found], state: &[Option<usize>], run: Interval, above: &[Step]) {
    for (found, last) in found.iter_mut().zip(state) {
        let Some(last) = *last else { continue };
        // From when on the present number of bytes stood above the screen.
        let mut begin = run.0;
        let mut is_behind = false;
        for step in above.iter().take_while(|step| step.at <= run.1) {
            let pieces = if is_behind { &mut found.behind } else { &mut found.shown };
            if step.at > begin {
                pieces.push((begin, step.at - 1));
                begin = step.at;
            }
            is_behind = step.len as usize > last;
        }
        let pieces = if is_behind { &mut found.behind } else { &mut found.shown };
        pieces.push((begin, run.1));
    }
}
