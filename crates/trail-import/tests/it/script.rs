//! script(1) and those who write its format.

use trail_import::{ImportOptions, RecordingSource};
use trail_model::{EventKind, Timestamp};

use crate::support::*;

const HEADER: &str =
    "Script started on 2026-11-22 03:28:32+00:00 [TERM=\"xterm\" TTY=\"/dev/pts/0\" COLUMNS=\"90\" LINES=\"20\"]\n";
const FOOTER: &str = "\nScript done on 2026-11-22 03:28:39+00:00 [COMMAND_EXIT_CODE=\"3\"]\n";

fn typescript(body: &str) -> Vec<u8> {
    format!("{HEADER}{body}{FOOTER}").into_bytes()
}

#[test]
fn counts_in_timing_files_are_sizes_of_data() {
    // Sums of the second column of the timing files.
    for (name, events, bytes, format, dims) in [
        ("typescript-classic/script-record/script", 265, 20_760, "script-classic", size(80, 24)),
        ("made-here/script/classic.typescript", 35, 12_080, "script-classic", size(80, 24)),
        ("made-here/guacamole/guacd-1.6.1-ssh.typescript", 161, 29_640, "guacamole-typescript", size(80, 24)),
        ("typescript-classic/asciiio-3", 3111, 2_321_387, "asciinema-0.9", size(80, 27)),
        ("typescript-classic/asciiio-354", 492, 99_369, "asciinema-0.9", size(102, 30)),
    ] {
        let Some(path) = corpus(name) else { return };
        let script = import_path(&path);
        assert!(script.report.findings.is_empty(), "{name}: {:?}", script.messages());
        assert_eq!((script.outputs(), script.report.output_bytes), (events, bytes), "{name}");
        assert_eq!((script.report.format.as_str(), script.sizes()), (format, vec![dims]), "{name}");
        // The whole file but its first line and its footer.
        let data = read_plain(&if path.is_dir() { path.join("stdout.bz2") } else { path.clone() });
        assert!(memchr::memmem::find(&data, &script.output(1)).is_some(), "{name}");
    }
}

#[test]
fn delays_add_up() {
    let (Some(path), Some(timing)) =
        (corpus("typescript-classic/asciiio-3"), corpus("typescript-classic/asciiio-3/stdout.time.bz2"))
    else {
        return;
    };
    let timing = String::from_utf8(read_plain(&timing)).unwrap();
    let sum: f64 = timing.lines().map(|line| line.split(' ').next().unwrap().parse::<f64>().unwrap()).sum();
    let script = import_path(&path);
    assert!((script.report.duration.as_secs_f64() - sum).abs() < 1e-6);
    assert_eq!(script.events.meta.extra["duration"], "64.2345");
}

#[test]
fn header_and_footer_become_metadata() {
    let script = import_one(&[("x.typescript", &typescript("hello")), ("x.timing", b"0.5 2\n1.5 3\n")]);
    assert_eq!(script.output(1), b"hello");
    assert_eq!(output_times(&script), [0.5, 2.0]);
    let meta = &script.events.meta;
    assert_eq!((meta.term.as_deref(), meta.tty.as_deref()), (Some("xterm"), Some("/dev/pts/0")));
    assert_eq!(meta.start, Some(Timestamp(1_795_318_112_000_000_000)));
    assert_eq!(meta.exit_status, Some(3));
    assert_eq!(script.sizes(), [size(90, 20)]);
    assert!(script.report.findings.is_empty(), "{:?}", script.messages());
    assert_eq!(script.events.events.last().map(|event| &event.kind), Some(&EventKind::Close(Some(3))));
}

#[test]
fn a_typescript_alone_is_read_at_time_zero() {
    let script = import_one(&[("x", &typescript("hello\r\nworld"))]);
    assert_eq!(script.output(1), b"hello\r\nworld");
    assert_eq!((script.report.duration.0, script.report.complete(), script.report.findings.len()), (0, true, 1));
    let guacamole = import_one(&[("x", b"[BEGIN TYPESCRIPT]\nhello\n[END TYPESCRIPT]\n")]);
    assert_eq!((guacamole.output(1), guacamole.report.format.as_str()), (b"hello".to_vec(), "guacamole-typescript"));
}

