//! The command from the outside.
#![allow(missing_docs, reason = "tests")]

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use trail_container::{Header, WriterOptions};
use trail_content::Kind;
use trail_frame::{Draw, DrawingWriter, Mask};
use trail_index::{DataDir, IndexReader, Limits, Lookup};
use trail_model::{ChannelId, ChannelKind, ChannelOpen, Event, EventKind, Offset, PixelRect, SessionMeta, Size};

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

/// A desktop whose only text is four letters of bars.
fn add_desktop(data: &DataDir) {
    let event = |offset, kind| Event { channel: ChannelId(1), offset: Offset(offset), kind };
    let mut writer = DrawingWriter::new();
    writer.put(&Draw::Resize { layer: 0, width: 160, height: 48 });
    let mut fill = |color, x, y, width, height| {
        let rects = vec![PixelRect { x, y, width, height }];
        writer.put(&Draw::Fill { layer: 0, mask: Mask::SRC, color, rects });
    };
    fill([255; 4], 0, 0, 160, 48);
    for at in 0..4 {
        fill([0, 0, 0, 255], 40 + at * 14, 16, 3, 14);
        fill([0, 0, 0, 255], 40 + at * 14, 22, 9, 2);
        fill([0, 0, 0, 255], 46 + at * 14, 16, 3, 14);
    }
    let mut events = vec![event(0, EventKind::Open(ChannelOpen { kind: ChannelKind::Drawing, size: None }))];
    events.extend(writer.finish().into_iter().map(|body| event(0, EventKind::Drawing(body))));
    let header = Header::new(SessionMeta::default()).unwrap();
    trail_replay::record_events(data.trail_path("desktop"), &header, WriterOptions::default(), &events, None).unwrap();
}

/// The models of the repository with two lines of the dictionary, and nothing else, in another order.
fn other_models(folder: &Path) -> String {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/trail-ocr/models");
    let other = folder.join("models");
    std::fs::create_dir(&other).unwrap();
    for entry in std::fs::read_dir(models).unwrap().map(Result::unwrap) {
        let mut bytes = std::fs::read(entry.path()).unwrap();
        if entry.path().extension().is_some_and(|ending| ending == "txt") {
            let mut lines: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').collect();
            lines.swap(2000, 2001);
            bytes = lines.join(&b'\n');
        }
        std::fs::write(other.join(entry.file_name()), bytes).unwrap();
    }
    other.to_str().unwrap().to_owned()
}

#[test]
fn what_another_engine_or_model_read_is_stale() {
    let folder = tempfile::tempdir().unwrap();
    let data = DataDir::create(folder.path().join("data")).unwrap();
    add_desktop(&data);
    add_sessions(&data, 2);
    let reindex = |args: &[&str]| {
        let (code, out, err) = run(&folder.path().join("data"), &[args, &["--json", "--quiet"]].concat());
        assert_eq!(code, Some(0), "{args:?}: {out}{err}");
        serde_json::from_str::<serde_json::Value>(&out).unwrap()
    };
    let extracted = |args: &[&str]| reindex(args)["extracted"].as_u64().unwrap();
    assert_eq!(extracted(&["--ocr", "none"]), 3);
    assert_eq!(extracted(&["--ocr", "none", "--only", "stale"]), 0);
    let read = reindex(&["--only", "stale"]);
    assert_eq!(read["extracted"].as_u64(), Some(1), "{read}");
    assert_eq!(read["changes"][0]["coverage"]["found_lines"][1].as_u64(), Some(1), "{read}");
    assert_eq!(extracted(&["--only", "stale"]), 0);
    let other = other_models(folder.path());
    assert_eq!(extracted(&["--only", "stale", "--ocr-models", &other]), 1);
    assert_eq!(extracted(&["--only", "stale", "--ocr-models", &other]), 0);
    assert_eq!(extracted(&["--only", "stale", "--ocr-models", &other, "--rest", "0"]), 1);
}
