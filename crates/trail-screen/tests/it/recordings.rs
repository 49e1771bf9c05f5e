//! Real recordings: ours and alacritty's screen after every event.

use trail_screen::Terminal;

use crate::corpus::{self, Recording, Step};
use crate::reference::{Reference, differences};

/// Recordings on which the two differ, with the first difference's kind and the reason.
const EXPLAINED: &str = include_str!("explained.txt");

/// The reason for differing on this recording, if it is listed.
fn explanation(name: &str) -> Option<&'static str> {
    EXPLAINED
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(": "))
        .find(|(file, _)| name.ends_with(file))
        .map(|(_, reason)| reason)
}

#[test]
fn screens_equal_alacritty_at_many_events() {
    compare_recordings(400);
}

#[test]
#[ignore = "takes minutes: cell by cell after a hundred thousand events"]
fn screens_equal_alacritty_after_every_event() {
    compare_recordings(usize::MAX);
}

/// Compares after about `most` events of each recording, evenly spread, and after the last.
fn compare_recordings(most: usize) {
    let mut failed = Vec::new();
    let mut events = 0;
    let recordings = corpus::recordings();
    for recording in &recordings {
        let mut ours = Terminal::new(recording.size);
        let mut theirs = Reference::new(recording.size);
        let mut difference = None;
        for (index, step) in recording.steps.iter().enumerate() {
            match step {
                Step::Output(bytes) => {
                    ours.feed(bytes);
                    theirs.feed(bytes);
                }
                Step::Resize(size) => {
                    ours.resize(*size);
                    theirs.resize(*size);
                }
            }
            events += 1;
            let last = index + 1 == recording.steps.len();
            let stride = recording.steps.len().div_ceil(most);
            if index % stride != 0 && !last {
                continue;
            }
            let history = last || index % 64 == 0 || matches!(step, Step::Resize(_));
            let found = differences(&ours, &theirs, history);
            if !found.is_empty() {
                difference = Some(format!("{} event {index}: {}", recording.name, first_difference(recording, index)));
                break;
            }
        }
        match (difference, explanation(&recording.name)) {
            (Some(difference), None) => failed.push(difference),
            (None, Some(reason)) => failed.push(format!("{}: equal, but listed: {reason}", recording.name)),
            _ => {}
        }
    }
    println!("{} recordings, {events} events", recordings.len());
    assert!(failed.is_empty(), "{} recordings differ\n{}", failed.len(), failed.join("\n"));
}

/// Replays up to an event, and that one byte by byte; says where the screens part.
fn first_difference(recording: &Recording, event: usize) -> String {
    let mut ours = Terminal::new(recording.size);
    let mut theirs = Reference::new(recording.size);
    for (index, step) in recording.steps[..=event].iter().enumerate() {
        match step {
            Step::Output(bytes) if index < event => {
                ours.feed(bytes);
                theirs.feed(bytes);
            }
            Step::Output(bytes) => {
                for (at, byte) in bytes.iter().enumerate() {
                    ours.feed(&[*byte]);
                    theirs.feed(&[*byte]);
                    let found = differences(&ours, &theirs, false);
                    if !found.is_empty() {
                        let around = String::from_utf8_lossy(&bytes[at.saturating_sub(60)..=at]);
                        return format!("byte {at}, after {around:?}:\n{found}");
                    }
                }
            }
            Step::Resize(size) => {
                ours.resize(*size);
                theirs.resize(*size);
            }
        }
    }
    format!("at its end:\n{}", differences(&ours, &theirs, true))
}
