//! asciicast.

use trail_import::{Error, ImportOptions, RecordingSource, Severity};
use trail_model::{EventKind, Offset, Timestamp};

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

#[test]
fn every_field_of_version_3() {
    let Some(path) = corpus("asciicast-v3/server-v3-full.cast") else { return };
    let cast = import_path(&path);
    assert_eq!(cast.report.format, "asciicast-v3");
    assert!(cast.report.findings.is_empty());
    assert_eq!(cast.output(1), "foo barbaz quxżółć jaźń".as_bytes());
    assert_eq!(cast.sizes(), [size(96, 26), size(80, 24)]);
    let meta = &cast.events.meta;
    assert_eq!(meta.title.as_deref(), Some("bashing :)"));
    assert_eq!(meta.command.as_deref(), Some("/bin/bash -l"));
    assert_eq!(meta.term.as_deref(), Some("xterm-ghostty"));
    assert_eq!(meta.idle_limit_ns, Some(2_500_000_000));
    assert_eq!(meta.extra["term.version"], "ghostty 1.1.3-889478f-nix");
    // Times are intervals: 1.234567, +1, +4.678987, +1, +2.456789.
    assert_eq!(cast.report.duration, Offset(10_370_343_000));
}

#[test]
fn comments_and_blank_lines_of_version_3() {
    let Some(path) = corpus("asciicast-v3/server-v3-comments.cast") else { return };
    let cast = import_path(&path);
    assert!(cast.report.findings.is_empty());
    assert_eq!(cast.output(1), "foo barbaz quxżółć jaźńbye!".as_bytes());
}

#[test]
fn real_recordings_are_complete() {
    // Counted with a JSON parser of another make: lines, characters of "o" events in UTF-8.
    for (name, outputs, bytes) in [
        ("asciicast-v2/scene-long.cast.gz", 71_369, 4_203_810),
        ("asciicast-v2/mitmproxy_user_interface.cast", 635, 432_331),
        ("asciicast-v3/server-big.cast", 4998, 2_849_418),
        ("asciicast-v3/clashtui-demo.cast", 4057, 368_896),
        ("asciicast-v1/player-20055.json", 1350, 1_376_752),
        ("asciicast-v1/demo-v1.json", 25, 3993),
    ] {
        let Some(path) = corpus(name) else { return };
        let cast = import_path(&path);
        assert!(cast.report.complete(), "{name}: {:?}", cast.messages());
        assert_eq!((cast.outputs(), cast.report.output_bytes), (outputs, bytes), "{name}");
        assert_eq!(cast.report.invalid_utf8_bytes, 0, "{name}");
    }
}

#[test]
fn the_same_session_in_two_wrappers() {
    let (Some(gz), Some(bz2)) = (corpus("asciicast-v2/demo.cast.gz"), corpus("asciicast-v2/demo.cast.bz2")) else {
        return;
    };
    let (gz, bz2) = (import_path(&gz), import_path(&bz2));
    assert_eq!(gz.events.events, bz2.events.events);
    assert!(gz.report.input_bytes > 0);
}

/// Findings of a malformed file: line, byte, and a part of the message; and the output that was kept.
fn check_malformed(name: &str, expected: &[(u64, u64, &str)], output: &str) {
    let Some(path) = corpus(name) else { return };
    let cast = import_path(&path);
    assert!(!cast.report.complete());
    assert_eq!(cast.report.findings.len(), expected.len(), "{name}: {:?}", cast.messages());
    for (finding, (line, byte, message)) in cast.report.findings.iter().zip(expected) {
        assert_eq!((finding.line, finding.byte, finding.severity), (Some(*line), Some(*byte), Severity::Damage));
        assert!(finding.message.contains(message), "{name}: {finding}");
    }
    assert_eq!(String::from_utf8(cast.output(1)).unwrap(), output, "{name}");
}

