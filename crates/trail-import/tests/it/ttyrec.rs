//! ttyrec.

use trail_import::{Error, ImportOptions, RecordingSource};
use trail_model::{EventKind, Timestamp};

use crate::support::*;

fn frame(secs: u32, micros: u32, data: &[u8]) -> Vec<u8> {
    let mut frame = Vec::new();
    for field in [secs, micros, data.len() as u32] {
        frame.extend_from_slice(&field.to_le_bytes());
    }
    frame.extend_from_slice(data);
    frame
}

fn frames(frames: &[(u32, u32, &[u8])]) -> Vec<u8> {
    frames.iter().flat_map(|&(secs, micros, data)| frame(secs, micros, data)).collect()
}

const START: u32 = 1_200_000_000;

#[test]
fn frames_and_times_are_those_that_nle_published() {
    let Some(path) = corpus("ttyrec/2020-10-03.17_27_10.ttyrec.bz2") else { return };
    let rec = import_path(&path);
    assert!(rec.report.findings.is_empty());
    assert_eq!(rec.outputs(), 2432);
    let start = rec.events.meta.start.unwrap();
    let Some(expected) = corpus("ttyrec/2020-10-03.17_27_10.timestamps.txt.bz2") else { return };
    let expected = String::from_utf8(read_plain(&expected)).unwrap();
    let outputs = rec.events.events.iter().filter(|event| matches!(event.kind, EventKind::Output(_)));
    let times: Vec<String> = outputs
        .map(|event| {
            let micros = start.plus(event.offset).0 / 1000;
            format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
        })
        .collect();
    // Python wrote floats: without the zeros at their ends.
    let expected: Vec<&str> = expected.split_whitespace().filter(|word| word.contains('.')).collect();
    assert!(!expected.is_empty());
    for (time, expected) in times.iter().zip(&expected) {
        let difference = time.parse::<f64>().unwrap() - expected.parse::<f64>().unwrap();
        assert!(difference.abs() < 1e-5, "{time} {expected}");
    }
    assert_eq!(times.len(), expected.len());
}

#[test]
fn every_byte_of_a_recording_is_header_or_output() {
    for name in [
        "ttyrec/2009-02-05.10_33_51.ttyrec.bz2",
        "ttyrec/2017-07-28.18_44_17.ttyrec.bz2",
        "ttyrec/2020-10-03.17_27_10.ttyrec.bz2",
        "ttyrec/monetd.ttyrec",
        "made-here/ttyrec/debian-ttyrec-1.0.8.ttyrec",
    ] {
        let Some(path) = corpus(name) else { return };
        let rec = import_path(&path);
        assert!(rec.report.complete(), "{name}: {:?}", rec.messages());
        assert_eq!(rec.report.format, "ttyrec");
        let frames = rec.outputs() as u64;
        assert_eq!(rec.report.output_bytes + 12 * frames, read_plain(&path).len() as u64, "{name}");
        assert_eq!(rec.sizes(), [size(80, 24)]);
    }
}

#[test]
fn a_channel_byte_tells_output_from_input() {
    let Some(path) = corpus("ttyrec/nle.2734875.0.ttyrec2.bz2") else { return };
    let rec = import_path(&path);
    assert_eq!(rec.report.format, "ttyrec2");
    assert!(rec.report.complete());
    assert!(rec.report.input_bytes > 0);
    let frames = rec.report.events - 2;
    let rewards = rec.report.skipped_records * 4;
    let bytes = rec.report.output_bytes + rec.report.input_bytes + rewards;
    assert_eq!(bytes + 13 * frames, read_plain(&path).len() as u64);
}

#[test]
fn a_text_by_that_name_is_refused() {
    let Some(path) = corpus("ttyrec/2008-09-08.06_37_20.ttyrec.bz2") else { return };
    let found: Vec<_> = RecordingSource::discover(&path, &ImportOptions::default()).collect();
    assert!(matches!(found.as_slice(), [Err(Error::NotARecording { .. })]), "{found:?}");
}

#[test]
fn code_page_437_becomes_utf_8() {
    let Some(path) = corpus("ttyrec/2009-02-05.10_33_51.ttyrec.bz2") else { return };
    let plain = import_path(&path);
    assert!(plain.report.invalid_utf8_bytes > 0);
    let converted = import_path_with(&path, &with_encoding("cp437"));
    let text = String::from_utf8(converted.output(1)).unwrap();
    assert_eq!(converted.report.invalid_utf8_bytes, 0);
    assert!(text.contains('─') || text.contains('│') || text.contains('·'), "{text:?}");
}

