//! A service that runs, over TLS, asked with curl.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{trail, trail_with};

/// The password of every account.
pub(crate) const PASSWORD: &str = "a pass:word";

/// A data directory and the service over it.
pub(crate) struct Served {
    pub(crate) folder: TempDir,
    child: Child,
    port: u16,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

impl Served {
    /// Starts a service over recordings, with an account.
    pub(crate) fn new(recordings: &[&Path]) -> Served {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let data = data.to_str().unwrap();
        if !recordings.is_empty() {
            let paths = recordings.iter().map(|path| path.to_str().unwrap());
            trail(["import", "--data", data, "--tolerate"].into_iter().chain(paths)).expect_code(0);
        }
        add_account(data);
        let (child, port) = start(Path::new(data));
        Served { folder, child, port }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills the service in the middle of what it does.
    pub(crate) fn kill(&mut self) {
        // Somebody may have done it already.
        let _ = self.child.kill();
        self.child.wait().unwrap();
    }

    /// Tells the service to end, and waits for it.
    pub(crate) fn end(&mut self) {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(told.success());
        assert!(self.child.wait().unwrap().success());
    }

    pub(crate) fn start_again(&mut self) {
        (self.child, self.port) = start(&self.data());
    }

    /// Adds the account that is used, where it is not there any more.
    pub(crate) fn add_account(&self) {
        add_account(self.data().to_str().unwrap());
    }

    pub(crate) fn log_in(&self) {
        self.log_in_as("alice");
    }

    pub(crate) fn log_in_as(&self, name: &str) {
        let login = format!("{name}:{PASSWORD}");
        let answer = self.curl("/api/authentication", &["-c", "cookies", "-u", &login]);
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.curl(path, &[])
    }

    /// Asks with curl; the cookies are kept in the folder.
    pub(crate) fn curl(&self, path: &str, more: &[&str]) -> Answer {
        self.try_curl(path, more).unwrap_or_else(|| panic!("{path} has no answer"))
    }

    /// The same; nothing if the connection breaks.
    pub(crate) fn try_curl(&self, path: &str, more: &[&str]) -> Option<Answer> {
        let url = format!("https://localhost:{}{path}", self.port);
        let mut command = Command::new("curl");
        command.current_dir(self.folder.path()).args(["-sS", "-g", "--cacert", "data/tls/cert.pem", "-b", "cookies"]);
        let output = command.args(["-w", "\n%{http_code}"]).args(more).arg(url).output().expect("curl is there");
        if !output.status.success() {
            return None;
        }
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let (body, status) = text.rsplit_once('\n')?;
        Some(Answer { status: status.parse().ok()?, body: body.to_owned() })
    }

    /// Uploads bytes; nothing if the connection breaks.
    pub(crate) fn upload(&self, name: &str, bytes: &[u8], query: &str) -> Option<Answer> {
        let file = self.folder.path().join(name);
        std::fs::File::create(&file).unwrap().write_all(bytes).unwrap();
        let data = format!("@{name}");
        self.try_curl(&format!("/api/audit/sessions{query}"), &["--data-binary", &data])
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have been ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn add_account(data: &str) {
    let add = ["user", "add", "alice", "--role", "admin", "--password-stdin", "--data", data];
    trail_with(add, &[], PASSWORD.as_bytes()).expect_code(0);
}

fn start(data: &Path) -> (Child, u16) {
    let told = data.with_extension("log");
    let log = std::fs::File::create(&told).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_trail"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--set", "index_interval=1s", "--data"]).arg(data);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port = line.trim().rsplit(':').next().and_then(|port| port.parse().ok());
    (child, port.unwrap_or_else(|| panic!("it does not listen: {}", std::fs::read_to_string(&told).unwrap())))
}
