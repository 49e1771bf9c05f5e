//! Where this screen departs from alacritty on purpose: what it does instead. The crate's documentation says why.

use trail_model::Size;
use trail_screen::{Attributes, Modes, Terminal, Underline};

fn screen(bytes: &str) -> Terminal {
    let mut terminal = Terminal::new(Size { cols: 8, rows: 4 });
    terminal.feed(bytes.as_bytes());
    terminal
}

fn rows(terminal: &Terminal) -> Vec<String> {
    (0..4)
        .map(|row| {
            let mut text = String::new();
            terminal.row(row).append_text(&mut text);
            text
        })
        .collect()
}

fn cursor(terminal: &Terminal) -> (u16, u16) {
    (terminal.cursor().row, terminal.cursor().column)
}

#[test]
fn synchronized_output_is_seen_at_once() {
    assert_eq!(rows(&screen("\x1b[?2026hnow"))[0], "now");
}

#[test]
fn tabs_move_and_leave_nothing() {
    let terminal = screen("a\tb");
    assert!(terminal.row(0).cells().all(|cell| cell.character != '\t'));
    assert_eq!(rows(&terminal)[0], "a      b");
}

#[test]
fn vertical_movement_stops_at_margins() {
    assert_eq!(cursor(&screen("\x1b[2;3r\x1b[3;1H\x1b[9A")), (1, 0));
    assert_eq!(cursor(&screen("\x1b[2;3r\x1b[2;1H\x1b[9B")), (2, 0));
    assert_eq!(cursor(&screen("\x1b[2;3r\x1b[4;1H\x1b[9B")), (3, 0));
    assert_eq!(cursor(&screen("\x1b[3;4r\x1b[2;1H\x1b[9A")), (0, 0));
}

#[test]
fn origin_mode_counts_margins_once() {
    assert_eq!(cursor(&screen("\x1b[2;4r\x1b[?6h\x1b[2;1H\x1b[A")), (1, 0));
    assert_eq!(cursor(&screen("\x1b[2;4r\x1b[?6h\x1b[2;1H\x1b[5G")), (2, 4));
    // Leaving it goes home, as entering does.
    assert_eq!(cursor(&screen("\x1b[2;4r\x1b[?6h\x1b[2;1H\x1b[?6l")), (0, 0));
}

#[test]
fn erasing_before_the_cursor_includes_the_first_row() {
    assert_eq!(rows(&screen("one\r\ntwo\x1b[1J")), ["", "", "", ""]);
}

#[test]
fn deleting_characters_leaves_those_before_the_cursor() {
    assert_eq!(rows(&screen("abcdefgh\x1b[1;5H\x1b[7P"))[0], "abcd");
}

#[test]
fn new_line_mode_returns_the_carriage() {
    assert_eq!(rows(&screen("\x1b[20ha\nb"))[..2], ["a", "b"]);
    assert!(screen("\x1b[20h").modes().contains(Modes::NEW_LINE));
}

#[test]
fn older_alternate_screens_share_the_cursor() {
    let terminal = screen("ab\x1b[?47hcd");
    assert!(terminal.is_alternate());
    assert_eq!(rows(&terminal)[0], "  cd");
    let terminal = screen("ab\x1b[?47hcd\x1b[?47lef");
    assert_eq!(rows(&terminal)[0], "ab  ef");
    // 47 keeps what was on it, 1047 does not.
    assert_eq!(rows(&screen("\x1b[?47hx\x1b[?47l\x1b[?47h"))[0], "x");
    assert_eq!(rows(&screen("\x1b[?1047hx\x1b[?1047l\x1b[?1047h"))[0], "");
    assert_eq!(cursor(&screen("ab\x1b[?1048h\x1b[3;3H\x1b[?1048l")), (0, 2));
}

#[test]
fn soft_reset_resets_modes_and_keeps_the_screen() {
    let terminal = screen("kept\x1b[1;4m\x1b[2;3r\x1b[4h\x1b[?25l\x1b[!p");
    assert_eq!(rows(&terminal)[0], "kept");
    assert_eq!(terminal.margins(), (0, 4));
    assert_eq!(terminal.pen(), Attributes::default());
    assert!(!terminal.modes().contains(Modes::INSERT));
    assert!(terminal.cursor().visible);
}

#[test]
fn sgr_21_is_a_double_underline_and_blinking_is_kept() {
    let pen = screen("\x1b[1;5;21m").pen();
    assert!(pen.bold && pen.blink);
    assert_eq!(pen.underline, Underline::Double);
}

#[test]
fn titles_keep_their_semicolons() {
    let title = ";".repeat(40);
    assert_eq!(screen(&format!("\x1b]2;a{title}b\x07")).title(), format!("a{title}b"));
}

#[test]
fn a_string_is_not_ended_by_a_byte_of_a_character() {
    // U+571C is E5 9C 9C, and 9C alone was the 8-bit string terminator.
    assert_eq!(rows(&screen("\x1bP\u{571c}hidden\x1b\\shown"))[0], "shown");
}

#[test]
fn marks_of_shell_integration_are_kept() {
    let mut terminal = screen("\x1b]133;A\x07$ \x1b]133;B\x07ls\r\n\x1b]133;C\x07out\r\n\x1b]133;D;3\x07");
    let marks = *terminal.marks();
    assert_eq!((marks.prompt_starts, marks.prompt_ends, marks.output_starts, marks.command_ends), (1, 1, 1, 1));
    assert_eq!(marks.exit_status, Some(3));
    let end = marks.prompt_end.expect("a place");
    assert_eq!((terminal.find_row(end.row), end.column), (Some(0), 2));
    let mut state = Vec::new();
    terminal.save(&mut state);
    let loaded = Terminal::load(&state).expect("a state");
    let loaded_end = loaded.marks().prompt_end.expect("a place");
    assert_eq!((loaded.find_row(loaded_end.row), loaded_end.column), (Some(0), 2));
    // A place goes with its row.
    terminal.feed(b"\x1bc");
    assert_eq!(terminal.find_row(end.row), None);
}
