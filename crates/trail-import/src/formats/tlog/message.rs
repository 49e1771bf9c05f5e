//! One message, and what it may be wrapped in.

use serde_json::{Map, Value};

use super::Key;
use crate::json;

/// A tlog message. What is missing is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Message {
    pub(super) host: String,
    pub(super) rec: String,
    pub(super) user: String,
    pub(super) term: String,
    pub(super) session: Option<u64>,
    pub(super) id: u64,
    pub(super) pos_ms: f64,
    /// Seconds since 1970, from version 2.3 on.
    pub(super) time: Option<f64>,
    pub(super) timing: String,
    pub(super) in_txt: String,
    pub(super) in_bin: Vec<u8>,
    pub(super) out_txt: String,
    pub(super) out_bin: Vec<u8>,
}

impl Message {
    pub(super) fn pos_ns(&self) -> i128 {
        (self.pos_ms * 1e6).round() as i128
    }

    pub(super) fn key(&self) -> Key {
        Key { host: self.host.clone(), rec: self.rec.clone() }
    }
}

/// What a JSON object holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Decoded {
    Message(Box<Message>),
    /// A journal entry of a message whose text journalctl left out.
    Lost {
        rec: String,
        id: u64,
    },
    /// Something else.
    Other,
}

/// How deep a message may be wrapped: a hit's `_source`, in it a journal entry, in that `MESSAGE`.
const MAX_DEPTH: u32 = 4;

/// Keys under which a message may lie in a document of some log shipper.
const WRAPPERS: [&str; 5] = ["MESSAGE", "_source", "message", "tlog", "json"];

/// Reads a message from the JSON text of it or of what wraps it. An error says what was expected.
pub(super) fn decode(text: &[u8]) -> Result<Decoded, String> {
    unwrap(json::lenient_object(text)?, MAX_DEPTH)
}

fn unwrap(mut object: Map<String, Value>, depth: u32) -> Result<Decoded, String> {
    if object.contains_key("timing") && object.contains_key("id") {
        return message(object).map(|message| Decoded::Message(Box::new(message)));
    }
    if depth == 0 {
        return Ok(Decoded::Other);
    }
    for wrapper in WRAPPERS {
        let inner = match object.remove(wrapper) {
            Some(Value::Object(inner)) => Ok(inner),
            Some(Value::String(text)) => inner_text(text.as_bytes()),
            // journalctl writes what is not clean UTF-8 as an array of bytes.
            Some(Value::Array(bytes)) => inner_text(&byte_array(&bytes)),
            Some(Value::Null) if object.contains_key("TLOG_REC") => {
                let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
                return Ok(Decoded::Lost {
                    rec: text("TLOG_REC").to_owned(),
                    id: text("TLOG_ID").parse().unwrap_or(0),
                });
            }
            _ => continue,
        };
        match inner {
            Ok(inner) => match unwrap(inner, depth - 1)? {
                Decoded::Other => {}
                found => return Ok(found),
            },
            // Most of what a journal says is no JSON, nor meant to be.
            Err(_) if !object.contains_key("TLOG_REC") => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Decoded::Other)
}

/// Syslog may have put a prefix before the object.
fn inner_text(text: &[u8]) -> Result<Map<String, Value>, String> {
    let start = text.iter().position(|&byte| byte == b'{').ok_or("an object in JSON")?;
    json::lenient_object(&text[start..])
}

fn byte_array(values: &[Value]) -> Vec<u8> {
    values.iter().filter_map(|value| value.as_u64().and_then(|byte| u8::try_from(byte).ok())).collect()
}

fn message(mut object: Map<String, Value>) -> Result<Message, String> {
    let mut text = |key: &str| match object.remove(key) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text),
        Some(other) => Err(format!("a string as {key}, found {}", json::kind(&other))),
    };
    let strings = ["host", "rec", "user", "term", "timing", "in_txt", "out_txt"].map(&mut text);
    let [host, rec, user, term, timing, in_txt, out_txt] = strings;
    let mut bytes = |key: &str| match object.remove(key) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(values)) => {
            let bytes = byte_array(&values);
            if bytes.len() == values.len() { Ok(bytes) } else { Err(format!("bytes as {key}")) }
        }
        Some(other) => Err(format!("an array as {key}, found {}", json::kind(&other))),
    };
    let (in_bin, out_bin) = (bytes("in_bin")?, bytes("out_bin")?);
    // Some shippers make strings of all numbers.
    let number = |key: &str| match object.get(key) {
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    };
    let whole = |key: &str| match object.get(key) {
        Some(Value::Number(number)) => number.as_u64(),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    let rec = rec?;
    let session = whole("session");
    Ok(Message {
        host: host?,
        // The first versions of tlog had only the audit session to tell recordings apart.
        rec: if rec.is_empty() { session.map(|session| session.to_string()).unwrap_or_default() } else { rec },
        user: user?,
        term: term?,
        session,
        id: whole("id").ok_or("a whole number as id")?,
        pos_ms: number("pos").ok_or("a number as pos")?,
        time: number("time"),
        timing: timing?,
        in_txt: in_txt?,
        in_bin,
        out_txt: out_txt?,
        out_bin,
    })
}
