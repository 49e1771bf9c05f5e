//! The terms of a field as one flat text, for everything that looks at many of them.
//!
//! Walking tantivy's dictionary, a finite-state transducer, costs tens of nanoseconds a term. The same terms in a row are
//! searched for a required piece at the speed of memory. The flat text is made at the first such look and kept.

use std::ops::{Bound, Range};

use memchr::memmem::Finder;
use tantivy::postings::TermInfo;
use tantivy::termdict::TermDictionary;
use trail_content::Kind;

use super::{TERM_LEN_MAX, kind_byte};
use crate::error::Error;
use crate::lookup::{Limits, TermPattern, TermRange};

/// Stands behind every term; UTF-8 never has it, so a piece that is searched for never reaches over two terms.
const END: u8 = 0xff;

/// Terms or candidates looked at between two looks at the clock: well under a millisecond.
pub(crate) const CHECK_EVERY: usize = 4096;

/// As many bytes of a bound or long term as are compared where a long term takes part: its true beginning in any case,
/// since [`super::long_head`] may leave out the last bytes of a character.
const SURE_LEN: usize = TERM_LEN_MAX - 3;

/// All terms of a field, in order; a term's place is its ordinal in the dictionary.
#[derive(Debug, Default)]
pub(crate) struct FlatTerms {
    text: Vec<u8>,
    /// Where each begins; one more for the end.
    starts: Vec<u32>,
    /// Ordinals of the terms that stand for long tokens.
    long: Vec<u32>,
    /// By term.
    letters: Vec<Letters>,
    /// By term: the dictionary would have to be walked for each.
    infos: Vec<Info>,
}

/// Where the documents of a term are.
#[derive(Clone, Copy, Debug)]
struct Info {
    start: u64,
    len: u32,
    docs: u32,
}

impl Info {
    fn of(info: &TermInfo) -> Info {
        let range = &info.postings_range;
        Info { start: range.start as u64, len: u32::try_from(range.len()).unwrap_or(u32::MAX), docs: info.doc_freq }
    }
}

/// The characters of a token, as far as they tell that another one is too far from it: a bit for each of 56 sorts, and
/// how many there are in the highest byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Letters(u64);

impl Letters {
    const SORTS: u32 = 56;

    fn of(text: &str) -> Letters {
        let (mut sorts, mut count) = (0, 0_u64);
        for c in text.chars() {
            sorts |= 1_u64 << (u32::from(c) % Letters::SORTS);
            count += 1;
        }
        Letters(sorts | count.min(u8::MAX.into()) << Letters::SORTS)
    }

    /// Whether so few edits can make one of the other. Each changes the number of characters by one at most, and takes or
    /// brings one sort of them, or both.
    fn may_be_near(self, other: Letters, edits: u32) -> bool {
        let count = |letters: Letters| (letters.0 >> Letters::SORTS) as u32;
        let changed = ((self.0 ^ other.0) << (u64::BITS - Letters::SORTS)).count_ones();
        count(self).abs_diff(count(other)) <= edits && changed <= edits.saturating_mul(2)
    }
}

impl FlatTerms {
    /// Reads a dictionary.
    ///
    /// # Errors
    /// [`Error::Postings`]; [`Error::TooManyTerms`] for a text over 4 GiB, which no segment comes near.
    pub(crate) fn read(terms: &TermDictionary, limits: &Limits<'_>) -> Result<FlatTerms, Error> {
        let mut flat = FlatTerms { starts: Vec::with_capacity(terms.num_terms() + 1), ..FlatTerms::default() };
        let mut stream = terms.stream().map_err(Error::Postings)?;
        while stream.advance() {
            let ordinal = flat.starts.len();
            if ordinal.is_multiple_of(CHECK_EVERY) {
                limits.check()?;
            }
            flat.starts.push(flat.len()?);
            flat.infos.push(Info::of(stream.value()));
            if is_long(stream.key()) {
                flat.long.push(ordinal as u32);
            }
            flat.letters.push(Letters::of(stream.key().get(1..).map_or("", |text| str::from_utf8(text).unwrap_or(""))));
            flat.text.extend_from_slice(stream.key());
            flat.text.push(END);
        }
        flat.starts.push(flat.len()?);
        Ok(flat)
    }

    fn len(&self) -> Result<u32, Error> {
        u32::try_from(self.text.len()).map_err(|_| Error::TooManyTerms { limit: u32::MAX as usize })
    }

    /// A term's text, without its kind.
    pub(crate) fn text(&self, ordinal: u32) -> &str {
        std::str::from_utf8(&self.key(ordinal)[1..]).unwrap_or("")
    }

    /// Where the documents of a term are.
    pub(crate) fn info(&self, ordinal: u32) -> TermInfo {
        let Info { start, len, docs } = self.infos[ordinal as usize];
        let start = start as usize;
        TermInfo { doc_freq: docs, postings_range: start..start + len as usize, positions_range: 0..0 }
    }

    /// Tells whether a term stands for a long token, whose text is not known.
    pub(crate) fn is_long(&self, ordinal: u32) -> bool {
        is_long(self.key(ordinal))
    }

