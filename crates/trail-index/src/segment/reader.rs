//! Reads a segment.

use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{BlockSegmentPostings, Postings, SegmentPostings, TermInfo};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, Index, InvertedIndexReader};
use trail_content::Kind;

use super::dictionary::{CHECK_EVERY, FlatTerms};
use super::docs::DocTable;
use super::pairs::{Membership, PairFilter};
use super::visibility::Visibility;
use super::{PAIRS, PASSING, TERM_LEN_MAX, TOKENS, WORDS, kind_byte, long_head, term_text};
use crate::error::Error;
use crate::lookup::{Limits, Lookup, TermField, TermPattern, TermScores, Worth};
use crate::survey::Frequencies;

/// An open segment.
pub(crate) struct SegmentReader {
    docs: DocTable,
    words: FieldReader,
    tokens: FieldReader,
    passing: FieldReader,
    pairs: Arc<InvertedIndexReader>,
    norms: FieldNormReader,
    max_doc: u32,
    visibility: Visibility,
}

/// A field of a segment.
struct FieldReader {
    inverted: Arc<InvertedIndexReader>,
    flat: OnceLock<FlatTerms>,
}

impl FieldReader {
    fn new(inverted: Arc<InvertedIndexReader>) -> FieldReader {
        FieldReader { inverted, flat: OnceLock::new() }
    }

    /// The field's terms in a row.
    fn flat(&self, limits: &Limits<'_>) -> Result<&FlatTerms, Error> {
        if let Some(flat) = self.flat.get() {
            return Ok(flat);
        }
        // Two threads may make it at the same time; either serves.
        let flat = FlatTerms::read(self.inverted.terms(), limits)?;
        Ok(self.flat.get_or_init(|| flat))
    }
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
            let fields =
                [reader.inverted_index(WORDS)?, reader.inverted_index(TOKENS)?, reader.inverted_index(PASSING)?];
            let pairs = reader.inverted_index(PAIRS)?;
            let max_doc = reader.max_doc();
            let visibility = Visibility::open(index.directory(), max_doc)?;
            Ok((fields, pairs, reader.get_fieldnorms_reader(WORDS)?, max_doc, visibility))
        };
        let (fields, pairs, norms, max_doc, visibility) =
            open().map_err(|source| Error::Tantivy { path: folder.to_owned(), source })?;
        let visibility = visibility.ok_or_else(|| Error::Damaged { path: folder.to_owned() })?;
        let [words, tokens, passing] = fields.map(FieldReader::new);
        Ok(SegmentReader { docs, words, tokens, passing, pairs, norms, max_doc, visibility })
    }

    /// Which item each document is.
    pub(crate) fn docs(&self) -> &DocTable {
        &self.docs
    }

    /// Number of documents, dead ones among them.
    pub(crate) fn max_doc(&self) -> u32 {
        self.max_doc
    }

    /// When each document could be seen.
    pub(crate) fn visibility(&self) -> &Visibility {
        &self.visibility
    }

    /// The number of words of a document, as it is stored, and its code.
    pub(crate) fn len_of(&self, doc: u32) -> (u32, u8) {
        let code = self.norms.fieldnorm_id(doc);
        (FieldNormReader::id_to_fieldnorm(code), code)
    }

    /// How many documents of `kind` have that token in their final text.
    pub(crate) fn doc_freq(&self, field: TermField, kind: Kind, token: &str) -> Result<u64, Error> {
        let term = key(kind, &term_text(token));
        let info = self.field(field).terms().get(&term).map_err(Error::Postings)?;
        Ok(info.map_or(0, |info| info.doc_freq.into()))
    }

    /// The same, of documents in some ranges, which come in order.
    pub(crate) fn doc_freq_in(
        &self,
        field: TermField,
        kind: Kind,
        token: &str,
        ranges: impl Iterator<Item = Range<u32>>,
    ) -> Result<u64, Error> {
        let reader = self.field(field);
        let term = key(kind, &term_text(token));
        let Some(info) = reader.terms().get(&term).map_err(Error::Postings)? else { return Ok(0) };
        let mut list = read(reader, &info, IndexRecordOption::Basic)?;
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

    /// Calls `found` with the terms that `pattern` accepts, in order. Terms of long tokens are left out: their text is not
    /// known.
    pub(crate) fn matching_terms(
        &self,
        field: TermField,
        kind: Kind,
        pattern: &TermPattern<'_>,
        limits: &Limits<'_>,
        mut found: impl FnMut(&str) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let flat = self.field_reader(field).flat(limits)?;
        flat.matching(
            kind,
            pattern,
            limits,
            |ordinal| {
                if flat.is_long(ordinal) { Ok(()) } else { found(flat.text(ordinal)) }
            },
        )
    }

    fn field(&self, name: TermField) -> &InvertedIndexReader {
        &self.field_reader(name).inverted
    }

    fn field_reader(&self, name: TermField) -> &FieldReader {
        match name {
            TermField::Words => &self.words,
            TermField::Tokens => &self.tokens,
        }
    }

    /// What the segment knows of two tokens that are to stand next to each other.
    pub(crate) fn pair(&self, kind: Kind, first: &str, second: &str) -> Result<Option<PairFilter>, Error> {
        PairFilter::open(&self.pairs, kind, first, second)
    }

    /// Every document that may match `lookup`, over all fields; only those in `range` are asked for.
    pub(crate) fn lookup(
        &self,
        kind: Kind,
        lookup: &Lookup<'_>,
        range: Range<u32>,
        limits: &Limits<'_>,
    ) -> Result<Union, Error> {
        let mut union = Union::new(range);
        let fields = [(Has::Words, &self.words), (Has::Tokens, &self.tokens), (Has::Passing, &self.passing)];
        for (has, field) in fields {
            let reader = &field.inverted;
            // One field has frequencies, the others have not: a block is read by its own field's rules.
            union.block = None;
            match lookup {
                Lookup::Exact(token) | Lookup::Next(token) => {
                    union.add_exact(has, reader, &key(kind, &term_text(token)))?
                }
                Lookup::Prefix(prefix) if prefix.len() <= TERM_LEN_MAX => {
                    union.add_prefix(reader, &key(kind, prefix.as_bytes()), limits)?;
                }
                Lookup::Prefix(prefix) => union.add_prefix(reader, &key(kind, long_head(prefix).as_bytes()), limits)?,
                Lookup::Pattern(pattern) => {
                    let flat = field.flat(limits)?;
                    let scores = pattern.scores.and_then(|scores| Some((scores, has.field()?)));
                    flat.matching(kind, pattern, limits, |at| {
                        union.add_docs(reader, &flat.info(at), limits)?;
                        let Some((scores, of_scores)) = scores else { return Ok(()) };
                        // Which token a long term is, it does not say.
                        let token = (!flat.is_long(at)).then(|| flat.text(at));
                        let worth = token.map_or(f64::INFINITY, |token| scores.term(of_scores, token));
                        if worth > 0.0 {
                            self.add_worth(&mut union, (scores, of_scores, worth), &flat.info(at))
                        } else {
                            Ok(())
                        }
                    })?;
                }
                Lookup::Range(range) => {
                    let flat = field.flat(limits)?;
                    flat.inside(kind, range, limits, |at| union.add_docs(reader, &flat.info(at), limits))?;
                }
            }
        }
        union.add_exact(Has::Passing, &self.passing.inverted, &key(kind, b""))?;
        Ok(union)
    }
}

