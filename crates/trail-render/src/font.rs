//! Characters to coverage masks: DejaVu Sans Mono, then GNU Unifont, then a box that says "no glyph".

use std::collections::HashMap;
use std::io::Read;
use std::sync::OnceLock;

use ab_glyph::{Font, FontRef, Glyph, ScaleFont};

use crate::boxes;
use crate::mask::{CELL_HEIGHT, FULL, Mask};

/// Size of the outline font in pixels: its advance of 0.602 em fills the cell's width.
const PIXELS: f32 = 15.0;
/// Row of the baseline in a cell.
const BASELINE: f32 = 14.0;

static FACES: [&[u8]; 4] = [
    include_bytes!("../fonts/DejaVuSansMono.ttf"),
    include_bytes!("../fonts/DejaVuSansMono-Bold.ttf"),
    include_bytes!("../fonts/DejaVuSansMono-Oblique.ttf"),
    include_bytes!("../fonts/DejaVuSansMono-BoldOblique.ttf"),
];
static UNIFONT: &[u8] = include_bytes!("../fonts/unifont.bin.zst");
/// What `unifont.bin.zst` unpacks to, at most; it is our own file, and this only sizes the buffer.
const UNIFONT_LEN: usize = 2_055_264;

/// Which glyph: the character, its style and how many cells it takes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct GlyphKey {
    pub(crate) c: char,
    pub(crate) bold: bool,
    pub(crate) italic: bool,
    pub(crate) wide: bool,
}

/// Glyphs drawn so far. One for each thread of rendering.
pub(crate) struct Glyphs {
    faces: [FontRef<'static>; 4],
    drawn: HashMap<GlyphKey, Drawn>,
}

/// A drawn glyph; `missing` if no font has the character and the mask is the box that says so.
pub(crate) struct Drawn {
    pub(crate) mask: Mask,
    pub(crate) missing: bool,
}

impl Glyphs {
    pub(crate) fn new() -> Glyphs {
        let faces =
            FACES.map(|bytes| FontRef::try_from_slice(bytes).expect("the embedded fonts are part of the program"));
        Glyphs { faces, drawn: HashMap::new() }
    }

