//! Commands: what stood behind the prompt when Enter took effect.

use trail_screen::{RowId, SemanticMarks, Terminal};

use super::draft::Draft;
use super::input::Inputs;
use super::lines::{LineRef, Lines};
use super::prompt::{Looks, asks_for_more, confidence, continuation_end, is_mask, looks, user_prompt_end};
use super::stitch::LiveCommand;
use crate::block::NONE;
use crate::{Kind, Span};

/// Finds commands in a block.
#[derive(Default)]
pub(super) struct Commands {
    marks: SemanticMarks,
    /// What stood left of the cursor when it waited for a command.
    prompt: Option<Prompt>,
    /// A prompt has been recognized in this block.
    has_prompts: bool,
    /// Commands of the record that is being read.
    found: Vec<Found>,
    /// Commands that can still be seen.
    live: Vec<Live>,
    /// The last command, if nobody knows yet whether it was only completed.
    last: Option<Last>,
    pub(super) in_doubt: u64,
}

struct Prompt {
    left: String,
    /// What stood right of the cursor: a prompt at the right margin.
    right: String,
    confidence: u8,
}

/// A command just entered.
struct Found {
    text: String,
    left: String,
    confidence: u8,
    /// The last row of its line.
    row: RowId,
    /// It goes on with the command before it.
    is_continued: bool,
}

struct Live {
    text: String,
    begin: u32,
    confidence: u8,
    /// Its last line as long as that stands.
    line: Option<LineRef>,
    last_row: RowId,
}

/// What a completion would show again.
struct Last {
    left: String,
    text: String,
    begin: u32,
}

impl Commands {
    /// Takes the screen at the border.
    pub(super) fn begin(&mut self, terminal: &Terminal) {
        self.marks = *terminal.marks();
        self.wait(terminal);
        if self.prompt.is_none() && !terminal.is_alternate() && !self.is_marked() {
            // In the middle of a command, perhaps.
            self.prompt = user_prompt(&left_of_cursor(terminal), confidence::USER_LINE);
        }
    }

    /// Feeds a record of output to the terminal, looking at the screen where a command may be entered; returns how many
    /// bytes. With `CUT` those of the next record, which ends at the first cut; without it all of them.
    pub(super) fn feed<const CUT: bool>(
        &mut self,
        terminal: &mut Terminal,
        inputs: &mut Inputs,
        bytes: &[u8],
    ) -> usize {
        if self.is_marked() {
            return run::<CUT>(terminal, bytes);
        }
        let mut done = 0;
        let mut watches = (self.prompt.is_some() || inputs.enter_pending) && !terminal.is_alternate();
        loop {
            let next = match watches {
                true => memchr::memchr(b'\n', &bytes[done..]),
                false if inputs.seen => None,
                false => next_user_line(&bytes[done..]),
            };
            let Some(len) = next else { break };
            let newline = done + len;
            done += run::<CUT>(terminal, &bytes[done..newline]);
            if CUT && (done < newline || terminal.needs_cut_before_line_feed()) {
                return done;
            }
            if !terminal.is_alternate() {
                self.entered(terminal, inputs, watches);
            }
            terminal.feed(&bytes[newline..=newline]);
            done = newline + 1;
            watches = false;
        }
        done + run::<CUT>(terminal, &bytes[done..])
    }

    /// The shell has marked where the command begins and will tell when it is entered. While a marked command runs, it
    /// may be a shell without marks.
    fn is_marked(&self) -> bool {
        self.marks.prompt_ends > self.marks.output_starts
    }