fn key(kind: Kind, term: &[u8]) -> Vec<u8> {
    [&[kind_byte(kind)], term].concat()
}

pub(super) fn read(
    reader: &InvertedIndexReader,
    info: &TermInfo,
    option: IndexRecordOption,
) -> Result<SegmentPostings, Error> {
    reader.read_postings_from_terminfo(info, option).map_err(Error::Postings)
}

/// The first document of `list` at or after `first`; behind the last comes one that no segment has.
pub(super) fn seek(list: &mut SegmentPostings, first: u32) -> u32 {
    if list.doc() >= first {
        return list.doc();
    }
    // The next one, most of the time.
    let next = list.advance();
    if next >= first { next } else { list.seek(first) }
}

impl SegmentReader {
    /// Adds what a term is worth in the documents that have it.
    fn add_worth(
        &self,
        union: &mut Union,
        (scores, field, of_term): (&dyn TermScores, TermField, f64),
        info: &TermInfo,
    ) -> Result<(), Error> {
        let reader = self.field(field);
        union.worth.resize(union.range.len(), Worth::default());
        let mut list = read(reader, info, IndexRecordOption::WithFreqs)?;
        let mut doc = seek(&mut list, union.range.start);
        while doc < union.range.end {
            let worth = &mut union.worth[(doc - union.range.start) as usize];
            let sum = if field == TermField::Words { &mut worth.words } else { &mut worth.tokens };
            let share = scores.share(field, list.term_freq(), self.len_of(doc).0);
            // A share of what is not known is not known.
            *sum += if of_term.is_finite() { of_term * share } else { of_term };
            doc = list.advance();
        }
        Ok(())
    }
}

/// The field a posting list is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Has {
    Words,
    Tokens,
    Passing,
}

impl Has {
    /// The field, if it is one of final texts.
    fn field(self) -> Option<TermField> {
        match self {
            Has::Words => Some(TermField::Words),
            Has::Tokens => Some(TermField::Tokens),
            Has::Passing => None,
        }
    }
}

