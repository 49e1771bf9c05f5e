//! Trails that cannot be read, and files that are not what they were.

use std::fs;

use trail_content::Kind;
use trail_index::{ATTEMPTS_MAX, Error, IndexReader, Selection, Status};

use crate::support::{Data, Expected, check, options};

#[test]
fn f01_a_broken_trail_is_quarantined_and_others_are_not_concerned() {
    let data = Data::new();
    data.add_many(4);
    let broken = data.dir.trail_path("session-002");
    let whole = fs::read(&broken).unwrap();
    fs::write(&broken, b"TRAIL? no, only its beginning").unwrap();
    for attempt in 1..=ATTEMPTS_MAX + 2 {
        let report = data.update();
        assert_eq!(report.failed.len(), 1);
        assert_eq!(report.failed[0].file, "session-002.trail");
        assert_eq!(report.failed[0].attempts, attempt.min(ATTEMPTS_MAX), "tried only so often");
        let index = data.open();
        check(&index);
        assert_eq!(index.indexed().count(), 3);
        let entry = index.session("session-002").unwrap();
        assert!(matches!(&entry.status, Status::Quarantined { reason, .. } if !reason.is_empty()));
    }
    // Asked for by name it is tried all the same.
    let mut retry = options(1);
    retry.selection = Selection::Failed;
    assert_eq!(trail_index::update(&data.dir, &retry).unwrap().failed[0].attempts, ATTEMPTS_MAX + 1);

    // A file that has changed is a new chance.
    fs::write(&broken, &whole).unwrap();
    let report = data.update();
    assert_eq!((report.failed.len(), report.indexed), (0, 1));
    check(&data.open());
    assert_eq!(data.open().indexed().count(), 4);
}

#[test]
fn f01_a_damaged_trail_is_indexed_as_far_as_it_can_be() {
    let data = Data::new();
    // Text that does not compress, so that there are many chunks.
    let mut seed = 1u64;
    let mut noise = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        format!("{:016x} {:x}\r\n", seed, seed >> 13)
    };
    let output: Vec<String> = (0..400).map(|_| (0..60).map(|_| noise()).collect()).collect();
    data.add("damaged", &output.iter().map(String::as_str).collect::<Vec<_>>());
    data.add("whole", &["hello\r\n"]);
    let path = data.dir.trail_path("damaged");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 100].fill(0xaa);
    fs::write(&path, bytes).unwrap();

    let report = data.update();
    assert_eq!((report.failed.len(), report.partial.len()), (0, 1));
    assert_eq!(report.partial[0].file, "damaged.trail");
    let index = data.open();
    check(&index);
    let entry = index.session("damaged").unwrap();
    assert!(entry.items() > 1000 && entry.items() < 24_000, "{} items", entry.items());
    assert!(entry.coverage["damaged_parts"] > 0);
    // It is as it is: no work for the next run.
    assert_eq!(data.update().indexed, 0);
}

#[test]
fn damaged_content_is_extracted_again() {
    let data = Data::new();
    data.add_many(3);
    data.update();
    let expected = Expected::of(&data.open());
    for entry in fs::read_dir(data.dir.content_dir()).unwrap() {
        let path = entry.unwrap().path();
        let mut bytes = fs::read(&path).unwrap();
        // Behind the header: in the first block.
        bytes[40] ^= 0xff;
        fs::write(&path, bytes).unwrap();
    }
    let report = data.reindex();
    assert_eq!((report.extracted, report.failed.len()), (3, 0));
    assert_eq!(check(&data.open()), expected);

    for entry in fs::read_dir(data.dir.content_dir()).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    assert_eq!(data.reindex().extracted, 3);
    assert_eq!(check(&data.open()), expected);
}

#[test]
fn two_files_of_one_trail_count_once() {
    let data = Data::new();
    data.add_many(2);
    fs::copy(data.dir.trail_path("session-001"), data.dir.trail_path("a copy")).unwrap();
    let report = data.update();
    assert_eq!(report.failed.len(), 1);
    assert!(report.failed[0].reasons[0].contains("the same trail as a copy.trail"), "{:?}", report.failed);
    check(&data.open());
    // The other one counts when the first is gone.
    fs::remove_file(data.dir.trail_path("a copy")).unwrap();
    assert_eq!(data.update().failed.len(), 0);
    check(&data.open());
    assert_eq!(data.open().indexed().count(), 2);
}

#[test]
fn f20_an_index_of_another_version_is_not_read_but_rebuilt() {
    let data = Data::new();
    assert!(matches!(IndexReader::open(&data.dir), Err(Error::NoIndex { .. })));
    data.add_many(2);
    data.update();
    let expected = Expected::of(&data.open());
    let manifest = data.dir.index_dir().join(data.open().generation()).join("manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replace("\"screen-1/", "\"screen-0/")).unwrap();
    assert!(matches!(IndexReader::open(&data.dir), Err(Error::Version { .. })));
    assert!(matches!(trail_index::update(&data.dir, &options(1)), Err(Error::Version { .. })));
    let report = data.reindex();
    assert_eq!((report.indexed, report.reused), (2, 2));
    assert_eq!(check(&data.open()), expected);
}

#[test]
fn one_process_writes_at_a_time() {
    let data = Data::new();
    data.add_many(1);
    let lock = data.dir.lock().unwrap();
    assert!(matches!(data.dir.lock(), Err(Error::Locked { .. })));
    assert!(matches!(trail_index::update(&data.dir, &options(1)), Err(Error::Locked { .. })));
    trail_index::update_locked(&data.dir, &options(1), &lock).unwrap();
    drop(lock);
    data.update();
}

#[test]
fn f21_coverage_is_kept_per_session() {
    let data = Data::new();
    data.add("shown", &["hello \u{fffd}\r\n", "world\r\n"]);
    let report = data.update();
    let index = data.open();
    let entry = index.session("shown").unwrap();
    assert_eq!(entry.coverage["output_records"], 2);
    assert_eq!(entry.coverage["line_items"], index.stats(Kind::Line).docs);
    assert_eq!(report.coverage, entry.coverage);
}
