//! One pass over posting lists: which items may match, and for each trail the best of what its items may be worth.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, HashSet};

use trail_content::Kind;
use trail_model::TrailId;

use crate::candidates::Candidates;
use crate::error::Error;
use crate::reader::{IndexReader, LiveSegment};
use crate::segment::CHECK_EVERY;
use crate::{ItemRef, Limits, Lookup};

/// How often a document has what one lookup asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frequencies {
    /// As words of the final text. [`Frequencies::UNKNOWN`], like the next, for a lookup that stands for many terms.
    pub words: u32,
    /// As parts and wholes of the final text.
    pub tokens: u32,
}

impl Frequencies {
    /// More than none.
    pub const UNKNOWN: u32 = u32::MAX;
}

/// What is known of a candidate without its text.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// By lookup.
    pub frequencies: &'a [Frequencies],
    /// Words of the final text, as Lucene stores lengths in a byte.
    pub len: u32,
    /// That byte.
    pub len_code: u8,
}

/// For each trail the greatest weight of its candidates.
#[derive(Clone, Debug, Default)]
pub struct TrailWeights {
    /// By place in the manifest; negative where a trail has no candidate.
    weights: Vec<f64>,
    /// When the first of its candidates could first be seen, in milliseconds of its recording, rounded down.
    starts: Vec<u32>,
}

impl TrailWeights {
    /// The greatest weight of a trail's candidates, if it has some, and when the first of them could first be seen: in
    /// milliseconds since the start of the recording, rounded down.
    pub fn get(&self, place: usize) -> Option<(f64, u32)> {
        let weight = self.weights.get(place).copied().filter(|&weight| weight >= 0.0)?;
        Some((weight, self.starts[place]))
    }

    /// Takes the greater weight and the earlier start, trail by trail.
    pub fn merge(&mut self, other: &TrailWeights) {
        if self.weights.len() < other.weights.len() {
            self.weights.resize(other.weights.len(), -1.0);
            self.starts.resize(other.weights.len(), u32::MAX);
        }
        self.weights.iter_mut().zip(&other.weights).for_each(|(weight, other)| *weight = weight.max(*other));
        self.starts.iter_mut().zip(&other.starts).for_each(|(start, other)| *start = (*start).min(*other));
    }
}

/// The best of the candidates of one leaf: the heaviest, among equals those that could be seen first.
#[derive(Debug)]
pub struct BestCandidates {
    most: usize,
    /// The worst on top.
    kept: BinaryHeap<Reverse<Candidate>>,
    /// Others were there, none better than the worst kept.
    left_out: bool,
}

/// A candidate by what it may be worth.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Candidate {
    weight: f64,
    start: u32,
    /// Place in the manifest, segment and document.
    place: u32,
    segment: u32,
    doc: u32,
}

impl Candidate {
    fn key(&self) -> (Reverse<u32>, Reverse<(u32, u32, u32)>) {
        (Reverse(self.start), Reverse((self.place, self.segment, self.doc)))
    }
}

impl Eq for Candidate {}

impl Ord for Candidate {
    /// The better is the greater.
    fn cmp(&self, other: &Candidate) -> Ordering {
        self.weight.total_cmp(&other.weight).then_with(|| self.key().cmp(&other.key()))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Candidate) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl BestCandidates {
    /// Keeps at most so many.
    pub fn new(most: usize) -> BestCandidates {
        BestCandidates { most, kept: BinaryHeap::new(), left_out: false }
    }

    fn offer(&mut self, candidate: Candidate) {
        if self.kept.len() < self.most {
            self.kept.push(Reverse(candidate));
            return;
        }
        self.left_out = true;
        if let Some(mut worst) = self.kept.peek_mut()
            && candidate > worst.0
        {
            worst.0 = candidate;
        }
    }

    /// What no candidate that was left out goes beyond: its weight, and when it could first be seen, in milliseconds.
    pub fn rest(&self) -> Option<(f64, u32)> {
        self.kept.peek().filter(|_| self.left_out).map(|worst| (worst.0.weight, worst.0.start))
    }

    /// The items, each with the place of its trail in the manifest; by place, then in order.
    pub fn items(&self, index: &IndexReader) -> Vec<(usize, ItemRef)> {
        let item = |Reverse(of): &Reverse<Candidate>| {
            let segment = &index.segments()[of.segment as usize];
            let mut docs = segment.docs_of(of.place as usize);
            let item = docs.find_map(|docs| docs.item(of.doc))?;
            Some((of.place as usize, item))
        };
        let mut items: Vec<(usize, ItemRef)> = self.kept.iter().filter_map(item).collect();
        items.sort_unstable();
        items
    }
}

/// The candidates of a query, gathered leaf by leaf.
pub struct Survey {
    index: IndexReader,
    /// If given, only these trails, by place in the manifest.
    only: Option<HashSet<usize>>,
    /// For each segment a bit for each document.
    docs: Vec<Vec<u64>>,
}

impl Survey {
    /// Begins without candidates; over all trails, or over some.
    pub fn new(index: &IndexReader, only: Option<&[TrailId]>) -> Survey {
        let only = only.map(|trails| trails.iter().filter_map(|&trail| index.place(trail)).collect());
        let docs = vec![Vec::new(); index.segments().len()];
        Survey { index: index.clone(), only, docs }
    }