#[test]
fn a_clock_that_was_set_back_goes_on_from_there() {
    let rec = frames(&[(START, 0, b"a"), (START + 10, 0, b"b"), (START + 5, 0, b"c"), (START + 6, 0, b"d")]);
    let rec = import_bytes(&rec);
    assert_eq!(output_times(&rec), [0.0, 10.0, 10.0, 11.0]);
    assert_eq!(rec.report.clamped_times, 1);
    assert_eq!(rec.events.meta.start, Some(Timestamp(i64::from(START) * 1_000_000_000)));
}

#[test]
fn a_gap_of_days_is_shortened_when_asked_for() {
    let rec = frames(&[(START, 0, b"a"), (START + 1, 0, b"b"), (START + 900_000, 0, b"c"), (START + 900_001, 0, b"d")]);
    assert_eq!(import_bytes(&rec).report.duration.as_secs_f64(), 900_001.0);
    let mut options = ImportOptions::default();
    options.max_gap_ns = Some(60_000_000_000);
    let rec = import_bytes_with(&rec, &options).unwrap();
    assert_eq!(output_times(&rec), [0.0, 1.0, 61.0, 62.0]);
    assert_eq!(rec.report.shortened_gaps, 1);
}

#[test]
fn big_endian_recordings_of_old_machines() {
    let mut rec = Vec::new();
    for (secs, data) in [(START, &b"one"[..]), (START + 1, b"two"), (START + 2, b"three")] {
        for field in [secs, 250_000, data.len() as u32] {
            rec.extend_from_slice(&field.to_be_bytes());
        }
        rec.extend_from_slice(data);
    }
    let rec = import_bytes(&rec);
    assert_eq!(rec.output(1), b"onetwothree");
    assert_eq!(rec.events.meta.extra["byte_order"], "big-endian");
}

#[test]
fn a_cut_recording_keeps_all_that_is_there() {
    let whole = frames(&[(START, 0, b"first"), (START + 1, 5, b"second"), (START + 2, 0, b"third")]);
    for cut in 13..whole.len() {
        let rec = import_bytes(&whole[..cut]);
        let output = rec.output(1);
        assert!(b"firstsecondthird".starts_with(&output[..]));
        let at_border = cut == 17 || cut == 35;
        assert_eq!(rec.report.complete(), at_border, "{cut}: {:?}", rec.messages());
        if !at_border {
            assert!(rec.report.findings[0].message.contains("truncated"), "{:?}", rec.messages());
            assert!(rec.report.findings[0].byte.is_some_and(|byte| byte <= cut as u64));
        }
    }
}

#[test]
fn damage_in_the_middle_costs_the_frames_it_hit() {
    let mut rec = frames(&[(START, 0, b"first"), (START, 0, b""), (START + 1, 0, b"second")]);
    let at = rec.len() as u64;
    rec.extend_from_slice(b"some bytes that are no header at all");
    let garbage = rec.len() as u64 - at;
    rec.extend(frames(&[(START + 2, 0, b"third"), (START + 3, 0, b"fourth"), (START + 4, 0, b"fifth")]));
    let rec = import_bytes(&rec);
    assert_eq!(rec.output(1), b"firstsecondthirdfourthfifth");
    let [finding] = rec.report.findings.as_slice() else { panic!("{:?}", rec.messages()) };
    assert_eq!(finding.byte, Some(at));
    assert!(finding.message.contains(&format!("{garbage} bytes are skipped")), "{finding}");
    assert_eq!(output_times(&rec), [0.0, 1.0, 2.0, 3.0, 4.0]);
}

#[test]
fn a_screen_can_grow_to_what_is_addressed() {
    let rec = frames(&[
        (START, 0, b"\x1b[2J\x1b[1;1H"),
        (START + 1, 0, b"\x1b[50;1Hx\x1b[999;999H"),
        (START + 2, 0, b"\x1b[1;132H"),
    ]);
    assert_eq!(import_bytes(&rec).sizes(), [size(80, 24)]);
    let mut options = ImportOptions::default();
    options.grow = true;
    let grown = import_bytes_with(&rec, &options).unwrap();
    assert_eq!(grown.sizes(), [size(80, 24), size(80, 50), size(132, 50)]);
    options.size = Some(size(100, 60));
    assert_eq!(import_bytes_with(&rec, &options).unwrap().sizes(), [size(100, 60)]);
}
