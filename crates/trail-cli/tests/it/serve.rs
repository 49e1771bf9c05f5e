//! `trail serve`, end to end: what its page shows, the requests of the published guides, ends good and bad.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::served::{PASSWORD, Served};
use crate::support::{testdata, trail, trail_with};

/// The second block of docs/rest-api.md, line by line, with what is expected of each.
#[test]
fn the_page_of_the_api_shows_what_is_so() {
    let page = include_str!("../../../../docs/rest-api.md");
    let block = page.split("```sh\n").nth(2).and_then(|rest| rest.split("```").next()).unwrap();
    let served = Served::new(&[&testdata("asciicast-v2")]);
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let mut before = format!("set -euo pipefail\nPASSWORD='{PASSWORD}'\n");
    let mut shown = 0;
    for line in block.lines() {
        let (line, expected) = line.split_once("# → ").unwrap_or((line, ""));
        let line = line.replace("DIR/", "data/").replace(":8443", &format!(":{}", served.port()));
        let line = line.replace("@testdata", &format!("@{root}/testdata"));
        if expected.is_empty() {
            // What it sets is needed below: run once here, and kept as a value.
            match line.split_once("=$(") {
                None => before += &format!("{line}\n"),
                Some((name, _)) => {
                    let script = format!("{before}{line}\nprintf %s \"${name}\"");
                    let output = Command::new("bash").args(["-c", &script]).current_dir(served.folder.path()).output();
                    let output = output.unwrap();
                    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
                    before += &format!("{name}={}\n", String::from_utf8(output.stdout).unwrap());
                }
            }
            continue;
        }
        let script = format!("{before}{line}");
        let output = Command::new("bash").args(["-c", &script]).current_dir(served.folder.path()).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && text.contains(expected.trim()), "{line}\nexpected {expected}\n{text}{told}");
        shown += 1;
    }
    assert!(shown > 20, "{shown} lines");
}

/// The requests of the two guides, as they stand there but for ids, and the status of each.
#[test]
fn the_guides_requests() {
    let served = Served::new(&[&testdata("asciicast-v2/admin-users.cast"), &testdata("asciicast-v2/shell.cast")]);
    let sessions = "/api/audit/sessions";
    let nobody = served.get(sessions);
    assert_eq!((nobody.status, &nobody.json()["error"]["type"]), (401, &"Unauthenticated".into()));
    served.log_in();
    for query in [
        "",
        "?fields=psm.target.address,psm.target.port&q=active:true",
        "?limit=10&offset=31",
        "?q=protocol:ssh&content=sudo",
        "?q=protocol:ssh%20AND%20verdict:accept%20AND%20NOT%20name:admin",
        "?q=(client.address:10.20.30.40%20OR%20target.address:10.20.30.40)%20AND%20verdict:accept",
        "?q=server_username:%5C%22Windows%20User%5C%22",
        "?q=psm.gateway_username:?dmi*",
        "?q=port:{21%20TO%2023}",
        "?q=start_time:[*%20TO%201461654799]",
        "?content=example",
        "?content=example%3F",
        "?content=exam%2A",
        "?fields=protocol,name",
        "?fields=*",
        "?start=2017-01-25T11:11:52.000%2B01:00",
        "?start=2017-01-25T11:11:52.000+01:00",
        "?q=screen.content=%22exit%22",
        "?start=2017-01-24&end=2017-01-25",
        "?start=2017-01-20T11:00",
        "?limit=1000",
        "?offset=501",
        "?sort=duration",
        "?sort=-duration,start_time",
        "?sort=duration&fields=start_time,psm.gateway_username,duration",
        "?format=json",
        "?format=csv&fields=protocol,end_time,user.gateway_username,server.ip,client.ip,client.port",
        "?sort=recording.session_id&format=csv&fields=recording.session_id,analytics.interesting_events,\
         analytics.similar_sessions",
        "?format=csv&fields=trail_download_link",
        "/_count",
        "/_count?q=protocol%3ASSH",
        "/_count?fields=*&sort=-start_time",
    ] {
        let answer = served.get(&format!("{sessions}{query}"));
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
    }
    // The walk through a snapshot, to the last page and beyond.
    let client = ["-H", "Remote-Addr: 10.10.10.10", "-H", "User-Agent: Agent-1/1.0"];
    let snapshot = served.curl(&format!("{sessions}/_snapshot"), &client).json()["body"]["snapshot"].clone();
    let mut next = format!("{sessions}?limit=1&sort=start_time&snapshot={}", snapshot.as_str().unwrap());
    let mut pages = Vec::new();
    loop {
        let page = served.get(&next).json();
        pages.push(page["items"].as_array().unwrap().len());
        match page["meta"]["next"].as_str() {
            Some(link) => next = link.to_owned(),
            None => break,
        }
    }
    assert_eq!(pages, [1, 1, 0]);
    let other = served.curl(&format!("{sessions}/_snapshot"), &["-H", "Remote-Addr: 10.10.10.11"]);
    assert_eq!((other.status, &other.json()["error"]["type"]), (429, &"AdvancedSearchSnapshotQuotaExceeded".into()));
    let key = served.get(sessions).json()["items"][0]["key"].clone();
    let session = format!("{sessions}/{}", key.as_str().unwrap());
    for (path, status) in [
        ("", 200),
        ("/", 200),
        ("/audit_trail", 200),
        ("/audit_trail?format=srs", 404),
        ("/content/?q=ls", 200),
        ("/content/?q=command:ls", 200),
        ("/content/?q=*ls", 400),
        ("/screenshots/2", 404),
        ("/nothing", 404),
    ] {
        assert_eq!(served.get(&format!("{session}{path}")).status, status, "{path}");
    }
    for query in ["?limit=-1", "?q=protocol:(ssh", "?sort=nothing", "?start=yesterday"] {
        let answer = served.get(&format!("{sessions}{query}"));
        assert_eq!((answer.status, &answer.json()["error"]["type"]), (400, &"InvalidQuery".into()), "{query}");
    }
}

