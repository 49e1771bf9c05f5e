use super::texts::Texts;
use super::utf8::Utf8Count;
use crate::Kind;

#[test]
fn texts_are_entered_once_by_kind() {
    let mut texts = Texts::default();
    let ids: Vec<_> = (0..1000).map(|i| texts.intern(Kind::Line, &format!("text {}", i % 300))).collect();
    assert_eq!(ids[..300], ids[300..600]);
    assert_eq!(texts.entries.len(), 300);
    assert_ne!(texts.intern(Kind::Title, "text 0"), ids[0]);
    assert_eq!(texts.text(ids[7]), "text 7");
}

#[test]
fn a_long_text_that_goes_on_shares_its_bytes() {
    let mut texts = Texts::default();
    let whole: String = (0..3000).map(|i| format!("{i:05}")).collect();
    let ids: Vec<_> = (0..100).map(|i| texts.intern(Kind::Line, &whole[i * 80..6000 + i * 80])).collect();
    assert_eq!(texts.pool.len(), 6000 + 99 * 80);
    assert_eq!(texts.text(ids[99]), &whole[99 * 80..6000 + 99 * 80]);
    assert_eq!(texts.intern(Kind::Line, &whole[..6000]), ids[0]);
}

#[test]
fn invalid_bytes_are_the_same_however_they_are_split() {
    let bytes = b"ok \xff \xe2\x82\xac \xe2\x82 x \xf0\x9f\x91 \xc3\xa9 \x80\xed\xa0\x80 \xf0\x9f\x91\x8d end \xe2";
    let whole = String::from_utf8_lossy(bytes);
    // One U+FFFD for each maximal bad part; count the bytes of those by what is left.
    let good = bytes.len() - 1 - whole.replace('\u{fffd}', "").len();
    for split in 1..bytes.len() {
        let mut count = Utf8Count::default();
        bytes.chunks(split).for_each(|piece| count.feed(piece));
        assert_eq!(count.invalid as usize, good, "pieces of {split}");
    }
}
