//! What a real Elasticsearch 7.0 answers to 359 metadata queries over 300 sessions.
//!
//! `TRAIL_LUCENE_VECTORS` names another folder of the same form. Lines of a folder's `departures.tsv` whose id begins with
//! `sessions/` are vectors from which this crate departs on purpose: id, tab, reason.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value};
use trail_catalog::Session;
use trail_catalog::filter::{DateForms, FieldDef, FieldType, FilterOptions, Normal, Schema, Zone, read};
use trail_catalog::index::{Cancel, SearchRequest, SessionIndex, Snapshot};
use trail_query::Operator;

/// What `now` is: after every session, as it was when the answers were recorded.
const NOW: i64 = 1_790_000_000_000;

/// How far scores may differ, relatively: 32-bit floats summed in another order.
const TOLERANCE: f64 = 1e-4;

fn folder() -> PathBuf {
    match std::env::var_os("TRAIL_LUCENE_VECTORS") {
        Some(folder) => folder.into(),
        None => [env!("CARGO_MANIFEST_DIR"), "../../testdata/lucene"].iter().collect(),
    }
}

fn lines(name: &str) -> Vec<Map<String, Value>> {
    let path = folder().join("query_string").join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).expect("a line is a JSON object")).collect()
}

/// The mapping's fields, and those that every Elasticsearch index has.
pub(crate) fn schema() -> Schema {
    let path = folder().join("query_string/sessions.mapping.json");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mapping: Value = serde_json::from_str(&text).expect("the mapping is JSON");
    let mut fields = Vec::new();
    add_fields(&mapping, "", &mut fields);
    fields.push(FieldDef::new("_id", FieldType::Key));
    fields.push(FieldDef::new("_index", FieldType::Constant("i")));
    fields.push(FieldDef::new("_type", FieldType::Constant("_doc")));
    fields.push(FieldDef::new("_source", FieldType::Closed));
    Schema::new(fields)
}

fn add_fields(mapping: &Value, prefix: &str, fields: &mut Vec<FieldDef>) {
    for (name, field) in mapping["properties"].as_object().expect("an object has properties") {
        let name = format!("{prefix}{name}");
        if field.get("properties").is_some() {
            add_fields(field, &format!("{name}."), fields);
            continue;
        }
        let split = field["split_queries_on_whitespace"] == true;
        let kind = match field["type"].as_str().expect("a field has a type") {
            "keyword" => FieldType::Keyword { normal: Normal::Exact, split },
            "text" => FieldType::Text,
            "ip" => FieldType::Address { as_text: false },
            "date" => FieldType::Date(DateForms::Days),
            "integer" => FieldType::Integer,
            "long" => FieldType::Long,
            "double" => FieldType::Double,
            "boolean" => FieldType::Boolean,
            other => panic!("unknown type {other}"),
        };
        fields.push(FieldDef::new(&name, kind));
    }
}

pub(crate) fn sessions() -> Vec<Session> {
    let session = |mut body: Map<String, Value>| {
        let key = body.remove("id").and_then(|id| id.as_str().map(str::to_owned)).expect("a session has an id");
        Session { key, body }
    };
    lines("sessions.corpus.jsonl").into_iter().map(session).collect()
}

fn options(settings: &Value) -> FilterOptions<'_> {
    let mut options = FilterOptions {
        default_field: settings["default_field"].as_str().unwrap_or("title"),
        lenient: settings["lenient"].as_bool(),
        escape: settings["escape"] == true,
        minimum_should_match: settings["minimum_should_match"].as_str(),
        allow_leading_wildcard: settings["allow_leading_wildcard"] != false,
        split_on_whitespace: settings["split_on_whitespace"] == true,
        ..FilterOptions::query_string(NOW)
    };
    if settings["default_operator"] == "AND" {
        options.default_operator = Operator::And;
    }
    if let Some(zone) = settings["time_zone"].as_str() {
        options.zone = Zone::parse(zone).expect("a zone");
    }
    options
}

type Hits = Vec<(String, f64)>;

