//! Terminal streams, made up: text and control functions in the mixtures that real programs write.
//!
//! [`stream`] makes a list of [`Step`]s, which shrinks well; [`events`] turns them into the events of a recording, and
//! [`rechunk`] cuts the output of a recording elsewhere without changing a byte of it.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use trail_model::{ChannelId, ChannelKind, ChannelOpen, Event, EventKind, Offset, Size};

use crate::random::Random;

/// The channel of generated recordings.
pub const CHANNEL: ChannelId = ChannelId(1);

/// Time between two events.
const TICK_NS: u64 = 40_000_000;

/// One thing that a program does.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Writes this.
    Write(String),
    /// Types this, echoed character by character, each in an event of its own; then Enter.
    Type(String),
    /// Types this and takes the last characters back.
    Correct(String, u8),
    /// A progress bar, redrawn in place so often.
    Progress(u8),
    /// So many lines that scroll.
    Log(u8),
    /// A full-screen program: alternate screen, some lines, and back.
    FullScreen(Vec<String>),
    /// The window is resized.
    Resize(u16, u16),
    /// A marker: a moment that does not touch the screen.
    Marker,
    /// Input without echo.
    Input(String),
}

/// Words as they stand on screens: few, so that they come again and grow into each other.
pub fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => select(vec![
            "a", "su", "sudo", "sudoers", "root", "foo", "foo-bar", "foo_bar", "www.gnu.org", "/etc/passwd", "passwd:", "--flag",
            "--file=/etc/x", "10.0.0.1", "10.0.0.1:22", "key:value", "12:30:05", "|", "--", "don't", "\"quoted\"", "(x)", "[1]",
            "C:\\x", "a=b", "x", "xy", "$", "~/n", "99%", "v1.2", "ERROR", "Error:", "*", "e\u{301}te",
        ]).prop_map(str::to_owned),
        1 => select(vec!["für", "日本語", "ディレクトリ", "文件", "한국어", "😀", "👩‍💻", "naïve", "Ünï", "ﬁ", "Σας", "½", "é"]).prop_map(str::to_owned),
        2 => "[a-c]{1,6}",
        1 => "[a-z0-9._:/=-]{1,12}",
    ]
}

/// Some words with blanks between.
pub fn text() -> impl Strategy<Value = String> {
    vec(word(), 1..6).prop_map(|words| words.join(" "))
}

/// A control function.
pub fn control() -> impl Strategy<Value = String> {
    let small = 0u8..9;
    prop_oneof![
        4 => select(vec!["\r\n", "\r", "\n", "\u{8}", "\t"]).prop_map(str::to_owned),
        3 => (small.clone(), 0u8..30).prop_map(|(row, column)| format!("\x1b[{row};{column}H")),
        3 => (small.clone(), select(vec!['A', 'B', 'C', 'D', 'G', 'd', 'E', 'F'])).prop_map(|(n, function)| format!("\x1b[{n}{function}")),
        3 => (0u8..3, select(vec!['J', 'K'])).prop_map(|(n, function)| format!("\x1b[{n}{function}")),
        2 => (small.clone(), select(vec!['L', 'M', 'P', '@', 'X', 'S', 'T', 'b'])).prop_map(|(n, function)| format!("\x1b[{n}{function}")),
        1 => (small.clone(), small.clone()).prop_map(|(top, more)| format!("\x1b[{};{}r", top + 1, top + more + 2)),
        1 => select(vec![
            "\x1b[r", "\x1bM", "\x1bD", "\x1bE", "\x1b7", "\x1b8", "\x1bc", "\x1b[!p", "\x1b[?7l", "\x1b[?7h", "\x1b[4h", "\x1b[4l",
            "\x1b[?6h", "\x1b[?6l", "\x1b[?1049h", "\x1b[?1049l", "\x1b[?47h", "\x1b[?47l", "\x1b(0", "\x1b(B", "\x1b[3J", "\x1b#8", "\x1bH",
            "\x1b[3g", "\x1b[?2026h", "\x1b[?2026l", "\x1b[8m", "\x1b[0m",
        ]).prop_map(str::to_owned),
        1 => (30u8..38).prop_map(|color| format!("\x1b[{color};1m")),
        2 => text().prop_map(|title| format!("\x1b]2;{title}\x07")),
        1 => select(vec!['A', 'B', 'C', 'D']).prop_map(|mark| format!("\x1b]133;{mark}\x07")),
    ]
}

fn written() -> impl Strategy<Value = String> {
    prop_oneof![3 => text(), 3 => control(), 1 => "[a-z ]{20,90}", 1 => Just(" ".to_owned())]
}

/// One step.
pub fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        10 => vec(written(), 1..5).prop_map(|pieces| Step::Write(pieces.concat())),
        4 => text().prop_map(Step::Type),
        2 => (text(), 1u8..8).prop_map(|(text, back)| Step::Correct(text, back)),
        1 => (2u8..12).prop_map(Step::Progress),
        1 => (1u8..40).prop_map(Step::Log),
        1 => vec(text(), 1..6).prop_map(Step::FullScreen),
        2 => (2u16..40, 1u16..12).prop_map(|(cols, rows)| Step::Resize(cols, rows)),
        1 => Just(Step::Marker),
        1 => "[a-z]{1,6}".prop_map(Step::Input),
    ]
}

/// A recording: the size it begins with and up to `steps` steps.
pub fn stream(steps: usize) -> impl Strategy<Value = (Size, Vec<Step>)> {
    let size = prop_oneof![3 => Just((80, 24)), 3 => (8u16..40, 2u16..10), 1 => (2u16..6, 1u16..4)];
    let size = size.prop_map(|(cols, rows)| Size { cols, rows });
    (size, vec(step(), 1..steps.max(2)))
}

