//! The description of the API in OpenAPI 3.1, made from the table of endpoints.

pub(super) mod docs;
mod schemas;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{Access, ENDPOINTS, Endpoint};
use crate::api_error::{ApiError, ErrorType};
use crate::app::COOKIE;
use crate::call::{Call, Reply};

/// What is said of an endpoint.
pub(super) struct Doc {
    /// A line.
    pub(super) summary: &'static str,
    pub(super) parameters: &'static [Parameter],
    /// The answers that are no errors: status, content type, and for JSON the name of its schema.
    pub(super) answers: &'static [Answer],
    /// The errors beside those that every endpoint has.
    pub(super) errors: &'static [ErrorType],
}

/// A parameter of a query.
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) is_required: bool,
    pub(super) about: &'static str,
}

/// What a parameter may be.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// Any text.
    Text,
    /// A whole number, at least so much.
    Number(u64),
    Flag,
    /// One of some words.
    Choice(&'static [&'static str]),
}

/// An answer that is no error.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) schema: &'static str,
}

/// `GET /api/openapi.json`.
pub(super) fn openapi(_call: &Call) -> Result<Reply, ApiError> {
    Ok(Reply::json(document()))
}

/// The whole description.
pub(crate) fn document() -> Value {
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for endpoint in ENDPOINTS {
        let operation = operation(endpoint);
        paths.entry(endpoint.path).or_default().insert(endpoint.method.to_lowercase(), operation);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Screentrail",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The audit sessions of a data directory: what was on the screen, when. See docs/rest-api.md.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas::all(),
            "securitySchemes": {
                "login": { "type": "http", "scheme": "basic" },
                "session": { "type": "apiKey", "in": "cookie", "name": COOKIE },
            },
        },
    })
}

fn operation(endpoint: &Endpoint) -> Value {
    let doc = endpoint.doc;
    let variables = endpoint.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let in_path = variables.map(
        |name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string", "minLength": 1 } }),
    );
    let in_query = doc.parameters.iter().map(|parameter| {
        json!({
            "name": parameter.name,
            "in": "query",
            "required": parameter.is_required,
            "description": parameter.about,
            "schema": schema_of(parameter.kind),
        })
    });
    let mut operation = json!({
        "operationId": operation_id(endpoint),
        "summary": doc.summary,
        "parameters": in_path.chain(in_query).collect::<Vec<_>>(),
        "responses": responses(endpoint),
    });
    operation["security"] = match (endpoint.access, endpoint.path) {
        (Access::Open, "/api/authentication") => json!([{ "login": [] }]),
        (Access::Open, _) => json!([]),
        (Access::Operator, _) => json!([{}, { "session": [] }]),
        _ => json!([{ "session": [] }]),
    };
    if endpoint.takes_body {
        let any = json!({ "schema": { "type": "string", "format": "binary" } });
        operation["requestBody"] = json!({ "required": true, "content": { "application/octet-stream": any } });
    }
    operation
}

fn operation_id(endpoint: &Endpoint) -> String {
    let words = endpoint.path.split('/').filter(|part| !part.is_empty() && *part != "api" && *part != "audit");
    let words: Vec<String> = words.map(|part| part.trim_matches(['{', '}', '_']).replace('.', "_")).collect();
    format!("{}_{}", endpoint.method.to_lowercase(), words.join("_"))
}

fn schema_of(kind: Kind) -> Value {
    match kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Number(least) => json!({ "type": "integer", "minimum": least }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Choice(words) => json!({ "type": "string", "enum": words }),
    }
}

fn responses(endpoint: &Endpoint) -> BTreeMap<String, Value> {
    let mut contents: BTreeMap<u16, Map<String, Value>> = BTreeMap::new();
    for answer in endpoint.doc.answers {
        let schema = match answer.schema {
            "" => json!({}),
            name => json!({ "schema": { "$ref": format!("#/components/schemas/{name}") } }),
        };
        contents.entry(answer.status).or_default().insert(answer.content_type.to_owned(), schema);
    }
    let mut errors: BTreeMap<u16, BTreeSet<String>> = BTreeMap::new();
    for error in endpoint.doc.errors.iter().chain(common_errors(endpoint)) {
        errors.entry(error.status()).or_default().insert(error.name());
    }
    let good = contents.into_iter().map(|(status, content)| {
        (status.to_string(), json!({ "description": "What was asked for.", "content": content }))
    });
    let bad = errors.into_iter().map(|(status, types)| {
        let types: Vec<String> = types.into_iter().collect();
        let schema = json!({
            "allOf": [
                { "$ref": "#/components/schemas/Error" },
                { "properties": { "error": { "properties": { "type": { "enum": types } } } } },
            ],
        });
        let description = types.join(", ");
        let content = json!({ "application/json": { "schema": schema } });
        (status.to_string(), json!({ "description": description, "content": content }))
    });
    good.chain(bad).collect()
}

/// The errors that every endpoint of a kind may give.
fn common_errors(endpoint: &Endpoint) -> &'static [ErrorType] {
    use ErrorType as E;
    match endpoint.access {
        Access::Open => &[E::UrlTooLong, E::HeadTooLarge, E::RequestTimeout, E::InternalError],
        Access::LoggedIn => &[
            E::Unauthenticated,
            E::UrlTooLong,
            E::HeadTooLarge,
            E::RequestTimeout,
            E::DatabaseConsistencyError,
            E::InternalError,
        ],
        _ => &[
            E::Unauthenticated,
            E::Unauthorized,
            E::UrlTooLong,
            E::HeadTooLarge,
            E::RequestTimeout,
            E::SearchUnavailable,
            E::DatabaseConsistencyError,
            E::InternalError,
        ],
    }
}
