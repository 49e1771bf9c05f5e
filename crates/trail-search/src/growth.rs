//! Which leaves matched a text while it grew.
//!
//! Looking at each state of a line that was typed character by character as if it were a new text takes time quadratic in
//! its length. Instead the final text is scanned once, and each state only at its end:
//!
//! - A word of the final text that ends before the state does, and every part of it, stood there in that state too, with
//!   the same position: the rules for word boundaries never look further ahead than the character after the next, and
//!   behind such a word is at least one.
//! - The forms of a whitespace-delimited token depend on nothing but the token. They stood there if the token was
//!   finished, which inside the final text means: it ends at or before the end of the state.
//! - What remains is the word of the final text in which the state ends. Its beginning is scanned as a text of its own: at
//!   most 255 characters.

use rustc_hash::FxHashMap;

use crate::Result;
use crate::cancel::Meter;
use crate::matcher::{matches, words_spanned};
use crate::occurrences::{Occurrence, Occurrences, Reach, Scanner};
use crate::plan::{Leaf, LeafMatcher, Plan, Reading, Sloppy, TermId};

/// The shortest piece, in bytes, that a too long word is cut into: 255 UTF-16 units, or 254 where the last character
/// would take two.
const CUT_PIECE_MIN_LEN: usize = 254;

/// Pieces of work that a state takes whatever is asked, about.
const WORK_PER_STATE: usize = 16;

/// For each leaf of a plan where its last match in a text begins, if it matches.
pub(crate) type LastMatches = Vec<Option<usize>>;

/// The leaves that match a finished text.
pub(crate) fn last_matches(plan: &Plan, occurrences: &Occurrences, meter: &mut Meter<'_>) -> Result<LastMatches> {
    let last = |leaf: &Leaf| {
        meter.spend(1)?;
        let mut last = None;
        let mut going = Ok(());
        matches(leaf, occurrences, 0, |hit| {
            last = last.max(Some(hit.span.start));
            going = std::mem::replace(&mut going, Ok(())).and_then(|()| meter.spend(1));
        });
        going.map(|()| last)
    };
    plan.leaves.iter().map(last).collect()
}

/// A text that grew, and which leaves matched it in which state.
pub(crate) struct Growth<'a> {
    plan: &'a Plan,
    text: &'a str,
    /// Of the final text, with its words.
    occurrences: &'a Occurrences,
    /// The same by position.
    by_position: Vec<&'a Occurrence>,
    /// For each leaf its matches in the final text by their reach, each with the last beginning so far.
    settled: Vec<Vec<(Reach, usize)>>,
    /// The most words that a match spans.
    window: u32,
    /// States seen before: a prompt grows into the same command again and again.
    seen: FxHashMap<(usize, Next), LastMatches>,
}

/// What the character after a text does to the token at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Next {
    /// There is none.
    Nothing,
    /// Ends every token.
    Blank,
    /// Extends words.
    Alphanumeric,
    /// Extends whitespace-delimited tokens only.
    Other,
}

impl Next {
    fn of(next: Option<char>) -> Next {
        match next {
            None => Next::Nothing,
            Some(c) if c.is_whitespace() => Next::Blank,
            Some(c) if c.is_alphanumeric() => Next::Alphanumeric,
            Some(_) => Next::Other,
        }
    }
}

