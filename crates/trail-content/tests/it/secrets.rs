//! Passwords typed at prompts are in no content file.

use trail_content::{ContentFile, Kind};

use crate::make::{content_bytes, trail};
use crate::recordings::{folders, for_each};

/// The password that was typed at prompts in the recordings made for this.
const PASSWORD: &str = "hunter2";

#[test]
fn f17_passwords_typed_at_prompts_are_not_extracted() {
    let (mut typed, mut checked) = (0, 0);
    for_each(&folders(), |path, events| {
        let inputs: Vec<u8> = events
            .iter()
            .filter_map(|event| match &event.kind {
                trail_model::EventKind::Input(bytes) => Some(bytes.as_slice()),
                _ => None,
            })
            .collect::<Vec<_>>()
            .concat();
        let is_typed = String::from_utf8_lossy(&inputs).contains(PASSWORD);
        typed += usize::from(is_typed);
        if inputs.is_empty() {
            return;
        }
        let trail = trail(&events, 1 << 18);
        let file = ContentFile::open(content_bytes(&trail, 1 << 22, 1)).unwrap();
        let mut not_shown = 0;
        for channel in file.channels() {
            not_shown += channel.coverage().input_not_shown;
            for index in 0..channel.block_count() {
                let block = channel.block(index).unwrap();
                for item in block.items().filter(|item| matches!(item.kind(), Kind::Input | Kind::Command)) {
                    assert!(!item.text().contains(PASSWORD), "{path}: {:?}", item.kind());
                }
                checked += 1;
            }
        }
        assert!(!is_typed || not_shown > 0, "{path}: the password's input is counted");
    });
    // Without the corpus there may be none that was typed; that there is input to look at is sure.
    assert!(checked > 0 && (typed > 0 || folders().len() < 2), "{typed} recordings, {checked} blocks");
}
