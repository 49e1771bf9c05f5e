//! A block as bytes: one column after the other.

use super::column::{Columns, put, put_signed};
use super::format::{SPAN_CONCEALED, SPAN_CONFIDENCE, SPAN_FLAGS, SPAN_GROWS_IN, SPAN_PLACE};
use super::place_bytes;
use crate::block::{Item, ItemEntry, NONE, SpanEntry};
use crate::{Block, Error, Kind, Span, Step};

const SECTION: &str = "content block";

/// Appends the block's columns to `out`. What reaches over the block's end (`grows_out`) is the footer's.
pub(super) fn encode(block: &Block, out: &mut Vec<u8>) {
    put(out, u64::from(block.first));
    put(out, u64::from(block.last - block.first));
    for kind in Kind::ALL {
        put(out, block.range_of(kind).len() as u64);
    }
    let mut expected = 0;
    for item in &block.items {
        put_signed(out, i64::from(item.start) - expected);
        expected = expected.max(i64::from(item.start + item.len));
    }
    block.items.iter().for_each(|item| put(out, u64::from(item.len)));
    let mut spans_before = 0;
    for item in &block.items {
        put(out, u64::from(item.spans_end - spans_before));
        spans_before = item.spans_end;
    }
    encode_spans(block, out);
    place_bytes::encode(&block.places, out);
    put(out, block.pool.len() as u64);
    out.extend_from_slice(block.pool.as_bytes());
}

fn encode_spans(block: &Block, out: &mut Vec<u8>) {
    let mut item_begin = i64::from(block.first);
    let mut spans_begin = 0;
    for item in &block.items {
        let mut before = item_begin;
        let of_item = &block.spans[spans_begin..item.spans_end as usize];
        for span in of_item {
            put_signed(out, i64::from(span.begin) - before);
            before = i64::from(span.begin);
        }
        item_begin = of_item.first().map_or(item_begin, |span| i64::from(span.begin));
        spans_begin = item.spans_end as usize;
    }
    block.spans.iter().for_each(|span| put(out, u64::from(span.end - span.begin)));
    block.spans.iter().for_each(|span| out.push(flags(span)));
    for span in &block.spans {
        if span.grows_in != NONE {
            put(out, u64::from(span.grows_in));
        }
    }
    block.spans.iter().filter(|span| span.confidence != 100).for_each(|span| out.push(span.confidence));
    // A line that did not grow has no growth steps, one that did has two or more: the count less one loses nothing.
    let spans = || (0..block.spans.len()).map(|index| block.span(index));
    spans().for_each(|span| put(out, span.growth.len().saturating_sub(1) as u64));
    spans().for_each(|span| put(out, span.above.len() as u64));
    // Most spans have no steps: those that have some are gone through once more for each column.
    let stepped: Vec<Span<'_>> = spans().filter(|span| !span.growth.is_empty() || !span.above.is_empty()).collect();
    for span in &stepped {
        span.growth.windows(2).for_each(|pair| put(out, u64::from(pair[1].at - pair[0].at)));
    }
    for span in &stepped {
        let mut before = 0;
        // The last length is the text's.
        for step in span.growth.iter().rev().skip(1).rev() {
            put(out, u64::from(step.len - before));
            before = step.len;
        }
    }
    for span in &stepped {
        let mut before = span.begin;
        for step in span.above {
            put(out, u64::from(step.at - before));
            before = step.at;
        }
    }
    for span in &stepped {
        let mut before = 0;
        for step in span.above {
            put_signed(out, i64::from(step.len) - before);
            before = i64::from(step.len);
        }
    }
}

fn flags(span: &SpanEntry) -> u8 {
    let mut flags = 0;
    if span.concealed {
        flags |= SPAN_CONCEALED;
    }
    if span.grows_in != NONE {
        flags |= SPAN_GROWS_IN;
    }
    if span.confidence != 100 {
        flags |= SPAN_CONFIDENCE;
    }
    if span.place != NONE {
        flags |= SPAN_PLACE;
    }
    flags
}

