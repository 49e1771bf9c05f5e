//! The lines of a screen, followed from moment to moment.

use std::hash::Hasher;

use rustc_hash::FxHasher;
use trail_screen::{Damage, LogicalLine, RowId, Terminal};

use super::draft::Draft;
use super::texts::TextId;
use crate::block::NONE;
use crate::{Kind, Span, Step};

/// Follows the logical lines of a channel's screen and writes a span to the draft whenever a text ends.
pub(super) struct Lines {
    /// First moment of the block.
    first: u32,
    /// By row of the screen.
    rows: Vec<Row>,
    /// The same at the moment before, while rows are being matched.
    old_rows: Vec<Row>,
    lines: Vec<Line>,
    free: Vec<u32>,
    /// The lines on the screen from top to bottom, blank ones too.
    order: Vec<u32>,
    old_order: Vec<u32>,
    touched: Vec<u32>,
    /// The row above the screen goes on in its first row.
    wraps_in: bool,
    /// Count of updates: marks what has been dealt with in this one.
    tick: u32,
    damage: Damage,
    /// What the line that is being read says.
    text: String,
    /// Where the text of each of its rows ends.
    ends: Vec<u32>,
    /// Something happened to a line that is [watched](Lines::watch).
    watched_changed: bool,
    pub(super) border: Border,
}

/// What became of the lines that stood at the block's beginning, and what stands at its end.
#[derive(Debug, Default)]
pub(super) struct Border {
    /// Number of lines with text at the moment before the block.
    pub(super) incoming: u32,
    /// Number of lines with text at its last moment.
    pub(super) outgoing: u32,
    /// What those lines became, in the order in which each text ended.
    pub(super) chains: Vec<BorderChain>,
}

/// A text (or growing text) of a line that stood at the moment before the block, in the same episode.
#[derive(Clone, Copy, Debug)]
pub(super) struct BorderChain {
    /// Which line, in screen order at the border.
    pub(super) line: u32,
    pub(super) end: u32,
    /// Nothing if it ended with the moment before the block.
    pub(super) text: Option<TextId>,
    /// Length of the text that it grew from.
    pub(super) initial_len: u32,
    /// The first character by which it grew.
    pub(super) next: Option<char>,
    /// Which line it is at the block's end, if it stands there.
    pub(super) outgoing: u32,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    id: u64,
    fingerprint: u64,
    line: u32,
    wraps: bool,
    concealed: bool,
}

#[derive(Debug, Default)]
struct Line {
    /// Id of its first row.
    head: u64,
    first_row: i32,
    rows: u32,
    /// Hash of the ids of all its rows.
    shape: u64,
    /// What it says now; empty for a blank line.
    text: String,
    begin: u32,
    growth: Vec<Step>,
    above: Vec<Step>,
    concealed: bool,
    /// Which line it was at the border, as long as the episode lasts; or [`NONE`].
    border: u32,
    tick: u32,
    watched: bool,
    /// Counts the episodes that used this place.
    episode: u32,
}

/// Names a line as long as its episode lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LineRef {
    line: u32,
    episode: u32,
}

impl Lines {
    /// Follows lines through a block that begins with moment `first`.
    pub(super) fn new(first: u32) -> Lines {
        Lines {
            first,
            rows: Vec::new(),
            old_rows: Vec::new(),
            lines: Vec::new(),
            free: Vec::new(),
            order: Vec::new(),
            old_order: Vec::new(),
            touched: Vec::new(),
            wraps_in: false,
            tick: 0,
            damage: Damage::new(),
            text: String::new(),
            ends: Vec::new(),
            watched_changed: false,
            border: Border::default(),
        }
    }

    /// Takes the screen of the moment before the block.
    pub(super) fn begin(&mut self, terminal: &mut Terminal, draft: &mut Draft) {
        terminal.take_damage(&mut self.damage);
        self.match_lines(terminal, self.first - 1, draft);
        for &index in &self.order {
            let line = &mut self.lines[index as usize];
            if !line.text.is_empty() {
                line.border = self.border.incoming;
                self.border.incoming += 1;
            }
        }
    }

