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

/// What needs no login, and what it answers without one.
const OPEN: [(&str, &str, u16); 5] = [
    ("GET", "/health/live", 200),
    ("GET", "/health/ready", 200),
    ("GET", "/api/openapi.json", 200),
    ("GET", "/api/authentication", 401),
    ("GET", "/api/authentication/login_methods", 200),
];

const PATHS: [(&str, &str, [u16; 5]); 27] = [
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
    ("GET", "/api/audit/sessions/_snapshot", [200, 200, 200, 200, 403]),
    ("POST", "/api/audit/sessions/s3/screenshots/_generate?record_ids=2", [201, 201, 201, 404, 403]),
    ("GET", "/metrics", [200, 403, 403, 403, 403]),
    ("GET", "/api/nothing", [404, 404, 404, 404, 404]),
    ("POST", "/api/audit/sessions", [400, 403, 403, 400, 403]),
    // The last one: it is there no more.
    ("DELETE", "/api/audit/sessions/s3", [200, 403, 403, 404, 403]),
];

/// every endpoint by every role; what a limited role does not see is not there.
#[test]
fn every_endpoint_by_every_role() {
    let service = Service::new();
    let logins = ["admin", "auditor", "searcher", "ssh-only", "nothing"].map(|name| (name, service.as_user(name)));
    for (method, path, expected) in OPEN {
        assert_eq!(service.send(method, path, &[]).status, expected, "{path} without a login");
    }
    let described = service.send("GET", "/api/openapi.json", &[]).json();
    for (path, methods) in described["paths"].as_object().unwrap() {
        let path = path.replace("{id}", "s3").replace("{number}", "1").replace("{record_id}", "2");
        for method in methods.as_object().unwrap().keys() {
            let is_it =
                |of: &str, tried: &str| of.eq_ignore_ascii_case(method) && tried.split(['?']).next() == Some(&path);
            let is_tried = OPEN.iter().any(|(of, tried, _)| is_it(of, tried))
                || PATHS.iter().any(|(of, tried, _)| is_it(of, tried.trim_end_matches("/?q=a")));
            assert!(is_tried, "{method} {path} is in no table");
        }
    }
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

/// nothing that a limited role can ask depends on what it may not see: not ranks, not last sessions, not counts,
/// not revisions, cursors and scores, not the words of errors, not which patterns can be carried out.
#[test]
fn a_limited_role_learns_nothing_of_the_rest() {
    // What ssh-only may see is the same in both; of the rest one service has very much, the other nothing.
    let limits = |settings: &mut trail_server::Settings| settings.query_limits.expansions = 40;
    let (full, part) = (Service::with(limits), Service::with(limits));
    let hidden = |key: String, user: String, ip: String| {
        let mut session = trail_catalog::Session::new(key);
        session.set("protocol", "RDP");
        session.set("user.name", user);
        session.set("client.ip", ip);
        session.set("start_time", "2026-01-31T23:00:00.000Z");
        session.set("end_time", "2026-01-31T23:30:00.000Z");
        crate::fixture::without_trail(session)
    };
    let store = trail_catalog::Store::open(full.data.root()).unwrap();
    store.put_sessions([&hidden("elsewhere".into(), "bob".into(), "10.99.0.1".into())], crate::fixture::NOW).unwrap();
    // Names next to `bob`, more than a fuzzy word stands for, and more than a pattern may stand for.
    for (number, letters) in (b'a'..=b'z').flat_map(|a| (b'a'..=b'z').map(move |b| [b'b', a, b])).enumerate() {
        let user = String::from_utf8(letters.to_vec()).unwrap();
        let facts = hidden(format!("hidden{number:03}"), user, format!("10.98.{}.1", number % 200));
        store.put_sessions([&facts], crate::fixture::NOW).unwrap();
    }
    let score = trail_catalog::UserScore { value: 97, time_ns: crate::fixture::NOW };
    store.score_user("bob", score).unwrap();
    let remover = part.as_user("admin");
    for key in ["s3", "s4"] {
        assert_eq!(remover.send("DELETE", &format!("/api/audit/sessions/{key}"), &[]).status, 200);
    }
    // What may be seen changes afterwards, in both: what its numbers are must not come from the others.
    for service in [&full, &part] {
        let admin = service.as_user("admin");
        assert_eq!(admin.post("/api/audit/sessions/s1/indexing").status, 202);
        service.index_queued();
    }
    let (full, part) = (full.as_user("ssh-only"), part.as_user("ssh-only"));
    let snapshots =
        [&full, &part].map(|login| login.get("/api/audit/sessions/_snapshot").json()["body"]["snapshot"].clone());
    for path in [
        "/api/audit/sessions?fields=*&sort=name",
        "/api/audit/sessions?format=csv&fields=*",
        "/api/audit/sessions?fields=revision&sort=-revision",
        "/api/audit/sessions?q=revision:[2%20TO%20*]",
        "/api/audit/sessions?q=protocol:rdp%20OR%20protocol:telnet",
        "/api/audit/sessions?q=10.99.0.1",
        "/api/audit/sessions?q=NOT%20protocol:ssh",
        "/api/audit/sessions?q=name:b*",
        "/api/audit/sessions?q=name:b?b",
        "/api/audit/sessions?q=name:/b.*/",
        "/api/audit/sessions?q=name:[a%20TO%20z]",
        "/api/audit/sessions?q=name:bab~1",
        "/api/audit/sessions?q=name:alicf~1",
        "/api/audit/sessions?q=bbb~2",
        "/api/audit/sessions?q=_exists_:client.ip",
        "/api/audit/sessions?q=screen.content:ls",
        "/api/audit/sessions?content=exit",
        "/api/audit/sessions?content=NOT%20exit",
        "/api/audit/sessions?content=user*",
        "/api/audit/sessions?content=e*",
        "/api/audit/sessions?content=/[a-z]*t/",
        "/api/audit/sessions?content=exit~2",
        "/api/audit/sessions?limit=1",
        "/api/audit/sessions?limit=1&offset=1",
        "/api/audit/sessions/_count",
        "/api/audit/sessions/_count?q=name:bob",
        "/api/audit/sessions/_count?q=name:bab~1",
        "/api/audit/sessions/_count?content=ls",
        "/api/audit/sessions?snapshot=S&sort=-start_time&fields=*",
        "/api/audit/sessions?snapshot=S&sort=protocol&limit=1",
        "/api/audit/sessions?snapshot=S&sort=-verdict,protocol",
        "/api/audit/sessions/_count?snapshot=S",
        "/api/audit/sessions/_count?snapshot=S&q=name:bab~1",
        "/api/audit/sessions/stats?field=user.name",
        "/api/audit/sessions/stats?field=revision",
        "/api/audit/sessions/stats?field=protocol&sub_fields=client.ip&content=ls",
        "/api/audit/sessions/stats?field=user.name&q=name:bab~1",
        "/api/audit/sessions/histogram?field=start_time&bin-size=hour",
        "/api/audit/users",
        "/api/audit/users?sort=score",
        "/api/audit/users?has_valid_score=true",
        "/api/audit/users/_count",
        "/api/audit/users/_count?has_valid_score=true",
        "/api/audit/sessions/s1",
        "/api/audit/sessions/s1/channels",
        "/api/audit/sessions/s1/alerts",
        "/api/audit/sessions/s2/events",
        "/api/audit/sessions/s2/indexing",
        "/api/audit/sessions/s1/trail_downloads",
        "/api/audit/sessions/s1/content?q=ls",
        "/api/audit/sessions/s1/content?q=e*",
        "/api/audit/sessions/s1/content?q=exit%20OR%20ls~1&highlight=true",
        "/api/audit/sessions/s2/content?q=useradd%20OR%20command:s*",
        "/api/audit/sessions/s3",
        "/api/audit/sessions/s3/content?q=(",
        "/api/audit/sessions/s3/screenshots/1",
        "/api/audit/sessions/elsewhere",
        "/metrics",
    ] {
        let [of_full, of_part] = [(&full, &snapshots[0]), (&part, &snapshots[1])].map(|(login, snapshot)| {
            let answer = login.get(&path.replace("=S", &format!("={}", snapshot.as_str().unwrap())));
            let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
            names.sort_unstable();
            // The snapshot's name and what only its service can read of a cursor: no two services have the same.
            let text = answer.text().replace(snapshot.as_str().unwrap(), "S");
            (answer.status, names, without_ties(&text))
        });
        assert_eq!(of_full, of_part, "{path}");
    }
    assert!(full.get("/api/audit/sessions/s1/content?q=ls").json()["items"][0]["rank"].as_f64().is_some());
    assert_eq!(full.get("/api/audit/sessions?q=name:bab~1").keys(), ["s2"], "a fuzzy word stands for what may be seen");
    assert_eq!(full.get("/api/audit/sessions?q=name:b*").keys(), ["s2"]);
    // The pages of a snapshot lead on, by cursors that do not tell where documents lie.
    let mut next = format!("/api/audit/sessions?limit=1&sort=protocol&snapshot={}", snapshots[0].as_str().unwrap());
    let mut keys = Vec::new();
    loop {
        let page = full.get(&next);
        keys.extend(page.keys());
        match page.json()["meta"]["next"].as_str() {
            Some(link) => next = link.to_owned(),
            None => break,
        }
        let ties: u64 = next.rsplit_once("tiebreaker:").unwrap().1.parse().unwrap();
        assert!(ties >> 32 > 1000, "{ties}: segments are few");
    }
    assert_eq!(keys, ["s1", "s2"]);
}

/// who brings a recording that is there already, among what may not be seen, is not told.
#[test]
fn an_upload_does_not_tell_what_is_there() {
    let cast = "{\"version\":2,\"width\":60,\"height\":5}\n[0.1,\"o\",\"words\\r\\n\"]\n";
    let (full, part) = (Service::new(), Service::new());
    assert_eq!(full.as_user("admin").upload("?protocol=RDP", cast).status, 201);
    let [of_full, of_part] = [&full, &part].map(|service| service.as_user("ssh-only").upload("?protocol=SSH", cast));
    assert_eq!((of_full.status, of_full.json()), (of_part.status, of_part.json()));
    assert_eq!(of_full.json()["items"][0]["body"]["format"], "asciicast-v2");
    // What it brought is its own: it sees it in both, with what it said of it.
    let location = of_full.headers["location"].to_str().unwrap();
    for (service, count) in [(&full, 6), (&part, 5)] {
        let limited = service.as_user("ssh-only");
        assert_eq!(limited.get(location).json()["body"]["protocol"], "SSH");
        assert_eq!(limited.get("/api/audit/sessions/_count").json()["count"], 3);
        assert_eq!(service.as_user("admin").get("/api/audit/sessions/_count").json()["count"], count);
        assert_eq!(limited.upload("?protocol=SSH", cast).headers["location"], location, "the same is the same session");
    }
}

/// what a role would not see it cannot bring, and nothing of it is kept.
#[test]
fn what_would_not_be_seen_is_not_taken_in() {
    let service = Service::new();
    let (admin, limited) = (service.as_user("admin"), service.as_user("ssh-only"));
    let cast = "{\"version\":2,\"width\":60,\"height\":5}\n[0.1,\"o\",\"words\\r\\n\"]\n";
    let trail = std::fs::read(service.data.trail_path("s3")).unwrap();
    let ssh_trail = std::fs::read(service.data.trail_path("s1")).unwrap();
    let refused = (403, "Unauthorized".to_owned());
    for (query, bytes) in [("?protocol=RDP", cast.as_bytes().to_vec()), ("", cast.as_bytes().to_vec()), ("", trail)] {
        let answer = limited.upload(query, bytes);
        assert_eq!(answer.error(), refused, "{query}");
        assert_eq!(answer.json()["error"]["details"]["path"], "/api/audit/sessions");
    }
    assert_eq!(admin.get("/api/audit/sessions/_count").json()["count"], 4);
    assert_eq!(std::fs::read_dir(service.data.trails_dir()).unwrap().count(), 4);
    assert_eq!(std::fs::read_dir(service.data.root().join("incoming")).unwrap().count(), 0);
    assert_eq!(limited.upload("", ssh_trail).status, 201, "a trail that says that it is one of those");
}

/// A text with no digits behind `tiebreaker:`.
fn without_ties(text: &str) -> String {
    let mut parts = text.split("tiebreaker:");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "tiebreaker:" + part.trim_start_matches(|c: char| c.is_ascii_digit()))
}

