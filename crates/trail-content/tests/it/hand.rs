//! One small case for each rule. Moments are records: where something printed would have passed unseen, the recorder
//! has cut one more.

use trail_content::Kind;

use crate::make::{content, content_bytes, events, one_block, out, resize, show, trail, trail_bytes};

fn lines(kinds: &[&str]) -> Vec<String> {
    show(&one_block(kinds.iter().map(|text| out(text))), Kind::Line)
}

#[test]
fn typing_is_one_item_that_grows() {
    assert_eq!(lines(&["$ ", "s", "u", "d", "o", "\r\n"]), ["$ sudo: 1-6(1@1 3@2 4@3 5@4 6@5)"]);
}

#[test]
fn backspace_ends_a_text() {
    assert_eq!(lines(&["ab", "c", "\x08 \x08", "d"]), ["abc: 1-3(2@1 3@2)", "abd: 4-5(2@4 3@5)"]);
}

#[test]
fn a_progress_bar_is_as_many_texts_as_it_showed() {
    assert_eq!(lines(&["10%", "\r20%", "\r30%\r\n"]), ["10%: 1-2", "20%: 3-4", "30%: 5-5"]);
}

#[test]
fn a_line_that_scrolls_up_is_still_the_line() {
    let expected = ["a: 1-2", "b: 1-3", "c: 1-4", "d: 1-4", "e: 1-4", "f: 3-4", "g: 4-4"];
    assert_eq!(lines(&["a\r\nb\r\nc\r\nd\r\ne", "\r\nf", "\r\ng"]), expected);
}

#[test]
fn lines_that_say_the_same_are_merged() {
    // The line that stands at the block's end keeps a span of its own.
    assert_eq!(lines(&["x\r\nx", "\x1b[1;1Hy", "."]), ["x: 1-2 1-4", "y.: 3-4(1@3 2@4)"]);
}

#[test]
fn a_wrapped_line_is_one_and_its_head_stands_above() {
    let text = "0123456789abcdefghijklmnopqrs";
    let expected = ["0123456789abcdefghijklmnopqrs: 1-3[20@3]", "1: 2-4", "2: 2-4", "3: 2-4", "4: 3-4", "5: 4-4"];
    assert_eq!(lines(&[text, "\r\n1\r\n2\r\n3\r\n4", "\r\n5"]), expected);
}

#[test]
fn the_alternate_screen_hides_the_primary_one() {
    let expected = ["main: 1-2 5-5", "other: 3-4"];
    assert_eq!(lines(&["main", "\x1b[?1049h\x1b[Hother", "\x1b[?1049l"]), expected);
}

#[test]
fn what_is_erased_has_gone() {
    assert_eq!(lines(&["one\r\ntwo", "\x1b[2J", "\x1b[Hone"]), ["one: 1-2 4-4", "two: 1-2"]);
}

#[test]
fn a_narrower_screen_wraps_the_line_anew() {
    let block = one_block([out("hello world"), resize(5, 5), out("!")]);
    assert_eq!(show(&block, Kind::Line), ["hello world!: 1-3(11@1 12@3)[10@2]"]);
}

#[test]
fn titles_stand_while_they_are_the_title() {
    let block =
        one_block([out("\x1b]2;a\x07"), out("x"), out("\x1b]0;ab\x07"), out("\x1b]2;\x07"), out("\x1b]2;a\x07")]);
    assert_eq!(show(&block, Kind::Title), ["a: 1-3 7-7", "ab: 4-5"]);
}

#[test]
fn concealed_text_is_there_and_flagged() {
    let block = one_block([out("\x1b[8msecret\x1b[m\r\nplain")]);
    let flags: Vec<_> = block.items().map(|item| (item.text(), item.spans().all(|span| span.concealed))).collect();
    assert_eq!(flags, [("plain", false), ("secret", true)]);
}

#[test]
fn growth_goes_on_over_the_border_of_blocks() {
    let kinds = ["su", "d", "o", " ", "x", "\r\n."].map(out);
    let file = content(&trail(&events(20, 5, kinds), 1 << 18), 3, 1);
    let channel = &file.channels()[0];
    let shown: Vec<_> = (0..channel.block_count()).map(|i| show(&channel.block(i).unwrap(), Kind::Line)).collect();
    let expected: [&[&str]; 4] =
        [&["su: 1-1>d"], &["sudo: 2-4(3@2 4@3)<2>\u{20}"], &["sudo x: 5-5<4"], &[".: 6-6", "sudo x: 6-6"]];
    assert_eq!(shown, expected);
}

