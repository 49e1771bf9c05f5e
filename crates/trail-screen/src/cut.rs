//! Would this step hide something that nobody can have seen yet?

use crate::cell::Cell;
use crate::feed::sequence_len;
use crate::function::{Erase, Function};
use crate::parser::State;
use crate::print::{dec_graphics, width};
use crate::terminal::{Modes, Terminal};

impl Terminal {
    /// Tells whether anything was printed since the last cut.
    #[inline]
    pub(crate) fn any_fresh(&self) -> bool {
        self.printed_epoch == self.epoch
    }

    /// The fresh ones among the stored cells of a slot in `from..to`.
    #[inline]
    fn fresh(&self, slot: usize, from: usize, to: usize) -> impl Iterator<Item = Cell> + '_ {
        let stored = if self.grid.meta[slot].epoch == self.epoch { self.grid.stored(slot) } else { &[] };
        let to = to.min(stored.len());
        stored[from.min(to)..to].iter().copied().filter(|cell| cell.has(Cell::FRESH))
    }

    /// Tells whether cells `from..to` of a row hold something fresh: they are about to leave the screen.
    fn cells_leave(&self, row: usize, from: usize, to: usize) -> bool {
        self.fresh(self.grid.slot(row), from, to).next().is_some()
    }

    /// The same for whole rows.
    fn rows_leave(&self, from: usize, to: usize) -> bool {
        (from..to).any(|row| self.cells_leave(row, 0, self.grid.cols))
    }

    /// Tells whether cells `from..to` of a row hold a fresh character other than a space: they are to be erased.
    fn cells_erased(&self, row: usize, from: usize, to: usize) -> bool {
        self.fresh(self.grid.slot(row), from, to).any(|cell| !cell.shows_blank())
    }

    /// The same for whole rows.
    fn rows_erased(&self, from: usize, to: usize) -> bool {
        (from..to).any(|row| self.cells_erased(row, 0, self.grid.cols))
    }

    /// The first of these characters that would replace a fresh one by another, in a row without wide characters.
    #[inline]
    pub(crate) fn first_hidden(&self, slot: usize, col: usize, bytes: &[u8]) -> Option<usize> {
        if self.grid.meta[slot].epoch != self.epoch {
            return None;
        }
        let stored = self.grid.stored(slot);
        let under = stored.get(col..).unwrap_or_default();
        under.iter().zip(bytes).position(|(cell, &byte)| cell.has(Cell::FRESH) && cell.shown() != u64::from(byte))
    }

    /// Tells whether printing this character now would hide something fresh.
    pub(crate) fn print_hides(&self, c: char) -> bool {
        if !self.any_fresh() {
            return false;
        }
        let cols = self.grid.cols;
        let width = match width(c).map(|width| width.min(cols)) {
            None | Some(0) => return false,
            Some(width) => width,
        };
        let auto_wrap = self.modes.contains(Modes::AUTO_WRAP);
        let cursor = &self.grid.cursor;
        let (mut row, mut col) = (cursor.row, cursor.col);
        let mut wraps = cursor.pending_wrap && auto_wrap;
        let mut inserts = self.modes.contains(Modes::INSERT);
        if !wraps && width == 2 && col + 1 >= cols {
            if !auto_wrap {
                return false;
            }
            // A leading spacer goes into the last column.
            if self.put_hides(row, col, u64::from(b' ')) {
                return true;
            }
            wraps = true;
            // It then overwrites what stands at the start of the next row, even in insert mode.
            inserts = false;
        }
        if wraps {
            if self.line_feed_hides() {
                return true;
            }
            if row + 1 == self.bottom {
                // The row to be printed into is a new one.
                return false;
            }
            row = (row + 1).min(self.grid.rows - 1);
            col = 0;
        }
        if inserts && col + width < cols {
            let wide = self.grid.meta[self.grid.slot(row)].wide;
            // Halves of wide characters that fall out take neighbours along; which ones is not worth following.
            return self.cells_leave(row, if wide { 0 } else { cols - width }, cols);
        }
        let shown = if width == 1 && self.prints_graphics() { dec_graphics(c) } else { c };
        self.put_hides(row, col, u64::from(u32::from(shown))) || width == 2 && self.right_half_hides(row, col + 1)
    }

    /// Tells whether writing a character into a cell would hide it, or the other half of what it is half of.
    fn put_hides(&self, row: usize, col: usize, shown: u64) -> bool {
        let slot = self.grid.slot(row);
        if self.grid.meta[slot].epoch != self.epoch {
            return false;
        }
        let cell = self.grid.cell(slot, col);
        if cell.has(Cell::FRESH) && cell.shown() != shown {
            return true;
        }
        // Overwriting a right half takes the left one along.
        let takes_left = cell.has(Cell::SPACER) || cell.has(Cell::WIDE) && col + 1 == self.grid.cols;
        takes_left && col > 0 && self.cells_erased(row, col - 1, col)
    }

    /// The same for the right half of a wide character whose left half was looked at before.
    fn right_half_hides(&self, row: usize, col: usize) -> bool {
        self.cells_erased(row, col, col + 1)
    }

    /// Tells whether printing a replacement character, and then doing what `byte` asks for, would hide something fresh.
    /// Where that would take a closer look, the answer is yes.
    pub(crate) fn broken_hides(&self, byte: u8) -> bool {
        if !self.any_fresh() {
            return false;
        }
        if self.print_hides(char::REPLACEMENT_CHARACTER) {
            return true;
        }
        let next = match byte {
            0x20..=0x7e => char::from(byte),
            0xa0.. if sequence_len(byte).is_none() => char::REPLACEMENT_CHARACTER,
            // Begins something, or does nothing.
            0x1b | 0x7f.. => return false,
            ..0x20 => return true,
        };
        let cursor = &self.grid.cursor;
        if cursor.pending_wrap
            || cursor.col + 1 >= self.grid.cols
            || self.modes.contains(Modes::INSERT)
            || self.grid.meta[self.grid.slot(cursor.row)].wide
        {
            return true;
        }
        let next = if self.prints_graphics() { dec_graphics(next) } else { next };
        self.put_hides(cursor.row, cursor.col + 1, u64::from(u32::from(next)))
    }

    /// Tells whether the byte of a line feed, coming next, would hide something fresh.
    pub(crate) fn line_feed_cuts(&self) -> bool {
        match self.parser.state {
            State::OscString | State::OscIgnore | State::String => false,
            State::Ground if self.parser.utf8_len != 0 => self.broken_hides(b'\n'),
            _ => self.hides(Function::LineFeed),
        }
    }

    /// Tells whether a line feed would scroll something fresh off.
    fn line_feed_hides(&self) -> bool {
        self.grid.cursor.row + 1 == self.bottom && self.rows_leave(self.top, self.top + 1)
    }

    /// Tells whether this function would hide something fresh.
    #[inline]
    pub(crate) fn hides(&self, function: Function) -> bool {
        if !self.any_fresh() && self.title_epoch != self.epoch {
            return false;
        }
        self.hides_fresh(function)
    }

    fn hides_fresh(&self, function: Function) -> bool {
        let cursor = &self.grid.cursor;
        let (row, col) = (cursor.row, cursor.col);
        let (cols, rows) = (self.grid.cols, self.grid.rows);
        let in_region = (self.top..self.bottom).contains(&row);
        match function {
            Function::LineFeed | Function::Index | Function::NextLine => self.line_feed_hides(),
            Function::Tab => cursor.pending_wrap && self.modes.contains(Modes::AUTO_WRAP) && self.line_feed_hides(),
            Function::ReverseIndex => row == self.top && self.rows_leave(self.bottom - 1, self.bottom),
            Function::FullReset => self.rows_erased(0, rows) || self.title_hides(None),
            Function::ScreenAlignment => (0..rows)
                .any(|row| self.fresh(self.grid.slot(row), 0, cols).any(|cell| cell.shown() != u64::from(b'E'))),
            Function::InsertBlank(count) => self.cells_leave(row, cols.saturating_sub(count).max(col), cols),
            Function::DeleteChars(count) => self.cells_leave(row, col, col.saturating_add(count)),
            Function::EraseChars(count) => self.cells_erased(row, col, col.saturating_add(count)),
            Function::EraseLine(part) => match part {
                Erase::After if cursor.pending_wrap => false,
                Erase::After => self.cells_erased(row, col, cols),
                Erase::Before => self.cells_erased(row, 0, col + 1),
                Erase::All => self.cells_erased(row, 0, cols),
            },
            Function::EraseDisplay(part) => match part {
                Erase::After => self.cells_erased(row, col, cols) || self.rows_erased(row + 1, rows),
                Erase::Before => self.cells_erased(row, 0, col + 1) || self.rows_erased(0, row),
                Erase::All => self.rows_erased(0, rows),
            },
            Function::InsertLines(count) => {
                in_region && self.rows_leave(self.bottom.saturating_sub(count).max(row), self.bottom)
            }
            Function::DeleteLines(count) => in_region && self.rows_leave(row, (row + count).min(self.bottom)),
            Function::ScrollUp(count) => self.rows_leave(self.top, (self.top + count).min(self.bottom)),
            Function::ScrollDown(count) => {
                self.rows_leave(self.bottom.saturating_sub(count).max(self.top), self.bottom)
            }
            Function::Repeat(count) => self.repeat_hides(count),
            Function::PrivateModes(on) => self.parser.params.groups().any(|group| match group[0] {
                47 | 1047 | 1049 => on != self.is_alternate() && self.rows_leave(0, rows),
                3 => self.rows_erased(0, rows),
                _ => false,
            }),
            Function::PopTitle => self.title_stack.last().is_some_and(|title| self.title_hides(title.as_deref())),
            _ => false,
        }
    }

    /// Tells whether a title set since the last cut would be replaced by another one.
    pub(crate) fn title_hides(&self, new: Option<&str>) -> bool {
        self.title_epoch == self.epoch && !self.title().is_empty() && self.title() != new.unwrap_or_default()
    }

    /// Tells whether the OSC that was read would replace such a title.
    pub(crate) fn osc_hides(&self) -> bool {
        self.title_epoch == self.epoch && self.osc_title().is_some_and(|title| self.title_hides(Some(&title)))
    }

    /// REP inside a row overwrites known cells; one that wraps may do anything.
    fn repeat_hides(&self, count: usize) -> bool {
        let Some(c) = self.last_char else { return false };
        let cursor = &self.grid.cursor;
        match width(c) {
            None | Some(0) => false,
            Some(1)
                if cursor.col + count <= self.grid.cols
                    && !cursor.pending_wrap
                    && !self.modes.contains(Modes::INSERT) =>
            {
                let shown = if self.prints_graphics() { dec_graphics(c) } else { c };
                (cursor.col..cursor.col + count).any(|col| self.put_hides(cursor.row, col, u64::from(u32::from(shown))))
            }
            Some(_) => self.any_fresh(),
        }
    }
}
