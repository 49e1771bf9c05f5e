//! What was typed and copied on a desktop, as far as it was shown.
//!
//! Nothing in here implements `Debug`: what was typed and not shown must not reach any output.

use std::collections::VecDeque;

use trail_model::{Clipped, KeyStroke};

use super::Notes;
use crate::block::NONE;
use crate::{Kind, Span, SpanBuf, Step, fold_confusable};

/// A typed text with fewer characters, blanks apart, may stand at the end of a line by chance: it counts as not shown.
const MIN_SHOWN_LEN: usize = 4;
/// Characters of a typed text that are kept; a longer one counts as not shown.
const TEXT_LEN_MAX: usize = 4096;
/// Typed texts that may wait for the pixels to rest; the oldest count as not shown.
const CLOSED_MAX: usize = 64;

/// Follows the keys of a desktop.
#[derive(Default)]
pub(super) struct Typed {
    open: Option<TypedText>,
    /// Texts that were entered or left, of which it is not known yet whether they were shown.
    closed: VecDeque<TypedText>,
    /// Keys that are down and make others commands.
    held: Vec<u32>,
    /// Lines that appeared while something was typed.
    entered: Vec<Entered>,
}

/// What was typed between two keys that enter or leave.
struct TypedText {
    begin: u32,
    end: u32,
    text: String,
    /// How it grew; empty once something was taken back.
    steps: Vec<Step>,
    is_edited: bool,
    /// Something else than text was pressed.
    is_doubtful: bool,
    /// The moment at which it was entered or left.
    closed_at: u32,
}

/// A line that appeared.
struct Entered {
    begin: u32,
    text: String,
    /// What stood in its place before.
    before: Vec<String>,
}

impl Typed {
    /// Takes a key that went down or up at moment `at`.
    pub(super) fn key(&mut self, key: KeyStroke, at: u32) {
        let keysym = key.keysym();
        if is_modifier(keysym) {
            self.held.retain(|&held| held != keysym);
            if key.is_down() {
                self.held.push(keysym);
            }
            return;
        }
        if !key.is_down() {
            return;
        }
        match action(keysym) {
            Action::Text(c) if self.held.is_empty() => self.open(at).push(c, at),
            Action::TakeBack if self.held.is_empty() => {
                if let Some(open) = &mut self.open {
                    open.take_back(at);
                }
            }
            Action::Leave => self.close(at),
            Action::Nothing => {}
            _ => {
                if let Some(open) = &mut self.open {
                    open.is_doubtful = true;
                }
            }
        }
    }

    fn open(&mut self, at: u32) -> &mut TypedText {
        self.open.get_or_insert_with(|| TypedText {
            begin: at,
            end: at,
            text: String::new(),
            steps: Vec::new(),
            is_edited: false,
            is_doubtful: false,
            closed_at: at,
        })
    }

    fn close(&mut self, at: u32) {
        if let Some(mut text) = self.open.take() {
            text.closed_at = at;
            self.closed.push_back(text);
        }
    }

    /// Tells whether lines that appear are wanted.
    pub(super) fn is_active(&self) -> bool {
        self.open.is_some() || !self.closed.is_empty()
    }

    /// Takes a line that appeared at moment `begin`, and what stood in its place before.
    pub(super) fn line<'a>(&mut self, begin: u32, text: &str, before: impl Iterator<Item = &'a str>) {
        self.entered.push(Entered { begin, text: comparable(text), before: before.map(comparable).collect() });
    }

    /// Decides about texts that were closed before moment `unsettled`, the first whose pixels have not come to rest.
    pub(super) fn decide(&mut self, unsettled: Option<u32>, notes: &mut Notes<'_>) {
        while let Some(text) =
            self.closed.pop_front_if(|text| unsettled.is_none_or(|unsettled| unsettled > text.closed_at))
        {
            self.write(&text, notes);
        }
        while self.closed.len() > CLOSED_MAX
            && let Some(mut text) = self.closed.pop_front()
        {
            text.is_doubtful = true;
            self.write(&text, notes);
        }
        let first = self.closed.front().or(self.open.as_ref()).map(|text| text.begin);
        self.entered.retain(|entered| first.is_some_and(|first| entered.begin >= first));
    }

    /// Decides about everything; `last` is the last moment.
    pub(super) fn finish(&mut self, last: u32, notes: &mut Notes<'_>) {
        self.close(last);
        self.decide(None, notes);
    }

    /// Writes a typed text down: with its text if it was surely shown, else without.
    fn write(&self, text: &TypedText, notes: &mut Notes<'_>) {
        if !self.is_shown(text) {
            notes.coverage.input_not_shown += 1;
            notes.draft.add(Kind::Input, "", SpanBuf::new(text.begin, text.end).as_span(), NONE);
            return;
        }
        // What was taken back was not this text: it stood from the last key on.
        let begin = if text.is_edited { text.end } else { text.begin };
        let growth = if text.steps.len() > 1 { &text.steps[..] } else { &[] };
        let span = SpanBuf::new(begin, text.end);
        notes.draft.add(Kind::Input, &text.text, Span { growth, ..span.as_span() }, NONE);
    }

    /// Whether a line that changed while it was typed ends with it, and did not before.
    fn is_shown(&self, text: &TypedText) -> bool {
        let typed = comparable(&text.text);
        if text.is_doubtful || typed.chars().count() < MIN_SHOWN_LEN {
            return false;
        }
        // A caret at the end is read as a stroke.
        let ends =
            |line: &str| line.ends_with(&typed) || line.strip_suffix('l').is_some_and(|line| line.ends_with(&typed));
        self.entered.iter().any(|line| {
            (text.begin..=text.closed_at).contains(&line.begin)
                && ends(&line.text)
                && !line.before.iter().any(|before| ends(before))
        })
    }
}

