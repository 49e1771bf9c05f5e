//! Doing what control functions ask for.

use crate::attributes::Style;
use crate::cell::Cell;
use crate::cursor::{CursorShape, CursorState};
use crate::function::{Erase, Function};
use crate::grid::DIRTY;
use crate::terminal::{Modes, TITLE_STACK_DEPTH, Terminal, initial_tabs};

impl Terminal {
    #[inline]
    pub(crate) fn execute(&mut self, function: Function) {
        match function {
            Function::LineFeed => {
                self.line_feed();
                if self.modes.contains(Modes::NEW_LINE) {
                    self.carriage_return();
                }
            }
            Function::CarriageReturn => self.carriage_return(),
            Function::Attributes => self.select_attributes(),
            Function::Position { row, col } => self.position(row, col),
            Function::EraseLine(part) => self.erase_line(part),
            _ => self.execute_rest(function),
        }
    }

    fn execute_rest(&mut self, function: Function) {
        let cursor = &mut self.grid.cursor;
        match function {
            Function::Backspace => {
                if cursor.col > 0 {
                    cursor.col -= 1;
                    cursor.pending_wrap = false;
                }
            }
            Function::Tab => self.tab(),
            Function::Invoke(set) => self.charset = set,
            Function::Index => self.line_feed(),
            Function::NextLine => {
                self.line_feed();
                self.carriage_return();
            }
            Function::ReverseIndex => self.reverse_index(),
            Function::SetTab => self.tabs[cursor.col] = true,
            Function::SaveCursor => self.grid.saved = self.grid.cursor,
            Function::RestoreCursor => self.grid.cursor = self.grid.saved,
            Function::FullReset => self.full_reset(),
            Function::SoftReset => self.soft_reset(),
            Function::ScreenAlignment => self.screen_alignment(),
            Function::Designate { set, graphics } => {
                cursor.graphics = cursor.graphics & !(1 << set) | u8::from(graphics) << set;
            }
            Function::ApplicationKeypad(on) => self.modes.set(Modes::APPLICATION_KEYPAD, on),
            Function::InsertBlank(count) => self.insert_blank(count),
            Function::Up(count) => self.up(count),
            Function::Down(count) => self.down(count),
            Function::Forward(count) => {
                cursor.col = cursor.col.saturating_add(count).min(self.grid.cols - 1);
                cursor.pending_wrap = false;
            }
            Function::Backward(count) => {
                cursor.col = cursor.col.saturating_sub(count);
                cursor.pending_wrap = false;
            }
            Function::DownToStart(count) => {
                self.down(count);
                self.grid.cursor.col = 0;
            }
            Function::UpToStart(count) => {
                self.up(count);
                self.grid.cursor.col = 0;
            }
            Function::Column(col) => {
                cursor.col = col.min(self.grid.cols - 1);
                cursor.pending_wrap = false;
            }
            Function::Row(row) => self.position(row, self.grid.cursor.col),
            Function::ForwardTabs(count) => {
                for _ in 0..count.min(self.grid.cols) {
                    self.forward_tab();
                }
            }
            Function::BackwardTabs(count) => self.backward_tabs(count),
            Function::ClearTab => self.tabs[cursor.col] = false,
            Function::ClearAllTabs => self.tabs.fill(false),
            Function::ResetTabs => self.tabs = initial_tabs(self.grid.cols),
            Function::EraseDisplay(part) => self.erase_display(part),
            Function::EraseHistory => {
                // The line on the first row may lose its head.
                let slot = self.grid.slot(0);
                if self.head_of(0) < 0 {
                    self.grid.meta[slot].dirty = DIRTY;
                }
                self.grid.clear_history();
            }
            Function::EraseChars(count) => {
                let end = cursor.col.saturating_add(count).min(self.grid.cols);
                self.erase_cells(self.grid.cursor.row, self.grid.cursor.col, end);
            }
            Function::InsertLines(count) => {
                let row = cursor.row;
                if (self.top..self.bottom).contains(&row) {
                    let fill = self.erased_style();
                    self.grid.scroll_down(row, self.bottom, count, fill);
                }
            }
            Function::DeleteLines(count) => {
                let row = cursor.row;
                if (self.top..self.bottom).contains(&row) {
                    let fill = self.erased_style();
                    self.grid.scroll_up(row, self.bottom, count, fill);
                }
            }
            Function::DeleteChars(count) => self.delete_chars(count),
            Function::ScrollUp(count) => self.scroll_up(count),
            Function::ScrollDown(count) => {
                let fill = self.erased_style();
                self.grid.scroll_down(self.top, self.bottom, count, fill);
            }
            Function::Repeat(count) => self.repeat(count),
            Function::Modes(on) => self.set_modes(on),
            Function::PrivateModes(on) => self.set_private_modes(on),
            Function::CursorStyle(style) => self.set_cursor_style(style),
            Function::Margins { top, bottom } => self.set_margins(top, bottom),
            Function::PushTitle => {
                if self.title_stack.len() >= TITLE_STACK_DEPTH {
                    self.title_stack.remove(0);
                }
                self.title_stack.push(self.title.clone());
            }
            Function::PopTitle => {
                if let Some(title) = self.title_stack.pop() {
                    self.set_title(title);
                }
            }
            // Done by `execute`.
            Function::LineFeed
            | Function::CarriageReturn
            | Function::Attributes
            | Function::Position { .. }
            | Function::EraseLine(_) => {}
        }
    }