impl<'a> Growth<'a> {
    /// Prepares for the states of `text`; `occurrences` are those of the final text, with its words.
    pub(crate) fn new(
        plan: &'a Plan,
        text: &'a str,
        occurrences: &'a Occurrences,
        meter: &mut Meter<'_>,
    ) -> Result<Growth<'a>> {
        let mut by_position: Vec<&Occurrence> = occurrences.all().iter().collect();
        by_position.sort_by_key(|at| at.position);
        let settled = |leaf| {
            let settled = settled(leaf, occurrences);
            meter.spend(1 + settled.len()).map(|()| settled)
        };
        let settled = plan.leaves.iter().map(settled).collect::<Result<_>>()?;
        let window = plan.leaves.iter().map(words_spanned).max().unwrap_or(0);
        Ok(Growth { plan, text, occurrences, by_position, settled, window, seen: FxHashMap::default() })
    }

    /// The leaves that match the first `len` bytes of the text, when `next` came after them.
    pub(crate) fn at(
        &mut self,
        scanner: &mut Scanner,
        len: usize,
        next: Option<char>,
        meter: &mut Meter<'_>,
    ) -> Result<&LastMatches> {
        let key = (len, Next::of(next));
        if !self.seen.contains_key(&key) {
            // A tail is at most 255 characters: some words, each looked up, and all leaves around them.
            meter.spend(WORK_PER_STATE + self.plan.leaves.len() + self.plan.vocabulary.look_up_work())?;
            let state = self.look(scanner, len, next, key.1);
            self.seen.insert(key, state);
        }
        Ok(&self.seen[&key])
    }

    fn look(&self, scanner: &mut Scanner, len: usize, next: Option<char>, class: Next) -> LastMatches {
        let is_whole = len >= self.text.len();
        if is_whole && class == Next::Nothing {
            return self.settled.iter().map(|matches| matches.last().map(|last| last.1)).collect();
        }
        let reach = if is_whole && class == Next::Blank { Reach::before_blank(len) } else { Reach::prefix(len) };
        let mut found: LastMatches = self.settled.iter().map(|matches| last_within(matches, reach)).collect();
        let tail = self.tail(scanner, len, next);
        let Some(first) = tail.iter().map(|at| at.position).min() else { return found };
        let last = tail.iter().map(|at| at.position).max().unwrap_or(first);

        // A match that is new in this state has a word of the tail in it.
        let begins_at = first.saturating_sub(self.window);
        let skip = self.by_position.partition_point(|at| at.position < begins_at);
        let ends_at = last.saturating_add(self.window);
        let around = self.by_position[skip..].iter().take_while(|at| at.position <= ends_at);
        let before = around.filter(|at| at.from <= reach).map(|&at| at.clone());
        let near = Occurrences::new(before.chain(tail.iter().cloned()).collect());
        for (leaf, last) in self.plan.leaves.iter().zip(&mut found) {
            if let LeafMatcher::Sloppy(phrase) = &leaf.matcher {
                if let Some(state) = self.sloppy_state(phrase, reach, &tail) {
                    *last = None;
                    matches(leaf, &state, 0, |hit| *last = (*last).max(Some(hit.span.start)));
                }
                continue;
            }
            matches(leaf, &near, begins_at, |hit| *last = (*last).max(Some(hit.span.start)));
        }
        found
    }

    /// All that a phrase asks for in this state, if the tail has anything of it. How uses of one token share its places
    /// depends on all of them, so it is not enough to look around the tail.
    fn sloppy_state(&self, phrase: &Sloppy, reach: Reach, tail: &[Occurrence]) -> Option<Occurrences> {
        let mut terms: Vec<TermId> = phrase.slots.iter().map(|slot| slot.term).collect();
        if !tail.iter().any(|at| terms.contains(&at.term)) {
            return None;
        }
        terms.sort_unstable();
        terms.dedup();
        let settled = terms.iter().flat_map(|&term| self.occurrences.of(term)).filter(|at| at.from <= reach).cloned();
        Some(Occurrences::new(settled.chain(tail.iter().cloned()).collect()))
    }

    /// What the plan asks for in the word of the final text in which the first `len` bytes end.
    fn tail(&self, scanner: &mut Scanner, len: usize, next: Option<char>) -> Vec<Occurrence> {
        let mut found = Vec::new();
        let words = &self.occurrences.words;
        let after = words.partition_point(|word| word.span.start < len);
        let Some(mut at) = after.checked_sub(1).filter(|&at| len <= words[at].span.end) else { return found };
        if self.plan.reading == Reading::Blanks {
            return found;
        }
        // The rest of a word that was too long reads like a word of its own only if it begins like one.
        while at > 0
            && words[at - 1].span.end == words[at].span.start
            && words[at - 1].span.len() >= CUT_PIECE_MIN_LEN
            && !self.text[words[at].span.start..].starts_with(char::is_alphanumeric)
        {
            at -= 1;
        }
        let start = words[at].span.start;
        scanner.scan_tail(self.plan, &self.text[start..len], next, start, words[at].position, &mut found);
        found
    }
}

fn settled(leaf: &Leaf, occurrences: &Occurrences) -> Vec<(Reach, usize)> {
    let mut all = Vec::new();
    matches(leaf, occurrences, 0, |hit| all.push((hit.from, hit.span.start)));
    all.sort_unstable();
    let mut last = 0;
    for entry in &mut all {
        last = last.max(entry.1);
        entry.1 = last;
    }
    all
}

fn last_within(matches: &[(Reach, usize)], reach: Reach) -> Option<usize> {
    let within = matches.partition_point(|entry| entry.0 <= reach);
    within.checked_sub(1).map(|at| matches[at].1)
}

#[cfg(test)]
mod tests;
