//! The most that hits of a trail can rank, from the index alone.
//!
//! At each moment a rank is a sum over clauses, each with the score of an item that matches it then. So no hit of a trail
//! ranks above the same sum over the best score that each clause reaches on any item of the trail, and that the postings
//! tell: a clause's score grows with its occurrences, of which there are never more than of its rarest word.

use trail_content::Kind;
use trail_index::{Evidence, Frequencies, Standing, TermField, TermScores};
use trail_model::{Offset, RecordId};

use crate::bm25::{K1_PLUS_1, tf, tf_without_norms};
use crate::expansion::{AllExpansions, Expansions};
use crate::plan::{Leaf, LeafMatcher, Plan, PureNegative, Reading, Tree};
use crate::rank::{KindStatistics, Statistics, sloppy_weight, token_weight, word_weight};
use crate::source::Bound;

/// Word counts up to this many are worked out once for each length.
const KEPT_FREQUENCIES: usize = 4;

/// Bounds that are not made in the same order as the scores are above them by more than rounding.
const SLACK: f64 = 1.0 + 1e-9;

/// The most that a leaf's score can be on items of a kind.
pub(crate) enum LeafBound<'a> {
    /// Whatever the item.
    Constant(f64),
    /// By the tokens of a fuzzy word that it has.
    Fuzzy {
        /// What their worth is multiplied with.
        by: f64,
        /// The most that all of them come to.
        most: f64,
    },
    /// By its occurrences.
    Bm25(Box<Bm25Bound<'a>>),
}

/// What [`crate::rank::score`] makes of occurrences, with those there can be at most.
pub(crate) struct Bm25Bound<'a> {
    statistics: &'a KindStatistics,
    /// Boost, scale and idf, multiplied in the same order as a score is, so that equal scores are equal numbers.
    by_words: f64,
    by_tokens: f64,
    /// Every match that is not one of words alone has one of the tokens looked up as part or whole.
    tokens_are_looked_up: bool,
    only_tokens: bool,
    /// One word is looked for: where it stands as a word, that alone counts.
    is_one_word: bool,
    /// By number of occurrences and code of the length; negative: not known yet.
    kept: [[f64; 256]; KEPT_FREQUENCIES],
}

impl<'a> LeafBound<'a> {
    /// `expansions` are those of the plan by `statistics`.
    pub(crate) fn new(
        plan: &Plan,
        leaf: &Leaf,
        kind: Kind,
        statistics: &'a Statistics,
        expansions: &AllExpansions,
    ) -> LeafBound<'a> {
        if !leaf.is_scored {
            return LeafBound::Constant(0.0);
        }
        if leaf.lifetime.is_some() {
            return LeafBound::Constant(leaf.boost);
        }
        let scale = if statistics.keeps_k1_factor { K1_PLUS_1 } else { 1.0 };
        let atoms = match &leaf.matcher {
            LeafMatcher::Sequence(atoms) => atoms,
            LeafMatcher::AnyText(_) => return LeafBound::Constant(leaf.boost),
            LeafMatcher::Sloppy(phrase) => {
                return LeafBound::Constant(leaf.boost * scale * sloppy_weight(phrase, statistics.of(kind)) * SLACK);
            }
            LeafMatcher::Pattern(term) => {
                let Some(expansions) = expansions.of(*term, kind) else { return LeafBound::Constant(leaf.boost) };
                let by = leaf.boost * scale;
                return LeafBound::Fuzzy { by, most: by * expansions.most(statistics.of(kind).docs) * SLACK };
            }
        };
        let statistics = statistics.of(kind);
        LeafBound::Bm25(Box::new(Bm25Bound {
            statistics,
            by_words: leaf.boost * scale * word_weight(atoms, statistics),
            by_tokens: leaf.boost * scale * token_weight(plan, atoms, statistics),
            tokens_are_looked_up: plan.reading != Reading::Blanks && atoms.iter().all(|atom| atom.words.is_empty()),
            only_tokens: plan.reading == Reading::Blanks,
            is_one_word: plan.reading != Reading::Blanks
                && matches!(&atoms[..], [atom] if atom.is_word && atom.words.is_empty()),
            kept: [[-1.0; 256]; KEPT_FREQUENCIES],
        }))
    }

    /// The most that the score can be on any item.
    pub(crate) fn most(&self) -> f64 {
        match self {
            LeafBound::Constant(most) | LeafBound::Fuzzy { most, .. } => *most,
            LeafBound::Bm25(bound) => bound.by_words.max(bound.by_tokens),
        }
    }

    /// The most that the score can be on an item of which this is known.
    pub(crate) fn of(&mut self, evidence: Evidence<'_>) -> f64 {
        match self {
            LeafBound::Constant(score) => *score,
            LeafBound::Fuzzy { by, most } => {
                let worth = evidence.expanded;
                // Where words match, they alone count.
                let sum = if worth.words > 0.0 { worth.words } else { worth.tokens };
                if sum.is_finite() { *by * sum } else { *most }
            }
            LeafBound::Bm25(bound) => bound.of(evidence),
        }
    }
}

