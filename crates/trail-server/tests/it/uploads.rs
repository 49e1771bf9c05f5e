//! Recordings that come in, and the forms in which they go out.

use std::path::Path;

use axum::body::Body;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use trail_container::{Attributes, Header, OpenBody, RecordBody, TrailWriter, WriterOptions};
use trail_model::{ChannelId, Offset, SessionMeta, Size};

use crate::fixture::{Login, Service};

fn recording(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/recordings");
    std::fs::read(folder.join(name)).unwrap()
}

const CAST: &str = "{\"version\":2,\"width\":40,\"height\":5}\n[0.1,\"o\",\"brand-new words\\r\\n\"]\n[0.5,\"i\",\"hushed\"]\n\
    [1.0,\"o\",\"more of them\\r\\n\"]\n";

fn key(answer: &crate::fixture::Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["items"][0]["key"].as_str().unwrap().to_owned()
}

fn found(login: &Login<'_>, query: &str) -> Vec<String> {
    login.get(&format!("/api/audit/sessions?{query}")).keys()
}

/// what was uploaded is a session at once, with its metadata, and is found by its content once it is indexed.
#[test]
fn an_upload_becomes_a_session() {
    let service = Service::new();
    let login = service.as_user("admin");
    let meta = "?user.name=erin&protocol=SSH&client.port=4022&start_time=2026-01-30T10:00:00Z";
    let answer = login.upload(meta, CAST);
    let key = key(&answer);
    assert_eq!(answer.headers["location"], format!("/api/audit/sessions/{key}"));
    let body = json!({ "complete": true, "findings": [], "format": "asciicast-v2" });
    assert_eq!(answer.json()["items"][0]["body"], body);
    assert_eq!(found(&login, "q=name:erin"), [key.as_str()]);
    let path = format!("/api/audit/sessions/{key}");
    let document = login.get(&path).json()["body"].clone();
    assert_eq!(document["recording"]["index_status"], "NOT_INDEXED");
    assert_eq!(
        (&document["client"]["port"], &document["start_time"]),
        (&json!(4022), &json!("2026-01-30T10:00:00.000Z"))
    );
    let status = || {
        login.get(&format!("{path}/indexing")).json()["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|run| run["status"].clone())
            .collect::<Vec<Value>>()
    };
    assert_eq!((status(), found(&login, "content=brand-new")), (vec![json!("QUEUED")], vec![]));
    service.index_queued();
    assert_eq!((status(), found(&login, "content=brand-new")), (vec![json!("COMPLETED")], vec![key.clone()]));
    assert_eq!(login.get(&path).json()["body"]["recording"]["index_status"], "INDEXED");
    // The same once more is the same session, as it is.
    assert_eq!(self::key(&login.upload("?user.name=mallory", CAST)), key);
    assert_eq!(login.get(&path).json()["body"]["user"]["name"], "erin");
    assert_eq!(found(&login, "q=name:mallory"), [""; 0]);
}

/// every format comes in, packed or not; an archive brings several.
#[test]
fn formats_and_archives() {
    let service = Service::new();
    let login = service.as_user("admin");
    let mut archive = tar::Builder::new(Vec::new());
    for name in ["asciicast-v2/packages.cast", "asciicast-v2/zsh-marks.cast"] {
        let bytes = recording(name);
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        archive.append_data(&mut header, name, bytes.as_slice()).unwrap();
    }
    let answer = login.upload("?protocol=SSH", archive.into_inner().unwrap());
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(answer.json()["items"].as_array().unwrap().len(), 2);
    // A trail comes in as it is.
    let trail = std::fs::read(service.data.trail_path("s1")).unwrap();
    let answer = login.upload("", trail.clone());
    let key = key(&answer);
    assert_eq!(login.get(&format!("/api/audit/sessions/{key}/audit_trail")).bytes, trail);
    assert_eq!(login.upload("?protocol=SSH", trail.clone()).error(), (400, "InvalidUpload".to_owned()));
    assert_eq!(login.upload("", trail[..trail.len() - 9].to_vec()).error(), (400, "InvalidUpload".to_owned()));
}

/// what is no recording, too large, or not known is refused and leaves nothing.
#[test]
fn what_is_refused_leaves_nothing() {
    let service = Service::with(|settings| settings.upload_len_max = 1000);
    let login = service.as_user("admin");
    let pieces = futures_like(&[&[b'x'; 600][..], &[b'y'; 600][..]]);
    for (query, body, expected) in [
        ("", Body::from("no recording"), (400, "InvalidUpload")),
        ("", Body::empty(), (400, "InvalidUpload")),
        ("", Body::from(vec![b'x'; 1001]), (413, "UploadTooLarge")),
        ("", pieces, (413, "UploadTooLarge")),
        ("?nofield=1", Body::from(CAST), (400, "InvalidQuery")),
        ("?client.port=x", Body::from(CAST), (400, "InvalidQuery")),
        ("?start_time=yesterday", Body::from(CAST), (400, "InvalidQuery")),
        ("?size=0x0", Body::from(CAST), (400, "InvalidQuery")),
        ("?encoding=nothing", Body::from(CAST), (400, "InvalidQuery")),
    ] {
        let answer = login.upload(query, body);
        assert_eq!(answer.error(), (expected.0, expected.1.to_owned()), "{query}");
        assert!(!answer.text().contains(service.data.root().to_str().unwrap()), "no paths: {}", answer.text());
    }
    assert_eq!(service.as_user("auditor").upload("", CAST).status, 403);
    assert_eq!(service.send_body("POST", "/api/audit/sessions", &[], CAST.into()).status, 401);
    assert_eq!(std::fs::read_dir(service.data.root().join("incoming")).unwrap().count(), 0);
    assert_eq!(found(&login, "sort=start_time"), ["s1", "s2", "s3", "s4"]);
}

/// A body of unknown length.
fn futures_like(pieces: &[&[u8]]) -> Body {
    let pieces: Vec<axum::body::Bytes> = pieces.iter().map(|piece| axum::body::Bytes::copy_from_slice(piece)).collect();
    struct Pieces(std::vec::IntoIter<axum::body::Bytes>);
    impl hyper::body::Body for Pieces {
        type Data = axum::body::Bytes;
        type Error = std::io::Error;
        fn poll_frame(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
            std::task::Poll::Ready(self.0.next().map(|piece| Ok(hyper::body::Frame::data(piece))))
        }
    }
    Body::new(Pieces(pieces.into_iter()))
}

/// a trail as asciicast and as text, without what was typed.
#[test]
fn other_forms_of_a_trail() {
    let service = Service::new();
    let login = service.as_user("admin");
    let key = key(&login.upload("", CAST));
    let path = format!("/api/audit/sessions/{key}/audit_trail");
    let cast = login.get(&format!("{path}?format=cast"));
    assert_eq!(cast.headers["content-disposition"], format!("attachment; filename=\"{key}.cast\""));
    let lines: Vec<Value> = cast.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["width"], lines[1][2].as_str()), (&json!(40), Some("brand-new words\r\n")));
    assert!(!cast.text().contains("hushed"));
    assert_eq!(login.get(&format!("{path}?format=txt")).error(), (404, "NotFound".to_owned()), "not indexed yet");
    service.index_queued();
    let text = login.get(&format!("{path}?format=txt")).text();
    assert!(text.contains("brand-new words") && text.contains("more of them") && !text.contains("hushed"), "{text}");
    let downloads = login.get(&format!("/api/audit/sessions/{key}/trail_downloads")).json();
    assert_eq!(downloads["meta"]["match_count"], 2, "what was refused is no download");
}

