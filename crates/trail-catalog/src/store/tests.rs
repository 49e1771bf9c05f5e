use serde_json::json;

use super::*;
use crate::Session;

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    (folder, store)
}

fn session(key: &str, log_id: &str) -> Session {
    let mut session = Session::new(key);
    session.set("recording.session_id", log_id);
    session.set("user.name", "alice");
    session.set("start_time", "2026-01-02T10:35:20.000Z");
    session
}

fn state(key: &str, state: &str) -> TrailState {
    TrailState { key: key.to_owned(), file: format!("{key}.trail"), state: state.to_owned() }
}

fn put(store: &Store, session: &Session, now_ns: i64) -> u64 {
    store.put_sessions([&facts(session, "1")], now_ns).unwrap();
    store.revision().unwrap()
}

fn facts(session: &Session, state_name: &str) -> SessionFacts {
    SessionFacts {
        session: session.clone(),
        trail: Some(state(&session.key, state_name)),
        channels: Vec::new(),
        events: Vec::new(),
        alerts: None,
        runs: Vec::new(),
    }
}

#[test]
fn a_session_is_found_by_key_rest_form_and_log_id() {
    let (_folder, store) = store();
    put(&store, &session("k1", "svc/aB3/ssh_demo2:2"), 5);
    for name in ["k1", "svc-aB3-ssh_demo2-2", "svc/aB3/ssh_demo2:2"] {
        assert_eq!(store.session(name).unwrap().unwrap().session.key, "k1", "{name}");
    }
    assert_eq!(store.session("svc-aB3-ssh_demo2").unwrap(), None);
    // The form is not reversible: a key wins, then the newest.
    put(&store, &session("k2", "svc-aB3:ssh_demo2-2"), 9);
    assert_eq!(store.session("svc-aB3-ssh_demo2-2").unwrap().unwrap().session.key, "k2");
    put(&store, &session("svc-aB3-ssh_demo2-2", "other"), 1);
    assert_eq!(store.session("svc-aB3-ssh_demo2-2").unwrap().unwrap().session.key, "svc-aB3-ssh_demo2-2");
}

#[test]
fn revisions_grow_and_creation_stays() {
    let (_folder, store) = store();
    assert_eq!(store.revision().unwrap(), 0);
    put(&store, &session("a", "x"), 1_000_000_000);
    put(&store, &session("b", "y"), 2_000_000_000);
    put(&store, &session("a", "x"), 9_000_000_000);
    let keys = |since| -> Vec<(String, u64)> {
        store
            .sessions_since(since, 10)
            .unwrap()
            .into_iter()
            .map(|stored| (stored.session.key, stored.revision))
            .collect()
    };
    assert_eq!(keys(0), [("b".to_owned(), 2), ("a".to_owned(), 3)]);
    assert_eq!(keys(2), [("a".to_owned(), 3)]);
    let stored = store.session("a").unwrap().unwrap().session;
    assert_eq!(stored.field("creation_time"), Some(&json!("1970-01-01T00:00:01.000Z")));
    assert_eq!(stored.field("revision"), Some(&json!(2)), "its own changes");
    assert!(store.remove_session("a").unwrap());
    assert!(!store.remove_session("a").unwrap());
    assert!(store.revision().unwrap() > 3, "a removal is a change");
}

#[test]
fn what_was_removed_is_told_until_it_is_forgotten_or_there_again() {
    let (_folder, store) = store();
    put(&store, &session("a", "x"), 0);
    put(&store, &session("b", "y"), 0);
    let before = store.revision().unwrap();
    for key in ["a", "b", "nothing"] {
        store.remove_session(key).unwrap();
    }
    assert_eq!(store.removals_since(before).unwrap(), ["a", "b"]);
    assert_eq!(store.removals_since(before + 1).unwrap(), ["b"]);
    put(&store, &session("a", "x"), 0);
    assert_eq!(store.removals_since(0).unwrap(), ["b"]);
    store.forget_removals(store.revision().unwrap()).unwrap();
    assert_eq!(store.removals_since(0).unwrap(), [""; 0]);
}

