//! tlog.

use trail_import::{ImportOptions, RecordingSource};
use trail_model::Timestamp;

use crate::support::*;

/// One message, as tlog writes it.
fn message(rec: &str, id: u64, pos: u64, timing: &str, out: &str) -> String {
    format!(
        "{{\"ver\":\"2.3\",\"host\":\"h\",\"rec\":\"{rec}\",\"user\":\"u\",\"term\":\"xterm\",\"session\":7,\"id\":{id},\
         \"pos\":{pos},\"time\":1000.5,\"timing\":\"{timing}\",\"in_txt\":\"\",\"in_bin\":[],\"out_txt\":\"{out}\",\"out_bin\":[]}}"
    )
}

/// The sum of the numbers behind a sign in a timing string.
fn sum(timing: &str, sign: char) -> u64 {
    let items = timing.split(sign).skip(1);
    items.map(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<u64>().unwrap()).sum()
}

fn all(bytes: &[u8]) -> Vec<(String, Imported)> {
    let options = ImportOptions::default();
    let found = RecordingSource::from_reader("f", bytes, &options).unwrap();
    let found = found.map(|source| source.unwrap());
    found.map(|source| (source.path().to_owned(), import(&source, &options).unwrap())).collect()
}

#[test]
fn text_and_bytes_take_their_places() {
    let Some(path) = corpus("made-here/tlog/tlog-12.1.json") else { return };
    let log = import_path(&path);
    assert!(log.report.findings.is_empty(), "{:?}", log.messages());
    let output = log.output(1);
    assert!(memchr::memmem::find(&output, b"bad \xff\xfe \xc3 byte\r\n").is_some());
    assert_eq!(log.report.invalid_utf8_bytes, 3);
    assert!(String::from_utf8(log.input(1)).unwrap().contains("hunter2"));
    assert_eq!(log.sizes(), [size(80, 24), size(100, 30)]);
    let meta = &log.events.meta;
    assert_eq!((meta.user.as_deref(), meta.host.as_deref()), (Some("auditee"), Some("vm")));
    assert_eq!(meta.start, Some(Timestamp(1_795_318_142_044_000_000)));
    assert!(!meta.extra.contains_key("session"), "4294967295 is no session");
    let timing = String::from_utf8(std::fs::read(&path).unwrap()).unwrap();
    let timing = timing.split("\"timing\":\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(log.report.duration.0 / 1_000_000, sum(timing, '+'));
}

#[test]
fn a_journal_holds_a_recording_among_other_things() {
    let Some(path) = corpus("tlog/journal-good.txt") else { return };
    let log = import_path(&path);
    assert!(log.report.findings.is_empty(), "{:?}", log.messages());
    assert_eq!(log.events.meta.user.as_deref(), Some("localuser1"));
    assert_eq!(log.events.meta.extra["session"], "5");
    assert_eq!(log.sizes(), [size(103, 27)]);
    // The characters that the seven timing strings take, and the last position plus its delays.
    let text = String::from_utf8(log.output(1)).unwrap();
    let export = String::from_utf8(std::fs::read(&path).unwrap()).unwrap();
    let timings: Vec<&str> = export.split("\"timing\":\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(timings.len(), 7);
    let chars: u64 = timings.iter().map(|timing| sum(timing, '>')).sum();
    assert_eq!(text.chars().count() as u64, chars);
    assert_eq!(log.report.duration.0 / 1_000_000, 20_678 + sum(timings[6], '+'));
}

#[test]
fn a_bad_timing_string_spoils_one_message() {
    let Some(path) = corpus("tlog/journal-bad-timing.txt") else { return };
    let log = import_path(&path);
    let [finding] = log.report.findings.as_slice() else { panic!("{:?}", log.messages()) };
    assert_eq!(finding.line, Some(983));
    assert!(finding.message.contains("expected one of + = < > [ ] at character 1"), "{finding}");
    assert!(String::from_utf8(log.output(1)).unwrap().ends_with("\r\nlogout\r\n"));
}

#[test]
fn several_recordings_share_a_file() {
    let file = [
        message("a", 1, 0, "=80x24>2", "a1"),
        message("b", 1, 0, "=90x20>2", "b1"),
        message("a", 2, 5, "=80x24+5>2", "a2"),
    ]
    .join("\n");
    let found = all(file.as_bytes());
    assert_eq!([&found[0].0, &found[1].0], ["f!h/a", "f!h/b"]);
    assert_eq!((found[0].1.output(1), found[1].1.output(1)), (b"a1a2".to_vec(), b"b1".to_vec()));
    assert_eq!(found[0].1.sizes(), [size(80, 24)], "a repeated window is no resize");
    assert_eq!(output_times(&found[0].1), [0.0, 0.01]);
    assert!(found.iter().all(|(_, log)| log.report.findings.is_empty()));
}

#[test]
fn messages_are_sorted_and_gaps_told() {
    let file = [
        message("a", 4, 30, ">1", "d"),
        message("a", 2, 10, ">1", "b"),
        message("a", 2, 10, ">1", "b"),
        message("a", 1, 0, ">1", "a"),
    ]
    .join("\n");
    let (_, log) = all(file.as_bytes()).remove(0);
    assert_eq!(log.output(1), b"abd");
    let messages = log.messages().join("\n");
    assert!(messages.contains("messages 3 to 3 are missing"), "{messages}");
    assert!(messages.contains("not in order") && messages.contains("message 2 is there twice"), "{messages}");
    assert!(!log.report.complete());
}

#[test]
fn the_same_message_in_every_carrier() {
    let inner = message("a", 1, 0, "=80x24>3]1/1[0/2", "żół\u{fffd}")
        .replace("\"out_bin\":[]", "\"out_bin\":[200]")
        .replace("\"in_bin\":[]", "\"in_bin\":[1,2]");
    let quoted = serde_json::to_string(&inner).unwrap();
    let bytes = format!("{:?}", inner.as_bytes());
    let mut export = b"__CURSOR=x\nPRIORITY=6\nMESSAGE\n".to_vec();
    export.extend_from_slice(&(inner.len() as u64).to_le_bytes());
    export.extend_from_slice(inner.as_bytes());
    export.extend_from_slice(b"\nTLOG_REC=a\n\n__CURSOR=y\nMESSAGE=hello\n\n");
    let carriers: Vec<Vec<u8>> = vec![
        inner.clone().into_bytes(),
        format!("Nov 22 03:28:39 vm tlog-rec-session[12]: {inner}\n").into_bytes(),
        format!("{{\"__CURSOR\":\"x\",\"MESSAGE\":{quoted},\"TLOG_REC\":\"a\"}}\n{{\"MESSAGE\":\"other\"}}\n").into_bytes(),
        format!("{{\"MESSAGE\":{bytes},\"TLOG_REC\":\"a\"}}\n").into_bytes(),
        export,
        format!("__CURSOR=x\nMESSAGE={inner}\nTLOG_REC=a\n\n").into_bytes(),
        format!("{{\n \"took\": 1,\n \"hits\": {{\n \"total\": {{\"value\": 1}}, \"hits\": [\n {{\"_id\": \"1\", \"_source\": {inner}}}\n ]\n }}\n}}\n").into_bytes(),
        format!("{{\"took\":1,\"hits\":{{\"hits\":[{{\"_source\":{{\"MESSAGE\":{quoted}}}}}]}}}}").into_bytes(),
        format!("[{{\"_source\":{inner}}}]").into_bytes(),
        format!("{{\"_index\":\"i\",\"_source\":{inner}}}\n").into_bytes(),
        serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(&inner).unwrap()).unwrap().into_bytes(),
    ];
    for carrier in carriers {
        let text = String::from_utf8_lossy(&carrier).into_owned();
        let found = all(&carrier);
        assert_eq!(found.len(), 1, "{text}");
        let log = &found[0].1;
        assert!(log.report.findings.is_empty(), "{:?} {text}", log.messages());
        assert_eq!((log.output(1), log.input(1)), ("żół".bytes().chain([200]).collect(), vec![1, 2]), "{text}");
        assert_eq!(log.events.meta.start, Some(Timestamp(1_000_500_000_000)), "{text}");
    }
}

#[test]
fn a_message_that_journalctl_left_out_is_told() {
    let first = serde_json::to_string(&message("a", 1, 0, ">1", "a")).unwrap();
    let third = serde_json::to_string(&message("a", 3, 9, ">1", "c")).unwrap();
    let file = format!(
        "{{\"MESSAGE\":{first},\"TLOG_REC\":\"a\",\"TLOG_ID\":\"1\"}}\n{{\"MESSAGE\":null,\"TLOG_REC\":\"a\",\"TLOG_ID\":\"2\",\"_HOSTNAME\":\"h\"}}\n{{\"MESSAGE\":{third},\"TLOG_REC\":\"a\"}}\n"
    );
    let (_, log) = all(file.as_bytes()).remove(0);
    assert_eq!(log.output(1), b"ac");
    let [finding] = log.report.findings.as_slice() else { panic!("{:?}", log.messages()) };
    assert!(finding.message.contains("message 2 was left out by journalctl"), "{finding}");
    assert_eq!(finding.line, Some(2));
}

#[test]
fn damaged_messages_spoil_themselves() {
    let file = format!(
        "{}\n{{\"ver\":\"2.3\",\"rec\":\"a\",\"id\":2,\"timing\n{}\n",
        message("a", 1, 0, ">1", "a"),
        message("a", 3, 9, ">1", "c")
    );
    let (_, log) = all(file.as_bytes()).remove(0);
    assert_eq!(log.output(1), b"ac");
    assert_eq!(log.report.findings.iter().map(|finding| finding.line).collect::<Vec<_>>(), [Some(2), Some(3)]);

    // The timing asks for more than there is, or for less.
    let (_, log) = all(message("a", 1, 0, ">9]1/4", "abc").as_bytes()).remove(0);
    assert_eq!((log.output(1), log.report.complete()), (b"abc".to_vec(), false));
    let (_, log) = all(message("a", 1, 0, ">1", "abc").as_bytes()).remove(0);
    assert_eq!((log.output(1), log.report.complete()), (b"abc".to_vec(), false));

    // Lone surrogates, and what is missing.
    let (_, log) = all(message("a", 1, 0, ">2", "a\\ud800").as_bytes()).remove(0);
    assert_eq!((log.output(1), log.report.complete()), ("a\u{fffd}".into(), true));
    let (_, log) =
        all(b"{\"ver\":1,\"host\":\"h\",\"rec\":\"a\",\"id\":1,\"pos\":0,\"timing\":\"=80x24>1\",\"out_txt\":\"x\"}\n")
            .remove(0);
    assert_eq!((log.output(1), log.report.complete()), (b"x".to_vec(), true));
}
