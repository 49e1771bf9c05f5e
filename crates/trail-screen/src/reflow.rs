//! A new size: rows come out of the history or go into it, and the primary screen's lines are wrapped anew.
//!
//! What comes out where follows alacritty: the primary screen is wrapped at the new width with its history, the cursor
//! stays at the character it was at, the alternate screen is cut or extended.

use trail_model::Size;

use crate::attributes::Style;
use crate::cell::Cell;
use crate::cursor::CursorState;
use crate::grid::Grid;
use crate::terminal::{Terminal, is_initial_tab, sides};

/// A row on its way to another width.
struct LooseRow {
    cells: Vec<Cell>,
    /// The id it had; none for a new one.
    id: Option<u64>,
}

impl Terminal {
    pub(crate) fn resize_grids(&mut self, size: Size) {
        let (cols, rows) = sides(size);
        if (cols, rows) == (self.grid.cols, self.grid.rows) {
            return;
        }
        let alternate = self.is_alternate();
        let old_cols = self.grid.cols;
        for active in [true, false] {
            let mut grid =
                std::mem::replace(if active { &mut self.grid } else { &mut self.inactive }, Grid::new(1, 1, 0, 0));
            grid.set_rows(rows);
            if cols != old_cols {
                let primary = active != alternate;
                self.set_cols(&mut grid, cols, primary);
            }
            *(if active { &mut self.grid } else { &mut self.inactive }) = grid;
        }
        if cols != old_cols {
            self.tabs.truncate(cols);
            self.tabs.extend((self.tabs.len()..cols).map(is_initial_tab));
        }
        self.top = 0;
        self.bottom = rows;
        self.resized = true;
    }

    /// Gives the grid another width; `reflow` wraps its lines anew.
    fn set_cols(&mut self, grid: &mut Grid, cols: usize, reflow: bool) {
        let loose = grid.take_loose_rows();
        if cols > grid.cols {
            grid.cols = cols;
            self.widen(grid, loose, reflow);
        } else {
            grid.cols = cols;
            self.narrow(grid, loose, reflow);
        }
    }

    fn is_clear(&self, row: &LooseRow) -> bool {
        row.cells.iter().all(|cell| self.is_empty_cell(*cell))
    }

    fn widen(&mut self, grid: &mut Grid, loose: Vec<LooseRow>, reflow: bool) {
        let cols = grid.cols;
        let total = loose.len();
        let mut rows: Vec<LooseRow> = Vec::with_capacity(total);
        let mut cursor_shift = 0;
        // A cursor that waits to wrap stands behind the last column for the time being.
        if reflow && grid.cursor.pending_wrap {
            grid.cursor.pending_wrap = false;
            grid.cursor.col += 1;
        }
        for (index, mut row) in loose.into_iter().enumerate() {
            // Rows below this one.
            let below = total - 1 - index;
            let joins = reflow
                && rows.last().is_some_and(|last: &LooseRow| {
                    last.cells.len() < cols && last.cells.last().is_some_and(|cell| cell.has(Cell::WRAP))
                });
            let Some(last) = rows.last_mut().filter(|_| joins) else {
                rows.push(row);
                continue;
            };
            if let Some(cell) = last.cells.last_mut() {
                *cell = cell.without(Cell::WRAP);
            }
            if last.cells.last().is_some_and(|cell| cell.has(Cell::LEADING)) {
                last.cells.pop();
            }
            let mut room = cols - last.cells.len();
            let taken = row.cells.len().min(room);
            // The left half of a wide character stays with the right one.
            let spacer = row.cells[taken - 1].has(Cell::WIDE);
            if spacer {
                room -= 1;
                last.cells.extend(row.cells.drain(..taken - 1));
                last.cells.push(Cell::blank(Style::DEFAULT).with(Cell::LEADING));
            } else {
                last.cells.extend(row.cells.drain(..taken));
            }
            let cursor_below = grid.rows - 1 - grid.cursor.row;
            let clear = self.is_clear(&row);
            if below == cursor_below {
                let (mut row_at, mut col) = step_back(&grid.cursor, room, cols);
                if col == 0 && clear {
                    // Nothing is left on the cursor's row: it waits at the end of the one before.
                    grid.cursor.pending_wrap = true;
                    let at = CursorState { row: row_at, col, ..CursorState::default() };
                    (row_at, col) = step_back(&at, 1, cols);
                }
                grid.cursor.col = col;
                let moved = grid.cursor.row - row_at;
                if moved != 0 && clear {
                    continue;
                }
                cursor_shift += moved;
            } else if clear {
                if below < cursor_below {
                    grid.cursor.row += 1;
                }
                continue;
            }
            if let Some(last) = rows.last_mut()
                && let Some(cell) = last.cells.last_mut()
            {
                *cell = cell.with(Cell::WRAP);
            }
            rows.push(row);
        }
        if rows.len() < grid.rows {
            let missing = grid.rows - rows.len();
            grid.cursor.row = grid.cursor.row.saturating_sub(missing);
            rows.extend((0..missing).map(|_| LooseRow { cells: Vec::new(), id: None }));
        }
        if cursor_shift != 0 {
            let below = grid.rows - 1 - grid.cursor.row;
            let available = below.min(rows.len() - grid.rows);
            let overflow = cursor_shift.saturating_sub(available);
            rows.truncate(rows.len() + overflow - cursor_shift);
            grid.cursor.row = grid.cursor.row.saturating_sub(overflow);
        }
        grid.restore_loose_rows(rows);
    }

