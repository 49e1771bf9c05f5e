//! Instructions and what they make.

use trail_frame::limits::{MAX_BUFFERS, MAX_LAYERS, MAX_PART_LEN};
use trail_frame::{Draw, DrawingWriter, Faults, Mask, Surface, instructions};
use trail_model::PixelRect;

fn rect(x: i32, y: i32, width: u32, height: u32) -> PixelRect {
    PixelRect { x, y, width, height }
}

fn fill(layer: i32, color: [u8; 3], at: PixelRect) -> Draw<'static> {
    let [red, green, blue] = color;
    Draw::Fill { layer, mask: Mask::OVER, color: [red, green, blue, 255], rects: vec![at] }
}

fn drawn(draws: &[Draw<'_>]) -> Surface {
    let mut surface = Surface::new();
    apply(&mut surface, draws);
    surface
}

fn apply(surface: &mut Surface, draws: &[Draw<'_>]) {
    let mut writer = DrawingWriter::new();
    draws.iter().for_each(|draw| writer.put(draw));
    writer.finish().iter().for_each(|body| surface.apply(body));
}

/// One letter for each pixel: red, green, blue, white, black, other.
fn letters(surface: &Surface, with_pointer: bool) -> Vec<String> {
    let picture = surface.flatten(with_pointer);
    let letter = |pixel: &u32| match pixel & 0xff_ffff {
        0xff => 'r',
        0xff00 => 'g',
        0xff_0000 => 'b',
        0xff_ffff => 'w',
        0 => '.',
        _ => '?',
    };
    picture.as_slice().chunks(picture.width() as usize).map(|row| row.iter().map(letter).collect()).collect()
}

const RED: [u8; 3] = [255, 0, 0];
const GREEN: [u8; 3] = [0, 255, 0];
const BLUE: [u8; 3] = [0, 0, 255];

#[test]
fn layers_are_clipped_to_their_parents_and_sorted_by_height() {
    let mut surface = drawn(&[
        Draw::Resize { layer: 0, width: 8, height: 3 },
        Draw::Resize { layer: 1, width: 4, height: 3 },
        Draw::Resize { layer: 2, width: 4, height: 3 },
        fill(1, RED, rect(0, 0, 9, 9)),
        fill(2, GREEN, rect(0, 0, 9, 9)),
        Draw::Place { layer: 1, parent: 0, x: 1, y: 1, z: 2 },
        Draw::Place { layer: 2, parent: 0, x: 3, y: 0, z: 1 },
    ]);
    assert_eq!(letters(&surface, false), ["...gggg.", ".rrrrgg.", ".rrrrgg."]);
    apply(&mut surface, &[Draw::Place { layer: 2, parent: 1, x: 3, y: 1, z: 0 }]);
    assert_eq!(letters(&surface, false), ["........", ".rrrr...", ".rrrg..."]);
    apply(&mut surface, &[Draw::Dispose { layer: 1 }]);
    assert_eq!(letters(&surface, false), ["........", "........", "........"]);
}

#[test]
fn layers_in_a_circle_are_not_seen() {
    let surface = drawn(&[
        Draw::Resize { layer: 0, width: 2, height: 1 },
        Draw::Resize { layer: 1, width: 2, height: 1 },
        Draw::Resize { layer: 2, width: 2, height: 1 },
        fill(1, RED, rect(0, 0, 2, 1)),
        Draw::Place { layer: 1, parent: 2, x: 0, y: 0, z: 0 },
        Draw::Place { layer: 2, parent: 1, x: 0, y: 0, z: 0 },
    ]);
    assert_eq!(letters(&surface, false), [".."]);
}

#[test]
fn a_copy_may_overlap_what_it_is_copied_from() {
    let surface = drawn(&[
        Draw::Resize { layer: 0, width: 6, height: 1 },
        fill(0, RED, rect(0, 0, 1, 1)),
        fill(0, GREEN, rect(1, 0, 1, 1)),
        fill(0, BLUE, rect(2, 0, 1, 1)),
        Draw::Copy { source: 0, rect: rect(-1, 0, 4, 1), mask: Mask::SRC, layer: 0, x: 0, y: 0 },
    ]);
    assert_eq!(letters(&surface, false), ["rrgb.."]);
}

#[test]
fn buffers_grow_and_are_never_seen() {
    let surface = drawn(&[
        Draw::Resize { layer: 0, width: 4, height: 2 },
        fill(-1, RED, rect(0, 0, 1, 1)),
        fill(-1, GREEN, rect(2, 1, 1, 1)),
        Draw::Copy { source: -1, rect: rect(0, 0, 3, 2), mask: Mask::OVER, layer: 0, x: 1, y: 0 },
    ]);
    assert_eq!(letters(&surface, false), [".r..", "...g"]);
}

#[test]
fn the_pointer_is_its_picture_less_its_hot_spot() {
    let mut surface = drawn(&[
        Draw::Resize { layer: 0, width: 4, height: 2 },
        fill(-1, RED, rect(0, 0, 2, 2)),
        Draw::Cursor { hot_x: 1, hot_y: 1, source: -1, rect: rect(0, 0, 2, 2) },
        Draw::Dispose { layer: -1 },
    ]);
    assert_eq!(letters(&surface, true), ["....", "...."], "nobody has said where it is");
    surface.move_pointer(3, 1);
    assert_eq!(letters(&surface, true), ["..rr", "..rr"]);
    assert_eq!(letters(&surface, false), ["....", "...."]);
}

#[test]
fn a_resize_keeps_the_top_left() {
    let mut surface = drawn(&[Draw::Resize { layer: 0, width: 3, height: 2 }, fill(0, RED, rect(0, 0, 3, 2))]);
    apply(&mut surface, &[Draw::Resize { layer: 0, width: 4, height: 3 }]);
    assert_eq!(letters(&surface, false), ["rrr.", "rrr.", "...."]);
    apply(&mut surface, &[Draw::Resize { layer: 0, width: 2, height: 1 }]);
    apply(&mut surface, &[Draw::Resize { layer: 0, width: 3, height: 2 }]);
    assert_eq!(letters(&surface, false), ["rr.", "..."]);
}

#[test]
fn a_frame_in_parts_is_seen_with_its_last() {
    let noise: Vec<u32> = (0..2_000_000u32).map(|at| at.wrapping_mul(0x9e37_79b1) | 0xff00_0000).collect();
    let mut writer = DrawingWriter::new();
    writer.put(&Draw::Resize { layer: 0, width: 2000, height: 1000 });
    writer.pixels(0, 0, 0, 2000, &noise);
    let bodies = writer.finish();
    assert_eq!(bodies.len(), (6_000_000 / MAX_PART_LEN) + 1);
    let mut surface = Surface::new();
    for body in &bodies {
        assert_eq!(surface.size(), (0, 0));
        // The state between the parts is a state as well.
        let mut state = Vec::new();
        surface.save(&mut state);
        surface = Surface::load(&state).expect("a saved state loads");
        surface.apply(body);
    }
    assert_eq!(surface.flatten(false).as_slice(), noise);
    assert_eq!(surface.faults(), Faults::default());
}

#[test]
fn absurd_sizes_are_refused_and_counted() {
    let surface = drawn(&[
        Draw::Resize { layer: 0, width: u32::MAX, height: u32::MAX },
        Draw::Resize { layer: 0, width: 8192, height: 8192 },
        fill(-1, RED, rect(i32::MAX, i32::MAX, u32::MAX, u32::MAX)),
        Draw::Pixels { layer: 0, rect: rect(0, 0, 8000, 4000), blocks: &[0; 20] },
    ]);
    assert_eq!(surface.faults(), Faults { refused: 3, undecodable: 1, broken: 0 });
    let many: Vec<Draw<'_>> = (0..100).map(|layer| Draw::Opacity { layer, opacity: 1 }).collect();
    assert_eq!(drawn(&many).faults().refused, 100 - MAX_LAYERS as u64);
    let many: Vec<Draw<'_>> = (1..5000).map(|layer| fill(-layer, RED, rect(0, 0, 1, 1))).collect();
    assert_eq!(drawn(&many).faults().refused, 4999 - MAX_BUFFERS as u64);
    let large: Vec<Draw<'_>> = (1..5).map(|layer| Draw::Resize { layer: -layer, width: 7680, height: 4320 }).collect();
    assert_eq!(drawn(&large).faults().refused, 2, "two pictures of 8K fit, no more");
}

#[test]
fn instructions_come_back_and_broken_bytes_end_them() {
    let draws = [
        Draw::Resize { layer: 3, width: 7, height: 9 },
        Draw::Image { layer: -4, mask: Mask::from_bits(9), x: -5, y: 6, data: b"png" },
        Draw::Transfer { source: 1, rect: rect(1, 2, 3, 4), function: 6, layer: 0, x: -1, y: i32::MIN },
        fill(0, GREEN, rect(i32::MAX, -3, 4, u32::MAX)),
        Draw::CursorPixels { hot_x: 1, hot_y: -1, width: 1, height: 1, blocks: &[0, 1, 2, 3, 4] },
        Draw::PointerAt { x: 4, y: 5 },
        Draw::Clear,
        Draw::Known(false),
        Draw::Opacity { layer: 1, opacity: 77 },
    ];
    let mut writer = DrawingWriter::new();
    draws.iter().for_each(|draw| writer.put(draw));
    let body = writer.finish().remove(0);
    assert_eq!(instructions(&body).collect::<Vec<_>>(), draws);
    let mut surface = Surface::new();
    surface.apply(&[&body[..], &[0xee]].concat());
    assert!(!surface.is_known());
    assert_eq!(surface.faults().broken, 1);
}
