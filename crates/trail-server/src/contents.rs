//! The content of all indexed trails, kept open from one search to the next.

use std::sync::{Arc, Mutex, TryLockError};
use std::time::{Duration, Instant, SystemTime};

use trail_index::{DataDir, Error, IndexReader};
use trail_model::TrailId;
use trail_query::{Limits, Mode, Query};
use trail_search::{Cancel, IndexSource, Options, ScanSource, Searcher, Source};

use crate::answers::{Answers, Found};
use crate::state::lock;

/// How long a new state of the index may be held back until what was asked lately is known of it.
const PREPARE_TIME: Duration = Duration::from_millis(500);

/// The live generation of the content index, opened again when it has changed.
pub(crate) struct Contents {
    data: DataDir,
    /// Bytes of content that are kept open or decoded.
    cache_len: usize,
    limits: Limits,
    current: Mutex<Option<Arc<Content>>>,
    /// When the disk was last looked at; held by who does.
    looked: Mutex<Option<Instant>>,
    /// Earlier states that searches may be at. To let go of one takes tens of milliseconds, which none of them is to wait
    /// for.
    past: Mutex<Vec<Arc<Content>>>,
}

/// A state of the content index.
pub(crate) struct Content {
    state: IndexState,
    /// All its trails.
    pub(crate) source: IndexSource,
    answers: Answers,
}

/// What changes with every commit of the index: the live generation, and its manifest's time and length.
pub(crate) type IndexState = (String, SystemTime, u64);

/// The state of the index; nothing if there is none yet.
pub(crate) fn index_state(data: &DataDir) -> Option<IndexState> {
    let generation = data.current_generation().ok()??;
    let manifest = std::fs::metadata(data.index_dir().join(&generation).join("manifest.json")).ok()?;
    Some((generation, manifest.modified().ok()?, manifest.len()))
}

impl Contents {
    /// The index of a data directory, searched within these limits. `cache_len` bytes of content are kept from one search to
    /// the next.
    pub(crate) fn new(data: DataDir, limits: Limits, cache_len: usize) -> Contents {
        Contents {
            data,
            cache_len,
            limits,
            current: Mutex::default(),
            looked: Mutex::default(),
            past: Mutex::default(),
        }
    }

    /// The index as it is, or was not longer ago than `max_age` and the time it takes to open it; nothing if nothing has
    /// been indexed.
    pub(crate) fn now(&self, max_age: Duration) -> Result<Option<Arc<Content>>, Error> {
        let current = lock(&self.current).clone();
        let mut looked = match self.looked.try_lock() {
            Ok(looked) => looked,
            // Somebody else opens it: what was there before serves.
            Err(TryLockError::WouldBlock) if current.is_some() => return Ok(current),
            Err(TryLockError::WouldBlock) => lock(&self.looked),
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        };
        // It may have been opened while this waited.
        let current = lock(&self.current).clone();
        let is_fresh = looked.is_some_and(|looked| looked.elapsed() < max_age);
        if current.is_some() && is_fresh {
            return Ok(current);
        }
        self.open(&mut looked, false)
    }

    /// The index as it is at this moment: for whoever met a file of an earlier state that is gone.
    pub(crate) fn fresh(&self) -> Result<Option<Arc<Content>>, Error> {
        self.open(&mut lock(&self.looked), false)
    }

    /// Opens the index as it is at this moment, so that requests do not have to. What was asked lately is asked of it before
    /// they see it.
    pub(crate) fn keep_up(&self) -> Result<(), Error> {
        self.open(&mut lock(&self.looked), true)?;
        self.tidy();
        Ok(())
    }

    /// Lets go of what was kept open.
    pub(crate) fn forget(&self) {
        let current = lock(&self.current).take();
        let past = std::mem::take(&mut *lock(&self.past));
        drop((current, past));
    }

    /// Lets go of earlier states that no search is at any more.
    pub(crate) fn tidy(&self) {
        let (unused, used) =
            std::mem::take(&mut *lock(&self.past)).into_iter().partition(|past| Arc::strong_count(past) == 1);
        lock(&self.past).extend::<Vec<_>>(used);
        drop::<Vec<_>>(unused);
    }