#[test]
fn malformed_lines_are_found_and_the_rest_is_kept() {
    let expected = "expected an event `[time, code, data]`";
    check_malformed("asciicast-v2/server-v2-broken.cast", &[(3, 69, expected)], "foo barżółć jaźń");
    check_malformed("asciicast-v3/server-v3-broken.cast", &[(3, 76, expected)], "foo barżółć jaźń");
    check_malformed("asciicast-v2/server-v2-invalid-data.cast", &[(3, 66, "expected a string")], "foo bar");
    check_malformed("asciicast-v2/server-v2-invalid-resize.cast", &[(3, 66, "found \"-1x0\"")], "foo barbaz qux");
    let expected = "expected a frame `[delay, text]`";
    check_malformed("asciicast-v1/server-v1-wrong-event-length.json", &[(8, 118, expected)], "foo barżółć jaźń");
}

#[test]
fn a_step_back_in_time_is_clamped_and_counted() {
    let Some(path) = corpus("asciicast-v1/server-v1-invalid-time-1.json") else { return };
    let cast = import_path(&path);
    assert_eq!(cast.report.clamped_times, 1);
    assert_eq!(output_times(&cast), [1.234567, 1.234567, 4.037035]);
}

#[test]
fn near_json_is_refused_with_line_and_column() {
    let Some(path) = corpus("asciicast-v2/termrec-escapes.cast") else { return };
    let source = RecordingSource::discover(&path, &ImportOptions::default()).next().unwrap().unwrap();
    match import(&source, &ImportOptions::default()) {
        Err(Error::Malformed { line: 1, column: 42, byte: 41, expected, .. }) => {
            assert!(expected.contains("trailing comma"), "{expected}");
        }
        other => panic!("{:?}", other.err()),
    }
}

#[test]
fn row_and_col_of_devolutions_gateway_are_taken_the_other_way_round() {
    let Some(path) = corpus("asciicast-v2/devolutions-debug.cast") else { return };
    let cast = import_path(&path);
    assert_eq!(cast.sizes(), [size(150, 22)]);
    assert!(cast.report.complete());
    assert_eq!(cast.report.findings[0].severity, Severity::Note);
    // The right way round they are taken as they are.
    assert_eq!(import_bytes(b"{\"version\":2,\"row\":22,\"col\":150}\n").sizes(), [size(150, 22)]);
}

#[test]
fn event_codes_are_whole_strings() {
    let Some(path) = corpus("asciicast-v2/rlib-asciicast.cast") else { return };
    let cast = import_path(&path);
    let vendor = cast.count(|kind| matches!(kind, EventKind::Opaque { kind, .. } if kind == "rlib"));
    assert!(vendor > 100);
    assert_eq!(cast.report.skipped_records, vendor as u64);
    assert!(cast.report.complete());
    assert_eq!(cast.events.meta.extra["empty_wait"], "3");
}

#[test]
fn exit_event_in_a_version_2_file_and_a_version_3_file_named_2() {
    let Some(path) = corpus("asciicast-v2/player-images-iterm2.cast") else { return };
    let cast = import_path(&path);
    assert_eq!(cast.events.meta.exit_status, Some(0));
    assert_eq!(cast.events.events.last().map(|event| &event.kind), Some(&EventKind::Close(Some(0))));
    let Some(path) = corpus("asciicast-v2/player-resizing.cast") else { return };
    let cast = import_path(&path);
    assert_eq!(cast.report.format, "asciicast-v3");
    assert_eq!(cast.sizes(), [size(80, 24), size(100, 30), size(50, 10)]);
}

#[test]
fn nulls_are_absent() {
    let Some(path) = corpus("asciicast-v1/nulls-v1.json") else { return };
    let cast = import_path(&path);
    assert_eq!(cast.events.meta.term, None);
    assert_eq!(cast.events.meta.env.len(), 1);
    let cast =
        import_bytes(b"{\"version\":2,\"width\":1,\"height\":1,\"title\":null,\"env\":null,\"timestamp\":null}\n");
    assert_eq!((cast.events.meta.title, cast.events.meta.start), (None, None));
}

