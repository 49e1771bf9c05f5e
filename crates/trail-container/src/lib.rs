//! The trail file: numbered records in compressed, hash-linked chunks with keyframes.
//!
//! [`TrailWriter`] appends, [`TrailReader`] seeks and reads, [`verify`] finds what does not hold, [`recover`] saves what
//! does. `docs/format.md` is the authority on every byte. This crate knows bytes and not what they mean to a screen: a
//! keyframe is a run of bytes to it.
//!
//! ```
//! use trail_container::{Header, RecordBody, TrailReader, TrailWriter, WriterOptions};
//! use trail_model::{ChannelId, Offset, SessionMeta, Size};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("session.trail");
//! let header = Header::new(SessionMeta { user: Some("alice".into()), ..SessionMeta::default() })?;
//! let mut writer = TrailWriter::create(&path, &header, WriterOptions::default())?;
//! writer.append(ChannelId(1), Offset::ZERO, &RecordBody::Resize(Size::DEFAULT))?;
//! writer.append(ChannelId(1), Offset(1_000_000), &RecordBody::Output(b"login: "))?;
//! writer.close()?;
//!
//! let trail = TrailReader::open(&path)?;
//! let chunk = trail.chunk(trail.chunk_at(Offset(2_000_000)).expect("the trail has records"))?;
//! let last = chunk.records().last().expect("chunks are not empty");
//! assert_eq!(last.body, RecordBody::Output(b"login: "));
//! # Ok(())
//! # }
//! ```

mod bytes;
mod chunk;
mod error;
mod finding;
mod footer;
pub mod format;
mod frame;
mod header;
mod meta;
mod reader;
mod record;
mod recover;
mod scan;
mod section;
mod source;
mod storage;
mod verify;
mod writer;

pub use chunk::{Chunk, ChunkInfo, Cursor, Records};
pub use error::{Error, Result};
pub use finding::{Finding, FindingKind};
pub use footer::Statistics;
pub use frame::{ChannelEntry, KeyframeAt};
pub use header::Header;
pub use reader::{ChannelSummary, TrailReader};
pub use record::{Attributes, Encoded, OpenBody, Record, RecordBody};
pub use recover::{RecoverReport, recover};
pub use section::{Digest, Section};
pub use source::{MappedFile, PlainFile, Source};
pub use storage::{FileStorage, MemoryStorage, Storage};
pub use verify::{Report, VerifyOptions, verify, verify_path, verify_with};
pub use writer::{Live, SyncPolicy, TrailWriter, WriterOptions};
