//! What can go wrong with a trail.

use std::io;

use trail_model::{ChannelId, Offset};

/// Why a trail could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused a read, write, sync or lock.
    #[error("failed to {action}")]
    Io {
        /// What was attempted.
        action: &'static str,
        /// The system's answer.
        source: io::Error,
    },
    /// The file does not begin like a trail.
    #[error("not a trail: expected magic 89 54 52 41 49 4c 0d 0a at byte 0")]
    NotATrail,
    /// The file ends inside the header: nothing of it can be read.
    #[error("header cut: the file ends at byte {len}, inside the header")]
    TruncatedHeader {
        /// Length of the file.
        len: u64,
    },
    /// The header's bytes are not those that were written.
    #[error("damaged header: {what}")]
    DamagedHeader {
        /// What does not hold.
        what: &'static str,
    },
    /// The trail was written in a version of the format that this reader does not know.
    #[error("unsupported format version: expected {expected}, found {found}")]
    UnsupportedVersion {
        /// The version that this crate reads.
        expected: u16,
        /// The version in the file.
        found: u16,
    },
    /// The structure uses a feature that must be understood to read it (for example sealing), and is not.
    #[error("unsupported {feature} {value:#x} at byte {at}")]
    Unsupported {
        /// What carries it: a flag or a section.
        feature: &'static str,
        /// Its number.
        value: u16,
        /// Where the structure begins.
        at: u64,
    },
    /// A chunk's bytes are not those that were written, or do not mean anything.
    #[error("damaged chunk {number} at byte {at}: {what}")]
    DamagedChunk {
        /// The chunk's number.
        number: u32,
        /// Where it begins in the file.
        at: u64,
        /// What does not hold.
        what: &'static str,
    },
    /// A length is beyond what the format allows.
    #[error("{what} too long: limit {limit}, found {found}")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// The limit in bytes.
        limit: usize,
        /// The length in bytes.
        found: usize,
    },
    /// Session metadata could not be written as JSON or read from it.
    #[error("failed to convert session metadata")]
    Meta {
        /// The converter's answer.
        source: serde_json::Error,
    },
    /// A record is older than the one before it. Nothing was written; the writer can go on.
    #[error("record goes back in time: last was at {last}, found {found}")]
    TimeBackwards {
        /// Offset of the last record.
        last: Offset,
        /// Offset of the refused record.
        found: Offset,
    },
    /// A record cannot be written as it is. Nothing was written; the writer can go on.
    #[error("cannot write record of channel {channel}: {what}")]
    InvalidRecord {
        /// The record's channel.
        channel: ChannelId,
        /// What does not hold.
        what: &'static str,
    },
    /// A keyframe came after a record or another keyframe of its channel in the open chunk. The writer can go on.
    #[error("keyframe of channel {channel} too late: the open chunk has records of it")]
    KeyframeTooLate {
        /// The keyframe's channel.
        channel: ChannelId,
    },
    /// An earlier write failed, so that the end of the file is unknown: reopen it with `resume`.
    #[error("writer stopped: an earlier write failed")]
    Poisoned,
    /// Another writer holds the trail.
    #[error("trail is locked by another writer")]
    Locked,
    /// The trail has a footer and takes no more records.
    #[error("trail is closed")]
    Closed,
    /// The trail is damaged before its end, so that going on would bury the damage. `recover` makes a sound copy.
    #[error("cannot resume: {what} at byte {at}")]
    CannotResume {
        /// What was found.
        what: String,
        /// Where.
        at: u64,
    },
    /// The recovered trail does not verify.
    #[error("recovered trail does not verify: {finding}")]
    RecoveryFailed {
        /// The first thing that does not hold.
        finding: String,
    },
    /// A chunk, record or channel that the trail does not have was asked for.
    #[error("no {what} {number} in the trail")]
    NotFound {
        /// What was asked for.
        what: &'static str,
        /// Its number.
        number: u64,
    },
    /// The system's random source failed.
    #[error("no random bytes for a trail id: {reason}")]
    Random {
        /// The source's answer.
        reason: String,
    },
}

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Adds what was attempted to an I/O error.
pub(crate) fn io(action: &'static str) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::Io { action, source }
}
