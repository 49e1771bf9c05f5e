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

/// Snaps to letters of two strokes each, 8 px high at row 20, that a network would mark without their edges; `others` stand
/// near them.
fn check_snap(others: &[(u32, u32, u32, u32)], expected: PixelBox) {
    let letters: Vec<_> = (0..10).map(|at| (20 + at * 6, 20, 22 + at * 6, 28)).collect();
    let rgba = picture(200, 60, &[&letters[..], others].concat());
    let frame = Pixels::new(200, &rgba).unwrap();
    assert_eq!(
        snap(frame, PixelBox::new(24, 21, 72, 27), PixelBox::new(16, 14, 80, 34), frame.bounds()),
        Some(expected)
    );
}

#[test]
fn a_line_has_the_box_of_its_ink() {
    check_snap(&[], PixelBox::new(20, 20, 76, 28));
}

#[test]
fn dots_and_tails_belong_to_their_line() {
    check_snap(&[(32, 17, 34, 19), (44, 28, 46, 31), (50, 29, 62, 30)], PixelBox::new(20, 17, 76, 31));
}

#[test]
fn the_lines_above_and_below_do_not() {
    let tails = (0..6).map(|at| (24 + at * 8, 8, 26 + at * 8, 17));
    let heads = (0..6).map(|at| (24 + at * 8, 31, 26 + at * 8, 42));
    check_snap(&tails.chain(heads).collect::<Vec<_>>(), PixelBox::new(20, 20, 76, 28));
}

#[test]
fn rules_and_what_is_behind_them_do_not() {
    check_snap(&[(0, 31, 200, 32), (18, 0, 19, 60), (78, 10, 79, 50)], PixelBox::new(20, 20, 76, 28));
    check_snap(&[(0, 16, 200, 17), (78, 20, 80, 28), (80, 20, 90, 28)], PixelBox::new(20, 20, 76, 28));
}
