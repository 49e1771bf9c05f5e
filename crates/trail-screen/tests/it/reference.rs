//! alacritty's terminal beside ours, and the comparison of the two.

use std::cell::RefCell;
use std::fmt::Write;
use std::rc::Rc;
use std::time::Duration;

use alacritty_terminal::event::{Event, EventListener};
use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::index::{Column, Line};
use alacritty_terminal::term::cell::{Cell, Flags};
use alacritty_terminal::term::test::TermSize;
use alacritty_terminal::term::{Config, Term};
use alacritty_terminal::vte::ansi::{Color as AnsiColor, NamedColor, Processor, Timeout};
use trail_model::Size;
use trail_screen::{CellView, Color, HISTORY_ROWS, MAX_MARKS, Terminal, Underline};

/// Synchronized output that never holds anything back, as ours.
#[derive(Default)]
pub(crate) struct NoSync;

impl Timeout for NoSync {
    fn set_timeout(&mut self, _: Duration) {}
    fn clear_timeout(&mut self) {}
    fn pending_timeout(&self) -> bool {
        false
    }
}

/// Remembers the title.
#[derive(Clone, Default)]
pub(crate) struct Titles(Rc<RefCell<String>>);

impl EventListener for Titles {
    fn send_event(&self, event: Event) {
        match event {
            Event::Title(title) => *self.0.borrow_mut() = title,
            Event::ResetTitle => self.0.borrow_mut().clear(),
            _ => {}
        }
    }
}

pub(crate) struct Reference {
    pub(crate) term: Term<Titles>,
    /// The bytes end with an escape.
    escaped: bool,
    parser: Processor<NoSync>,
    titles: Titles,
}

impl Reference {
    pub(crate) fn new(size: Size) -> Reference {
        let config = Config { scrolling_history: HISTORY_ROWS, ..Config::default() };
        let titles = Titles::default();
        let dimensions = TermSize::new(size.cols.into(), size.rows.into());
        Reference {
            term: Term::new(config, &dimensions, titles.clone()),
            parser: Processor::new(),
            escaped: false,
            titles,
        }
    }

    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        // A reset clears the title without an event.
        let mut from = 0;
        for (at, byte) in bytes.iter().enumerate() {
            if self.escaped && *byte == b'c' {
                self.parser.advance(&mut self.term, &bytes[from..=at]);
                from = at + 1;
                self.titles.0.borrow_mut().clear();
            }
            self.escaped = *byte == 0x1b;
        }
        self.parser.advance(&mut self.term, &bytes[from..]);
    }

    pub(crate) fn resize(&mut self, size: Size) {
        self.term.resize(TermSize::new(size.cols.into(), size.rows.into()));
    }

    pub(crate) fn title(&self) -> String {
        self.titles.0.borrow().clone()
    }

    pub(crate) fn row_text(&self, row: i32) -> String {
        let cols = self.term.columns();
        let mut text = String::new();
        for col in 0..cols {
            let cell = &self.term.grid()[Line(row)][Column(col)];
            if !cell.flags.intersects(Flags::WIDE_CHAR_SPACER | Flags::LEADING_WIDE_CHAR_SPACER) {
                text.push(untabbed(cell.c));
                text.extend(cell.zerowidth().unwrap_or_default());
            }
        }
        text
    }
}

/// alacritty keeps tabs in the cells that they began in.
fn untabbed(c: char) -> char {
    if c == '\t' { ' ' } else { c }
}

fn color(color: AnsiColor) -> Color {
    match color {
        AnsiColor::Named(NamedColor::Foreground | NamedColor::Background) => Color::Default,
        AnsiColor::Named(name) => Color::Indexed(name as u8),
        AnsiColor::Spec(rgb) => Color::Rgb(rgb.r, rgb.g, rgb.b),
        AnsiColor::Indexed(index) => Color::Indexed(index),
    }
}

fn underline(flags: Flags) -> Underline {
    if flags.contains(Flags::UNDERLINE) {
        Underline::Single
    } else if flags.contains(Flags::DOUBLE_UNDERLINE) {
        Underline::Double
    } else if flags.contains(Flags::UNDERCURL) {
        Underline::Curly
    } else if flags.contains(Flags::DOTTED_UNDERLINE) {
        Underline::Dotted
    } else if flags.contains(Flags::DASHED_UNDERLINE) {
        Underline::Dashed
    } else {
        Underline::None
    }
}

