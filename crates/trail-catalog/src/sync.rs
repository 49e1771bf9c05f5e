//! The catalogue from the trails: what each one says of itself becomes its session's document.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

use serde_json::json;
use trail_container::{RecordBody, TrailReader};
use trail_content::{Block, ContentFile, Kind};
use trail_index::{DataDir, IndexReader, SessionInfo, Status, TrailEntry, index_version};
use trail_model::{Offset, SessionMeta, Timestamp};

use crate::alerts::{AlertRule, alerts};
use crate::store::{Channel, Event, EventKind, IndexRun, RunStatus, SessionFacts, Store, StoreError, TrailState};
use crate::{Session, iso_ms, rest_form};

/// Names that stand for something else in paths, and can be no session's.
const RESERVED: [&str; 4] = ["_snapshot", "_count", "stats", "histogram"];

/// Fields of a document that metadata may give as text, by their names.
const GIVEN_TEXTS: [&str; 28] = [
    "client.ip",
    "client.name",
    "log.adapter_name",
    "log.auth_method",
    "node_id",
    "origin",
    "protocol",
    "recording.auth_method",
    "recording.channel_policy",
    "recording.connection_policy",
    "recording.connection_policy_id",
    "recording.deny_reason",
    "recording.network_id",
    "recording.server_local.ip",
    "recording.server_local.name",
    "recording.session_id",
    "recording.target.ip",
    "recording.target.name",
    "recording.verdict",
    "server.id",
    "server.ip",
    "server.name",
    "user.gateway_username",
    "user.gateway_username_domain",
    "user.id",
    "user.name",
    "user.name_domain",
    "verdict",
];
/// The same for whole numbers.
const GIVEN_NUMBERS: [&str; 13] = [
    "analytics.score.aggregated",
    "analytics.score.details.command.score",
    "analytics.score.details.fis.score",
    "analytics.score.details.hostlogin.score",
    "analytics.score.details.keystroke.score",
    "analytics.score.details.logintime.score",
    "analytics.score.details.mouse.score",
    "analytics.score.details.windowtitle.score",
    "client.port",
    "recording.content_reference_id",
    "recording.server_local.port",
    "recording.target.port",
    "server.port",
];
/// When the service took a recording in, among a trail's metadata; ISO 8601.
pub const CREATION_TIME: &str = "creation_time";

/// Words of commands that stand out: they change rights, accounts, services or machines, or lead to other machines.
const INTERESTING: [&str; 28] = [
    "addgroup",
    "adduser",
    "chmod",
    "chown",
    "chpasswd",
    "crontab",
    "deluser",
    "fdisk",
    "groupadd",
    "groupdel",
    "insmod",
    "iptables",
    "kill",
    "mkfs",
    "mount",
    "passwd",
    "reboot",
    "rm",
    "scp",
    "shutdown",
    "ssh",
    "su",
    "sudo",
    "systemctl",
    "umount",
    "useradd",
    "userdel",
    "visudo",
];

/// Titles of windows that stand out, in lower case: they lead to what changes rights, accounts, services or machines.
const INTERESTING_TITLES: [&str; 6] = [
    "control panel",
    "management console",
    "powershell",
    "security settings",
    "server manager",
    "windows security center",
];

/// Whether a recording's metadata gives the field of this name as a text.
pub fn is_given_text(name: &str) -> bool {
    GIVEN_TEXTS.contains(&name)
}

/// Whether a recording's metadata gives the field of this name as a whole number.
pub fn is_given_number(name: &str) -> bool {
    GIVEN_NUMBERS.contains(&name)
}

/// Sessions stored at once.
const SYNC_BATCH: usize = 256;

