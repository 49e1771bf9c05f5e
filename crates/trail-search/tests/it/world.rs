//! A small screen over time, and the content that extraction would make of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use trail_content::{Block, ContentFile, ContentWriter, EncodedBlock, ItemBuf, Kind, Moment, Moments, SpanBuf, Step};
use trail_model::{ChannelId, ChannelKind, Offset, RecordId, TrailId};

pub(crate) const CHANNEL: ChannelId = ChannelId(1);

/// What happens to one line at one moment.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Keep,
    Grow(String),
    Replace(String),
    /// Another line stands here now, perhaps with the same text.
    New(String),
    Clear,
}

/// What stood in one place at one moment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct State {
    pub(crate) text: String,
    /// Changes when another line takes the place.
    line: u32,
    /// Bytes above the screen.
    pub(crate) above: usize,
}

/// Everything that could be seen, moment by moment.
#[derive(Clone, Debug)]
pub(crate) struct World {
    /// For each place its kind and its states.
    pub(crate) places: Vec<(Kind, Vec<Option<State>>)>,
    pub(crate) moments: Vec<Moment>,
    pub(crate) end: Offset,
    /// First moments of blocks after the first.
    pub(crate) borders: Vec<u32>,
}

/// One line that had one text or grew into it: begin, the texts from when on, end.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    pub(crate) kind: Kind,
    pub(crate) place: usize,
    pub(crate) texts: Vec<(u32, String)>,
    pub(crate) end: u32,
}

impl Chain {
    pub(crate) fn begin(&self) -> u32 {
        self.texts[0].0
    }

    pub(crate) fn text(&self) -> &str {
        &self.texts[self.texts.len() - 1].1
    }

    /// The text at a moment inside, and the character that came next if it then grew.
    pub(crate) fn at(&self, moment: u32) -> Option<(&str, Option<char>)> {
        if moment < self.begin() || moment > self.end {
            return None;
        }
        let index = self.texts.iter().rposition(|text| text.0 <= moment)?;
        let text = &self.texts[index].1;
        let next = self.texts.get(index + 1).and_then(|next| next.1[text.len()..].chars().next());
        Some((text, next))
    }
}

impl World {
    pub(crate) fn len(&self) -> u32 {
        self.moments.len() as u32
    }

    pub(crate) fn chains(&self) -> Vec<Chain> {
        let mut chains: Vec<Chain> = Vec::new();
        for (place, (kind, states)) in self.places.iter().enumerate() {
            let mut open: Option<(u32, Chain)> = None;
            for (moment, state) in states.iter().enumerate() {
                let moment = moment as u32;
                let Some(state) = state else {
                    chains.extend(open.take().map(|(_, chain)| chain));
                    continue;
                };
                match &mut open {
                    Some((line, chain)) if *line == state.line && chain.text() == state.text => chain.end = moment,
                    Some((line, chain)) if *line == state.line && state.text.starts_with(chain.text()) => {
                        chain.texts.push((moment, state.text.clone()));
                        chain.end = moment;
                    }
                    _ => {
                        chains.extend(open.take().map(|(_, chain)| chain));
                        let texts = vec![(moment, state.text.clone())];
                        open = Some((state.line, Chain { kind: *kind, place, texts, end: moment }));
                    }
                }
            }
            chains.extend(open.map(|(_, chain)| chain));
        }
        chains
    }

    /// First and last moment of each block.
    fn blocks(&self) -> Vec<(u32, u32)> {
        let firsts: Vec<u32> = std::iter::once(0).chain(self.borders.iter().copied()).collect();
        let lasts = firsts[1..].iter().map(|first| first - 1).chain([self.len() - 1]);
        firsts.iter().copied().zip(lasts).collect()
    }

    /// The items of each block.
    pub(crate) fn items(&self) -> Vec<Vec<ItemBuf>> {
        let chains = self.chains();
        self.blocks().into_iter().map(|(first, last)| self.block_items(&chains, first, last)).collect()
    }

    fn block_items(&self, chains: &[Chain], first: u32, last: u32) -> Vec<ItemBuf> {
        let mut items: BTreeMap<(Kind, String), Vec<SpanBuf>> = BTreeMap::new();
        for chain in chains {
            let (begin, end) = (chain.begin().max(first), chain.end.min(last));
            if begin > end {
                continue;
            }
            let (text, next) = chain.at(end).unwrap();
            let mut growth: Vec<Step> = Vec::new();
            for at in begin..=end {
                let len = chain.at(at).unwrap().0.len() as u32;
                if growth.last().is_none_or(|step| step.len != len) {
                    growth.push(Step { at, len });
                }
            }
            if growth.len() == 1 {
                growth.clear();
            }
            let stood = first.checked_sub(1).and_then(|before| chain.at(before)).map(|(text, _)| text.len());
            let grew = stood.is_some_and(|len| len < text.len() || chain.texts[0].1.len() < len);
            let mut above: Vec<Step> = Vec::new();
            for at in begin..=end {
                let len = self.places[chain.place].1[at as usize].as_ref().unwrap().above as u32;
                if above.last().map_or(0, |step| step.len) != len {
                    above.push(Step { at, len });
                }
            }
            let grows_out = next.filter(|_| end == last && chain.end > last);
            let grows_in = stood.filter(|_| grew).map(|len| len as u32);
            let span = SpanBuf { growth, above, grows_in, grows_out, ..SpanBuf::new(begin, end) };
            items.entry((chain.kind, text.to_owned())).or_default().push(span);
        }
        let mut items: Vec<ItemBuf> = items
            .into_iter()
            .map(|((kind, text), mut spans)| {
                spans.sort_by_key(|span| (span.begin, span.end));
                ItemBuf { kind, text, spans }
            })
            .collect();
        items.sort_by_key(|item| (item.kind, item.spans[0].begin));
        items
    }

