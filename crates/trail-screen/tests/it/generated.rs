//! Generated streams: ours and alacritty's screen after every step.

use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::term::TermMode;
use proptest::prelude::*;
use trail_model::Size;
use trail_screen::Terminal;

use crate::reference::{Reference, differences};
use crate::streams::{Op, config, streams};

/// Steps at which this screen departs from alacritty on purpose (the crate's documentation says why): left out.
fn departs(op: &Op, ours: &Terminal, theirs: &Reference) -> bool {
    let Op::Csi(last, "", params) = op else { return false };
    let count = params.first().copied().unwrap_or(0).max(1);
    let point = theirs.term.grid().cursor.point;
    let origin = theirs.term.mode().contains(TermMode::ORIGIN);
    let rows = ours.size().rows;
    match last {
        // Margins stop vertical movement; alacritty's do not, and it counts them twice in origin mode.
        b'A' | b'B' | b'E' | b'F' => origin || ours.margins() != (0, rows),
        b'G' => origin,
        // alacritty erases cells left of the cursor too.
        b'P' => usize::from(count) > theirs.term.columns() - point.column.0,
        // alacritty leaves the first row standing.
        b'J' => params[0] == 1 && point.line.0 == 1,
        // alacritty takes a region below the screen.
        b'r' => params[0].max(1) > rows,
        _ => false,
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn screens_equal_alacritty_after_every_step((size, ops) in streams(false)) {
        compare(size, &ops)?;
    }

    #[test]
    fn resized_screens_equal_alacritty_after_every_step((size, ops) in streams(true)) {
        compare(size, &ops)?;
    }
}

fn compare(size: Size, ops: &[Op]) -> Result<(), TestCaseError> {
    let mut ours = Terminal::new(size);
    let mut theirs = Reference::new(size);
    for (index, op) in ops.iter().enumerate() {
        if departs(op, &ours, &theirs) {
            continue;
        }
        if let Op::Resize(size) = op {
            ours.resize(*size);
            theirs.resize(*size);
        } else {
            ours.feed(&op.bytes());
            theirs.feed(&op.bytes());
        }
        let found = differences(&ours, &theirs, true);
        prop_assert!(found.is_empty(), "after step {index}, {op:?}:\n{found}");
    }
    Ok(())
}

#[test]
fn every_character_takes_the_same_cells() {
    let size = Size { cols: 7, rows: 40 };
    let mut chars = (' '..='\u{3ffff}').chain('\u{e0000}'..='\u{e0fff}').peekable();
    while chars.peek().is_some() {
        let mut ours = Terminal::new(size);
        let mut theirs = Reference::new(size);
        let mut text = String::new();
        for (index, c) in chars.by_ref().take(2000).enumerate() {
            // In the middle of a row, or at its end.
            let before = if index % 2 == 0 { "a" } else { "abcdef" };
            text.extend([before, &String::from(c), "b\r\n"]);
        }
        ours.feed(text.as_bytes());
        theirs.feed(text.as_bytes());
        let found = differences(&ours, &theirs, true);
        assert!(found.is_empty(), "{found}");
    }
}
