//! The index as a whole: what is written is found, frozen views stay, pages are complete.

use std::collections::BTreeMap;

use serde_json::json;
use trail_catalog::Session;
use trail_catalog::filter::{FilterOptions, Plan, Schema, Zone, read};
use trail_catalog::index::{Cancel, IndexError, SearchRequest, SessionIndex, SortKey};

/// A fixed sequence of numbers that look random (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

fn session(number: u64, random: &mut Random) -> Session {
    let mut session = Session::new(format!("s{number:06}"));
    session.set("protocol", ["SSH", "RDP", "VNC"][random.below(3) as usize]);
    session.set("start_time", 1_485_000_000 + random.below(5_000));
    session.set("client.ip", format!("10.{}.0.{}", random.below(3), random.below(50)));
    session.set("client.port", random.below(60_000));
    if random.below(3) > 0 {
        session.set("user.name", ["alice", "bob", "Müller", "root"][random.below(4) as usize]);
    }
    if random.below(4) == 0 {
        session.set("analytics.tags", json!(["scripted", "night"]));
    }
    session
}

fn filled(count: u64, pieces: u64) -> (SessionIndex, BTreeMap<String, Session>) {
    let mut random = Random(0x5eed);
    let index = SessionIndex::in_memory(Schema::audit()).expect("an index");
    let mut model = BTreeMap::new();
    for number in 0..count {
        let session = session(number, &mut random);
        index.put(&session).expect("put");
        model.insert(session.key.clone(), session);
        if number % (count / pieces).max(1) == 0 {
            index.refresh().expect("refresh");
        }
    }
    index.refresh().expect("refresh");
    (index, model)
}

