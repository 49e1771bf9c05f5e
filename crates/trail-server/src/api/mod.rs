//! The endpoints: what is served where, to whom, by whom.

mod authentication;
pub(crate) mod openapi;
mod service;
pub(crate) mod sessions;
mod users;

use trail_catalog::Rights;

use self::openapi::{Doc, docs};
use crate::api_error::ApiError;
use crate::call::{Call, Reply};

/// Who may use an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everybody.
    Open,
    /// Who works on the service's own machine, or may administer all of it. Everybody, if that is set.
    Operator,
    /// Who is logged in.
    LoggedIn,
    /// Who may search.
    Search,
    /// Who may search in all users.
    SearchInAllUsers,
    /// Who may take trails away.
    Download,
    /// Who may administer.
    Administer,
}

impl Access {
    /// Tells whether somebody who is logged in with these rights may come in.
    pub(crate) fn is_within(self, rights: Rights) -> bool {
        match self {
            Access::Open | Access::LoggedIn | Access::Operator => true,
            Access::Search => rights.search,
            Access::SearchInAllUsers => rights.search_in_all_users,
            Access::Download => rights.search && rights.download,
            Access::Administer => rights.administer,
        }
    }
}

/// One thing that can be asked.
pub(crate) struct Endpoint {
    pub(crate) method: &'static str,
    /// The path; variables in braces.
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    /// Whether the body of a request is read.
    pub(crate) takes_body: bool,
    pub(crate) handler: Handler,
    /// What the description says.
    doc: &'static Doc,
}

/// Answers a call that was let through.
type Handler = fn(&Call) -> Result<Reply, ApiError>;

const fn get(path: &'static str, access: Access, handler: Handler, doc: &'static Doc) -> Endpoint {
    Endpoint { method: "GET", path, access, takes_body: false, handler, doc }
}

const fn post(path: &'static str, access: Access, handler: Handler, doc: &'static Doc) -> Endpoint {
    Endpoint { method: "POST", ..get(path, access, handler, doc) }
}

const fn delete(path: &'static str, access: Access, handler: Handler, doc: &'static Doc) -> Endpoint {
    Endpoint { method: "DELETE", ..get(path, access, handler, doc) }
}

/// All endpoints; those of one path stand together.
pub(crate) const ENDPOINTS: &[Endpoint] = &[
    get("/health/live", Access::Open, service::live, &docs::LIVE),
    get("/health/ready", Access::Open, service::ready, &docs::READY),
    get("/metrics", Access::Operator, service::metrics, &docs::METRICS),
    get("/api/openapi.json", Access::Open, openapi::openapi, &docs::OPENAPI),
    get("/api/info", Access::LoggedIn, service::info, &docs::INFO),
    get("/api/authentication", Access::Open, authentication::log_in, &docs::LOG_IN),
    get("/api/authentication/login_methods", Access::Open, authentication::login_methods, &docs::LOGIN_METHODS),
    get("/api/audit/users", Access::SearchInAllUsers, users::list, &docs::USERS),
    get("/api/audit/users/_count", Access::SearchInAllUsers, users::count, &docs::USERS_COUNT),
    get("/api/audit/sessions", Access::Search, sessions::list, &docs::LIST),
    Endpoint { takes_body: true, ..post("/api/audit/sessions", Access::Administer, sessions::upload, &docs::UPLOAD) },
    get("/api/audit/sessions/_count", Access::Search, sessions::count, &docs::COUNT),
    get("/api/audit/sessions/_snapshot", Access::Search, sessions::snapshot, &docs::SNAPSHOT_DOC),
    get("/api/audit/sessions/stats", Access::Search, sessions::stats, &docs::STATS),
    get("/api/audit/sessions/histogram", Access::Search, sessions::histogram, &docs::HISTOGRAM),
    get("/api/audit/sessions/{id}", Access::Search, sessions::detail, &docs::DETAIL),
    delete("/api/audit/sessions/{id}", Access::Administer, sessions::delete, &docs::DELETE),
    get("/api/audit/sessions/{id}/channels", Access::Search, sessions::channels, &docs::CHANNELS),
    get("/api/audit/sessions/{id}/channels/{number}", Access::Search, sessions::channel, &docs::CHANNEL),
    get("/api/audit/sessions/{id}/alerts", Access::Search, sessions::alerts, &docs::ALERTS),
    get("/api/audit/sessions/{id}/events", Access::Search, sessions::events, &docs::EVENTS),
    get("/api/audit/sessions/{id}/indexing", Access::Search, sessions::indexing, &docs::INDEXING),
    post("/api/audit/sessions/{id}/indexing", Access::Administer, sessions::reindex, &docs::REINDEX),
    get("/api/audit/sessions/{id}/indexer", Access::Search, sessions::indexing, &docs::INDEXING),
    get("/api/audit/sessions/{id}/indexers", Access::Search, sessions::indexing, &docs::INDEXING),
    get("/api/audit/sessions/{id}/audit_trail", Access::Download, sessions::audit_trail, &docs::TRAIL),
    get("/api/audit/sessions/{id}/trail_downloads", Access::Search, sessions::trail_downloads, &docs::DOWNLOADS),
    get("/api/audit/sessions/{id}/content", Access::Search, sessions::content, &docs::CONTENT_DOC),
    post("/api/audit/sessions/{id}/_generate", Access::Search, sessions::generate, &docs::GENERATE),
    post("/api/audit/sessions/{id}/screenshots/_generate", Access::Search, sessions::generate, &docs::GENERATE),
    get("/api/audit/sessions/{id}/screenshots/{record_id}", Access::Search, sessions::screenshot, &docs::SCREENSHOT),
];
