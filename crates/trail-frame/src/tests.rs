//! White-box tests of the pieces.

use trail_model::PixelRect;

use crate::blocks::{put_pixels, read_pixels};
use crate::mask::{premultiplied, transferred};
use crate::{Draw, DrawingWriter, Mask, Surface};

/// A small generator of numbers, so that a failing case comes back.
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn new(seed: u64) -> Numbers {
        Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end.max(1)
    }
}

#[test]
fn packed_pixels_come_back() {
    for seed in 0..200 {
        let mut numbers = Numbers::new(seed);
        let (width, height) = (1 + numbers.below(150) as usize, 1 + numbers.below(150) as usize);
        let colours = [1, 2, 3, 127, 128, 129, 5000][numbers.below(7) as usize];
        let longest = 1 + numbers.below(300);
        let mut pixels = Vec::new();
        while pixels.len() < width * height {
            let colour = (numbers.below(colours) as u32).wrapping_mul(0x0101_4567) | (numbers.below(2) as u32) << 31;
            let run = (1 + numbers.below(longest) as usize).min(width * height - pixels.len());
            pixels.resize(pixels.len() + run, colour);
        }
        let mut bytes = Vec::new();
        put_pixels(&mut bytes, width, &pixels);
        assert_eq!(read_pixels(&bytes, width, height).as_deref(), Some(pixels.as_slice()), "seed {seed}");
        assert_eq!(read_pixels(&bytes[..bytes.len() - 1], width, height), None, "seed {seed}");
    }
}

#[test]
fn flat_pixels_are_small_and_noise_costs_next_to_nothing() {
    let mut bytes = Vec::new();
    put_pixels(&mut bytes, 1024, &vec![0xffee_ddcc; 1024 * 768]);
    assert_eq!(bytes.len(), 16 * 12 * 5);
    bytes.clear();
    let mut numbers = Numbers::new(7);
    let noise: Vec<u32> = (0..128 * 128).map(|_| 0xff00_0000 | numbers.below(1 << 24) as u32).collect();
    put_pixels(&mut bytes, 128, &noise);
    assert_eq!(bytes.len(), 4 * (1 + 3 * 64 * 64));
}

/// Porter and Duff's table ("Compositing Digital Images", 1984), in floating point.
#[test]
fn masks_do_what_porter_and_duff_say() {
    // Shares of source and target by their opacities, for each channel mask of the Guacamole protocol.
    type Shares = fn(f64, f64) -> (f64, f64);
    let table: [(u8, Shares); 11] = [
        (1, |s, _| (0.0, s)),
        (2, |s, _| (0.0, 1.0 - s)),
        (4, |_, t| (t, 0.0)),
        (6, |s, t| (t, 1.0 - s)),
        (8, |_, t| (1.0 - t, 0.0)),
        (9, |s, t| (1.0 - t, s)),
        (10, |s, t| (1.0 - t, 1.0 - s)),
        (11, |_, t| (1.0 - t, 1.0)),
        (12, |_, _| (1.0, 0.0)),
        (14, |s, _| (1.0, 1.0 - s)),
        (15, |_, _| (1.0, 1.0)),
    ];
    let mut numbers = Numbers::new(1);
    for (bits, shares) in table {
        for _ in 0..2000 {
            let mut pick = || [0, 255, numbers.below(256) as u8][numbers.below(3) as usize];
            let source = premultiplied([pick(), pick(), pick(), pick()]);
            let target = premultiplied([pick(), pick(), pick(), pick()]);
            let mut out = [target];
            Mask::from_bits(bits).blend(&mut out, &[source]);
            let part = |pixel: u32, part: usize| f64::from(pixel.to_le_bytes()[part]);
            let (of_source, of_target) = shares(part(source, 3) / 255.0, part(target, 3) / 255.0);
            for channel in 0..4 {
                let exact = (part(source, channel) * of_source + part(target, channel) * of_target).min(255.0);
                let found = part(out[0], channel);
                assert!((found - exact).abs() <= 1.01, "mask {bits}: {source:08x} on {target:08x}: {found} {exact}");
            }
        }
    }
}

/// The functions by the names and numbers of `protocol-types.h` of guacamole-server.
#[test]
fn transfer_functions_follow_their_names() {
    type Operation = fn(u32, u32) -> u32;
    let table: [(u8, Operation); 16] = [
        (0x0, |_, _| 0),
        (0xf, |_, _| !0),
        (0x3, |s, _| s),
        (0x5, |_, d| d),
        (0xc, |s, _| !s),
        (0xa, |_, d| !d),
        (0x1, |s, d| s & d),
        (0xe, |s, d| !(s & d)),
        (0x7, |s, d| s | d),
        (0x8, |s, d| !(s | d)),
        (0x6, |s, d| s ^ d),
        (0x9, |s, d| !(s ^ d)),
        (0x4, |s, d| !s & d),
        (0xb, |s, d| !(!s & d)),
        (0xd, |s, d| !s | d),
        (0x2, |s, d| !(!s | d)),
    ];
    let mut numbers = Numbers::new(2);
    for (function, exact) in table {
        for _ in 0..100 {
            let mut colour = || 0xff00_0000 | numbers.below(1 << 24) as u32;
            let (source, target) = (colour(), colour());
            let expected = 0xff00_0000 | exact(source, target) & 0xff_ffff;
            assert_eq!(transferred(function, target, source), expected, "function {function:x}");
        }
    }
}

#[test]
fn what_rectangles_have_in_common_is_filled_once() {
    let rects = vec![
        PixelRect { x: 0, y: 0, width: 3, height: 3 },
        PixelRect { x: 1, y: 1, width: 3, height: 3 },
        PixelRect { x: 1, y: 1, width: 1, height: 1 },
    ];
    let mut frame = DrawingWriter::new();
    frame.put(&Draw::Resize { layer: 0, width: 4, height: 4 });
    frame.put(&Draw::Fill { layer: 0, mask: Mask::OVER, color: [255, 255, 255, 128], rects });
    let mut surface = Surface::new();
    frame.finish().iter().for_each(|body| surface.apply(body));
    let picture = surface.flatten(false);
    let (grey, black) = (0xff80_8080, 0xff00_0000);
    let expected =
        [[grey, grey, grey, black], [grey, grey, grey, grey], [grey, grey, grey, grey], [black, grey, grey, grey]];
    assert_eq!(picture.as_slice(), expected.as_flattened());
}
