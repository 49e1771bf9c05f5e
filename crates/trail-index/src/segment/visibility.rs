//! When each document could be seen: what of a query about moments the index can tell without a look at content.
//!
//! A document is the part of an item that lies in one content block. What is not known of it (it grew over the block's
//! border, so that it is one with another document) counts as always. Columns, in this order:
//!
//! | column | what |
//! | --- | --- |
//! | start | of its first moment, in microseconds since the start of the recording, rounded down |
//! | lasts | from there to the end of its last moment, in milliseconds, rounded up; 2^32 - 1: to the end |
//! | first | the record of its first moment |
//! | records | from there to the last record before the channel's next moment; 2^32 - 1: to the end |
//! | shortest | of its lifetimes, by [`class_of`]: no lifetime is shorter |
//! | longest | of its lifetimes, by [`class_of`]; [`ENDLESS`] where one touches the block's border |
//! | kind | of the item, by its code |

use std::io::Write;
use std::path::Path;

use tantivy::directory::{Directory, OwnedBytes, TerminatingWrite};
use trail_content::{Block, Item, Moments};
use trail_model::{Offset, RecordId};

use super::columns::{self, ColumnBuilder, Columns};

/// The name of the columns' file in a segment's folder.
const FILE: &str = "visibility.bin";

const NS_PER_US: u64 = 1_000;
const NS_PER_MS: u64 = 1_000_000;

/// As long as the recording.
const TO_THE_END: u64 = u32::MAX as u64;

/// The class above all others.
const ENDLESS: u64 = 511;

const START: usize = 0;
const LASTS: usize = 1;
const FIRST: usize = 2;
const RECORDS: usize = 3;
const SHORTEST: usize = 4;
const LONGEST: usize = 5;
const KIND: usize = 6;
const COLUMNS: usize = 7;

/// The columns as they are gathered.
#[derive(Debug, Default)]
pub(super) struct VisibilityBuilder {
    columns: [ColumnBuilder; COLUMNS],
    /// Runs of moments of the item looked at; kept for its memory.
    lifetimes: Vec<(u32, u32)>,
}

impl VisibilityBuilder {
    /// Adds the document of an item of `block`.
    pub(super) fn push(&mut self, block: &Block, item: &Item<'_>, moments: Option<&Moments>) {
        let row = self.row(block, item, moments).unwrap_or([0, TO_THE_END, 0, TO_THE_END, 0, ENDLESS]);
        let kind = u64::from(item.kind().code());
        self.columns.iter_mut().zip(row.into_iter().chain([kind])).for_each(|(column, value)| column.push(value));
    }

    pub(super) fn memory(&self) -> usize {
        self.columns.iter().map(ColumnBuilder::memory).sum()
    }

    /// Writes the columns of `count` documents into a segment's folder.
    pub(super) fn write(&mut self, count: u32, directory: &dyn Directory) -> tantivy::Result<()> {
        let mut file = directory.open_write(Path::new(FILE))?;
        file.write_all(&columns::to_bytes(&mut self.columns, count))?;
        file.terminate()?;
        Ok(())
    }

