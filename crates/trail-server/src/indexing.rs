//! Indexing in the background: what came in, and what is to be indexed again.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use trail_catalog::{IndexRun, RunStatus, StoredSession, SyncOptions};
use trail_index::{IndexOptions, Progress, Selection, index_version};

use crate::library::LibraryError;
use crate::state::{AppState, lock};

/// How long another process that writes the index is waited for before it is tried again.
const BUSY_WAIT: Duration = Duration::from_millis(500);

/// What is to be indexed.
#[derive(Default)]
pub(crate) struct Indexing {
    queue: Mutex<Queue>,
    /// Something came into the queue, or it is to stop.
    changed: Condvar,
    /// It is to stop, or some work is done.
    stopped: Condvar,
    /// What the last run took.
    work: Arc<WorkTimes>,
}

#[derive(Default)]
struct Queue {
    /// Trails that are new or have grown.
    new: bool,
    /// Sessions to be indexed again, by key, with the names of their trails.
    again: BTreeMap<String, String>,
    is_stopping: bool,
    /// Counts what was done.
    done: u64,
}

/// When the last run began, in nanoseconds since 1970, and how long each trail file took, in nanoseconds.
#[derive(Default)]
struct WorkTimes(Mutex<BTreeMap<String, (i64, u64)>>);

/// A run under way.
struct Begun {
    now_ns: i64,
    times: Arc<WorkTimes>,
}

impl Progress for Begun {
    fn trail_spent(&self, file: &str, time: Duration) {
        let mut times = lock(&self.times.0);
        let (_, spent_ns) = times.entry(file.to_owned()).or_insert((self.now_ns, 0));
        *spent_ns = spent_ns.saturating_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    }
}