#[test]
fn keys_come_in_any_order() {
    let v1 = br#"{"stdout":[[0.5,"a"],[0.25,"b"]],"height":10,"version":1,"width":20}"#;
    let cast = import_bytes(v1);
    assert_eq!((cast.report.format.as_str(), cast.output(1)), ("asciicast-v1", b"ab".to_vec()));
    assert_eq!(cast.sizes(), [size(20, 10)]);
    assert_eq!(output_times(&cast), [0.5, 0.75]);
    let v2 = import_bytes(b"\xef\xbb\xbf {\"height\":10,\"width\":20,\"version\":2}\r\n\r\n[1,\"o\",\"x\"]\r\n");
    assert_eq!((v2.output(1), v2.sizes()), (b"x".to_vec(), vec![size(20, 10)]));
    assert!(v2.report.findings.is_empty(), "{:?}", v2.messages());
}

#[test]
fn lone_surrogates_become_replacement_characters() {
    let text = |data: &str| {
        let cast = format!("{{\"version\":2,\"width\":80,\"height\":24}}\n[1,\"o\",\"{data}\"]\n");
        let cast = import_bytes(cast.as_bytes());
        assert!(cast.report.findings.is_empty(), "{:?}", cast.messages());
        String::from_utf8(cast.output(1)).unwrap()
    };
    assert_eq!(text(r"\ud83d\udca9"), "\u{1f4a9}");
    assert_eq!(text(r"a\ud83db"), "a\u{fffd}b");
    assert_eq!(text(r"\udca9\ud83d"), "\u{fffd}\u{fffd}");
    let v1 = import_bytes(br#"{"version":1,"width":1,"height":1,"stdout":[[1,"\ud800"]]}"#);
    assert_eq!(v1.output(1), "\u{fffd}".as_bytes());
}

#[test]
fn bytes_that_are_not_utf_8_are_kept_and_counted() {
    let cast =
        import_bytes(b"{\"version\":2,\"width\":80,\"height\":24}\n[1,\"o\",\"a\xff\xfeb\"]\n[2,\"o\",\"\xc3\"]\n");
    assert_eq!(cast.output(1), b"a\xff\xfeb\xc3");
    assert_eq!(cast.report.invalid_utf8_bytes, 3);
    assert!(cast.report.complete());
}

#[test]
fn an_event_cut_in_the_middle_is_kept_as_far_as_it_goes() {
    let whole =
        "{\"version\":3,\"term\":{\"cols\":80,\"rows\":24}}\n[1,\"o\",\"ab\"]\n[1,\"o\",\"żó\\u00e9\\ud83d\\udca9\"]\n";
    let start = whole.rfind('[').unwrap();
    for cut in start + 1..whole.len() - 2 {
        let cast = import_bytes(&whole.as_bytes()[..cut]);
        let findings = cast.messages();
        assert_eq!(findings.len(), 1, "{cut}: {findings:?}");
        assert!(!cast.report.complete());
        let output = String::from_utf8(cast.output(1)).unwrap();
        assert!("abżóé\u{1f4a9}".starts_with(&output) && output.starts_with("ab"), "{cut}: {output:?}");
    }
    // Without its last line feed it is whole.
    assert!(import_bytes(&whole.as_bytes()[..whole.len() - 1]).report.complete());
}

#[test]
fn joined_casts_go_on_in_time() {
    let cast = b"{\"version\":2,\"width\":80,\"height\":24,\"timestamp\":100}\n[1,\"o\",\"a\"]\n[3,\"o\",\"b\"]\n\
        {\"version\":2,\"width\":100,\"height\":30,\"timestamp\":900}\n[0.5,\"o\",\"c\"]\n\
        {\"version\":3,\"term\":{\"cols\":80,\"rows\":24}}\n[0.5,\"o\",\"d\"]\n[0.5,\"o\",\"e\"]\n";
    let cast = import_bytes(cast);
    assert_eq!(output_times(&cast), [1.0, 3.0, 3.5, 4.0, 4.5]);
    assert_eq!(cast.sizes(), [size(80, 24), size(100, 30), size(80, 24)]);
    assert_eq!(cast.events.meta.start, Some(Timestamp(100_000_000_000)));
    assert_eq!(cast.events.meta.extra["segment.2.timestamp"], "900");
    assert!(cast.report.complete());
    assert_eq!(cast.report.findings.len(), 2);
}

#[test]
fn sizes_beyond_reason_are_not_taken() {
    for header in [
        "\"width\":0,\"height\":0",
        "\"width\":100000,\"height\":24",
        "\"width\":\"80\",\"height\":24",
        "\"height\":24",
    ] {
        let cast = import_bytes(format!("{{\"version\":2,{header}}}\n").as_bytes());
        assert_eq!(cast.sizes(), [size(80, 24)], "{header}");
        assert_eq!(cast.report.findings.len(), 1, "{header}");
    }
}

#[test]
fn options_decide_size_and_pauses() {
    let mut options = ImportOptions::default();
    options.size = Some(size(132, 43));
    options.max_gap_ns = Some(1_000_000_000);
    let cast =
        b"{\"version\":2,\"width\":80,\"height\":24}\n[1,\"o\",\"a\"]\n[86400,\"o\",\"b\"]\n[86401,\"o\",\"c\"]\n";
    let cast = import_bytes_with(cast, &options).unwrap();
    assert_eq!(cast.sizes(), [size(132, 43)]);
    assert_eq!(output_times(&cast), [1.0, 2.0, 3.0]);
    assert_eq!(cast.report.shortened_gaps, 1);
}

#[test]
fn times_of_every_size_are_taken() {
    let cast =
        b"{\"version\":2,\"width\":80,\"height\":24}\n[-1,\"o\",\"a\"]\n[1e300,\"o\",\"b\"]\n[-1e300,\"o\",\"c\"]\n";
    let cast = import_bytes(cast);
    assert_eq!(cast.report.clamped_times, 2);
    assert_eq!(cast.report.duration, Offset(u64::MAX));
}

#[test]
fn version_1_cut_anywhere_keeps_what_came_before() {
    let whole = br#"{"version":1,"width":80,"height":24,"stdout":[[1,"a"],[1,"b"],[1,"c"]],"title":"t"}"#;
    let begin = whole.iter().position(|&byte| byte == b'[').unwrap();
    let mut last = 0;
    for cut in begin..whole.len() {
        let cast = import_bytes(&whole[..cut]);
        assert!(!cast.report.complete(), "{cut}");
        assert!(cast.outputs() >= last, "{cut}");
        last = cast.outputs();
    }
    assert_eq!(last, 3);
    let cast = import_bytes(whole);
    assert!(cast.report.complete());
    assert_eq!(cast.events.meta.title.as_deref(), Some("t"));
}

#[test]
fn other_json_is_no_recording() {
    for text in [
        "{\"version\":2}",
        "{\"version\":3,\"file\":\"x\"}",
        "{\"version\":1,\"a\":[1]}",
        "{}",
        "{\n\"version\": 2,\n\"width\": 3}",
    ] {
        let found = RecordingSource::from_reader("-", text.as_bytes(), &ImportOptions::default()).unwrap();
        let errors: Vec<_> = found.map(|found| found.unwrap_err()).collect();
        assert!(matches!(errors.as_slice(), [Error::NotARecording { .. }]), "{text}: {errors:?}");
    }
}

#[test]
fn long_lines_are_no_trouble_up_to_the_limit() {
    let line = format!("[1,\"o\",\"{}\"]\n", "x".repeat(20 << 20));
    let cast = format!("{{\"version\":2,\"width\":80,\"height\":24}}\n{line}[2,\"o\",\"y\"]\n");
    let whole = import_bytes(cast.as_bytes());
    assert_eq!(whole.report.output_bytes, (20 << 20) + 1);
    let mut options = ImportOptions::default();
    options.limits.line_len = 1 << 20;
    let limited = import_bytes_with(cast.as_bytes(), &options).unwrap();
    assert_eq!((limited.output(1), limited.report.complete()), (b"y".to_vec(), false));
    assert_eq!(limited.report.findings[0].line, Some(2));
}

#[test]
fn recorded_by_asciinema_2() {
    let Some(path) = corpus("made-here/asciicast/asciinema-2.2-stdin.cast") else { return };
    let cast = import_path(&path);
    assert!(cast.report.complete());
    assert!(String::from_utf8(cast.input(1)).unwrap().contains("hunter2"));
    assert!(!String::from_utf8(cast.output(1)).unwrap().contains("hunter2"));
}
