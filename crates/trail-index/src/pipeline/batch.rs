//! One batch: trails of one partition, extracted, inverted, written and committed.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use trail_container::TrailReader;
use trail_content::{ContentFile, Coverage, ExtractOptions};
use trail_model::TrailId;

use super::generation::{Generation, NewSegment};
use super::plan::{describe, modified_ns, quarantined, session_id};
use super::queue::Queue;
use super::{INDEX_MEMORY, IndexOptions, LARGE_TRAIL_LEN, RunCounts, Work};
use crate::KindStats;
use crate::content;
use crate::error::Error;
use crate::manifest::{SessionInfo, Status, TrailEntry};
use crate::segment::SegmentBuilder;

/// How many reasons a status tells; a trail damaged all over has the same ones again and again.
const REASONS_MAX: usize = 20;

/// Bytes of trails that are not worth another thread.
const ALONE_LEN: u64 = 1 << 20;

/// The threads that extract, by their number. They live on from one run to the next.
static EXTRACTORS: Mutex<BTreeMap<usize, Arc<ThreadPool>>> = Mutex::new(BTreeMap::new());

fn extractors(threads: usize) -> Result<Arc<ThreadPool>, ThreadPoolBuildError> {
    let mut pools = lock(&EXTRACTORS);
    if let Some(pool) = pools.get(&threads) {
        return Ok(Arc::clone(pool));
    }
    let pool = Arc::new(ThreadPoolBuilder::new().num_threads(threads).build()?);
    pools.insert(threads, Arc::clone(&pool));
    Ok(pool)
}

/// Works on a batch and commits it. The batch is not empty.
pub(crate) fn run(generation: &mut Generation, batch: Vec<Work>, options: &IndexOptions) -> Result<RunCounts, Error> {
    let mut counts = RunCounts { indexed: batch.len() as u64, ..RunCounts::default() };
    let mut todo = batch;
    let mut segments = Vec::new();
    let mut contents: Vec<String> = Vec::new();
    // A second round is for trails whose content file turned out to be damaged, and for those that stood in a segment
    // that had to be given up. Each round settles at least one trail for good.
    while !todo.is_empty() {
        let round = Round::new(generation, &todo, options)?;
        let done = round.run()?;
        contents.extend(done.entries.iter().filter_map(|entry| entry.content.clone()));
        counts.extracted += done.extracted;
        counts.reused += done.reused;
        generation.manifest.put(done.entries);
        segments.extend(done.segments);
        todo = done.again;
    }
    for segment in segments {
        generation.manifest.segments.insert(segment.name, segment.entry);
    }
    options.step("sync contents")?;
    content::sync(&generation.data, &contents)?;
    generation.commit(options)?;
    Ok(counts)
}

/// What threads take from the queue.
enum Task {
    Trail(usize),
    Block { trail: usize, content: Arc<ContentFile>, channel: usize, block: usize },
}

/// What is known of a trail of the batch.
#[derive(Default)]
struct State {
    /// The entry, but for segments and statistics.
    entry: Option<TrailEntry>,
    /// Its content file was not made in this round.
    reused: bool,
    /// Its content file is damaged.
    damaged: Option<String>,
    /// It made the indexer panic.
    fatal: Option<String>,
    /// It stood in a segment that was given up.
    lost: bool,
    /// The time spent on it.
    spent: Duration,
}

struct Round<'a> {
    generation: &'a Generation,
    options: &'a IndexOptions,
    work: &'a [Work],
    threads: usize,
    queue: Queue<Task>,
    states: Vec<Mutex<State>>,
    segments: Mutex<Vec<NewSegment>>,
    /// What ends the run: no trail's fault.
    failure: Mutex<Option<Error>>,
    /// Held while a large trail is extracted.
    large: Mutex<()>,
    pool: Arc<ThreadPool>,
    extracted: AtomicU64,
}

