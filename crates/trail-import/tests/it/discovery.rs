//! Folders, digests, sinks; all recordings of the repository; bytes of every kind.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use trail_import::{Collected, Error, EventSink, ImportOptions, RecordingSource, SinkError, discover};
use trail_model::{Event, SessionMeta};

use crate::support::*;

const CAST: &[u8] = b"{\"version\":2,\"width\":80,\"height\":24}\n[1,\"o\",\"hello\"]\n";

#[test]
fn folders_come_in_order_of_names() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    write("b.cast", CAST);
    write("a/2.cast", CAST);
    write("a/1.cast", CAST);
    write("c/00/01/timing", b"4 1 2\n");
    write("c/00/01/ttyout", b"ab");
    write("c/00/01/log", b"1:a:b:c:d:24:80\n/\nx\n");
    write("empty", b"");
    write("z.txt", b"no recording\n");
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path(), folder.path().join("loop")).unwrap();
    let found = discover(folder.path(), &ImportOptions::default());
    let shown: Vec<String> = found
        .map(|found| match found {
            Ok(source) => source.path().to_owned(),
            Err(error) => format!("-{}", error.path().unwrap()),
        })
        .map(|path| path.replace(&*folder.path().to_string_lossy(), ""))
        .collect();
    assert_eq!(shown, ["/a/1.cast", "/a/2.cast", "/b.cast", "/c/00/01", "-/empty", "-/z.txt"]);
}

#[test]
fn what_cannot_be_read_is_told() {
    let missing: Vec<_> = discover("/no/such/file", &ImportOptions::default()).collect();
    assert!(matches!(missing.as_slice(), [Err(Error::Io { .. })]));
}

#[test]
fn digests_depend_on_the_bytes_alone() {
    let options = ImportOptions::default();
    let digest = |name: &str, files: &[(&str, &[u8])]| {
        let files = files.iter().map(|(name, bytes)| (name.to_string(), bytes.to_vec()));
        let source = RecordingSource::from_files(name, files, &options).find_map(Result::ok).unwrap();
        source.digest().unwrap()
    };
    let mut other = CAST.to_vec();
    *other.last_mut().unwrap() = b' ';
    assert_eq!(digest("a", &[("x.cast", CAST)]), digest("b", &[("y.cast", CAST)]));
    assert_ne!(digest("a", &[("x.cast", CAST)]), digest("a", &[("x.cast", &other)]));
    let timing: &[u8] = b"4 1 2\n";
    let one = digest("a", &[("timing", timing), ("ttyout", b"ab"), ("ttyin", b"")]);
    assert_ne!(one, digest("a", &[("timing", timing), ("ttyout", b"ab"), ("ttyin", b"c")]));
    assert_ne!(one, digest("a", &[("timing", timing), ("ttyout", b"ab"), ("stdin", b"")]));
}

#[test]
fn a_sink_can_end_an_import() {
    struct Full;
    impl EventSink for Full {
        fn meta(&mut self, _: &SessionMeta) -> Result<(), SinkError> {
            Ok(())
        }
        fn event(&mut self, _: Event) -> Result<(), SinkError> {
            Err("full".into())
        }
    }
    let options = ImportOptions::default();
    let source = RecordingSource::from_reader("-", CAST, &options).unwrap().next().unwrap().unwrap();
    assert!(matches!(source.import(&options, &mut Full), Err(Error::Sink { .. })));
}

#[test]
fn sources_can_be_sent_to_threads() {
    fn check<T: Send + Sync + Clone>() {}
    check::<RecordingSource>();
    fn send<T: Send>() {}
    send::<trail_import::Discovery>();
}

fn recordings() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/recordings");
    path.is_dir().then_some(path)
}

