//! Every printed character stands on the screen at the end of at least one record.

use std::collections::BTreeSet;

use proptest::prelude::*;
use trail_model::{Event, EventKind, Size};
use trail_replay::Player;

use crate::support::{CHANNEL, Random, event, open, output, output_records, record, text};

/// Records `bytes` as one event on a screen of 20 columns and 5 rows, and gives the records.
fn cut(bytes: &[u8]) -> Vec<Vec<u8>> {
    let (trail, cost) = record(&[open(20, 5), output(1, bytes)], 1 << 16);
    let records = output_records(&trail, CHANNEL);
    assert_eq!(records.concat(), bytes);
    assert_eq!(cost.cuts as usize + 1, records.len());
    records
}

fn check(bytes: &str, expected: &[&str]) {
    let records = cut(bytes.as_bytes());
    let records: Vec<_> = records.iter().map(|record| std::str::from_utf8(record).unwrap()).collect();
    assert_eq!(records, expected);
}

#[test]
fn nothing_is_cut_that_hides_nothing() {
    check("hello\r\nworld", &["hello\r\nworld"]);
    check("\x1b[1mbold\x1b[0m \x1b[2;3Hthere", &["\x1b[1mbold\x1b[0m \x1b[2;3Hthere"]);
    check("", &[""]);
}

#[test]
fn overwriting_cuts() {
    check("secret\r      ", &["secret\r", "      "]);
    check("50%\r51%", &["50%\r5", "1%"]);
    check("same\rsame", &["same\rsame"]);
}

#[test]
fn erasing_cuts_before_the_final_byte() {
    check("secret\x1b[2Jx", &["secret\x1b[2", "Jx"]);
    check("secret\r\x1b[Kx", &["secret\r\x1b[", "Kx"]);
    check("secret\x08\x1b[Xx", &["secret\x08\x1b[", "Xx"]);
}

#[test]
fn reset_alternate_screen_and_title_cut() {
    check("secret\x1bcx", &["secret\x1b", "cx"]);
    check("secret\x1b[?1049hx", &["secret\x1b[?1049", "hx"]);
    check("\x1b]0;one\x07\x1b]0;two\x07", &["\x1b]0;one\x07\x1b]0;two", "\x07"]);
}

#[test]
fn scrolling_out_cuts() {
    check("1\r\n2\r\n3\r\n4\r\n5\r\n6", &["1\r\n2\r\n3\r\n4\r\n5\r", "\n6"]);
}

/// A resize ends the record by being one itself; what it pushes out was seen before.
#[test]
fn a_resize_is_a_record_of_its_own() {
    let resize = event(2, EventKind::Resize(Size { cols: 5, rows: 2 }));
    let (trail, _) = record(&[open(20, 5), output(1, b"1\r\n2\r\n3\r\n4\r\n5"), resize, output(3, b"x\r")], 1 << 16);
    let mut player = Player::new(&trail, CHANNEL).unwrap();
    player.seek(trail_model::RecordId(2)).unwrap();
    assert!(text(player.screen()).starts_with("1"));
    player.seek(trail_model::RecordId(3)).unwrap();
    assert_eq!(player.terminal().unwrap().size(), Size { cols: 5, rows: 2 });
}

/// The places in the stream of output at which records end, without the event ends.
fn cut_places(events: &[Event]) -> BTreeSet<usize> {
    let (trail, _) = record(events, 1 << 12);
    let mut place = 0;
    let ends = output_records(&trail, CHANNEL).into_iter().map(|record| {
        place += record.len();
        place
    });
    ends.collect()
}

/// A stream of text and control functions that move, erase, scroll, switch and print.
fn stream(seed: u64, len: usize) -> Vec<u8> {
    const PIECES: [&str; 24] = [
        "word",
        " ",
        "\r",
        "\n",
        "\r\n",
        "\x08",
        "\t",
        "漢字",
        "é",
        "e\u{301}",
        "\x1b[2J",
        "\x1b[K",
        "\x1b[1K",
        "\x1b[3;1H",
        "\x1b[5A",
        "\x1b[2L",
        "\x1b[M",
        "\x1b[4h",
        "\x1b[4l",
        "\x1b[?1049h",
        "\x1b[?1049l",
        "\x1bc",
        "\x1b]2;title\x07",
        "\x1b[3b",
    ];
    let mut random = Random(seed | 1);
    let mut out = Vec::new();
    while out.len() < len {
        let piece = PIECES[random.below(PIECES.len() as u64) as usize];
        if piece == "word" {
            let letters = 1 + random.below(30);
            out.extend((0..letters).map(|_| b'a' + random.below(26) as u8));
        } else {
            out.extend_from_slice(piece.as_bytes());
        }
    }
    out
}

