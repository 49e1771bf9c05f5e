//! What can go wrong with an index.

use std::io;
use std::path::{Path, PathBuf};

/// Failure to read or write an index or its data directory.
///
/// A trail that cannot be read is none of these: it is quarantined, and the manifest says why.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("failed to {action} {}", path.display())]
    Io {
        /// What was attempted.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The data directory has no index yet: index its trails first.
    #[error("no index in {}", path.display())]
    NoIndex {
        /// The data directory.
        path: PathBuf,
    },
    /// The index was written by other rules: rebuild it.
    #[error("index {} is of version {found}, this program reads {expected}", path.display())]
    Version {
        /// The generation's folder.
        path: PathBuf,
        /// The version read here.
        expected: String,
        /// The index's.
        found: String,
    },
    /// A file of the index is not the JSON that it should be: rebuild the index.
    #[error("failed to read or write {} as JSON", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Why it failed.
        source: serde_json::Error,
    },
    /// A segment could not be written or opened.
    #[error("failed to write or open segment {}", path.display())]
    Tantivy {
        /// The segment's folder.
        path: PathBuf,
        /// Why it failed.
        source: tantivy::TantivyError,
    },
    /// A segment's columns are not of the form that they should have: rebuild the index.
    #[error("columns of segment {} are damaged", path.display())]
    Damaged {
        /// The segment's folder.
        path: PathBuf,
    },
    /// A posting list or dictionary could not be read.
    #[error("failed to read postings")]
    Postings(#[source] io::Error),
    /// Another process is writing: wait for it.
    #[error("{} is being written by another process", path.display())]
    Locked {
        /// The lock's file.
        path: PathBuf,
    },
    /// A prefix, pattern or range stands for more terms than are looked up: it has to be narrower.
    #[error("expansion stands for more than {limit} terms")]
    TooManyTerms {
        /// The limit.
        limit: usize,
    },
    /// The caller wanted no more of it; there is no partial answer.
    #[error("look into the index cancelled before it was complete")]
    Cancelled,
    /// The index does not know a trail of that id.
    #[error("no trail {trail} in the index")]
    NoTrail {
        /// Its id.
        trail: trail_model::TrailId,
    },
    /// The trail is in quarantine and has no content.
    #[error("trail {trail} has no content: {reason}")]
    NoContent {
        /// Its id.
        trail: trail_model::TrailId,
        /// Why it could not be read.
        reason: String,
    },
    /// A content file could not be read: index its trail again.
    #[error("failed to read content {}", path.display())]
    Content {
        /// The content file.
        path: PathBuf,
        /// Why it failed.
        source: trail_content::Error,
    },
    /// A test made a step fail.
    #[error("stopped before {step}")]
    Stopped {
        /// The step.
        step: &'static str,
    },
}

/// Makes an [`Error::Io`].
pub(crate) fn io<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Error + 'a {
    move |source| Error::Io { action, path: path.to_owned(), source }
}
