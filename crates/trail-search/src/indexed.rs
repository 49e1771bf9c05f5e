//! Searching a data directory through its index.

use std::hash::BuildHasher;
use std::ops;
use std::sync::Arc;

use rustc_hash::FxBuildHasher;
use trail_content::{Block, ChannelContent, ContentFile, Kind};
use trail_index::analyzer::words;
use trail_index::{
    BestCandidates, Found, IndexReader, ItemRef, Lasting, LeafCandidates, Limits, Lookup, Near, SessionInfo, Sighting,
    Standing, Survey, TermField, TermPattern, TermScores,
};
use trail_model::{ChannelId, RecordRange, Timestamp, TrailId};
use trail_query::Span;

use crate::bound::{FuzzyScores, LeafBound, trail_bound};
use crate::cancel::Meter;
use crate::ceiling;
use crate::expansion::AllExpansions;
use crate::kept::Kept;
use crate::pattern::{Fuzzy, Pattern, TermRange};
use crate::plan::{Atom, Leaf, LeafMatcher, Plan, Reading};
use crate::prefilter::Prefilter;
use crate::rank::{DocumentFrequency, KindStatistics, Statistics};
use crate::session::SessionWeights;
use crate::source::{Asked, BestItems, Bound, ChannelPart, Part, TrailFacts, Visit, content_error};
use crate::time::Lifetime;
use crate::{Cancel, Error, Options, Result, Source};

/// Where the trails searched are fewer than this share of all, the others are passed over.
const FEW_TRAILS_SHARE: usize = 4;

/// Bytes of content that are kept for the next search.
const KEPT_LEN: usize = 384 << 20;

/// The share of them that open content files may take: tables of blocks and moments, not the mapped files themselves. The
/// others are for decoded blocks.
const CONTENTS_KEPT_SHARE: usize = 8;

/// Candidates that are kept for the best hits of queries of one leaf, in case these are asked for.
const BEST_CANDIDATES: usize = 1024;

/// What an open content file takes beside its moments, about.
const CONTENT_LEN: usize = 8 << 10;

/// What a moment takes.
const MOMENT_LEN: usize = 9;

/// The trails of a data directory, with the live generation of its index. Finds the same hits with the same ranks as
/// [`ScanSource`](crate::ScanSource) does over the same content.
pub struct IndexSource {
    index: IndexReader,
    trails: Vec<TrailId>,
    contents: Arc<Kept<Version, Arc<ContentFile>>>,
    /// By content, channel and number.
    blocks: Arc<Kept<(Version, ChannelId, usize), Arc<Block>>>,
}

/// The content of a trail as one run of the indexer extracted it: its trail, and a hash of the content file's name.
pub type Version = (TrailId, u64);

impl IndexSource {
    /// Makes a source of all trails that the index has.
    pub fn new(index: IndexReader) -> IndexSource {
        let trails = index.indexed().map(|(trail, _)| trail).collect();
        IndexSource::of_trails(index, trails)
    }

    /// Makes a source of some of its trails, in this order. Ranks stay those of the whole index.
    pub fn of_trails(index: IndexReader, trails: Vec<TrailId>) -> IndexSource {
        IndexSource::kept(index, trails, KEPT_LEN)
    }

    /// Makes a source of all trails that the index has, which keeps so many bytes of content for the next search.
    pub fn keeping(index: IndexReader, len: usize) -> IndexSource {
        let trails = index.indexed().map(|(trail, _)| trail).collect();
        IndexSource::kept(index, trails, len)
    }

    fn kept(index: IndexReader, trails: Vec<TrailId>, len: usize) -> IndexSource {
        let of_contents = len / CONTENTS_KEPT_SHARE;
        let (contents, blocks) = (Arc::new(Kept::new(of_contents)), Arc::new(Kept::new(len - of_contents)));
        IndexSource { index, trails, contents, blocks }
    }

    /// The same index with other trails of it; what was read is shared. Cheap but for the list.
    pub fn with_trails(&self, trails: Vec<TrailId>) -> IndexSource {
        let (contents, blocks) = (Arc::clone(&self.contents), Arc::clone(&self.blocks));
        IndexSource { index: self.index.clone(), trails, contents, blocks }
    }

