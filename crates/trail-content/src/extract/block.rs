//! One content block: its records, one after the other.

use trail_container::{Encoded, Record, RecordBody, TrailReader};
use trail_frame::Surface;
use trail_model::{ChannelKind, Clipped, KeyStroke, Offset};
use trail_replay::Screen;
use trail_screen::Terminal;

use super::command::Commands;
use super::draft::Draft;
use super::input::Inputs;
use super::lines::{Border, Lines};
use super::pixels::{Notes, PixelLines};
use super::plan::BlockPlan;
use super::stitch::LiveCommand;
use super::utf8::Utf8Count;
use crate::block::NONE;
use crate::{Block, Coverage, Kind, Moment, PixelReader, SpanBuf};

/// What was extracted of a block by itself.
pub(super) struct Extracted {
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) draft: Draft,
    pub(super) border: Border,
    pub(super) moments: Vec<Moment>,
    pub(super) coverage: Coverage,
    pub(super) live_commands: Vec<LiveCommand>,
    /// From the channel's opening record.
    pub(super) kind: Option<ChannelKind>,
    /// A chunk that the plan counts on could not be read.
    pub(super) is_damaged: bool,
}

/// A block as it is kept, and what is needed to stitch it to the next.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) block: Block,
    /// The span of each line that stands at the block's end, in screen order.
    pub(super) outgoing: Vec<u32>,
    pub(super) border: Border,
    pub(super) coverage: Coverage,
}

impl Extracted {
    /// Puts items and spans in order.
    pub(super) fn finish(self) -> Finished {
        let (block, outgoing) = self.draft.finish(self.last, self.border.outgoing as usize);
        Finished { block, outgoing, border: self.border, coverage: self.coverage }
    }
}

/// Extracts one block.
pub(super) fn extract(trail: &TrailReader, plan: BlockPlan, reader: Option<&PixelReader>) -> Extracted {
    let mut worker = Worker::new(plan, reader.cloned());
    let mut screen = Screen::new();
    let start = trail.replay_start(plan.channel, plan.first_record);
    let chunks = trail.channel(plan.channel).map_or(&[][..], |summary| &summary.chunks);
    let from = chunks.partition_point(|&chunk| Some(chunk) < start);
    let mut is_first = true;
    for &index in &chunks[from..] {
        if trail.chunks().get(index).is_none_or(|chunk| chunk.first_record > plan.last_record) {
            break;
        }
        let Ok(chunk) = trail.chunk(index) else {
            worker.out.is_damaged = true;
            continue;
        };
        if std::mem::take(&mut is_first)
            && let Some(keyframe) = chunk.keyframe(plan.channel)
            && let Ok(loaded) = Screen::load(keyframe)
        {
            screen = loaded;
        }
        for record in chunk.records().filter(|record| record.channel == plan.channel) {
            if record.id < plan.first_record {
                screen.apply(&record.body);
            } else if record.id <= plan.last_record {
                worker.replay(&record, &mut screen);
            }
        }
    }
    worker.finish()
}

/// Takes the records of one block, one after the other, and looks at the channel's screen after each.
pub(super) struct Worker {
    plan: BlockPlan,
    lines: Lines,
    title: Title,
    commands: Commands,
    inputs: Inputs,
    utf8: Utf8Count,
    reader: Option<PixelReader>,
    /// Made for the first record after which there is a desktop.
    pixels: Option<Box<PixelLines>>,
    last_time: Offset,
    out: Extracted,
}

/// The window title and since when it stands.
#[derive(Default)]
struct Title {
    text: String,
    begin: u32,
}

impl Worker {
    /// Begins a block.
    pub(super) fn new(plan: BlockPlan, reader: Option<PixelReader>) -> Worker {
        let out = Extracted {
            first: plan.first,
            last: plan.first,
            draft: Draft::new(plan.first),
            border: Border::default(),
            moments: Vec::new(),
            coverage: Coverage::default(),
            live_commands: Vec::new(),
            kind: None,
            is_damaged: false,
        };
        Worker {
            plan,
            lines: Lines::new(plan.first),
            title: Title::default(),
            commands: Commands::default(),
            inputs: Inputs::default(),
            utf8: Utf8Count::default(),
            reader,
            pixels: None,
            last_time: Offset::ZERO,
            out,
        }
    }

    /// Replays the next record: `screen` is brought from before it to after it.
    fn replay(&mut self, record: &Record<'_>, screen: &mut Screen) {
        if let Some(terminal) = screen.terminal_mut()
            && self.out.moments.is_empty()
            && self.plan.first > 0
            && !self.plan.after_damage
        {
            self.begin(terminal);
        }
        screen.prepare(&record.body);
        match (&record.body, screen.terminal_mut()) {
            (RecordBody::Output(bytes), Some(terminal)) => {
                self.commands.feed::<false>(terminal, &mut self.inputs, bytes);
            }
            (body, _) => screen.apply(body),
        }
        self.record(record, screen);
    }

    /// Takes the screen as it stood before the block's first record, which is not the channel's first.
    pub(super) fn begin(&mut self, terminal: &mut Terminal) {
        let before = self.plan.first - 1;
        self.lines.begin(terminal, &mut self.out.draft);
        self.title.update(terminal.title(), before, &mut self.out.draft);
        self.commands.begin(terminal);
    }

