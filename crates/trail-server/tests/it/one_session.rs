//! One session and what belongs to it.

use serde_json::{Value, json};
use trail_container::{Attributes, Header, OpenBody, RecordBody, TrailWriter, WriterOptions};
use trail_model::{ChannelId, Offset, SessionMeta, Size, Timestamp};

use crate::fixture::{NOW, Service};

/// the document, by key, rest form and log form.
#[test]
fn the_document() {
    let service = Service::new();
    let login = service.as_user("admin");
    let document = login.get("/api/audit/sessions/s1").json();
    assert_eq!(document["key"], "s1");
    let meta = json!({ "href": "/api/audit/sessions/s1", "parent": "/api/audit/sessions", "remaining_seconds": 600 });
    assert_eq!(document["meta"], meta);
    let body = &document["body"];
    for name in ["alerts", "channels", "events", "indexing", "trail_downloads"] {
        assert_eq!(body[name]["href"], format!("/api/audit/sessions/s1/{name}"));
    }
    let trail = json!({ "archive": null, "download": { "href": "/api/audit/sessions/s1/audit_trail" } });
    assert_eq!(body["recording"]["audit_trail"], trail);
    assert_eq!(
        (&body["active"], &body["protocol"], &body["verdict"]),
        (&json!(false), &json!("SSH"), &json!("ACCEPT"))
    );
    assert_eq!(body["recording"]["index_status"], "INDEXED");
    for name in ["svc-fNLgQZ3jYsY1NDWYp9DEpq-ssh_demo2-2", "svc%2FfNLgQZ3jYsY1NDWYp9DEpq%2Fssh_demo2%3A2"] {
        assert_eq!(login.get(&format!("/api/audit/sessions/{name}")).json()["key"], "s1", "{name}");
    }
    assert_eq!(login.get("/api/audit/sessions/nothing").error(), (404, "NotFound".to_owned()));
}

/// channels in the shapes of both generations.
#[test]
fn channels() {
    let service = Service::new();
    let login = service.as_user("admin");
    let channels = login.get("/api/audit/sessions/s1/channels").json();
    let channel = &channels["items"][0];
    let key = channel["key"].as_str().unwrap();
    assert_eq!(channel["meta"]["href"], format!("/api/audit/sessions/s1/channels/{key}"));
    assert_eq!(channel["body"]["type"], "session shell");
    assert_eq!(channel["type"], "session shell");
    assert_eq!(channel["body"]["verdict"], "accept");
    let one = login.get(&format!("/api/audit/sessions/s1/channels/{key}")).json();
    assert_eq!(one["body"], channel["body"]);
    assert_eq!(login.get("/api/audit/sessions/s1/channels/99").error(), (404, "NotFound".to_owned()));
}

