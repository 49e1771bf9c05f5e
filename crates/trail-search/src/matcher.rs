//! A leaf on the tokens of one text.

use std::ops::Range;

use trail_index::analyzer::TokenKind;

use crate::occurrences::{Occurrence, Occurrences, Reach};
use crate::plan::{Atom, Leaf, LeafMatcher};
use crate::sloppy;

/// One way in which a leaf matches a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Match {
    /// The first and the byte after the last byte that matched.
    pub(crate) span: Range<usize>,
    /// From where on it matches, whatever follows.
    pub(crate) from: Reach,
    /// Only words took part: Lucene would match too.
    pub(crate) by_words: bool,
}

/// Calls `found` for every place at which `leaf` matches; once for each word at which it can begin, or for a single token
/// each of its occurrences. `begins_at` limits it to matches that begin at that word or later.
pub(crate) fn matches(leaf: &Leaf, text: &Occurrences, begins_at: u32, mut found: impl FnMut(Match)) {
    let skipped = |occurrences: &[Occurrence]| occurrences.partition_point(|at| at.position < begins_at);
    match &leaf.matcher {
        LeafMatcher::Sloppy(phrase) => sloppy::matches(phrase, text, |hit, _| found(hit)),
        LeafMatcher::Pattern(term) | LeafMatcher::AnyText(term) => {
            let occurrences = text.of(*term);
            occurrences[skipped(occurrences)..].iter().for_each(|at| found(single(at)));
        }
        LeafMatcher::Sequence(atoms) => match &atoms[..] {
            [atom] if atom.words.is_empty() => {
                let occurrences = text.of(atom.token);
                let accepted = occurrences[skipped(occurrences)..].iter().filter(|at| accepts(atom, at.kind));
                accepted.for_each(|at| found(single(at)));
            }
            [first, ..] => {
                // Every match begins with the first token, or with the first of its words.
                let mut starts: Vec<u32> = Vec::new();
                for term in [Some(first.token), first.words.first().copied()].into_iter().flatten() {
                    let occurrences = text.of(term);
                    starts.extend(occurrences[skipped(occurrences)..].iter().map(|at| at.position));
                }
                starts.sort_unstable();
                starts.dedup();
                for start in starts {
                    if let Some(hit) = sequence_at(atoms, text, start) {
                        found(hit);
                    }
                }
            }
            [] => {}
        },
    }
}

/// How many words a leaf's match may span.
pub(crate) fn words_spanned(leaf: &Leaf) -> u32 {
    match &leaf.matcher {
        // Whoever asks for less than everything must not ask for these: see `growth`.
        LeafMatcher::Pattern(_) | LeafMatcher::AnyText(_) | LeafMatcher::Sloppy(_) => 1,
        LeafMatcher::Sequence(atoms) => atoms.last().map_or(1, |last| last.offset + last.words.len().max(1) as u32),
    }
}

fn single(at: &Occurrence) -> Match {
    Match { span: at.span.clone(), from: at.from, by_words: at.kind == TokenKind::Word }
}

fn accepts(atom: &Atom, kind: TokenKind) -> bool {
    atom.is_word || kind == TokenKind::Whole
}

/// The match of all `atoms` in sequence with the first at word `start`.
fn sequence_at(atoms: &[Atom], text: &Occurrences, start: u32) -> Option<Match> {
    let mut whole: Option<Match> = None;
    for atom in atoms {
        let part = atom_at(atom, text, start.checked_add(atom.offset)?)?;
        whole = Some(match whole {
            None => part,
            Some(before) => Match {
                span: before.span.start.min(part.span.start)..before.span.end.max(part.span.end),
                from: before.from.max(part.from),
                by_words: before.by_words && part.by_words,
            },
        });
    }
    whole
}

/// The match of one token of a query at word `position`. The token as it stands is what is shown; but where it also stands
/// as its words, words alone match, and what stood first as the text grew counts for when it began to match.
fn atom_at(atom: &Atom, text: &Occurrences, position: u32) -> Option<Match> {
    let itself = text.at(atom.token, position).iter().filter(|at| accepts(atom, at.kind)).map(single);
    let in_words = if atom.words.is_empty() { None } else { words_at(atom, text, position) };
    let by_words = itself.clone().chain(in_words.clone()).any(|hit| hit.by_words);
    let from = itself.clone().chain(in_words.clone()).map(|hit| hit.from).min()?;
    let shown = itself.max_by_key(|hit| hit.span.len()).or(in_words)?;
    Some(Match { span: shown.span, from, by_words })
}

fn words_at(atom: &Atom, text: &Occurrences, position: u32) -> Option<Match> {
    let mut whole: Option<Match> = None;
    for (i, &word) in atom.words.iter().enumerate() {
        let here = text.at(word, position.checked_add(i as u32)?);
        let here = here.iter().filter(|at| at.kind != TokenKind::Whole);
        // A word before a part with the same text; they begin to stand together.
        let part = single(here.min_by_key(|at| (at.kind, at.from))?);
        whole = Some(match whole {
            None => part,
            Some(before) => Match {
                span: before.span.start..part.span.end.max(before.span.end),
                from: before.from.max(part.from),
                by_words: before.by_words && part.by_words,
            },
        });
    }
    whole
}

#[cfg(test)]
mod tests;
