//! Searching content files without an index.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use trail_content::{Block, ChannelContent, ContentFile, Kind};
use trail_index::analyzer::count_words;
use trail_index::{KindStats, SessionInfo};
use trail_model::{Timestamp, TrailId};

use crate::cancel::Meter;
use crate::occurrences::Scanner;
use crate::plan::{Leaf, LeafMatcher, Plan};
use crate::prefilter::Prefilter;
use crate::rank::{KindStatistics, Statistics};
use crate::session::SessionWeights;
use crate::source::ChannelPart;
use crate::source::{Visit, content_error};
use crate::{Cancel, Error, Options, Result, Source};

/// Decoded blocks are kept up to this many bytes of text: the second pass of a search, and the next search, find them. What
/// is beyond is decoded each time.
const KEPT_LEN: usize = 64 << 20;

/// How many items of each kind a trail has and how many words are in them. It depends on nothing but the content and the
/// analyzer, so callers that keep content files keep this beside them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// By kind, in the order of [`Kind::ALL`].
    pub kinds: [KindStats; Kind::ALL.len()],
}

impl Totals {
    /// Counts a whole content file.
    ///
    /// # Errors
    /// If a block cannot be read.
    pub fn of(content: &ContentFile) -> std::result::Result<Totals, trail_content::Error> {
        let mut totals = Totals::default();
        for channel in content.channels() {
            for block in 0..channel.block_count() {
                totals.count(&*channel.block(block)?, || Ok::<_, trail_content::Error>(()))?;
            }
        }
        Ok(totals)
    }

    fn count<E>(
        &mut self,
        block: &Block,
        mut going: impl FnMut() -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        for item in block.items() {
            going()?;
            let of_item = KindStats::of_item(item.text(), count_words(item.text()));
            self.kinds[usize::from(item.kind().code())].add(&of_item);
        }
        Ok(())
    }

    fn add(&mut self, other: &Totals) {
        for (sum, part) in self.kinds.iter_mut().zip(&other.kinds) {
            sum.add(part);
        }
    }
}

/// Content files in memory or mapped, searched from end to end.
pub struct ScanSource {
    trails: Vec<Trail>,
    /// When each began, as far as it is known.
    starts: Vec<Option<Timestamp>>,
    /// What each says of itself, as far as it is known.
    sessions: Vec<SessionInfo>,
    /// Bytes of text in kept blocks.
    kept_len: AtomicUsize,
}

struct Trail {
    content: Arc<ContentFile>,
    totals: OnceLock<Totals>,
    /// By channel and block.
    kept: Vec<Vec<OnceLock<Arc<Block>>>>,
}

impl ScanSource {
    /// Makes a source of these content files, in this order.
    pub fn new(contents: impl IntoIterator<Item = Arc<ContentFile>>) -> ScanSource {
        ScanSource::with_totals(contents.into_iter().map(|content| (content, None)))
    }

    /// The same where the totals of some are known: counting words is most of what a first search costs.
    pub fn with_totals(contents: impl IntoIterator<Item = (Arc<ContentFile>, Option<Totals>)>) -> ScanSource {
        let trail = |(content, totals): (Arc<ContentFile>, Option<Totals>)| {
            let blocks = |channel: &ChannelContent| (0..channel.block_count()).map(|_| OnceLock::new()).collect();
            Trail {
                kept: content.channels().iter().map(blocks).collect(),
                totals: totals.map_or_else(OnceLock::new, OnceLock::from),
                content,
            }
        };
        ScanSource {
            trails: contents.into_iter().map(trail).collect(),
            starts: Vec::new(),
            sessions: Vec::new(),
            kept_len: AtomicUsize::new(0),
        }
    }

    /// The same with the time at which each recording began, for queries about the wall clock.
    pub fn with_starts(self, starts: Vec<Option<Timestamp>>) -> ScanSource {
        ScanSource { starts, ..self }
    }

    /// The same with what each trail says of itself, its start among that.
    pub fn with_sessions(self, sessions: Vec<SessionInfo>) -> ScanSource {
        let starts = sessions.iter().map(|session| session.start_ns.map(Timestamp)).collect();
        ScanSource { starts, sessions, ..self }
    }

    /// The totals of a trail, if they were given or have been counted by a search.
    pub fn totals(&self, trail: usize) -> Option<&Totals> {
        self.trails[trail].totals.get()
    }

    /// A block, kept from before or decoded.
    fn block(&self, trail: &Trail, channel: usize, index: usize) -> Result<Arc<Block>> {
        let kept = &trail.kept[channel][index];
        if let Some(block) = kept.get() {
            return Ok(block.clone());
        }
        let content = &trail.content;
        let block = content.channels()[channel].block(index).map_err(content_error(content.trail()))?;
        let len = block.pool().len();
        if self.kept_len.fetch_add(len, Ordering::Relaxed) + len <= KEPT_LEN {
            // Two threads may decode the same block; either copy serves.
            return Ok(kept.get_or_init(|| block).clone());
        }
        self.kept_len.fetch_sub(len, Ordering::Relaxed);
        Ok(block)
    }
}

/// Where candidates are: for each trail its channels, for each channel its blocks.
pub struct ScanPrepared {
    trails: Vec<std::result::Result<Vec<Vec<Found>>, String>>,
}

/// The candidates of one block.
struct Found {
    block: usize,
    items: Vec<u32>,
}

/// What the first pass over a block brings.
struct Look {
    channel: usize,
    found: Option<Found>,
    statistics: Statistics,
    totals: Totals,
}

