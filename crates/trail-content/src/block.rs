//! A content block: the distinct texts of one channel over 4 MiB of its output, with their spans.

use std::sync::Arc;

use crate::{Kind, Place, Span, SpanBuf, Step};

/// The distinct (kind, text) items of one content block of a channel.
///
/// Flat: one pool holds every text, one array every span, one every step, so that a block is a handful of allocations
/// and a search can run over all texts at once. Items are ordered by kind, then by their first moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    pub(crate) first: u32,
    pub(crate) last: u32,
    pub(crate) pool: String,
    pub(crate) items: Vec<ItemEntry>,
    pub(crate) spans: Vec<SpanEntry>,
    pub(crate) steps: Vec<Step>,
    /// Of spans that were read from pixels.
    pub(crate) places: Vec<Arc<Place>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ItemEntry {
    pub(crate) kind: Kind,
    /// The text's place in the pool. Texts may share bytes.
    pub(crate) start: u32,
    pub(crate) len: u32,
    /// One past its last span; its first is the previous item's `spans_end`.
    pub(crate) spans_end: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SpanEntry {
    pub(crate) begin: u32,
    pub(crate) end: u32,
    /// One past the last of its growth steps and above-steps; the first is the previous span's `above_end`.
    pub(crate) growth_end: u32,
    pub(crate) above_end: u32,
    /// `u32::MAX`: none.
    pub(crate) grows_in: u32,
    pub(crate) grows_out: Option<char>,
    pub(crate) concealed: bool,
    pub(crate) confidence: u8,
    /// Index in `places`; [`NONE`]: none.
    pub(crate) place: u32,
}

pub(crate) const NONE: u32 = u32::MAX;

/// One item of a block, borrowed.
#[derive(Clone, Copy)]
pub struct Item<'a> {
    block: &'a Block,
    index: usize,
}

impl Block {
    /// Builds a block from owned items, in the order given; `first` and `last` are its first and last moment.
    pub fn from_items(first: u32, last: u32, items: &[ItemBuf]) -> Block {
        let mut block = Block { first, last, ..Block::default() };
        for item in items {
            for span in &item.spans {
                block.push_span(span.as_span());
            }
            let start = block.pool.len() as u32;
            block.pool.push_str(&item.text);
            block.push_item(item.kind, start, item.text.len() as u32);
        }
        block
    }

    /// First moment of the block (ordinal of the channel's own records).
    pub fn first(&self) -> u32 {
        self.first
    }

    /// Last moment, inside.
    pub fn last(&self) -> u32 {
        self.last
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Tells whether the block has no items.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Item `index`.
    ///
    /// # Panics
    /// If there is none.
    pub fn item(&self, index: usize) -> Item<'_> {
        assert!(index < self.items.len(), "item {index} of {}", self.items.len());
        Item { block: self, index }
    }

    /// All items, in order.
    pub fn items(&self) -> impl ExactSizeIterator<Item = Item<'_>> + Clone {
        (0..self.items.len()).map(|index| Item { block: self, index })
    }

    /// The items of one kind: they stand together.
    pub fn range_of(&self, kind: Kind) -> std::ops::Range<usize> {
        let start = self.items.partition_point(|item| item.kind < kind);
        let end = self.items.partition_point(|item| item.kind <= kind);
        start..end
    }

    /// Every text of the block in one string, for a first look that needs no item borders: a text that is not in here is
    /// in no item. [`Item::pool_range`] says where an item's text lies; texts may share bytes.
    pub fn pool(&self) -> &str {
        &self.pool
    }

    /// Bytes of memory, about.
    pub fn memory(&self) -> usize {
        self.pool.len()
            + self.items.len() * size_of::<ItemEntry>()
            + self.spans.len() * size_of::<SpanEntry>()
            + self.steps.len() * size_of::<Step>()
            + self.places.iter().map(|place| size_of::<Place>() + place.words.len() * size_of::<u64>()).sum::<usize>()
    }

    pub(crate) fn push_span(&mut self, span: Span<'_>) {
        self.steps.extend_from_slice(span.growth);
        let growth_end = self.steps.len() as u32;
        let place = span.place.map_or(NONE, |place| {
            self.places.push(place.clone());
            self.places.len() as u32 - 1
        });
        self.steps.extend_from_slice(span.above);
        self.spans.push(SpanEntry {
            begin: span.begin,
            end: span.end,
            growth_end,
            above_end: self.steps.len() as u32,
            grows_in: span.grows_in.unwrap_or(NONE),
            grows_out: span.grows_out,
            concealed: span.concealed,
            confidence: span.confidence,
            place,
        });
    }

    /// Ends an item whose spans have been pushed since the last.
    pub(crate) fn push_item(&mut self, kind: Kind, start: u32, len: u32) {
        self.items.push(ItemEntry { kind, start, len, spans_end: self.spans.len() as u32 });
    }

    pub(crate) fn span(&self, index: usize) -> Span<'_> {
        let entry = &self.spans[index];
        let start = index.checked_sub(1).map_or(0, |before| self.spans[before].above_end);
        Span {
            begin: entry.begin,
            end: entry.end,
            growth: &self.steps[start as usize..entry.growth_end as usize],
            above: &self.steps[entry.growth_end as usize..entry.above_end as usize],
            grows_in: (entry.grows_in != NONE).then_some(entry.grows_in),
            grows_out: entry.grows_out,
            concealed: entry.concealed,
            confidence: entry.confidence,
            place: self.places.get(entry.place as usize),
        }
    }
}

impl<'a> Item<'a> {
    /// Its index in the block.
    pub fn index(&self) -> usize {
        self.index
    }

    /// What sort of text it is.
    pub fn kind(&self) -> Kind {
        self.entry().kind
    }

    /// The final text: what the line had grown to.
    pub fn text(&self) -> &'a str {
        &self.block.pool[self.pool_range()]
    }

    /// Where the text lies in [`Block::pool`].
    pub fn pool_range(&self) -> std::ops::Range<usize> {
        let entry = self.entry();
        entry.start as usize..entry.start as usize + entry.len as usize
    }

    /// When it could be seen, ordered by begin, then end. Spans of different lines with the same text may overlap.
    pub fn spans(&self) -> impl ExactSizeIterator<Item = Span<'a>> + Clone + use<'a> {
        let block = self.block;
        self.span_range().map(move |index| block.span(index))
    }

    fn span_range(&self) -> std::ops::Range<usize> {
        let start = self.index.checked_sub(1).map_or(0, |before| self.block.items[before].spans_end);
        start as usize..self.entry().spans_end as usize
    }

    fn entry(&self) -> &'a ItemEntry {
        &self.block.items[self.index]
    }

    /// A copy that owns its text and spans.
    pub fn to_buf(&self) -> ItemBuf {
        ItemBuf { kind: self.kind(), text: self.text().to_owned(), spans: self.spans().map(SpanBuf::from).collect() }
    }
}

/// An item that owns its text and spans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemBuf {
    /// What sort of text it is.
    pub kind: Kind,
    /// The final text.
    pub text: String,
    /// When it could be seen.
    pub spans: Vec<SpanBuf>,
}
