//! ZRLE: section 7.7.6 of RFC 6143. Tiles of 64 × 64 in one zlib stream.

use std::io::Read;

use super::encoding::Canvas;
use super::format::Colours;
use super::source::{Inflater, Result, Source};
use crate::bytes::Reader;

const TILE: usize = 64;
/// Bytes of a tile beyond a run of one pixel each: kind and the longest palette.
const TILE_OVERHEAD: usize = 1 + 127 * 4;

pub(super) fn zrle<R: Read>(
    source: &mut Source<R>,
    colours: &Colours,
    inflater: &mut Inflater,
    (width, height): (usize, usize),
) -> Result<Vec<u32>> {
    let data = source.prefixed()?;
    let tiles = width.div_ceil(TILE) * height.div_ceil(TILE);
    let max_len = width * height * (colours.format.len() + 1) + tiles * TILE_OVERHEAD;
    let bytes = inflater.inflate(&data, max_len);
    let canvas = bytes.and_then(|bytes| decode(&bytes, colours, width, height));
    match canvas {
        Some(canvas) => Ok(canvas.pixels),
        None => source.malformed("invalid ZRLE rectangle"),
    }
}

fn decode(bytes: &[u8], colours: &Colours, width: usize, height: usize) -> Option<Canvas> {
    let mut reader = Reader::new(bytes);
    let mut canvas = Canvas::new(width, height, 0xff00_0000);
    let mut tile = Vec::with_capacity(TILE * TILE);
    for y in (0..height).step_by(TILE) {
        for x in (0..width).step_by(TILE) {
            let (columns, rows) = (TILE.min(width - x), TILE.min(height - y));
            tile.clear();
            read_tile(&mut reader, colours, columns, rows, &mut tile)?;
            canvas.put(x, y, columns, &tile);
        }
    }
    reader.is_empty().then_some(canvas)
}

fn read_tile(
    reader: &mut Reader<'_>,
    colours: &Colours,
    columns: usize,
    rows: usize,
    tile: &mut Vec<u32>,
) -> Option<()> {
    let area = columns * rows;
    let len = colours.format.compact_len();
    let palette_of = |reader: &mut Reader<'_>, count: usize| -> Option<Vec<u32>> {
        let bytes = reader.take(count * len)?;
        Some(bytes.chunks_exact(len).map(|pixel| colours.compact_pixel(pixel)).collect())
    };
    match reader.byte()? {
        0 => *tile = palette_of(reader, area)?,
        1 => tile.resize(area, palette_of(reader, 1)?[0]),
        count @ 2..=16 => {
            let palette = palette_of(reader, count.into())?;
            let bits = [1, 1, 1, 2, 2, 4][usize::from(count).min(5)];
            for row in reader.take((columns * bits).div_ceil(8) * rows)?.chunks_exact((columns * bits).div_ceil(8)) {
                for column in 0..columns {
                    let at = column * bits;
                    let index = row[at / 8] >> (8 - bits - at % 8) & ((1 << bits) - 1);
                    tile.push(*palette.get(usize::from(index))?);
                }
            }
        }
        128 => {
            while tile.len() < area {
                let colour = palette_of(reader, 1)?[0];
                put_run(reader, colour, area, tile)?;
            }
        }
        kind @ 130.. => {
            let palette = palette_of(reader, usize::from(kind) - 128)?;
            while tile.len() < area {
                let index = reader.byte()?;
                let colour = *palette.get(usize::from(index & 127))?;
                if index < 128 {
                    tile.push(colour);
                } else {
                    put_run(reader, colour, area, tile)?;
                }
            }
        }
        _ => return None,
    }
    Some(())
}

/// A run's length less one is the sum of bytes up to the first that is not 255.
fn put_run(reader: &mut Reader<'_>, colour: u32, area: usize, tile: &mut Vec<u32>) -> Option<()> {
    let mut len = 1;
    loop {
        let byte = reader.byte()?;
        len += usize::from(byte);
        if tile.len() + len > area {
            return None;
        }
        if byte != 255 {
            tile.resize(tile.len() + len, colour);
            return Some(());
        }
    }
}
