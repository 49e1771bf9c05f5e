//! What goes wrong, as callers see it: the one place for status, type and wording.

use serde_json::{Map, Value, json};

use crate::library::LibraryError;

/// An error type of the published API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are the API's; what each says is in `wording`")]
pub enum ErrorType {
    InvalidQuery,
    InvalidSearchClientId,
    InvalidAdvancedSearchCountQuery,
    MissingSearchAfterSnapshot,
    MissingSearchAfterSort,
    InvalidSearchAfterKeyValue,
    DuplicatedSearchAfterKey,
    MissingSearchAfterTiebreaker,
    InvalidSearchAfterKeyValueFormat,
    InconsistentSearchAfterParameters,
    MissingSearchAfterKeyValue,
    InconsistentSearchAfterOrder,
    InvalidSearchAfterOffset,
    InvalidSearchAfterResponseFormat,
    InvalidSearchAfterQuery,
    UsersRestNotAvailable,
    DuplicatedParameterError,
    InvalidSort,
    InvalidQueryValue,
    NotANumber,
    NegativeValue,
    InvalidUpload,
    Unauthenticated,
    AuthenticationFailure,
    Unauthorized,
    NotFound,
    CountQuerySnapshotNotFound,
    SearchQuerySnapshotNotFound,
    MethodNotAllowed,
    RequestTimeout,
    Busy,
    UploadTooLarge,
    UrlTooLong,
    RangeNotSatisfiable,
    AdvancedSearchSnapshotQuotaExceeded,
    HeadTooLarge,
    SearchUnavailable,
    DatabaseConsistencyError,
    InternalError,
}

use ErrorType as E;

impl ErrorType {
    /// All of them, in the order of their status.
    pub const ALL: [ErrorType; 39] = [
        E::InvalidQuery,
        E::InvalidSearchClientId,
        E::InvalidAdvancedSearchCountQuery,
        E::MissingSearchAfterSnapshot,
        E::MissingSearchAfterSort,
        E::InvalidSearchAfterKeyValue,
        E::DuplicatedSearchAfterKey,
        E::MissingSearchAfterTiebreaker,
        E::InvalidSearchAfterKeyValueFormat,
        E::InconsistentSearchAfterParameters,
        E::MissingSearchAfterKeyValue,
        E::InconsistentSearchAfterOrder,
        E::InvalidSearchAfterOffset,
        E::InvalidSearchAfterResponseFormat,
        E::InvalidSearchAfterQuery,
        E::UsersRestNotAvailable,
        E::DuplicatedParameterError,
        E::InvalidSort,
        E::InvalidQueryValue,
        E::NotANumber,
        E::NegativeValue,
        E::InvalidUpload,
        E::Unauthenticated,
        E::AuthenticationFailure,
        E::Unauthorized,
        E::NotFound,
        E::CountQuerySnapshotNotFound,
        E::SearchQuerySnapshotNotFound,
        E::MethodNotAllowed,
        E::RequestTimeout,
        E::Busy,
        E::UploadTooLarge,
        E::UrlTooLong,
        E::RangeNotSatisfiable,
        E::AdvancedSearchSnapshotQuotaExceeded,
        E::HeadTooLarge,
        E::SearchUnavailable,
        E::DatabaseConsistencyError,
        E::InternalError,
    ];

    /// Its name in `error.type`.
    pub fn name(self) -> String {
        format!("{self:?}")
    }

    /// Its HTTP status.
    pub fn status(self) -> u16 {
        match self {
            E::Unauthenticated | E::AuthenticationFailure => 401,
            E::Unauthorized => 403,
            E::NotFound | E::CountQuerySnapshotNotFound | E::SearchQuerySnapshotNotFound => 404,
            E::MethodNotAllowed => 405,
            E::RequestTimeout => 408,
            E::Busy => 409,
            E::UploadTooLarge => 413,
            E::UrlTooLong => 414,
            E::RangeNotSatisfiable => 416,
            E::AdvancedSearchSnapshotQuotaExceeded => 429,
            E::HeadTooLarge => 431,
            E::SearchUnavailable | E::DatabaseConsistencyError | E::InternalError => 500,
            _ => 400,
        }
    }

