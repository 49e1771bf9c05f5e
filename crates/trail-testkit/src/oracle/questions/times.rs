//! Random queries about times.

use super::Maker;
use crate::oracle::query::{Field, Length, Query};

impl Maker<'_> {
    /// One query about times of any kind.
    pub(super) fn time(&mut self) -> Query {
        match self.random.below(3) {
            0 => self.during(),
            1 => self.shown(),
            _ => self.then(1),
        }
    }

    /// The time of a moment, or one right beside it.
    fn point(&mut self) -> u64 {
        let at = self.moment() as usize;
        let time = self.replay.times[at];
        match self.random.below(4) {
            0 => time.saturating_sub(1),
            1 => (time + self.replay.times[at + 1]) / 2,
            _ => time,
        }
    }

    pub(super) fn during(&mut self) -> Query {
        let (one, other) = (self.point(), self.point());
        let to = if self.random.one_in(2) { one } else { one.max(other) };
        Query::During(one.min(to), to, self.random.one_in(2))
    }

    pub(super) fn shown(&mut self) -> Query {
        let between = self.point().abs_diff(self.point());
        let length = if self.random.one_in(2) { Length::Below } else { Length::Above };
        Query::Shown(length, if self.random.one_in(2) { between / 10 } else { between })
    }

    /// One thing after another, of up to so many steps more.
    pub(super) fn then(&mut self, steps: usize) -> Query {
        let mut query = self.thing();
        for _ in 0..1 + self.random.below(steps) {
            let within = if self.random.one_in(2) { Some(self.point().abs_diff(self.point())) } else { None };
            query = Query::Then(Box::new(query), within, Box::new(self.thing()));
        }
        query
    }

    fn thing(&mut self) -> Query {
        match self.random.below(8) {
            0 => {
                let both = self.leaves(2);
                Query::And(both)
            }
            1 => {
                let any = self.leaves(2);
                Query::Or(any)
            }
            2 => self.without(),
            3 => self.shown(),
            _ => self.leaf(Field::Default),
        }
    }
}
