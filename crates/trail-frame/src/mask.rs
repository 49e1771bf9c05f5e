//! How pixels are laid on pixels: Porter-Duff, as Guacamole numbers it, and raster operations.

/// A compositing operation by Guacamole's channel mask. Unknown ones are [`Mask::OVER`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mask(u8);

impl Mask {
    /// Source over target: the usual one.
    pub const OVER: Mask = Mask(14);
    /// The source replaces the target.
    pub const SRC: Mask = Mask(12);

    /// By the number in the protocol.
    pub fn from_bits(bits: u8) -> Mask {
        Mask(if matches!(bits, 1 | 2 | 4 | 6 | 8..=12 | 14 | 15) { bits } else { 14 })
    }

    /// The number in the protocol.
    pub fn bits(self) -> u8 {
        self.0
    }

    /// Lays `source` on `target`, both of the same length.
    pub(crate) fn blend(self, target: &mut [u32], source: &[u32]) {
        match self {
            Mask::SRC => target.copy_from_slice(source),
            Mask::OVER => target.iter_mut().zip(source).for_each(|(target, &source)| *target = over(*target, source)),
            Mask(bits) => {
                target.iter_mut().zip(source).for_each(|(target, &source)| *target = weighted(bits, *target, source));
            }
        }
    }
}

/// Opacity of a pixel.
pub(crate) fn alpha(pixel: u32) -> u32 {
    pixel >> 24
}

/// `value * by / 255`, rounded, for numbers up to 255.
fn scaled(value: u32, by: u32) -> u32 {
    let product = value * by + 128;
    (product + (product >> 8)) >> 8
}

/// All four parts of a pixel times `by / 255`.
pub(crate) fn faded(pixel: u32, by: u32) -> u32 {
    match by {
        0 => 0,
        255 => pixel,
        _ => (0..4).fold(0, |out, part| out | scaled(pixel >> (8 * part) & 255, by) << (8 * part)),
    }
}

/// A source pixel over a target pixel.
pub(crate) fn over(target: u32, source: u32) -> u32 {
    match alpha(source) {
        255 => source,
        0 if source == 0 => target,
        opacity => sum(source, faded(target, 255 - opacity)),
    }
}

/// Sums of the parts, at most 255.
fn sum(a: u32, b: u32) -> u32 {
    (0..4).fold(0, |out, part| {
        let (a, b) = (a >> (8 * part) & 255, b >> (8 * part) & 255);
        out | (a + b).min(255) << (8 * part)
    })
}

/// The other Porter-Duff operations: each side by its share.
fn weighted(bits: u8, target: u32, source: u32) -> u32 {
    let (sa, ta) = (alpha(source), alpha(target));
    let (source_share, target_share) = match bits {
        1 => (0, sa),               // target in source
        2 => (0, 255 - sa),         // target out of source
        4 => (ta, 0),               // source in target
        6 => (ta, 255 - sa),        // source atop target
        8 => (255 - ta, 0),         // source out of target
        9 => (255 - ta, sa),        // target atop source
        10 => (255 - ta, 255 - sa), // xor
        11 => (255 - ta, 255),      // target over source
        _ => (255, 255),            // plus
    };
    sum(faded(source, source_share), faded(target, target_share))
}

/// Makes a pixel of separate red, green, blue and opacity.
pub(crate) fn premultiplied([red, green, blue, opacity]: [u8; 4]) -> u32 {
    let opaque = 0xff00_0000 | u32::from(blue) << 16 | u32::from(green) << 8 | u32::from(red);
    faded(opaque, opacity.into())
}

/// The colour of a pixel by itself.
fn separate(pixel: u32) -> u32 {
    match alpha(pixel) {
        0 => 0,
        255 => pixel & 0xff_ffff,
        opacity => (0..3).fold(0, |out, part| {
            let value = ((pixel >> (8 * part) & 255) * 255 + opacity / 2) / opacity;
            out | value.min(255) << (8 * part)
        }),
    }
}

/// A raster operation on two pixels. The target's opacity stays, but for black and white, which are opaque, and for the
/// source alone (plain or inverted), which brings its own.
pub(crate) fn transferred(function: u8, target: u32, source: u32) -> u32 {
    let (s, t) = (separate(source), separate(target));
    let rows = [(0b1000, !s & !t), (0b0100, !s & t), (0b0010, s & !t), (0b0001, s & t)];
    let color = rows.iter().filter(|(bit, _)| function & bit != 0).fold(0, |out, (_, bits)| out | bits) & 0xff_ffff;
    let opacity = match function {
        0x0 | 0xf => 255,
        0x3 | 0xc => alpha(source),
        _ => alpha(target),
    };
    faded(0xff00_0000 | color, opacity)
}
