//! The command from the outside.
#![allow(missing_docs, reason = "tests")]

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use trail_container::{Header, WriterOptions};
use trail_content::Kind;
use trail_index::{DataDir, IndexReader, Limits, Lookup};
use trail_model::{ChannelId, ChannelKind, ChannelOpen, Event, EventKind, Offset, SessionMeta, Size};

fn add_sessions(data: &DataDir, count: usize) {
    for i in 0..count {
        let event = |kind| Event { channel: ChannelId(1), offset: Offset(0), kind };
        let open = ChannelOpen { kind: ChannelKind::SessionShell, size: Size::new(80, 24) };
        let text: String = (0..200).map(|line| format!("session {i} line {line} of {}\r\n", line * i)).collect();
        let events = [event(EventKind::Open(open)), event(EventKind::Output(text.into_bytes()))];
        let header = Header::new(SessionMeta::default()).unwrap();
        let path = data.trail_path(&format!("session-{i:03}"));
        trail_replay::record_events(path, &header, WriterOptions::default(), &events, None).unwrap();
    }
}

fn command(data: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trail-reindex"));
    command.arg("--data").arg(data).args(args);
    command
}

fn run(data: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command(data, args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

fn lines(data: &DataDir) -> (u64, usize) {
    let index = IndexReader::open(data).unwrap();
    let found = index.trails_with(Kind::Line, &[Lookup::Exact("session")], &Limits::default()).unwrap();
    (index.stats(Kind::Line).docs, found.len())
}

#[test]
fn it_builds_reports_and_says_by_its_exit_code_how_it_went() {
    let folder = tempfile::tempdir().unwrap();
    let data = DataDir::create(folder.path()).unwrap();
    add_sessions(&data, 5);

    let (code, out, err) = run(folder.path(), &["--dry-run"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("5 would be indexed") && err.contains("of disk"), "{out}{err}");
    assert!(IndexReader::open(&data).is_err());

    let (code, out, err) = run(folder.path(), &["--json", "--jobs", "1"]);
    assert_eq!(code, Some(0), "{err}");
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((json["indexed"].as_u64(), json["extracted"].as_u64()), (Some(5), Some(5)));
    assert_eq!(json["changes"].as_array().unwrap().len(), 5);
    assert!(json["disk_need"]["index_bytes"].as_u64().unwrap() > 0);
    assert_eq!(json["coverage"]["output_records"].as_u64().map(|count| count >= 5), Some(true));
    assert_eq!(lines(&data), (1000, 5));

    std::fs::write(data.trail_path("broken"), b"nothing").unwrap();
    let (code, out, _) = run(folder.path(), &["--quiet"]);
    assert_eq!(code, Some(2));
    assert!(out.contains("not readable:") && out.contains("broken.trail"), "{out}");
    assert_eq!(lines(&data), (1000, 5));
    let (code, out, _) = run(folder.path(), &["--only", "failed"]);
    assert_eq!((code, out.contains("tried 2 times")), (Some(2), true), "{out}");
    std::fs::remove_file(data.trail_path("broken")).unwrap();
    let (code, out, _) = run(folder.path(), &["--only", "session-001,session-002"]);
    assert_eq!((code, out.contains("2 indexed")), (Some(0), true), "{out}");

    let (code, _, err) = run(&folder.path().join("nowhere"), &[]);
    assert_eq!(code, Some(1));
    assert!(err.contains("data directory"), "{err}");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the moment of the kill is what is varied, not what is waited for")]
fn a_killed_run_is_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let data = DataDir::create(folder.path()).unwrap();
    add_sessions(&data, 60);
    run(folder.path(), &["--quiet"]);
    let expected = lines(&data);
    assert_eq!(expected, (12_000, 60));
    for wait in [1, 5, 10, 20, 40, 80, 160] {
        let mut child = command(folder.path(), &["--quiet", "--fresh"]).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(wait));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(lines(&data), expected, "killed after {wait} ms");
    }
    let (code, _, err) = run(folder.path(), &["--quiet"]);
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(lines(&data), expected);
    let left = std::fs::read_dir(data.content_dir()).unwrap().count();
    assert_eq!(left, 60, "no unfinished content is left");
}
