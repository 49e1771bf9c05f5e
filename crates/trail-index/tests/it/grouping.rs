//! What the index says does not depend on threads, batches, segments or order.

use std::collections::BTreeSet;

use trail_content::Kind;
use trail_index::{ItemRef, Lookup, TrailEntry};

use crate::support::{Data, Expected, check};

#[test]
fn the_index_says_what_the_content_says() {
    let data = Data::new();
    data.add_many(12);
    let report = data.update_with(1);
    assert_eq!((report.trails, report.indexed, report.extracted, report.failed.len()), (12, 12, 12, 0));
    let index = data.open();
    let expected = check(&index);
    assert!(expected.stats[&Kind::Line].0 > 12 * 60);
    assert!(expected.stats[&Kind::Title].0 >= 12);
    let partitions: BTreeSet<&str> = index.trails().iter().map(|entry| entry.partition.as_str()).collect();
    assert_eq!(Vec::from_iter(partitions), ["2026-01", "2026-02", "undated"]);
    assert_eq!(report.items, index.trails().iter().map(TrailEntry::items).sum::<u64>());
}

#[test]
fn threads_and_order_do_not_matter() {
    let all_at_once = Data::new();
    all_at_once.add_many(20);
    all_at_once.update_with(4);
    let expected = check(&all_at_once.open());

    let one_by_one = Data::new();
    let source = all_at_once.dir.trail_files().unwrap();
    for file in source.iter().rev() {
        let from = all_at_once.dir.trails_dir().join(file);
        std::fs::copy(from, one_by_one.dir.trails_dir().join(file)).unwrap();
        one_by_one.update_with(1);
    }
    let index = one_by_one.open();
    assert_eq!(check(&index), expected);
    let segments = index.manifest().segments.len();
    assert!(segments < 20, "{segments} segments of 20 updates: small ones are put together");

    one_by_one.reindex();
    assert_eq!(check(&one_by_one.open()), expected);
}

#[test]
fn dead_documents_do_not_count() {
    let data = Data::new();
    data.add_many(10);
    data.update();
    std::fs::remove_file(data.dir.trail_path("session-003")).unwrap();
    data.add("session-004", &["another text altogether\r\n", "/etc/shadow\r\n"]);
    let report = data.update();
    assert_eq!((report.trails, report.indexed, report.unchanged), (9, 1, 8));
    let changes: Vec<_> = report.changes.iter().map(|change| change.session.as_str()).collect();
    assert_eq!(changes, ["session-004", "session-003"]);
    let index = data.open();
    check(&index);
    assert_eq!(index.doc_freq_word(Kind::Line, "altogether").unwrap(), 1);
    assert!(index.session("session-003").is_none());

    // When most of it is gone, segments are written anew without the dead.
    for i in [0, 1, 2, 5, 6, 7] {
        std::fs::remove_file(data.dir.trail_path(&format!("session-{i:03}"))).unwrap();
    }
    data.update();
    let index = data.open();
    check(&index);
    let live: u64 = index.trails().iter().map(TrailEntry::items).sum();
    let docs: u64 = index.manifest().segments.values().map(|segment| segment.docs).sum();
    assert!(docs <= live * 2, "{docs} documents for {live} items");
}

#[test]
fn nothing_to_do_changes_nothing() {
    let data = Data::new();
    data.add_many(3);
    data.update();
    let before = data.open();
    let report = data.update();
    assert_eq!((report.indexed, report.unchanged, report.has_changes()), (0, 3, false));
    assert_eq!(data.open().manifest(), before.manifest());
    data.reindex();
    let after = data.open();
    assert_ne!(before.generation(), after.generation());
    assert_eq!(Expected::of(&before), Expected::of(&after));
}

#[test]
fn prefixes_and_conjunctions() {
    let data = Data::new();
    data.add_many(6);
    data.update();
    let index = data.open();
    let expected = Expected::of(&index);
    let find =
        |lookups: &[Lookup<'_>]| -> BTreeSet<ItemRef> { index.candidates(Kind::Line, lookups).unwrap().collect() };
    let of = |matches: &dyn Fn(&str) -> bool| -> BTreeSet<ItemRef> {
        let tokens = expected.items.iter().filter(|((kind, token), _)| *kind == Kind::Line && matches(token));
        tokens.flat_map(|(_, items)| items.iter().copied()).collect()
    };
    let long = format!("/{}", "segment/".repeat(80));
    for prefix in ["s", "session", "/etc/pass", "10.0", "日", "x", "xxxxxxxxxxxxxxxxxxxxx", "value-", &long, "nothing"]
    {
        assert_eq!(find(&[Lookup::Prefix(prefix)]), of(&|token| token.starts_with(prefix)), "{prefix}");
    }
    let both: BTreeSet<_> = of(&|token| token == "line").intersection(&of(&|token| token == "7")).copied().collect();
    assert!(!both.is_empty());
    assert_eq!(find(&[Lookup::Exact("line"), Lookup::Exact("7")]), both);
    assert_eq!(find(&[Lookup::Exact("line"), Lookup::Exact("7"), Lookup::Prefix("sess")]), both);
    assert!(find(&[Lookup::Exact("line"), Lookup::Exact("nothing")]).is_empty());

    for (trail, _) in index.indexed() {
        let lookups = [Lookup::Prefix("sess"), Lookup::Exact("line")];
        let found = index.candidates_in(trail, Kind::Line, &lookups).unwrap();
        let expected = Vec::from_iter(find(&lookups).into_iter().filter(|item| item.trail == trail));
        assert_eq!(found, expected);
        assert!(!found.is_empty());
    }
}
