//! When each document could first be seen: a lower bound of when a hit of it begins, by which trails are ordered whose
//! hits rank alike.
//!
//! Milliseconds since the start of the recording, rounded down, one number a document. On disk each as the difference
//! from the one before, zigzag, seven bits a byte: items of a block stand in the order of their first moments.

use std::path::Path;

use trail_content::{Item, Moments};

use super::STARTS_FILE;
use crate::error::{Error, io};

const MS: u64 = 1_000_000;

/// The start of an item's document. What is not known counts as the beginning.
pub(super) fn start_of(item: &Item<'_>, moments: Option<&Moments>) -> u32 {
    // A line that grew over a block's border is one with its beginning in another block.
    let is_inside = item.spans().all(|span| span.grows_in.is_none() && span.grows_out.is_none());
    let first = item.spans().next().filter(|_| is_inside).map(|span| span.begin);
    match (moments, first) {
        (Some(moments), Some(first)) if (first as usize) < moments.len() => {
            u32::try_from(moments.start_time(first).0 / MS).unwrap_or(u32::MAX)
        }
        _ => 0,
    }
}

/// Writes the starts of all documents.
pub(super) fn save(starts: &[u32], folder: &Path) -> Result<(), Error> {
    let mut bytes = Vec::with_capacity(starts.len() * 2);
    let mut before = 0;
    for &start in starts {
        let delta = i64::from(start) - before;
        before = i64::from(start);
        let mut value = ((delta << 1) ^ (delta >> 63)) as u64;
        while value >= 0x80 {
            bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        bytes.push(value as u8);
    }
    crate::files::write_synced(&folder.join(STARTS_FILE), &bytes)
}

/// Reads the starts of `count` documents. What is missing in the file counts as the beginning.
pub(super) fn load(folder: &Path, count: u32) -> Result<Vec<u32>, Error> {
    let path = folder.join(STARTS_FILE);
    let bytes = std::fs::read(&path).map_err(io("read", &path))?;
    let mut starts = Vec::with_capacity(bytes.len().min(count as usize));
    let (mut before, mut value, mut shift) = (0_i64, 0_u64, 0);
    for byte in bytes {
        value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        shift += 7;
        if byte < 0x80 {
            before = before.saturating_add((value >> 1) as i64 ^ -((value & 1) as i64));
            starts.push(u32::try_from(before).unwrap_or(0));
            (value, shift) = (0, 0);
        }
    }
    starts.resize(count as usize, 0);
    Ok(starts)
}
