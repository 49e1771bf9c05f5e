//! What was typed and never shown appears nowhere.

use std::fs;

use crate::support::{testdata, trail, trail_with};

/// Passwords that were typed at prompts without echo, or with stars, in the recordings of the repository.
const TYPED_UNSEEN: [&str; 3] = ["wrong-horse", "rainy-tuesday", "correct-horse"];

#[test]
fn no_output_shows_what_was_typed_unseen() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let cache = folder.path().join("cache");
    let source = testdata("asciicast-v2/admin-users.cast");
    let source = source.to_str().unwrap();
    let recording = fs::read_to_string(source).unwrap();
    let input: String = recording
        .lines()
        .filter_map(|line| serde_json::from_str::<(f64, String, String)>(line).ok())
        .filter(|event| event.1 == "i")
        .map(|event| event.2)
        .collect();
    let secrets: Vec<&str> = TYPED_UNSEEN.into_iter().filter(|secret| input.contains(secret)).collect();
    assert!(!secrets.is_empty(), "the recording has a password in its input");
    trail(["import", source, "--data", data.to_str().unwrap()]).expect_code(0);
    let runs = [
        trail_with(["grep", "sudo", source, "--json"], &[("TRAIL_CACHE", cache.as_path())], b""),
        trail(["grep", "input:*", source]),
        trail(["export", source, "--format", "txt"]),
        trail(["export", source, "--format", "json"]),
        trail(["export", source, "--format", "cast"]),
        trail(["info", source]),
        trail(["info", source, "--json"]),
        trail(["screen", source]),
    ];
    for secret in secrets {
        for run in &runs {
            assert!(!run.out.contains(secret) && !run.err.contains(secret));
        }
        trail(["grep", &format!("\"{secret}\""), source]).expect_code(1);
        trail(["grep", &format!("input:\"{secret}\""), source]).expect_code(1);
        trail(["grep", &format!("command:\"{secret}\""), source]).expect_code(1);
        let revealed = trail(["export", source, "--format", "json", "--reveal-input"]).expect_code(0);
        assert!(revealed.err.contains("revealing"));
    }
}
