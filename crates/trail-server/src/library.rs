//! The index over all session documents: what lists, counts, figures and snapshots range over.

use std::path::Path;
use std::sync::{Mutex, TryLockError};
use std::time::{Duration, Instant};

use trail_catalog::filter::{Leaf, Plan, Schema};
use trail_catalog::index::{Cancel, IndexError, SearchRequest, SessionIndex, Snapshot, SortKey};
use trail_catalog::{Session, Store, StoreError, StoredSession};
use trail_query::Occur;

use crate::api::sessions::session_path;
use crate::clock::MS_NS;
use crate::settings::Settings;
use crate::state::lock;

/// Where the index lies in a data directory.
const FOLDER: &str = "catalogue.index";
/// Documents read from the catalogue at a time.
const BATCH: usize = 1000;
/// A service that listens looks at each refresh interval for what was written, and takes it over. Only if it does not for so
/// many of them requests do it themselves: it takes tens of milliseconds.
pub(crate) const PATIENCE: u32 = 25;

/// The documents' index, which follows the catalogue.
pub(crate) struct Library {
    index: SessionIndex,
    caught_up: Mutex<CaughtUp>,
    max_age: Duration,
}

/// How far the index is with the catalogue.
struct CaughtUp {
    /// The catalogue's revision.
    revision: u64,
    looked: Instant,
}

/// The index could not follow the catalogue.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LibraryError {
    /// The catalogue cannot be read.
    #[error("failed to read the catalogue")]
    Store(#[from] StoreError),
    /// The index cannot be written.
    #[error("failed to write the index over sessions")]
    Index(#[from] IndexError),
}

impl Library {
    /// Opens the index of the data directory at `root` and brings it up to date; makes it if there is none for this
    /// catalogue. What is written later is found after the refresh interval and the time it takes to write it to the index.
    pub(crate) fn open(root: &Path, store: &Store, settings: &Settings) -> Result<Library, LibraryError> {
        let folder = root.join(FOLDER);
        let name = format!("{:016x}", store.identity()?);
        remove_others(&folder, &name).map_err(IndexError::from)?;
        let folder = folder.join(name);
        match Library::open_in(&folder, store, settings) {
            // What cannot be written any more is made again: the catalogue has it all.
            Err(LibraryError::Index(IndexError::Engine(error))) => {
                tracing::warn!(error = error.to_string(), "the index over sessions is made again");
                std::fs::remove_dir_all(&folder).map_err(IndexError::from)?;
                Library::open_in(&folder, store, settings)
            }
            opened => opened,
        }
    }

    fn open_in(folder: &Path, store: &Store, settings: &Settings) -> Result<Library, LibraryError> {
        let index = SessionIndex::open(folder, Schema::audit())?.within(&settings.query_limits);
        let mark = index.mark()?.filter(|mark| store.revision().is_ok_and(|revision| *mark <= revision));
        if mark.is_none() {
            index.clear()?;
        }
        let mut caught_up = CaughtUp { revision: mark.unwrap_or(0), looked: Instant::now() };
        caught_up.follow(&index, store)?;
        Ok(Library { index, caught_up: Mutex::new(caught_up), max_age: settings.refresh_interval })
    }

    /// The fields of documents.
    pub(crate) fn schema(&self) -> &Schema {
        self.index.schema()
    }

    /// Takes over what has changed since it was last looked at.
    pub(crate) fn keep_up(&self, store: &Store) -> Result<(), LibraryError> {
        self.index.tidy();
        lock(&self.caught_up).follow(&self.index, store)
    }

    /// The documents as they are, or were not longer ago than a few refreshes take.
    pub(crate) fn now(&self, store: &Store) -> Result<Snapshot, LibraryError> {
        let looked = match self.caught_up.try_lock() {
            Ok(caught_up) => Some(caught_up),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            // Somebody else is at it: what was there before serves.
            Err(TryLockError::WouldBlock) => None,
        };
        if let Some(mut caught_up) = looked
            && caught_up.looked.elapsed() >= self.max_age * PATIENCE
        {
            caught_up.follow(&self.index, store)?;
        }
        Ok(self.index.snapshot())
    }

    /// Takes the bytes of removed documents off the disk.
    pub(crate) fn purge(&self, store: &Store) -> Result<(), LibraryError> {
        lock(&self.caught_up).follow(&self.index, store)?;
        self.index.purge()?;
        self.forget_removals(store)
    }

    /// Lets the catalogue forget which documents were removed, as far as this index has removed them. It writes, and may
    /// have to wait for others who do.
    pub(crate) fn forget_removals(&self, store: &Store) -> Result<(), LibraryError> {
        let revision = lock(&self.caught_up).revision;
        Ok(store.forget_removals(revision)?)
    }

    /// The sessions that ended before a time, the first ones first, at most `limit`.
    pub(crate) fn ended_before(&self, store: &Store, time_ns: i64, limit: usize) -> Result<Vec<String>, LibraryError> {
        let Some(end) = self.schema().named("end_time").first().copied() else { return Ok(Vec::new()) };
        let plan = Plan::Leaf(Leaf::Integers { field: end, low: i64::MIN, high: time_ns.div_euclid(MS_NS) });
        let request = SearchRequest { sort: vec![SortKey::parse("end_time")], limit, ..SearchRequest::default() };
        let page = self.now(store)?.search(&plan, &request, &Cancel::never())?;
        Ok(page.hits.into_iter().map(|hit| hit.key).collect())
    }

    /// The documents, at least as new as `revision`.
    pub(crate) fn at_least(&self, store: &Store, revision: u64) -> Result<Snapshot, LibraryError> {
        let mut caught_up = lock(&self.caught_up);
        if caught_up.revision < revision {
            caught_up.follow(&self.index, store)?;
        }
        Ok(self.index.snapshot())
    }
}

impl CaughtUp {
    /// Takes over what has changed.
    fn follow(&mut self, index: &SessionIndex, store: &Store) -> Result<(), LibraryError> {
        let target = store.revision()?;
        if target != self.revision {
            // What was removed and is there again is put again below.
            let removed = store.removals_since(self.revision)?;
            removed.iter().try_for_each(|key| index.delete(key))?;
            let mut from = self.revision;
            loop {
                let some = store.sessions_since(from, BATCH)?;
                let Some(last) = some.last() else { break };
                from = last.revision;
                some.into_iter().try_for_each(|stored| index.put(&document(stored)))?;
            }
            index.set_mark(target)?;
            index.refresh()?;
            self.revision = target;
        }
        self.looked = Instant::now();
        Ok(())
    }
}

/// A document as it is searched and shown: with a link to its trail if it has one.
pub(crate) fn document(stored: StoredSession) -> Session {
    let mut session = stored.session;
    if stored.file.is_some() {
        let link = format!("{}/audit_trail", session_path(&session.key));
        session.set("trail_download_link", link);
    }
    session
}

/// A view without some documents.
pub(crate) fn without(documents: &Snapshot, keys: &[&str]) -> Result<Snapshot, IndexError> {
    let keys = Plan::Leaf(Leaf::Keys(keys.iter().map(|key| (*key).to_owned()).collect()));
    let others = Plan::Bool { clauses: vec![(Occur::Must, Plan::all()), (Occur::MustNot, keys)], minimum: None };
    documents.within(&others, &Cancel::never())
}

/// Removes the indexes of catalogues that were here before.
fn remove_others(folder: &Path, name: &str) -> std::io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_name() != name {
            std::fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}