fn answer(vector: &Map<String, Value>, snapshot: &Snapshot) -> Result<(u64, Hits), String> {
    let none = Value::Null;
    let query = vector["query"].as_str().expect("a query");
    let options = options(vector.get("options").unwrap_or(&none));
    let plan = read(query, snapshot.schema(), &options).map_err(|error| error.to_string())?;
    let request = SearchRequest { limit: usize::MAX, ..SearchRequest::default() };
    let page = snapshot.search(&plan, &request, &Cancel::never()).map_err(|error| error.to_string())?;
    Ok((page.total, page.hits.into_iter().map(|hit| (hit.key, f64::from(hit.score))).collect()))
}

/// What is different, if anything is.
fn difference(vector: &Map<String, Value>, found: Result<(u64, Hits), String>) -> Option<String> {
    let (total, found) = match (vector["outcome"] == "ok", found) {
        (false, Err(_)) => return None,
        (false, Ok((total, _))) => return Some(format!("expected an error, found {total} documents")),
        (true, Err(error)) => return Some(format!("expected {} documents, found: {error}", vector["total"])),
        (true, Ok(found)) => found,
    };
    let pair = |hit: &Value| Some((hit[0].as_str()?.to_owned(), hit[1].as_f64()?));
    let expected: BTreeMap<String, f64> = vector["hits"].as_array().expect("hits").iter().filter_map(pair).collect();
    if vector["total"].as_u64() != Some(total) || found.len() as u64 != total {
        return Some(format!("expected {} documents, found {total}", vector["total"]));
    }
    let close = |a: f64, b: f64| (a - b).abs() <= TOLERANCE * a.abs().max(b.abs());
    for (key, score) in &found {
        match expected.get(key) {
            None => return Some(format!("{key} should not be found")),
            Some(expected) if !close(*expected, *score) => {
                return Some(format!("{key}: expected the score {expected}, found {score}"));
            }
            Some(_) => {}
        }
    }
    let falls = |pair: &[(String, f64)]| pair[0].1 >= pair[1].1 || close(pair[0].1, pair[1].1);
    (!found.windows(2).all(falls)).then(|| "the order is not that of the scores".to_owned())
}

fn departures() -> BTreeMap<String, String> {
    let text = fs::read_to_string(folder().join("departures.tsv")).unwrap_or_default();
    let lines = text.lines().filter_map(|line| line.split_once('\t'));
    lines.filter_map(|(id, reason)| Some((id.strip_prefix("sessions/")?.to_owned(), reason.to_owned()))).collect()
}

/// Writes the corpus in several segments, with documents replaced and taken out on the way.
fn index(sessions: &[Session], segments: usize) -> SessionIndex {
    let index = SessionIndex::in_memory(schema()).expect("an index");
    for piece in sessions.chunks(sessions.len().div_ceil(segments)) {
        piece.iter().for_each(|session| index.put(session).expect("put"));
        index.refresh().expect("refresh");
    }
    index
}

#[test]
fn sessions_vectors() {
    let departures = departures();
    let vectors = lines("sessions.vectors.jsonl");
    for segments in [1, 3] {
        let snapshot = index(&sessions(), segments).snapshot();
        let (mut agreed, mut failures) = (0, Vec::new());
        for vector in &vectors {
            let id = vector["id"].as_str().expect("an id");
            let difference = difference(vector, answer(vector, &snapshot));
            agreed += usize::from(difference.is_none());
            if difference.is_some() != departures.contains_key(id) {
                let difference = difference.unwrap_or_else(|| "a departure that is no longer needed".to_owned());
                failures.push(format!(
                    "{id} {} {}\n    {difference}",
                    vector["query"],
                    vector.get("options").unwrap_or(&Value::Null)
                ));
            }
        }
        println!("{segments} segments: {agreed} of {} vectors agree, {} departures", vectors.len(), departures.len());
        assert!(failures.is_empty(), "{} differ from what is expected:\n{}", failures.len(), failures.join("\n"));
    }
}
