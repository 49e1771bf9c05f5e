//! Pairs of frequent tokens that stand next to each other, for phrases.
//!
//! Two words that stand in very many documents each stand next to each other in few. Without positions a search would have to
//! look at the text of every document that has both. So from the document on with which a token has become *common*, its pairs
//! with other common tokens are terms of a field of their own. A pair is a token at one position and a token at the next one,
//! whatever sort of token they are.
//!
//! | term, behind the kind | documents |
//! | --- | --- |
//! | 1, five bytes of a hash of both tokens | those that have the pair while both are common; perhaps others |
//! | 2, the field, the token | the first with which the token is common in that field |
//! | 3 | those whose text grew: pairs may have stood in them that are not in the final text |

use std::collections::BTreeMap;

use tantivy::postings::SegmentPostings;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, InvertedIndexReader};
use trail_content::{Item, Kind};

use super::reader::{read, seek};
use super::terms::Added;
use super::{kind_byte, term_text};
use crate::error::Error;
use crate::lookup::TermField;

const PAIR: u8 = 1;
const SINCE: u8 = 2;
const GREW: u8 = 3;

/// Bits of a pair's hash: two pairs of a segment hardly ever share one, and if they do, a text is looked at for nothing.
const HASH_BITS: u32 = 40;

/// No document has that number.
const NEVER: u32 = u32::MAX;

/// The pairs of a segment as they are gathered.
///
/// Nearly every pair is another one, so they are not looked up as they come but sorted when all are there.
#[derive(Debug)]
pub(super) struct PairsBuilder {
    /// Each with its document: the term as a number that is ordered as its bytes are.
    pairs: Vec<(u64, u32)>,
    /// The other terms, with their documents.
    others: BTreeMap<Vec<u8>, Vec<u32>>,
    /// With so many documents a token becomes common.
    common_docs: u32,
    /// The common tokens of the document at hand: positions and hashes.
    common: Vec<(u32, u64)>,
}

impl PairsBuilder {
    pub(super) fn new(common_docs: u32) -> PairsBuilder {
        let (pairs, others) = (Vec::new(), BTreeMap::new());
        PairsBuilder { pairs, others, common_docs: common_docs.max(1), common: Vec::new() }
    }

    /// Takes note of a token that was added to its field.
    pub(super) fn token(&mut self, kind: u8, field: TermField, term: &[u8], position: u32, doc: u32, added: Added) {
        if added.docs < self.common_docs {
            return;
        }
        if added.is_first && added.docs == self.common_docs {
            self.others.insert(key(kind, &since_term(field, term)), vec![doc]);
        }
        self.common.push((position, hash(term)));
    }

    /// Adds the pairs of the document whose tokens were noted.
    pub(super) fn finish(&mut self, kind: u8, item: &Item<'_>, doc: u32) {
        if !item.spans().all(|span| span.growth.is_empty() && span.grows_in.is_none() && span.grows_out.is_none()) {
            self.others.entry(key(kind, &[GREW])).or_default().push(doc);
            self.common.clear();
            return;
        }
        // A token of several words comes behind them and stands where the first of them does.
        self.common.sort_unstable();
        let (mut here, mut next) = (0, 0);
        while here < self.common.len() {
            let position = self.common[here].0;
            while self.common.get(next).is_some_and(|at| at.0 <= position) {
                next += 1;
            }
            let behind = self.common[next..].iter().take_while(|at| at.0 == position + 1);
            for &(_, second) in behind {
                self.pairs.push((pair_number(kind, self.common[here].1, second), doc));
            }
            here += 1;
        }
        self.common.clear();
    }

    /// Bytes of memory, about: there are few other terms.
    pub(super) fn memory(&self) -> usize {
        self.pairs.capacity() * size_of::<(u64, u32)>()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pairs.is_empty() && self.others.is_empty()
    }

    /// Gives the terms in the order of their bytes, each with its documents in order.
    ///
    /// # Errors
    /// Those of `f`.
    pub(super) fn for_each_sorted<E>(mut self, mut f: impl FnMut(&[u8], &[u32]) -> Result<(), E>) -> Result<(), E> {
        sort_by_term(&mut self.pairs);
        self.pairs.dedup();
        let mut others = self.others.into_iter().peekable();
        let mut docs: Vec<u32> = Vec::new();
        for of_pair in self.pairs.chunk_by(|a, b| a.0 == b.0) {
            let term = pair_bytes(of_pair[0].0);
            while let Some((other, docs)) = others.next_if(|(other, _)| other[..] < term[..]) {
                f(&other, &docs)?;
            }
            docs.clear();
            docs.extend(of_pair.iter().map(|pair| pair.1));
            f(&term, &docs)?;
        }
        others.try_for_each(|(other, docs)| f(&other, &docs))
    }
}

