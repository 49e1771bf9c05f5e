use proptest::prelude::*;

use super::*;

fn count(pieces: &[&[u8]]) -> u64 {
    let mut counter = Utf8Counter::default();
    let invalid: u64 = pieces.iter().map(|piece| counter.feed(piece)).sum();
    invalid + counter.finish()
}

#[test]
fn a_character_split_between_pieces_is_valid() {
    assert_eq!(count(&[b"\xc3", b"\xb3"]), 0);
    assert_eq!(count(&[b"\xf0\x9f", b"\x92", b"", b"\xa9"]), 0);
    assert_eq!(count(&[b"\xc3", b"x"]), 1);
    assert_eq!(count(&[b"\xe2\x82"]), 2);
    assert_eq!(count(&[b"\xff\xfe ok"]), 2);
}

proptest! {
    #[test]
    fn pieces_do_not_matter(bytes: Vec<u8>, cut in 0usize..64) {
        let cut = cut.min(bytes.len());
        prop_assert_eq!(count(&[&bytes]), count(&[&bytes[..cut], &bytes[cut..]]));
    }
}

#[test]
fn encodings_convert_piece_by_piece() {
    let mut zero = (0, 0);
    let mut convert = |transcoder: &mut Transcoder, bytes: &[u8], last| {
        String::from_utf8(transcoder.convert(bytes.to_vec(), last, &mut zero.0, &mut zero.1)).unwrap()
    };
    let mut cp437 = Transcoder::new(Encoding::from_label("CP437"));
    assert_eq!(convert(&mut cp437, b"\xb3\xc4\x1b[m", true), "│─\u{1b}[m");
    let mut sjis = Transcoder::new(Encoding::from_label("shift_jis"));
    assert_eq!(convert(&mut sjis, b"\x93", false), "");
    assert_eq!(convert(&mut sjis, b"\xfa", true), "日");
    let mut latin1 = Transcoder::new(Encoding::from_label("latin1"));
    assert_eq!(convert(&mut latin1, b"caf\xe9", true), "café");
    assert_eq!(Encoding::from_label("no such"), None);
}
