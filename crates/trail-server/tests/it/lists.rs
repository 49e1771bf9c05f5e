//! Lists, pages, tables, figures.

use serde_json::json;

use crate::fixture::Service;

/// R-3.1.1: the plain list, newest first, with its meta fields.
#[test]
fn the_plain_list() {
    let service = Service::new();
    let answer = service.as_user("admin").get("/api/audit/sessions");
    let link = "/api/audit/sessions?limit=500&offset=0&fields=";
    let items: Vec<_> = ["s4", "s3", "s2", "s1"]
        .map(|key| json!({ "key": key, "meta": { "href": format!("/api/audit/sessions/{key}") } }))
        .into();
    let expected = json!({
        "items": items,
        "meta": {
            "fields": [], "first": link, "href": "/api/audit/sessions", "last": link, "limit": 500, "match_count": 4,
            "next": null, "offset": 0, "parent": "/api/audit", "previous": null, "remaining_seconds": 600,
        },
    });
    assert_eq!(answer.json(), expected);
    assert_eq!(service.as_user("admin").get("/api/audit/sessions/").status, 200);
}

/// R-3.1.2: parameters and the sessions they choose.
#[test]
fn what_parameters_choose() {
    let service = Service::new();
    let login = service.as_user("admin");
    for (query, expected) in [
        ("q=protocol:ssh", "s2 s1"),
        ("q=protocol%3A%20SSH", "s2 s1"),
        ("q=protocol:(ssh%20rdp)", "s2 s1"),
        ("q=protocol:ssh%20AND%20verdict:accept%20AND%20NOT%20name:admin", "s1"),
        ("q=verdict:accept-terminated", "s2"),
        ("q=(client.address:10.20.30.40%20OR%20target.address:10.20.30.40)%20AND%20verdict:accept", "s1"),
        ("q=port:{21%20TO%2024}", "s3 s1"),
        ("q=start_time:[*%20TO%201767450120]", "s2 s1"),
        ("q=name:?o*", "s3 s2"),
        ("q=active:true", ""),
        ("start=2026-01-04", "s4 s3"),
        ("start=2026-01-02T10:35", "s4 s3 s2 s1"),
        ("start=2026-01-02T10:36", "s4 s3 s2"),
        ("start=2026-01-02T10:35:20.0000000%2B00:00", "s4 s3 s2 s1"),
        ("end=2026-01-02", "s1"),
        ("start=2026-01-03&end=2026-01-03", "s2"),
        ("sort=start_time", "s1 s2 s3 s4"),
        ("sort=-protocol,start_time", "s3 s4 s1 s2"),
        ("sort=client.port", "s1 s4 s3 s2"),
        ("sort=-client.port", "s1 s4 s3 s2"),
        ("limit=2", "s4 s3"),
        ("limit=2&offset=2", "s2 s1"),
        ("limit=2&offset=4", ""),
        ("offset=20000", ""),
        ("limit=1000", "s4 s3 s2 s1"),
        ("q=&content=&start=&snapshot=&search_after=", "s4 s3 s2 s1"),
    ] {
        let keys = login.get(&format!("/api/audit/sessions?{query}")).keys();
        assert_eq!(keys.join(" "), expected, "{query}");
    }
}

/// R-3.1.3: what is no parameter is InvalidQuery.
#[test]
fn invalid_queries() {
    let service = Service::new();
    let login = service.as_user("admin");
    for query in [
        "q=nofield:1",
        "q=protocol:(ssh",
        "q=port:x",
        "content=*x",
        "content=(",
        "limit=0",
        "limit=-1",
        "limit=x",
        "offset=-1",
        "offset=1e3",
        "sort=nofield",
        "start=yesterday",
        "end=2026-13-01",
        "format=xml",
    ] {
        let answer = login.get(&format!("/api/audit/sessions?{query}"));
        assert_eq!(answer.error(), (400, "InvalidQuery".to_owned()), "{query}");
    }
}