#[test]
fn headers_in_other_languages() {
    let body =
        "Skript gestartet am Mo 23 Jul 2018 06:49:18 CEST\nhello\nSkript beendet: Mo 23 Jul 2018 06:50:07 CEST\n";
    let script = import_one(&[("typescript", body.as_bytes()), ("timing", b"0.5 2\n1.5 3\n")]);
    assert_eq!(script.output(1), b"hello");
    assert!(script.report.findings.is_empty(), "{:?}", script.messages());
    assert_eq!(script.events.meta.start, None);
    assert!(script.events.meta.extra["started"].contains("23 Jul 2018"));
}

#[test]
fn foreign_text_in_the_timing_file_is_passed_over() {
    let timing = b"0.5 2\nwarning: something\n6.5e-05 1\n0,25 2\n";
    let script = import_one(&[("typescript", &typescript("hello")), ("timing", timing)]);
    assert_eq!(script.output(1), b"hello");
    assert_eq!(output_times(&script), [0.5, 0.500065, 0.750065]);
    assert_eq!((script.report.skipped_records, script.report.complete()), (1, true));
}

#[test]
fn appended_runs_are_timed_from_the_end() {
    let two = [typescript("first run"), typescript("second")].concat();
    let script = import_one(&[("typescript", &two), ("timing", b"1.0 3\n1.0 3\n")]);
    assert_eq!(script.output(1), b"first runsecond");
    assert_eq!(output_times(&script), [0.0, 1.0, 2.0]);
    assert!(script.report.complete());
    // A timing file that was appended to as well.
    let script = import_one(&[("typescript", &two), ("timing", b"1.0 9\n1.0 6\n")]);
    assert_eq!(output_times(&script), [1.0, 2.0]);
    assert!(script.report.findings.is_empty(), "{:?}", script.messages());
    // A typescript shown inside of a typescript is output.
    let shown = typescript("$ cat x\r\nScript started on 2020-01-01 00:00:00+00:00\r\n$ exit");
    let script = import_one(&[("typescript", &shown)]);
    assert!(String::from_utf8(script.output(1)).unwrap().contains("2020-01-01"));
}

#[test]
fn data_and_timing_that_do_not_add_up() {
    let script = import_one(&[("typescript", &typescript("hello")), ("timing", b"0.5 2\n1.5 9\n")]);
    assert_eq!(script.output(1), b"hello");
    assert!(script.messages()[0].contains("5 bytes of output"), "{:?}", script.messages());
    let script = import_one(&[("typescript", &typescript("hello")), ("timing", b"0.5 2\n")]);
    assert_eq!((script.output(1), script.report.complete()), (b"hello".to_vec(), false));
    // Cut before its footer.
    let script = import_one(&[("typescript", format!("{HEADER}hel").as_bytes()), ("timing", b"0.5 2\n1.5 3\n")]);
    assert_eq!((script.output(1), script.report.complete()), (b"hel".to_vec(), false));
    // No footer, and all there: a recorder that was killed.
    let script = import_one(&[("typescript", format!("{HEADER}hello").as_bytes()), ("timing", b"0.5 2\n1.5 3\n")]);
    assert_eq!((script.report.complete(), script.report.findings.len()), (true, 1));
}

#[test]
fn lost_carriage_returns_are_put_back() {
    let script = import_one(&[("typescript", &typescript("a\nb\nc")), ("timing", b"0.5 2\n1.5 5\n")]);
    assert_eq!(script.output(1), b"a\r\nb\r\nc");
    assert!(script.report.complete());
}

#[test]
fn several_streams() {
    for (name, output_file, input_file) in [
        ("made-here/script/advanced.out", "made-here/script/advanced.out", "made-here/script/advanced.in"),
        ("made-here/script/both.io", "made-here/script/both.io", "made-here/script/both.io"),
    ] {
        let (Some(path), Some(output), Some(input)) = (corpus(name), corpus(output_file), corpus(input_file)) else {
            return;
        };
        let script = import_path(&path);
        assert!(script.report.findings.is_empty(), "{name}: {:?}", script.messages());
        // Sums of the O and of the I records.
        assert_eq!((script.report.output_bytes, script.report.input_bytes), (968, 108), "{name}");
        assert_eq!(script.sizes(), [size(80, 24), size(100, 30)]);
        assert_eq!(script.events.meta.exit_status, Some(0));
        assert_eq!(script.events.meta.start.map(|start| start.0 % 1_000_000_000), Some(0));
        assert!(String::from_utf8(script.input(1)).unwrap().contains("hunter2"));
        let (output, input) = (read_plain(&output), read_plain(&input));
        if output != input {
            assert!(memchr::memmem::find(&output, &script.output(1)).is_some());
            assert!(memchr::memmem::find(&input, &script.input(1)).is_some());
        }
    }
}

