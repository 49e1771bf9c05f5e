//! Where items come from.

use std::cmp::Ordering;
use std::sync::Arc;

use trail_content::{Block, ContentFile};
use trail_index::{ItemRef, SessionInfo};
use trail_model::{Offset, RecordId, RecordRange, Timestamp, TrailId};

use crate::plan::Plan;
use crate::rank::Statistics;
use crate::{Cancel, Error, Hit, Options, Result};

/// Trails with content, and a way to the items in which a query may match.
///
/// A source may name more items than match: search looks at each one's text. It must not miss one.
pub trait Source: Sync {
    /// What [`Source::prepare`] keeps for [`Source::candidates`].
    type Prepared: Send + Sync;

    /// The number of trails; they are counted from 0.
    fn trail_count(&self) -> usize;

    /// The identity of a trail.
    fn trail_id(&self, trail: usize) -> TrailId;

    /// When a trail's recording began; `None` where it is not known, and then no query about the wall clock holds.
    fn start(&self, trail: usize) -> Option<Timestamp> {
        let _ = trail;
        None
    }

    /// What a trail says of itself, if that is known.
    fn session(&self, trail: usize) -> Option<&SessionInfo> {
        let _ = trail;
        None
    }

    /// The content of a trail.
    ///
    /// # Errors
    /// [`Error::Content`](crate::Error::Content) if it cannot be opened.
    fn content(&self, trail: usize) -> Result<Arc<ContentFile>>;

    /// Gathers the statistics that ranks need, over all trails, and whatever makes finding candidates quick.
    ///
    /// # Errors
    /// [`Error::Cancelled`](crate::Error::Cancelled), or what keeps the source as a whole from answering. A trail that
    /// cannot be read is not one of them: it fails when its candidates are asked for.
    fn prepare(&self, plan: &Plan, options: &Options) -> Result<(Statistics, Self::Prepared)>;

    /// The most that hits can come to in a trail, if the source knows without a look at its text. `None`: the trail has no
    /// hit.
    fn bound(&self, _prepared: &Self::Prepared, _trail: usize) -> Option<Bound> {
        Some(Bound::UNKNOWN)
    }

    /// The parts of a trail that hits can be in, each with a bound of its own, the lowest that the source can find; those with
    /// the best hits first. Every hit lies in one of them.
    ///
    /// # Errors
    /// [`Error::Cancelled`](crate::Error::Cancelled), or what keeps the source from answering.
    fn parts(&self, search: &Asked<'_, Self::Prepared>, trail: usize, _cancel: &Cancel) -> Result<Vec<Part>> {
        let bound = self.bound(search.prepared, trail);
        Ok(bound.map(|bound| Part { records: Part::ALL, bound }).into_iter().collect())
    }

    /// The items that may have the best hits, if the source can tell from the index alone; asked only for queries of which
    /// every hit is one item's, whatever else there is.
    ///
    /// # Errors
    /// [`Error::Cancelled`](crate::Error::Cancelled), or what keeps the source from answering.
    fn best_items(
        &self,
        _search: &Asked<'_, Self::Prepared>,
        _count: usize,
        _cancel: &Cancel,
    ) -> Result<Option<BestItems>> {
        Ok(None)
    }

    /// A block of a channel of `content`, the trail's.
    ///
    /// # Errors
    /// If it cannot be read.
    fn block(&self, content: &ContentFile, _trail: usize, channel: usize, index: usize) -> Result<Arc<Block>> {
        content.channels()[channel].block(index).map_err(content_error(content.trail()))
    }

    /// Calls `visit` with each block of a channel that has items in which the query may match: its index, itself, and the
    /// indexes of the items, in order.
    ///
    /// # Errors
    /// If a block cannot be read, or what `visit` answers.
    fn candidates(
        &self,
        prepared: &Self::Prepared,
        of: &ChannelPart<'_>,
        cancel: &Cancel,
        visit: &mut Visit<'_>,
    ) -> Result<()>;
}

/// A channel of a trail, or a part of it.
pub struct ChannelPart<'c> {
    /// The trail's number.
    pub trail: usize,
    /// Its content.
    pub content: &'c ContentFile,
    /// The channel's index in the content.
    pub channel: usize,
    /// What was visible after none of these records may be left out.
    pub records: RecordRange,
}

/// A source that several searchers ask, one after the other or at a time: what it keeps serves all of them.
impl<S: Source> Source for &S {
    type Prepared = S::Prepared;