    #[inline]
    pub(crate) fn carriage_return(&mut self) {
        self.grid.cursor.col = 0;
        self.grid.cursor.pending_wrap = false;
    }

    /// Moves the cursor down, scrolling at the end of the region. It does not touch a pending wrap.
    #[inline]
    pub(crate) fn line_feed(&mut self) {
        let next = self.grid.cursor.row + 1;
        if next == self.bottom {
            self.scroll_up(1);
        } else if next < self.grid.rows {
            self.grid.cursor.row = next;
        }
    }

    fn scroll_up(&mut self, count: usize) {
        let fill = self.erased_style();
        self.grid.scroll_up(self.top, self.bottom, count, fill);
    }

    fn reverse_index(&mut self) {
        if self.grid.cursor.row == self.top {
            let fill = self.erased_style();
            self.grid.scroll_down(self.top, self.bottom, 1, fill);
        } else {
            self.grid.cursor.row = self.grid.cursor.row.saturating_sub(1);
        }
    }

    #[inline]
    fn position(&mut self, row: usize, col: usize) {
        let row = if self.modes.contains(Modes::ORIGIN) {
            self.top.saturating_add(row).min(self.bottom - 1)
        } else {
            row.min(self.grid.rows - 1)
        };
        let cursor = &mut self.grid.cursor;
        cursor.row = row;
        cursor.col = col.min(self.grid.cols - 1);
        cursor.pending_wrap = false;
    }

    /// CUU stops at the top margin if it began below it.
    fn up(&mut self, count: usize) {
        let cursor = &mut self.grid.cursor;
        let stop = if cursor.row >= self.top { self.top } else { 0 };
        cursor.row = cursor.row.saturating_sub(count).max(stop);
        cursor.pending_wrap = false;
    }

    /// CUD stops at the bottom margin if it began above it.
    fn down(&mut self, count: usize) {
        let cursor = &mut self.grid.cursor;
        let stop = if cursor.row < self.bottom { self.bottom } else { self.grid.rows } - 1;
        cursor.row = cursor.row.saturating_add(count).min(stop);
        cursor.pending_wrap = false;
    }

    fn tab(&mut self) {
        // A tab after the last column was filled begins the next row.
        if self.grid.cursor.pending_wrap {
            self.wrap_line();
        } else {
            self.forward_tab();
        }
    }

    fn forward_tab(&mut self) {
        let last = self.grid.cols - 1;
        let cursor = &mut self.grid.cursor;
        if cursor.col < last {
            let next = self.tabs[cursor.col + 1..].iter().position(|stop| *stop);
            cursor.col = next.map_or(last, |offset| cursor.col + 1 + offset);
        }
    }

