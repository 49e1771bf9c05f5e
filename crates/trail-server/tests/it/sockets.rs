//! What is said on a socket: limits on heads, paths, bodies, connections and time.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::oneshot;
use trail_catalog::{Session, SessionFacts, Store, TrailState};
use trail_server::{ServeOptions, Settings, Tls, serve};

use crate::fixture::{NOW, Service, without_trail};

/// A read that takes so long has failed: nothing here waits for ever.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
const SHORT: Duration = Duration::from_millis(100);

/// A service that listens, until it is dropped.
pub(crate) struct Listening {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
    pub(crate) service: Service,
}

impl Listening {
    pub(crate) fn new(tls: Tls, set: impl FnOnce(&mut Settings)) -> Listening {
        let service = Service::with(set);
        let (stop, stopped) = oneshot::channel();
        let (sender, receiver) = mpsc::channel();
        let app = service.app.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let options = ServeOptions { listen: "127.0.0.1:0".parse().unwrap(), tls };
            let ready = |address| sender.send(address).unwrap();
            let stop = async { drop(stopped.await) };
            runtime.block_on(serve(app, &options, ready, stop)).unwrap();
        });
        let address = receiver.recv_timeout(READ_TIMEOUT).unwrap();
        Listening { address, stop: Some(stop), thread: Some(thread), service }
    }

    /// The JSON that is answered to somebody who is logged in.
    pub(crate) fn get(&self, cookie: &str, path: &str) -> Value {
        let mut stream = self.connect();
        let request = format!("GET {path} HTTP/1.0\r\nhost: x\r\ncookie: {cookie}\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{path}: {error}: {answer}"))
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(READ_TIMEOUT)).unwrap();
        stream.set_write_timeout(Some(READ_TIMEOUT)).unwrap();
        stream
    }

    /// Says something on a connection of its own, and gives what is answered until the connection ends.
    fn say(&self, said: &str) -> Said {
        let mut stream = self.connect();
        // The service may end the connection before all was said.
        let _ = stream.write_all(said.as_bytes());
        read(&mut stream)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking());
        }
    }
}

/// What was answered: nothing where the connection ended without an answer.
#[derive(Debug, PartialEq)]
struct Said {
    status: u16,
    error: String,
}

fn said(status: u16, error: &str) -> Said {
    Said { status, error: error.to_owned() }
}

fn read(stream: &mut TcpStream) -> Said {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Ok(_) => {}
        // It was ended while something was still being said.
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        Err(error) => panic!("{error}"),
    }
    let text = String::from_utf8_lossy(&bytes);
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let body: Value =
        text.split_once("\r\n\r\n").and_then(|(_, body)| serde_json::from_str(body).ok()).unwrap_or_default();
    Said { status, error: body["error"]["type"].as_str().unwrap_or("").to_owned() }
}

/// heads and paths that are too long are refused, in the usual form as long as they are read at all.
#[test]
fn long_heads_and_paths() {
    let listening = Listening::new(Tls::Insecure, |settings| {
        settings.url_len_max = 300;
        settings.head_len_max = 5000;
    });
    let request = |path_len: usize, value_len: usize, lines: usize| {
        let (path, value) = ("p".repeat(path_len), "v".repeat(value_len));
        let lines: String = (0..lines).map(|line| format!("x-{line}: {value}\r\n")).collect();
        listening.say(&format!("GET /health/live?{path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{lines}\r\n"))
    };
    assert_eq!(request(200, 10, 10), said(200, ""));
    assert_eq!(request(287, 10, 10), said(200, ""), "with the path it has 299 bytes");
    assert_eq!(request(289, 10, 10), said(414, "UrlTooLong"));
    assert_eq!(request(8000, 10, 10), said(414, "UrlTooLong"));
    assert_eq!(request(1, 4900, 1), said(200, ""));
    assert_eq!(request(1, 5000, 1), said(431, "HeadTooLarge"));
    assert_eq!(request(1, 100, 60), said(431, "HeadTooLarge"), "lines add up");
    assert_eq!(request(1, 100_000, 1), said(431, ""), "what is not read to its end has no more than a status");
    assert_eq!(request(1, 1, 150), said(431, ""));
    // Of all that nothing is kept from whom comes next.
    assert_eq!(request(1, 1, 1), said(200, ""));
}