    /// The cursor is about to leave its line downwards.
    fn entered(&mut self, terminal: &Terminal, inputs: &mut Inputs, watches: bool) {
        if watches && inputs.seen && !inputs.enter_pending {
            // A list of completions, or output of a job: nobody pressed Enter.
            return;
        }
        inputs.enter_pending = false;
        let cursor_row = usize::from(terminal.cursor().row);
        let line = terminal.logical_line(cursor_row);
        let text = line.text();
        let row = terminal.row(cursor_row).id();
        let prompt = self.prompt.take();
        let (left, confidence, right) = match prompt.filter(|prompt| text.starts_with(&prompt.left)) {
            Some(prompt) => {
                let command =
                    text[prompt.left.len()..].strip_suffix(&prompt.right).unwrap_or(&text[prompt.left.len()..]);
                (prompt.left, prompt.confidence, command.trim_end().to_owned())
            }
            None => match user_prompt_end(&text) {
                Some(end) if end < text.len() => {
                    (text[..end].to_owned(), confidence::USER_LINE, text[end..].to_owned())
                }
                _ => match inputs.last_shown.take() {
                    Some(typed) if !self.has_prompts && watches && typed.trim() == text.trim() => {
                        (String::new(), confidence::TYPED, typed.trim().to_owned())
                    }
                    Some(_) => {
                        self.in_doubt += 1;
                        return;
                    }
                    None => return,
                },
            },
        };
        let is_interrupted = !inputs.seen && right.ends_with("^C");
        if right.trim().is_empty() || is_mask(&right) || is_interrupted {
            return;
        }
        let above = line.first_row().checked_sub(1).filter(|&row| row >= 0);
        let above = above.map(|row| terminal.logical_line(row as usize));
        let follows = |live: &Live| above.is_some_and(|above| above.row_views().any(|row| row.id() == live.last_row));
        let goes_on_found =
            |found: &Found| above.is_some_and(|above| above.row_views().any(|row| row.id() == found.row));
        let is_continued = asks_for_more(&left)
            && (self.found.last().is_some_and(goes_on_found)
                || self.found.is_empty() && self.live.last().is_some_and(follows));
        self.found.push(Found { text: right, left, confidence, row, is_continued });
    }

    /// Takes the screen after a record, once its lines are known.
    pub(super) fn update(
        &mut self,
        terminal: &Terminal,
        inputs: &mut Inputs,
        lines: &mut Lines,
        at: u32,
        draft: &mut Draft,
    ) {
        let marks = *terminal.marks();
        if marks != self.marks {
            self.read_marks(terminal, marks);
        }
        self.drop_completed(terminal, inputs);
        if lines.take_watched_changed() {
            self.check_live(lines, at, draft);
        }
        for found in std::mem::take(&mut self.found) {
            self.enter(found, lines, at, draft);
        }
        if !inputs.seen {
            self.wait(terminal);
        }
    }

    /// A first key was pressed: what stands left of the cursor is the prompt.
    pub(super) fn first_key(&mut self, terminal: &Terminal) {
        if terminal.is_alternate() {
            self.prompt = None;
            return;
        }
        let left = left_of_cursor(terminal);
        let confidence = match looks(&left) {
            Looks::UserPrompt | Looks::PlainPrompt => confidence::PROMPT_AND_ENTER,
            Looks::Symbol => confidence::SYMBOL_AND_ENTER,
            Looks::Other => {
                // The first keys may have been pressed before this block began.
                self.prompt = user_prompt(&left, confidence::USER_PROMPT);
                return;
            }
        };
        self.has_prompts = true;
        let right = right_of(terminal, &left);
        self.prompt = Some(Prompt { left, right, confidence });
    }

    /// Without input: the cursor stands behind what looks like a prompt, and waits.
    fn wait(&mut self, terminal: &Terminal) {
        if terminal.is_alternate() || self.is_marked() {
            return;
        }
        let cursor = terminal.cursor();
        let view = terminal.row(usize::from(cursor.row));
        let Some(column) = usize::from(cursor.column).checked_sub(1) else { return };
        let last = view.cell(column).character;
        if last != ' ' && last != '#' && last != '>' {
            return;
        }
        let left = left_of_cursor(terminal);
        if self.prompt.as_ref().is_some_and(|prompt| left.len() > prompt.left.len() && left.starts_with(&prompt.left)) {
            // A command is being typed: `$ cat > `.
            return;
        }
        let confidence = match looks(&left) {
            Looks::UserPrompt => confidence::USER_PROMPT,
            Looks::PlainPrompt => confidence::PLAIN_PROMPT,
            Looks::Symbol | Looks::Other => return,
        };
        self.has_prompts = true;
        // A fresh prompt: what was entered before was run.
        self.last = None;
        let right = right_of(terminal, &left);
        self.prompt = Some(Prompt { left, right, confidence });
    }