    fn open(&self, looked: &mut Option<Instant>, is_prepared: bool) -> Result<Option<Arc<Content>>, Error> {
        let current = lock(&self.current).clone();
        let renewed = self.renewed(current, is_prepared)?;
        let earlier = std::mem::replace(&mut *lock(&self.current), renewed.clone());
        let is_past = |earlier: &Arc<Content>| renewed.as_ref().is_none_or(|renewed| !Arc::ptr_eq(renewed, earlier));
        lock(&self.past).extend(earlier.filter(is_past));
        *looked = Some(Instant::now());
        Ok(renewed)
    }

    /// The index as it is now, with what is known of it as it was.
    fn renewed(&self, current: Option<Arc<Content>>, is_prepared: bool) -> Result<Option<Arc<Content>>, Error> {
        let Some(state) = index_state(&self.data) else { return Ok(None) };
        if current.as_ref().is_some_and(|content| content.state == state) {
            return Ok(current);
        }
        let index = match IndexReader::open(&self.data) {
            Ok(index) => index,
            Err(Error::NoIndex { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let (source, answers) = match &current {
            Some(content) => {
                let source = content.source.renewed(index);
                let answers = Answers::after(&content.answers, &source);
                (source, answers)
            }
            None => {
                let source = IndexSource::keeping(index, self.cache_len);
                let answers = Answers::new(&source);
                (source, answers)
            }
        };
        let content = Content { state, source, answers };
        if is_prepared {
            let end = Instant::now() + PREPARE_TIME;
            content.answers.prepare(&content.source, end, |query, trails| {
                content.matching(query, trails, &self.options(Cancel::at(end)))
            });
        }
        Ok(Some(Arc::new(content)))
    }

    /// How content is searched: as the published API does, within the limits.
    pub(crate) fn options(&self, cancel: Cancel) -> Options {
        let mut options = Options::new(Mode::Sps);
        options.limits = self.limits;
        options.cancel = cancel;
        options
    }
}

impl Content {
    /// The trails in which a query was true at some moment. One that cannot be read is left out, and told to the log.
    ///
    /// # Errors
    /// If the query cannot be searched for, or time is up.
    pub(crate) fn trails_with(
        &self,
        query: &Query,
        options: &Options,
    ) -> Result<Arc<Vec<TrailId>>, trail_search::Error> {
        self.answers.answer(&self.source, query, |trails| self.matching(query, trails, options))
    }

    /// Those of some trails, as if there were no others.
    pub(crate) fn trails_alone(
        &self,
        query: &Query,
        trails: Vec<TrailId>,
        options: &Options,
    ) -> Result<Vec<TrailId>, trail_search::Error> {
        match self.matching(query, trails.clone(), options) {
            // What a pattern may stand for in the index is also what others have: the texts themselves tell.
            Err(trail_search::Error::TooManyTerms { .. }) => self.scanned(query, &trails, options),
            found => found.map(|(trails, _)| trails),
        }
    }

    /// The trails that match, by their texts alone.
    fn scanned(
        &self,
        query: &Query,
        trails: &[TrailId],
        options: &Options,
    ) -> Result<Vec<TrailId>, trail_search::Error> {
        let source = self.source.with_trails(trails.to_vec());
        let mut found = Vec::new();
        for (place, trail) in trails.iter().enumerate() {
            let alone = ScanSource::new([source.content(place)?]).with_starts(vec![source.start(place)]);
            let searcher = Searcher::new(alone, options.clone());
            if !searcher.prepare(query)?.matching_trails()?.trails.is_empty() {
                found.push(*trail);
            }
        }
        Ok(found)
    }

    /// Those of some trails.
    pub(crate) fn matching(
        &self,
        query: &Query,
        trails: Vec<TrailId>,
        options: &Options,
    ) -> Result<Found, trail_search::Error> {
        let searcher = Searcher::new(self.source.with_trails(trails), options.clone());
        let found = searcher.prepare(query)?.matching_trails()?;
        let trails = searcher.source().trails();
        for (trail, error) in &found.failures {
            tracing::error!(trail = trails[*trail].to_string(), error = error.to_string(), "content cannot be read");
        }
        Ok((found.trails.iter().map(|trail| trails[*trail]).collect(), found.failures.is_empty()))
    }
}