    /// Adds the items of `kind` that have a token for each of `lookups`; `weigh` tells what each may be worth at most, not
    /// less than 0. The best of them also go to `best`.
    ///
    /// # Errors
    /// [`Error::TooManyTerms`], [`Error::Cancelled`], [`Error::Postings`].
    pub fn add(
        &mut self,
        kind: Kind,
        lookups: &[Lookup<'_>],
        limits: &Limits<'_>,
        mut best: Option<&mut BestCandidates>,
        mut weigh: impl FnMut(Evidence<'_>) -> f64,
    ) -> Result<TrailWeights, Error> {
        let count = self.index.trails().len();
        let (mut weights, mut first) = (vec![-1.0; count], vec![u32::MAX; count]);
        let mut frequencies = vec![Frequencies::default(); lookups.len()];
        let mut seen = 0_usize;
        for (number, (segment, bits)) in self.index.segments().iter().zip(&mut self.docs).enumerate() {
            limits.check()?;
            let is_wanted = |place: usize| self.only.as_ref().is_none_or(|only| only.contains(&place));
            let mut candidates = Candidates::new(segment, kind, lookups, is_wanted, limits)?;
            let starts = if candidates.is_empty() { &[] } else { segment.reader.starts()? };
            while let Some((place, doc)) = candidates.next_doc() {
                seen += 1;
                if seen.is_multiple_of(CHECK_EVERY) {
                    limits.check()?;
                }
                if bits.is_empty() {
                    bits.resize((segment.reader.max_doc() as usize).div_ceil(64), 0);
                }
                bits[doc as usize / 64] |= 1 << (doc % 64);
                candidates.frequencies(doc, &mut frequencies);
                let (len, len_code) = segment.reader.len_of(doc);
                let weight = weigh(Evidence { frequencies: &frequencies, len, len_code });
                let start = starts[doc as usize];
                if let Some(best) = &mut best {
                    best.offer(Candidate { weight, start, place: place as u32, segment: number as u32, doc });
                }
                let heaviest: &mut f64 = &mut weights[place];
                *heaviest = heaviest.max(weight);
                first[place] = first[place].min(start);
            }
        }
        Ok(TrailWeights { weights, starts: first })
    }

    /// The candidates of one trail, in order.
    pub fn items_of(&self, trail: TrailId) -> Vec<ItemRef> {
        let Some(place) = self.index.place(trail) else { return Vec::new() };
        let mut items = Vec::new();
        for &number in self.index.segments_of(place) {
            let (segment, bits) = (&self.index.segments()[number], &self.docs[number]);
            if !bits.is_empty() {
                items_in(segment, place, bits, &mut items);
            }
        }
        // A trail's blocks may be spread over segments in any order.
        items.sort_unstable();
        items
    }
}

fn items_in(segment: &LiveSegment, place: usize, bits: &[u64], items: &mut Vec<ItemRef>) {
    for docs in segment.docs_of(place) {
        for run in &docs.runs {
            let mut doc = run.first_doc;
            while doc < run.end() {
                let rest = bits[doc as usize / 64] >> (doc % 64);
                if rest == 0 {
                    doc = (doc / 64 + 1) * 64;
                    continue;
                }
                doc += rest.trailing_zeros();
                if doc < run.end() {
                    items.push(run.item(docs.trail, doc));
                }
                doc += 1;
            }
        }
    }
}
