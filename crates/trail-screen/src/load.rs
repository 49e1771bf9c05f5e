//! A saved state back to a terminal. Every number is checked before it is used; nothing is allocated by a length that
//! the bytes present do not back, except rows up to the limits of a screen and its history.

use trail_model::Size;

use crate::attributes::{Attributes, Color, Style, Underline};
use crate::cell::{Cell, Cluster, MAX_MARKS};
use crate::cursor::{CursorShape, CursorState};
use crate::grid::{Grid, RowId};
use crate::marks::MarkPlace;
use crate::parser::{MAX_PARAMS, MAX_SEQUENCE_LEN, State};
use crate::save::{SAVED_FLAGS, STATE_VERSION, row_kind};
use crate::terminal::{HISTORY_ROWS, Modes, TITLE_STACK_DEPTH, Terminal};

/// Why bytes are not a saved terminal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// Written by another version of this crate.
    #[error("terminal state of version {found}, expected {STATE_VERSION}")]
    Version {
        /// The version it has.
        found: u8,
    },
    /// The bytes end too early.
    #[error("terminal state ends at byte {at}, expected more")]
    Truncated {
        /// How many bytes there are.
        at: usize,
    },
    /// A value that cannot be.
    #[error("terminal state at byte {at}: invalid {what}")]
    Invalid {
        /// Where it stands, just after the value.
        at: usize,
        /// What it should be.
        what: &'static str,
    },
}

type Result<T> = std::result::Result<T, LoadError>;

/// Reads values in order.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8]> {
        let end = self.at.checked_add(len).filter(|end| *end <= self.bytes.len());
        let end = end.ok_or(LoadError::Truncated { at: self.bytes.len() })?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8> {
        Ok(self.take(1)?[0])
    }

    #[cold]
    fn invalid(&self, what: &'static str) -> LoadError {
        LoadError::Invalid { at: self.at, what }
    }

    fn number(&mut self) -> Result<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(self.invalid("number"))
    }

    /// A number below `end`.
    fn below(&mut self, end: usize, what: &'static str) -> Result<usize> {
        let value = self.number()?;
        usize::try_from(value).ok().filter(|value| *value < end).ok_or_else(|| self.invalid(what))
    }

    fn flag(&mut self, what: &'static str) -> Result<bool> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.invalid(what)),
        }
    }

    fn char(&mut self, value: u64) -> Result<char> {
        u32::try_from(value).ok().and_then(char::from_u32).ok_or_else(|| self.invalid("character"))
    }

    fn text(&mut self) -> Result<Option<String>> {
        let len = self.below(MAX_TITLE_BYTES + 2, "length of a title")?;
        let Some(len) = len.checked_sub(1) else { return Ok(None) };
        let bytes = self.take(len)?;
        str::from_utf8(bytes).map(|text| Some(text.to_owned())).map_err(|_| self.invalid("title"))
    }

    fn rgb(&mut self) -> Result<[u8; 3]> {
        let bytes = self.take(3)?;
        Ok([bytes[0], bytes[1], bytes[2]])
    }

    fn optional_rgb(&mut self) -> Result<Option<[u8; 3]>> {
        if self.flag("presence of a colour")? { self.rgb().map(Some) } else { Ok(None) }
    }

    fn color(&mut self) -> Result<Color> {
        match self.byte()? {
            0 => Ok(Color::Default),
            1 => Ok(Color::Indexed(self.byte()?)),
            2 => self.rgb().map(|[r, g, b]| Color::Rgb(r, g, b)),
            _ => Err(self.invalid("kind of colour")),
        }
    }

    fn attributes(&mut self) -> Result<Attributes> {
        let flags = self.byte()?;
        let set = |bit: u8| flags >> bit & 1 != 0;
        let underline = Underline::ALL.get(usize::from(self.byte()?)).copied();
        Ok(Attributes {
            bold: set(0),
            dim: set(1),
            italic: set(2),
            blink: set(3),
            inverse: set(4),
            conceal: set(5),
            strike: set(6),
            underline: underline.ok_or_else(|| self.invalid("kind of underline"))?,
            fg: self.color()?,
            bg: self.color()?,
            underline_color: if set(7) { Some(self.color()?) } else { None },
        })
    }
}

/// Longest title in bytes: that of the longest OSC, each byte of which may have become a replacement character.
const MAX_TITLE_BYTES: usize = 3 * MAX_SEQUENCE_LEN;

impl Terminal {
    /// Makes a terminal from a saved state. Nothing on it is fresh; its rows have ids of their own.
    ///
    /// # Errors
    /// [`LoadError`] if the bytes were not written by [`Terminal::save`] of this version, are cut or are damaged in a
    /// way that shows.
    pub fn load(bytes: &[u8]) -> Result<Terminal> {
        let mut r = Reader { bytes, at: 0 };
        let version = r.byte()?;
        if version != STATE_VERSION {
            return Err(LoadError::Version { found: version });
        }
        let (cols, rows) = (r.number()?, r.number()?);
        let size = Size::new(cols, rows).ok_or_else(|| r.invalid("size"))?;
        let mut terminal = Terminal::new(size);
        terminal.load_state(&mut r)?;
        if r.at != bytes.len() {
            return Err(r.invalid("end"));
        }
        Ok(terminal)
    }