    /// Takes the screen of moment `at`. Returns whether it shows something else than at the moment before.
    pub(super) fn update(&mut self, terminal: &mut Terminal, at: u32, draft: &mut Draft) -> bool {
        terminal.take_damage(&mut self.damage);
        if self.damage.is_empty() {
            return false;
        }
        let wraps_in = terminal.row_at(-1).is_some_and(|row| row.wraps());
        let moved = self.damage.moved || self.damage.switched || self.damage.resized || wraps_in != self.wraps_in;
        let rewrapped = |row: &u16| terminal.row(usize::from(*row)).wraps() != self.rows[usize::from(*row)].wraps;
        if moved || self.damage.rows.iter().any(rewrapped) {
            match self.scrolled_by(terminal, wraps_in) {
                Some(count) => {
                    self.wraps_in = wraps_in;
                    self.scroll(terminal, count, at, draft)
                }
                None if wraps_in || self.wraps_in || self.has_wraps(terminal) => self.match_lines(terminal, at, draft),
                None => self.match_rows(terminal, at, draft),
            }
        } else {
            self.read_rows(terminal, at, draft)
        }
    }

    /// Tells whether the title may have changed in the last update.
    pub(super) fn title_touched(&self) -> bool {
        self.damage.title
    }

    /// The short way: every line is where it was.
    fn read_rows(&mut self, terminal: &Terminal, at: u32, draft: &mut Draft) -> bool {
        self.tick += 1;
        self.touched.clear();
        let mut changed = false;
        for &row in &self.damage.rows {
            let known = &mut self.rows[usize::from(row)];
            let digest = terminal.row(usize::from(row)).digest();
            let line = &mut self.lines[known.line as usize];
            if digest.fingerprint == known.fingerprint && line.first_row >= 0 {
                continue;
            }
            changed |= digest.fingerprint != known.fingerprint;
            known.fingerprint = digest.fingerprint;
            known.concealed = digest.concealed;
            if line.tick != self.tick {
                line.tick = self.tick;
                self.touched.push(known.line);
            }
        }
        for i in 0..self.touched.len() {
            self.read_line(terminal, self.touched[i], at, draft);
        }
        changed
    }

    /// By how many rows the whole screen moved up, if that is all that happened to rows beside new text in them: what came
    /// in below begins lines of its own, rows wrap as they did, and a line that reaches over the top has kept its head.
    fn scrolled_by(&self, terminal: &Terminal, wraps_in: bool) -> Option<usize> {
        let rows = self.rows.len();
        if self.damage.switched || self.damage.resized || rows == 0 {
            return None;
        }
        let first = terminal.row(0).id().0;
        let count = self.rows.iter().position(|row| row.id == first).filter(|&count| count > 0)?;
        let stays = |(row, known): (usize, &Row)| terminal.row(row).id().0 == known.id;
        let wraps_alike = |row: usize| match self.rows.get(row + count) {
            Some(known) => terminal.row(row).wraps() == known.wraps,
            None => true,
        };
        let top = &self.lines[self.rows[count].line as usize];
        let keeps_head = || {
            let view = terminal.logical_line(0);
            view.id().0 == top.head && view.rows() == top.rows as usize
        };
        let new_ones = self.damage.rows.iter().rev().take_while(|row| usize::from(**row) >= rows - count).count();
        let is_scroll = self.rows[count - 1].wraps == wraps_in
            && !self.rows[rows - 1].wraps
            && new_ones == count
            && self.rows[count..].iter().enumerate().all(stays)
            && self.damage.rows.iter().all(|&row| wraps_alike(usize::from(row)))
            && (!wraps_in || keeps_head());
        is_scroll.then_some(count)
    }