/// what a trail says of its channels is shown, and titles are events beside commands.
#[test]
fn channels_of_a_foreign_recorder() {
    let service = Service::new();
    let login = service.as_user("admin");
    let header = Header::new(SessionMeta { start: Some(Timestamp(NOW)), ..SessionMeta::default() }).unwrap();
    let path = service.data.trail_path("foreign");
    let mut writer = TrailWriter::create(&path, &header, WriterOptions::default()).unwrap();
    let mut open = |number: u32, kind, size, attributes: &[(&str, &str)]| {
        let mut buffer = Vec::new();
        let attributes = Attributes::encode(attributes.iter().copied(), &mut buffer);
        let body = RecordBody::ChannelOpen(OpenBody { kind, size, attributes });
        writer.append(ChannelId(number), Offset(u64::from(number) * 1_000_000_000), &body).unwrap();
    };
    open(1, "session exec scp", None, &[("scp_path", "/tmp/x")]);
    let forward = [
        ("originator.address", "::1"),
        ("originator.port", "59578"),
        ("connected.address", "web01"),
        ("connected.port", "22"),
    ];
    open(2, "local forward", None, &forward);
    open(3, "x11 forward", None, &[("verdict", "deny"), ("four_eyes_authorizer", "carol")]);
    open(4, "session shell", Some(Size::DEFAULT), &[]);
    let title = |text: &str| format!("\x1b]2;{text}\x07");
    for (second, text) in [(5, title("Server Manager")), (6, title("plain")), (8, title("Server Manager"))] {
        writer.append(ChannelId(4), Offset(second * 1_000_000_000), &RecordBody::Output(text.as_bytes())).unwrap();
    }
    writer.close().unwrap();
    service.app.index_new().unwrap();
    let items = login.get("/api/audit/sessions/foreign/channels").json()["items"].clone();
    let bodies: Vec<&Value> = items.as_array().unwrap().iter().map(|item| &item["body"]).collect();
    assert_eq!((&bodies[0]["type"], &bodies[0]["scp_path"]), (&json!("session exec scp"), &json!("/tmp/x")));
    assert_eq!(bodies[0]["verdict"], "accept");
    for (name, value) in forward {
        let expected = value.parse::<u16>().map_or_else(|_| json!(value), |port| json!(port));
        assert_eq!(bodies[1][name], expected, "{name}");
    }
    let denied = (&bodies[2]["verdict"], &bodies[2]["four_eyes_authorizer"], &bodies[2]["duration"]);
    assert_eq!(denied, (&json!("deny"), &json!("carol"), &json!(0)));
    assert_eq!(bodies[3]["start_time"], "2026-02-01T00:00:04.000Z");
    let events = login.get("/api/audit/sessions/foreign/events").json()["items"].clone();
    let titles: Vec<_> = events.as_array().unwrap().iter().map(|event| (&event["type"], &event["action"])).collect();
    let kind = json!("screen.windowtitle");
    let expected = ["Server Manager", "plain", "Server Manager"].map(|title| json!(title));
    assert_eq!(titles, expected.iter().map(|title| (&kind, title)).collect::<Vec<_>>());
    let document = login.get("/api/audit/sessions/foreign").json()["body"].clone();
    assert_eq!(document["analytics"]["interesting_events"], json!(["Server Manager"]));
    assert_eq!(document["recording"]["window_title_extracted"], true);
}

/// lists of a session, with pages.
#[test]
fn lists_of_a_session() {
    let service = Service::new();
    let login = service.as_user("admin");
    let events = login.get("/api/audit/sessions/s3/events").json();
    let items = events["items"].as_array().unwrap();
    assert!(items.len() > 1, "{events}");
    let names: Vec<&String> = items[0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["action", "channels_id", "content", "record_id", "time", "type"]);
    assert!(items.windows(2).all(|pair| pair[0]["time"].as_str() <= pair[1]["time"].as_str()), "by time");
    let of_s2 = login.get("/api/audit/sessions/s2/events").json()["items"].clone();
    let with_prompt = |item: &&Value| {
        let (action, content) = (item["action"].as_str().unwrap(), item["content"].as_str().unwrap());
        assert!(content.contains(action.lines().next().unwrap().trim_end()), "{item}");
        content.len() > action.len()
    };
    assert!(of_s2.as_array().unwrap().iter().filter(with_prompt).count() > 3, "whole lines, prompts and all: {of_s2}");
    let second = login.get("/api/audit/sessions/s3/events?limit=1&offset=1").json();
    assert_eq!(second["items"], json!([items[1]]));
    assert_eq!(second["meta"]["previous"], "/api/audit/sessions/s3/events?limit=1&offset=0");
    assert_eq!(second["meta"]["match_count"], items.len());
    let alerts = login.get("/api/audit/sessions/s3/alerts").json();
    assert_eq!((&alerts["items"], &alerts["meta"]["limit"]), (&json!([]), &json!(500)));

    let runs = |login: &crate::fixture::Login<'_>| login.get("/api/audit/sessions/s3/indexing").json()["items"].clone();
    assert_eq!(runs(&login)[0]["status"], "COMPLETED");
    assert_eq!(runs(&login), login.get("/api/audit/sessions/s3/indexers").json()["items"]);
}

