use super::{Bytes, put_prefixed, put_varint};

fn check(value: u64, encoded: &[u8]) {
    let mut out = Vec::new();
    put_varint(&mut out, value);
    assert_eq!(out, encoded);
    let mut bytes = Bytes::new(&out);
    assert_eq!(bytes.varint(), Some(value));
    assert!(bytes.is_empty());
}

#[test]
fn varints_have_one_form() {
    check(0, &[0]);
    check(127, &[0x7f]);
    check(128, &[0x80, 1]);
    check(300, &[0xac, 2]);
    check(u64::MAX, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]);
}

#[test]
fn varints_that_are_cut_too_long_or_padded_are_refused() {
    for bytes in [
        &[][..],
        &[0x80],
        &[0xff; 9],
        &[0xff; 11],
        &[0x80, 0],
        &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2],
    ] {
        assert_eq!(Bytes::new(bytes).varint(), None, "{bytes:?}");
    }
}

#[test]
fn a_length_beyond_the_end_is_refused() {
    let mut out = Vec::new();
    put_prefixed(&mut out, b"abc");
    assert_eq!(Bytes::new(&out).prefixed(), Some(&b"abc"[..]));
    assert_eq!(Bytes::new(&out[..3]).prefixed(), None);
    let mut huge = Vec::new();
    put_varint(&mut huge, u64::MAX);
    assert_eq!(Bytes::new(&huge).prefixed(), None);
    put_prefixed(&mut huge, b"");
    assert_eq!(Bytes::new(b"\x02\xff\xfe").text(), None);
}