#[test]
fn all_recordings_of_the_repository_are_complete() {
    let Some(path) = recordings() else { return };
    let options = ImportOptions::default();
    let mut formats = BTreeSet::new();
    for found in discover(path, &options) {
        let source = match found {
            Ok(source) => source,
            Err(error) if error.is_not_a_recording() => {
                let path = error.path().unwrap().to_owned();
                assert!(path.ends_with(".md") || path.contains("/."), "{error}");
                continue;
            }
            Err(error) => panic!("{error}"),
        };
        let imported = import(&source, &options).unwrap();
        // Made without `--all`: journalctl leaves the text of long messages out.
        let lost = source.path().contains("journal-cut");
        let messages = imported.messages();
        assert!(imported.report.complete() || lost, "{}: {messages:?}", source.path());
        assert!(imported.report.output_bytes > 0, "{}", source.path());
        formats.insert(imported.report.format);
    }
    let expected = [
        "asciicast-v1",
        "asciicast-v2",
        "asciicast-v3",
        "asciinema-0.9",
        "guacamole-typescript",
        "script-advanced",
        "script-classic",
        "sudo-iolog",
        "tlog",
        "ttyrec",
        "ttyrec2",
    ];
    assert_eq!(formats.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

/// Imports whatever is found; nothing may panic, and what must hold for events must hold.
fn import_all(bytes: &[u8], files: &[(String, Vec<u8>)]) {
    let mut options = ImportOptions::default();
    options.limits.inflated_len = 4 << 20;
    options.limits.members = 100;
    options.grow = true;
    let from_bytes = RecordingSource::from_reader("-", bytes, &options).unwrap();
    let from_files = RecordingSource::from_files("f", files.iter().cloned(), &options);
    for source in from_bytes.chain(from_files).flatten() {
        let mut events = Collected::default();
        if let Ok(report) = source.import(&options, &mut events) {
            Imported { report, events }.checked();
        }
        source.digest().unwrap();
    }
}

/// Real recordings to be damaged, small ones.
fn samples() -> Vec<Vec<u8>> {
    let script = b"Script started on 2020-01-01 00:00:00+00:00\nab\nScript done on 2020-01-01 00:00:00+00:00\n";
    let mut ttyrec = Vec::new();
    for field in [1_200_000_000_u32, 5, 2] {
        ttyrec.extend_from_slice(&field.to_le_bytes());
    }
    ttyrec.extend_from_slice(b"ab");
    vec![
        CAST.to_vec(),
        b"{\"version\":3,\"term\":{\"cols\":80,\"rows\":24}}\n# c\n[1,\"o\",\"a\\ud800\"]\n[1,\"r\",\"3x4\"]\n[1,\"x\",\"0\"]\n".to_vec(),
        br#"{"version":1,"width":80,"height":24,"stdout":[[1,"a"],[1,"b"]],"title":"t"}"#.to_vec(),
        script.to_vec(),
        ttyrec.repeat(3),
        b"{\"ver\":\"2.3\",\"host\":\"h\",\"rec\":\"r\",\"id\":1,\"pos\":0,\"timing\":\"=80x24>2+3]1/1\",\"out_txt\":\"abc\",\"out_bin\":[1]}\n".repeat(2),
        b"__CURSOR=x\nMESSAGE\n\x05\0\0\0\0\0\0\0hello\nMESSAGE={\"ver\":1,\"id\":1,\"pos\":1,\"timing\":\">1\",\"out_txt\":\"x\"}\n\n".to_vec(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_bytes_do_no_harm(bytes: Vec<u8>) {
        import_all(&bytes, &[("timing".to_owned(), bytes.clone()), ("ttyout".to_owned(), bytes.clone())]);
    }

    #[test]
    fn damaged_recordings_do_no_harm(
        which in 0usize..7,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..4), 1..6),
    ) {
        let mut bytes = samples().swap_remove(which);
        for (at, byte, kind) in edits {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => drop(bytes.remove(at)),
                _ => bytes.truncate(at),
            }
        }
        import_all(&bytes, &[]);
    }

    #[test]
    fn damaged_folders_do_no_harm(
        timing in "([0-7] [0-9.e-]{1,5} [0-9]{1,4}( [0-9]{1,3})?\n){0,6}.{0,5}",
        classic in "([0-9.e-]{1,5} [0-9]{1,4}\n){0,6}.{0,5}",
        advanced in "([OIHS] [0-9.]{1,5} ([0-9]{1,4}|COLUMNS 80|SIGWINCH ROWS=2 COLS=3|OUTPUT_LOG a)\n){0,6}",
        data: Vec<u8>,
    ) {
        let file = |name: &str, bytes: &[u8]| (name.to_owned(), bytes.to_vec());
        let script = [&b"Script started on 2020\n"[..], &data].concat();
        import_all(&[], &[
            file("s/timing", timing.as_bytes()), file("s/ttyout", &data), file("s/stdin", &data), file("s/log", b"1:a:b:c:d\n"),
            file("a", &script), file("a.timing", advanced.as_bytes()),
            file("b.typescript", &script), file("b.timing", classic.as_bytes()),
            file("c", &data), file("c.tm", classic.as_bytes()),
        ]);
    }
}
