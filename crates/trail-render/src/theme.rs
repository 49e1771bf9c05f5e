//! Colours.

use trail_screen::Color;

use crate::canvas::Rgb;

/// The colours a screen is drawn in where the recording did not set its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Default text.
    pub foreground: Rgb,
    /// Default ground.
    pub background: Rgb,
    /// The cursor.
    pub cursor: Rgb,
    /// What marks a match.
    pub mark: Rgb,
    /// The sixteen named colours: black, red, green, yellow, blue, magenta, cyan, white, then their bright forms.
    pub named: [Rgb; 16],
}

impl Theme {
    /// Light grey on black, named colours as xterm has them.
    pub const DARK: Theme = Theme {
        foreground: [0xE5, 0xE5, 0xE5],
        background: [0x10, 0x12, 0x16],
        cursor: [0xE5, 0xE5, 0xE5],
        mark: [0xFF, 0xB0, 0x00],
        named: XTERM,
    };

    /// Black on white, named colours as xterm has them.
    pub const LIGHT: Theme = Theme {
        foreground: [0x1A, 0x1A, 0x1A],
        background: [0xFF, 0xFF, 0xFF],
        cursor: [0x1A, 0x1A, 0x1A],
        mark: [0xE0, 0x50, 0x00],
        named: XTERM,
    };

    /// The theme of that name: `dark` or `light`.
    pub fn by_name(name: &str) -> Option<Theme> {
        match name {
            "dark" => Some(Theme::DARK),
            "light" => Some(Theme::LIGHT),
            _ => None,
        }
    }

    /// The colour of an entry of the 256-colour table: 16 named, a 6 × 6 × 6 cube, 24 greys (xterm's table).
    pub(crate) fn indexed(&self, index: u8) -> Rgb {
        const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
        match index {
            0..=15 => self.named[usize::from(index)],
            16..=231 => {
                let cube = usize::from(index - 16);
                [LEVELS[cube / 36], LEVELS[cube / 6 % 6], LEVELS[cube % 6]]
            }
            232..=255 => [8 + 10 * (index - 232); 3],
        }
    }

    /// Resolves a cell's colour; `default` stands for the unset one.
    pub(crate) fn resolve(&self, color: Color, default: Rgb) -> Rgb {
        match color {
            Color::Default => default,
            Color::Indexed(index) => self.indexed(index),
            Color::Rgb(red, green, blue) => [red, green, blue],
        }
    }
}

impl Default for Theme {
    fn default() -> Theme {
        Theme::DARK
    }
}

const XTERM: [Rgb; 16] = [
    [0x00, 0x00, 0x00],
    [0xCD, 0x00, 0x00],
    [0x00, 0xCD, 0x00],
    [0xCD, 0xCD, 0x00],
    [0x3B, 0x5B, 0xEE],
    [0xCD, 0x00, 0xCD],
    [0x00, 0xCD, 0xCD],
    [0xE5, 0xE5, 0xE5],
    [0x7F, 0x7F, 0x7F],
    [0xFF, 0x00, 0x00],
    [0x00, 0xFF, 0x00],
    [0xFF, 0xFF, 0x00],
    [0x5C, 0x8C, 0xFF],
    [0xFF, 0x00, 0xFF],
    [0x00, 0xFF, 0xFF],
    [0xFF, 0xFF, 0xFF],
];
