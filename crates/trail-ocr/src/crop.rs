//! The picture of a line as the recogniser network wants it: 48 rows, planes of blue, green and red.

use trail_content::{PixelBox, Pixels};

use crate::lines::{self, Colour};

/// Rows of every picture that the recogniser reads.
pub(crate) const LINE_HEIGHT: usize = 48;

/// The widest picture of a line that is read, in columns of the network. A line of 16 px high text over 2,048 px needs
/// 6,144; what is longer is read squeezed.
const MAX_LINE_WIDTH: usize = 8192;

/// Planes of a picture.
const PLANES: usize = 3;

/// A picture of a line, scaled.
pub(crate) struct LineImage {
    /// Columns.
    pub(crate) width: usize,
    /// Columns of the picture for one of the screen.
    pub(crate) scale: f32,
    /// Blue, green and red planes of `width` × [`LINE_HEIGHT`] values from -1 to 1.
    pub(crate) planes: Vec<f32>,
}

/// What letters are narrowed by: those of a screen are wider for their height than those the network reads best.
const NARROWING: f32 = 0.9;

/// One output sample: the input samples it is made of, from `first` on, and their weights.
struct Tap {
    first: usize,
    weights: Vec<f32>,
    /// The weight of what lies outside the input.
    outside: f32,
}

/// Cuts `line` out of the frame and scales it to the height of the network.
///
/// Nothing outside the box is looked at: the margin around it has the colour of its `ground`.
pub(crate) fn line_image(frame: Pixels<'_>, line: PixelBox, margin: Margin, ground: Colour) -> LineImage {
    let (width, height) = (line.width() as usize, line.height() as usize);
    let whole = margin.height_around(line);
    let wide = width as f32 + 2.0 * margin.columns;
    let out_width = (wide * NARROWING * LINE_HEIGHT as f32 / whole).ceil() as usize;
    let out_width = out_width.clamp(8, MAX_LINE_WIDTH);
    let columns = taps(width, out_width, margin.columns, wide);
    let rows = taps(height, LINE_HEIGHT, margin.above, whole);
    let planes = resample(frame, line, &columns, &rows, ground);
    LineImage { width: out_width, scale: out_width as f32 / wide, planes }
}

/// How much more than the box the network is shown, in pixels of the screen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Margin {
    pub(crate) above: f32,
    pub(crate) below: f32,
    /// On either side.
    pub(crate) columns: f32,
}

impl Margin {
    /// The height of what the network is shown of a line, in pixels of the screen. It follows the size of the letters,
    /// whether some of them reach up or down or none.
    pub(crate) fn height_around(self, line: PixelBox) -> f32 {
        self.above + line.height() as f32 + self.below
    }
}

/// How far from the middle of the ink the network wants to see, in standard deviations of the ink's rows: as far as the
/// boxes reach that it was trained with.
const REACH: f32 = 3.1;
/// The least margin above and below.
const MIN_ROWS: f32 = 0.5;
/// The margin on either side, as a share of the height.
const SIDE_SHARE: f32 = 0.2;
/// Differences from the ground that are no ink: noise of lossy pictures.
const NOISE: u8 = 24;

/// The margin that puts the letters of a line in the middle, at the size at which the network reads best.
///
/// Most ink of a line lies between its base line and the height of an `x`: the mean and the deviation of its rows say
/// where that is, and do not mind whether there are letters that reach beyond.
pub(crate) fn margin(frame: Pixels<'_>, line: PixelBox, ground: Colour) -> Margin {
    let height = line.height() as f32;
    let (mut mass, mut sum, mut squares) = (0.0_f32, 0.0_f32, 0.0_f32);
    for y in line.top..line.bottom {
        let at = (y - line.top) as f32 + 0.5;
        let ink = |pixel: &[u8]| u32::from(lines::difference(pixel, &ground).saturating_sub(NOISE));
        let ink = frame.row(y, line.left, line.right).chunks_exact(4).map(ink).sum::<u32>() as f32;
        mass += ink;
        sum += ink * at;
        squares += ink * at * at;
    }
    let (mean, deviation) = match mass > 0.0 {
        true => (sum / mass, (squares / mass - (sum / mass).powi(2)).max(0.0).sqrt()),
        false => (height / 2.0, height / (2.0 * REACH)),
    };
    let above = (REACH * deviation - mean).max(MIN_ROWS);
    let below = (mean + REACH * deviation - height).max(MIN_ROWS);
    Margin { above, below, columns: (above + height + below) * SIDE_SHARE }
}

