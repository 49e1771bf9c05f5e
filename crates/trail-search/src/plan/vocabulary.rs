//! The texts a query looks for, each once.

use rustc_hash::FxHashMap;

/// The number of a text in a [`Vocabulary`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TermId(pub(crate) u32);

impl TermId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// The texts a query looks for, folded, each once: whole tokens, and beginnings of tokens.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vocabulary {
    texts: Vec<Box<str>>,
    exact: FxHashMap<Box<str>, TermId>,
    prefixes: Vec<TermId>,
    /// Bit `n % 64` is set if an exact text of `n` bytes exists: most tokens are refused by their length.
    lengths: u64,
}

impl Vocabulary {
    /// The term for a whole token.
    pub(crate) fn exact(&mut self, text: &str) -> TermId {
        if let Some(&id) = self.exact.get(text) {
            return id;
        }
        let id = self.add(text);
        self.exact.insert(text.into(), id);
        self.lengths |= 1 << (text.len() % 64);
        id
    }

    /// The term for the beginning of a token.
    pub(crate) fn prefix(&mut self, text: &str) -> TermId {
        let known = self.prefixes.iter().copied().find(|&id| self.text(id) == text);
        known.unwrap_or_else(|| {
            let id = self.add(text);
            self.prefixes.push(id);
            id
        })
    }

    fn add(&mut self, text: &str) -> TermId {
        // The number of leaves is limited, so is that of terms.
        let id = TermId(self.texts.len() as u32);
        self.texts.push(text.into());
        id
    }

    /// The text of a term.
    pub(crate) fn text(&self, id: TermId) -> &str {
        &self.texts[id.index()]
    }

    /// The terms that stand for whole tokens, in order of their texts' appearance.
    pub(crate) fn exact_terms(&self) -> impl Iterator<Item = (TermId, &str)> {
        let is_exact = |id: TermId| self.exact.get(self.text(id)) == Some(&id);
        (0..self.texts.len()).map(|i| TermId(i as u32)).filter(move |&id| is_exact(id)).map(|id| (id, self.text(id)))
    }

    /// Calls `found` with each term that the folded `token` is or begins with.
    pub(crate) fn look_up(&self, token: &str, mut found: impl FnMut(TermId)) {
        if self.lengths >> (token.len() % 64) & 1 == 1
            && let Some(&id) = self.exact.get(token)
        {
            found(id);
        }
        for &id in &self.prefixes {
            if token.starts_with(self.text(id)) {
                found(id);
            }
        }
    }
}
