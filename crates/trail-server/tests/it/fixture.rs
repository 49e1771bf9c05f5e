//! A data directory, a service over it, and calls to it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Request};
use base64::Engine as _;
use http_body_util::BodyExt as _;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt as _;
use trail_catalog::{Account, Rights, Role, Session, SessionFacts, Store};
use trail_container::{Header, WriterOptions};
use trail_import::{EventSink, ImportOptions, RecordingSource, SinkError};
use trail_index::{DataDir, IndexOptions};
use trail_model::{Event, SessionMeta, Timestamp};
use trail_server::{AppState, ManualClock, Settings, hash_password, router};

/// When the service's clock begins: 2026-02-01.
pub(crate) const NOW: i64 = 1_769_904_000_000_000_000;

/// Metadata by name.
type Extra = &'static [(&'static str, &'static str)];

/// Key, recording, start (seconds), and what its metadata adds.
const SESSIONS: [(&str, &str, i64, Extra); 4] = [
    (
        "s1",
        "asciicast-v2/shell.cast",
        1_767_350_120,
        &[
            ("protocol", "SSH"),
            ("client.ip", "10.20.30.40"),
            ("client.port", "48679"),
            ("server.port", "22"),
            ("recording.session_id", "svc/fNLgQZ3jYsY1NDWYp9DEpq/ssh_demo2:2"),
            ("user.name", "alice"),
        ],
    ),
    (
        "s2",
        "asciicast-v2/admin-users.cast",
        1_767_450_120,
        &[("protocol", "SSH"), ("verdict", "TERMINATED"), ("user.name", "bob"), ("server.port", "2222")],
    ),
    (
        "s3",
        "asciicast-v2/zsh-marks.cast",
        1_767_550_120,
        &[("protocol", "TELNET"), ("user.name", "bob"), ("server.port", "23")],
    ),
    ("s4", "asciicast-v2/packages.cast", 1_767_650_120, &[("protocol", "TELNET"), ("user.name", "carol")]),
];

/// Made once: importing and indexing take longer than all tests.
static TEMPLATE: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let data = DataDir::create(folder.path()).unwrap();
    for (key, recording, start, extra) in SESSIONS {
        let meta = |mut meta: SessionMeta| {
            meta.start = Some(Timestamp(start * 1_000_000_000));
            meta.extra.extend(extra.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
            meta
        };
        import(&data, key, recording, meta);
    }
    trail_index::update(&data, &IndexOptions::default()).unwrap();
    let store = Store::open(data.root()).unwrap();
    let report = trail_catalog::sync(&data, &store, NOW).unwrap();
    assert_eq!((report.stored, report.removed, report.unreadable.len()), (SESSIONS.len(), 0, 0));
    add_accounts(&store);
    folder
});

/// An account for each role.
fn add_accounts(store: &Store) {
    let limited = Rights { search: true, search_in_all_users: true, download: true, administer: true };
    let role = |name: &str, rights, filter: Option<&str>| Role {
        name: name.to_owned(),
        rights,
        filter: filter.map(str::to_owned),
    };
    store.put_role(&role("ssh-only", limited, Some("protocol:ssh"))).unwrap();
    store.put_role(&role("nothing", Rights::default(), None)).unwrap();
    let hash = hash_password(b"secret:word").unwrap();
    for name in ["admin", "auditor", "searcher", "ssh-only", "nothing"] {
        let account = Account { name: name.to_owned(), role: name.to_owned(), password_hash: hash.clone() };
        store.put_account(&account).unwrap();
    }
}

fn import(data: &DataDir, key: &str, recording: &str, meta: impl Fn(SessionMeta) -> SessionMeta) {
    #[derive(Default)]
    struct Sink(SessionMeta, Vec<Event>);
    impl EventSink for Sink {
        fn meta(&mut self, meta: &SessionMeta) -> Result<(), SinkError> {
            self.0 = meta.clone();
            Ok(())
        }
        fn event(&mut self, event: Event) -> Result<(), SinkError> {
            self.1.push(event);
            Ok(())
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/recordings").join(recording);
    let options = ImportOptions::default();
    let source = RecordingSource::discover(path, &options).next().unwrap().unwrap();
    let mut sink = Sink::default();
    source.import(&options, &mut sink).unwrap();
    let meta = meta(sink.0);
    let header = Header::new(meta.clone()).unwrap();
    let path = data.trail_path(key);
    trail_replay::record_events(&path, &header, WriterOptions::default(), &sink.1, Some(meta)).unwrap();
}

/// A service over a data directory of its own.
pub(crate) struct Service {
    pub(crate) data: DataDir,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) app: AppState,
    pub(crate) runtime: tokio::runtime::Runtime,
    folder: TempDir,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }

    /// Status and error type.
    pub(crate) fn error(&self) -> (u16, String) {
        (self.status, self.json()["error"]["type"].as_str().unwrap_or("").to_owned())
    }

    /// The keys of a list.
    pub(crate) fn keys(&self) -> Vec<String> {
        assert_eq!(self.status, 200, "{}", self.text());
        let json = self.json();
        json["items"].as_array().unwrap().iter().map(|item| item["key"].as_str().unwrap().to_owned()).collect()
    }
}

