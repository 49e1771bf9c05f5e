//! Expected screens published beside recordings: alacritty's, pyte's and the NetHack Learning Environment's.

use std::fs;
use std::path::Path;

use serde_json::Value;
use trail_model::Size;
use trail_screen::{Color, Terminal};

use crate::corpus;

/// The screen, each row without blanks at its end.
fn screen(terminal: &Terminal) -> Vec<String> {
    let rows = usize::from(terminal.size().rows);
    (0..rows)
        .map(|row| {
            let mut text = String::new();
            terminal.row(row).append_text(&mut text);
            text.trim_end().to_owned()
        })
        .collect()
}

fn trimmed(lines: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<String> {
    lines.into_iter().map(|line| line.as_ref().trim_end().to_owned()).collect()
}

/// A colour as serde writes alacritty's.
fn alacritty_color(value: &Value) -> Color {
    const NAMES: [&str; 16] = [
        "Black",
        "Red",
        "Green",
        "Yellow",
        "Blue",
        "Magenta",
        "Cyan",
        "White",
        "BrightBlack",
        "BrightRed",
        "BrightGreen",
        "BrightYellow",
        "BrightBlue",
        "BrightMagenta",
        "BrightCyan",
        "BrightWhite",
    ];
    if let Some(name) = value["Named"].as_str() {
        return NAMES
            .iter()
            .position(|known| *known == name)
            .map_or(Color::Default, |index| Color::Indexed(index as u8));
    }
    if let Some(index) = value["Indexed"].as_u64() {
        return Color::Indexed(index as u8);
    }
    let part = |name: &str| value["Spec"][name].as_u64().expect("a component") as u8;
    Color::Rgb(part("r"), part("g"), part("b"))
}

#[test]
fn alacritty_reference_grids() {
    let Some(root) = corpus::root() else { return };
    let mut failed = Vec::new();
    for folder in fs::read_dir(root.join("raw-vt-with-expected")).expect("folder").flatten() {
        let recording = folder.path().join("alacritty.recording");
        let Some(size) = corpus::alacritty_size(&recording) else { continue };
        let grid: Value = serde_json::from_slice(&fs::read(recording.with_file_name("grid.json")).unwrap()).unwrap();
        let mut terminal = Terminal::new(size);
        terminal.feed(&corpus::bytes(&recording));
        let rows = grid["raw"]["inner"].as_array().expect("rows");
        for (below, expected) in rows.iter().enumerate().take(size.rows.into()) {
            let row = usize::from(size.rows) - 1 - below;
            for (col, expected) in expected["inner"].as_array().expect("cells").iter().enumerate() {
                let cell = terminal.row(row).cell(col);
                let character = expected["c"].as_str().and_then(|c| c.chars().next()).expect("a character");
                let marks: Vec<char> = expected["extra"]["zerowidth"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|mark| mark.as_str()?.chars().next())
                    .collect();
                let character = if character == '\t' { ' ' } else { character };
                let colors = (alacritty_color(&expected["fg"]), alacritty_color(&expected["bg"]));
                let ours = (cell.character, cell.combining, (cell.attributes.fg, cell.attributes.bg));
                let theirs = (character, &marks[..], colors);
                if ours != theirs {
                    failed.push(format!(
                        "{}, row {row}, column {col}: {ours:?}, expected {theirs:?}",
                        folder.file_name().display()
                    ));
                }
            }
        }
    }
    assert!(failed.is_empty(), "{} cells differ\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn pyte_screens() {
    let Some(root) = corpus::root() else { return };
    for name in ["vi", "htop", "cat-gpl3"] {
        let folder = root.join("raw-vt-with-expected");
        let expected = fs::read(folder.join(format!("pyte-{name}.output.json"))).unwrap();
        let expected: Vec<String> = serde_json::from_slice(&expected).unwrap();
        let mut terminal = Terminal::new(Size::DEFAULT);
        terminal.feed(&corpus::bytes(&folder.join(format!("pyte-{name}.input"))));
        assert_eq!(screen(&terminal), trimmed(expected), "{name}");
    }
}

/// Frames of NetHack: what a terminal of another make showed after this many frames.
#[test]
fn nethack_frames() {
    let Some(root) = corpus::root() else { return };
    let cases = [
        ("2009-02-05.10_33_51", "frame.10.txt", 80, Some(10)),
        // Recorded on a wider terminal than its lines need.
        ("2017-07-28.18_44_17", "frame.10.txt", 120, Some(10)),
        ("2020-10-03.17_27_10", "finalframe.txt", 80, None),
    ];
    for (name, expected, cols, frames) in cases {
        let folder = root.join("ttyrec");
        let frames_of = corpus::ttyrec(&corpus::bytes(&folder.join(format!("{name}.ttyrec.bz2"))), false);
        let mut terminal = Terminal::new(Size { cols, rows: 24 });
        for frame in frames_of.iter().take(frames.unwrap_or(usize::MAX)) {
            terminal.feed(&plain_graphics(frame));
        }
        let expected = fs::read(folder.join(format!("{name}.{expected}"))).unwrap();
        let expected = String::from_utf8_lossy(&expected).into_owned();
        let mut lines = trimmed(expected.lines());
        lines.resize(24, String::new());
        let ours: Vec<String> = screen(&terminal).iter().map(|line| line.chars().map(plain_line).collect()).collect();
        assert_eq!(ours, lines, "{name}");
    }
    nethack_colors(&root);
}

/// Code page 437's lines as the expected screens have them. The other recordings have no such bytes.
fn plain_graphics(frame: &[u8]) -> Vec<u8> {
    let plain = |byte: u8| match byte {
        0xb3 | 0xfe => b'|',
        0xc4 | 0xda | 0xbf | 0xc0 | 0xd9 => b'-',
        0xfa => b'.',
        other => other,
    };
    frame.iter().map(|byte| plain(*byte)).collect()
}

/// DEC special graphics the same way.
fn plain_line(c: char) -> char {
    match c {
        '│' | '├' | '┤' => '|',
        '\u{2500}'..='\u{257f}' => '-',
        '·' => '.',
        other => other,
    }
}

fn nethack_colors(root: &Path) {
    let name = "2020-10-03.17_27_10";
    let folder = root.join("ttyrec");
    let mut terminal = Terminal::new(Size::DEFAULT);
    for frame in corpus::ttyrec(&corpus::bytes(&folder.join(format!("{name}.ttyrec.bz2"))), false) {
        terminal.feed(&frame);
    }
    let expected = fs::read_to_string(folder.join(format!("{name}.finalframe.colors.txt"))).unwrap();
    for (row, line) in expected.lines().enumerate() {
        for (col, expected) in line.split(',').enumerate() {
            // 7 for what is not blank, 16 for inverse; that terminal kept no other colours.
            let cell = terminal.row(row).cell(col);
            let ours = if cell.character == ' ' { 0 } else { 7 } + if cell.attributes.inverse { 16 } else { 0 };
            assert_eq!(ours.to_string(), expected, "row {row}, column {col}: {cell:?}");
        }
    }
}