/// How a cell of ours differs from theirs, if it does.
fn cell_difference(ours: &CellView<'_>, theirs: &Cell) -> Option<&'static str> {
    if ours.character != untabbed(theirs.c) {
        return Some("character");
    }
    // A cell here keeps so many marks, there all of them.
    let marks = theirs.zerowidth().unwrap_or_default();
    if ours.combining != &marks[..marks.len().min(MAX_MARKS)] {
        return Some("marks");
    }
    let width = if theirs.flags.contains(Flags::WIDE_CHAR) {
        2
    } else if theirs.flags.intersects(Flags::WIDE_CHAR_SPACER | Flags::LEADING_WIDE_CHAR_SPACER) {
        0
    } else {
        1
    };
    // A cell can be both halves after odd overwriting; the text skips it then, here and there.
    let both = theirs.flags.contains(Flags::WIDE_CHAR)
        && theirs.flags.intersects(Flags::WIDE_CHAR_SPACER | Flags::LEADING_WIDE_CHAR_SPACER);
    if ours.width != width && !both {
        return Some("width");
    }
    attributes_difference(&ours.attributes, theirs)
}

fn attributes_difference(ours: &trail_screen::Attributes, theirs: &Cell) -> Option<&'static str> {
    let flags = theirs.flags;
    let equal = ours.fg == color(theirs.fg)
        && ours.bg == color(theirs.bg)
        && ours.underline_color == theirs.underline_color().map(color)
        && ours.underline == underline(flags)
        && ours.bold == flags.contains(Flags::BOLD)
        && ours.dim == flags.contains(Flags::DIM)
        && ours.italic == flags.contains(Flags::ITALIC)
        && ours.inverse == flags.contains(Flags::INVERSE)
        && ours.conceal == flags.contains(Flags::HIDDEN)
        && ours.strike == flags.contains(Flags::STRIKEOUT);
    (!equal).then_some("attributes")
}

/// Everything that differs, cell by cell; empty if nothing does. `history` compares the rows above the screen too.
pub(crate) fn differences(ours: &Terminal, theirs: &Reference, history: bool) -> String {
    let mut found = String::new();
    let term = &theirs.term;
    let grid = term.grid();
    let cursor = ours.cursor();
    let point = grid.cursor.point;
    let their_cursor = (point.line.0, point.column.0, grid.cursor.input_needs_wrap);
    let our_cursor = (i32::from(cursor.row), usize::from(cursor.column), cursor.pending_wrap);
    if our_cursor != their_cursor {
        let _ = writeln!(found, "cursor (row, column, pending wrap): ours {our_cursor:?}, theirs {their_cursor:?}");
    }
    if let Some(what) = attributes_difference(&ours.pen(), &grid.cursor.template) {
        let _ = writeln!(found, "pen: {what}: ours {:?}, theirs {:?}", ours.pen(), grid.cursor.template);
    }
    if ours.title() != *theirs.titles.0.borrow() {
        let _ = writeln!(found, "title: ours {:?}, theirs {:?}", ours.title(), theirs.titles.0.borrow());
    }
    let above = term.history_size();
    if ours.history_len() != above {
        let _ = writeln!(found, "rows of history: ours {}, theirs {above}", ours.history_len());
        return found;
    }
    let first = if history { -(above as i32) } else { 0 };
    for row in first..term.screen_lines() as i32 {
        let view = ours.row_at(row).expect("row");
        let their_row = &grid[Line(row)];
        let cols = term.columns();
        let mut row_found = String::new();
        for col in 0..cols {
            let theirs = &their_row[Column(col)];
            let ours = view.cell(col);
            if let Some(what) = cell_difference(&ours, theirs) {
                let _ = writeln!(row_found, "row {row}, column {col}: {what}: ours {ours:?}, theirs {theirs:?}");
            }
        }
        let wraps = their_row[Column(cols - 1)].flags.contains(Flags::WRAPLINE);
        if view.wraps() != wraps {
            let _ = writeln!(row_found, "row {row}: wraps: ours {}, theirs {wraps}", view.wraps());
        }
        if !row_found.is_empty() {
            let mut text = String::new();
            view.append_text(&mut text);
            let _ = writeln!(row_found, "  ours   |{text}|\n  theirs |{}|", theirs.row_text(row));
            found += &row_found;
        }
    }
    found
}

/// What differs to the eye: characters, marks, attributes, cursor and title. Halves of wide characters that lost the
/// other half look different on different emulators and count as spaces.
pub(crate) fn visible_differences(ours: &Terminal, theirs: &Reference) -> String {
    let mut found = String::new();
    let grid = theirs.term.grid();
    let cursor = ours.cursor();
    let point = grid.cursor.point;
    if (i32::from(cursor.row), usize::from(cursor.column)) != (point.line.0, point.column.0) {
        let _ = writeln!(found, "cursor: ours {cursor:?}, theirs {point:?}");
    }
    if ours.title() != theirs.title() {
        let _ = writeln!(found, "title: ours {:?}, theirs {:?}", ours.title(), theirs.title());
    }
    for row in 0..theirs.term.screen_lines() {
        let cells: Vec<_> = ours.row(row).cells().collect();
        for (col, ours) in cells.iter().enumerate() {
            let theirs = &grid[Line(row as i32)][Column(col)];
            let whole = |col: usize| cells[col].width == 2 && cells.get(col + 1).is_some_and(|next| next.width == 0);
            let character = if ours.width == 2 && !whole(col) { ' ' } else { ours.character };
            let second = ours.width == 0 && col > 0 && whole(col - 1);
            if character != theirs.c || ours.combining != theirs.zerowidth().unwrap_or_default() {
                let _ = writeln!(found, "row {row}, column {col}: ours {ours:?}, theirs {theirs:?}");
            } else if !second && attributes_difference(&ours.attributes, theirs).is_some() {
                let _ = writeln!(found, "row {row}, column {col}: attributes: ours {ours:?}, theirs {theirs:?}");
            }
        }
    }
    found
}
