//! What an operator may choose.

use std::path::PathBuf;
use std::time::Duration;

use trail_catalog::AlertRule;
use trail_query::Limits;

/// The settings of a service. Defaults are those of the published API where it names one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// How long a login lives without a call.
    pub idle_timeout: Duration,
    /// How many logins are kept at a time; the one idle longest goes first.
    pub logins_max: usize,
    /// How long a snapshot lives without a query.
    pub snapshot_lifetime: Duration,
    /// How old what is searched may be before the catalogue is looked at again.
    pub refresh_interval: Duration,
    /// Snapshots open at a time, of all clients together.
    pub snapshots_max: usize,
    /// Page size of sessions: the default and the most.
    pub page_max: usize,
    /// Ranks of the basic search that can be reached.
    pub window: usize,
    /// The most users of one page.
    pub users_page_max: usize,
    /// How long a user's score counts.
    pub score_lifetime: Duration,
    /// Length of a request's path and query, in bytes.
    pub url_len_max: usize,
    /// Length of a request's head, in bytes.
    pub head_len_max: usize,
    /// How long a client may take to greet, and to send the head of a request.
    pub head_timeout: Duration,
    /// Connections open at a time; the others wait.
    pub connections_max: usize,
    /// Length of an uploaded recording, in bytes.
    pub upload_len_max: u64,
    /// How long an upload may stand still.
    pub upload_idle_timeout: Duration,
    /// Uploads taken in at a time; the others wait.
    pub uploads_max: usize,
    /// How often new trails are looked for that others brought.
    pub index_interval: Duration,
    /// How long a trail that is followed may stand still.
    pub follow_idle_timeout: Duration,
    /// What reads the pixels of desktops. Nothing: those of new trails are not read.
    pub pixels: Option<trail_content::PixelReader>,
    /// Requests worked on at a time; the others wait.
    pub concurrency: usize,
    /// What a query may cost, of content as of documents: to read, to prepare, and to answer.
    pub query_limits: Limits,
    /// Where the audit log lies; nothing: in the data directory.
    pub audit_dir: Option<PathBuf>,
    /// Bytes of a file of the audit log, after which the same day has another one.
    pub audit_len_max: u64,
    /// Whether everybody may see the service's figures, not only who works on its machine or administers it.
    pub metrics_open: bool,
    /// Bytes of content that are kept open or decoded from one search to the next.
    pub content_cache: usize,
    /// How long a request may wait and work, uploads and downloads apart.
    pub request_timeout: Duration,
    /// How long sessions are kept after their end; nothing: for ever.
    pub retention: Option<Duration>,
    /// What alerts are made of.
    pub alert_rules: Vec<AlertRule>,
    /// The most bytes of pictures kept.
    pub screenshots_len_max: u64,
}

impl Default for Settings {
    fn default() -> Settings {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Settings {
            idle_timeout: Duration::from_secs(600),
            logins_max: 10_000,
            snapshot_lifetime: Duration::from_secs(300),
            refresh_interval: Duration::from_millis(200),
            snapshots_max: 1,
            page_max: 500,
            window: 10_000,
            users_page_max: 25_000,
            score_lifetime: Duration::from_secs(24 * 3600),
            url_len_max: 16 << 10,
            head_len_max: 64 << 10,
            head_timeout: Duration::from_secs(10),
            connections_max: 1024,
            upload_len_max: 4 << 30,
            upload_idle_timeout: Duration::from_secs(60),
            uploads_max: cores,
            index_interval: Duration::from_secs(30),
            follow_idle_timeout: Duration::from_secs(3600),
            pixels: None,
            concurrency: cores * 4,
            query_limits: Limits { deadline: Some(Duration::from_secs(30)), ..Limits::default() },
            audit_dir: None,
            audit_len_max: 256 << 20,
            metrics_open: false,
            content_cache: 64 << 20,
            request_timeout: Duration::from_secs(60),
            retention: None,
            alert_rules: Vec::new(),
            screenshots_len_max: 1 << 30,
        }
    }
}
