//! How soon what was written is found.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use trail_catalog::Store;
use trail_container::{Attributes, Header, OpenBody, RecordBody, TrailWriter, WriterOptions};
use trail_index::DataDir;
use trail_model::{ChannelId, Offset, SessionMeta, Size, Timestamp};
use trail_server::Tls;

use crate::fixture::{Login, NOW, Service, without_trail};
use crate::sockets::Listening;

const CAST: &str = "{\"version\":2,\"width\":40,\"height\":5}\n[0.1,\"o\",\"brand-new words\\r\\n\"]\n";

fn found(login: &Login<'_>, query: &str) -> Vec<String> {
    login.get(&format!("/api/audit/sessions?{query}")).keys()
}

/// A service that takes over what was written only when somebody asks it to: all that is found was taken over by who
/// acknowledged it.
fn idle_service() -> Service {
    Service::with(|settings| settings.refresh_interval = Duration::from_secs(3600))
}

/// what an upload was told is found by the very next request, as soon as it is acknowledged.
#[test]
fn metadata_is_found_when_it_is_acknowledged() {
    let service = idle_service();
    let login = service.as_user("admin");
    for number in 0..20 {
        let cast = CAST.replace("brand-new", &format!("word{number}"));
        let told = format!("?user.name=user{number}&protocol=SSH&recording.session_id=svc/x/y:{number}");
        let answer = login.upload(&told, cast);
        assert_eq!(answer.status, 201, "{}", answer.text());
        let key = answer.json()["items"][0]["key"].as_str().unwrap().to_owned();
        let query = format!("q=user.name:user{number}%20AND%20protocol:ssh%20AND%20recording.index_status:not_indexed");
        assert_eq!(found(&login, &query), [key.as_str()]);
        assert_eq!(login.get(&format!("/api/audit/sessions/_count?q=name:user{number}")).json()["count"], 1);
        assert_eq!(login.get(&format!("/api/audit/sessions/svc-x-y-{number}")).json()["key"], key.as_str());
        assert_eq!(found(&login, "limit=1&sort=-creation_time,-user.name").len(), 1);
    }
}

/// an upload that waits is found by its content when it is acknowledged.
#[test]
fn content_is_found_when_a_waiting_upload_is_acknowledged() {
    let service = idle_service();
    let cookie = service.log_in("admin");
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        // What the service's own thread does.
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                service.app.index_queued().unwrap();
                std::thread::yield_now();
            }
        });
        for number in 0..5 {
            let word = format!("numbat{number}");
            let path = format!("/api/audit/sessions?wait=true&user.name=user{number}");
            let send =
                |method, path: &str, body: String| service.send_body(method, path, &[("cookie", &cookie)], body.into());
            let answer = send("POST", &path, CAST.replace("brand-new", &word));
            assert_eq!(answer.status, 201, "{}", answer.text());
            let key = answer.json()["items"][0]["key"].clone();
            for query in [
                format!("content={word}"),
                format!("q=screen.content:{word}"),
                "q=recording.index_status:indexed".into(),
            ] {
                let items = send("GET", &format!("/api/audit/sessions?{query}"), String::new()).json()["items"].clone();
                assert!(items.as_array().unwrap().iter().any(|item| item["key"] == key), "{query}: {items}");
            }
            let content = format!("/api/audit/sessions/{}/content?q={word}", key.as_str().unwrap());
            assert_eq!(send("GET", &content, String::new()).json()["items"].as_array().unwrap().len(), 1);
        }
        is_over.store(true, Ordering::Relaxed);
    });
    let login = service.as_user("admin");
    assert_eq!(login.upload("?wait=maybe", CAST).error(), (400, "InvalidQuery".to_owned()));
}

/// whoever waits is not kept longer than a request may take.
#[test]
fn a_waiting_upload_does_not_wait_for_ever() {
    let service = Service::with(|settings| settings.request_timeout = Duration::from_secs(2));
    let login = service.as_user("admin");
    // Nobody indexes.
    let answer = login.upload("?wait=true", CAST);
    assert_eq!(answer.status, 201, "{}", answer.text());
    let path = answer.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(login.get(&path).json()["body"]["recording"]["index_status"], "NOT_INDEXED");
}

