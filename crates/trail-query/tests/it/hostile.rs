//! Queries meant to do harm: each gives an answer at once.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use trail_query::{ErrorKind, Limits, Mode, Options, parse, parse_with};

const MODES: [Mode; 3] = [Mode::Lucene, Mode::Sps, Mode::Screentrail];

/// Far above what reading costs even on a busy machine, far below what a quadratic or exponential reader takes.
const PATIENCE: Duration = Duration::from_secs(5);

#[track_caller]
fn kind(text: &str, mode: Mode) -> Option<ErrorKind> {
    let begin = Instant::now();
    let outcome = parse(text, mode);
    assert!(begin.elapsed() < PATIENCE, "{mode:?} took {:?}", begin.elapsed());
    let error = outcome.err()?;
    assert!(error.to_string().len() < 400, "{error}");
    Some(error.kind)
}

/// Reads with a text limit that lets everything through, so that the other limits must hold.
fn kind_of_any_length(text: &str, mode: Mode) -> Option<ErrorKind> {
    let mut options = Options::new(mode);
    options.limits = Limits { text_len: usize::MAX, ..Limits::default() };
    let begin = Instant::now();
    let outcome = parse_with(text, &options);
    assert!(begin.elapsed() < PATIENCE, "{mode:?} took {:?}", begin.elapsed());
    outcome.err().map(|error| error.kind)
}

#[test]
fn nested_parentheses_end_at_the_limit() {
    let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    for mode in MODES {
        assert_eq!(kind(&nested(Limits::NESTING), mode), None);
        assert_eq!(kind(&nested(Limits::NESTING + 1), mode), Some(ErrorKind::TooDeep));
        assert_eq!(kind(&nested(10_000), mode), Some(ErrorKind::TooLong));
        assert_eq!(kind_of_any_length(&nested(10_000), mode), Some(ErrorKind::TooDeep));
    }
}

#[test]
fn long_texts_are_refused_by_length() {
    for mode in MODES {
        assert_eq!(kind(&"a".repeat(1 << 20), mode), Some(ErrorKind::TooLong));
        assert_eq!(kind(&"a ".repeat(1 << 19), mode), Some(ErrorKind::TooLong));
    }
}

#[test]
fn clauses_end_at_the_limit() {
    let words = |count: usize| "ab ".repeat(count);
    for mode in MODES {
        assert_eq!(kind(&words(Limits::CLAUSES), mode), None);
        assert_eq!(kind(&words(Limits::CLAUSES + 1), mode), Some(ErrorKind::TooManyClauses));
        assert_eq!(kind_of_any_length(&words(50_000), mode), Some(ErrorKind::TooManyClauses));
        let alternatives = format!("a{}", " OR a".repeat(Limits::CLAUSES));
        assert_eq!(kind(&alternatives, mode), Some(ErrorKind::TooManyClauses));
    }
}

#[test]
fn patterns_end_at_their_limits() {
    assert_eq!(kind(&format!("a{}", "*?".repeat(200)), Mode::Lucene), Some(ErrorKind::TooComplex));
    assert_eq!(kind(&format!("/{}/", "a".repeat(300)), Mode::Lucene), Some(ErrorKind::TooComplex));
    let nested = format!("/{}a{}/", "(".repeat(100), ")".repeat(100));
    assert_eq!(kind(&nested, Mode::Lucene), Some(ErrorKind::BadRegexp));
    assert_eq!(kind("/(a*)*b/", Mode::Lucene), None);
}

/// One sign over and over must not be looked at again and again.
#[test]
fn repeated_signs_take_linear_time() {
    for sign in [
        "(", ")", "[", "{", "\"", "/", "\\", "~", "^", ":", "+", "-", "!", "*", "(\"", "(/", "([", "title:", "a~",
        "[a TO ",
    ] {
        let text = sign.repeat(64 * 1024 / sign.len());
        for mode in MODES {
            kind_of_any_length(&text, mode);
        }
    }
}

#[test]
fn errors_say_where_what_and_how() {
    let message = |text: &str, mode: Mode| parse(text, mode).expect_err(text).to_string();
    assert_eq!(
        message("root AND AND file", Mode::Lucene),
        "unexpected token at byte 9: found `AND`, expected a term (an operator stands between two clauses; put it in \
         quotes to look for the word)"
    );
    assert_eq!(
        message("a (b", Mode::Lucene),
        r"no closing delimiter at byte 2: found `(`, expected a closing `)` later (write \( for a parenthesis that is part of the text)"
    );
    assert_eq!(
        message("*x", Mode::Sps),
        r"a word may not begin with a wildcard at byte 0: found `*x`, expected a letter or digit first (write the word's beginning, or \* for a star that is part of the text)"
    );
    assert_eq!(
        message("hots:x", Mode::Sps),
        r"unknown field at byte 0: found `hots`, expected one of the fields screen, screen.content, command, title, input, clipboard (write \: for a colon that is part of the text)"
    );
    let long = format!("\"\u{1b}[31m{}", "x".repeat(100));
    let error = parse(&long, Mode::Lucene).expect_err("no closing quote");
    assert_eq!(error.found, "\"\\u{1b}[31mxxxxxxxxxxxxxxxxxx…");
}

/// Texts made of what the syntax is made of: far more of them get deep into the parser than of arbitrary text.
fn syntax() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-c]{1,3}",
        2 => Just(" ".to_owned()),
        1 => Just("title:".to_owned()),
        1 => prop::sample::select(vec!["AND", "OR", "NOT", "&&", "||", " TO ", "AND ", " OR "]).prop_map(str::to_owned),
        4 => prop::sample::select(r#"+-!()[]{}^"~*?:\/.19&|<>=u"#.chars().collect::<Vec<_>>()).prop_map(String::from),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(3000) })]

    #[test]
    fn any_text_gives_an_answer(text in any::<String>()) {
        for mode in MODES {
            let _ = parse(&text, mode);
        }
    }

    #[test]
    fn any_syntax_gives_an_answer_within_the_text(text in syntax()) {
        for mode in MODES {
            match parse(&text, mode) {
                Ok(parsed) => {
                    parsed.query.visit_leaves(&mut |_, span, _| assert!(text.get(span.start..span.end).is_some_and(|leaf| !leaf.is_empty())));
                    prop_assert!(parsed.notes.iter().all(|note| text.get(note.span.start..note.span.end).is_some()));
                }
                Err(error) => {
                    prop_assert!(text.get(error.span.start..error.span.end).is_some(), "{error}");
                    prop_assert!(!error.expected.is_empty());
                }
            }
        }
    }
}
