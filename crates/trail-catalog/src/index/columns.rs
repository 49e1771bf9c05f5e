//! Values of a field, document by document, for sorting and grouping.

use std::collections::HashMap;
use std::net::Ipv6Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tantivy::columnar::StrColumn;
use tantivy::fastfield::Column;
use tantivy::index::SegmentId;
use tantivy::{DocId, SegmentReader};

use super::bm25::FieldStats;
use super::fields::{Fields, KEY};
use super::sort::SortValue;
use super::{IndexError, Result};
use crate::filter::{FieldId, FieldType, show_address};

/// What is known of the columns of segments, which never change: to open or count one costs more than most searches.
#[derive(Default)]
pub(crate) struct Columns(Mutex<Known>);

#[derive(Default, Clone)]
struct Known {
    /// Without a field: the documents' keys.
    values: HashMap<(SegmentId, Option<FieldId>), Arc<Values>>,
    stats: HashMap<(SegmentId, FieldId), FieldStats>,
}

impl Columns {
    /// The keys of the documents.
    pub(crate) fn keys(&self, reader: &SegmentReader) -> Result<Arc<Values>> {
        self.values((reader.segment_id(), None), || Ok(Values::Text(reader.fast_fields().str(KEY)?)))
    }

    /// The values of a field by one of its names. `key` is the documents' key.
    pub(crate) fn named(&self, fields: &Fields, name: &str, reader: &SegmentReader) -> Result<Arc<Values>> {
        let refused = || IndexError::NotSortable { field: name.to_owned() };
        let id = fields.schema.named(name).first().copied().ok_or_else(refused)?;
        match fields.schema.field(id).kind {
            FieldType::Key => self.keys(reader),
            _ => self.values((reader.segment_id(), Some(id)), || Values::open(fields, id, reader)?.ok_or_else(refused)),
        }
    }

    /// What scores need to know of a field in a segment. Deleted documents count until they are merged away, as in Lucene.
    pub(crate) fn stats(&self, fields: &Fields, id: FieldId, reader: &SegmentReader) -> Result<FieldStats> {
        let key = (reader.segment_id(), id);
        if let Some(stats) = self.lock().stats.get(&key) {
            return Ok(*stats);
        }
        let mut stats = FieldStats::default();
        if fields.schema.field(id).kind == FieldType::Text {
            let lengths =
                fields.column(id).map(|(_, name)| reader.fast_fields().column_opt::<u64>(name)).transpose()?;
            let lengths = lengths.flatten().into_iter().flat_map(|lengths| {
                (0..reader.max_doc()).filter_map(move |doc| lengths.first(doc)).filter(|length| *length > 0)
            });
            lengths.for_each(|length| stats.add(length));
        } else if fields.terms(id).is_some() {
            let values = self.named(fields, &fields.schema.field(id).name, reader)?;
            let mut codes = Vec::new();
            for doc in 0..reader.max_doc() {
                values.codes(doc, &mut codes);
                stats.add(codes.len() as u64);
            }
        }
        self.lock().stats.insert(key, stats);
        Ok(stats)
    }

    /// Those of a later state of the index: what is known of segments that it still has.
    pub(crate) fn renewed(&self, segments: &[SegmentReader]) -> Columns {
        let is_there = |id: &SegmentId| segments.iter().any(|segment| segment.segment_id() == *id);
        let mut known = self.lock().clone();
        known.values.retain(|(segment, _), _| is_there(segment));
        known.stats.retain(|(segment, _), _| is_there(segment));
        Columns(Mutex::new(known))
    }

