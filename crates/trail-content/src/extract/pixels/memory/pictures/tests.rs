use super::*;

const SIZE: (u32, u32) = (200, 60);

/// Letters of bars on a white ground, from a number.
fn write(rgba: &mut [u8], left: u32, top: u32, text: &[u8]) {
    for (letter, x) in text.iter().zip((left..).step_by(6)) {
        for (bit, column) in (0..8).zip((x..x + 4).cycle()) {
            for y in (top + bit / 4 * 5..top + 10).take(5) {
                if letter >> bit & 1 == 1 {
                    rgba[((y * SIZE.0 + column) * 4) as usize..][..3].fill(0);
                }
            }
        }
    }
}

fn blank() -> Vec<u8> {
    vec![255; (SIZE.0 * SIZE.1 * 4) as usize]
}

fn found(pictures: &mut Pictures, rgba: &[u8]) -> Vec<PixelBox> {
    let frame = Pixels::new(SIZE.0, rgba).unwrap();
    let mut lines = Vec::new();
    pictures.find(frame, frame.bounds(), &mut lines);
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// The box of six letters at a place.
fn line(left: u32, top: u32) -> PixelBox {
    PixelBox::new(left - 1, top - 1, left + 36, top + 11)
}

#[test]
fn a_line_is_known_wherever_it_stands_and_only_if_it_ends_there() {
    let mut rgba = blank();
    write(&mut rgba, 40, 20, b"system");
    let mut pictures = Pictures::default();
    pictures.insert(Pixels::new(SIZE.0, &rgba).unwrap(), line(40, 20));
    assert_eq!(found(&mut pictures, &rgba), [line(40, 20)]);

    let mut moved = blank();
    write(&mut moved, 61, 7, b"system");
    write(&mut moved, 101, 40, b"system");
    write(&mut moved, 20, 40, b"systex");
    assert_eq!(found(&mut pictures, &moved), [line(61, 7), line(101, 40)]);

    write(&mut moved, 61 + 36, 7, b"s");
    write(&mut moved, 101 - 6, 40, b"s");
    assert_eq!(found(&mut pictures, &moved), []);
}

#[test]
fn a_line_at_the_border_of_the_screen_may_go_on_beyond() {
    let mut rgba = blank();
    write(&mut rgba, 2, 20, b"system");
    let mut pictures = Pictures::default();
    pictures.insert(Pixels::new(SIZE.0, &rgba).unwrap(), line(2, 20));
    assert_eq!(found(&mut pictures, &rgba), [line(2, 20)]);
    let mut moved = blank();
    write(&mut moved, 80, 20, b"system");
    assert_eq!(found(&mut pictures, &moved), []);
}

#[test]
fn memory_is_bounded_and_what_is_used_stays() {
    let mut pictures = Pictures::default();
    let mut kept = blank();
    write(&mut kept, 40, 20, b"system");
    pictures.insert(Pixels::new(SIZE.0, &kept).unwrap(), line(40, 20));
    let (hash, picture) = Picture::of(Pixels::new(SIZE.0, &kept).unwrap(), line(40, 20)).unwrap();
    for other in 0..3 * HALF as u64 {
        if other % 20_000 == 0 {
            assert_eq!(found(&mut pictures, &kept).len(), 1, "{other}");
        }
        pictures.put(hash.wrapping_add(1 + other), Picture { key: other.into(), ..picture });
    }
    assert!(pictures.young.len <= HALF && pictures.old.len <= HALF);
    for other in 0..1000 {
        pictures.put(hash, Picture { key: other, ..picture });
    }
    assert_eq!(pictures.young.with_anchor(hash).len(), MAX_SHARED);
}

#[test]
fn a_picture_of_one_pattern_does_not_take_for_ever() {
    let (width, height) = (512_u32, 256_u32);
    let rgba: Vec<u8> = (0..width * height).flat_map(|at| [if at % 2 == 0 { 0 } else { 255 }; 4]).collect();
    let frame = Pixels::new(width, &rgba).unwrap();
    let mut pictures = Pictures::default();
    for right in 40..300 {
        pictures.insert(frame, PixelBox::new(20, 10, right, 24));
    }
    let mut lines = Vec::new();
    pictures.find(frame, frame.bounds(), &mut lines);
    assert!(lines.len() as u64 <= MAX_WORK * u64::from(width * height) / (20 * 14), "{}", lines.len());
}
