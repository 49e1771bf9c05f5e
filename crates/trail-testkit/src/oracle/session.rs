//! What a trail says of itself: the same at all its moments.

use trail_model::SessionMeta;
use trail_query::Mode;

use super::query::Value;
use super::tokens::normalize;

/// The names under which a query asks for it, short ones among them.
pub(crate) const NAMES: [&str; 11] = [
    "session.user",
    "user",
    "session.target_user",
    "session.host",
    "host",
    "session.protocol",
    "protocol",
    "session.command",
    "session.title",
    "session.format",
    "session.source",
];

/// What stands under a name.
pub(crate) fn value<'m>(meta: &'m SessionMeta, name: &str) -> Option<&'m str> {
    let value = match name {
        "session.user" | "user" => meta.user.as_deref(),
        "session.target_user" => meta.target_user.as_deref(),
        "session.host" | "host" => meta.host.as_deref(),
        "session.protocol" | "protocol" => meta.extra.get("protocol").map(String::as_str),
        "session.command" => meta.command.as_deref(),
        "session.title" => meta.title.as_deref(),
        "session.format" => Some(meta.format.as_str()),
        "session.source" => meta.source.as_deref(),
        _ => None,
    };
    value.filter(|value| !value.is_empty())
}

/// Whether a trail is as a query asks.
pub(crate) fn is(meta: &SessionMeta, name: &str, wanted: &Value, mode: Mode) -> bool {
    let Some(value) = value(meta, name) else { return false };
    match wanted {
        Value::Is(text) if mode == Mode::Lucene => value == text,
        Value::Is(text) => normalize(value) == normalize(text),
        Value::Like(pattern) => pattern.matcher()(&normalize(value)),
        Value::Known => true,
    }
}