    fn values(&self, key: (SegmentId, Option<FieldId>), open: impl FnOnce() -> Result<Values>) -> Result<Arc<Values>> {
        if let Some(values) = self.lock().values.get(&key) {
            return Ok(Arc::clone(values));
        }
        // Two threads may open the same; either serves.
        let values = Arc::new(open()?);
        self.lock().values.insert(key, Arc::clone(&values));
        Ok(values)
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The column of one field in one segment; `None` inside: no document of the segment has a value.
pub(crate) enum Values {
    Text(Option<StrColumn>),
    Integer(Option<Column<i64>>),
    Date(Option<Column<i64>>),
    Double(Option<Column<f64>>),
    Address(Option<Column<Ipv6Addr>>),
}

impl Values {
    /// The column of a field; nothing if there is no order among its values.
    fn open(fields: &Fields, id: FieldId, reader: &SegmentReader) -> Result<Option<Values>> {
        let columns = reader.fast_fields();
        let Some((_, column)) = fields.column(id) else { return Ok(None) };
        Ok(Some(match fields.schema.field(id).kind {
            FieldType::Keyword { .. } | FieldType::Boolean => Values::Text(columns.str(column)?),
            FieldType::Integer | FieldType::Long => Values::Integer(columns.column_opt(column)?),
            FieldType::Date(_) => Values::Date(columns.column_opt(column)?),
            FieldType::Double => Values::Double(columns.column_opt(column)?),
            FieldType::Address { .. } => Values::Address(columns.column_opt(column)?),
            _ => return Ok(None),
        }))
    }

    /// The first value of a document as a number that orders like it inside this segment. A text's is odd: twice its
    /// ordinal, plus one.
    pub(crate) fn order(&self, doc: DocId) -> Option<u128> {
        match self {
            Values::Text(column) => column.as_ref()?.ords().first(doc).map(|ordinal| u128::from(ordinal) * 2 + 1),
            Values::Integer(column) | Values::Date(column) => column.as_ref()?.first(doc).map(integer_order),
            Values::Double(column) => column.as_ref()?.first(doc).map(double_order),
            Values::Address(column) => column.as_ref()?.first(doc).map(|address| address.to_bits()),
        }
    }

    /// The same for a value that no document needs to have; `None` if it is of another type.
    pub(crate) fn order_of(&self, value: &SortValue) -> Result<Option<u128>> {
        Ok(match (self, value) {
            (Values::Text(None), SortValue::Text(_)) => Some(0),
            (Values::Text(Some(column)), SortValue::Text(text)) => Some(text_order(column, text)?),
            (Values::Integer(_), SortValue::Integer(number)) | (Values::Date(_), SortValue::Date(number)) => {
                Some(integer_order(*number))
            }
            (Values::Double(_), SortValue::Double(number)) => Some(double_order(*number)),
            (Values::Address(_), SortValue::Address(address)) => Some(address.to_bits()),
            _ => None,
        })
    }

    /// The first value of a document.
    pub(crate) fn first(&self, doc: DocId) -> Result<Option<SortValue>> {
        Ok(match self {
            Values::Text(Some(column)) => match column.ords().first(doc) {
                Some(ordinal) => Some(SortValue::Text(text_at(column, ordinal)?)),
                None => None,
            },
            Values::Integer(Some(column)) => column.first(doc).map(SortValue::Integer),
            Values::Date(Some(column)) => column.first(doc).map(SortValue::Date),
            Values::Double(Some(column)) => column.first(doc).map(SortValue::Double),
            Values::Address(Some(column)) => column.first(doc).map(SortValue::Address),
            _ => None,
        })
    }

    /// Every distinct value of a document as a number that stands for it in this segment.
    pub(crate) fn codes(&self, doc: DocId, codes: &mut Vec<u128>) {
        codes.clear();
        match self {
            Values::Text(Some(column)) => codes.extend(column.ords().values_for_doc(doc).map(u128::from)),
            Values::Integer(Some(column)) | Values::Date(Some(column)) => {
                codes.extend(column.values_for_doc(doc).map(integer_order));
            }
            Values::Double(Some(column)) => codes.extend(column.values_for_doc(doc).map(double_order)),
            Values::Address(Some(column)) => codes.extend(column.values_for_doc(doc).map(|address| address.to_bits())),
            _ => {}
        }
        codes.sort_unstable();
        codes.dedup();
    }

    /// The value that a number from [`Self::codes`] stands for.
    pub(crate) fn decode(&self, code: u128) -> Result<SortValue> {
        let low = code as u64;
        Ok(match self {
            Values::Text(Some(column)) => SortValue::Text(text_at(column, low)?),
            Values::Text(None) => SortValue::Text(String::new()),
            Values::Integer(_) => SortValue::Integer((low ^ SIGN) as i64),
            Values::Date(_) => SortValue::Date((low ^ SIGN) as i64),
            Values::Double(_) => {
                let bits = if low & SIGN == 0 { !low } else { low ^ SIGN };
                SortValue::Double(f64::from_bits(bits))
            }
            Values::Address(_) => SortValue::Address(Ipv6Addr::from_bits(code)),
        })
    }
}

const SIGN: u64 = 1 << 63;

fn integer_order(number: i64) -> u128 {
    u128::from(number as u64 ^ SIGN)
}

fn double_order(number: f64) -> u128 {
    let bits = number.to_bits();
    u128::from(if bits & SIGN == 0 { bits ^ SIGN } else { !bits })
}

fn text_at(column: &StrColumn, ordinal: u64) -> Result<String> {
    let mut text = String::new();
    column.ord_to_str(ordinal, &mut text)?;
    Ok(text)
}

/// Where a text stands among those of the column: at one, or between two.
fn text_order(column: &StrColumn, text: &str) -> Result<u128> {
    let (mut low, mut high) = (0, column.num_terms() as u64);
    while low < high {
        let middle = low + (high - low) / 2;
        match text_at(column, middle)?.as_str().cmp(text) {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Equal => return Ok(u128::from(middle) * 2 + 1),
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    Ok(u128::from(low) * 2)
}

impl SortValue {
    /// The value as text; dates as milliseconds since 1970.
    pub fn show(&self) -> String {
        match self {
            SortValue::Text(text) => text.clone(),
            SortValue::Integer(number) | SortValue::Date(number) => number.to_string(),
            SortValue::Double(number) => number.to_string(),
            SortValue::Address(address) => show_address(*address),
        }
    }
}