    fn load_state(&mut self, r: &mut Reader<'_>) -> Result<()> {
        let (cols, rows) = (self.grid.cols, self.grid.rows);
        self.modes = Modes::from_bits(r.below(Modes::ALL_BITS as usize + 1, "modes")? as u32);
        self.cursor_shape = match r.byte()? {
            0 => CursorShape::Block,
            1 => CursorShape::Underline,
            2 => CursorShape::Beam,
            _ => return Err(r.invalid("cursor shape")),
        };
        self.cursor_blinks = r.flag("blinking")?;
        self.charset = r.byte()?;
        if self.charset > 3 {
            return Err(r.invalid("character set"));
        }
        self.top = r.below(rows, "top margin")?;
        self.bottom = r.below(rows + 1, "bottom margin")?;
        if self.top >= self.bottom {
            return Err(r.invalid("bottom margin"));
        }
        let stops = r.take(cols.div_ceil(8))?;
        self.tabs = (0..cols).map(|col| stops[col / 8] >> (col % 8) & 1 != 0).collect();
        self.last_char = match r.number()? {
            0 => None,
            value => Some(r.char(value - 1)?),
        };
        self.title = r.text()?;
        for _ in 0..r.below(TITLE_STACK_DEPTH + 1, "number of titles")? {
            self.title_stack.push(r.text()?);
        }
        for _ in 0..r.below(257, "number of colours")? {
            self.palette.entries.insert(r.byte()?, r.rgb()?);
        }
        self.palette.foreground = r.optional_rgb()?;
        self.palette.background = r.optional_rgb()?;
        self.palette.cursor = r.optional_rgb()?;
        let places = self.load_marks(r)?;
        self.load_parser(r)?;

        let mut styles = Vec::new();
        for _ in 0..r.number()? {
            styles.push(self.styles.style(&r.attributes()?));
        }
        let limits = if self.is_alternate() { [0, HISTORY_ROWS] } else { [HISTORY_ROWS, 0] };
        let ids = if self.is_alternate() { [2, 1] } else { [1, 2] };
        self.grid = self.load_grid(r, &styles, limits[0], ids[0])?;
        self.inactive = self.load_grid(r, &styles, limits[1], ids[1])?;
        let marks = &mut self.marks;
        for (mark, place) in
            [&mut marks.prompt_start, &mut marks.prompt_end, &mut marks.output_start].into_iter().zip(places)
        {
            let Some((number, column)) = place else { continue };
            let grid = if number % 2 == 0 { &self.grid } else { &self.inactive };
            let slot = grid.slots().nth(number / 2).ok_or_else(|| r.invalid("row of a mark"))?;
            *mark = Some(MarkPlace { row: RowId(grid.meta[slot].id), column });
        }
        Ok(())
    }

    fn load_marks(&mut self, r: &mut Reader<'_>) -> Result<[Option<(usize, u16)>; 3]> {
        self.marks.prompt_starts = r.number()?;
        self.marks.prompt_ends = r.number()?;
        self.marks.output_starts = r.number()?;
        self.marks.command_ends = r.number()?;
        let mut places = [None; 3];
        for place in &mut places {
            let number = r.number()?;
            if number > 0 {
                let row = usize::try_from(number - 1).map_err(|_| r.invalid("row of a mark"))?;
                *place = Some((row, r.below(usize::from(u16::MAX) + 1, "column of a mark")? as u16));
            }
        }
        let present = r.flag("presence of an exit status")?;
        let mut status = [0; 4];
        status.copy_from_slice(r.take(4)?);
        self.marks.exit_status = present.then_some(i32::from_le_bytes(status));
        Ok(places)
    }

    fn load_parser(&mut self, r: &mut Reader<'_>) -> Result<()> {
        let state = State::ALL.get(usize::from(r.byte()?)).copied();
        let parser = &mut self.parser;
        parser.state = state.ok_or_else(|| r.invalid("parser state"))?;
        let len = r.below(parser.utf8.len() + 1, "length of a partial character")?;
        parser.utf8[..len].copy_from_slice(r.take(len)?);
        parser.utf8_len = len as u8;
        match parser.state {
            State::Ground | State::CsiIgnore | State::OscIgnore | State::String => {}
            State::OscString => {
                let len = r.below(MAX_SEQUENCE_LEN + 1, "length of an OSC")?;
                parser.osc.extend_from_slice(r.take(len)?);
            }
            State::Escape | State::EscapeIntermediate => {
                parser.intermediates = r.below(1 << 16, "intermediates")? as u16;
                parser.overflow = r.flag("overflow")?;
            }
            State::CsiEntry | State::CsiParam | State::CsiIntermediate => {
                parser.intermediates = r.below(1 << 16, "intermediates")? as u16;
                parser.overflow = r.flag("overflow")?;
                parser.len = r.below(MAX_SEQUENCE_LEN + 1, "length of a sequence")? as u32;
                parser.param = r.below(1 << 16, "parameter")? as u16;
                parser.param_is_sub = r.flag("kind of parameter")?;
                let len = usize::from(r.byte()?);
                if len > MAX_PARAMS {
                    return Err(r.invalid("number of parameters"));
                }
                for value in &mut parser.params.values[..len] {
                    *value = r.below(1 << 16, "parameter")? as u16;
                }
                parser.params.len = len as u8;
                parser.params.sub = r.below(1 << 32, "sub-parameters")? as u32;
            }
        }
        Ok(())
    }