impl Service {
    pub(crate) fn new() -> Service {
        Service::with(|_| ())
    }

    /// A service with settings of its own.
    pub(crate) fn with(set: impl FnOnce(&mut Settings)) -> Service {
        let folder = tempfile::tempdir().unwrap();
        copy(TEMPLATE.path(), folder.path());
        let data = DataDir::open(folder.path()).unwrap();
        Service::over(folder, data, Arc::new(ManualClock::at(Timestamp(NOW))), set)
    }

    fn over(folder: TempDir, data: DataDir, clock: Arc<ManualClock>, set: impl FnOnce(&mut Settings)) -> Service {
        let store = Store::open(data.root()).unwrap();
        let mut settings = Settings::default();
        settings.refresh_interval = Duration::ZERO;
        set(&mut settings);
        let app = AppState::new(data.clone(), store, settings, clock.clone()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Service { data, clock, app, runtime, folder }
    }

    /// The service ends, its catalogue is removed and made again, and another service goes on.
    pub(crate) fn with_its_catalogue_made_again(self, also_removed: &[&str]) -> Service {
        let Service { data, clock, app, runtime, folder } = self;
        drop((app, runtime));
        for name in ["catalogue.db", "catalogue.db-wal", "catalogue.db-shm"] {
            // The log may have been put away already.
            let _ = std::fs::remove_file(data.root().join(name));
        }
        for name in also_removed {
            std::fs::remove_dir_all(data.root().join(name)).unwrap();
        }
        let store = Store::open(data.root()).unwrap();
        assert_eq!(store.session_count().unwrap(), 0);
        let report = trail_catalog::rebuild(&data, &store, trail_server::Clock::now(&*clock).0).unwrap();
        assert_eq!(report.unreadable, []);
        add_accounts(&store);
        drop(store);
        Service::over(folder, data, clock, |_| ())
    }

    /// Sends a request.
    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send_body(method, path, headers, Body::empty())
    }

    /// Sends a request with the same odd bytes in several headers.
    pub(crate) fn send_odd(&self, method: &str, path: &str, names: &[&'static str], odd: &HeaderValue) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for name in names {
            request = request.header(*name, odd);
        }
        self.answer(request.body(Body::empty()).unwrap())
    }

    /// Sends a request with a body.
    pub(crate) fn send_body(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Body) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.answer(request.body(body).unwrap())
    }

    fn answer(&self, request: Request<Body>) -> Answer {
        self.runtime.block_on(async {
            let response = router(self.app.clone()).oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let bytes = body.collect().await.unwrap().to_bytes().to_vec();
            Answer { status: parts.status.as_u16(), headers: parts.headers, bytes }
        })
    }

    /// Does what is queued.
    pub(crate) fn index_queued(&self) {
        self.app.index_queued().unwrap();
    }

    /// Logs in; gives the cookie.
    pub(crate) fn log_in(&self, name: &str) -> String {
        let answer = self.send("GET", "/api/authentication", &[("authorization", &basic(name, "secret:word"))]);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let cookie = answer.headers["set-cookie"].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }
}

/// A login that calls.
pub(crate) struct Login<'s>(pub(crate) &'s Service, String);

impl Service {
    pub(crate) fn as_user(&self, name: &str) -> Login<'_> {
        Login(self, self.log_in(name))
    }
}

impl Login<'_> {
    pub(crate) fn cookie(&self) -> &str {
        &self.1
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[])
    }

    pub(crate) fn post(&self, path: &str) -> Answer {
        self.send("POST", path, &[])
    }

    pub(crate) fn send_odd(&self, method: &str, path: &str, names: &[&'static str], odd: &HeaderValue) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("cookie", self.1.as_str());
        for name in names {
            request = request.header(*name, odd);
        }
        self.0.answer(request.body(Body::empty()).unwrap())
    }

    pub(crate) fn upload(&self, query: &str, bytes: impl Into<Body>) -> Answer {
        let path = format!("/api/audit/sessions{query}");
        self.0.send_body("POST", &path, &[("cookie", self.1.as_str())], bytes.into())
    }

    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut all = vec![("cookie", self.1.as_str())];
        all.extend_from_slice(headers);
        self.0.send(method, path, &all)
    }
}

/// What the catalogue knows of a session that has no trail.
pub(crate) fn without_trail(session: Session) -> SessionFacts {
    SessionFacts { session, trail: None, channels: vec![], events: vec![], alerts: None, runs: vec![] }
}

pub(crate) fn basic(name: &str, password: &str) -> String {
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{name}:{password}")))
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target: PathBuf = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
