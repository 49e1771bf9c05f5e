//! Reads the index of a data directory.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use trail_content::{ContentFile, Kind};
use trail_model::TrailId;

use crate::candidates::Candidates;
use crate::data_dir::DataDir;
use crate::error::Error;
use crate::manifest::{Manifest, Status, TrailEntry};
use crate::segment::{CHECK_EVERY, SegmentReader, TrailDocs};
use crate::{KindStats, Limits, Lookup, TermField, TermPattern};

/// How often opening is tried when a writer puts another state in place at the same time.
const OPEN_ATTEMPTS: usize = 8;

/// A snapshot of the live generation. It stays as it is while others index, rebuild and switch.
///
/// Cheap to clone and to share between threads.
#[derive(Clone)]
pub struct IndexReader {
    inner: Arc<Inner>,
}

struct Inner {
    data: DataDir,
    generation: String,
    manifest: Manifest,
    by_trail: HashMap<TrailId, usize>,
    segments: Vec<LiveSegment>,
    /// For each trail, by its place in the manifest, the segments that have its items.
    segments_of: Vec<Vec<usize>>,
    stats: [KindStats; Kind::ALL.len()],
}

/// A segment, and what of it counts.
pub(crate) struct LiveSegment {
    pub(crate) reader: SegmentReader,
    /// Trails whose items here are the ones that count, in the order of documents: their places in the document table and
    /// in the manifest.
    live: Vec<(usize, usize)>,
    /// The same by place in the manifest.
    by_place: Vec<(usize, usize)>,
}

impl LiveSegment {
    /// The documents that count, trail by trail, each with the trail's place in the manifest.
    pub(crate) fn live_docs(&self) -> impl Iterator<Item = (usize, &TrailDocs)> {
        self.live.iter().map(|&(docs, place)| (place, &self.reader.docs().trails[docs]))
    }

    /// The documents of the trail at `place` in the manifest.
    pub(crate) fn docs_of(&self, place: usize) -> impl Iterator<Item = &TrailDocs> {
        let places = self.by_place.iter();
        let start = self.by_place.partition_point(|&(at, _)| at < place);
        places.skip(start).take_while(move |&&(at, _)| at == place).map(|&(_, docs)| &self.reader.docs().trails[docs])
    }

    fn is_all_live(&self) -> bool {
        self.live.len() == self.reader.docs().trails.len()
    }

    /// In how many items that count a term is.
    fn doc_freq(&self, field: TermField, kind: Kind, token: &str) -> Result<u64, Error> {
        match (self.is_all_live(), &self.live[..]) {
            (_, []) => Ok(0),
            (true, _) => self.reader.doc_freq(field, kind, token),
            (false, _) => {
                let ranges = self.live_docs().filter_map(|(_, docs)| docs.range());
                self.reader.doc_freq_in(field, kind, token, ranges)
            }
        }
    }
}

impl IndexReader {
    /// Opens the live generation.
    ///
    /// # Errors
    /// [`Error::NoIndex`] if there is none, [`Error::Version`] if it was written by other rules; what reading files may
    /// give.
    pub fn open(data: &DataDir) -> Result<IndexReader, Error> {
        let mut attempt = 1;
        loop {
            let generation =
                data.current_generation()?.ok_or_else(|| Error::NoIndex { path: data.root().to_owned() })?;
            let opened = IndexReader::open_generation(data, &generation);
            // A segment that is gone was superseded since the manifest was read: the next look sees the new state.
            match opened {
                Err(Error::Io { .. } | Error::Tantivy { .. } | Error::NoIndex { .. }) if attempt < OPEN_ATTEMPTS => {
                    attempt += 1;
                }
                opened => return opened,
            }
        }
    }

    /// Whether each channel of the trail at `place` in the manifest has one block.
    pub fn is_one_block(&self, place: usize) -> bool {
        let docs = self.segments_of(place).iter().flat_map(|&segment| self.segments()[segment].docs_of(place));
        docs.flat_map(|docs| &docs.runs).all(|run| run.block == 0)
    }

    /// Whether all items of the trail at `place` in the manifest are in one channel.
    pub fn is_one_channel(&self, place: usize) -> bool {
        let docs = self.segments_of(place).iter().flat_map(|&segment| self.segments()[segment].docs_of(place));
        let mut channels = docs.flat_map(|docs| &docs.runs).map(|run| run.channel);
        let first = channels.next();
        channels.all(|channel| Some(channel) == first)
    }

