//! What Lucene's classic parser makes of 552 queries. The tree is lowered to Lucene's own with the vectors' field types.
//!
//! `TRAIL_LUCENE_VECTORS` names another folder of the same form. Lines of a folder's `departures.tsv` whose id begins with
//! `tree/` are vectors on which this crate differs on purpose: id, tab, reason. Where a folder has no such file, what runs
//! into a limit is printed as one, and is no failure: limits may be lower than Lucene's.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use trail_query::{
    Assembled, ClauseList, Dialect, Edits, ErrorKind, Leaf, LeafKind, Mode, Node, Occur, Operator, Options, ParseError,
    Query, parse_with, print,
};

use crate::analysis::{analyze, lower};

struct Vector {
    id: String,
    query: String,
    settings: Value,
    tree: Option<Value>,
}

impl Vector {
    fn options(&self) -> Options {
        let mut options = Options::new(Mode::Lucene);
        options.dialect = Dialect::Classic;
        if self.settings["default_operator"] == "AND" {
            options.default_operator = Operator::And;
        }
        options.allow_leading_wildcard = self.settings["allow_leading_wildcard"] == true;
        options.split_on_whitespace =
            self.settings["split_on_whitespace"] == true || self.settings["auto_generate_phrase_queries"] == true;
        options
    }

    fn number(&self, name: &str) -> u64 {
        self.settings[name].as_u64().unwrap_or(0)
    }
}

fn folder() -> PathBuf {
    match std::env::var_os("TRAIL_LUCENE_VECTORS") {
        Some(folder) => folder.into(),
        None => [env!("CARGO_MANIFEST_DIR"), "../../testdata/lucene"].iter().collect(),
    }
}

fn vectors() -> Vec<Vector> {
    let path = folder().join("classic/vectors.jsonl");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let parse = |line: &str| {
        let value: Value = serde_json::from_str(line).expect("a vector is JSON");
        let text = |name: &str| value[name].as_str().expect(name).to_owned();
        let tree = (value["outcome"] == "ok").then(|| as_f32(value["tree"].clone()));
        Vector { id: text("id"), query: text("query"), settings: value["options"].clone(), tree }
    };
    text.lines().map(parse).collect()
}

/// The vectors of which the trees differ, with the reasons; nothing for a folder without the list.
fn departures() -> Option<BTreeMap<String, String>> {
    let text = fs::read_to_string(folder().join("departures.tsv")).ok()?;
    let mut departures = BTreeMap::new();
    for line in text.lines() {
        let (id, reason) = line.split_once('\t').expect("an id, a tab and a reason");
        let (set, id) = id.split_once('/').expect("a set and an id");
        assert!(["tree", "classic", "query_string", "sessions"].contains(&set), "{line}");
        if set == "tree" {
            departures.insert(id.to_owned(), reason.to_owned());
        }
    }
    Some(departures)
}

fn is_limit(error: &ParseError) -> bool {
    use ErrorKind::{TooComplex, TooDeep, TooLong, TooManyClauses};
    matches!(error.kind, TooLong | TooDeep | TooManyClauses | TooComplex)
}

/// Boosts are 32-bit floats in Lucene; the file has them in short decimal form.
fn as_f32(tree: Value) -> Value {
    match tree {
        Value::Array(items) => items.into_iter().map(as_f32).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| {
                let value = match value.as_f64() {
                    Some(boost) if name == "boost" => json!(f64::from(boost as f32)),
                    _ => as_f32(value),
                };
                (name, value)
            })
            .collect(),
        other => other,
    }
}

