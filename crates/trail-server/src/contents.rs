//! The content of all indexed trails, kept open from one search to the next.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use trail_index::{DataDir, Error, IndexReader};
use trail_search::IndexSource;

use crate::state::lock;

/// Answers kept beside a state of the index: which sessions a query was true in.
const ANSWERS_MAX: usize = 64;
/// Keys in all kept answers together.
const ANSWER_KEYS_MAX: usize = 1 << 20;

/// The live generation of the content index, opened again when it has changed.
#[derive(Default)]
pub(crate) struct Contents(Mutex<Option<Arc<Content>>>);

/// A state of the content index.
pub(crate) struct Content {
    state: IndexState,
    /// All its trails.
    pub(crate) source: IndexSource,
    answers: Mutex<Answers>,
}

#[derive(Default)]
struct Answers {
    by_query: HashMap<String, Arc<Vec<String>>>,
    keys: usize,
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
    /// The index as it is now; nothing if nothing has been indexed.
    pub(crate) fn now(&self, data: &DataDir) -> Result<Option<Arc<Content>>, Error> {
        let Some(state) = index_state(data) else { return Ok(None) };
        let mut current = lock(&self.0);
        if let Some(content) = current.as_ref().filter(|content| content.state == state) {
            return Ok(Some(Arc::clone(content)));
        }
        let index = match IndexReader::open(data) {
            Ok(index) => index,
            Err(Error::NoIndex { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let content = Arc::new(Content { state, source: IndexSource::new(index), answers: Mutex::default() });
        *current = Some(Arc::clone(&content));
        Ok(Some(content))
    }
}

impl Contents {
    /// Lets go of what was kept open.
    pub(crate) fn forget(&self) {
        *lock(&self.0) = None;
    }
}

impl Content {
    /// The sessions that a query was true in: as found before in this state, or found now.
    pub(crate) fn answer<E>(
        &self,
        query: &str,
        find: impl FnOnce() -> Result<Vec<String>, E>,
    ) -> Result<Arc<Vec<String>>, E> {
        if let Some(kept) = lock(&self.answers).by_query.get(query) {
            return Ok(Arc::clone(kept));
        }
        let found = Arc::new(find()?);
        let mut answers = lock(&self.answers);
        if answers.by_query.len() >= ANSWERS_MAX || answers.keys + found.len() > ANSWER_KEYS_MAX {
            *answers = Answers::default();
        }
        if found.len() <= ANSWER_KEYS_MAX {
            answers.keys += found.len();
            answers.by_query.insert(query.to_owned(), Arc::clone(&found));
        }
        Ok(found)
    }
}
