//! The schemas of answers.

use serde_json::{Value, json};

use crate::api_error::ErrorType;

/// All schemas, by name.
pub(super) fn all() -> Value {
    let types: Vec<String> = ErrorType::ALL.iter().map(|error| error.name()).collect();
    json!({
        "Anything": { "type": "object" },
        "Error": object(&[
            ("error", object(&[
                ("details", json!({ "type": "object" })),
                ("message", text()),
                ("type", json!({ "type": "string", "enum": types })),
            ])),
            ("meta", reference("Meta")),
        ]),
        "Meta": {
            "type": "object",
            "required": ["href"],
            "properties": {
                "href": text(),
                "parent": text(),
                "remaining_seconds": number(),
                "fields": list(text()),
                "limit": number(),
                "offset": number(),
                "match_count": number(),
                "first": text_or_null(),
                "last": text_or_null(),
                "next": text_or_null(),
                "previous": text_or_null(),
                "search_after": text_or_null(),
                "start": text(),
                "end": text(),
                "failures": list(text()),
            },
            "additionalProperties": false,
        },
        "Login": object(&[("meta", reference("Meta"))]),
        "Object": object(&[("key", text()), ("body", json!({ "type": "object" })), ("meta", reference("Meta"))]),
        "Count": object(&[("count", number()), ("meta", reference("Meta"))]),
        "Sessions": items(linked(false)),
        "Uploaded": items(linked(true)),
        "Users": items(object(&[
            ("has_valid_score", flag()),
            ("id", text()),
            ("last_seen", text()),
            ("score", text_or_null()),
            ("score_timestamp", text_or_null()),
        ])),
        "Stats": items(object(&[
            ("count", number()),
            ("sub_fields", list(object(&[("count", number()), ("value", text())]))),
            ("value", text()),
        ])),
        "Histogram": items(object(&[("count", number()), ("start", text())])),
        "Channels": items(json!({
            "type": "object",
            "required": ["key", "meta", "body", "type", "verdict", "start_time", "end_time", "duration"],
            "properties": {
                "key": text(), "meta": { "type": "object" }, "body": { "type": "object" }, "type": text(),
                "verdict": { "enum": ["accept", "deny"] }, "start_time": text_or_null(), "end_time": text_or_null(),
                "duration": number(),
            },
        })),
        "Alerts": items(object(&[
            ("alert_type", text()),
            ("channel_id", text()),
            ("matched_action", text()),
            ("matched_content", text()),
            ("matched_regexp", text()),
            ("record_id", number()),
            ("rule_name", text()),
            ("time", text_or_null()),
        ])),
        "Events": items(object(&[
            ("action", text()),
            ("channels_id", text()),
            ("content", text()),
            ("record_id", number()),
            ("time", text_or_null()),
            ("type", text()),
        ])),
        "Runs": items(object(&[
            ("config", json!({ "type": "object" })),
            ("statistics", json!({ "type": "object" })),
            ("status", json!({ "enum": ["QUEUED", "RUNNING", "COMPLETED", "FAILED"] })),
            ("version", json!({ "type": "object" })),
        ])),
        "Downloads": items(object(&[
            ("from_api", flag()),
            ("ip_address", text()),
            ("time", text()),
            ("username", text()),
        ])),
        "Content": items(hit()),
    })
}

/// A session in a list, with a body only if one was asked for.
fn linked(has_body: bool) -> Value {
    let mut required = vec!["key", "meta"];
    required.extend(has_body.then_some("body"));
    json!({
        "type": "object",
        "required": required,
        "properties": { "key": text(), "meta": object(&[("href", text())]), "body": { "type": "object" } },
        "additionalProperties": false,
    })
}

fn hit() -> Value {
    let cells = object(&[("row", number()), ("column", number()), ("width", number())]);
    let pixels = object(&[("x", number()), ("y", number()), ("width", number()), ("height", number())]);
    let rect = json!({ "anyOf": [cells, pixels] });
    let matched =
        object(&[("kind", text()), ("text", text()), ("ranges", list(list(number()))), ("rects", list(rect))]);
    json!({
        "type": "object",
        "required": ["channel.id", "end_time", "rank", "record_id", "start_time", "trail_id"],
        "properties": {
            "channel.id": number(),
            "end_time": text_or_null(),
            "highlight": list(matched),
            "rank": { "type": "number" },
            "record_id": object(&[("begin", number()), ("end", number()), ("for_screenshot", number())]),
            "start_time": text_or_null(),
            "trail_id": text(),
        },
        "additionalProperties": false,
    })
}

fn items(item: Value) -> Value {
    object(&[("items", list(item)), ("meta", reference("Meta"))])
}

/// An object that has all these and nothing else.
fn object(properties: &[(&str, Value)]) -> Value {
    let names: Vec<&str> = properties.iter().map(|(name, _)| *name).collect();
    let by_name: serde_json::Map<String, Value> =
        properties.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({ "type": "object", "required": names, "properties": by_name, "additionalProperties": false })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn list(item: Value) -> Value {
    json!({ "type": "array", "items": item })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn text_or_null() -> Value {
    json!({ "type": ["string", "null"] })
}

fn number() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

fn flag() -> Value {
    json!({ "type": "boolean" })
}
