//! A printed character never passes unseen: cuts, watched by another emulator one step at a time.
//!
//! Each printed character gets a colour of its own for the watcher, as underline colour, which moves with its cell
//! through everything and changes nothing else. At every step the characters that go are looked up: each must have
//! stood on the screen at a cut before.

use std::collections::{HashMap, HashSet};

use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::index::{Column, Line};
use alacritty_terminal::vte::ansi::Color as AnsiColor;
use alacritty_terminal::vte::{Params, Parser, Perform};
use proptest::prelude::*;
use trail_model::Size;
use trail_screen::Terminal;

use crate::corpus::{self, Step};
use crate::reference::Reference;
use crate::streams::{Op, config, streams};

/// Splits bytes into steps: notes what each byte did.
#[derive(Default)]
struct Steps {
    prints: usize,
    others: usize,
}

impl Perform for Steps {
    fn print(&mut self, _: char) {
        self.prints += 1;
    }
    fn execute(&mut self, _: u8) {
        self.others += 1;
    }
    fn csi_dispatch(&mut self, _: &Params, _: &[u8], _: bool, _: char) {
        self.others += 1;
    }
    fn esc_dispatch(&mut self, _: &[u8], _: bool, _: u8) {
        self.others += 1;
    }
    fn osc_dispatch(&mut self, _: &[&[u8]], _: bool) {
        self.others += 1;
    }
}

/// Tag and character by place.
type Visible = HashMap<(usize, usize), (u32, char)>;

struct Watcher {
    parser: Parser,
    screen: Reference,
    /// Bytes since the last step.
    pending: Vec<u8>,
    next_tag: u32,
    /// Tags that stood on the screen at some cut.
    seen: HashSet<u32>,
    /// Title that was shown at some cut since it was set.
    title_seen: bool,
    title: String,
    visible: Visible,
}

impl Watcher {
    fn new(size: Size) -> Watcher {
        Watcher {
            parser: Parser::new(),
            screen: Reference::new(size),
            pending: Vec::new(),
            next_tag: 1,
            seen: HashSet::new(),
            title_seen: true,
            title: String::new(),
            visible: HashMap::new(),
        }
    }

    /// Tags on the screen, with their places.
    fn look(&self) -> Visible {
        let term = &self.screen.term;
        let mut visible = HashMap::new();
        for row in 0..term.screen_lines() {
            for col in 0..term.columns() {
                let cell = &term.grid()[Line(row as i32)][Column(col)];
                let tag = match cell.underline_color() {
                    Some(AnsiColor::Spec(tag)) => u32::from(tag.r) << 16 | u32::from(tag.g) << 8 | u32::from(tag.b),
                    _ => 0,
                };
                if !matches!(cell.c, ' ' | '\t') {
                    visible.insert((row, col), (tag, cell.c));
                }
            }
        }
        visible
    }

    fn cut(&mut self) {
        self.seen.extend(self.visible.values().map(|(tag, _)| tag));
        self.title_seen = true;
    }

    /// Feeds one byte; it may complete a step.
    fn byte(&mut self, byte: u8) -> Result<(), String> {
        let mut steps = Steps::default();
        self.parser.advance(&mut steps, &[byte]);
        self.pending.push(byte);
        if steps.prints + steps.others == 0 {
            return Ok(());
        }
        let bytes = std::mem::take(&mut self.pending);
        // One byte can both end a broken character and begin something else: no cut can come between.
        let single = steps.prints + steps.others == 1;
        if steps.prints > 0 {
            let tag = self.next_tag;
            self.next_tag += 1;
            let color = format!("\x1b[58;2;{};{};{}m", tag >> 16, tag >> 8 & 255, tag & 255);
            self.screen.feed(color.as_bytes());
        }
        self.screen.feed(&bytes);
        let after = self.look();
        let kept: HashSet<u32> = after.values().map(|(tag, _)| *tag).collect();
        for ((row, col), (tag, character)) in &self.visible {
            let gone = *tag != 0 && !kept.contains(tag) && !self.seen.contains(tag) && single;
            // The same character again, printed over it.
            let again = after.get(&(*row, *col)).is_some_and(|(_, now)| now == character);
            if gone && !again {
                return Err(format!("{character:?} at row {row}, column {col} was never seen"));
            }
        }
        self.visible = after;
        let title = self.screen.title();
        if title != self.title {
            if !self.title_seen && !self.title.is_empty() {
                return Err(format!("title {:?} was never seen", self.title));
            }
            self.title = title;
            self.title_seen = false;
        }
        Ok(())
    }
}

