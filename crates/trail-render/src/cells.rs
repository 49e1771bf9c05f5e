//! A terminal screen to a picture.

use trail_model::CellRect;
use trail_screen::{Attributes, CursorShape, Terminal, Underline};

use crate::Error;
use crate::canvas::{Picture, Rgb, mix};
use crate::encode;
use crate::font::{GlyphKey, Glyphs};
use crate::mask::{CELL_HEIGHT, CELL_WIDTH};
use crate::theme::Theme;

/// How a screen is drawn.
#[derive(Clone, Debug, Default)]
pub struct RenderOptions {
    /// Colours.
    pub theme: Theme,
    /// Cells to mark: a frame and a tint over them.
    pub marks: Vec<CellRect>,
    /// Draws concealed text, and text in the colour of its ground, as if it were not.
    pub reveal: bool,
    /// Leaves the cursor out.
    pub hide_cursor: bool,
}

/// A drawn screen.
pub struct Rendered {
    /// The picture.
    pub picture: Picture,
    /// Characters that no embedded font has; each is drawn as a box.
    pub missing_glyphs: u32,
}

impl Rendered {
    /// Encodes the picture as PNG.
    ///
    /// # Errors
    /// [`Error::Encode`] if the encoder refuses.
    pub fn to_png(&self) -> Result<Vec<u8>, Error> {
        encode::encode(&self.picture)
    }

    /// The picture's BLAKE3 hash, as it stands in the PNG's text chunk `Picture-BLAKE3`.
    pub fn hash(&self) -> String {
        encode::picture_hash(&self.picture)
    }
}

/// Draws one screen. For many, a [`Renderer`] keeps the glyphs between them.
pub fn render(terminal: &Terminal, options: &RenderOptions) -> Rendered {
    Renderer::new().render(terminal, options)
}

/// Draws screens, keeping the glyphs it has drawn.
pub struct Renderer {
    glyphs: Glyphs,
}

impl Default for Renderer {
    fn default() -> Renderer {
        Renderer::new()
    }
}

impl Renderer {
    /// A renderer that has drawn nothing yet.
    pub fn new() -> Renderer {
        Renderer { glyphs: Glyphs::new() }
    }

    /// Draws the active screen of `terminal`: [`CELL_WIDTH`] × [`CELL_HEIGHT`] pixels a cell.
    pub fn render(&mut self, terminal: &Terminal, options: &RenderOptions) -> Rendered {
        let size = terminal.size();
        let colors = Colors::new(terminal, options);
        let (width, height) = (usize::from(size.cols) * CELL_WIDTH, usize::from(size.rows) * CELL_HEIGHT);
        let mut rendered = Rendered { picture: Picture::new(width, height, colors.background), missing_glyphs: 0 };
        for row in 0..usize::from(size.rows) {
            self.draw_row(&mut rendered, terminal, row, &colors);
        }
        if !options.hide_cursor {
            self.draw_cursor(&mut rendered, terminal, &colors);
        }
        for mark in &options.marks {
            draw_mark(&mut rendered.picture, mark, options.theme.mark);
        }
        rendered
    }