    fn open_generation(data: &DataDir, generation: &str) -> Result<IndexReader, Error> {
        let folder = data.generation_dir(generation);
        let manifest = Manifest::load(&folder)?.ok_or_else(|| Error::NoIndex { path: folder.clone() })?;

        let mut names = HashMap::new();
        let mut segments = Vec::new();
        for (name, entry) in &manifest.segments {
            names.insert(name.as_str(), segments.len());
            let reader = SegmentReader::open(&folder.join(&entry.partition).join(name))?;
            segments.push(LiveSegment { reader, live: Vec::new(), by_place: Vec::new() });
        }
        let mut by_trail = HashMap::new();
        let mut segments_of = Vec::new();
        let mut live: Vec<HashMap<TrailId, usize>> = vec![HashMap::new(); segments.len()];
        for (place, entry) in manifest.trails.iter().enumerate() {
            let places: Vec<usize> =
                entry.segments.keys().filter_map(|name| names.get(name.as_str()).copied()).collect();
            if let Some(trail) = entry.trail {
                // A second file of the same trail is in quarantine and has no segments: the indexed one counts.
                if entry.content.is_some() || !by_trail.contains_key(&trail) {
                    by_trail.insert(trail, place);
                }
                for &segment in &places {
                    live[segment].insert(trail, place);
                }
            }
            segments_of.push(places);
        }
        let mut stats = [KindStats::default(); Kind::ALL.len()];
        for (segment, live) in segments.iter_mut().zip(&live) {
            let trails = segment.reader.docs().trails.iter().enumerate();
            let counting = trails.filter_map(|(at, docs)| live.get(&docs.trail).map(|&place| (at, place)));
            segment.live = counting.collect();
            segment.by_place = segment.live.iter().map(|&(at, place)| (place, at)).collect();
            segment.by_place.sort_unstable();
            for (_, docs) in segment.live_docs() {
                for (sum, stats) in stats.iter_mut().zip(&docs.stats) {
                    sum.add(stats);
                }
            }
        }
        let (data, generation) = (data.clone(), generation.to_owned());
        Ok(IndexReader {
            inner: Arc::new(Inner { data, generation, manifest, by_trail, segments, segments_of, stats }),
        })
    }

    /// The name of the generation.
    pub fn generation(&self) -> &str {
        &self.inner.generation
    }

    /// The data directory.
    pub fn data_dir(&self) -> &DataDir {
        &self.inner.data
    }

    /// What the generation consists of.
    pub fn manifest(&self) -> &Manifest {
        &self.inner.manifest
    }

    /// All trails, by file, those in quarantine included.
    pub fn trails(&self) -> &[TrailEntry] {
        &self.inner.manifest.trails
    }

    /// The trail of that id.
    pub fn trail(&self, id: TrailId) -> Option<&TrailEntry> {
        self.inner.by_trail.get(&id).map(|&place| &self.inner.manifest.trails[place])
    }

    /// The place of a trail in [`IndexReader::trails`].
    pub fn place(&self, id: TrailId) -> Option<usize> {
        self.inner.by_trail.get(&id).copied()
    }

    pub(crate) fn segments(&self) -> &[LiveSegment] {
        &self.inner.segments
    }

    /// The segments that have items of the trail at `place` in the manifest.
    pub(crate) fn segments_of(&self, place: usize) -> &[usize] {
        &self.inner.segments_of[place]
    }

    /// The session of that name: the trail's file name without `.trail`, or the trail's id in hexadecimal digits.
    pub fn session(&self, name: &str) -> Option<&TrailEntry> {
        let by_id = TrailId::parse(name).and_then(|id| self.trail(id));
        by_id.or_else(|| self.trails().iter().find(|entry| entry.session.id == name))
    }

    /// The trails that have content, by file.
    pub fn indexed(&self) -> impl Iterator<Item = (TrailId, &TrailEntry)> + Clone {
        let has_content = |entry: &&TrailEntry| entry.content.is_some();
        self.trails().iter().filter(has_content).filter_map(|entry| entry.trail.map(|trail| (trail, entry)))
    }

    /// Opens the content of a trail.
    ///
    /// # Errors
    /// [`Error::NoTrail`], [`Error::NoContent`]; [`Error::Io`] also if the file was superseded, and removed by a later
    /// run: then open another snapshot.
    pub fn open_content(&self, trail: TrailId) -> Result<ContentFile, Error> {
        let entry = self.trail(trail).ok_or(Error::NoTrail { trail })?;
        let Some(name) = &entry.content else {
            let reason = match &entry.status {
                Status::Quarantined { reason, .. } => reason.clone(),
                _ => "never extracted".to_owned(),
            };
            return Err(Error::NoContent { trail, reason });
        };
        crate::content::open(&self.inner.data.content_path(name))
    }

    /// Figures over all items of a kind.
    pub fn stats(&self, kind: Kind) -> KindStats {
        self.inner.stats[usize::from(kind.code())]
    }

