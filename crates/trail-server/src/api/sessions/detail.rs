//! One session: its document, channels, alerts, events, index runs and downloads.

use serde_json::{Map, Value, json};
use trail_catalog::{Alert, AlertKind, Channel, Event, EventKind, IndexRun, RunStatus, iso_ms};
use trail_index::index_version;

use super::{body, links::encode, session_path, visible};
use crate::api_error::{ApiError, ErrorType};
use crate::call::{Call, Reply};
use crate::library;
use crate::times;

/// `GET /api/audit/sessions/<id>`.
pub(crate) fn detail(call: &Call) -> Result<Reply, ApiError> {
    let document = library::document(visible::session(call)?);
    Ok(call.object(&document.key, body::full(&document)))
}

/// `GET …/channels`.
pub(crate) fn channels(call: &Call) -> Result<Reply, ApiError> {
    let stored = visible::session(call)?;
    let path = format!("{}/channels", session_path(&stored.session.key));
    let channels = call.app.store.channels(&stored.session.key)?;
    let items = channels.iter().map(|channel| {
        // Each generation of clients reads its own shape: fields in the body, and beside it.
        let body = channel_body(channel);
        let mut item = body.clone();
        item.insert("key".to_owned(), channel.number.to_string().into());
        item.insert("meta".to_owned(), json!({ "href": format!("{path}/{}", channel.number) }));
        item.insert("body".to_owned(), body.into());
        Value::Object(item)
    });
    Ok(call.items(items.collect(), call.meta()))
}

/// `GET …/channels/<n>`.
pub(crate) fn channel(call: &Call) -> Result<Reply, ApiError> {
    let stored = visible::session(call)?;
    let channels = call.app.store.channels(&stored.session.key)?;
    let found = channels.iter().find(|channel| channel.number.to_string() == call.variable(1));
    let channel = found.ok_or_else(|| ApiError::new(ErrorType::NotFound))?;
    Ok(call.object(&channel.number.to_string(), channel_body(channel)))
}

fn channel_body(channel: &Channel) -> Map<String, Value> {
    let attribute = |(name, value): (&String, &String)| {
        let port = value.parse::<u16>().ok().filter(|_| name.ends_with(".port"));
        (name.clone(), port.map_or_else(|| value.as_str().into(), Value::from))
    };
    let mut body: Map<String, Value> = channel.attributes.iter().map(attribute).collect();
    let seconds = channel.duration_ns / 1_000_000_000;
    body.insert("duration".to_owned(), seconds.into());
    body.insert("end_time".to_owned(), channel.end_ns.map(iso_ms).into());
    body.insert("start_time".to_owned(), channel.start_ns.map(iso_ms).into());
    body.insert("type".to_owned(), channel.kind.as_str().into());
    body.insert("verdict".to_owned(), channel.verdict.as_str().into());
    for name in ["four_eyes_authorizer", "four_eyes_description"] {
        body.entry(name).or_insert(Value::Null);
    }
    body
}

/// `GET …/alerts`.
pub(crate) fn alerts(call: &Call) -> Result<Reply, ApiError> {
    let key = visible::session(call)?.session.key;
    let page = Page::read(call)?;
    let (alerts, count) = call.app.store.alerts(&key, page.offset, page.limit)?;
    Ok(call.items(alerts.iter().map(alert).collect(), page.meta(call, alerts.len(), count)))
}

fn alert(alert: &Alert) -> Value {
    let kind = match alert.kind {
        AlertKind::Command => "adp.event.command",
        AlertKind::ScreenContent => "adp.event.screen.content",
        AlertKind::CreditCard => "adp.event.screen.creditcard",
        AlertKind::WindowTitle => "adp.event.screen.windowtitle",
    };
    json!({
        "alert_type": kind,
        "channel_id": alert.channel.to_string(),
        "matched_action": alert.matched_action,
        "matched_content": alert.matched_content,
        "matched_regexp": alert.matched_regexp,
        "record_id": alert.record,
        "rule_name": alert.rule_name,
        "time": alert.time_ns.map(times::without_zone),
    })
}

/// `GET …/events`.
pub(crate) fn events(call: &Call) -> Result<Reply, ApiError> {
    let key = visible::session(call)?.session.key;
    let page = Page::read(call)?;
    let (events, count) = call.app.store.events(&key, page.offset, page.limit)?;
    Ok(call.items(events.iter().map(event).collect(), page.meta(call, events.len(), count)))
}

