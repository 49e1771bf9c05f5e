//! The metadata filter language: Lucene's syntax over the fields of a session document.

use serde_json::Value;
use trail_catalog::Session;
use trail_query::{Dialect, Leaf, LeafKind, Mode, Node, Occur, Options, Query, WildcardPart, wildcard_parts};

use crate::fields::{FIELDS, FieldType, resolve};
use crate::times;

/// A filter that was understood.
#[derive(Clone, Debug)]
pub(crate) enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
    /// One of the values of one of these fields.
    Is(Vec<&'static str>, Test),
    Everything,
}

/// What is asked of a value.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    Exists,
    Text(String),
    Pattern(Vec<WildcardPart>),
    Bool(bool),
    /// Whole numbers, dates as nanoseconds; both ends belong to it.
    Between(i64, i64),
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// A sentence for the caller.
    pub(crate) fn parse(text: &str) -> Result<Filter, String> {
        // Quotes that a guide escapes for a shell mean quotes.
        let quotes = text.matches('"').count();
        let text = if quotes == text.matches("\\\"").count() && quotes.is_multiple_of(2) {
            text.replace("\\\"", "\"")
        } else {
            text.to_owned()
        };
        let mut options = Options::new(Mode::Lucene);
        // Words apart are values apart, `field:*` asks for any value, and "all but" may stand alone.
        options.split_on_whitespace = true;
        options.dialect = Dialect::QueryString;
        options.allow_leading_wildcard = true;
        let parsed = trail_query::parse_with(&text, &options).map_err(|error| error.to_string())?;
        build(&parsed.query)
    }

    /// Tells whether a session is one of those asked for.
    pub(crate) fn admits(&self, session: &Session) -> bool {
        match self {
            Filter::All(parts) => parts.iter().all(|part| part.admits(session)),
            Filter::Any(parts) => parts.iter().any(|part| part.admits(session)),
            Filter::Not(part) => !part.admits(session),
            Filter::Everything => true,
            Filter::Is(fields, test) => fields.iter().any(|field| match session.field(field) {
                Some(Value::Array(values)) => values.iter().any(|value| test.holds(field, value)),
                Some(value) => test.holds(field, value),
                None => false,
            }),
        }
    }
}

fn build(query: &Query) -> Result<Filter, String> {
    match &query.node {
        Node::Boost { query, .. } => build(query),
        Node::Leaf(leaf) => build_leaf(leaf),
        Node::Sequence { .. } => Err("a sequence is a question about content: sessions have no moments".to_owned()),
        Node::Bool(clauses) => {
            let (mut must, mut should) = (Vec::new(), Vec::new());
            for clause in clauses {
                let filter = build(&clause.query)?;
                match clause.occur {
                    Occur::Must => must.push(filter),
                    Occur::Should => should.push(filter),
                    Occur::MustNot => must.push(Filter::Not(Box::new(filter))),
                }
            }
            let requires = clauses.iter().any(|clause| clause.occur == Occur::Must);
            if !requires && !should.is_empty() {
                must.push(Filter::Any(should));
            }
            Ok(Filter::All(must))
        }
    }
}

fn build_leaf(leaf: &Leaf) -> Result<Filter, String> {
    if matches!(leaf.kind, LeafKind::MatchAll) {
        return Ok(Filter::Everything);
    }
    let Some(name) = &leaf.field else {
        let texts = FIELDS.iter().filter(|(_, field_type)| matches!(field_type, FieldType::Text | FieldType::Ip));
        return Ok(Filter::Is(texts.map(|(field, _)| *field).collect(), test(&leaf.kind, FieldType::Text)?));
    };
    let (field, field_type) = resolve(name).ok_or_else(|| format!("unknown field {name:?}"))?;
    let mut fields = vec![field];
    // A server's address may be its name, and a policy may be named by its key.
    match name.trim_start_matches("psm.") {
        "server.address" => fields.push("server.name"),
        "connection_policy" => fields.push("recording.connection_policy_id"),
        _ => {}
    }
    Ok(Filter::Is(fields, test(&leaf.kind, field_type)?))
}

