//! The moments of a channel: its own records, numbered.

use std::ops::Range;

use trail_model::{Offset, RecordId};

/// One moment of a channel: the state of its screen after one of its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The record.
    pub record: RecordId,
    /// Its time.
    pub offset: Offset,
    /// Text or attributes of the screen differ from the moment before (cursor and title left out).
    pub changed: bool,
}

/// The moments of one channel, by ordinal from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moments {
    /// Record ids, or nothing if they are consecutive from `first_record`.
    pub(crate) records: Vec<u64>,
    pub(crate) first_record: u64,
    pub(crate) offsets: Vec<u64>,
    /// Bit `i % 64` of word `i / 64`.
    pub(crate) changed: Vec<u64>,
    end: u64,
}

impl Moments {
    /// Builds the table; `end` is the end of the recording. Records and offsets must not fall.
    pub fn new(moments: impl IntoIterator<Item = Moment>, end: Offset) -> Moments {
        let mut table = Moments { end: end.0, ..Moments::default() };
        for moment in moments {
            table.push(moment);
        }
        table
    }

    /// Sets the end of the recording.
    pub(crate) fn end_at(&mut self, end: Offset) {
        self.end = end.0;
    }

    pub(crate) fn push(&mut self, moment: Moment) {
        let ordinal = self.offsets.len();
        let record = moment.record.0;
        if ordinal == 0 {
            self.first_record = record;
        } else if self.records.is_empty() && record != self.first_record + ordinal as u64 {
            self.records.extend((0..ordinal as u64).map(|i| self.first_record + i));
        }
        // Once ids are listed, all are.
        if !self.records.is_empty() {
            self.records.push(record);
        }
        self.offsets.push(moment.offset.0);
        if ordinal.is_multiple_of(64) {
            self.changed.push(0);
        }
        self.changed[ordinal / 64] |= u64::from(moment.changed) << (ordinal % 64);
    }

    /// Says that the picture changed at these moments.
    pub(crate) fn mark_changed(&mut self, moments: Range<usize>) {
        let words = if moments.is_empty() { 0..0 } else { moments.start / 64..moments.end.div_ceil(64) };
        for word in words {
            let from = moments.start.saturating_sub(word * 64);
            let to = (moments.end - word * 64).min(64);
            self.changed[word] |= (u64::MAX >> (64 - (to - from))) << from;
        }
    }

    /// Number of moments.
    pub fn len(&self) -> usize {
        self.offsets.len()
    }

    /// Tells whether the channel has no records.
    pub fn is_empty(&self) -> bool {
        self.offsets.is_empty()
    }

    /// Moment `ordinal`.
    ///
    /// # Panics
    /// If there is none.
    pub fn get(&self, ordinal: u32) -> Moment {
        Moment { record: self.record(ordinal), offset: self.start_time(ordinal), changed: self.changed(ordinal) }
    }

    /// The record of moment `ordinal`.
    ///
    /// # Panics
    /// If there is none, like the other accessors by ordinal.
    pub fn record(&self, ordinal: u32) -> RecordId {
        assert!((ordinal as usize) < self.len(), "moment {ordinal} of {}", self.len());
        RecordId(match self.records.get(ordinal as usize) {
            Some(&record) => record,
            None => self.first_record + u64::from(ordinal),
        })
    }

    /// When the moment began: the time of its record.
    pub fn start_time(&self, ordinal: u32) -> Offset {
        Offset(self.offsets[ordinal as usize])
    }

    /// When the moment ended: the time of the channel's next record, or the end of the recording.
    pub fn end_time(&self, ordinal: u32) -> Offset {
        Offset(self.offsets.get(ordinal as usize + 1).copied().unwrap_or(self.end))
    }

    /// Whether text or attributes of the screen differ from the moment before.
    pub fn changed(&self, ordinal: u32) -> bool {
        self.changed[ordinal as usize / 64] >> (ordinal % 64) & 1 == 1
    }

    /// The next moment after `ordinal` at which the screen changed.
    pub fn next_change(&self, ordinal: u32) -> Option<u32> {
        let start = ordinal as usize + 1;
        let mut word = start / 64;
        let mut bits = *self.changed.get(word)? & (u64::MAX << (start % 64));
        while bits == 0 {
            word += 1;
            bits = *self.changed.get(word)?;
        }
        Some((word * 64) as u32 + bits.trailing_zeros())
    }

    /// The ordinal of a record, if it is one of this channel's.
    pub fn ordinal_of(&self, record: RecordId) -> Option<u32> {
        let ordinal = self.at_or_before(record)?;
        (self.record(ordinal) == record).then_some(ordinal)
    }

    /// The channel's last moment at or before a record of any channel.
    pub fn at_or_before(&self, record: RecordId) -> Option<u32> {
        let after = if self.records.is_empty() {
            let count = (record.0 + 1).saturating_sub(self.first_record);
            count.min(self.len() as u64) as usize
        } else {
            self.records.partition_point(|&id| id <= record.0)
        };
        after.checked_sub(1).map(|ordinal| ordinal as u32)
    }

    /// The last moment that began at or before `offset`.
    pub fn at_time(&self, offset: Offset) -> Option<u32> {
        let after = self.offsets.partition_point(|&start| start <= offset.0);
        after.checked_sub(1).map(|ordinal| ordinal as u32)
    }

    /// The end of the recording.
    pub fn end(&self) -> Offset {
        Offset(self.end)
    }
}
