//! Logical lines: rows joined where the terminal wrapped.

use std::ops::Range;

use trail_model::CellRect;

use crate::cell::Cell;
use crate::grid::RowId;
use crate::row::{RowView, append_cells, text_len};
use crate::terminal::Terminal;

/// A line of text as the program wrote it.
///
/// Its text is the rows' cells one after the other, without spaces (U+0020) at the right end.
#[derive(Clone, Copy, Debug)]
pub struct LogicalLine<'a> {
    terminal: &'a Terminal,
    first_row: i32,
    rows: usize,
}

/// Where a character of a logical line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellPosition {
    /// Row of the screen; negative above it.
    pub row: i32,
    /// Column.
    pub column: u16,
    /// Columns it takes, 1 or 2.
    pub width: u8,
}

impl<'a> LogicalLine<'a> {
    /// The line whose first row is `first_row`.
    pub(crate) fn at(terminal: &'a Terminal, first_row: i32) -> LogicalLine<'a> {
        let grid = &terminal.grid;
        let mut rows = 1;
        while let Some(slot) = grid.slot_at(first_row + rows as i32 - 1)
            && grid.wraps(slot)
            && grid.slot_at(first_row + rows as i32).is_some()
        {
            rows += 1;
        }
        LogicalLine { terminal, first_row, rows }
    }

    /// The identity of its first row that is kept.
    pub fn id(&self) -> RowId {
        self.row_view(self.first_row).map_or(RowId(0), RowView::id)
    }

    /// Its first row; negative if its head stands above the screen.
    pub fn first_row(&self) -> i32 {
        self.first_row
    }

    /// Number of rows, at least 1.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The rows from the first one on.
    pub fn row_views(&self) -> impl Iterator<Item = RowView<'a>> + 'a {
        let terminal = self.terminal;
        (self.first_row..self.first_row + self.rows as i32).filter_map(move |row| terminal.row_at(row))
    }

    /// Appends its text.
    pub fn append_text(&self, out: &mut String) {
        let before = out.len();
        let grid = &self.terminal.grid;
        for (index, view) in self.row_views().enumerate() {
            if index + 1 == self.rows {
                view.append_text(out);
            } else {
                append_cells(self.terminal, grid.stored(view.slot), grid.meta[view.slot].ascii, out);
            }
        }
        let text_len = out[before..].trim_end_matches(' ').len();
        out.truncate(before + text_len);
    }

    /// Its text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.append_text(&mut text);
        text
    }

    /// Bytes of its text that stand above the screen.
    pub fn above_len(&self) -> usize {
        if self.first_row >= 0 {
            return 0;
        }
        let mut above = 0;
        let mut end = 0;
        let mut len = 0;
        self.for_each_cell(|position, cell| {
            len += text_len(self.terminal, cell);
            if !cell.shows_blank() {
                end = len;
            }
            if position.row < 0 {
                above = len;
            }
        });
        above.min(end)
    }

    /// Where the character stands that holds byte `offset` of the text.
    pub fn position(&self, offset: usize) -> Option<CellPosition> {
        let mut at = 0;
        let mut found = None;
        self.for_each_cell(|position, cell| {
            let len = text_len(self.terminal, cell);
            if found.is_none() && (at..at + len).contains(&offset) {
                found = Some(position);
            }
            at += len;
        });
        found
    }

    /// Appends the rectangles, one for each row of the screen, of the characters that hold these bytes of the text.
    /// Returns whether a part of them stands above the screen.
    pub fn append_rects(&self, bytes: Range<usize>, out: &mut Vec<CellRect>) -> bool {
        let first = out.len();
        let mut above = false;
        let mut at = 0;
        self.for_each_cell(|position, cell| {
            let len = text_len(self.terminal, cell);
            let inside = at < bytes.end && bytes.start < at + len;
            at += len;
            if !inside {
                return;
            }
            let Ok(row) = u16::try_from(position.row) else {
                above = true;
                return;
            };
            let width = u16::from(position.width);
            match out[first..].last_mut() {
                Some(rect) if rect.row == row && rect.column + rect.width == position.column => rect.width += width,
                _ => out.push(CellRect { row, column: position.column, width }),
            }
        });
        above
    }

    /// Tells whether some character is concealed.
    pub fn has_concealed(&self) -> bool {
        self.row_views().any(RowView::has_concealed)
    }

    fn row_view(&self, row: i32) -> Option<RowView<'a>> {
        self.terminal.row_at(row)
    }

    /// Calls `f` with each cell that has a character, stored or blank.
    fn for_each_cell(&self, mut f: impl FnMut(CellPosition, Cell)) {
        let grid = &self.terminal.grid;
        for row in self.first_row..self.first_row + self.rows as i32 {
            let Some(slot) = grid.slot_at(row) else { continue };
            for column in 0..grid.cols {
                let cell = grid.cell(slot, column);
                if !cell.has(Cell::SPACER | Cell::LEADING) {
                    let width = if cell.has(Cell::WIDE) && column + 1 < grid.cols { 2 } else { 1 };
                    f(CellPosition { row, column: column as u16, width }, cell);
                }
            }
        }
    }
}
