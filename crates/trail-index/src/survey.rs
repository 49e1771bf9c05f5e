//! One pass over posting lists: which items may match, and for each trail the best of what its items may be worth.

use std::cmp::{Ordering, Reverse};
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use trail_content::Kind;
use trail_model::{Offset, RecordId, RecordRange, TrailId};

use crate::candidates::Candidates;
use crate::error::Error;
use crate::reader::{IndexReader, LiveSegment};
use crate::segment::{CHECK_EVERY, TrailDocs, Visibility};
use crate::{ItemRef, Limits, Lookup, Worth};

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
    /// What the terms of a pattern in the final text are worth together, if the pattern says what each is.
    pub expanded: Worth,
    /// Words of the final text, as Lucene stores lengths in a byte.
    pub len: u32,
    /// That byte.
    pub len_code: u8,
}

/// Where hits of a candidate come at best in the order of hits: none ranks higher, none begins earlier.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// What it may be worth at most.
    pub weight: f64,
    /// When it could first be seen, rounded down.
    pub start: Offset,
    /// After which record.
    pub record: RecordId,
}

impl Standing {
    /// Both at once: the greater weight, the earlier start.
    fn merge(self, other: Standing) -> Standing {
        Standing {
            weight: self.weight.max(other.weight),
            start: self.start.min(other.start),
            record: self.record.min(other.record),
        }
    }
}

/// A candidate and when it may have been visible. What the index does not know counts as always.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sighting {
    /// What it may be worth at most.
    pub weight: f64,
    /// From when, rounded down.
    pub start: Offset,
    /// To when, rounded up.
    pub end: Offset,
    /// From which record.
    pub first: RecordId,
    /// To which.
    pub last: RecordId,
}

/// Items of some kinds that may have been visible for such a time without a break, whatever their text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lasting {
    /// By code of the kind.
    pub kinds: [bool; Kind::ALL.len()],
    /// At least so many nanoseconds.
    pub least: u64,
    /// At most so many.
    pub most: u64,
    /// What each is worth at most.
    pub weight: f64,
}

impl Lasting {
    fn has(&self, visibility: &Visibility, doc: u32) -> bool {
        self.kinds.get(usize::from(visibility.kind(doc))) == Some(&true)
            && visibility.may_last(doc, self.least, self.most)
    }
}

/// The candidates of one leaf.
#[derive(Debug)]
pub enum LeafCandidates {
    /// Those that have certain tokens.
    Found(Found),
    /// Those that lasted for such a time; looked up when they are asked for.
    Lasting(Lasting),
}

/// The candidates that have certain tokens.
#[derive(Debug, Default)]
pub struct Found {
    /// By place in the manifest; nothing where a trail has no candidate.
    standings: Vec<Option<Standing>>,
    /// By segment, in order: documents and what each may be worth. Empty unless they are kept.
    listed: Vec<Vec<(u32, f64)>>,
}

impl Found {
    /// Adds those of another kind of item.
    pub fn merge(&mut self, other: Found) {
        if self.standings.len() < other.standings.len() {
            self.standings.resize(other.standings.len(), None);
        }
        for (standing, other) in self.standings.iter_mut().zip(other.standings) {
            *standing = match (*standing, other) {
                (Some(standing), Some(other)) => Some(standing.merge(other)),
                (standing, other) => standing.or(other),
            };
        }
        self.listed.resize_with(self.listed.len().max(other.listed.len()), Vec::new);
        for (listed, other) in self.listed.iter_mut().zip(other.listed) {
            listed.extend(other);
            // Two runs in order: this is a merge.
            listed.sort_by_key(|candidate| candidate.0);
        }
    }

    /// Those in a range of a segment's documents.
    fn within(&self, segment: usize, range: Range<u32>) -> impl Iterator<Item = (u32, f64)> {
        let listed = self.listed.get(segment).map_or(&[][..], Vec::as_slice);
        let from = listed.partition_point(|candidate| candidate.0 < range.start);
        listed[from..].iter().copied().take_while(move |candidate| candidate.0 < range.end)
    }
}