impl Source for ScanSource {
    type Prepared = ScanPrepared;

    fn trail_count(&self) -> usize {
        self.trails.len()
    }

    fn trail_id(&self, trail: usize) -> TrailId {
        self.trails[trail].content.trail()
    }

    fn start(&self, trail: usize) -> Option<Timestamp> {
        self.starts.get(trail).copied().flatten()
    }

    fn session(&self, trail: usize) -> Option<&SessionInfo> {
        self.sessions.get(trail)
    }

    fn content(&self, trail: usize) -> Result<Arc<ContentFile>> {
        Ok(self.trails[trail].content.clone())
    }

    fn prepare(&self, plan: &Plan, options: &Options) -> Result<(Statistics, ScanPrepared)> {
        let cancel = &options.cancel;
        let pass = FirstPass {
            plan,
            matching: Prefilter::new(plan),
            counted: Prefilter::of_terms(plan),
            source: self,
            cancel,
        };
        let looks: Vec<_> = self.trails.par_iter().map(|trail| pass.trail(trail)).collect();
        let mut statistics = Statistics::default();
        let mut trails = Vec::with_capacity(looks.len());
        for looks in looks {
            trails.push(match looks {
                Ok((found, of_trail)) => {
                    statistics += &of_trail;
                    Ok(found)
                }
                Err(error) if error.is_stop() => return Err(error),
                // What a trail lacks, the others can still answer; it says so itself when it is asked.
                Err(Error::Content { source, .. }) => Err(source.to_string()),
                Err(error) => return Err(error),
            });
        }
        statistics.keeps_k1_factor = options.keeps_k1_factor;
        statistics.sessions = SessionWeights::new(plan, self.sessions.iter(), options)?;
        Ok((statistics, ScanPrepared { trails }))
    }

    fn candidates(
        &self,
        prepared: &ScanPrepared,
        of: &ChannelPart<'_>,
        cancel: &Cancel,
        visit: &mut Visit<'_>,
    ) -> Result<()> {
        let channels = prepared.trails[of.trail].as_ref();
        let trail = of.content.trail();
        let channels = channels.map_err(|why| Error::Content { trail, source: why.clone().into() })?;
        for found in &channels[of.channel] {
            cancel.check()?;
            visit(found.block, &*self.block(&self.trails[of.trail], of.channel, found.block)?, &found.items)?;
        }
        Ok(())
    }
}

struct FirstPass<'a> {
    plan: &'a Plan,
    /// Finds the items that may match.
    matching: Prefilter,
    /// Finds those that count for the frequencies of terms.
    counted: Prefilter,
    source: &'a ScanSource,
    cancel: &'a Cancel,
}

impl FirstPass<'_> {
    fn trail(&self, trail: &Trail) -> Result<(Vec<Vec<Found>>, Statistics)> {
        let channels = trail.content.channels();
        let blocks: Vec<(usize, usize)> = channels
            .iter()
            .enumerate()
            .flat_map(|(channel, content)| (0..content.block_count()).map(move |block| (channel, block)))
            .collect();
        // Words are counted only for ranks that depend on them, and once.
        let counts = trail.totals.get().is_none() && self.counts_words();
        let looks: Vec<Look> = blocks
            .into_par_iter()
            .map_init(Scanner::default, |scanner, (channel, block)| self.block(trail, channel, block, counts, scanner))
            .collect::<Result<_>>()?;

        let mut found: Vec<Vec<Found>> = channels.iter().map(|_| Vec::new()).collect();
        let (mut statistics, mut totals) = (Statistics::default(), Totals::default());
        for look in looks {
            found[look.channel].extend(look.found);
            statistics += &look.statistics;
            totals.add(&look.totals);
        }
        let totals = if counts { trail.totals.get_or_init(|| totals) } else { trail.totals.get().unwrap_or(&totals) };
        for (kind, figures) in Kind::ALL.into_iter().zip(&totals.kinds) {
            *statistics.of_mut(kind) += &KindStatistics::new(figures);
        }
        Ok((found, statistics))
    }

    fn counts_words(&self) -> bool {
        let counts = |leaf: &Leaf| match &leaf.matcher {
            LeafMatcher::Sequence(_) | LeafMatcher::Sloppy(_) => true,
            LeafMatcher::Pattern(term) => {
                self.plan.vocabulary.pattern_of(*term).is_some_and(|pattern| pattern.as_fuzzy().is_some())
            }
            LeafMatcher::AnyText(_) => false,
        };
        self.plan.leaves.iter().any(|leaf| leaf.is_scored && counts(leaf))
    }

    fn block(&self, trail: &Trail, channel: usize, index: usize, counts: bool, scanner: &mut Scanner) -> Result<Look> {
        self.cancel.check()?;
        let meter = &mut Meter::new(self.cancel);
        let block = self.source.block(trail, channel, index)?;
        let mut totals = Totals::default();
        if counts {
            totals.count(&block, || meter.spend(1))?;
        }
        let items = self.matching.candidates(&block, self.cancel)?;
        let others =
            (self.counted != self.matching).then(|| self.counted.candidates(&block, self.cancel)).transpose()?;
        let mut statistics = Statistics::default();
        for &item in others.as_ref().unwrap_or(&items) {
            let item = block.item(item as usize);
            statistics.count(item.kind(), &scanner.scan_document(self.plan, item.text(), meter)?);
        }
        let found = (!items.is_empty()).then_some(Found { block: index, items });
        Ok(Look { channel, found, statistics, totals })
    }
}
