//! The picture of a line as the recogniser network wants it: 48 rows, planes of blue, green and red.

use trail_content::{PixelBox, Pixels};

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

/// One output sample: the input samples it is made of, from `first` on, and their weights.
struct Tap {
    first: usize,
    weights: Vec<f32>,
}

/// Cuts `line` out of the frame and scales it to the height of the network.
///
/// Nothing outside the box is looked at: where the network wants a margin around the ink, the box's outermost pixels go on.
pub(crate) fn line_image(frame: Pixels<'_>, line: PixelBox, margin: Margin) -> LineImage {
    let (width, height) = (line.width() as usize, line.height() as usize);
    let scale = LINE_HEIGHT as f32 / (height as f32 + 2.0 * margin.rows);
    let wide = (width as f32 + 2.0 * margin.columns) * scale;
    let out_width = (wide.ceil() as usize).clamp(8, MAX_LINE_WIDTH);
    let columns = taps(width, out_width, margin.columns);
    let rows = taps(height, LINE_HEIGHT, margin.rows);
    let planes = resample(frame, line, &columns, &rows);
    LineImage { width: out_width, scale: out_width as f32 / (width as f32 + 2.0 * margin.columns), planes }
}

/// How much more than the box the network is shown, in pixels of the screen on each side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Margin {
    pub(crate) rows: f32,
    pub(crate) columns: f32,
}

/// The weights that scale `len` samples with `margin` around them to `out` ones: a triangle as wide as the step, at least
/// one sample, which is linear interpolation when enlarging and an average when reducing.
fn taps(len: usize, out: usize, margin: f32) -> Vec<Tap> {
    let step = (len as f32 + 2.0 * margin) / out as f32;
    let support = step.max(1.0);
    let last = len.saturating_sub(1);
    (0..out)
        .map(|at| {
            let centre = (at as f32 + 0.5) * step - 0.5 - margin;
            let from = (centre - support).ceil() as i64;
            let to = (centre + support).floor() as i64;
            let first = from.clamp(0, last as i64) as usize;
            let mut weights = vec![0.0; to.clamp(first as i64, last as i64) as usize - first + 1];
            for sample in from..=to {
                let weight = 1.0 - (sample as f32 - centre).abs() / support;
                weights[sample.clamp(0, last as i64) as usize - first] += weight.max(0.0);
            }
            let sum: f32 = weights.iter().sum();
            weights.iter_mut().for_each(|weight| *weight /= sum.max(f32::EPSILON));
            Tap { first, weights }
        })
        .collect()
}

fn resample(frame: Pixels<'_>, line: PixelBox, columns: &[Tap], rows: &[Tap]) -> Vec<f32> {
    let (width, height) = (columns.len(), line.height() as usize);
    let mut across = vec![0.0_f32; PLANES * width * height];
    for y in 0..height {
        let row = frame.row(line.top + y as u32, line.left, line.right);
        for (x, tap) in columns.iter().enumerate() {
            for plane in 0..PLANES {
                let samples = row[tap.first * 4..].chunks_exact(4).map(|pixel| f32::from(pixel[2 - plane]));
                let sum: f32 = samples.zip(&tap.weights).map(|(sample, weight)| sample * weight).sum();
                across[(plane * height + y) * width + x] = sum / 127.5 - 1.0;
            }
        }
    }
    let mut planes = vec![0.0_f32; PLANES * width * rows.len()];
    for plane in 0..PLANES {
        for (y, tap) in rows.iter().enumerate() {
            let out = &mut planes[(plane * rows.len() + y) * width..][..width];
            for (row, weight) in tap.weights.iter().enumerate() {
                let from = &across[(plane * height + tap.first + row) * width..][..width];
                out.iter_mut().zip(from).for_each(|(out, sample)| *out += sample * weight);
            }
        }
    }
    planes
}
