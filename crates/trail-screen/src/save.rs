//! The whole state as bytes: what a keyframe holds.
//!
//! Equal states have equal bytes: nothing depends on how a state came about, on row ids, on what is fresh or dirty, or
//! on the numbering of tables. Numbers are LEB128 unless said otherwise; the order is that of [`Terminal::save`].

use crate::attributes::{Attributes, Color, Style};
use crate::cell::Cell;
use crate::cursor::CursorState;
use crate::grid::Grid;
use crate::marks::MarkPlace;
use crate::parser::State;
use crate::terminal::Terminal;

/// Version of the layout; the first byte of a saved terminal. It also stands for what the bytes mean: the rows of
/// history kept, the widths of characters, the limits.
pub const STATE_VERSION: u8 = 1;

/// Kinds of row in a saved grid.
pub(crate) mod row_kind {
    /// A number of rows blank in the default style follow.
    pub(crate) const BLANK: u8 = 0;
    /// Length, fill, characters (one byte each), styles.
    pub(crate) const ASCII: u8 = 1;
    /// The same, the last character wraps.
    pub(crate) const ASCII_WRAPPED: u8 = 2;
    /// Length, fill, characters with flags (and marks), styles.
    pub(crate) const ANY: u8 = 3;
}

/// Flags of a character in a row of kind `ANY`, below the character's bits.
pub(crate) const SAVED_FLAGS: [u64; 5] = [Cell::WRAP, Cell::WIDE, Cell::SPACER, Cell::LEADING, Cell::CLUSTER];

/// Collects bytes.
pub(crate) struct Writer<'a> {
    out: &'a mut Vec<u8>,
}

impl Writer<'_> {
    pub(crate) fn byte(&mut self, value: u8) {
        self.out.push(value);
    }

    pub(crate) fn number(&mut self, value: impl TryInto<u64>) {
        let mut value = value.try_into().unwrap_or(u64::MAX);
        while value >= 0x80 {
            self.out.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.out.push(value as u8);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len());
        self.out.extend_from_slice(bytes);
    }

    fn text(&mut self, text: Option<&str>) {
        match text {
            Some(text) => {
                self.number(text.len() + 1);
                self.out.extend_from_slice(text.as_bytes());
            }
            None => self.number(0u64),
        }
    }

    fn rgb(&mut self, color: Option<[u8; 3]>) {
        self.byte(u8::from(color.is_some()));
        self.out.extend_from_slice(color.as_ref().map_or(&[], |color| &color[..]));
    }

    fn color(&mut self, color: Color) {
        match color {
            Color::Default => self.byte(0),
            Color::Indexed(index) => self.out.extend([1, index]),
            Color::Rgb(r, g, b) => self.out.extend([2, r, g, b]),
        }
    }

    fn attributes(&mut self, attributes: &Attributes) {
        let flags = [
            attributes.bold,
            attributes.dim,
            attributes.italic,
            attributes.blink,
            attributes.inverse,
            attributes.conceal,
            attributes.strike,
            attributes.underline_color.is_some(),
        ];
        self.byte(flags.iter().enumerate().fold(0, |bits, (bit, set)| bits | u8::from(*set) << bit));
        self.byte(attributes.underline as u8);
        self.color(attributes.fg);
        self.color(attributes.bg);
        if let Some(color) = attributes.underline_color {
            self.color(color);
        }
    }

    fn cursor(&mut self, cursor: &CursorState) {
        self.number(cursor.row);
        self.number(cursor.col);
        self.byte(u8::from(cursor.pending_wrap));
        self.byte(cursor.graphics);
        self.attributes(&cursor.pen);
    }
}

/// Numbers the table styles in the order in which the grids use them.
struct StyleNumbers<'a> {
    terminal: &'a Terminal,
    numbers: Vec<Option<u64>>,
    used: Vec<Attributes>,
}