/// R-3.1.4: `content` chooses the sessions in which the content endpoint finds something.
#[test]
fn content_chooses_sessions() {
    let service = Service::new();
    let login = service.as_user("admin");
    let mut found = 0;
    for query in ["exit", "useradd", "ls", "command:ls*", "apt~", "NOT%20exit", "nowhere_at_all"] {
        let listed = login.get(&format!("/api/audit/sessions?content={query}&sort=start_time")).keys();
        let has_hits = |key: &&str| {
            let hits = login.get(&format!("/api/audit/sessions/{key}/content/?q={query}")).json();
            !hits["items"].as_array().unwrap().is_empty()
        };
        let expected: Vec<&str> = ["s1", "s2", "s3", "s4"].into_iter().filter(has_hits).collect();
        assert_eq!(listed, expected, "{query}");
        found += expected.len();
    }
    assert!(found > 3, "the queries find something");
}

/// R-3.1.5: chosen fields come nested, alphabetical, under the names they were asked by; unknown ones not at all.
#[test]
fn fields() {
    let service = Service::new();
    let login = service.as_user("admin");
    let answer =
        login.get("/api/audit/sessions?sort=start_time&limit=1&fields=start_time,name,client.ip,nofield,end_time");
    let json = answer.json();
    assert_eq!(json["meta"]["fields"], json!(["start_time", "name", "client.ip", "nofield", "end_time"]));
    let body = &json["items"][0]["body"];
    assert_eq!(body["name"], "alice");
    assert_eq!(body["client"], json!({ "ip": "10.20.30.40" }));
    assert_eq!(body["start_time"], "2026-01-02T10:35:20.000Z");
    let names: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(names, ["client", "end_time", "name", "start_time"]);
    let first = &json["meta"]["first"];
    assert_eq!(
        first,
        "/api/audit/sessions?limit=1&offset=0&fields=start_time,name,client.ip,nofield,end_time&sort=start_time"
    );
    let nothing = login.get("/api/audit/sessions?q=name:carol&fields=client.ip").json();
    assert_eq!(nothing["items"][0]["body"], json!({ "client": { "ip": null } }), "asked by name: null");
    let all = login.get("/api/audit/sessions?q=name:carol&fields=*").json();
    assert_eq!(all["items"][0]["body"]["client"], json!(null), "asked by *: absent");
    assert_eq!(all["items"][0]["body"]["protocol"], "TELNET");
}

/// R-5.3: links lead through all pages.
#[test]
fn pages_lead_through_everything() {
    let service = Service::new();
    let login = service.as_user("admin");
    let mut next = "/api/audit/sessions?limit=3&q=name%3A*".to_owned();
    let mut seen = Vec::new();
    loop {
        let answer = login.get(&next);
        seen.extend(answer.keys());
        let meta = answer.json()["meta"].clone();
        assert_eq!(meta["last"], "/api/audit/sessions?limit=3&offset=3&fields=&q=name%3A%2A");
        match meta["next"].as_str() {
            Some(link) => next = link.to_owned(),
            None => break assert_eq!(meta["previous"], "/api/audit/sessions?limit=3&offset=0&fields=&q=name%3A%2A"),
        }
    }
    assert_eq!(seen, ["s4", "s3", "s2", "s1"]);
}