/// an active session's trail is sent as it grows, and ends when it is closed.
#[test]
fn a_trail_is_followed_while_it_grows() {
    let service = Service::new();
    let login = service.as_user("admin");
    let path = service.data.trail_path("live");
    let header = Header::new(SessionMeta::default()).unwrap();
    let mut writer = TrailWriter::create(&path, &header, WriterOptions::default()).unwrap();
    let channel = ChannelId(1);
    let open = OpenBody { kind: "session shell", size: Some(Size::DEFAULT), attributes: Attributes::default() };
    writer.append(channel, Offset(0), &RecordBody::ChannelOpen(open)).unwrap();
    writer.append(channel, Offset(1), &RecordBody::Output(b"first")).unwrap();
    writer.sync().unwrap();
    trail_index::update(&service.data, &trail_index::IndexOptions::default()).unwrap();
    trail_catalog::sync(&service.data, &trail_catalog::Store::open(service.data.root()).unwrap(), 0).unwrap();
    let url = "/api/audit/sessions/live/audit_trail?format=srs";
    let request = axum::http::Request::builder().uri(url).header("cookie", login.cookie());
    let request = request.body(Body::empty()).unwrap();
    let sent = service.runtime.block_on(async {
        let response = tower::ServiceExt::oneshot(trail_server::router(service.app.clone()), request).await.unwrap();
        assert_eq!(response.status(), 200);
        let mut body = response.into_body();
        let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(first, std::fs::read(&path).unwrap(), "what was there comes at once");
        writer.append(channel, Offset(2), &RecordBody::Output(b"second")).unwrap();
        writer.close().unwrap();
        let rest = body.collect().await.unwrap().to_bytes();
        [first, rest].concat()
    });
    assert_eq!(sent, std::fs::read(&path).unwrap());
}

