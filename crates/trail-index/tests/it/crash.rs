//! A run that ends anywhere leaves an index that can be read, and the next run goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use trail_index::{Error, IndexReader};

use crate::support::{Data, Expected, check, options, stopping_at};

fn copy_trails(from: &Data, to: &Data) {
    for file in from.dir.trail_files().unwrap() {
        std::fs::copy(from.dir.trails_dir().join(&file), to.dir.trails_dir().join(&file)).unwrap();
    }
}

#[test]
fn an_update_may_end_before_any_step() {
    let source = Data::new();
    source.add_many(5);
    source.update();
    let clean = Expected::of(&source.open());

    let mut stops = 0;
    loop {
        let data = Data::new();
        copy_trails(&source, &data);
        match trail_index::update(&data.dir, &stopping_at(stops)) {
            Ok(_) => break,
            Err(Error::Stopped { .. }) => {}
            Err(error) => panic!("{error}"),
        }
        match IndexReader::open(&data.dir) {
            Ok(index) => drop(check(&index)),
            Err(Error::NoIndex { .. }) => {}
            Err(error) => panic!("after {stops} steps: {error}"),
        }
        data.update();
        assert_eq!(check(&data.open()), clean, "after {stops} steps");
        let content = std::fs::read_dir(data.dir.content_dir()).unwrap().count();
        assert_eq!(content, 5, "nothing is left behind after {stops} steps");
        stops += 1;
    }
    assert!(stops > 10, "{stops} steps");
}

/// Content files are synced just before the commit: until then a failure of power may leave anything of them.
#[test]
fn what_was_not_synced_may_be_lost() {
    let source = Data::new();
    source.add_many(2);
    source.update();
    let clean = Expected::of(&source.open());
    let is_sync =
        |step: &str| if step == "sync contents" { Err(Error::Stopped { step: "sync contents" }) } else { Ok(()) };
    for part in 0..=20 {
        let data = Data::new();
        copy_trails(&source, &data);
        let mut options = options(1);
        options.hook = Some(Arc::new(is_sync));
        assert!(matches!(trail_index::update(&data.dir, &options), Err(Error::Stopped { .. })));
        for entry in std::fs::read_dir(data.dir.content_dir()).unwrap() {
            let path = entry.unwrap().path();
            let mut bytes = std::fs::read(&path).unwrap();
            let at = (bytes.len() - 1) * part / 20;
            match part % 2 {
                0 => bytes.truncate(at),
                _ => bytes[at..].iter_mut().take(24).for_each(|byte| *byte = 0),
            }
            std::fs::write(&path, bytes).unwrap();
        }
        data.update();
        assert_eq!(check(&data.open()), clean, "part {part}");
    }
}

#[test]
fn a_change_may_end_before_any_step() {
    let mut stops = 0;
    loop {
        let data = Data::new();
        data.add_many(4);
        data.update();
        let before = Expected::of(&data.open());
        data.add("session-001", &["quite another text\r\n"]);
        std::fs::remove_file(data.dir.trail_path("session-002")).unwrap();
        let stopped = trail_index::update(&data.dir, &stopping_at(stops));
        let is_done = stopped.is_ok();
        let index = data.open();
        let is_old = index.session("session-002").is_some();
        if is_old {
            assert_eq!(check(&index), before, "after {stops} steps");
        } else {
            check(&index);
        }
        data.update();
        let index = data.open();
        check(&index);
        assert!(index.session("session-002").is_none());
        if is_done {
            break;
        }
        stops += 1;
    }
}

#[test]
fn a_rebuild_may_end_before_any_step_and_is_gone_on_with() {
    let mut stops = 0;
    loop {
        let data = Data::new();
        data.add_many(4);
        data.update();
        let before = data.open();
        let expected = Expected::of(&before);
        let stopped = trail_index::reindex(&data.dir, &stopping_at(stops));
        let during = data.open();
        check(&during);
        let generations = std::fs::read_dir(data.dir.index_dir()).unwrap().flatten();
        let generations = generations.filter(|entry| entry.path().is_dir()).count();
        assert!(generations <= 2, "{generations} generations");
        let report = data.reindex();
        let after = data.open();
        assert_eq!(check(&after), expected);
        assert!(after.generation() > before.generation());
        let name = |entry: &std::fs::DirEntry| entry.path().is_dir().then(|| entry.file_name().into_string().unwrap());
        let left: Vec<String> =
            std::fs::read_dir(data.dir.index_dir()).unwrap().flatten().filter_map(|entry| name(&entry)).collect();
        assert_eq!(left, [after.generation()], "after {stops} steps");
        if stopped.is_ok() {
            assert_eq!(report.extracted, 0, "content is up to date");
            break;
        }
        stops += 1;
    }
    assert!(stops > 8, "{stops} steps");
}

#[test]
fn a_rebuild_that_is_gone_on_with_does_not_begin_again() {
    let data = Data::new();
    data.add_many(6);
    data.update();
    // One commit of the empty generation, and three partitions are three batches: end before the commit of the last.
    let commits = AtomicUsize::new(0);
    let mut stopping = options(2);
    stopping.hook = Some(Arc::new(move |step| {
        let is_last = step == "commit" && commits.fetch_add(1, Ordering::SeqCst) == 3;
        if is_last { Err(Error::Stopped { step }) } else { Ok(()) }
    }));
    assert!(matches!(trail_index::reindex(&data.dir, &stopping), Err(Error::Stopped { .. })));
    let report = trail_index::reindex(&data.dir, &options(2)).unwrap();
    assert_eq!((report.indexed, report.unchanged), (1, 5));
    assert_eq!(data.open().indexed().count(), 6);
    check(&data.open());
}