    /// Nothing if it is not known.
    fn row(&mut self, block: &Block, item: &Item<'_>, moments: Option<&Moments>) -> Option<[u64; KIND]> {
        let moments = moments?;
        // A line that grew over a block's border is one with its beginning in another block.
        if item.spans().any(|span| span.grows_in.is_some() || span.grows_out.is_some()) {
            return None;
        }
        self.lifetimes.clear();
        self.lifetimes.extend(item.spans().map(|span| (span.begin, span.end)));
        self.lifetimes.sort_unstable();
        self.lifetimes.dedup_by(|next, before| {
            let is_one = next.0 <= before.1.saturating_add(1);
            if is_one {
                before.1 = before.1.max(next.1);
            }
            is_one
        });
        let (first, last) = (self.lifetimes.first()?.0, self.lifetimes.last()?.1);
        if last as usize >= moments.len() {
            return None;
        }
        let (start, end) = (moments.start_time(first).0, moments.end_time(last).0);
        let (mut shortest, mut longest) = (u64::MAX, 0);
        for &(begin, end) in &self.lifetimes {
            let lasts = moments.end_time(end).0.saturating_sub(moments.start_time(begin).0);
            shortest = shortest.min(class_of(lasts));
            let goes_on = begin == block.first() || end == block.last();
            longest = longest.max(if goes_on { ENDLESS } else { class_of(lasts) });
        }
        let record = |at| moments.record(at).0;
        // A moment lasts to the next one of its channel: records of other channels may stand between.
        let behind = last as usize + 1;
        let last = if behind < moments.len() { record(last + 1).saturating_sub(1) } else { record(last) };
        Some([
            start / NS_PER_US,
            end.saturating_sub(start / NS_PER_MS * NS_PER_MS).div_ceil(NS_PER_MS).min(TO_THE_END),
            record(first),
            last.saturating_sub(record(first)).min(TO_THE_END),
            shortest,
            longest,
        ])
    }
}

/// When the documents of a segment could be seen.
#[derive(Clone, Debug)]
pub(crate) struct Visibility {
    columns: Columns,
}

impl Visibility {
    /// Opens the columns of `count` documents in a segment's folder. Nothing if they are damaged.
    pub(super) fn open(directory: &dyn Directory, count: u32) -> tantivy::Result<Option<Visibility>> {
        let bytes: OwnedBytes = directory.open_read(Path::new(FILE))?.read_bytes()?;
        Ok(Columns::open(bytes, COLUMNS, count).map(|columns| Visibility { columns }))
    }

    /// When `doc` could first be seen, rounded down to microseconds.
    pub(crate) fn start(&self, doc: u32) -> Offset {
        Offset(self.columns.get(START, doc).saturating_mul(NS_PER_US))
    }

    /// When it could no more be seen, rounded up.
    pub(crate) fn end(&self, doc: u32) -> Offset {
        match self.columns.get(LASTS, doc) {
            TO_THE_END => Offset(u64::MAX),
            ms => {
                let start = self.start(doc).0 / NS_PER_MS;
                Offset(start.saturating_add(ms).saturating_mul(NS_PER_MS))
            }
        }
    }

    /// The first record after which it could be seen.
    pub(crate) fn first(&self, doc: u32) -> RecordId {
        RecordId(self.columns.get(FIRST, doc))
    }

    /// The last record after which it could be seen.
    pub(crate) fn last(&self, doc: u32) -> RecordId {
        match self.columns.get(RECORDS, doc) {
            TO_THE_END => RecordId(u64::MAX),
            records => RecordId(self.first(doc).0.saturating_add(records)),
        }
    }

    /// The code of the item's kind.
    pub(crate) fn kind(&self, doc: u32) -> u8 {
        self.columns.get(KIND, doc) as u8
    }

    /// Whether it may have a lifetime of at least `least` and at most `most` nanoseconds.
    pub(crate) fn may_last(&self, doc: u32, least: u64, most: u64) -> bool {
        self.columns.get(SHORTEST, doc) <= class_of(most) && self.columns.get(LONGEST, doc) >= class_of(least)
    }
}

/// The class of a length in nanoseconds: by milliseconds up to 8, then eight classes to each doubling. A greater length has no
/// smaller class.
fn class_of(ns: u64) -> u64 {
    let ms = ns / NS_PER_MS;
    if ms < 8 {
        return ms;
    }
    let doublings = ms.ilog2();
    u64::from(doublings - 2) * 8 + (ms >> (doublings - 3) & 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_rise() {
        assert_eq!([0, 1, 7, 8, 9, 15, 16].map(|ms| class_of(ms * NS_PER_MS)), [0, 1, 7, 8, 9, 15, 16]);
        let mut before = 0;
        for exponent in 0..64 {
            for rest in 0..100 {
                let ns = (1_u64 << exponent) + (1_u64 << exponent) / 100 * rest;
                let class = class_of(ns);
                assert!(before <= class && class < ENDLESS, "{ns}");
                before = class;
            }
        }
    }
}
