//! The plain extractor: reads the whole screen after every record. What the fast one must agree with.

use std::collections::BTreeMap;

use trail_container::{RecordBody, TrailReader};
use trail_content::{ContentFile, ItemBuf, Kind, SpanBuf, Step};
use trail_model::ChannelId;
use trail_replay::Player;
use trail_screen::{CellView, Terminal};

/// A text, growing or not, of one line or of the title.
struct Chain {
    kind: Kind,
    begin: u32,
    end: u32,
    /// What it said from when.
    texts: Vec<(u32, String)>,
    above: Vec<Step>,
    /// At which moments some of it was concealed.
    concealed: Vec<u32>,
}

#[derive(PartialEq)]
struct Seen {
    text: String,
    above: u32,
    concealed: bool,
}

/// The content of a channel as (first, last, items) by block, and which moments changed the screen.
pub(crate) struct Expected {
    pub blocks: Vec<(u32, u32, Vec<ItemBuf>)>,
    pub changed: Vec<bool>,
}

pub(crate) fn extract(trail: &TrailReader, channel: ChannelId, block_len: u64) -> Expected {
    let mut player = Player::new(trail, channel).unwrap();
    let mut output = 0;
    let (mut firsts, mut changed) = (Vec::new(), Vec::new());
    let mut open: BTreeMap<u64, Chain> = BTreeMap::new();
    let mut done = Vec::new();
    let mut screen_before = None;
    let mut at = 0;
    while let Some(step) = player.step().unwrap() {
        let before = output;
        if let RecordBody::Output(bytes) = step.record.body {
            output += bytes.len() as u64;
        }
        if at == 0 || output / block_len > before / block_len {
            firsts.push(at);
        }
        let terminal = step.screen.terminal();
        let seen = terminal.map(visible).unwrap_or_default();
        let screen = terminal.map(cells);
        changed.push(at == 0 || screen != screen_before);
        screen_before = screen;
        advance(&mut open, &mut done, seen, at);
        at += 1;
    }
    advance(&mut open, &mut done, BTreeMap::new(), at);
    let bounds = firsts.iter().zip(firsts.iter().skip(1).map(|first| first - 1).chain([at.max(1) - 1]));
    let blocks = bounds.map(|(&first, last)| (first, last, block(&done, first, last))).collect();
    Expected { blocks, changed }
}

/// What can be seen: by row id, with 0 for the title.
fn visible(terminal: &Terminal) -> BTreeMap<u64, Seen> {
    let mut seen = BTreeMap::new();
    terminal.logical_lines(|line| {
        let rows = line.first_row().max(0)..line.first_row() + line.rows() as i32;
        let concealed = rows.into_iter().any(|row| terminal.row(row as usize).has_concealed());
        seen.insert(line.id().0, Seen { text: line.text(), above: line.above_len() as u32, concealed });
    });
    assert!(!seen.contains_key(&0));
    seen.insert(0, Seen { text: terminal.title().to_owned(), above: 0, concealed: false });
    seen.retain(|_, seen| !seen.text.is_empty());
    seen
}

fn cells(terminal: &Terminal) -> (u16, Vec<CellView<'static>>, Vec<Vec<char>>) {
    let rows = 0..usize::from(terminal.size().rows);
    let mut marks = Vec::new();
    let cells = rows.flat_map(|row| terminal.row(row).cells()).map(|cell| {
        marks.push(cell.combining.to_vec());
        CellView { combining: &[], ..cell }
    });
    (terminal.size().cols, cells.collect(), marks)
}

fn advance(open: &mut BTreeMap<u64, Chain>, done: &mut Vec<Chain>, seen: BTreeMap<u64, Seen>, at: u32) {
    let gone: Vec<u64> = open.keys().copied().filter(|id| !seen.contains_key(id)).collect();
    done.extend(gone.into_iter().filter_map(|id| open.remove(&id)));
    for (id, seen) in seen {
        if let Some(chain) = open.get_mut(&id) {
            let text = &chain.texts.last().unwrap().1;
            let grows = id != 0 && seen.text.starts_with(text.as_str());
            if seen.text == *text || grows {
                if seen.text != *text {
                    chain.texts.push((at, seen.text));
                }
                if seen.above != chain.above.last().map_or(0, |step| step.len) {
                    chain.above.push(Step { at, len: seen.above });
                }
                chain.end = at;
                chain.concealed.extend(seen.concealed.then_some(at));
                continue;
            }
            done.extend(open.remove(&id));
        }
        let chain = Chain {
            kind: if id == 0 { Kind::Title } else { Kind::Line },
            begin: at,
            end: at,
            texts: vec![(at, seen.text)],
            above: if seen.above == 0 { Vec::new() } else { vec![Step { at, len: seen.above }] },
            concealed: seen.concealed.then_some(at).into_iter().collect(),
        };
        open.insert(id, chain);
    }
}

