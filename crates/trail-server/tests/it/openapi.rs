//! The description of the API.

use std::path::Path;

use serde_json::Value;

use crate::fixture::Service;

/// what is served is what stands in the tree. `TRAIL_UPDATE=1` writes it anew.
#[test]
fn the_description_is_the_one_in_the_tree() {
    let service = Service::new();
    let served = service.send("GET", "/api/openapi.json", &[]);
    assert_eq!(served.status, 200);
    let served = format!("{}\n", serde_json::to_string_pretty(&served.json()).unwrap());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    if std::env::var_os("TRAIL_UPDATE").is_some() {
        std::fs::write(&path, &served).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(
        kept == served,
        "docs/openapi.json is not what is served: run this with TRAIL_UPDATE=1 and read the difference"
    );
}

/// every reference in it leads somewhere, and names are unique.
#[test]
fn the_description_holds_together() {
    let document = Service::new().send("GET", "/api/openapi.json", &[]).json();
    let mut ids = Vec::new();
    walk(&document, &mut |name, value| match (name, value.as_str()) {
        ("$ref", Some(reference)) => {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
        ("operationId", Some(id)) => ids.push(id.to_owned()),
        _ => {}
    });
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert!(count > 25 && ids.len() == count, "{ids:?}");
}

fn walk(value: &Value, f: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(object) => object.iter().for_each(|(name, value)| {
            f(name, value);
            walk(value, f);
        }),
        Value::Array(values) => values.iter().for_each(|value| walk(value, f)),
        _ => {}
    }
}
