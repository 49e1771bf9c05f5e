//! A block in the making: spans as they end, put in order when it is done.

use super::texts::{Text, TextId, Texts};
use std::sync::Arc;

use crate::block::NONE;
use crate::{Block, Kind, Place, Span, Step};

/// Spans of one block, in the order in which they ended.
#[derive(Debug)]
pub(super) struct Draft {
    first: u32,
    texts: Texts,
    spans: Vec<DraftSpan>,
    steps: Vec<Step>,
    places: Vec<Arc<Place>>,
}

#[derive(Clone, Copy, Debug)]
struct DraftSpan {
    text: TextId,
    begin: u32,
    end: u32,
    /// Its growth steps, then its above-steps, in `steps`.
    steps: u32,
    growth: u32,
    above: u32,
    grows_in: u32,
    concealed: bool,
    confidence: u8,
    /// The line at the block's end that it belongs to, in screen order.
    outgoing: u32,
    /// Index in `places`; [`NONE`]: none.
    place: u32,
}

impl Draft {
    /// A block that begins with moment `first`.
    pub(super) fn new(first: u32) -> Draft {
        Draft { first, texts: Texts::default(), spans: Vec::new(), steps: Vec::new(), places: Vec::new() }
    }

    /// First moment of the block.
    pub(super) fn first(&self) -> u32 {
        self.first
    }

    pub(super) fn text(&self, id: TextId) -> &str {
        self.texts.text(id)
    }

    /// Adds a span of a text; `outgoing` says which line at the block's end it belongs to, or [`NONE`].
    pub(super) fn add(&mut self, kind: Kind, text: &str, span: Span<'_>, outgoing: u32) -> TextId {
        let id = self.texts.intern(kind, text);
        let steps = self.steps.len() as u32;
        let place = span.place.map_or(NONE, |place| {
            self.places.push(place.clone());
            self.places.len() as u32 - 1
        });
        self.steps.extend_from_slice(span.growth);
        self.steps.extend_from_slice(span.above);
        self.spans.push(DraftSpan {
            text: id,
            begin: span.begin,
            end: span.end,
            steps,
            growth: span.growth.len() as u32,
            above: span.above.len() as u32,
            grows_in: span.grows_in.unwrap_or(NONE),
            concealed: span.concealed,
            confidence: span.confidence,
            outgoing,
            place,
        });
        id
    }

    /// Orders items and spans and merges plain spans of one item that overlap or touch. Gives the block and the span of
    /// each line that stands at its end, in screen order.
    pub(super) fn finish(mut self, last: u32, outgoing_count: usize) -> (Block, Vec<u32>) {
        let (mut spans, bounds) = self.spans_by_text();
        for bounds in bounds.windows(2) {
            let of_text = &mut spans[bounds[0] as usize..bounds[1] as usize];
            if !of_text.is_sorted_by(|a, b| self.compare(a, b).is_le()) {
                of_text.sort_unstable_by(|a, b| self.compare(a, b));
            }
        }
        let order = self.items_in_order(&spans, &bounds);

        let mut block = Block { first: self.first, last, ..Block::default() };
        let mut outgoing = vec![NONE; outgoing_count];
        block.items.reserve_exact(order.len());
        block.spans.reserve(spans.len());
        block.steps.reserve(self.steps.len());
        let mut plain = Vec::new();
        for (_, id) in order {
            let range = bounds[id as usize] as usize..bounds[id as usize + 1] as usize;
            plain.clear();
            for span in &spans[range] {
                // Two runs of one command are two, also where both can be seen.
                if !span.is_plain() || self.texts.entries[id as usize].kind == Kind::Command {
                    if let Some(place) = outgoing.get_mut(span.outgoing as usize) {
                        *place = block.spans.len() as u32;
                    }
                    block.push_span(self.span(span));
                } else if !merge(&mut block, &mut plain, span) {
                    plain.push(block.spans.len());
                    block.push_span(self.span(span));
                }
            }
            let entry = self.texts.entries[id as usize];
            block.push_item(entry.kind, entry.start, entry.len);
        }
        block.pool = std::mem::take(&mut self.texts.pool);
        reorder_pool(&mut block);
        (block, outgoing)
    }