fn plan(index: &SessionIndex, text: &str) -> Plan {
    read(text, index.schema(), &FilterOptions::audit(0)).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn count(index: &SessionIndex, text: &str) -> u64 {
    index.snapshot().count(&plan(index, text), &Cancel::never()).expect("a count")
}

#[test]
fn what_is_written_is_found_and_what_is_deleted_is_not() {
    let (index, model) = filled(300, 3);
    assert_eq!(count(&index, "*:*"), 300);
    let frozen = index.snapshot();
    let mut changed = model["s000007"].clone();
    changed.set("protocol", "TELNET");
    index.put(&changed).expect("put");
    index.delete("s000008").expect("delete");
    assert_eq!(count(&index, "protocol:telnet"), 0, "not before a refresh");
    index.refresh().expect("refresh");
    assert_eq!((count(&index, "protocol:telnet"), count(&index, "*:*"), count(&index, "key:s000008")), (1, 299, 0));
    let everything = frozen.count(&Plan::all(), &Cancel::never()).expect("a count");
    assert_eq!(everything, 300, "a frozen view does not change");
}

#[test]
fn pages_behind_cursors_hold_every_session_once_and_in_order() {
    let (index, model) = filled(1_000, 7);
    let snapshot = index.snapshot();
    for sort in ["-start_time", "name", "-name,client.ip", "client.port,-protocol", "-key"] {
        let keys: Vec<SortKey> = sort.split(',').map(SortKey::parse).collect();
        let whole = SearchRequest { sort: keys.clone(), limit: 2_000, ..SearchRequest::default() };
        let whole = snapshot.search(&Plan::all(), &whole, &Cancel::never()).expect("a page");
        let (mut paged, mut after) = (Vec::new(), None);
        loop {
            let request = SearchRequest { sort: keys.clone(), after, limit: 77, ..SearchRequest::default() };
            let page = snapshot.search(&Plan::all(), &request, &Cancel::never()).expect("a page");
            assert_eq!(page.total, 1_000);
            let Some(last) = page.hits.last() else { break };
            after = Some(last.cursor.clone());
            paged.extend(page.hits);
        }
        assert_eq!(paged, whole.hits, "{sort}");
        let mut found: Vec<&String> = paged.iter().map(|hit| &hit.key).collect();
        found.sort();
        assert!(found.into_iter().eq(model.keys()), "{sort}");
        if sort == "-start_time" {
            let times: Vec<u64> =
                paged.iter().map(|hit| model[&hit.key].body["start_time"].as_u64().expect("a time")).collect();
            assert!(times.is_sorted_by(|a, b| a >= b));
        }
        if sort == "name" {
            let missing = paged.iter().map(|hit| model[&hit.key].field("user.name").is_none());
            assert!(missing.is_sorted(), "sessions without a value come last");
        }
    }
}

#[test]
fn filters_find_what_a_look_at_every_document_finds() {
    let (index, model) = filled(500, 4);
    let mut random = Random(0xfeed);
    type Test = Box<dyn Fn(&Session) -> bool>;
    let text =
        |session: &Session, name: &str| session.field(name).and_then(|value| value.as_str().map(str::to_lowercase));
    for round in 0..200 {
        let mut leaf = || -> (String, Test) {
            match random.below(6) {
                0 => {
                    let protocol = ["ssh", "rdp", "vnc"][random.below(3) as usize];
                    (
                        format!("protocol:{protocol}"),
                        Box::new(move |s| text(s, "protocol").as_deref() == Some(protocol)),
                    )
                }
                1 => {
                    let low = random.below(60_000);
                    let high = low + random.below(20_000);
                    let inside = move |s: &Session| {
                        s.field("client.port")
                            .and_then(serde_json::Value::as_u64)
                            .is_some_and(|port| low <= port && port < high)
                    };
                    (format!("client.port:[{low} TO {high}}}"), Box::new(inside))
                }
                2 => {
                    let net = random.below(3);
                    let inside =
                        move |s: &Session| text(s, "client.ip").is_some_and(|ip| ip.starts_with(&format!("10.{net}.")));
                    (format!("client.ip:\"10.{net}.0.0/16\""), Box::new(inside))
                }
                3 => (
                    "name:*l*e*".to_owned(),
                    Box::new(move |s| matches!(text(s, "user.name").as_deref(), Some("alice" | "müller"))),
                ),
                4 => ("_exists_:name".to_owned(), Box::new(|s| s.field("user.name").is_some())),
                _ => {
                    let time = 1_485_000_000 + random.below(5_000);
                    let later = move |s: &Session| {
                        s.field("start_time").and_then(serde_json::Value::as_u64).is_some_and(|start| start > time)
                    };
                    (format!("start_time:>{time}"), Box::new(later))
                }
            }
        };
        let ((a, is_a), (b, is_b), (c, is_c)) = (leaf(), leaf(), leaf());
        let filters: [(String, Test); 2] = if round % 2 == 0 {
            let both: Test = Box::new(move |s| (is_a(s) || is_b(s)) && !is_c(s));
            [(format!("({a} OR {b}) AND NOT {c}"), both), ("NOT *:*".to_owned(), Box::new(|_| false))]
        } else {
            let odd: Test = Box::new(move |s| !is_a(s) && (is_b(s) || !is_c(s)));
            [(format!("(NOT {a}) AND ({b} OR (NOT {c}))"), odd), ("*:*".to_owned(), Box::new(|_| true))]
        };
        for (filter, holds) in filters {
            let expected: Vec<&String> = model.iter().filter(|(_, s)| holds(s)).map(|(key, _)| key).collect();
            let request = SearchRequest { sort: vec![SortKey::parse("key")], limit: 1_000, ..SearchRequest::default() };
            let page = index.snapshot().search(&plan(&index, &filter), &request, &Cancel::never()).expect("a page");
            let found: Vec<&String> = page.hits.iter().map(|hit| &hit.key).collect();
            assert_eq!(found, expected, "{filter}");
        }
    }
}

#[test]
fn counts_by_value_and_by_time_add_up() {
    let (index, model) = filled(400, 3);
    let snapshot = index.snapshot();
    let buckets = snapshot.count_values(&Plan::all(), "protocol", Some("name"), 10, &Cancel::never()).expect("counts");
    assert_eq!(buckets.iter().map(|bucket| bucket.count).sum::<u64>(), 400);
    for bucket in &buckets {
        let of_protocol = model.values().filter(|s| s.field("protocol") == Some(&json!(bucket.value)));
        let named = of_protocol.clone().filter(|s| s.field("user.name").is_some()).count() as u64;
        assert_eq!(bucket.count, of_protocol.count() as u64);
        assert_eq!(bucket.inner.iter().map(|inner| inner.count).sum::<u64>(), named);
    }
    let bins = snapshot.histogram(&Plan::all(), "start_time", 'h', Zone(0), &Cancel::never()).expect("bins");
    assert_eq!(bins.iter().map(|bin| bin.count).sum::<u64>(), 400);
    assert!(bins.iter().all(|bin| bin.start % 3_600_000 == 0) && bins.is_sorted_by_key(|bin| bin.start));
}

#[test]
fn a_stopped_search_says_so() {
    let (index, _) = filled(50, 1);
    let cancel = Cancel::never();
    cancel.cancel();
    assert!(matches!(index.snapshot().count(&plan(&index, "protocol:ssh"), &cancel), Err(IndexError::Cancelled)));
    let request = SearchRequest { sort: vec![SortKey::parse("nosuch")], ..SearchRequest::default() };
    let refused = index.snapshot().search(&Plan::all(), &request, &Cancel::never());
    assert!(matches!(refused, Err(IndexError::NotSortable { .. })));
}

#[test]
fn an_index_on_disk_is_there_again_and_another_layout_begins_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sessions");
    {
        let index = SessionIndex::open(&path, Schema::audit()).expect("an index");
        index.put(&session(1, &mut Random(7))).expect("put");
        index.set_mark(41).expect("mark");
        index.refresh().expect("refresh");
    }
    {
        let index = SessionIndex::open(&path, Schema::audit()).expect("an index");
        assert_eq!((index.snapshot().len(), index.mark().expect("a mark")), (1, Some(41)));
    }
    let index = SessionIndex::open(&path, Schema::new([])).expect("an index");
    assert_eq!((index.snapshot().len(), index.mark().expect("no mark")), (0, None));
}