#[test]
fn a_catalogue_made_anew_is_another_one() {
    let (_folder, store) = self::store();
    let (_other_folder, other) = self::store();
    assert_ne!(store.identity().unwrap(), other.identity().unwrap());
    let again = Store::open(store.path().parent().unwrap()).unwrap();
    assert_eq!(store.identity().unwrap(), again.identity().unwrap());
}

#[test]
fn what_belongs_to_a_session_goes_with_it() {
    let (_folder, store) = store();
    let event = |number: u64| Event {
        kind: EventKind::Command,
        action: format!("ls {number}"),
        content: format!("$ ls {number}"),
        channel: 1,
        record: number,
        time_ns: Some(7),
    };
    let channel = Channel {
        number: 1,
        kind: "session shell".to_owned(),
        verdict: "accept".to_owned(),
        start_ns: None,
        end_ns: None,
        duration_ns: 3,
        attributes: [("command".to_owned(), "ls".to_owned())].into(),
    };
    let run = IndexRun {
        status: RunStatus::Completed,
        start_ns: 1,
        duration_ns: 2,
        index_version: "x".to_owned(),
        program_version: "y".to_owned(),
    };
    let events: Vec<Event> = (1..=7).map(event).collect();
    let one = session("a", "x");
    for _ in 0..2 {
        let all = SessionFacts {
            channels: vec![channel.clone()],
            events: events.clone(),
            runs: vec![run.clone()],
            ..facts(&one, "1")
        };
        store.put_sessions([&all], 0).unwrap();
    }
    assert_eq!(store.channels("a").unwrap(), [channel]);
    assert_eq!(store.events("a", 5, 500).unwrap(), (events[5..].to_vec(), 7));
    assert_eq!(store.events("a", usize::MAX, 1).unwrap(), (vec![], 7));
    assert_eq!(store.index_runs("a").unwrap(), [run.clone(), run.clone()], "runs add up");
    let failed = IndexRun { status: RunStatus::Failed, ..run.clone() };
    store.set_last_index_run("a", &failed).unwrap();
    assert_eq!(store.index_runs("a").unwrap(), [run, failed]);

    let download = Download { time_ns: 5, account: "bob".to_owned(), address: "10.0.0.1".to_owned(), from_api: true };
    store.add_download("a", &download).unwrap();
    put(&store, &one, 9);
    assert_eq!(store.downloads("a", 0, 10).unwrap(), (vec![download], 1), "a new document keeps downloads");

    store.remove_session("a").unwrap();
    assert_eq!(store.channels("a").unwrap(), []);
    assert_eq!(store.events("a", 0, 9).unwrap(), (vec![], 0));
    assert_eq!(store.downloads("a", 0, 9).unwrap(), (vec![], 0));
}