    pub(crate) fn get(&mut self, key: GlyphKey) -> &Drawn {
        let faces = &self.faces;
        self.drawn.entry(key).or_insert_with(|| draw(faces, key))
    }
}

fn draw(faces: &[FontRef<'static>; 4], key: GlyphKey) -> Drawn {
    let found = boxes::draw(key.c).filter(|_| !key.wide).or_else(|| outline(faces, key)).or_else(|| bitmap(key));
    let missing = found.is_none();
    Drawn { mask: found.unwrap_or_else(|| missing_box(key.wide)), missing }
}

/// Draws the outline glyph, if the font has one that fits the cell.
fn outline(faces: &[FontRef<'static>; 4], key: GlyphKey) -> Option<Mask> {
    // A wide character would be squeezed into half its place; the bitmap font has it in full width.
    if key.wide {
        return None;
    }
    let styled = &faces[usize::from(key.bold) + 2 * usize::from(key.italic)];
    let face =
        [styled, &faces[usize::from(key.bold)], &faces[0]].into_iter().find(|face| face.glyph_id(key.c).0 != 0)?;
    let scaled = face.as_scaled(PIXELS * face.height_unscaled() / face.units_per_em()?);
    let glyph: Glyph = face.glyph_id(key.c).with_scale_and_position(scaled.scale(), ab_glyph::point(0.0, BASELINE));
    let mut mask = Mask::new(1);
    if let Some(outlined) = face.outline_glyph(glyph) {
        let bounds = outlined.px_bounds();
        let (left, top) = (bounds.min.x as i32, bounds.min.y as i32);
        outlined.draw(|x, y, coverage| {
            let level = (coverage.clamp(0.0, 1.0) * f32::from(FULL) + 0.5) as u8;
            mask.cover(left + x as i32, top + y as i32, level);
        });
    }
    Some(mask)
}

/// Draws the glyph of the bitmap font, centred in its cell or cells.
fn bitmap(key: GlyphKey) -> Option<Mask> {
    let font = unifont();
    let index = font.index.binary_search_by_key(&u32::from(key.c), |glyph| glyph.code).ok()?;
    let glyph = &font.index[index];
    let columns = if glyph.wide { 16 } else { 8 };
    let mut mask = Mask::new(if key.wide { 2 } else { 1 });
    let left = (mask.width() as i32 - columns) / 2;
    let top = (CELL_HEIGHT as i32 - 16) / 2;
    let bytes_per_row = if glyph.wide { 2 } else { 1 };
    for row in 0..16 {
        let at = glyph.at + row * bytes_per_row;
        let bits = font.rows[at..at + bytes_per_row].iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte));
        for column in 0..columns {
            if bits >> (columns - 1 - column) & 1 == 1 {
                // A wide glyph in a narrow cell is halved rather than cut: what is left can still be recognised.
                let x = if mask.width() < columns as usize { column / 2 } else { left + column };
                mask.cover(x, top + row as i32, FULL);
                if key.bold {
                    mask.cover(x + 1, top + row as i32, FULL);
                }
            }
        }
    }
    Some(mask)
}

fn missing_box(wide: bool) -> Mask {
    let mut mask = Mask::new(if wide { 2 } else { 1 });
    let (width, height) = (mask.width() as i32 - 2, CELL_HEIGHT as i32 - 5);
    mask.fill(1, 2, width, height);
    mask.clear(2, 3, width - 2, height - 2);
    mask
}

/// The unpacked bitmap font.
struct Unifont {
    index: Vec<BitmapGlyph>,
    rows: Vec<u8>,
}

struct BitmapGlyph {
    code: u32,
    wide: bool,
    at: usize,
}

/// Unpacks the bitmap font on first use: most screens never need it.
fn unifont() -> &'static Unifont {
    static FONT: OnceLock<Unifont> = OnceLock::new();
    FONT.get_or_init(|| {
        let mut rows = Vec::with_capacity(UNIFONT_LEN);
        zstd::Decoder::new(UNIFONT)
            .and_then(|decoder| decoder.take(UNIFONT_LEN as u64).read_to_end(&mut rows))
            .expect("the embedded font is part of the program");
        let mut index = Vec::new();
        let mut at = 0;
        while let Some(head) = rows.get(at..at + 4) {
            let head = u32::from_le_bytes([head[0], head[1], head[2], head[3]]);
            let wide = head >> 31 == 1;
            index.push(BitmapGlyph { code: head & 0x7FFF_FFFF, wide, at: at + 4 });
            at += 4 + if wide { 32 } else { 16 };
        }
        Unifont { index, rows }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::CELL_WIDTH;

    fn ink(c: char, wide: bool) -> (usize, bool) {
        let mut glyphs = Glyphs::new();
        let drawn = glyphs.get(GlyphKey { c, bold: false, italic: false, wide });
        let ink = (0..CELL_HEIGHT).map(|y| drawn.mask.row(y).iter().filter(|&&p| p > 0).count()).sum();
        assert_eq!(drawn.mask.width(), if wide { 2 * CELL_WIDTH } else { CELL_WIDTH });
        (ink, drawn.missing)
    }

    #[test]
    fn every_script_a_terminal_shows_has_glyphs() {
        for c in "aZ0~éłжΩאبक→✓■│█⣿".chars() {
            let (ink, missing) = ink(c, false);
            assert!(ink > 0 && !missing, "{c}");
        }
        for c in "東京ひらカナ한글，😀🚀🎉".chars() {
            let (ink, missing) = ink(c, true);
            assert!(ink > 0 && !missing, "{c}");
        }
    }

    #[test]
    fn a_missing_glyph_is_a_visible_box() {
        let (ink, missing) = ink('\u{10FFFD}', false);
        assert!(ink > 0 && missing);
    }

    #[test]
    fn a_blank_has_no_ink() {
        assert_eq!(ink(' ', false), (0, false));
    }
}
