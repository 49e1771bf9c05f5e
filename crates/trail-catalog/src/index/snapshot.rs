//! A frozen view of the index.

use std::collections::BinaryHeap;
use std::sync::Arc;

use tantivy::columnar::ColumnIndex;
use tantivy::query::{EnableScoring, Query};
use tantivy::schema::Value;
use tantivy::{DocAddress, DocId, Searcher, SegmentReader, TantivyDocument};
use trail_query::Limits;

use super::bm25::FieldStats;
use super::columns::{Columns, Values};
use super::fields::Fields;
use super::gather::Gatherer;
use super::sort::{LocalCell, Ranked, local_cell, whole_second};
use super::{Cancel, Cursor, IndexError, Result, SortKey, SortValue};
use crate::Session;
use crate::filter::{FieldId, FieldType, Plan, Schema};

/// A frozen view of the index: what is written later does not change it. Clones are cheap and share it.
#[derive(Clone)]
pub struct Snapshot {
    pub(crate) searcher: Searcher,
    pub(crate) fields: Arc<Fields>,
    columns: Arc<Columns>,
    /// The most terms that one pattern or range may stand for in a segment.
    pub(crate) expansions_max: usize,
    /// By segment and document: what this view is limited to. Nothing: all of it.
    part: Option<Arc<Vec<Vec<bool>>>>,
}

/// What to search for, and which part of it.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchRequest {
    /// The order; empty: by score, greatest first.
    pub sort: Vec<SortKey>,
    /// Only what comes after this.
    pub after: Option<Cursor>,
    /// How many to leave out at the beginning.
    pub offset: usize,
    /// How many to give.
    pub limit: usize,
    /// Whether dates are sorted by whole seconds, for cursors that have no more.
    pub whole_seconds: bool,
}

impl Default for SearchRequest {
    fn default() -> SearchRequest {
        SearchRequest { sort: Vec::new(), after: None, offset: 0, limit: 500, whole_seconds: false }
    }
}

/// A part of what was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The sessions, in order.
    pub hits: Vec<SessionHit>,
    /// How many there are in all, exactly; those before a cursor, too.
    pub total: u64,
}

/// One session that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionHit {
    /// The document's key.
    pub key: String,
    /// Its score, on Elasticsearch 7's scale.
    pub score: f32,
    /// Where a page ends that ends with it.
    pub cursor: Cursor,
}

impl Snapshot {
    pub(crate) fn new(searcher: Searcher, fields: Arc<Fields>) -> Snapshot {
        Snapshot { searcher, fields, columns: Arc::default(), expansions_max: Limits::EXPANSIONS, part: None }
    }

    /// The view that takes the place of this one.
    pub(crate) fn renewed(&self, searcher: Searcher) -> Snapshot {
        let columns = Arc::new(self.columns.renewed(searcher.segment_readers()));
        Snapshot { searcher, columns, ..self.clone() }
    }

    /// The documents of a plan as a view of their own: what else there is has no influence on what is found, which patterns
    /// can be carried out, and what words of theirs a fuzzy one stands for.
    ///
    /// # Errors
    /// [`IndexError`]: a limit, a deadline, or the disk.
    pub fn within(&self, plan: &Plan, cancel: &Cancel) -> Result<Snapshot> {
        let mut part: Vec<Vec<bool>> =
            self.segments().iter().map(|reader| vec![false; reader.max_doc() as usize]).collect();
        self.each_match(plan, cancel, |segment, _, doc, _| {
            part[segment][doc as usize] = true;
            Ok(())
        })?;
        Ok(Snapshot { part: Some(Arc::new(part)), ..self.clone() })
    }

    /// The documents of a segment that this view is limited to; nothing if that is all of them.
    pub(crate) fn part_of(&self, reader: &SegmentReader) -> Option<&[bool]> {
        let segment = self.segments().iter().position(|segment| segment.segment_id() == reader.segment_id())?;
        Some(&self.part.as_ref()?[segment])
    }

