//! Asking a source.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use trail_content::{Block, Moments};
use trail_index::ItemRef;
use trail_model::{ChannelId, RecordRange, TimeSpan};
use trail_query::{Mode, Query};

use crate::cancel::Meter;
use crate::hits::{ChannelSearch, channel_hits};
use crate::item::{MatchedItem, match_item};
use crate::join::Joiner;
use crate::occurrences::Scanner;
use crate::plan::{Language, Plan};
use crate::rank::Statistics;
use crate::source::{Asked, Bound, ChannelPart, Part, TrailFacts, content_error};
use crate::{Cancel, Error, Hit, Limits, Result, Source};

/// Items that are looked at first for each hit that is wanted: some turn out to match nowhere.
const BEST_ITEMS_PER_HIT: usize = 1;

/// Fewer items are not worth asking for.
const BEST_ITEMS_MIN: usize = 64;

/// So few trails are looked at by the thread that asks: others would have to be woken, and may be busy for others.
const FEW_TRAILS: usize = 16;

/// By how much more are looked at if these were not enough.
const BEST_ITEMS_GROWTH: usize = 4;

/// How to search.
#[derive(Clone, Debug)]
pub struct Options {
    /// How queries are read.
    pub language: Language,
    /// Only hits that have a moment in common with this part of a recording.
    pub span: Option<TimeSpan>,
    /// Ranks on the scale of Lucene before 8, which kept the factor k1 + 1 = 2.2.
    pub keeps_k1_factor: bool,
    /// What a query may cost to make ready and to answer. What it may cost to read, the parser was told.
    pub limits: Limits,
    /// When to stop, whatever the limits say.
    pub cancel: Cancel,
}

impl Options {
    /// The defaults for a language.
    pub fn new(language: impl Into<Language>) -> Options {
        Options {
            language: language.into(),
            span: None,
            keeps_k1_factor: false,
            limits: Limits::default(),
            cancel: Cancel::never(),
        }
    }
}

impl Default for Options {
    fn default() -> Options {
        Options::new(Mode::Screentrail)
    }
}

/// Answers queries over the trails of a source.
pub struct Searcher<S> {
    source: S,
    options: Options,
}

impl<S: Source> Searcher<S> {
    /// Makes a searcher.
    pub fn new(source: S, options: Options) -> Searcher<S> {
        Searcher { source, options }
    }

    /// The source.
    pub fn source(&self) -> &S {
        &self.source
    }

    /// Reads a query and gathers what its ranks need, over all trails of the source.
    ///
    /// # Errors
    /// If the query cannot be searched for, the source does not answer, or time is up.
    pub fn prepare(&self, query: &Query) -> Result<Search<'_, S>> {
        let cancel = self.options.cancel.within(self.options.limits.deadline);
        let options = Options { cancel, ..self.options.clone() };
        let mut plan = Plan::within(query, options.language.clone(), &options.limits, &options.cancel)?;
        let (statistics, prepared) = self.source.prepare(&plan, &options)?;
        plan.expand(&statistics, &options.cancel)?;
        Ok(Search { source: &self.source, options, plan: Arc::new(plan), statistics, prepared })
    }
}

/// A query on its way through the trails of a source.
pub struct Search<'a, S: Source> {
    source: &'a S,
    /// Its time runs since the query was prepared.
    options: Options,
    plan: Arc<Plan>,
    statistics: Statistics,
    prepared: S::Prepared,
}

/// In which order hits of several trails come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Trail by trail as the source has them, each by time.
    Trail,
    /// All by rank, then start time, then first record, then trail.
    Rank,
}

/// The hits of several trails.
#[derive(Debug, Default)]
pub struct Answer {
    /// Each with its trail.
    pub hits: Vec<(usize, Hit)>,
    /// How many there are in all, also beyond a limit.
    pub total: usize,
    /// The trails that could not be searched, and why.
    pub failures: Vec<(usize, Error)>,
}

/// The best hits of several trails.
#[derive(Debug, Default)]
pub struct Best {
    /// By rank, each with its trail.
    pub hits: Vec<(usize, Hit)>,
    /// How many trails were looked at.
    pub searched: usize,
    /// Those of them that could not be searched, and why.
    pub failures: Vec<(usize, Error)>,
}

