use proptest::prelude::*;
use trail_index::analyzer::{Analyzer, OwnedToken, TokenKind, fold, words};
use trail_query::{LeafKind, Mode, Query};

use super::*;
use crate::plan::Language;

/// What a leaf means, in the plainest way: over all tokens of one state of a text.
fn slow(kind: &LeafKind, mode: Mode, text: &str, next: Option<char>) -> Vec<usize> {
    let mut tokens: Vec<OwnedToken> = Vec::new();
    Analyzer::new().analyze_prefix(text, next, |token| tokens.push(token.into()));
    if mode == Mode::Lucene {
        tokens.retain(|token| token.kind == TokenKind::Word);
    }
    if mode == Mode::Sps {
        let mut at = 0;
        tokens.clear();
        for (position, token) in text.split_whitespace().enumerate() {
            let start = at + text[at..].find(token).unwrap();
            at = start + token.len();
            let open = at == text.len() && next.is_some_and(|c| !c.is_whitespace());
            if !open {
                let (text, position) = (fold(token), position as u32);
                tokens.push(OwnedToken { text, kind: TokenKind::Whole, position, words: 1, span: start..at });
            }
        }
    }
    let starts_with =
        |prefix: &str| tokens.iter().filter(|token| token.text.starts_with(&fold(prefix))).collect::<Vec<_>>();
    let query = match kind {
        LeafKind::Prefix { text } => return starts_with(text).iter().map(|token| token.span.start).collect(),
        LeafKind::Phrase { text, .. } => text,
        _ => unreachable!(),
    };
    // Each token of the query: its text, its words, its place.
    let pieces: Vec<String> = match mode {
        Mode::Lucene => words(query),
        _ => query.split_whitespace().map(fold).collect(),
    };
    let has = |wanted: &str, position: u32, whole_only: bool, not_whole: bool| {
        tokens
            .iter()
            .filter(|token| token.text == wanted && token.position == position)
            .filter(|token| !whole_only || token.kind == TokenKind::Whole)
            .filter(|token| !not_whole || token.kind != TokenKind::Whole)
            .map(|token| token.span.start)
            .max()
    };
    let last_position = tokens.iter().map(|token| token.position).max().unwrap_or(0);
    let mut found = Vec::new();
    for start in 0..=last_position {
        let mut position = start;
        let mut all = true;
        let mut first = None;
        for piece in &pieces {
            let inner = if mode == Mode::Sps { vec![piece.clone()] } else { words(piece) };
            let here = if inner == [piece.clone()] {
                has(piece, position, false, false)
            } else {
                let sequence: Vec<Option<usize>> =
                    inner.iter().enumerate().map(|(i, word)| has(word, position + i as u32, false, true)).collect();
                let in_words = if inner.len() > 1 && sequence.iter().all(Option::is_some) { sequence[0] } else { None };
                has(piece, position, true, false).or(in_words)
            };
            all &= here.is_some();
            first = first.or(here);
            position += inner.len() as u32;
        }
        if all && let Some(first) = first {
            found.push(first);
        }
    }
    found
}

fn check(text: &str, kind: LeafKind, mode: Mode) {
    let plan = Plan::new(&Query::leaf(None, kind.clone()), Language::from(mode)).unwrap();
    if plan.leaves.is_empty() {
        return;
    }
    let mut scanner = Scanner::default();
    let occurrences = scanner.scan(&plan, text, true, &mut Meter::endless()).unwrap();
    let mut growth = Growth::new(&plan, text, &occurrences, &mut Meter::endless()).unwrap();
    let mut check_state = |len: usize, next: Option<char>| {
        let slow = match &kind {
            LeafKind::Prefix { .. } | LeafKind::Phrase { slop: None, .. } => slow(&kind, mode, &text[..len], next),
            // What a set of tokens or a moved phrase is has tests of its own; here each state is a text of its own.
            _ => {
                let state = Scanner::default().scan_state(&plan, &text[..len], next);
                let mut found = Vec::new();
                matches(&plan.leaves[0], &state, 0, |hit| found.push(hit.span.start));
                found
            }
        };
        let fast = growth.at(&mut scanner, len, next, &mut Meter::endless()).unwrap()[0];
        assert_eq!(
            fast.is_some(),
            !slow.is_empty(),
            "{mode:?} {kind:?} in {:?} before {next:?} of {text:?}",
            &text[..len]
        );
    };
    for (len, next) in text.char_indices() {
        check_state(len, Some(next));
    }
    for next in [None, Some(' '), Some('x'), Some('-'), Some('.'), Some('\u{301}'), Some('日')] {
        check_state(text.len(), next);
    }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ab1_:.', ;/=-]{1,24}",
        "[aB1.: é日本ก\u{301}\u{200d}😀🇩🇪_-]{1,24}",
        "[\u{a0}\u{3000}\u{202f} a.b]{1,16}",
        "(ls|cat|/etc/x|--a-b|a.b.c|k=v|h:22| |\\||\\.){1,12}",
    ]
    .prop_map(|text| text.trim_end_matches(' ').to_owned())
}

