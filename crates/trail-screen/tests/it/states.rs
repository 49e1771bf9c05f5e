//! Saved states, pieces, damage, dumps and lines: that they all say the same.

use std::collections::HashMap;

use alacritty_terminal::grid::Dimensions;
use proptest::prelude::*;
use trail_model::Size;
use trail_screen::{Damage, LoadError, RowId, Terminal};

use crate::corpus::{self, Step};
use crate::reference::{Reference, visible_differences};
use crate::streams::{Op, config, streams};

fn saved(terminal: &Terminal) -> Vec<u8> {
    let mut out = Vec::new();
    terminal.save(&mut out);
    out
}

fn load(bytes: &[u8]) -> Terminal {
    Terminal::load(bytes).expect("a saved state")
}

fn apply(terminal: &mut Terminal, op: &Op) {
    match op {
        Op::Resize(size) => terminal.resize(*size),
        op => terminal.feed(&op.bytes()),
    }
}

/// Row texts, by reading everything.
fn texts(terminal: &Terminal) -> Vec<String> {
    (0..usize::from(terminal.size().rows))
        .map(|row| {
            let mut text = String::new();
            terminal.row(row).append_text(&mut text);
            text
        })
        .collect()
}

/// Row texts, by reading what the damage names and remembering the rest by id.
#[derive(Default)]
struct Follower {
    damage: Damage,
    known: HashMap<RowId, String>,
}

