//! What was read of pictures of lines, by their pixels.

use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashMap;

/// What an engine read in the picture of one line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reading {
    /// Empty if it saw nothing that it was sure of.
    pub(super) text: String,
    /// In percent.
    pub(super) confidence: u8,
    pub(super) words: Vec<Range<u32>>,
}

/// Readings in each of the two halves: about 10 MB of text and keys.
const HALF: usize = 50_000;

/// Readings that were made before. Bounded: when the younger half is full, the older one goes.
#[derive(Debug, Default)]
pub(super) struct LineCache {
    young: FxHashMap<u128, Arc<Reading>>,
    old: FxHashMap<u128, Arc<Reading>>,
}

impl LineCache {
    pub(super) fn get(&mut self, key: u128) -> Option<Arc<Reading>> {
        if let Some(reading) = self.young.get(&key) {
            return Some(reading.clone());
        }
        let reading = self.old.get(&key)?.clone();
        self.put(key, reading.clone());
        Some(reading)
    }

    pub(super) fn put(&mut self, key: u128, reading: Arc<Reading>) {
        if self.young.len() >= HALF {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, reading);
    }
}
