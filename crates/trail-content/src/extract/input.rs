//! What was typed, and whether it was shown.
//!
//! Nothing in here implements `Debug`: what was typed and not shown must not reach any output.

use std::collections::VecDeque;

use trail_model::Offset;
use trail_screen::{RowId, Terminal};

use super::draft::Draft;
use super::keys::{Key, Keys};
use super::prompt::is_mask;
use crate::block::NONE;
use crate::{Kind, Span, Step};

/// The time after which output no longer belongs to the burst before it.
const BURST_GAP_NS: u64 = 1_000_000_000;
/// Lines typed ahead that are still waited for; further ones count as not shown.
const LINES_MAX: usize = 64;
/// Characters of a typed line that are kept; a longer one counts as not shown.
const LINE_LEN_MAX: usize = 64 * 1024;

/// Follows the input of a block.
#[derive(Default)]
pub(super) struct Inputs {
    keys: Keys,
    /// Typed lines that it is not yet known of whether they were shown.
    lines: VecDeque<TypedLine>,
    /// Where the cursor was after the record before.
    cursor: Option<Place>,
    /// There was input in this block.
    pub(super) seen: bool,
    /// Enter was pressed, and no line has been left since.
    pub(super) enter_pending: bool,
    /// A key was pressed since the last Enter.
    pub(super) key_pressed: bool,
    /// The last line that was entered and surely shown.
    pub(super) last_shown: Option<String>,
    pub(super) not_shown: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    row: RowId,
    column: u16,
}

/// What was typed between two Enters.
struct TypedLine {
    begin: u32,
    end: u32,
    /// The text as it grew; whatever else happened to it began a new stretch.
    stretches: Vec<Stretch>,
    /// Characters that have not been written at the cursor yet.
    pending: VecDeque<char>,
    is_entered: bool,
    /// Time of the last output after Enter.
    burst: Option<Offset>,
    is_too_long: bool,
}

struct Stretch {
    begin: u32,
    end: u32,
    text: String,
    growth: Vec<Step>,
}

impl Inputs {
    /// Takes a record of input. Returns whether one of its keys was the first since the last Enter.
    pub(super) fn input(&mut self, bytes: &[u8], at: u32, draft: &mut Draft) -> bool {
        self.seen = true;
        if self.lines.front().is_some_and(|line| line.is_entered && line.burst.is_some()) {
            self.decide_front(draft);
        }
        let mut is_first = false;
        let mut keys = std::mem::take(&mut self.keys);
        keys.feed(bytes, |key| {
            if key == Key::Enter {
                self.enter_pending = true;
                self.key_pressed = false;
            } else if key == Key::Interrupt {
                // What comes next is typed at a new prompt.
                self.key_pressed = false;
            } else {
                is_first |= !std::mem::replace(&mut self.key_pressed, true);
            }
            self.key(key, at, draft);
        });
        self.keys = keys;
        is_first
    }

    fn key(&mut self, key: Key, at: u32, draft: &mut Draft) {
        if let Key::Char(c) = key {
            if self.lines.back().is_none_or(|line| line.is_entered) {
                self.lines.push_back(TypedLine::new(at));
                if self.lines.len() > LINES_MAX {
                    self.decide_front(draft);
                }
            }
            if let Some(line) = self.lines.back_mut() {
                line.push(c, at);
            }
            return;
        }
        let Some(line) = self.lines.back_mut().filter(|line| !line.is_entered) else { return };
        line.end = at;
        match key {
            Key::Enter => line.is_entered = true,
            Key::Erase => line.change(at, |text| {
                text.pop();
            }),
            Key::Discard | Key::Interrupt => line.change(at, String::clear),
            Key::Char(_) | Key::Other => {}
        }
    }

    /// Takes the screen after a record of output: finds what was typed written at the cursor.
    pub(super) fn output(&mut self, terminal: &Terminal, offset: Offset, draft: &mut Draft) {
        if !self.seen {
            return;
        }
        let before = self.cursor.replace(place(terminal));
        let Some(before) = before else { return };
        if let Some(line) = self.lines.front()
            && line.burst.is_some_and(|last| offset.0.saturating_sub(last.0) > BURST_GAP_NS)
        {
            self.decide_front(draft);
        }
        let Some(line) = self.lines.front_mut() else { return };
        if line.is_entered {
            line.burst = Some(offset);
        }
        if !line.pending.is_empty() {
            confirm(terminal, before, &mut line.pending);
        }
        if line.is_entered && line.pending.is_empty() {
            self.decide_front(draft);
        }
    }

