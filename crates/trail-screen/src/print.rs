//! Printing characters.

use unicode_width::UnicodeWidthChar;

use crate::cell::{Cell, Cluster, MAX_MARKS};
use crate::grid::DIRTY;
use crate::terminal::{Modes, Terminal};

/// Cells that a character takes: 1 or 2, 0 for one that joins the cell before, nothing for controls.
#[inline]
pub(crate) fn width(c: char) -> Option<usize> {
    match c {
        // Short cuts for what makes up most text; the rest is looked up in Unicode's tables.
        ' '..='~' | '\u{2500}'..='\u{259f}' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' => Some(1),
        '\u{3041}'..='\u{3096}' | '\u{30a0}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' => {
            Some(2)
        }
        // The one character of three columns, U+17D8, is squeezed into two, as alacritty does.
        _ => c.width().map(|width| width.min(2)),
    }
}

impl Terminal {
    /// Prints printable ASCII; returns how many characters, fewer than all only if `CUT` and the next one would hide
    /// something fresh.
    pub(crate) fn print_ascii<const CUT: bool>(&mut self, bytes: &[u8]) -> usize {
        let mut done = 0;
        let plain = !self.prints_graphics() && !self.modes.contains(Modes::INSERT);
        while done < bytes.len() {
            if plain && self.grid.cursor.pending_wrap && self.modes.contains(Modes::AUTO_WRAP) {
                if CUT && self.print_hides(char::from(bytes[done])) {
                    break;
                }
                self.wrap_line();
            }
            let cursor = &self.grid.cursor;
            let (slot, col) = (self.grid.slot(cursor.row), cursor.col);
            // Wide characters matter where something stands already.
            let meta = &self.grid.meta[slot];
            if !plain || meta.wide && col < usize::from(meta.len) {
                if !self.print_char::<CUT>(char::from(bytes[done])) {
                    break;
                }
                done += 1;
                continue;
            }
            let mut len = (self.grid.cols - col).min(bytes.len() - done);
            if CUT {
                len = self.first_hidden(slot, col, &bytes[done..done + len]).unwrap_or(len);
                if len == 0 {
                    break;
                }
            }
            self.write_ascii(slot, col, &bytes[done..done + len]);
            done += len;
            let cursor = &mut self.grid.cursor;
            cursor.col += len;
            if cursor.col == self.grid.cols {
                cursor.col -= 1;
                cursor.pending_wrap = true;
            }
        }
        if done > 0 {
            self.last_char = Some(char::from(bytes[done - 1]));
        }
        done
    }

    /// Writes ASCII into a row without wide characters.
    #[inline]
    fn write_ascii(&mut self, slot: usize, col: usize, bytes: &[u8]) {
        self.touch(slot);
        let end = col + bytes.len();
        let meta = &mut self.grid.meta[slot];
        let at = slot * self.grid.cols;
        let stored = usize::from(meta.len);
        if stored < col {
            self.grid.cells[at + stored..at + col].fill(Cell::blank(meta.fill));
        }
        meta.len = meta.len.max(end as u16);
        meta.dirty = DIRTY;
        let template = Cell::template(self.grid.cursor.style, Cell::FRESH);
        for (cell, &byte) in self.grid.cells[at + col..at + end].iter_mut().zip(bytes) {
            *cell = Cell(template | u64::from(byte));
        }
    }

    /// Prepares a row for fresh cells: flags left from an earlier epoch are taken off.
    #[inline]
    pub(crate) fn touch(&mut self, slot: usize) {
        self.printed_epoch = self.epoch;
        let meta = &mut self.grid.meta[slot];
        if meta.epoch != self.epoch {
            meta.epoch = self.epoch;
            let at = slot * self.grid.cols;
            for cell in &mut self.grid.cells[at..at + usize::from(meta.len)] {
                *cell = cell.without(Cell::FRESH);
            }
        }
    }

    /// Prints one character, unless `CUT` and it would hide something fresh; returns whether it did.
    #[inline]
    pub(crate) fn print_char<const CUT: bool>(&mut self, c: char) -> bool {
        if CUT && self.print_hides(c) {
            return false;
        }
        self.print(c);
        self.last_char = Some(c);
        true
    }