    /// The middle way: every line is `count` rows higher, those at the top have gone, others came in below.
    fn scroll(&mut self, terminal: &Terminal, count: usize, at: u32, draft: &mut Draft) -> bool {
        self.tick += 1;
        let leaves = |line: &Line| line.first_row + line.rows as i32 <= count as i32;
        let gone = self.order.iter().take_while(|&&line| leaves(&self.lines[line as usize])).count();
        for i in 0..gone {
            self.end_line(self.order[i], at, draft);
        }
        self.order.drain(..gone);
        for &line in &self.order {
            self.lines[line as usize].first_row -= count as i32;
        }
        let rows = self.rows.len();
        self.old_rows.clear();
        self.old_rows.extend_from_slice(&self.rows);
        self.rows.drain(..count);
        while self.rows.len() < rows {
            self.add_line_below(terminal);
        }
        self.touched.clear();
        if let Some(&top) = self.order.first().filter(|&&line| self.lines[line as usize].first_row < 0) {
            // More of it stands above the screen.
            self.lines[top as usize].tick = self.tick;
            self.touched.push(top);
        }
        for &row in &self.damage.rows {
            let place = usize::from(row);
            let digest = terminal.row(place).digest();
            let known = &mut self.rows[place];
            known.fingerprint = digest.fingerprint;
            known.concealed = digest.concealed;
            let line = &mut self.lines[known.line as usize];
            if line.tick != self.tick {
                line.tick = self.tick;
                self.touched.push(known.line);
            }
        }
        for i in 0..self.touched.len() {
            self.read_line(terminal, self.touched[i], at, draft);
        }
        self.rows.iter().zip(&self.old_rows).any(|(new, old)| new.fingerprint != old.fingerprint)
    }

    /// Begins the line that stands below all those known.
    fn add_line_below(&mut self, terminal: &Terminal) {
        let view = terminal.logical_line(self.rows.len());
        let index = new_line(&mut self.lines, &mut self.free, view.id().0);
        let line = &mut self.lines[index as usize];
        (line.first_row, line.rows, line.shape) = (view.first_row(), view.rows() as u32, shape(&view));
        self.order.push(index);
        self.rows.extend(view.row_views().map(|row| Row {
            id: row.id().0,
            fingerprint: 0,
            line: index,
            wraps: row.wraps(),
            concealed: false,
        }));
    }

    /// Tells whether some line takes more than one row, before or now.
    fn has_wraps(&self, terminal: &Terminal) -> bool {
        self.rows.iter().any(|row| row.wraps)
            || (0..usize::from(terminal.size().rows)).any(|row| terminal.row(row).wraps())
    }

    /// The way for rows that are lines by themselves, before as now: each is found by its identity.
    fn match_rows(&mut self, terminal: &Terminal, at: u32, draft: &mut Draft) -> bool {
        self.tick += 1;
        std::mem::swap(&mut self.rows, &mut self.old_rows);
        std::mem::swap(&mut self.order, &mut self.old_order);
        self.rows.clear();
        self.order.clear();
        self.touched.clear();
        let max_id = self.old_rows.iter().map(|row| row.id).max().unwrap_or(0);
        let mut finder = Finder { rows: &self.old_rows, expected: 0, max_id };
        let mut damaged = self.damage.rows.iter().map(|&row| usize::from(row)).peekable();
        for place in 0..usize::from(terminal.size().rows) {
            let view = terminal.row(place);
            let id = view.id().0;
            let known = finder.find(id);
            let mut row = known.copied().unwrap_or_else(|| {
                let line = new_line(&mut self.lines, &mut self.free, id);
                Row { id, fingerprint: 0, line, wraps: false, concealed: false }
            });
            let is_damaged = damaged.next_if_eq(&place).is_some();
            if is_damaged || known.is_none() {
                let digest = view.digest();
                if known.is_none_or(|known| known.fingerprint != digest.fingerprint) {
                    self.touched.push(row.line);
                }
                (row.fingerprint, row.concealed) = (digest.fingerprint, digest.concealed);
            }
            let line = &mut self.lines[row.line as usize];
            (line.tick, line.first_row, line.rows, line.shape) = (self.tick, place as i32, 1, id);
            self.rows.push(row);
            self.order.push(row.line);
        }
        self.read_touched(terminal, at, draft)
    }

