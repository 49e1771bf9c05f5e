//! The blocks of a channel, put together in order.

use trail_model::{ChannelKind, Offset};

use super::block::{Extracted, Finished};
use super::stitch::Stitcher;
use crate::{Coverage, Moments};

/// What becomes of the blocks of one channel as they are finished, one after the other: the same for blocks that were
/// extracted in parallel from a trail and for those of a stream.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    stitcher: Stitcher,
    moments: Moments,
    coverage: Coverage,
    kind: Option<ChannelKind>,
}

impl Assembly {
    /// Takes the next block before it is finished: its moments, and what the blocks before it carry into it.
    pub(super) fn take(&mut self, block: &mut Extracted, after_damage: bool) {
        // Only a channel's first block knows; where its opening record is lost, nobody does.
        self.kind.get_or_insert_with(|| block.kind.take().unwrap_or(unknown_kind()));
        self.stitcher.carry_commands(block, after_damage);
        block.moments.drain(..).for_each(|moment| self.moments.push(moment));
    }

    /// Adds the next finished block. Tells which spans of earlier blocks have now been seen to grow, and by what: (block,
    /// span, first character).
    pub(super) fn add(&mut self, finished: &Finished, after_damage: bool) -> Vec<(usize, u32, char)> {
        self.coverage += &finished.coverage;
        self.coverage.count_block(&finished.block);
        self.stitcher.carry_growth(&finished.outgoing, &finished.border, after_damage)
    }

    /// The kind of the channel, known after its first block.
    pub(super) fn kind(&mut self) -> &ChannelKind {
        self.kind.get_or_insert_with(unknown_kind)
    }

    /// The channel's moments, where the recording ends at `end`, and the sum of what was read.
    pub(super) fn finish(mut self, end: Offset) -> (Moments, Coverage) {
        self.moments.end_at(end);
        (self.moments, self.coverage)
    }
}

/// The kind of a channel whose opening record is lost.
fn unknown_kind() -> ChannelKind {
    ChannelKind::Other("unknown".to_owned())
}