/// Why the catalogue could not be brought up to date.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SyncError {
    /// The catalogue refused.
    #[error("failed to keep what the trails say")]
    Store(#[from] StoreError),
    /// The index cannot be read.
    #[error("failed to read the index")]
    Index(#[from] trail_index::Error),
    /// The trail cannot be read.
    #[error("failed to read the trail")]
    Trail(#[from] trail_container::Error),
}

/// What bringing the catalogue up to date changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncReport {
    /// Sessions that are new or not as they were.
    pub stored: usize,
    /// Sessions whose trail is gone.
    pub removed: usize,
    /// Sessions that are as they were.
    pub unchanged: usize,
    /// Trails that could not be read, with why: their sessions are known by what the index knows.
    pub unreadable: Vec<(PathBuf, String)>,
}

/// Brings the catalogue up to date with the live generation of the index.
///
/// # Errors
/// [`SyncError`]. A trail that cannot be read is none: see [`SyncReport::unreadable`].
pub fn sync(data: &DataDir, store: &Store, now_ns: i64) -> Result<SyncReport, SyncError> {
    sync_with(data, store, SyncOptions::default(), now_ns)
}

/// What is known beside the trails while the catalogue is brought up to date.
#[derive(Clone, Copy, Default)]
pub struct SyncOptions<'o> {
    /// Rules that give alerts. Alerts of sessions that are as they were stay as they were.
    pub rules: &'o [AlertRule],
    /// What is known of the work on a trail file.
    pub work: Option<WorkOn<'o>>,
}

/// When the work on a trail file began, in nanoseconds since 1970, and how long it took, in nanoseconds; nothing if another
/// process did it.
pub type WorkOn<'o> = &'o dyn Fn(&str) -> Option<(i64, u64)>;

/// The same with options.
///
/// # Errors
/// [`SyncError`].
pub fn sync_with(
    data: &DataDir,
    store: &Store,
    options: SyncOptions<'_>,
    now_ns: i64,
) -> Result<SyncReport, SyncError> {
    let index = match IndexReader::open(data) {
        Ok(index) => index,
        Err(trail_index::Error::NoIndex { .. }) => return Ok(SyncReport::default()),
        Err(error) => return Err(error.into()),
    };
    let mut known: HashMap<String, TrailState> =
        store.trail_states()?.into_iter().map(|state| (state.file.clone(), state)).collect();
    let mut report = SyncReport::default();
    let (mut gone, mut changed) = (Vec::new(), Vec::new());
    for entry in index.trails() {
        let state = state_of(entry);
        match known.remove(&entry.file) {
            Some(old) if old.state == state.state => report.unchanged += 1,
            old => {
                // A file that is another session now takes the old one away.
                gone.extend(old.filter(|old| old.key != state.key).map(|old| old.key));
                changed.push((entry, state));
            }
        }
    }
    // A trail that is there and not indexed yet keeps its session.
    let is_gone = |state: &TrailState| !data.trails_dir().join(&state.file).exists();
    gone.extend(known.into_values().filter(is_gone).map(|state| state.key));
    for key in gone {
        report.removed += usize::from(store.remove_session(&key)?);
    }
    for some in changed.chunks(SYNC_BATCH) {
        let facts: Vec<SessionFacts> =
            some.iter().map(|(entry, state)| facts(data, &index, options, entry, state, now_ns, &mut report)).collect();
        store.put_sessions(&facts, now_ns)?;
        report.stored += facts.len();
    }
    Ok(report)
}

/// What a trail and its content say of its session.
fn facts(
    data: &DataDir,
    index: &IndexReader,
    options: SyncOptions<'_>,
    entry: &TrailEntry,
    state: &TrailState,
    now_ns: i64,
    report: &mut SyncReport,
) -> SessionFacts {
    let path = data.trails_dir().join(&entry.file);
    let trail = TrailReader::open(&path);
    if let Err(error) = &trail {
        report.unreadable.push((path, error.to_string()));
    }
    let content = entry.trail.and_then(|trail| index.open_content(trail).ok());
    let events = content.as_ref().map(|content| events(content, start_of(entry))).unwrap_or_default();
    let mut session = session(entry, &state.key, trail.as_ref().ok(), content.as_ref());
    session.set("analytics.interesting_events", interesting(&events).into_iter().collect::<Vec<_>>());
    SessionFacts {
        session,
        trail: Some(state.clone()),
        channels: trail.as_ref().map(channels).unwrap_or_default(),
        alerts: content
            .as_ref()
            .filter(|_| !options.rules.is_empty())
            .map(|content| alerts(options.rules, content, &events, start_of(entry))),
        events,
        runs: vec![run(entry, options.work.and_then(|work| work(&entry.file)).unwrap_or((now_ns, 0)))],
    }
}