    /// Without input: a prompt that comes back with the same text behind it shows that the text was only completed.
    fn drop_completed(&mut self, terminal: &Terminal, inputs: &Inputs) {
        let Some(last) = self.last.as_ref().filter(|_| !inputs.seen) else { return };
        let line = terminal.logical_line(usize::from(terminal.cursor().row));
        let first = line.row_views().next().map(|row| row.cell(0)).filter(|cell| cell.width > 0);
        if first.zip(last.left.chars().next()).is_some_and(|(cell, left)| cell.character != left) {
            // Another line than a prompt, as nearly all are.
            return;
        }
        let Some(row) = line.row_views().last().map(|row| row.id()) else { return };
        let text = line.text();
        let again = text.strip_prefix(&last.left).is_some_and(|text| text.starts_with(&last.text));
        let is_other_line = self.live.last().is_none_or(|live| live.last_row != row);
        if !again || !is_other_line || !self.found.is_empty() {
            return;
        }
        if self.live.last().is_some_and(|live| live.begin == last.begin && live.text == last.text) {
            self.live.pop();
        }
        self.in_doubt += 1;
        let confidence = confidence::PLAIN_PROMPT;
        self.prompt = self.last.take().map(|last| Prompt { left: last.left, right: String::new(), confidence });
    }

    /// Reads commands off the marks.
    fn read_marks(&mut self, terminal: &Terminal, marks: SemanticMarks) {
        let before = std::mem::replace(&mut self.marks, marks);
        if marks.output_starts == before.output_starts {
            return;
        }
        // What the prompt's looks told is now told better.
        self.found.clear();
        self.prompt = None;
        // The B before this C: the one of earlier records, unless there was none pending.
        let was_pending = before.prompt_ends > before.output_starts || marks.prompt_ends == before.prompt_ends;
        let place = if was_pending { before.prompt_end } else { marks.prompt_end };
        let is_clear = marks.output_starts == before.output_starts + 1
            && (was_pending || marks.prompt_ends == before.prompt_ends + 1);
        let rows = place.zip(marks.output_start).filter(|_| is_clear).and_then(|(from, to)| {
            let (first, last) = (terminal.find_row(from.row)?, terminal.find_row(to.row)?);
            let last = if to.column == 0 { last - 1 } else { last };
            (first <= last).then_some((first, last, from.column))
        });
        let Some((first, last, column)) = rows else {
            self.in_doubt += 1;
            return;
        };
        let Some(found) = between(terminal, first, last, usize::from(column)) else { return };
        if !is_mask(&found.text) {
            self.found.push(found);
        }
    }

    /// Begins the life of a command. One that goes on with the command before takes its place: that one was not run.
    fn enter(&mut self, found: Found, lines: &mut Lines, at: u32, draft: &mut Draft) {
        let line = lines.line_of(found.row);
        let holds = |line: &LineRef| lines.line_text(*line).is_some_and(|text| text.contains(last_line(&found.text)));
        let line = line.filter(holds);
        if let Some(line) = line {
            lines.watch(line);
        }
        self.last = Some(Last { left: found.left, text: found.text.clone(), begin: at });
        let mut live = Live { text: found.text, begin: at, confidence: found.confidence, line, last_row: found.row };
        if found.is_continued
            && let Some(before) = self.live.pop()
        {
            live.text = before.text + "\n" + &live.text;
            live.confidence = before.confidence;
        }
        match live.line {
            // Its line has gone with the record in which it was entered.
            None => live.close(at, draft),
            Some(_) => self.live.push(live),
        }
    }

    /// Ends the commands whose lines have gone.
    fn check_live(&mut self, lines: &Lines, at: u32, draft: &mut Draft) {
        self.live.retain(|live| {
            let text = live.line.and_then(|line| lines.line_text(line));
            let stands = text.is_some_and(|text| text.contains(last_line(&live.text)));
            if !stands {
                live.close(at - 1, draft);
            }
            stands
        });
    }

