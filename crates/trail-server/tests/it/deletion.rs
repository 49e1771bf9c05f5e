//! Sessions that go.

use std::path::Path;

use trail_catalog::Store;

use crate::fixture::Service;

const CAST: &str = "{\"version\":2,\"width\":60,\"height\":5,\"title\":\"tell-tale title\"}\n\
    [0.1,\"o\",\"zebrafinch words that stand nowhere else\\r\\n\"]\n[2.0,\"o\",\"$ ls\\r\\n\"]\n";

/// Files under `folder` that hold a text, whatever its case.
fn holding(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with("audit") {
            // What was asked for stays there.
        } else if path.is_dir() {
            found.extend(holding(&path, text));
        } else {
            let bytes = std::fs::read(&path).unwrap().to_ascii_lowercase();
            if bytes.windows(text.len()).any(|window| window == text.as_bytes()) {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

/// what was deleted is gone from every endpoint, from open snapshots, too, and its bytes from the data directory.
#[test]
fn nothing_is_left_of_a_deleted_session() {
    let service = Service::new();
    let login = service.as_user("admin");
    let answer = login.upload("?user.name=quokkauser&server.name=numbathost", CAST);
    let key = answer.json()["items"][0]["key"].as_str().unwrap().to_owned();
    service.index_queued();
    let path = format!("/api/audit/sessions/{key}");
    let record = login.get(&format!("{path}/content?q=zebrafinch")).json()["items"][0]["record_id"]["begin"].clone();
    assert_eq!(login.post(&format!("{path}/_generate?record_ids={record}")).status, 201);
    // A snapshot has it, and holds on to files of the index over sessions that others replace.
    let snapshot = login.get("/api/audit/sessions/_snapshot").json()["body"]["snapshot"].as_str().unwrap().to_owned();
    let pages = format!("/api/audit/sessions?snapshot={snapshot}&sort=start_time&fields=user.name,server.name");
    assert_eq!(login.get(&pages).keys().len(), 5);
    let cursor = login.get(&format!("{pages}&limit=2")).json()["meta"]["next"].as_str().unwrap().to_owned();
    for number in 0..12 {
        let other = CAST.replace("zebrafinch words", &format!("words of session {number}")).replace("tell-tale", "a");
        assert_eq!(login.upload("", other).status, 201);
    }
    let root = service.data.root();
    for text in ["zebrafinch", "quokkauser", key.as_str()] {
        assert!(!holding(root, text).is_empty(), "{text} is there before");
    }
    let trail = service.data.trail_path(&key);
    assert!(trail.exists());

    assert_eq!(service.as_user("auditor").send("DELETE", &path, &[]).status, 403);
    assert_eq!(service.as_user("ssh-only").send("DELETE", &path, &[]).status, 404, "what may not be seen is not there");
    let deleted = login.send("DELETE", &path, &[]);
    assert_eq!(deleted.status, 200, "{}", deleted.text());
    assert_eq!(login.send("DELETE", &path, &[]).error(), (404, "NotFound".to_owned()));

    for end in ["", "/channels", "/events", "/audit_trail", "/content?q=zebrafinch", &format!("/screenshots/{record}")]
    {
        assert_eq!(login.get(&format!("{path}{end}")).status, 404, "{end}");
    }
    for query in ["content=zebrafinch", "q=name:quokkauser", "q=screen.content:zebrafinch"] {
        assert_eq!(login.get(&format!("/api/audit/sessions?{query}")).keys(), [""; 0], "{query}");
    }
    assert_eq!(login.get("/api/audit/sessions/_count").json()["count"], 4 + 12);
    // The snapshot goes on without it: the others come once each, also behind a cursor from before.
    assert_eq!(login.get(&format!("/api/audit/sessions/_count?snapshot={snapshot}")).json()["count"], 4);
    let left = login.get(&pages);
    assert_eq!(left.keys(), ["s1", "s2", "s3", "s4"]);
    assert!(!left.text().contains("quokkauser"));
    assert_eq!(login.get(&cursor).keys(), ["s3", "s4"]);
    for text in ["zebrafinch", "quokkauser", "numbathost", "tell-tale", key.as_str()] {
        assert_eq!(holding(root, text), [""; 0], "{text}");
    }
    // The others are as they were.
    assert_eq!(login.get("/api/audit/sessions?content=useradd").keys(), ["s2"]);
}

/// sessions go by themselves when their time is over.
#[test]
fn sessions_expire() {
    // They ended on 2 to 5 January; it is 1 February.
    let day = std::time::Duration::from_secs(86_400);
    let service = Service::with(|settings| settings.retention = Some(day * 28));
    let login = service.as_user("admin");
    assert_eq!(service.app.expire().unwrap(), 2);
    assert_eq!(login.get("/api/audit/sessions").keys(), ["s4", "s3"]);
    assert!(!service.data.trail_path("s1").exists() && service.data.trail_path("s4").exists());
    assert_eq!(service.app.expire().unwrap(), 0);
    let store = Store::open(service.data.root()).unwrap();
    assert_eq!(store.session_count().unwrap(), 2);
}
