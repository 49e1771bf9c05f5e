//! Who may come in, and to what.

use crate::fixture::{Service, basic};

/// a login answers with a cookie that is kept from scripts and from plain HTTP.
#[test]
fn a_login_gives_a_cookie() {
    let service = Service::new();
    let answer = service.send("GET", "/api/authentication", &[("authorization", &basic("admin", "secret:word"))]);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["meta"]["remaining_seconds"], 600);
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    let token = cookie.strip_prefix("session_id=").unwrap().split(';').next().unwrap();
    assert!(token.len() == 40 && token.bytes().all(|byte| byte.is_ascii_hexdigit()), "{cookie}");
    for part in ["HttpOnly", "Secure", "Path=/", "Max-Age=600"] {
        assert!(cookie.split("; ").any(|found| found == part), "{part}: {cookie}");
    }
    assert_eq!(service.send("GET", "/api/authentication/login_methods", &[]).status, 200);
}

/// wrong credentials are AuthenticationFailure, whatever is wrong with them.
#[test]
fn wrong_credentials_are_refused_alike() {
    let service = Service::new();
    let mut headers: Vec<String> = ["admin:wrong", "nobody:secret:word", ":", "admin"].map(basic_raw).into();
    headers.extend(["Basic !!!", "Bearer x", "Basic", ""].map(str::to_owned));
    let bodies: Vec<_> = headers
        .iter()
        .map(|header| {
            let answer = service.send("GET", "/api/authentication", &[("authorization", header)]);
            assert_eq!(answer.error(), (401, "AuthenticationFailure".to_owned()), "{header}");
            answer.json()
        })
        .collect();
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "no word says what was wrong");
}

fn basic_raw(pair: &str) -> String {
    use base64::Engine as _;
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))
}

/// without a login that lives everything but the login itself is Unauthenticated, with the path.
#[test]
fn everything_needs_a_login_that_lives() {
    let service = Service::new();
    let cookie = service.log_in("admin");
    for cookie in ["", "session_id=", "session_id=0000000000000000000000000000000000000000", "other=1", "session_id"] {
        let answer = service.send("GET", "/api/audit/sessions", &[("cookie", cookie)]);
        assert_eq!(answer.error(), (401, "Unauthenticated".to_owned()), "{cookie}");
        assert_eq!(answer.json()["error"]["details"]["path"], "/api/audit/sessions");
    }
    let get = |path: &str| service.send("GET", path, &[("cookie", &cookie)]);
    service.clock.advance_seconds(599);
    assert_eq!(get("/api/info").status, 200, "each call gives it its whole life again");
    service.clock.advance_seconds(599);
    assert_eq!(get("/api/info").status, 200);
    service.clock.advance_seconds(600);
    assert_eq!(get("/api/info").error(), (401, "Unauthenticated".to_owned()));
}

/// failed logins are slowed down; the right password does not help while one waits.
#[test]
fn failures_are_slowed_down() {
    let service = Service::new();
    let log_in = |password: &str| {
        service.send("GET", "/api/authentication", &[("authorization", &basic("admin", password))]).status
    };
    (0..6).for_each(|_| assert_eq!(log_in("wrong"), 401));
    assert_eq!(log_in("secret:word"), 401);
    service.clock.advance_seconds(2);
    assert_eq!(log_in("secret:word"), 200);
}

const PATHS: [(&str, &str, [u16; 5]); 22] = [
    // method, path, and what admin, auditor, searcher, ssh-only and nothing get
    ("GET", "/api/info", [200, 200, 200, 200, 200]),
    ("GET", "/api/audit/sessions", [200, 200, 200, 200, 403]),
    ("GET", "/api/audit/sessions/_count", [200, 200, 200, 200, 403]),
    ("GET", "/api/audit/sessions/stats?field=protocol", [200, 200, 200, 200, 403]),
    ("GET", "/api/audit/sessions/histogram?field=start_time", [200, 200, 200, 200, 403]),
    ("GET", "/api/audit/sessions/s3", [200, 200, 200, 404, 403]),
    ("GET", "/api/audit/sessions/s3/channels", [200, 200, 200, 404, 403]),
    ("GET", "/api/audit/sessions/s3/channels/1", [200, 200, 200, 404, 403]),
    ("GET", "/api/audit/sessions/s3/alerts", [200, 200, 200, 404, 403]),
    ("GET", "/api/audit/sessions/s3/events", [200, 200, 200, 404, 403]),
    ("GET", "/api/audit/sessions/s3/indexing", [200, 200, 200, 404, 403]),
    ("GET", "/api/audit/sessions/s3/indexer", [200, 200, 200, 404, 403]),
    ("GET", "/api/audit/sessions/s3/indexers", [200, 200, 200, 404, 403]),
    ("GET", "/api/audit/sessions/s3/content/?q=a", [200, 200, 200, 404, 403]),
    ("GET", "/api/audit/sessions/s3/trail_downloads", [200, 200, 200, 404, 403]),
    ("GET", "/api/audit/sessions/s3/audit_trail", [200, 200, 403, 404, 403]),
    ("POST", "/api/audit/sessions/s3/indexing", [202, 403, 403, 404, 403]),
    ("POST", "/api/audit/sessions/s3/_generate?record_ids=2", [201, 201, 201, 404, 403]),
    ("GET", "/api/audit/sessions/s3/screenshots/2", [200, 200, 200, 404, 403]),
    ("GET", "/api/audit/users", [200, 200, 403, 200, 403]),
    ("GET", "/api/audit/users/_count", [200, 200, 403, 200, 403]),
    ("GET", "/api/nothing", [404, 404, 404, 404, 404]),
];

