//! A catalogue that is made again.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use trail_catalog::{AlertKind, AlertRule, Store, UserScore};

use crate::fixture::{Answer, Login, NOW, Service};

/// What each uploaded recording is told to be: all that can be told of one.
const UPLOADS: [(&str, &str); 3] = [
    (
        "first",
        "?user.name=erin&user.id=e1&user.gateway_username=erin.g&user.server_username=root&protocol=SSH&client.ip=10.1.2.3\
         &client.name=desk&client.port=4022&server.ip=10.9.8.7&server.name=db1&server.port=22&server.id=srv-1\
         &recording.session_id=svc/rUhhQZ3jYsY1NDWYp9DEpq/abcde:29&recording.auth_method=password\
         &recording.channel_policy=shell-only&recording.connection_policy=ssh1&recording.connection_policy_id=1568\
         &recording.content_reference_id=30&recording.network_id=ns1&recording.server_local.ip=10.0.0.1\
         &recording.server_local.name=gate&recording.server_local.port=55386&recording.target.ip=10.9.8.7\
         &recording.target.name=db&recording.target.port=221&recording.verdict=TERMINATED&verdict=ACCEPT\
         &node_id=6fed7872-065e-41d2-9cfa-ba75e8cad901&analytics.score.aggregated=77&start_time=2026-01-30T10:00:00Z",
    ),
    ("second", "?user.name=frank&protocol=TELNET&start_time=2026-01-30T11:00:00Z&title=told"),
    // Neither a clock nor anything else is known of it.
    ("third", ""),
];

fn cast(word: &str) -> String {
    format!(
        "{{\"version\":2,\"width\":40,\"height\":5}}\n[0.1,\"o\",\"$ \"]\n[0.2,\"i\",\"sudo {word}\\r\"]\n\
         [0.3,\"o\",\"sudo {word}\\r\\n\"]\n[0.4,\"o\",\"{word} words\\r\\n$ \"]\n[2.5,\"o\",\"\\u001b]2;{word} title\\u0007\"]\n"
    )
}

/// What every endpoint that only looks answers about every session.
fn answers(login: &Login<'_>) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    let mut ask = |path: String| {
        let answer: Answer = login.get(&path);
        assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.bytes));
        let body = serde_json::from_slice(&answer.bytes).unwrap_or_else(|_| answer.bytes.clone().into());
        found.insert(path, body);
    };
    let sessions = "/api/audit/sessions";
    let keys = login.get(sessions).keys();
    for query in [
        "?fields=*",
        "?fields=*&sort=creation_time",
        "?format=csv&fields=*",
        "?q=revision:[2%20TO%20*]&fields=revision",
        "?q=recording.connection_policy:ssh1",
        "?content=words",
        "/_count",
        "/stats?field=user.name&sub_fields=protocol",
        "/histogram?field=start_time&bin-size=day",
    ] {
        ask(format!("{sessions}{query}"));
    }
    for key in keys {
        for end in [
            "",
            "/channels",
            "/channels/1",
            "/alerts",
            "/events",
            "/indexing",
            "/trail_downloads",
            "/content?q=sudo%20OR%20words&highlight=true",
            "/screenshots/2",
        ] {
            ask(format!("{sessions}/{key}{end}"));
        }
    }
    ask("/api/audit/users".to_owned());
    ask("/api/audit/users/_count".to_owned());
    found
}

/// What differs, for a message that can be read.
fn differences(before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) -> Vec<String> {
    let paths: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differ = paths.into_iter().filter(|path| before.get(*path) != after.get(*path));
    differ.map(|path| format!("{path}\n{:?}\n{:?}", before.get(path), after.get(path))).collect()
}

/// A service with uploads, at several times, that were looked at, indexed again and taken away.
fn used_service() -> (Service, Vec<String>) {
    let service = Service::with(|settings| {
        let rule = AlertRule::new("words", AlertKind::ScreenContent, Some("words")).unwrap();
        let commands = AlertRule::new("sudo", AlertKind::Command, Some("^sudo")).unwrap();
        settings.alert_rules = vec![rule, commands];
    });
    let login = service.as_user("admin");
    let mut uploaded = Vec::new();
    for (word, query) in UPLOADS {
        service.clock.advance_seconds(61);
        let answer = login.upload(query, cast(word));
        assert_eq!(answer.status, 201, "{}", answer.text());
        uploaded.push(answer.json()["items"][0]["key"].as_str().unwrap().to_owned());
        service.clock.advance_seconds(7);
        service.index_queued();
    }
    let store = Store::open(service.data.root()).unwrap();
    store.score_user("frank", UserScore { value: 81, time_ns: NOW }).unwrap();
    let auditor = service.as_user("auditor");
    for (key, format) in [(0, ""), (0, "?format=cast"), (2, ""), (2, "")] {
        service.clock.advance_seconds(3);
        let path = format!("/api/audit/sessions/{}/audit_trail{format}", uploaded[key]);
        assert_eq!([&login, &auditor][key % 2].get(&path).status, 200);
    }
    assert_eq!(auditor.get("/api/audit/sessions/s1/audit_trail").status, 200);
    service.clock.advance_seconds(5);
    assert_eq!(login.post(&format!("/api/audit/sessions/{}/indexing", uploaded[1])).status, 202);
    service.index_queued();
    assert_eq!(login.send("DELETE", "/api/audit/sessions/s4", &[]).status, 200);
    for key in login.get("/api/audit/sessions").keys() {
        assert_eq!(login.post(&format!("/api/audit/sessions/{key}/_generate?record_ids=2")).status, 201);
    }
    service.clock.advance_seconds(300);
    drop((login, auditor));
    (service, uploaded)
}

