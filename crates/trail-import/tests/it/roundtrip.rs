//! Sessions written in every format by the tests themselves, and read back.

use proptest::prelude::*;
use trail_import::{ImportOptions, RecordingSource};
use trail_model::EventKind;

use crate::support::*;

/// What happens: after so many milliseconds, this output.
type Session = Vec<(u64, String)>;

fn sessions() -> impl Strategy<Value = Session> {
    prop::collection::vec((0u64..100_000, "(\\PC|[\n\r\t\u{1b}\"\\\\]){1,12}"), 1..20)
}

/// What was read: offsets in milliseconds and output, pieces of one moment joined.
fn read(imported: &Imported, channel: u32) -> Vec<(u64, Vec<u8>)> {
    let mut read: Vec<(u64, Vec<u8>)> = Vec::new();
    for event in imported.events.events.iter().filter(|event| event.channel.0 == channel) {
        if let EventKind::Output(bytes) = &event.kind {
            let at = event.offset.0 / 1_000_000;
            match read.last_mut() {
                Some((last, joined)) if *last == at => joined.extend(bytes),
                _ => read.push((at, bytes.clone())),
            }
        }
    }
    read
}

fn expected(session: &Session) -> Vec<(u64, Vec<u8>)> {
    let mut expected: Vec<(u64, Vec<u8>)> = Vec::new();
    let mut now = 0;
    for (delay, text) in session {
        now += delay;
        match expected.last_mut() {
            Some((last, joined)) if *last == now => joined.extend(text.bytes()),
            _ => expected.push((now, text.clone().into_bytes())),
        }
    }
    expected
}

