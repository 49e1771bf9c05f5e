use serde_json::json;
use trail_model::{SessionMeta, Size};

use super::event::{RawEvent, mend, parse_size, time_of};
use super::header;

#[test]
fn times_of_damaged_events_are_read() {
    assert_eq!(time_of(b"[1.5, \"o\", tru"), Some(1.5));
    assert_eq!(time_of(b" [2]"), Some(2.0));
    for line in ["lol!", "[\"x\",", "[", ""] {
        assert_eq!(time_of(line.as_bytes()), None, "{line}");
    }
}

/// Lines that are read as `serde_json` reads them, quickly or not at all.
#[test]
fn the_quick_way_reads_what_the_long_way_reads() {
    let check = |line: &[u8]| {
        let quick = RawEvent::quick(line);
        if let Some(quick) = &quick {
            assert_eq!(serde_json::from_slice::<RawEvent<'_>>(line).ok().as_ref(), Some(quick), "{line:?}");
        }
        quick.is_some()
    };
    for line in [
        r#"[1.5,"o","plain"]"#,
        r#" [ 2 , "o" , "\u001b[1m\"\\\/\b\f\n\r\t\u00e9\u20ac" ] "#,
        "[0.000001, \"i\", \"raw \u{7f} \u{1f4a9} \t\"]",
        r#"[1e3,"r","80x24"]"#,
    ] {
        assert!(check(line.as_bytes()), "{line}");
    }
    assert!(check(b"[1,\"o\",\"not \xff UTF-8\"]"));
    // What is left to the long way: pairs, damage, more or fewer values than three.
    for line in [
        r#"[1,"o","\ud83d\udca9"]"#,
        r#"[1,"o","\ud83d"]"#,
        r#"[1,"o","\x"]"#,
        r#"[1,"o","\u00+1"]"#,
        r#"[1,"o","a","b"]"#,
        r#"[1,"o"]"#,
        r#"[1,"o","a"] x"#,
        r#"[1,"o","a"#,
        r#"[1,"\u006f","a"]"#,
        r#"["1","o","a"]"#,
        "[]",
        "",
    ] {
        assert!(!check(line.as_bytes()), "{line}");
    }
    // Any byte in any place.
    for line in [&br#"[1.25,"o","a\u0041\n\"b"]"#[..], br#"[1.25,"o","\u0041 of eight or more\n\u20ac\"b\\"]"#] {
        for at in 0..line.len() {
            for byte in 0..=255 {
                let mut changed = line.to_vec();
                changed[at] = byte;
                check(&changed);
            }
        }
    }
    // Stretches of every length between escapes.
    for (before, between) in (0..20).flat_map(|before| (0..20).map(move |between| (before, between))) {
        let line = format!(r#"[1,"o","{}\u001b{}\n€{}"]"#, "x".repeat(before), "y".repeat(between), "z".repeat(before));
        assert!(check(line.as_bytes()), "{line}");
    }
    for number in [
        "0.1",
        "0.000001",
        "123456.789012",
        "99999999.999999",
        "123456789.123456",
        "1234567890.123456",
        "0.12345678901234",
        "0.3",
        "2.675",
        "1.1",
        "4503599627370.49",
        "00.5",
        "01.5",
        "1.",
        ".5",
        "1.2.3",
        "-1.5",
        "1.5e3",
        "0.0",
        "1.-5",
    ] {
        let is_number = serde_json::from_str::<f64>(number).is_ok();
        assert_eq!(check(format!(r#"[{number},"o","a"]"#).as_bytes()), is_number, "{number}");
    }
}

#[test]
fn cut_events_are_mended_at_the_last_whole_character() {
    let check = |line: &str, expected: Option<&str>| {
        let mended = mend(line.as_bytes()).map(|line| {
            let event: RawEvent<'_> = serde_json::from_slice(&line).unwrap();
            String::from_utf8(event.data.0.into_owned()).unwrap()
        });
        assert_eq!(mended.as_deref(), expected, "{line}");
    };
    check("[1,\"o\",\"abc", Some("abc"));
    check("[1,\"o\",\"abc\\", Some("abc"));
    check("[1,\"o\",\"abc\\u00", Some("abc"));
    check("[1,\"o\",\"abc\\ud83d\\udc", Some("abc"));
    check("[1,\"o\",\"abc\"", Some("abc"));
    check("[1,\"o\",\"", None);
    check("[1,\"o", None);
}

#[test]
fn sizes_are_columns_by_rows() {
    assert_eq!(parse_size(b"80x24"), Some(Size { cols: 80, rows: 24 }));
    for text in ["80", "80x", "x24", "0x24", "-1x0", "80x24x1", "99999x1", ""] {
        assert_eq!(parse_size(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn headers_say_their_size_in_several_ways() {
    let check = |header: serde_json::Value, expected: Option<(u16, u16)>, noted: bool| {
        let found = header::size(header.as_object().unwrap());
        assert_eq!(found.size, expected.map(|(cols, rows)| Size { cols, rows }), "{header}");
        assert_eq!(found.note.is_some(), noted, "{header}");
    };
    check(json!({"width": 80, "height": 24}), Some((80, 24)), false);
    check(json!({"term": {"cols": 80, "rows": 24}}), Some((80, 24)), false);
    check(json!({"cols": 80, "rows": 24}), Some((80, 24)), false);
    check(json!({"col": 22, "row": 150}), Some((150, 22)), true);
    check(json!({"width": 10, "height": 100}), Some((10, 100)), false);
    check(json!({"width": 80}), None, true);
    check(json!({"width": 80.5, "height": 24}), None, true);
    check(json!({}), None, true);
}

#[test]
fn metadata_is_taken_by_its_names() {
    let header = json!({
        "version": 2, "width": 80, "height": 24, "timestamp": 1.5, "idle_time_limit": -1, "duration": 3.5,
        "env": {"USER": "ada", "HOSTNAME": "", "N": 1}, "title": 5
    });
    let mut meta = SessionMeta::default();
    header::fill_meta(header.as_object().unwrap(), &mut meta);
    assert_eq!(meta.start.map(|start| start.0), Some(1_500_000_000));
    assert_eq!((meta.user.as_deref(), meta.host, meta.idle_limit_ns), (Some("ada"), None, None));
    assert_eq!((&*meta.env["N"], &*meta.extra["duration"], &*meta.extra["title"]), ("1", "3.5", "5"));
    assert_eq!(meta.title, None);
}
