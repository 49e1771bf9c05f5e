//! Periods, lifetimes, and one thing after another, moment by moment.

use std::collections::BTreeMap;

use trail_query::Mode;

use super::index::{Run, Sort};
use super::moments::Moments;
use super::query::{Field, Length, Query};
use super::replay::Replay;

impl Replay {
    /// Moments whose time meets `from..=to`. A moment has the time from its record up to the next one's; the point of its
    /// record if that is no time at all; the last one has the end of the recording, too.
    pub(crate) fn during(&self, from: u64, to: u64) -> Moments {
        let meets = |at: u32| {
            let (begin, end) = (self.times[at as usize], self.times[at as usize + 1]);
            let end = if at + 1 == self.count() { end + 1 } else { end.max(begin + 1) };
            begin <= to && from < end
        };
        Moments::from_runs((0..self.count()).filter(|at| meets(*at)).map(|at| (at, at + 1)).collect())
    }

    /// Lines and titles while they live, of those that live so long.
    pub(crate) fn shown(&self, length: Length, ns: u64) -> Vec<Run> {
        let mut runs = self.lifetimes(self.index.anything(Field::Default));
        runs.retain(|run| {
            let lived = self.times[run.end as usize] - self.times[run.begin as usize];
            match length {
                Length::Below => lived < ns,
                Length::Above => lived > ns,
            }
        });
        runs
    }

    /// Joins the runs of each item that touch.
    fn lifetimes(&self, runs: Vec<Run>) -> Vec<Run> {
        let mut items: BTreeMap<(Sort, u32), Vec<(u32, u32)>> = BTreeMap::new();
        for run in runs {
            items.entry(run.item).or_default().push((run.begin, run.end));
        }
        let joined = items.into_iter().flat_map(|(item, runs)| {
            let runs = Moments::from_runs(runs).runs().to_vec();
            runs.into_iter().map(move |(begin, end)| Run { item, begin, end })
        });
        joined.collect()
    }

    /// What of `then` begins at a later moment than something of `first` and less than `within` after it.
    pub(crate) fn follow(&self, first: &Query, within: Option<u64>, then: &Query, mode: Mode) -> Vec<(u32, u32)> {
        let firsts = self.beginnings(first, mode);
        let mut runs = self.beginnings(then, mode);
        runs.retain(|(begin, _)| {
            let passed = |before: &u32| self.times[*begin as usize] - self.times[*before as usize];
            let before = firsts.iter().map(|first| first.0).filter(|before| before < begin);
            before.max().is_some_and(|before| within.is_none_or(|within| passed(&before) < within))
        });
        runs
    }

    /// The runs with which a query begins to hold: of a leaf each item's, of alternatives each one's.
    fn beginnings(&self, query: &Query, mode: Mode) -> Vec<(u32, u32)> {
        match query {
            Query::Or(queries) => queries.iter().flat_map(|query| self.beginnings(query, mode)).collect(),
            Query::Boost(query, _) => self.beginnings(query, mode),
            Query::Then(first, within, then) => self.follow(first, *within, then, mode),
            query => match self.leaf(query, mode) {
                Some(runs) => self.lifetimes(runs).into_iter().map(|run| (run.begin, run.end)).collect(),
                None => self.moments(query, mode).runs().to_vec(),
            },
        }
    }
}