/// what is said to be indexed is found by its content; what changes is found as it is now, and not as it was.
#[test]
fn changes_are_found_when_they_are_shown() {
    let service = idle_service();
    let login = service.as_user("admin");
    let path = service.data.trail_path("live");
    let meta =
        |user: &str| SessionMeta { user: Some(user.to_owned()), start: Some(Timestamp(NOW)), ..SessionMeta::default() };
    let header = Header::new(meta("first-name")).unwrap();
    let mut writer = TrailWriter::create(&path, &header, WriterOptions::default()).unwrap();
    let channel = ChannelId(1);
    let open = OpenBody { kind: "session shell", size: Some(Size::DEFAULT), attributes: Attributes::default() };
    writer.append(channel, Offset(0), &RecordBody::ChannelOpen(open)).unwrap();
    writer.append(channel, Offset(1), &RecordBody::Output(b"early words\r\n")).unwrap();
    writer.flush().unwrap();
    service.app.index_new().unwrap();
    assert_eq!(found(&login, "q=active:true"), ["live"]);
    assert_eq!(found(&login, "q=user.name:first-name%20AND%20index_status:channel_open"), ["live"]);
    assert_eq!(found(&login, "content=early"), ["live"]);
    assert_eq!(found(&login, "content=late"), [""; 0]);

    writer.append(channel, Offset(2_000_000_000), &RecordBody::Output(b"late words\r\n")).unwrap();
    writer.flush().unwrap();
    service.app.index_new().unwrap();
    assert_eq!(
        (found(&login, "content=late"), found(&login, "q=active:true")),
        (vec!["live".to_owned()], vec!["live".to_owned()])
    );

    writer.set_meta(meta("last-name"));
    writer.close().unwrap();
    service.app.index_new().unwrap();
    assert_eq!(found(&login, "q=active:true"), [""; 0]);
    assert_eq!(found(&login, "q=user.name:first-name"), [""; 0]);
    assert_eq!(found(&login, "q=user.name:last-name%20AND%20index_status:indexed"), ["live"]);
    assert_eq!(found(&login, "end=2026-02-01&q=duration:2"), ["live"]);
    let document = login.get("/api/audit/sessions/live").json()["body"].clone();
    assert_eq!((&document["revision"], &document["active"]), (&json!(3), &json!(false)));
}

/// what others write is taken over by the service itself, long before it looks for it: documents, new trails, and
/// the ends of trails that were open.
#[test]
fn what_others_write_is_noticed() {
    let listening = Listening::new(Tls::Insecure, |settings| {
        settings.index_interval = Duration::from_secs(3600);
        settings.refresh_interval = Duration::from_millis(10);
    });
    let cookie = listening.service.log_in("admin");
    let wait_for = |query: &str, count: usize| {
        let begun = Instant::now();
        loop {
            let answer = listening.get(&cookie, &format!("/api/audit/sessions?{query}"));
            if answer["meta"]["match_count"] == count {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "{query}: {answer}");
        }
    };
    let data = DataDir::open(listening.service.data.root()).unwrap();
    let mut session = trail_catalog::Session::new("elsewhere");
    session.set("user.name", "wombat");
    Store::open(data.root()).unwrap().put_sessions([&without_trail(session)], NOW).unwrap();
    wait_for("q=user.name:wombat", 1);

    let header = Header::new(SessionMeta { user: Some("quokka".to_owned()), ..SessionMeta::default() }).unwrap();
    let mut writer = TrailWriter::create(data.trail_path("live"), &header, WriterOptions::default()).unwrap();
    let channel = ChannelId(1);
    let open = OpenBody { kind: "session shell", size: Some(Size::DEFAULT), attributes: Attributes::default() };
    writer.append(channel, Offset(0), &RecordBody::ChannelOpen(open)).unwrap();
    writer.append(channel, Offset(1), &RecordBody::Output(b"early words\r\n")).unwrap();
    writer.flush().unwrap();
    wait_for("q=user.name:quokka%20AND%20active:true", 1);
    writer.append(channel, Offset(2), &RecordBody::Output(b"late words\r\n")).unwrap();
    writer.close().unwrap();
    wait_for("q=user.name:quokka%20AND%20active:false&content=late", 1);
    std::fs::remove_file(data.trail_path("live")).unwrap();
    wait_for("q=user.name:quokka", 0);
}
