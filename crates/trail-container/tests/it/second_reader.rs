//! The second reader, `tools/trail_reader.py`, says what this one says.
//!
//! It needs Python 3 with the module `zstandard`; another interpreter than `python3` can be named in `TRAIL_PYTHON`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use trail_container::{ChannelEntry, ChunkInfo, Encoded, Record, RecordBody, TrailReader};
use trail_model::Size;

use crate::support::{fill, small_closed, small_live, writer};

fn python() -> Option<String> {
    let python = std::env::var("TRAIL_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let found = Command::new(&python).args(["-c", "import zstandard"]).output();
    if found.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    eprintln!("skipped: {python} with the module zstandard is not there");
    None
}

fn run(python: &str, command: &str, path: &Path) -> Output {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tools/trail_reader.py");
    Command::new(python).arg(script).arg(command).arg(path).output().unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn size(size: Size) -> Value {
    json!({ "cols": size.cols, "rows": size.rows })
}

pub(crate) fn record(record: Record<'_>) -> Value {
    let encoded = |body: Encoded<'_>| json!({ "encoding": body.encoding, "data": hex(body.data) });
    let (kind, mut value) = match record.body {
        RecordBody::Output(bytes) => (json!("output"), json!({ "data": hex(bytes) })),
        RecordBody::Input(bytes) => (json!("input"), json!({ "data": hex(bytes) })),
        RecordBody::Resize(new) => (json!("resize"), json!({ "size": size(new) })),
        RecordBody::Drawing(body) => (json!("drawing"), encoded(body)),
        RecordBody::Marker(text) => (json!("marker"), json!({ "text": text })),
        RecordBody::Opaque { kind, data } => (json!("opaque"), json!({ "name": kind, "data": hex(data) })),
        RecordBody::ChannelClose(status) => (json!("channel close"), json!({ "exit_status": status })),
        RecordBody::ChannelOpen(open) => {
            let attributes: Vec<_> = open.attributes.iter().collect();
            let body = json!({ "size": open.size.map(size), "name": open.kind, "attributes": attributes });
            (json!("channel open"), body)
        }
        RecordBody::Unknown { opcode, data } => (json!(opcode), json!({ "data": hex(data) })),
        other => panic!("the test trails have no {other:?}"),
    };
    value["record"] = json!(record.id.0);
    value["channel"] = json!(record.channel.0);
    value["offset_ns"] = json!(record.offset.0);
    value["kind"] = kind;
    value
}

fn channel(entry: &ChannelEntry) -> Value {
    json!({
        "channel": entry.channel.0, "base": entry.base, "records": entry.records, "first_record": entry.first_record.0,
        "last_record": entry.last_record.0, "record_bytes": entry.record_bytes, "begins": entry.begins,
        "keyframe": entry.keyframe.map(|keyframe| json!({ "at": keyframe.at, "len": keyframe.len })),
    })
}

fn chunk(info: &ChunkInfo) -> Value {
    json!({
        "number": info.number, "at": info.at, "header_len": info.header_len, "stored_len": info.stored_len,
        "raw_len": info.raw_len, "first_record": info.first_record.0, "record_count": info.record_count,
        "first_time_ns": info.first_time.0, "last_time_ns": info.last_time.0, "hash": info.hash.to_string(),
        "channels": info.channels.iter().map(channel).collect::<Vec<_>>(), "resumed": info.resumed,
    })
}

/// Compares the two readers on the trail at `path`.
fn check_same(python: &str, path: &Path) {
    let trail = TrailReader::open(path).unwrap();
    let header = lines(&run(python, "header", path)).remove(0);
    assert_eq!(header["trail_id"], trail.trail_id().to_string());
    assert_eq!(header["meta"]["format"], trail.header().meta.format);

    let frames = lines(&run(python, "chunks", path));
    let chunks: Vec<Value> = frames.iter().filter(|frame| frame["kind"] == "chunk").cloned().collect();
    assert_eq!(chunks.len(), trail.chunks().len());
    for (second, first) in chunks.iter().zip(trail.chunks()) {
        for (name, value) in chunk(first).as_object().unwrap().iter().filter(|(name, _)| *name != "resumed") {
            assert_eq!(&second[name], value, "{name} of chunk {}", first.number);
        }
    }
    assert_eq!(frames.last().unwrap()["hash"], trail.head().to_string());

    let expected: Vec<Value> = (0..trail.chunks().len())
        .flat_map(|index| trail.chunk(index).unwrap().records().map(record).collect::<Vec<_>>())
        .collect();
    assert_eq!(lines(&run(python, "records", path)), expected);

    if trail.is_closed() {
        let footer = lines(&run(python, "footer", path)).remove(0);
        assert_eq!(footer["chunks"], Value::Array(trail.chunks().iter().map(chunk).collect()));
        assert_eq!(footer["statistics"]["output_bytes"], trail.statistics().unwrap().output_bytes);
        assert_eq!(footer["statistics"]["stored_bytes"], trail.statistics().unwrap().stored_bytes);
    }
    let checked = run(python, "check", path);
    assert!(checked.status.success() && checked.stdout.is_empty());
}

#[test]
fn two_readers_say_the_same() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session.trail");
    let mut large = writer(20_000);
    fill(&mut large, 2000, 200, 42);
    large.close().unwrap();
    for bytes in [small_closed(), small_live(), large.into_storage().bytes] {
        std::fs::write(&path, bytes).unwrap();
        check_same(&python, &path);
    }
}

#[test]
fn the_second_reader_sees_damage_too() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session.trail");
    let bytes = small_closed();
    let has_hashes = Command::new(&python).args(["-c", "import blake3"]).output().unwrap().status.success();
    for at in [0, bytes.len() - 1, bytes.len() - 24].into_iter().chain((0..bytes.len()).step_by(97)) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 4;
        std::fs::write(&path, damaged).unwrap();
        let seen = !run(&python, "check", &path).status.success();
        assert!(seen || !has_hashes, "byte {at}");
    }
    std::fs::write(&path, &bytes[..bytes.len() - 30]).unwrap();
    let cut = run(&python, "records", &path);
    assert!(String::from_utf8_lossy(&cut.stderr).contains("file ends inside a frame"));
}