    fn narrow(&mut self, grid: &mut Grid, loose: Vec<LooseRow>, reflow: bool) {
        let cols = grid.cols;
        if reflow && grid.cursor.pending_wrap {
            grid.cursor.pending_wrap = false;
            grid.cursor.col += 1;
        }
        let total = loose.len();
        let mut rows: Vec<LooseRow> = Vec::with_capacity(total);
        // Cells that overflowed from the row before into this one, which it went on in.
        let mut carried: Option<Vec<Cell>> = None;
        for (index, mut row) in loose.into_iter().enumerate() {
            let below = total - 1 - index;
            if cols == 1 {
                halve_wide(&mut row.cells);
            }
            if let Some(mut cells) = carried.take() {
                if below == grid.rows - 1 - grid.cursor.row {
                    grid.cursor.col += cells.len();
                }
                cells.append(&mut row.cells);
                row.cells = cells;
            }
            loop {
                let mut wrapped = match self.overflow(&mut row, cols) {
                    Some(wrapped) if reflow => wrapped,
                    _ => {
                        let on_cursor_row = below == grid.rows - 1 - grid.cursor.row;
                        if reflow && on_cursor_row && grid.cursor.col > cols {
                            // Blanks before the cursor count as written.
                            Vec::new()
                        } else {
                            rows.push(row);
                            break;
                        }
                    }
                };
                if row.cells.len() >= cols && row.cells[cols - 1].has(Cell::WIDE) {
                    wrapped.insert(0, row.cells[cols - 1]);
                    row.cells[cols - 1] = Cell::blank(Style::DEFAULT).with(Cell::LEADING);
                }
                if wrapped.last().is_some_and(|cell| cell.has(Cell::LEADING)) {
                    wrapped.pop();
                    match wrapped.last_mut() {
                        Some(cell) => *cell = cell.with(Cell::WRAP),
                        None => {
                            row.cells[cols - 1] = row.cells[cols - 1].with(Cell::WRAP);
                            rows.push(row);
                            break;
                        }
                    }
                }
                if let Some(cell) = row.cells.last_mut() {
                    *cell = cell.with(Cell::WRAP);
                }
                rows.push(row);
                let goes_on = wrapped.last().is_some_and(|cell| cell.has(Cell::WRAP)) && below >= 1;
                if goes_on && wrapped.len() < cols {
                    if let Some(cell) = wrapped.last_mut() {
                        *cell = cell.without(Cell::WRAP);
                    }
                    carried = Some(wrapped);
                    break;
                }
                // A row of its own for what overflowed; the cursor moves up with what stands above it.
                let cursor_below = grid.rows - 1 - grid.cursor.row;
                let on_cursor_row = below == cursor_below;
                let past = on_cursor_row && grid.cursor.col >= cols;
                if on_cursor_row && !past || below < cursor_below {
                    grid.cursor.row = grid.cursor.row.saturating_sub(1);
                }
                if past {
                    grid.cursor.col -= cols;
                }
                if wrapped.len() < cols {
                    wrapped.resize(cols, Cell::blank(Style::DEFAULT));
                }
                row = LooseRow { cells: wrapped, id: None };
            }
        }
        let kept = grid.history_limit() + grid.rows;
        if rows.len() > kept {
            rows.drain(..rows.len() - kept);
        }
        grid.restore_loose_rows(rows);
        let wraps = grid.wraps(grid.slot(grid.cursor.row));
        let cursor = &mut grid.cursor;
        if reflow && cursor.col == cols && !wraps {
            cursor.pending_wrap = true;
        }
        cursor.col = cursor.col.min(cols - 1);
        grid.saved.col = grid.saved.col.min(cols - 1);
    }