/// what is no HTTP at all is no trouble.
#[test]
fn no_http() {
    let listening = Listening::new(Tls::Insecure, |settings| settings.head_timeout = SHORT);
    for text in
        ["\0\0\0\0\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "é é é\r\n\r\n", "GET / HTTP/1.1\r\nx\r\n\r\n"]
    {
        let answer = listening.say(text);
        assert!([0, 400].contains(&answer.status), "{text:?}: {answer:?}");
    }
    assert_eq!(listening.say("GET /health/live HTTP/1.0\r\n\r\n"), said(200, ""));
}

/// who does not come to the end of a head, or of a greeting, is not waited for.
#[test]
fn slow_heads() {
    let plain = Listening::new(Tls::Insecure, |settings| settings.head_timeout = SHORT);
    for text in
        ["", "G", "GET /health/live HTTP/1.1\r\nhost: x\r\n", "GET /health/live HTTP/1.1\r\nhost: x\r\n\r\nGET /"]
    {
        // It ends although this side says nothing more.
        let answer = plain.say(text);
        assert_eq!(answer.status, if text.ends_with("GET /") { 200 } else { answer.status }, "{text:?}");
        assert!([0, 200, 408].contains(&answer.status), "{text:?}: {answer:?}");
    }
    let sealed = Listening::new(Tls::Own, |settings| settings.head_timeout = SHORT);
    assert_eq!(sealed.say("").status, 0);
    assert_eq!(sealed.say("\x16\x03\x01").status, 0, "a greeting that does not go on");
    assert_eq!(sealed.say("GET / HTTP/1.1\r\n\r\n").status, 0, "no greeting");
}

/// uploads are bounded whether they say how long they are or not, and may not stand still.
#[test]
fn long_and_slow_bodies() {
    let listening = Listening::new(Tls::Insecure, |settings| {
        settings.upload_len_max = 1000;
        settings.upload_idle_timeout = SHORT;
    });
    let cookie = listening.service.log_in("admin");
    let upload = |rest: &str| {
        listening.say(&format!(
            "POST /api/audit/sessions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncookie: {cookie}\r\n{rest}"
        ))
    };
    let body = |len: usize| "x".repeat(len);
    assert_eq!(upload("content-length: 1001\r\n\r\n"), said(413, "UploadTooLarge"), "before a byte of it came");
    assert_eq!(upload("content-length: 99999999999999999999\r\n\r\n").status, 400);
    let chunks = format!("{:x}\r\n{}\r\n", 600, body(600));
    assert_eq!(
        upload(&format!("transfer-encoding: chunked\r\n\r\n{chunks}{chunks}0\r\n\r\n")),
        said(413, "UploadTooLarge")
    );
    assert_eq!(upload(&format!("transfer-encoding: chunked\r\n\r\n{chunks}0\r\n\r\n")), said(400, "InvalidUpload"));
    assert_eq!(upload(&format!("content-length: 1000\r\n\r\n{}", body(1000))), said(400, "InvalidUpload"));
    assert_eq!(upload(&format!("content-length: 1000\r\n\r\n{}", body(10))), said(408, "RequestTimeout"));
    assert_eq!(upload("transfer-encoding: chunked\r\n\r\n5\r\nab"), said(408, "RequestTimeout"));
    assert_eq!(upload("transfer-encoding: chunked\r\n\r\nzz\r\n").status, 400);
    let left = std::fs::read_dir(listening.service.data.root().join("incoming")).unwrap().count();
    assert_eq!(left, 0);
}

/// only so many connections are served at a time; the others wait for their turn.
#[test]
fn connections_wait_for_their_turn() {
    let listening = Listening::new(Tls::Insecure, |settings| {
        settings.connections_max = 1;
        settings.head_timeout = READ_TIMEOUT;
    });
    let request = b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n";
    let mut first = listening.connect();
    let mut answer = [0; 512];
    for _ in 0..3 {
        first.write_all(request).unwrap();
        assert!(first.read(&mut answer).unwrap() > 0);
    }
    let mut second = listening.connect();
    second.write_all(request).unwrap();
    // The first one is served on, and the second one not, as long as the first is there.
    for _ in 0..20 {
        first.write_all(request).unwrap();
        assert!(first.read(&mut answer).unwrap() > 0);
        second.set_nonblocking(true).unwrap();
        assert_eq!(second.read(&mut answer).unwrap_err().kind(), ErrorKind::WouldBlock);
        second.set_nonblocking(false).unwrap();
    }
    drop(first);
    assert!(second.read(&mut answer).unwrap() > 0);
    assert!(answer.starts_with(b"HTTP/1.1 200"));
}

/// A session whose trail cannot be opened before this is dropped: a pipe, which waits for its other end.
struct Stuck(PathBuf);

impl Stuck {
    fn new(service: &Service) -> Stuck {
        let pipe = service.data.root().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        // Not among the trails, where the indexer would find it.
        let trail = TrailState { key: "stuck".to_owned(), file: "../pipe".to_owned(), state: "x".to_owned() };
        let facts = SessionFacts { trail: Some(trail), ..without_trail(Session::new("stuck")) };
        Store::open(service.data.root()).unwrap().put_sessions([&facts], NOW).unwrap();
        Stuck(pipe)
    }
}

impl Drop for Stuck {
    fn drop(&mut self) {
        // For both ways it is opened at once, and lets whoever waits go on.
        drop(std::fs::File::options().read(true).write(true).open(&self.0));
    }
}

/// only so many requests are worked on at a time, and none is waited for for ever.
#[test]
fn requests_wait_for_their_turn() {
    let listening = Listening::new(Tls::Insecure, |settings| {
        settings.concurrency = 1;
        // A login is to fit in.
        settings.request_timeout = Duration::from_secs(1);
    });
    let cookie = listening.service.log_in("admin");
    let get = |path: &str| {
        listening.say(&format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncookie: {cookie}\r\n\r\n"))
    };
    let stuck = Stuck::new(&listening.service);
    assert_eq!(get("/api/audit/sessions/stuck/audit_trail"), said(408, "RequestTimeout"));
    assert_eq!(get("/api/info"), said(408, "RequestTimeout"), "the one turn there is was not given back");
    drop(stuck);
    let is_answered = (0..300).any(|_| get("/api/info") == said(200, ""));
    assert!(is_answered, "the turn was given back");
}