/// The trails in which a query was true at some moment.
#[derive(Debug, Default)]
pub struct Matching {
    /// In order.
    pub trails: Vec<usize>,
    /// The trails that could not be searched, and why.
    pub failures: Vec<(usize, Error)>,
}

/// A channel with what matched in it.
pub(crate) struct MatchedChannel {
    pub(crate) items: Vec<MatchedItem>,
    pub(crate) moments: Arc<Moments>,
    pub(crate) facts: TrailFacts,
}

impl<S: Source> Search<'_, S> {
    /// What is searched for.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// The statistics that ranks are made from.
    pub fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    /// Finds the hits in one trail, by rank.
    ///
    /// # Errors
    /// If its content cannot be read, or time is up.
    pub fn search_trail(&self, trail: usize) -> Result<Vec<Hit>> {
        self.search_part(trail, Part::ALL)
    }

    /// Finds the hits in one part of a trail, by rank.
    fn search_part(&self, trail: usize, records: RecordRange) -> Result<Vec<Hit>> {
        let mut hits = self.in_channels(trail, records, channel_hits)?;
        // What the rest of the trail holds was looked at in part.
        hits.retain(|hit| records.begin <= hit.records.begin && hit.records.end <= records.end);
        self.ranked(hits)
    }

    /// Asks each channel of a trail in which the query may hold after one of these records.
    pub(crate) fn in_channels<T>(
        &self,
        trail: usize,
        records: RecordRange,
        ask: impl Fn(&ChannelSearch<'_>, &mut Meter<'_>) -> Result<Vec<T>>,
    ) -> Result<Vec<T>> {
        self.options.cancel.check()?;
        if self.source.bound(&self.prepared, trail).is_none() {
            return Ok(Vec::new());
        }
        let content = self.source.content(trail)?;
        let failed = content_error(content.trail());
        let facts = self.facts(trail);
        let mut found = Vec::new();
        for (index, channel) in content.channels().iter().enumerate() {
            let matched = self.matched_items(&ChannelPart { trail, content: &content, channel: index, records })?;
            if matched.is_empty() && !self.plan.is_open() {
                continue;
            }
            let moments = channel.moments().map_err(&failed)?;
            let meter = &mut Meter::new(&self.options.cancel);
            let search = ChannelSearch::new(&self.plan, channel.id(), moments, &facts, &matched, meter)?;
            found.extend(ask(&search, meter)?);
        }
        Ok(found)
    }

    /// What the query asks of a trail beside its content.
    fn facts(&self, trail: usize) -> TrailFacts {
        let sessions = self.statistics.sessions.of(&self.plan, self.source.session(trail));
        TrailFacts { start: self.source.start(trail), sessions }
    }

    /// The hits that are asked for, by rank.
    fn ranked(&self, mut hits: Vec<Hit>) -> Result<Vec<Hit>> {
        if let Some(span) = self.options.span {
            hits.retain(|hit| hit.span.start < span.end && span.start <= hit.span.end);
        }
        Meter::new(&self.options.cancel).sort_by(&mut hits, Hit::by_rank)?;
        Ok(hits)
    }

    /// Finds the hits of some items of a trail, as [`Search::search_trail`] does; perhaps those of others as well. To be
    /// asked only of queries of which every hit is one item's.
    fn search_items(&self, trail: usize, items: &[ItemRef]) -> Result<Vec<Hit>> {
        let content = self.source.content(trail)?;
        let failed = content_error(content.trail());
        let cancel = &self.options.cancel;
        let meter = &mut Meter::new(cancel);
        let facts = self.facts(trail);
        let mut scanner = Scanner::default();
        let mut hits = Vec::new();
        for of_channel in items.chunk_by(|a, b| a.channel == b.channel) {
            let index = content.channels().iter().position(|channel| channel.id() == of_channel[0].channel);
            let Some(index) = index else { continue };
            let channel = &content.channels()[index];
            let mut joiner = Joiner::new(content.trail(), channel);
            for of_block in of_channel.chunk_by(|a, b| a.block == b.block) {
                let number = of_block[0].block as usize;
                let block = self.source.block(&content, trail, index, number)?;
                let found: Vec<u32> = of_block.iter().map(|item| item.item).collect();
                let found: Vec<u32> = found.into_iter().filter(|&item| (item as usize) < block.len()).collect();
                // What goes on in another block is one item with what is there.
                if channel.block_count() > 1 && found.iter().any(|&item| touches_border(&block, item)) {
                    return self.search_trail(trail);
                }
                joiner.add(number, &block, &found, meter)?;
            }
            let mut matched = Vec::new();
            for item in joiner.finish(meter)? {
                matched.extend(match_item(&self.plan, &self.statistics, &mut scanner, item, None, meter)?);
            }
            let moments = channel.moments().map_err(&failed)?;
            let search = ChannelSearch::new(&self.plan, channel.id(), moments, &facts, &matched, meter)?;
            hits.extend(channel_hits(&search, meter)?);
        }
        self.ranked(hits)
    }

    /// The items of a channel that some leaf matches.
    fn matched_items(&self, of: &ChannelPart<'_>) -> Result<Vec<MatchedItem>> {
        let failed = content_error(of.content.trail());
        let cancel = &self.options.cancel;
        let channel = &of.content.channels()[of.channel];
        let mut scanner = Scanner::default();
        let meter = &mut Meter::new(cancel);
        let mut joiner = Joiner::new(of.content.trail(), channel);
        self.source.candidates(&self.prepared, of, cancel, &mut |block, content, items| {
            joiner.add(block, content, items, meter)
        })?;
        let lifetimes = self.plan.has_lifetimes();
        let moments = lifetimes.then(|| channel.moments()).transpose().map_err(&failed)?;
        let mut matched = Vec::new();
        let moments = moments.map(AsRef::as_ref);
        for item in joiner.finish(meter)? {
            meter.spend(1)?;
            matched.extend(match_item(&self.plan, &self.statistics, &mut scanner, item, moments, meter)?);
        }
        Ok(matched)
    }

    /// A channel of a trail with what matched in it.
    pub(crate) fn matched_channel(&self, trail: usize, id: ChannelId) -> Result<Option<MatchedChannel>> {
        let content = self.source.content(trail)?;
        let Some(index) = content.channels().iter().position(|channel| channel.id() == id) else { return Ok(None) };
        let part = ChannelPart { trail, content: &content, channel: index, records: Part::ALL };
        let items = self.matched_items(&part)?;
        let moments = content.channels()[index].moments().map_err(content_error(content.trail()))?.clone();
        Ok(Some(MatchedChannel { items, moments, facts: self.facts(trail) }))
    }

    /// How many items of a trail are looked at.
    pub(crate) fn count_candidates(&self, trail: usize) -> Result<u64> {
        if self.source.bound(&self.prepared, trail).is_none() {
            return Ok(0);
        }
        let content = self.source.content(trail)?;
        let mut count = 0;
        for index in 0..content.channels().len() {
            let part = ChannelPart { trail, content: &content, channel: index, records: Part::ALL };
            self.source.candidates(&self.prepared, &part, &self.options.cancel, &mut |_, _, items| {
                count += items.len() as u64;
                Ok(())
            })?;
        }
        Ok(count)
    }

    pub(crate) fn cancel(&self) -> &Cancel {
        &self.options.cancel
    }

    pub(crate) fn trail_count(&self) -> usize {
        self.source.trail_count()
    }

    /// Finds the hits in all trails, many at a time; the answer does not depend on how many.
    ///
    /// # Errors
    /// [`Error::Cancelled`]. A trail that cannot be read is told in [`Answer::failures`].
    pub fn search_all(&self, order: Order, limit: Option<usize>) -> Result<Answer> {
        let found: Vec<Result<Vec<Hit>>> =
            (0..self.source.trail_count()).into_par_iter().map(|trail| self.search_trail(trail)).collect();
        let mut answer = Answer::default();
        for (trail, found) in found.into_iter().enumerate() {
            match found {
                Ok(mut hits) => {
                    if order == Order::Trail {
                        hits.sort_by(Hit::by_time);
                    }
                    answer.hits.extend(hits.into_iter().map(|hit| (trail, hit)));
                }
                Err(error) if error.is_stop() => return Err(error),
                Err(error) => answer.failures.push((trail, error)),
            }
        }
        if order == Order::Rank {
            let order = |a: &(usize, Hit), b: &(usize, Hit)| Hit::by_rank_over_trails((a.0, &a.1), (b.0, &b.1));
            Meter::new(&self.options.cancel).sort_by(&mut answer.hits, order)?;
        }
        answer.total = answer.hits.len();
        answer.hits.truncate(limit.unwrap_or(usize::MAX));
        Ok(answer)
    }

    /// Finds the trails that have a hit, many at a time. The hits of one trail at a time and thread are held.
    ///
    /// # Errors
    /// [`Error::Cancelled`]. A trail that cannot be read is told in [`Matching::failures`].
    pub fn matching_trails(&self) -> Result<Matching> {
        let matches = |trail| (trail, self.holds_in(trail));
        let counts = |found: &(usize, Result<bool>)| !matches!(found.1, Ok(false));
        let trails = 0..self.source.trail_count();
        let found: Vec<(usize, Result<bool>)> = match trails.len() {
            ..=FEW_TRAILS => trails.map(matches).filter(counts).collect(),
            _ => trails.into_par_iter().map(matches).filter(counts).collect(),
        };
        let mut matching = Matching::default();
        for (trail, found) in found {
            match found {
                Ok(_) => matching.trails.push(trail),
                Err(error) if error.is_stop() => return Err(error),
                Err(error) => matching.failures.push((trail, error)),
            }
        }
        Ok(matching)
    }

    /// Whether a trail has a hit.
    fn holds_in(&self, trail: usize) -> Result<bool> {
        if self.plan.is_by_item() {
            return Ok(!self.search_trail(trail)?.is_empty());
        }
        let asked = Asked { plan: &self.plan, statistics: &self.statistics, prepared: &self.prepared };
        for part in self.source.parts(&asked, trail, &self.options.cancel)? {
            if !self.search_part(trail, part.records)?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Finds the best hits of all trails: those with which [`Search::search_all`] by rank begins. Trails of which the
    /// source knows that they have none of them are not looked at, so how many hits there are in all is not known.
    ///
    /// # Errors
    /// [`Error::Cancelled`]. A trail that was looked at and cannot be read is told in [`Best::failures`].
    pub fn search_best(&self, limit: usize) -> Result<Best> {
        match self.plan.is_by_item() && limit > 0 {
            true => self.best_by_item(limit)?.map_or_else(|| self.best_by_trail(limit), Ok),
            false => self.best_by_trail(limit),
        }
    }

    /// Looks at the items that may have the best hits, and at more of them until no other can come before those found.
    fn best_by_item(&self, limit: usize) -> Result<Option<Best>> {
        let cancel = &self.options.cancel;
        let asked = Asked { plan: &self.plan, statistics: &self.statistics, prepared: &self.prepared };
        let mut count = limit.saturating_mul(BEST_ITEMS_PER_HIT).max(BEST_ITEMS_MIN);
        loop {
            let Some(found) = self.source.best_items(&asked, count, cancel)? else { return Ok(None) };
            let by_trail: Vec<&[(usize, ItemRef)]> = found.items.chunk_by(|a, b| a.0 == b.0).collect();
            let hits: Vec<(usize, Result<Vec<Hit>>)> = by_trail
                .into_par_iter()
                .map(|items| {
                    let refs: Vec<ItemRef> = items.iter().map(|item| item.1).collect();
                    (items[0].0, self.search_items(items[0].0, &refs))
                })
                .collect();
            let mut best = Best::default();
            for (trail, found_in) in hits {
                let sure = |hit: &Hit| found.rest.is_none_or(|(rest, of_rest)| rest.is_behind(of_rest, (trail, hit)));
                let found_in = found_in.map(|hits| hits.into_iter().filter(sure).collect());
                best.add(trail, found_in, limit)?;
            }
            if best.hits.len() >= limit || found.rest.is_none() {
                return Ok(Some(best));
            }
            count = count.saturating_mul(BEST_ITEMS_GROWTH);
        }
    }

    /// Looks at parts of trails, those that may have the best hits first, until none can have a hit before those found.
    fn best_by_trail(&self, limit: usize) -> Result<Best> {
        self.options.cancel.check()?;
        let whole = |trail| Some(Next::whole(trail, self.source.bound(&self.prepared, trail)?));
        let mut rest: BinaryHeap<Reverse<Next>> =
            (0..self.source.trail_count()).filter_map(whole).map(Reverse).collect();
        let mut best = Best::default();
        let mut searched = FxHashSet::default();
        loop {
            let worst = best.hits.last().filter(|_| best.hits.len() >= limit).map(|(trail, hit)| (*trail, hit));
            let wave =
                self.next_parts(&mut rest, |next| limit > 0 && worst.is_none_or(|worst| !next.is_behind(worst)))?;
            if wave.is_empty() {
                best.failures.sort_by_key(|failure| failure.0);
                best.failures.dedup_by_key(|failure| failure.0);
                best.searched = searched.len();
                return Ok(best);
            }
            searched.extend(wave.iter().map(|part| part.0));
            let search = |(trail, records)| (trail, self.search_part(trail, records));
            let found: Vec<_> = wave.into_par_iter().map(search).collect();
            for (trail, found) in found {
                best.add(trail, found, limit)?;
            }
        }
    }

    /// Takes the next parts that may count, one for each thread.
    fn next_parts(
        &self,
        rest: &mut BinaryHeap<Reverse<Next>>,
        may_count: impl Fn(&Next) -> bool,
    ) -> Result<Vec<(usize, RecordRange)>> {
        let asked = Asked { plan: &self.plan, statistics: &self.statistics, prepared: &self.prepared };
        let mut wave = Vec::new();
        while wave.len() < rayon::current_num_threads() {
            let first = rest.peek_mut().filter(|first| may_count(&first.0)).map(PeekMut::pop);
            let Some(Reverse(next)) = first else { break };
            let mut parts = match next.parts {
                Some(parts) => parts,
                None => self.source.parts(&asked, next.trail, &self.options.cancel)?.into_iter(),
            };
            wave.extend(next.records.map(|records| (next.trail, records)));
            rest.extend(parts.next().map(|part| Reverse(Next::part(next.trail, part, parts))));
        }
        Ok(wave)
    }
}

/// What was not looked at yet of a trail, and what no hit in it goes beyond.
struct Next {
    bound: Bound,
    trail: usize,
    /// Those that may have the best hits. Nothing before the trail was divided.
    records: Option<RecordRange>,
    /// The other parts, the best first.
    parts: Option<std::vec::IntoIter<Part>>,
}

impl Next {
    fn whole(trail: usize, bound: Bound) -> Next {
        Next { bound, trail, records: None, parts: None }
    }

    fn part(trail: usize, part: Part, others: std::vec::IntoIter<Part>) -> Next {
        Next { bound: part.bound, trail, records: Some(part.records), parts: Some(others) }
    }

    fn is_behind(&self, hit: (usize, &Hit)) -> bool {
        self.bound.is_behind(self.trail, hit)
    }
}

impl Ord for Next {
    fn cmp(&self, other: &Next) -> Ordering {
        self.bound.by_rank(&other.bound).then(self.trail.cmp(&other.trail))
    }
}

impl PartialOrd for Next {
    fn partial_cmp(&self, other: &Next) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Next {
    fn eq(&self, other: &Next) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Next {}

/// Tells whether an item is visible at the first or last moment of its block, or grows over them.
fn touches_border(block: &Block, item: u32) -> bool {
    let mut spans = block.item(item as usize).spans();
    spans.any(|span| {
        span.begin == block.first() || span.end == block.last() || span.grows_in.is_some() || span.grows_out.is_some()
    })
}

impl Best {
    fn add(&mut self, trail: usize, found: Result<Vec<Hit>>, limit: usize) -> Result<()> {
        self.searched += 1;
        match found {
            Ok(mut hits) => {
                hits.truncate(limit);
                self.hits.extend(hits.into_iter().map(|hit| (trail, hit)));
                self.hits.sort_by(|a, b| Hit::by_rank_over_trails((a.0, &a.1), (b.0, &b.1)));
                self.hits.truncate(limit);
            }
            Err(error) if error.is_stop() => return Err(error),
            Err(error) => self.failures.push((trail, error)),
        }
        Ok(())
    }
}
