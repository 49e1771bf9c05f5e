//! The audit log.

use std::path::Path;

use serde_json::{Value, json};

use crate::fixture::{Service, basic};

/// The lines of all files of a log, in order.
fn lines(folder: &Path) -> Vec<Value> {
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let texts = paths.iter().map(|path| std::fs::read_to_string(path).unwrap());
    texts.flat_map(|text| text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>()).collect()
}

/// who searched, opened, downloaded and deleted what is in the audit log when the answer comes; secrets are not.
#[test]
fn what_was_asked_for_is_kept() {
    let service = Service::new();
    let folder = service.data.root().join("audit");
    let login = service.as_user("admin");
    let limited = service.as_user("auditor");
    let wrong = service.send("GET", "/api/authentication", &[("authorization", &basic("admin", "misplaced-secret"))]);
    assert_eq!(wrong.status, 401);
    service.send("GET", "/api/authentication", &[("authorization", &basic("name-is-a-secret", "x"))]);
    let before = lines(&folder);
    let events: Vec<_> = before.iter().map(|line| (line["event"].clone(), line["account"].clone())).collect();
    assert_eq!(
        events,
        [
            (json!("logged in"), json!("admin")),
            (json!("logged in"), json!("auditor")),
            (json!("login failed"), json!("admin")),
            (json!("login failed"), Value::Null),
        ]
    );
    let asked = |answer: crate::fixture::Answer| {
        let line = lines(&folder).pop().unwrap();
        assert_eq!(line["request"], answer.headers["x-request-id"].to_str().unwrap());
        assert_eq!((&line["time"], &line["from"]), (&json!("2026-02-01T00:00:00.000Z"), &json!("unknown")));
        (line["account"].clone(), line["path"].clone(), line["asked"].clone(), line["allowed"].clone())
    };
    let list = "/api/audit/sessions?content=%22two%20words%22&q=name:bob%0A&limit=1";
    let expected = json!({ "content": "\"two words\"", "q": "name:bob\n" });
    assert_eq!(asked(login.get(list)), (json!("admin"), json!("/api/audit/sessions"), expected, json!(true)));
    for (path, asked_for) in [
        ("/api/audit/sessions/s1", json!({})),
        ("/api/audit/sessions/s1/content?q=ls&highlight=true", json!({ "highlight": "true", "q": "ls" })),
        ("/api/audit/sessions/s1/audit_trail?format=txt", json!({ "format": "txt" })),
        ("/api/audit/sessions/nowhere", json!({})),
        ("/api/audit/sessions?q=(", json!({ "q": "(" })),
    ] {
        let bare = path.split('?').next().unwrap();
        assert_eq!(asked(login.get(path)), (json!("admin"), json!(bare), asked_for, json!(true)));
    }
    let delete = "/api/audit/sessions/s4";
    let refused = asked(limited.send("DELETE", delete, &[]));
    assert_eq!(refused, (json!("auditor"), json!(delete), json!({}), json!(false)));
    assert_eq!(login.send("DELETE", delete, &[]).status, 200);
    let last = lines(&folder).split_off(lines(&folder).len() - 2);
    assert_eq!(
        (&last[0]["method"], &last[1]["event"], &last[1]["session"]),
        (&json!("DELETE"), &json!("deleted"), &json!("s4"))
    );
    assert_eq!((&last[1]["account"], &last[1]["request"]), (&json!("admin"), &last[0]["request"]), "who deleted what");
    // All of it, as text.
    let text = std::fs::read_to_string(folder.join("2026-02-01.jsonl")).unwrap();
    let cookie = login.cookie().split_once('=').unwrap().1;
    for secret in ["misplaced-secret", "name-is-a-secret", "secret:word", cookie] {
        assert!(!text.contains(secret), "{secret}");
    }
}

/// the log can lie elsewhere, and what cannot be recorded is refused.
#[test]
fn what_cannot_be_kept_is_refused() {
    let elsewhere = tempfile::tempdir().unwrap();
    let folder = elsewhere.path().join("log");
    let service = Service::with(|settings| settings.audit_dir = Some(folder.clone()));
    let login = service.as_user("admin");
    assert_eq!(lines(&folder).len(), 1);
    assert!(!service.data.root().join("audit").exists());
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, "no folder").unwrap();
    // Another day, another file.
    service.clock.advance_seconds(300);
    assert_eq!(login.get("/api/info").status, 200, "the open file is still there");
    service.clock.advance_seconds(86_400);
    let authorization = basic("admin", "secret:word");
    let answer = service.send("GET", "/api/authentication", &[("authorization", &authorization)]);
    assert_eq!(answer.error(), (500, "InternalError".to_owned()));
}
