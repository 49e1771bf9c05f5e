//! The distinct texts of a block.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use crate::Kind;

/// A text's number in [`Texts`], in the order in which texts were first met.
pub(super) type TextId = u32;

#[derive(Clone, Copy, Debug)]
pub(super) struct Text {
    pub(super) kind: Kind,
    pub(super) start: u32,
    pub(super) len: u32,
    hash: u32,
}

/// Texts by (kind, text), in one pool.
#[derive(Debug, Default)]
pub(super) struct Texts {
    pub(super) pool: String,
    pub(super) entries: Vec<Text>,
    /// Open addressing: number of a text plus 1, or 0. Its length is a power of two.
    buckets: Vec<u32>,
}

/// From this length on a text is looked at for what it shares with the one before: a line longer than the kept history
/// loses a row at its head with each row it gains, and would otherwise be stored whole each time.
const LONG_TEXT: usize = 4096;
/// Bytes at its beginning by which such a text is found in the one before.
const PROBE_LEN: usize = 64;

impl Texts {
    /// Enters a text, or finds it.
    pub(super) fn intern(&mut self, kind: Kind, text: &str) -> TextId {
        if (self.entries.len() + 1) * 2 > self.buckets.len() {
            self.grow();
        }
        let hash = hash(kind, text);
        let mask = self.buckets.len() - 1;
        let mut bucket = hash as usize & mask;
        while let Some(id) = self.buckets[bucket].checked_sub(1) {
            let entry = self.entries[id as usize];
            if entry.hash == hash && entry.kind == kind && self.text(id) == text {
                return id;
            }
            bucket = (bucket + 1) & mask;
        }
        let start = self.place(text);
        self.entries.push(Text { kind, start, len: text.len() as u32, hash });
        let id = self.entries.len() as u32;
        self.buckets[bucket] = id;
        id - 1
    }

    pub(super) fn text(&self, id: TextId) -> &str {
        let entry = self.entries[id as usize];
        &self.pool[entry.start as usize..(entry.start + entry.len) as usize]
    }

    fn grow(&mut self) {
        let len = (self.buckets.len() * 2).max(64);
        self.buckets.clear();
        self.buckets.resize(len, 0);
        for (id, entry) in self.entries.iter().enumerate() {
            let mut bucket = entry.hash as usize & (len - 1);
            while self.buckets[bucket] != 0 {
                bucket = (bucket + 1) & (len - 1);
            }
            self.buckets[bucket] = id as u32 + 1;
        }
    }

    /// Finds or makes room for a new text.
    fn place(&mut self, text: &str) -> u32 {
        if text.len() >= LONG_TEXT
            && let Some(start) = self.shared_start(text)
        {
            self.pool.push_str(&text[self.pool.len() - start..]);
            return start as u32;
        }
        let start = self.pool.len() as u32;
        self.pool.push_str(text);
        start
    }

    /// Where the text begins in the last one entered, if that is long, ends the pool and goes on as this one begins.
    fn shared_start(&self, text: &str) -> Option<usize> {
        let last = self.entries.last().filter(|last| last.len as usize >= LONG_TEXT)?;
        let before = &self.pool.as_bytes()[last.start as usize..];
        let probe = &text.as_bytes()[..PROBE_LEN];
        let at = memchr::memmem::find(before, probe)?;
        text.as_bytes().starts_with(&before[at..]).then_some(last.start as usize + at)
    }
}

fn hash(kind: Kind, text: &str) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.write_u8(kind.code());
    let hash = hasher.finish();
    (hash ^ hash >> 32) as u32
}
