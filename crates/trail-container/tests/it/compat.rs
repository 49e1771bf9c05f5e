//! Trails that earlier versions of the format wrote are read as they were.

use std::fmt::Write;
use std::path::PathBuf;

use trail_container::{TrailReader, verify_path};

use crate::second_reader::record;
use crate::support::small_closed;

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// The records as JSON lines, as `tools/trail_reader.py` writes them.
fn lines(trail: &TrailReader) -> String {
    let mut out = String::new();
    for index in 0..trail.chunks().len() {
        for line in trail.chunk(index).unwrap().records().map(record) {
            writeln!(out, "{line}").unwrap();
        }
    }
    out
}

#[test]
fn version_1_is_read() {
    let (path, records) = (data("v1.trail"), data("v1.jsonl"));
    if std::env::var_os("TRAIL_WRITE_COMPAT").is_some() && !path.exists() {
        std::fs::write(&path, small_closed()).unwrap();
        std::fs::write(&records, lines(&TrailReader::open(&path).unwrap())).unwrap();
    }
    assert_eq!(verify_path(&path, &Default::default()).unwrap().findings, []);
    let trail = TrailReader::open(&path).unwrap();
    assert_eq!(lines(&trail), std::fs::read_to_string(records).unwrap());
    assert_eq!(trail.head().to_string(), "fd9f58e3aec08ad21f504d2b9c935d8707e22ae7078789d0cd5a99f7e310b43a");
}

/// Readers are shared between the threads that work on parts of one trail.
#[test]
fn readers_and_chunks_cross_threads() {
    fn check<T: Send + Sync>() {}
    check::<TrailReader>();
    check::<trail_container::Chunk>();
    check::<trail_container::Error>();
}
