//! The documents that a leaf matches, as the engine's queries take them.
//!
//! They are found before the query runs, so what can fail or take long has a typed error; what is left to the engine is
//! merging sorted lists.

use std::collections::HashMap;
use std::sync::Arc;

use tantivy::index::SegmentId;
use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError};

use super::Cancel;

/// How many steps are taken between two looks at the clock.
const STEPS: u32 = 1024;

/// What a leaf matches in one segment.
#[derive(Debug, Default)]
pub(crate) struct Matches {
    pub(crate) docs: Docs,
    pub(crate) scores: Scores,
}

#[derive(Debug)]
pub(crate) enum Docs {
    /// All up to here, this one not.
    All(DocId),
    /// These, in order.
    These(Vec<DocId>),
}

impl Default for Docs {
    fn default() -> Docs {
        Docs::These(Vec::new())
    }
}

#[derive(Debug)]
pub(crate) enum Scores {
    One(Score),
    /// One for each document.
    Each(Vec<Score>),
}

impl Default for Scores {
    fn default() -> Scores {
        Scores::One(1.0)
    }
}

impl Docs {
    fn get(&self, at: usize) -> DocId {
        match self {
            Docs::All(end) => u32::try_from(at).ok().filter(|doc| doc < end).unwrap_or(TERMINATED),
            Docs::These(docs) => docs.get(at).copied().unwrap_or(TERMINATED),
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Docs::All(end) => *end as usize,
            Docs::These(docs) => docs.len(),
        }
    }

    /// The place of the first document from `target` on, looked for from `at` on.
    fn seek(&self, at: usize, target: DocId) -> usize {
        match self {
            Docs::All(_) => at.max(target as usize),
            Docs::These(docs) => at + docs[at.min(docs.len())..].partition_point(|doc| *doc < target),
        }
    }
}

/// A leaf that has been looked up in every segment.
#[derive(Debug, Clone)]
pub(crate) struct MatchQuery {
    pub(crate) segments: Arc<HashMap<SegmentId, Arc<Matches>>>,
    pub(crate) cancel: Cancel,
}

impl Query for MatchQuery {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for MatchQuery {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let matches = self.segments.get(&reader.segment_id()).cloned().unwrap_or_default();
        let doc = matches.docs.get(0);
        Ok(Box::new(MatchScorer { matches, at: 0, doc, boost, steps: 0, cancel: self.cancel.clone() }))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.scorer(reader, 1.0)?;
        if scorer.seek(doc) != doc {
            return Err(TantivyError::InvalidArgument(format!("document {doc} does not match")));
        }
        Ok(Explanation::new("leaf", scorer.score()))
    }
}

struct MatchScorer {
    matches: Arc<Matches>,
    at: usize,
    doc: DocId,
    boost: Score,
    steps: u32,
    cancel: Cancel,
}

impl MatchScorer {
    fn go(&mut self, at: usize) -> DocId {
        self.at = at;
        self.steps += 1;
        self.doc = if self.steps.is_multiple_of(STEPS) && self.cancel.is_due() {
            // Nothing more is found; whoever runs the query looks at the switch afterwards.
            self.at = usize::MAX;
            TERMINATED
        } else {
            self.matches.docs.get(self.at)
        };
        self.doc
    }
}

impl DocSet for MatchScorer {
    fn advance(&mut self) -> DocId {
        if self.doc == TERMINATED { TERMINATED } else { self.go(self.at + 1) }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc >= target {
            return self.doc;
        }
        let at = self.matches.docs.seek(self.at, target);
        self.go(at)
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.matches.docs.len() as u32
    }
}

impl Scorer for MatchScorer {
    fn score(&mut self) -> Score {
        let score = match &self.matches.scores {
            Scores::One(score) => *score,
            Scores::Each(scores) => scores.get(self.at).copied().unwrap_or_default(),
        };
        score * self.boost
    }
}