/// what was found before is found again with what came since, and without what went.
#[test]
fn answers_follow_the_index() {
    let service = Service::new();
    let login = service.as_user("admin");
    let ask = || -> Vec<Vec<String>> {
        let queries = [
            "content=sudo",
            "content=NOT%20sudo",
            "content=brand-new",
            "q=screen.content:words",
            "content=us*%20OR%20more",
        ];
        let sorted = |query: &&str| {
            let mut keys = found(&login, query);
            keys.sort();
            keys
        };
        queries.iter().map(sorted).collect()
    };
    // What a service says that was asked before is what one says that never was.
    let mut kept = Vec::new();
    let mut check = |step: &str| {
        let answer = ask();
        service.app.forget_contents();
        assert_eq!(answer, ask(), "{step}");
        kept.push(answer);
    };
    check("at first");
    let new = key(&login.upload("", CAST));
    check("announced");
    service.index_queued();
    check("indexed");
    assert_eq!(login.send("DELETE", "/api/audit/sessions/s2", &[]).status, 200);
    check("one deleted");
    assert_eq!(login.post(&format!("/api/audit/sessions/{new}/indexing")).status, 202);
    service.index_queued();
    check("indexed again");
    assert_eq!(kept[1], kept[0]);
    assert_ne!(kept[2], kept[1]);
    assert_ne!(kept[3], kept[2]);
    assert_eq!(kept[4], kept[3]);
}

/// what rules are about is told, once it is indexed.
#[test]
fn alerts() {
    let rule = |name: &str, kind, pattern| trail_catalog::AlertRule::new(name, kind, pattern).unwrap();
    use trail_catalog::AlertKind;
    let service = Service::with(|settings| {
        settings.alert_rules = vec![
            rule("accounts", AlertKind::Command, Some("user(add|del)")),
            rule("words", AlertKind::ScreenContent, Some("brand-new +w")),
            rule("cards", AlertKind::CreditCard, None),
        ];
    });
    let login = service.as_user("admin");
    let card = CAST.replace("more of them", "card 4111 1111 1111 1111");
    let key = key(&login.upload("?start_time=2026-01-30T10:00:00Z", card));
    service.index_queued();
    let alerts = login.get(&format!("/api/audit/sessions/{key}/alerts")).json();
    let item = |kind: &str, action: &str, content: &str, regexp: &str, record: u64, rule: &str, time: &str| {
        json!({
            "alert_type": format!("adp.event.screen.{kind}"), "channel_id": alerts["items"][0]["channel_id"], "matched_action": action,
            "matched_content": content, "matched_regexp": regexp, "record_id": record, "rule_name": rule, "time": time,
        })
    };
    let records = [0, 1].map(|place| alerts["items"][place]["record_id"].as_u64().unwrap());
    assert!(records[0] < records[1]);
    assert_eq!(
        alerts["items"],
        json!([
            item(
                "content",
                "brand-new w",
                "brand-new words",
                "brand-new +w",
                records[0],
                "words",
                "2026-01-30T10:00:00.100000"
            ),
            item(
                "creditcard",
                "**** **** **** ****",
                "card **** **** **** ****",
                "",
                records[1],
                "cards",
                "2026-01-30T10:00:01.000000"
            ),
        ])
    );
    // Commands, in a session that is indexed again with rules in force.
    std::fs::copy(service.data.trail_path("s2"), service.data.trail_path("copy")).unwrap();
    std::fs::remove_file(service.data.trail_path("s2")).unwrap();
    service.app.index_new().unwrap();
    let alerts = login.get("/api/audit/sessions/copy/alerts").json()["items"].clone();
    let found = alerts.as_array().unwrap();
    assert!(!found.is_empty());
    for alert in found {
        assert_eq!((&alert["alert_type"], &alert["rule_name"]), (&json!("adp.event.command"), &json!("accounts")));
        assert!(alert["matched_content"].as_str().unwrap().contains(alert["matched_action"].as_str().unwrap()));
    }
}