    /// All trails of a later state of the same index; what was read is shared as far as it is still so.
    pub fn renewed(&self, index: IndexReader) -> IndexSource {
        let trails = index.indexed().map(|(trail, _)| trail).collect();
        IndexSource { index, trails, contents: Arc::clone(&self.contents), blocks: Arc::clone(&self.blocks) }
    }

    /// Which content of a trail the index has. It is another one when the trail has grown or was extracted again.
    pub fn version(&self, trail: TrailId) -> Version {
        let name = self.index.trail(trail).and_then(|entry| entry.content.as_deref());
        (trail, FxBuildHasher.hash_one(name.unwrap_or_default()))
    }

    /// Its trails, in order.
    pub fn trails(&self) -> &[TrailId] {
        &self.trails
    }

    /// The index.
    pub fn index(&self) -> &IndexReader {
        &self.index
    }

    fn statistics(&self, plan: &Plan, options: &Options) -> Result<Statistics> {
        let Options { cancel, limits, .. } = options;
        let mut statistics = Statistics::default();
        for kind in Kind::ALL.into_iter().filter(|&kind| plan.kinds().contains(kind)) {
            *statistics.of_mut(kind) += &KindStatistics::new(&self.index.stats(kind));
            for (term, text) in plan.vocabulary.exact_terms() {
                cancel.check()?;
                *statistics.of_mut(kind).frequency_mut(term) = DocumentFrequency {
                    word: self.index.doc_freq_word(kind, text).map_err(index_error(cancel, Span::default()))?,
                    token: self.index.doc_freq_token(kind, text).map_err(index_error(cancel, Span::default()))?,
                };
            }
            self.count_expansions(plan, kind, limits.expansions, cancel, statistics.of_mut(kind))?;
        }
        Ok(statistics)
    }

    /// Counts the tokens near enough to each fuzzy word.
    fn count_expansions(
        &self,
        plan: &Plan,
        kind: Kind,
        terms_max: usize,
        cancel: &Cancel,
        statistics: &mut KindStatistics,
    ) -> Result<()> {
        let is_cancelled = || cancel.check().is_err();
        let limits = Limits { terms_max, is_cancelled: &is_cancelled };
        for (term, pattern, kinds) in plan.vocabulary.patterns() {
            let Some(fuzzy) = pattern.as_fuzzy().filter(|_| kinds.contains(kind)) else { continue };
            let accepts = |token: &str| fuzzy.matches(token);
            let near = TermPattern {
                accepts: &accepts,
                prefix: fuzzy.literal(),
                infix: "",
                near: Some(fuzzy.near()),
                scores: None,
            };
            let is_asked = |leaf: &&Leaf| matches!(leaf.matcher, LeafMatcher::Pattern(of) if of == term);
            let span = plan.leaves.iter().find(is_asked).map_or(Span::default(), |leaf| leaf.span);
            for field in [TermField::Words, TermField::Tokens] {
                let terms = self.index.matching_terms(field, kind, &near, &limits);
                for (text, count) in terms.map_err(index_error(cancel, span))? {
                    let frequency = statistics.expansion_mut(term, &text);
                    *(if field == TermField::Words { &mut frequency.word } else { &mut frequency.token }) += count;
                }
            }
        }
        Ok(())
    }

    /// Asks the index for every leaf.
    fn survey(&self, plan: &Plan, statistics: &Statistics, options: &Options) -> Result<Surveyed> {
        let cancel = &options.cancel;
        let mut best = plan.is_by_item().then(|| BestCandidates::new(BEST_CANDIDATES, self.order()));
        let mut survey = Survey::new(&self.index, self.only(), best.is_none());
        let expansions = AllExpansions::new(plan, statistics, cancel)?;
        let asking = Asking { plan, statistics, expansions: &expansions, options };
        let mut leaves = Vec::with_capacity(plan.leaves.len());
        for leaf in &plan.leaves {
            leaves.push(asking.leaf(leaf, &mut survey, best.as_mut())?);
        }
        let meter = &mut Meter::new(cancel);
        let bound = |&trail: &TrailId| -> Result<Option<Bound>> {
            meter.spend(1 + leaves.len())?;
            let sessions = statistics.sessions.of(plan, self.session_of(trail));
            let Some(place) = self.index.place(trail) else { return Ok(None) };
            let standings: Vec<Option<Standing>> = leaves.iter().map(|leaf| leaf.standing(place)).collect();
            Ok(trail_bound(plan, &standings, &sessions))
        };
        let bounds = self.trails.iter().map(bound).collect::<Result<_>>()?;
        let lasting = leaves.iter().filter_map(|leaf| match leaf {
            LeafCandidates::Lasting(lasting) => Some(*lasting),
            LeafCandidates::Found(_) => None,
        });
        let (lasting, needs_all_blocks) = (lasting.collect(), plan.has_lifetimes());
        Ok(Surveyed { survey, leaves, bounds, best, lasting, needs_all_blocks, limits: options.limits })
    }

