//! The moments of a channel as bytes.

use super::column::{Columns, put};
use crate::{Error, Moments};
use trail_model::Offset;

const SECTION: &str = "moments";

/// Units of time, coarsest first: recordings rarely keep nanoseconds, and what they do not keep need not be stored.
const UNITS_NS: [u64; 3] = [1_000_000, 1_000, 1];

/// Appends the table's columns to `out`.
pub(super) fn encode(moments: &Moments, out: &mut Vec<u8>) {
    let all = || (0..moments.len() as u32).map(|ordinal| moments.get(ordinal));
    let unit = UNITS_NS.into_iter().find(|unit| all().all(|moment| moment.offset.0.is_multiple_of(*unit))).unwrap_or(1);
    put(out, moments.len() as u64);
    put(out, unit);
    let mut before = 0;
    for moment in all() {
        put(out, moment.record.0 - before);
        before = moment.record.0;
    }
    before = 0;
    for moment in all() {
        put(out, (moment.offset.0 - before) / unit);
        before = moment.offset.0;
    }
    // Runs, changed and unchanged in turn, the changed one first.
    let mut expected = true;
    let mut run = 0_u64;
    for moment in all() {
        if moment.changed != expected {
            put(out, run);
            expected = !expected;
            run = 0;
        }
        run += 1;
    }
    put(out, run);
}

/// Reads the table back; `end` is the end of the recording.
pub(super) fn decode(bytes: &[u8], end: Offset) -> Result<Moments, Error> {
    let mut columns = Columns::new(SECTION, bytes);
    let count = columns.get_count()?;
    if u32::try_from(count).is_err() {
        return Err(columns.malformed("fewer than 2^32 moments", count as u64));
    }
    let unit = columns.get()?;
    let mut moments = Moments::new([], end);
    decode_records(&mut columns, count, &mut moments)?;
    let mut offsets = Vec::with_capacity(count);
    let mut offset = 0_u64;
    for _ in 0..count {
        let delta = columns.get()?;
        offset = delta
            .checked_mul(unit)
            .and_then(|delta| offset.checked_add(delta))
            .ok_or_else(|| columns.malformed("a time below 2^64 ns", delta))?;
        offsets.push(offset);
    }
    moments.offsets = offsets;
    moments.changed = vec![0; count.div_ceil(64)];
    let mut changed = true;
    let mut at = 0;
    let mut run = columns.get()?;
    loop {
        let left = (count - at) as u64;
        if run > left {
            return Err(columns.malformed("runs that end with the moments", run - left));
        }
        if changed {
            moments.mark_changed(at..at + run as usize);
        }
        at += run as usize;
        if at == count {
            break;
        }
        changed = !changed;
        run = columns.get()?;
        if run == 0 {
            return Err(columns.malformed("a run of moments", 0));
        }
    }
    columns.finish()?;
    Ok(moments)
}

/// Reads the column of record ids: mostly they follow each other, and are not listed then.
fn decode_records(columns: &mut Columns<'_>, count: usize, moments: &mut Moments) -> Result<(), Error> {
    let mut record = 0_u64;
    let mut next = |columns: &mut Columns<'_>| -> Result<u64, Error> {
        let delta = columns.get()?;
        record = record
            .checked_add(delta)
            .filter(|_| delta > 0)
            .ok_or_else(|| columns.malformed("a rising record id", delta))?;
        Ok(record)
    };
    if count == 0 {
        return Ok(());
    }
    moments.first_record = next(columns)?;
    let is_last_free = moments.first_record.checked_add(count as u64 - 1).is_some();
    if is_last_free && columns.skip_ones(count - 1) {
        return Ok(());
    }
    moments.records = Vec::with_capacity(count);
    moments.records.push(moments.first_record);
    for _ in 1..count {
        moments.records.push(next(columns)?);
    }
    Ok(())
}