/// figures of the whole service are for who administers all of it.
#[test]
fn figures_are_for_operators() {
    let service = Service::new();
    assert_eq!(service.send("GET", "/metrics", &[]).error(), (401, "Unauthenticated".to_owned()));
    for (name, status) in [("admin", 200), ("auditor", 403), ("ssh-only", 403), ("nothing", 403)] {
        assert_eq!(service.as_user(name).get("/metrics").status, status, "{name}");
    }
    let open = Service::with(|settings| settings.metrics_open = true);
    assert_eq!(open.send("GET", "/metrics", &[]).status, 200);
    // No two requests have names that follow one another.
    let id = |service: &Service| {
        let answer = service.send("GET", "/health/live", &[]);
        u64::from_str_radix(answer.headers["x-request-id"].to_str().unwrap(), 16).unwrap()
    };
    assert!(id(&open).abs_diff(id(&open)) > 1 << 20);
}

/// cookies, paths, parameters and headers of any bytes get an answer of the API, and never one of the fifth hundred.
#[test]
fn any_bytes_get_an_answer() {
    let service = Service::new();
    let login = service.as_user("admin");
    let mut random: u64 = 0x5eed_0b57_ac1e;
    let mut below = |end: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % end as u64) as usize
    };
    let pieces = [
        "%00",
        "%ff",
        "%2f",
        "%2e%2e",
        "..",
        "/",
        "//",
        "'",
        "%22",
        "%5c",
        "*",
        "?",
        ":",
        ",",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "~",
        "%F0%9F%98%80",
        "AND",
        "NOT",
        "start_time",
        "tiebreaker",
        "null",
        "-1",
        "99999999999999999999",
        "1e9",
        "s1",
        "s3",
        "_count",
        "screenshots",
        "content",
        "%E2%80%AE",
        "+",
        "%20",
        "a",
        "=",
    ];
    let names = [
        "q",
        "content",
        "fields",
        "sort",
        "limit",
        "offset",
        "start",
        "end",
        "snapshot",
        "search_after",
        "format",
        "field",
        "record_ids",
        "highlight",
    ];
    let mut statuses = std::collections::BTreeSet::new();
    for round in 0..1500 {
        let mut text =
            |count: usize| -> String { (0..below(count + 1)).map(|_| pieces[below(pieces.len())]).collect() };
        let path = match round % 3 {
            0 => format!("/api/audit/sessions/{}", text(6)),
            1 => format!(
                "/api/audit/sessions/s1/{}?{}={}",
                ["content", "_generate", "screenshots/2", "audit_trail", "events"][round % 5],
                names[round % names.len()],
                text(8)
            ),
            _ => format!(
                "/api/audit/sessions?{}={}&{}={}",
                names[round % names.len()],
                text(8),
                names[(round / 7) % names.len()],
                text(5)
            ),
        };
        // A path that is none is refused before it comes here.
        if path.parse::<axum::http::Uri>().is_err() {
            continue;
        }
        let odd: Vec<u8> =
            (0..12).map(|at| (round * 31 + at * 97) as u8).filter(|byte| *byte >= 32 && *byte != 127).collect();
        let odd = axum::http::HeaderValue::from_bytes(&odd).unwrap();
        let method = ["GET", "POST", "HEAD", "PUT", "OPTIONS"][round % 5];
        let answer = login.send_odd(method, &path, &["range", "remote-addr", "user-agent", "accept"], &odd);
        assert!(answer.status < 500, "{method} {path}: {} {}", answer.status, String::from_utf8_lossy(&answer.bytes));
        if answer.status >= 400 && method != "HEAD" {
            assert!(answer.json()["error"]["type"].is_string(), "{method} {path}");
        }
        statuses.insert(answer.status);
        // The same odd bytes as a login are none.
        let nobody = service.send_odd("GET", "/api/audit/sessions", &["cookie", "authorization"], &odd);
        assert_eq!(nobody.status, 401);
    }
    assert!(statuses.contains(&200) && statuses.contains(&400) && statuses.contains(&404), "{statuses:?}");
}
