//! Searching a data directory through its index.

use std::sync::Arc;

use rustc_hash::FxHashSet;
use trail_content::{ContentFile, Kind};
use trail_index::analyzer::words;
use trail_index::{IndexReader, ItemRef, Limits, Lookup};
use trail_model::TrailId;

use crate::plan::{Leaf, LeafMatcher, Plan, Reading, Tree};
use crate::prefilter::Prefilter;
use crate::rank::{DocumentFrequency, KindStatistics, Statistics};
use crate::source::{Visit, content_error};
use crate::{Cancel, Error, Result, Source};

/// Candidates taken from the index between two looks at the clock.
const CANDIDATES_PER_CHECK: usize = 4096;

/// Where the trails searched are fewer than this share of all, each is asked for by itself.
const FEW_TRAILS_SHARE: usize = 4;

/// The trails of a data directory, with the live generation of its index. Finds the same hits with the same ranks as
/// [`ScanSource`](crate::ScanSource) does over the same content.
pub struct IndexSource {
    index: IndexReader,
    trails: Vec<TrailId>,
}

impl IndexSource {
    /// Makes a source of all trails that the index has.
    pub fn new(index: IndexReader) -> IndexSource {
        let trails = index.indexed().map(|(trail, _)| trail).collect();
        IndexSource { index, trails }
    }

    /// Makes a source of some of its trails, in this order. Ranks stay those of the whole index.
    pub fn of_trails(index: IndexReader, trails: Vec<TrailId>) -> IndexSource {
        IndexSource { index, trails }
    }

    /// The index.
    pub fn index(&self) -> &IndexReader {
        &self.index
    }

    fn error(source: trail_index::Error) -> Error {
        match source {
            trail_index::Error::Cancelled => Error::Cancelled,
            source => Error::Index { source: Box::new(source) },
        }
    }

    fn statistics(&self, plan: &Plan, cancel: &Cancel) -> Result<Statistics> {
        let mut statistics = Statistics::default();
        for kind in Kind::ALL.into_iter().filter(|&kind| plan.kinds().contains(kind)) {
            let figures = self.index.stats(kind);
            *statistics.of_mut(kind) += &KindStatistics::new(figures.docs, figures.words);
            for (term, text) in plan.vocabulary.exact_terms() {
                cancel.check()?;
                *statistics.of_mut(kind).frequency_mut(term) = DocumentFrequency {
                    word: self.index.doc_freq_word(kind, text).map_err(Self::error)?,
                    token: self.index.doc_freq_token(kind, text).map_err(Self::error)?,
                };
            }
        }
        Ok(statistics)
    }

    /// The items in which some leaf may match; `None` if there is a leaf that the index cannot be asked for.
    fn look_up(&self, plan: &Plan, cancel: &Cancel) -> Result<Option<Vec<ItemRef>>> {
        let required = required(plan);
        let mut items = Vec::new();
        let mut trails: Option<FxHashSet<TrailId>> = None;
        for (index, leaf) in plan.leaves.iter().enumerate() {
            let texts = lookups(plan, leaf);
            if texts.is_empty() {
                return Ok(None);
            }
            let lookups: Vec<Lookup<'_>> = texts.iter().map(Text::lookup).collect();
            let before = items.len();
            for kind in Kind::ALL.into_iter().filter(|&kind| leaf.kinds.contains(kind)) {
                self.candidates_of(kind, &lookups, cancel, &mut items)?;
            }
            if required.contains(&index) {
                let mut having: FxHashSet<TrailId> = items[before..].iter().map(|item| item.trail).collect();
                if let Some(trails) = &trails {
                    having.retain(|trail| trails.contains(trail));
                }
                trails = Some(having);
            }
        }
        if let Some(trails) = trails {
            items.retain(|item| trails.contains(&item.trail));
        }
        items.sort_unstable();
        items.dedup();
        Ok(Some(items))
    }
    /// Appends the items of one kind that have what is looked for.
    fn candidates_of(
        &self,
        kind: Kind,
        lookups: &[Lookup<'_>],
        cancel: &Cancel,
        items: &mut Vec<ItemRef>,
    ) -> Result<()> {
        let is_cancelled = || cancel.check().is_err();
        let limits = Limits { is_cancelled: &is_cancelled, ..Limits::default() };
        // One pass over everything, or a look at each of a few trails.
        if self.trails.len() * FEW_TRAILS_SHARE < self.index.trails().len() {
            for &trail in &self.trails {
                cancel.check()?;
                items.extend(self.index.candidates_in(trail, kind, lookups, &limits).map_err(Self::error)?);
            }
            return Ok(());
        }
        let found = self.index.candidates(kind, lookups, &limits).map_err(Self::error)?;
        for (count, item) in found.enumerate() {
            if count % CANDIDATES_PER_CHECK == 0 {
                cancel.check()?;
            }
            items.push(item);
        }
        Ok(())
    }
}

/// The leaves that must match at some moment of a trail for the query to hold there.
fn required(plan: &Plan) -> FxHashSet<usize> {
    let trees = match &plan.tree {
        Some(Tree::Group { must, .. }) => &must[..],
        Some(tree) => std::slice::from_ref(tree),
        None => &[],
    };
    let leaf = |tree: &Tree| if let Tree::Leaf(leaf) = tree { Some(*leaf) } else { None };
    trees.iter().filter_map(leaf).collect()
}

/// A [`Lookup`] that owns its text.
enum Text {
    Exact(String),
    Prefix(String),
}

impl Text {
    fn lookup(&self) -> Lookup<'_> {
        match self {
            Text::Exact(text) => Lookup::Exact(text),
            Text::Prefix(text) => Lookup::Prefix(text),
        }
    }
}