    fn backward_tabs(&mut self, count: usize) {
        let cursor = &mut self.grid.cursor;
        for _ in 0..count.min(self.grid.cols) {
            match self.tabs[..cursor.col].iter().rposition(|stop| *stop) {
                Some(col) => cursor.col = col,
                None => break,
            }
        }
    }

    /// Erases cells `from..to` of a row.
    pub(crate) fn erase_cells(&mut self, row: usize, from: usize, to: usize) {
        let fill = self.erased_style();
        let slot = self.grid.slot(row);
        if to == self.grid.cols {
            if from == 0 {
                self.grid.clear_slot(slot, fill);
                return;
            }
            let meta = self.grid.meta[slot];
            if usize::from(meta.len) <= from && meta.fill == fill {
                return;
            }
            // What is not stored is blank: shortening the row erases the rest of it.
            self.grid.store(slot, from);
            let meta = &mut self.grid.meta[slot];
            meta.len = from as u16;
            meta.fill = fill;
            meta.dirty = DIRTY;
            return;
        }
        self.grid.store(slot, to);
        let at = slot * self.grid.cols;
        self.grid.cells[at + from..at + to].fill(Cell::blank(fill));
        self.grid.meta[slot].dirty = DIRTY;
    }

    fn erase_line(&mut self, part: Erase) {
        let cursor = &self.grid.cursor;
        let (row, col) = (cursor.row, cursor.col);
        match part {
            // The cursor stands beyond the last column, where nothing is left to erase.
            Erase::After if cursor.pending_wrap => {}
            Erase::After => self.erase_cells(row, col, self.grid.cols),
            Erase::Before => self.erase_cells(row, 0, col + 1),
            Erase::All => self.erase_cells(row, 0, self.grid.cols),
        }
    }

    fn erase_display(&mut self, part: Erase) {
        let (row, col) = (self.grid.cursor.row, self.grid.cursor.col);
        let fill = self.erased_style();
        match part {
            Erase::After => {
                self.erase_cells(row, col, self.grid.cols);
                self.clear_rows(row + 1, self.grid.rows, fill);
            }
            Erase::Before => {
                self.clear_rows(0, row, fill);
                self.erase_cells(row, 0, col + 1);
            }
            Erase::All if self.is_alternate() => self.clear_rows(0, self.grid.rows, fill),
            Erase::All => {
                // What was on the primary screen moves into the history, so that a user can still scroll back to it.
                let rows = self.grid.rows;
                // alacritty moves one blank row where there is nothing at all, and so does this.
                let least = usize::from(self.grid.history_len() == 0);
                let used = (0..rows).rev().find(|row| !self.row_is_empty(*row)).map_or(least, |row| row + 1);
                self.grid.scroll_up(0, rows, used, fill);
                self.clear_rows(0, rows - used, fill);
            }
        }
    }

    pub(crate) fn clear_rows(&mut self, from: usize, to: usize, fill: Style) {
        for row in from..to {
            let slot = self.grid.slot(row);
            self.grid.clear_slot(slot, fill);
        }
    }

    /// Tells whether a row of the screen has neither characters nor colours nor lines.
    fn row_is_empty(&self, row: usize) -> bool {
        let slot = self.grid.slot(row);
        let len = usize::from(self.grid.meta[slot].len);
        self.grid.stored(slot).iter().all(|cell| self.is_empty_cell(*cell))
            && (len == self.grid.cols || self.is_empty_cell(Cell::blank(self.grid.meta[slot].fill)))
    }

    /// Tells whether a cell shows nothing at all.
    pub(crate) fn is_empty_cell(&self, cell: Cell) -> bool {
        use crate::attributes::{Color, Underline};

        if !cell.shows_blank() || cell.has(Cell::WRAP | Cell::SPACER | Cell::LEADING) {
            return false;
        }
        if cell.style() == Style::DEFAULT {
            return true;
        }
        let attributes = self.styles.attributes(cell.style());
        attributes.fg == Color::Default
            && attributes.bg == Color::Default
            && !attributes.inverse
            && !attributes.strike
            && attributes.underline == Underline::None
    }

