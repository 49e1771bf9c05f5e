//! Joining items over the blocks of a channel: equal texts are one item, and growth across a border is one growth.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use trail_content::{Block, ChannelContent, Item, Kind, SpanBuf, Step};
use trail_model::TrailId;

use crate::Result;
use crate::cancel::Meter;
use crate::item::JoinedItem;
use crate::source::content_error;

/// Bytes of text that are copied in the time of a piece of work.
const BYTES_PER_WORK: usize = 4096;

/// Collects candidate items block by block, and joins them.
pub(crate) struct Joiner<'a> {
    trail: TrailId,
    channel: &'a ChannelContent,
    /// Candidates of blocks seen so far.
    pieces: Vec<Piece>,
    edges: FxHashMap<usize, Edges>,
    links: FxHashMap<usize, Arc<Links>>,
}

/// An item of one block.
struct Piece {
    block: usize,
    kind: Kind,
    text: Arc<str>,
    spans: Vec<SpanBuf>,
}

/// A span and the text of the item it belongs to in its block.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    text: Arc<str>,
    span: SpanBuf,
}

/// The spans of a block that growth may carry across its borders.
#[derive(Default)]
struct Edges {
    starts: Vec<Part>,
    ends: Vec<Part>,
}

/// Which spans at the end of one block go on as which at the start of the next.
#[derive(Default)]
struct Links {
    pairs: Vec<(Part, Part)>,
}

impl<'a> Joiner<'a> {
    /// Begins without items of `channel` of `trail`.
    pub(crate) fn new(trail: TrailId, channel: &'a ChannelContent) -> Joiner<'a> {
        Joiner { trail, channel, pieces: Vec::new(), edges: FxHashMap::default(), links: FxHashMap::default() }
    }

    /// Takes the candidates of a block.
    ///
    /// # Errors
    /// If it is told to stop.
    pub(crate) fn add(&mut self, index: usize, block: &Block, items: &[u32], meter: &mut Meter<'_>) -> Result<()> {
        if self.channel.block_count() > 1 {
            // The block is at hand now, and its neighbours' borders may be asked for later.
            self.edges.entry(index).or_insert_with(|| Edges::of(block));
        }
        for &item in items {
            let item = block.item(item as usize);
            let spans: Vec<SpanBuf> = item.spans().map(SpanBuf::from).collect();
            meter.spend(1 + spans.len() + item.text().len() / BYTES_PER_WORK)?;
            self.pieces.push(Piece { block: index, kind: item.kind(), text: item.text().into(), spans });
        }
        Ok(())
    }

    /// Joins what was added; ordered by kind, then by first moment, then by text.
    ///
    /// # Errors
    /// If a neighbouring block cannot be read, or it is told to stop.
    pub(crate) fn finish(mut self, meter: &mut Meter<'_>) -> Result<Vec<JoinedItem>> {
        let failed = content_error(self.trail);
        let pieces = std::mem::take(&mut self.pieces);
        let mut joined: FxHashMap<(Kind, Arc<str>), Vec<SpanBuf>> = FxHashMap::default();
        for Piece { block, kind, text, spans } in pieces {
            for span in spans {
                meter.spend(1)?;
                let (text, span) = if kind == Kind::Line && self.may_cross(block, &span) {
                    self.chain(block, Part { text: text.clone(), span }).map_err(&failed)?
                } else {
                    (text.clone(), span)
                };
                joined.entry((kind, text)).or_default().push(span);
            }
        }
        let mut items: Vec<JoinedItem> = Vec::with_capacity(joined.len());
        for ((kind, text), mut spans) in joined {
            let key = |span: &SpanBuf| (span.begin, span.end);
            let steps = |a: &SpanBuf, b: &SpanBuf| (&a.growth, &a.above).cmp(&(&b.growth, &b.above));
            meter.sort_by(&mut spans, |a, b| key(a).cmp(&key(b)).then_with(|| steps(a, b)))?;
            // One growth over several blocks was reached from each of them.
            spans.dedup();
            items.push(JoinedItem { kind, text, spans });
        }
        meter.sort_by(&mut items, |a, b| {
            let key = |item: &JoinedItem| (item.kind, item.spans.first().map(|span| span.begin));
            key(a).cmp(&key(b)).then_with(|| a.text.cmp(&b.text))
        })?;
        Ok(items)
    }

    /// A quick look at whether growth may carry a span across a border of its block.
    fn may_cross(&self, block: usize, span: &SpanBuf) -> bool {
        self.channel.block_count() > 1
            && (span.grows_in.is_some() || span.grows_out.is_some())
            && self.channel.blocks().nth(block).is_some_and(|info| span.begin == info.first || span.end == info.last)
    }

    /// The whole growth that `part` of `block` belongs to, as one span of the text it led to.
    fn chain(&mut self, block: usize, part: Part) -> std::result::Result<(Arc<str>, SpanBuf), trail_content::Error> {
        let mut parts = vec![part];
        let mut at = block;
        while at > 0
            && let Some(before) = self.links(at - 1)?.before(&parts[0])
        {
            at -= 1;
            parts.insert(0, before);
        }
        at = block;
        while at + 1 < self.channel.block_count()
            && let Some(after) = self.links(at)?.after(&parts[parts.len() - 1])
        {
            at += 1;
            parts.push(after);
        }
        Ok(merge(parts))
    }

    /// The links from block `index` to the next.
    fn links(&mut self, index: usize) -> std::result::Result<Arc<Links>, trail_content::Error> {
        if let Some(links) = self.links.get(&index) {
            return Ok(links.clone());
        }
        self.load_edges(index)?;
        self.load_edges(index + 1)?;
        let links = match (self.edges.get(&index), self.edges.get(&(index + 1))) {
            (Some(before), Some(after)) => Arc::new(Links::new(&before.ends, &after.starts)),
            _ => Arc::default(),
        };
        self.links.insert(index, links.clone());
        Ok(links)
    }

    fn load_edges(&mut self, index: usize) -> std::result::Result<(), trail_content::Error> {
        if let Entry::Vacant(entry) = self.edges.entry(index) {
            entry.insert(Edges::of(&*self.channel.block(index)?));
        }
        Ok(())
    }
}

impl Edges {
    fn of(block: &Block) -> Edges {
        let mut edges = Edges::default();
        let part = |item: Item<'_>, span| Part { text: item.text().into(), span };
        for item in block.range_of(Kind::Line).map(|index| block.item(index)) {
            for span in item.spans() {
                // A line that stood there whole belongs to a growth only if it grows later.
                let goes_on = span.grows_in.is_some() || (span.growth.is_empty() && span.grows_out.is_some());
                if span.begin == block.first() && goes_on {
                    edges.starts.push(part(item, span.into()));
                }
                if span.end == block.last() && span.grows_out.is_some() {
                    edges.ends.push(part(item, span.into()));
                }
            }
        }
        edges
    }
}

impl Links {
    /// Lines that stood at the border with the same text and grew in the same way cannot be told apart by it; they are
    /// paired in order of their first moments.
    fn new(ends: &[Part], starts: &[Part]) -> Links {
        let mut free: FxHashMap<(&str, Option<char>), Vec<&Part>> = FxHashMap::default();
        for end in ends.iter().rev() {
            free.entry((&end.text, end.span.grows_out)).or_default().push(end);
        }
        let mut pairs = Vec::new();
        let (growing, standing): (Vec<&Part>, Vec<&Part>) =
            starts.iter().partition(|start| start.span.grows_in.is_some());
        for start in growing.into_iter().chain(standing) {
            let stood = start.span.grows_in.map_or(start.text.len(), |len| len as usize);
            let Some((text, rest)) = start.text.split_at_checked(stood) else { continue };
            let next = rest.chars().next().or(start.span.grows_out);
            if let Some(end) = free.get_mut(&(text, next)).and_then(Vec::pop) {
                pairs.push((end.clone(), start.clone()));
            }
        }
        Links { pairs }
    }

