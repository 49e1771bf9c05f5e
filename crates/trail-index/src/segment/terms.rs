//! The terms of one field while a segment is built: an interning table and a flat list of postings.

use std::hash::Hasher;

use rustc_hash::FxHasher;

const FREE: u32 = u32::MAX;
const NEVER: u32 = u32::MAX;

/// One occurrence of a term in a document, however often.
#[derive(Clone, Copy, Debug)]
struct Posting {
    term: u32,
    doc: u32,
    freq: u32,
}

#[derive(Clone, Copy, Debug)]
struct Term {
    hash: u32,
    key_start: u32,
    key_len: u32,
    doc_freq: u32,
    last_doc: u32,
    last_posting: u32,
}

/// Terms and postings of one field.
///
/// Documents come in order, so a term's last posting says whether the document at hand has it already. Postings stay in
/// the order in which they came; only when the segment is written are they sorted by term, in one counting pass.
#[derive(Debug, Default)]
pub(super) struct TermTable {
    /// Keys of all terms, one behind the other.
    keys: Vec<u8>,
    terms: Vec<Term>,
    /// Open addressing: ordinals of terms; the length is a power of two, at most half full.
    slots: Vec<u32>,
    postings: Vec<Posting>,
}

/// What became of an occurrence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Added {
    /// How many documents have the term so far.
    pub(super) docs: u32,
    /// It was the first in its document.
    pub(super) is_first: bool,
}

impl TermTable {
    /// Counts one occurrence of `kind` + `text` in `doc`, which is not less than any before.
    pub(super) fn add(&mut self, kind: u8, text: &[u8], doc: u32) -> Added {
        let hash = hash(kind, text);
        let ordinal = match self.find(hash, kind, text) {
            Ok(ordinal) => ordinal,
            Err(slot) => self.insert(slot, hash, kind, text),
        };
        let term = &mut self.terms[ordinal as usize];
        if term.last_doc == doc {
            self.postings[term.last_posting as usize].freq += 1;
            return Added { docs: term.doc_freq, is_first: false };
        }
        term.doc_freq += 1;
        term.last_doc = doc;
        term.last_posting = self.postings.len() as u32;
        let docs = term.doc_freq;
        self.postings.push(Posting { term: ordinal, doc, freq: 1 });
        Added { docs, is_first: true }
    }

    /// Tells whether the last document to which anything was added, `doc`, has that term.
    pub(super) fn last_doc_has(&self, kind: u8, text: &[u8], doc: u32) -> bool {
        let found = if self.slots.is_empty() { None } else { self.find(hash(kind, text), kind, text).ok() };
        found.is_some_and(|ordinal| self.terms[ordinal as usize].last_doc == doc)
    }

    /// Bytes of memory, about; what writing the segment takes on top is less than this again.
    pub(super) fn memory(&self) -> usize {
        self.keys.capacity()
            + self.terms.capacity() * size_of::<Term>()
            + self.slots.capacity() * size_of::<u32>()
            + self.postings.capacity() * size_of::<Posting>()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Sum of all frequencies.
    pub(super) fn total_freq(&self) -> u64 {
        self.postings.iter().map(|posting| u64::from(posting.freq)).sum()
    }

    /// Gives the terms in the order of their keys, each with its documents in order and their frequencies.
    ///
    /// # Errors
    /// Those of `f`.
    pub(super) fn for_each_sorted<E>(self, mut f: impl FnMut(&[u8], &[(u32, u32)]) -> Result<(), E>) -> Result<(), E> {
        let TermTable { keys, terms, slots, postings } = self;
        drop(slots);
        let key = |term: &Term| &keys[term.key_start as usize..(term.key_start + term.key_len) as usize];

        let mut order: Vec<(u64, u32)> = terms.iter().zip(0..).map(|(term, i)| (head(key(term)), i)).collect();
        order.sort_unstable_by(|a, b| {
            a.0.cmp(&b.0).then_with(|| key(&terms[a.1 as usize]).cmp(key(&terms[b.1 as usize])))
        });

        let mut next = vec![0u32; terms.len()];
        let mut start = 0;
        for &(_, ordinal) in &order {
            next[ordinal as usize] = start;
            start += terms[ordinal as usize].doc_freq;
        }
        let mut sorted = vec![(0u32, 0u32); postings.len()];
        for posting in &postings {
            let place = &mut next[posting.term as usize];
            sorted[*place as usize] = (posting.doc, posting.freq);
            *place += 1;
        }
        drop(postings);

        let mut start = 0;
        for &(_, ordinal) in &order {
            let term = &terms[ordinal as usize];
            let end = start + term.doc_freq as usize;
            f(key(term), &sorted[start..end])?;
            start = end;
        }
        Ok(())
    }

    /// The term's ordinal, or the free slot where it belongs.
    fn find(&self, hash: u32, kind: u8, text: &[u8]) -> Result<u32, usize> {
        if self.slots.is_empty() {
            return Err(0);
        }
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let ordinal = self.slots[slot];
            if ordinal == FREE {
                return Err(slot);
            }
            let term = &self.terms[ordinal as usize];
            if term.hash == hash && term.key_len as usize == text.len() + 1 {
                let start = term.key_start as usize;
                if self.keys[start] == kind && self.keys[start + 1..][..text.len()] == *text {
                    return Ok(ordinal);
                }
            }
            slot = (slot + 1) & mask;
        }
    }

    #[cold]
    fn insert(&mut self, slot: usize, hash: u32, kind: u8, text: &[u8]) -> u32 {
        let ordinal = self.terms.len() as u32;
        let key_start = self.keys.len() as u32;
        self.keys.push(kind);
        self.keys.extend_from_slice(text);
        let key_len = text.len() as u32 + 1;
        self.terms.push(Term { hash, key_start, key_len, doc_freq: 0, last_doc: NEVER, last_posting: 0 });
        if self.terms.len() * 2 > self.slots.len() {
            self.grow();
        } else {
            self.slots[slot] = ordinal;
        }
        ordinal
    }

    fn grow(&mut self) {
        let len = (self.slots.len() * 2).max(1024);
        self.slots.clear();
        self.slots.resize(len, FREE);
        for (term, ordinal) in self.terms.iter().zip(0..) {
            let mut slot = term.hash as usize & (len - 1);
            while self.slots[slot] != FREE {
                slot = (slot + 1) & (len - 1);
            }
            self.slots[slot] = ordinal;
        }
    }
}

fn hash(kind: u8, text: &[u8]) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(text);
    hasher.write_u8(kind);
    let hash = hasher.finish();
    (hash ^ (hash >> 32)) as u32
}

/// The first eight bytes of a key as a number that compares like them.
fn head(key: &[u8]) -> u64 {
    let mut head = [0; 8];
    let len = key.len().min(8);
    head[..len].copy_from_slice(&key[..len]);
    u64::from_be_bytes(head)
}
