//! users.

use serde_json::{Value, json};
use trail_catalog::{Store, UserScore};

use crate::fixture::{NOW, Service};

fn ids(answer: &Value) -> Vec<&str> {
    answer["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect()
}

#[test]
fn users() {
    let service = Service::new();
    let store = Store::open(service.data.root()).unwrap();
    let day = 86_400_000_000_000;
    store.score_user("alice", UserScore { value: 9, time_ns: NOW - day }).unwrap();
    store.score_user("bob", UserScore { value: 73, time_ns: NOW - day - 1 }).unwrap();
    let login = service.as_user("admin");
    let list = login.get("/api/audit/users?limit=1&sort=score").json();
    let alice = json!({
        "has_valid_score": true, "id": "alice", "last_seen": "2026-01-02T10:35:20.000Z", "score": "9",
        "score_timestamp": "2026-01-31T00:00:00.000Z",
    });
    assert_eq!(list["items"], json!([alice]));
    let meta = json!({ "href": "/api/audit/users", "limit": 1, "parent": "/api/audit", "remaining_seconds": 600 });
    assert_eq!(list["meta"], meta);
    for (query, expected) in [
        ("", "carol bob alice"),
        ("?sort=-score", "bob alice carol"),
        ("?sort=score", "alice bob carol"),
        ("?sort=-id", "carol bob alice"),
        ("?has_valid_score=true", "alice"),
        ("?has_valid_score=false&sort=id", "bob carol"),
        ("?unknown=1&sort=id", "alice bob carol"),
    ] {
        assert_eq!(ids(&login.get(&format!("/api/audit/users{query}")).json()).join(" "), expected, "{query}");
    }
    assert_eq!(login.get("/api/audit/users/_count?has_valid_score=false").json()["count"], 2);
    for (query, expected) in [
        ("limit=x", "NotANumber"),
        ("limit=", "NotANumber"),
        ("limit=0", "NegativeValue"),
        ("limit=-5", "NegativeValue"),
        ("limit=25001", "InvalidQueryValue"),
        ("limit=1&limit=1", "DuplicatedParameterError"),
        ("sort=x", "InvalidSort"),
        ("sort=id,-id", "InvalidSort"),
        ("has_valid_score=yes", "InvalidQueryValue"),
    ] {
        let answer = login.get(&format!("/api/audit/users?{query}"));
        assert_eq!(answer.error(), (400, expected.to_owned()), "{query}");
    }
}