    /// Calls `found` with the ordinals, in order, of the terms that may be what `pattern` accepts.
    pub(crate) fn matching(
        &self,
        kind: Kind,
        pattern: &TermPattern<'_>,
        limits: &Limits<'_>,
        mut found: impl FnMut(u32) -> Result<(), Error>,
    ) -> Result<(), Error> {
        // A long term's beginning may be shorter than the prefix.
        let head = &pattern.prefix.as_bytes()[..pattern.prefix.len().min(SURE_LEN)];
        let key = [&[kind_byte(kind)], head].concat();
        let within = self.with_prefix(&key);
        let mut long = self.long_in(&within).iter().copied().peekable();
        let mut looked_at = 0_usize;
        let mut take = |ordinal: u32| -> Result<(), Error> {
            while let Some(before) = long.next_if(|&long| long < ordinal) {
                found(before)?;
            }
            looked_at += 1;
            if looked_at.is_multiple_of(CHECK_EVERY) {
                limits.check()?;
            }
            let text = self.text(ordinal);
            let fits = || (pattern.prefix.is_empty() || text.starts_with(pattern.prefix)) && (pattern.accepts)(text);
            if !self.is_long(ordinal) && fits() { found(ordinal) } else { Ok(()) }
        };
        if let Some(near) = pattern.near {
            let letters = Letters::of(near.text);
            let of = within.start as usize..within.end as usize;
            for (ordinal, other) in within.clone().zip(&self.letters[of]) {
                if letters.may_be_near(*other, near.edits) {
                    take(ordinal)?;
                } else if (ordinal as usize).is_multiple_of(CHECK_EVERY) {
                    limits.check()?;
                }
            }
        } else if pattern.infix.is_empty() || pattern.prefix.contains(pattern.infix) {
            within.clone().try_for_each(&mut take)?;
        } else {
            self.holding(&within, pattern.infix, limits, &mut take)?;
        }
        long.try_for_each(found)
    }

    /// Calls `take` with the ordinals of the terms that hold `infix`.
    fn holding(
        &self,
        within: &Range<u32>,
        infix: &str,
        limits: &Limits<'_>,
        take: &mut impl FnMut(u32) -> Result<(), Error>,
    ) -> Result<(), Error> {
        /// Searched between two looks at the clock.
        const PIECE_TERMS: u32 = 1 << 16;
        let finder = Finder::new(infix);
        let mut next = within.start;
        while next < within.end {
            limits.check()?;
            let piece_end = within.end.min(next.saturating_add(PIECE_TERMS));
            let end = self.starts[piece_end as usize] as usize;
            while next < piece_end {
                let from = self.starts[next as usize] as usize;
                let Some(at) = finder.find(&self.text[from..end]) else { break };
                let ordinal = self.holder(next, (from + at) as u32);
                // The kind is no part of the text.
                if from + at > self.starts[ordinal as usize] as usize || self.text(ordinal).contains(infix) {
                    take(ordinal)?;
                }
                next = ordinal + 1;
            }
            next = piece_end;
        }
        Ok(())
    }

    /// The term in which the byte `at` lies, which is `first` or a later one: often one of the next.
    fn holder(&self, first: u32, at: u32) -> u32 {
        let rest = &self.starts[first as usize + 1..];
        let mut step = 1;
        while rest.get(step).is_some_and(|&start| start <= at) {
            step *= 2;
        }
        let window = &rest[step / 2..rest.len().min(step + 1)];
        first + (step / 2 + window.partition_point(|&start| start <= at)) as u32
    }

    /// Calls `found` with the ordinals, in order, of the terms that may be inside `range`.
    pub(crate) fn inside(
        &self,
        kind: Kind,
        range: &TermRange<'_>,
        limits: &Limits<'_>,
        mut found: impl FnMut(u32) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let all = self.with_prefix(&[kind_byte(kind)]);
        let text = |ordinal: u32| &self.key(ordinal)[1..];
        let start = match range.lower {
            Bound::Included(lower) | Bound::Excluded(lower) => {
                self.partition(all.clone(), |ordinal| sure(text(ordinal)) < sure(lower.as_bytes()))
            }
            Bound::Unbounded => all.start,
        };
        let end = match range.upper {
            Bound::Included(upper) | Bound::Excluded(upper) => {
                self.partition(all, |ordinal| sure(text(ordinal)) <= sure(upper.as_bytes()))
            }
            Bound::Unbounded => all.end,
        };
        for ordinal in start..end {
            if ((ordinal - start) as usize).is_multiple_of(CHECK_EVERY) {
                limits.check()?;
            }
            if self.is_long(ordinal) || range.contains(self.text(ordinal)) {
                found(ordinal)?;
            }
        }
        Ok(())
    }

    /// The terms that begin with `key`.
    pub(crate) fn with_prefix(&self, key: &[u8]) -> Range<u32> {
        let all = 0..self.starts.len().saturating_sub(1) as u32;
        let start = self.partition(all.clone(), |ordinal| self.key(ordinal) < key);
        start..self.partition(start..all.end, |ordinal| self.key(ordinal).starts_with(key))
    }

    /// The first of `ordinals` of which `is_before` does not hold; it holds of a beginning.
    fn partition(&self, ordinals: Range<u32>, is_before: impl Fn(u32) -> bool) -> u32 {
        let Range { mut start, mut end } = ordinals;
        while start < end {
            let middle = start + (end - start) / 2;
            if is_before(middle) { start = middle + 1 } else { end = middle }
        }
        start
    }

    fn long_in(&self, within: &Range<u32>) -> &[u32] {
        let start = self.long.partition_point(|&long| long < within.start);
        let end = self.long.partition_point(|&long| long < within.end);
        &self.long[start..end]
    }

    /// A term as the dictionary has it: its kind, then its text.
    pub(crate) fn key(&self, ordinal: u32) -> &[u8] {
        let (start, next) = (self.starts[ordinal as usize], self.starts[ordinal as usize + 1]);
        &self.text[start as usize..next as usize - 1]
    }
}

/// Whether a key stands for a long token: those end in a hash.
fn is_long(key: &[u8]) -> bool {
    key.len() > 1 + TERM_LEN_MAX
}

/// What of a term or bound is compared where long terms may take part.
fn sure(text: &[u8]) -> &[u8] {
    &text[..text.len().min(SURE_LEN)]
}
