//! What does not hold in a trail: data, not failure.

use std::fmt;
use std::ops::Range;

use trail_model::{Offset, RecordId, TrailId};

/// One thing that does not hold, and the bytes of the structure in which it does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What does not hold.
    pub kind: FindingKind,
    /// The bytes of the structure: a header, a payload, a whole frame, a tail.
    pub range: Range<u64>,
}

/// What does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FindingKind {
    /// The file does not begin like a trail.
    BadMagic,
    /// The file ends inside the header.
    TruncatedHeader,
    /// The header's bytes are not those that were written.
    DamagedHeader {
        /// What does not hold.
        what: String,
    },
    /// The trail needs a newer reader; nothing more was checked.
    Unsupported {
        /// What is not supported.
        what: String,
    },
    /// A frame's header is not what was written: the chunk, checkpoint or footer cannot be used.
    DamagedFrameHeader {
        /// What does not hold.
        what: &'static str,
    },
    /// A chunk's or footer's payload is not what was written, or does not say what its header says.
    DamagedPayload {
        /// Number of the frame.
        number: u32,
        /// What does not hold.
        what: String,
    },
    /// The frame is intact and is not the one that was written after its predecessor: something between them was cut
    /// out, replaced, reordered or written anew.
    BrokenLink {
        /// Number of the frame whose link does not hold.
        number: u32,
    },
    /// The frame belongs to another trail.
    ForeignFrame {
        /// The trail whose frame it is.
        trail_id: TrailId,
    },
    /// Frames are not numbered one after the other.
    FrameGap {
        /// The number that should follow.
        expected: u32,
        /// The number found.
        found: u32,
    },
    /// Records are not numbered one after the other.
    RecordGap {
        /// The record that should follow.
        expected: RecordId,
        /// The record found.
        found: RecordId,
    },
    /// A chunk begins before its predecessor ends.
    TimeBackwards {
        /// Where the predecessor ends.
        last: Offset,
        /// Where the chunk begins.
        found: Offset,
    },
    /// The footer does not describe the chunks that are there.
    FooterMismatch {
        /// What does not hold.
        what: &'static str,
    },
    /// The trailer does not point to the footer.
    DamagedTrailer,
    /// The file ends inside the trailer. Nothing of the trail is missing.
    TruncatedTrailer,
    /// The file ends inside a frame: the last flush was before it, and these bytes are lost.
    TruncatedTail,
    /// After the last whole frame come bytes that are no part of a trail.
    TrailingGarbage,
    /// There is no footer: the trail is being written, its writer was stopped, or its end was cut off.
    NoFooter,
    /// The trail does not end in the hash that it is known to end in.
    HeadMismatch,
}

impl Finding {
    pub(crate) fn new(kind: FindingKind, range: Range<u64>) -> Finding {
        Finding { kind, range }
    }

    /// Tells whether bytes are damaged, missing or not what was written. A trail without a footer is not damaged.
    pub fn is_damage(&self) -> bool {
        self.kind != FindingKind::NoFooter
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bytes {}..{}: {}", self.range.start, self.range.end, self.kind)
    }
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FindingKind::BadMagic => write!(f, "bad magic, this is no trail"),
            FindingKind::TruncatedHeader => write!(f, "file ends inside the header"),
            FindingKind::DamagedHeader { what } => write!(f, "damaged header: {what}"),
            FindingKind::Unsupported { what } => write!(f, "cannot be checked: {what}"),
            FindingKind::DamagedFrameHeader { what } => write!(f, "damaged frame header: {what}"),
            FindingKind::DamagedPayload { number, what } => write!(f, "damaged payload of frame {number}: {what}"),
            FindingKind::BrokenLink { number } => {
                write!(f, "broken link: frame {number} does not continue the frame before it")
            }
            FindingKind::ForeignFrame { trail_id } => write!(f, "frame of another trail, {trail_id}"),
            FindingKind::FrameGap { expected, found } => write!(f, "expected frame {expected}, found {found}"),
            FindingKind::RecordGap { expected, found } => write!(f, "expected record {expected}, found {found}"),
            FindingKind::TimeBackwards { last, found } => write!(f, "time goes back from {last} to {found}"),
            FindingKind::FooterMismatch { what } => write!(f, "footer does not match: {what}"),
            FindingKind::DamagedTrailer => write!(f, "damaged trailer"),
            FindingKind::TruncatedTrailer => write!(f, "file ends inside the trailer"),
            FindingKind::TruncatedTail => write!(f, "file ends inside a frame: what follows the last flush is lost"),
            FindingKind::TrailingGarbage => write!(f, "bytes that are no part of the trail"),
            FindingKind::NoFooter => write!(f, "no footer: the trail was not closed"),
            FindingKind::HeadMismatch => write!(f, "trail does not end in the expected hash"),
        }
    }
}
