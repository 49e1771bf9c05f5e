//! The items of a segment that may match.

use trail_content::Kind;
use trail_model::TrailId;

use crate::error::Error;
use crate::reader::LiveSegment;
use crate::segment::{Run, Union};
use crate::{ItemRef, Limits, Lookup};

/// Items that have a token for every lookup, in the order of documents.
pub(crate) struct Candidates<'s> {
    unions: Vec<Union>,
    /// Runs of documents that count, not yet passed, last first.
    runs: Vec<(TrailId, &'s Run)>,
    at: u32,
}

impl<'s> Candidates<'s> {
    /// Prepares the candidates of one trail, or of all that count.
    pub(crate) fn new(
        segment: &'s LiveSegment,
        kind: Kind,
        lookups: &[Lookup<'_>],
        only: Option<TrailId>,
        limits: &Limits<'_>,
    ) -> Result<Candidates<'s>, Error> {
        let wanted = segment.live_docs().filter(|docs| only.is_none_or(|trail| trail == docs.trail));
        let mut runs: Vec<_> = wanted.flat_map(|docs| docs.runs.iter().map(|run| (docs.trail, run))).collect();
        runs.reverse();
        let mut unions = Vec::new();
        if !runs.is_empty() {
            let range = runs.last().map_or(0, |run| run.1.first_doc)..runs.first().map_or(0, |run| run.1.end());
            for lookup in lookups {
                unions.push(segment.reader.lookup(kind, lookup, range.clone(), limits)?);
            }
        }
        Ok(Candidates { unions, runs, at: 0 })
    }

    /// Goes on behind the documents of the trail of the item that came last.
    pub(crate) fn skip_trail(&mut self) {
        let Some(&(trail, _)) = self.runs.last() else { return };
        while self.runs.last().is_some_and(|run| run.0 == trail) {
            self.runs.pop();
        }
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
        if self.unions.is_empty() {
            return None;
        }
        while let Some(&(trail, run)) = self.runs.last() {
            let doc = self.next_common(self.at.max(run.first_doc))?;
            if doc < run.end() {
                self.at = doc + 1;
                return Some(run.item(trail, doc));
            }
            self.at = doc;
            self.runs.pop();
        }
        None
    }
}
