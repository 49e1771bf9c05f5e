//! Which tokens a fuzzy word is ranked by. It matches all that are near enough: a moment is true or not, however many
//! other words there are.

use rustc_hash::FxHashMap;
use trail_content::Kind;

use crate::bm25::idf;
use crate::cancel::Meter;
use crate::pattern::Fuzzy;
use crate::plan::{Plan, Reading, TermId};
use crate::rank::{DocumentFrequency, Statistics};
use crate::{Cancel, Result};

/// Lucene ranks by this many of the tokens near enough to a fuzzy word (and finds no others).
pub(crate) const EXPANSIONS: usize = 50;

/// By fuzzy word and kind of item. Empty until there are statistics.
#[derive(Clone, Debug, Default)]
pub(crate) struct AllExpansions {
    of: FxHashMap<(TermId, Kind), Expansions>,
}

/// The tokens that one fuzzy word stands for in items of one kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expansions {
    /// Among the words.
    pub(crate) words: Kept,
    /// Among parts and wholes; where tokens are what stands between blanks, among all.
    pub(crate) tokens: Kept,
}

/// The best tokens.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    /// How much each counts.
    boosts: FxHashMap<Box<str>, f64>,
    /// In how many documents the most frequent of them stands.
    pub(crate) doc_freq: u64,
}

impl AllExpansions {
    /// Those of the fuzzy words of `plan` by what stands in the documents.
    pub(crate) fn new(plan: &Plan, statistics: &Statistics, cancel: &Cancel) -> Result<AllExpansions> {
        let mut meter = Meter::new(cancel);
        let mut of = FxHashMap::default();
        for (term, pattern, kinds) in plan.vocabulary.patterns() {
            let Some(fuzzy) = pattern.as_fuzzy() else { continue };
            for kind in Kind::ALL.into_iter().filter(|&kind| kinds.contains(kind)) {
                let all: Vec<_> = statistics.of(kind).expansions(term).collect();
                let counted = |count: &dyn Fn(DocumentFrequency) -> u64| {
                    let counts = all.iter().map(|&(text, frequency)| (text, count(frequency)));
                    counts.collect::<Vec<_>>()
                };
                let by_word = |frequency: DocumentFrequency| frequency.word;
                let by_token = |frequency: DocumentFrequency| match plan.reading {
                    Reading::Blanks if frequency.word > 0 => frequency.word,
                    _ => frequency.token,
                };
                let words = Kept::new(fuzzy, counted(&by_word), &mut meter)?;
                let expansions = Expansions { words, tokens: Kept::new(fuzzy, counted(&by_token), &mut meter)? };
                of.insert((term, kind), expansions);
            }
        }
        Ok(AllExpansions { of })
    }

    /// Those of a term, if it is a fuzzy word.
    pub(crate) fn of(&self, term: TermId, kind: Kind) -> Option<&Expansions> {
        self.of.get(&(term, kind))
    }
}

impl Expansions {
    /// The most that they are worth in one text, out of `docs` documents, before boosts and scale.
    pub(crate) fn most(&self, docs: u64) -> f64 {
        let most = |kept: &Kept| kept.boosts.values().sum::<f64>() * idf(docs, kept.doc_freq);
        most(&self.words).max(most(&self.tokens))
    }
}

impl Kept {
    /// The best among tokens, each with the number of documents in which it stands.
    pub(crate) fn new<'t>(
        fuzzy: &Fuzzy,
        all: impl IntoIterator<Item = (&'t str, u64)>,
        meter: &mut Meter<'_>,
    ) -> Result<Kept> {
        let mut best: Vec<(f64, &str, u64)> = Vec::new();
        for (text, docs) in all.into_iter().filter(|(_, docs)| *docs > 0) {
            meter.spend(1)?;
            best.extend(fuzzy.nearness(text).map(|nearness| (nearness, text, docs)));
        }
        meter.sort_by(&mut best, |a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)))?;
        best.truncate(EXPANSIONS);
        let doc_freq = best.iter().map(|entry| entry.2).max().unwrap_or(0);
        // What is chosen counts for how near it is, and not for less than nothing.
        let boosts = best.into_iter().map(|(nearness, text, _)| (text.into(), nearness.max(0.0))).collect();
        Ok(Kept { boosts, doc_freq })
    }

    /// The best tokens and how much each counts, in no order.
    pub(crate) fn boosts(&self) -> impl Iterator<Item = (&str, f64)> {
        self.boosts.iter().map(|(text, &boost)| (&**text, boost))
    }

    /// How much a token counts, if it is one of the best.
    pub(crate) fn boost(&self, token: &str) -> Option<f64> {
        self.boosts.get(token).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a real Lucene 8 keeps them: letters that take two edits to become a letter stand behind words that count nothing.
    #[test]
    fn the_nearest_are_kept_before_what_is_beyond_nothing() {
        let fuzzy = Fuzzy::new("foo".to_owned(), 2, 0);
        let near: Vec<String> =
            (b'a'..=b'z').flat_map(|c| [format!("fo{}", c as char), format!("f{}o", c as char)]).collect();
        let mut all: Vec<(&str, u64)> = near.iter().take(48).map(|token| (token.as_str(), 1)).collect();
        all.extend([("f", 9), ("fb", 7), ("do", 3), ("o", 8)]);
        let kept = Kept::new(&fuzzy, all, &mut Meter::endless()).unwrap();
        assert_eq!(kept.doc_freq, 7);
        assert_eq!(
            [kept.boost("do"), kept.boost("fb"), kept.boost("f"), kept.boost("o")],
            [Some(0.0), Some(0.0), None, None]
        );
        let few = Kept::new(&fuzzy, [("f", 9), ("foo", 2)], &mut Meter::endless()).unwrap();
        assert_eq!((few.boost("f"), few.boost("foo"), few.doc_freq), (Some(0.0), Some(1.0), 9));
    }
}
