//! What all requests share.

use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;
use trail_catalog::Store;
use trail_index::DataDir;

use crate::access::{Logins, Throttle};
use crate::audit::{self, AuditLog};
use crate::clock::Clock;
use crate::contents::Contents;
use crate::indexing::Indexing;
use crate::library::{Library, LibraryError};
use crate::metrics::Metrics;
use crate::screenshots::Screenshots;
use crate::settings::Settings;
use crate::snapshots::Snapshots;

/// Threads that read files which are sent and write those that come in, beside others that work on requests.
const FILE_THREADS: usize = 4;

/// What all requests share. Cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

/// What is behind [`AppState`].
pub struct Inner {
    pub(crate) data: DataDir,
    pub(crate) store: Store,
    pub(crate) settings: Settings,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) library: Library,
    pub(crate) contents: Contents,
    pub(crate) screenshots: Screenshots,
    pub(crate) logins: Mutex<Logins>,
    pub(crate) throttle: Mutex<Throttle>,
    pub(crate) snapshots: Mutex<Snapshots>,
    pub(crate) audit: AuditLog,
    pub(crate) metrics: Metrics,
    pub(crate) indexing: Indexing,
    /// Held while the catalogue follows the index.
    pub(crate) syncing: Mutex<()>,
    /// Bounds the blocking work that goes on at a time.
    pub(crate) turns: Arc<Semaphore>,
    /// Bounds the uploads.
    pub(crate) uploads: Arc<Semaphore>,
    /// How many requests came.
    pub(crate) requests: AtomicU64,
    /// Known to this process only.
    pub(crate) secret: [u8; 32],
    /// Whether what has no end of its own is to end.
    pub(crate) is_stopping: AtomicBool,
}

impl std::ops::Deref for AppState {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// The service cannot work over a data directory: another process serves it, or its disk fails.
#[derive(Debug, thiserror::Error)]
#[error("failed to open the index over sessions")]
pub struct OpenError(#[source] LibraryError);

impl AppState {
    /// The service over a data directory and its catalogue. Only one at a time can be over one data directory.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn new(data: DataDir, store: Store, settings: Settings, clock: Arc<dyn Clock>) -> Result<AppState, OpenError> {
        let turns = Arc::new(Semaphore::new(settings.concurrency));
        let library = Library::open(data.root(), &store, &settings).map_err(OpenError)?;
        crate::incoming::clean(data.root()).map_err(|error| OpenError(LibraryError::Index(error.into())))?;
        let mut secret = [0; 32];
        getrandom::fill(&mut secret)
            .map_err(|error| OpenError(LibraryError::Index(std::io::Error::from(error).into())))?;
        let audit = settings.audit_dir.clone().unwrap_or_else(|| audit::folder_of(data.root()));
        let audit = AuditLog::open(audit, settings.audit_len_max);
        let audit = audit.map_err(|error| OpenError(LibraryError::Index(error.into())))?;
        let screenshots = Screenshots::new(data.root(), settings.screenshots_len_max);
        Ok(AppState(Arc::new(Inner {
            screenshots,
            store,
            clock,
            library,
            contents: Contents::new(data.clone(), settings.query_limits, settings.content_cache),
            data,
            logins: Mutex::new(Logins::new(settings.idle_timeout, settings.logins_max)),
            throttle: Mutex::default(),
            snapshots: Mutex::new(Snapshots::new(settings.snapshot_lifetime, settings.snapshots_max)),
            audit,
            metrics: Metrics::default(),
            indexing: Indexing::default(),
            syncing: Mutex::default(),
            turns,
            uploads: Arc::new(Semaphore::new(settings.uploads_max)),
            requests: AtomicU64::new(0),
            secret,
            is_stopping: AtomicBool::new(false),
            settings,
        })))
    }
}

impl AppState {
    /// How many threads can have blocking work at a time: requests, uploads, and files that are sent.
    pub fn threads_max(&self) -> usize {
        self.settings.concurrency + self.settings.uploads_max + FILE_THREADS
    }

    /// Lets go of what is kept open of content, and of what was found in it. It is made again when it is needed.
    pub fn forget_contents(&self) {
        self.contents.forget();
    }
}

/// Locks, also after a panic of another thread: every value here is whole between statements.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
