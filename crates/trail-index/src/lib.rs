//! Content items to a searchable index: analyzer, segments, generations, manifest, and the pipeline that fills them.
//!
//! [`DataDir`] is where trails, content and indexes lie. [`update`] brings the index up to date, [`reindex`] builds it
//! anew beside the live one. [`IndexReader`] reads it: figures for scores, and candidates. The index is a pure function of
//! the content files, and no more than a way to find candidates: what matches, and when, is decided on an item's text.
//!
//! ```
//! use trail_container::{Header, RecordBody, TrailWriter, WriterOptions};
//! use trail_content::Kind;
//! use trail_index::{DataDir, IndexOptions, IndexReader, Limits, Lookup};
//! use trail_model::{ChannelId, Offset, SessionMeta};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let root = folder.path();
//! let data = DataDir::create(root)?;
//! let header = Header::new(SessionMeta::default())?;
//! TrailWriter::create(&data.trail_path("empty"), &header, WriterOptions::default())?.close()?;
//!
//! let report = trail_index::update(&data, &IndexOptions::default())?;
//! assert_eq!((report.trails, report.failed.len()), (1, 0));
//!
//! let index = IndexReader::open(&data)?;
//! assert_eq!(index.stats(Kind::Line).docs, 0);
//! assert_eq!(index.trails_with(Kind::Line, &[Lookup::Exact("passwd")], &Limits::default())?, []);
//! # Ok(())
//! # }
//! ```

pub mod analyzer;
mod candidates;
mod content;
mod data_dir;
mod error;
mod files;
mod lookup;
mod manifest;
mod partition;
mod pipeline;
mod reader;
mod report;
mod segment;
mod survey;
mod update;

pub use data_dir::{DataDir, DataLock};
pub use error::Error;
pub use lookup::{
    ItemRef, KindStats, Limits, Lookup, Near, TERMS_MAX, TermField, TermPattern, TermRange, TermScores, Worth,
};
pub use manifest::{Manifest, SegmentEntry, SessionInfo, Status, TrailEntry, index_version};
pub use partition::{UNDATED, partition_of};
pub use pipeline::{Hook, INDEX_MEMORY, IndexOptions, Progress, Selection};
pub use reader::IndexReader;
pub use report::{Change, DiskNeed, Failure, Report, What};
pub use segment::LAYOUT_VERSION;
pub use survey::{
    Best, BestCandidates, Evidence, Found, Frequencies, Lasting, LeafCandidates, Sighting, Standing, Survey,
};
pub use update::{disk_need, dry_run, reindex, update, update_locked};

/// How often a trail that cannot be read is tried, as long as its file does not change.
pub const ATTEMPTS_MAX: u32 = 3;
