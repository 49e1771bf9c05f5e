//! Random streams: the fast extractor agrees with the plain one, whatever the chunks, blocks and threads.

use proptest::prelude::*;
use trail_model::EventKind;

use crate::make::{content_bytes, events, input, out, resize, streamed, trail};
use crate::slow;

/// A piece of output: words, line ends, cursor moves, erasures, scrolls, wraps, wide characters, screens, titles.
fn piece() -> impl Strategy<Value = String> {
    let number = 0..12_u8;
    prop_oneof![
        8 => "[a-c ]{1,6}",
        2 => "[a-z]{20,40}",
        3 => Just("\r\n".to_owned()),
        2 => Just("\n".to_owned()),
        2 => Just("\r".to_owned()),
        2 => Just("\u{8} \u{8}".to_owned()),
        1 => Just("\t".to_owned()),
        2 => "[漢字ünï👍e\u{301}]{1,4}",
        2 => (number.clone(), number.clone()).prop_map(|(row, col)| format!("\x1b[{row};{col}H")),
        2 => (number.clone(), prop::sample::select(vec!['A', 'B', 'C', 'D', 'J', 'K', 'L', 'M', 'P', '@', 'X', 'S', 'T', 'b']))
            .prop_map(|(count, function)| format!("\x1b[{count}{function}")),
        1 => (0..3_u8, prop::sample::select(vec!['J', 'K'])).prop_map(|(mode, function)| format!("\x1b[{mode}{function}")),
        1 => (number.clone(), number.clone()).prop_map(|(top, bottom)| format!("\x1b[{top};{bottom}r")),
        1 => prop::sample::select(vec!["\x1b[?1049h", "\x1b[?1049l", "\x1b[?47h", "\x1b[?47l", "\x1bc", "\x1b[?6h", "\x1b[?7l",
            "\x1b[?7h", "\x1b[4h", "\x1b[4l", "\x1bM", "\x1bD", "\x1b7", "\x1b8", "\x1b[2J\x1b[H", "\x1b[3J"])
            .prop_map(str::to_owned),
        2 => prop::sample::select(vec!["\x1b[m", "\x1b[1m", "\x1b[31m", "\x1b[8m", "\x1b[41;31m", "\x1b[38;2;1;2;3m", "\x1b[7m"])
            .prop_map(str::to_owned),
        1 => "[a-c]{0,3}".prop_map(|title| format!("\x1b]2;{title}\x07")),
        1 => Just("\u{fffd}\x1b".to_owned()),
        2 => prop::sample::select(vec!["$ ", "a@b:~$ ", "> ", "a@b:~$ c\r\n", "\x1b]133;A\x07$ \x1b]133;B\x07", "\x1b]133;C\x07"])
            .prop_map(str::to_owned),
    ]
}

fn event() -> impl Strategy<Value = EventKind> {
    prop_oneof![
        20 => prop::collection::vec(piece(), 1..6).prop_map(|pieces| out(&pieces.concat())),
        1 => (1..14_u16, 1..7_u16).prop_map(|(cols, rows)| resize(cols, rows)),
        1 => Just(EventKind::Marker("m".to_owned())),
        2 => prop::sample::select(vec!["a", "b", "ab\r", "\r", "\x7f", "\x1b[A", "\t"]).prop_map(input),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn same_as_the_plain_extractor(
        cols in 1..12_u16,
        rows in 1..6_u16,
        kinds in prop::collection::vec(event(), 1..40),
        block_len in prop::sample::select(vec![9_u64, 40, 150, 600, 1 << 22]),
        chunk_len in prop::sample::select(vec![1_usize, 64, 700, 1 << 18]),
        threads in 1..4_usize,
    ) {
        let events = events(cols, rows, kinds);
        let trail_one = trail(&events, chunk_len);
        let bytes = content_bytes(&trail_one, block_len, threads);
        let file = trail_content::ContentFile::open(bytes.clone()).unwrap();
        slow::check(&trail_one, &file, block_len).map_err(TestCaseError::fail)?;
        let other = content_bytes(&trail(&events, 1 << 18), block_len, 1);
        prop_assert!(bytes == other, "chunk length {chunk_len}, {threads} threads: other bytes");
        prop_assert!(bytes == streamed(&events, block_len).to_bytes().unwrap(), "not through a trail: other bytes");
    }
}

/// Few in every test run; `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(48)
}