/// Makes the document of a trail that is not indexed yet, so that its session is known at once. `file` is a path under
/// the folder of trails. Gives the session's key.
///
/// # Errors
/// [`SyncError`].
pub fn announce(data: &DataDir, store: &Store, file: &str, now_ns: i64) -> Result<String, SyncError> {
    let trail = TrailReader::open(data.trails_dir().join(file))?;
    let facts = announced(&trail, file, now_ns);
    store.put_sessions([&facts], now_ns)?;
    Ok(facts.session.key)
}

/// The document that [`announce`] would make of a trail, under this name among the others.
pub fn document_of(trail: &TrailReader, file: &str, now_ns: i64) -> Session {
    let mut session = announced(trail, file, now_ns).session;
    session.set("revision", 1);
    if session.field(CREATION_TIME).is_none() {
        session.set(CREATION_TIME, iso_ms(now_ns));
    }
    session
}

fn announced(trail: &TrailReader, file: &str, now_ns: i64) -> SessionFacts {
    let id = file.rsplit('/').next().unwrap_or(file);
    let info = SessionInfo {
        id: id.strip_suffix(".trail").unwrap_or(id).to_owned(),
        start_ns: trail.meta().start.map(|start| start.0),
        duration_ns: trail.duration().0,
        records: trail.last_record(),
        closed: trail.is_closed(),
        ..SessionInfo::default()
    };
    let entry = TrailEntry {
        file: file.to_owned(),
        len: 0,
        modified_ns: 0,
        trail: Some(trail.trail_id()),
        head: String::new(),
        status: Status::Ok,
        content: None,
        session: info,
        partition: String::new(),
        segments: BTreeMap::new(),
        stats: Default::default(),
        coverage: BTreeMap::new(),
    };
    let key = session_key(&entry);
    let mut session = session(&entry, &key, Some(trail), None);
    session.set("recording.index_status", if trail.is_closed() { "NOT_INDEXED" } else { "CHANNEL_OPEN" });
    let run = IndexRun { status: RunStatus::Queued, ..run(&entry, (now_ns, 0)) };
    SessionFacts {
        session,
        // No state of a trail is written so: indexing makes the document again.
        trail: Some(TrailState { key, file: file.to_owned(), state: String::new() }),
        channels: channels(trail),
        alerts: None,
        events: Vec::new(),
        runs: vec![run],
    }
}

/// Makes all documents again from their trails, also of those that are not indexed yet, and takes what no trail says from
/// the journal. Accounts and roles stay as they are.
///
/// # Errors
/// [`SyncError`]. A trail that cannot be read is none: see [`SyncReport::unreadable`].
pub fn rebuild(data: &DataDir, store: &Store, now_ns: i64) -> Result<SyncReport, SyncError> {
    store.forget_states()?;
    let mut report = sync(data, store, now_ns)?;
    let known: BTreeSet<String> = store.trail_states()?.into_iter().map(|state| state.file).collect();
    for file in data.trail_files()?.into_iter().filter(|file| !known.contains(file)) {
        match announce(data, store, &file, now_ns) {
            Ok(_) => report.stored += 1,
            Err(SyncError::Trail(error)) => {
                report.unreadable.push((data.trails_dir().join(&file), error.to_string()));
            }
            Err(error) => return Err(error),
        }
    }
    store.tidy_journal()?;
    Ok(report)
}

/// The key of a trail's session: the trail's name where it can stand in paths as it is, else the trail's id.
pub fn session_key(entry: &TrailEntry) -> String {
    let name = &entry.session.id;
    let is_plain = !name.is_empty() && rest_form(name) == *name && !RESERVED.contains(&name.as_str());
    match entry.trail {
        Some(trail) if !is_plain => trail.to_string(),
        None if !is_plain => format!("trail-{}", rest_form(name)),
        _ => name.clone(),
    }
}

/// Which state of which trail a document is made from.
fn state_of(entry: &TrailEntry) -> TrailState {
    let status = match &entry.status {
        Status::Ok => "ok",
        Status::Partial { .. } => "partial",
        Status::Quarantined { .. } => "quarantined",
    };
    let state = format!("{}/{}/{status}/{}/{}", entry.head, entry.len, entry.session.closed, entry.session.records);
    TrailState { key: session_key(entry), file: entry.file.clone(), state }
}