fn test(kind: &LeafKind, field_type: FieldType) -> Result<Test, String> {
    let is_text = matches!(field_type, FieldType::Text | FieldType::Ip);
    match kind {
        LeafKind::Exists => Ok(Test::Exists),
        LeafKind::Term { text } | LeafKind::Phrase { text, slop: None } => exact(text, field_type),
        LeafKind::Words { words } => exact(&words.join(" "), field_type),
        LeafKind::Prefix { text } if is_text => {
            Ok(Test::Pattern(vec![WildcardPart::Literal(folded(text)), WildcardPart::Any]))
        }
        LeafKind::Wildcard { pattern } if is_text => {
            let folded_part = |part| match part {
                WildcardPart::Literal(text) => WildcardPart::Literal(folded(&text)),
                other => other,
            };
            Ok(Test::Pattern(wildcard_parts(pattern).into_iter().map(folded_part).collect()))
        }
        LeafKind::Range { lower, upper, include_lower, include_upper } => {
            let low = lower.as_deref().map(|text| number(text, field_type)).transpose()?;
            let high = upper.as_deref().map(|text| number(text, field_type)).transpose()?;
            if !matches!(field_type, FieldType::Int | FieldType::Date) {
                return Err("ranges are for numbers and dates".to_owned());
            }
            let low = low.map_or(i64::MIN, |low| if *include_lower { low } else { low.saturating_add(1) });
            let high = high.map_or(i64::MAX, |high| if *include_upper { high } else { high.saturating_sub(1) });
            Ok(Test::Between(low, high))
        }
        _ => Err("this construct cannot be used in a filter on that field".to_owned()),
    }
}

fn exact(text: &str, field_type: FieldType) -> Result<Test, String> {
    match field_type {
        FieldType::Text | FieldType::Ip => Ok(Test::Text(folded(text))),
        FieldType::Bool => match text {
            "true" => Ok(Test::Bool(true)),
            "false" => Ok(Test::Bool(false)),
            _ => Err(format!("expected true or false, found {text:?}")),
        },
        FieldType::Int | FieldType::Date => {
            let value = number(text, field_type)?;
            Ok(Test::Between(value, value))
        }
    }
}

fn number(text: &str, field_type: FieldType) -> Result<i64, String> {
    let value = match field_type {
        FieldType::Date => times::in_filter(text),
        _ => text.parse().ok(),
    };
    value.ok_or_else(|| format!("expected a number or a date, found {text:?}"))
}

/// Text as it is compared.
fn folded(text: &str) -> String {
    text.to_lowercase()
}

/// Verdicts are written in several ways.
fn verdict(text: &str) -> String {
    match text.replace('-', "_").as_str() {
        "accept_terminated" => "terminated".to_owned(),
        "accepted" => "accept".to_owned(),
        other => other.to_owned(),
    }
}

impl Test {
    fn holds(&self, field: &str, value: &Value) -> bool {
        match self {
            Test::Exists => true,
            Test::Bool(wanted) => value.as_bool() == Some(*wanted),
            Test::Text(wanted) => {
                let found = folded(value.as_str().unwrap_or_default());
                found == *wanted || field.ends_with("verdict") && verdict(&found) == verdict(wanted)
            }
            Test::Pattern(parts) => matches_pattern(parts, &folded(value.as_str().unwrap_or_default())),
            Test::Between(low, high) => {
                let value = value.as_i64().or_else(|| times::start(value.as_str()?));
                value.is_some_and(|value| (*low..=*high).contains(&value))
            }
        }
    }
}

