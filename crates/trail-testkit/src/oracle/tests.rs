//! The oracle itself: against Lucene's own tokens, small cases by hand, and its definition taken literally.

use proptest::prelude::*;
use trail_container::TrailReader;
use trail_model::{Event, EventKind, RecordId, Size};
use trail_query::Mode;

use super::tokens::{Kind, tokens, words};
use super::{CommandLine, Field, Hit, Query, Replay, check, questions};
use crate::generate::{CHANNEL, Step, events, stream};
use crate::trail::record;

const SEED: u64 = 0x7EA1;

fn replay(trail: &TrailReader) -> Replay {
    Replay::of(trail, CHANNEL).expect("the trail is whole")
}

/// A recording of outputs, one event each, on a screen of 20 by 4; the first record opens the channel.
fn of_outputs(outputs: &[&str]) -> Replay {
    let mut events = events(Size { cols: 20, rows: 4 }, &[], SEED);
    let close = events.pop().expect("a closing event");
    for output in outputs {
        events.push(Event { kind: EventKind::Output(output.as_bytes().to_vec()), ..close.clone() });
    }
    replay(&record(&events, 1 << 18).expect("memory does not fail"))
}

/// The moments at which a term is found, as numbers of records.
fn found(replay: &Replay, query: &Query) -> Numbers {
    let moments = replay.moments(query, Mode::Screentrail);
    Numbers(replay.records_of(&moments).into_iter().map(|record| record.0).collect())
}

/// Numbers of records.
#[derive(Debug)]
struct Numbers(Vec<u64>);

impl<const N: usize> PartialEq<[u64; N]> for Numbers {
    fn eq(&self, other: &[u64; N]) -> bool {
        self.0 == other
    }
}

fn term(text: &str) -> Query {
    Query::Term(Field::Default, text.to_owned())
}

fn phrase(text: &str) -> Query {
    Query::Phrase(Field::Default, text.to_owned())
}

#[test]
fn words_are_lucenes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/lucene/");
    let read = |name: &str| std::fs::read_to_string(format!("{path}{name}")).expect(name);
    let parse = |line: &str| serde_json::from_str::<serde_json::Value>(line).expect("a line is JSON");
    let list = |value: &serde_json::Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(|token| token.as_str().map(str::to_owned)).collect()
    };
    let mut checked = 0;
    for vector in read("analysis/vectors.jsonl").lines().map(parse) {
        let text = vector["text"].as_str().expect("a text");
        // Texts that NFC changes are compared as they stand in the engine, where Lucene compares them as typed.
        if super::tokens::normalize(text).chars().count() != text.chars().count() {
            continue;
        }
        assert_eq!(words(text), list(&vector["tokens"]), "{text:?}");
        checked += 1;
    }
    let documents: Vec<_> = read("classic/corpus.jsonl").lines().map(parse).collect();
    for (document, expected) in documents.iter().zip(read("classic/tokens.jsonl").lines().map(parse)) {
        let text = document["content"].as_str().expect("a content");
        assert_eq!(words(text), list(&expected["content"]), "{text}");
        checked += 1;
    }
    assert!(checked > 450, "{checked}");
}

#[test]
fn tokens_of_a_line() {
    let of = |text: &str, kind: Kind| -> Vec<(String, u32)> {
        let of_kind = tokens(text).into_iter().filter(|token| token.kind == kind);
        of_kind.map(|token| (token.text, token.position)).collect()
    };
    let at = |tokens: &[(&str, u32)]| tokens.iter().map(|(text, at)| ((*text).to_owned(), *at)).collect::<Vec<_>>();
    let line = "Cat --file=\"/etc/X\", host:22 | foo_bar";
    assert_eq!(
        of(line, Kind::Word),
        at(&[("cat", 0), ("file", 1), ("etc", 2), ("x", 3), ("host", 4), ("22", 5), ("foo_bar", 6)])
    );
    assert_eq!(of(line, Kind::Part), at(&[("foo", 6), ("bar", 6)]));
    assert_eq!(
        of(line, Kind::Whole),
        at(&[
            ("--file=\"/etc/x\",", 1),
            ("--file=\"/etc/x", 1),
            ("/etc/x", 2),
            ("host:22", 4),
            ("host", 4),
            ("|", 6),
            ("foo_bar", 6),
        ])
    );
    assert_eq!(of(line, Kind::Plain).len(), 5);
}

