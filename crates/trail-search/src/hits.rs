//! From matched items to hits.

use std::cmp::Ordering;
use std::sync::Arc;

use trail_content::{Kind, Moments, Place};
use trail_model::{ChannelId, RecordId, RecordRange, TimeSpan};

use crate::Result;
use crate::cancel::Meter;
use crate::envelope::{Step, Steps};
use crate::evaluate::Base;
use crate::intervals::{Interval, IntervalSet};
use crate::item::MatchedItem;
use crate::plan::{Plan, Tree};
use crate::screenshot::Stillness;
use crate::sequence::Timeline;
use crate::source::TrailFacts;
use crate::stretch::Stretch;

/// Why, where and when a query held.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The channel.
    pub channel: ChannelId,
    /// Its records after which the query held; those of other channels in between do not count.
    pub records: RecordRange,
    /// The record that shows the hit best.
    pub for_screenshot: RecordId,
    /// From the first record to when the content went away.
    pub span: TimeSpan,
    /// How well it matches.
    pub rank: f64,
    /// Whether one item or the whole screen matches.
    pub kind: HitKind,
    /// The matched texts as they stood at `for_screenshot`. In no order: [`crate::locate`] knows the screen's.
    pub texts: Vec<HitText>,
    /// The same run as `records`, as ordinals of the channel's own records.
    pub moments: Interval,
}

/// What matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HitKind {
    /// One item of this kind.
    Item(Kind),
    /// Several items together, or what is not there.
    Screen,
}

/// A matched text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HitText {
    /// What sort of text it is.
    pub kind: Kind,
    /// The item's final text.
    item: Arc<str>,
    /// How much of it stood there.
    len: usize,
    /// What came next, if the text then grew.
    next: Option<char>,
    /// Where it stands in pixels.
    places: Vec<Arc<Place>>,
}

impl HitText {
    /// The text as it stood at the record for the screenshot.
    pub fn as_str(&self) -> &str {
        self.item.get(..self.len).unwrap_or(&self.item)
    }

    /// Where it stood at that record, if it was read from pixels; from top to bottom.
    pub fn places(&self) -> &[Arc<Place>] {
        &self.places
    }

    /// The character that came next, if the text then grew: a token at the end that it extends was unfinished.
    pub fn next(&self) -> Option<char> {
        self.next
    }

    /// What the item's text had grown to in the end.
    pub fn item_text(&self) -> &str {
        &self.item
    }
}

impl Hit {
    /// The order of answers: rank descending, then start time, then first record; ties are broken by what is left, so that
    /// the order never depends on how the work was divided.
    pub fn by_rank(&self, other: &Hit) -> Ordering {
        other.rank.total_cmp(&self.rank).then_with(|| self.by_time(other))
    }

    /// The order of answers over several trails, each hit with its trail's number: as [`Hit::by_rank`], but what begins alike
    /// comes in the order of trails.
    pub fn by_rank_over_trails(a: (usize, &Hit), b: (usize, &Hit)) -> Ordering {
        let begin = |(trail, hit): (usize, &Hit)| (hit.span.start, hit.records.begin, trail);
        b.1.rank.total_cmp(&a.1.rank).then_with(|| begin(a).cmp(&begin(b))).then_with(|| a.1.by_rank(b.1))
    }

    /// The order in which hits began.
    pub fn by_time(&self, other: &Hit) -> Ordering {
        let key = |hit: &Hit| (hit.span.start, hit.records.begin, hit.channel, hit.records.end, hit.kind);
        let texts = |hit: &Hit| hit.texts.first().map(|text| text.item.clone());
        key(self)
            .cmp(&key(other))
            .then_with(|| other.rank.total_cmp(&self.rank))
            .then_with(|| texts(self).cmp(&texts(other)))
    }
}

/// Finds the hits of one channel in order of rank.
pub(crate) fn channel_hits(search: &ChannelSearch<'_>, meter: &mut Meter<'_>) -> Result<Vec<Hit>> {
    let mut runs = search.item_runs(meter)?;
    search.screen_runs(&mut runs, meter)?;
    let looked_at = runs.iter().map(|run| run.best.len()).sum();
    let stillness = Stillness::new(search.moments, runs.len(), looked_at);
    let mut hits = Vec::with_capacity(runs.len());
    for run in runs {
        meter.spend(1 + run.best.runs().len())?;
        hits.push(search.hit(run, &stillness));
    }
    search.fill_screen_texts(&mut hits, meter)?;
    meter.sort_by(&mut hits, Hit::by_rank)?;
    Ok(hits)
}