    /// In how many items of `kind` `word` is a word of the final text.
    ///
    /// # Errors
    /// [`Error::Postings`].
    pub fn doc_freq_word(&self, kind: Kind, word: &str) -> Result<u64, Error> {
        self.doc_freq(TermField::Words, kind, word)
    }

    /// In how many items of `kind` `token` is a part or whole of the final text.
    ///
    /// # Errors
    /// [`Error::Postings`].
    pub fn doc_freq_token(&self, kind: Kind, token: &str) -> Result<u64, Error> {
        self.doc_freq(TermField::Tokens, kind, token)
    }

    /// The terms of items of `kind` that `pattern` accepts, in order of their bytes, each with how many items have it in
    /// their final text. Terms of tokens over 512 bytes are left out.
    ///
    /// # Errors
    /// [`Error::TooManyTerms`] if there are more than `limits` allow, [`Error::Cancelled`], [`Error::Postings`].
    pub fn matching_terms(
        &self,
        field: TermField,
        kind: Kind,
        pattern: &TermPattern<'_>,
        limits: &Limits<'_>,
    ) -> Result<Vec<(String, u64)>, Error> {
        let mut terms: BTreeMap<String, u64> = BTreeMap::new();
        for segment in self.inner.segments.iter().filter(|segment| !segment.live.is_empty()) {
            segment.reader.matching_terms(field, kind, pattern, limits, |term| {
                let doc_freq = segment.doc_freq(field, kind, term)?;
                // A term that only dead documents have is none.
                if doc_freq > 0 {
                    *terms.entry(term.to_owned()).or_default() += doc_freq;
                    limits.allow(terms.len())?;
                }
                Ok(())
            })?;
        }
        Ok(terms.into_iter().collect())
    }

    fn doc_freq(&self, field: TermField, kind: Kind, token: &str) -> Result<u64, Error> {
        let segments = self.inner.segments.iter();
        segments.map(|segment| segment.doc_freq(field, kind, token)).sum()
    }

    /// The items of a trail that may match: of that kind, and each of `lookups` has a token among those of its final
    /// text or among those that stood complete while it grew. Without lookups, all items of the kind are not asked for
    /// here: read the content.
    ///
    /// In order. Every item that matches is among them; whether one does, and when, is decided on its text.
    ///
    /// # Errors
    /// [`Error::NoTrail`], [`Error::TooManyTerms`], [`Error::Cancelled`], [`Error::Postings`].
    pub fn candidates_in(
        &self,
        trail: TrailId,
        kind: Kind,
        lookups: &[Lookup<'_>],
        limits: &Limits<'_>,
    ) -> Result<Vec<crate::ItemRef>, Error> {
        let place = *self.inner.by_trail.get(&trail).ok_or(Error::NoTrail { trail })?;
        let segments = self.inner.segments_of[place].iter().map(|&segment| &self.inner.segments[segment]);
        let mut items = Vec::new();
        for segment in segments {
            items.extend(Candidates::new(segment, kind, lookups, |at| at == place, limits)?);
        }
        // A trail's blocks may be spread over segments in any order.
        items.sort_unstable();
        Ok(items)
    }

    /// The trails that have an item that may match, by id.
    ///
    /// # Errors
    /// [`Error::TooManyTerms`], [`Error::Cancelled`], [`Error::Postings`].
    pub fn trails_with(&self, kind: Kind, lookups: &[Lookup<'_>], limits: &Limits<'_>) -> Result<Vec<TrailId>, Error> {
        let mut trails = Vec::new();
        for segment in &self.inner.segments {
            let mut candidates = Candidates::new(segment, kind, lookups, |_| true, limits)?;
            while let Some(item) = candidates.next() {
                if trails.len().is_multiple_of(CHECK_EVERY) {
                    limits.check()?;
                }
                trails.push(item.trail);
                candidates.skip_trail();
            }
        }
        trails.sort_unstable();
        trails.dedup();
        Ok(trails)
    }

    /// All items that may match, of all trails: segment by segment, in order inside each trail of a segment.
    ///
    /// # Errors
    /// [`Error::TooManyTerms`], [`Error::Cancelled`], [`Error::Postings`].
    pub fn candidates(
        &self,
        kind: Kind,
        lookups: &[Lookup<'_>],
        limits: &Limits<'_>,
    ) -> Result<impl Iterator<Item = crate::ItemRef> + '_, Error> {
        let open = |segment| Candidates::new(segment, kind, lookups, |_| true, limits);
        let candidates: Vec<_> = self.inner.segments.iter().map(open).collect::<Result<_, _>>()?;
        Ok(candidates.into_iter().flatten())
    }
}
