//! The endpoints: what is served where, to whom, by whom.

mod authentication;
mod service;
pub(crate) mod sessions;
mod users;

use trail_catalog::Rights;

use crate::api_error::ApiError;
use crate::call::{Call, Reply};

/// Who may use an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everybody.
    Open,
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
            Access::Open | Access::LoggedIn => true,
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
    pub(crate) handler: fn(&Call) -> Result<Reply, ApiError>,
}

const fn get(path: &'static str, access: Access, handler: fn(&Call) -> Result<Reply, ApiError>) -> Endpoint {
    Endpoint { method: "GET", path, access, takes_body: false, handler }
}

const fn post(path: &'static str, access: Access, handler: fn(&Call) -> Result<Reply, ApiError>) -> Endpoint {
    Endpoint { method: "POST", path, access, takes_body: false, handler }
}

/// All endpoints; those of one path stand together.
pub(crate) const ENDPOINTS: &[Endpoint] = &[
    get("/health/live", Access::Open, service::live),
    get("/health/ready", Access::Open, service::ready),
    get("/metrics", Access::Open, service::metrics),
    get("/api/info", Access::LoggedIn, service::info),
    get("/api/authentication", Access::Open, authentication::log_in),
    get("/api/authentication/login_methods", Access::Open, authentication::login_methods),
    get("/api/audit/users", Access::SearchInAllUsers, users::list),
    get("/api/audit/users/_count", Access::SearchInAllUsers, users::count),
    get("/api/audit/sessions", Access::Search, sessions::list),
    Endpoint { takes_body: true, ..post("/api/audit/sessions", Access::Administer, sessions::upload) },
    get("/api/audit/sessions/_count", Access::Search, sessions::count),
    get("/api/audit/sessions/_snapshot", Access::Search, sessions::snapshot),
    get("/api/audit/sessions/stats", Access::Search, sessions::stats),
    get("/api/audit/sessions/histogram", Access::Search, sessions::histogram),
    get("/api/audit/sessions/{id}", Access::Search, sessions::detail),
    get("/api/audit/sessions/{id}/channels", Access::Search, sessions::channels),
    get("/api/audit/sessions/{id}/channels/{number}", Access::Search, sessions::channel),
    get("/api/audit/sessions/{id}/alerts", Access::Search, sessions::alerts),
    get("/api/audit/sessions/{id}/events", Access::Search, sessions::events),
    get("/api/audit/sessions/{id}/indexing", Access::Search, sessions::indexing),
    post("/api/audit/sessions/{id}/indexing", Access::Administer, sessions::reindex),
    get("/api/audit/sessions/{id}/indexer", Access::Search, sessions::indexing),
    get("/api/audit/sessions/{id}/indexers", Access::Search, sessions::indexing),
    get("/api/audit/sessions/{id}/audit_trail", Access::Download, sessions::audit_trail),
    get("/api/audit/sessions/{id}/trail_downloads", Access::Search, sessions::trail_downloads),
    get("/api/audit/sessions/{id}/content", Access::Search, sessions::content),
    post("/api/audit/sessions/{id}/_generate", Access::Search, sessions::generate),
    post("/api/audit/sessions/{id}/screenshots/_generate", Access::Search, sessions::generate),
    get("/api/audit/sessions/{id}/screenshots/{record_id}", Access::Search, sessions::screenshot),
];
