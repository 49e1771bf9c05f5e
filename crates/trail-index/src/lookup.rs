//! What is asked of the index, and what it answers.

use std::fmt;
use std::ops::Bound;

use serde::{Deserialize, Serialize};
use trail_model::{ChannelId, TrailId};

use crate::error::Error;

/// A prefix, pattern or range may stand for this many terms of a segment by default. More is an error, never a part of the
/// answer.
pub const TERMS_MAX: usize = 1 << 20;

/// One thing that an item must have to be a candidate. Text is compared as given: [`fold`](crate::analyzer::fold) it.
///
/// Tokens over 512 bytes are kept as their beginning and a hash: a pattern or range that the beginning does not rule out
/// has their items among the candidates.
#[derive(Clone, Copy, Debug)]
pub enum Lookup<'a> {
    /// A token: word, part or whole.
    Exact(&'a str),
    /// A token that stands one position behind the lookup before, which is a token as well.
    Next(&'a str),
    /// Any token that begins like this.
    Prefix(&'a str),
    /// Any token that a pattern accepts.
    Pattern(TermPattern<'a>),
    /// Any token inside a range.
    Range(TermRange<'a>),
}

/// A set of tokens, by a test for each.
#[derive(Clone, Copy)]
pub struct TermPattern<'a> {
    /// Tells whether a token is in the set. Asked once for each term that has `prefix` and `infix`.
    pub accepts: &'a (dyn Fn(&str) -> bool + Sync),
    /// What every token of the set begins with; may be empty.
    pub prefix: &'a str,
    /// What every token of the set holds somewhere; may be empty. The longer, the fewer terms are looked at.
    pub infix: &'a str,
    /// What every token of the set is near to, if it is.
    pub near: Option<Near<'a>>,
    /// What the tokens are worth, if not all the same.
    pub scores: Option<&'a dyn TermScores>,
}

/// What the tokens of a pattern are worth in an item.
pub trait TermScores: Sync {
    /// The worth of a token, whatever the item. Of one that is worth nothing its items are not asked about.
    fn term(&self, field: TermField, token: &str) -> f64;

    /// How much of it a token is worth that stands `count` times in an item of `len` words.
    fn share(&self, field: TermField, count: u32, len: u32) -> f64;
}

/// What several tokens of an item are worth together; of each field by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Worth {
    /// The words.
    pub words: f64,
    /// The parts and wholes.
    pub tokens: f64,
}

impl std::ops::Add for Worth {
    type Output = Worth;

    fn add(self, other: Worth) -> Worth {
        Worth { words: self.words + other.words, tokens: self.tokens + other.tokens }
    }
}

/// Tokens that so many edits (insertions, deletions, substitutions, swaps of neighbours) at most make from a text.
#[derive(Clone, Copy, Debug)]
pub struct Near<'a> {
    /// The text.
    pub text: &'a str,
    /// The edits.
    pub edits: u32,
}

/// The tokens between two, in the order of their bytes: the order of characters, as Lucene has it.
#[derive(Clone, Copy, Debug)]
pub struct TermRange<'a> {
    /// Where it begins.
    pub lower: Bound<&'a str>,
    /// Where it ends.
    pub upper: Bound<&'a str>,
}

/// How far a look into the dictionary may go.
#[derive(Clone, Copy)]
pub struct Limits<'a> {
    /// The most terms of a segment that one prefix, pattern or range may stand for; for [`matching_terms`] of all
    /// segments. More is [`Error::TooManyTerms`].
    ///
    /// [`matching_terms`]: crate::IndexReader::matching_terms
    pub terms_max: usize,
    /// Asked every few thousand terms or documents; once it says yes, the answer is [`Error::Cancelled`].
    pub is_cancelled: &'a (dyn Fn() -> bool + Sync),
}

/// Which terms of an item's final text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermField {
    /// Words.
    Words,
    /// Parts and wholes.
    Tokens,
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
    /// Those of them with a word: what Lucene counts as documents that have the field.
    pub worded: u64,
    /// Words of all their final texts.
    pub words: u64,
}

impl KindStats {
    /// What an item of `words` words adds. One without text stands for text that was not shown: there is nothing to find in
    /// it.
    pub fn of_item(text: &str, words: u32) -> KindStats {
        let one = u64::from(!text.is_empty());
        KindStats { docs: one, worded: one.min(words.into()), words: one * u64::from(words) }
    }

    /// Adds the figures of other items of the kind.
    pub fn add(&mut self, other: &KindStats) {
        self.docs += other.docs;
        self.worded += other.worded;
        self.words += other.words;
    }
}

impl TermRange<'_> {
    /// Tells whether `token` is inside.
    pub fn contains(&self, token: &str) -> bool {
        let above = match self.lower {
            Bound::Included(lower) => lower <= token,
            Bound::Excluded(lower) => lower < token,
            Bound::Unbounded => true,
        };
        let below = match self.upper {
            Bound::Included(upper) => token <= upper,
            Bound::Excluded(upper) => token < upper,
            Bound::Unbounded => true,
        };
        above && below
    }
}

impl Limits<'_> {
    /// Passes unless it is time to stop.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if (self.is_cancelled)() { Err(Error::Cancelled) } else { Ok(()) }
    }

    /// Passes while `terms` are not too many.
    pub(crate) fn allow(&self, terms: usize) -> Result<(), Error> {
        let limit = self.terms_max;
        if terms > limit { Err(Error::TooManyTerms { limit }) } else { Ok(()) }
    }
}

impl Default for Limits<'_> {
    fn default() -> Limits<'static> {
        Limits { terms_max: TERMS_MAX, is_cancelled: &|| false }
    }
}

impl fmt::Debug for Limits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limits").field("terms_max", &self.terms_max).finish_non_exhaustive()
    }
}

impl fmt::Debug for TermPattern<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TermPattern").field("prefix", &self.prefix).field("infix", &self.infix).finish_non_exhaustive()
    }
}
