//! Scores over time: functions that are constant on runs of moments.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::Result;
use crate::cancel::Meter;
use crate::intervals::IntervalSet;

/// Sums of the same scores in another order differ by less than this part of them; they count as equal.
const ROUNDING: f64 = 1e-12;

/// A run of moments, both ends inside, with one score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Step {
    /// First ordinal.
    pub(crate) begin: u32,
    /// Last ordinal.
    pub(crate) end: u32,
    /// The score at each of them, not negative.
    pub(crate) score: f64,
}

/// A score at some moments of a channel; at the others there is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Steps {
    /// INVARIANT: sorted, disjoint; neighbours that touch differ in score.
    steps: Vec<Step>,
}

impl Steps {
    /// One score at every moment of `set`.
    pub(crate) fn constant(set: &IntervalSet, score: f64) -> Steps {
        Steps { steps: set.runs().iter().map(|&(begin, end)| Step { begin, end, score }).collect() }
    }

    /// The best of `steps` at each moment; they come in any order and may overlap. Takes `n log n` time.
    pub(crate) fn maximum(mut steps: Vec<Step>) -> Steps {
        steps.sort_unstable_by_key(|step| step.begin);
        let mut out = Steps::default();
        let mut open: BinaryHeap<ByScore> = BinaryHeap::new();
        let mut incoming = steps.into_iter().peekable();
        let mut at = 0;
        loop {
            while open.peek().is_some_and(|best| best.0.end < at) {
                open.pop();
            }
            if open.is_empty() {
                let Some(next) = incoming.peek() else { return out };
                at = at.max(next.begin);
            }
            while let Some(next) = incoming.next_if(|next| next.begin <= at) {
                if next.end >= at {
                    open.push(ByScore(next));
                }
            }
            let Some(best) = open.peek() else { continue };
            let end = incoming.peek().map_or(best.0.end, |next| best.0.end.min(next.begin - 1));
            out.push(Step { begin: at, end, score: best.0.score });
            let Some(after) = end.checked_add(1) else { return out };
            at = after;
        }
    }

    /// The best of several functions at each moment at which one of them has a score.
    pub(crate) fn best_of(parts: impl Iterator<Item = Steps>) -> Steps {
        Steps::maximum(parts.flat_map(|part| part.steps).collect())
    }

    /// The moments that have a score.
    pub(crate) fn moments(&self) -> IntervalSet {
        let mut out = IntervalSet::EMPTY;
        for step in &self.steps {
            out.push(step.begin, step.end);
        }
        out
    }

    /// The part of the function inside `set`.
    pub(crate) fn inside(&self, set: &IntervalSet) -> Steps {
        let mut out = Steps::default();
        let mut rest = &self.steps[..];
        for &(begin, end) in set.runs() {
            rest = &rest[rest.partition_point(|step| step.end < begin)..];
            for step in rest.iter().take_while(|step| step.begin <= end) {
                out.push(Step { begin: step.begin.max(begin), end: step.end.min(end), ..*step });
            }
        }
        out
    }

    /// The sum of both where both have a score, and the one that there is elsewhere. Linear.
    pub(crate) fn plus(&self, other: &Steps) -> Steps {
        let mut out = Steps { steps: Vec::with_capacity(self.steps.len() + other.steps.len()) };
        let (mut left, mut right) = (self.steps.iter().copied(), other.steps.iter().copied());
        let (mut a, mut b) = (left.next(), right.next());
        loop {
            match (a, b) {
                (Some(x), Some(y)) => {
                    let (first, later) = (x.begin.min(y.begin), x.begin.max(y.begin));
                    if first < later {
                        // Only one of them has begun: its part before the other begins stands alone.
                        let (early, rest) = if x.begin < y.begin { (x, &mut a) } else { (y, &mut b) };
                        out.push(Step { end: early.end.min(later - 1), ..early });
                        *rest = after(early, early.end.min(later - 1));
                    } else {
                        let end = x.end.min(y.end);
                        out.push(Step { begin: first, end, score: x.score + y.score });
                        (a, b) = (after(x, end), after(y, end));
                    }
                }
                (Some(x), None) => {
                    out.push(x);
                    a = None;
                }
                (None, Some(y)) => {
                    out.push(y);
                    b = None;
                }
                (None, None) => return out,
            }
            a = a.or_else(|| left.next());
            b = b.or_else(|| right.next());
        }
    }

    /// The sum of many, in `n log k` time.
    ///
    /// # Errors
    /// If it is told to stop.
    pub(crate) fn sum(mut parts: Vec<Steps>, meter: &mut Meter<'_>) -> Result<Steps> {
        while parts.len() > 1 {
            let mut sums = Vec::with_capacity(parts.len().div_ceil(2));
            let mut pairs = parts.into_iter();
            while let Some(first) = pairs.next() {
                sums.push(match pairs.next() {
                    Some(second) => {
                        meter.spend(1 + first.len() + second.len())?;
                        first.plus(&second)
                    }
                    None => first,
                });
            }
            parts = sums;
        }
        Ok(parts.pop().unwrap_or_default())
    }

    /// Number of runs.
    pub(crate) fn len(&self) -> usize {
        self.steps.len()
    }

    /// The best score, and the moments that have it. Nothing for the empty function.
    pub(crate) fn best(&self) -> Option<(f64, IntervalSet)> {
        let best = self.steps.iter().map(|step| step.score).max_by(f64::total_cmp)?;
        let mut moments = IntervalSet::EMPTY;
        for step in self.steps.iter().filter(|step| step.score >= best - best * ROUNDING) {
            moments.push(step.begin, step.end);
        }
        Some((best, moments))
    }

    fn push(&mut self, step: Step) {
        match self.steps.last_mut() {
            Some(last) if last.end.checked_add(1) == Some(step.begin) && last.score.total_cmp(&step.score).is_eq() => {
                last.end = step.end;
            }
            _ => self.steps.push(step),
        }
    }
}

/// What is left of `step` after the ordinal `end`.
fn after(step: Step, end: u32) -> Option<Step> {
    (end < step.end).then(|| Step { begin: end + 1, ..step })
}

/// Orders the heap: the best score first, among equals the one that lasts.
struct ByScore(Step);

impl Ord for ByScore {
    fn cmp(&self, other: &ByScore) -> Ordering {
        self.0.score.total_cmp(&other.0.score).then(self.0.end.cmp(&other.0.end))
    }
}

impl PartialOrd for ByScore {
    fn partial_cmp(&self, other: &ByScore) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for ByScore {
    fn eq(&self, other: &ByScore) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for ByScore {}

#[cfg(test)]
mod tests;
