//! The session document.

use serde_json::{Map, Value};

/// What is known about one session.
///
/// The body is the document as the audit API shows it: groups are nested objects (`client.ip` is
/// `{"client": {"ip": …}}`), times are ISO 8601 texts, a field without a value is absent or null, a field with several
/// values is a list. Names are the canonical ones. The body is a tree and not a struct because most of it is only
/// stored, selected by name and shown again, and because foreign fields must survive.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Session {
    /// The session's name in paths and lists; unique in a catalogue.
    pub key: String,
    /// The document's fields.
    pub body: Map<String, Value>,
}

impl Session {
    /// A session without fields.
    pub fn new(key: impl Into<String>) -> Session {
        Session { key: key.into(), body: Map::new() }
    }

    /// The value of a field by its dotted name; `None` where there is none or it is null.
    pub fn field(&self, name: &str) -> Option<&Value> {
        let mut parts = name.split('.');
        let mut value = self.body.get(parts.next()?)?;
        for part in parts {
            value = value.as_object()?.get(part)?;
        }
        (!value.is_null()).then_some(value)
    }

    /// Sets a field by its dotted name, and makes the groups around it. A value that stood where a group is needed gives
    /// way.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        let (groups, last) = name.rsplit_once('.').unwrap_or(("", name));
        let mut object = &mut self.body;
        for group in groups.split('.').filter(|group| !group.is_empty()) {
            let slot = object.entry(group).or_insert_with(|| Value::Object(Map::new()));
            if !slot.is_object() {
                *slot = Value::Object(Map::new());
            }
            let Value::Object(inner) = slot else { return };
            object = inner;
        }
        object.insert(last.to_owned(), value.into());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Session;

    #[test]
    fn fields_are_nested_and_null_is_absent() {
        let mut session = Session::new("s1");
        session.set("client.ip", "10.0.0.1");
        session.set("client.port", 22);
        session.set("end_time", serde_json::Value::Null);
        assert_eq!(session.body["client"], json!({ "ip": "10.0.0.1", "port": 22 }));
        assert_eq!(session.field("client.port"), Some(&json!(22)));
        assert_eq!((session.field("end_time"), session.field("client.ip.x"), session.field("")), (None, None, None));
    }
}