#[test]
fn signals_headers_and_missing_input() {
    let timing = b"H 0.000000 START_TIME 2026-11-22 03:28:39+01:00\nH 0.000000 COLUMNS 70\nH 0.000000 LINES 10\n\
        H 0.000000 COMMAND ls -l /tmp\nH 0.000000 OUTPUT_LOG d/old-name.out\nH 0.000000 INPUT_LOG d/old-name.in\n\
        O 0.5 2\nI 0.5 4\nS 0.5 SIGTERM\nO 0.5 3\nX 1\nH 0.000000 EXIT_CODE 143\n";
    let script = import_one(&[("s.out", &typescript("hello")), ("s.timing", timing)]);
    assert_eq!(output_times(&script), [0.5, 2.0]);
    assert_eq!(script.sizes(), [size(70, 10)]);
    assert_eq!(script.count(|kind| *kind == EventKind::Signal("TERM".to_owned())), 1);
    assert_eq!(script.events.meta.command.as_deref(), Some("ls -l /tmp"));
    assert_eq!(script.events.meta.exit_status, Some(143));
    assert_eq!(script.events.meta.start, Some(Timestamp(1_795_314_519_000_000_000)));
    assert_eq!(script.report.skipped_records, 1);
    assert_eq!(script.report.findings.last().and_then(|finding| finding.line), Some(11));

    // Renamed, with its input beside it; and everything in one file.
    let input = typescript("keys");
    let script = import_one(&[("s.in", &input), ("s.out", &typescript("hello")), ("s.timing", &timing[..])]);
    assert_eq!((script.output(1), script.input(1)), (b"hello".to_vec(), b"keys".to_vec()));
    let timing = b"H 0.000000 OUTPUT_LOG d/x.io\nH 0.000000 INPUT_LOG d/x.io\nO 0.5 2\nI 0.5 4\nO 0.5 3\n";
    let script = import_one(&[("s-io.io", &typescript("hekeysllo")), ("s-io.timing", timing)]);
    assert_eq!((script.output(1), script.input(1)), (b"hello".to_vec(), b"keys".to_vec()));
}

#[test]
fn many_pairs_in_a_folder_find_each_other() {
    let (one, two, three) = (typescript("one"), typescript("two"), typescript("six"));
    let found = import_files(&[
        ("a.typescript", &one),
        ("a.typescript.timing", b"1 3\n"),
        ("b", &two),
        ("b.timing", b"2 3\n"),
        ("c.log", b"Script gestartet am 2020\nsix\nbeendet am 2020\n"),
        ("c.tm", b"3 3\n"),
        ("notes.txt", b"nothing"),
        ("typescript", &three),
        ("timing", b"4 3\n"),
    ]);
    let outputs: Vec<_> = found.iter().map(|script| String::from_utf8(script.output(1)).unwrap()).collect();
    assert_eq!(outputs, ["one", "two", "six", "six"]);
    let times: Vec<_> = found.iter().map(|script| output_times(script)[0]).collect();
    assert_eq!(times, [1.0, 2.0, 3.0, 4.0]);
}

#[test]
fn a_file_named_alone_brings_its_timing_along() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("x.typescript"), typescript("hello")).unwrap();
    std::fs::write(path("x.timing"), "1 5\n").unwrap();
    std::fs::write(path("y.cast"), "{\"version\":2,\"width\":80,\"height\":24}\n").unwrap();
    assert_eq!(output_times(&import_path(&path("x.typescript"))), [1.0]);
    let error = RecordingSource::discover(path("x.timing"), &ImportOptions::default()).next().unwrap().unwrap_err();
    assert!(error.is_not_a_recording() && error.to_string().contains("x.typescript"), "{error}");
}
