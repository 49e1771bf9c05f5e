//! Which pixels belong to ink.

use std::ops::Range;

use trail_content::{PixelBox, Pixels};

/// Neighbours that differ by more than this in a channel are an edge. Below is noise of lossy pictures.
pub(super) const EDGE: u8 = 20;
/// So are they if they differ by less than this share of the strongest edge near them: the seam of smooth letters, and what
/// lossy pictures ring with.
const EDGE_SHARE: f32 = 0.25;
/// How far near is, in pixels to each side.
const NEAR: usize = 6;
/// Edges that go straight down for more rows than this belong to a frame, a rule or a picture, not to a letter.
const MAX_STEM: usize = 36;
/// A pixel that differs by more than this from the colour of the ground is ink.
pub(super) const INK: u8 = 48;

/// Red, green, blue and opacity.
pub(crate) type Colour = [u8; 4];

/// A yes or no for each pixel of an area.
#[derive(Clone, Debug)]
pub(crate) struct Mask {
    width: usize,
    bits: Vec<bool>,
}

impl Mask {
    pub(crate) fn new(width: usize, height: usize) -> Mask {
        Mask { width, bits: vec![false; width * height] }
    }

    pub(crate) fn set(&mut self, x: usize, y: usize, value: bool) {
        self.bits[y * self.width + x] = value;
    }

    pub(crate) fn width(&self) -> usize {
        self.width
    }

    pub(crate) fn rows(&self) -> impl DoubleEndedIterator<Item = &[bool]> + ExactSizeIterator {
        self.bits.chunks_exact(self.width.max(1))
    }
}

/// The greatest difference of two pixels in a channel.
pub(crate) fn difference(a: &[u8], b: &[u8]) -> u8 {
    a[0].abs_diff(b[0]).max(a[1].abs_diff(b[1])).max(a[2].abs_diff(b[2]))
}

/// Both sides of every edge of `area` that is not part of something long and straight.
pub(crate) fn ink(frame: Pixels<'_>, area: PixelBox) -> Mask {
    let (width, height) = (area.width() as usize, area.height() as usize);
    let edges = edges(frame, area);
    let strongest = strongest_near(&edges, width);
    let mut mask = Mask::new(width, height);
    for y in 0..height {
        let row = y * width;
        for x in 1..width {
            let least = (f32::from(strongest[row + x]) * EDGE_SHARE) as u8;
            if edges[row + x] > least.max(EDGE) {
                mask.bits[row + x - 1] = true;
                mask.bits[row + x] = true;
            }
        }
    }
    drop_stems(&mut mask);
    mask
}

/// How much each pixel of the area differs from its left neighbour.
fn edges(frame: Pixels<'_>, area: PixelBox) -> Vec<u8> {
    let mut edges = Vec::with_capacity(area.width() as usize * area.height() as usize);
    for y in area.top..area.bottom {
        let row = frame.row(y, area.left, area.right);
        edges.push(0);
        edges.extend(row.chunks_exact(4).zip(row[4..].chunks_exact(4)).map(|(left, right)| difference(left, right)));
    }
    edges
}

/// The strongest edge within [`NEAR`] pixels of each.
fn strongest_near(edges: &[u8], width: usize) -> Vec<u8> {
    let height = edges.len() / width;
    let mut across = edges.to_vec();
    for (out, row) in across.chunks_exact_mut(width).zip(edges.chunks_exact(width)) {
        for by in 1..=NEAR.min(width - 1) {
            raise(&mut out[by..], &row[..width - by]);
            raise(&mut out[..width - by], &row[by..]);
        }
    }
    let mut strongest = across.clone();
    for by in 1..=NEAR.min(height - 1) {
        let rows = by * width;
        raise(&mut strongest[rows..], &across[..across.len() - rows]);
        raise(&mut strongest[..across.len() - rows], &across[rows..]);
    }
    strongest
}

fn raise(values: &mut [u8], to: &[u8]) {
    values.iter_mut().zip(to).for_each(|(value, to)| *value = (*value).max(*to));
}

/// Clears what goes straight down for more than [`MAX_STEM`] rows.
fn drop_stems(mask: &mut Mask) {
    let (width, height) = (mask.width, mask.rows().len());
    let mut since = vec![0; width];
    for y in 0..=height {
        for (x, begin) in since.iter_mut().enumerate() {
            if y < height && mask.bits[y * width + x] {
                continue;
            }
            if y - *begin > MAX_STEM {
                (*begin..y).for_each(|row| mask.bits[row * width + x] = false);
            }
            *begin = y + 1;
        }
    }
}

/// Runs of columns of `line` in which every pixel has the colour of the ground, from the line's left side.
pub(crate) fn column_gaps(frame: Pixels<'_>, line: PixelBox) -> Vec<Range<u32>> {
    let ground = ground(frame, line);
    let mut inked = vec![false; line.width() as usize];
    for y in line.top..line.bottom {
        let row = frame.row(y, line.left, line.right);
        for (inked, pixel) in inked.iter_mut().zip(row.chunks_exact(4)) {
            *inked |= difference(pixel, &ground) > INK;
        }
    }
    let mut gaps = Vec::new();
    let mut begin = 0;
    for (x, _) in inked.iter().enumerate().filter(|(_, inked)| **inked).chain([(inked.len(), &true)]) {
        if x > begin {
            gaps.push(begin as u32..x as u32);
        }
        begin = x + 1;
    }
    gaps
}

/// The colour that most pixels of the box have, to sixteen steps a channel; of equals the one seen first.
pub(crate) fn ground(frame: Pixels<'_>, line: PixelBox) -> Colour {
    let mut counts = vec![(0_u32, [0_u8; 4]); 4096];
    for y in line.top..line.bottom {
        for pixel in frame.row(y, line.left, line.right).chunks_exact(4) {
            let [r, g, b] = [pixel[0], pixel[1], pixel[2]];
            let slot = usize::from(r >> 4) << 8 | usize::from(g >> 4) << 4 | usize::from(b >> 4);
            counts[slot] = (counts[slot].0 + 1, [r, g, b, 255]);
        }
    }
    counts.iter().rev().max_by_key(|(count, _)| *count).map_or([0; 4], |(_, colour)| *colour)
}
