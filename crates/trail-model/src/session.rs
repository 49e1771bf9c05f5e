//! What a recording says of itself.

use std::collections::BTreeMap;

use crate::Timestamp;

/// Metadata of one session, as far as the recording carried it. Absent is absent: nothing is invented.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionMeta {
    /// Name of the format the recording came in, for example `asciicast-v2`.
    pub format: String,
    /// Name of the file or directory it came from, without its folder.
    pub source: Option<String>,
    /// Wall-clock time of the recording's start (offset 0).
    pub start: Option<Timestamp>,
    /// The user who worked.
    pub user: Option<String>,
    /// The user whose rights were used (sudo's `runas`).
    pub target_user: Option<String>,
    /// The host that was worked on.
    pub host: Option<String>,
    /// The command that was run.
    pub command: Option<String>,
    /// The recording's title.
    pub title: Option<String>,
    /// Working directory.
    pub cwd: Option<String>,
    /// Terminal device, for example `/dev/pts/3`.
    pub tty: Option<String>,
    /// Terminal type, for example `xterm-256color`.
    pub term: Option<String>,
    /// Exit status of the recorded command.
    pub exit_status: Option<i32>,
    /// The recorder's limit for idle time in playback, in nanoseconds.
    pub idle_limit_ns: Option<u64>,
    /// Environment variables that the recording kept.
    pub env: BTreeMap<String, String>,
    /// Everything else that the format carries, by the format's own names.
    pub extra: BTreeMap<String, String>,
}