    fn trail_count(&self) -> usize {
        S::trail_count(self)
    }

    fn trail_id(&self, trail: usize) -> TrailId {
        S::trail_id(self, trail)
    }

    fn start(&self, trail: usize) -> Option<Timestamp> {
        S::start(self, trail)
    }

    fn session(&self, trail: usize) -> Option<&SessionInfo> {
        S::session(self, trail)
    }

    fn content(&self, trail: usize) -> Result<Arc<ContentFile>> {
        S::content(self, trail)
    }

    fn prepare(&self, plan: &Plan, options: &Options) -> Result<(Statistics, S::Prepared)> {
        S::prepare(self, plan, options)
    }

    fn bound(&self, prepared: &S::Prepared, trail: usize) -> Option<Bound> {
        S::bound(self, prepared, trail)
    }

    fn candidates(
        &self,
        prepared: &S::Prepared,
        of: &ChannelPart<'_>,
        cancel: &Cancel,
        visit: &mut Visit<'_>,
    ) -> Result<()> {
        S::candidates(self, prepared, of, cancel, visit)
    }

    fn parts(&self, asked: &Asked<'_, S::Prepared>, trail: usize, cancel: &Cancel) -> Result<Vec<Part>> {
        S::parts(self, asked, trail, cancel)
    }

    fn best_items(&self, asked: &Asked<'_, S::Prepared>, count: usize, cancel: &Cancel) -> Result<Option<BestItems>> {
        S::best_items(self, asked, count, cancel)
    }

    fn block(&self, content: &ContentFile, trail: usize, channel: usize, index: usize) -> Result<Arc<Block>> {
        S::block(self, content, trail, channel, index)
    }
}

/// A query as [`Source::prepare`] left it.
pub struct Asked<'a, P> {
    /// What it asks.
    pub plan: &'a Plan,
    /// What its ranks are made from.
    pub statistics: &'a Statistics,
    /// What the source keeps.
    pub prepared: &'a P,
}

/// The items that may have the best hits.
pub struct BestItems {
    /// By trail of the source, then in order.
    pub items: Vec<(usize, ItemRef)>,
    /// What no hit of any other item goes beyond, and the first trail that has one as good. Nothing if there are no others.
    pub rest: Option<(Bound, usize)>,
}

/// A part of a trail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// Its records.
    pub records: RecordRange,
    /// What no hit in it goes beyond.
    pub bound: Bound,
}

impl Part {
    /// The records of a whole trail.
    pub const ALL: RecordRange = RecordRange { begin: RecordId(0), end: RecordId(u64::MAX) };
}

/// What no hit of a trail goes beyond.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    /// No hit ranks higher.
    pub rank: f64,
    /// No hit begins earlier.
    pub start: Offset,
    /// Nor at an earlier record.
    pub record: RecordId,
}

impl Bound {
    /// Of a trail about which nothing is known.
    pub const UNKNOWN: Bound = Bound { rank: f64::INFINITY, start: Offset(0), record: RecordId(0) };

    /// Tells whether all hits of `trail` and those after it come behind `hit` of another, in [`Hit::by_rank_over_trails`].
    pub(crate) fn is_behind(&self, trail: usize, (of_hit, hit): (usize, &Hit)) -> bool {
        let start = (self.start, self.record, trail);
        self.rank < hit.rank || (self.rank <= hit.rank && start > (hit.span.start, hit.records.begin, of_hit))
    }

    /// The order in which trails are looked at.
    pub(crate) fn by_rank(&self, other: &Bound) -> Ordering {
        let by_start = || (self.start, self.record).cmp(&(other.start, other.record));
        other.rank.total_cmp(&self.rank).then_with(by_start)
    }
}

/// What a query asks of a trail beside its content.
#[derive(Clone, Debug, Default)]
pub(crate) struct TrailFacts {
    /// When its recording began.
    pub(crate) start: Option<Timestamp>,
    /// For each session leaf of the plan its score, if it holds.
    pub(crate) sessions: Vec<Option<f64>>,
}

/// Takes the candidates of one block: its index in its channel, the block, and the indexes of the items.
pub type Visit<'v> = dyn FnMut(usize, &Block, &[u32]) -> Result<()> + 'v;

/// Wraps what went wrong with the content of a trail.
pub(crate) fn content_error(trail: TrailId) -> impl Fn(trail_content::Error) -> Error {
    move |source| Error::Content { trail, source: Box::new(source) }
}
