//! asciicast.

use trail_import::{Error, ImportOptions, Severity};
use trail_model::{EventKind, Timestamp};

use crate::support::*;

#[test]
fn every_kind_of_event_of_version_2() {
    let Some(path) = corpus("asciicast-v2/full-v2.cast") else { return };
    let cast = import_path(&path);
    assert_eq!(cast.report.format, "asciicast-v2");
    assert!(cast.report.complete() && cast.report.findings.is_empty(), "{:?}", cast.messages());
    assert_eq!(cast.output(1), "żółć\r\n".as_bytes());
    assert_eq!(cast.input(1), b"\n");
    assert_eq!(cast.sizes(), [size(100, 50), size(80, 40)]);
    let meta = &cast.events.meta;
    assert_eq!(meta.start, Some(Timestamp(1_509_091_818_000_000_000)));
    assert_eq!(meta.command.as_deref(), Some("/bin/bash"));
    assert_eq!(meta.term.as_deref(), Some("xterm-256color"));
    assert_eq!(meta.env["SHELL"], "/bin/bash");
    assert!(meta.extra["theme"].contains("#241f31"));
    let offsets: Vec<u64> = cast.events.events.iter().map(|event| event.offset.0).collect();
    let secs = |secs: f64| (secs * 1e9) as u64;
    assert_eq!(offsets, [0, 1000, secs(1.0), secs(2.3), 5_600_001_000, secs(10.5), secs(10.5)]);
}
