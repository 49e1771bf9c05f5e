//! The fields of a session document: canonical names, the names of older generations, types and column titles.

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldType {
    Text,
    Ip,
    Int,
    Bool,
    Date,
}

use FieldType::{Bool, Date, Int, Ip, Text};

/// The fields that can be filtered, sorted and chosen, by canonical name, in alphabetical order.
pub(crate) const FIELDS: [(&str, FieldType); 55] = [
    ("active", Bool),
    ("analytics.interesting_events", Text),
    ("analytics.score.aggregated", Int),
    ("analytics.score.time", Date),
    ("analytics.scripted", Bool),
    ("analytics.similar_sessions", Text),
    ("analytics.tags", Text),
    ("client.ip", Ip),
    ("client.name", Text),
    ("client.port", Int),
    ("creation_time", Date),
    ("duration", Int),
    ("end_time", Date),
    ("hidden", Bool),
    ("log.adapter_name", Text),
    ("log.auth_method", Text),
    ("log.syslog_time", Text),
    ("node_id", Text),
    ("origin", Text),
    ("phantom", Bool),
    ("protocol", Text),
    ("recording.archive.date", Date),
    ("recording.archive.path", Text),
    ("recording.archive.policy", Text),
    ("recording.archive.server", Text),
    ("recording.archived", Bool),
    ("recording.auth_method", Text),
    ("recording.channel_policy", Text),
    ("recording.command_extracted", Bool),
    ("recording.connection_policy", Text),
    ("recording.connection_policy_id", Text),
    ("recording.content_reference_id", Int),
    ("recording.deny_reason", Text),
    ("recording.has_accepted_channel", Bool),
    ("recording.index_status", Text),
    ("recording.network_id", Text),
    ("recording.server_local.ip", Ip),
    ("recording.server_local.name", Text),
    ("recording.server_local.port", Int),
    ("recording.session_id", Text),
    ("recording.target.ip", Ip),
    ("recording.target.name", Text),
    ("recording.target.port", Int),
    ("recording.verdict", Text),
    ("recording.window_title_extracted", Bool),
    ("revision", Int),
    ("server.id", Text),
    ("server.ip", Ip),
    ("server.name", Text),
    ("server.port", Int),
    ("start_time", Date),
    ("user.id", Text),
    ("user.name", Text),
    ("user.server_username", Text),
    ("verdict", Text),
];

/// Names of older generations, and what they are now.
const ALIASES: [(&str, &str); 23] = [
    ("archived", "recording.archived"),
    ("auth_method", "recording.auth_method"),
    ("channel_policy", "recording.channel_policy"),
    ("connection_policy", "recording.connection_policy"),
    ("session_id", "recording.session_id"),
    ("server_local.address", "recording.server_local.ip"),
    ("server_local.ip", "recording.server_local.ip"),
    ("server_local.port", "recording.server_local.port"),
    ("target.address", "recording.target.ip"),
    ("target.ip", "recording.target.ip"),
    ("target.port", "recording.target.port"),
    ("recording.server_local.address", "recording.server_local.ip"),
    ("recording.target.address", "recording.target.ip"),
    ("client.address", "client.ip"),
    ("server.address", "server.ip"),
    ("port", "server.port"),
    ("name", "user.name"),
    ("gateway_username", "user.name"),
    ("user.gateway_username", "user.name"),
    ("server_username", "user.server_username"),
    ("index_status", "recording.index_status"),
    ("connection_policy_id", "recording.connection_policy_id"),
    ("content_reference_id", "recording.content_reference_id"),
];

/// The canonical name of a field and its type; nothing if there is no such field.
pub(crate) fn resolve(name: &str) -> Option<(&'static str, FieldType)> {
    let name = name.strip_prefix("psm.").unwrap_or(name);
    let canonical = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, canonical)| canonical);
    FIELDS.iter().copied().find(|(field, _)| *field == canonical)
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
