//! The content of all indexed trails, kept open from one search to the next.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::time::{Duration, Instant, SystemTime};

use rustc_hash::FxBuildHasher;
use trail_index::{DataDir, Error, IndexReader};
use trail_model::TrailId;
use trail_search::{IndexSource, Version};

use crate::state::lock;

/// Answers kept: which trails a query was true in.
const ANSWERS_MAX: usize = 256;
/// Queries are asked in so many lanes.
const TURNS: usize = 64;
/// States of the index that kept answers may be from.
const STATES_MAX: usize = 8;
/// Trails in all kept answers together.
const ANSWER_TRAILS_MAX: usize = 1 << 20;

/// The live generation of the content index, opened again when it has changed.
#[derive(Default)]
pub(crate) struct Contents {
    current: Mutex<Option<Arc<Content>>>,
    /// When the disk was last looked at; held by who does.
    looked: Mutex<Option<Instant>>,
}

/// A state of the content index.
pub(crate) struct Content {
    state: IndexState,
    /// All its trails.
    pub(crate) source: IndexSource,
    /// The same, each as it was extracted.
    versions: Arc<HashSet<Version>>,
    /// Shared by all states: what was found in a trail holds as long as its content is the same.
    answers: Arc<Mutex<Answers>>,
    /// One of them is held while a query is asked, so that it is not asked twice at a time.
    turns: Arc<[Mutex<()>; TURNS]>,
}

#[derive(Default)]
struct Answers {
    by_query: HashMap<String, Answer>,
    trails: usize,
    /// The states that answers are from, the latest one last.
    states: VecDeque<Arc<HashSet<Version>>>,
}

/// What a query found in a state of the index.
#[derive(Clone)]
struct Answer {
    asked: Arc<HashSet<Version>>,
    /// When it was found.
    at: Instant,
    found: Arc<Vec<TrailId>>,
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
    /// The index as it is, or was not longer ago than `max_age` and the time it takes to open it; nothing if nothing has
    /// been indexed.
    pub(crate) fn now(&self, data: &DataDir, max_age: Duration) -> Result<Option<Arc<Content>>, Error> {
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
        let renewed = renewed(data, current)?;
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&renewed);
        *looked = Some(Instant::now());
        Ok(renewed)
    }

    /// The index as it is at this moment: for whoever met a file of an earlier state that is gone.
    pub(crate) fn fresh(&self, data: &DataDir) -> Result<Option<Arc<Content>>, Error> {
        let mut looked = lock(&self.looked);
        let renewed = renewed(data, lock(&self.current).clone())?;
        lock(&self.current).clone_from(&renewed);
        *looked = Some(Instant::now());
        Ok(renewed)
    }

    /// Lets go of what was kept open.
    pub(crate) fn forget(&self) {
        *lock(&self.current) = None;
    }
}

/// The index as it is now, with what is known of it as it was.
fn renewed(data: &DataDir, current: Option<Arc<Content>>) -> Result<Option<Arc<Content>>, Error> {
    let Some(state) = index_state(data) else { return Ok(None) };
    if current.as_ref().is_some_and(|content| content.state == state) {
        return Ok(current);
    }
    let index = match IndexReader::open(data) {
        Ok(index) => index,
        Err(Error::NoIndex { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let source = match &current {
        Some(content) => content.source.renewed(index),
        None => IndexSource::new(index),
    };
    let versions: Arc<HashSet<Version>> =
        Arc::new(source.trails().iter().map(|trail| source.version(*trail)).collect());
    let turns = current.as_ref().map(|content| Arc::clone(&content.turns));
    let turns = turns.unwrap_or_else(|| Arc::new(std::array::from_fn(|_| Mutex::default())));
    let answers = current.map_or_else(Arc::default, |content| Arc::clone(&content.answers));
    lock(&answers).begin(Arc::clone(&versions));
    Ok(Some(Arc::new(Content { state, source, versions, answers, turns })))
}

impl Content {
    /// The trails that a query was true in. `find` looks at those of which that is not known yet, and says whether it could
    /// look at them all. What was found not longer than `max_age` ago serves without what has come since.
    pub(crate) fn answer<E>(
        &self,
        query: &str,
        max_age: Duration,
        find: impl FnOnce(Vec<TrailId>) -> Result<(Vec<TrailId>, bool), E>,
    ) -> Result<Arc<Vec<TrailId>>, E> {
        let kept = || lock(&self.answers).by_query.get(query).cloned();
        let is_current = |kept: &Answer| Arc::ptr_eq(&kept.asked, &self.versions);
        if let Some(kept) = kept() {
            if is_current(&kept) {
                return Ok(kept.found);
            }
            if kept.at.elapsed() < max_age {
                return Ok(Arc::new(self.still_there(&kept)));
            }
        }
        let lane = FxBuildHasher.hash_one(query) as usize % TURNS;
        let _turn = lock(&self.turns[lane]);
        let (found, is_whole) = match kept() {
            Some(kept) if is_current(&kept) => return Ok(kept.found),
            Some(kept) => {
                let mut found = self.still_there(&kept);
                let new: Vec<TrailId> = self.versions.difference(&kept.asked).map(|(trail, _)| *trail).collect();
                let mut is_whole = true;
                if !new.is_empty() {
                    let more = find(new)?;
                    found.extend(more.0);
                    is_whole = more.1;
                }
                (found, is_whole)
            }
            None => find(self.source.trails().to_vec())?,
        };
        let answer = Answer { asked: Arc::clone(&self.versions), at: Instant::now(), found: Arc::new(found) };
        if is_whole {
            lock(&self.answers).keep(query, answer.clone());
        }
        Ok(answer.found)
    }
}

impl Content {
    /// The trails of an answer that are still as they were.
    fn still_there(&self, kept: &Answer) -> Vec<TrailId> {
        let is_known = |trail: &TrailId| {
            self.source.index().trail(*trail).is_some() && kept.asked.contains(&self.source.version(*trail))
        };
        kept.found.iter().copied().filter(is_known).collect()
    }
}

impl Answers {
    /// Begins a state of the index. Answers from states long past go.
    fn begin(&mut self, state: Arc<HashSet<Version>>) {
        self.states.push_back(state);
        if self.states.len() > STATES_MAX
            && let Some(past) = self.states.pop_front()
        {
            self.by_query.retain(|_, answer| !Arc::ptr_eq(&answer.asked, &past));
            self.trails = self.by_query.values().map(|answer| answer.found.len()).sum();
        }
    }

    fn keep(&mut self, query: &str, answer: Answer) {
        let count = answer.found.len();
        if count > ANSWER_TRAILS_MAX {
            return;
        }
        if let Some(old) = self.by_query.remove(query) {
            self.trails -= old.found.len();
        }
        if self.by_query.len() >= ANSWERS_MAX || self.trails + count > ANSWER_TRAILS_MAX {
            self.by_query.clear();
            self.trails = 0;
        }
        self.trails += count;
        self.by_query.insert(query.to_owned(), answer);
    }
}