    fn insert_blank(&mut self, count: usize) {
        let (row, col) = (self.grid.cursor.row, self.grid.cursor.col);
        let count = count.min(self.grid.cols - col);
        let fill = self.erased_style();
        let slot = self.grid.slot(row);
        self.grid.meta[slot].dirty = DIRTY;
        let cells = self.grid.row_mut(slot);
        let len = cells.len();
        cells.copy_within(col..len - count, col + count);
        cells[col..col + count].fill(Cell::blank(fill));
    }

    fn delete_chars(&mut self, count: usize) {
        let (row, col) = (self.grid.cursor.row, self.grid.cursor.col);
        let count = count.min(self.grid.cols - col);
        let fill = self.erased_style();
        let slot = self.grid.slot(row);
        self.grid.meta[slot].dirty = DIRTY;
        let cells = self.grid.row_mut(slot);
        let len = cells.len();
        cells.copy_within(col + count.., col);
        cells[len - count..].fill(Cell::blank(fill));
    }

    fn repeat(&mut self, count: usize) {
        let Some(c) = self.last_char else { return };
        // In runs, since one short sequence may ask for 65,535 of them.
        let run = [c as u8; 128];
        let mut left = count;
        while left > 0 {
            let done = match c {
                ' '..='~' => self.print_ascii::<false>(&run[..left.min(run.len())]),
                _ => self.print_repeated(c, left),
            };
            left -= done;
        }
    }

    fn screen_alignment(&mut self) {
        for row in 0..self.grid.rows {
            let slot = self.grid.slot(row);
            let meta = &mut self.grid.meta[slot];
            meta.fill = Style::DEFAULT;
            meta.epoch = 0;
            meta.dirty = DIRTY;
            meta.ascii = true;
            meta.wide = false;
            self.grid.row_mut(slot).fill(Cell::blank(Style::DEFAULT).with_content(u32::from('E')));
        }
    }

    fn set_modes(&mut self, on: bool) {
        for index in 0..usize::from(self.parser.params.len) {
            if self.parser.params.sub >> index & 1 != 0 {
                continue;
            }
            match self.parser.params.values[index] {
                4 => self.modes.set(Modes::INSERT, on),
                20 => self.modes.set(Modes::NEW_LINE, on),
                _ => {}
            }
        }
    }

    fn set_private_modes(&mut self, on: bool) {
        for index in 0..usize::from(self.parser.params.len) {
            if self.parser.params.sub >> index & 1 == 0 {
                self.set_private_mode(self.parser.params.values[index], on);
            }
        }
    }

    fn set_private_mode(&mut self, mode: u16, on: bool) {
        const MOUSE: [Modes; 3] = [Modes::MOUSE_CLICKS, Modes::MOUSE_DRAGS, Modes::MOUSE_MOVES];
        match mode {
            1 => self.modes.set(Modes::APPLICATION_CURSOR, on),
            3 => self.column_mode(),
            6 => {
                self.modes.set(Modes::ORIGIN, on);
                self.position(0, 0);
            }
            7 => self.modes.set(Modes::AUTO_WRAP, on),
            12 => self.cursor_blinks = on,
            25 => self.modes.set(Modes::SHOW_CURSOR, on),
            1000 | 1002 | 1003 => {
                let chosen = MOUSE[usize::from(mode.saturating_sub(1001))];
                if on {
                    MOUSE.iter().for_each(|mode| self.modes.set(*mode, false));
                }
                self.modes.set(chosen, on);
            }
            1004 => self.modes.set(Modes::FOCUS, on),
            1005 => {
                self.modes.set(Modes::MOUSE_UTF8, on);
                if on {
                    self.modes.set(Modes::MOUSE_SGR, false);
                }
            }
            1006 => {
                self.modes.set(Modes::MOUSE_SGR, on);
                if on {
                    self.modes.set(Modes::MOUSE_UTF8, false);
                }
            }
            1007 => self.modes.set(Modes::ALTERNATE_SCROLL, on),
            2004 => self.modes.set(Modes::BRACKETED_PASTE, on),
            47 | 1047 | 1049 => self.show_alternate(mode, on),
            1048 if on => self.grid.saved = self.grid.cursor,
            1048 => self.grid.cursor = self.grid.saved,
            // 2026, synchronized output, among others: what was written counts as seen at once.
            _ => {}
        }
    }

