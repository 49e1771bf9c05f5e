use trail_query::{Mode, parse};

use super::*;
use crate::cancel::Meter;
use crate::occurrences::Scanner;
use crate::plan::{Language, Plan};

/// Whether the only leaf of `query` matches `text`.
fn holds(query: &str, mode: Mode, text: &str) -> bool {
    let parsed = parse(query, mode).unwrap_or_else(|error| panic!("{query}: {error}"));
    let plan = Plan::new(&parsed.query, Language::from(mode)).unwrap();
    assert_eq!(plan.leaves.len(), 1, "{query}: {plan:?}");
    let found = Scanner::default().scan(&plan, text, false, &mut Meter::endless()).unwrap();
    let mut any = false;
    matches(&plan.leaves[0], &found, 0, |_| any = true);
    any
}

#[track_caller]
fn check(query: &str, matching: &[&str], others: &[&str]) {
    for text in matching {
        assert!(holds(query, Mode::Screentrail, text), "{query} should match {text:?}");
    }
    for text in others {
        assert!(!holds(query, Mode::Screentrail, text), "{query} should not match {text:?}");
    }
}

#[test]
fn one_word_is_a_word_a_part_or_a_whole() {
    check("gnu", &["gnu", "GNU's Not", "www.gnu.org", "foo_gnu", "key:gnu", "/usr/gnu/x"], &["gnus", "agnu", "g.nu"]);
    check("foo_bar", &["foo_bar", "a foo_bar!", "/foo_bar"], &["foo bar", "foo_bar_baz", "foo-bar"]);
    check("10.0.0.1", &["10.0.0.1", "10.0.0.1:22", "ip=10.0.0.1,"], &["10.0.0.11", "110.0.0.1"]);
}

#[test]
fn punctuation_is_searched_as_it_stands() {
    check(r"\-\-force", &["git push --force", "(--force)"], &["force", "-force", "--force-with-lease"]);
    check(r#""|""#, &["a | b", "|"], &["a || b", "a|b"]);
    check("passwd:", &["cat passwd: x"], &["passwd", "passwd:x"]);
    check(
        r"\/etc\/passwd",
        &["cat /etc/passwd", "/etc/passwd: x", "f=/etc/passwd", "see etc passwd"],
        &["/etc/x/passwd"],
    );
}

#[test]
fn several_words_stand_in_sequence() {
    check("read-only", &["read-only", "read only", "x/read/only"], &["only read", "read it only", "readonly"]);
    check("x.foo-bar.y", &["x.foo-bar.y", "x.foo bar.y"], &["x foo bar y"]);
}

#[test]
fn phrases_follow_positions() {
    check("\"sudo su\"", &["$ sudo su", "sudo | su", "x.sudo su.y"], &["su sudo", "sudo -u x su"]);
    check("\"cat /etc/passwd x\"", &["cat /etc/passwd x", "cat etc passwd x"], &["cat /etc/passwd y x"]);
    check("\"ls | grep\"", &["ls | grep x", "(ls | grep"], &["ls grep", "ls || grep", "ls a | grep"]);
    check("\"a -- b\"", &["a -- b"], &["a b", "a - b"]);
    check("\"git --force\"", &["git --force"], &["git force", "git x --force"]);
}

#[test]
fn prefixes_are_of_words_parts_and_wholes() {
    check("pass*", &["passwd", "/etc/passwd", "x.password"], &["bypass", "pas"]);
    check(r"\/et*", &["/etc/passwd"], &["etc"]);
    check("PASS*", &["passwd"], &[]);
}

#[test]
fn lucene_reads_words_only() {
    assert!(holds("gnu", Mode::Lucene, "GNU"));
    assert!(!holds("gnu", Mode::Lucene, "www.gnu.org"));
    assert!(holds("\"/etc/passwd\"", Mode::Lucene, "etc-passwd"));
    assert!(holds("www*", Mode::Lucene, "www.gnu.org"));
    assert!(!holds("gnu*", Mode::Lucene, "www.gnu.org"));
}

#[test]
fn sps_reads_what_stands_between_blanks() {
    assert!(holds("passwd", Mode::Sps, "cat PASSWD"));
    assert!(!holds("passwd", Mode::Sps, "cat passwd:"));
    assert!(holds("passwd*", Mode::Sps, "cat passwd:"));
    assert!(!holds("etc*", Mode::Sps, "/etc/passwd"));
    assert!(holds("\"cat /etc/passwd\"", Mode::Sps, "$ cat /etc/passwd"));
}
