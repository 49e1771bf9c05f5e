//! Hextile: section 7.7.4 of RFC 6143. Tiles of 16 × 16; colours carry over from one to the next.

use std::io::Read;

use super::encoding::{Canvas, raw};
use super::format::Colours;
use super::source::{Result, Source};

const RAW: u8 = 1;
const BACKGROUND: u8 = 2;
const FOREGROUND: u8 = 4;
const ANY_RECTS: u8 = 8;
const COLOURED_RECTS: u8 = 16;

const TILE: usize = 16;

pub(super) fn hextile<R: Read>(
    source: &mut Source<R>,
    colours: &Colours,
    (width, height): (usize, usize),
) -> Result<Vec<u32>> {
    let mut canvas = Canvas::new(width, height, 0xff00_0000);
    let (mut back, mut front) = (0xff00_0000, 0xff00_0000);
    for y in (0..height).step_by(TILE) {
        for x in (0..width).step_by(TILE) {
            let (columns, rows) = (TILE.min(width - x), TILE.min(height - y));
            let kind = source.u8()?;
            if kind & RAW != 0 {
                canvas.put(x, y, columns, &raw(source, colours, columns * rows)?);
                continue;
            }
            if kind & BACKGROUND != 0 {
                back = pixel(source, colours)?;
            }
            if kind & FOREGROUND != 0 {
                front = pixel(source, colours)?;
            }
            let mut fits = canvas.fill([x, y, columns, rows], back);
            let count = if kind & ANY_RECTS != 0 { source.u8()? } else { 0 };
            for _ in 0..count {
                let colour = if kind & COLOURED_RECTS != 0 { pixel(source, colours)? } else { front };
                let [place, size] = source.array()?;
                let halves = |byte: u8| (usize::from(byte >> 4), usize::from(byte & 15));
                let ((left, top), (wide, tall)) = (halves(place), halves(size));
                fits &= left + wide < columns && top + tall < rows;
                fits = fits && canvas.fill([x + left, y + top, wide + 1, tall + 1], colour);
            }
            if !fits {
                return source.malformed("hextile rectangle over the edge");
            }
        }
    }
    Ok(canvas.pixels)
}

fn pixel<R: Read>(source: &mut Source<R>, colours: &Colours) -> Result<u32> {
    let mut bytes = [0; 4];
    let len = colours.format.len();
    for byte in &mut bytes[..len] {
        *byte = source.u8()?;
    }
    Ok(colours.pixel(&bytes[..len]))
}