    /// The texts by kind, then by when they began, then by what they say; each with the first two in one number.
    fn items_in_order(&self, spans: &[DraftSpan], bounds: &[u32]) -> Vec<(u64, TextId)> {
        let key = |(id, entry): (usize, &Text)| {
            let begin = spans[bounds[id] as usize].begin;
            (u64::from(entry.kind.code()) << 32 | u64::from(begin), id as TextId)
        };
        let mut order: Vec<(u64, TextId)> = self.texts.entries.iter().enumerate().map(key).collect();
        order.sort_unstable();
        for of_moment in order.chunk_by_mut(|a, b| a.0 == b.0).filter(|of_moment| of_moment.len() > 1) {
            of_moment.sort_unstable_by(|a, b| self.text(a.1).cmp(self.text(b.1)));
        }
        order
    }

    /// The spans text by text, and where each text's begin.
    fn spans_by_text(&mut self) -> (Vec<DraftSpan>, Vec<u32>) {
        let spans = std::mem::take(&mut self.spans);
        let mut bounds = vec![0_u32; self.texts.entries.len() + 1];
        for span in &spans {
            bounds[span.text as usize + 1] += 1;
        }
        for i in 1..bounds.len() {
            bounds[i] += bounds[i - 1];
        }
        let mut next = bounds.clone();
        let mut sorted = spans.clone();
        for span in spans {
            let place = &mut next[span.text as usize];
            sorted[*place as usize] = span;
            *place += 1;
        }
        (sorted, bounds)
    }

    fn span(&self, span: &DraftSpan) -> Span<'_> {
        let growth = span.steps as usize;
        let above = growth + span.growth as usize;
        Span {
            begin: span.begin,
            end: span.end,
            growth: &self.steps[growth..above],
            above: &self.steps[above..above + span.above as usize],
            grows_in: (span.grows_in != NONE).then_some(span.grows_in),
            grows_out: None,
            concealed: span.concealed,
            confidence: span.confidence,
            place: self.places.get(span.place as usize),
        }
    }

    fn compare(&self, a: &DraftSpan, b: &DraftSpan) -> std::cmp::Ordering {
        let key = |span: &DraftSpan| (span.begin, span.end, span.grows_in, span.concealed, span.confidence);
        key(a).cmp(&key(b)).then_with(|| {
            let (a_span, b_span) = (self.span(a), self.span(b));
            let steps = a_span.growth.cmp(b_span.growth).then_with(|| a_span.above.cmp(b_span.above));
            let area = |span: &Span<'_>| span.place.map(|place| place.area);
            steps.then(a.outgoing.cmp(&b.outgoing)).then_with(|| area(&a_span).cmp(&area(&b_span)))
        })
    }
}

impl DraftSpan {
    fn is_plain(&self) -> bool {
        self.growth == 0 && self.above == 0 && self.grows_in == NONE && self.outgoing == NONE && self.place == NONE
    }
}

/// Joins a plain span to one that it overlaps or touches; `plain` are the item's plain spans so far, and spans come in
/// the order of their begin. Only spans that say the same otherwise are joined.
fn merge(block: &mut Block, plain: &mut Vec<usize>, span: &DraftSpan) -> bool {
    // At most one of each sort can still be reached: the last.
    let same = |&index: &usize| {
        let before = &block.spans[index];
        (before.concealed, before.confidence) == (span.concealed, span.confidence)
    };
    let Some(place) = plain.iter().rposition(same) else { return false };
    let before = &mut block.spans[plain[place]];
    if u64::from(span.begin) > u64::from(before.end) + 1 {
        plain.swap_remove(place);
        return false;
    }
    before.end = before.end.max(span.end);
    true
}

/// Lays the texts out in the order of the items: neighbours in time stand together, which compresses better, and their
/// places need not be written. Texts that share bytes stay as they are.
fn reorder_pool(block: &mut Block) {
    let total: u64 = block.items.iter().map(|item| u64::from(item.len)).sum();
    if total != block.pool.len() as u64 {
        return;
    }
    let mut pool = String::with_capacity(block.pool.len());
    for item in &mut block.items {
        let start = pool.len() as u32;
        pool.push_str(&block.pool[item.start as usize..(item.start + item.len) as usize]);
        item.start = start;
    }
    block.pool = pool;
}