    /// Switches between the screens: 1049 with a cursor for each and a blank alternate screen, 47 and 1047 with one
    /// cursor for both.
    fn show_alternate(&mut self, mode: u16, on: bool) {
        if on == self.is_alternate() {
            return;
        }
        let fill = self.erased_style();
        if on {
            self.inactive.cursor = self.grid.cursor;
            if mode == 1049 {
                self.grid.saved = self.grid.cursor;
                self.inactive.reset_rows(fill);
            }
        } else {
            if mode != 1049 {
                self.inactive.cursor = self.grid.cursor;
            }
            if mode != 47 {
                self.grid.reset_rows(Style::DEFAULT);
            }
        }
        self.swap_grids();
    }

    fn swap_grids(&mut self) {
        std::mem::swap(&mut self.grid, &mut self.inactive);
        self.modes.set(Modes::ALTERNATE, !self.is_alternate());
        self.switched = true;
    }

    /// DECCOLM: the side effects of choosing 80 or 132 columns, without the columns.
    fn column_mode(&mut self) {
        self.set_margins(0, 0);
        let fill = self.erased_style();
        self.clear_rows(0, self.grid.rows, fill);
    }

    fn set_margins(&mut self, top: usize, bottom: usize) {
        let rows = self.grid.rows;
        let bottom = if bottom == 0 { rows } else { bottom };
        // A region has two rows at least, and begins on the screen.
        if top + 1 >= bottom || top >= rows {
            return;
        }
        self.top = top;
        self.bottom = bottom.min(rows);
        self.position(0, 0);
    }

    fn set_cursor_style(&mut self, style: u16) {
        self.cursor_shape = match style {
            0..=2 => CursorShape::Block,
            3 | 4 => CursorShape::Underline,
            5 | 6 => CursorShape::Beam,
            _ => return,
        };
        self.cursor_blinks = style % 2 == 1;
    }

    pub(crate) fn set_title(&mut self, title: Option<String>) {
        self.title_changed |= self.title != title;
        self.title = title;
        self.title_epoch = self.epoch;
    }

    fn full_reset(&mut self) {
        if self.is_alternate() {
            self.swap_grids();
        }
        for grid in [&mut self.grid, &mut self.inactive] {
            grid.clear_history();
            grid.cursor = CursorState::default();
            grid.saved = CursorState::default();
            grid.reset_rows(Style::DEFAULT);
        }
        self.charset = 0;
        self.cursor_shape = CursorShape::Block;
        self.cursor_blinks = false;
        self.modes = Modes::INITIAL;
        self.top = 0;
        self.bottom = self.grid.rows;
        self.tabs = initial_tabs(self.grid.cols);
        self.title_stack.clear();
        self.set_title(None);
    }

    /// DECSTR (VT510 reference manual): modes and saved state to their defaults, the screen as it is.
    fn soft_reset(&mut self) {
        for (mode, on) in [
            (Modes::SHOW_CURSOR, true),
            (Modes::AUTO_WRAP, true),
            (Modes::ORIGIN, false),
            (Modes::INSERT, false),
            (Modes::APPLICATION_CURSOR, false),
            (Modes::APPLICATION_KEYPAD, false),
        ] {
            self.modes.set(mode, on);
        }
        self.top = 0;
        self.bottom = self.grid.rows;
        self.charset = 0;
        let cursor = &mut self.grid.cursor;
        *cursor = CursorState {
            row: cursor.row,
            col: cursor.col,
            pending_wrap: cursor.pending_wrap,
            ..CursorState::default()
        };
        self.grid.saved = CursorState::default();
    }
}