/// A query that has a chance: a piece of the text, or what stands between blanks in it.
fn kinds(text: &str, from: usize, len: usize) -> Vec<LeafKind> {
    let chars: Vec<char> = text.chars().collect();
    let from = from.min(chars.len());
    let piece: String = chars[from..(from + len).min(chars.len())].iter().collect();
    let token = text.split_whitespace().nth(from % 3).unwrap_or("a").to_owned();
    let stripped = token.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let mut kinds = Vec::new();
    for text in [piece, token, stripped] {
        if !text.is_empty() {
            kinds.push(LeafKind::Phrase { text: text.clone(), slop: None });
            kinds.push(LeafKind::Phrase { text: format!("{text} {text}"), slop: Some(3) });
            kinds.push(LeafKind::Phrase { text: format!("b {text} a"), slop: Some(2) });
            kinds.push(LeafKind::Fuzzy { text: text.clone(), edits: trail_query::Edits::Upto(1) });
            kinds.push(LeafKind::Prefix { text });
        }
    }
    kinds.push(LeafKind::Wildcard { pattern: "?*b".into() });
    kinds.push(LeafKind::Regexp { pattern: "[ab.]+|.*/.*".into() });
    let (lower, upper) = (Some("a".to_owned()), Some("b.".to_owned()));
    kinds.push(LeafKind::Range { lower, upper, include_lower: true, include_upper: false });
    kinds.push(LeafKind::Exists);
    kinds
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn every_state_matches_what_its_own_tokens_match(text in text(), from in 0usize..24, len in 1usize..9) {
        for kind in kinds(&text, from, len) {
            for mode in [Mode::Screentrail, Mode::Lucene, Mode::Sps] {
                check(&text, kind.clone(), mode);
            }
        }
    }
}

#[test]
fn a_cut_word_that_goes_on_with_punctuation() {
    let long = format!("{}.{}.{}", "a".repeat(254), "b".repeat(255), "c".repeat(30));
    for query in ["b", "c", "bbb"] {
        check(&long, LeafKind::Prefix { text: query.into() }, Mode::Screentrail);
    }
    check(&long, LeafKind::Phrase { text: "b".repeat(255), slop: None }, Mode::Screentrail);
}

#[test]
fn a_line_typed_character_by_character_takes_linear_time() {
    let plan = |text: &str| {
        let kind = LeafKind::Phrase { text: text.into(), slop: None };
        Plan::new(&Query::leaf(None, kind), Language::from(Mode::Screentrail)).unwrap()
    };
    // Each of these took minutes when every state was a new text.
    for (line, query) in [
        ("a ".repeat(100_000), "a a a"),
        ("a.".repeat(100_000), "a"),
        ("/".repeat(100_000), "/"),
        ("日".repeat(50_000), "日日"),
    ] {
        let line = line.trim_end();
        let plan = plan(query);
        let mut scanner = Scanner::default();
        let occurrences = scanner.scan(&plan, line, true, &mut Meter::endless()).unwrap();
        let mut growth = Growth::new(&plan, line, &occurrences, &mut Meter::endless()).unwrap();
        let matched = line
            .char_indices()
            .filter(|&(len, next)| {
                growth.at(&mut scanner, len, Some(next), &mut Meter::endless()).unwrap()[0].is_some()
            })
            .count();
        assert!(matched + 10 > line.chars().count() / 2 || query == "/", "{matched} of {query}");
    }
}