    /// Ends all commands with the block; gives those that can still be seen.
    pub(super) fn finish(&mut self, lines: &Lines, last: u32, draft: &mut Draft) -> Vec<LiveCommand> {
        let mut carried = Vec::new();
        for live in self.live.drain(..) {
            live.close(last, draft);
            if let Some(line) = live.line.and_then(|line| lines.outgoing(line)) {
                let parts = vec![(line, last_line(&live.text).to_owned())];
                carried.push(LiveCommand { text: live.text, confidence: live.confidence, parts });
            }
        }
        carried
    }
}

/// Feeds bytes, with `CUT` up to the next cut; returns how many.
fn run<const CUT: bool>(terminal: &mut Terminal, bytes: &[u8]) -> usize {
    if CUT {
        return terminal.feed_until_cut(bytes);
    }
    terminal.feed(bytes);
    bytes.len()
}

/// The line in which Enter took effect.
fn last_line(text: &str) -> &str {
    text.rsplit('\n').next().unwrap_or(text)
}

impl Live {
    fn close(&self, end: u32, draft: &mut Draft) {
        let span = Span {
            begin: self.begin,
            end: end.max(self.begin),
            growth: &[],
            above: &[],
            grows_in: None,
            grows_out: None,
            concealed: false,
            confidence: self.confidence,
            place: None,
        };
        draft.add(Kind::Command, &self.text, span, NONE);
    }
}

/// The end of the next line that reads like `user@host …$ command`.
fn next_user_line(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + memchr::memchr(b'@', &bytes[from..])?;
        let newline = at + memchr::memchr(b'\n', &bytes[at..])?;
        let is_prompt = |pair: &[u8]| matches!(pair, [b'$' | b'#' | b'%' | b'>', b' ']);
        if bytes[at..newline].windows(2).any(is_prompt) {
            return Some(newline);
        }
        from = newline + 1;
    }
}

/// The text of the cursor's line up to the cursor, blanks included.
fn left_of_cursor(terminal: &Terminal) -> String {
    let cursor = terminal.cursor();
    let line = terminal.logical_line(usize::from(cursor.row));
    let mut text = String::new();
    for (row, view) in (line.first_row()..).zip(line.row_views()) {
        if row == i32::from(cursor.row) {
            view.append_columns(usize::from(cursor.column + u16::from(cursor.pending_wrap)), &mut text);
            break;
        }
        view.append_text(&mut text);
    }
    text
}

/// The prompt of a line that reads like `user@host …$ command`.
fn user_prompt(left: &str, confidence: u8) -> Option<Prompt> {
    let end = user_prompt_end(left)?;
    Some(Prompt { left: left[..end].to_owned(), right: String::new(), confidence })
}

/// What stands right of the cursor, blanks before it included.
fn right_of(terminal: &Terminal, left: &str) -> String {
    let text = terminal.logical_line(usize::from(terminal.cursor().row)).text();
    text.get(left.len()..).unwrap_or_default().trim_start().to_owned()
}

/// The command that stands in the rows `first` to `last`, from a column of the first one on: its lines, joined.
fn between(terminal: &Terminal, first: i32, last: i32, column: usize) -> Option<Found> {
    let mut parts: Vec<(RowId, String)> = Vec::new();
    let mut part = String::new();
    for row in first..=last {
        let view = terminal.row_at(row)?;
        let skipped = if row == first { column } else { 0 };
        for cell in view.cells().skip(skipped).filter(|cell| cell.width > 0) {
            part.push(cell.character);
            part.extend(cell.combining);
        }
        if !view.wraps() || row == last {
            let text = part.trim_end_matches(' ');
            let text = if parts.is_empty() { text } else { &text[continuation_end(text)..] };
            parts.push((view.id(), text.to_owned()));
            part.clear();
        }
    }
    let texts: Vec<&str> = parts.iter().map(|(_, text)| text.as_str()).collect();
    let text = texts.join("\n").trim_end().to_owned();
    if text.trim().is_empty() {
        return None;
    }
    let row = parts.iter().rev().find(|(_, text)| !text.is_empty())?.0;
    Some(Found { text, left: String::new(), confidence: confidence::MARKS, row, is_continued: false })
}
