//! Generated streams of text and control functions.

use proptest::prelude::*;
use trail_model::Size;

/// One thing that a program may write, or its terminal may undergo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Text(String),
    /// Final byte, private marker or nothing, parameters.
    Csi(u8, &'static str, Vec<u16>),
    Bytes(&'static str),
    Title(String),
    Resize(Size),
}

impl Op {
    /// The bytes to be written; none for a resize.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self {
            Op::Text(text) => text.clone().into_bytes(),
            Op::Csi(last, private, params) => {
                let params: Vec<String> = params.iter().map(u16::to_string).collect();
                format!("\x1b[{private}{}{}", params.join(";"), char::from(*last)).into_bytes()
            }
            Op::Bytes(bytes) => bytes.as_bytes().to_vec(),
            Op::Title(title) => format!("\x1b]2;{title}\x07").into_bytes(),
            Op::Resize(_) => Vec::new(),
        }
    }
}

fn text() -> impl Strategy<Value = Op> {
    prop_oneof![
        8 => "[ -~]{1,12}",
        2 => "[a-c ]{20,60}",
        3 => "[a-z你好世界ｆＵ한😀]{1,8}",
        2 => "[a-zé\u{301}\u{308}👍\u{200d}\u{fe0f}é─│]{1,6}",
        1 => " {1,12}",
    ]
    .prop_map(Op::Text)
}

fn csi(last: u8, private: &'static str, params: impl Strategy<Value = Vec<u16>>) -> impl Strategy<Value = Op> {
    params.prop_map(move |params| Op::Csi(last, private, params))
}

fn small() -> impl Strategy<Value = Vec<u16>> {
    prop_oneof![Just(vec![]), (0..6u16).prop_map(|n| vec![n]), (0..40u16).prop_map(|n| vec![n])]
}

fn one_of(values: &'static [u16]) -> impl Strategy<Value = Vec<u16>> {
    proptest::sample::select(values).prop_map(|value| vec![value])
}

fn movement() -> impl Strategy<Value = Op> {
    prop_oneof![
        csi(b'H', "", (0..12u16, 0..30u16).prop_map(|(row, col)| vec![row, col])),
        csi(b'A', "", small()),
        csi(b'B', "", small()),
        csi(b'C', "", small()),
        csi(b'D', "", small()),
        csi(b'E', "", small()),
        csi(b'F', "", small()),
        csi(b'G', "", small()),
        csi(b'd', "", small()),
        csi(b'I', "", small()),
        csi(b'Z', "", small()),
        proptest::sample::select(&["\r", "\x08", "\t", "\x1b7", "\x1b8", "\x1b[s", "\x1b[u", "\x1bH"][..])
            .prop_map(Op::Bytes),
    ]
}

fn edit() -> impl Strategy<Value = Op> {
    prop_oneof![
        csi(b'J', "", one_of(&[0, 0, 1, 2, 3])),
        csi(b'K', "", one_of(&[0, 0, 0, 1, 2])),
        csi(b'@', "", small()),
        csi(b'P', "", small()),
        csi(b'X', "", small()),
        csi(b'L', "", small()),
        csi(b'M', "", small()),
        csi(b'S', "", small()),
        csi(b'T', "", small()),
        csi(b'b', "", small()),
        csi(b'g', "", one_of(&[0, 3])),
        csi(b'r', "", (0..8u16, 0..12u16).prop_map(|(top, bottom)| vec![top, bottom])),
        proptest::sample::select(&["\n", "\r\n", "\n", "\x1bD", "\x1bE", "\x1bM", "\x1b[r", "\x1b#8", "\x1bc"][..])
            .prop_map(Op::Bytes),
    ]
}

fn look() -> impl Strategy<Value = Op> {
    let sgr = &[0, 0, 1, 2, 3, 4, 7, 8, 9, 22, 23, 24, 27, 28, 29, 31, 39, 42, 49, 59, 91, 104];
    prop_oneof![
        4 => csi(b'm', "", proptest::collection::vec(proptest::sample::select(&sgr[..]), 0..4)),
        1 => csi(b'm', "", (0..3u16, 0..256u16).prop_map(|(target, n)| vec![38 + 10 * target, 5, n])),
        1 => csi(b'm', "", (0..3u16, 0..256u16).prop_map(|(target, n)| vec![38 + 10 * target, 2, n, n / 2, 7])),
        1 => proptest::sample::select(
            &["\x1b[4:3m", "\x1b[4:0m", "\x1b[38:2::1:2:3m", "\x1b[48:2:4:5:6m", "\x1b[58:5:9m", "\x1b[38:5:99m"][..]
        )
        .prop_map(Op::Bytes),
    ]
}

fn mode() -> impl Strategy<Value = Op> {
    prop_oneof![
        csi(b'h', "", Just(vec![4])),
        csi(b'l', "", Just(vec![4])),
        csi(b'h', "?", one_of(&[7, 25, 1049, 2004, 6, 3])),
        csi(b'l', "?", one_of(&[7, 7, 7, 25, 1049, 2004])),
        proptest::sample::select(
            &[
                "\x1b[?7h",
                "\x1b(0",
                "\x1b(B",
                "\x1b)0",
                "\x1b)B",
                "\x0e",
                "\x0f",
                "\x1b[?6l\x1b[H",
                "\x1b[?2026h",
                "\x1b[?2026l",
                "\x1b[22t",
                "\x1b[23t",
                "\x1b]8;;http://x\x1b\\",
                "\x1bPq#0;1~\x1b\\",
                "\x1b_x\x1b\\",
                "\x1b]133;A\x07",
                "\x1b[3 q"
            ][..]
        )
        .prop_map(Op::Bytes),
        "[a-z]{0,4}".prop_map(Op::Title),
    ]
}

fn resize() -> impl Strategy<Value = Op> {
    (2..30u16, 1..12u16).prop_map(|(cols, rows)| Op::Resize(Size { cols, rows }))
}

fn sets_background(op: &Op) -> bool {
    match op {
        Op::Csi(b'm', _, params) => params.iter().any(|param| matches!(param, 40..=48 | 100..=107)),
        Op::Bytes(bytes) => bytes.contains("[48"),
        _ => false,
    }
}

/// A small screen, where things collide, and what happens to it.
pub(crate) fn streams(resizes: bool) -> impl Strategy<Value = (Size, Vec<Op>)> {
    let op = prop_oneof![
        30 => text(),
        12 => movement(),
        12 => edit(),
        5 => look(),
        4 => mode(),
        if resizes { 2 } else { 0 } => resize(),
    ]
    .prop_filter("alacritty leaves coloured blanks behind in rows that it recycles after a resize", move |op| {
        !resizes || !sets_background(op)
    });
    let size = (2..24u16, 1..10u16).prop_map(|(cols, rows)| Size { cols, rows });
    (size, proptest::collection::vec(op, 1..120))
}

/// Cases for each property: more with `TRAIL_CASES`.
pub(crate) fn config() -> ProptestConfig {
    let cases = std::env::var("TRAIL_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(400);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}
