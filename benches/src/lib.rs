//! Shared parts of the benchmarks: the recordings of `testdata/`, read once, and how long to measure.
//!
//! Benchmarks are named `area/case/variant`. Each checks its result once before it is measured, and tells its throughput
//! in bytes of terminal output where that is what it works on.

pub mod questions;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use criterion::Criterion;
use trail_container::{Header, TrailReader, WriterOptions};
use trail_content::{ContentFile, ExtractOptions, extract};
use trail_import::{Collected, ImportOptions, discover};
use trail_index::{DataDir, IndexOptions};
use trail_model::{Event, EventKind, SessionMeta};
use trail_replay::record_events;

/// The recordings that stand for all others, each of another kind: a shell typed key by key, an editor, a multiplexer,
/// wide characters, a scrolling log, a monitor.
pub const CASES: [(&str, &str); 6] = [
    ("shell", "asciicast-v2/shell.cast"),
    ("vim", "asciicast-v3/long-vim.cast"),
    ("tmux", "asciicast-v3/tmux.cast"),
    ("unicode", "asciicast-v1/unicode.json"),
    ("log", "asciicast-v2/long-follow-log.cast.gz"),
    ("top", "ttyrec/long-top.ttyrec.zst"),
];

/// What the recorder puts into one chunk.
const CHUNK_LEN: usize = 256 << 10;

/// A recording that has been read.
pub struct Recording {
    /// What it is called in benchmarks.
    pub name: String,
    /// What it says of itself.
    pub meta: SessionMeta,
    /// What happened.
    pub events: Vec<Event>,
}

impl Recording {
    /// Its output, event by event.
    pub fn output(&self) -> impl Iterator<Item = &[u8]> {
        self.events.iter().filter_map(|event| match &event.kind {
            EventKind::Output(bytes) => Some(bytes.as_slice()),
            _ => None,
        })
    }

    /// Bytes of output.
    pub fn output_len(&self) -> u64 {
        self.output().map(|bytes| bytes.len() as u64).sum()
    }

    /// The recording as a trail in memory.
    ///
    /// # Panics
    /// If it cannot be recorded: then there is nothing to measure.
    pub fn trail(&self) -> TrailReader {
        trail_testkit::trail::record(&self.events, CHUNK_LEN).expect("the recording becomes a trail")
    }
}

/// The folder of recordings.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/recordings")
}

/// Reads a file of the folder that holds one recording.
///
/// # Panics
/// If it does not.
pub fn read(name: &str, file: &str) -> Recording {
    let options = ImportOptions::default();
    let mut events = Collected::default();
    let source = discover(folder().join(file), &options).next().expect("a recording").expect("a readable recording");
    source.import(&options, &mut events).expect("the recording can be read");
    Recording { name: name.to_owned(), meta: events.meta, events: events.events }
}

/// The recordings of [`CASES`].
pub fn cases() -> Vec<Recording> {
    CASES.iter().map(|(name, file)| read(name, file)).collect()
}

/// A data directory with the recordings of [`CASES`] as trails, not indexed.
///
/// # Panics
/// If it cannot be written.
pub fn data_dir(root: &Path) -> DataDir {
    let data = DataDir::create(root).expect("the folder can be made");
    for recording in cases() {
        let header = Header::new(recording.meta.clone()).expect("a trail id");
        let path = data.trail_path(&recording.name);
        record_events(path, &header, WriterOptions::default(), &recording.events, None).expect("a trail");
    }
    data
}

/// Indexing with one job, as the benchmarks measure CPU and not cores.
pub fn one_job() -> IndexOptions {
    let mut options = IndexOptions::default();
    options.jobs = 1;
    options
}

/// The content of the recordings of [`CASES`].
///
/// # Panics
/// If it cannot be extracted.
pub fn contents() -> Vec<Arc<ContentFile>> {
    let content = |recording: &Recording| {
        let extraction = extract(&recording.trail(), &ExtractOptions::with_threads(1)).expect("content");
        Arc::new(ContentFile::open(extraction.bytes).expect("a content file"))
    };
    cases().iter().map(content).collect()
}

/// How long to measure: a benchmark takes about two seconds.
pub fn criterion() -> Criterion {
    let criterion = Criterion::default().sample_size(10);
    criterion
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(1500))
        .configure_from_args()
}