/// content: its fields, order, and what is no query.
#[test]
fn content() {
    let service = Service::new();
    let login = service.as_user("admin");
    let get = |query: &str| login.get(&format!("/api/audit/sessions/s1/content/{query}"));
    let found = get("?q=e*").json();
    let items = found["items"].as_array().unwrap();
    assert!(!items.is_empty());
    for item in items {
        let names: Vec<&String> = item.as_object().unwrap().keys().collect();
        assert_eq!(names, ["channel.id", "end_time", "rank", "record_id", "start_time", "trail_id"]);
        let record = |name: &str| item["record_id"][name].as_u64().unwrap();
        assert!(record("begin") <= record("for_screenshot") && record("for_screenshot") <= record("end"), "{item}");
        assert!(item["start_time"].as_str() <= item["end_time"].as_str());
        assert!(item["start_time"].as_str().unwrap().starts_with("2026-01-02T10:"), "{item}");
        assert!(item["trail_id"].is_string() && item["channel.id"].is_u64());
        let rank = item["rank"].as_f64().unwrap();
        assert_eq!(f64::from(rank as f32), rank, "single precision");
    }
    assert!(items.windows(2).all(|pair| pair[0]["rank"].as_f64() >= pair[1]["rank"].as_f64()), "best first");
    assert_eq!(get("?q=e*&limit=1&offset=1").json()["items"], json!([items[1]]));
    assert_eq!(found["meta"]["href"], "/api/audit/sessions/s1/content");
    for empty in ["", "?q=", "?q=%20"] {
        assert_eq!(get(empty).json()["items"], json!([]), "{empty}");
    }
    for invalid in ["?q=*x", "?q=(", "?q=nofield:x", "?q=x&limit=x"] {
        assert_eq!(get(invalid).error(), (400, "InvalidQuery".to_owned()), "{invalid}");
    }
}

/// a picture is made when asked for, and is the same each time.
#[test]
fn screenshots() {
    let service = Service::new();
    let login = service.as_user("admin");
    let path = "/api/audit/sessions/s1";
    let hits = login.get(&format!("{path}/content/?q=e*")).json();
    let record = &hits["items"][0]["record_id"]["for_screenshot"];
    let shot = format!("{path}/screenshots/{record}");
    assert_eq!(login.get(&shot).error(), (404, "NotFound".to_owned()), "a look makes none");
    let made = login.post(&format!("{path}/_generate?record_ids={record}"));
    assert_eq!((made.status, &made.json()["body"]), (201, &json!({ "record_ids": [record], "status": "DONE" })));
    let first = login.get(&shot);
    assert_eq!(first.headers["content-type"], "image/png");
    assert!(first.bytes.starts_with(b"\x89PNG"));
    assert_eq!(login.post(&format!("{path}/screenshots/_generate?record_ids={record}")).status, 201);
    assert_eq!(login.get(&shot).bytes, first.bytes);
    for (query, expected) in [
        ("", (400, "InvalidQuery")),
        ("?record_ids=x", (400, "InvalidQuery")),
        ("?record_ids=-1", (400, "InvalidQuery")),
        ("?record_ids=0", (404, "NotFound")),
        ("?record_ids=1,99999999", (404, "NotFound")),
        ("?record_ids=18446744073709551615", (404, "NotFound")),
    ] {
        let answer = login.post(&format!("{path}/_generate{query}"));
        assert_eq!(answer.error(), (expected.0, expected.1.to_owned()), "{query}");
    }
    assert_eq!(login.get(&format!("{path}/screenshots/x")).status, 404);
}

/// with `highlight`, items tell what matched and where.
#[test]
fn highlights() {
    let service = Service::new();
    let login = service.as_user("admin");
    let path = "/api/audit/sessions/s2";
    let plain = login.get(&format!("{path}/content?q=useradd")).json()["items"].clone();
    let marked = login.get(&format!("{path}/content?q=useradd&highlight=true")).json()["items"].clone();
    assert!(!plain.as_array().unwrap().is_empty());
    let mut cells = 0;
    for (plain, marked) in plain.as_array().unwrap().iter().zip(marked.as_array().unwrap()) {
        let mut without = marked.clone();
        let texts = without.as_object_mut().unwrap().remove("highlight").unwrap();
        assert_eq!(&without, plain);
        for text in texts.as_array().unwrap() {
            let whole = text["text"].as_str().unwrap();
            for range in text["ranges"].as_array().unwrap() {
                let (begin, end) = (range[0].as_u64().unwrap() as usize, range[1].as_u64().unwrap() as usize);
                assert_eq!(whole[begin..end].to_lowercase(), "useradd", "{text}");
            }
            for rect in text["rects"].as_array().unwrap() {
                assert_eq!(rect["width"], 7, "{text}");
                cells += 1;
            }
        }
    }
    assert!(cells > 0, "{marked}");
    assert_eq!(login.get(&format!("{path}/content?q=useradd&highlight=maybe")).error().0, 400);

    // A picture with marks is another picture.
    let record = &plain[0]["record_id"]["for_screenshot"];
    assert_eq!(login.post(&format!("{path}/_generate?record_ids={record}")).status, 201);
    let shot = |query: &str| login.get(&format!("{path}/screenshots/{record}{query}"));
    assert_eq!(shot("?highlight=useradd").status, 404, "a look makes none");
    assert_eq!(login.post(&format!("{path}/_generate?record_ids={record}&highlight=useradd")).status, 201);
    assert_ne!(shot("?highlight=useradd").bytes, shot("").bytes);
    assert_eq!(login.post(&format!("{path}/_generate?record_ids={record}&highlight=(")).error().0, 400);
}

