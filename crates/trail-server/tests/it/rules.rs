//! The rules of docs/rest-api.md and the tests that name them.

use std::collections::BTreeSet;

/// Where tests name rules.
const TESTS: [&str; 13] = [
    include_str!("access.rs"),
    include_str!("audit.rs"),
    include_str!("deletion.rs"),
    include_str!("lists.rs"),
    include_str!("many.rs"),
    include_str!("openapi.rs"),
    include_str!("one_session.rs"),
    include_str!("rebuilding.rs"),
    include_str!("snapshots.rs"),
    include_str!("sockets.rs"),
    include_str!("soon.rs"),
    include_str!("uploads.rs"),
    include_str!("users.rs"),
];

/// The rule numbers in a text.
fn rules(text: &str) -> BTreeSet<&str> {
    let after = text.split("R-").skip(1);
    let numbers = after.map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        rest[..end].trim_end_matches('.')
    });
    numbers.filter(|number| !number.is_empty()).collect()
}

#[test]
fn every_rule_has_a_test() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/rest-api.md")).unwrap();
    let tested: BTreeSet<&str> = TESTS.iter().flat_map(|text| rules(text)).collect();
    let stated = rules(&page);
    assert!(stated.len() > 30, "the page states its rules");
    let untested: Vec<_> = stated.difference(&tested).collect();
    assert!(untested.is_empty(), "rules without a test: {untested:?}");
    let unstated: Vec<_> = tested.difference(&stated).collect();
    assert!(unstated.is_empty(), "tests of rules that are not stated: {unstated:?}");
}