impl LeafCandidates {
    /// How many candidates the trail at `place` in the manifest has at most.
    pub fn count(&self, index: &IndexReader, place: usize) -> usize {
        let of_segment = |&number: &usize| {
            let ranges = index.segments()[number].docs_of(place).filter_map(TrailDocs::range);
            let count = |range: Range<u32>| match self {
                LeafCandidates::Found(found) => found.within(number, range).count(),
                LeafCandidates::Lasting(_) => range.len(),
            };
            ranges.map(count).sum::<usize>()
        };
        index.segments_of(place).iter().map(of_segment).sum()
    }

    /// The best of a trail's candidates, if it has some: by place in the manifest.
    pub fn standing(&self, place: usize) -> Option<Standing> {
        match self {
            LeafCandidates::Found(found) => found.standings.get(place).copied().flatten(),
            LeafCandidates::Lasting(Lasting { weight, .. }) => {
                Some(Standing { weight: *weight, start: Offset(0), record: RecordId(0) })
            }
        }
    }

    /// The candidates of the trail at `place` in the manifest of `index`, the one that was asked, that may have been visible
    /// in one of these ranges of records, which come in order and apart; nothing of those that were not kept.
    pub fn sightings(&self, index: &IndexReader, place: usize, within: &[RecordRange], mut take: impl FnMut(Sighting)) {
        for &number in index.segments_of(place) {
            let segment = &index.segments()[number];
            let visibility = segment.reader.visibility();
            for range in segment.docs_of(place).filter_map(TrailDocs::range) {
                let is_inside = |doc| {
                    let (first, last) = (visibility.first(doc), visibility.last(doc));
                    let behind = within.partition_point(|range| range.end < first);
                    within.get(behind).is_some_and(|range| range.begin <= last)
                };
                let is_all = matches!(within, [RecordRange { begin: RecordId(0), end: RecordId(u64::MAX) }]);
                let is_inside = |doc| is_all || is_inside(doc);
                match self {
                    LeafCandidates::Found(found) => found
                        .within(number, range)
                        .filter(|&(doc, _)| is_inside(doc))
                        .for_each(|(doc, weight)| take(sighting(visibility, doc, weight))),
                    LeafCandidates::Lasting(lasting) => range
                        .filter(|&doc| lasting.has(visibility, doc) && is_inside(doc))
                        .for_each(|doc| take(sighting(visibility, doc, lasting.weight))),
                }
            }
        }
    }
}

fn sighting(visibility: &Visibility, doc: u32, weight: f64) -> Sighting {
    Sighting {
        weight,
        start: visibility.start(doc),
        end: visibility.end(doc),
        first: visibility.first(doc),
        last: visibility.last(doc),
    }
}

/// The best of the candidates of one leaf by the order of hits: weight descending, start, first record, then the order of
/// trails.
#[derive(Debug)]
pub struct BestCandidates {
    most: usize,
    /// By place in the manifest, which trails come first among equals.
    order: Arc<[u32]>,
    /// In no order; the best of them are picked when there are twice as many.
    kept: Vec<Candidate>,
    /// The worst of those that were picked last: worse ones need not be kept.
    worst: Option<Standing>,
    /// Others were there, none better than the worst of the best.
    left_out: bool,
}

/// A candidate by what it may be worth.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Candidate {
    standing: Standing,
    /// Of its trail among the others.
    order: u32,
    /// Place in the manifest, segment and document.
    place: u32,
    segment: u32,
    doc: u32,
}

impl Candidate {
    fn key(&self) -> Reverse<(Offset, RecordId, u32, u32, u32, u32)> {
        Reverse((self.standing.start, self.standing.record, self.order, self.place, self.segment, self.doc))
    }
}

impl Eq for Candidate {}

