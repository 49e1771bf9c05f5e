//! Running the command.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// What a run printed, and how it ended.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    /// The lines of output as JSON.
    pub(crate) fn json(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
            .collect()
    }

    #[track_caller]
    pub(crate) fn expect_code(self, code: i32) -> Run {
        assert_eq!(self.code, code, "out: {}\nerr: {}", self.out, self.err);
        self
    }
}

/// Runs `trail` with these arguments and a cache of its own.
pub(crate) fn trail<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Run {
    trail_with(args, &[], b"")
}

pub(crate) fn trail_with<A: AsRef<OsStr>>(
    args: impl IntoIterator<Item = A>,
    env: &[(&str, &Path)],
    input: &[u8],
) -> Run {
    let cache = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_trail"));
    command.args(args).env("TRAIL_CACHE", cache.path()).env_remove("NO_COLOR");
    command.envs(env.iter().map(|(name, value)| (name, value)));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that does not read its input may be gone by now.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A recording of the repository.
pub(crate) fn testdata(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/recordings").join(path)
}

/// A small recording with these events, each half a second after the one before.
pub(crate) fn cast(folder: &Path, name: &str, outputs: &[&str]) -> PathBuf {
    let mut text = String::from("{\"version\":2,\"width\":40,\"height\":5,\"timestamp\":1767340800}\n");
    for (index, output) in outputs.iter().enumerate() {
        text += &format!("[{}, \"o\", {}]\n", (index + 1) as f64 / 2.0, serde_json::json!(output));
    }
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}