    /// The key of the document that a cursor's tiebreaker stands for.
    ///
    /// # Errors
    /// [`IndexError::BadCursor`] if there is none, or the disk fails.
    pub fn key_at(&self, tiebreaker: u64) -> Result<String> {
        let (ordinal, doc) = ((tiebreaker >> 32) as usize, tiebreaker as u32);
        let reader =
            self.segments().get(ordinal).filter(|reader| doc < reader.max_doc()).ok_or(IndexError::BadCursor)?;
        match self.columns.keys(reader)?.first(doc)? {
            Some(SortValue::Text(key)) => Ok(key),
            _ => Err(IndexError::BadCursor),
        }
    }

    /// Whether nobody else has a clone of it.
    pub(crate) fn is_last(&self) -> bool {
        Arc::strong_count(&self.columns) == 1
    }

    /// The values of a field in a segment, by one of the field's names.
    pub(crate) fn values(&self, name: &str, reader: &SegmentReader) -> Result<Arc<Values>> {
        self.columns.named(&self.fields, name, reader)
    }

    /// The fields of the documents.
    pub fn schema(&self) -> &Schema {
        &self.fields.schema
    }

    /// How many documents there are.
    pub fn len(&self) -> u64 {
        self.searcher.num_docs()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn segments(&self) -> &[SegmentReader] {
        self.searcher.segment_readers()
    }

    /// Counts the documents of a plan, exactly.
    ///
    /// # Errors
    /// [`IndexError`]: a limit, a deadline, or the disk.
    pub fn count(&self, plan: &Plan, cancel: &Cancel) -> Result<u64> {
        let mut count = 0;
        self.each_match(plan, cancel, |_, _, _, _| {
            count += 1;
            Ok(())
        })?;
        Ok(count)
    }

    /// Finds a page of the documents of a plan.
    ///
    /// Takes memory for `offset + limit` documents, wherever the page begins.
    ///
    /// # Errors
    /// [`IndexError`]: a limit, a deadline, the disk, a field that cannot be sorted by, or a cursor that does not fit.
    pub fn search(&self, plan: &Plan, request: &SearchRequest, cancel: &Cancel) -> Result<Page> {
        let wanted = request.offset.saturating_add(request.limit);
        let mut sorters = Vec::new();
        for (ordinal, reader) in self.segments().iter().enumerate() {
            sorters.push(Sorter::new(self, request, ordinal as u32, reader)?);
        }
        let mut total = 0;
        self.each_match(plan, cancel, |ordinal, _, doc, score| {
            total += 1;
            sorters[ordinal].offer(doc, score, wanted);
            Ok(())
        })?;
        let mut ranked = Vec::new();
        for sorter in sorters {
            ranked.extend(sorter.finish()?);
        }
        ranked.sort_by(|a, b| a.compare(b, &request.sort));
        let page = ranked.into_iter().skip(request.offset).take(request.limit);
        let key = request.sort.iter().position(|key| key.field == super::fields::KEY);
        let hits = page.map(|ranked| self.hit(ranked, key)).collect::<Result<_>>()?;
        Ok(Page { hits, total })
    }

    /// The document of a hit, as it was put.
    ///
    /// # Errors
    /// [`IndexError`] if the hit is another view's or the disk fails.
    pub fn session(&self, hit: &SessionHit) -> Result<Session> {
        let (ordinal, doc) = ((hit.cursor.tiebreaker >> 32) as u32, hit.cursor.tiebreaker as u32);
        if self.segments().get(ordinal as usize).is_none_or(|segment| doc >= segment.max_doc()) {
            return Err(IndexError::BadCursor);
        }
        let document: TantivyDocument = self.searcher.doc(DocAddress::new(ordinal, doc))?;
        let whole = document.get_first(self.fields.whole).and_then(|value| value.as_bytes()).unwrap_or_default();
        let body = serde_json::from_slice(whole).map_err(std::io::Error::from)?;
        Ok(Session { key: hit.key.clone(), body })
    }

    /// The keys of the documents of a plan, in no order.
    ///
    /// # Errors
    /// [`IndexError`]: a limit, a deadline, or the disk.
    pub fn keys_unsorted(&self, plan: &Plan, cancel: &Cancel) -> Result<Vec<String>> {
        let mut columns = Vec::new();
        for reader in self.segments() {
            columns.push(self.columns.keys(reader)?);
        }
        let mut keys = Vec::new();
        self.each_match(plan, cancel, |segment, _, doc, _| {
            if let Some(SortValue::Text(key)) = columns[segment].first(doc)? {
                keys.push(key);
            }
            Ok(())
        })?;
        Ok(keys)
    }

    /// A hit; `key` is the place of the document's key among its values, if it is there.
    fn hit(&self, ranked: Ranked, key: Option<usize>) -> Result<SessionHit> {
        let (ordinal, doc) = ((ranked.tiebreaker >> 32) as u32, ranked.tiebreaker as u32);
        let reader = self.searcher.segment_reader(ordinal);
        let known = key.and_then(|key| ranked.values.get(key)?.clone());
        let key = match known.map_or_else(|| self.columns.keys(reader)?.first(doc), |known| Ok(Some(known)))? {
            Some(SortValue::Text(key)) => key,
            _ => String::new(),
        };
        let cursor = Cursor { values: ranked.values, tiebreaker: ranked.tiebreaker };
        Ok(SessionHit { key, score: ranked.score, cursor })
    }

    /// Gives every document of a plan: segment, document, score.
    pub(crate) fn each_match(
        &self,
        plan: &Plan,
        cancel: &Cancel,
        mut f: impl FnMut(usize, &SegmentReader, DocId, f32) -> Result<()>,
    ) -> Result<()> {
        let query: Box<dyn Query> = Gatherer::new(self, cancel).query(plan)?;
        let weight = query.weight(EnableScoring::enabled_from_searcher(&self.searcher))?;
        for (ordinal, reader) in self.segments().iter().enumerate() {
            let (alive, part) = (reader.alive_bitset(), self.part.as_ref().map(|part| &part[ordinal]));
            let mut fault = None;
            weight.for_each(reader, &mut |doc, score| {
                let is_alive = alive.is_none_or(|alive| alive.is_alive(doc));
                let is_part = part.is_none_or(|part| part[doc as usize]);
                if is_alive && is_part && fault.is_none() {
                    fault = f(ordinal, reader, doc, score).err();
                }
            })?;
            cancel.check()?;
            if let Some(fault) = fault {
                return Err(fault);
            }
        }
        Ok(())
    }

    /// Which documents have a value in a field.
    pub(crate) fn column_index(&self, field: FieldId, reader: &SegmentReader) -> Result<Option<ColumnIndex>> {
        let Some((_, name)) = self.fields.column(field) else { return Ok(None) };
        let columns = reader.fast_fields();
        Ok(match self.fields.schema.field(field).kind {
            FieldType::Keyword { .. } | FieldType::Boolean => {
                columns.str(name)?.map(|column| column.ords().index.clone())
            }
            FieldType::Text => columns.column_opt::<u64>(name)?.map(|column| column.index),
            FieldType::Address { .. } => columns.column_opt::<std::net::Ipv6Addr>(name)?.map(|column| column.index),
            FieldType::Double => columns.column_opt::<f64>(name)?.map(|column| column.index),
            _ => columns.column_opt::<i64>(name)?.map(|column| column.index),
        })
    }

    /// What scores need to know of a field.
    pub(crate) fn stats(&self, field: FieldId) -> Result<FieldStats> {
        let mut sum = FieldStats::default();
        for reader in self.segments() {
            let stats = self.columns.stats(&self.fields, field, reader)?;
            sum.docs += stats.docs;
            sum.terms += stats.terms;
        }
        Ok(sum)
    }
}

/// Keeps the first documents of one segment.
struct Sorter<'a> {
    request: &'a SearchRequest,
    columns: Vec<Arc<Values>>,
    after: Option<(Vec<LocalCell>, u64)>,
    kept: BinaryHeap<Entry>,
    segment: u32,
}

