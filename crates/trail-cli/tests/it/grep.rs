//! `trail grep`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{Run, cast, testdata, trail, trail_with};

fn grep(args: &[&str], path: &Path) -> Run {
    trail(["grep".as_ref()].into_iter().chain(args.iter().map(AsRef::as_ref)).chain([path.as_os_str()]))
}

#[test]
fn a_text_that_flashed_by_is_found_with_its_moment() {
    let folder = tempfile::tempdir().unwrap();
    let path = cast(folder.path(), "a.cast", &["one\r\n", "secret\r      \r", "two"]);
    let hits = grep(&["secret", "--json"], &path).expect_code(0).json();
    assert_eq!(hits.len(), 1);
    let hit = &hits[0];
    assert_eq!(hit["path"], path.to_str().unwrap());
    assert_eq!(hit["text"], "secret");
    assert_eq!(hit["channel.id"], 1);
    assert_eq!((&hit["start_offset"], &hit["end_offset"]), (&1.0.into(), &1.0.into()));
    assert_eq!(hit["start_time"], "2026-01-02T08:00:01Z");
    assert_eq!(hit["record_id"]["begin"], hit["record_id"]["end"]);
    let expected: Value = serde_json::from_str(r#"[{"row":1,"column":0,"width":6,"above_screen":false}]"#).unwrap();
    assert_eq!(hit["matches"], expected);
    let names: BTreeSet<&str> = hit.as_object().unwrap().keys().map(String::as_str).collect();
    let documented = [
        "channel.id",
        "end_offset",
        "end_time",
        "kind",
        "matches",
        "path",
        "rank",
        "record_id",
        "start_offset",
        "start_time",
        "text",
        "trail_id",
    ];
    assert_eq!(names, BTreeSet::from(documented));
}

#[test]
fn two_lines_at_once_hit_together_and_not_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = cast(folder.path(), "a.cast", &["sudo x\r\n", "passwd y\r\n", "\x1b[2J\x1b[H", "passwd z"]);
    let hits = grep(&["sudo AND passwd", "--json"], &path).expect_code(0).json();
    assert_eq!(hits.len(), 1);
    assert_eq!(hits[0]["kind"], "screen");
    assert_eq!(hits[0]["text"], "sudo x\npasswd y");
    assert_eq!((&hits[0]["start_offset"], &hits[0]["end_offset"]), (&1.0.into(), &1.5.into()));
    grep(&["sudo AND z"], &path).expect_code(1);
}

#[test]
fn limits_are_options_and_errors_name_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = cast(folder.path(), "a.cast", &["hello world"]);
    grep(&["hello world", "--query-max", "clauses=2", "--timeout", "1h"], &path).expect_code(0);
    let refused = grep(&["hello world", "--query-max", "clauses=1"], &path).expect_code(2);
    assert!(refused.err.contains("at most 1"), "{}", refused.err);
    let late = grep(&["hello", "--timeout", "0s"], &path).expect_code(2);
    assert!(late.err.contains("longer than"), "{}", late.err);
    for (option, value, told) in [
        ("--query-max", "clauses", "NAME=NUMBER"),
        ("--query-max", "clauses=many", "no number"),
        ("--query-max", "clause=1", "expansions"),
        ("--query-max", "nesting=65", "at most 64"),
        ("--timeout", "soon", "10s"),
    ] {
        let refused = grep(&["hello", option, value], &path).expect_code(2);
        assert!(refused.err.contains(told), "{option} {value}: {}", refused.err);
    }
}

#[test]
fn exit_codes_are_greps() {
    let folder = tempfile::tempdir().unwrap();
    let path = cast(folder.path(), "a.cast", &["hello"]);
    grep(&["hello"], &path).expect_code(0);
    grep(&["goodbye"], &path).expect_code(1);
    grep(&["hello"], &folder.path().join("missing")).expect_code(2);
    // As it stands it is text, which does not stand there; in strict Lucene syntax it is an error.
    grep(&["(hello"], &path).expect_code(1);
    grep(&["(hello", "--mode", "lucene"], &path).expect_code(2);
    let broken = folder.path().join("broken.cast");
    fs::write(&broken, "{\"version\":2,\"width\":80,\"height\":24}\n[1, \"o\", \"hello\\r\\n\"]\n[2, \"o\", \"cut")
        .unwrap();
    let run = grep(&["hello"], &broken).expect_code(2);
    assert!(run.out.contains("hello"), "hits are printed all the same: {}", run.out);
    assert!(run.err.contains("line 3"), "the place of the damage is named: {}", run.err);
    grep(&["hello", "--tolerate"], &broken).expect_code(0);
    grep(&["goodbye", "--tolerate"], &broken).expect_code(1);
}