/// every endpoint by every role; what a limited role does not see is not there.
#[test]
fn every_endpoint_by_every_role() {
    let service = Service::new();
    let logins = ["admin", "auditor", "searcher", "ssh-only", "nothing"].map(|name| (name, service.as_user(name)));
    for (method, path, expected) in PATHS {
        assert_eq!(service.send(method, path, &[]).status, 401, "{path} without a login");
        for ((name, login), expected) in logins.iter().zip(expected) {
            let answer = login.send(method, path, &[]);
            assert_eq!(
                answer.status,
                expected,
                "{method} {path} as {name}: {:?}",
                String::from_utf8_lossy(&answer.bytes)
            );
        }
    }
}

/// a session that may not be seen and one that is not there answer alike.
#[test]
fn hidden_and_missing_are_alike() {
    let service = Service::new();
    let login = service.as_user("ssh-only");
    for end in ["", "/channels", "/channels/1", "/alerts", "/events", "/audit_trail", "/content/?q=a", "/screenshots/2"]
    {
        let get = |key: &str| login.get(&format!("/api/audit/sessions/{key}{end}")).json()["error"].clone();
        assert_eq!(get("s3"), get("s9"), "{end}");
    }
}

/// a role's filter holds in lists, counts, figures, content and snapshots.
#[test]
fn a_limited_role_sees_its_part() {
    let service = Service::new();
    let login = service.as_user("ssh-only");
    assert_eq!(login.get("/api/audit/sessions").keys(), ["s2", "s1"]);
    assert_eq!(login.get("/api/audit/sessions?q=protocol:telnet").keys(), [""; 0]);
    assert_eq!(login.get("/api/audit/sessions?q=protocol:ssh%20OR%20protocol:telnet").keys(), ["s2", "s1"]);
    assert_eq!(login.get("/api/audit/sessions?q=*:*&content=*").status, 400);
    assert_eq!(login.get("/api/audit/sessions/_count").json()["count"], 2);
    let stats = login.get("/api/audit/sessions/stats?field=protocol").json();
    assert_eq!(stats["items"].as_array().unwrap().len(), 1, "{stats}");
    assert_eq!(login.get("/api/audit/users/_count").json()["count"], 2);
    let snapshot = login.get("/api/audit/sessions/_snapshot").json()["body"]["snapshot"].clone();
    let path = format!("/api/audit/sessions?snapshot={}&sort=start_time", snapshot.as_str().unwrap());
    assert_eq!(login.get(&path).keys(), ["s1", "s2"]);
}

/// what is not known, and what is too much, has its answer too.
#[test]
fn odd_requests_have_answers() {
    let service = Service::new();
    let login = service.as_user("admin");
    for (method, path, expected) in [
        ("PUT", "/api/audit/sessions", 405),
        ("POST", "/api/audit/sessions/s1/content", 405),
        ("GET", "/", 404),
        ("GET", "/api/audit/sessions/s1/channels/x", 404),
        ("GET", "/api/audit/sessions/..%2f..%2fetc%2fpasswd", 404),
        ("GET", "/api/audit/sessions/%00", 404),
        ("GET", "/api/audit/sessions/%ff", 404),
    ] {
        let answer = login.send(method, path, &[]);
        assert!(answer.status == expected, "{method} {path}: {}", answer.status);
    }
    let long = format!("/api/audit/sessions?q={}", "a".repeat(20_000));
    assert_eq!(login.get(&long).error(), (414, "UrlTooLong".to_owned()));
    assert_eq!(login.send("HEAD", "/api/audit/sessions", &[]).bytes, b"");
    assert_eq!(login.get("/health/ready").status, 200);
    assert!(
        login
            .get("/metrics")
            .text()
            .contains("trail_http_requests_total{endpoint=\"/api/audit/sessions\",status=\"405\"} 1")
    );
}