/// Reads a block back; every invariant that its users rely on is checked.
pub(super) fn decode(bytes: &[u8]) -> Result<Block, Error> {
    let mut columns = Columns::new(SECTION, bytes);
    let first = columns.get_u32()?;
    let count = columns.get_u32()?;
    let last = first.checked_add(count).ok_or_else(|| columns.malformed("ordinals below 2^32", count.into()))?;
    let mut block = Block { first, last, ..Block::default() };
    for kind in Kind::ALL {
        let count = columns.get_count()?;
        block.items.extend(std::iter::repeat_n(ItemEntry { kind, start: 0, len: 0, spans_end: 0 }, count));
    }
    let mut expected = 0_i64;
    let mut starts = Vec::with_capacity(block.items.len());
    for _ in 0..block.items.len() {
        starts.push(columns.get_signed()?);
    }
    for (item, delta) in block.items.iter_mut().zip(starts) {
        item.len = columns.get_u32()?;
        let start = expected.checked_add(delta).and_then(|start| u32::try_from(start).ok());
        let end = start.and_then(|start| start.checked_add(item.len));
        let (Some(start), Some(end)) = (start, end) else {
            return Err(columns.malformed("a text inside the pool", item.len.into()));
        };
        item.start = start;
        expected = expected.max(i64::from(end));
    }
    let mut spans = 0_u32;
    for item in &mut block.items {
        let count = columns.get_count()? as u32;
        spans = spans.checked_add(count).ok_or_else(|| columns.malformed("fewer spans", count.into()))?;
        item.spans_end = spans;
    }
    decode_spans(&mut columns, &mut block, spans as usize)?;
    let pool = columns.take_bytes()?;
    let pool =
        std::str::from_utf8(pool).map_err(|error| columns.malformed("texts in UTF-8", error.valid_up_to() as u64))?;
    columns.finish()?;
    check_texts(&block, pool)?;
    pool.clone_into(&mut block.pool);
    Ok(block)
}

fn decode_spans(columns: &mut Columns<'_>, block: &mut Block, count: usize) -> Result<(), Error> {
    let (first, last) = (i64::from(block.first), i64::from(block.last));
    let mut item_begin = first;
    let mut spans_begin = 0;
    for item in &block.items {
        let mut before = item_begin;
        for i in spans_begin..item.spans_end {
            let begin = before.saturating_add(columns.get_signed()?);
            if begin < first || begin > last {
                return Err(columns.malformed("a span inside the block", begin as u64));
            }
            let begin_u32 = begin as u32;
            before = begin;
            if i == spans_begin {
                item_begin = begin;
            }
            block.spans.push(SpanEntry {
                begin: begin_u32,
                end: begin_u32,
                growth_end: 0,
                above_end: 0,
                grows_in: NONE,
                grows_out: None,
                concealed: false,
                confidence: 100,
                place: NONE,
            });
        }
        spans_begin = item.spans_end;
    }
    for span in &mut block.spans {
        let len = columns.get_u32()?;
        span.end = span
            .begin
            .checked_add(len)
            .filter(|&end| end <= block.last)
            .ok_or_else(|| columns.malformed("a span that ends in the block", len.into()))?;
    }
    let flags = columns.take(count)?;
    if let Some(&unknown) = flags.iter().find(|&&flags| flags & !SPAN_FLAGS != 0) {
        return Err(columns.malformed("known span flags", unknown.into()));
    }
    for (span, flags) in block.spans.iter_mut().zip(flags) {
        span.concealed = flags & SPAN_CONCEALED != 0;
        if flags & SPAN_GROWS_IN != 0 {
            span.grows_in = columns.get_u32()?;
        }
    }
    for (span, flags) in block.spans.iter_mut().zip(flags) {
        if flags & SPAN_CONFIDENCE != 0 {
            span.confidence = columns.take(1)?[0];
        }
    }
    decode_steps(columns, block)?;
    let mut placed = 0;
    for (span, _) in block.spans.iter_mut().zip(flags).filter(|(_, flags)| **flags & SPAN_PLACE != 0) {
        span.place = placed;
        placed += 1;
    }
    block.places = place_bytes::decode(columns, placed as usize)?;
    Ok(())
}