#[test]
fn counts_names_and_limits() {
    let folder = tempfile::tempdir().unwrap();
    let clear = "\x1b[2J\x1b[H";
    let a = cast(folder.path(), "a.cast", &["word", clear, "word", clear, "word"]);
    cast(folder.path(), "b.cast", &["nothing"]);
    fs::write(folder.path().join("notes.txt"), "word, but no recording\n").unwrap();
    let run = grep(&["-c", "word"], folder.path()).expect_code(0);
    assert_eq!(run.out, format!("{}:3\n", a.display()));
    let run = grep(&["-l", "word"], folder.path()).expect_code(0);
    assert_eq!(run.out, format!("{}\n", a.display()));
    assert_eq!(grep(&["--limit", "2", "--json", "word"], folder.path()).expect_code(0).json().len(), 2);
    let run = grep(&["--limit", "1", "word"], folder.path()).expect_code(0);
    assert!(run.out.contains("and 2 more"), "{}", run.out);
}

#[test]
fn standard_input_and_colours() {
    let folder = tempfile::tempdir().unwrap();
    let path = cast(folder.path(), "a.cast", &["some text"]);
    let bytes = fs::read(&path).unwrap();
    let run = trail_with(["grep", "text", "-", "--color", "always"], &[], &bytes).expect_code(0);
    assert!(run.out.contains("\x1b[1m\x1b[31mtext\x1b[0m"), "{:?}", run.out);
    let run = trail_with(["grep", "text", "-"], &[], &bytes).expect_code(0);
    assert!(!run.out.contains('\x1b'), "{:?}", run.out);
}

#[test]
fn a_trail_through_standard_input_leaves_no_copy_behind() {
    let folder = tempfile::tempdir().unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let path = cast(folder.path(), "a.cast", &["some text"]);
    let data = folder.path().join("data");
    let (path, data) = (path.to_str().unwrap(), data.to_str().unwrap());
    let session = trail(["import", path, "--data", data, "--json"]).expect_code(0).json();
    let bytes = fs::read(format!("{data}/trails/{}.trail", session[0]["session"].as_str().unwrap())).unwrap();
    trail_with(["grep", "text", "-", "--json"], &[("TMPDIR", scratch.path())], &bytes).expect_code(0);
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0);
}

#[test]
fn what_a_recording_says_never_steers_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let path = cast(folder.path(), "evil\x1b[31m.cast", &["\x1b]0;ti\x07tle text"]);
    for args in [&["text"][..], &["text", "-C", "2"], &["text", "--json"], &["-l", "text"], &["nothing"]] {
        let run = grep(args, &path);
        assert!(!run.out.contains('\x1b') && !run.err.contains('\x1b'), "{args:?}: {:?} {:?}", run.out, run.err);
    }
}

#[test]
fn context_is_what_stands_around_on_the_screen() {
    let folder = tempfile::tempdir().unwrap();
    let path = cast(folder.path(), "a.cast", &["one\r\ntwo\r\nthree\r\nfour"]);
    let run = grep(&["three", "-C", "1", "--json"], &path).expect_code(0);
    let context = &run.json()[0]["context"];
    assert_eq!(context["above"], serde_json::json!(["two"]));
    assert_eq!(context["below"], serde_json::json!(["four"]));
}

#[test]
fn times_and_names_narrow() {
    let folder = tempfile::tempdir().unwrap();
    let path = cast(folder.path(), "a.cast", &["early", "\x1b[2Jlate"]);
    grep(&["early", "--until", "2026-01-02T08:00:00Z"], &path).expect_code(1);
    grep(&["early", "--until", "2026-01-02T08:00:01Z"], &path).expect_code(0);
    grep(&["early", "--since", "2026-01-02T08:00:02Z"], &path).expect_code(1);
    grep(&["late", "--since", "2026-01-02"], &path).expect_code(0);
    grep(&["late", "--user", "nobody"], &path).expect_code(1);
    grep(&["late", "--since", "teatime"], &path).expect_code(2);
}

#[test]
fn the_cache_never_serves_a_stale_answer() {
    let folder = tempfile::tempdir().unwrap();
    let cache = tempfile::tempdir().unwrap();
    let path = cast(folder.path(), "a.cast", &["before"]);
    let ask = |word: &str, more: &[&str]| {
        let args = ["grep", word, path.to_str().unwrap()].into_iter().chain(more.iter().copied());
        trail_with(args, &[("TRAIL_CACHE", cache.path())], b"").code
    };
    assert_eq!((ask("before", &[]), ask("before", &[])), (0, 0));
    assert!(fs::read_dir(cache.path()).unwrap().count() > 0, "the second answer came from the cache");
    cast(folder.path(), "a.cast", &["change"]);
    assert_eq!((ask("before", &[]), ask("change", &[])), (1, 0));
    // Other options see another screen in the same bytes.
    cast(folder.path(), "a.cast", &["change\x1b[2;1Hother"]);
    assert_eq!((ask("change AND other", &[]), ask("change AND other", &["--size", "40x1"])), (0, 1));
    for entry in fs::read_dir(cache.path()).unwrap() {
        fs::write(entry.unwrap().path(), b"damaged").unwrap();
    }
    assert_eq!(ask("change", &[]), 0);
}

