//! What was found before: in which trails a query was true, for as long as their content is the same.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustc_hash::FxBuildHasher;
use trail_model::TrailId;
use trail_query::Query;
use trail_search::{IndexSource, Version};

use crate::state::lock;

/// Answers kept.
const ANSWERS_MAX: usize = 256;
/// Trails in all kept answers together.
const TRAILS_MAX: usize = 1 << 20;
/// For so many later states of the index an answer is worth bringing up to date.
const STATES_MAX: u64 = 8;
/// Queries are asked in so many lanes.
const LANES: usize = 64;
/// A query that was asked in this time is likely to be asked again.
const LATELY: Duration = Duration::from_secs(10);

/// In which of some trails a query is true, and whether all of them could be looked at.
pub(crate) type Found = (Vec<TrailId>, bool);

/// The answers about one state of the index.
pub(crate) struct Answers {
    /// Grows with every state.
    state: u64,
    /// The content that there is.
    versions: Arc<HashSet<Version>>,
    kept: Mutex<Kept>,
    /// One is held while a query is asked, so that it is not asked twice at a time.
    lanes: [Mutex<()>; LANES],
}

#[derive(Default)]
struct Kept {
    by_query: HashMap<String, Arc<Answer>>,
    trails: usize,
}

struct Answer {
    query: Query,
    /// The state it was found in, and the content that there was.
    state: u64,
    versions: Arc<HashSet<Version>>,
    found: Arc<Vec<TrailId>>,
    last_use: Mutex<Instant>,
}

impl Answers {
    /// No answers about the trails of `source`.
    pub(crate) fn new(source: &IndexSource) -> Answers {
        Answers {
            state: 0,
            versions: Arc::new(versions(source)),
            kept: Mutex::default(),
            lanes: std::array::from_fn(|_| Mutex::default()),
        }
    }

    /// The answers about an earlier state, each to be brought up to date when it is asked for. Those long past go.
    pub(crate) fn after(earlier: &Answers, source: &IndexSource) -> Answers {
        let answers = Answers { state: earlier.state + 1, ..Answers::new(source) };
        let worth = |answer: &Answer| answers.state - answer.state <= STATES_MAX;
        {
            let (mut kept, known) = (lock(&answers.kept), lock(&earlier.kept));
            kept.by_query.extend(
                known
                    .by_query
                    .iter()
                    .filter(|(_, answer)| worth(answer))
                    .map(|(text, answer)| (text.clone(), Arc::clone(answer))),
            );
            kept.trails = kept.by_query.values().map(|answer| answer.found.len()).sum();
        }
        answers
    }

    /// Brings the answers up to date that were asked for lately, the last ones first, as far as it is done by `end`. `ask`
    /// looks at trails of `source`.
    pub(crate) fn prepare<E>(
        &self,
        source: &IndexSource,
        end: Instant,
        ask: impl Fn(&Query, Vec<TrailId>) -> Result<Found, E>,
    ) {
        let with_age = |(text, answer): (&String, &Arc<Answer>)| {
            let age = lock(&answer.last_use).elapsed();
            (age, text.clone(), Arc::clone(answer))
        };
        let mut lately: Vec<(Duration, String, Arc<Answer>)> = lock(&self.kept).by_query.iter().map(with_age).collect();
        lately.retain(|(age, _, answer)| *age < LATELY && answer.state != self.state);
        lately.sort_by_key(|(age, ..)| *age);
        // Most are about the same earlier state.
        let mut new: HashMap<u64, Vec<TrailId>> = HashMap::new();
        for (_, text, answer) in lately {
            if Instant::now() >= end {
                return;
            }
            let new = new.entry(answer.state).or_insert_with(|| self.new_since(&answer));
            let found = if new.is_empty() { Ok((Vec::new(), true)) } else { ask(&answer.query, new.clone()) };
            // What failed is asked again, and fails for whoever asks.
            if let Ok((found, true)) = found {
                let last_use = *lock(&answer.last_use);
                let found = self.still_there(source, &answer).chain(found).collect();
                self.keep(&text, &answer.query, Arc::new(found), last_use);
            }
        }
    }

    /// The trails of `source` in which a query is true. `ask` looks at those of which that is not known.
    pub(crate) fn answer<E>(
        &self,
        source: &IndexSource,
        query: &Query,
        ask: impl FnOnce(Vec<TrailId>) -> Result<Found, E>,
    ) -> Result<Arc<Vec<TrailId>>, E> {
        let text = format!("{query:?}");
        let now = Instant::now();
        if let Some(found) = self.known(&text, now) {
            return Ok(found);
        }
        let _lane = lock(&self.lanes[FxBuildHasher.hash_one(&text) as usize % LANES]);
        if let Some(found) = self.known(&text, now) {
            return Ok(found);
        }
        let earlier = lock(&self.kept).by_query.get(&text).cloned();
        let (known, new): (Vec<TrailId>, Vec<TrailId>) = match earlier {
            Some(earlier) => (self.still_there(source, &earlier).collect(), self.new_since(&earlier)),
            None => (Vec::new(), source.trails().to_vec()),
        };
        let (found, is_whole) = if new.is_empty() { (Vec::new(), true) } else { ask(new)? };
        let found: Arc<Vec<TrailId>> = Arc::new(known.into_iter().chain(found).collect());
        if is_whole {
            self.keep(&text, query, Arc::clone(&found), now);
        }
        Ok(found)
    }

    /// What was found in this state.
    fn known(&self, text: &str, now: Instant) -> Option<Arc<Vec<TrailId>>> {
        let answer = lock(&self.kept).by_query.get(text).filter(|answer| answer.state == self.state).cloned()?;
        *lock(&answer.last_use) = now;
        Some(Arc::clone(&answer.found))
    }

    /// The trails that have come or changed since an answer was found.
    fn new_since(&self, answer: &Answer) -> Vec<TrailId> {
        self.versions.difference(&answer.versions).map(|(trail, _)| *trail).collect()
    }

    /// The trails of an answer that are still as they were.
    fn still_there<'a>(&self, source: &'a IndexSource, answer: &'a Answer) -> impl Iterator<Item = TrailId> + 'a {
        let is_known = move |trail: &TrailId| {
            source.index().trail(*trail).is_some() && answer.versions.contains(&source.version(*trail))
        };
        answer.found.iter().copied().filter(is_known)
    }

    fn keep(&self, text: &str, query: &Query, found: Arc<Vec<TrailId>>, last_use: Instant) {
        if found.len() > TRAILS_MAX {
            return;
        }
        let mut kept = lock(&self.kept);
        if let Some(old) = kept.by_query.remove(text) {
            kept.trails -= old.found.len();
        }
        if kept.by_query.len() >= ANSWERS_MAX || kept.trails + found.len() > TRAILS_MAX {
            *kept = Kept::default();
        }
        kept.trails += found.len();
        let answer = Answer {
            query: query.clone(),
            state: self.state,
            versions: Arc::clone(&self.versions),
            found,
            last_use: Mutex::new(last_use),
        };
        kept.by_query.insert(text.to_owned(), Arc::new(answer));
    }
}

fn versions(source: &IndexSource) -> HashSet<Version> {
    source.trails().iter().map(|trail| source.version(*trail)).collect()
}
