//! The screen as bytes that redraw it on another terminal.

use std::io::Write;

use crate::attributes::{Attributes, Color, Underline};
use crate::cell::Cell;
use crate::cursor::CursorShape;
use crate::terminal::{Modes, Terminal};

impl Terminal {
    /// Appends bytes that redraw what the screen shows on an emulator that understands xterm's control functions:
    /// characters, attributes, title, cursor, which screen it is. History, saved cursors and the like are left out; a
    /// halved wide character becomes a space.
    ///
    /// The emulator must have the same size; whatever state it is in is reset.
    pub fn dump(&self, out: &mut Vec<u8>) {
        // Full reset, then no wrapping so that the last column can be filled.
        out.extend_from_slice(b"\x1bc\x1b[?7l");
        if self.is_alternate() {
            out.extend_from_slice(b"\x1b[?1049h");
        }
        if !self.title().is_empty() {
            out.extend_from_slice(b"\x1b]2;");
            out.extend(self.title().bytes());
            out.extend_from_slice(b"\x1b\\");
        }
        let mut pen = Attributes::default();
        for row in 0..self.grid.rows {
            let slot = self.grid.slot(row);
            let fill = self.grid.meta[slot].fill;
            if self.grid.stored(slot).is_empty() && fill == crate::attributes::Style::DEFAULT {
                continue;
            }
            position(out, row, 0);
            for col in 0..self.grid.cols {
                self.dump_cell(slot, col, &mut pen, out);
            }
        }
        set_pen(out, &mut pen, &self.grid.cursor.pen);
        if self.modes.contains(Modes::AUTO_WRAP) {
            out.extend_from_slice(b"\x1b[?7h");
        }
        if !self.modes.contains(Modes::SHOW_CURSOR) {
            out.extend_from_slice(b"\x1b[?25l");
        }
        let style = match self.cursor_shape {
            CursorShape::Block => 2,
            CursorShape::Underline => 4,
            CursorShape::Beam => 6,
        };
        push(out, format_args!("\x1b[{} q", style - u8::from(self.cursor_blinks)));
        position(out, self.grid.cursor.row, self.grid.cursor.col);
    }

    fn dump_cell(&self, slot: usize, col: usize, pen: &mut Attributes, out: &mut Vec<u8>) {
        let cell = self.grid.cell(slot, col);
        let next = if col + 1 < self.grid.cols { Some(self.grid.cell(slot, col + 1)) } else { None };
        let follows = Cell::SPACER | Cell::LEADING;
        let whole = cell.has(Cell::WIDE) && next.is_some_and(|next| next.has(follows));
        let second = cell.has(follows) && col > 0 && self.grid.cell(slot, col - 1).has(Cell::WIDE);
        if second {
            return;
        }
        set_pen(out, pen, &self.styles.attributes(cell.style()));
        let (mut character, marks) = self.character(cell);
        if cell.has(Cell::WIDE) && !whole {
            character = ' ';
        }
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        for mark in marks {
            out.extend_from_slice(mark.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

/// Writing to memory does not fail.
fn push(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(text);
}

fn position(out: &mut Vec<u8>, row: usize, col: usize) {
    push(out, format_args!("\x1b[{};{}H", row + 1, col + 1));
}

/// Changes the pen, by a reset and everything that is set.
fn set_pen(out: &mut Vec<u8>, pen: &mut Attributes, to: &Attributes) {
    if pen == to {
        return;
    }
    *pen = *to;
    out.extend_from_slice(b"\x1b[0");
    let flags =
        [(to.bold, 1), (to.dim, 2), (to.italic, 3), (to.blink, 5), (to.inverse, 7), (to.conceal, 8), (to.strike, 9)];
    for (_, code) in flags.iter().filter(|(set, _)| *set) {
        push(out, format_args!(";{code}"));
    }
    match to.underline {
        Underline::None => {}
        Underline::Single => out.extend_from_slice(b";4"),
        kind => push(out, format_args!(";4:{}", kind as u8)),
    }
    color(out, 38, to.fg);
    color(out, 48, to.bg);
    if let Some(underline) = to.underline_color {
        color(out, 58, underline);
    }
    out.push(b'm');
}

fn color(out: &mut Vec<u8>, target: u8, color: Color) {
    match color {
        Color::Default => {}
        Color::Indexed(index) => push(out, format_args!(";{target};5;{index}")),
        Color::Rgb(r, g, b) => push(out, format_args!(";{target};2;{r};{g};{b}")),
    }
}
