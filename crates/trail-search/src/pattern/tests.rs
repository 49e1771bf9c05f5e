use proptest::prelude::*;

use super::regexp::{Classes, Regexp};
use super::*;
use crate::Cancel;

fn regexp(pattern: &str) -> Regexp {
    Regexp::new(pattern, Letters::Folded, Classes::Known, 10_000, &Cancel::never())
        .unwrap_or_else(|error| panic!("{pattern}: {error:?}"))
}

#[track_caller]
fn check(pattern: &str, accepted: &[&str], refused: &[&str]) {
    let regexp = regexp(pattern);
    accepted.iter().for_each(|token| assert!(regexp.matches(token), "{pattern} matches {token}"));
    refused.iter().for_each(|token| assert!(!regexp.matches(token), "{pattern} does not match {token}"));
}

#[test]
fn every_operator_of_the_dialect() {
    check("ab?c*d+", &["ad", "abccdd"], &["a", "abbd"]);
    check("a{2}|b{1,}|c{0,2}", &["aa", "b", "bbb", "", "cc"], &["a", "aaa", "ccc"]);
    check("[a-c^x]|[^0-9]", &["a", "^", "z", "é"], &["5", "ab"]);
    check("a\"b*c\"", &["ab*c"], &["abbc"]);
    check("a@b", &["ab", "axyzb"], &["a"]);
    check("a#|b", &["b"], &["a", ""]);
    check("~(a.*)", &["", "ba"], &["a", "ab"]);
    check(".*a.*&.*b.*", &["ab", "bca"], &["a", "b"]);
    check("<1-254>", &["1", "0254", "99", "100"], &["0", "255", "", "1a"]);
    check("<05-12>", &["05", "12"], &["5", "012", "13"]);
    check("<9-12>", &["9", "10", "012", "09"], &["8", "13"]);
    check("\\d+\\.\\D|\\w\\s", &["12.x", "_ "], &["12.3", "d.d"]);
    check("A[B-C]", &["ab", "ac"], &["AB"]);
    check("(a*)*b", &["b", "aaab"], &["a"]);
    check("()", &[""], &["a"]);
    check("a{2,1}|b", &["b"], &["aa", "a", ""]);
}

#[test]
fn lucene_8_knows_no_classes() {
    let regexp = Regexp::new("\\D", Letters::Folded, Classes::Unknown, 10, &Cancel::never()).unwrap();
    assert!(regexp.matches("d") && !regexp.matches("x"));
}

#[test]
fn automata_are_bounded() {
    for pattern in ["[ab]*a[ab]{20}", "((a{1000}){1000}){1000}", "(a|b|c)*d(a|b|c){0,30}&~(.*x.*y{50}.*)a{99999}"] {
        assert_eq!(
            Regexp::new(pattern, Letters::Folded, Classes::Known, 10_000, &Cancel::never()).err(),
            Some(RegexpError::TooComplex),
            "{pattern}"
        );
    }
}

/// All there is to know of `*` and `?`.
fn plain_wildcard(pattern: &[char], token: &[char]) -> bool {
    match (pattern.split_first(), token.split_first()) {
        (None, None) => true,
        (Some(('*', rest)), _) => (0..=token.len()).any(|skip| plain_wildcard(rest, &token[skip..])),
        (Some(('?', rest)), Some((_, token))) => plain_wildcard(rest, token),
        (Some((wanted, rest)), Some((c, token))) => wanted == c && plain_wildcard(rest, token),
        _ => false,
    }
}

/// Optimal string alignment by its definition.
fn plain_distance(a: &[char], b: &[char]) -> usize {
    match (a, b) {
        ([], _) => b.len(),
        (_, []) => a.len(),
        ([.., x], [.., y]) => {
            let (before_a, before_b) = (&a[..a.len() - 1], &b[..b.len() - 1]);
            let mut best = plain_distance(before_a, before_b) + usize::from(x != y);
            best = best.min(plain_distance(before_a, b) + 1).min(plain_distance(a, before_b) + 1);
            if let ([.., p, q], [.., r, s]) = (a, b)
                && p == s
                && q == r
            {
                best = best.min(plain_distance(&a[..a.len() - 2], &b[..b.len() - 2]) + 1);
            }
            best
        }
    }
}

proptest! {
    #[test]
    fn wildcards_match_by_their_definition(pattern in "[ab*?é]{0,8}", token in "[abé]{0,8}") {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        let expected = plain_wildcard(&chars(&pattern), &chars(&token));
        prop_assert_eq!(Wildcard::new(&pattern, Letters::Folded).matches(&token), expected);
    }

    #[test]
    fn distances_are_those_of_the_definition(word in "[abc]{1,6}", token in "[abc]{0,6}", edits in 0u8..3) {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        let distance = plain_distance(&chars(&word), &chars(&token));
        prop_assert_eq!(Fuzzy::new(word, edits, 0).matches(&token), distance <= usize::from(edits));
    }

    #[test]
    fn regexps_mean_what_their_operators_say(a in "[ab]{1,2}(\\?|\\*)?", b in "(a|b|[ab])[ab.]", token in "[ab]{0,5}") {
        let holds = |pattern: &str| regexp(pattern).matches(&token);
        prop_assert_eq!(holds(&format!("({a})|({b})")), holds(&a) || holds(&b));
        prop_assert_eq!(holds(&format!("({a})&({b})")), holds(&a) && holds(&b));
        prop_assert_eq!(holds(&format!("~({a})")), !holds(&a));
        let splits = || (0..=token.len()).map(|at| token.split_at(at));
        let expected = splits().any(|(x, y)| regexp(&a).matches(x) && regexp(&b).matches(y));
        prop_assert_eq!(holds(&format!("({a})({b})")), expected);
    }
}

#[test]
fn misread_words_look_alike() {
    let check = |word: &str, token: &str, expected: bool| {
        let misread = super::Misread::new(word);
        assert_eq!(misread.matches(token), expected, "{word} {token}");
        assert!(!expected || token.contains(misread.literal()), "{word} {token}");
    };
    check("prod01", "prodol", true);
    check("prod01", "pr0dol", true);
    check("prod01", "prod02", false);
    check("gateway", "paymentgateway", true);
    check("su", "sudo", false);
    check("su", "su", true);
    check("i0", "lo", true);
    check("", "", true);
}