/// The union of some posting lists over a range of documents, to be read forward.
pub(crate) struct Union {
    lists: Vec<(Has, SegmentPostings)>,
    /// Documents of a prefix's terms, a bit for each of the range: there may be very many terms. Empty if there are
    /// none.
    bits: Vec<u64>,
    range: Range<u32>,
    terms: usize,
    /// What the terms of a pattern are worth together in each document of the range. Empty if they are worth all the same.
    worth: Vec<Worth>,
    /// Kept from one list to the next.
    block: Option<BlockSegmentPostings>,
}

impl Union {
    fn new(range: Range<u32>) -> Union {
        Union { lists: Vec::new(), bits: Vec::new(), range, terms: 0, worth: Vec::new(), block: None }
    }

    fn add_exact(&mut self, has: Has, reader: &InvertedIndexReader, key: &[u8]) -> Result<(), Error> {
        let option = if has == Has::Passing { IndexRecordOption::Basic } else { IndexRecordOption::WithFreqs };
        if let Some(info) = reader.terms().get(key).map_err(Error::Postings)? {
            self.lists.push((has, read(reader, &info, option)?));
        }
        Ok(())
    }

    /// Where `doc`, which [`Union::next_from`] gave last, has it.
    pub(crate) fn membership(&self, doc: u32) -> Membership {
        let mut has = Membership::default();
        for (field, _) in self.lists.iter().filter(|(_, list)| list.doc() == doc) {
            match field {
                Has::Words => has.words = true,
                Has::Tokens => has.tokens = true,
                Has::Passing => has.passing = true,
            }
        }
        has
    }

    /// How often `doc`, which [`Union::next_from`] gave last, has it.
    pub(crate) fn frequencies(&self, doc: u32) -> Frequencies {
        let mut frequencies = Frequencies::default();
        if !self.bits.is_empty() {
            frequencies = Frequencies { words: Frequencies::UNKNOWN, tokens: Frequencies::UNKNOWN };
        }
        for (has, list) in self.lists.iter().filter(|(_, list)| list.doc() == doc) {
            match has {
                Has::Words => frequencies.words = frequencies.words.max(list.term_freq()),
                Has::Tokens => frequencies.tokens = frequencies.tokens.max(list.term_freq()),
                Has::Passing => {}
            }
        }
        frequencies
    }

    fn add_prefix(&mut self, reader: &InvertedIndexReader, key: &[u8], limits: &Limits<'_>) -> Result<(), Error> {
        let mut terms = reader.terms().range().ge(key).into_stream().map_err(Error::Postings)?;
        while terms.advance() && terms.key().starts_with(key) {
            self.add_docs(reader, terms.value(), limits)?;
        }
        Ok(())
    }

    /// Marks the documents of one term of many.
    fn add_docs(&mut self, reader: &InvertedIndexReader, info: &TermInfo, limits: &Limits<'_>) -> Result<(), Error> {
        self.terms += 1;
        limits.allow(self.terms)?;
        if self.terms.is_multiple_of(CHECK_EVERY) {
            limits.check()?;
        }
        self.bits.resize(self.range.len().div_ceil(64), 0);
        let mut block = match self.block.take() {
            Some(mut block) => {
                reader.reset_block_postings_from_terminfo(info, &mut block).map_err(Error::Postings)?;
                block
            }
            None => {
                reader.read_block_postings_from_terminfo(info, IndexRecordOption::Basic).map_err(Error::Postings)?
            }
        };
        if self.range.start > 0 {
            block.seek(self.range.start);
        }
        loop {
            let docs = block.docs();
            for doc in docs.iter().filter(|doc| self.range.contains(doc)) {
                let bit = doc - self.range.start;
                self.bits[bit as usize / 64] |= 1 << (bit % 64);
            }
            if docs.last().is_none_or(|&last| last >= self.range.end) {
                break;
            }
            block.advance();
        }
        self.block = Some(block);
        Ok(())
    }

    /// Whether a pattern says what its tokens are worth.
    pub(crate) fn has_worth(&self) -> bool {
        !self.worth.is_empty()
    }

    /// What the terms of a pattern in `doc` are worth together, if it says what each is.
    pub(crate) fn expanded(&self, doc: u32) -> Option<Worth> {
        self.worth.get((doc - self.range.start) as usize).copied()
    }

    /// The first document of the union at or after `first`. To be asked for in rising order.
    pub(crate) fn next_from(&mut self, first: u32) -> Option<u32> {
        let first = first.max(self.range.start);
        let listed = self.lists.iter_mut().map(|(_, list)| seek(list, first)).min();
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