    /// Cuts a row to `cols` cells; returns what was cut off, without empty cells at its end, if anything.
    fn overflow(&self, row: &mut LooseRow, cols: usize) -> Option<Vec<Cell>> {
        if row.cells.len() <= cols {
            return None;
        }
        let mut rest = row.cells.split_off(cols);
        let used = rest.iter().rposition(|cell| !self.is_empty_cell(*cell)).map_or(0, |last| last + 1);
        rest.truncate(used);
        (!rest.is_empty()).then_some(rest)
    }
}

/// Makes wide characters take one cell each: on a screen of one column there is no room for more.
fn halve_wide(cells: &mut Vec<Cell>) {
    let wraps = cells.last().is_some_and(|cell| cell.has(Cell::WRAP));
    cells.retain(|cell| !cell.has(Cell::SPACER | Cell::LEADING));
    if cells.is_empty() {
        cells.push(Cell::blank(Style::DEFAULT));
    }
    for cell in cells.iter_mut() {
        *cell = cell.without(Cell::WIDE);
    }
    if wraps && let Some(last) = cells.last_mut() {
        *last = last.with(Cell::WRAP);
    }
}

/// The place `count` cells before the cursor, not above the screen.
fn step_back(cursor: &CursorState, count: usize, cols: usize) -> (usize, usize) {
    let lines = (count + cols - 1).saturating_sub(cursor.col) / cols;
    let col = (cols + cursor.col - count % cols) % cols;
    if lines > cursor.row { (0, 0) } else { (cursor.row - lines, col) }
}

impl Grid {
    /// Gives the grid another height. Growing pulls rows out of the history; shrinking pushes rows into it if the
    /// cursor would fall off, and drops what is below otherwise.
    fn set_rows(&mut self, rows: usize) {
        if rows > self.rows {
            let added = rows - self.rows;
            let pulled = self.pull_history(added);
            for _ in pulled..added {
                self.push_blank_row();
            }
            self.cursor.row += pulled;
            self.saved.row += pulled;
            self.rows = rows;
        } else if rows < self.rows {
            let pushed = (self.cursor.row + 1).saturating_sub(rows);
            if pushed > 0 {
                self.scroll_up(0, self.rows, pushed, Style::DEFAULT);
                self.cursor.row = self.cursor.row.min(rows - 1);
            }
            self.saved.row = self.saved.row.min(rows - 1);
            self.drop_last_rows(self.rows - rows);
            self.rows = rows;
        }
    }

    /// Takes all rows out, oldest first, each with all its cells.
    fn take_loose_rows(&mut self) -> Vec<LooseRow> {
        let slots: Vec<usize> = self.slots().collect();
        let rows = slots
            .into_iter()
            .map(|slot| {
                let id = Some(self.meta[slot].id);
                let cells = self.row_mut(slot).iter().map(|cell| cell.settled()).collect();
                LooseRow { cells, id }
            })
            .collect();
        self.forget_rows();
        rows
    }

    /// Puts rows of the new width in, oldest first.
    fn restore_loose_rows(&mut self, rows: Vec<LooseRow>) {
        let history = rows.len() - self.rows;
        for (index, row) in rows.into_iter().enumerate() {
            self.append_row(&row.cells, row.id, index < history);
        }
    }
}
