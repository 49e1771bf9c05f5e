//! sudo I/O logs.

use std::io::Write;

use trail_model::{ChannelKind, EventKind, Timestamp};

use crate::support::*;

const LOG: &[u8] = b"1603746837:millert:root::/dev/ttypb:24:80\n/usr/src\n/usr/bin/id -u\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

#[test]
fn bytes_of_the_streams_add_up() {
    for (name, ttyin, ttyout) in [
        ("sudo-iolog/filter-test1", 35, 142),
        ("sudo-iolog/filter-test3", 44, 247),
        ("made-here/sudo-iolog/000001", 115, 11_994),
        ("made-here/sudo-iolog/000002", 27, 201),
    ] {
        let Some(path) = corpus(name) else { return };
        let log = import_path(&path);
        assert!(log.report.findings.is_empty(), "{name}: {:?}", log.messages());
        assert_eq!((log.report.input_bytes, log.report.output_bytes), (ttyin, ttyout), "{name}");
        assert_eq!(log.input(1), read_plain(&path.join("ttyin")), "{name}");
        assert_eq!(log.output(1), read_plain(&path.join("ttyout")), "{name}");
    }
}

#[test]
fn who_ran_what_comes_from_log_json() {
    let Some(path) = corpus("made-here/sudo-iolog/000001") else { return };
    let log = import_path(&path);
    let meta = &log.events.meta;
    assert_eq!(meta.user.as_deref(), Some("auditee"));
    assert_eq!(meta.target_user.as_deref(), Some("root"));
    assert_eq!(meta.host.as_deref(), Some("vm"));
    assert_eq!(meta.tty.as_deref(), Some("/dev/pts/0"));
    assert_eq!(meta.cwd.as_deref(), Some("/home/auditee"));
    assert_eq!(
        meta.command.as_deref(),
        Some("/usr/bin/env HOME=/home/auditee /bin/bash --rcfile /home/auditee/.bashrc")
    );
    assert_eq!(meta.start, Some(Timestamp(1_795_318_144_786_323_265)));
    assert_eq!(meta.env["SUDO_USER"], "auditee");
    // Rows come first in a window record.
    assert_eq!(log.sizes(), [size(80, 24), size(100, 30), size(60, 15), size(80, 24)]);
}

#[test]
fn suspend_and_resume_are_signals() {
    let Some(path) = corpus("made-here/sudo-iolog/000002") else { return };
    let log = import_path(&path);
    let signals = log.events.events.iter().filter_map(|event| match &event.kind {
        EventKind::Signal(name) => Some((name.as_str(), event.offset)),
        _ => None,
    });
    let signals: Vec<_> = signals.collect();
    assert_eq!([signals[0].0, signals[1].0], ["STOP", "CONT"]);
    assert_eq!(signals[1].1.0 - signals[0].1.0, 756_109_687);
}

#[test]
fn streams_without_a_terminal_are_channels_of_their_own() {
    let Some(path) = corpus("made-here/sudo-iolog/000003") else { return };
    let log = import_path(&path);
    assert!(log.report.findings.is_empty(), "{:?}", log.messages());
    let kinds = log.events.events.iter().filter_map(|event| match &event.kind {
        EventKind::Open(open) => Some(open.kind.clone()),
        _ => None,
    });
    assert_eq!(
        kinds.collect::<Vec<_>>(),
        [ChannelKind::SessionExec, ChannelKind::SessionExec, ChannelKind::SessionExec]
    );
    let extra = &log.events.meta.extra;
    assert_eq!((&*extra["channel.1"], &*extra["channel.2"], &*extra["channel.3"]), ("stdout", "stderr", "stdin"));
    let stdout = String::from_utf8(read_plain(&path.join("stdout"))).unwrap();
    assert_eq!(String::from_utf8(log.output(1)).unwrap(), stdout.replace('\n', "\r\n"));
    assert_eq!(log.output(2), b"to-stderr\r\n");
    assert_eq!(log.input(3), read_plain(&path.join("stdin")));
}

#[test]
fn a_pipe_and_a_terminal_at_once() {
    let timing = b"4 0.5 3\n1 0.5 4\n4 0 2\n1 0 3\n";
    let log = import_one(&[("timing", timing), ("ttyout", b"abcde"), ("stdout", b"1\n2\r\n3\n"), ("log", LOG)]);
    assert_eq!((log.output(1), log.output(2)), (b"abcde".to_vec(), b"1\r\n2\r\n3\r\n".to_vec()));
    assert!(log.report.complete());
    assert_eq!(log.events.meta.command.as_deref(), Some("/usr/bin/id -u"));
    assert_eq!(log.events.meta.cwd.as_deref(), Some("/usr/src"));
    assert_eq!(log.sizes(), [size(80, 24), size(80, 24)]);
}