/// Tells whether a pattern matches a whole text. Going back to the last star only keeps it within length times length.
fn matches_pattern(parts: &[WildcardPart], text: &str) -> bool {
    enum Step {
        One(char),
        AnyOne,
        AnyText,
    }
    let steps: Vec<Step> = parts
        .iter()
        .flat_map(|part| match part {
            WildcardPart::Literal(text) => text.chars().map(Step::One).collect(),
            WildcardPart::One => vec![Step::AnyOne],
            WildcardPart::Any => vec![Step::AnyText],
        })
        .collect();
    let text: Vec<char> = text.chars().collect();
    let (mut step, mut at) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        match steps.get(step) {
            Some(Step::AnyText) => {
                star = Some((step, at));
                step += 1;
            }
            Some(Step::AnyOne) => (step, at) = (step + 1, at + 1),
            Some(Step::One(c)) if *c == text[at] => (step, at) = (step + 1, at + 1),
            _ => match &mut star {
                Some((star_step, taken)) => {
                    *taken += 1;
                    (step, at) = (*star_step + 1, *taken);
                }
                None => return false,
            },
        }
    }
    steps[step.min(steps.len())..].iter().all(|step| matches!(step, Step::AnyText))
}

#[cfg(test)]
mod tests {
    use super::Filter;
    use trail_catalog::Session;

    fn session() -> Session {
        let mut session = Session::new("s");
        session.set("protocol", "SSH");
        session.set("active", false);
        session.set("client.ip", "10.20.30.40");
        session.set("server.port", 22);
        session.set("server.name", "db.example");
        session.set("start_time", "2026-01-02T10:35:20.500Z");
        session.set("user.name", "xdmin");
        session.set("user.server_username", serde_json::json!(["Windows User", "root"]));
        session.set("verdict", "TERMINATED");
        session
    }

    /// The guide's filters, and what the contract says of them (R-6).
    #[test]
    fn filters_of_the_guide() {
        for (filter, expected) in [
            ("protocol:ssh", true),
            ("protocol: SSH", true),
            ("protocol:(ssh rdp)", true),
            ("protocol:(vnc rdp)", false),
            ("protocol:ssh AND verdict:accept-terminated AND NOT name:admin", true),
            ("protocol:ssh AND NOT name:?dmi*", false),
            ("NOT name:?dmi*", false),
            ("name:*MIN", true),
            ("(client.address:10.20.30.40 OR target.address:10.20.30.40) AND verdict:terminated", true),
            ("verdict:accept", false),
            ("port:{21 TO 23}", true),
            ("port:{22 TO 23}", false),
            ("port:[22 TO 22]", true),
            ("port:[21 TO 22}", false),
            ("start_time:[* TO 1461654799]", false),
            ("start_time:[1767350120 TO *]", true),
            ("start_time:[1767350121 TO *]", false),
            (r#"server_username:\"Windows User\""#, true),
            (r#"server_username:"windows user""#, true),
            ("psm.gateway_username:xdmin", true),
            ("server.address:db.example", true),
            ("user.name:*", true),
            ("recording.deny_reason:*", false),
            ("active:false", true),
            ("xdmin", true),
            ("admin", false),
            ("*:*", true),
        ] {
            let parsed = Filter::parse(filter).unwrap_or_else(|error| panic!("{filter}: {error}"));
            assert_eq!(parsed.admits(&session()), expected, "{filter}");
        }
    }

    #[test]
    fn what_is_no_filter() {
        for filter in
            ["nofield:1", "port:x", "active:maybe", "protocol:[a TO b]", "protocol:(ssh", "name:/x/", "name:x~"]
        {
            assert!(Filter::parse(filter).is_err(), "{filter}");
        }
    }

    #[test]
    fn hostile_patterns_end() {
        let pattern = format!("user.name:{}b", "*a".repeat(200));
        let mut session = session();
        session.set("user.name", "a".repeat(5000));
        if let Ok(filter) = Filter::parse(&pattern) {
            assert!(!filter.admits(&session));
        }
    }
}
