//! The texts a query looks for, each once.

use rustc_hash::FxHashMap;

use super::Kinds;
use crate::pattern::Pattern;

/// The number of a text in a [`Vocabulary`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TermId(pub(crate) u32);

impl TermId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a query looks for, each once: whole tokens by their folded text, sets of tokens, and any text at all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vocabulary {
    texts: Vec<Box<str>>,
    exact: FxHashMap<Box<str>, TermId>,
    patterns: Vec<Entry>,
    any_text: Option<TermId>,
    /// Bit `n % 64` is set if an exact text of `n` bytes exists: most tokens are refused by their length.
    lengths: u64,
}

/// A set of tokens.
#[derive(Clone, Debug)]
struct Entry {
    id: TermId,
    pattern: Pattern,
    /// The kinds of item that it is looked for in: a fuzzy word stands for what is in their documents.
    kinds: Kinds,
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

    /// The term for a set of tokens in items of some kinds.
    pub(crate) fn pattern(&mut self, pattern: Pattern, kinds: Kinds) -> TermId {
        if let Some(known) = self.patterns.iter().find(|known| known.kinds == kinds && known.pattern == pattern) {
            return known.id;
        }
        let id = self.add("");
        self.patterns.push(Entry { id, pattern, kinds });
        id
    }

    /// The term for whatever is not blank.
    pub(crate) fn any_text(&mut self) -> TermId {
        let id = self.any_text.unwrap_or_else(|| self.add(""));
        self.any_text = Some(id);
        id
    }

    /// The term for whatever is not blank, if the query asks for it.
    pub(crate) fn asks_for_any_text(&self) -> Option<TermId> {
        self.any_text
    }

    /// The set of tokens that a term stands for, if it is one.
    pub(crate) fn pattern_of(&self, id: TermId) -> Option<&Pattern> {
        let at = self.patterns.binary_search_by_key(&id, |entry| entry.id).ok()?;
        Some(&self.patterns[at].pattern)
    }

    /// The sets of tokens that the query asks for, and the kinds of item in which it does.
    pub(crate) fn patterns(&self) -> impl Iterator<Item = (TermId, &Pattern, Kinds)> {
        self.patterns.iter().map(|entry| (entry.id, &entry.pattern, entry.kinds))
    }

    fn add(&mut self, text: &str) -> TermId {
        // The number of leaves is limited, so is that of terms.
        let id = TermId(self.texts.len() as u32);
        self.texts.push(text.into());
        id
    }

    /// The text of a term for a whole token; empty for others.
    pub(crate) fn text(&self, id: TermId) -> &str {
        &self.texts[id.index()]
    }

    /// The terms that stand for whole tokens, in order of their texts' appearance.
    pub(crate) fn exact_terms(&self) -> impl Iterator<Item = (TermId, &str)> {
        let is_exact = |id: TermId| self.exact.get(self.text(id)) == Some(&id);
        (0..self.texts.len()).map(|i| TermId(i as u32)).filter(move |&id| is_exact(id)).map(|id| (id, self.text(id)))
    }

    /// Pieces of work that looking one token up takes, about.
    pub(crate) fn look_up_work(&self) -> usize {
        1 + self.patterns.len()
    }

    /// Calls `found` with each term that the folded `token` is or belongs to.
    pub(crate) fn look_up(&self, token: &str, mut found: impl FnMut(TermId)) {
        if self.lengths >> (token.len() % 64) & 1 == 1
            && let Some(&id) = self.exact.get(token)
        {
            found(id);
        }
        for Entry { id, pattern, .. } in &self.patterns {
            if pattern.matches(token) {
                found(*id);
            }
        }
    }
}