/// What the index must have of an item that a leaf matches. Nothing if it cannot say.
fn lookups(plan: &Plan, leaf: &Leaf) -> Vec<Text> {
    let text = |term| plan.vocabulary.text(term);
    let exact = |text: &str| Text::Exact(text.to_owned());
    match (&leaf.matcher, plan.reading) {
        (LeafMatcher::Prefix(term), Reading::Blanks) => {
            // A token between blanks may be several words and no whole: all but the last of the prefix's are there.
            let mut lookups: Vec<Text> = words(text(*term)).iter().map(|word| exact(word)).collect();
            match lookups.pop() {
                Some(Text::Exact(last)) => lookups.push(Text::Prefix(last)),
                _ => lookups.push(Text::Prefix(text(*term).to_owned())),
            }
            lookups
        }
        (LeafMatcher::Prefix(term), _) => vec![Text::Prefix(text(*term).to_owned())],
        (LeafMatcher::Sequence(atoms), Reading::Blanks) => {
            let mut lookups = Vec::new();
            for token in atoms.iter().map(|atom| text(atom.token)) {
                if token.chars().all(char::is_alphanumeric) {
                    lookups.extend(words(token).iter().map(|word| exact(word)));
                } else {
                    lookups.push(exact(token));
                }
            }
            lookups
        }
        (LeafMatcher::Sequence(atoms), _) => {
            let terms = |atom: &crate::plan::Atom| {
                if atom.words.is_empty() { vec![atom.token] } else { atom.words.clone() }
            };
            atoms.iter().flat_map(terms).map(|term| exact(text(term))).collect()
        }
    }
}

/// The candidates of every trail.
pub struct IndexPrepared {
    /// Sorted; nothing where the index could not be asked for some leaf.
    items: Option<Vec<ItemRef>>,
    prefilter: Prefilter,
}

impl Source for IndexSource {
    type Prepared = IndexPrepared;

    fn trail_count(&self) -> usize {
        self.trails.len()
    }

    fn trail_id(&self, trail: usize) -> TrailId {
        self.trails[trail]
    }

    fn content(&self, trail: usize) -> Result<Arc<ContentFile>> {
        let trail = self.trails[trail];
        let content = self.index.open_content(trail);
        content.map(Arc::new).map_err(|source| Error::Content { trail, source: Box::new(source) })
    }

    fn prepare(&self, plan: &Plan, cancel: &Cancel) -> Result<(Statistics, IndexPrepared)> {
        let statistics = self.statistics(plan, cancel)?;
        let items = self.look_up(plan, cancel)?;
        Ok((statistics, IndexPrepared { items, prefilter: Prefilter::new(plan) }))
    }

    fn candidates(
        &self,
        prepared: &IndexPrepared,
        content: &ContentFile,
        trail: usize,
        channel: usize,
        cancel: &Cancel,
        visit: &mut Visit<'_>,
    ) -> Result<()> {
        let channel = &content.channels()[channel];
        let failed = content_error(content.trail());
        let Some(items) = &prepared.items else {
            for index in 0..channel.block_count() {
                cancel.check()?;
                let block = channel.block(index).map_err(&failed)?;
                let found = prepared.prefilter.candidates(&block);
                if !found.is_empty() {
                    visit(index, &block, &found)?;
                }
            }
            return Ok(());
        };
        let key = (self.trails[trail], channel.id());
        let of = |item: &ItemRef| (item.trail, item.channel);
        let start = items.partition_point(|item| of(item) < key);
        let end = items.partition_point(|item| of(item) <= key);
        for of_block in items[start..end].chunk_by(|a, b| a.block == b.block) {
            cancel.check()?;
            let index = of_block[0].block as usize;
            let block = channel.block(index).map_err(&failed)?;
            let found: Vec<u32> =
                of_block.iter().map(|item| item.item).filter(|&item| (item as usize) < block.len()).collect();
            visit(index, &block, &found)?;
        }
        Ok(())
    }
}
