//! Reading a row.

use crate::attributes::Attributes;
use crate::cell::Cell;
use crate::grid::RowId;
use crate::terminal::Terminal;

/// A row of a screen or of its history.
#[derive(Clone, Copy, Debug)]
pub struct RowView<'a> {
    pub(crate) terminal: &'a Terminal,
    pub(crate) slot: usize,
}

/// A cell as a reader sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellView<'a> {
    /// Its character; a space if nothing was printed, or for the second half of a wide character.
    pub character: char,
    /// The marks that combine with the character, in the order they came.
    pub combining: &'a [char],
    /// Cells that the character takes: 2 for a wide one, 0 for a cell that stands for no character of its own (the
    /// second half of a wide one, and the last cell of a row that a wide character did not fit into).
    pub width: u8,
    /// How it is drawn. Cells of width 0 have the attributes of their background.
    pub attributes: Attributes,
}

impl<'a> RowView<'a> {
    pub(crate) fn new(terminal: &'a Terminal, slot: usize) -> RowView<'a> {
        RowView { terminal, slot }
    }

    /// Its identity.
    pub fn id(self) -> RowId {
        RowId(self.terminal.grid.meta[self.slot].id)
    }

    /// Tells whether its text goes on in the next row, because the terminal wrapped it.
    pub fn wraps(self) -> bool {
        self.terminal.grid.wraps(self.slot)
    }

    /// Number of cells: the columns of the screen.
    pub fn columns(self) -> usize {
        self.terminal.grid.cols
    }

    /// The cell in a column; blank beyond the last one.
    pub fn cell(self, column: usize) -> CellView<'a> {
        let blank = Cell::blank(self.terminal.grid.meta[self.slot].fill);
        self.view(self.terminal.grid.stored(self.slot).get(column).copied().unwrap_or(blank))
    }

    /// All cells from left to right.
    pub fn cells(self) -> impl Iterator<Item = CellView<'a>> + 'a {
        (0..self.columns()).map(move |column| self.cell(column))
    }

    fn view(self, cell: Cell) -> CellView<'a> {
        let (character, combining) = self.terminal.character(cell);
        let width = if cell.has(Cell::SPACER | Cell::LEADING) {
            0
        } else if cell.has(Cell::WIDE) {
            2
        } else {
            1
        };
        CellView { character, combining, width, attributes: self.terminal.styles.attributes(cell.style()) }
    }

    /// Appends the row's text: its characters with their marks, spaces for blank cells, nothing for cells of width 0.
    /// Blank cells at the right end are left out, unless the row [wraps](RowView::wraps).
    pub fn append_text(self, out: &mut String) {
        let cells = self.terminal.grid.stored(self.slot);
        let cells = if self.wraps() { cells } else { trim(cells) };
        append_cells(self.terminal, cells, self.terminal.grid.meta[self.slot].ascii, out);
    }

    /// Appends what stands in the first columns: as [`append_text`](RowView::append_text), but with the blank cells at the
    /// right end.
    pub fn append_columns(self, columns: usize, out: &mut String) {
        let columns = columns.min(self.columns());
        let stored = self.terminal.grid.stored(self.slot);
        let cells = &stored[..columns.min(stored.len())];
        append_cells(self.terminal, cells, self.terminal.grid.meta[self.slot].ascii, out);
        out.extend(std::iter::repeat_n(' ', columns - cells.len()));
    }

    /// Tells whether the row shows no character, combining mark or wrap. Colours do not count.
    pub fn is_blank(self) -> bool {
        trim(self.terminal.grid.stored(self.slot)).is_empty()
    }

    /// Tells whether some character (not a space) is concealed: SGR 8, or foreground and background the same colour.
    pub fn has_concealed(self) -> bool {
        self.cells().any(|cell| {
            let attributes = cell.attributes;
            cell.character != ' '
                && (attributes.conceal
                    || attributes.fg == attributes.bg && attributes.fg != crate::attributes::Color::Default)
        })
    }
}

/// Cuts blank cells off at the right.
fn trim(cells: &[Cell]) -> &[Cell] {
    let end = cells.iter().rposition(|cell| !cell.shows_blank() || cell.has(Cell::WRAP));
    &cells[..end.map_or(0, |last| last + 1)]
}

/// Appends the text of cells. `ascii` promises that all of them are.
pub(crate) fn append_cells(terminal: &Terminal, cells: &[Cell], ascii: bool, out: &mut String) {
    if !ascii {
        append_cells_slow(terminal, cells, out);
        return;
    }
    // Narrowed in blocks: the loop over a block has no branch, and the check that it is UTF-8 takes 16 bytes at a time.
    let mut block = [0; 128];
    for cells in cells.chunks(block.len()) {
        for (byte, cell) in block.iter_mut().zip(cells) {
            *byte = cell.0 as u8;
        }
        // ASCII by the promise above.
        out.push_str(str::from_utf8(&block[..cells.len()]).unwrap_or_default());
    }
}

fn append_cells_slow(terminal: &Terminal, cells: &[Cell], out: &mut String) {
    out.reserve(cells.len() * 3);
    for &cell in cells {
        if !cell.has(Cell::SPACER | Cell::LEADING | Cell::CLUSTER) {
            out.push(char::from_u32(cell.content()).unwrap_or(char::REPLACEMENT_CHARACTER));
        } else if cell.has(Cell::CLUSTER) && !cell.has(Cell::SPACER | Cell::LEADING) {
            let (character, marks) = terminal.character(cell);
            out.push(character);
            out.extend(marks);
        }
    }
}

/// Bytes that a cell adds to the text.
pub(crate) fn text_len(terminal: &Terminal, cell: Cell) -> usize {
    if cell.has(Cell::SPACER | Cell::LEADING) {
        return 0;
    }
    let (character, marks) = terminal.character(cell);
    character.len_utf8() + marks.iter().map(|mark| mark.len_utf8()).sum::<usize>()
}
