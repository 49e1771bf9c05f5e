//! Foreign recordings to events.
//!
//! [`discover`] finds the recordings in a file, a folder or an archive; [`RecordingSource::import`] reads one and hands
//! its events to an [`EventSink`]. Formats are told by content, never by name; wrappers (gzip, bzip2, xz, zstd, zip, tar)
//! are peeled on the way. Memory does not grow with the recording. Damage is reported, not fatal.
//!
//! ```
//! use trail_import::{Collected, ImportOptions, RecordingSource};
//!
//! let cast = b"{\"version\":2,\"width\":80,\"height\":24}\n[0.5,\"o\",\"hello\"]\n";
//! let options = ImportOptions::default();
//! for source in RecordingSource::from_reader("-", &cast[..], &options)? {
//!     let mut events = Collected::default();
//!     let report = source?.import(&options, &mut events)?;
//!     assert_eq!((report.format.as_str(), report.output_bytes), ("asciicast-v2", 5));
//!     assert!(report.complete());
//! }
//! # Ok::<(), trail_import::Error>(())
//! ```

mod archive;
mod codec;
mod discover;
mod emit;
mod error;
mod folder;
mod formats;
mod grow;
mod importer;
mod json;
mod lines;
mod number;
mod options;
mod report;
mod sink;
mod source;
mod store;
mod text;

pub use discover::{Discovery, discover};
pub use error::{Error, SinkError};
pub use options::{ImportOptions, Limits};
pub use report::{Finding, ImportReport, Severity};
pub use sink::{Collected, EventSink};
pub use source::RecordingSource;
pub use text::Encoding;