    /// Feeds the output of the next record to the channel's terminal, up to the cut that ends it; returns how many bytes.
    pub(super) fn feed_until_cut(&mut self, terminal: &mut Terminal, bytes: &[u8]) -> usize {
        self.commands.feed::<true>(terminal, &mut self.inputs, bytes)
    }

    /// Takes the next record, which has been applied to `screen`.
    pub(super) fn record(&mut self, record: &Record<'_>, screen: &mut Screen) {
        let at = self.plan.first + self.out.moments.len() as u32;
        self.count(&record.body);
        let mut changed = false;
        if let Some(terminal) = screen.terminal_mut() {
            let draft = &mut self.out.draft;
            changed = self.lines.update(terminal, at, draft);
            if self.lines.title_touched() {
                self.title.update(terminal.title(), at, draft);
            }
            match &record.body {
                RecordBody::Input(bytes) => {
                    self.inputs.look(terminal);
                    if self.inputs.input(bytes, at, draft) {
                        self.commands.first_key(terminal);
                    }
                }
                _ => self.inputs.output(terminal, record.offset, draft),
            }
            self.commands.update(terminal, &mut self.inputs, &mut self.lines, at, draft);
        } else if let Some(surface) = screen.surface_mut() {
            changed = self.desktop(record, surface, at);
        } else if let RecordBody::Input(bytes) = &record.body {
            self.inputs.input(bytes, at, &mut self.out.draft);
        }
        self.out.moments.push(Moment { record: record.id, offset: record.offset, changed: changed || at == 0 });
    }

    /// Takes the next record of a desktop; tells whether its picture changed.
    fn desktop(&mut self, record: &Record<'_>, surface: &mut Surface, at: u32) -> bool {
        let pixels = self.pixels.get_or_insert_with(|| Box::new(PixelLines::new(self.reader.clone())));
        let mut notes = Notes { draft: &mut self.out.draft, coverage: &mut self.out.coverage };
        self.last_time = record.offset;
        pixels.settle(record.offset, &mut notes);
        match &record.body {
            RecordBody::Drawing(_) => pixels.update(surface, at, record.offset, &mut notes),
            RecordBody::Key(Encoded { encoding: KeyStroke::ENCODING, data }) => {
                if let Some(key) = KeyStroke::from_bytes(data) {
                    pixels.key(key, at);
                }
                false
            }
            RecordBody::Clipboard(Encoded { encoding: Clipped::ENCODING, data }) => {
                pixels.clipboard(data, at, &mut notes);
                false
            }
            RecordBody::Title(title) => {
                self.title.update(title, at, &mut self.out.draft);
                false
            }
            _ => false,
        }
    }

    fn count(&mut self, body: &RecordBody<'_>) {
        let coverage = &mut self.out.coverage;
        coverage.records += 1;
        match body {
            RecordBody::Output(bytes) => {
                coverage.output_records += 1;
                coverage.output_bytes += bytes.len() as u64;
                self.utf8.feed(bytes);
            }
            RecordBody::Input(_) | RecordBody::Key(_) => coverage.input_records += 1,
            RecordBody::Resize(_) => coverage.resizes += 1,
            RecordBody::Opaque { .. } => coverage.opaque_records += 1,
            RecordBody::ChannelOpen(open) => self.out.kind = Some(ChannelKind::from_name(open.kind)),
            RecordBody::Drawing(_) => coverage.frames += 1,
            RecordBody::ChannelClose(_)
            | RecordBody::Marker(_)
            | RecordBody::Signal(_)
            | RecordBody::Pointer(_)
            | RecordBody::Clipboard(_)
            | RecordBody::Title(_) => {}
            _ => coverage.skipped_records += 1,
        }
    }

    /// Ends the block; gives what it brought.
    pub(super) fn finish(mut self) -> Extracted {
        let count = self.out.moments.len() as u32;
        let last = self.plan.first + count.saturating_sub(1);
        if count > 0 {
            self.lines.finish(last, &mut self.out.draft);
            self.title.update("", last + 1, &mut self.out.draft);
            if let Some(pixels) = &mut self.pixels {
                let mut notes = Notes { draft: &mut self.out.draft, coverage: &mut self.out.coverage };
                pixels.finish(last, self.last_time, &mut notes);
            }
            self.inputs.finish(&mut self.out.draft);
            self.out.live_commands = self.commands.finish(&self.lines, last, &mut self.out.draft);
        }
        self.out.coverage.input_not_shown += self.inputs.not_shown;
        self.out.coverage.commands_in_doubt = self.commands.in_doubt;
        self.out.last = last;
        self.out.border = self.lines.border;
        self.out.coverage.invalid_bytes = self.utf8.invalid;
        self.out
    }
}

impl Title {
    /// From moment `at` on the title is `text`.
    fn update(&mut self, text: &str, at: u32, draft: &mut Draft) {
        if text == self.text {
            return;
        }
        // A title that stood at the border only is the block's before.
        let begin = self.begin.max(draft.first());
        if !self.text.is_empty() && begin < at {
            draft.add(Kind::Title, &self.text, SpanBuf::new(begin, at - 1).as_span(), NONE);
        }
        self.text.clear();
        self.text.push_str(text);
        self.begin = at;
    }
}
