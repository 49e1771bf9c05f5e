//! Counts by value and by time.

use std::collections::{BTreeMap, HashMap};

use super::columns::Values;
use super::{Cancel, IndexError, Result, Snapshot};
use crate::filter::{Plan, Zone, date_bin};

/// The most bins of a histogram.
const BINS_MAX: usize = 100_000;

/// How many documents have a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// The value as text; dates as milliseconds since 1970.
    pub value: String,
    /// How many documents have it.
    pub count: u64,
    /// The same for the second field, among these documents.
    pub inner: Vec<Bucket>,
}

/// How often each value stands in a segment, and beside it each value of a second field.
type Counts = HashMap<u128, (u64, HashMap<u128, u64>)>;

/// How many documents lie in a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bin {
    /// Its start, in milliseconds since 1970.
    pub start: i64,
    /// How many documents begin in it.
    pub count: u64,
}

impl Snapshot {
    /// Counts the documents of a plan by the values of a field, and inside each by those of a second one: the most
    /// frequent `size` values first, equal counts in the order of the values.
    ///
    /// # Errors
    /// [`IndexError`]: a limit, a deadline, the disk, or a field that cannot be grouped by.
    pub fn count_values(
        &self,
        plan: &Plan,
        field: &str,
        inner: Option<&str>,
        size: usize,
        cancel: &Cancel,
    ) -> Result<Vec<Bucket>> {
        let mut columns = Vec::new();
        for reader in self.segments() {
            let outer = self.values(field, reader)?;
            let inner = inner.map(|inner| self.values(inner, reader)).transpose()?;
            columns.push((outer, inner));
        }
        // Per segment, by the numbers that stand for values there.
        let mut counts: Vec<Counts> = columns.iter().map(|_| HashMap::new()).collect();
        let (mut codes, mut inner_codes) = (Vec::new(), Vec::new());
        self.each_match(plan, cancel, |segment, _, doc, _| {
            let (outer, inner) = &columns[segment];
            outer.codes(doc, &mut codes);
            if let Some(inner) = inner {
                inner.codes(doc, &mut inner_codes);
            }
            for code in &codes {
                let entry = counts[segment].entry(*code).or_default();
                entry.0 += 1;
                for code in &inner_codes {
                    *entry.1.entry(*code).or_default() += 1;
                }
            }
            Ok(())
        })?;
        let mut whole: BTreeMap<String, (u64, BTreeMap<String, u64>)> = BTreeMap::new();
        for ((outer, inner), counts) in columns.iter().zip(counts) {
            for (code, (count, inner_counts)) in counts {
                cancel.check()?;
                let entry = whole.entry(outer.decode(code)?.show()).or_default();
                entry.0 += count;
                let Some(inner) = inner else { continue };
                for (code, count) in inner_counts {
                    *entry.1.entry(inner.decode(code)?.show()).or_default() += count;
                }
            }
        }
        let buckets = whole.into_iter().map(|(value, (count, inner))| {
            let inner = inner.into_iter().map(|(value, count)| Bucket { value, count, inner: Vec::new() }).collect();
            Bucket { value, count, inner: most_frequent(inner, size) }
        });
        Ok(most_frequent(buckets.collect(), size))
    }

    /// The latest date in a field among the documents of a plan that share a value of another one, by that value.
    ///
    /// # Errors
    /// [`IndexError`]: a limit, a deadline, the disk, a field that cannot be grouped by, or one that holds no dates.
    pub fn latest_by_value(
        &self,
        plan: &Plan,
        field: &str,
        date: &str,
        cancel: &Cancel,
    ) -> Result<BTreeMap<String, Option<i64>>> {
        let mut columns = Vec::new();
        for reader in self.segments() {
            let Values::Date(dates) = &*self.values(date, reader)? else {
                return Err(IndexError::NotSortable { field: date.to_owned() });
            };
            columns.push((self.values(field, reader)?, dates.clone()));
        }
        let mut latest: Vec<HashMap<u128, Option<i64>>> = columns.iter().map(|_| HashMap::new()).collect();
        let mut codes = Vec::new();
        self.each_match(plan, cancel, |segment, _, doc, _| {
            let (values, dates) = &columns[segment];
            let date = dates.as_ref().and_then(|dates| dates.first(doc));
            values.codes(doc, &mut codes);
            for code in &codes {
                let latest = latest[segment].entry(*code).or_default();
                *latest = date.max(*latest);
            }
            Ok(())
        })?;
        let mut whole: BTreeMap<String, Option<i64>> = BTreeMap::new();
        for ((values, _), latest) in columns.iter().zip(latest) {
            for (code, date) in latest {
                let entry = whole.entry(values.decode(code)?.show()).or_default();
                *entry = date.max(*entry);
            }
        }
        Ok(whole)
    }

    /// Counts the documents of a plan by the first value of a date field, in bins of a year, month, week, day, hour,
    /// minute or second (`y M w d h m s`) of a zone. Only bins that hold documents are given, in order.
    ///
    /// # Errors
    /// [`IndexError`]: a limit, a deadline, the disk, or a field that holds no dates.
    pub fn histogram(&self, plan: &Plan, field: &str, unit: char, zone: Zone, cancel: &Cancel) -> Result<Vec<Bin>> {
        let refused = || IndexError::NotSortable { field: field.to_owned() };
        let letter = u8::try_from(unit).map_err(|_| refused())?;
        let mut columns = Vec::new();
        for reader in self.segments() {
            match &*self.values(field, reader)? {
                Values::Date(column) => columns.push(column.clone()),
                _ => return Err(refused()),
            }
        }
        let mut bins: BTreeMap<i64, u64> = BTreeMap::new();
        // Neighbouring documents often share a bin.
        let mut last = (0, 0);
        self.each_match(plan, cancel, |segment, _, doc, _| {
            let Some(time) = columns[segment].as_ref().and_then(|column| column.first(doc)) else { return Ok(()) };
            if !(last.0..last.1).contains(&time) {
                last = date_bin(time, letter, zone).ok_or_else(refused)?;
            }
            *bins.entry(last.0).or_default() += 1;
            if bins.len() > BINS_MAX {
                return Err(IndexError::TooManyTerms { field: field.to_owned(), limit: BINS_MAX });
            }
            Ok(())
        })?;
        Ok(bins.into_iter().map(|(start, count)| Bin { start, count }).collect())
    }
}

fn most_frequent(mut buckets: Vec<Bucket>, size: usize) -> Vec<Bucket> {
    buckets.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    buckets.truncate(size);
    buckets
}
