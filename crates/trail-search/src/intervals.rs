//! Sets of moments: sorted, disjoint runs of ordinals.

/// A run of moments by their ordinals in a channel, both ends inside.
pub type Interval = (u32, u32);

/// A set of moments of one channel, kept as its maximal runs.
///
/// All operations take time linear in the number of runs of their inputs (plus a binary search where said so).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IntervalSet {
    /// INVARIANT: sorted, `begin <= end`, and at least one ordinal lies between two runs.
    runs: Vec<Interval>,
}

impl IntervalSet {
    /// The set without moments.
    pub const EMPTY: IntervalSet = IntervalSet { runs: Vec::new() };

    /// The ordinals `begin` to `end`, both inside; empty if `begin > end`.
    pub fn run(begin: u32, end: u32) -> IntervalSet {
        IntervalSet { runs: if begin <= end { vec![(begin, end)] } else { Vec::new() } }
    }

    /// All moments of a channel with `len` moments.
    pub fn universe(len: u32) -> IntervalSet {
        len.checked_sub(1).map_or(IntervalSet::EMPTY, |last| IntervalSet::run(0, last))
    }

    /// Makes a set of runs in any order that may overlap or touch.
    pub fn from_unsorted(mut runs: Vec<Interval>) -> IntervalSet {
        runs.retain(|run| run.0 <= run.1);
        if !runs.is_sorted() {
            runs.sort_unstable();
        }
        let mut kept = 0;
        for at in 0..runs.len() {
            let run = runs[at];
            if kept > 0 && run.0 <= runs[kept - 1].1.saturating_add(1) {
                runs[kept - 1].1 = runs[kept - 1].1.max(run.1);
            } else {
                runs[kept] = run;
                kept += 1;
            }
        }
        runs.truncate(kept);
        IntervalSet { runs }
    }

    /// The maximal runs in order.
    pub fn runs(&self) -> &[Interval] {
        &self.runs
    }

    /// Tells whether there is no moment in the set.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// The number of moments in the set.
    pub fn len(&self) -> u64 {
        self.runs.iter().map(|run| u64::from(run.1) - u64::from(run.0) + 1).sum()
    }

    /// Tells whether `ordinal` is in the set; by binary search.
    pub fn contains(&self, ordinal: u32) -> bool {
        let at = self.runs.partition_point(|run| run.1 < ordinal);
        self.runs.get(at).is_some_and(|run| run.0 <= ordinal)
    }

    /// Adds a run that begins at or after every run so far, as when results are produced in order.
    pub fn push(&mut self, begin: u32, end: u32) {
        debug_assert!(begin <= end);
        match self.runs.last_mut() {
            Some(last) if begin <= last.1.saturating_add(1) => last.1 = last.1.max(end),
            _ => self.runs.push((begin, end)),
        }
    }

    /// The moments in either set.
    pub fn union(&self, other: &IntervalSet) -> IntervalSet {
        if self.is_empty() {
            return other.clone();
        }
        let mut out = IntervalSet { runs: Vec::with_capacity(self.runs.len() + other.runs.len()) };
        let (mut left, mut right) = (self.runs.iter().peekable(), other.runs.iter().peekable());
        loop {
            let next = match (left.peek(), right.peek()) {
                (Some(a), Some(b)) => {
                    if a.0 <= b.0 {
                        left.next()
                    } else {
                        right.next()
                    }
                }
                (Some(_), None) => left.next(),
                (None, _) => right.next(),
            };
            let Some(&(begin, end)) = next else { return out };
            out.push(begin, end);
        }
    }

    /// The moments in any of `sets`.
    pub fn union_all<'a>(sets: impl IntoIterator<Item = &'a IntervalSet>) -> IntervalSet {
        IntervalSet::from_unsorted(sets.into_iter().flat_map(|set| set.runs.iter().copied()).collect())
    }

    /// The moments in at least `count` of `sets`; in any if `count` is 0.
    pub fn at_least(count: usize, sets: &[IntervalSet]) -> IntervalSet {
        if count <= 1 {
            return IntervalSet::union_all(sets);
        }
        // Where a run begins, and the ordinal after its end.
        let runs = sets.iter().flat_map(|set| set.runs.iter());
        let mut edges: Vec<(u64, bool)> =
            runs.flat_map(|run| [(u64::from(run.0), true), (u64::from(run.1) + 1, false)]).collect();
        edges.sort_unstable();
        let mut out = IntervalSet::EMPTY;
        let (mut open, mut since) = (0, 0);
        for of_one in edges.chunk_by(|a, b| a.0 == b.0) {
            let before = open;
            let (begins, at) = (of_one.iter().filter(|edge| edge.1).count(), of_one[0].0);
            open = open + begins - (of_one.len() - begins);
            if before < count && open >= count {
                since = at;
            } else if before >= count && open < count {
                // What ends lay inside the ordinals.
                out.push(since as u32, (at - 1) as u32);
            }
        }
        out
    }

    /// The moments in both sets. Linear in the shorter one's runs, with a binary search each, when the lengths differ
    /// much: a short-lived item against what a whole channel showed.
    pub fn intersect(&self, other: &IntervalSet) -> IntervalSet {
        let (short, long) = if self.runs.len() <= other.runs.len() { (self, other) } else { (other, self) };
        let mut out = IntervalSet::EMPTY;
        let mut rest = &long.runs[..];
        // Searching pays only where it skips more runs than it compares.
        let search = long.runs.len() / 16 > short.runs.len();
        for run in &short.runs {
            let skip = if search {
                rest.partition_point(|other| other.1 < run.0)
            } else {
                rest.iter().take_while(|other| other.1 < run.0).count()
            };
            rest = &rest[skip..];
            for other in rest.iter().take_while(|other| other.0 <= run.1) {
                out.push(run.0.max(other.0), run.1.min(other.1));
            }
        }
        out
    }

    /// The moments of this set that are not in `other`.
    pub fn minus(&self, other: &IntervalSet) -> IntervalSet {
        let mut out = IntervalSet::EMPTY;
        let mut rest = &other.runs[..];
        for &(begin, end) in &self.runs {
            let skip = if rest.len() / 16 > self.runs.len() {
                rest.partition_point(|other| other.1 < begin)
            } else {
                rest.iter().take_while(|other| other.1 < begin).count()
            };
            rest = &rest[skip..];
            let mut from = Some(begin);
            for hole in rest.iter().take_while(|hole| hole.0 <= end) {
                if let Some(from) = from.filter(|&from| from < hole.0) {
                    out.push(from, hole.0 - 1);
                }
                from = hole.1.checked_add(1);
            }
            if let Some(from) = from.filter(|&from| from <= end) {
                out.push(from, end);
            }
        }
        out
    }

    /// Tells whether the two sets share a moment.
    pub fn intersects(&self, other: &IntervalSet) -> bool {
        let (short, long) = if self.runs.len() <= other.runs.len() { (self, other) } else { (other, self) };
        short.runs.iter().any(|&(begin, end)| long.meets(begin, end))
    }

    /// Tells whether the set has a moment in `begin..=end`; by binary search.
    pub fn meets(&self, begin: u32, end: u32) -> bool {
        let at = self.runs.partition_point(|run| run.1 < begin);
        self.runs.get(at).is_some_and(|run| run.0 <= end)
    }
}

impl FromIterator<Interval> for IntervalSet {
    fn from_iter<I: IntoIterator<Item = Interval>>(runs: I) -> IntervalSet {
        IntervalSet::from_unsorted(runs.into_iter().collect())
    }
}

#[cfg(test)]
mod tests;
