//! From trails to a committed index.
//!
//! A run is planned first ([`plan`]): which trails need work. They are worked on in batches of one partition; a batch
//! ends with a commit, so that a killed run loses one batch at most. Inside a batch ([`batch`]) threads take trails and
//! then blocks from one queue: trails in parallel, blocks of one trail in parallel, each thread with a segment of its own
//! under a limit of memory. At the end small segments are put together ([`compact`]).

mod batch;
mod compact;
mod generation;
mod plan;
mod queue;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use trail_content::PixelReader;

use crate::error::Error;

use batch::run as run_batch;
pub(crate) use generation::Generation;
pub(crate) use plan::{Plan, Work, plan, session_id};

/// Memory for building and writing segments, all threads together. Extraction of content has its own bound (about ten
/// times a block's output for each thread), and nothing else grows with the length or number of trails but the manifest.
pub const INDEX_MEMORY: usize = 128 << 20;

/// Bytes of trails after which a batch is committed.
const BATCH_LEN: u64 = 256 << 20;
/// Trails after which a batch is committed.
const BATCH_TRAILS: usize = 2000;
/// Trails longer than this are extracted one at a time, with all threads.
const LARGE_TRAIL_LEN: u64 = 8 << 20;

/// Which trails a run works on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Selection {
    /// Those that are new, changed, gone, or in quarantine with attempts left.
    #[default]
    Changed,
    /// Those that are in quarantine or only partly indexed, however often they have been tried.
    Failed,
    /// Those whose file has changed, or whose content was extracted by other rules.
    Stale,
    /// Those of these sessions, whatever their state.
    Sessions(Vec<String>),
}

/// How a run is done. What comes out does not depend on it.
#[derive(Clone)]
#[non_exhaustive]
pub struct IndexOptions {
    /// Threads; 0: as many as the machine has.
    pub jobs: usize,
    /// Which trails.
    pub selection: Selection,
    /// Extract content even where it is up to date.
    pub fresh: bool,
    /// Write segments anew in which anything is dead, so that nothing of it is left on the disk.
    pub purge: bool,
    /// With so many documents of a segment a token becomes common: pairs of such tokens are indexed, so that phrases of them
    /// are found without a look at every text that has both.
    pub common_docs: u32,
    /// What reads the pixels of desktops; content that another one read is made again. Nothing: content that is there
    /// will do, whatever read it, and what is new is not read.
    pub reader: Option<PixelReader>,
    /// Told what is done.
    pub progress: Arc<dyn Progress>,
    /// For tests: called before each step that changes a file, and may end the run there.
    #[doc(hidden)]
    pub hook: Option<Hook>,
}

/// See [`IndexOptions::hook`].
#[doc(hidden)]
pub type Hook = Arc<dyn Fn(&'static str) -> Result<(), Error> + Send + Sync>;

/// [`IndexOptions::common_docs`] by default. As many texts of a segment may be looked at in vain for a phrase.
const COMMON_DOCS: u32 = 256;

impl Default for IndexOptions {
    fn default() -> IndexOptions {
        IndexOptions {
            jobs: 0,
            selection: Selection::Changed,
            fresh: false,
            purge: false,
            common_docs: COMMON_DOCS,
            reader: None,
            progress: Arc::new(()),
            hook: None,
        }
    }
}

impl IndexOptions {
    pub(crate) fn threads(&self) -> usize {
        match self.jobs {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            jobs => jobs,
        }
    }

    pub(crate) fn step(&self, step: &'static str) -> Result<(), Error> {
        self.hook.as_ref().map_or(Ok(()), |hook| hook(step))
    }
}

/// Follows a run. Called from several threads.
pub trait Progress: Send + Sync {
    /// So many trails of so many bytes are going to be worked on.
    fn planned(&self, _trails: u64, _bytes: u64) {}
    /// The content of one of them is there; its items are still to be indexed and committed.
    fn trail_done(&self, _file: &str, _bytes: u64) {}
    /// So much time was spent on a trail, by all threads together; told before it is committed.
    fn trail_spent(&self, _file: &str, _time: Duration) {}
    /// A batch has been committed.
    fn committed(&self) {}
}

/// Tells nobody.
impl Progress for () {}

/// Counts by name, summed over trails.
pub(crate) type Coverage = BTreeMap<String, u64>;

/// Works through a plan: batch by batch, each one committed.
pub(crate) fn run(generation: &mut Generation, plan: Plan, options: &IndexOptions) -> Result<RunCounts, Error> {
    options.progress.planned(plan.work.len() as u64, plan.bytes());
    let mut counts = RunCounts { unchanged: plan.unchanged, ..RunCounts::default() };
    generation.manifest.trails.retain(|entry| plan.removed.binary_search(&entry.file).is_err());
    let is_changed = !plan.removed.is_empty() || !plan.unreadable.is_empty() || generation.manifest.is_new();
    generation.manifest.put(plan.unreadable);
    if is_changed {
        generation.commit(options)?;
    }
    for batch in plan::batches(plan.work) {
        counts += run_batch(generation, batch, options)?;
        options.progress.committed();
    }
    compact::compact(generation, options)?;
    Ok(counts)
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RunCounts {
    pub(crate) unchanged: u64,
    pub(crate) indexed: u64,
    pub(crate) extracted: u64,
    pub(crate) reused: u64,
}

impl std::ops::AddAssign for RunCounts {
    fn add_assign(&mut self, other: RunCounts) {
        self.unchanged += other.unchanged;
        self.indexed += other.indexed;
        self.extracted += other.extracted;
        self.reused += other.reused;
    }
}
