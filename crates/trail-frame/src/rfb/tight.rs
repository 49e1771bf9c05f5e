//! Tight: four zlib streams, filters, fills and pictures.

use std::io::Read;

use super::encoding::Canvas;
use super::format::Colours;
use super::source::{Inflater, Result, Source};

/// What a rectangle is.
pub(super) enum Tight {
    /// Pixels.
    Pixels(Vec<u32>),
    /// A JPEG or PNG as it is.
    Picture(Vec<u8>),
}

/// Less is sent without compression.
const MIN_COMPRESSED_LEN: usize = 12;

const FILTER_COPY: u8 = 0;
const FILTER_PALETTE: u8 = 1;
const FILTER_GRADIENT: u8 = 2;

pub(super) fn tight<R: Read>(
    source: &mut Source<R>,
    colours: &Colours,
    streams: &mut [Inflater; 4],
    size: (usize, usize),
) -> Result<Tight> {
    let control = source.u8()?;
    for (index, stream) in streams.iter_mut().enumerate() {
        if control >> index & 1 == 1 {
            *stream = Inflater::new();
        }
    }
    match control >> 4 {
        8 => {
            let pixel = source.bytes(pixel_len(colours) as u64)?;
            Ok(Tight::Pixels(Canvas::new(size.0, size.1, tight_pixel(colours, &pixel)).pixels))
        }
        9 | 10 => {
            let len = compact_len(source)?;
            Ok(Tight::Picture(source.bytes(len)?))
        }
        kind @ 0..8 => {
            let filter = if kind & 4 != 0 { source.u8()? } else { FILTER_COPY };
            let stream = &mut streams[usize::from(kind & 3)];
            basic(source, colours, stream, filter, size).map(Tight::Pixels)
        }
        kind => source.malformed(format!("unknown tight rectangle {kind}")),
    }
}

fn pixel_len(colours: &Colours) -> usize {
    if colours.format.is_tight_rgb() { 3 } else { colours.format.len() }
}

fn tight_pixel(colours: &Colours, bytes: &[u8]) -> u32 {
    match bytes {
        [red, green, blue] if colours.format.is_tight_rgb() => u32::from_le_bytes([*red, *green, *blue, 255]),
        bytes => colours.pixel(bytes),
    }
}

fn tight_pixels(colours: &Colours, bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(pixel_len(colours)).map(|pixel| tight_pixel(colours, pixel)).collect()
}

/// A length of one to three bytes, seven bits in each of the first two.
fn compact_len<R: Read>(source: &mut Source<R>) -> Result<u64> {
    let mut len = 0;
    for shift in [0, 7, 14] {
        let byte = source.u8()?;
        let bits = if shift == 14 { byte } else { byte & 0x7f };
        len |= u64::from(bits) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    Ok(len)
}

fn basic<R: Read>(
    source: &mut Source<R>,
    colours: &Colours,
    stream: &mut Inflater,
    filter: u8,
    (width, height): (usize, usize),
) -> Result<Vec<u32>> {
    match filter {
        FILTER_COPY => {
            let bytes = data(source, stream, width * height * pixel_len(colours))?;
            Ok(tight_pixels(colours, &bytes))
        }
        FILTER_PALETTE => {
            let count = usize::from(source.u8()?) + 1;
            let palette = tight_pixels(colours, &source.bytes((count * pixel_len(colours)) as u64)?);
            let row_len = if count == 2 { width.div_ceil(8) } else { width };
            let bytes = data(source, stream, row_len * height)?;
            let index = |row: &[u8], at: usize| match count {
                2 => row[at / 8] >> (7 - at % 8) & 1,
                _ => row[at],
            };
            let (palette, index) = (palette.as_slice(), &index);
            let rows = bytes.chunks_exact(row_len.max(1));
            let pixels = rows.flat_map(|row| (0..width).map(move |at| palette_colour(palette, index(row, at))));
            match pixels.collect::<Option<Vec<u32>>>() {
                Some(pixels) => Ok(pixels),
                None => source.malformed("tight palette has no such colour"),
            }
        }
        FILTER_GRADIENT => {
            let bytes = data(source, stream, width * height * pixel_len(colours))?;
            Ok(gradient(colours, &bytes, width))
        }
        filter => source.malformed(format!("unknown tight filter {filter}")),
    }
}

fn palette_colour(palette: &[u32], index: u8) -> Option<u32> {
    palette.get(usize::from(index)).copied()
}

/// So many bytes, compressed if they are worth it.
fn data<R: Read>(source: &mut Source<R>, stream: &mut Inflater, len: usize) -> Result<Vec<u8>> {
    if len < MIN_COMPRESSED_LEN {
        return source.bytes(len as u64);
    }
    let stored = compact_len(source)?;
    let bytes = source.bytes(stored)?;
    match stream.inflate(&bytes, len).filter(|bytes| bytes.len() == len) {
        Some(bytes) => Ok(bytes),
        None => source.malformed("invalid tight rectangle"),
    }
}

/// Each part of a pixel is a difference from what its neighbours foretell: left + above - above left, within bounds.
fn gradient(colours: &Colours, bytes: &[u8], width: usize) -> Vec<u32> {
    let (len, format) = (pixel_len(colours), &colours.format);
    let mut pixels = Vec::with_capacity(bytes.len() / len);
    let mut above = vec![[0u32; 3]; width + 1];
    for row in bytes.chunks_exact((width * len).max(1)) {
        let mut now = vec![[0u32; 3]; width + 1];
        for (at, pixel) in row.chunks_exact(len).enumerate() {
            let sent = match pixel {
                [red, green, blue] => [*red, *green, *blue].map(u32::from),
                pixel => format.parts(pixel),
            };
            let parts = std::array::from_fn(|part| {
                let max = i64::from(format.max[part]);
                let [left, up, corner] = [now[at][part], above[at + 1][part], above[at][part]].map(i64::from);
                let foretold = (left + up - corner).clamp(0, max) as u32;
                (foretold + sent[part]) & max as u32
            });
            now[at + 1] = parts;
            pixels.push(format.colour_of(parts));
        }
        above = now;
    }
    pixels
}