/// a catalogue that is removed and made again from the trails and the journal answers as it did.
#[test]
fn a_catalogue_made_again_answers_as_before() {
    let (service, uploaded) = used_service();
    let before = answers(&service.as_user("admin"));
    let of = |key: &str, end: &str| before[&format!("/api/audit/sessions/{key}{end}")].clone();
    // It is about something.
    assert_eq!(of(&uploaded[0], "")["body"]["creation_time"], "2026-02-01T00:01:01.000Z");
    assert_eq!(of(&uploaded[0], "")["body"]["recording"]["target"]["port"], 221);
    assert_eq!(of(&uploaded[0], "/trail_downloads")["items"].as_array().unwrap().len(), 2);
    assert_eq!(of(&uploaded[1], "/indexing")["items"].as_array().unwrap().len(), 2);
    assert_eq!(of(&uploaded[2], "/alerts")["items"].as_array().unwrap().len(), 2);
    assert_eq!(of(&uploaded[2], "/events")["items"].as_array().unwrap().len(), 2);
    assert_eq!(before["/api/audit/users"]["items"].as_array().unwrap().len(), 4);
    let trail = std::fs::read(service.data.trail_path(&uploaded[0])).unwrap();

    service.clock.advance_seconds(86_400);
    let service = service.with_its_catalogue_made_again(&["catalogue.index", "cache"]);
    let login = service.as_user("admin");
    for key in login.get("/api/audit/sessions").keys() {
        assert_eq!(login.post(&format!("/api/audit/sessions/{key}/_generate?record_ids=2")).status, 201);
    }
    let mut after = answers(&login);
    // Scores count for a day, which has gone by.
    for user in after.get_mut("/api/audit/users").unwrap()["items"].as_array_mut().unwrap() {
        user["has_valid_score"] = json!(!user["score"].is_null());
    }
    assert_eq!(differences(&before, &after), [""; 0]);
    assert_eq!(login.get(&format!("/api/audit/sessions/{}/audit_trail", uploaded[0])).bytes, trail);

    // Once more, where nothing was removed; and what is learned from here on is kept as well.
    let store = Store::open(service.data.root()).unwrap();
    trail_catalog::rebuild(&service.data, &store, NOW + 1).unwrap();
    service.app.index_new().unwrap();
    let before = answers(&login);
    let downloads = &before[&format!("/api/audit/sessions/{}/trail_downloads", uploaded[0])]["items"];
    assert_eq!(downloads.as_array().unwrap().len(), 3);
    drop(login);
    let service = service.with_its_catalogue_made_again(&[]);
    assert_eq!(differences(&before, &answers(&service.as_user("admin"))), [""; 0]);
}

/// what was known when a trail was closed is in the trail: documents and channels need nothing else.
#[test]
fn trails_alone_tell_what_was_known_at_their_end() {
    let (service, uploaded) = used_service();
    let before = answers(&service.as_user("admin"));
    service.clock.advance_seconds(86_400);
    let service = service.with_its_catalogue_made_again(&["catalogue.index", "journal", "content", "index"]);
    service.app.index_new().unwrap();
    let after = answers(&service.as_user("admin"));
    for key in &uploaded {
        for end in ["/channels", "/channels/1", "/events", "/content?q=sudo%20OR%20words&highlight=true"] {
            let path = format!("/api/audit/sessions/{key}{end}");
            assert_eq!(before[&path], after[&path], "{path}");
        }
        let body = |answers: &BTreeMap<String, Value>| {
            let mut document = answers[&format!("/api/audit/sessions/{key}")]["body"].clone();
            document["revision"].take();
            document
        };
        assert_eq!(body(&before), body(&after), "{key}");
    }
}

/// what was acknowledged and not indexed yet is a session of the catalogue that is made again.
#[test]
fn what_waits_for_the_indexer_is_known_again() {
    let service = Service::new();
    let login = service.as_user("admin");
    let key = login.upload("?user.name=erin", cast("waiting")).json()["items"][0]["key"].as_str().unwrap().to_owned();
    let path = format!("/api/audit/sessions/{key}");
    let before = login.get(&path).json();
    drop(login);
    let service = service.with_its_catalogue_made_again(&[]);
    let login = service.as_user("admin");
    assert_eq!(login.get(&path).json(), before);
    assert_eq!(login.get(&format!("{path}/indexing")).json()["items"][0]["status"], "QUEUED");
    assert_eq!(login.get("/api/audit/sessions?content=waiting").keys(), [""; 0]);
    service.app.index_new().unwrap();
    assert_eq!(login.get("/api/audit/sessions?content=waiting").keys(), [key]);
}