/// Feeds ours until cuts, the watcher byte by byte; returns the places of cuts in `bytes`.
fn watch(ours: &mut Terminal, watcher: &mut Watcher, bytes: &[u8]) -> Result<Vec<usize>, String> {
    let mut cuts = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let done = ours.feed_until_cut(&bytes[at..]);
        for (offset, byte) in bytes[at..at + done].iter().enumerate() {
            watcher.byte(*byte).map_err(|what| {
                let end = at + offset + 1;
                let around = String::from_utf8_lossy(&bytes[end.saturating_sub(60)..end]).into_owned();
                format!("{what}; byte {end}, after {around:?}; cuts {cuts:?}")
            })?;
        }
        at += done;
        if at < bytes.len() {
            ours.cut();
            watcher.cut();
            cuts.push(at);
        }
    }
    Ok(cuts)
}

fn resize(ours: &mut Terminal, watcher: &mut Watcher, size: Size) {
    if ours.needs_cut_before_resize(size) {
        ours.cut();
        watcher.cut();
    }
    ours.resize(size);
    watcher.screen.resize(size);
    watcher.visible = watcher.look();
    watcher.cut();
}

/// Where the two emulators part, the watcher cannot watch ours.
fn departs(op: &Op) -> bool {
    match op {
        Op::Csi(b'A' | b'B' | b'E' | b'F' | b'G' | b'P', ..) => true,
        Op::Csi(b'J', _, params) => params == &[1],
        Op::Csi(b'r', _, params) => params[0] > 1,
        _ => false,
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_character_passes_unseen((size, ops) in streams(true)) {
        let mut ours = Terminal::new(size);
        let mut watcher = Watcher::new(size);
        for op in ops.iter().filter(|op| !departs(op)) {
            if let Op::Resize(size) = op {
                resize(&mut ours, &mut watcher, *size);
            } else {
                watch(&mut ours, &mut watcher, &op.bytes()).map_err(TestCaseError::fail)?;
            }
        }
    }

    /// `feed_until_cut` stops at the same bytes however they are split, and changes nothing else.
    #[test]
    fn cuts_do_not_depend_on_pieces((size, ops) in streams(false), lens in proptest::collection::vec(1..9usize, 1..20)) {
        let bytes: Vec<u8> = ops.iter().flat_map(Op::bytes).collect();
        let mut plain = Terminal::new(size);
        plain.feed(&bytes);
        let mut whole = Terminal::new(size);
        let mut pieces = Terminal::new(size);
        prop_assert_eq!(cut_places(&mut whole, &bytes, &[bytes.len()]), cut_places(&mut pieces, &bytes, &lens));
        prop_assert_eq!(saved(&whole), saved(&pieces));
        prop_assert_eq!(saved(&whole), saved(&plain));
    }
}

proptest! {
    #![proptest_config(config())]

    /// What was fed before a cut is all that has happened at the cut.
    #[test]
    fn nothing_happens_early((size, ops) in streams(false), noise in proptest::collection::vec(any::<(u8, u8)>(), 0..40)) {
        let mut bytes: Vec<u8> = ops.iter().flat_map(Op::bytes).collect();
        // Broken characters among it.
        for (index, (at, byte)) in noise.into_iter().enumerate() {
            let at = (usize::from(at) * 7 + index * 13) % (bytes.len() + 1);
            bytes.insert(at, byte | 0x80);
        }
        let mut cutting = Terminal::new(size);
        let mut plain = Terminal::new(size);
        let mut at = 0;
        while at < bytes.len() {
            let done = cutting.feed_until_cut(&bytes[at..]);
            // A cut leaves nothing fresh, so that what follows gets on.
            prop_assert!(done > 0 || at == 0);
            plain.feed(&bytes[at..at + done]);
            at += done;
            prop_assert_eq!(saved(&cutting), saved(&plain), "at the cut at {}", at);
            cutting.cut();
        }
    }
}

fn saved(terminal: &Terminal) -> Vec<u8> {
    let mut out = Vec::new();
    terminal.save(&mut out);
    out
}

/// Places of the cuts, feeding pieces of these lengths in turn.
fn cut_places(terminal: &mut Terminal, bytes: &[u8], lens: &[usize]) -> Vec<usize> {
    let mut cuts = Vec::new();
    let mut at = 0;
    for len in lens.iter().cycle() {
        let mut end = (at + len).min(bytes.len());
        while at < end {
            at += terminal.feed_until_cut(&bytes[at..end]);
            if at < end {
                terminal.cut();
                cuts.push(at);
            }
        }
        end = at;
        if end == bytes.len() {
            return cuts;
        }
    }
    cuts
}

#[test]
fn no_character_of_a_recording_passes_unseen() {
    /// Bytes of each recording; the watcher looks at the whole screen after every character.
    const WATCHED_LEN: usize = 2_000;
    let mut report = Vec::new();
    for recording in corpus::recordings() {
        let mut ours = Terminal::new(recording.size);
        let mut watcher = Watcher::new(recording.size);
        let (mut len, mut events, mut cuts) = (0, 0, 0);
        for step in &recording.steps {
            match step {
                Step::Output(bytes) => {
                    let watched = &bytes[..bytes.len().min(WATCHED_LEN - len)];
                    match watch(&mut ours, &mut watcher, watched) {
                        Ok(places) => cuts += places.len(),
                        Err(what) => panic!("{}, event {events}: {what}", recording.name),
                    }
                    len += watched.len();
                }
                Step::Resize(size) => resize(&mut ours, &mut watcher, *size),
            }
            // An event's end ends a record, but only a cut forgets what is fresh.
            events += 1;
            if len >= WATCHED_LEN {
                break;
            }
        }
        report.push(format!("{}: {len} bytes, {events} events, {cuts} cuts", recording.name));
    }
    println!("{}", report.join("\n"));
}

/// Bytes, and where cuts are to come: at `|`.
fn check(size: Size, marked: &str) {
    let bytes: Vec<u8> = marked.bytes().filter(|byte| *byte != b'|').collect();
    let expected: Vec<usize> = marked
        .bytes()
        .enumerate()
        .filter(|(_, byte)| *byte == b'|')
        .enumerate()
        .map(|(index, (at, _))| at - index)
        .collect();
    let cuts = cut_places(&mut Terminal::new(size), &bytes, &[bytes.len()]);
    assert_eq!(cuts, expected, "{marked:?}");
}

#[test]
fn cuts_come_just_before_the_step_that_hides() {
    let size = Size { cols: 6, rows: 3 };
    for marked in [
        // Overwriting, erasing.
        "secret\r|      ",
        "ab\rab",
        "ab\ra|c",
        "a b\r\x1b[C\x1b[X",
        "ab\x1b[D\x1b[|X",
        "ab\r\x1b[|K",
        "ab\x1b[K",
        "abcdef\x1b[K",
        "ab\x1b[2|J",
        "ab\x1b[3J",
        "ab\x1b|c",
        "EE\x1b#8",
        "EF\x1b#|8",
        // Shifting.
        "ab\r\x1b[4@",
        "ab\r\x1b[5|@",
        "ab\r\x1b[|P",
        "ab\x1b[P",
        "\x1b[4hab\rabcd\r|x",
        // Scrolling.
        "a\r\nb\r\nc|\n",
        "a\x1b[|S",
        "\na\x1b[S",
        "a\x1b[T",
        "a\x1b[3|T",
        "a\x1bM",
        "\n\na\x1b[H\x1b|M",
        "a\r\x1b[|M",
        "\n\na\x1b[H\x1b[|L",
        "\x1b[2;3r\na\n|\n",
        // Wrapping.
        "abcdef\r\n123456xyzuvw|A",
        "abcdef123456xyzuvw|\t",
        // Screens.
        "a\x1b[?1049|h",
        "\x1b[?1049ha\x1b[?1049|l",
        "\x1b[?1049h",
        "a\x1b[?3|h",
        // Repetition.
        "abc\r\x1b[|b",
        "a\x1b[5b",
        "a\x1b[20|b\x1b[3b",
        // Titles.
        "\x1b]2;one\x07\x1b]2;one\x07",
        "\x1b]2;one\x07\x1b]2;two|\x07",
        "\x1b]2;one\x07\x1b]2;two|\x1b\\",
        "\x1b]2;one\x07\x1b]133;A\x07",
        "\x1b]2;\x07\x1b]2;two\x07",
        "\x1b]2;one\x07\x1b|c",
        "\x1b[22t\x1b]2;one\x07\x1b[23|t",
        // Combining marks join.
        "e\u{301}",
        // Control characters inside a sequence.
        "a\r\n\n\x1b[3|\nm",
    ] {
        check(size, marked);
    }
}

#[test]
fn cuts_at_wide_characters() {
    let size = Size { cols: 4, rows: 2 };
    // A character of three bytes hides something with the last one.
    let bytes = "ab\r\u{4f60}".as_bytes();
    assert_eq!(cut_places(&mut Terminal::new(size), bytes, &[1]), [bytes.len() - 1]);
    assert_eq!(cut_places(&mut Terminal::new(size), bytes, &[64]), [bytes.len() - 1]);
    // Either half of it, overwritten, takes the whole.
    let bytes = "\u{4f60}\x08 ".as_bytes();
    assert_eq!(cut_places(&mut Terminal::new(size), bytes, &[64]), [4]);
    let bytes = "\u{4f60}\r ".as_bytes();
    assert_eq!(cut_places(&mut Terminal::new(size), bytes, &[64]), [4]);
    let bytes = "\u{4f60}\r\u{4f60}".as_bytes();
    assert!(cut_places(&mut Terminal::new(size), bytes, &[64]).is_empty());
}