    fn before(&self, part: &Part) -> Option<Part> {
        self.pairs.iter().find(|pair| pair.1 == *part).map(|pair| pair.0.clone())
    }

    fn after(&self, part: &Part) -> Option<Part> {
        self.pairs.iter().find(|pair| pair.0 == *part).map(|pair| pair.1.clone())
    }
}

/// One span of the last part's text; the texts before are its beginnings.
fn merge(parts: Vec<Part>) -> (Arc<str>, SpanBuf) {
    let mut growth: Vec<Step> = Vec::new();
    let mut above: Vec<Step> = Vec::new();
    for part in &parts {
        let whole = [Step { at: part.span.begin, len: part.text.len() as u32 }];
        let steps = if part.span.growth.is_empty() { &whole[..] } else { &part.span.growth };
        extend(&mut growth, steps, 0);
        let none = [Step { at: part.span.begin, len: 0 }];
        let is_covered = part.span.above.first().is_some_and(|step| step.at == part.span.begin);
        extend(&mut above, if is_covered { &[] } else { &none }, 0);
        extend(&mut above, &part.span.above, 0);
    }
    let concealed = parts.iter().any(|part| part.span.concealed);
    let begin = parts.first().map_or(0, |part| part.span.begin);
    let mut parts = parts;
    let Some(last) = parts.pop() else { return ("".into(), SpanBuf::new(0, 0)) };
    if growth.len() == 1 {
        growth.clear();
    }
    (last.text, SpanBuf { begin, growth, above, grows_in: None, concealed, ..last.span })
}

/// Appends steps, leaving out those that change nothing; before the first the length was `initial`.
fn extend(steps: &mut Vec<Step>, more: &[Step], initial: u32) {
    for step in more {
        if steps.last().map_or(initial, |last| last.len) != step.len {
            steps.push(*step);
        }
    }
}
