//! What the index says does not depend on threads, batches, segments or order.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::atomic::{AtomicUsize, Ordering};

use trail_content::Kind;
use trail_index::{Error, ItemRef, Limits, Lookup, TermField, TermPattern, TermRange, TrailEntry};

use crate::support::{Data, Expected, check};

#[test]
fn the_index_says_what_the_content_says() {
    let data = Data::new();
    data.add_many(12);
    let report = data.update_with(1);
    assert_eq!((report.trails, report.indexed, report.extracted, report.failed.len()), (12, 12, 12, 0));
    let index = data.open();
    let expected = check(&index);
    assert!(expected.stats[&Kind::Line].docs > 12 * 60);
    assert!(expected.stats[&Kind::Title].docs >= 12);
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
    let find = |lookups: &[Lookup<'_>]| -> BTreeSet<ItemRef> {
        index.candidates(Kind::Line, lookups, &Limits::default()).unwrap().collect()
    };
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
        let found = index.candidates_in(trail, Kind::Line, &lookups, &Limits::default()).unwrap();
        let expected = Vec::from_iter(find(&lookups).into_iter().filter(|item| item.trail == trail));
        assert_eq!(found, expected);
        assert!(!found.is_empty());
    }
}

#[test]
fn patterns_and_ranges() {
    let data = Data::new();
    data.add_many(6);
    data.update();
    let index = data.open();
    let expected = Expected::of(&index);
    let is_long = |token: &str| token.len() > 512;
    let find = |lookup: Lookup<'_>| -> BTreeSet<ItemRef> {
        index.candidates(Kind::Line, &[lookup], &Limits::default()).unwrap().collect()
    };
    let of = |matches: &dyn Fn(&str) -> bool| -> BTreeSet<ItemRef> {
        let tokens = expected.items.iter().filter(|((kind, token), _)| *kind == Kind::Line && matches(token));
        tokens.flat_map(|(_, items)| items.iter().copied()).collect()
    };
    let long = format!("/{}", "segment/".repeat(64));
    for (prefix, infix) in [
        ("", "ass"),
        ("", "e"),
        ("", "l"),
        ("/etc/", "wd"),
        ("", ""),
        ("/", ""),
        ("", "本"),
        ("none", "x"),
        (&long, ""),
    ] {
        let accepts = |token: &str| token.starts_with(prefix) && token.contains(infix) && token.len().is_multiple_of(2);
        let found = find(Lookup::Pattern(TermPattern { accepts: &accepts, prefix, infix, near: None, scores: None }));
        // What a long token holds behind its beginning is not known.
        let may_match = |token: &str| accepts(token) || (is_long(token) && token.starts_with(prefix));
        assert_eq!(found, of(&may_match), "{prefix:?} {infix:?}");

        let pattern = TermPattern { accepts: &accepts, prefix, infix, near: None, scores: None };
        for (field, counts) in [(TermField::Words, &expected.words), (TermField::Tokens, &expected.tokens)] {
            let counts =
                counts.iter().filter(|((kind, token), _)| *kind == Kind::Line && accepts(token) && !is_long(token));
            let counts: Vec<_> = counts.map(|((_, token), &count)| (token.clone(), count)).collect();
            let terms = |limits| index.matching_terms(field, Kind::Line, &pattern, &limits);
            assert_eq!(terms(Limits::default()).unwrap(), counts, "{prefix:?} {infix:?}");
            if let Some(limit) = counts.len().checked_sub(1) {
                let refused = terms(Limits { terms_max: limit, ..Limits::default() });
                assert!(matches!(refused, Err(Error::TooManyTerms { limit: named }) if named == limit));
            }
        }
    }
    let bounds = ["10.0.0.2", "line", "session", "x", "日", "value-3", &long, "/"].map(Bound::Included);
    let excluded = ["line", "value-3", "10.0.0.2", &long[..300]].map(Bound::Excluded);
    let bounds = [&bounds[..], &excluded, &[Bound::Unbounded]].concat();
    for lower in &bounds {
        for upper in &bounds {
            let range = TermRange { lower: *lower, upper: *upper };
            let found = find(Lookup::Range(range));
            let exact = of(&|token| range.contains(token));
            assert!(found.is_superset(&exact), "{range:?}");
            let generous = of(&|token| range.contains(token) || is_long(token));
            assert!(found.is_subset(&generous), "{range:?}");
        }
    }
}

#[test]
fn a_look_into_the_dictionary_can_be_cancelled() {
    let data = Data::new();
    data.add_many(3);
    data.update();
    let index = data.open();
    let looks = AtomicUsize::new(0);
    let is_cancelled = || looks.fetch_add(1, Ordering::Relaxed) >= 1;
    let limits = Limits { is_cancelled: &is_cancelled, ..Limits::default() };
    let pattern = TermPattern { accepts: &|_| true, prefix: "", infix: "s", near: None, scores: None };
    let lookup = [Lookup::Pattern(pattern)];
    assert!(matches!(index.trails_with(Kind::Line, &lookup, &limits), Err(Error::Cancelled)));
    assert!(matches!(index.matching_terms(TermField::Words, Kind::Line, &pattern, &limits), Err(Error::Cancelled)));
    assert!(index.candidates(Kind::Line, &lookup, &limits).is_err());
}

/// What would be waited for when it is opened is no trail, whatever it is called.
#[cfg(unix)]
#[test]
fn sockets_among_the_trails_are_passed_over() {
    let data = Data::new();
    data.add_many(1);
    let _socket = std::os::unix::net::UnixListener::bind(data.dir.trail_path("socket")).unwrap();
    assert_eq!(data.dir.trail_files().unwrap().len(), 1);
    data.update();
    assert_eq!(data.open().indexed().count(), 1);
}