#[test]
fn a_word_counts_when_it_is_complete() {
    // Records: 1 opens, 2 is `s`, 3 `su`, 4 `sudo`, 5 ` x`.
    let replay = of_outputs(&["s", "u", "do", " x"]);
    assert_eq!(found(&replay, &term("s")), []);
    assert_eq!(found(&replay, &term("su")), []);
    assert_eq!(found(&replay, &term("sudo")), [4, 5]);
    assert_eq!(found(&replay, &Query::Prefix(Field::Default, "su".into())), [4, 5]);
    assert_eq!(found(&replay, &phrase("sudo x")), [5]);
}

#[test]
fn what_was_erased_or_changed_was_complete() {
    assert_eq!(
        found(&of_outputs(&["su", "\r\x1b[K", "do"]), &term("su")),
        [2, 3],
        "the return is a record, then comes a cut"
    );
    assert_eq!(found(&of_outputs(&["su", "\rxy"]), &term("su")), [2, 3]);
    // A row that leaves the screen ends what is known of it.
    assert_eq!(found(&of_outputs(&["su", "\x1b[?1049h", "\x1b[?1049l", "do"]), &term("su")), [2, 3]);
}

#[test]
fn punctuation_finishes_words_and_not_wholes() {
    let replay = of_outputs(&["a/b", ".c", " "]);
    assert_eq!(found(&replay, &term("b")), [2, 3, 4], "first the word, then a part");
    assert_eq!(found(&replay, &term("a/b")), [2, 3, 4], "its words in a row are finished");
    assert_eq!(found(&replay, &term("a/b.c")), [3, 4]);
    let replay = of_outputs(&["-a", "+"]);
    assert_eq!(found(&replay, &term("-a")), [], "the whole goes on");
    assert_eq!(found(&replay, &term("a")), [2, 3]);
}

#[test]
fn a_wrapped_line_is_one_line() {
    let replay = of_outputs(&["aaaaaaaaaaaaaaaaaa word", "\r\n1\r\n2\r\n3"]);
    // The head has left the screen at record 4.
    assert_eq!(replay.lines(3), ["aaaaaaaaaaaaaaaaaa word", "1", "2", "3"]);
    assert_eq!(found(&replay, &term("word")), [2, 3, 4]);
}

#[test]
fn phrases_advance_by_words() {
    let replay = of_outputs(&["cat a.txt | wc -l"]);
    assert_eq!(found(&replay, &phrase("cat a.txt")), [2]);
    assert_eq!(found(&replay, &phrase("a.txt | wc")), [2]);
    assert_eq!(found(&replay, &phrase("a.txt wc")), [2], "a token without words takes no place");
    assert_eq!(found(&replay, &phrase("cat wc")), []);
    assert_eq!(found(&replay, &phrase("wc -l")), [2]);
    assert_eq!(found(&replay, &phrase("wc --l")), []);
}

#[test]
fn fields_and_operators() {
    let replay = of_outputs(&["\x1b]2;vim notes\x07", "root", "\r\x1b[K"]);
    let field = |field, text: &str| Query::Term(field, text.to_owned());
    assert_eq!(found(&replay, &term("vim")), [2, 3, 4, 5]);
    assert_eq!(found(&replay, &field(Field::Title, "vim")), [2, 3, 4, 5]);
    assert_eq!(found(&replay, &field(Field::Screen, "vim")), []);
    assert_eq!(found(&replay, &Query::And(vec![term("vim"), Query::Not(Box::new(term("root")))])), [2, 5]);
    assert_eq!(found(&replay, &Query::Or(vec![term("root"), Query::Not(Box::new(term("vim")))])), [1, 3, 4]);
    assert_eq!(found(&replay, &Query::All), [1, 2, 3, 4, 5]);
}

#[test]
fn a_command_lives_as_long_as_its_line() {
    let mut replay = of_outputs(&["$ ls -l", "\r\nfile", "\x1b[2J", "$ ls -l"]);
    replay.add_commands(&[CommandLine { text: "ls -l".into(), entered: RecordId(3) }]);
    // The cut falls before the last byte of the function that erases: that is record 5.
    assert_eq!(found(&replay, &Query::Term(Field::Command, "ls".into())), [3, 4]);
    assert_eq!(found(&replay, &term("ls")), [2, 3, 4, 6]);
}