/// What no trail says is known again where the catalogue was lost, also of one that was written without a journal.
#[test]
fn the_journal_knows_what_a_lost_catalogue_knew() {
    let (folder, store) = store();
    let one = session("a", "x");
    let run = IndexRun {
        status: RunStatus::Completed,
        start_ns: 1,
        duration_ns: 2,
        index_version: "x".to_owned(),
        program_version: "y".to_owned(),
    };
    let alert = Alert {
        kind: AlertKind::Command,
        channel: 1,
        matched_action: "rm".to_owned(),
        matched_content: "$ rm".to_owned(),
        matched_regexp: "rm".to_owned(),
        record: 3,
        rule_name: "r".to_owned(),
        time_ns: None,
    };
    let at = |state: &str, alerts| SessionFacts { runs: vec![run.clone()], alerts, ..facts(&one, state) };
    store.put_sessions([&at("1", None)], 7).unwrap();
    store.put_sessions([&at("2", Some(vec![alert.clone()]))], 9).unwrap();
    let download = Download { time_ns: 5, account: "bob".to_owned(), address: "10.0.0.1".to_owned(), from_api: true };
    store.add_download("a", &download).unwrap();
    store.score_user("alice", UserScore { value: 73, time_ns: 44 }).unwrap();
    let all = |store: &Store| {
        let document = store.session("a").unwrap().unwrap().session;
        let rows = (store.alerts("a", 0, 9).unwrap(), store.downloads("a", 0, 9).unwrap());
        (document, rows, store.index_runs("a").unwrap(), store.users().unwrap())
    };
    let before = all(&store);
    assert_eq!((before.0.field("revision"), before.2.len()), (Some(&json!(2)), 2));

    drop(store);
    std::fs::remove_dir_all(folder.path().join(journal::FOLDER)).unwrap();
    drop(Store::open(folder.path()).unwrap());
    std::fs::remove_file(folder.path().join(CATALOGUE_FILE)).unwrap();
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(store.session_count().unwrap(), 0);
    store.put_sessions([&at("2", None)], 1000).unwrap();
    assert_eq!(all(&store), before);
    // Made again where it is there, too, nothing has happened; a state that is new is another run and revision.
    store.forget_states().unwrap();
    store.put_sessions([&at("2", None)], 1000).unwrap();
    assert_eq!(all(&store), before);
    let mut changed = one.clone();
    changed.set("active", true);
    store.put_sessions([&SessionFacts { session: changed, ..at("3", None) }], 1000).unwrap();
    let after = all(&store);
    assert_eq!((after.0.field("revision"), after.2.len(), &after.1), (Some(&json!(3)), 3, &before.1));

    // What is removed is removed there as well.
    store.remove_session("a").unwrap();
    store.put_sessions([&at("3", None)], 2000).unwrap();
    let anew = all(&store);
    assert_eq!((anew.0.field("revision"), anew.2.len(), anew.1.1.1), (Some(&json!(1)), 1, 0));
    assert_eq!(anew.3[0].score, None, "who is seen no more has no score");
}

#[test]
fn an_account_needs_a_role_that_is_there() {
    let (_folder, store) = store();
    let account =
        |role: &str| Account { name: "alice".to_owned(), role: role.to_owned(), password_hash: "h".to_owned() };
    assert!(store.put_account(&account("king")).is_err());
    let rights = Rights { search: true, download: true, ..Rights::default() };
    let role = Role { name: "king".to_owned(), rights, filter: Some("protocol:ssh".to_owned()) };
    store.put_role(&role).unwrap();
    store.put_account(&account("king")).unwrap();
    assert_eq!(store.role("king").unwrap(), Some(role));
    assert_eq!(store.account("alice").unwrap(), Some(account("king")));
    assert_eq!(store.account("Alice").unwrap(), None);
    assert!(!format!("{:?}", account("king")).contains("\"h\""), "hashes stay out of logs");
    assert!(store.remove_account("alice").unwrap());
    assert_eq!(store.account("alice").unwrap(), None);
}

#[test]
fn users_are_seen_and_scored() {
    let (_folder, store) = store();
    put(&store, &session("a", "x"), 1);
    store.see_user("alice", 5).unwrap();
    let score = UserScore { value: 73, time_ns: 44 };
    store.score_user("bob", score).unwrap();
    let start = "2026-01-02T10:35:20Z".parse::<jiff::Timestamp>().unwrap().as_nanosecond() as i64;
    let expected = [
        User { id: "alice".to_owned(), last_seen_ns: start, score: None },
        User { id: "bob".to_owned(), last_seen_ns: 44, score: Some(score) },
    ];
    assert_eq!(store.users().unwrap(), expected);
}

#[test]
fn a_catalogue_is_opened_again_but_not_one_from_the_future() {
    let (folder, store) = store();
    put(&store, &session("a", "x"), 1);
    drop(store);
    let store = Store::open(folder.path()).unwrap();
    assert!(store.session("a").unwrap().is_some());
    store.writer.lock().unwrap().pragma_update(None, "user_version", SCHEMA_VERSION + 1).unwrap();
    drop(store);
    let found = Store::open(folder.path());
    assert!(matches!(found, Err(StoreError::Newer { found, .. }) if found == SCHEMA_VERSION + 1));
}

#[test]
fn text_with_quotes_is_text() {
    let (_folder, store) = store();
    let hostile = "x'; DROP TABLE session; --";
    put(&store, &session(hostile, hostile), 1);
    assert_eq!(store.session(hostile).unwrap().unwrap().session.key, hostile);
    assert_eq!(store.trail_states().unwrap().len(), 1);
}