/// A service that is told to end loses nothing of what it acknowledged, and can be started again.
#[test]
fn a_good_end_loses_nothing() {
    let mut served = Served::new(&[]);
    served.log_in();
    let answer = served.upload("one.cast", &cast(1, "quetzal"), "?user.name=erin").unwrap();
    assert_eq!(answer.status, 201, "{}", answer.body);
    served.end();
    served.start_again();
    served.log_in();
    assert_eq!(served.get("/api/audit/sessions?q=user.name:erin").json()["meta"]["match_count"], 1);
    wait_for(&served, "quetzal", Duration::from_secs(60));
}

/// A role that was added, limited to some sessions, sees them and no others; what is changed holds from the next request on.
#[test]
fn a_limited_role() {
    let served = Served::new(&[&testdata("asciicast-v2/admin-users.cast"), &testdata("asciicast-v2/shell.cast")]);
    let (data, password) = (served.data(), PASSWORD.as_bytes());
    let data = data.to_str().unwrap();
    let role =
        |filter: &str, rights: &str| trail(["role", "add", "team", "--rights", rights, "--q", filter, "--data", data]);
    role("user.name:(", "search").expect_code(2);
    role("nothing:x", "search").expect_code(2);
    role("protocol:ssh", "search,download,search-in-all-users").expect_code(0);
    let add = ["user", "add", "bob", "--role", "team", "--password-stdin", "--data", data];
    trail_with(add, &[], password).expect_code(0);
    let roles = trail(["role", "list", "--json", "--data", data]).json();
    let team = serde_json::json!({
        "name": "team", "q": "protocol:ssh", "rights": ["search", "search-in-all-users", "download"],
    });
    assert!(roles.contains(&team) && roles.len() == 4, "{roles:?}");
    assert_eq!(trail(["user", "list", "--data", data]).out, "alice  admin\nbob  team\n");

    served.log_in();
    let told = "?protocol=SSH&user.name=erin&wait=true";
    let own = served.upload("one.cast", &cast(1, "quetzal"), told).unwrap().json()["items"][0]["key"].clone();
    let keys = |served: &Served, query: &str| -> Vec<String> {
        let list = served.get(&format!("/api/audit/sessions{query}")).json();
        list["items"].as_array().unwrap().iter().map(|item| item["key"].as_str().unwrap().to_owned()).collect()
    };
    let all = keys(&served, "");
    assert_eq!(all.len(), 3);
    trail(["catalog", "score", "erin", "73", "--data", data]).expect_code(0);
    let users = served.get("/api/audit/users?has_valid_score=true").json();
    assert_eq!((&users["items"][0]["id"], &users["items"][0]["score"]), (&"erin".into(), &"73".into()));

    served.log_in_as("bob");
    assert_eq!(keys(&served, ""), [own.as_str().unwrap()]);
    assert_eq!(keys(&served, "?content=quetzal"), [own.as_str().unwrap()]);
    assert_eq!(served.get("/api/audit/sessions/_count?q=*:*").json()["count"], 1);
    for key in &all {
        let expected = if own == key.as_str() { 200 } else { 404 };
        for end in [
            "",
            "/channels",
            "/events",
            "/alerts",
            "/indexing",
            "/content?q=quetzal",
            "/audit_trail",
            "/trail_downloads",
        ] {
            assert_eq!(served.get(&format!("/api/audit/sessions/{key}{end}")).status, expected, "{key}{end}");
        }
    }
    assert_eq!(served.upload("two.cast", &cast(2, "x"), "").unwrap().status, 403);
    // Without the right to download, from the next request on; then without an account.
    role("protocol:ssh", "search").expect_code(0);
    let trail_path = format!("/api/audit/sessions/{}/audit_trail", own.as_str().unwrap());
    assert_eq!((served.get(&trail_path).status, served.get("/api/audit/users").status), (403, 403));
    trail(["user", "remove", "bob", "--data", data]).expect_code(0);
    assert_eq!(served.get("/api/audit/sessions").status, 401);
    trail(["user", "remove", "bob", "--data", data]).expect_code(2);
}