impl Bm25Bound<'_> {
    fn of(&mut self, evidence: Evidence<'_>) -> f64 {
        let frequencies = evidence.frequencies;
        let words = frequencies.iter().map(|at| at.words).min().unwrap_or(0);
        let by_words = if words == 0 || self.only_tokens { 0.0 } else { self.by_words(words, evidence) };
        if self.is_one_word && words > 0 {
            return by_words;
        }
        if self.tokens_are_looked_up && frequencies.iter().all(|at| at.tokens == 0) {
            return by_words;
        }
        let all = frequencies.iter().map(|at| at.words.saturating_add(at.tokens)).min().unwrap_or(0);
        let share = if all == Frequencies::UNKNOWN { 1.0 } else { tf_without_norms(all.into()) };
        by_words.max(self.by_tokens * share)
    }

    fn by_words(&mut self, count: u32, evidence: Evidence<'_>) -> f64 {
        if count == Frequencies::UNKNOWN {
            return self.by_words;
        }
        let score = || self.by_words * tf(count.into(), evidence.len, self.statistics.average_len());
        match self.kept.get_mut(count as usize) {
            Some(kept) => {
                let kept = &mut kept[usize::from(evidence.len_code)];
                if *kept < 0.0 {
                    *kept = score();
                }
                *kept
            }
            None => score(),
        }
    }
}

/// What the tokens of a fuzzy word are worth; as [`crate::rank::score`] has it.
pub(crate) struct FuzzyScores<'a> {
    /// The tokens that count.
    pub(crate) expansions: &'a Expansions,
    /// Of the kind of item.
    pub(crate) statistics: &'a KindStatistics,
}

impl TermScores for FuzzyScores<'_> {
    fn term(&self, field: TermField, token: &str) -> f64 {
        let Expansions { words, tokens } = self.expansions;
        match field {
            TermField::Words => words.boost(token).unwrap_or(0.0) * self.statistics.word_idf(words.doc_freq),
            TermField::Tokens => tokens.boost(token).unwrap_or(0.0) * self.statistics.token_idf(tokens.doc_freq),
        }
    }

    fn share(&self, field: TermField, count: u32, len: u32) -> f64 {
        match field {
            TermField::Words => tf(count.into(), len, self.statistics.average_len()),
            TermField::Tokens => tf_without_norms(count.into()),
        }
    }
}

/// What no hit of a trail goes beyond, if there can be one. `leaves` tells for each leaf what the best of the trail's items
/// is that it may match.
pub(crate) fn trail_bound(plan: &Plan, leaves: &[Option<Standing>], sessions: &[Option<f64>]) -> Option<Bound> {
    let of_trail = OfTrail { plan, leaves, sessions };
    let (rank, start) = of_trail.tree(plan.tree.as_ref()?)?;
    // Where nothing has to match, a hit may begin with the recording.
    let (start, record) = if plan.is_open() { START } else { start };
    Some(Bound { rank, start, record })
}

/// When something can begin to hold at the earliest.
type Start = (Offset, RecordId);

/// With the recording.
const START: Start = (Offset(0), RecordId(0));

/// What is known of a trail without a look at its texts.
struct OfTrail<'a> {
    plan: &'a Plan,
    leaves: &'a [Option<Standing>],
    /// By session leaf its score, if it holds.
    sessions: &'a [Option<f64>],
}

impl OfTrail<'_> {
    /// The most that the score can be, and when `tree` can begin to hold.
    fn tree(&self, tree: &Tree) -> Option<(f64, Start)> {
        match tree {
            Tree::Leaf(leaf) => self.leaves[*leaf].map(|of| (of.weight, (of.start, of.record))),
            Tree::All(score) | Tree::Period(_, score) => Some((*score, START)),
            Tree::Session(index) => self.sessions[*index].map(|score| (score, START)),
            Tree::Best(fields) => fields
                .iter()
                .filter_map(|tree| self.tree(tree))
                .reduce(|best, part| (best.0.max(part.0), best.1.min(part.1))),
            Tree::Sequence(index) => {
                let sequence = &self.plan.sequences[*index];
                let (first, second) = (self.tree(&sequence.first)?, self.tree(&sequence.second)?);
                Some((second.0, first.1.min(second.1)))
            }
            Tree::Group { must, should, must_not, minimum } => {
                let must: Vec<(f64, Start)> = must.iter().map(|tree| self.tree(tree)).collect::<Option<_>>()?;
                let found: Vec<Option<(f64, Start)>> = should.iter().map(|tree| self.tree(tree)).collect();
                let is_unscored = must.is_empty() && should.is_empty();
                let pure_negative = self.plan.pure_negative == PureNegative::AllOthers && !must_not.is_empty();
                if must.is_empty() && found.iter().all(Option::is_none) && !(is_unscored && pure_negative) {
                    return None;
                }
                if found.iter().flatten().count() < *minimum {
                    return None;
                }
                // It holds from when all that it needs hold, or from when the first of a choice does.
                let any = || found.iter().flatten().map(|part| part.1).min().unwrap_or(START);
                let start = must.iter().map(|part| part.1).max().unwrap_or_else(any);
                let scores =
                    must.iter().map(|part| part.0).chain(found.iter().map(|part| part.map_or(0.0, |part| part.0)));
                Some((sum(scores.collect()), start))
            }
        }
    }
}

/// Adds in the order of [`crate::envelope::Steps::sum`]: rounding then never makes a sum of smaller numbers the greater.
fn sum(mut parts: Vec<f64>) -> f64 {
    while parts.len() > 1 {
        parts = parts.chunks(2).map(|pair| pair.iter().sum()).collect();
    }
    parts.pop().unwrap_or_default()
}