    /// The long way: finds every line anew by the identity of its head.
    fn match_lines(&mut self, terminal: &Terminal, at: u32, draft: &mut Draft) -> bool {
        self.tick += 1;
        self.wraps_in = terminal.row_at(-1).is_some_and(|row| row.wraps());
        std::mem::swap(&mut self.rows, &mut self.old_rows);
        std::mem::swap(&mut self.order, &mut self.old_order);
        self.rows.clear();
        self.order.clear();
        let max_id = self.old_rows.iter().map(|row| row.id).max().unwrap_or(0);
        let mut finder = Finder { rows: &self.old_rows, expected: 0, max_id };
        let old_lines = std::mem::take(&mut self.old_order);
        let mut damaged = self.damage.rows.iter().map(|&row| usize::from(row)).peekable();
        self.touched.clear();
        terminal.logical_lines(|view| {
            let head = view.id().0;
            let is_head = |line: &u32| self.lines[*line as usize].head == head;
            // Only the first line can have its head above the screen, before as now.
            let found = match usize::try_from(view.first_row()) {
                Ok(_) => finder.find(head).map(|row| row.line).filter(is_head),
                Err(_) => old_lines.iter().copied().find(is_head),
            };
            let found = found.or_else(|| old_lines.first().copied().filter(is_head));
            let index = match found {
                Some(line) => line,
                None => new_line(&mut self.lines, &mut self.free, head),
            };
            let line = &mut self.lines[index as usize];
            line.tick = self.tick;
            let mut dirty = false;
            for row in view.first_row().max(0)..view.first_row() + view.rows() as i32 {
                let row = row as usize;
                let view = terminal.row(row);
                while damaged.next_if(|&damaged| damaged < row).is_some() {}
                let is_damaged = damaged.peek() == Some(&row);
                let known = if is_damaged { None } else { finder.find(view.id().0) };
                dirty |= known.is_none();
                let (fingerprint, concealed) = match known {
                    Some(known) => (known.fingerprint, known.concealed),
                    None => {
                        let digest = view.digest();
                        (digest.fingerprint, digest.concealed)
                    }
                };
                self.rows.push(Row { id: view.id().0, fingerprint, line: index, wraps: view.wraps(), concealed });
            }
            let shape = shape(&view);
            let reread = dirty || shape != line.shape || view.rows() as u32 != line.rows;
            let moved_above = view.first_row() < 0 || line.first_row < 0;
            line.first_row = view.first_row();
            line.rows = view.rows() as u32;
            line.shape = shape;
            self.order.push(index);
            if reread || moved_above {
                self.touched.push(index);
            }
        });
        self.old_order = old_lines;
        self.read_touched(terminal, at, draft)
    }

    /// Reads the lines that are to be read and ends those that were not found; tells whether the screen shows something else.
    fn read_touched(&mut self, terminal: &Terminal, at: u32, draft: &mut Draft) -> bool {
        for i in 0..self.touched.len() {
            self.read_line(terminal, self.touched[i], at, draft);
        }
        for i in 0..self.old_order.len() {
            let index = self.old_order[i];
            if self.lines[index as usize].tick != self.tick {
                self.end_line(index, at, draft);
            }
        }
        let same = |(old, new): (&Row, &Row)| old.fingerprint == new.fingerprint;
        self.rows.len() != self.old_rows.len() || self.damage.resized || !self.old_rows.iter().zip(&self.rows).all(same)
    }

