//! What a leaf is worth on an item: statistics and BM25.

use std::ops::AddAssign;

use trail_content::Kind;
use trail_index::analyzer::TokenKind;

use crate::bm25::{K1_PLUS_1, idf, tf, tf_without_norms};
use crate::matcher::matches;
use crate::occurrences::Occurrences;
use crate::plan::{Atom, Leaf, LeafMatcher, Plan, Reading, TermId};

/// In how many documents a text stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct DocumentFrequency {
    /// As a word.
    pub(crate) word: u64,
    /// As a part or a whole.
    pub(crate) token: u64,
}

/// Statistics of one kind of item over everything that is searched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KindStatistics {
    /// Number of documents: items with their final text, per content block.
    pub docs: u64,
    /// Words in all of them.
    pub words: u64,
    /// By term of the plan.
    frequencies: Vec<DocumentFrequency>,
}

impl KindStatistics {
    /// Of documents in which no term of a plan stands yet.
    pub fn new(docs: u64, words: u64) -> KindStatistics {
        KindStatistics { docs, words, frequencies: Vec::new() }
    }

    /// In how many documents `term` stands.
    pub(crate) fn frequency(&self, term: TermId) -> DocumentFrequency {
        self.frequencies.get(term.index()).copied().unwrap_or_default()
    }

    /// The entry of `term`, to be counted up.
    pub(crate) fn frequency_mut(&mut self, term: TermId) -> &mut DocumentFrequency {
        if self.frequencies.len() <= term.index() {
            self.frequencies.resize(term.index() + 1, DocumentFrequency::default());
        }
        &mut self.frequencies[term.index()]
    }

    pub(crate) fn average_len(&self) -> f64 {
        if self.docs == 0 { 0.0 } else { self.words as f64 / self.docs as f64 }
    }
}

impl AddAssign<&KindStatistics> for KindStatistics {
    fn add_assign(&mut self, other: &KindStatistics) {
        self.docs += other.docs;
        self.words += other.words;
        for (i, added) in other.frequencies.iter().enumerate() {
            let entry = self.frequency_mut(TermId(i as u32));
            entry.word += added.word;
            entry.token += added.token;
        }
    }
}

/// Statistics by kind of item; they do not depend on grouping, threads or order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    kinds: [KindStatistics; Kind::ALL.len()],
    /// Scores keep the factor k1 + 1, as before Lucene 8.
    pub(crate) keeps_k1_factor: bool,
}

impl Statistics {
    /// Those of one kind.
    pub fn of(&self, kind: Kind) -> &KindStatistics {
        &self.kinds[usize::from(kind.code())]
    }

    /// Those of one kind, to be counted up.
    pub fn of_mut(&mut self, kind: Kind) -> &mut KindStatistics {
        &mut self.kinds[usize::from(kind.code())]
    }

    /// Counts the terms of one document.
    pub(crate) fn count(&mut self, kind: Kind, text: &Occurrences) {
        let kind = self.of_mut(kind);
        for of_term in text.all().chunk_by(|a, b| a.term == b.term) {
            let has = |wanted: fn(TokenKind) -> bool| u64::from(of_term.iter().any(|at| wanted(at.kind)));
            let entry = kind.frequency_mut(of_term[0].term);
            entry.word += has(|kind| kind == TokenKind::Word);
            entry.token += has(|kind| kind != TokenKind::Word);
        }
    }
}

impl AddAssign<&Statistics> for Statistics {
    fn add_assign(&mut self, other: &Statistics) {
        self.kinds.iter_mut().zip(&other.kinds).for_each(|(kind, other)| *kind += other);
    }
}

/// Returns what `leaf` is worth on an item of `kind` with this final text.
///
/// If words alone match, this is Lucene's score of the term or phrase. Else the tokens that matched count without norms,
/// with the frequencies of parts and wholes. A match that only stood while the text grew is worth nothing; a prefix
/// always counts 1.
pub(crate) fn score(plan: &Plan, leaf: &Leaf, kind: Kind, text: &Occurrences, statistics: &Statistics) -> f64 {
    // Constants stay constants on either scale.
    let scale = if statistics.keeps_k1_factor { K1_PLUS_1 } else { 1.0 };
    if !leaf.is_scored {
        return 0.0;
    }
    let LeafMatcher::Sequence(atoms) = &leaf.matcher else { return leaf.boost };
    let (mut by_words, mut by_tokens) = (0u32, 0u32);
    matches(leaf, text, 0, |hit| *(if hit.by_words { &mut by_words } else { &mut by_tokens }) += 1);
    let statistics = statistics.of(kind);
    if by_words > 0 {
        let weight = word_weight(atoms, statistics);
        leaf.boost * scale * weight * tf(by_words.into(), text.word_count, statistics.average_len())
    } else if by_tokens > 0 {
        leaf.boost * scale * token_weight(plan, atoms, statistics) * tf_without_norms(by_tokens.into())
    } else {
        0.0
    }
}

/// The idf of a phrase of words is the sum over its words.
pub(crate) fn word_weight(atoms: &[Atom], statistics: &KindStatistics) -> f64 {
    let words = atoms
        .iter()
        .flat_map(|atom| if atom.words.is_empty() { std::slice::from_ref(&atom.token) } else { &atom.words });
    words.map(|&word| idf(statistics.docs, statistics.frequency(word).word)).sum()
}

/// The same where parts or wholes take part. A term that is one token counts by how many documents have it as part or
/// whole; in a sequence words count as words, if they ever are.
pub(crate) fn token_weight(plan: &Plan, atoms: &[Atom], statistics: &KindStatistics) -> f64 {
    let of = |frequency: u64| idf(statistics.docs, frequency);
    let either = |term: TermId| {
        let DocumentFrequency { word, token } = statistics.frequency(term);
        of(if word > 0 { word } else { token })
    };
    let weight = |atom: &Atom| {
        if !atom.words.is_empty() {
            atom.words.iter().map(|&word| either(word)).sum()
        } else if atom.is_word && (atoms.len() > 1 || plan.reading == Reading::Blanks) {
            either(atom.token)
        } else {
            of(statistics.frequency(atom.token).token)
        }
    };
    atoms.iter().map(weight).sum()
}
