//! When a query held, and how well the screen as a whole matched it.
//!
//! Hits say which text answers a query. A stretch says no more than that the query was true, and ranks what could be seen
//! together: at each moment the sum over the clauses that hold, each with its best item. A moment is to a query what a
//! document with several fields is to Lucene: its fields are the kinds of item, and what the trail says of itself.

use std::cmp::Ordering;

use rayon::prelude::*;
use trail_model::{ChannelId, RecordRange, TimeSpan};

use crate::hits::channel_stretches;
use crate::intervals::Interval;
use crate::source::Part;
use crate::{Error, Result, Search, Source};

/// A maximal run of moments of a channel at which a query held.
#[derive(Clone, Debug, PartialEq)]
pub struct Stretch {
    /// The channel.
    pub channel: ChannelId,
    /// Its records after which the query held; those of other channels in between do not count.
    pub records: RecordRange,
    /// From the first record to when the query held no more.
    pub span: TimeSpan,
    /// The best over the run of what its clauses come to together.
    pub rank: f64,
    /// The same run as `records`, as ordinals of the channel's own records.
    pub moments: Interval,
}

/// The stretches of several trails.
#[derive(Debug, Default)]
pub struct RankedStretches {
    /// By rank, then start time, then first record, then trail; each with its trail.
    pub stretches: Vec<(usize, Stretch)>,
    /// The trails that could not be searched, and why.
    pub failures: Vec<(usize, Error)>,
}

impl Stretch {
    /// Rank descending, then start time, then first record, then channel.
    pub fn by_rank(&self, other: &Stretch) -> Ordering {
        let key = |stretch: &Stretch| (stretch.span.start, stretch.records.begin, stretch.channel);
        other.rank.total_cmp(&self.rank).then_with(|| key(self).cmp(&key(other)))
    }
}

impl<S: Source> Search<'_, S> {
    /// Finds when the query held in one trail; by channel and time.
    ///
    /// # Errors
    /// If its content cannot be read, or time is up.
    pub fn stretches(&self, trail: usize) -> Result<Vec<Stretch>> {
        self.in_channels(trail, Part::ALL, channel_stretches)
    }

    /// Finds when the query held in all trails, many at a time; the answer does not depend on how many.
    ///
    /// # Errors
    /// [`Error::Cancelled`]. A trail that cannot be read is told in [`RankedStretches::failures`].
    pub fn ranked_stretches(&self) -> Result<RankedStretches> {
        let found: Vec<Result<Vec<Stretch>>> =
            (0..self.trail_count()).into_par_iter().map(|trail| self.stretches(trail)).collect();
        let mut ranked = RankedStretches::default();
        for (trail, found) in found.into_iter().enumerate() {
            match found {
                Ok(found) => ranked.stretches.extend(found.into_iter().map(|stretch| (trail, stretch))),
                Err(error) if error.is_stop() => return Err(error),
                Err(error) => ranked.failures.push((trail, error)),
            }
        }
        ranked.stretches.sort_by(|a, b| a.1.by_rank(&b.1));
        Ok(ranked)
    }
}