#[test]
fn damage_is_told_from_the_cache_too() {
    let folder = tempfile::tempdir().unwrap();
    let cache = tempfile::tempdir().unwrap();
    let path = folder.path().join("broken.cast");
    fs::write(&path, "{\"version\":2,\"width\":80,\"height\":24}\n[1, \"o\", \"hello\\r\\n\"]\n[2, \"o\", \"cut")
        .unwrap();
    let ask = || trail_with(["grep", "hello", path.to_str().unwrap()], &[("TRAIL_CACHE", cache.path())], b"");
    let (first, second) = (ask().expect_code(2), ask().expect_code(2));
    assert_eq!((first.out, first.err), (second.out, second.err));
}

/// The highlighted cells, read back from the screen, are the word.
#[test]
fn matches_are_where_the_word_stands() {
    let path = testdata("asciicast-v2/admin-users.cast");
    let hits = grep(&["passwd", "--json"], &path).expect_code(0).json();
    assert!(hits.len() > 3);
    for hit in hits {
        let record = hit["record_id"]["for_screenshot"].to_string();
        let screen = trail(["screen", path.to_str().unwrap(), &record, "--json"]).expect_code(0).json();
        let rects = hit["matches"].as_array().unwrap();
        assert!(!rects.is_empty(), "{hit}");
        for rect in rects {
            let row = screen[0]["text"][rect["row"].as_u64().unwrap() as usize].as_str().unwrap();
            let start = rect["column"].as_u64().unwrap() as usize;
            let word: String = row.chars().skip(start).take(rect["width"].as_u64().unwrap() as usize).collect();
            assert!(word.to_lowercase().contains("passwd"), "{hit}: {word:?} in {row:?}");
        }
    }
}

#[test]
fn pictures_are_written_with_safe_names() {
    let folder = tempfile::tempdir().unwrap();
    let pictures = folder.path().join("hits");
    let path = cast(folder.path(), "we ird..cast", &["word"]);
    let run = grep(&["word", "--json", "--png", pictures.to_str().unwrap()], &path).expect_code(0);
    let png = run.json()[0]["png"].as_str().unwrap().to_owned();
    assert!(fs::read(&png).unwrap().starts_with(b"\x89PNG"));
    let name = Path::new(&png).file_name().unwrap().to_str().unwrap();
    assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)), "{name}");
}

#[test]
fn rank_merges_recordings() {
    let folder = tempfile::tempdir().unwrap();
    cast(folder.path(), "a.cast", &["word among many other words on one long line"]);
    cast(folder.path(), "b.cast", &["word"]);
    let hits = grep(&["word", "--sort", "rank", "--json"], folder.path()).expect_code(0).json();
    assert_eq!(hits[0]["text"], "word");
    assert!(hits[0]["rank"].as_f64() > hits[1]["rank"].as_f64());
}

#[test]
fn explain_says_how_a_query_was_read_and_what_a_rank_is_made_of() {
    let folder = tempfile::tempdir().unwrap();
    let path = cast(folder.path(), "a.cast", &["sudo cat /etc/passwd\r\n", "passwd: ok\r\n", "done"]);
    let query = "sudo AND passwd^2 NOT (user:root OR \"ok then\") host:22";
    let explained = grep(&[query, "--explain", "--json"], &path).expect_code(0).json();
    let [explained] = &explained[..] else { panic!("one object") };
    let read = &explained["query"];
    assert_eq!(read["text"], query);
    assert_eq!(read["plan"], "(+#0 +#1 #3 -(session.user #2))");
    let texts: Vec<&str> = read["leaves"].as_array().unwrap().iter().filter_map(|leaf| leaf["text"].as_str()).collect();
    assert_eq!(texts, ["sudo", "passwd^2", "\"ok then\"", "host:22"]);
    assert_eq!((&read["leaves"][1]["boost"], &read["leaves"][2]["negative"]), (&2.0.into(), &true.into()));
    assert!(read["candidates"].as_u64() > Some(0));
    // The best hit's parts are its rank.
    let best = &explained["best"];
    let parts = best["parts"].as_array().unwrap();
    let sum: f64 = parts.iter().map(|part| part["score"].as_f64().unwrap()).sum();
    assert!((sum - best["rank"].as_f64().unwrap()).abs() < 1e-9, "{explained}");
    assert_eq!(parts.iter().filter_map(|part| part["leaf"].as_u64()).collect::<Vec<_>>(), [0, 1]);

    let text = grep(&[query, "--explain"], &path).expect_code(0).out;
    for line in
        ["plan: (+#0 +#1 #3 -(session.user #2))", "  #1: passwd^2 in line title, times 2", "cost: ", "hits: ", "best: "]
    {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}