    /// For each place in the manifest the trail's place in this source.
    fn order(&self) -> Arc<[u32]> {
        let mut order = vec![u32::MAX; self.index.trails().len()];
        for (at, &trail) in self.trails.iter().enumerate() {
            if let Some(place) = self.index.place(trail) {
                order[place] = at as u32;
            }
        }
        order.into()
    }

    fn session_of(&self, trail: TrailId) -> Option<&SessionInfo> {
        Some(&self.index.trail(trail)?.session)
    }

    /// The trails to keep to, where these are few of all.
    fn only(&self) -> Option<&[TrailId]> {
        let is_few = self.trails.len() * FEW_TRAILS_SHARE < self.index.trails().len();
        is_few.then_some(&self.trails)
    }

    fn kept_block(&self, channel: &ChannelContent, trail: TrailId, index: usize) -> Result<Arc<Block>> {
        self.blocks.get((self.version(trail), channel.id(), index), || {
            let block = channel.block(index).map_err(content_error(trail))?;
            let len = block.memory();
            Ok((block, len))
        })
    }
}

/// What is asked of the index.
struct Asking<'a> {
    plan: &'a Plan,
    statistics: &'a Statistics,
    expansions: &'a AllExpansions,
    options: &'a Options,
}

impl Asking<'_> {
    /// Adds the candidates of a leaf.
    fn leaf(&self, leaf: &Leaf, survey: &mut Survey, mut best: Option<&mut BestCandidates>) -> Result<LeafCandidates> {
        let Options { cancel, limits, .. } = self.options;
        let is_cancelled = || cancel.check().is_err();
        let limits = Limits { terms_max: limits.expansions, is_cancelled: &is_cancelled };
        let failed = index_error(cancel, leaf.span);
        let texts = lookups(self.plan, leaf);
        if texts.is_empty() {
            let lasting = self.lasting(leaf);
            best.map_or(Ok(()), |best| survey.offer(&lasting, &limits, best)).map_err(failed)?;
            return Ok(LeafCandidates::Lasting(lasting));
        }
        let mut found = Found::default();
        for kind in Kind::ALL.into_iter().filter(|&kind| leaf.kinds.contains(kind)) {
            let scores = self.fuzzy_scores(leaf, kind);
            let scores = scores.as_ref().map(|scores| scores as &dyn TermScores);
            let lookups: Vec<Lookup<'_>> = texts.iter().map(|text| text.lookup(scores)).collect();
            let mut bound = LeafBound::new(self.plan, leaf, kind, self.statistics, self.expansions);
            let of_kind = survey.add(kind, &lookups, &limits, best.as_deref_mut(), |evidence| bound.of(evidence));
            found.merge(of_kind.map_err(&failed)?);
        }
        Ok(LeafCandidates::Found(found))
    }

    /// The candidates of a leaf that the index cannot be asked for: any item of its kinds that was visible so long.
    fn lasting(&self, leaf: &Leaf) -> Lasting {
        let most = |kind| LeafBound::new(self.plan, leaf, kind, self.statistics, self.expansions).most();
        let kinds = Kind::ALL.into_iter().filter(|&kind| leaf.kinds.contains(kind));
        let lifetime = leaf.lifetime.unwrap_or(Lifetime { least: 0, most: u64::MAX });
        Lasting {
            kinds: Kind::ALL.map(|kind| leaf.kinds.contains(kind)),
            least: lifetime.least,
            most: lifetime.most,
            weight: kinds.map(most).fold(0.0, f64::max),
        }
    }

    fn fuzzy_scores(&self, leaf: &Leaf, kind: Kind) -> Option<FuzzyScores<'_>> {
        let LeafMatcher::Pattern(term) = leaf.matcher else { return None };
        let expansions = self.expansions.of(term, kind)?;
        Some(FuzzyScores { expansions, statistics: self.statistics.of(kind) })
    }
}