fn start_of(entry: &TrailEntry) -> Option<Timestamp> {
    entry.session.start_ns.map(Timestamp)
}

/// The document of a trail.
fn session(entry: &TrailEntry, key: &str, trail: Option<&TrailReader>, content: Option<&ContentFile>) -> Session {
    let mut session = Session::new(key);
    let info = &entry.session;
    let is_failed = matches!(entry.status, Status::Quarantined { .. });
    let index_status = match (is_failed, info.closed) {
        (true, _) => "INDEXING_FAILED",
        (false, true) => "INDEXED",
        (false, false) => "CHANNEL_OPEN",
    };
    let start = start_of(entry);
    let end = start.map(|start| start.plus(Offset(info.duration_ns)));
    session.set("active", !info.closed && !is_failed);
    session.set(
        "analytics",
        json!({
            "interesting_events": [], "scripted": false, "scripted_results": {}, "similar_sessions": [], "tags": [],
        }),
    );
    session.set("duration", info.duration_ns / 1_000_000_000);
    session.set("start_time", start.map(|start| iso_ms(start.0)));
    session.set("end_time", end.filter(|_| info.closed).map(|end| iso_ms(end.0)));
    session.set("hidden", false);
    session.set("phantom", false);
    session.set("origin", "RECORDING");
    session.set("recording.archived", false);
    session.set("recording.has_accepted_channel", info.records > 0);
    session.set("recording.index_status", index_status);
    session.set("recording.session_id", key);
    let has = |kind| content.is_some_and(|_| entry.stats.get(kind as usize).is_some_and(|stats| stats.docs > 0));
    session.set("recording.command_extracted", has(Kind::Command));
    session.set("recording.window_title_extracted", has(Kind::Title));
    session.set("recording.verdict", "ACCEPT");
    session.set("verdict", "ACCEPT");
    let from_index = SessionMeta { user: info.user.clone(), host: info.host.clone(), ..SessionMeta::default() };
    describe(&mut session, trail.map_or(&from_index, TrailReader::meta));
    session
}

/// What a recording says of itself, in the document's words.
fn describe(session: &mut Session, meta: &SessionMeta) {
    if let Some(host) = &meta.host {
        session.set("server.name", host.as_str());
    }
    if let Some(user) = &meta.user {
        session.set("user.name", user.as_str());
    }
    if let Some(user) = meta.target_user.as_ref().or(meta.user.as_ref()) {
        session.set("user.server_username", json!([user]));
    }
    for name in GIVEN_TEXTS {
        if let Some(text) = meta.extra.get(name) {
            session.set(name, text.as_str());
        }
    }
    if let (Some(verdict), None) = (meta.extra.get("recording.verdict"), meta.extra.get("verdict")) {
        session.set("verdict", verdict.as_str());
    }
    if let Some(time) = meta.extra.get(CREATION_TIME).filter(|time| time.parse::<jiff::Timestamp>().is_ok()) {
        session.set(CREATION_TIME, time.as_str());
    }
    for name in GIVEN_NUMBERS {
        if let Some(number) = meta.extra.get(name).and_then(|text| text.parse::<i64>().ok()) {
            session.set(name, number);
        }
    }
}

