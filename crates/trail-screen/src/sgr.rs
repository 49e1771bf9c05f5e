//! SGR: what the next characters look like.

use crate::attributes::{Attributes, Color, Underline};
use crate::parser::{Groups, Params};
use crate::terminal::Terminal;

impl Terminal {
    #[inline]
    pub(crate) fn select_attributes(&mut self) {
        let mut pen = self.grid.cursor.pen;
        select(&mut pen, &self.parser.params);
        self.set_pen(pen);
    }
}

/// Applies the parameters of SGR to a pen. Unknown ones do nothing.
fn select(pen: &mut Attributes, params: &Params) {
    let mut groups = params.groups();
    while let Some(group) = groups.next() {
        match *group {
            [0] => *pen = Attributes::default(),
            [1] => pen.bold = true,
            [2] => pen.dim = true,
            [3] => pen.italic = true,
            [4] => pen.underline = Underline::Single,
            [4, kind, ..] => {
                pen.underline = Underline::ALL.get(usize::from(kind)).copied().unwrap_or(Underline::Single);
            }
            [5 | 6] => pen.blink = true,
            [7] => pen.inverse = true,
            [8] => pen.conceal = true,
            [9] => pen.strike = true,
            [21] => pen.underline = Underline::Double,
            [22] => {
                pen.bold = false;
                pen.dim = false;
            }
            [23] => pen.italic = false,
            [24] => pen.underline = Underline::None,
            [25] => pen.blink = false,
            [27] => pen.inverse = false,
            [28] => pen.conceal = false,
            [29] => pen.strike = false,
            [color @ 30..=37] => pen.fg = Color::Indexed((color - 30) as u8),
            [39] => pen.fg = Color::Default,
            [color @ 40..=47] => pen.bg = Color::Indexed((color - 40) as u8),
            [49] => pen.bg = Color::Default,
            [color @ 90..=97] => pen.fg = Color::Indexed((color - 90 + 8) as u8),
            [color @ 100..=107] => pen.bg = Color::Indexed((color - 100 + 8) as u8),
            [59] => pen.underline_color = None,
            [target @ (38 | 48 | 58), ref rest @ ..] => {
                if let Some(color) = extended_color(rest, &mut groups) {
                    match target {
                        38 => pen.fg = color,
                        48 => pen.bg = color,
                        _ => pen.underline_color = Some(color),
                    }
                }
            }
            _ => {}
        }
    }
}

/// A colour given with 38, 48 or 58: as sub-parameters (`38:2::r:g:b`, `38:2:r:g:b`, `38:5:n`; ITU-T T.416), or as the
/// parameters that follow (`38;2;r;g;b`, `38;5;n`; xterm).
fn extended_color(rest: &[u16], groups: &mut Groups<'_>) -> Option<Color> {
    let byte = |value: u16| u8::try_from(value).ok();
    if let [kind, values @ ..] = rest {
        return match (*kind, values) {
            // With a colour space before the components.
            (2, &[_, r, g, b, ..]) => Some(Color::Rgb(byte(r)?, byte(g)?, byte(b)?)),
            (2, &[r, g, b]) => Some(Color::Rgb(byte(r)?, byte(g)?, byte(b)?)),
            (5, &[index, ..]) => Some(Color::Indexed(byte(index)?)),
            _ => None,
        };
    }
    let mut next = || groups.next().map(|group| group[0]);
    match next()? {
        2 => Some(Color::Rgb(byte(next()?)?, byte(next()?)?, byte(next()?)?)),
        5 => Some(Color::Indexed(byte(next()?)?)),
        _ => None,
    }
}