/// Finds when the query holds of one channel, in order.
pub(crate) fn channel_stretches(search: &ChannelSearch<'_>, meter: &mut Meter<'_>) -> Result<Vec<Stretch>> {
    let holds = search.holds(meter)?;
    let runs = search.ranked(&holds, meter)?;
    Ok(runs.into_iter().map(|run| search.stretch(&run)).collect())
}

/// A channel, and when the leaves of a query hold of it.
pub(crate) struct ChannelSearch<'a> {
    plan: &'a Plan,
    channel: ChannelId,
    moments: &'a Moments,
    items: &'a [MatchedItem],
    universe: IntervalSet,
    /// For each leaf the moments at which a visible item matches it.
    truths: Vec<IntervalSet>,
    timeline: Timeline,
}

/// A hit before it has records and times.
struct Run {
    /// The item, or the screen.
    item: Option<usize>,
    moments: Interval,
    rank: f64,
    /// The moments that show it best, of which the screenshot is chosen.
    best: IntervalSet,
}

impl<'a> ChannelSearch<'a> {
    pub(crate) fn new(
        plan: &'a Plan,
        channel: ChannelId,
        moments: &'a Moments,
        facts: &TrailFacts,
        items: &'a [MatchedItem],
        meter: &mut Meter<'_>,
    ) -> Result<ChannelSearch<'a>> {
        let mut runs: Vec<Vec<Interval>> = vec![Vec::new(); plan.leaves.len()];
        for leaf in items.iter().flat_map(|item| &item.leaves) {
            meter.spend(1 + leaf.truth.runs().len())?;
            runs[leaf.leaf].extend_from_slice(leaf.truth.runs());
        }
        let truths: Vec<IntervalSet> = runs.into_iter().map(IntervalSet::from_unsorted).collect();
        let universe = IntervalSet::universe(u32::try_from(moments.len()).unwrap_or(u32::MAX));
        let timeline = Timeline::new(plan, moments, facts, items, &truths, &universe, meter)?;
        Ok(ChannelSearch { plan, channel, moments, items, universe, truths, timeline })
    }

    /// The runs of moments at which the query holds of one item: positive leaves of the item, negative ones of all.
    fn item_runs(&self, meter: &mut Meter<'_>) -> Result<Vec<Run>> {
        let is_open = self.plan.is_open();
        let mut runs: Vec<Run> = Vec::new();
        for (index, item) in self.items.iter().enumerate() {
            meter.spend(1 + item.leaves.len())?;
            let positive = || item.leaves.iter().filter(|leaf| !self.plan.leaves[leaf.leaf].is_negative);
            if positive().next().is_none() {
                continue;
            }
            let base = Base { moments: &item.presence, timeline: &self.timeline, of_item: true };
            let mut leaf_scores = |leaf: usize| {
                if self.plan.leaves[leaf].is_negative {
                    return Steps::constant(&self.truths[leaf].intersect(&item.presence), 0.0);
                }
                let found = item.leaves.binary_search_by_key(&leaf, |on_item| on_item.leaf).ok();
                found.map_or_else(Steps::default, |at| Steps::constant(&item.leaves[at].truth, item.leaves[at].score))
            };
            let scores = self.plan.scores(&base, &mut leaf_scores, meter)?;
            let hidden = IntervalSet::union_all(positive().map(|leaf| &leaf.hidden));
            let matched = is_open.then(|| IntervalSet::union_all(positive().map(|leaf| &leaf.truth)));
            for &(begin, end) in scores.moments().runs() {
                if matched.as_ref().is_some_and(|matched| !matched.meets(begin, end)) {
                    continue;
                }
                let inside = scores.inside(&IntervalSet::run(begin, end));
                let Some((rank, best)) = inside.best() else { continue };
                let best = shown(best, &hidden);
                runs.push(Run { item: Some(index), moments: (begin, end), rank, best });
            }
        }
        self.without_lines_commands(runs, meter)
    }

    /// Takes away what commands add where the line that they stand on hits.
    fn without_lines_commands(&self, runs: Vec<Run>, meter: &mut Meter<'_>) -> Result<Vec<Run>> {
        let kind = |run: &Run| run.item.map(|item| self.items[item].kind);
        let (commands, mut rest): (Vec<Run>, Vec<Run>) =
            runs.into_iter().partition(|run| kind(run) == Some(Kind::Command));
        if commands.is_empty() {
            return Ok(rest);
        }
        let mut lines: Vec<(Interval, usize)> = rest
            .iter()
            .filter(|run| kind(run) == Some(Kind::Line))
            .filter_map(|run| run.item.map(|item| (run.moments, item)))
            .collect();
        lines.sort_unstable();
        // The last end of this line and all before: going back can stop where it lies before the command.
        let last_ends: Vec<u32> = lines
            .iter()
            .scan(0, |last, line| {
                *last = line.0.1.max(*last);
                Some(*last)
            })
            .collect();
        for command in commands {
            meter.spend(1)?;
            let Some(item) = command.item else { continue };
            let text = self.items[item].text.lines().next().unwrap_or("");
            let after = lines.partition_point(|line| line.0.0 <= command.moments.1);
            let standing = (0..after).rev().take_while(|&at| last_ends[at] >= command.moments.0);
            let its_own = standing.filter(|&at| self.items[lines[at].1].text.contains(text)).map(|at| lines[at].0);
            let covered: IntervalSet = its_own.collect();
            let left = IntervalSet::run(command.moments.0, command.moments.1).minus(&covered);
            rest.extend(left.runs().iter().map(|&(begin, end)| {
                let best = command.best.intersect(&IntervalSet::run(begin, end));
                // What is best of the command may lie under the line; then all that is left is as good.
                let best = if best.is_empty() { IntervalSet::run(begin, end) } else { best };
                Run { moments: (begin, end), best, ..command }
            }));
        }
        Ok(rest)
    }

    /// The runs of moments at which the query holds of the screen and no item hit stands.
    fn screen_runs(&self, runs: &mut Vec<Run>, meter: &mut Meter<'_>) -> Result<()> {
        if matches!(self.plan.tree, Some(Tree::Leaf(_))) {
            // What one leaf finds are items.
            return Ok(());
        }
        let covered: IntervalSet = runs.iter().map(|run| run.moments).collect();
        let left = self.holds(meter)?.minus(&covered);
        if !left.is_empty() {
            runs.extend(self.ranked(&left, meter)?);
        }
        Ok(())
    }

    /// The moments at which the query holds of the screen.
    fn holds(&self, meter: &mut Meter<'_>) -> Result<IntervalSet> {
        self.plan.holds(&self.universe, &self.timeline, &mut |leaf| self.truths[leaf].clone(), meter)
    }

    /// The runs of `wanted`, at whose moments the query holds, each with the best rank of the screen.
    fn ranked(&self, wanted: &IntervalSet, meter: &mut Meter<'_>) -> Result<Vec<Run>> {
        let envelopes = self.envelopes(wanted, meter)?;
        let base = Base { moments: wanted, timeline: &self.timeline, of_item: false };
        let scores = self.plan.scores(&base, &mut |leaf| envelopes[leaf].clone(), meter)?.inside(wanted);
        let hidden = self.hidden(meter)?;
        let run = |&(begin, end): &Interval| {
            let (rank, best) = scores.inside(&IntervalSet::run(begin, end)).best()?;
            Some(Run { item: None, moments: (begin, end), rank, best: shown(best, &hidden) })
        };
        Ok(wanted.runs().iter().filter_map(run).collect())
    }

    /// For each leaf the best score of the visible items, at the moments of `wanted`; negative leaves where they hold.
    fn envelopes(&self, wanted: &IntervalSet, meter: &mut Meter<'_>) -> Result<Vec<Steps>> {
        let mut steps: Vec<Vec<Step>> = vec![Vec::new(); self.plan.leaves.len()];
        for on_item in self.items.iter().flat_map(|item| &item.leaves) {
            if self.plan.leaves[on_item.leaf].is_scored {
                let inside = on_item.truth.intersect(wanted);
                meter.spend(1 + inside.runs().len())?;
                let score = on_item.score;
                steps[on_item.leaf].extend(inside.runs().iter().map(|&(begin, end)| Step { begin, end, score }));
            }
        }
        let envelopes = steps.into_iter().enumerate().map(|(leaf, steps)| {
            if self.plan.leaves[leaf].is_scored {
                Steps::maximum(steps)
            } else {
                Steps::constant(&self.truths[leaf], 0.0)
            }
        });
        Ok(envelopes.collect())
    }

    /// The moments at which some positive leaf holds only by text above the screen.
    fn hidden(&self, meter: &mut Meter<'_>) -> Result<IntervalSet> {
        let mut shown: Vec<Vec<Interval>> = vec![Vec::new(); self.plan.leaves.len()];
        let mut is_hidden = vec![false; self.plan.leaves.len()];
        for on_item in self.items.iter().flat_map(|item| &item.leaves) {
            let hidden = &on_item.hidden;
            meter.spend(1 + on_item.truth.runs().len())?;
            is_hidden[on_item.leaf] |= !hidden.is_empty();
            shown[on_item.leaf].extend_from_slice(on_item.truth.minus(hidden).runs());
        }
        let mut hidden = IntervalSet::EMPTY;
        for (leaf, shown) in shown.into_iter().enumerate() {
            if is_hidden[leaf] && !self.plan.leaves[leaf].is_negative {
                hidden = hidden.union(&self.truths[leaf].minus(&IntervalSet::from_unsorted(shown)));
            }
        }
        Ok(hidden)
    }

    fn records(&self, (begin, end): Interval) -> RecordRange {
        RecordRange { begin: self.moments.record(begin), end: self.moments.record(end) }
    }

    fn times(&self, (begin, end): Interval) -> TimeSpan {
        TimeSpan { start: self.moments.start_time(begin), end: self.moments.end_time(end) }
    }

    fn stretch(&self, run: &Run) -> Stretch {
        Stretch {
            channel: self.channel,
            records: self.records(run.moments),
            span: self.times(run.moments),
            rank: run.rank,
            moments: run.moments,
        }
    }

    fn hit(&self, run: Run, stillness: &Stillness<'_>) -> Hit {
        let shot = stillness.longest(&run.best).unwrap_or(run.moments.0);
        let texts = run.item.map(|item| self.text(item, shot));
        Hit {
            channel: self.channel,
            records: self.records(run.moments),
            for_screenshot: self.moments.record(shot),
            span: self.times(run.moments),
            rank: run.rank,
            kind: run.item.map_or(HitKind::Screen, |item| HitKind::Item(self.items[item].kind)),
            texts: texts.into_iter().collect(),
            moments: run.moments,
        }
    }

    fn text(&self, item: usize, at: u32) -> HitText {
        let item = &self.items[item];
        let (len, next) = item.text_at(at);
        HitText { kind: item.kind, item: item.text.clone(), len, next, places: item.places_at(at) }
    }

    /// Gives each screen hit the items that match a positive leaf at its moment for the screenshot.
    fn fill_screen_texts(&self, hits: &mut [Hit], meter: &mut Meter<'_>) -> Result<()> {
        let mut screens: Vec<(u32, &mut Vec<HitText>)> = Vec::new();
        for hit in hits.iter_mut().filter(|hit| hit.kind == HitKind::Screen) {
            if let Some(at) = self.moments.ordinal_of(hit.for_screenshot) {
                screens.push((at, &mut hit.texts));
            }
        }
        if screens.is_empty() {
            return Ok(());
        }
        screens.sort_unstable_by_key(|screen| screen.0);
        for (index, item) in self.items.iter().enumerate() {
            let positive = item.leaves.iter().filter(|leaf| !self.plan.leaves[leaf.leaf].is_negative);
            let truth = IntervalSet::union_all(positive.map(|leaf| &leaf.truth));
            for &(begin, end) in truth.runs() {
                let first = screens.partition_point(|screen| screen.0 < begin);
                meter.spend(1)?;
                for (at, texts) in screens[first..].iter_mut().take_while(|screen| screen.0 <= end) {
                    meter.spend(1)?;
                    texts.push(self.text(index, *at));
                }
            }
        }
        Ok(())
    }
}

/// The moments of `best` that are not hidden, or all if they are.
fn shown(best: IntervalSet, hidden: &IntervalSet) -> IntervalSet {
    if !best.intersects(hidden) {
        return best;
    }
    let shown = best.minus(hidden);
    if shown.is_empty() { best } else { shown }
}