fn decode_steps(columns: &mut Columns<'_>, block: &mut Block) -> Result<(), Error> {
    let mut counts = Vec::with_capacity(block.spans.len());
    for _ in 0..block.spans.len() {
        let growth = columns.get_count()?;
        counts.push((if growth == 0 { 0 } else { growth + 1 }, 0));
    }
    for count in &mut counts {
        count.1 = columns.get_count()?;
    }
    let mut total = 0_usize;
    for (span, &(growth, above)) in block.spans.iter_mut().zip(&counts) {
        total = total.saturating_add(growth);
        span.growth_end = u32::try_from(total).map_err(|_| columns.malformed("fewer steps", total as u64))?;
        total = total.saturating_add(above);
        span.above_end = u32::try_from(total).map_err(|_| columns.malformed("fewer steps", total as u64))?;
    }
    // Growth steps and above-steps lie side by side in memory and in four columns in the file.
    let mut growth_ats = Vec::new();
    for (span, &(growth, _)) in block.spans.iter().zip(&counts) {
        let mut at = span.begin;
        for i in 0..growth {
            if i > 0 {
                let delta = columns.get_u32()?;
                at = at
                    .checked_add(delta)
                    .filter(|&at| delta > 0 && at <= span.end)
                    .ok_or_else(|| columns.malformed("a growth step inside its span", delta.into()))?;
            }
            growth_ats.push(at);
        }
    }
    let mut growth_lens = Vec::with_capacity(growth_ats.len());
    let mut spans_begin = 0;
    for item in &block.items {
        for &(growth, _) in &counts[spans_begin..item.spans_end as usize] {
            let mut len = 0_u32;
            for i in 0..growth {
                if i + 1 == growth {
                    len = item.len;
                } else {
                    let delta = columns.get_u32()?;
                    len = len
                        .checked_add(delta)
                        .filter(|&len| delta > 0 && len < item.len)
                        .ok_or_else(|| columns.malformed("a growth step inside its text", delta.into()))?;
                }
                growth_lens.push(len);
            }
        }
        spans_begin = item.spans_end as usize;
    }
    let mut above_ats = Vec::new();
    for (span, &(_, above)) in block.spans.iter().zip(&counts) {
        let mut at = span.begin;
        for i in 0..above {
            let delta = columns.get_u32()?;
            at = at
                .checked_add(delta)
                .filter(|&at| (delta > 0 || i == 0) && at <= span.end)
                .ok_or_else(|| columns.malformed("an above-step inside its span", delta.into()))?;
            above_ats.push(at);
        }
    }
    let (mut growths, mut aboves) = (growth_ats.iter().zip(&growth_lens), above_ats.iter());
    spans_begin = 0;
    for item in &block.items {
        for &(growth, above) in &counts[spans_begin..item.spans_end as usize] {
            block.steps.extend(growths.by_ref().take(growth).map(|(&at, &len)| Step { at, len }));
            let mut len = 0_i64;
            for &at in aboves.by_ref().take(above) {
                len = len.saturating_add(columns.get_signed()?);
                if len < 0 || len > i64::from(item.len) {
                    return Err(columns.malformed("an above-step inside its text", len as u64));
                }
                block.steps.push(Step { at, len: len as u32 });
            }
        }
        spans_begin = item.spans_end as usize;
    }
    Ok(())
}

/// Every length is at a character border of a text in the pool.
fn check_texts(block: &Block, pool: &str) -> Result<(), Error> {
    let bad = |found: u32| Error::Malformed { section: SECTION, expected: "a character border", found: found.into() };
    if pool.is_ascii() {
        // Every place is a border. That lengths are not beyond their texts was checked as they were read, but for this one.
        let past = block.items().find(|item| item.pool_range().end > pool.len());
        let grows_in = |item: Item<'_>| {
            item.spans().filter_map(|span| span.grows_in).find(|&len| len as usize > item.pool_range().len())
        };
        let found = past.map(|item| item.pool_range().start as u32).or_else(|| block.items().find_map(grows_in));
        return found.map_or(Ok(()), |found| Err(bad(found)));
    }
    for item in block.items() {
        let range = item.pool_range();
        let text = pool.get(range.clone()).ok_or_else(|| bad(range.start as u32))?;
        for span in item.spans() {
            for step in span.growth.iter().chain(span.above) {
                if !text.is_char_boundary(step.len as usize) {
                    return Err(bad(step.len));
                }
            }
            if span.grows_in.is_some_and(|len| !text.is_char_boundary(len as usize)) {
                return Err(bad(span.grows_in.unwrap_or_default()));
            }
        }
    }
    Ok(())
}