#[test]
fn classic_vectors() {
    let listed = departures();
    let departures = listed.clone().unwrap_or_default();
    let (mut agreed, mut failures) = (0, Vec::new());
    let vectors = vectors();
    for vector in &vectors {
        let parsed = parse_with(&vector.query, &vector.options());
        let tree = parsed.as_ref().ok().map(|parsed| lower_tree(&parsed.query, vector));
        let agrees = tree == vector.tree;
        agreed += usize::from(agrees);
        if agrees != departures.contains_key(&vector.id) {
            continue;
        }
        if let (None, Err(error)) = (&listed, &parsed)
            && is_limit(error)
        {
            println!("tree/{}\t{error}", vector.id);
            continue;
        }
        let query: String = vector.query.chars().take(200).collect();
        let found = match &parsed {
            Ok(_) => tree.unwrap_or_default().to_string(),
            Err(error) => error.to_string(),
        };
        let expected = vector.tree.as_ref().map_or_else(|| "an error".to_owned(), Value::to_string);
        failures.push(format!("{} {query}\n    found    {found:.400}\n    expected {expected:.400}", vector.id));
    }
    println!("{agreed} of {} vectors agree, {} departures", vectors.len(), departures.len());
    let known = |id: &String| vectors.iter().any(|vector| vector.id == *id);
    assert!(departures.keys().all(known), "a departure names no vector");
    assert!(failures.is_empty(), "{} differ from what is expected:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn classic_vectors_print_and_read_back() {
    for vector in vectors() {
        let Ok(parsed) = parse_with(&vector.query, &vector.options()) else { continue };
        let mut options = vector.options();
        options.limits.text_len *= 4;
        let printed = print(&parsed.query, &options);
        let again = parse_with(&printed, &options).map(|parsed| parsed.query.without_spans());
        assert_eq!(again, Ok(parsed.query.without_spans()), "{} {printed}", vector.id);
    }
}

/// The query object that Lucene's parser makes.
fn lower_tree(query: &Query, vector: &Vector) -> Value {
    lower_query(query, vector).unwrap_or_else(|| json!({ "bool": [] }))
}

fn lower_query(query: &Query, vector: &Vector) -> Option<Value> {
    match &query.node {
        Node::Boost { query, factor } => {
            Some(json!({ "boost": f64::from(*factor), "of": lower_query(query, vector)? }))
        }
        Node::Leaf(leaf) => lower_leaf(leaf, vector),
        Node::Sequence { .. } => unreachable!("Lucene knows no sequences"),
        Node::Bool(clauses) => {
            let mut list = ClauseList::new(vector.options().default_operator);
            for clause in clauses {
                match &clause.query.node {
                    Node::Leaf(Leaf { field, kind: LeafKind::Words { words } }) => {
                        list.splice(terms(&words.join(" "), field.as_deref()));
                    }
                    _ => list.push(clause.conjunction, clause.modifier, lower_query(&clause.query, vector)),
                }
            }
            match list.finish() {
                Assembled::Nothing => None,
                Assembled::One(query) => Some(query),
                Assembled::Many(clauses) => Some(boolean(clauses)),
            }
        }
    }
}

fn boolean(clauses: Vec<(Occur, Value)>) -> Value {
    let clauses = clauses.into_iter().map(|(occur, query)| {
        let occur = match occur {
            Occur::Must => "must",
            Occur::Should => "should",
            Occur::MustNot => "must_not",
        };
        json!({ "occur": occur, "query": query })
    });
    json!({ "bool": clauses.collect::<Vec<_>>() })
}

fn is_analyzed(field: &str) -> bool {
    matches!(field, "content" | "command")
}

fn tokens(text: &str, field: &str) -> Vec<String> {
    if is_analyzed(field) { analyze(text) } else { vec![text.to_owned()] }
}

fn terms(text: &str, field: Option<&str>) -> Vec<Value> {
    let field = field.unwrap_or("content");
    tokens(text, field).into_iter().map(|token| json!({ "term": token, "field": field })).collect()
}

fn lower_leaf(leaf: &Leaf, vector: &Vector) -> Option<Value> {
    let field = leaf.field.as_deref().unwrap_or("content");
    let normal = |text: &str| if is_analyzed(field) { lower(text) } else { text.to_owned() };
    Some(match &leaf.kind {
        LeafKind::Term { text } if vector.settings["auto_generate_phrase_queries"] == true => {
            phrase(text, field, vector.number("phrase_slop"))?
        }
        LeafKind::Term { text } => {
            let mut terms = terms(text, Some(field));
            match terms.len() {
                0 => return None,
                1 => terms.remove(0),
                _ => {
                    let and = vector.options().default_operator == Operator::And;
                    let occur = if and { Occur::Must } else { Occur::Should };
                    boolean(terms.into_iter().map(|term| (occur, term)).collect())
                }
            }
        }
        LeafKind::Words { .. } => unreachable!("words stand in a list only"),
        LeafKind::Phrase { text, slop } => {
            phrase(text, field, slop.map_or_else(|| vector.number("phrase_slop"), u64::from))?
        }
        LeafKind::Prefix { text } => json!({ "prefix": normal(text), "field": field }),
        LeafKind::Wildcard { pattern } => json!({ "wildcard": normal(pattern), "field": field }),
        LeafKind::Regexp { pattern } => json!({ "regexp": normal(pattern), "field": field }),
        LeafKind::Fuzzy { text, edits } => {
            let Edits::Upto(edits) = edits else { panic!("the classic parser always has a number") };
            let prefix_length = vector.number("fuzzy_prefix_length");
            json!({ "fuzzy": normal(text), "max_edits": edits, "prefix_length": prefix_length, "transpositions": true,
                "field": field })
        }
        LeafKind::Range { lower, upper, include_lower, include_upper } => {
            let bound = |bound: &Option<String>| bound.as_deref().map(normal);
            json!({ "range": [bound(lower), bound(upper)], "include_lower": include_lower,
                "include_upper": include_upper, "field": field })
        }
        LeafKind::MatchAll => json!({ "match_all": true }),
        LeafKind::Exists => json!({ "wildcard": "*", "field": field }),
    })
}

fn phrase(text: &str, field: &str, slop: u64) -> Option<Value> {
    let mut tokens = tokens(text, field);
    Some(match tokens.len() {
        0 => return None,
        1 => json!({ "term": tokens.remove(0), "field": field }),
        count => {
            let positions: Vec<usize> = (0..count).collect();
            json!({ "phrase": tokens, "positions": positions, "slop": slop, "field": field })
        }
    })
}
