//! What the description says of each endpoint.

use super::{Answer, Doc, Kind, Parameter};
use crate::api_error::ErrorType as E;

const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";

const fn json(status: u16, schema: &'static str) -> Answer {
    Answer { status, content_type: JSON, schema }
}

const fn other(content_type: &'static str) -> Answer {
    Answer { status: 200, content_type, schema: "" }
}

const fn optional(name: &'static str, kind: Kind, about: &'static str) -> Parameter {
    Parameter { name, kind, is_required: false, about }
}

const fn required(name: &'static str, kind: Kind, about: &'static str) -> Parameter {
    Parameter { name, kind, is_required: true, about }
}

const Q: Parameter = optional("q", Kind::Text, "A metadata filter.");
const CONTENT: Parameter = optional("content", Kind::Text, "A content query that was true at some moment.");
const START: Parameter = optional("start", Kind::Text, "ISO 8601: sessions that began then or later.");
const END: Parameter = optional("end", Kind::Text, "ISO 8601: sessions that ended then or before.");
const FIELDS: Parameter = optional("fields", Kind::Text, "What a body holds: names, separated by commas, or *.");
const SORT: Parameter = optional("sort", Kind::Text, "Fields, separated by commas; - before one: descending.");
const LIMIT: Parameter = optional("limit", Kind::Number(1), "Items of a page.");
const OFFSET: Parameter = optional("offset", Kind::Number(0), "Items before the page.");
const SNAPSHOT: Parameter = optional("snapshot", Kind::Text, "The snapshot to search in.");
const HIGHLIGHT: &str = "A content query: what matches is marked.";

/// Of a session that is named, with pages of what belongs to it.
const fn pages(summary: &'static str, answers: &'static [Answer]) -> Doc {
    Doc { summary, parameters: &[LIMIT, OFFSET], answers, errors: &[E::InvalidQuery, E::NotFound] }
}

const fn of_session(summary: &'static str, answers: &'static [Answer]) -> Doc {
    Doc { summary, parameters: &[], answers, errors: &[E::NotFound] }
}

const fn plain(summary: &'static str, answers: &'static [Answer]) -> Doc {
    Doc { summary, parameters: &[], answers, errors: &[] }
}

pub(crate) const LIVE: Doc = plain("Whether the process answers.", &[other(TEXT)]);
pub(crate) const READY: Doc =
    Doc { errors: &[E::SearchUnavailable], ..plain("Whether the catalogue answers.", &[other(TEXT)]) };