impl Ord for Candidate {
    /// The better is the greater.
    fn cmp(&self, other: &Candidate) -> Ordering {
        self.standing.weight.total_cmp(&other.standing.weight).then_with(|| self.key().cmp(&other.key()))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Candidate) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl BestCandidates {
    /// Keeps at most so many. `order` has for each place in the manifest the trail's place among those that are searched.
    pub fn new(most: usize, order: Arc<[u32]>) -> BestCandidates {
        BestCandidates { most, order, kept: Vec::new(), worst: None, left_out: false }
    }

    /// Keeps a candidate if it is one of the best; asks when it could be seen only where that decides.
    fn offer(
        &mut self,
        weight: f64,
        start: impl FnOnce() -> Offset,
        record: impl FnOnce() -> RecordId,
        (place, segment, doc): (usize, usize, u32),
    ) {
        let is_behind = |worst: Standing| weight < worst.weight;
        if self.most == 0 || self.worst.is_some_and(is_behind) {
            self.left_out = true;
            return;
        }
        let start = start();
        if self.worst.is_some_and(|worst| weight <= worst.weight && start > worst.start) {
            self.left_out = true;
            return;
        }
        let standing = Standing { weight, start, record: record() };
        let order = self.order.get(place).copied().unwrap_or(u32::MAX);
        self.kept.push(Candidate { standing, order, place: place as u32, segment: segment as u32, doc });
        if self.kept.len() >= self.most.saturating_mul(2) {
            self.pick();
        }
    }

    /// Leaves out all but the best.
    fn pick(&mut self) {
        let (_, worst, _) = self.kept.select_nth_unstable_by(self.most - 1, |a, b| b.cmp(a));
        self.worst = Some(worst.standing);
        self.kept.truncate(self.most);
        self.left_out = true;
    }

    /// The first `count` of them.
    pub fn first(&self, index: &IndexReader, count: usize) -> Best {
        let mut kept: Vec<&Candidate> = self.kept.iter().collect();
        kept.sort_unstable_by(|a, b| b.cmp(a));
        if self.left_out {
            // Behind the best some of those left out may come first.
            kept.truncate(self.most);
        }
        let left_out = kept.get(count).copied().or_else(|| kept.last().copied().filter(|_| self.left_out));
        let rest = left_out.map(|of| (of.standing, of.order));
        kept.truncate(count);
        let item = |of: &&Candidate| {
            let segment = &index.segments()[of.segment as usize];
            let mut docs = segment.docs_of(of.place as usize);
            let item = docs.find_map(|docs| docs.item(of.doc))?;
            Some((of.order, item))
        };
        let mut items: Vec<(u32, ItemRef)> = kept.iter().filter_map(item).collect();
        items.sort_unstable();
        Best { items, rest }
    }

    /// Whether there are no others than the first `count`, or these are kept.
    pub fn has(&self, count: usize) -> bool {
        count <= self.most || !self.left_out
    }
}

/// The first of the best candidates.
#[derive(Clone, Debug)]
pub struct Best {
    /// The items, each with its trail's place among those searched; by place, then in order.
    pub items: Vec<(u32, ItemRef)>,
    /// What no other goes beyond, and the trail, by its place among those searched, that those as good belong to at the
    /// earliest. Nothing if there are no others.
    pub rest: Option<(Standing, u32)>,
}

/// The candidates of a query, gathered leaf by leaf.
pub struct Survey {
    index: IndexReader,
    /// If given, only these trails, by place in the manifest.
    only: Option<HashSet<usize>>,
    /// Whether each leaf's own candidates are kept.
    keeps: bool,
    /// For each segment a bit for each document.
    docs: Vec<Vec<u64>>,
}

impl Survey {
    /// Begins without candidates; over all trails, or over some. `keeps` says whether what [`Survey::add`] finds has
    /// sightings.
    pub fn new(index: &IndexReader, only: Option<&[TrailId]>, keeps: bool) -> Survey {
        let only = only.map(|trails| trails.iter().filter_map(|&trail| index.place(trail)).collect());
        let docs = vec![Vec::new(); index.segments().len()];
        Survey { index: index.clone(), only, keeps, docs }
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
    ) -> Result<Found, Error> {
        let segments = self.index.segments();
        let mut found = Found {
            standings: vec![None; self.index.trails().len()],
            listed: vec![Vec::new(); if self.keeps { segments.len() } else { 0 }],
        };
        let mut frequencies = vec![Frequencies::default(); lookups.len()];
        let mut seen = 0_usize;
        for (number, (segment, bits)) in segments.iter().zip(&mut self.docs).enumerate() {
            limits.check()?;
            let is_wanted = |place: usize| self.only.as_ref().is_none_or(|only| only.contains(&place));
            let mut candidates = Candidates::new(segment, kind, lookups, is_wanted, limits)?;
            let visibility = segment.reader.visibility();
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
                let weight =
                    weigh(Evidence { frequencies: &frequencies, expanded: candidates.expanded(doc), len, len_code });
                if self.keeps {
                    found.listed[number].push((doc, weight));
                }
                let standing = &mut found.standings[place];
                if let Some(best) = &mut best {
                    // Which hits come first the best candidates say.
                    let heaviest = standing.map_or(weight, |standing| standing.weight.max(weight));
                    *standing = Some(Standing { weight: heaviest, start: Offset(0), record: RecordId(0) });
                    best.offer(weight, || visibility.start(doc), || visibility.first(doc), (place, number, doc));
                } else {
                    let own = Standing { weight, start: visibility.start(doc), record: visibility.first(doc) };
                    *standing = Some(standing.map_or(own, |standing| standing.merge(own)));
                }
            }
        }
        Ok(found)
    }

