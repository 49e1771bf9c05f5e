//! Why a recording could not be imported at all.

use std::io;

/// What a sink answers when it can take no more events.
pub type SinkError = Box<dyn std::error::Error + Send + Sync>;

/// Why nothing, or nothing more, could be read. Damage *inside* a recording is not an error but a
/// [`Finding`](crate::Finding) of the report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file or folder could not be read.
    #[error("failed to read {path}")]
    Io {
        /// Path as [`RecordingSource::path`](crate::RecordingSource::path) shows it.
        path: String,
        /// The cause.
        source: io::Error,
    },
    /// No importer knows the bytes.
    #[error("{path} is not a recording")]
    NotARecording {
        /// Path as shown to people.
        path: String,
    },
    /// The file is read with the recording that it is a part of: a timing file, a log of typed input.
    #[error("{path} is a part of the recording {recording}")]
    PartOf {
        /// Path as shown to people.
        path: String,
        /// Path of the recording.
        recording: String,
    },
    /// The bytes are encrypted; decrypt them first.
    #[error("{path} is encrypted ({what})")]
    Encrypted {
        /// Path as shown to people.
        path: String,
        /// What it is encrypted with.
        what: &'static str,
    },
    /// The format is known, but its head is damaged so that nothing after it can be trusted.
    #[error("{path}: line {line}, column {column} (byte {byte}): expected {expected}")]
    Malformed {
        /// Path as shown to people.
        path: String,
        /// Offset in the unwrapped bytes.
        byte: u64,
        /// Line, from 1.
        line: u64,
        /// Column in bytes, from 1.
        column: u64,
        /// What should have stood there.
        expected: String,
    },
    /// One of the [`Limits`](crate::Limits) was exceeded before any event could be read.
    #[error("{path}: more than {limit} {what}")]
    TooLarge {
        /// Path as shown to people.
        path: String,
        /// What was counted.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// The sink refused an event.
    #[error("the receiver of the events failed")]
    Sink {
        /// Its reason.
        source: SinkError,
    },
}

impl Error {
    /// The path it is about, where there is one.
    pub fn path(&self) -> Option<&str> {
        match self {
            Error::Io { path, .. }
            | Error::NotARecording { path }
            | Error::PartOf { path, .. }
            | Error::Encrypted { path, .. }
            | Error::Malformed { path, .. }
            | Error::TooLarge { path, .. } => Some(path),
            Error::Sink { .. } => None,
        }
    }

    /// Tells whether this only says that the file is no recording by itself.
    pub fn is_not_a_recording(&self) -> bool {
        matches!(self, Error::NotARecording { .. } | Error::PartOf { .. })
    }
}