impl Follower {
    fn texts(&mut self, terminal: &mut Terminal) -> Vec<String> {
        terminal.take_damage(&mut self.damage);
        for &row in &self.damage.rows {
            let view = terminal.row(row.into());
            let mut text = String::new();
            view.append_text(&mut text);
            self.known.insert(view.id(), text);
        }
        (0..usize::from(terminal.size().rows)).map(|row| self.known[&terminal.row(row).id()].clone()).collect()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn pieces_make_no_difference((size, ops) in streams(false), lens in proptest::collection::vec(1..7usize, 1..9)) {
        let bytes: Vec<u8> = ops.iter().flat_map(Op::bytes).collect();
        let mut whole = Terminal::new(size);
        whole.feed(&bytes);
        let mut pieces = Terminal::new(size);
        let mut rest = &bytes[..];
        for len in lens.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, after) = rest.split_at((*len).min(rest.len()));
            pieces.feed(piece);
            rest = after;
        }
        prop_assert_eq!(saved(&whole), saved(&pieces));
    }

    /// A state loaded at any byte continues as the one it was saved from.
    #[test]
    fn loaded_states_continue_alike((size, ops) in streams(true), at in any::<proptest::sample::Index>(), byte in 0..8usize) {
        let at = at.index(ops.len());
        let mut original = Terminal::new(size);
        for op in &ops[..at] {
            apply(&mut original, op);
        }
        // In the middle of a step, too.
        let bytes = ops[at].bytes();
        let split = byte.min(bytes.len());
        original.feed(&bytes[..split]);
        let state = saved(&original);
        let mut loaded = load(&state);
        prop_assert_eq!(&saved(&loaded), &state);
        prop_assert_eq!(texts(&loaded), texts(&original));
        original.feed(&bytes[split..]);
        loaded.feed(&bytes[split..]);
        for op in &ops[at..] {
            apply(&mut original, op);
            apply(&mut loaded, op);
            prop_assert_eq!(saved(&loaded), saved(&original), "after {:?}", op);
        }
    }

    /// Damage names every row whose text changed.
    #[test]
    fn damage_is_complete((size, ops) in streams(true)) {
        let mut terminal = Terminal::new(size);
        let mut follower = Follower::default();
        for op in &ops {
            apply(&mut terminal, op);
            let followed = follower.texts(&mut terminal);
            prop_assert_eq!(followed, texts(&terminal), "after {:?}", op);
        }
    }

    /// Nothing is reported where nothing happened.
    #[test]
    fn damage_is_taken_once((size, ops) in streams(true)) {
        let mut terminal = Terminal::new(size);
        let mut damage = Damage::new();
        for op in &ops {
            apply(&mut terminal, op);
            terminal.take_damage(&mut damage);
            terminal.take_damage(&mut damage);
            prop_assert!(damage.is_empty(), "{:?} after {:?}", damage, op);
        }
    }

    /// A dump shows the same on another emulator.
    #[test]
    fn dumps_redraw((size, ops) in streams(true)) {
        let mut terminal = Terminal::new(size);
        for op in &ops {
            apply(&mut terminal, op);
        }
        let mut dump = Vec::new();
        terminal.dump(&mut dump);
        let mut theirs = Reference::new(terminal.size());
        theirs.feed(&dump);
        let found = visible_differences(&terminal, &theirs);
        prop_assert!(found.is_empty(), "{found}");
        // And here.
        let mut again = Terminal::new(terminal.size());
        again.feed(&dump);
        let mut redumped = Vec::new();
        again.dump(&mut redumped);
        prop_assert_eq!(dump, redumped);
    }

    /// Lines cover the rows once each, and their text is where they say.
    #[test]
    fn lines_are_made_of_rows((size, ops) in streams(true)) {
        let mut terminal = Terminal::new(size);
        for op in &ops {
            apply(&mut terminal, op);
        }
        let mut next = None;
        let mut result = Ok(());
        terminal.logical_lines(|line| {
            if result.is_ok() {
                result = check_line(&terminal, line, &mut next);
            }
        });
        result?;
        prop_assert_eq!(next, Some(i32::from(terminal.size().rows)));
    }

    /// Whatever the bytes: no panic, and states that load.
    #[test]
    fn f12_random_bytes_do_no_harm(
        bytes in proptest::collection::vec(prop_oneof![3 => any::<u8>(), 2 => proptest::sample::select(&b"\x1b[];?0123456789:HJKmhlrST@PXLMb\n\r\x9b\xc2\xe4\xf0"[..])], 0..600),
        cols in 1..9u16,
        rows in 1..5u16,
    ) {
        let mut terminal = Terminal::new(Size { cols, rows });
        terminal.feed(&bytes);
        let mut cut = Terminal::new(Size { cols, rows });
        let mut at = 0;
        while at < bytes.len() {
            at += cut.feed_until_cut(&bytes[at..]);
            cut.cut();
        }
        let state = saved(&terminal);
        prop_assert_eq!(&saved(&cut), &state);
        prop_assert_eq!(&saved(&load(&state)), &state);
        terminal.resize(Size { cols: rows, rows: cols });
        prop_assert_eq!(&saved(&load(&saved(&terminal))), &saved(&terminal));
    }

    /// Damaged states are refused or make a terminal that works; never a panic.
    #[test]
    fn f12_damaged_states_do_no_harm(
        (size, ops) in streams(true),
        edits in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<proptest::sample::Index>(),
    ) {
        let mut terminal = Terminal::new(size);
        for op in &ops {
            apply(&mut terminal, op);
        }
        let state = saved(&terminal);
        let mut damaged = state.clone();
        for (at, value) in edits {
            let at = at.index(damaged.len());
            damaged[at] = value;
        }
        if let Ok(mut loaded) = Terminal::load(&damaged) {
            for op in &ops {
                apply(&mut loaded, op);
            }
            let mut dump = Vec::new();
            loaded.dump(&mut dump);
            texts(&loaded);
            loaded.logical_lines(|line| {
                line.above_len();
            });
        }
        let short = cut.index(state.len());
        prop_assert!(Terminal::load(&state[..short]).is_err());
    }
}