impl StyleNumbers<'_> {
    /// The style as saved: twice its bits, or twice its number plus 1.
    fn number(&mut self, style: Style) -> u64 {
        let Some(index) = style.index() else { return u64::from(style.0) << 1 };
        let number = *self.numbers[index].get_or_insert_with(|| {
            self.used.push(self.terminal.styles.attributes(style));
            self.used.len() as u64 - 1
        });
        number << 1 | 1
    }
}

impl Terminal {
    /// Appends the whole state to `out`: a keyframe that [`Terminal::load`] continues from.
    ///
    /// What is fresh is not part of it: a keyframe stands at a record's border.
    pub fn save(&self, out: &mut Vec<u8>) {
        let mut w = Writer { out };
        w.byte(STATE_VERSION);
        w.number(self.grid.cols);
        w.number(self.grid.rows);
        w.number(self.modes.bits());
        w.byte(self.cursor_shape as u8);
        w.byte(u8::from(self.cursor_blinks));
        w.byte(self.charset);
        w.number(self.top);
        w.number(self.bottom);
        for stops in self.tabs.chunks(8) {
            w.byte(stops.iter().enumerate().fold(0, |bits, (bit, stop)| bits | u8::from(*stop) << bit));
        }
        w.number(self.last_char.map_or(0, |c| u64::from(u32::from(c)) + 1));
        w.text(self.title.as_deref());
        w.number(self.title_stack.len());
        for title in &self.title_stack {
            w.text(title.as_deref());
        }
        w.number(self.palette.entries.len());
        for (index, color) in &self.palette.entries {
            w.byte(*index);
            w.out.extend_from_slice(color);
        }
        w.rgb(self.palette.foreground);
        w.rgb(self.palette.background);
        w.rgb(self.palette.cursor);
        self.save_marks(&mut w);
        self.save_parser(&mut w);

        let mut numbers = StyleNumbers { terminal: self, numbers: vec![None; self.styles.len()], used: Vec::new() };
        let mut grids = Vec::new();
        let mut grid_writer = Writer { out: &mut grids };
        self.save_grid(&self.grid, &mut numbers, &mut grid_writer);
        self.save_grid(&self.inactive, &mut numbers, &mut grid_writer);
        w.number(numbers.used.len());
        for attributes in &numbers.used {
            w.attributes(attributes);
        }
        w.out.append(&mut grids);
    }

    fn save_marks(&self, w: &mut Writer<'_>) {
        let marks = &self.marks;
        for count in [marks.prompt_starts, marks.prompt_ends, marks.output_starts, marks.command_ends] {
            w.number(count);
        }
        for place in [marks.prompt_start, marks.prompt_end, marks.output_start] {
            self.save_place(place, w);
        }
        w.byte(u8::from(marks.exit_status.is_some()));
        w.out.extend_from_slice(&marks.exit_status.unwrap_or_default().to_le_bytes());
    }

    /// A place as the number of its row from the oldest on: twice, plus 1 on the screen not shown, plus 1 so that 0 can
    /// say that there is none (any more).
    fn save_place(&self, place: Option<MarkPlace>, w: &mut Writer<'_>) {
        let found = place.and_then(|place| {
            let index = |grid: &Grid| grid.slots().position(|slot| grid.meta[slot].id == place.row.0);
            let number = match index(&self.grid) {
                Some(index) => 2 * index,
                None => 2 * index(&self.inactive)? + 1,
            };
            Some((number, place.column))
        });
        match found {
            Some((number, column)) => {
                w.number(number + 1);
                w.number(column);
            }
            None => w.number(0u64),
        }
    }

