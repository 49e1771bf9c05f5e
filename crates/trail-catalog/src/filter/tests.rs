//! Values, dates, addresses, patterns and expressions, each against a plain model.

use proptest::prelude::*;
use trail_query::{WildcardPart, wildcard_parts};

use super::date::{DateForms, Zone, parse_date};
use super::pattern::{Pattern, distance};
use super::regexp::Regexp;
use super::{FilterErrorKind, FilterOptions, Leaf, Plan, Schema, address, read};

const DAY: i64 = 86_400_000;

fn date(text: &str, up: bool) -> Option<i64> {
    parse_date(text, DateForms::Short, 1_000_000_000_000, Zone(0), up)
}

#[test]
fn a_date_is_the_unit_that_it_names() {
    let jan25 = 17_191 * DAY;
    let cases = [
        ("2017-01-25", jan25, jan25 + DAY - 1),
        ("2017-01-25T10", jan25 + 36_000_000, jan25 + 39_600_000 - 1),
        ("2017-01-25T10:00:00.5+01:00", jan25 + 32_400_500, jan25 + 32_400_500),
        ("2017-01", jan25 - 24 * DAY, jan25 + 7 * DAY - 1),
        ("2017", jan25 - 24 * DAY, jan25 + 341 * DAY - 1),
        ("1485334800", 1_485_334_800_000, 1_485_334_800_999),
        ("2017-01-25||/M", jan25 - 24 * DAY, jan25 + 7 * DAY - 1),
        ("2017-01-31||+1M", jan25 + 34 * DAY, jan25 + 35 * DAY - 1),
        ("now-1d", 1_000_000_000_000 - DAY, 1_000_000_000_000 - DAY),
    ];
    for (text, first, last) in cases {
        assert_eq!((date(text, false), date(text, true)), (Some(first), Some(last)), "{text}");
    }
    for text in ["", "yesterday", "2017-13-01", "2017-1-5", "2017-01-25T", "2017-01-25 10:00", "now/", "now/2d", "||"] {
        assert_eq!(date(text, false), None, "{text}");
    }
}

#[test]
fn hostile_numbers_in_dates_are_no_dates() {
    for text in ["now+9223372036854775807y", "99999999999999999999", "now-99999999999999999999d", "9999-12-31||+9999y"]
    {
        assert_eq!(date(text, true), None, "{text}");
    }
}

#[test]
fn networks() {
    let span = |text| address::span(text).map(|(a, b)| (address::show(a), address::show(b)));
    assert_eq!(span("10.20.0.0/16"), Some(("10.20.0.0".into(), "10.20.255.255".into())));
    assert_eq!(span("0.0.0.0/0"), Some(("0.0.0.0".into(), "255.255.255.255".into())));
    assert_eq!(span("::/0").map(|(low, _)| low), Some("::".into()));
    for text in ["10.0.0.0/33", "10.20", "999.1.1.1", "10.0.0.0/", "10.0.0.0/-1", "localhost"] {
        assert_eq!(span(text), None, "{text}");
    }
}

#[test]
fn regular_expressions() {
    let matches =
        |pattern: &str, text: &str| Regexp::new(pattern, trail_query::Limits::STATES).expect(pattern).matches(text);
    for (pattern, text, expected) in [
        ("s.*", "ssh", true),
        ("s", "ssh", false),
        ("a{2,3}", "aaaa", false),
        ("a{2,3}", "aaa", true),
        ("a{2,1}", "aa", false),
        ("(a*)*b", "aaab", true),
        ("~(ab)", "abc", true),
        ("~(ab)", "ab", false),
        ("[a-c]+&~(.*b.*)", "aca", true),
        ("[a-c]+&~(.*b.*)", "aba", false),
        ("[^x]y", "ay", true),
        ("<1-254>", "254", true),
        ("<1-254>", "0255", false),
        ("<1-254>", "007", true),
        ("<01-12>", "7", false),
        ("\"a.b\"@", "a.bcd", true),
        ("#|a", "a", true),
    ] {
        assert_eq!(matches(pattern, text), Ok(expected), "/{pattern}/ {text}");
    }
    assert!(
        ["(a", "[a", "a{", "<1>", "\\"]
            .iter()
            .all(|pattern| Regexp::new(pattern, trail_query::Limits::STATES).is_none())
    );
}

#[test]
fn minimum_should_match() {
    let cases = [("2", 2), ("-1", 3), ("75%", 3), ("-25%", 3), ("2<75%", 3), ("5<75%", 4), ("-9", 0)];
    for (text, expected) in cases {
        assert_eq!(trail_query::minimum_should_match(text, 4), Some(expected), "{text}");
    }
    assert_eq!(trail_query::minimum_should_match("x", 4), None);
}