impl TypedText {
    fn push(&mut self, c: char, at: u32) {
        self.is_doubtful |= self.text.len() >= TEXT_LEN_MAX;
        if self.is_doubtful {
            return;
        }
        self.text.push(c);
        self.end = at;
        let len = self.text.len() as u32;
        match self.steps.last_mut() {
            _ if self.is_edited => {}
            Some(step) if step.at == at => step.len = len,
            _ => self.steps.push(Step { at, len }),
        }
    }

    fn take_back(&mut self, at: u32) {
        self.text.pop();
        self.steps.clear();
        self.is_edited = true;
        self.end = at;
    }
}

/// Writes down what was put on the clipboard at moment `at`: with its text if each of its lines stands in one of
/// `standing`.
pub(super) fn clipboard<'a>(body: &[u8], at: u32, standing: impl Iterator<Item = &'a str>, notes: &mut Notes<'_>) {
    let text = Clipped::split(body)
        .filter(|(media_type, _)| media_type.starts_with("text/plain"))
        .and_then(|(_, data)| str::from_utf8(data).ok())
        .map(|text| text.trim().to_owned())
        .filter(|text| text.len() <= TEXT_LEN_MAX);
    let standing: Vec<String> = standing.map(comparable).collect();
    let is_shown = |line: &str| {
        let line = comparable(line);
        line.is_empty() || (line.chars().count() >= MIN_SHOWN_LEN && standing.iter().any(|shown| shown.contains(&line)))
    };
    let shown = text.filter(|text| !text.is_empty() && text.lines().all(is_shown));
    notes.coverage.clipboard_not_shown += u64::from(shown.is_none());
    notes.draft.add(Kind::Clipboard, shown.as_deref().unwrap_or(""), SpanBuf::new(at, at).as_span(), NONE);
}

/// A text without blanks, and without what readers of pixels confuse.
fn comparable(text: &str) -> String {
    fold_confusable(text).split_whitespace().collect()
}

enum Action {
    Text(char),
    TakeBack,
    /// Enters the text, or leaves the place where it was typed.
    Leave,
    Nothing,
    Other,
}

/// What a key does, by the X Window System's number of its symbol.
fn action(keysym: u32) -> Action {
    match keysym {
        0x20..=0x7e | 0xa0..=0xff => char::from_u32(keysym).map_or(Action::Other, Action::Text),
        0x0100_0000..=0x0110_ffff => char::from_u32(keysym - 0x0100_0000).map_or(Action::Other, Action::Text),
        // Digits of the number block.
        0xffb0..=0xffb9 => char::from_u32(keysym - 0xffb0 + u32::from(b'0')).map_or(Action::Other, Action::Text),
        0xff08 => Action::TakeBack,
        // Tab, Linefeed, Return, Escape, Enter.
        0xff09 | 0xff0a | 0xff0d | 0xff1b | 0xff8d => Action::Leave,
        // Shift, Caps Lock, Num Lock, and the shift to a third level.
        0xffe1 | 0xffe2 | 0xffe5 | 0xffe6 | 0xff7f | 0xfe03 => Action::Nothing,
        _ => Action::Other,
    }
}

/// Control, Meta, Alt, Super and Hyper.
fn is_modifier(keysym: u32) -> bool {
    matches!(keysym, 0xffe3 | 0xffe4 | 0xffe7..=0xffee)
}