/// The part of the chains that lies in one block.
fn block(chains: &[Chain], first: u32, last: u32) -> Vec<ItemBuf> {
    let mut items: BTreeMap<(Kind, &str), Vec<(SpanBuf, bool)>> = BTreeMap::new();
    for chain in chains.iter().filter(|chain| chain.begin <= last && chain.end >= first) {
        let until = chain.texts.partition_point(|(at, _)| *at <= last);
        let text = chain.texts[until - 1].1.as_str();
        let mut span = SpanBuf::new(chain.begin.max(first), chain.end.min(last));
        let steps: Vec<Step> =
            chain.texts[..until].iter().map(|(at, text)| Step { at: *at, len: text.len() as u32 }).collect();
        span.growth = clip(steps, span.begin);
        if span.growth.len() == 1 {
            span.growth.clear();
        }
        let above = chain.above.iter().copied().filter(|step| step.at <= last).collect();
        span.above = clip(above, span.begin);
        if span.above.first().is_some_and(|step| step.len == 0) {
            span.above.remove(0);
        }
        if chain.begin < first {
            let before = chain.texts.partition_point(|(at, _)| *at < first);
            let before = &chain.texts[before - 1].1;
            span.grows_in = (before != text).then_some(before.len() as u32);
        }
        let next = chain.texts.get(until).map(|(_, next)| &next[text.len()..]);
        span.grows_out = next.and_then(|next| next.chars().next());
        span.concealed = chain.concealed.iter().any(|at| (span.begin..=span.end).contains(at));
        items.entry((chain.kind, text)).or_default().push((span, chain.kind == Kind::Line && chain.end >= last));
    }
    let mut items: Vec<ItemBuf> = items
        .into_iter()
        .map(|((kind, text), spans)| ItemBuf { kind, text: text.to_owned(), spans: merge(spans) })
        .collect();
    items.sort_by(|a, b| {
        let key = |item: &ItemBuf| (item.kind, item.spans.iter().map(|span| span.begin).min());
        key(a).cmp(&key(b)).then_with(|| a.text.cmp(&b.text))
    });
    items
}

fn clip(mut steps: Vec<Step>, begin: u32) -> Vec<Step> {
    while steps.len() > 1 && steps[1].at <= begin {
        steps.remove(0);
    }
    if let Some(step) = steps.first_mut() {
        step.at = step.at.max(begin);
    }
    steps
}

/// Joins plain spans; those of lines that stand at the block's end stay by themselves.
fn merge(mut spans: Vec<(SpanBuf, bool)>) -> Vec<SpanBuf> {
    spans.sort_by_key(|(span, _)| (span.begin, span.end));
    let mut merged: Vec<(SpanBuf, bool)> = Vec::new();
    for (span, stands) in spans {
        let is_plain = span.as_span().is_plain() && !stands;
        let reaches = |(before, stands): &&mut (SpanBuf, bool)| {
            let plain = before.as_span().is_plain() && !*stands;
            plain && before.concealed == span.concealed && span.begin <= before.end + 1
        };
        match merged.iter_mut().find(reaches) {
            Some((before, _)) if is_plain => before.end = before.end.max(span.end),
            _ => merged.push((span, stands)),
        }
    }
    sorted(merged.into_iter().map(|(span, _)| span).collect())
}

pub(crate) fn sorted(mut spans: Vec<SpanBuf>) -> Vec<SpanBuf> {
    spans.sort_by(|a, b| {
        let key = |span: &SpanBuf| (span.begin, span.end, span.grows_in, span.grows_out, span.concealed);
        key(a).cmp(&key(b)).then_with(|| a.growth.cmp(&b.growth)).then_with(|| a.above.cmp(&b.above))
    });
    spans
}

/// Compares a content file with the plain extractor's findings over the same trail.
pub(crate) fn check(trail: &TrailReader, file: &ContentFile, block_len: u64) -> Result<(), String> {
    for channel in file.channels() {
        let expected = extract(trail, channel.id(), block_len);
        let bounds: Vec<_> = channel.blocks().map(|block| (block.first, block.last)).collect();
        let expected_bounds: Vec<_> = expected.blocks.iter().map(|block| (block.0, block.1)).collect();
        if bounds != expected_bounds {
            return Err(format!("blocks: expected {expected_bounds:?}, found {bounds:?}"));
        }
        let moments = channel.moments().map_err(|error| error.to_string())?;
        let changed: Vec<bool> = (0..moments.len() as u32).map(|at| moments.changed(at)).collect();
        if let Some(at) = (0..changed.len()).find(|&at| changed.get(at) != expected.changed.get(at)) {
            return Err(format!("moment {at}: expected changed {}, found {}", expected.changed[at], changed[at]));
        }
        for (index, (_, _, expected)) in expected.blocks.iter().enumerate() {
            let block = channel.block(index).map_err(|error| error.to_string())?;
            let found = block.items().filter(|item| matches!(item.kind(), Kind::Line | Kind::Title));
            let found: Vec<ItemBuf> = found
                .map(|item| {
                    let item = item.to_buf();
                    ItemBuf { spans: sorted(item.spans), ..item }
                })
                .collect();
            for (expected, found) in expected.iter().zip(&found) {
                if expected != found {
                    return Err(format!("block {index}: expected {expected:#?}, found {found:#?}"));
                }
            }
            if expected.len() != found.len() {
                return Err(format!("block {index}: expected {} items, found {}", expected.len(), found.len()));
            }
        }
    }
    Ok(())
}