    /// Offers all items that lasted for such a time to `best`.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub fn offer(&self, lasting: &Lasting, limits: &Limits<'_>, best: &mut BestCandidates) -> Result<(), Error> {
        for (number, segment) in self.index.segments().iter().enumerate() {
            let visibility = segment.reader.visibility();
            for (place, docs) in segment.live_docs() {
                limits.check()?;
                if self.only.as_ref().is_some_and(|only| !only.contains(&place)) {
                    continue;
                }
                for doc in docs.range().into_iter().flatten().filter(|&doc| lasting.has(visibility, doc)) {
                    let seen = (|| visibility.start(doc), || visibility.first(doc));
                    best.offer(lasting.weight, seen.0, seen.1, (place, number, doc));
                }
            }
        }
        Ok(())
    }

    /// The candidates of one trail that may have been visible after one of these records, in order; `lasting` are those of the
    /// leaves that ask for nothing else.
    pub fn items_of(&self, trail: TrailId, records: RecordRange, lasting: &[Lasting]) -> Vec<ItemRef> {
        let Some(place) = self.index.place(trail) else { return Vec::new() };
        let mut items = Vec::new();
        for &number in self.index.segments_of(place) {
            let (segment, bits) = (&self.index.segments()[number], &self.docs[number]);
            if !lasting.is_empty() {
                lasting_items_in(segment, place, bits, lasting, records, &mut items);
            } else if !bits.is_empty() {
                items_in(segment, place, bits, records, &mut items);
            }
        }
        // A trail's blocks may be spread over segments in any order.
        items.sort_unstable();
        items
    }
}

/// Adds those of a trail that are marked, and those that lasted.
fn lasting_items_in(
    segment: &LiveSegment,
    place: usize,
    bits: &[u64],
    lasting: &[Lasting],
    records: RecordRange,
    items: &mut Vec<ItemRef>,
) {
    let visibility = segment.reader.visibility();
    let is_marked = |doc: u32| bits.get(doc as usize / 64).is_some_and(|word| word >> (doc % 64) & 1 == 1);
    for docs in segment.docs_of(place) {
        for run in &docs.runs {
            let wanted = (run.first_doc..run.end())
                .filter(|&doc| is_marked(doc) || lasting.iter().any(|lasting| lasting.has(visibility, doc)))
                .filter(|&doc| visibility.first(doc) <= records.end && records.begin <= visibility.last(doc));
            items.extend(wanted.map(|doc| run.item(docs.trail, doc)));
        }
    }
}

fn items_in(segment: &LiveSegment, place: usize, bits: &[u64], records: RecordRange, items: &mut Vec<ItemRef>) {
    let visibility = segment.reader.visibility();
    let is_all = records == RecordRange { begin: RecordId(0), end: RecordId(u64::MAX) };
    let is_inside = |doc| is_all || (visibility.first(doc) <= records.end && records.begin <= visibility.last(doc));
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
                if doc < run.end() && is_inside(doc) {
                    items.push(run.item(docs.trail, doc));
                }
                doc += 1;
            }
        }
    }
}