    pub(crate) fn content(&self) -> Arc<ContentFile> {
        content(TrailId([1; 16]), &self.moments, self.end, &self.blocks(), &self.items())
    }
}

/// A content file of one channel.
pub(crate) fn content(
    trail: TrailId,
    moments: &[Moment],
    end: Offset,
    blocks: &[(u32, u32)],
    items: &[Vec<ItemBuf>],
) -> Arc<ContentFile> {
    let mut writer = ContentWriter::new(Vec::new(), trail).unwrap();
    writer.add_channel(CHANNEL, &ChannelKind::SessionShell);
    for (&(first, last), items) in blocks.iter().zip(items) {
        let block = Block::from_items(first, last, items);
        writer.add_block(CHANNEL, EncodedBlock::new(&block).unwrap()).unwrap();
    }
    // How a line went on is known only in a later block.
    for (block, items) in items.iter().enumerate() {
        for (span, at) in items.iter().flat_map(|item| &item.spans).zip(0..) {
            if let Some(next) = span.grows_out {
                writer.resolve(CHANNEL, block, at, next).unwrap();
            }
        }
    }
    let table = Moments::new(moments.iter().copied(), end);
    writer.end_channel(CHANNEL, &table, &Default::default()).unwrap();
    let last = moments.last().map_or(RecordId(0), |moment| moment.record);
    Arc::new(ContentFile::open(writer.finish(last, end).unwrap().0).unwrap())
}

pub(crate) const WORDS: &[&str] =
    &["su", "sudo", "d", "ls", "a.b", "a", "b", ".b.c", "/etc/x", "/etc", "-f", "--f", "x=1", ":22", "|", "日本", "é"];

fn text() -> impl Strategy<Value = String> {
    let word = prop::sample::select(WORDS);
    prop::collection::vec((word, prop::sample::select(&["", " ", " "][..])), 1..4).prop_map(|words| {
        let text: String = words.into_iter().flat_map(|(word, blank)| [word, blank]).collect();
        text.trim().to_owned()
    })
}

fn change() -> impl Strategy<Value = Change> {
    let more = (prop::sample::select(&["", " "][..]), prop::sample::select(WORDS))
        .prop_map(|(blank, word)| format!("{blank}{word}"));
    prop_oneof![
        4 => Just(Change::Keep),
        4 => more.prop_map(Change::Grow),
        1 => text().prop_map(Change::Replace),
        1 => text().prop_map(Change::New),
        1 => Just(Change::Clear),
    ]
}

/// A place's kind, what happens to it, and how much of it stands above the screen from each moment on.
type Script = (Kind, Vec<Change>, Vec<usize>);

fn script(kind: Kind, len: usize) -> impl Strategy<Value = Script> {
    let above = prop_oneof![3 => Just(0usize), 1 => 1usize..6];
    (Just(kind), prop::collection::vec(change(), len), prop::collection::vec(above, len))
}

fn play((kind, changes, above): Script) -> (Kind, Vec<Option<State>>) {
    let mut line = 0;
    let mut text: Option<String> = None;
    let mut states = Vec::new();
    for (change, above) in changes.into_iter().zip(above) {
        match change {
            Change::Keep => {}
            Change::Grow(more) => text = text.map(|text| text + &more),
            Change::Replace(other) => text = Some(other),
            Change::New(other) => {
                line += 1;
                text = Some(other);
            }
            Change::Clear => {
                line += 1;
                text = None;
            }
        }
        let above = if kind == Kind::Line { above } else { 0 };
        states.push(text.clone().map(|text| {
            let above = (0..=above.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
            State { text, line, above }
        }));
    }
    (kind, states)
}

pub(crate) fn worlds() -> impl Strategy<Value = World> {
    (4usize..18).prop_flat_map(|len| {
        let places =
            (script(Kind::Line, len), script(Kind::Line, len), script(Kind::Line, len), script(Kind::Title, len));
        let moments = prop::collection::vec((1u64..3, 0u64..4, prop::bool::weighted(0.2)), len);
        let borders = prop::collection::btree_set(1..len as u32, 0..3);
        (places, moments, 0u64..4, borders).prop_map(|((a, b, c, title), moments, tail, borders)| {
            let mut places: Vec<_> = [a, b, c, title].map(play).into();
            // Titles change as a whole.
            for (at, state) in places[3].1.iter_mut().enumerate() {
                state.iter_mut().for_each(|state| state.line = at as u32);
            }
            let (mut record, mut time) = (0, 0);
            let mut table: Vec<Moment> = Vec::new();
            for (at, (skip, pause, attributes)) in moments.into_iter().enumerate() {
                record += skip;
                time += pause;
                let stands = |at: usize| places[..3].iter().map(|place| place.1[at].clone()).collect::<Vec<_>>();
                let changed = attributes || at == 0 || stands(at) != stands(at - 1);
                table.push(Moment { record: RecordId(record), offset: Offset(time), changed });
            }
            World { places, moments: table, end: Offset(time + tail), borders: borders.into_iter().collect() }
        })
    })
}