fn event(event: &Event) -> Value {
    let kind = match event.kind {
        EventKind::Command => "command",
        EventKind::WindowTitle => "screen.windowtitle",
        EventKind::ScreenContent => "screen.content",
    };
    json!({
        "action": event.action,
        "channels_id": event.channel.to_string(),
        "content": event.content,
        "record_id": event.record,
        "time": event.time_ns.map(times::without_zone),
        "type": kind,
    })
}

/// `GET …/indexing`, also as `/indexer` and `/indexers`.
pub(crate) fn indexing(call: &Call) -> Result<Reply, ApiError> {
    let key = visible::session(call)?.session.key;
    let runs = call.app.store.index_runs(&key)?;
    Ok(call.items(runs.iter().map(run).collect(), call.meta()))
}

fn run(run: &IndexRun) -> Value {
    let status = match run.status {
        RunStatus::Queued => "QUEUED",
        RunStatus::Running => "RUNNING",
        RunStatus::Completed => "COMPLETED",
        RunStatus::Failed => "FAILED",
    };
    json!({
        "config": {
            "command": { "enabled": true },
            "keyboard": { "buffer_interval": 3, "enabled": false },
            "mouse": { "buffer_interval": 1, "enabled": false },
            "near_realtime": false,
            "ocr_languages": [],
            "screen": { "enabled": true, "omnipage_trade_off": "TO_ACCURATE" },
            "title": { "enabled": true },
        },
        "statistics": {
            "cpu_time": run.duration_ns / 1_000_000_000,
            "duration": run.duration_ns / 1_000_000_000,
            "start_time": run.start_ns / 1_000_000,
        },
        "status": status,
        "version": { "adp": run.program_version, "worker": run.index_version },
    })
}

/// `POST …/indexing`: has the session indexed again, in its turn.
pub(crate) fn reindex(call: &Call) -> Result<Reply, ApiError> {
    let stored = visible::session(call)?;
    if stored.file.is_none() {
        return Err(ApiError::with(ErrorType::NotFound, "the session has no trail"));
    }
    let queued = IndexRun {
        status: RunStatus::Queued,
        start_ns: call.now.0,
        duration_ns: 0,
        index_version: index_version(),
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let key = &stored.session.key;
    let last = call.app.store.index_runs(key)?.pop();
    // One that waits already is enough.
    if last.is_none_or(|last| last.status != RunStatus::Queued) {
        call.app.store.add_index_run(key, &queued)?;
    }
    call.app.indexing.ask_again(&stored);
    Ok(call.object("indexing", run(&queued)).status(202))
}

/// `GET …/trail_downloads`.
pub(crate) fn trail_downloads(call: &Call) -> Result<Reply, ApiError> {
    let key = visible::session(call)?.session.key;
    let page = Page::read(call)?;
    let (downloads, count) = call.app.store.downloads(&key, page.offset, page.limit)?;
    let item = |download: &trail_catalog::Download| {
        json!({
            "from_api": download.from_api,
            "ip_address": download.address,
            "time": iso_ms(download.time_ns),
            "username": download.account,
        })
    };
    Ok(call.items(downloads.iter().map(item).collect(), page.meta(call, downloads.len(), count)))
}

/// A page of what belongs to a session.
struct Page {
    offset: usize,
    limit: usize,
}

impl Page {
    fn read(call: &Call) -> Result<Page, ApiError> {
        Ok(Page { offset: call.params.number("offset", 0)?, limit: super::list::page_limit(call)? })
    }

    fn meta(&self, call: &Call, len: usize, count: usize) -> Map<String, Value> {
        let Page { offset, limit } = *self;
        let path: Vec<String> = call.path.split('/').map(|part| encode(&decoded(part))).collect();
        let path = path.join("/");
        let link = |offset: usize| Value::from(format!("{path}?limit={limit}&offset={offset}"));
        let next = offset.saturating_add(len);
        let mut meta = call.meta();
        meta.insert("first".to_owned(), link(0));
        meta.insert("last".to_owned(), link(count.saturating_sub(1) / limit * limit));
        meta.insert("limit".to_owned(), limit.into());
        meta.insert("match_count".to_owned(), count.into());
        meta.insert("next".to_owned(), if len > 0 && next < count { link(next) } else { Value::Null });
        meta.insert("offset".to_owned(), offset.into());
        let previous = if offset > 0 { link(offset.saturating_sub(limit)) } else { Value::Null };
        meta.insert("previous".to_owned(), previous);
        meta
    }
}

fn decoded(part: &str) -> String {
    percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned()
}