/// The channels of a trail.
fn channels(trail: &TrailReader) -> Vec<Channel> {
    let start = trail.meta().start;
    let wall = |offset: Offset| start.map(|start| start.plus(offset).0);
    let summaries = trail.channels().map(|summary| {
        let first = summary.chunks.first().and_then(|chunk| trail.chunk(*chunk).ok());
        let last = summary.chunks.last().and_then(|chunk| trail.chunk(*chunk).ok());
        let mut kind = String::new();
        let mut begin = Offset(0);
        let mut attributes = BTreeMap::new();
        if let Some(record) = first.iter().flat_map(|chunk| chunk.records()).find(|r| r.channel == summary.channel) {
            begin = record.offset;
            if let RecordBody::ChannelOpen(open) = &record.body {
                kind = open.kind.to_owned();
                attributes.extend(open.attributes.iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
            }
        }
        let own = last.iter().flat_map(|chunk| chunk.records()).filter(|record| record.channel == summary.channel);
        let end = own.last().map_or(begin, |record| record.offset);
        if let ("session exec", Some(command)) = (kind.as_str(), &trail.meta().command) {
            attributes.entry("command".to_owned()).or_insert_with(|| command.clone());
        }
        let verdict = attributes.remove("verdict").unwrap_or_else(|| "accept".to_owned());
        Channel {
            number: summary.channel.0,
            kind,
            verdict,
            start_ns: wall(begin),
            end_ns: wall(end).filter(|_| trail.is_closed()),
            duration_ns: end.0.saturating_sub(begin.0),
            attributes,
        }
    });
    summaries.collect()
}

/// The commands of a session and the titles of its windows, by time.
fn events(content: &ContentFile, start: Option<Timestamp>) -> Vec<Event> {
    let mut events = Vec::new();
    for channel in content.channels() {
        let Ok(moments) = channel.moments() else { continue };
        let event = |kind, moment, action: &str, content: &str| {
            let time = moments.start_time(moment);
            let event = Event {
                kind,
                action: action.to_owned(),
                content: content.to_owned(),
                channel: channel.id().0,
                record: moments.record(moment).0,
                time_ns: start.map(|start| start.plus(time).0),
            };
            (time, event)
        };
        for block in (0..channel.block_count()).filter_map(|index| channel.block(index).ok()) {
            for Entered { moment, text, line } in entered(&block) {
                events.push(event(EventKind::Command, moment, text, line.unwrap_or(text)));
            }
            for (moment, _, title) in spans(&block, Kind::Title) {
                // One that stands since before its block was set in another one.
                if moment > block.first() || block.first() == 0 {
                    events.push(event(EventKind::WindowTitle, moment, title, title));
                }
            }
        }
    }
    events.sort_by_key(|(time, event)| (*time, event.record));
    events.into_iter().map(|(_, event)| event).collect()
}

/// A command that was entered.
struct Entered<'b> {
    moment: u32,
    text: &'b str,
    /// The line on which it stood, with its prompt.
    line: Option<&'b str>,
}

/// The commands that were entered in a block, by moment.
fn entered(block: &Block) -> Vec<Entered<'_>> {
    let mut lines = spans(block, Kind::Line).into_iter().peekable();
    let mut visible: Vec<(u32, u32, &str)> = Vec::new();
    // A command that stands since before its block was entered in another one.
    let commands =
        spans(block, Kind::Command).into_iter().filter(|(begin, ..)| *begin > block.first() || block.first() == 0);
    let entered = commands.map(|(moment, _, text)| {
        while let Some(line) = lines.next_if(|(begin, ..)| *begin <= moment) {
            visible.push(line);
        }
        // No more lines are left than there are on a screen.
        visible.retain(|(_, end, _)| *end >= moment);
        let head = text.lines().next().unwrap_or("").trim_end();
        let own = visible.iter().rev().find(|(_, _, line)| !head.is_empty() && line.trim_end().ends_with(head));
        Entered { moment, text, line: own.map(|(_, _, line)| *line) }
    });
    entered.collect()
}

/// What could be seen of one kind in a block: from which moment, to which, and its text; in order.
fn spans(block: &Block, kind: Kind) -> Vec<(u32, u32, &str)> {
    let items = block.range_of(kind).map(|index| block.item(index));
    let mut spans: Vec<(u32, u32, &str)> =
        items.flat_map(|item| item.spans().map(move |span| (span.begin, span.end, item.text()))).collect();
    spans.sort_unstable();
    spans
}

/// The words of commands that stand out, of those entered, and the titles that do, in alphabetical order.
fn interesting(events: &[Event]) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for event in events {
        if event.kind == EventKind::WindowTitle {
            let title = event.action.to_lowercase();
            let stands_out = INTERESTING_TITLES.iter().any(|interesting| title.contains(interesting));
            found.extend(stands_out.then_some(event.action.as_str()));
        } else {
            let words = event.action.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
            found.extend(words.filter(|word| INTERESTING.contains(word)));
        }
    }
    found
}

fn run(entry: &TrailEntry, (start_ns, duration_ns): (i64, u64)) -> IndexRun {
    let is_failed = matches!(entry.status, Status::Quarantined { .. });
    IndexRun {
        status: if is_failed { RunStatus::Failed } else { RunStatus::Completed },
        start_ns,
        duration_ns,
        index_version: index_version(),
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}