struct Done {
    entries: Vec<TrailEntry>,
    segments: Vec<NewSegment>,
    again: Vec<Work>,
    extracted: u64,
    reused: u64,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // What is behind these locks is set in one step; a panic elsewhere leaves it whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Round<'a> {
    fn new(generation: &'a Generation, work: &'a [Work], options: &'a IndexOptions) -> Result<Round<'a>, Error> {
        let threads = options.threads();
        let pool = extractors(threads).map_err(|error| Error::Io {
            action: "start threads for",
            path: generation.data.root().to_owned(),
            source: std::io::Error::other(error),
        })?;
        Ok(Round {
            generation,
            options,
            work,
            threads,
            queue: Queue::new((0..work.len()).map(Task::Trail)),
            states: work.iter().map(|_| Mutex::default()).collect(),
            segments: Mutex::default(),
            failure: Mutex::default(),
            large: Mutex::default(),
            pool,
            extracted: AtomicU64::new(0),
        })
    }

    fn run(self) -> Result<Done, Error> {
        // What one thread does in a moment it does alone: a service that indexes what comes in would start and end threads all
        // the time, and the allocator keep memory for each that there was.
        let len: u64 = self.work.iter().map(|work| work.len).sum();
        let more = if len <= ALONE_LEN { 0 } else { self.threads - 1 };
        std::thread::scope(|scope| {
            for _ in 0..more {
                scope.spawn(|| self.worker());
            }
            self.worker();
        });
        self.finish()
    }

    fn worker(&self) {
        let mut builder = SegmentBuilder::new(self.options.common_docs);
        while let Some(task) = self.queue.take() {
            let begun = Instant::now();
            let (trail, more) = match task {
                Task::Trail(trail) => (trail, self.prepare(trail)),
                Task::Block { trail, content, channel, block } => {
                    self.index_block(&mut builder, trail, &content, channel, block);
                    (trail, Vec::new())
                }
            };
            lock(&self.states[trail]).spent += begun.elapsed();
            self.queue.done(more);
        }
        self.flush(&mut builder);
    }

    fn fail(&self, error: Error) {
        self.queue.clear();
        lock(&self.failure).get_or_insert(error);
    }

    /// Opens a trail, finds or extracts its content, and gives its blocks as tasks.
    fn prepare(&self, trail: usize) -> Vec<Task> {
        let work = &self.work[trail];
        let prepared = catch_unwind(AssertUnwindSafe(|| self.content_of(work)));
        let (entry, content, reused) = match prepared {
            Ok(Ok(prepared)) => prepared,
            Ok(Err(Trouble::Run(error))) => {
                self.fail(error);
                return Vec::new();
            }
            Ok(Err(Trouble::Trail(reason))) => return self.give_up(trail, reason),
            Err(panic) => return self.give_up(trail, panic_text(&*panic)),
        };
        self.options.progress.trail_done(&work.file, work.len);
        let content = Arc::new(content);
        let mut tasks = Vec::new();
        for (channel, channel_content) in content.channels().iter().enumerate() {
            for block in 0..channel_content.block_count() {
                tasks.push(Task::Block { trail, content: Arc::clone(&content), channel, block });
            }
        }
        let mut state = lock(&self.states[trail]);
        state.entry = Some(entry);
        state.reused = reused;
        tasks
    }

    fn give_up(&self, trail: usize, reason: String) -> Vec<Task> {
        lock(&self.states[trail]).fatal = Some(reason);
        Vec::new()
    }

    fn content_of(&self, work: &Work) -> Result<(TrailEntry, ContentFile, bool), Trouble> {
        let data = &self.generation.data;
        let modified = modified_ns(&work.path);
        // Read piece by piece, not through a map: a trail a hundred times as long takes no more memory, and one that is
        // cut by others meanwhile gives an error.
        let trail = TrailReader::follow(&work.path).map_err(|error| Trouble::Trail(describe(&error)))?;
        if !work.fresh
            && let Some(content) = content::find(data, &trail, self.options.reader.as_ref())
        {
            return Ok((entry(work, modified, &trail, &content), content, true));
        }
        self.options.step("extract").map_err(Trouble::Run)?;
        let is_large = work.len > LARGE_TRAIL_LEN;
        let _turn = is_large.then(|| lock(&self.large));
        let threads = if is_large { self.threads } else { 1 };
        let options = ExtractOptions::with_threads(threads).with_reader(self.options.reader.clone());
        let content = self.pool.install(|| content::extract(data, &trail, &options)).map_err(Trouble::Run)?;
        self.extracted.fetch_add(1, Ordering::Relaxed);
        Ok((entry(work, modified, &trail, &content), content, false))
    }

    fn index_block(
        &self,
        builder: &mut SegmentBuilder,
        trail: usize,
        content: &ContentFile,
        channel: usize,
        index: usize,
    ) {
        let channel = &content.channels()[channel];
        let block = match channel.block(index) {
            Ok(block) => block,
            Err(error) => {
                lock(&self.states[trail]).damaged = Some(describe(&error));
                return;
            }
        };
        let id = self.work[trail].trail;
        let moments = match channel.moments() {
            Ok(moments) => Arc::clone(moments),
            Err(error) => {
                lock(&self.states[trail]).damaged = Some(describe(&error));
                return;
            }
        };
        let mut at = 0;
        while at < block.len() {
            let add = AssertUnwindSafe(|| {
                builder.add_items(id, channel.id(), index as u32, &block, Some(&moments), at..block.len())
            });
            at = match catch_unwind(add) {
                Ok(next) => next,
                Err(panic) => {
                    // The builder may hold half an item: what it held is indexed again, without this trail.
                    let lost: BTreeSet<TrailId> =
                        std::mem::replace(builder, SegmentBuilder::new(self.options.common_docs)).trails().collect();
                    for (work, state) in self.work.iter().zip(&self.states) {
                        lock(state).lost |= lost.contains(&work.trail);
                    }
                    self.give_up(trail, panic_text(&*panic));
                    return;
                }
            };
            if builder.memory() > INDEX_MEMORY / 2 / self.threads {
                self.flush(builder);
            }
        }
    }

    /// Writes what has been built.
    fn flush(&self, builder: &mut SegmentBuilder) {
        let builder = std::mem::replace(builder, SegmentBuilder::new(self.options.common_docs));
        if builder.is_empty() || lock(&self.failure).is_some() {
            return;
        }
        match self.generation.write_segment(&self.work[0].partition, builder, self.options) {
            Ok(segment) => lock(&self.segments).push(segment),
            Err(error) => self.fail(error),
        }
    }

    fn finish(self) -> Result<Done, Error> {
        if let Some(error) = lock(&self.failure).take() {
            return Err(error);
        }
        let segments = std::mem::take(&mut *lock(&self.segments));
        let mut indexed: BTreeMap<TrailId, (BTreeMap<String, u64>, [KindStats; 5])> = BTreeMap::new();
        for segment in &segments {
            for docs in &segment.docs.trails {
                let (names, stats) = indexed.entry(docs.trail).or_default();
                *names.entry(segment.name.clone()).or_default() += docs.count();
                stats.iter_mut().zip(&docs.stats).for_each(|(sum, stats)| sum.add(stats));
            }
        }
        let mut done = Done {
            entries: Vec::new(),
            segments,
            again: Vec::new(),
            extracted: self.extracted.into_inner(),
            reused: 0,
        };
        for (work, state) in self.work.iter().zip(self.states) {
            let state = state.into_inner().unwrap_or_else(PoisonError::into_inner);
            self.options.progress.trail_spent(&work.file, state.spent);
            let give_up = |reason| {
                let modified = modified_ns(&work.path);
                let mut entry =
                    quarantined(&work.file, work.len, modified, Some(work.trail), reason, work.attempts + 1);
                entry.partition.clone_from(&work.partition);
                entry
            };
            match state {
                State { fatal: Some(reason), .. } => done.entries.push(give_up(reason)),
                State { damaged: Some(_), reused: true, .. } => {
                    done.again.push(Work { fresh: true, ..work.clone() });
                }
                State { damaged: Some(reason), .. } => done.entries.push(give_up(reason)),
                State { lost: true, .. } => done.again.push(Work { fresh: false, ..work.clone() }),
                State { entry: Some(mut entry), reused, .. } => {
                    done.reused += u64::from(reused);
                    if let Some((names, stats)) = indexed.remove(&work.trail) {
                        (entry.segments, entry.stats) = (names, stats);
                    }
                    done.entries.push(entry);
                }
                State { entry: None, .. } => done.entries.push(give_up("was not reached".to_owned())),
            }
        }
        Ok(done)
    }
}

/// What kept a trail from being indexed.
enum Trouble {
    /// Something in the trail: others are not concerned.
    Trail(String),
    /// Something else, like a full disk: the run ends.
    Run(Error),
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    format!("panicked: {}", text.unwrap_or("for an unknown reason"))
}

/// The entry of a trail with content; without segments yet.
fn entry(work: &Work, modified_ns: u64, trail: &TrailReader, content: &ContentFile) -> TrailEntry {
    let mut coverage = Coverage::default();
    for channel in content.channels() {
        coverage += channel.coverage();
    }
    let mut reasons: Vec<String> =
        trail.findings().iter().filter(|finding| finding.is_damage()).map(ToString::to_string).collect();
    if coverage.damaged_parts > 0 || coverage.lost_records > 0 {
        let (parts, records) = (coverage.damaged_parts, coverage.lost_records);
        reasons.push(format!("{parts} damaged parts with at least {records} records were left out"));
    }
    if coverage.reader_failures > 0 {
        reasons.push(format!("what reads pixels failed {} times", coverage.reader_failures));
    }
    let more = reasons.len().saturating_sub(REASONS_MAX);
    if more > 0 {
        reasons.truncate(REASONS_MAX);
        reasons.push(format!("and {more} more"));
    }
    let status = if reasons.is_empty() { Status::Ok } else { Status::Partial { reasons } };
    TrailEntry {
        file: work.file.clone(),
        len: work.len,
        modified_ns,
        trail: Some(work.trail),
        head: trail.head().to_string(),
        status,
        content: Some(content::name_of(trail, content.reader())),
        session: SessionInfo {
            id: session_id(&work.file),
            duration_ns: trail.duration().0,
            records: trail.last_record(),
            closed: trail.is_closed(),
            ..SessionInfo::of(trail.meta())
        },
        partition: work.partition.clone(),
        segments: BTreeMap::new(),
        stats: Default::default(),
        coverage: coverage.counts().map(|(name, count)| (name.to_owned(), count)).collect(),
    }
}
