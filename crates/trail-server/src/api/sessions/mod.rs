//! `/api/audit/sessions` and what lies under it.

mod advanced;
mod body;
mod content;
mod csv;
mod delete;
mod detail;
mod figures;
mod filter;
mod highlight;
mod links;
mod list;
mod screenshots;
mod sort;
mod ties;
mod trail;
mod upload;
mod visible;

pub(super) use advanced::{count, snapshot};
pub(super) use content::content;
pub(super) use delete::delete;
pub(super) use detail::{alerts, channel, channels, detail, events, indexing, reindex, trail_downloads};
pub(super) use figures::{histogram, stats};
pub(super) use list::list;
pub(super) use screenshots::{generate, screenshot};
pub(super) use trail::audit_trail;
pub(super) use upload::upload;
pub(super) use visible::visible_users;

/// The path under which sessions lie.
pub(crate) const SESSIONS: &str = "/api/audit/sessions";

/// The path of a session: its key stands in it as one part.
pub(crate) fn session_path(key: &str) -> String {
    format!("{SESSIONS}/{}", links::encode(key))
}