fn secs(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

fn check(imported: &Imported, session: &Session) -> Result<(), TestCaseError> {
    prop_assert!(imported.report.findings.is_empty(), "{:?}", imported.messages());
    prop_assert_eq!(read(imported, 1), expected(session));
    prop_assert_eq!(imported.report.duration.0 / 1_000_000, session.iter().map(|(delay, _)| delay).sum::<u64>());
    Ok(())
}

proptest! {
    #[test]
    fn asciicast(session in sessions()) {
        let (mut v1, mut v2, mut v3) = (Vec::new(), String::new(), String::new());
        let mut now = 0;
        for (delay, text) in &session {
            now += delay;
            let text = serde_json::to_string(text).unwrap();
            v1.push(format!("[{},{text}]", secs(*delay)));
            v2 += &format!("[{},\"o\",{text}]\n", secs(now));
            v3 += &format!("[{}, \"o\", {text}]\n", secs(*delay));
        }
        let v1 = format!("{{\"version\":1,\"width\":80,\"height\":24,\"stdout\":[{}]}}", v1.join(","));
        check(&import_bytes(v1.as_bytes()), &session)?;
        check(&import_bytes(format!("{{\"version\":2,\"width\":80,\"height\":24}}\n{v2}").as_bytes()), &session)?;
        check(&import_bytes(format!("{{\"version\":3,\"term\":{{\"cols\":80,\"rows\":24}}}}\n{v3}").as_bytes()), &session)?;
    }

    #[test]
    fn ttyrec(session in sessions()) {
        for with_channel in [false, true] {
            // Times are those of a clock: the first frame is at the start.
            let mut session = session.clone();
            session[0].0 = 0;
            let mut bytes = Vec::new();
            let mut now = 1_200_000_000_000_u64;
            for (delay, text) in &session {
                now += delay;
                for field in [(now / 1000) as u32, (now % 1000 * 1000) as u32, text.len() as u32] {
                    bytes.extend(field.to_le_bytes());
                }
                bytes.extend(with_channel.then_some(0));
                bytes.extend(text.bytes());
            }
            check(&import_bytes(&bytes), &session)?;
        }
    }

    #[test]
    fn script(session in sessions(), input in "[a-z]{1,9}") {
        let data: String = session.iter().map(|(_, text)| text.as_str()).collect();
        let header = "Script started on 2026-11-22 03:28:32+00:00 [COLUMNS=\"80\" LINES=\"24\"]\n";
        let footer = "\nScript done on 2026-11-22 03:28:39+00:00 [COMMAND_EXIT_CODE=\"0\"]\n";
        let typescript = format!("{header}{data}{footer}");
        let lines = |prefix: &str| -> String {
            session.iter().map(|(delay, text)| format!("{prefix}{} {}\n", secs(*delay), text.len())).collect()
        };
        check(&import_one(&[("x", typescript.as_bytes()), ("x.timing", lines("").as_bytes())]), &session)?;
        let timing = format!(
            "H 0.000000 OUTPUT_LOG x\nH 0.000000 INPUT_LOG y\n{}I 0.000000 {}\n", lines("O "), input.len()
        );
        let keys = format!("{header}{input}{footer}");
        let files: [(&str, &[u8]); 3] = [("x", typescript.as_bytes()), ("y", keys.as_bytes()), ("t", timing.as_bytes())];
        let script = import_one(&files);
        check(&script, &session)?;
        prop_assert_eq!(script.input(1), input.as_bytes());
    }

    #[test]
    fn sudo(session in sessions()) {
        let data: String = session.iter().map(|(_, text)| text.as_str()).collect();
        let lines: String = session.iter().map(|(delay, text)| format!("4 {} {}\n", secs(*delay), text.len())).collect();
        let log = b"1603746837:a:root::/dev/tty:24:80\n/\n/bin/sh\n";
        check(&import_one(&[("timing", lines.as_bytes()), ("ttyout", data.as_bytes()), ("log", log)]), &session)?;
    }

    #[test]
    fn tlog(session in sessions(), per_message in 1usize..5, keep in any::<u64>()) {
        let mut messages = Vec::new();
        let mut now = 0;
        for (id, part) in session.chunks(per_message).enumerate() {
            let (mut timing, mut text, mut bin) = ("=80x24".to_owned(), String::new(), Vec::new());
            let pos = now;
            for (index, (delay, output)) in part.iter().enumerate() {
                now += delay;
                timing += &format!("+{delay}");
                if keep >> index & 1 == 1 {
                    timing += &format!(">{}", output.chars().count());
                    text += output;
                } else {
                    // As if these were bytes that are not UTF-8: one place-holder for all.
                    timing += &format!("]1/{}", output.len());
                    text.push('\u{fffd}');
                    bin.extend(output.bytes());
                }
            }
            messages.push(format!(
                "{{\"ver\":\"2.3\",\"host\":\"h\",\"rec\":\"r\",\"id\":{},\"pos\":{pos},\"timing\":\"{timing}\",\
                 \"out_txt\":{},\"out_bin\":{bin:?}}}",
                id + 1,
                serde_json::to_string(&text).unwrap(),
            ));
        }
        let tlog = import_bytes(messages.join("\n").as_bytes());
        check(&tlog, &session)?;
        // Turned round, they are sorted.
        messages.reverse();
        let turned = import_bytes(messages.join("\n").as_bytes());
        prop_assert_eq!(read(&turned, 1), expected(&session));
    }

    #[test]
    fn archives_give_what_was_put_in(names in prop::collection::btree_set("[a-c]{1,2}(/[a-c]{1,2}){0,2}\\.x", 1..6)) {
        let cast = b"{\"version\":2,\"width\":80,\"height\":24}\n[1,\"o\",\"hello\"]\n";
        let mut tar = tar::Builder::new(Vec::new());
        for name in &names {
            let mut header = tar::Header::new_ustar();
            header.set_size(cast.len() as u64);
            tar.append_data(&mut header, name, &cast[..]).unwrap();
        }
        let tar = tar.into_inner().unwrap();
        let options = ImportOptions::default();
        let found: Result<Vec<_>, _> = RecordingSource::from_reader("f", &tar[..], &options).unwrap().collect();
        let paths: std::collections::BTreeSet<String> =
            found.unwrap().iter().map(|source| source.path().trim_start_matches("f!").to_owned()).collect();
        prop_assert_eq!(paths, names);
    }
}
