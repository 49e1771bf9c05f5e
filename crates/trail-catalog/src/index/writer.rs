//! Takes documents.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tantivy::directory::MmapDirectory;
use tantivy::index::{SegmentId, SegmentMeta};
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, TantivyError, Term};
use trail_query::Limits;

use super::document::document;
use super::fields::Fields;
use super::{IndexError, Result, Snapshot};
use crate::Session;
use crate::filter::Schema;

/// Memory of the writer before it writes a segment: tens of thousands of sessions.
const WRITER_BYTES: usize = 32 * 1024 * 1024;
/// How often it is tried to write segments anew that others may be merging.
const PURGE_ATTEMPTS: usize = 100;
/// How long they are left to it.
const PURGE_RETRY: Duration = Duration::from_millis(50);

/// The index over session documents; shared between threads.
///
/// What is written is seen by the next [`Self::snapshot`] after [`Self::refresh`], which a
/// [`Refresher`](super::Refresher) calls at a fixed pace.
pub struct SessionIndex {
    fields: Arc<Fields>,
    reader: IndexReader,
    index: Index,
    writer: Mutex<Writer>,
    latest: Mutex<Snapshot>,
    /// Earlier views that searches may be at. To let go of one takes tens of milliseconds, which none of them is to wait for.
    past: Mutex<Vec<Snapshot>>,
    /// Where it lies, if on a disk.
    folder: Option<PathBuf>,
}

struct Writer {
    engine: IndexWriter,
    is_dirty: bool,
    mark: Option<u64>,
}

impl SessionIndex {
    /// An index that is gone when it is dropped.
    ///
    /// # Errors
    /// [`IndexError::Engine`] if the engine cannot be started.
    pub fn in_memory(schema: Schema) -> Result<SessionIndex> {
        let fields = Fields::new(schema);
        SessionIndex::over(Index::create_in_ram(fields.engine.clone()), fields, None)
    }

    /// Opens the index in a folder, which is made if it does not exist. An index of another layout or one that cannot be
    /// opened is replaced by an empty one without a [`mark`](Self::mark): then the documents have to be put again.
    ///
    /// # Errors
    /// [`IndexError`] if the folder cannot be written or another process writes it.
    pub fn open(folder: &Path, schema: Schema) -> Result<SessionIndex> {
        let fields = Fields::new(schema);
        std::fs::create_dir_all(folder)?;
        let existing = Index::open_in_dir(folder).ok().filter(|index| index.schema() == fields.engine);
        let index = match existing {
            Some(index) => index,
            None => {
                std::fs::remove_dir_all(folder)?;
                std::fs::create_dir_all(folder)?;
                let directory = MmapDirectory::open(folder).map_err(TantivyError::from)?;
                Index::open_or_create(directory, fields.engine.clone())?
            }
        };
        SessionIndex::over(index, fields, Some(folder.to_owned()))
    }

    fn over(index: Index, fields: Fields, folder: Option<PathBuf>) -> Result<SessionIndex> {
        let engine = index.writer_with_num_threads(1, WRITER_BYTES).map_err(|error| match error {
            TantivyError::LockFailure(..) => IndexError::Locked,
            error => error.into(),
        })?;
        // A writer that was killed leaves files whose names the next one would use.
        engine.garbage_collect_files().wait()?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let fields = Arc::new(fields);
        let latest = Mutex::new(Snapshot::new(reader.searcher(), Arc::clone(&fields)));
        let writer = Mutex::new(Writer { engine, is_dirty: false, mark: None });
        Ok(SessionIndex { fields, reader, index, writer, latest, past: Mutex::default(), folder })
    }

    /// The same, searched within these limits, as far as they are about an index.
    #[must_use]
    pub fn within(self, limits: &Limits) -> SessionIndex {
        lock(&self.latest).expansions_max = limits.expansions;
        self
    }

    /// The fields of the documents.
    pub fn schema(&self) -> &Schema {
        &self.fields.schema
    }

    /// Adds a document, or replaces the one with its key.
    ///
    /// # Errors
    /// [`IndexError`] if it cannot be written.
    pub fn put(&self, session: &Session) -> Result<()> {
        let document = document(&self.fields, session)?;
        let mut writer = self.writer()?;
        writer.engine.delete_term(Term::from_field_text(self.fields.key, &session.key));
        writer.engine.add_document(document)?;
        writer.is_dirty = true;
        Ok(())
    }

    /// Takes out the document with a key, if there is one.
    ///
    /// # Errors
    /// [`IndexError::Poisoned`] after a failure.
    pub fn delete(&self, key: &str) -> Result<()> {
        let mut writer = self.writer()?;
        writer.engine.delete_term(Term::from_field_text(self.fields.key, key));
        writer.is_dirty = true;
        Ok(())
    }

