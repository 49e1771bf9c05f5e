//! Order, pages and cursors.

use std::cmp::Ordering;
use std::net::Ipv6Addr;

use crate::filter::{FieldType, read_address};

/// One key of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortKey {
    /// The field, by any of its names; `key` is the document's key.
    pub field: String,
    /// Greatest first. Documents without a value come last either way.
    pub descending: bool,
}

impl SortKey {
    /// Reads `field` or `-field`.
    pub fn parse(text: &str) -> SortKey {
        match text.strip_prefix('-') {
            Some(field) => SortKey { field: field.to_owned(), descending: true },
            None => SortKey { field: text.to_owned(), descending: false },
        }
    }
}

/// The value that a document is sorted or grouped by.
#[derive(Debug, Clone, PartialEq)]
pub enum SortValue {
    /// A text, by the order of its bytes; `true` and `false`, too.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number.
    Double(f64),
    /// Milliseconds since 1970.
    Date(i64),
    /// An address, by the order of its 128 bits.
    Address(Ipv6Addr),
}

impl SortValue {
    /// Reads a value of a field of a kind: dates in whole seconds since 1970. `None` if it is none of that kind, or nothing
    /// can be sorted by the kind.
    pub fn parse(text: &str, kind: FieldType) -> Option<SortValue> {
        match kind {
            FieldType::Keyword { .. } | FieldType::Key => Some(SortValue::Text(text.to_owned())),
            FieldType::Boolean => match text {
                "true" | "1" => Some(SortValue::Text("true".to_owned())),
                "false" | "0" => Some(SortValue::Text("false".to_owned())),
                _ => None,
            },
            FieldType::Integer | FieldType::Long => text.parse().ok().map(SortValue::Integer),
            FieldType::Double => text.parse().ok().filter(|number: &f64| !number.is_nan()).map(SortValue::Double),
            FieldType::Date(_) => text.parse::<i64>().ok()?.checked_mul(1000).map(SortValue::Date),
            FieldType::Address { .. } => read_address(text).map(SortValue::Address),
            FieldType::Text | FieldType::Constant(_) | FieldType::Closed | FieldType::Content => None,
        }
    }
}

/// Where a page ended: the next one begins after it. Good for the snapshot it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    /// The values of the sort keys, in order; `None` where the document has none.
    pub values: Vec<Option<SortValue>>,
    /// Breaks ties; unique in its snapshot.
    pub tiebreaker: u64,
}

/// One sort key of a document inside a segment: missing ones last, and the number that orders, turned round if descending.
pub(crate) type LocalCell = (bool, u128);

pub(crate) fn local_cell(order: Option<u128>, descending: bool) -> LocalCell {
    match order {
        None => (true, 0),
        Some(order) => (false, if descending { !order } else { order }),
    }
}

/// A document's place in the order, comparable between segments.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ranked {
    pub(crate) values: Vec<Option<SortValue>>,
    pub(crate) score: f32,
    pub(crate) tiebreaker: u64,
}

impl Ranked {
    /// Compares by the keys, or by score if there are none; then by tiebreaker.
    pub(crate) fn compare(&self, other: &Ranked, keys: &[SortKey]) -> Ordering {
        let mut ordering = Ordering::Equal;
        if keys.is_empty() {
            ordering = other.score.total_cmp(&self.score);
        }
        for ((a, b), key) in self.values.iter().zip(&other.values).zip(keys) {
            ordering = ordering.then_with(|| match (a, b) {
                (Some(a), Some(b)) if key.descending => compare_values(b, a),
                (Some(a), Some(b)) => compare_values(a, b),
                (a, b) => b.is_some().cmp(&a.is_some()),
            });
        }
        ordering.then(self.tiebreaker.cmp(&other.tiebreaker))
    }
}

fn compare_values(a: &SortValue, b: &SortValue) -> Ordering {
    match (a, b) {
        (SortValue::Text(a), SortValue::Text(b)) => a.cmp(b),
        (SortValue::Integer(a), SortValue::Integer(b)) | (SortValue::Date(a), SortValue::Date(b)) => a.cmp(b),
        (SortValue::Double(a), SortValue::Double(b)) => a.total_cmp(b),
        (SortValue::Address(a), SortValue::Address(b)) => a.cmp(b),
        _ => Ordering::Equal,
    }
}

/// The whole second in which a time lies.
pub(crate) fn whole_second(time: i64) -> i64 {
    time.div_euclid(1000) * 1000
}