    fn load_cursor(&mut self, r: &mut Reader<'_>) -> Result<CursorState> {
        let row = r.below(self.grid.rows, "row")?;
        let col = r.below(self.grid.cols, "column")?;
        let pending_wrap = r.flag("pending wrap")?;
        let graphics = r.byte()?;
        let pen = r.attributes()?;
        Ok(CursorState { row, col, pending_wrap, graphics, pen, style: self.styles.style(&pen) })
    }

    fn load_grid(&mut self, r: &mut Reader<'_>, styles: &[Style], limit: usize, first_id: u64) -> Result<Grid> {
        let mut grid = Grid::new(self.grid.cols, self.grid.rows, limit, first_id);
        grid.cursor = self.load_cursor(r)?;
        grid.saved = self.load_cursor(r)?;
        grid.forget_rows();
        let history = r.below(limit + 1, "number of rows above the screen")?;
        let total = history + grid.rows;
        let mut row = 0;
        while row < total {
            let kind = r.byte()?;
            if kind == row_kind::BLANK {
                for _ in 0..r.below(total - row + 1, "number of blank rows")? {
                    grid.append_row(&[], None, row < history);
                    row += 1;
                }
                continue;
            }
            let (cells, fill) = self.load_row(r, kind, styles)?;
            grid.append_row(&cells, None, row < history);
            grid.set_last_fill(fill, row < history);
            row += 1;
        }
        Ok(grid)
    }

    fn load_row(&mut self, r: &mut Reader<'_>, kind: u8, styles: &[Style]) -> Result<(Vec<Cell>, Style)> {
        let len = r.below(self.grid.cols + 1, "length of a row")?;
        let fill = load_style(r, styles)?;
        let mut cells = Vec::with_capacity(len);
        match kind {
            row_kind::ASCII | row_kind::ASCII_WRAPPED => {
                for &byte in r.take(len)? {
                    if byte >= 0x80 {
                        return Err(r.invalid("character"));
                    }
                    cells.push(Cell(u64::from(byte)));
                }
                if kind == row_kind::ASCII_WRAPPED
                    && let Some(cell) = cells.last_mut()
                {
                    *cell = cell.with(Cell::WRAP);
                }
            }
            row_kind::ANY => {
                for _ in 0..len {
                    cells.push(self.load_character(r)?);
                }
            }
            _ => return Err(r.invalid("kind of row")),
        }
        let mut styled = 0;
        while styled < len {
            let style = load_style(r, styles)?;
            let run = r.below(len - styled + 1, "length of a style")?;
            if run == 0 {
                return Err(r.invalid("length of a style"));
            }
            for cell in &mut cells[styled..styled + run] {
                *cell = cell.with_style(style);
            }
            styled += run;
        }
        Ok((cells, fill))
    }

    fn load_character(&mut self, r: &mut Reader<'_>) -> Result<Cell> {
        let value = r.number()?;
        let character = r.char(value >> SAVED_FLAGS.len())?;
        let flags = SAVED_FLAGS.iter().enumerate().filter(|(bit, _)| value >> bit & 1 != 0);
        let cell = Cell(flags.fold(0, |flags, (_, flag)| flags | flag));
        if !cell.has(Cell::CLUSTER) {
            return Ok(cell.with_content(u32::from(character)));
        }
        let mut marks = Vec::new();
        for _ in 0..r.below(MAX_MARKS + 1, "number of marks")? {
            let mark = r.number()?;
            marks.push(r.char(mark)?);
        }
        self.clusters.push(Cluster { base: character, marks });
        Ok(cell.with_content(self.clusters.len() as u32 - 1))
    }
}

fn load_style(r: &mut Reader<'_>, styles: &[Style]) -> Result<Style> {
    let value = r.number()?;
    let style = if value & 1 == 1 {
        usize::try_from(value >> 1).ok().and_then(|index| styles.get(index)).copied()
    } else {
        u32::try_from(value >> 1).ok().and_then(Style::from_packed)
    };
    style.ok_or_else(|| r.invalid("style"))
}
