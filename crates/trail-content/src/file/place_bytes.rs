//! Places of lines that were read from pixels, as columns.

use std::sync::Arc;

use super::column::{Columns, put, put_signed};
use crate::{Error, PixelBox, Place};

/// Appends the places in the order of their spans.
pub(super) fn encode(places: &[Arc<Place>], out: &mut Vec<u8>) {
    let corner = |place: &Place| [i64::from(place.area.left), i64::from(place.area.top)];
    for side in 0..2 {
        let mut before = 0;
        for place in places {
            put_signed(out, corner(place)[side] - before);
            before = corner(place)[side];
        }
    }
    places.iter().for_each(|place| put(out, u64::from(place.area.width())));
    places.iter().for_each(|place| put(out, u64::from(place.area.height())));
    places.iter().for_each(|place| put(out, place.words.len() as u64));
    for place in places {
        let mut before = 0;
        for word in &place.words {
            put(out, u64::from(word.start - before));
            put(out, u64::from(word.end - word.start));
            before = word.end;
        }
    }
}

/// Reads `count` places back. Sides do not overflow, words lie in order inside their place.
pub(super) fn decode(columns: &mut Columns<'_>, count: usize) -> Result<Vec<Arc<Place>>, Error> {
    // Each takes five bytes or more; the spans that have them took some as well.
    let mut areas = vec![PixelBox::default(); count];
    for side in 0..2 {
        let mut at = 0_i64;
        for area in &mut areas {
            at = at.saturating_add(columns.get_signed()?);
            let corner = u32::try_from(at).map_err(|_| columns.malformed("a place below 2^32", at as u64))?;
            *(if side == 0 { &mut area.left } else { &mut area.top }) = corner;
        }
    }
    for side in 0..2 {
        for area in &mut areas {
            let len = columns.get_u32()?;
            let start = if side == 0 { area.left } else { area.top };
            let end = start.checked_add(len).ok_or_else(|| columns.malformed("a place below 2^32", len.into()))?;
            *(if side == 0 { &mut area.right } else { &mut area.bottom }) = end;
        }
    }
    let mut counts = Vec::with_capacity(count);
    for _ in 0..count {
        counts.push(columns.get_count()?);
    }
    let mut places = Vec::with_capacity(count);
    for (area, words) in areas.into_iter().zip(counts) {
        places.push(Arc::new(Place { area, words: words_of(columns, area, words)? }));
    }
    Ok(places)
}

fn words_of(columns: &mut Columns<'_>, area: PixelBox, count: usize) -> Result<Vec<std::ops::Range<u32>>, Error> {
    let mut words = Vec::new();
    let mut at = 0_u32;
    for _ in 0..count {
        let (gap, len) = (columns.get_u32()?, columns.get_u32()?);
        let start = at.checked_add(gap);
        let end = start.and_then(|start| start.checked_add(len)).filter(|&end| end <= area.width());
        let (Some(start), Some(end)) = (start, end) else {
            return Err(columns.malformed("a word inside its line", len.into()));
        };
        words.push(start..end);
        at = end;
    }
    Ok(words)
}