/// Orders pairs by their terms; they come in the order of documents and keep that. Byte by byte, the last one first: terms
/// are hashes, for which that takes a tenth of what comparing them does.
fn sort_by_term(pairs: &mut Vec<(u64, u32)>) {
    debug_assert!(pairs.is_sorted_by_key(|pair| pair.1));
    let mut sorted = vec![(0, 0); pairs.len()];
    for byte in 0..u64::BITS / 8 {
        let digit = |pair: &(u64, u32)| usize::from((pair.0 >> (8 * byte)) as u8);
        let mut starts = [0; 256];
        pairs.iter().for_each(|pair| starts[digit(pair)] += 1);
        if starts.contains(&pairs.len()) {
            // They have this byte in common.
            continue;
        }
        let mut start = 0;
        for count in &mut starts {
            start += std::mem::replace(count, start);
        }
        for pair in &*pairs {
            let place = &mut starts[digit(pair)];
            sorted[*place] = *pair;
            *place += 1;
        }
        std::mem::swap(pairs, &mut sorted);
    }
}

/// Two tokens that are to stand next to each other, in the documents of one segment.
pub(crate) struct PairFilter {
    pair: Option<SegmentPostings>,
    grew: Option<SegmentPostings>,
    since: [CommonSince; 2],
}

/// From which document on a token is common, field by field.
#[derive(Clone, Copy)]
struct CommonSince {
    words: u32,
    tokens: u32,
}

/// In which fields a document has a token.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Membership {
    pub(super) words: bool,
    pub(super) tokens: bool,
    pub(super) passing: bool,
}

impl PairFilter {
    /// Nothing where nothing is known of the pair.
    pub(super) fn open(
        reader: &InvertedIndexReader,
        kind: Kind,
        first: &str,
        second: &str,
    ) -> Result<Option<PairFilter>, Error> {
        let kind = kind_byte(kind);
        let (first, second) = (term_text(first), term_text(second));
        let list = |term: &[u8]| -> Result<Option<SegmentPostings>, Error> {
            let info = reader.terms().get(key(kind, term)).map_err(Error::Postings)?;
            info.map(|info| read(reader, &info, IndexRecordOption::Basic)).transpose()
        };
        let since = |token: &[u8]| -> Result<CommonSince, Error> {
            let of = |field| Ok::<_, Error>(list(&since_term(field, token))?.map_or(NEVER, |list| list.doc()));
            Ok(CommonSince { words: of(TermField::Words)?, tokens: of(TermField::Tokens)? })
        };
        let since = [since(&first)?, since(&second)?];
        if since.iter().any(|since| since.words == NEVER && since.tokens == NEVER) {
            return Ok(None);
        }
        let pair = list(&pair_bytes(pair_number(kind, hash(&first), hash(&second)))[1..])?;
        Ok(Some(PairFilter { pair, grew: list(&[GREW])?, since }))
    }

    /// Tells whether `doc`, which has both tokens, never had them next to each other. To be asked in rising order.
    pub(crate) fn rules_out(&mut self, doc: u32, has: [Membership; 2]) -> bool {
        let knows = |(since, has): (&CommonSince, Membership)| {
            !has.passing && (!has.words || since.words <= doc) && (!has.tokens || since.tokens <= doc)
        };
        let has_doc = |list: &mut Option<SegmentPostings>| list.as_mut().is_some_and(|list| seek(list, doc) == doc);
        self.since.iter().zip(has).all(knows) && !has_doc(&mut self.pair) && !has_doc(&mut self.grew)
    }
}

fn since_term(field: TermField, token: &[u8]) -> Vec<u8> {
    let field = match field {
        TermField::Words => b'w',
        TermField::Tokens => b't',
    };
    [&[SINCE, field], token].concat()
}

/// The term of a pair as a number.
fn pair_number(kind: u8, first: u64, second: u64) -> u64 {
    let hash = mix(mix(first) ^ second.rotate_left(32)) >> (u64::BITS - HASH_BITS);
    u64::from(kind) << (HASH_BITS + 8) | u64::from(PAIR) << HASH_BITS | hash
}

/// The term itself, kind included.
fn pair_bytes(number: u64) -> [u8; 7] {
    let [_, term @ ..] = number.to_be_bytes();
    term
}

fn key(kind: u8, term: &[u8]) -> Vec<u8> {
    [&[kind], term].concat()
}

/// FNV-1a: the index keeps what comes of it, so it must stay as it is.
fn hash(token: &[u8]) -> u64 {
    token.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// Spreads what two hashes differ in over all bits; the finalizer of MurmurHash3.
fn mix(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_come_by_their_terms_then_by_documents() {
        let mut number = 1_u64;
        for len in [0, 1, 2, 255, 5000] {
            let mut pairs: Vec<(u64, u32)> = Vec::new();
            for doc in 0..len {
                number = mix(number.wrapping_add(len.into()));
                // Few kinds, and hashes of which some are the same.
                pairs.push((pair_number(b'a' + (doc % 3) as u8, number % 500, 7), doc / 2));
            }
            let mut expected = pairs.clone();
            expected.sort_unstable();
            sort_by_term(&mut pairs);
            assert_eq!(pairs, expected);
        }
    }

    #[test]
    fn hashes_stay_as_they_are() {
        assert_eq!(hash(b"passwd"), 0x0b05_8bde_96e2_34fb);
        assert_eq!(pair_number(b'l', hash(b"cat"), hash(b"passwd")), 0x006c_01b2_71ed_766c);
        assert_ne!(pair_number(b'l', 1, 2), pair_number(b'l', 2, 1));
    }
}