/// R-9: the table.
#[test]
fn csv() {
    let service = Service::new();
    let login = service.as_user("admin");
    let path = "/api/audit/sessions?format=csv&q=protocol:ssh&\
        fields=protocol,user.gateway_username,server.ip,client.ip,client.port,analytics.similar_sessions";
    let answer = login.send("GET", path, &[("host", "127.0.0.1")]);
    assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
    let expected = "\"Key\",\"Protocol\",\"Gateway username\",\"Server IP\",\"Client IP\",\"Client port\",\
        \"Similar Sessions\"\r\n\
        \"s2\",\"SSH\",\"bob\",\"\",\"\",\"\",\"\"\r\n\
        \"s1\",\"SSH\",\"alice\",\"\",\"10.20.30.40\",\"48679\",\"\"\r\n";
    assert_eq!(answer.text(), expected);
    let interesting = login.get("/api/audit/sessions/s2").json()["body"]["analytics"]["interesting_events"].clone();
    let interesting: Vec<&str> = interesting.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    assert!(interesting.contains(&"sudo") && interesting.contains(&"useradd"), "{interesting:?}");
    let table = login.get("/api/audit/sessions?format=csv&fields=analytics.interesting_events&q=key:s2").text();
    let rows: String = interesting.iter().map(|word| format!("\"s2\",\"{word}\"\r\n")).collect();
    assert_eq!(table, format!("\"Key\",\"Analytics Interesting events\"\r\n{rows}"), "a row for each value");
    let path = "/api/audit/sessions?format=csv&fields=trail_download_link&q=name:alice";
    let link = login.send("GET", path, &[("host", "127.0.0.1")]).text();
    assert!(link.ends_with("\"s1\",\"https://127.0.0.1/api/audit/sessions/s1/audit_trail\"\r\n"), "{link}");
    assert_eq!(login.get("/api/audit/sessions?format=csv&q=name:alice").text(), "\"Key\"\r\n\"s1\"\r\n");
}

/// R-3.13: figures.
#[test]
fn figures() {
    let service = Service::new();
    let login = service.as_user("admin");
    let stats = login.get("/api/audit/sessions/stats?field=user.name&size=1&sub_fields=protocol").json();
    let subs = json!([{ "count": 1, "value": "SSH" }]);
    assert_eq!(stats["items"], json!([{ "count": 2, "sub_fields": subs, "value": "bob" }]));
    let days = login.get("/api/audit/sessions/histogram?field=start_time&bin-size=day").json();
    assert_eq!(days["items"][0], json!({ "count": 1, "start": "2026-01-02T00:00:00.000Z" }));
    assert_eq!(days["items"].as_array().unwrap().len(), 4);
    for path in ["stats", "stats?field=x", "histogram?field=protocol", "histogram?field=start_time&bin-size=x"] {
        assert_eq!(
            login.get(&format!("/api/audit/sessions/{path}")).error(),
            (400, "InvalidQuery".to_owned()),
            "{path}"
        );
    }
}