    fn save_parser(&self, w: &mut Writer<'_>) {
        let parser = &self.parser;
        w.byte(parser.state as u8);
        w.bytes(&parser.utf8[..usize::from(parser.utf8_len)]);
        // What an earlier sequence left behind is not part of the state.
        match parser.state {
            State::Ground | State::CsiIgnore | State::OscIgnore | State::String => {}
            State::OscString => w.bytes(&parser.osc),
            State::Escape | State::EscapeIntermediate => {
                w.number(parser.intermediates);
                w.byte(u8::from(parser.overflow));
            }
            State::CsiEntry | State::CsiParam | State::CsiIntermediate => {
                w.number(parser.intermediates);
                w.byte(u8::from(parser.overflow));
                w.number(parser.len);
                w.number(parser.param);
                w.byte(u8::from(parser.param_is_sub));
                w.byte(parser.params.len);
                for value in &parser.params.values[..usize::from(parser.params.len)] {
                    w.number(*value);
                }
                w.number(parser.params.sub);
            }
        }
    }

    fn save_grid(&self, grid: &Grid, numbers: &mut StyleNumbers<'_>, w: &mut Writer<'_>) {
        w.cursor(&grid.cursor);
        w.cursor(&grid.saved);
        w.number(grid.history_len());
        let mut blank = 0u64;
        for slot in grid.slots() {
            let (cells, fill) = visible_cells(grid, slot);
            if cells.is_empty() && fill == Style::DEFAULT {
                blank += 1;
                continue;
            }
            save_blank_rows(&mut blank, w);
            self.save_row(cells, fill, grid.cols, numbers, w);
        }
        save_blank_rows(&mut blank, w);
    }

    fn save_row(&self, cells: &[Cell], fill: Style, cols: usize, numbers: &mut StyleNumbers<'_>, w: &mut Writer<'_>) {
        let wraps = cells.len() == cols && cells[cols - 1].has(Cell::WRAP);
        let plain = |cell: &Cell| cell.content() < 0x80 && !cell.has(Cell::KEPT_FLAGS);
        let inner = if wraps { &cells[..cols - 1] } else { cells };
        let ascii = inner.iter().all(plain) && cells.last().is_none_or(|cell| plain(&cell.without(Cell::WRAP)));
        w.byte(match (ascii, wraps) {
            (false, _) => row_kind::ANY,
            (true, true) => row_kind::ASCII_WRAPPED,
            (true, false) => row_kind::ASCII,
        });
        w.number(cells.len());
        w.number(numbers.number(fill));
        if ascii {
            w.out.extend(cells.iter().map(|cell| cell.0 as u8));
        } else {
            for cell in cells {
                self.save_character(*cell, w);
            }
        }
        for run in cells.chunk_by(|a, b| a.style() == b.style()) {
            w.number(numbers.number(run[0].style()));
            w.number(run.len());
        }
    }

    fn save_character(&self, cell: Cell, w: &mut Writer<'_>) {
        let (character, marks) = self.character(cell);
        let flags = SAVED_FLAGS.iter().enumerate();
        let flags = flags.fold(0, |bits, (bit, flag)| bits | u64::from(cell.has(*flag)) << bit);
        w.number(u64::from(u32::from(character)) << SAVED_FLAGS.len() | flags);
        if cell.has(Cell::CLUSTER) {
            w.number(marks.len());
            for mark in marks {
                w.number(u32::from(*mark));
            }
        }
    }
}

fn save_blank_rows(count: &mut u64, w: &mut Writer<'_>) {
    if *count > 0 {
        w.byte(row_kind::BLANK);
        w.number(*count);
        *count = 0;
    }
}

/// A row by what it shows: its cells up to the last one that differs from the one in the last column, and the style of
/// the blank cells after them. The same for all ways in which a grid can store the same row.
fn visible_cells(grid: &Grid, slot: usize) -> (&[Cell], Style) {
    let cells = grid.stored(slot);
    let last = grid.cell(slot, grid.cols - 1).settled();
    if last != Cell::blank(last.style()) {
        return (cells, Style::DEFAULT);
    }
    let end = cells.iter().rposition(|cell| cell.settled() != last);
    (&cells[..end.map_or(0, |end| end + 1)], last.style())
}