fn check_line(
    terminal: &Terminal,
    line: trail_screen::LogicalLine<'_>,
    next: &mut Option<i32>,
) -> Result<(), TestCaseError> {
    if let Some(next) = *next {
        prop_assert_eq!(line.first_row(), next);
    } else {
        prop_assert!(line.first_row() <= 0);
        prop_assert!(line.first_row() + line.rows() as i32 > 0);
    }
    *next = Some(line.first_row() + line.rows() as i32);
    prop_assert_eq!(line.id(), terminal.row_at(line.first_row()).expect("a row").id());
    let text = line.text();
    prop_assert!(!text.ends_with(' '));
    let mut above = 0;
    for (offset, character) in text.char_indices() {
        let position = line.position(offset).expect("a place");
        let view = terminal.row_at(position.row).expect("a row");
        let cell = view.cell(position.column.into());
        prop_assert!(cell.character == character || cell.combining.contains(&character));
        if position.row < 0 {
            above = offset + character.len_utf8();
        }
        let mut rects = Vec::new();
        let is_above = line.append_rects(offset..offset + character.len_utf8(), &mut rects);
        prop_assert_eq!(is_above, position.row < 0);
        if !is_above {
            prop_assert_eq!(rects.len(), 1);
            prop_assert_eq!((i32::from(rects[0].row), rects[0].column), (position.row, position.column));
        }
    }
    prop_assert_eq!(line.above_len(), above);
    Ok(())
}

#[test]
fn recordings_continue_from_saved_states() {
    for recording in corpus::recordings() {
        let mut original = Terminal::new(recording.size);
        let mut loaded = Terminal::new(recording.size);
        let mut follower = Follower::default();
        let mut state_len = 0;
        // A state at every event would take an hour; one at a byte of every 97th is a different byte in each.
        for (index, step) in recording.steps.iter().enumerate() {
            match step {
                Step::Output(bytes) => {
                    let split = if index % 97 == 0 { index * 31 % (bytes.len() + 1) } else { 0 };
                    original.feed(&bytes[..split]);
                    loaded.feed(&bytes[..split]);
                    if index % 97 == 0 {
                        let state = saved(&original);
                        assert_eq!(saved(&loaded), state, "{}, event {index}", recording.name);
                        loaded = load(&state);
                        assert_eq!(saved(&loaded), state, "{}, event {index}", recording.name);
                        state_len = state.len();
                    }
                    original.feed(&bytes[split..]);
                    loaded.feed(&bytes[split..]);
                }
                Step::Resize(size) => {
                    original.resize(*size);
                    loaded.resize(*size);
                }
            }
            if index % 7 == 0 {
                assert_eq!(follower.texts(&mut original), texts(&original), "{}, event {index}", recording.name);
            }
        }
        assert_eq!(saved(&loaded), saved(&original), "{}", recording.name);
        println!("{}: last state {state_len} bytes", recording.name);
    }
}

#[test]
fn states_of_other_versions_are_refused() {
    let mut state = saved(&Terminal::new(Size::DEFAULT));
    state[0] += 1;
    assert_eq!(Terminal::load(&state).err(), Some(LoadError::Version { found: state[0] }));
    assert_eq!(Terminal::load(&[]).err(), Some(LoadError::Truncated { at: 0 }));
}

#[test]
fn a_long_sequence_is_abandoned_and_bounds_the_state() {
    let mut terminal = Terminal::new(Size::DEFAULT);
    terminal.feed(b"\x1b]2;");
    for _ in 0..1000 {
        terminal.feed(&[b'x'; 1000]);
    }
    assert!(saved(&terminal).len() < 1000);
    terminal.feed(b"\x07after");
    assert_eq!(terminal.title(), "");
    assert_eq!(texts(&terminal)[0], "after");
}

#[test]
fn history_is_kept_to_its_limit() {
    let mut terminal = Terminal::new(Size::DEFAULT);
    for line in 0..3000 {
        terminal.feed(format!("line {line}\r\n").as_bytes());
    }
    assert_eq!(terminal.history_len(), trail_screen::HISTORY_ROWS);
    let reference = Reference::new(Size::DEFAULT);
    assert_eq!(reference.term.history_size(), 0);
    let state = saved(&terminal);
    assert_eq!(saved(&load(&state)), state);
}