/// the trail, whole and in parts, and who took it.
#[test]
fn the_trail() {
    let service = Service::new();
    let login = service.as_user("auditor");
    let file = std::fs::read(service.data.trail_path("s1")).unwrap();
    let path = "/api/audit/sessions/s1/audit_trail";
    let whole = login.get(path);
    assert_eq!(whole.bytes, file);
    assert_eq!(whole.headers["content-disposition"], "attachment; filename=\"s1.zat\"");
    let part = login.send("GET", path, &[("range", "bytes=10-19")]);
    assert_eq!((part.status, part.bytes.as_slice()), (206, &file[10..20]));
    assert_eq!(part.headers["content-range"], format!("bytes 10-19/{}", file.len()));
    let beyond = login.send("GET", path, &[("range", "bytes=99999999-")]);
    assert_eq!(beyond.error(), (416, "RangeNotSatisfiable".to_owned()));
    assert_eq!(login.get(&format!("{path}?format=srs")).error(), (404, "NotFound".to_owned()), "it is closed");
    assert_eq!(login.get(&format!("{path}?format=exe")).error(), (400, "InvalidQuery".to_owned()));
    let head = login.send("HEAD", path, &[]);
    assert_eq!((head.status, head.bytes.len()), (200, 0), "takes nothing away");
    assert_eq!(head.headers["content-length"], file.len().to_string());
    let downloads = login.get("/api/audit/sessions/s1/trail_downloads").json();
    let expected = json!({
        "from_api": true, "ip_address": "unknown", "time": "2026-02-01T00:00:00.000Z", "username": "auditor",
    });
    assert_eq!(downloads["items"], Value::from(vec![expected.clone(), expected]));
}

/// a run of several sessions takes as long for each as the work on it did, not as long as all of it.
#[test]
fn each_session_has_its_own_time() {
    let service = Service::new();
    let login = service.as_user("admin");
    for key in ["s1", "s2", "s3"] {
        assert_eq!(login.post(&format!("/api/audit/sessions/{key}/indexing")).status, 202);
    }
    let cast = "{\"version\":2,\"width\":40,\"height\":5}\n[0.1,\"o\",\"a few words\"]\n";
    let new = login.upload("", cast).json()["items"][0]["key"].as_str().unwrap().to_owned();
    let begun = std::time::Instant::now();
    service.index_queued();
    let all_ns = u64::try_from(begun.elapsed().as_nanos()).unwrap();
    let store = trail_catalog::Store::open(service.data.root()).unwrap();
    let own = |key: &str| store.index_runs(key).unwrap().last().unwrap().duration_ns;
    let times = ["s1", "s2", "s3", &new].map(own);
    assert!(times.iter().all(|time| *time > 0), "{times:?}");
    // They are so small that one thread does them one by one.
    assert!(times.iter().sum::<u64>() <= all_ns, "{times:?} of {all_ns}");
}

/// a session is indexed again when an administrator says so.
#[test]
fn indexed_again() {
    let service = Service::new();
    let login = service.as_user("admin");
    let before = login.get("/api/audit/sessions/s1/content/?q=e*").json()["items"].clone();
    let queued = login.post("/api/audit/sessions/s1/indexing");
    assert_eq!((queued.status, &queued.json()["body"]["status"]), (202, &json!("QUEUED")));
    assert_eq!(login.post("/api/audit/sessions/s1/indexing").status, 202, "it waits once");
    let runs = || login.get("/api/audit/sessions/s1/indexing").json()["items"].clone();
    let statuses =
        |runs: Value| -> Vec<Value> { runs.as_array().unwrap().iter().map(|run| run["status"].clone()).collect() };
    assert_eq!(statuses(runs()), ["COMPLETED", "QUEUED"]);
    service.index_queued();
    assert_eq!(statuses(runs()), ["COMPLETED", "COMPLETED"]);
    assert_eq!(login.get("/api/audit/sessions/s1/content/?q=e*").json()["items"], before);
}