/// What the index says of a leaf at `span`, in the words of a search.
fn index_error(cancel: &Cancel, span: Span) -> impl Fn(trail_index::Error) -> Error {
    move |source| match source {
        trail_index::Error::Cancelled => cancel.check().err().unwrap_or(Error::Cancelled),
        trail_index::Error::TooManyTerms { limit } => Error::TooManyTerms { span, limit },
        source => Error::Index { source: Box::new(source) },
    }
}

/// A [`Lookup`] that owns its text.
enum Text<'p> {
    Exact(String),
    Next(String),
    Prefix(String),
    Pattern { accepts: Box<dyn Fn(&str) -> bool + Sync + 'p>, infix: &'p str, near: Option<Near<'p>> },
    Range(&'p TermRange),
}

impl Text<'_> {
    fn lookup<'a>(&'a self, scores: Option<&'a dyn TermScores>) -> Lookup<'a> {
        match self {
            Text::Exact(text) => Lookup::Exact(text),
            Text::Next(text) => Lookup::Next(text),
            Text::Prefix(text) => Lookup::Prefix(text),
            Text::Pattern { accepts, infix, near } => {
                Lookup::Pattern(TermPattern { accepts, prefix: "", infix, near: *near, scores })
            }
            Text::Range(range) => Lookup::Range(trail_index::TermRange {
                lower: bound_of(range.lower.as_deref(), range.include_lower),
                upper: bound_of(range.upper.as_deref(), range.include_upper),
            }),
        }
    }
}

fn bound_of(text: Option<&str>, is_included: bool) -> ops::Bound<&str> {
    match text {
        Some(text) if is_included => ops::Bound::Included(text),
        Some(text) => ops::Bound::Excluded(text),
        None => ops::Bound::Unbounded,
    }
}

/// What the index must have of an item that a leaf matches. Nothing if it cannot say.
fn lookups<'p>(plan: &'p Plan, leaf: &Leaf) -> Vec<Text<'p>> {
    let text = |term| plan.vocabulary.text(term);
    let exact = |text: &str| Text::Exact(text.to_owned());
    match (&leaf.matcher, plan.reading) {
        (LeafMatcher::AnyText(_), _) => Vec::new(),
        (LeafMatcher::Pattern(term), reading) => match (plan.vocabulary.pattern_of(*term), reading) {
            (Some(Pattern::Prefix(prefix)), Reading::Blanks) => prefix_between_blanks(prefix),
            (Some(Pattern::Prefix(prefix)), _) => vec![Text::Prefix(prefix.to_string())],
            // What stands between blanks may be several terms of the index, and none as a whole.
            (None, _) | (_, Reading::Blanks) => Vec::new(),
            (Some(Pattern::Range(range)), _) => vec![Text::Range(range)],
            (Some(pattern), _) => {
                let accepts = Box::new(|token: &str| pattern.matches(token));
                let near = pattern.as_fuzzy().map(Fuzzy::near);
                vec![Text::Pattern { accepts, infix: pattern.literal(), near }]
            }
        },
        (LeafMatcher::Sloppy(phrase), Reading::Blanks) => {
            phrase.slots.iter().flat_map(|slot| between_blanks(text(slot.term))).collect()
        }
        (LeafMatcher::Sloppy(phrase), _) => phrase.slots.iter().map(|slot| exact(text(slot.term))).collect(),
        (LeafMatcher::Sequence(atoms), Reading::Blanks) => {
            atoms.iter().flat_map(|atom| between_blanks(text(atom.token))).collect()
        }
        (LeafMatcher::Sequence(atoms), _) => {
            let mut lookups = Vec::new();
            for (at, atom) in atoms.iter().enumerate() {
                let before = at.checked_sub(1).map(|before| &atoms[before]);
                let is_next = |before: &Atom| before.words.is_empty() && before.offset + 1 == atom.offset;
                if !atom.words.is_empty() {
                    lookups.extend(atom.words.iter().map(|&word| exact(text(word))));
                } else if before.is_some_and(is_next) {
                    lookups.push(Text::Next(text(atom.token).to_owned()));
                } else {
                    lookups.push(exact(text(atom.token)));
                }
            }
            lookups
        }
    }
}