#[test]
fn a_text_that_stands_over_several_blocks_learns_late_how_it_grew() {
    let kinds = ["su", "\x1b[2;1Habc", "\x1b[3;1Habc", "\x1b[1;3Hdo"].map(out);
    let file = content(&trail(&events(20, 5, kinds), 64), 9, 2);
    let channel = &file.channels()[0];
    let shown: Vec<_> = (0..channel.block_count()).map(|i| show(&channel.block(i).unwrap(), Kind::Line)).collect();
    assert_eq!(shown[0], ["su: 1-1>d"]);
    assert_eq!(shown[1], ["abc: 2-2", "su: 2-2>d"]);
    assert_eq!(shown.last().unwrap()[0], "abc: 4-4 4-4");
    assert_eq!(shown.last().unwrap()[1], "sudo: 4-4<2");
}

#[test]
fn moments_that_change_nothing_are_told() {
    let kinds = ["ab", "\r", "\x1b[31mab", "\r\x1b[31mab", "\x1b[?25l", "\x1b]2;t\x07"].map(out);
    let file = content(&trail(&events(20, 5, kinds), 1 << 18), 1 << 22, 1);
    let moments = file.channels()[0].moments().unwrap();
    let changed: Vec<_> = (0..moments.len() as u32).map(|at| moments.changed(at)).collect();
    assert_eq!(changed, [true, true, false, true, false, false, false]);
}

#[test]
fn bytes_that_are_no_text_are_counted() {
    let file = content(
        &trail(
            &events(
                20,
                5,
                [
                    trail_model::EventKind::Output(b"a\xff\xe2\x82".to_vec()),
                    trail_model::EventKind::Output(b"\xac\xc3(\xf0".to_vec()),
                ],
            ),
            1 << 18,
        ),
        1 << 22,
        1,
    );
    assert_eq!(file.channels()[0].coverage().invalid_bytes, 2);
}

#[test]
fn f03_a_damaged_trail_is_extracted_around_the_damage() {
    let kinds = (0..200).map(|i| out(&format!("line {i}\r\n")));
    let events = events(20, 5, kinds);
    let whole = trail(&events, 256);
    let damaged = whole.chunks()[whole.chunks().len() / 2].clone();
    let mut bytes = trail_bytes(&events, 256);
    bytes[damaged.end() as usize - 3] ^= 1;
    let broken = trail_container::TrailReader::from_bytes(bytes).unwrap();
    let file = trail_content::ContentFile::open(content_bytes(&broken, 1 << 22, 1)).unwrap();
    let channel = &file.channels()[0];
    let coverage = channel.coverage();
    assert_eq!((coverage.damaged_parts, coverage.lost_records), (1, u64::from(damaged.record_count)));
    assert_eq!(coverage.records + coverage.lost_records, whole.last_record());
    assert_eq!(channel.block_count(), 2);
    let moments = channel.moments().unwrap();
    let after = moments.ordinal_of(damaged.last_record().next()).unwrap();
    assert_eq!(channel.blocks().nth(1).unwrap().first, after);
    let last = show(&channel.block(1).unwrap(), Kind::Line).pop().unwrap();
    assert!(last.starts_with("line 199: "), "{last}");
}

#[test]
fn f07_a_line_longer_than_the_history_is_not_stored_once_a_row() {
    let line: String = (0..60_000).map(|i| format!("{i:05} ")).collect();
    let kinds = line.as_bytes().chunks(1024).map(|piece| trail_model::EventKind::Output(piece.to_vec()));
    let trail = trail(&events(80, 24, kinds), 1 << 18);
    let file = content(&trail, 1 << 22, 1);
    let block = file.channels()[0].block(0).unwrap();
    let text: usize = block.items().map(|item| item.text().len()).sum();
    assert!(text > 20 * line.len(), "{text} bytes of text");
    assert!(block.pool().len() < 2 * line.len(), "{} bytes of pool", block.pool().len());
}