    /// Takes out every document.
    ///
    /// # Errors
    /// [`IndexError`] if it cannot be written.
    pub fn clear(&self) -> Result<()> {
        let mut writer = self.writer()?;
        writer.engine.delete_all_documents()?;
        writer.is_dirty = true;
        Ok(())
    }

    /// Says up to where the store of documents has been put; it is kept with the next refresh.
    ///
    /// # Errors
    /// [`IndexError::Poisoned`] after a failure.
    pub fn set_mark(&self, mark: u64) -> Result<()> {
        let mut writer = self.writer()?;
        writer.mark = Some(mark);
        writer.is_dirty = true;
        Ok(())
    }

    /// The mark that was kept last; `None` if there is none and all documents have to be put.
    ///
    /// # Errors
    /// [`IndexError::Engine`] if it cannot be read.
    pub fn mark(&self) -> Result<Option<u64>> {
        let payload = self.index.load_metas()?.payload;
        Ok(payload.and_then(|payload| payload.parse().ok()))
    }

    /// Makes everything written so far safe and visible to the snapshots taken from now on.
    ///
    /// # Errors
    /// [`IndexError`] if it cannot be written.
    pub fn refresh(&self) -> Result<()> {
        let mut writer = self.writer()?;
        if !writer.is_dirty {
            return Ok(());
        }
        let mark = match writer.mark {
            Some(mark) => Some(mark),
            None => self.mark()?,
        };
        let mut commit = writer.engine.prepare_commit()?;
        if let Some(mark) = mark {
            commit.set_payload(&mark.to_string());
        }
        commit.commit()?;
        writer.is_dirty = false;
        self.show()
    }

    /// Takes the bytes of deleted documents off the disk: those of all refreshes until now. Earlier views go on with files that
    /// have no name any more, and are gone with them.
    ///
    /// # Errors
    /// [`IndexError`] if it cannot be written.
    pub fn purge(&self) -> Result<()> {
        let mut writer = self.writer()?;
        for attempt in 1.. {
            let metas = self.index.searchable_segment_metas()?;
            let ids: Vec<SegmentId> = metas.iter().filter(|meta| meta.has_deletes()).map(SegmentMeta::id).collect();
            if ids.is_empty() {
                break;
            }
            let merged = ids.iter().try_for_each(|id| writer.engine.merge(&[*id]).wait().map(drop));
            match merged {
                Err(error) if attempt == PURGE_ATTEMPTS => return Err(error.into()),
                // One that is being merged with others is not there a moment later.
                Err(_) => pause(),
                Ok(()) => {}
            }
        }
        self.show()?;
        self.unlink_past()?;
        writer.engine.garbage_collect_files().wait()?;
        Ok(())
    }

    /// Removes the files of segments that only earlier views have. Whoever has them open can go on.
    fn unlink_past(&self) -> Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let live: HashSet<SegmentId> = self.index.searchable_segment_ids()?.into_iter().collect();
        let past = lock(&self.past).clone();
        let segments = past.iter().flat_map(Snapshot::segments).map(|segment| segment.segment_id());
        let gone: HashSet<String> = segments.filter(|id| !live.contains(id)).map(|id| id.uuid_string()).collect();
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let segment = name.to_str().and_then(|name| name.split('.').next());
            if segment.is_some_and(|segment| gone.contains(segment)) {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Lets snapshots have the last commit.
    fn show(&self) -> Result<()> {
        self.reader.reload()?;
        let renewed = self.snapshot().renewed(self.reader.searcher());
        let earlier = std::mem::replace(&mut *lock(&self.latest), renewed);
        lock(&self.past).push(earlier);
        self.tidy();
        Ok(())
    }

    /// Lets go of earlier views that no search is at any more.
    pub fn tidy(&self) {
        let past = std::mem::take(&mut *lock(&self.past));
        let (unused, used): (Vec<_>, Vec<_>) = past.into_iter().partition(Snapshot::is_last);
        lock(&self.past).extend(used);
        drop(unused);
    }

    /// A frozen view of what the last refresh made visible.
    pub fn snapshot(&self) -> Snapshot {
        lock(&self.latest).clone()
    }

    fn writer(&self) -> Result<MutexGuard<'_, Writer>> {
        self.writer.lock().map_err(|_| IndexError::Poisoned)
    }
}

/// Leaves merges that go on some time.
#[expect(clippy::disallowed_methods, reason = "the engine's merges cannot be waited for")]
fn pause() {
    std::thread::sleep(PURGE_RETRY);
}

/// Locks what is whole between statements, also after a panic of another thread.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
