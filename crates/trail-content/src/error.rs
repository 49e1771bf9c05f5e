//! What can go wrong while content is read or made.

use std::io;

/// Failure to read a content file. Such a file can be thrown away: it is made again from its trail.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not a content file, or one cut short.
    #[error("not a content file: expected {expected} at byte {at}, found {found}")]
    NotContent {
        /// Where.
        at: u64,
        /// What should be there.
        expected: &'static str,
        /// What is there.
        found: String,
    },
    /// A content file of a format version that this program does not know.
    #[error("content file of format version {found}, this program reads {expected}")]
    Version {
        /// The version read here.
        expected: u16,
        /// The file's.
        found: u16,
    },
    /// Bytes that are not what was written.
    #[error("{section} at byte {at}: checksum mismatch")]
    Checksum {
        /// Which part of the file.
        section: &'static str,
        /// Where it begins.
        at: u64,
    },
    /// A section whose bytes make no sense, although its checksum holds.
    #[error("{section}: expected {expected}, found {found}")]
    Malformed {
        /// Which part of the file.
        section: &'static str,
        /// What should be there.
        expected: &'static str,
        /// What is there.
        found: u64,
    },
    /// A section is not valid zstd.
    #[error("failed to decompress {section} at byte {at}")]
    Decompress {
        /// Which part of the file.
        section: &'static str,
        /// Where it begins.
        at: u64,
        /// Why.
        source: io::Error,
    },
    /// A channel or block that the file does not have.
    #[error("no {what} {index}, the content file has {count}")]
    NoSuch {
        /// Channel or block.
        what: &'static str,
        /// The one asked for.
        index: u64,
        /// How many there are.
        count: u64,
    },
    /// The content file could not be read.
    #[error("failed to read content")]
    Read(#[source] io::Error),
    /// The content file could not be written.
    #[error("failed to write content")]
    Write {
        /// Why.
        #[from]
        source: io::Error,
    },
}
