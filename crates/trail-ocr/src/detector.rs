//! The network that marks where text is, and the boxes of what it marked (differentiable binarization).

use std::sync::Arc;

use rten::ThreadPool;
use trail_content::{PixelBox, Pixels};

use crate::Error;
use crate::lines;
use crate::network::Network;

/// Sides of what the network is given are multiples of this.
const STRIDE: usize = 32;

/// From this probability on a pixel belongs to text; the figure the network was published with, as the two below.
const PIXEL_THRESHOLD: f32 = 0.2;
/// A box whose pixels are less probable on average is none.
const BOX_THRESHOLD: f32 = 0.4;
/// The network marks the core of a line: a box grows by its area over its perimeter, times this.
const UNCLIP_RATIO: f32 = 1.4;

/// Pixels around the ink that belong to a line: the seam of smooth letters.
const SEAM: u32 = 1;

/// Mean and deviation of the pictures the network was trained on, for blue, green and red.
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];

/// The most pixels that are shown to the network at once, 4096 × 2304: memory is proportional. A larger area is refused.
const MAX_PIXELS: usize = 4096 * 2304;

pub(crate) struct Detector {
    network: Network,
}

impl Detector {
    pub(crate) fn new(model: &[u8], pool: Arc<ThreadPool>) -> Result<Detector, Error> {
        Ok(Detector { network: Network::new("detector", model, pool)? })
    }

    /// The boxes of the lines in `area`, snapped to the ink.
    pub(crate) fn find_lines(&self, frame: Pixels<'_>, area: PixelBox) -> Result<Vec<PixelBox>, Error> {
        let area = area.intersect(frame.bounds());
        if area.is_empty() {
            return Ok(Vec::new());
        }
        let (width, height) = (area.width() as usize, area.height() as usize);
        let (map, padded_width) = self.run(frame, area)?;
        let mut marks = lines::Mask::new(width, height);
        for y in 0..height {
            for x in 0..width {
                marks.set(x, y, map[y * padded_width + x] > PIXEL_THRESHOLD);
            }
        }
        let place =
            |b: PixelBox| PixelBox::new(b.left + area.left, b.top + area.top, b.right + area.left, b.bottom + area.top);
        let mut found = Vec::new();
        for core in lines::components(&marks, 0) {
            if mean(&map, padded_width, core) >= BOX_THRESHOLD && core.width() >= 3 && core.height() >= 3 {
                let core = place(core);
                let parts = lines::split(frame, core, unclip(core, area), area).into_iter();
                let snapped = parts.filter_map(|part| lines::snap(frame, part.core, part.reach, part.limit));
                found.extend(snapped.map(|line| line.grow(SEAM, area)));
            }
        }
        Ok(found)
    }

    /// The map of probabilities and the length of its rows.
    fn run(&self, frame: Pixels<'_>, area: PixelBox) -> Result<(Vec<f32>, usize), Error> {
        let (width, height) = (area.width() as usize, area.height() as usize);
        let (wide, high) = (width.next_multiple_of(STRIDE), height.next_multiple_of(STRIDE));
        if wide * high > MAX_PIXELS {
            return Err(self.network.failed(format!("expected at most {MAX_PIXELS} pixels, found {wide} x {high}")));
        }
        let mut planes = vec![0.0_f32; 3 * wide * high];
        for y in 0..height {
            let row = frame.row(area.top + y as u32, area.left, area.right);
            for (x, pixel) in row.chunks_exact(4).enumerate() {
                for plane in 0..3 {
                    let value = f32::from(pixel[2 - plane]) / 255.0;
                    planes[(plane * high + y) * wide + x] = (value - MEAN[plane]) / DEVIATION[plane];
                }
            }
        }
        let (shape, map) = self.network.run::<4>(planes, wide, high)?;
        if shape != [1, 1, high, wide] {
            return Err(self.network.failed(format!("expected a map of {wide} x {high}, found {shape:?}")));
        }
        Ok((map, wide))
    }
}

/// The average probability in a box.
fn mean(map: &[f32], row_len: usize, b: PixelBox) -> f32 {
    let row = |y: u32| &map[y as usize * row_len..][b.left as usize..b.right as usize];
    let sum: f32 = (b.top..b.bottom).flat_map(row).sum();
    sum / (b.width() * b.height()).max(1) as f32
}

fn unclip(core: PixelBox, limit: PixelBox) -> PixelBox {
    let (width, height) = (core.width() as f32, core.height() as f32);
    core.grow((width * height * UNCLIP_RATIO / (2.0 * (width + height))).round() as u32, limit)
}