/// A catalogue that was removed is made again: what was told of a session, who took it away, and when.
#[test]
fn a_lost_catalogue_is_made_again() {
    let mut served = Served::new(&[&testdata("asciicast-v2/shell.cast")]);
    served.log_in();
    let told = "?user.name=erin&protocol=SSH&client.ip=10.1.2.3&recording.session_id=svc/abc/ssh:1";
    let answer = served.upload("one.cast", &cast(1, "quetzal"), told).unwrap();
    let key = answer.json()["items"][0]["key"].as_str().unwrap().to_owned();
    wait_for(&served, "quetzal", Duration::from_secs(60));
    let session = format!("/api/audit/sessions/{key}");
    assert_eq!(served.get(&format!("{session}/audit_trail?format=cast")).status, 200);
    let ask = |served: &Served| -> Vec<serde_json::Value> {
        let ends = ["", "/channels", "/events", "/alerts", "/indexing", "/trail_downloads", "/content?q=quetzal"];
        let own = ends.map(|end| served.get(&format!("{session}{end}")).json());
        let list = served.get("/api/audit/sessions?fields=*").json();
        own.into_iter().chain([list, served.get("/api/audit/users").json()]).collect()
    };
    let before = ask(&served);
    served.end();
    let data = served.data();
    std::fs::remove_file(data.join("catalogue.db")).unwrap();
    trail(["catalog", "rebuild", "--data", data.to_str().unwrap()]).expect_code(0);
    served.add_account();
    served.start_again();
    served.log_in();
    assert_eq!(ask(&served), before);
}