    fn draw_row(&mut self, rendered: &mut Rendered, terminal: &Terminal, row: usize, colors: &Colors<'_>) {
        for (column, cell) in terminal.row(row).cells().enumerate() {
            if cell.width == 0 {
                continue;
            }
            let look = colors.look(&cell.attributes);
            let (x, y) = Picture::cell(row, column);
            let width = usize::from(cell.width) * CELL_WIDTH;
            if look.background != colors.background {
                rendered.picture.fill(x, y, width, CELL_HEIGHT, look.background);
            }
            self.draw_glyphs(
                rendered,
                cell.character,
                cell.combining,
                &cell.attributes,
                cell.width == 2,
                (x, y),
                look.foreground,
            );
            draw_lines(&mut rendered.picture, &cell.attributes, (x, y), width, &look);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one cell, laid open")]
    fn draw_glyphs(
        &mut self,
        rendered: &mut Rendered,
        c: char,
        marks: &[char],
        attributes: &Attributes,
        wide: bool,
        (x, y): (usize, usize),
        colour: Rgb,
    ) {
        if c == ' ' && marks.is_empty() {
            return;
        }
        for (index, &c) in std::iter::once(&c).chain(marks).enumerate() {
            // Joiners and variation selectors change other glyphs, they have none of their own.
            if matches!(c, '\u{200B}'..='\u{200F}' | '\u{FE00}'..='\u{FE0F}' | '\u{2060}' | '\u{FEFF}') {
                continue;
            }
            let key = GlyphKey { c, bold: attributes.bold, italic: attributes.italic, wide: wide && index == 0 };
            let glyph = self.glyphs.get(key);
            rendered.missing_glyphs += u32::from(glyph.missing);
            rendered.picture.draw(&glyph.mask, x, y, colour);
        }
    }

    fn draw_cursor(&mut self, rendered: &mut Rendered, terminal: &Terminal, colors: &Colors<'_>) {
        let cursor = terminal.cursor();
        if !cursor.visible {
            return;
        }
        let (row, column) = (usize::from(cursor.row), usize::from(cursor.column));
        let Some(cell) = terminal.row(row).cells().nth(column) else { return };
        let width = usize::from(cell.width.max(1)) * CELL_WIDTH;
        let (x, y) = Picture::cell(row, column);
        match cursor.shape {
            CursorShape::Block => {
                rendered.picture.fill(x, y, width, CELL_HEIGHT, colors.cursor);
                let under = colors.look(&cell.attributes).background;
                let under = if under == colors.cursor { colors.background } else { under };
                if cell.width > 0 && !cell.attributes.conceal {
                    self.draw_glyphs(
                        rendered,
                        cell.character,
                        cell.combining,
                        &cell.attributes,
                        cell.width == 2,
                        (x, y),
                        under,
                    );
                }
            }
            CursorShape::Underline => rendered.picture.fill(x, y + CELL_HEIGHT - 2, width, 2, colors.cursor),
            CursorShape::Beam => rendered.picture.fill(x, y, 2, CELL_HEIGHT, colors.cursor),
        }
    }
}

/// The colours of one picture.
struct Colors<'a> {
    terminal: &'a Terminal,
    theme: &'a Theme,
    reveal: bool,
    foreground: Rgb,
    background: Rgb,
    cursor: Rgb,
}

/// The colours of one cell.
struct Look {
    foreground: Rgb,
    background: Rgb,
    underline: Rgb,
}

impl<'a> Colors<'a> {
    fn new(terminal: &'a Terminal, options: &'a RenderOptions) -> Colors<'a> {
        let (palette, theme) = (terminal.palette(), &options.theme);
        Colors {
            terminal,
            theme,
            reveal: options.reveal,
            foreground: palette.foreground.unwrap_or(theme.foreground),
            background: palette.background.unwrap_or(theme.background),
            cursor: palette.cursor.unwrap_or(theme.cursor),
        }
    }

    fn resolve(&self, color: trail_screen::Color, default: Rgb) -> Rgb {
        match color {
            trail_screen::Color::Indexed(index) => match self.terminal.palette().entries.get(&index) {
                Some(colour) => *colour,
                None => self.theme.resolve(color, default),
            },
            _ => self.theme.resolve(color, default),
        }
    }

    fn look(&self, attributes: &Attributes) -> Look {
        // Bold text in one of the eight dark colours is drawn in the bright one, as most terminals do.
        let fg = match attributes.fg {
            trail_screen::Color::Indexed(index @ 0..=7) if attributes.bold => trail_screen::Color::Indexed(index + 8),
            other => other,
        };
        let mut foreground = self.resolve(fg, self.foreground);
        let mut background = self.resolve(attributes.bg, self.background);
        if attributes.inverse {
            std::mem::swap(&mut foreground, &mut background);
        }
        if attributes.dim {
            foreground = mix(background, foreground, 9);
        }
        if attributes.conceal && !self.reveal {
            foreground = background;
        }
        if self.reveal && foreground == background {
            foreground = background.map(|channel| 255 - channel);
        }
        let underline = match attributes.underline_color {
            Some(color) => self.resolve(color, foreground),
            None => foreground,
        };
        Look { foreground, background, underline }
    }
}

fn draw_lines(picture: &mut Picture, attributes: &Attributes, (x, y): (usize, usize), width: usize, look: &Look) {
    let base = y + CELL_HEIGHT - 3;
    match attributes.underline {
        Underline::None => {}
        Underline::Single => picture.fill(x, base, width, 1, look.underline),
        Underline::Double => {
            picture.fill(x, base - 1, width, 1, look.underline);
            picture.fill(x, base + 1, width, 1, look.underline);
        }
        Underline::Curly => {
            for column in 0..width {
                let wave = [0, 0, 1, 2, 2, 2, 1, 0, 0][(x + column) % 9];
                picture.fill(x + column, base - 1 + wave, 1, 1, look.underline);
            }
        }
        Underline::Dotted => {
            for column in (0..width).filter(|column| (x + column) % 2 == 0) {
                picture.fill(x + column, base, 1, 1, look.underline);
            }
        }
        Underline::Dashed => {
            for column in (0..width).filter(|column| (x + column) % 6 < 4) {
                picture.fill(x + column, base, 1, 1, look.underline);
            }
        }
    }
    if attributes.strike {
        picture.fill(x, y + CELL_HEIGHT / 2, width, 1, look.foreground);
    }
}

fn draw_mark(picture: &mut Picture, mark: &CellRect, colour: Rgb) {
    let (x, y) = Picture::cell(usize::from(mark.row), usize::from(mark.column));
    let width = usize::from(mark.width) * CELL_WIDTH;
    picture.tint(x, y, width, CELL_HEIGHT, colour);
    picture.frame(x.saturating_sub(1), y.saturating_sub(1), width + 2, CELL_HEIGHT + 2, 2, colour);
}
