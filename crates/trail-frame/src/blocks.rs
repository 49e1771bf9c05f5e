//! Pixels in few bytes: blocks of 64 × 64, each solid, of few colours in runs, or as it is.
//!
//! It is what the ZRLE encoding of RFB does before zlib; here the chunk is compressed as a whole. See "Pixels" in
//! `docs/format.md`.

use crate::bytes::{Reader, put_number};

/// Side of a block; those at the right and bottom may be smaller.
pub(crate) const BLOCK: usize = 64;

const SOLID: u8 = 0;
const RAW_RGB: u8 = 1;
const RAW_RGBA: u8 = 2;
/// A palette of that many colours less this follows: 3 is 2 colours.
const PALETTE: u8 = 1;
/// An index needs seven bits; the eighth says that a run's length follows.
const MAX_COLOURS: usize = 128;
const RUN: u8 = 0x80;

/// Packs rows of `width` pixels.
pub(crate) fn put_pixels(out: &mut Vec<u8>, width: usize, pixels: &[u32]) {
    if width == 0 {
        return;
    }
    let mut block = Vec::with_capacity(BLOCK * BLOCK);
    for band in pixels.chunks(width * BLOCK) {
        for left in (0..width).step_by(BLOCK) {
            let right = (left + BLOCK).min(width);
            block.clear();
            band.chunks_exact(width).for_each(|row| block.extend_from_slice(&row[left..right]));
            put_block(out, &block);
        }
    }
}

/// The colours of a block in the order of their appearance; nothing if there are too many.
struct Palette {
    colours: Vec<u32>,
    /// Open hash table of indices plus 1.
    slots: [u8; 512],
}

impl Palette {
    fn index(&mut self, colour: u32) -> Option<u8> {
        let mut slot = (colour.wrapping_mul(0x9e37_79b1) >> 23) as usize;
        loop {
            match self.slots[slot] {
                0 if self.colours.len() == MAX_COLOURS => return None,
                0 => {
                    self.colours.push(colour);
                    self.slots[slot] = self.colours.len() as u8;
                    return Some(self.colours.len() as u8 - 1);
                }
                taken if self.colours[usize::from(taken) - 1] == colour => return Some(taken - 1),
                _ => slot = (slot + 1) % self.slots.len(),
            }
        }
    }
}

fn put_block(out: &mut Vec<u8>, block: &[u32]) {
    let Some(&first) = block.first() else { return };
    let mut palette = Palette { colours: Vec::new(), slots: [0; 512] };
    let mut runs: Vec<u8> = Vec::with_capacity(256);
    let mut rest = block;
    while let Some(&colour) = rest.first() {
        let len = rest.iter().take_while(|next| **next == colour).count();
        let Some(index) = palette.index(colour) else {
            return put_raw(out, block);
        };
        match len {
            1 => runs.push(index),
            _ => {
                runs.push(index | RUN);
                put_number(&mut runs, len as u64 - 2);
            }
        }
        rest = &rest[len..];
    }
    match palette.colours.as_slice() {
        [_] => {
            out.push(SOLID);
            out.extend_from_slice(&first.to_le_bytes());
        }
        colours if runs.len() + 4 * colours.len() < 3 * block.len() => {
            out.push(PALETTE + colours.len() as u8);
            colours.iter().for_each(|colour| out.extend_from_slice(&colour.to_le_bytes()));
            out.extend_from_slice(&runs);
        }
        _ => put_raw(out, block),
    }
}

fn put_raw(out: &mut Vec<u8>, block: &[u32]) {
    let is_opaque = block.iter().all(|pixel| pixel >> 24 == 255);
    out.push(if is_opaque { RAW_RGB } else { RAW_RGBA });
    let len = if is_opaque { 3 } else { 4 };
    block.iter().for_each(|pixel| out.extend_from_slice(&pixel.to_le_bytes()[..len]));
}

/// Unpacks `width` × `height` pixels; nothing if the bytes are not exactly those of so many. The caller has compared the
/// size with its limits.
pub(crate) fn read_pixels(bytes: &[u8], width: usize, height: usize) -> Option<Vec<u32>> {
    let mut reader = Reader::new(bytes);
    // The shortest block has five bytes: memory is bounded by what is there, 4096 pixels for each of them.
    let blocks = width.div_ceil(BLOCK) * height.div_ceil(BLOCK);
    if bytes.len() < blocks * 5 {
        return None;
    }
    let mut pixels = vec![0; width * height];
    let mut block = Vec::with_capacity(BLOCK * BLOCK);
    for top in (0..height).step_by(BLOCK) {
        let rows = BLOCK.min(height - top);
        for left in (0..width).step_by(BLOCK) {
            let columns = BLOCK.min(width - left);
            read_block(&mut reader, columns * rows, &mut block)?;
            for (row, source) in block.chunks_exact(columns).enumerate() {
                let at = (top + row) * width + left;
                pixels[at..at + columns].copy_from_slice(source);
            }
        }
    }
    reader.is_empty().then_some(pixels)
}

fn read_block(reader: &mut Reader<'_>, len: usize, block: &mut Vec<u32>) -> Option<()> {
    block.clear();
    match reader.byte()? {
        SOLID => block.resize(len, read_colour(reader.take(4)?)),
        RAW_RGB => block.extend(reader.take(3 * len)?.chunks_exact(3).map(|pixel| read_colour(pixel) | 0xff00_0000)),
        RAW_RGBA => block.extend(reader.take(4 * len)?.chunks_exact(4).map(read_colour)),
        kind => {
            let count = usize::from(kind - PALETTE);
            if count > MAX_COLOURS {
                return None;
            }
            let colours = reader.take(4 * count)?;
            while block.len() < len {
                let byte = reader.byte()?;
                let index = usize::from(byte & !RUN);
                let colour = read_colour(colours.get(4 * index..4 * index + 4)?);
                let run = if byte & RUN == 0 { 1 } else { reader.number()?.checked_add(2)? };
                let end = usize::try_from(run).ok().and_then(|run| block.len().checked_add(run))?;
                if end > len {
                    return None;
                }
                block.resize(end, colour);
            }
        }
    }
    Some(())
}

/// Three or four bytes, red first.
fn read_colour(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |out, byte| out << 8 | u32::from(*byte))
}