/// The events of a recording. Its output comes in pieces whose ends depend on `seed`, in the middle of characters and
/// control functions too; what is typed comes a character at a time.
pub fn events(size: Size, steps: &[Step], seed: u64) -> Vec<Event> {
    let mut maker = Maker { events: Vec::new(), random: Random::new(seed) };
    maker.push(EventKind::Open(ChannelOpen { kind: ChannelKind::SessionShell, size: Some(size) }));
    for step in steps {
        maker.step(step);
    }
    maker.push(EventKind::Close(Some(0)));
    maker.events
}

/// Recordings of one channel each as one of several: each keeps the order of its events, and which of them comes next
/// depends on `seed`. Times go up together.
pub fn interleave(channels: Vec<Vec<Event>>, seed: u64) -> Vec<Event> {
    let mut random = Random::new(seed);
    let number = |(index, events): (usize, Vec<Event>)| (ChannelId(1 + index as u32), events.into_iter().peekable());
    let mut channels: Vec<_> = channels.into_iter().enumerate().map(number).collect();
    let mut woven: Vec<Event> = Vec::new();
    loop {
        channels.retain_mut(|(_, events)| events.peek().is_some());
        let at = random.below(channels.len());
        let Some((channel, events)) = channels.get_mut(at) else { return woven };
        // Some in a row, so that moments of one stand between the moments of another in runs of any length.
        for event in events.by_ref().take(1 + random.below(4)) {
            let offset = Offset(woven.len() as u64 * TICK_NS);
            woven.push(Event { channel: *channel, offset, ..event });
        }
    }
}

struct Maker {
    events: Vec<Event>,
    random: Random,
}

impl Maker {
    fn push(&mut self, kind: EventKind) {
        let offset = Offset(self.events.len() as u64 * TICK_NS);
        self.events.push(Event { channel: CHANNEL, offset, kind });
    }

    fn output(&mut self, text: &str) {
        self.push(EventKind::Output(text.as_bytes().to_vec()));
    }

    /// Output in one or several pieces.
    fn pieces(&mut self, text: &str) {
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            let len = if self.random.one_in(3) { 1 + self.random.below(rest.len()) } else { rest.len() };
            let (piece, after) = rest.split_at(len);
            self.push(EventKind::Output(piece.to_vec()));
            rest = after;
        }
    }

    fn typed(&mut self, text: &str) {
        for c in text.chars() {
            self.push(EventKind::Input(c.to_string().into_bytes()));
            self.output(&c.to_string());
        }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Write(text) => self.pieces(text),
            Step::Type(text) => {
                self.output("$ ");
                self.typed(text);
                self.push(EventKind::Input(b"\r".to_vec()));
                self.output("\r\n");
            }
            Step::Correct(text, back) => {
                self.typed(text);
                for _ in 0..*back {
                    self.output("\u{8} \u{8}");
                }
                self.typed("ok");
                self.output("\r\n");
            }
            Step::Progress(times) => {
                for done in 1..=*times {
                    let percent = u32::from(done) * 100 / u32::from(*times);
                    self.output(&format!("\rfetch {percent:3}% [{:<10}]", "#".repeat(percent as usize / 10)));
                }
                self.output("\r\n");
            }
            Step::Log(lines) => {
                let mut text = String::new();
                for line in 0..*lines {
                    let _ = write!(text, "12:00:{line:02} host app[{}]: line {line} ok\r\n", line % 3);
                }
                self.pieces(&text);
            }
            Step::FullScreen(lines) => {
                let mut text = "\x1b[?1049h\x1b[H\x1b[2J".to_owned();
                for (row, line) in lines.iter().enumerate() {
                    let _ = write!(text, "\x1b[{};1H{line}", row + 1);
                }
                self.pieces(&text);
                self.output("\x1b[?1049l");
            }
            Step::Resize(cols, rows) => self.push(EventKind::Resize(Size { cols: *cols, rows: *rows })),
            Step::Marker => self.push(EventKind::Marker("here".to_owned())),
            Step::Input(text) => self.push(EventKind::Input(text.clone().into_bytes())),
        }
    }
}

/// The same recording with its output cut into other pieces: bytes and the order of everything stay, and output that
/// follows output without anything between may be split or joined. The times become those of the new events.
pub fn rechunk(events: &[Event], seed: u64) -> Vec<Event> {
    let mut random = Random::new(seed);
    let mut out: Vec<Event> = Vec::new();
    let mut pending: Vec<u8> = Vec::new();
    let mut flush = |pending: &mut Vec<u8>, out: &mut Vec<Event>, channel| {
        let mut rest = pending.as_slice();
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(1 + random.below(rest.len().min(64)));
            out.push(Event { channel, offset: Offset(0), kind: EventKind::Output(piece.to_vec()) });
            rest = after;
        }
        pending.clear();
    };
    let mut last = None;
    for event in events {
        if let Some(channel) = last.filter(|channel| *channel != event.channel) {
            flush(&mut pending, &mut out, channel);
        }
        last = Some(event.channel);
        match &event.kind {
            EventKind::Output(bytes) => pending.extend_from_slice(bytes),
            _ => {
                flush(&mut pending, &mut out, event.channel);
                out.push(event.clone());
            }
        }
    }
    if let Some(channel) = last {
        flush(&mut pending, &mut out, channel);
    }
    for (i, event) in out.iter_mut().enumerate() {
        event.offset = Offset(i as u64 * TICK_NS);
    }
    out
}
