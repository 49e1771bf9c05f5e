//! Real recordings: those of this repository and, where it is there, the corpus.

use std::path::{Path, PathBuf};

use trail_import::{Collected, ImportOptions, discover};
use trail_model::Event;

use crate::make::{content, content_bytes, streamed, trail};
use crate::slow;

/// Folders with recordings.
pub(crate) fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let corpus = std::env::var_os("TRAIL_CORPUS").map_or(root.join("../shared/corpus"), PathBuf::from);
    [root.join("testdata/recordings"), corpus].into_iter().filter(|folder| folder.is_dir()).collect()
}

/// Calls `f` with each recording: its path and events.
pub(crate) fn for_each(folders: &[PathBuf], mut f: impl FnMut(&str, Vec<Event>)) -> usize {
    let options = ImportOptions::default();
    let mut count = 0;
    for folder in folders {
        for source in discover(folder, &options) {
            let Ok(source) = source else { continue };
            let mut events = Collected::default();
            // Damage is the importers' business: what came out is enough here.
            let _ = source.import(&options, &mut events);
            if !events.events.is_empty() {
                f(source.path(), events.events);
                count += 1;
            }
        }
    }
    count
}

fn output_len(events: &[Event]) -> usize {
    let len = |event: &Event| match &event.kind {
        trail_model::EventKind::Output(bytes) => bytes.len(),
        _ => 0,
    };
    events.iter().map(len).sum()
}

#[test]
fn same_bytes_for_every_chunk_length_and_thread_count() {
    let count = for_each(&folders(), |path, events| {
        if output_len(&events) > 300_000 {
            return;
        }
        let expected = content_bytes(&trail(&events, 1 << 18), 20_000, 1);
        for (chunk_len, threads) in [(1 << 12, 1), (1 << 15, 3)] {
            let found = content_bytes(&trail(&events, chunk_len), 20_000, threads);
            assert!(found == expected, "{path}: chunks of {chunk_len} bytes, {threads} threads");
        }
    });
    assert!(count > 0, "no recordings in {:?}", folders());
}

#[test]
fn a_stream_has_the_content_of_the_trail() {
    let count = for_each(&folders(), |path, events| {
        if output_len(&events) > 300_000 {
            return;
        }
        let trail = trail(&events, 1 << 15);
        for block_len in [1 << 22, 20_000] {
            let expected = content(&trail, block_len, 1);
            let found = streamed(&events, block_len);
            assert_eq!(
                (found.trail(), found.last_record(), found.end()),
                (expected.trail(), expected.last_record(), expected.end())
            );
            assert_eq!(found.channels().len(), expected.channels().len(), "{path}");
            for (found, expected) in found.channels().iter().zip(expected.channels()) {
                assert_eq!(found.block_count(), expected.block_count(), "{path}, blocks of {block_len} bytes");
                for index in 0..found.block_count() {
                    assert!(found.block(index).unwrap() == expected.block(index).unwrap(), "{path}: block {index}");
                }
            }
            let bytes = found.to_bytes().unwrap();
            assert!(bytes == content_bytes(&trail, block_len, 1), "{path}, blocks of {block_len} bytes");
        }
    });
    assert!(count > 0, "no recordings in {:?}", folders());
}

#[test]
fn real_recordings_are_extracted_as_the_plain_way() {
    check_all(12_000);
}

#[test]
#[ignore = "replays every recording the slow way: minutes"]
fn all_recordings_are_extracted_as_the_plain_way() {
    check_all(usize::MAX);
}

fn check_all(len_max: usize) {
    for_each(&folders(), |path, events| {
        // The plain way knows terminals; desktops have an oracle of their own.
        let is_desktop = events.iter().any(|event| matches!(event.kind, trail_model::EventKind::Drawing(_)));
        if is_desktop || output_len(&events) > len_max {
            return;
        }
        let trail = trail(&events, 1 << 18);
        for block_len in [1 << 22, 50_000] {
            let file = trail_content::ContentFile::open(content_bytes(&trail, block_len, 2)).unwrap();
            if let Err(difference) = slow::check(&trail, &file, block_len) {
                panic!("{path}, blocks of {block_len} bytes: {difference}");
            }
        }
    });
}