/// What the index has of a token between blanks.
fn between_blanks(token: &str) -> Vec<Text<'static>> {
    if token.chars().all(char::is_alphanumeric) {
        words(token).into_iter().map(Text::Exact).collect()
    } else {
        vec![Text::Exact(token.to_owned())]
    }
}

/// A token between blanks may be several words and no whole: all but the last of the prefix's are there. What begins with
/// a number that is no digit, as `½`, may be neither.
fn prefix_between_blanks(prefix: &str) -> Vec<Text<'static>> {
    let mut lookups: Vec<Text<'static>> = words(prefix).into_iter().map(Text::Exact).collect();
    match lookups.pop() {
        Some(Text::Exact(last)) => lookups.push(Text::Prefix(last)),
        _ if prefix.chars().all(char::is_alphanumeric) => {}
        _ => lookups.push(Text::Prefix(prefix.to_owned())),
    }
    lookups
}

/// The candidates of every trail.
pub struct IndexPrepared {
    surveyed: Surveyed,
    prefilter: Prefilter,
}

/// What the index says of a query.
struct Surveyed {
    survey: Survey,
    /// Their candidates.
    leaves: Vec<LeafCandidates>,
    /// By trail of the source.
    bounds: Vec<Option<Bound>>,
    /// Of the one leaf that there is, if every hit is one item's.
    best: Option<BestCandidates>,
    /// The leaves that ask for any text.
    lasting: Vec<Lasting>,
    /// How long an item was visible only all blocks can tell.
    needs_all_blocks: bool,
    limits: trail_query::Limits,
}

impl Source for IndexSource {
    type Prepared = IndexPrepared;

    fn trail_count(&self) -> usize {
        self.trails.len()
    }

    fn trail_id(&self, trail: usize) -> TrailId {
        self.trails[trail]
    }

    fn start(&self, trail: usize) -> Option<Timestamp> {
        let entry = self.index.trail(self.trails[trail])?;
        entry.session.start_ns.map(Timestamp)
    }

    fn session(&self, trail: usize) -> Option<&SessionInfo> {
        self.session_of(self.trails[trail])
    }

    fn content(&self, trail: usize) -> Result<Arc<ContentFile>> {
        let trail = self.trails[trail];
        self.contents.get(self.version(trail), || {
            let content = self.index.open_content(trail);
            let content = content.map_err(|source| Error::Content { trail, source: Box::new(source) })?;
            let moments: usize = content.channels().iter().map(|channel| channel.moment_count() as usize).sum();
            Ok((Arc::new(content), CONTENT_LEN + moments * MOMENT_LEN))
        })
    }

    fn prepare(&self, plan: &Plan, options: &Options) -> Result<(Statistics, IndexPrepared)> {
        let mut statistics = self.statistics(plan, options)?;
        statistics.keeps_k1_factor = options.keeps_k1_factor;
        let sessions = self.index.indexed().map(|(_, entry)| &entry.session);
        statistics.sessions = SessionWeights::new(plan, sessions, options)?;
        let surveyed = self.survey(plan, &statistics, options)?;
        Ok((statistics, IndexPrepared { surveyed, prefilter: Prefilter::new(plan) }))
    }

    fn bound(&self, prepared: &IndexPrepared, trail: usize) -> Option<Bound> {
        prepared.surveyed.bounds[trail]
    }