    /// Reads what a line says and writes down what changed.
    fn read_line(&mut self, terminal: &Terminal, index: u32, at: u32, draft: &mut Draft) {
        let line = &mut self.lines[index as usize];
        self.text.clear();
        self.ends.clear();
        let mut concealed = false;
        for row in line.first_row..line.first_row + line.rows as i32 {
            let Some(view) = terminal.row_at(row) else { continue };
            view.append_text(&mut self.text);
            self.ends.push(self.text.len() as u32);
            concealed |= usize::try_from(row).is_ok_and(|row| self.rows[row].concealed);
        }
        let text_len = self.text.trim_end_matches(' ').len();
        self.text.truncate(text_len);
        if self.text != line.text {
            self.watched_changed |= line.watched;
            let grows = !line.text.is_empty() && self.text.starts_with(line.text.as_str());
            if grows {
                if line.growth.is_empty() {
                    line.growth.push(Step { at: line.begin, len: line.text.len() as u32 });
                }
                line.growth.push(Step { at, len: text_len as u32 });
                line.text.push_str(&self.text[line.text.len()..]);
            } else {
                close(self.first, line, at.wrapping_sub(1), NONE, draft, &mut self.border.chains);
                line.text.clear();
                line.text.push_str(&self.text);
                line.begin = at;
                line.growth.clear();
                line.above.clear();
                line.concealed = false;
                if line.text.is_empty() {
                    // What comes next in this row is another episode.
                    line.border = NONE;
                    line.watched = false;
                    line.episode += 1;
                }
            }
        }
        // The moment before the block is not part of the span.
        line.concealed = concealed || line.concealed && at > self.first;
        let rows_above = usize::try_from(-line.first_row).unwrap_or(0);
        let above = rows_above.checked_sub(1).and_then(|row| self.ends.get(row)).copied().unwrap_or(0);
        let above = above.min(text_len as u32);
        let before = line.above.last().map_or(0, |step| step.len);
        if above != before {
            match line.above.last_mut() {
                Some(step) if step.at == at => step.len = above,
                _ => line.above.push(Step { at, len: above }),
            }
        }
    }

    /// Ends the episode of a line that is no longer on the screen.
    fn end_line(&mut self, index: u32, at: u32, draft: &mut Draft) {
        let line = &mut self.lines[index as usize];
        self.watched_changed |= line.watched;
        close(self.first, line, at.wrapping_sub(1), NONE, draft, &mut self.border.chains);
        line.text.clear();
        line.head = 0;
        line.episode += 1;
        self.free.push(index);
    }

    /// Ends every line with the block's last moment. Returns how many stand there.
    pub(super) fn finish(&mut self, last: u32, draft: &mut Draft) {
        for &index in &self.order {
            let line = &mut self.lines[index as usize];
            if !line.text.is_empty() {
                close(self.first, line, last, self.border.outgoing, draft, &mut self.border.chains);
                self.border.outgoing += 1;
            }
        }
    }

    /// The line that a row of the screen belongs to.
    pub(super) fn line_at(&self, row: usize) -> Option<LineRef> {
        let line = self.rows.get(row)?.line;
        Some(LineRef { line, episode: self.lines[line as usize].episode })
    }

    /// The line that holds a row, if that is on the screen.
    pub(super) fn line_of(&self, row: RowId) -> Option<LineRef> {
        let row = self.rows.iter().position(|known| known.id == row.0)?;
        self.line_at(row)
    }

    /// What a line says; nothing once its episode has ended.
    pub(super) fn line_text(&self, line: LineRef) -> Option<&str> {
        let known = &self.lines[line.line as usize];
        (known.episode == line.episode && !known.text.is_empty()).then_some(known.text.as_str())
    }

    /// Which of the lines at the block's end it is, if it stands there; to be asked after [`Lines::finish`].
    pub(super) fn outgoing(&self, line: LineRef) -> Option<u32> {
        self.line_text(line)?;
        let with_text = |&&index: &&u32| !self.lines[index as usize].text.is_empty();
        self.order.iter().filter(with_text).position(|&index| index == line.line).map(|place| place as u32)
    }

