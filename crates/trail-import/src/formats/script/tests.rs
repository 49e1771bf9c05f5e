use trail_model::{SessionMeta, Size};

use super::header::{date, read, read_footer};
use super::timing::{Kind, Record, advanced, classic};

#[test]
fn headers_of_all_ages() {
    let header = |line: &str| {
        let mut meta = SessionMeta::default();
        let size = read(line.as_bytes(), &mut meta).size;
        (meta, size)
    };
    let (meta, size) = header(
        "Script started on 2026-11-22 03:28:32+00:00 [COMMAND=\"sh -c \"echo a\" b\" TERM=\"xterm\" TTY=\"/dev/pts/0\" \
         COLUMNS=\"80\" LINES=\"24\"]\n",
    );
    assert_eq!(size, Some(Size { cols: 80, rows: 24 }));
    assert_eq!(meta.command.as_deref(), Some("sh -c \"echo a\" b"));
    assert_eq!((meta.term.as_deref(), meta.tty.as_deref()), (Some("xterm"), Some("/dev/pts/0")));
    let (meta, size) = header("Script started on 2026-11-22 03:28:32+00:00 [<not executed on terminal>]\n");
    assert!(meta.start.is_some() && size.is_none());
    let (meta, _) = header("Script started on Mon 23 Jul 2018 06:49:18 AM EDT\n");
    assert_eq!((meta.start, &*meta.extra["started"]), (None, "Mon 23 Jul 2018 06:49:18 AM EDT"));
}

#[test]
fn footers_say_how_it_ended() {
    let footer = |line: &str| {
        let mut meta = SessionMeta::default();
        read_footer(line.as_bytes(), &mut meta);
        (meta.exit_status, meta.extra.get("ended").cloned())
    };
    assert_eq!(footer("\nScript done on 2026-11-22 03:28:39+00:00 [COMMAND_EXIT_CODE=\"130\"]\n"), (Some(130), None));
    let ended = Some("max output size exceeded".to_owned());
    assert_eq!(footer("\nScript done on 2026-11-22 03:28:39+00:00 [<max output size exceeded>]\n"), (None, ended));
}

#[test]
fn dates_need_a_time_zone() {
    let at = Some(1_532_342_958_000_000_000);
    assert_eq!(date("Script started on 2018-07-23 06:49:18-04:00").map(|time| time.0), at);
    assert_eq!(date("2018-07-23T10:49:18Z").map(|time| time.0), at);
    for line in ["Mon Jul 23 06:49:18 2018", "2018-07-23 06:49:18", "", "1"] {
        assert_eq!(date(line), None, "{line}");
    }
}

#[test]
fn timing_files_are_told_by_their_lines() {
    assert_eq!(Kind::of(b"0.031214 32\n0.470595 24\n0.0"), Some(Kind::Classic));
    assert_eq!(Kind::of(b"H 0.000000 START_TIME 2026-11-22 03:28:39+00:00\nO 0.1 2"), Some(Kind::Advanced));
    assert_eq!(Kind::of(b"warning: x\n0.031214 32\n0.470595 24\n"), Some(Kind::Classic));
    for text in ["", "\n", "4 0.1 32\n", "hello\n", "1\n2\n", "{\"a\":1}", "Once upon a time\n"] {
        assert_eq!(Kind::of(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn records_of_both_kinds() {
    let output = |delay, len| Some(Record::Output { delay, len });
    assert_eq!(classic(b"0.031214 32"), output(31_214_000, 32));
    assert_eq!(classic(b"6.5e-05 1"), output(65_000, 1));
    assert_eq!(classic(b"0,5 1\r"), output(500_000_000, 1));
    assert_eq!(classic(b"0.5 1 2"), None);
    assert_eq!(advanced(b"O 0.5 1"), output(500_000_000, 1));
    let header = |name: &str, value: &str| Some(Record::Header { name: name.to_owned(), value: value.to_owned() });
    assert_eq!(advanced(b"H 0.000000 COMMAND ls  -l"), header("COMMAND", "ls  -l"));
    assert_eq!(advanced(b"H 0.000000 COMMAND"), header("COMMAND", ""));
    let values = vec![("ROWS".to_owned(), "30".to_owned()), ("COLS".to_owned(), "100".to_owned())];
    let signal = Record::Signal { delay: 250_280_000, name: "WINCH".to_owned(), values };
    assert_eq!(advanced(b"S 0.250280 SIGWINCH ROWS=30 COLS=100"), Some(signal));
}
