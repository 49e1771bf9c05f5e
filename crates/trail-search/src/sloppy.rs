//! Phrases whose tokens may be moved, counted as Lucene's `SloppyPhraseMatcher` does.
//!
//! Each token of the phrase goes through its places in the text; a place less the token's own in the phrase is its *head*.
//! Tokens that stand as the phrase has them have equal heads, so the largest less the smallest is how far they were moved.
//! The smallest head is always the one to advance; the least distance before it passes the next smallest makes a match if
//! it is within the slop. A text that has the token of two uses once is no match: uses of one token never share a place.

use std::collections::BTreeSet;
use std::ops::Range;

use rustc_hash::FxHashMap;
use trail_index::analyzer::TokenKind;

use crate::matcher::Match;
use crate::occurrences::{Occurrence, Occurrences, Reach};
use crate::plan::{Sloppy, TermId};

/// Calls `found` with each match and its distance.
///
/// The match's reach is from where on the text matched here: a text that ends earlier does not, and one that goes on does.
pub(crate) fn matches(phrase: &Sloppy, text: &Occurrences, mut found: impl FnMut(Match, u32)) {
    let Some(mut walk) = Walk::new(phrase, text) else { return };
    while let Some((hit, distance)) = walk.next_match() {
        found(hit, distance);
    }
}

/// A place of a token in a text.
#[derive(Clone, Debug)]
struct Place {
    position: u32,
    span: Range<usize>,
    from: Reach,
    is_word: bool,
}

/// One use of a token in the phrase, on its way through the text.
#[derive(Debug)]
struct Use {
    places: usize,
    offset: u32,
    at: usize,
    /// The uses of the same token, if there are others.
    group: Option<usize>,
}

struct Walk {
    slop: i64,
    /// By token.
    places: Vec<Vec<Place>>,
    uses: Vec<Use>,
    groups: Vec<Vec<usize>>,
    /// Head, offset, number: the least is the next to advance.
    queue: BTreeSet<(i64, u32, usize)>,
    end: i64,
    ended: bool,
}

impl Walk {
    fn new(phrase: &Sloppy, text: &Occurrences) -> Option<Walk> {
        let mut places: Vec<Vec<Place>> = Vec::new();
        let mut of_term: FxHashMap<(TermId, bool), usize> = FxHashMap::default();
        let mut uses = Vec::new();
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for (number, slot) in phrase.slots.iter().enumerate() {
            let index = *of_term.entry((slot.term, slot.is_whole)).or_insert_with(|| {
                places.push(places_of(text.of(slot.term), slot.is_whole));
                groups.push(Vec::new());
                places.len() - 1
            });
            groups[index].push(number);
            uses.push(Use { places: index, offset: slot.offset, at: 0, group: Some(index) });
        }
        for one in &mut uses {
            one.group = one.group.filter(|&group| groups[group].len() > 1);
        }
        let mut walk = Walk {
            slop: phrase.slop.into(),
            places,
            uses,
            groups,
            queue: BTreeSet::new(),
            end: i64::MIN,
            ended: false,
        };
        walk.begin()?;
        Some(walk)
    }

    /// Puts every use at its first place; the second of a token at the second, and so on.
    fn begin(&mut self) -> Option<()> {
        for group in &self.groups {
            for (nth, &one) in group.iter().enumerate() {
                self.uses[one].at = nth;
            }
        }
        for one in 0..self.uses.len() {
            self.place(one)?;
            self.end = self.end.max(self.head(one));
            self.queue.insert(self.key(one));
        }
        Some(())
    }

    fn place(&self, one: usize) -> Option<&Place> {
        self.places[self.uses[one].places].get(self.uses[one].at)
    }

    fn head(&self, one: usize) -> i64 {
        self.place(one).map_or(i64::MAX, |place| i64::from(place.position) - i64::from(self.uses[one].offset))
    }

    fn key(&self, one: usize) -> (i64, u32, usize) {
        (self.head(one), self.uses[one].offset, one)
    }

    fn next_match(&mut self) -> Option<(Match, u32)> {
        if self.ended {
            return None;
        }
        let mut one = self.queue.pop_first()?.2;
        let mut best = self.end - self.head(one);
        let mut hit = self.noted(best, None);
        let mut next = self.queue.first().map_or(i64::MAX, |key| key.0);
        while self.advance(one) && self.resolve(one) {
            if self.head(one) > next {
                self.queue.insert(self.key(one));
                if best <= self.slop {
                    return hit.map(|hit| (hit, best as u32));
                }
                one = self.queue.pop_first()?.2;
                next = self.queue.first().map_or(i64::MAX, |key| key.0);
                best = self.end - self.head(one);
                hit = self.noted(best, None);
            } else {
                let distance = self.end - self.head(one);
                if distance < best {
                    best = distance;
                    hit = self.noted(best, hit);
                }
            }
        }
        self.ended = true;
        hit.map(|hit| (hit, best as u32))
    }

    /// Where the uses stand now, if that is a match. A closer one stands where it is closest, but matched since the first.
    fn noted(&self, distance: i64, before: Option<Match>) -> Option<Match> {
        if distance > self.slop {
            return None;
        }
        let places: Vec<&Place> = (0..self.uses.len()).filter_map(|one| self.place(one)).collect();
        let start = places.iter().map(|place| place.span.start).min()?;
        let end = places.iter().map(|place| place.span.end).max()?;
        let from = places.iter().map(|place| place.from).max()?;
        let from = before.map_or(from, |before| before.from.min(from));
        Some(Match { span: start..end, from, by_words: places.iter().all(|place| place.is_word) })
    }

    fn advance(&mut self, one: usize) -> bool {
        self.uses[one].at += 1;
        let is_there = self.place(one).is_some();
        if is_there {
            self.end = self.end.max(self.head(one));
        }
        is_there
    }

    /// Moves on uses of one token that came to stand at one place: always the lesser. False if there is no place left.
    fn resolve(&mut self, moved: usize) -> bool {
        let Some(group) = self.uses[moved].group else { return true };
        let mut one = moved;
        while let Some(other) = self.collision(one, group) {
            let key = |one: usize| (self.head(one), self.uses[one].offset);
            let lesser = if key(one) < key(other) { one } else { other };
            // Only the use that was taken off the queue is not on it.
            let is_queued = lesser != moved && self.queue.remove(&self.key(lesser));
            if !self.advance(lesser) {
                return false;
            }
            if is_queued {
                self.queue.insert(self.key(lesser));
            }
            one = lesser;
        }
        true
    }

    fn collision(&self, one: usize, group: usize) -> Option<usize> {
        let at = self.uses[one].at;
        self.groups[group].iter().copied().find(|&other| other != one && self.uses[other].at == at)
    }
}

/// The places of a token, each position once: a word before its parts, since those are the same text in the same place.
fn places_of(occurrences: &[Occurrence], is_whole: bool) -> Vec<Place> {
    let accepted = occurrences.iter().filter(|at| !is_whole || at.kind == TokenKind::Whole);
    let mut places: Vec<Place> = Vec::new();
    for at in accepted {
        let is_word = at.kind == TokenKind::Word;
        match places.last_mut() {
            Some(last) if last.position == at.position => {
                last.from = last.from.min(at.from);
                if is_word && !last.is_word {
                    (last.span, last.is_word) = (at.span.clone(), true);
                }
            }
            _ => places.push(Place { position: at.position, span: at.span.clone(), from: at.from, is_word }),
        }
    }
    places
}
