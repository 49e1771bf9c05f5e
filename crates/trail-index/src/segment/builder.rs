//! Builds a segment in memory.

use std::ops::Range;
use std::path::Path;

use tantivy::fieldnorm::FieldNormReader;
use trail_content::{Block, Item, Kind, Moments};
use trail_model::{ChannelId, TrailId};

use super::docs::{DocTable, Run, TrailDocs};
use super::pairs::PairsBuilder;
use super::passing::passing_tokens;
use super::terms::TermTable;
use super::visibility::VisibilityBuilder;
use super::{kind_byte, term_text};
use crate::KindStats;
use crate::analyzer::{Analyzer, Token, TokenKind};
use crate::error::Error;
use crate::lookup::TermField;

/// Bytes of text that are added before memory is looked at again.
const STEP_LEN: usize = 1 << 20;

/// The items of some content blocks, inverted.
#[derive(Debug)]
pub(crate) struct SegmentBuilder {
    pub(super) words: TermTable,
    pub(super) tokens: TermTable,
    pub(super) passing: TermTable,
    /// The length of each document in words, in Lucene's one-byte code.
    pub(super) norms: Vec<u8>,
    pub(super) pairs: PairsBuilder,
    pub(super) visibility: VisibilityBuilder,
    pub(super) docs: DocTable,
    analyzer: Analyzer,
}

impl SegmentBuilder {
    /// Begins without documents. With `common_docs` documents a token becomes common: pairs of such tokens are indexed.
    pub(crate) fn new(common_docs: u32) -> SegmentBuilder {
        SegmentBuilder {
            words: TermTable::default(),
            tokens: TermTable::default(),
            passing: TermTable::default(),
            norms: Vec::new(),
            pairs: PairsBuilder::new(common_docs),
            visibility: VisibilityBuilder::default(),
            docs: DocTable::default(),
            analyzer: Analyzer::default(),
        }
    }

    /// Adds items of a content block, in order, with the channel's moments if they are known, until they have about [`STEP_LEN`] bytes of text; returns the item to go
    /// on with.
    pub(crate) fn add_items(
        &mut self,
        trail: TrailId,
        channel: ChannelId,
        index: u32,
        block: &Block,
        moments: Option<&Moments>,
        items: Range<usize>,
    ) -> usize {
        let first_doc = self.len();
        let mut stats = [KindStats::default(); Kind::ALL.len()];
        let (mut at, mut bytes) = (items.start, 0);
        while at < items.end && bytes < STEP_LEN {
            let item = block.item(at);
            let words = self.add_item(&item);
            self.visibility.push(block, &item, moments);
            stats[usize::from(item.kind().code())].add(&KindStats::of_item(item.text(), words));
            bytes += item.text().len();
            at += 1;
        }
        let docs = self.len() - first_doc;
        if docs > 0 {
            self.add_run(
                trail,
                Run { channel: channel.0, block: index, first_item: items.start as u32, first_doc, docs },
                stats,
            );
        }
        at
    }

    fn add_run(&mut self, trail: TrailId, run: Run, stats: [KindStats; Kind::ALL.len()]) {
        if self.docs.trails.last().is_none_or(|last| last.trail != trail) {
            self.docs.trails.push(TrailDocs { trail, stats: Default::default(), runs: Vec::new() });
        }
        let Some(docs) = self.docs.trails.last_mut() else { return };
        for (sum, stats) in docs.stats.iter_mut().zip(&stats) {
            sum.add(stats);
        }
        match docs.runs.last_mut() {
            Some(last) if last.goes_on_with(&run) => last.docs += run.docs,
            _ => docs.runs.push(run),
        }
    }

    /// Adds one item as the next document; returns its number of words.
    fn add_item(&mut self, item: &Item<'_>) -> u32 {
        let doc = self.norms.len() as u32;
        let kind = kind_byte(item.kind());
        let mut count = 0;
        let (words, tokens, pairs) = (&mut self.words, &mut self.tokens, &mut self.pairs);
        self.analyzer.analyze(item.text(), |token| {
            let term = term_text(token.text);
            let (field, table) = match token.kind {
                TokenKind::Word => (TermField::Words, &mut *words),
                TokenKind::Part | TokenKind::Whole => (TermField::Tokens, &mut *tokens),
            };
            count += u32::from(token.kind == TokenKind::Word);
            pairs.token(kind, field, &term, token.position, doc, table.add(kind, &term, doc));
        });
        pairs.finish(kind, item, doc);
        let passing = &mut self.passing;
        let settled = passing_tokens(item, &mut self.analyzer, |token: Token<'_>| {
            let term = term_text(token.text);
            if !words.last_doc_has(kind, &term, doc) && !tokens.last_doc_has(kind, &term, doc) {
                passing.add(kind, &term, doc);
            }
        });
        if settled.is_break() {
            // The empty token: no text has it, and every lookup takes it in.
            passing.add(kind, b"", doc);
        }
        self.norms.push(FieldNormReader::fieldnorm_to_id(count));
        count
    }

    /// The trails of which there are items.
    pub(crate) fn trails(&self) -> impl Iterator<Item = TrailId> {
        self.docs.trails.iter().map(|docs| docs.trail)
    }

    /// Bytes of memory, about. Writing takes less than as much again.
    pub(crate) fn memory(&self) -> usize {
        self.words.memory()
            + self.tokens.memory()
            + self.passing.memory()
            + self.pairs.memory()
            + self.norms.capacity()
            + self.visibility.memory()
    }

    /// Number of documents.
    pub(crate) fn len(&self) -> u32 {
        self.norms.len() as u32
    }

    /// Tells whether there are no documents.
    pub(crate) fn is_empty(&self) -> bool {
        self.norms.is_empty()
    }

    /// Writes the segment to `folder`, which does not exist yet, and syncs it. Returns its document table.
    pub(crate) fn write(self, folder: &Path) -> Result<DocTable, Error> {
        super::write::write(self, folder)
    }
}