/// Killed twenty times at random, while recordings come in, are indexed, and pictures are made.
#[test]
#[ignore = "takes a minute; run it when uploads or indexing change"]
#[allow(clippy::print_stdout, reason = "the seed is needed to do it again")]
fn killed_at_random() {
    let seed = std::env::var("TRAIL_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(|| u64::from(std::process::id()) << 20 | 0x5eed);
    println!("TRAIL_SEED={seed}");
    let mut random = seed;
    let mut below = |end: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % end
    };
    let mut served = Served::new(&[]);
    let mut acknowledged: BTreeMap<String, String> = BTreeMap::new();
    let mut number = 0;
    for _ in 0..20 {
        served.log_in();
        let life = Duration::from_millis(50 + below(1500));
        let keys: Vec<String> = acknowledged.keys().cloned().collect();
        std::thread::scope(|scope| {
            let (sender, receiver) = mpsc::channel();
            let (served, first) = (&served, number);
            for lane in 0..2_u64 {
                let sender = sender.clone();
                scope.spawn(move || {
                    // Each lane goes on until the connection breaks.
                    for step in 0.. {
                        let number = first + step * 2 + lane;
                        let word = format!("numbat{number}x");
                        let name = format!("{lane}.cast");
                        let Some(answer) = served.upload(&name, &cast(number, &word), "") else { return };
                        if answer.status != 201 {
                            return;
                        }
                        let key = answer.json()["items"][0]["key"].as_str().unwrap().to_owned();
                        sender.send((number, key, word)).unwrap();
                    }
                });
            }
            scope.spawn(move || {
                for key in keys.iter().cycle() {
                    let path = format!("/api/audit/sessions/{key}");
                    let made = served.try_curl(&format!("{path}/_generate?record_ids=2"), &["-X", "POST"]);
                    let again = served.try_curl(&format!("{path}/indexing"), &["-X", "POST"]);
                    if made.is_none() || again.is_none() {
                        return;
                    }
                }
            });
            drop(sender);
            let begun = Instant::now();
            let mut is_alive = true;
            loop {
                match receiver.recv_timeout(life.saturating_sub(begun.elapsed())) {
                    Ok((upload, key, word)) => {
                        number = number.max(upload + 2);
                        acknowledged.insert(key, word);
                    }
                    Err(mpsc::RecvTimeoutError::Timeout) if is_alive => {
                        let killed = Command::new("kill").args(["-KILL", &served.id().to_string()]).status().unwrap();
                        assert!(killed.success());
                        is_alive = false;
                    }
                    Err(mpsc::RecvTimeoutError::Timeout) => {}
                    Err(mpsc::RecvTimeoutError::Disconnected) => break,
                }
            }
        });
        number += 4;
        served.kill();
        served.start_again();
    }
    served.log_in();
    println!("{} acknowledged", acknowledged.len());
    assert!(acknowledged.len() > 20);
    for (key, word) in &acknowledged {
        wait_for(&served, word, Duration::from_secs(120));
        let found = served.get(&format!("/api/audit/sessions?content={word}")).json();
        assert_eq!(found["items"][0]["key"], key.as_str(), "{word}");
        let made = served.curl(&format!("/api/audit/sessions/{key}/_generate?record_ids=2"), &["-X", "POST"]);
        assert_eq!(made.status, 201, "{key}: {}", made.body);
    }
    let data = served.data();
    served.end();
    trail(["verify", "--data", data.to_str().unwrap()]).expect_code(0);
}

/// A recording with a word that no other has.
fn cast(number: u64, word: &str) -> Vec<u8> {
    let mut text = format!("{{\"version\":2,\"width\":60,\"height\":8,\"timestamp\":{}}}\n", 1_767_340_800 + number);
    for line in 0..50 {
        text += &format!("[{}.5, \"o\", \"{word} line {line}\\r\\n\"]\n", line);
    }
    text.into_bytes()
}

/// Waits until a word is found.
fn wait_for(served: &Served, word: &str, at_most: Duration) {
    let begun = Instant::now();
    let (_sender, never) = mpsc::channel::<()>();
    loop {
        let found = served.get(&format!("/api/audit/sessions?content={word}")).json();
        if found["meta"]["match_count"] == 1 {
            return;
        }
        assert!(begun.elapsed() < at_most, "{word} is not found: {found}");
        // Nobody sends: this is a rest.
        let _ = never.recv_timeout(Duration::from_millis(50));
    }
}
