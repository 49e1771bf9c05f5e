use super::*;

fn check_fold(text: &str, expected: &str) {
    assert_eq!(fold_confusable(text), expected);
    assert_eq!(fold_confusable(expected), expected, "folding twice changes nothing");
}

#[test]
fn confusable_characters_fold_together() {
    check_fold("", "");
    check_fold("O0o", "ooo");
    check_fold("1iIlL|", "llllll");
    check_fold("0x1F", "oxlf");
    check_fold("Ärger 10", "ärger lo");
    check_fold("rn m 5 S", "rn m 5 s");
}

#[test]
fn a_picture_has_whole_rows() {
    assert!(Pixels::new(2, &[0; 16]).is_some());
    assert!(Pixels::new(2, &[0; 12]).is_none());
    assert!(Pixels::new(0, &[]).is_some());
    assert!(Pixels::new(0, &[0; 4]).is_none());
    assert_eq!(Pixels::new(2, &[0; 16]).unwrap().bounds(), PixelBox::new(0, 0, 2, 2));
}

#[test]
fn an_update_says_what_really_changed() {
    let (old, mut new) = (vec![0_u8; 5 * 4 * 4], vec![0_u8; 5 * 4 * 4]);
    new[(5 + 3) * 4] = 9;
    new[(2 * 5 + 1) * 4 + 2] = 9;
    let mut picture = PixelsMut::copy_of(Pixels::new(5, &old).unwrap());
    let from = Pixels::new(5, &new).unwrap();
    assert_eq!(picture.update(from, PixelBox::new(0, 0, 2, 4)), Some(PixelBox::new(1, 2, 2, 3)));
    assert_eq!(picture.update(from, PixelBox::new(0, 0, 9, 9)), Some(PixelBox::new(3, 1, 4, 2)));
    assert_eq!(picture.update(from, from.bounds()), None);
}

#[test]
fn boxes_grow_within_their_limit() {
    let limit = PixelBox::new(0, 0, 10, 10);
    assert_eq!(PixelBox::new(1, 4, 3, 9).grow(2, limit), PixelBox::new(0, 2, 5, 10));
    assert!(PixelBox::new(0, 0, 2, 2).intersect(PixelBox::new(2, 0, 4, 2)).is_empty());
    assert!(limit.contains(PixelBox::new(1, 4, 3, 9)));
}
