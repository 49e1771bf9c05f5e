//! Readers and a rebuild beside each other.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use trail_content::Kind;
use trail_index::{IndexReader, Limits, Lookup, Selection, What};

use crate::support::{Data, Expected, check, options};

#[test]
fn searches_go_on_while_the_index_is_rebuilt() {
    let data = Data::new();
    data.add_many(8);
    data.update();
    let first = data.open();
    let expected = Expected::of(&first);
    let docs = first.stats(Kind::Line);
    let done = AtomicBool::new(false);
    let opened = AtomicU64::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::SeqCst) {
                let index = IndexReader::open(&data.dir).unwrap();
                assert_eq!(index.stats(Kind::Line), docs);
                assert_eq!(
                    index.trails_with(Kind::Line, &[Lookup::Exact("session")], &Limits::default()).unwrap().len(),
                    8
                );
                opened.fetch_add(1, Ordering::SeqCst);
            }
        });
        for _ in 0..4 {
            data.reindex();
        }
        done.store(true, Ordering::SeqCst);
    });
    assert!(opened.load(Ordering::SeqCst) > 0);
    // The first snapshot still answers, though its generation is long gone.
    assert_eq!(first.trails_with(Kind::Line, &[Lookup::Prefix("pass")], &Limits::default()).unwrap().len(), 8);
    check(&first);
    assert_eq!(check(&data.open()), expected);
}

#[test]
fn a_rebuild_takes_in_what_came_meanwhile() {
    let data = Data::new();
    data.add_many(3);
    data.update();
    let mut late = options(2);
    let dir = data.dir.clone();
    let added = Data::new();
    added.add("late", &["added while the index was rebuilt\r\n"]);
    let from = added.dir.trail_path("late");
    late.hook = Some(std::sync::Arc::new(move |step| {
        if step == "lock" {
            std::fs::copy(&from, dir.trail_path("late")).unwrap();
        }
        Ok(())
    }));
    let report = trail_index::reindex(&data.dir, &late).unwrap();
    assert_eq!(report.trails, 4);
    let change = &report.changes[0];
    assert_eq!((change.session.as_str(), change.what), ("late", What::Added));
    check(&data.open());
}

#[test]
fn single_sessions_are_indexed_again() {
    let data = Data::new();
    data.add_many(3);
    data.update();
    let mut only = options(1);
    only.selection = Selection::Sessions(vec!["session-001".to_owned()]);
    let report = trail_index::update(&data.dir, &only).unwrap();
    assert_eq!((report.indexed, report.extracted, report.unchanged), (1, 1, 2));
    check(&data.open());
    only.selection = Selection::Stale;
    assert_eq!(trail_index::update(&data.dir, &only).unwrap().indexed, 0);
    data.add("session-002", &["something else\r\n"]);
    assert_eq!(trail_index::update(&data.dir, &only).unwrap().indexed, 1);
    check(&data.open());
}

#[test]
fn a_dry_run_says_what_would_be_done() {
    let data = Data::new();
    data.add_many(3);
    let report = trail_index::dry_run(&data.dir, &options(1), true).unwrap();
    assert_eq!((report.indexed, report.changes.len()), (3, 3));
    let need = trail_index::disk_need(&data.dir, &options(1), true).unwrap();
    assert!(need.trails == 3 && need.content_bytes > 0 && need.index_bytes > 0);
    assert!(IndexReader::open(&data.dir).is_err(), "nothing was written");
    data.update();
    let need = trail_index::disk_need(&data.dir, &options(1), true).unwrap();
    assert_eq!((need.trails, need.content_bytes), (3, 0), "content is there");
}