    /// Has [`Lines::take_watched_changed`] report when this line changes.
    pub(super) fn watch(&mut self, line: LineRef) {
        self.lines[line.line as usize].watched = true;
    }

    /// Tells whether the text of a watched line changed, or such a line ended, since this was last asked.
    pub(super) fn take_watched_changed(&mut self) -> bool {
        std::mem::take(&mut self.watched_changed)
    }
}

/// Finds the row with an id among the rows of the moment before. After a scroll each row is the next one after the
/// last that was found, and rows that are new mostly have higher ids than all of them.
struct Finder<'a> {
    rows: &'a [Row],
    expected: usize,
    max_id: u64,
}

impl<'a> Finder<'a> {
    fn find(&mut self, id: u64) -> Option<&'a Row> {
        // A line's head is asked for twice: as the head and as a row.
        for guess in [self.expected, self.expected.wrapping_sub(1)] {
            if let Some(row) = self.rows.get(guess).filter(|row| row.id == id) {
                self.expected = guess + 1;
                return Some(row);
            }
        }
        if id > self.max_id {
            return None;
        }
        let place = self.rows.iter().position(|row| row.id == id)?;
        self.expected = place + 1;
        self.rows.get(place)
    }
}

fn new_line(lines: &mut Vec<Line>, free: &mut Vec<u32>, head: u64) -> u32 {
    let index = free.pop().unwrap_or_else(|| {
        lines.push(Line::default());
        (lines.len() - 1) as u32
    });
    let line = &mut lines[index as usize];
    line.head = head;
    line.first_row = 0;
    line.rows = 0;
    line.shape = 0;
    line.text.clear();
    line.growth.clear();
    line.above.clear();
    line.concealed = false;
    line.border = NONE;
    line.watched = false;
    index
}

/// The identity of all rows of a line in one number.
fn shape(line: &LogicalLine<'_>) -> u64 {
    if line.rows() == 1 {
        return line.id().0;
    }
    let mut hasher = FxHasher::default();
    line.row_views().for_each(|row| hasher.write_u64(row.id().0));
    hasher.finish()
}

/// Writes down the text that a line had from its begin to `end`.
fn close(first: u32, line: &mut Line, end: u32, outgoing: u32, draft: &mut Draft, chains: &mut Vec<BorderChain>) {
    if line.text.is_empty() {
        return;
    }
    let stood_at_border = line.border != NONE && line.begin < first;
    let initial_len = line.growth.first().map_or(line.text.len() as u32, |step| step.len);
    let begin = line.begin.max(first);
    let grows_in = (stood_at_border && !line.growth.is_empty()).then_some(initial_len);
    let mut text = None;
    let next = line.text[initial_len as usize..].chars().next();
    // A text that stood at the border only is the block's before.
    if end != first.wrapping_sub(1) {
        clip(&mut line.growth, begin);
        if line.growth.len() == 1 {
            line.growth.clear();
        }
        clip(&mut line.above, begin);
        if line.above.first().is_some_and(|step| step.len == 0) {
            line.above.remove(0);
        }
        let span = Span {
            begin,
            end,
            growth: &line.growth,
            above: &line.above,
            grows_in,
            grows_out: None,
            concealed: line.concealed,
            confidence: 100,
            place: None,
        };
        text = Some(draft.add(Kind::Line, &line.text, span, outgoing));
    }
    if line.border != NONE {
        chains.push(BorderChain { line: line.border, end, text, initial_len, next, outgoing });
    }
}

/// Drops the steps before the last one at or before `begin`, and lets that one begin there.
fn clip(steps: &mut Vec<Step>, begin: u32) {
    let before = steps.partition_point(|step| step.at <= begin);
    if before > 0 {
        steps.drain(..before - 1);
        steps[0].at = begin;
    }
}