/// R-6: the metadata filter language, through lists.
#[test]
fn filters() {
    let service = Service::new();
    let login = service.as_user("admin");
    for (filter, expected) in [
        ("protocol: SSH", "s1 s2"),
        ("protocol:(vnc rdp)", ""),
        ("protocol:ssh AND verdict:accept-terminated AND NOT name:admin", "s2"),
        ("NOT name:?o*", "s1 s4"),
        ("name:*LICE", "s1"),
        ("psm.client.address:10.20.30.40", "s1"),
        ("client.ip:\"10.20.0.0/16\"", "s1"),
        ("port:{21 TO 23}", "s1"),
        ("port:[22 TO 23}", "s1"),
        ("port:{22 TO 23]", "s3"),
        ("start_time:[1767450120 TO *]", "s2 s3 s4"),
        ("start_time:[2026-01-04 TO *]", "s3 s4"),
        (r#"name:\"bob\" AND protocol:telnet"#, "s3"),
        ("psm.gateway_username:bob", "s2 s3"),
        ("server.port:*", "s1 s2 s3"),
        ("_exists_:client.ip", "s1"),
        ("bob", "s2 s3"),
        ("bo", ""),
        ("name:bib~1", "s2 s3"),
        ("name:/b.b|carol/", "s2 s3 s4"),
        ("*:*", "s1 s2 s3 s4"),
        ("screen.content:useradd", "s2"),
        ("screen.content:useradd OR name:carol", "s2 s4"),
        ("NOT screen.content:useradd", "s1 s3 s4"),
    ] {
        let q = percent_encoding::utf8_percent_encode(filter, percent_encoding::NON_ALPHANUMERIC);
        let path = format!("/api/audit/sessions?sort=start_time&q={q}");
        assert_eq!(login.get(&path).keys().join(" "), expected, "{filter}");
        let count = login.get(&format!("/api/audit/sessions/_count?q={q}")).json()["count"].clone();
        assert_eq!(count, expected.split_whitespace().count(), "{filter}");
    }
    for filter in
        ["nofield:1", "port:x", "active:maybe", "protocol:(ssh", "client.ip:10.0.0.300", "screen.content:(", "name:/(/"]
    {
        let q = percent_encoding::utf8_percent_encode(filter, percent_encoding::NON_ALPHANUMERIC);
        let answer = login.get(&format!("/api/audit/sessions?q={q}"));
        assert_eq!(answer.error(), (400, "InvalidQuery".to_owned()), "{filter}");
    }
}

/// R-9.1: a table does not grow beyond measure, whatever a session's lists are.
#[test]
fn tables_are_bounded() {
    let service = Service::new();
    let store = trail_catalog::Store::open(service.data.root()).unwrap();
    let mut session = trail_catalog::Session::new("many");
    let values: Vec<String> = (0..400).map(|number| format!("v{number}")).collect();
    for field in ["analytics.tags", "analytics.interesting_events", "analytics.similar_sessions"] {
        session.set(field, values.clone());
    }
    session.set("user.name", "dave");
    store.put_sessions([&crate::fixture::without_trail(session)], crate::fixture::NOW).unwrap();
    let login = service.as_user("admin");
    let get = |fields: &str| login.get(&format!("/api/audit/sessions?format=csv&q=name:dave&fields={fields}"));
    let two = get("analytics.tags,trail_download_link").text();
    assert_eq!(two.lines().count(), 401);
    assert_eq!(two.lines().last(), Some("\"many\",\"v399\",\"\""));
    assert_eq!(get("analytics.tags,analytics.interesting_events").error(), (400, "InvalidQuery".to_owned()));
}

/// R-1.6: each limit of queries holds for content and for metadata filters, and one is enough for both.
#[test]
fn limits_of_queries_are_settings() {
    type Limit = fn(&mut trail_query::Limits);
    let cases: [(Limit, &str, &str); 7] = [
        (|limits| limits.text_len = 24, "ls", "exit%20cd%20ls%20cat%20top%20id%20ps"),
        (|limits| limits.nesting = 1, "ls", "(ls)"),
        (|limits| limits.clauses = 2, "ls%20exit", "ls%20exit%20cd"),
        (|limits| limits.wildcards = 1, "e?it", "e?i?"),
        (|limits| limits.regexp_chars = 3, "/ls/", "/l(s|x)/"),
        (|limits| limits.states = 8, "/ls/", "/.*[a-z].{9}[xyz].{9}/"),
        (|limits| limits.expansions = 1, "useradd*", "u*"),
    ];
    for (limit, within, beyond) in cases {
        let service = Service::with(|settings| limit(&mut settings.query_limits));
        let login = service.as_user("admin");
        for parameter in ["content=", "q=user.name:", "q=screen.content:"] {
            // Names of users are few: `u*` and the like stand for none of them, and the pattern meets none to work on.
            let (within, beyond) = match (parameter, beyond) {
                ("q=user.name:", "u*") => ("carol*", "/.*/"),
                _ => (within, beyond),
            };
            let status = |query: &str| login.get(&format!("/api/audit/sessions?{parameter}({query})")).status;
            assert_eq!((status(within), status(beyond)), (200, 400), "{parameter} {within} {beyond}");
        }
    }
    let slow = Service::with(|settings| settings.query_limits.deadline = Some(std::time::Duration::from_nanos(1)));
    let login = slow.as_user("admin");
    for query in ["content=ls", "q=user.name:b*", "q=screen.content:ls"] {
        let answer = login.get(&format!("/api/audit/sessions?{query}"));
        assert_eq!(answer.error(), (400, "InvalidQuery".to_owned()), "{query}");
    }
}
