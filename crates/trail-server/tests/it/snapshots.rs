//! Snapshots and the advanced search.

use serde_json::json;

use crate::fixture::{Login, Service};

fn open(login: &Login<'_>, address: &str) -> crate::fixture::Answer {
    login.send("GET", "/api/audit/sessions/_snapshot", &[("remote-addr", address), ("user-agent", "Agent-1/1.0")])
}

fn id(answer: &crate::fixture::Answer) -> String {
    answer.json()["body"]["snapshot"].as_str().unwrap_or_else(|| panic!("{}", answer.text())).to_owned()
}

/// one snapshot at a time, for one client, for five minutes after its last use.
#[test]
fn one_snapshot_at_a_time() {
    let service = Service::new();
    let login = service.as_user("admin");
    let first = open(&login, "10.10.10.10");
    let snapshot = id(&first);
    assert!(snapshot.len() == 10 && snapshot.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(first.json()["key"], "_snapshot");
    assert_eq!(id(&open(&login, "10.10.10.10")), snapshot);
    let other = open(&login, "10.10.10.11");
    assert_eq!(other.error(), (429, "AdvancedSearchSnapshotQuotaExceeded".to_owned()));
    assert_eq!(other.json()["error"]["details"], json!({ "time_to_elapse": 5 }));
    service.clock.advance_seconds(299);
    assert_eq!(login.get(&format!("/api/audit/sessions/_count?snapshot={snapshot}")).json()["count"], 4);
    service.clock.advance_seconds(299);
    assert_eq!(open(&login, "10.10.10.11").status, 429, "a query lets it live on");
    service.clock.advance_seconds(300);
    let answer = login.get(&format!("/api/audit/sessions/_count?snapshot={snapshot}"));
    assert_eq!(answer.error(), (404, "CountQuerySnapshotNotFound".to_owned()));
    assert_ne!(id(&open(&login, "10.10.10.11")), snapshot);
}

/// what says who asks has a length.
#[test]
fn clients_have_a_length() {
    let service = Service::new();
    let login = service.as_user("admin");
    for path in ["/api/audit/sessions/_snapshot", "/api/audit/sessions/_count", "/api/audit/sessions?snapshot=x"] {
        for (name, len) in [("remote-addr", 46), ("user-agent", 129)] {
            let answer = login.send("GET", path, &[(name, &"x".repeat(len))]);
            assert_eq!(answer.error(), (400, "InvalidSearchClientId".to_owned()), "{path} {name}");
            let answer = login.send("GET", path, &[(name, &"x".repeat(len - 1))]);
            assert_ne!(answer.error().1, "InvalidSearchClientId", "{path} {name}");
        }
    }
}

/// pages of every order and size give every session once.
#[test]
fn pages_give_every_session_once() {
    let service = Service::new();
    let login = service.as_user("admin");
    let snapshot = id(&open(&login, "10.10.10.10"));
    for (sort, expected) in [
        ("start_time", "s1 s2 s3 s4"),
        ("-start_time", "s4 s3 s2 s1"),
        ("-protocol,-start_time", "s4 s3 s2 s1"),
        ("protocol,-start_time", "s2 s1 s4 s3"),
        ("client.port,start_time", "s1 s2 s3 s4"),
        ("-client.ip", "s1 s2 s3 s4"),
        ("verdict", "s1 s3 s4 s2"),
        ("name", "s1 s2 s3 s4"),
    ] {
        for limit in 1..=5 {
            let mut next = format!("/api/audit/sessions?limit={limit}&sort={sort}&snapshot={snapshot}");
            let mut seen = Vec::new();
            loop {
                let answer = login.get(&next);
                let keys = answer.keys();
                let meta = answer.json()["meta"].clone();
                for name in ["first", "last", "previous"] {
                    assert!(meta[name].is_null());
                }
                assert!(meta.get("offset").is_none() && meta.get("match_count").is_none());
                assert_eq!(meta["search_after"].is_null(), keys.is_empty());
                assert_eq!(meta["next"].is_string(), keys.len() == limit, "full pages have a next one");
                seen.extend(keys);
                match meta["next"].as_str() {
                    Some(link) => next = link.to_owned(),
                    None => break,
                }
            }
            assert_eq!(seen.join(" "), expected, "{sort} by {limit}");
        }
    }
}

/// the sample of the guide: link and cursor.
#[test]
fn the_sample_of_the_guide() {
    let service = Service::new();
    let login = service.as_user("admin");
    let snapshot = id(&open(&login, "10.10.10.10"));
    let path = format!(
        "/api/audit/sessions?limit=1&sort=-protocol,-start_time&fields=protocol,verdict&q=protocol%3A%20SSH\
         &start=2026-01-01T00%3A00%3A00%2B00%3A00&snapshot=\"{snapshot}\""
    )
    .replace('"', "%22");
    let answer = login.get(&path).json();
    assert_eq!(answer["items"][0]["body"], json!({ "protocol": "SSH", "verdict": "TERMINATED" }));
    assert_eq!(answer["meta"]["search_after"], "protocol:SSH,start_time:1767450120,tiebreaker:1");
    let next = format!(
        "/api/audit/sessions?limit=1&fields=protocol,verdict&q=protocol%3A%20SSH&sort=-protocol,-start_time\
         &start=2026-01-01T00%3A00%3A00%2B00%3A00&snapshot={snapshot}\
         &search_after=protocol:SSH,start_time:1767450120,tiebreaker:1"
    );
    assert_eq!(answer["meta"]["next"], next);
    assert_eq!(answer["meta"]["start"], "2026-01-01T00:00:00+00:00");
}

/// the checks, in their order. Each line has the faults of later lines too where they fit.
#[test]
fn checks_in_order() {
    let service = Service::new();
    let login = service.as_user("admin");
    let snapshot = id(&open(&login, "10.10.10.10"));
    for (query, expected) in [
        ("search_after=x&offset=3&format=csv", "MissingSearchAfterSnapshot"),
        ("snapshot=S&search_after=x&offset=3&format=csv", "MissingSearchAfterSort"),
        ("snapshot=S&sort=start_time&search_after=x&offset=3&format=csv", "InvalidSearchAfterOffset"),
        ("snapshot=S&offset=x", "InvalidSearchAfterOffset"),
        ("snapshot=S&sort=start_time&search_after=x&offset=0&format=csv", "InvalidSearchAfterResponseFormat"),
        ("snapshot=S&sort=start_time&search_after=x,x", "InvalidSearchAfterKeyValueFormat"),
        ("snapshot=S&sort=start_time&search_after=:1,tiebreaker:2", "InvalidSearchAfterKeyValueFormat"),
        (
            "snapshot=S&sort=start_time&search_after=start_time:1666335341,start_time:1666335342,tiebreaker:42348",
            "DuplicatedSearchAfterKey",
        ),
        ("snapshot=S&sort=start_time&search_after=client.ip:x", "MissingSearchAfterTiebreaker"),
        ("snapshot=S&sort=start_time&search_after=client.ip:x,tiebreaker:42348", "InvalidSearchAfterKeyValue"),
        ("snapshot=S&sort=start_time&search_after=start_time:x,tiebreaker:1", "InvalidSearchAfterKeyValue"),
        (
            "snapshot=S&sort=start_time,protocol&search_after=start_time:1666335341,tiebreaker:42348",
            "MissingSearchAfterKeyValue",
        ),
        (
            "snapshot=S&sort=protocol&search_after=start_time:1,protocol:x,tiebreaker:1",
            "InconsistentSearchAfterParameters",
        ),
        (
            "snapshot=S&sort=protocol,start_time&search_after=start_time:1,protocol:x,tiebreaker:x",
            "InconsistentSearchAfterOrder",
        ),
        ("snapshot=S&sort=start_time&search_after=tiebreaker:1,start_time:1", "InconsistentSearchAfterOrder"),
        ("snapshot=gone&sort=start_time&search_after=start_time:1,tiebreaker:x", "InvalidSearchAfterQuery"),
        ("snapshot=gone&q=nofield:1", "InvalidSearchAfterQuery"),
        ("snapshot=gone&start=x", "InvalidSearchAfterQuery"),
    ] {
        let answer = login.get(&format!("/api/audit/sessions?{}", query.replace('S', &snapshot)));
        assert_eq!(answer.error(), (400, expected.to_owned()), "{query}");
    }
    let answer = login.get("/api/audit/sessions?snapshot=gone&sort=start_time");
    assert_eq!(answer.error(), (404, "SearchQuerySnapshotNotFound".to_owned()));
    let counted = login.get("/api/audit/sessions/_count?q=nofield:1");
    assert_eq!(counted.error(), (400, "InvalidAdvancedSearchCountQuery".to_owned()));
    let counted = login.get("/api/audit/sessions/_count?q=protocol%3ASSH&fields=*&sort=-start_time").json();
    assert_eq!(counted["count"], 2);
    assert_eq!(counted["meta"]["href"], "/api/audit/sessions/_count");
}

/// what happens later does not change a snapshot.
#[test]
fn a_snapshot_is_frozen() {
    let service = Service::new();
    let login = service.as_user("admin");
    let snapshot = id(&open(&login, "10.10.10.10"));
    let store = trail_catalog::Store::open(service.data.root()).unwrap();
    store.remove_session("s2").unwrap();
    assert_eq!(login.get("/api/audit/sessions").keys(), ["s4", "s3", "s1"]);
    let pages = login.get(&format!("/api/audit/sessions?snapshot={snapshot}&sort=-start_time"));
    assert_eq!(pages.keys(), ["s4", "s3", "s2", "s1"]);
    assert_eq!(login.get(&format!("/api/audit/sessions/_count?snapshot={snapshot}")).json()["count"], 4);
}