#[test]
fn an_old_log_has_no_size() {
    let log = import_one(&[
        ("timing", b"4 0,25 2\n"),
        ("ttyout", b"ab"),
        ("log", b"1603746837:a:root:wheel:/dev/tty\n/\n/bin/sh\n"),
    ]);
    assert_eq!(log.sizes(), [size(80, 24)]);
    assert_eq!(log.events.meta.extra["rungroup"], "wheel");
    assert_eq!(output_times(&log), [0.25]);
}

#[test]
fn sudo_1_8_7_counted_its_types_2_too_high() {
    let log =
        import_one(&[("timing", b"6 0.5 3\n5 0.5 1\n6 0 2\n"), ("ttyout", b"abcde"), ("ttyin", b"x"), ("log", LOG)]);
    assert_eq!((log.output(1), log.input(1)), (b"abcde".to_vec(), b"x".to_vec()));
    assert!(log.report.complete());
    assert_eq!(log.report.findings.len(), 1);
}

#[test]
fn parts_are_compressed_one_by_one() {
    let timing = gzip(b"4 0.5 3\n4 0.5 2\n");
    let log = import_one(&[("timing", &timing), ("ttyout", b"abcde"), ("ttyin", &gzip(b"")), ("log", LOG)]);
    assert_eq!(log.output(1), b"abcde");
    assert!(log.report.findings.is_empty(), "{:?}", log.messages());
}

#[test]
fn a_crash_leaves_gzip_without_an_end() {
    let text: Vec<u8> = (0..5000).flat_map(|number: u32| format!("{number:x} ").into_bytes()).collect();
    let ttyout = gzip(&text);
    let timing = format!("4 0.5 {}\n", text.len());
    let log = import_one(&[("timing", timing.as_bytes()), ("ttyout", &ttyout[..ttyout.len() / 2]), ("log", LOG)]);
    let output = log.output(1);
    assert!(output.len() > 1000 && text.starts_with(&output), "{}", output.len());
    let [finding] = log.report.findings.as_slice() else { panic!("{:?}", log.messages()) };
    assert!(finding.message.contains("truncated"), "{finding}");
    assert_eq!(finding.byte, Some(output.len() as u64));

    // A timing file that was cut: what it does not speak of comes at the end.
    let timing = gzip(b"4 0.5 3\n4 0.5 2\n");
    let log = import_one(&[("timing", &timing[..timing.len() - 8]), ("ttyout", b"abcdefg"), ("log", LOG)]);
    assert_eq!(log.output(1), b"abcdefg");
    assert!(!log.report.complete());
}

#[test]
fn damaged_records_are_told() {
    let log = import_one(&[("timing", b"4 0.5 3\n4 nonsense\n9 1 1\n4 0.5 2\n"), ("ttyout", b"abcde"), ("log", LOG)]);
    assert_eq!(log.output(1), b"abcde");
    let places: Vec<_> = log.report.findings.iter().map(|finding| (finding.line, finding.byte)).collect();
    assert_eq!(places, [(Some(2), Some(8)), (Some(3), Some(19))]);
    let log = import_one(&[("timing", b"4 0.5 3\n4 0.5 99999999999999\n"), ("ttyout", b"abcde"), ("log", LOG)]);
    assert_eq!(log.output(1), b"abcde");
    assert!(log.messages()[0].contains("ttyout is truncated"), "{:?}", log.messages());
    let log = import_one(&[("timing", b"4 0.5 3\n"), ("ttyout", b"abc"), ("log.json", b"{\"lines\": 2"), ("log", LOG)]);
    assert_eq!(log.events.meta.user.as_deref(), Some("millert"));
    assert!(!log.report.complete());
}

#[test]
fn the_projects_own_timing_files_read() {
    // Type 7 and 5 records, and 14,000 records of a real session; the streams are not there.
    for name in ["timing.1", "timing.4", "timing.6"] {
        let Some(path) = corpus(&format!("sudo-iolog/timing/{name}")) else { return };
        let timing = std::fs::read(path).unwrap();
        let log = import_one(&[("timing", &timing), ("ttyout", b""), ("log", LOG)]);
        assert!(
            log.messages().iter().all(|message| message.contains("is missing") || message.contains("is truncated"))
        );
        let delays: f64 = String::from_utf8_lossy(&timing)
            .lines()
            .filter_map(|line| line.split(' ').nth(1)?.parse::<f64>().ok())
            .sum();
        assert!((log.report.duration.as_secs_f64() - delays).abs() < 1e-3);
    }
    for name in ["id.json", "make.json"] {
        let Some(path) = corpus(&format!("sudo-iolog/log/{name}")) else { return };
        let log =
            import_one(&[("timing", b"4 0.5 1\n"), ("ttyout", b"x"), ("log.json", &std::fs::read(path).unwrap())]);
        assert_eq!(log.events.meta.user.as_deref(), Some("millert"));
        assert_eq!(log.events.meta.host.as_deref(), Some("xerxes.sudo.ws"));
        assert!(log.report.complete());
    }
}
