//! Commands about a data directory.

use std::fs;

use serde_json::Value;

use crate::support::{cast, testdata, trail};

#[test]
fn the_best_hits_are_the_first_of_all_by_rank() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (data, source) = (data.to_str().unwrap(), testdata("asciicast-v2"));
    let source = source.to_str().unwrap();
    trail(["import", source, "--data", data, "--tolerate"]).expect_code(0);
    let mut compared = 0;
    for query in
        ["passwd", "root", "sudo AND passwd", "\"not found\"", "pass*", "*ass*", "root~1", "/ro+t/", "sudo OR su"]
    {
        let all = trail(["search", query, "--data", data, "--json", "--sort", "rank"]).json();
        let all_grepped = trail(["grep", query, source, "--tolerate", "--json", "--sort", "rank"]).json();
        for limit in [1, 3, 20] {
            let shown = limit.to_string();
            let options = ["--json", "--sort", "rank", "--limit", &shown];
            let best = trail(["search", query, "--data", data].into_iter().chain(options)).json();
            assert_eq!(best, all[..limit.min(all.len())], "{query} {limit}");
            let best = trail(["grep", query, source, "--tolerate"].into_iter().chain(options)).json();
            assert_eq!(best, all_grepped[..limit.min(all.len())], "{query} {limit}");
            compared += best.len();
        }
    }
    assert!(compared > 50, "{compared}");
}

#[test]
fn search_finds_what_grep_finds() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (data, source) = (data.to_str().unwrap(), testdata("asciicast-v2"));
    let source = source.to_str().unwrap();
    trail(["import", source, "--data", data, "--tolerate"]).expect_code(0);
    for query in ["passwd", "sudo AND passwd", "useradd NOT error", "\"not found\"", "pass*", "command:sudo", "title:*"]
    {
        assert_alike(query, data, source);
    }
}

#[test]
fn what_a_recording_says_of_itself_is_asked_by_both() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (data, source) = (data.to_str().unwrap(), testdata("sudo-iolog"));
    let source = source.to_str().unwrap();
    trail(["import", source, "--data", data, "--tolerate"]).expect_code(0);
    let mut found = 0;
    for query in [
        "user:deploy",
        "user:DEPLOY AND root",
        "root AND NOT user:deploy",
        "session.target_user:root AND (user:d* OR user:nobody)",
        "root OR user:dbb~1",
        "_exists_:host",
        "session.format:sudo*",
        "session.command:\\/bin\\/bash AND passwd",
        "user:nobody",
    ] {
        found += usize::from(assert_alike(query, data, source) > 0);
    }
    assert!(found >= 5, "{found}");
}

/// Asks the index and the recordings; gives how many hits both have.
#[track_caller]
fn assert_alike(query: &str, data: &str, source: &str) -> usize {
    let key = |hit: &Value| {
        let mut hit = hit.clone();
        // The same recording has another name in a data directory.
        hit.as_object_mut().unwrap().remove("path");
        hit.to_string()
    };
    let sorted = |hits: Vec<Value>| {
        let mut hits: Vec<String> = hits.iter().map(key).collect();
        hits.sort();
        hits
    };
    let found = trail(["search", query, "--data", data, "--json"]);
    let grepped = trail(["grep", query, source, "--json", "--tolerate"]);
    assert_eq!(found.code, grepped.code, "{query}: {} {}", found.err, grepped.err);
    let (found, grepped) = (sorted(found.json()), sorted(grepped.json()));
    assert_eq!(found, grepped, "{query}");
    found.len()
}

#[test]
fn importing_twice_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data = data.to_str().unwrap();
    let path = cast(folder.path(), "a.cast", &["word"]);
    let first = trail(["import", path.to_str().unwrap(), "--data", data, "--json"]).expect_code(0).json();
    let again = trail(["import", path.to_str().unwrap(), "--data", data, "--json"]).expect_code(0).json();
    assert_eq!(first[0]["session"], again[0]["session"]);
    assert_eq!((first[0]["new"].as_bool(), again[0]["new"].as_bool()), (Some(true), Some(false)));
    assert_eq!(trail(["sessions", "--data", data, "--json"]).expect_code(0).json().len(), 1);
    assert_eq!(trail(["search", "word", "--data", data, "--json"]).expect_code(0).json().len(), 1);
}

#[test]
fn sessions_carry_metadata_and_can_be_opened_by_id() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data = data.to_str().unwrap();
    let meta = folder.path().join("meta.json");
    fs::write(&meta, r#"{"user":"alice","host":"web01","extra":{"ticket":"T-1"}}"#).unwrap();
    let path = cast(folder.path(), "a.cast", &["word"]);
    let args = ["import", path.to_str().unwrap(), "--data", data, "--meta-file", meta.to_str().unwrap()];
    trail(args).expect_code(0);
    let sessions = trail(["sessions", "--data", data, "--user", "alice", "--json"]).expect_code(0).json();
    let id = sessions[0]["session"].as_str().unwrap();
    trail(["sessions", "--data", data, "--user", "bob"]).expect_code(1);
    let info = trail(["info", &id[..8], "--data", data, "--json"]).expect_code(0).json();
    assert_eq!(info[0]["extra"]["ticket"], "T-1");
    assert!(trail(["screen", id, "--data", data]).expect_code(0).out.starts_with("word"));
    trail(["search", "word", "--data", data, "--session", id]).expect_code(0);
    trail(["search", "word", "--data", data, "--session", "nonsense"]).expect_code(2);
    trail(["search", "word", "--data", data, "--host", "db01"]).expect_code(1);
    fs::write(&meta, r#"{"usr":"alice"}"#).unwrap();
    trail(["import", path.to_str().unwrap(), "--data", data, "--meta-file", meta.to_str().unwrap()]).expect_code(2);
}

#[test]
fn damage_is_found_and_what_is_whole_is_saved() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data = data.to_str().unwrap();
    let source = testdata("asciicast-v2/admin-users.cast");
    let session = trail(["import", source.to_str().unwrap(), "--data", data, "--json"]).expect_code(0).json();
    let file = format!("{data}/trails/{}.trail", session[0]["session"].as_str().unwrap());
    assert!(trail(["verify", &file]).expect_code(0).out.contains("sound"));
    trail(["verify", "--data", data]).expect_code(0);
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    let broken = folder.path().join("broken.trail");
    fs::write(&broken, bytes).unwrap();
    let run = trail(["verify", broken.to_str().unwrap(), "--json"]).expect_code(2);
    let finding = &run.json()[0]["findings"][0];
    let (begin, end) = (finding["begin"].as_u64().unwrap(), finding["end"].as_u64().unwrap());
    assert!((begin..end).contains(&(middle as u64)), "{finding}");
    let saved = folder.path().join("saved.trail");
    trail(["recover", broken.to_str().unwrap(), "-o", saved.to_str().unwrap()]);
    trail(["verify", saved.to_str().unwrap()]).expect_code(0);
}

#[test]
fn the_index_answers_as_replay_does() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data = data.to_str().unwrap();
    let sources = ["flashes.cast", "shell-from-v2.cast"].map(|name| testdata(&format!("asciicast-v3/{name}")));
    let [first, second] = sources.each_ref().map(|source| source.to_str().unwrap());
    trail(["import", first, second, "--data", data]).expect_code(0);
    let run = trail(["verify", "--data", data, "--index"]).expect_code(0);
    assert!(run.out.contains(" asked of all trails too, 0 differences"), "{}", run.out);
}