/// The same bytes, split into events anywhere, even inside sequences and characters.
fn split(bytes: &[u8], random: &mut Random) -> Vec<Event> {
    let mut events = vec![open(20, 5)];
    let mut rest = bytes;
    while !rest.is_empty() {
        let longest = if random.below(4) == 0 { 200 } else { 12 };
        let (piece, after) = rest.split_at(rest.len().min(1 + random.below(longest) as usize));
        events.push(output(events.len() as u64, piece));
        rest = after;
    }
    events
}

fn check_chunking(bytes: &[u8], seed: u64) {
    let whole = cut_places(&[open(20, 5), output(1, bytes)]);
    let events = split(bytes, &mut Random(seed | 1));
    let mut expected = whole;
    let mut place = 0;
    for event in &events {
        if let EventKind::Output(bytes) = &event.kind {
            place += bytes.len();
            expected.insert(place);
        }
    }
    assert_eq!(cut_places(&events), expected);
}

/// Characters that are printed once each: whoever misses one on the screens of all records has been cheated.
struct Unique {
    bytes: Vec<u8>,
    printed: BTreeSet<char>,
}

/// Prints characters, each once, with control functions between them: none where an index is beyond the list.
///
/// Wide characters come alone, on even columns, among functions that take whole rows. A wide character that is printed
/// onto half of another one, whose other half is gone, is lost in alacritty, and so it is here: nobody can see it,
/// however records are cut.
fn unique(indices: &[u8], is_wide: bool) -> Unique {
    const CONTROLS: [&str; 20] = [
        "\r",
        "\n",
        "\r\n",
        "\x1b[2J",
        "\x1b[H",
        "\x1b[3;1H",
        "\x1b[2L",
        "\x1b[M",
        "\x1b[?1049h",
        "\x1b[?1049l",
        "\x1bc",
        "\x1b[2S",
        "\x1b[2;4r",
        "\x08\x08",
        "\x1b[K",
        "\x1b[1K",
        "\x1b[4h",
        "\x1b[4l",
        "\x1b[3P",
        "\x1b[2@",
    ];
    const OF_WHOLE_ROWS: usize = 13;
    // CJK letters, or Cyrillic, Georgian and Cherokee ones: two columns wide, or one. None of them combines.
    let mut narrow = ('\u{410}'..'\u{450}').chain('\u{10a0}'..'\u{10c6}').chain('\u{13a0}'..'\u{13f6}');
    let mut wide = '\u{4e00}'..'\u{9f00}';
    let controls = if is_wide { &CONTROLS[..OF_WHOLE_ROWS] } else { &CONTROLS[..] };
    let mut unique = Unique { bytes: Vec::new(), printed: BTreeSet::new() };
    for index in indices {
        if let Some(control) = controls.get(usize::from(*index)) {
            unique.bytes.extend_from_slice(control.as_bytes());
        } else if let Some(letter) = if is_wide { wide.next() } else { narrow.next() } {
            unique.bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            unique.printed.insert(letter);
        }
    }
    unique
}

fn check_seen(unique: &Unique, events: &[Event]) {
    let (trail, _) = record(events, 1 << 12);
    let mut player = Player::new(&trail, CHANNEL).unwrap();
    let mut unseen = unique.printed.clone();
    while let Some(step) = player.step().unwrap() {
        for letter in text(step.screen).chars() {
            unseen.remove(&letter);
        }
    }
    assert!(unseen.is_empty(), "never seen: {unseen:?} of {:?}", String::from_utf8_lossy(&unique.bytes));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn cuts_do_not_depend_on_how_the_source_split_its_writes(seed in any::<u64>(), len in 1..3000usize) {
        check_chunking(&stream(seed, len), seed.rotate_left(17));
    }

    #[test]
    fn a_printed_character_never_passes_unseen(
        indices in proptest::collection::vec(0..80u8, 0..300),
        is_wide in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let unique = unique(&indices, is_wide);
        check_seen(&unique, &[open(20, 5), output(1, &unique.bytes)]);
        check_seen(&unique, &split(&unique.bytes, &mut Random(seed | 1)));
    }
}
