//! What a leaf is worth on an item: statistics and BM25.

use std::ops::AddAssign;

use rustc_hash::FxHashMap;
use trail_content::Kind;
use trail_index::KindStats;
use trail_index::analyzer::TokenKind;

use crate::bm25::{K1_PLUS_1, idf, tf, tf_without_norms};
use crate::expansion::Expansions;
use crate::matcher::matches;
use crate::occurrences::{Occurrence, Occurrences};
use crate::plan::{Atom, Leaf, LeafMatcher, Plan, Reading, Sloppy, TermId};
use crate::session::SessionWeights;
use crate::sloppy;

/// In how many documents a text stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct DocumentFrequency {
    /// As a word.
    pub(crate) word: u64,
    /// As a part or a whole.
    pub(crate) token: u64,
}

impl DocumentFrequency {
    /// Of one document with these occurrences.
    fn in_one<'a>(occurrences: impl Iterator<Item = &'a Occurrence> + Clone) -> DocumentFrequency {
        let has = |is_word: bool| occurrences.clone().any(|at| (at.kind == TokenKind::Word) == is_word);
        DocumentFrequency { word: has(true).into(), token: has(false).into() }
    }

    fn add(&mut self, other: DocumentFrequency) {
        self.word += other.word;
        self.token += other.token;
    }
}

/// Statistics of one kind of item over everything that is searched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KindStatistics {
    /// Number of documents: items with their final text, per content block.
    pub docs: u64,
    /// Those of them with a word: as Lucene counts, these are the documents that words stand in.
    pub worded: u64,
    /// Words in all of them.
    pub words: u64,
    /// By term of the plan.
    frequencies: Vec<DocumentFrequency>,
    /// By fuzzy word the tokens near enough to it.
    expansions: FxHashMap<TermId, FxHashMap<Box<str>, DocumentFrequency>>,
}