    fn parts(&self, asked: &Asked<'_, IndexPrepared>, trail: usize, cancel: &Cancel) -> Result<Vec<Part>> {
        let Asked { plan, statistics, prepared } = asked;
        let Some(place) = self.index.place(self.trails[trail]) else { return Ok(Vec::new()) };
        let leaves = &prepared.surveyed.leaves;
        let seen = |leaf: usize, within: &[RecordRange]| {
            let mut found = Vec::new();
            leaves[leaf].sightings(&self.index, place, within, |sighting| found.push(sighting));
            found
        };
        // Where the query holds, all that it asks for is visible: what is rarest says where to look for the rest.
        let rarest = ceiling::required(plan).min_by_key(|&leaf| leaves[leaf].count(&self.index, place));
        let rarest = rarest.filter(|_| leaves.len() > 1).map(|leaf| (leaf, seen(leaf, &[Part::ALL])));
        let within = rarest.as_ref().map_or_else(|| vec![Part::ALL], |(_, seen)| ceiling::together(seen));
        let rarest_leaf = rarest.as_ref().map(|rarest| rarest.0);
        let mut sightings: Vec<Vec<Sighting>> = (0..leaves.len())
            .map(|leaf| if Some(leaf) == rarest_leaf { Vec::new() } else { seen(leaf, &within) })
            .collect();
        if let Some((leaf, seen)) = rarest {
            sightings[leaf] = seen;
        }
        let sessions = statistics.sessions.of(plan, self.session(trail));
        let facts = TrailFacts { start: self.start(trail), sessions };
        // A lifetime may go on in another block.
        let is_whole = plan.has_lifetimes() && !self.index.is_one_block(place);
        let shape = ceiling::Shape { is_whole, has_one_channel: self.index.is_one_channel(place) };
        ceiling::parts(plan, &sightings, &facts, &shape, &mut Meter::new(cancel))
    }

    fn best_items(&self, asked: &Asked<'_, IndexPrepared>, count: usize, cancel: &Cancel) -> Result<Option<BestItems>> {
        let Asked { plan, statistics, prepared: IndexPrepared { surveyed, .. } } = *asked;
        let Some(kept) = &surveyed.best else { return Ok(None) };
        let more;
        let best = if kept.has(count) {
            kept
        } else {
            let options = Options { limits: surveyed.limits, cancel: cancel.clone(), ..Options::default() };
            let expansions = AllExpansions::new(plan, statistics, cancel)?;
            let asking = Asking { plan, statistics, expansions: &expansions, options: &options };
            let mut best = BestCandidates::new(count, self.order());
            let mut survey = Survey::new(&self.index, self.only(), false);
            for leaf in &plan.leaves {
                asking.leaf(leaf, &mut survey, Some(&mut best))?;
            }
            more = best;
            &more
        };
        let trail_index::Best { items, rest } = best.first(&self.index, count);
        let of_source = |(trail, item): (u32, ItemRef)| (trail as usize, item);
        let items = items.into_iter().map(of_source).filter(|item| item.0 < self.trails.len()).collect();
        let rest = rest
            .map(|(Standing { weight: rank, start, record }, trail)| (Bound { rank, start, record }, trail as usize));
        Ok(Some(BestItems { items, rest }))
    }

    fn block(&self, content: &ContentFile, trail: usize, channel: usize, index: usize) -> Result<Arc<Block>> {
        self.kept_block(&content.channels()[channel], self.trails[trail], index)
    }

    fn candidates(
        &self,
        prepared: &IndexPrepared,
        of: &ChannelPart<'_>,
        cancel: &Cancel,
        visit: &mut Visit<'_>,
    ) -> Result<()> {
        let channel = &of.content.channels()[of.channel];
        let trail = self.trails[of.trail];
        let Surveyed { survey, lasting, needs_all_blocks, .. } = &prepared.surveyed;
        let is_one_block = || self.index.place(trail).is_some_and(|place| self.index.is_one_block(place));
        if *needs_all_blocks && !is_one_block() {
            for index in 0..channel.block_count() {
                cancel.check()?;
                let block = self.kept_block(channel, trail, index)?;
                let found = prepared.prefilter.candidates(&block, cancel)?;
                if !found.is_empty() {
                    visit(index, &block, &found)?;
                }
            }
            return Ok(());
        }
        let items = survey.items_of(trail, of.records, lasting);
        let start = items.partition_point(|item| item.channel < channel.id());
        let end = items.partition_point(|item| item.channel <= channel.id());
        for of_block in items[start..end].chunk_by(|a, b| a.block == b.block) {
            cancel.check()?;
            let index = of_block[0].block as usize;
            let block = self.kept_block(channel, trail, index)?;
            let found: Vec<u32> =
                of_block.iter().map(|item| item.item).filter(|&item| (item as usize) < block.len()).collect();
            visit(index, &block, &found)?;
        }
        Ok(())
    }
}
