//! Sessions go: by the hand of an administrator, or when their time is over.

use std::fs;
use std::io;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};
use trail_catalog::StoredSession;
use trail_container::TrailReader;
use trail_index::{DataLock, IndexOptions};

use crate::clock::SECOND_NS;
use crate::library::{self, LibraryError};
use crate::screenshots;
use crate::state::{AppState, lock};

/// How long another process that writes the index is waited for.
const LOCK_WAIT: Duration = Duration::from_secs(20);
/// How often it is asked meanwhile.
const LOCK_RETRY: Duration = Duration::from_millis(50);
/// How often it is tried to write the catalogue's log back, each time for as long as another process is waited for.
const PURGE_ATTEMPTS: usize = 3;
/// Sessions deleted at once when their time is over.
const BATCH: usize = 500;

/// Why a session was not deleted, or not wholly. It can be tried again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeletionError {
    /// Another process writes the index.
    #[error("another process writes the index")]
    Busy,
    /// A file could not be removed.
    #[error("failed to remove a file")]
    Io(#[from] io::Error),
    /// The index could not forget it.
    #[error("failed to take it out of the index")]
    Index(#[from] trail_index::Error),
    /// The catalogue could not forget it.
    #[error("failed to take it out of the catalogue")]
    Store(#[from] trail_catalog::StoreError),
    /// The index over sessions could not forget it.
    #[error(transparent)]
    Library(#[from] LibraryError),
}

impl AppState {
    /// Deletes sessions with their trails and everything made from them: content, postings, pictures, documents. The trail
    /// goes first: what is left if this is cut off is deleted by the next run of the indexer, or by trying again. `by` is what
    /// the audit log is to say of who deletes.
    pub(crate) fn delete(&self, sessions: &[StoredSession], by: &Map<String, Value>) -> Result<(), DeletionError> {
        let _turn = lock(&self.syncing);
        let writer = self.lock_writer()?;
        for stored in sessions {
            if let Some(file) = &stored.file {
                let path = self.data.trails_dir().join(file);
                if let Ok(trail) = TrailReader::open(&path) {
                    screenshots::forget(self.data.root(), trail.trail_id())?;
                }
                match fs::remove_file(&path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                    _ => {}
                }
            }
        }
        fs::File::open(self.data.trails_dir())?.sync_all()?;
        if sessions.iter().any(|stored| stored.file.is_some()) && self.data.current_generation()?.is_some() {
            let mut options = IndexOptions::default();
            options.purge = true;
            options.reader = self.settings.pixels.clone();
            trail_index::update_locked(&self.data, &options, &writer)?;
            // The run before may have been searched while this one went on: what it referred to goes with the next.
            trail_index::update_locked(&self.data, &options, &writer)?;
        }
        for stored in sessions {
            let mut entry = by.clone();
            entry.insert("session".to_owned(), stored.session.key.as_str().into());
            self.audit.write("deleted", self.clock.now(), entry)?;
            self.store.remove_session(&stored.session.key)?;
        }
        self.contents.forget();
        self.library.purge(&self.store)?;
        // Those opened from here on do not have them.
        let keys: Vec<&str> = sessions.iter().map(|stored| stored.session.key.as_str()).collect();
        lock(&self.snapshots).forget(|frozen| library::without(frozen, &keys)).map_err(LibraryError::Index)?;
        for _ in 0..PURGE_ATTEMPTS {
            if self.store.purge()? {
                return Ok(());
            }
        }
        Err(DeletionError::Busy)
    }

    /// Deletes sessions whose time is over; tells how many. There may be more of them.
    ///
    /// # Errors
    /// [`DeletionError`].
    pub fn expire(&self) -> Result<usize, DeletionError> {
        let Some(retention) = self.settings.retention else { return Ok(0) };
        let oldest = i64::try_from(retention.as_secs()).unwrap_or(i64::MAX).saturating_mul(SECOND_NS);
        let expired = self.library.ended_before(&self.store, self.clock.now().0.saturating_sub(oldest), BATCH)?;
        let mut sessions = Vec::new();
        for key in expired {
            sessions.extend(self.store.session(&key)?);
        }
        if !sessions.is_empty() {
            self.delete(&sessions, &Map::from_iter([("account".to_owned(), Value::Null)]))?;
        }
        Ok(sessions.len())
    }

    fn lock_writer(&self) -> Result<DataLock, DeletionError> {
        let begun = Instant::now();
        loop {
            match self.data.lock() {
                Err(trail_index::Error::Locked { .. }) if begun.elapsed() < LOCK_WAIT => {
                    let _ = self.indexing.pause(LOCK_RETRY);
                }
                Err(trail_index::Error::Locked { .. }) => return Err(DeletionError::Busy),
                locked => return Ok(locked?),
            }
        }
    }
}
