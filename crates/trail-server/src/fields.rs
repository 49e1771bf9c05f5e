//! The fields of a document as callers name them.

use serde_json::Value;
use trail_catalog::Session;
use trail_catalog::filter::Schema;

/// The canonical names of all fields with a value of their own, in alphabetical order.
pub(crate) fn canonical(schema: &Schema) -> Vec<String> {
    let ordinary = schema.fields().filter(|(_, field)| field.is_ordinary());
    let mut names: Vec<String> = ordinary.map(|(_, field)| field.name.clone()).collect();
    names.sort_unstable();
    names
}

/// The value of a field by any of its names, null if it has none; nothing if there is no such field.
pub(crate) fn value(schema: &Schema, session: &Session, name: &str) -> Option<Value> {
    let fields = schema.named(name);
    if fields.is_empty() {
        // A group of fields, or what is only shown.
        return session.field(name).cloned();
    }
    let mut places = fields.iter().flat_map(|id| &schema.field(*id).paths);
    Some(places.find_map(|place| session.field(place)).cloned().unwrap_or(Value::Null))
}

/// The title of a field's column in a table.
pub(crate) fn title(name: &str) -> String {
    let fixed = match name {
        "user.gateway_username" => "Gateway username",
        "recording.session_id" => "Recording Session ID",
        "analytics.interesting_events" => "Analytics Interesting events",
        "analytics.similar_sessions" => "Similar Sessions",
        "trail_download_link" => "Audit trail download link",
        "analytics.score.aggregated" => "Analytics Score",
        "analytics.score.time" => "Score time",
        "analytics.score.details.command.score" => "Command score",
        "analytics.score.details.fis.score" => "FIS score",
        "analytics.score.details.hostlogin.score" => "Host login score",
        "analytics.score.details.logintime.score" => "Login time score",
        "recording.verdict" => "Recording Verdict",
        _ => "",
    };
    if !fixed.is_empty() {
        return fixed.to_owned();
    }
    let parts: Vec<&str> = name.split('.').collect();
    let last = &parts[parts.len().saturating_sub(2)..];
    let words = match last {
        ["user", field] => (*field).to_owned(),
        _ => last.join(" "),
    };
    let words = words.replace('_', " ").replace(" ip", " IP").replace(" id", " ID");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
