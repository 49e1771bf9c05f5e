//! Reads a segment.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use tantivy::postings::{SegmentPostings, TermInfo};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, Index, InvertedIndexReader};
use trail_content::Kind;

use super::docs::DocTable;
use super::{PASSING, TERM_LEN_MAX, TOKENS, WORDS, kind_byte, long_head, term_text};
use crate::error::Error;
use crate::lookup::{Lookup, PREFIX_TERMS_MAX};

/// An open segment.
pub(crate) struct SegmentReader {
    docs: DocTable,
    words: Arc<InvertedIndexReader>,
    tokens: Arc<InvertedIndexReader>,
    passing: Arc<InvertedIndexReader>,
}

/// Which dictionary a document frequency is asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldName {
    Words,
    Tokens,
}

impl SegmentReader {
    /// Opens the segment in `folder`.
    pub(crate) fn open(folder: &Path) -> Result<SegmentReader, Error> {
        let docs = DocTable::load(folder)?;
        let open = || -> tantivy::Result<_> {
            let index = Index::open_in_dir(folder)?;
            let segments = index.searchable_segments()?;
            let [segment] = &segments[..] else {
                return Err(tantivy::TantivyError::InternalError(format!(
                    "{} segments instead of one",
                    segments.len()
                )));
            };
            let reader = tantivy::SegmentReader::open(segment)?;
            Ok([reader.inverted_index(WORDS)?, reader.inverted_index(TOKENS)?, reader.inverted_index(PASSING)?])
        };
        let [words, tokens, passing] = open().map_err(|source| Error::Tantivy { path: folder.to_owned(), source })?;
        Ok(SegmentReader { docs, words, tokens, passing })
    }

    /// Which item each document is.
    pub(crate) fn docs(&self) -> &DocTable {
        &self.docs
    }

    /// How many documents of `kind` have that token in their final text.
    pub(crate) fn doc_freq(&self, field: FieldName, kind: Kind, token: &str) -> Result<u64, Error> {
        let term = key(kind, &term_text(token));
        let info = self.field(field).terms().get(&term).map_err(Error::Postings)?;
        Ok(info.map_or(0, |info| info.doc_freq.into()))
    }

    /// The same, of documents in some ranges, which come in order.
    pub(crate) fn doc_freq_in(
        &self,
        field: FieldName,
        kind: Kind,
        token: &str,
        ranges: impl Iterator<Item = Range<u32>>,
    ) -> Result<u64, Error> {
        let reader = self.field(field);
        let term = key(kind, &term_text(token));
        let Some(info) = reader.terms().get(&term).map_err(Error::Postings)? else { return Ok(0) };
        let mut list = read(reader, &info)?;
        let mut count = 0;
        for range in ranges {
            let mut doc = seek(&mut list, range.start);
            while doc < range.end {
                count += 1;
                doc = list.advance();
            }
        }
        Ok(count)
    }

    fn field(&self, name: FieldName) -> &InvertedIndexReader {
        match name {
            FieldName::Words => &self.words,
            FieldName::Tokens => &self.tokens,
        }
    }

    /// Every document that may match `lookup`, over all fields; only those in `range` are asked for.
    pub(crate) fn lookup(&self, kind: Kind, lookup: &Lookup<'_>, range: Range<u32>) -> Result<Union, Error> {
        let mut union = Union::new(range);
        for reader in [&self.words, &self.tokens, &self.passing] {
            match *lookup {
                Lookup::Exact(token) => union.add_exact(reader, &key(kind, &term_text(token)))?,
                Lookup::Prefix(prefix) if prefix.len() <= TERM_LEN_MAX => {
                    union.add_prefix(reader, &key(kind, prefix.as_bytes()))?;
                }
                Lookup::Prefix(prefix) => union.add_prefix(reader, &key(kind, long_head(prefix).as_bytes()))?,
            }
        }
        union.add_exact(&self.passing, &key(kind, b""))?;
        Ok(union)
    }
}

fn key(kind: Kind, term: &[u8]) -> Vec<u8> {
    [&[kind_byte(kind)], term].concat()
}

fn read(reader: &InvertedIndexReader, info: &TermInfo) -> Result<SegmentPostings, Error> {
    reader.read_postings_from_terminfo(info, IndexRecordOption::Basic).map_err(Error::Postings)
}

/// The first document of `list` at or after `first`; behind the last comes one that no segment has.
fn seek(list: &mut SegmentPostings, first: u32) -> u32 {
    if list.doc() < first { list.seek(first) } else { list.doc() }
}

/// The union of some posting lists over a range of documents, to be read forward.
pub(crate) struct Union {
    lists: Vec<SegmentPostings>,
    /// Documents of a prefix's terms, a bit for each of the range: there may be very many terms. Empty if there are
    /// none.
    bits: Vec<u64>,
    range: Range<u32>,
    terms: usize,
}

impl Union {
    fn new(range: Range<u32>) -> Union {
        Union { lists: Vec::new(), bits: Vec::new(), range, terms: 0 }
    }

    fn add_exact(&mut self, reader: &InvertedIndexReader, key: &[u8]) -> Result<(), Error> {
        if let Some(info) = reader.terms().get(key).map_err(Error::Postings)? {
            self.lists.push(read(reader, &info)?);
        }
        Ok(())
    }

    fn add_prefix(&mut self, reader: &InvertedIndexReader, key: &[u8]) -> Result<(), Error> {
        let mut terms = reader.terms().range().ge(key).into_stream().map_err(Error::Postings)?;
        while terms.advance() && terms.key().starts_with(key) {
            self.terms += 1;
            if self.terms > PREFIX_TERMS_MAX {
                return Err(Error::TooManyTerms { limit: PREFIX_TERMS_MAX });
            }
            self.bits.resize(self.range.len().div_ceil(64), 0);
            let mut list = read(reader, terms.value())?;
            let mut doc = seek(&mut list, self.range.start);
            while doc < self.range.end {
                let bit = doc - self.range.start;
                self.bits[bit as usize / 64] |= 1 << (bit % 64);
                doc = list.advance();
            }
        }
        Ok(())
    }

    /// The first document of the union at or after `first`. To be asked for in rising order.
    pub(crate) fn next_from(&mut self, first: u32) -> Option<u32> {
        let first = first.max(self.range.start);
        let listed = self.lists.iter_mut().map(|list| seek(list, first)).min();
        let next = match (listed, self.next_bit(first - self.range.start)) {
            (Some(listed), Some(bit)) => Some(listed.min(self.range.start + bit)),
            (listed, bit) => listed.or(bit.map(|bit| self.range.start + bit)),
        };
        next.filter(|&doc| doc < self.range.end)
    }

    fn next_bit(&self, first: u32) -> Option<u32> {
        let mut at = first as usize / 64;
        let mut word = *self.bits.get(at)? & (u64::MAX << (first % 64));
        while word == 0 {
            at += 1;
            word = *self.bits.get(at)?;
        }
        Some(at as u32 * 64 + word.trailing_zeros())
    }
}