#[test]
fn queries_are_written_in_the_engines_language() {
    let query = Query::And(vec![
        Query::Or(vec![term("/etc/x"), Query::Prefix(Field::Title, "a:".into())]),
        Query::Not(Box::new(Query::Phrase(Field::Screen, "say \"x\"".into()))),
        Query::Not(Box::new(Query::Not(Box::new(term("OR"))))),
    ]);
    let text = query.to_string();
    assert_eq!(text, r#"((\/etc\/x OR title:a\:*) AND NOT screen:"say \u0022x\u0022" AND NOT (NOT \OR))"#);
    for mode in [Mode::Lucene, Mode::Sps, Mode::Screentrail] {
        assert!(trail_query::parse(&text, mode).is_ok(), "{mode:?}");
    }
}

#[test]
fn check_tells_differences() {
    let replay = [of_outputs(&["sudo", "\r\x1b[K"])];
    let questions = questions(&replay[0], Mode::Screentrail, 10, 2, SEED);
    let silent = check::<()>(&replay, &questions, |_, _| Ok(Vec::new())).expect("no error");
    assert_eq!(silent.queries, questions.len() as u64);
    assert_eq!(silent.differences.len() as u64, silent.held);
    let everything = |_: &str, _| Ok(vec![Hit { channel: CHANNEL, begin: RecordId(1), end: RecordId(9) }]);
    let wild = check::<()>(&replay, &questions, everything).expect("no error");
    assert!(wild.differences.iter().all(|difference| difference.astray.len() == 1));
}

/// The definition of DESIGN, word for word: at moment `at`, whether a line or the title has the token, unfinished ones
/// left out. `screens` are the lines of every moment.
fn holds_literally(replay: &Replay, at: u32, token: &str) -> bool {
    let row_at = |moment: u32, row| {
        let screen = replay.screens.iter().rev().find(|screen| screen.0 <= moment)?;
        screen.1.iter().find(|line| line.0 == row).map(|line| replay.text(line.1))
    };
    let Some(screen) = replay.screens.iter().rev().find(|screen| screen.0 <= at) else { return false };
    screen.1.iter().any(|&(row, text)| {
        let text = replay.text(text);
        let next = (at + 1..replay.count()).map_while(|moment| row_at(moment, row)).find(|later| *later != text);
        let more = next.and_then(|next| next.strip_prefix(text)).and_then(|more| more.chars().next());
        tokens(text).into_iter().any(|found| {
            let unfinished = found.at_end
                && match found.kind {
                    Kind::Word | Kind::Part => more.is_some_and(char::is_alphanumeric),
                    Kind::Whole | Kind::Plain => more.is_some_and(|c| !c.is_whitespace()),
                };
            found.kind != Kind::Plain && found.text == token && !unfinished
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    /// The oracle's runs and masks say what the definition says, moment by moment.
    #[test]
    fn terms_hold_where_the_definition_says((size, steps) in stream(12), seed: u64) {
        let replay = replay(&record(&events(size, &steps, seed), 4096).expect("memory does not fail"));
        let mut distinct: Vec<String> = replay.texts().iter().flat_map(|text| tokens(text)).map(|token| token.text).collect();
        distinct.sort();
        distinct.dedup();
        for token in distinct.iter().filter(|token| words(token) == [token.as_str()]).take(20) {
            let moments = replay.moments(&Query::Term(Field::Screen, token.clone()), Mode::Screentrail);
            for at in 0..replay.count() {
                let says = moments.runs().iter().any(|run| run.0 <= at && at < run.1);
                prop_assert_eq!(says, holds_literally(&replay, at, token), "{} at {}", token, at);
            }
        }
    }
}

#[test]
fn generated_streams_have_words_on_them() {
    let steps = [Step::Type("sudo su".into()), Step::Log(3), Step::FullScreen(vec!["root".into()])];
    let replay = replay(&record(&events(Size::DEFAULT, &steps, SEED), 4096).expect("memory does not fail"));
    assert_ne!(found(&replay, &phrase("sudo su")), []);
    assert_ne!(found(&replay, &term("root")), []);
    assert_eq!(found(&replay, &term("sud")), []);
}