    /// Remembers where the cursor is before the first output after input was seen.
    pub(super) fn look(&mut self, terminal: &Terminal) {
        self.cursor = Some(place(terminal));
    }

    /// Decides what has not been decided when the block ends.
    pub(super) fn finish(&mut self, draft: &mut Draft) {
        while !self.lines.is_empty() {
            self.decide_front(draft);
        }
    }

    /// Writes a typed line down: with its text if all of it was shown, else without.
    fn decide_front(&mut self, draft: &mut Draft) {
        let Some(line) = self.lines.pop_front() else { return };
        let span = |begin, end, growth| Span {
            begin,
            end,
            growth,
            above: &[],
            grows_in: None,
            grows_out: None,
            concealed: false,
            confidence: 100,
            place: None,
        };
        let has_text = |stretch: &&Stretch| !stretch.text.is_empty();
        let is_shown = line.pending.is_empty() && !line.is_too_long;
        if !is_shown || line.stretches.iter().filter(has_text).all(|stretch| is_mask(&stretch.text)) {
            draft.add(Kind::Input, "", span(line.begin, line.end, &[]), NONE);
            self.not_shown += 1;
            return;
        }
        for stretch in line.stretches.iter().filter(has_text) {
            draft.add(Kind::Input, &stretch.text, span(stretch.begin, stretch.end, &stretch.growth), NONE);
        }
        if line.is_entered {
            self.last_shown = line.stretches.last().map(|stretch| stretch.text.clone());
        }
    }
}

impl TypedLine {
    fn new(at: u32) -> TypedLine {
        TypedLine {
            begin: at,
            end: at,
            stretches: vec![Stretch::new(at, String::new())],
            pending: VecDeque::new(),
            is_entered: false,
            burst: None,
            is_too_long: false,
        }
    }

    fn push(&mut self, c: char, at: u32) {
        self.end = at;
        if self.pending.len() >= LINE_LEN_MAX {
            self.is_too_long = true;
            return;
        }
        self.pending.push_back(c);
        let Some(stretch) = self.stretches.last_mut() else { return };
        if stretch.text.len() >= LINE_LEN_MAX {
            self.is_too_long = true;
            return;
        }
        if stretch.text.is_empty() {
            *stretch = Stretch::new(at, String::new());
        } else if stretch.end < at {
            // One step for all the characters of a record.
            if stretch.growth.is_empty() {
                stretch.growth.push(Step { at: stretch.begin, len: stretch.text.len() as u32 });
            }
            stretch.growth.push(Step { at, len: stretch.text.len() as u32 });
        }
        stretch.text.push(c);
        stretch.end = at;
        if let Some(step) = stretch.growth.last_mut() {
            step.len = stretch.text.len() as u32;
        }
    }

    /// Changes the text in another way than by growth.
    fn change(&mut self, at: u32, f: impl FnOnce(&mut String)) {
        let Some(stretch) = self.stretches.last_mut() else { return };
        let mut text = stretch.text.clone();
        f(&mut text);
        if stretch.text.is_empty() || stretch.begin == at {
            *stretch = Stretch::new(at, text);
        } else {
            self.stretches.push(Stretch::new(at, text));
        }
    }
}

impl Stretch {
    fn new(at: u32, text: String) -> Stretch {
        Stretch { begin: at, end: at, text, growth: Vec::new() }
    }
}

fn place(terminal: &Terminal) -> Place {
    let cursor = terminal.cursor();
    let column = cursor.column + u16::from(cursor.pending_wrap);
    Place { row: terminal.row(usize::from(cursor.row)).id(), column }
}

/// Takes off `pending` what stands where the cursor was, up to where it is now.
fn confirm(terminal: &Terminal, before: Place, pending: &mut VecDeque<char>) {
    let rows = usize::from(terminal.size().rows);
    let Some(mut row) = (0..rows).find(|&row| terminal.row(row).id() == before.row) else { return };
    let after = place(terminal);
    let cursor_row = usize::from(terminal.cursor().row);
    let mut column = usize::from(before.column);
    loop {
        let view = terminal.row(row);
        let end = if row == cursor_row { usize::from(after.column) } else { view.columns() };
        for column in column..end.min(view.columns()) {
            let cell = view.cell(column);
            if cell.width == 0 {
                continue;
            }
            for c in std::iter::once(&cell.character).chain(cell.combining) {
                if pending.front() != Some(c) {
                    return;
                }
                pending.pop_front();
            }
        }
        if row == cursor_row || !view.wraps() || row + 1 >= rows {
            return;
        }
        row += 1;
        column = 0;
    }
}
