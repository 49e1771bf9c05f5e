//! Commands about one recording.

use std::collections::BTreeSet;
use std::fs;

use crate::support::{cast, testdata, trail};

#[test]
fn a_screen_at_a_record_at_a_time_and_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = cast(folder.path(), "a.cast", &["one", "\r\ntwo", "\r\nthree"]);
    let path = path.to_str().unwrap();
    assert_eq!(trail(["screen", path]).expect_code(0).out, "one\ntwo\nthree\n\n\n");
    assert_eq!(trail(["screen", path, "--at", "1"]).expect_code(0).out, "one\ntwo\n\n\n\n");
    assert_eq!(trail(["screen", path, "--at", "2026-01-02T08:00:00.6Z"]).expect_code(0).out, "one\n\n\n\n\n");
    assert_eq!(trail(["screen", path, "2"]).expect_code(0).out, "one\n\n\n\n\n");
    trail(["screen", path, "99"]).expect_code(2);
}

#[test]
fn a_screenshot_is_the_same_every_time_and_can_be_marked() {
    let folder = tempfile::tempdir().unwrap();
    let path = testdata("asciicast-v2/admin-users.cast");
    let picture = |name: &str, more: &[&str]| {
        let out = folder.path().join(name);
        let args = ["screenshot", path.to_str().unwrap(), "--at", "20", "-o", out.to_str().unwrap()];
        trail(args.into_iter().chain(more.iter().copied())).expect_code(0);
        fs::read(out).unwrap()
    };
    let plain = picture("a.png", &[]);
    assert!(plain == picture("b.png", &[]));
    assert!(plain != picture("c.png", &["--highlight", "sudo"]));
    assert!(plain != picture("d.png", &["--theme", "light"]));
}

#[test]
fn an_exported_cast_shows_what_the_original_showed() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["asciicast-v3/unicode.cast.gz", "ttyrec2/tmux.ttyrec2", "script-advanced/admin-users.out"] {
        let source = testdata(name);
        let copy = folder.path().join("copy.cast");
        trail(["export", source.to_str().unwrap(), "--format", "cast", "-o", copy.to_str().unwrap()]).expect_code(0);
        let texts = |path: &str| -> BTreeSet<String> {
            let text = trail(["export", path, "--format", "txt"]).expect_code(0).out;
            // Without times, which a cast rounds; commands and shown input need the input, which is not exported.
            let columns = text.lines().map(|line| line.chars().skip(28).collect::<String>());
            columns.filter(|text| !text.starts_with("[command]") && !text.starts_with("[input]")).collect()
        };
        let original = texts(source.to_str().unwrap());
        assert!(original.len() > 10, "{name}");
        assert_eq!(original, texts(copy.to_str().unwrap()), "{name}");
    }
}

#[test]
fn text_export_has_every_text_once() {
    let folder = tempfile::tempdir().unwrap();
    let clear = "\x1b[2J\x1b[H";
    let path = cast(folder.path(), "a.cast", &["word", clear, "word", clear, "other"]);
    let run = trail(["export", path.to_str().unwrap(), "--format", "txt"]).expect_code(0);
    let lines: Vec<&str> = run.out.lines().collect();
    assert_eq!(lines.len(), 2, "{}", run.out);
    assert!(lines[0].contains("0:00:00.500") && lines[0].contains("500 ms") && lines[0].ends_with("word"));
}

#[test]
fn info_says_what_a_recording_says_of_itself() {
    let info = trail(["info", testdata("asciicast-v2/admin-users.cast").to_str().unwrap(), "--json"]).expect_code(0);
    let info = &info.json()[0];
    assert_eq!(info["format"], "asciicast-v2");
    assert!(info["records"].as_u64().unwrap() > 100);
    assert!(info["start_time"].is_string());
    assert!(info["import"]["complete"].as_bool().unwrap());
    trail(["info", testdata("asciicast-v2/admin-users.cast").to_str().unwrap()]).expect_code(0);
}

#[test]
fn completions_and_the_manual_are_generated() {
    for shell in ["bash", "zsh", "fish"] {
        assert!(trail(["completions", shell]).expect_code(0).out.contains("screenshot"));
    }
    assert!(trail(["man"]).expect_code(0).out.contains(".SH"));
}