/// Why indexing did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum IndexingError {
    /// The index failed.
    #[error("failed to index")]
    Index(#[from] trail_index::Error),
    /// The catalogue could not follow.
    #[error("failed to take over what was indexed")]
    Sync(#[from] trail_catalog::SyncError),
    /// The index over sessions could not follow.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// The catalogue failed.
    #[error("failed to note an index run")]
    Store(#[from] trail_catalog::StoreError),
}

impl Indexing {
    /// Has new trails indexed.
    pub(crate) fn ask_new(&self) {
        lock(&self.queue).new = true;
        self.changed.notify_one();
    }

    /// Has a session indexed again.
    pub(crate) fn ask_again(&self, stored: &StoredSession) {
        let Some(file) = &stored.file else { return };
        let name = file.rsplit('/').next().unwrap_or(file);
        let name = name.strip_suffix(".trail").unwrap_or(name);
        lock(&self.queue).again.insert(stored.session.key.clone(), name.to_owned());
        self.changed.notify_one();
    }

    /// How many runs wait.
    pub(crate) fn len(&self) -> usize {
        let queue = lock(&self.queue);
        queue.again.len() + usize::from(queue.new)
    }

    /// Ends [`AppState::index_until_stopped`] after the work under way.
    pub(crate) fn stop(&self) {
        lock(&self.queue).is_stopping = true;
        self.changed.notify_all();
        self.stopped.notify_all();
    }

    /// The next work, waited for up to `wait`; nothing once it is to stop.
    fn next(&self, wait: Duration) -> Option<Queue> {
        let queue = lock(&self.queue);
        let is_idle = |queue: &mut Queue| !queue.is_stopping && !queue.new && queue.again.is_empty();
        let waited = self.changed.wait_timeout_while(queue, wait, is_idle);
        let (mut queue, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if queue.is_stopping {
            return None;
        }
        let (new, again) = (std::mem::take(&mut queue.new), std::mem::take(&mut queue.again));
        Some(Queue { new, again, ..Queue::default() })
    }

    /// Waits until `is_done` says so, and asks it again when some work is done; until `end` or a stop at the latest.
    pub(crate) fn wait_until<E>(&self, end: Instant, mut is_done: impl FnMut() -> Result<bool, E>) -> Result<(), E> {
        let mut done = lock(&self.queue).done;
        while !is_done()? {
            let left = end.saturating_duration_since(Instant::now());
            let queue = lock(&self.queue);
            let same = |queue: &mut Queue| queue.done == done && !queue.is_stopping;
            let (queue, waited) =
                self.stopped.wait_timeout_while(queue, left, same).unwrap_or_else(PoisonError::into_inner);
            if waited.timed_out() || queue.is_stopping {
                break;
            }
            done = queue.done;
        }
        Ok(())
    }

    /// Tells those who wait that some work is done.
    fn tell(&self) {
        let mut queue = lock(&self.queue);
        queue.done = queue.done.wrapping_add(1);
        self.stopped.notify_all();
    }

    /// Waits, but not beyond a stop; tells whether to go on.
    pub(crate) fn pause(&self, time: Duration) -> bool {
        let queue = lock(&self.queue);
        let waited = self.stopped.wait_timeout_while(queue, time, |queue| !queue.is_stopping);
        !waited.unwrap_or_else(PoisonError::into_inner).0.is_stopping
    }

    /// When the last work on a trail file began, and how long it took.
    fn work_on(&self, file: &str) -> Option<(i64, u64)> {
        lock(&self.work.0).get(file).copied()
    }

    /// Options of a run that begins now, and tells what it takes.
    fn options(&self, app: &AppState) -> IndexOptions {
        let begun = Begun { now_ns: app.clock.now().0, times: Arc::clone(&self.work) };
        lock(&self.work.0).clear();
        let mut options = IndexOptions::default();
        options.reader = app.settings.pixels.clone();
        options.progress = Arc::new(begun);
        options
    }

    fn put_back(&self, work: Queue) {
        let mut queue = lock(&self.queue);
        queue.new |= work.new;
        queue.again.extend(work.again);
    }
}

impl AppState {
    /// Does what is queued until the service stops; looks for new trails by itself, too, as others may bring them.
    pub(crate) fn index_until_stopped(&self) {
        self.take_up_unfinished();
        let every = self.settings.index_interval;
        let mut looked = Instant::now();
        while let Some(mut work) = self.indexing.next(every) {
            if looked.elapsed() >= every {
                work.new = true;
            }
            if work.new {
                looked = Instant::now();
            }
            if work.new
                && let Err(error) = self.expire()
            {
                tracing::error!(
                    error = crate::api_error::with_causes(&error),
                    "sessions whose time is over are still there"
                );
            }
            if work.new
                && let Err(error) = self.library.forget_removals(&self.store)
            {
                tracing::warn!(error = crate::api_error::with_causes(&error), "removals are still remembered");
            }
            match self.index(&work) {
                Ok(()) => {}
                Err(IndexingError::Index(trail_index::Error::Locked { .. })) => {
                    self.indexing.put_back(work);
                    let _ = self.indexing.pause(BUSY_WAIT);
                }
                Err(error) => tracing::error!(error = crate::api_error::with_causes(&error), "indexing failed"),
            }
        }
    }

    /// Does what is queued now.
    ///
    /// # Errors
    /// [`IndexingError`].
    pub fn index_queued(&self) -> Result<(), IndexingError> {
        match self.indexing.next(Duration::ZERO) {
            Some(work) => self.index(&work),
            None => Ok(()),
        }
    }

    /// Indexes what is new, whoever brought it.
    ///
    /// # Errors
    /// [`IndexingError`].
    pub fn index_new(&self) -> Result<(), IndexingError> {
        self.indexing.ask_new();
        self.index_queued()
    }

    /// What was queued when the service ended last.
    fn take_up_unfinished(&self) {
        self.indexing.ask_new();
        match self.store.unfinished_runs() {
            Ok(keys) => {
                let sessions = keys.iter().filter_map(|key| self.store.session(key).ok().flatten());
                sessions.for_each(|stored| self.indexing.ask_again(&stored));
            }
            Err(error) => tracing::error!(error = crate::api_error::with_causes(&error), "queued runs are not known"),
        }
    }

    /// Takes over what was indexed, by whom ever. A session that is shown as indexed is found by its content.
    pub(crate) fn take_over(&self) -> Result<(), IndexingError> {
        self.contents.keep_up()?;
        self.sync()
    }

    /// Takes what was indexed, by whom ever, over into the catalogue and the index over sessions.
    pub(crate) fn sync(&self) -> Result<(), IndexingError> {
        // One at a time: each adds the runs of what it finds changed.
        let _turn = lock(&self.syncing);
        let now = self.clock.now().0;
        let work = |file: &str| self.indexing.work_on(file);
        let options = SyncOptions { rules: &self.settings.alert_rules, work: Some(&work) };
        trail_catalog::sync_with(&self.data, &self.store, options, now)?;
        self.show()?;
        Ok(())
    }

    /// Lets lists show everything that is in the catalogue now.
    pub(crate) fn show(&self) -> Result<(), LibraryError> {
        self.library.at_least(&self.store, self.store.revision()?)?;
        Ok(())
    }

    fn index(&self, work: &Queue) -> Result<(), IndexingError> {
        let done = self.index_all(work);
        self.indexing.tell();
        done
    }

    fn index_all(&self, work: &Queue) -> Result<(), IndexingError> {
        if work.new {
            trail_index::update(&self.data, &self.indexing.options(self))?;
            self.take_over()?;
        }
        // Those that had only been announced have been indexed by now.
        let unfinished: Vec<String> = if work.again.is_empty() { Vec::new() } else { self.store.unfinished_runs()? };
        let again: BTreeMap<&String, &String> =
            work.again.iter().filter(|(key, _)| unfinished.binary_search(key).is_ok()).collect();
        if again.is_empty() {
            return Ok(());
        }
        let begun_ns = self.clock.now().0;
        let run = |status, duration_ns| IndexRun {
            status,
            start_ns: begun_ns,
            duration_ns,
            index_version: index_version(),
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let mut options = self.indexing.options(self);
        options.selection = Selection::Sessions(again.values().map(|name| (*name).clone()).collect());
        options.fresh = true;
        // A lock that another process holds is an error before anything has begun.
        let lock = self.data.lock()?;
        for key in again.keys() {
            self.store.set_last_index_run(key, &run(RunStatus::Running, 0))?;
        }
        let done = trail_index::update_locked(&self.data, &options, &lock);
        drop(lock);
        let status = if done.is_ok() { RunStatus::Completed } else { RunStatus::Failed };
        for key in again.keys() {
            let file = self.store.session(key)?.and_then(|stored| stored.file);
            let work = file.and_then(|file| self.indexing.work_on(&file));
            self.store.set_last_index_run(key, &run(status, work.map_or(0, |(_, spent_ns)| spent_ns)))?;
        }
        done?;
        self.take_over()
    }
}
