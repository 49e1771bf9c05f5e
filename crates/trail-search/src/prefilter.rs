//! A first look at the texts of a block, before any of them is analyzed.
//!
//! Every token that a leaf can match holds certain ASCII characters in a row, in either case. One pass over all texts of a
//! block at once finds the few items that have them.

use memchr::{memchr2_iter, memmem};
use rustc_hash::FxHashSet;
use trail_content::{Block, Kind};

use crate::pattern::Pattern;
use crate::plan::{Kinds, Leaf, LeafMatcher, Plan, TermId};
use crate::{Cancel, Result};

/// Characters outside ASCII that fold to ASCII: Kelvin sign, dotted capital I, Greek question mark, Greek varia. A text
/// that holds one is looked at in any case.
const FOLDING: [&str; 4] = ["\u{212a}", "\u{130}", "\u{37e}", "\u{1fef}"];

/// What the items of a block must hold to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Prefilter {
    needles: FxHashSet<Needle>,
}

/// What items of some kinds must hold for some leaf.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Needle {
    kinds: Kinds,
    /// In lower case; may be empty.
    ascii: Vec<u8>,
    /// The text must also hold a character outside ASCII.
    beyond_ascii: bool,
}

impl Prefilter {
    /// Finds the items that some leaf may match.
    pub(crate) fn new(plan: &Plan) -> Prefilter {
        let needle = |leaf: &Leaf| needle(leaf.kinds, &texts(plan, leaf));
        Prefilter { needles: plan.leaves.iter().map(needle).collect() }
    }

    /// Finds the items in which some term stands whose frequency counts for a rank: also those that have one word of a
    /// phrase and not the others.
    pub(crate) fn of_terms(plan: &Plan) -> Prefilter {
        let mut needles = FxHashSet::default();
        for leaf in plan.leaves.iter().filter(|leaf| leaf.is_scored) {
            let terms: Vec<TermId> = match &leaf.matcher {
                LeafMatcher::Sequence(atoms) => {
                    atoms.iter().flat_map(|atom| atom.words.iter().chain([&atom.token])).copied().collect()
                }
                LeafMatcher::Sloppy(phrase) => phrase.slots.iter().map(|slot| slot.term).collect(),
                // Only what a fuzzy word is worth depends on what else there is.
                LeafMatcher::Pattern(term) => {
                    let fuzzy = plan.vocabulary.pattern_of(*term).filter(|pattern| pattern.as_fuzzy().is_some());
                    needles.extend(fuzzy.map(|fuzzy| needle(leaf.kinds, &[fuzzy.literal()])));
                    continue;
                }
                LeafMatcher::AnyText(_) => continue,
            };
            needles.extend(terms.into_iter().map(|term| needle(leaf.kinds, &[plan.vocabulary.text(term)])));
        }
        Prefilter { needles }
    }

    /// The items of `block` that some leaf may match, in order.
    ///
    /// # Errors
    /// [`Error::Cancelled`](crate::Error::Cancelled).
    pub(crate) fn candidates(&self, block: &Block, cancel: &Cancel) -> Result<Vec<u32>> {
        let pool = block.pool();
        let folds = !pool.is_ascii()
            && FOLDING.iter().any(|folding| memmem::find(pool.as_bytes(), folding.as_bytes()).is_some());
        let mut found: Vec<u32> = Vec::new();
        for needle in &self.needles {
            // One pass over the texts of a block takes some milliseconds at most.
            cancel.check()?;
            let places = if folds { Vec::new() } else { needle.places(pool.as_bytes()) };
            if !folds && places.is_empty() && !needle.ascii.is_empty() {
                continue;
            }
            for kind in Kind::ALL.into_iter().filter(|&kind| needle.kinds.contains(kind)) {
                found.extend(
                    block
                        .range_of(kind)
                        .filter(|&index| {
                            let range = block.item(index).pool_range();
                            if folds && FOLDING.iter().any(|folding| pool[range.clone()].contains(folding)) {
                                return true;
                            }
                            let has_ascii = match &needle.ascii[..] {
                                [] => true,
                                ascii if folds => {
                                    !needle.places(&pool.as_bytes()[range.clone()]).is_empty() && !ascii.is_empty()
                                }
                                ascii => {
                                    let next = places.get(places.partition_point(|&at| at < range.start));
                                    next.is_some_and(|at| at + ascii.len() <= range.end)
                                }
                            };
                            has_ascii && (!needle.beyond_ascii || !pool[range].is_ascii())
                        })
                        .map(|index| index as u32),
                );
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }
}

impl Needle {
    /// Where its ASCII characters stand, in either case.
    fn places(&self, text: &[u8]) -> Vec<usize> {
        let Some((offset, &rare)) = self.ascii.iter().enumerate().max_by_key(|&(_, &byte)| rarity(byte)) else {
            return Vec::new();
        };
        memchr2_iter(rare, rare.to_ascii_uppercase(), text)
            .filter_map(|at| at.checked_sub(offset))
            .filter(|&start| {
                text.get(start..start + self.ascii.len()).is_some_and(|here| here.eq_ignore_ascii_case(&self.ascii))
            })
            .collect()
    }
}

/// How rarely a byte stands on screens, roughly.
fn rarity(byte: u8) -> u8 {
    match byte {
        b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' | b'/' | b'-' | b'.' => 0,
        b'l' | b'c' | b'd' | b'u' | b'm' | b'p' | b'h' | b'0' | b'1' | b'2' | b':' | b'_' => 1,
        b'f' | b'g' | b'b' | b'w' | b'y' | b'v' | b'3'..=b'9' | b'=' => 2,
        _ => 3,
    }
}

/// Texts that all stand in every text that a leaf matches.
fn texts<'p>(plan: &'p Plan, leaf: &Leaf) -> Vec<&'p str> {
    let text = |term: TermId| plan.vocabulary.text(term);
    match &leaf.matcher {
        LeafMatcher::AnyText(_) => Vec::new(),
        LeafMatcher::Pattern(term) => plan.vocabulary.pattern_of(*term).map(Pattern::literal).into_iter().collect(),
        LeafMatcher::Sloppy(phrase) => phrase.slots.iter().map(|slot| text(slot.term)).collect(),
        // A token that may also stand as its words is only sure to bring these.
        LeafMatcher::Sequence(atoms) => atoms
            .iter()
            .flat_map(|atom| if atom.words.is_empty() { std::slice::from_ref(&atom.token) } else { &atom.words })
            .map(|&term| text(term))
            .collect(),
    }
}

/// What a text holds in which all of these stand.
fn needle(kinds: Kinds, texts: &[&str]) -> Needle {
    let ascii = texts.iter().flat_map(|text| text.as_bytes().split(|byte| !byte.is_ascii()));
    let ascii = ascii.max_by_key(|run| run.len()).unwrap_or_default().to_vec();
    Needle { kinds, ascii, beyond_ascii: texts.iter().any(|text| !text.is_ascii()) }
}

#[cfg(test)]
mod tests;