    /// Prints a character up to `count` times, at most to the end of the row; returns how many times, at least once.
    pub(crate) fn print_repeated(&mut self, c: char, count: usize) -> usize {
        self.print(c);
        let cursor = &self.grid.cursor;
        let (slot, col) = (self.grid.slot(cursor.row), cursor.col);
        if width(c) != Some(1) || cursor.pending_wrap || self.grid.meta[slot].wide || self.modes.contains(Modes::INSERT)
        {
            return 1;
        }
        // The cell just written, again, in all but the last column.
        let len = (count - 1).min(self.grid.cols - 1 - col);
        self.grid.store(slot, col + len);
        let at = slot * self.grid.cols + col;
        let cell = self.grid.cells[at - 1];
        self.grid.cells[at..at + len].fill(cell);
        self.grid.cursor.col += len;
        1 + len
    }

    /// Tells whether the set in use is DEC special graphics.
    #[inline]
    pub(crate) fn prints_graphics(&self) -> bool {
        self.grid.cursor.graphics >> self.charset & 1 != 0
    }

    #[inline]
    pub(crate) fn print(&mut self, c: char) {
        let cols = self.grid.cols;
        let Some(width) = width(c).map(|width| width.min(cols)) else { return };
        if width == 0 {
            self.add_mark(c);
            return;
        }
        let auto_wrap = self.modes.contains(Modes::AUTO_WRAP);
        if self.grid.cursor.pending_wrap && auto_wrap {
            self.wrap_line();
        }
        if self.print_fast(c, width) {
            return;
        }
        if self.modes.contains(Modes::INSERT) && self.grid.cursor.col + width < cols {
            self.shift_for_insert(width);
        }
        if width == 1 {
            let c = if self.prints_graphics() { dec_graphics(c) } else { c };
            self.put(c, 0);
        } else {
            if self.grid.cursor.col + 1 >= cols {
                if !auto_wrap {
                    self.grid.cursor.pending_wrap = true;
                    return;
                }
                self.put(' ', Cell::LEADING);
                self.wrap_line();
            }
            self.put(c, Cell::WIDE);
            self.grid.cursor.col += 1;
            self.put(' ', Cell::SPACER);
        }
        let cursor = &mut self.grid.cursor;
        if cursor.col + 1 < cols {
            cursor.col += 1;
        } else {
            cursor.pending_wrap = true;
        }
    }

    /// Prints a character of one or two cells that fits, where no wide character stands in the way; tells whether it
    /// did. Everything else is for the slow path of `print`.
    #[inline]
    fn print_fast(&mut self, c: char, width: usize) -> bool {
        let cols = self.grid.cols;
        let (row, col) = (self.grid.cursor.row, self.grid.cursor.col);
        let slot = self.grid.slot(row);
        let end = col + width;
        let meta = &self.grid.meta[slot];
        if end > cols || self.modes.contains(Modes::INSERT) || meta.wide && col < usize::from(meta.len) {
            return false;
        }
        let c = if width == 1 && self.prints_graphics() { dec_graphics(c) } else { c };
        self.touch(slot);
        self.grid.store(slot, col);
        let meta = &mut self.grid.meta[slot];
        meta.len = meta.len.max(end as u16);
        meta.dirty = DIRTY;
        meta.ascii &= width == 1 && c.is_ascii();
        meta.wide |= width == 2;
        let template = Cell::template(self.grid.cursor.style, Cell::FRESH);
        let cells = &mut self.grid.cells[slot * cols + col..slot * cols + end];
        cells[0] = Cell(template | u64::from(u32::from(c)));
        if let [head, spacer] = cells {
            *head = head.with(Cell::WIDE);
            *spacer = Cell(template | Cell::SPACER | u64::from(b' '));
        }
        let cursor = &mut self.grid.cursor;
        cursor.pending_wrap |= end == cols;
        cursor.col = end.min(cols - 1);
        true
    }

    /// Writes a character into the cell at the cursor.
    fn put(&mut self, c: char, flags: u64) {
        let (row, col) = (self.grid.cursor.row, self.grid.cursor.col);
        let slot = self.grid.slot(row);
        self.touch(slot);
        self.grid.store(slot, col + 1);
        if self.grid.meta[slot].wide {
            self.break_wide(row, col);
        }
        let meta = &mut self.grid.meta[slot];
        meta.dirty = DIRTY;
        meta.ascii &= c.is_ascii() && flags == 0;
        meta.wide |= flags != 0;
        self.grid.cells[slot * self.grid.cols + col] =
            Cell(Cell::template(self.grid.cursor.style, flags | Cell::FRESH) | u64::from(u32::from(c)));
    }