impl KindStatistics {
    /// Of documents in which no term of a plan stands yet.
    pub fn new(figures: &KindStats) -> KindStatistics {
        let KindStats { docs, worded, words } = *figures;
        KindStatistics { docs, worded, words, ..KindStatistics::default() }
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

    /// The tokens near enough to a fuzzy word, and in how many documents each stands.
    pub(crate) fn expansions(&self, term: TermId) -> impl Iterator<Item = (&str, DocumentFrequency)> {
        self.expansions.get(&term).into_iter().flatten().map(|(text, &frequency)| (&**text, frequency))
    }

    /// The entry of a token near enough to a fuzzy word, to be counted up.
    pub(crate) fn expansion_mut(&mut self, term: TermId, text: &str) -> &mut DocumentFrequency {
        let expansions = self.expansions.entry(term).or_default();
        if !expansions.contains_key(text) {
            expansions.insert(text.into(), DocumentFrequency::default());
        }
        expansions.entry(text.into()).or_default()
    }

    pub(crate) fn average_len(&self) -> f64 {
        if self.worded == 0 { 0.0 } else { self.words as f64 / self.worded as f64 }
    }

    /// How much a word says that stands in so many documents.
    pub(crate) fn word_idf(&self, doc_freq: u64) -> f64 {
        idf(self.worded, doc_freq)
    }

    /// How much a part or whole says that stands in so many documents.
    pub(crate) fn token_idf(&self, doc_freq: u64) -> f64 {
        idf(self.docs, doc_freq)
    }

    /// How much a token says: as a word, if it ever is one.
    fn either_idf(&self, DocumentFrequency { word, token }: DocumentFrequency) -> f64 {
        if word > 0 { self.word_idf(word) } else { self.token_idf(token) }
    }
}

impl AddAssign<&KindStatistics> for KindStatistics {
    fn add_assign(&mut self, other: &KindStatistics) {
        self.docs += other.docs;
        self.worded += other.worded;
        self.words += other.words;
        for (i, added) in other.frequencies.iter().enumerate() {
            let entry = self.frequency_mut(TermId(i as u32));
            entry.add(*added);
        }
        for (&term, added) in &other.expansions {
            for (text, &added) in added {
                self.expansion_mut(term, text).add(added);
            }
        }
    }
}

/// Statistics by kind of item; they do not depend on grouping, threads or order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics {
    kinds: [KindStatistics; Kind::ALL.len()],
    /// Scores keep the factor k1 + 1, as before Lucene 8.
    pub(crate) keeps_k1_factor: bool,
    /// What is asked of trails, over all of them.
    pub(crate) sessions: SessionWeights,
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
            kind.frequency_mut(of_term[0].term).add(DocumentFrequency::in_one(of_term.iter()));
            if of_term[0].text.is_none() {
                continue;
            }
            let mut by_text: Vec<&Occurrence> = of_term.iter().collect();
            by_text.sort_by_key(|at| &at.text);
            for of_text in by_text.chunk_by(|a, b| a.text == b.text) {
                if let Some(text) = &of_text[0].text {
                    let in_one = DocumentFrequency::in_one(of_text.iter().copied());
                    kind.expansion_mut(of_text[0].term, text).add(in_one);
                }
            }
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
    let atoms = match &leaf.matcher {
        LeafMatcher::Sequence(atoms) => atoms,
        LeafMatcher::Sloppy(phrase) => return leaf.boost * scale * sloppy_score(phrase, text, statistics.of(kind)),
        LeafMatcher::Pattern(term) => {
            return match plan.expansions.of(*term, kind) {
                Some(expansions) => leaf.boost * scale * fuzzy_score(expansions, *term, text, statistics.of(kind)),
                None => leaf.boost,
            };
        }
        LeafMatcher::AnyText(_) => return leaf.boost,
    };
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

/// As a phrase, with matches that count less the further their tokens were moved. With parts or wholes among the tokens
/// these count by their own frequencies and lengths do not.
fn sloppy_score(phrase: &Sloppy, text: &Occurrences, statistics: &KindStatistics) -> f64 {
    let (mut by_words, mut by_tokens) = (0.0, 0.0);
    sloppy::matches(phrase, text, |hit, distance| {
        *(if hit.by_words { &mut by_words } else { &mut by_tokens }) += 1.0 / (1.0 + f64::from(distance));
    });
    if by_words > 0.0 {
        sloppy_weight(phrase, statistics) * tf(by_words, text.word_count, statistics.average_len())
    } else if by_tokens > 0.0 {
        sloppy_weight(phrase, statistics) * tf_without_norms(by_tokens)
    } else {
        0.0
    }
}

/// The idf of the tokens of a phrase together; each counts as a word, if it ever is one.
pub(crate) fn sloppy_weight(phrase: &Sloppy, statistics: &KindStatistics) -> f64 {
    phrase.slots.iter().map(|slot| statistics.either_idf(statistics.frequency(slot.term))).sum()
}

/// The sum over the kept expansions that stand in the text, each as if it stood in as many documents as the most frequent
/// of them.
fn fuzzy_score(expansions: &Expansions, term: TermId, text: &Occurrences, statistics: &KindStatistics) -> f64 {
    let mut counts: FxHashMap<&str, (u32, u32)> = FxHashMap::default();
    for at in text.of(term) {
        if let Some(text) = &at.text {
            let count = counts.entry(text).or_default();
            *(if at.kind == TokenKind::Word { &mut count.0 } else { &mut count.1 }) += 1;
        }
    }
    let mut counts: Vec<(&str, (u32, u32))> = counts.into_iter().collect();
    counts.sort_unstable();
    let average_len = statistics.average_len();
    let words = counts.iter().filter(|(_, count)| count.0 > 0).filter_map(|(token, count)| {
        let boost = expansions.words.boost(token)?;
        Some(boost * statistics.word_idf(expansions.words.doc_freq) * tf(count.0.into(), text.word_count, average_len))
    });
    let by_words: Vec<f64> = words.collect();
    if !by_words.is_empty() {
        return by_words.iter().sum();
    }
    let tokens = counts.iter().filter(|(_, count)| count.1 > 0).filter_map(|(token, count)| {
        let boost = expansions.tokens.boost(token)?;
        Some(boost * statistics.token_idf(expansions.tokens.doc_freq) * tf_without_norms(count.1.into()))
    });
    tokens.sum()
}

/// The idf of a phrase of words is the sum over its words.
pub(crate) fn word_weight(atoms: &[Atom], statistics: &KindStatistics) -> f64 {
    let words = atoms
        .iter()
        .flat_map(|atom| if atom.words.is_empty() { std::slice::from_ref(&atom.token) } else { &atom.words });
    words.map(|&word| statistics.word_idf(statistics.frequency(word).word)).sum()
}

/// The same where parts or wholes take part. A term that is one token counts by how many documents have it as part or
/// whole; in a sequence words count as words, if they ever are.
pub(crate) fn token_weight(plan: &Plan, atoms: &[Atom], statistics: &KindStatistics) -> f64 {
    let either = |term: TermId| statistics.either_idf(statistics.frequency(term));
    let weight = |atom: &Atom| {
        if !atom.words.is_empty() {
            atom.words.iter().map(|&word| either(word)).sum()
        } else if atom.is_word && (atoms.len() > 1 || plan.reading == Reading::Blanks) {
            either(atom.token)
        } else {
            statistics.token_idf(statistics.frequency(atom.token).token)
        }
    };
    atoms.iter().map(weight).sum()
}