/// The weights that scale `whole` samples, of which `len` are there and `before` are missing before those, to `out` ones: a
/// triangle as wide as the step, at least one sample, which is linear interpolation when enlarging and an average when
/// reducing.
fn taps(len: usize, out: usize, before: f32, whole: f32) -> Vec<Tap> {
    let step = whole / out as f32;
    let support = step.max(1.0);
    let last = len as i64 - 1;
    (0..out)
        .map(|at| {
            let centre = (at as f32 + 0.5) * step - 0.5 - before;
            let weight = |sample: i64| (1.0 - (sample as f32 - centre).abs() / support).max(0.0);
            let (from, to) = ((centre - support).ceil() as i64, (centre + support).floor() as i64);
            let all: f32 = (from..=to).map(weight).sum::<f32>().max(f32::EPSILON);
            let weights: Vec<f32> = (from.max(0)..=to.min(last)).map(|sample| weight(sample) / all).collect();
            let outside = 1.0 - weights.iter().sum::<f32>();
            Tap { first: from.clamp(0, last.max(0)) as usize, weights, outside }
        })
        .collect()
}

/// The value of a colour that the network wants.
fn value(colour: f32) -> f32 {
    colour / 127.5 - 1.0
}

fn resample(frame: Pixels<'_>, line: PixelBox, columns: &[Tap], rows: &[Tap], ground: Colour) -> Vec<f32> {
    let (width, height) = (columns.len(), line.height() as usize);
    let mut across = vec![0.0_f32; PLANES * width * height];
    for y in 0..height {
        let row = frame.row(line.top + y as u32, line.left, line.right);
        for (x, tap) in columns.iter().enumerate() {
            for plane in 0..PLANES {
                let samples = row[tap.first * 4..].chunks_exact(4).map(|pixel| f32::from(pixel[2 - plane]));
                let sum: f32 = samples.zip(&tap.weights).map(|(sample, weight)| sample * weight).sum();
                let outside = tap.outside * f32::from(ground[2 - plane]);
                across[(plane * height + y) * width + x] = value(sum + outside);
            }
        }
    }
    let mut planes = vec![0.0_f32; PLANES * width * rows.len()];
    for plane in 0..PLANES {
        for (y, tap) in rows.iter().enumerate() {
            let out = &mut planes[(plane * rows.len() + y) * width..][..width];
            out.fill(tap.outside * value(f32::from(ground[2 - plane])));
            for (row, weight) in tap.weights.iter().enumerate() {
                let from = &across[(plane * height + tap.first + row) * width..][..width];
                out.iter_mut().zip(from).for_each(|(out, sample)| *out += sample * weight);
            }
        }
    }
    planes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line of letters 8 px high at row 4, with tails or heads of two more.
    fn height_of(bars: &[(u32, u32, u32, u32)], line: PixelBox) -> f32 {
        let mut rgba = vec![255_u8; 200 * 20 * 4];
        let letters = (0..20).map(|at| (at * 8, 6, at * 8 + 5, 13));
        for (left, top, right, bottom) in letters.chain(bars.iter().copied()) {
            for y in top..bottom {
                rgba[((y * 200 + left) * 4) as usize..((y * 200 + right) * 4) as usize].fill(0);
            }
        }
        let frame = Pixels::new(200, &rgba).unwrap();
        margin(frame, line, lines::ground(frame, line)).height_around(line)
    }

    #[test]
    fn letters_that_reach_out_hardly_change_the_scale() {
        let plain = height_of(&[], PixelBox::new(0, 6, 160, 13));
        let tails = height_of(&[(16, 3, 17, 6), (40, 13, 41, 16)], PixelBox::new(0, 3, 160, 16));
        assert!((12.0..15.0).contains(&plain), "{plain}");
        assert!((plain - tails).abs() < 2.0, "{plain} {tails}");
    }

    #[test]
    fn what_is_outside_has_the_colour_of_the_ground() {
        let mut rgba = vec![200_u8; 10 * 8 * 4];
        rgba[..4].fill(0);
        let frame = Pixels::new(10, &rgba).unwrap();
        let margin = Margin { above: 8.0, below: 8.0, columns: 4.0 };
        let image = line_image(frame, frame.bounds(), margin, [200, 200, 200, 255]);
        let edge = image.planes[0];
        assert!((edge - value(200.0)).abs() < 1e-4, "{edge}");
        assert!(image.planes.iter().all(|value| (-1.0..=1.0).contains(value)));
    }
}