    /// Takes the other half of a wide character away before one half is overwritten.
    fn break_wide(&mut self, row: usize, col: usize) {
        let slot = self.grid.slot(row);
        let at = slot * self.grid.cols;
        let cell = self.grid.cells[at + col];
        if !cell.has(Cell::WIDE | Cell::SPACER) {
            return;
        }
        if cell.has(Cell::WIDE) && col + 1 < self.grid.cols {
            self.grid.store(slot, col + 2);
            let spacer = &mut self.grid.cells[at + col + 1];
            *spacer = spacer.without(Cell::SPACER);
        } else if col > 0 {
            let head = &mut self.grid.cells[at + col - 1];
            *head = head.cleared_wide();
        }
        // The row above may have made room for this character.
        if col <= 1
            && let Some(above) = self.grid.slot_at(row as i32 - 1)
            && usize::from(self.grid.meta[above].len) == self.grid.cols
        {
            let last = &mut self.grid.cells[above * self.grid.cols + self.grid.cols - 1];
            if last.has(Cell::LEADING) {
                *last = last.without(Cell::LEADING);
                self.grid.meta[above].dirty = DIRTY;
            }
        }
    }

    /// Insert mode: moves the rest of the row right to make room for `width` cells.
    fn shift_for_insert(&mut self, width: usize) {
        let (row, col) = (self.grid.cursor.row, self.grid.cursor.col);
        let slot = self.grid.slot(row);
        self.touch(slot);
        self.grid.meta[slot].dirty = DIRTY;
        let cells = self.grid.row_mut(slot);
        // What falls out at the right lands in the room, to be overwritten; a wide half among it takes its neighbour
        // along as any overwritten one does.
        for from in (col..cells.len() - width).rev() {
            cells.swap(from + width, from);
        }
    }

    /// Goes on in the next row, marking this one as continued.
    pub(crate) fn wrap_line(&mut self) {
        if !self.modes.contains(Modes::AUTO_WRAP) {
            return;
        }
        let (row, col) = (self.grid.cursor.row, self.grid.cursor.col);
        let slot = self.grid.slot(row);
        self.grid.store(slot, col + 1);
        let cell = &mut self.grid.cells[slot * self.grid.cols + col];
        if !cell.has(Cell::WRAP) {
            *cell = cell.with(Cell::WRAP);
            self.grid.meta[slot].dirty = DIRTY;
        }
        self.line_feed();
        self.grid.cursor.col = 0;
        self.grid.cursor.pending_wrap = false;
    }

    /// Joins a combining character to the one printed before.
    fn add_mark(&mut self, mark: char) {
        let cursor = &self.grid.cursor;
        let slot = self.grid.slot(cursor.row);
        let mut col = if cursor.pending_wrap { cursor.col } else { cursor.col.saturating_sub(1) };
        if self.grid.cell(slot, col).has(Cell::SPACER) {
            col = col.saturating_sub(1);
        }
        self.grid.store(slot, col + 1);
        let meta = &mut self.grid.meta[slot];
        meta.dirty = DIRTY;
        meta.ascii = false;
        let cell = &mut self.grid.cells[slot * self.grid.cols + col];
        if cell.has(Cell::CLUSTER) {
            // No two cells share a cluster, so it can grow in place.
            let marks = &mut self.clusters[cell.content() as usize].marks;
            if marks.len() < MAX_MARKS {
                marks.push(mark);
            }
            return;
        }
        let base = char::from_u32(cell.content()).unwrap_or(' ');
        *cell = cell.with(Cell::CLUSTER).with_content(self.clusters.len() as u32);
        self.clusters.push(Cluster { base, marks: vec![mark] });
        if self.clusters.len() > self.clusters_limit {
            self.collect_tables();
        }
    }
}

/// The DEC special graphics set (VT100 user guide, table 3-9).
pub(crate) fn dec_graphics(c: char) -> char {
    const GRAPHICS: [char; 32] = [
        ' ', '◆', '▒', '␉', '␌', '␍', '␊', '°', '±', '␤', '␋', '┘', '┐', '┌', '└', '┼', '⎺', '⎻', '─', '⎼', '⎽', '├',
        '┤', '┴', '┬', '│', '≤', '≥', 'π', '≠', '£', '·',
    ];
    match c {
        '_'..='~' => GRAPHICS[c as usize - '_' as usize],
        _ => c,
    }
}