    /// What it says where nothing more precise is known.
    pub fn wording(self) -> &'static str {
        match self {
            E::InvalidQuery => "the requested filter or its value is invalid",
            E::InvalidSearchClientId => "the search client identifier is invalid",
            E::InvalidAdvancedSearchCountQuery => "the count query is invalid",
            E::MissingSearchAfterSnapshot => "search_after needs a snapshot",
            E::MissingSearchAfterSort => "search_after needs a sort",
            E::InvalidSearchAfterKeyValue => "a value in search_after is not of its field's type",
            E::DuplicatedSearchAfterKey => "search_after has a key twice",
            E::MissingSearchAfterTiebreaker => "search_after has no tiebreaker",
            E::InvalidSearchAfterKeyValueFormat => "search_after is not a list of key:value pairs",
            E::InconsistentSearchAfterParameters => "search_after has more pairs than sort has fields",
            E::MissingSearchAfterKeyValue => "search_after has fewer pairs than sort has fields",
            E::InconsistentSearchAfterOrder => "the keys of search_after are not the fields of sort in their order",
            E::InvalidSearchAfterOffset => "offset cannot be used with a snapshot",
            E::InvalidSearchAfterResponseFormat => "the response format cannot be used with a snapshot",
            E::InvalidSearchAfterQuery => "the query of the snapshot is invalid",
            E::UsersRestNotAvailable => "users are not available on this node",
            E::DuplicatedParameterError => "a parameter is given twice",
            E::InvalidSort => "sort names an unknown field, or one twice",
            E::InvalidQueryValue => "the value of a parameter is invalid",
            E::NotANumber => "the value must be a number",
            E::NegativeValue => "the value must be greater than 0",
            E::InvalidUpload => "the upload is not a recording in a known format",
            E::Unauthenticated => "the resource requires a login",
            E::AuthenticationFailure => "authenticating the user with the given credentials has failed",
            E::Unauthorized => "the user has no right to the resource",
            E::NotFound => "the requested object does not exist",
            E::CountQuerySnapshotNotFound => "the snapshot of the count query does not exist or has expired",
            E::SearchQuerySnapshotNotFound => "the snapshot does not exist or has expired",
            E::MethodNotAllowed => "the resource does not know the method",
            E::RequestTimeout => "the request took too long",
            E::Busy => "another process changes the data directory; try again later",
            E::UploadTooLarge => "the upload is too large",
            E::UrlTooLong => "the path and the query are too long",
            E::RangeNotSatisfiable => "the range lies outside the trail",
            E::AdvancedSearchSnapshotQuotaExceeded => "too many snapshots are open; try again later",
            E::HeadTooLarge => "the head of the request is too large",
            E::SearchUnavailable => "the search backend is inaccessible",
            E::DatabaseConsistencyError => "the search database returned an invalid response",
            E::InternalError => "an internal error occurred",
        }
    }
}

/// An error on its way to the caller.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiError {
    kind: ErrorType,
    message: String,
    details: Map<String, Value>,
}

impl ApiError {
    /// An error in its usual words.
    pub fn new(kind: ErrorType) -> ApiError {
        ApiError::with(kind, kind.wording())
    }

    /// An error in more precise words.
    pub fn with(kind: ErrorType, message: impl Into<String>) -> ApiError {
        ApiError { kind, message: message.into(), details: Map::new() }
    }

    /// Adds a detail.
    #[must_use]
    pub fn detail(mut self, name: &str, value: impl Into<Value>) -> ApiError {
        self.details.insert(name.to_owned(), value.into());
        self
    }

    /// Something broke that is not the caller's doing: told to the log, not to the caller.
    pub fn internal(kind: ErrorType, cause: &dyn std::error::Error) -> ApiError {
        tracing::error!(error = with_causes(cause), r#type = kind.name(), "request failed");
        ApiError::new(kind)
    }

    /// Its words.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Its type.
    pub fn kind(&self) -> ErrorType {
        self.kind
    }

    /// The body of the answer.
    pub fn to_json(&self, path: &str) -> Value {
        json!({
            "error": { "details": self.details, "message": self.message, "type": self.kind.name() },
            "meta": { "href": path },
        })
    }
}

/// An error with its causes, in one line.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        text.push_str(": ");
        text.push_str(&error.to_string());
        next = error.source();
    }
    text
}

/// What goes wrong in the index over sessions while answering.
impl From<LibraryError> for ApiError {
    fn from(error: LibraryError) -> ApiError {
        ApiError::internal(ErrorType::SearchUnavailable, &error)
    }
}

/// What goes wrong in the catalogue while answering.
impl From<trail_catalog::StoreError> for ApiError {
    fn from(error: trail_catalog::StoreError) -> ApiError {
        ApiError::internal(ErrorType::DatabaseConsistencyError, &error)
    }
}
