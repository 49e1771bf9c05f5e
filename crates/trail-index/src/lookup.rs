//! What is asked of the index, and what it answers.

use serde::{Deserialize, Serialize};
use trail_model::{ChannelId, TrailId};

/// A prefix may stand for this many terms of a segment. More is an error, never a part of the answer.
pub const PREFIX_TERMS_MAX: usize = 1 << 20;

/// One thing that an item must have to be a candidate. Text is compared as given: [`fold`](crate::analyzer::fold) it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lookup<'a> {
    /// A token: word, part or whole.
    Exact(&'a str),
    /// Any token that begins like this.
    Prefix(&'a str),
}

/// An item of the content of a trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemRef {
    /// The trail.
    pub trail: TrailId,
    /// The channel.
    pub channel: ChannelId,
    /// The block's number in its channel.
    pub block: u32,
    /// The item's number in its block.
    pub item: u32,
}

/// What a score needs to know of all items of a kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindStats {
    /// Number of items that have text, each block's own.
    pub docs: u64,
    /// Words of all their final texts.
    pub words: u64,
}

impl KindStats {
    /// Adds the figures of other items of the kind.
    pub fn add(&mut self, other: &KindStats) {
        self.docs += other.docs;
        self.words += other.words;
    }
}