pub(crate) const METRICS: Doc = plain("Figures for Prometheus.", &[other("text/plain; version=0.0.4")]);
pub(crate) const OPENAPI: Doc = plain("This description.", &[json(200, "Anything")]);
pub(crate) const INFO: Doc = plain("What this is.", &[json(200, "Object")]);
pub(crate) const LOG_IN: Doc = Doc {
    summary: "Opens a login; the answer sets its cookie.",
    parameters: &[optional("login_method", Kind::Text, "local"), optional("type", Kind::Text, "password")],
    answers: &[json(200, "Login")],
    errors: &[E::AuthenticationFailure, E::DatabaseConsistencyError],
};
pub(crate) const LOGIN_METHODS: Doc = plain("The ways to log in.", &[json(200, "Object")]);
pub(crate) const USERS: Doc = Doc {
    summary: "The users who were seen in sessions.",
    parameters: &[
        optional("limit", Kind::Number(1), "Users of the answer, up to 25000."),
        SORT,
        optional("has_valid_score", Kind::Flag, "Only users with or without a valid score."),
    ],
    answers: &[json(200, "Users")],
    errors: &[E::DuplicatedParameterError, E::InvalidSort, E::InvalidQueryValue, E::NotANumber, E::NegativeValue],
};
pub(crate) const USERS_COUNT: Doc = Doc {
    summary: "How many users were seen in sessions.",
    parameters: &[optional("has_valid_score", Kind::Flag, "Only users with or without a valid score.")],
    answers: &[json(200, "Count")],
    errors: &[E::DuplicatedParameterError, E::InvalidQueryValue],
};
pub(crate) const LIST: Doc = Doc {
    summary: "Lists sessions: by pages, or with a snapshot by a cursor.",
    parameters: &[
        Q,
        CONTENT,
        START,
        END,
        FIELDS,
        optional("limit", Kind::Number(1), "Sessions of a page, up to 500."),
        OFFSET,
        SORT,
        optional("format", Kind::Choice(&["json", "csv"]), "The form of the answer."),
        SNAPSHOT,
        optional("search_after", Kind::Text, "The cursor behind the last page."),
    ],
    answers: &[json(200, "Sessions"), other("text/csv; charset=utf-8")],
    errors: &[
        E::InvalidQuery,
        E::InvalidSearchClientId,
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
        E::SearchQuerySnapshotNotFound,
    ],
};
pub(crate) const UPLOAD: Doc = Doc {
    summary: "Takes a recording in. Further fields of sessions are parameters, too.",
    parameters: &[
        optional("start_time", Kind::Text, "ISO 8601: when the recording began."),
        optional("title", Kind::Text, "The recording's title."),
        optional("encoding", Kind::Text, "The character set of the output, if it is not UTF-8."),
        optional("size", Kind::Text, "The size of the screen, as 80x24."),
        optional("wait", Kind::Flag, "Answer when it is found by its content, or as late as requests may be."),
        optional("protocol", Kind::Text, "For example SSH."),
        optional("user.name", Kind::Text, "Who worked."),
        optional("user.server_username", Kind::Text, "As whom."),
        optional("client.ip", Kind::Text, "From where."),
        optional("client.port", Kind::Number(0), "From which port."),
        optional("server.ip", Kind::Text, "To where."),
        optional("server.name", Kind::Text, "To which host."),
        optional("server.port", Kind::Number(0), "To which port."),
        optional("recording.session_id", Kind::Text, "The log-style id."),
    ],
    answers: &[json(201, "Uploaded")],
    errors: &[E::InvalidQuery, E::InvalidUpload, E::UploadTooLarge],
};
pub(crate) const COUNT: Doc = Doc {
    summary: "Counts sessions.",
    parameters: &[SNAPSHOT, Q, CONTENT, START, END],
    answers: &[json(200, "Count")],
    errors: &[E::InvalidAdvancedSearchCountQuery, E::InvalidSearchClientId, E::CountQuerySnapshotNotFound],
};
pub(crate) const SNAPSHOT_DOC: Doc = Doc {
    summary: "Freezes all sessions, for the client of the headers Remote-Addr and User-Agent.",
    parameters: &[],
    answers: &[json(200, "Object")],
    errors: &[E::InvalidSearchClientId, E::AdvancedSearchSnapshotQuotaExceeded],
};
pub(crate) const STATS: Doc = Doc {
    summary: "Counts sessions by the values of a field.",
    parameters: &[
        required("field", Kind::Text, "The field."),
        optional("sub_fields", Kind::Text, "A second field, counted within."),
        optional("size", Kind::Number(0), "How many values, the most frequent first."),
        Q,
        CONTENT,
        START,
        END,
    ],
    answers: &[json(200, "Stats")],
    errors: &[E::InvalidQuery],
};
pub(crate) const HISTOGRAM: Doc = Doc {
    summary: "Counts sessions by time.",
    parameters: &[
        required("field", Kind::Text, "A field that holds a date."),
        optional("bin-size", Kind::Choice(&["minute", "hour", "day", "week"]), "How long a bin is."),
        Q,
        CONTENT,
        START,
        END,
    ],
    answers: &[json(200, "Histogram")],
    errors: &[E::InvalidQuery],
};
pub(crate) const DETAIL: Doc = of_session("A session.", &[json(200, "Object")]);
pub(crate) const DELETE: Doc = Doc {
    errors: &[E::NotFound, E::Busy],
    ..of_session("Deletes a session with its trail and everything made from it.", &[json(200, "Object")])
};
pub(crate) const CHANNELS: Doc = of_session("The channels of a session.", &[json(200, "Channels")]);
pub(crate) const CHANNEL: Doc = of_session("A channel of a session.", &[json(200, "Object")]);
pub(crate) const ALERTS: Doc = pages("The alerts of a session.", &[json(200, "Alerts")]);
pub(crate) const EVENTS: Doc = pages("The events of a session.", &[json(200, "Events")]);
pub(crate) const INDEXING: Doc = of_session("The index runs of a session.", &[json(200, "Runs")]);
pub(crate) const REINDEX: Doc = of_session("Has a session indexed again.", &[json(202, "Object")]);
pub(crate) const TRAIL: Doc = Doc {
    summary: "The trail of a session: as it is, as it grows, or in another form.",
    parameters: &[optional("format", Kind::Choice(&["srs", "cast", "txt"]), "As it grows; an asciicast; a text.")],
    answers: &[
        other("application/octet-stream"),
        other("application/x-asciicast"),
        other(TEXT),
        Answer { status: 206, content_type: "application/octet-stream", schema: "" },
    ],
    errors: &[E::InvalidQuery, E::NotFound, E::RangeNotSatisfiable],
};
pub(crate) const DOWNLOADS: Doc = pages("Who took the trail of a session away.", &[json(200, "Downloads")]);
pub(crate) const CONTENT_DOC: Doc = Doc {
    summary: "When a content query was true of the screen of a session.",
    parameters: &[
        optional("q", Kind::Text, "The content query."),
        LIMIT_OR_NONE,
        OFFSET,
        optional("highlight", Kind::Flag, "Whether items tell what matched, and where on the screen."),
    ],
    answers: &[json(200, "Content")],
    errors: &[E::InvalidQuery, E::NotFound],
};
const LIMIT_OR_NONE: Parameter = optional("limit", Kind::Number(0), "Items of the answer, up to 10000.");
pub(crate) const GENERATE: Doc = Doc {
    summary: "Makes pictures of the screen after records.",
    parameters: &[
        required("record_ids", Kind::Text, "Up to 100 records, separated by commas."),
        optional("highlight", Kind::Text, HIGHLIGHT),
    ],
    answers: &[json(201, "Object")],
    errors: &[E::InvalidQuery, E::NotFound],
};
pub(crate) const SCREENSHOT: Doc = Doc {
    summary: "A picture that was made.",
    parameters: &[optional("highlight", Kind::Text, HIGHLIGHT)],
    answers: &[other("image/png")],
    errors: &[E::InvalidQuery, E::NotFound],
};