#[test]
fn three_generations_of_names_mean_one_field() {
    let schema = Schema::audit();
    for names in [
        &["recording.connection_policy", "connection_policy", "psm.connection_policy"][..],
        &["recording.target.port", "target.port", "psm.target.port"],
        &["client.ip", "client.address", "psm.client.address"],
    ] {
        let own = schema.named(names[0])[0];
        assert!(names.iter().all(|name| schema.named(name).contains(&own)), "{names:?}");
    }
    let plan = read("protocol:(SSH rdp)", &schema, &FilterOptions::audit(0)).expect("a filter");
    let mut terms = Vec::new();
    plan.visit_leaves(&mut |leaf| {
        if let Leaf::Term { term, .. } = leaf {
            terms.push(term.clone());
        }
    });
    assert_eq!(terms, ["ssh", "rdp"]);
}

#[test]
fn errors_say_where_and_what_instead() {
    let schema = Schema::audit();
    let error = |text: &str| read(text, &schema, &FilterOptions::audit(0)).expect_err(text);
    let port = error("protocol:ssh AND server.port:abc");
    assert_eq!((port.span.start, port.span.end), (17, 32));
    assert!(matches!(port.kind, FilterErrorKind::BadValue { .. }));
    assert!(matches!(error("nosuch:1").kind, FilterErrorKind::UnknownField(_)));
    assert!(error("PROTOCOL:ssh").to_string().contains("did you mean protocol?"));
    assert!(matches!(error("screen.content:exit").kind, FilterErrorKind::Content(_)));
    assert_eq!(read("  ", &schema, &FilterOptions::audit(0)), Ok(Plan::None));
}

/// Wildcards by trying every split.
fn fits(parts: &[char], text: &[char]) -> bool {
    match parts.split_first() {
        None => text.is_empty(),
        Some(('*', rest)) => (0..=text.len()).any(|at| fits(rest, &text[at..])),
        Some(('?', rest)) => !text.is_empty() && fits(rest, &text[1..]),
        Some((c, rest)) => text.first() == Some(c) && fits(rest, &text[1..]),
    }
}

/// Edits by trying all, no place edited twice.
fn edits(a: &[char], b: &[char]) -> usize {
    match (a, b) {
        ([], rest) | (rest, []) => rest.len(),
        ([x, a_rest @ ..], [y, b_rest @ ..]) => {
            let mut best = edits(a_rest, b_rest) + usize::from(x != y);
            best = best.min(edits(a_rest, b) + 1).min(edits(a, b_rest) + 1);
            if let ([x2, a_rest @ ..], [y2, b_rest @ ..]) = (a_rest, b_rest)
                && x == y2
                && x2 == y
            {
                best = best.min(edits(a_rest, b_rest) + 1);
            }
            best
        }
    }
}

proptest! {
    #[test]
    fn wildcards_fit_as_a_plain_matcher_says(pattern in "[ab*?é]{0,8}", text in "[abé]{0,8}") {
        let parts: Vec<WildcardPart> = wildcard_parts(&pattern);
        let (steps, chars): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
        let built = Pattern::new(&parts);
        prop_assert_eq!(built.matches(&text), fits(&steps, &chars));
        prop_assert!(!built.matches(&text) || text.starts_with(built.prefix()));
    }

    #[test]
    fn distances_are_the_fewest_edits(a in "[abc]{0,5}", b in "[abc]{0,5}", max in 0_usize..3) {
        let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        let fewest = edits(&a, &b);
        prop_assert_eq!(distance(&a, &b, max), (fewest <= max).then_some(fewest));
    }

    #[test]
    fn a_network_holds_the_addresses_with_its_bits(base: u32, length in 0_u32..=32, other: u32) {
        let text = format!("{}/{length}", std::net::Ipv4Addr::from_bits(base));
        let (low, high) = address::span(&text).expect("a network");
        let other_address = address::address(&std::net::Ipv4Addr::from_bits(other).to_string()).expect("an address");
        let same_bits = (0..length).all(|bit| (base ^ other) >> (31 - bit) & 1 == 0);
        prop_assert_eq!((low..=high).contains(&other_address), same_bits);
    }

    #[test]
    fn rounding_finds_the_day_by_counting(day in -100_000_i64..100_000, ms in 0_i64..DAY, hours in -12_i32..=12) {
        let zone = Zone(hours * 3600);
        let now = day * DAY + ms;
        let shift = i64::from(zone.0) * 1000;
        let first = (now + shift).div_euclid(DAY) * DAY - shift;
        prop_assert_eq!(parse_date("now/d", DateForms::Days, now, zone, false), Some(first));
        prop_assert_eq!(parse_date("now/d", DateForms::Days, now, zone, true), Some(first + DAY - 1));
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,40}") {
        let _ = read(&text, &Schema::audit(), &FilterOptions::audit(0));
    }
}