/// Greater is later.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    cells: Vec<LocalCell>,
    tiebreaker: u64,
    /// The score's bits, to give it back.
    score_bits: u32,
}

impl<'a> Sorter<'a> {
    fn new(view: &Snapshot, request: &'a SearchRequest, segment: u32, reader: &SegmentReader) -> Result<Sorter<'a>> {
        let open = |key: &SortKey| view.values(&key.field, reader);
        let columns = request.sort.iter().map(open).collect::<Result<Vec<_>>>()?;
        let after = match &request.after {
            None => None,
            Some(cursor) if cursor.values.len() != request.sort.len() || request.sort.is_empty() => {
                return Err(IndexError::BadCursor);
            }
            Some(cursor) => {
                let mut cells = Vec::new();
                for ((value, column), key) in cursor.values.iter().zip(&columns).zip(&request.sort) {
                    let order = match value {
                        None => None,
                        Some(SortValue::Date(time)) if request.whole_seconds => {
                            column.order_of(&SortValue::Date(whole_second(*time)))?
                        }
                        Some(value) => column.order_of(value)?,
                    };
                    if order.is_none() && value.is_some() {
                        return Err(IndexError::BadCursor);
                    }
                    cells.push(local_cell(order, key.descending));
                }
                Some((cells, cursor.tiebreaker))
            }
        };
        Ok(Sorter { request, columns, after, kept: BinaryHeap::new(), segment })
    }

    fn offer(&mut self, doc: DocId, score: f32, wanted: usize) {
        if wanted == 0 {
            return;
        }
        let tiebreaker = u64::from(self.segment) << 32 | u64::from(doc);
        let first = self.cell(0, doc, score);
        // Most documents of many come behind all that are kept, by their first key alone.
        let is_behind = |worst: &Entry| worst.cells.first().is_some_and(|worst| first > *worst);
        if self.kept.len() >= wanted && self.kept.peek().is_some_and(is_behind) {
            return;
        }
        let mut cells = Vec::with_capacity(self.columns.len().max(1));
        cells.push(first);
        cells.extend((1..self.columns.len()).map(|place| self.cell(place, doc, score)));
        if let Some((after, last)) = &self.after
            && (&cells, tiebreaker) <= (after, *last)
        {
            return;
        }
        self.kept.push(Entry { cells, tiebreaker, score_bits: score.to_bits() });
        if self.kept.len() > wanted {
            self.kept.pop();
        }
    }

    /// A sort key of a document; its score if there are no keys.
    fn cell(&self, place: usize, doc: DocId, score: f32) -> LocalCell {
        let (Some(column), Some(key)) = (self.columns.get(place), self.request.sort.get(place)) else {
            // Scores are not negative, so their bits order like them.
            return (false, !u128::from(score.to_bits()));
        };
        let order = match &**column {
            Values::Date(Some(dates)) if self.request.whole_seconds => {
                let second = dates.first(doc).map(|time| SortValue::Date(whole_second(time)));
                second.and_then(|second| column.order_of(&second).ok().flatten())
            }
            column => column.order(doc),
        };
        local_cell(order, key.descending)
    }

    fn finish(self) -> Result<Vec<Ranked>> {
        let mut ranked = Vec::new();
        for Entry { tiebreaker, score_bits, .. } in self.kept.into_sorted_vec() {
            let mut values = Vec::new();
            for column in &self.columns {
                let value = column.first(tiebreaker as u32)?;
                values.push(match value {
                    Some(SortValue::Date(time)) if self.request.whole_seconds => {
                        Some(SortValue::Date(whole_second(time)))
                    }
                    value => value,
                });
            }
            ranked.push(Ranked { values, score: f32::from_bits(score_bits), tiebreaker });
        }
        Ok(ranked)
    }
}
