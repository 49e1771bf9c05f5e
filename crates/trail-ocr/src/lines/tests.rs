use super::*;

/// A white picture with black bars, each a stroke of a letter: left, top, right, bottom.
fn picture(width: u32, height: u32, bars: &[(u32, u32, u32, u32)]) -> Vec<u8> {
    let mut rgba = vec![255; (width * height * 4) as usize];
    for &(left, top, right, bottom) in bars {
        for y in top..bottom {
            for x in left..right {
                rgba[((y * width + x) * 4) as usize..][..3].fill(0);
            }
        }
    }
    rgba
}

/// Strokes as of `count` letters, 10 px high.
fn word(left: u32, top: u32, count: u32) -> Vec<(u32, u32, u32, u32)> {
    (0..count).map(|at| (left + at * 6, top, left + at * 6 + 2, top + 10)).collect()
}

fn check(bars: &[(u32, u32, u32, u32)], expected: &[PixelBox]) {
    let rgba = picture(200, 100, bars);
    let frame = Pixels::new(200, &rgba).unwrap();
    assert_eq!(find_lines(frame, frame.bounds()), expected);
}

#[test]
fn words_near_each_other_are_one_line() {
    let bars = [word(10, 10, 4), word(40, 10, 3), word(120, 10, 2)].concat();
    check(&bars, &[PixelBox::new(9, 10, 55, 20), PixelBox::new(119, 10, 129, 20)]);
}

#[test]
fn lines_over_each_other_stay_apart() {
    let bars = [word(10, 10, 4), word(10, 23, 4)].concat();
    check(&bars, &[PixelBox::new(9, 10, 31, 20), PixelBox::new(9, 23, 31, 33)]);
}

#[test]
fn a_frame_is_no_text() {
    let frame = [(5, 5, 190, 6), (5, 60, 190, 61), (5, 5, 6, 61), (189, 5, 190, 61)];
    check(&[&frame[..], &word(40, 20, 3)].concat(), &[PixelBox::new(39, 20, 55, 30)]);
}

#[test]
fn a_rule_parts_cells() {
    let bars = [word(10, 10, 4), vec![(37, 5, 38, 25)], word(44, 10, 3)].concat();
    let rgba = picture(200, 100, &bars);
    let frame = Pixels::new(200, &rgba).unwrap();
    let lines = find_lines(frame, frame.bounds());
    assert!(lines.contains(&PixelBox::new(9, 10, 31, 20)), "{lines:?}");
    assert!(lines.contains(&PixelBox::new(43, 10, 59, 20)), "{lines:?}");
}

#[test]
fn nothing_is_found_where_nothing_is() {
    check(&[], &[]);
    assert_eq!(find_lines(Pixels::new(0, &[]).unwrap(), PixelBox::new(0, 0, 9, 9)), []);
}

#[test]
fn gaps_of_columns_are_found() {
    let rgba = picture(20, 4, &[(3, 0, 5, 4), (9, 1, 10, 2)]);
    let frame = Pixels::new(20, &rgba).unwrap();
    assert_eq!(column_gaps(frame, PixelBox::new(2, 0, 12, 4)), [0..1, 3..7, 8..10]);
}
