//! The items of a segment that may match.

use trail_content::Kind;
use trail_model::TrailId;

use crate::error::Error;
use crate::reader::LiveSegment;
use crate::segment::{PairFilter, Run, Union};
use crate::survey::Frequencies;
use crate::{ItemRef, Limits, Lookup, Worth};

/// Items that have a token for every lookup, in the order of documents.
pub(crate) struct Candidates<'s> {
    unions: Vec<Union>,
    /// Lookups that follow the one before, and what is known of such pairs.
    pairs: Vec<(usize, PairFilter)>,
    /// Whether some pattern says what its tokens are worth.
    has_worth: bool,
    /// Runs of documents that count, not yet passed, last first.
    runs: Vec<LiveRun<'s>>,
    at: u32,
}

/// Documents of a trail that count.
struct LiveRun<'s> {
    /// The trail's place in the manifest.
    place: usize,
    trail: TrailId,
    run: &'s Run,
}

impl<'s> Candidates<'s> {
    /// Prepares the candidates of the trails that are wanted, by their place in the manifest.
    pub(crate) fn new(
        segment: &'s LiveSegment,
        kind: Kind,
        lookups: &[Lookup<'_>],
        is_wanted: impl Fn(usize) -> bool,
        limits: &Limits<'_>,
    ) -> Result<Candidates<'s>, Error> {
        let wanted = segment.live_docs().filter(|(place, _)| is_wanted(*place));
        let of_trail = |(place, docs): (usize, &'s crate::segment::TrailDocs)| {
            docs.runs.iter().map(move |run| LiveRun { place, trail: docs.trail, run })
        };
        let mut runs: Vec<_> = wanted.flat_map(of_trail).collect();
        runs.reverse();
        let (mut unions, mut pairs) = (Vec::new(), Vec::new());
        if let (Some(last), Some(first)) = (runs.first(), runs.last()) {
            let range = first.run.first_doc..last.run.end();
            for lookup in lookups {
                unions.push(segment.reader.lookup(kind, lookup, range.clone(), limits)?);
            }
            for (at, pair) in lookups.windows(2).enumerate() {
                if let [Lookup::Exact(first) | Lookup::Next(first), Lookup::Next(second)] = pair {
                    pairs.extend(segment.reader.pair(kind, first, second)?.map(|pair| (at + 1, pair)));
                }
            }
        }
        let has_worth = unions.iter().any(Union::has_worth);
        Ok(Candidates { unions, pairs, has_worth, runs, at: 0 })
    }

    /// Goes on behind the documents of the trail of the item that came last.
    pub(crate) fn skip_trail(&mut self) {
        let Some(&LiveRun { place, .. }) = self.runs.last() else { return };
        while self.runs.last().is_some_and(|run| run.place == place) {
            self.runs.pop();
        }
    }

    /// The next candidate: its trail's place in the manifest, and its document.
    pub(crate) fn next_doc(&mut self) -> Option<(usize, u32)> {
        if self.unions.is_empty() {
            return None;
        }
        while let Some(&LiveRun { place, run, .. }) = self.runs.last() {
            let doc = self.next_common(self.at.max(run.first_doc))?;
            if doc < run.end() {
                self.at = doc + 1;
                if self.is_ruled_out(doc) {
                    continue;
                }
                return Some((place, doc));
            }
            self.at = doc;
            self.runs.pop();
        }
        None
    }

    /// Whether tokens that are to stand next to each other never did in `doc`, which has all of them.
    fn is_ruled_out(&mut self, doc: u32) -> bool {
        let unions = &self.unions;
        self.pairs.iter_mut().any(|(second, pair)| {
            pair.rules_out(doc, [unions[*second - 1].membership(doc), unions[*second].membership(doc)])
        })
    }

    /// How often `doc`, which came last, has what each lookup asks for.
    pub(crate) fn frequencies(&mut self, doc: u32, frequencies: &mut [Frequencies]) {
        for (union, frequencies) in self.unions.iter().zip(frequencies) {
            *frequencies = union.frequencies(doc);
        }
    }

    /// What the terms of patterns in `doc`, which came last, are worth together.
    pub(crate) fn expanded(&self, doc: u32) -> Worth {
        if !self.has_worth {
            return Worth::default();
        }
        let of_patterns = self.unions.iter().filter_map(|union| union.expanded(doc));
        of_patterns.fold(Worth::default(), |all, of_one| all + of_one)
    }

    /// The next document at or after `at` that all lookups have.
    fn next_common(&mut self, mut at: u32) -> Option<u32> {
        'again: loop {
            for union in &mut self.unions {
                let doc = union.next_from(at)?;
                if doc > at {
                    at = doc;
                    continue 'again;
                }
            }
            return Some(at);
        }
    }
}

impl Iterator for Candidates<'_> {
    type Item = ItemRef;

    fn next(&mut self) -> Option<ItemRef> {
        let (_, doc) = self.next_doc()?;
        self.runs.last().map(|live| live.run.item(live.trail, doc))
    }
}
