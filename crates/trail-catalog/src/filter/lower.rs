//! From the syntax tree to a plan: fields resolved, values read by type, the rule of clauses run with what analysis left.

use std::sync::Arc;

use trail_query::{
    Assembled, Clause, ClauseList, Dialect, ErrorKind, LeafKind, Mode, Node, Occur, Operator, Options, Query, Span,
    WildcardPart, escape, minimum_should_match, parse_with, wildcard_parts,
};

use super::address;
use super::date::{self, Zone, parse_date};
use super::error::{FilterError, FilterErrorKind};
use super::number::{double, whole, whole_span};
use super::options::FilterOptions;
use super::pattern::Pattern;
use super::plan::{Leaf, Plan, TermTest};
use super::regexp::Regexp;
use super::schema::{FieldDef, FieldId, FieldType, Schema, lower};

/// How far the words of a phrase may be moved at most; more is taken as this.
const SLOP: u32 = 10_000;

type Result<T> = std::result::Result<T, FilterError>;

/// Reads a filter. A blank text finds nothing.
///
/// # Errors
/// [`FilterError`] says what is wrong, where, and what to write instead.
pub fn read(text: &str, schema: &Schema, options: &FilterOptions<'_>) -> Result<Plan> {
    let escaped;
    let text = if options.escape {
        escaped = escape(text);
        &escaped
    } else {
        text
    };
    let parsed = match parse_with(text, &syntax(options)) {
        Ok(parsed) => parsed,
        Err(error) if error.kind == ErrorKind::Empty => return Ok(Plan::None),
        Err(error) => {
            let span = error.span;
            return Err(FilterError::new(FilterErrorKind::Syntax(Box::new(error)), span));
        }
    };
    let mut lowering = Lowering { schema, options, leaves: 0 };
    let plan = lowering.query(&parsed.query)?.unwrap_or(Plan::None);
    with_minimum(plan, options)
}

fn syntax(options: &FilterOptions<'_>) -> Options {
    let mut syntax = Options::new(Mode::Lucene);
    syntax.dialect = Dialect::QueryString;
    syntax.default_operator = options.default_operator;
    syntax.allow_leading_wildcard = options.allow_leading_wildcard;
    syntax.split_on_whitespace = options.split_on_whitespace;
    syntax.fields = Vec::new();
    syntax.limits = options.limits;
    syntax
}

/// Applies `minimum_should_match` to the outermost list of clauses.
fn with_minimum(plan: Plan, options: &FilterOptions<'_>) -> Result<Plan> {
    let Some(text) = options.minimum_should_match else { return Ok(plan) };
    Ok(match plan {
        Plan::Boost(plan, factor) => Plan::Boost(Box::new(with_minimum(*plan, options)?), factor),
        Plan::Bool { clauses, minimum } => {
            let optional = clauses.iter().filter(|(occur, _)| *occur == Occur::Should).count();
            let asked = minimum_should_match(text, optional).ok_or_else(|| {
                FilterError::new(FilterErrorKind::BadMinimum(text.to_owned()), Span::default())
                    .hint("write a number or a percentage, such as `2` or `75%`")
            })?;
            if asked > optional {
                return Ok(Plan::None);
            }
            Plan::Bool { clauses, minimum: if asked > 0 { Some(asked) } else { minimum } }
        }
        other => other,
    })
}

/// How a text stands in the query.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    /// Bare words.
    None,
    /// In quotes, with the moves allowed.
    Slop(u32),
}

/// One end of a range, and whether it belongs to it.
type End<'a> = Option<(&'a str, bool)>;

struct Lowering<'a> {
    schema: &'a Schema,
    options: &'a FilterOptions<'a>,
    leaves: usize,
}

impl Lowering<'_> {
    /// `None`: analysis left nothing, and the clause drops out of its list.
    ///
    /// Recursion is as deep as the parser's nesting allows.
    fn query(&mut self, query: &Query) -> Result<Option<Plan>> {
        match &query.node {
            Node::Bool(clauses) => self.group(clauses),
            Node::Boost { query, factor } => Ok(self.query(query)?.map(|plan| Plan::Boost(Box::new(plan), *factor))),
            Node::Leaf(leaf) => self.leaf(query, leaf.field.as_deref(), &leaf.kind),
            // Only `screentrail` mode reads these, and documents have no moments.
            Node::Sequence { .. } => Err(FilterError::new(FilterErrorKind::Moments, query.span)),
        }
    }

    fn group(&mut self, clauses: &[Clause]) -> Result<Option<Plan>> {
        let mut list = ClauseList::new(self.options.default_operator);
        for clause in clauses {
            let plan = self.query(&clause.query)?;
            let is_words =
                matches!(&clause.query.node, Node::Leaf(leaf) if matches!(leaf.kind, LeafKind::Words { .. }));
            match plan {
                Some(Plan::Bool { clauses, minimum: None }) if is_words => {
                    list.splice(clauses.into_iter().map(|(_, plan)| plan));
                }
                plan if is_words => list.splice(plan),
                plan => list.push(clause.conjunction, clause.modifier, plan),
            }
        }
        Ok(match list.finish() {
            Assembled::Nothing => None,
            Assembled::One(plan) => Some(plan),
            Assembled::Many(clauses) => Some(boolean(clauses)),
        })
    }

    fn leaf(&mut self, query: &Query, field: Option<&str>, kind: &LeafKind) -> Result<Option<Plan>> {
        let span = query.span;
        let name = field.unwrap_or(self.options.default_field);
        match kind {
            LeafKind::MatchAll => return Ok(Some(Plan::all())),
            LeafKind::Exists => return self.exists(name, span).map(Some),
            _ => {}
        }
        let ids = self.resolve(name, span)?;
        let is_all = name == "*";
        let mut plans = Vec::new();
        let mut vanished = !ids.is_empty();
        for id in ids {
            // A name that means many fields makes many leaves of one clause.
            self.leaves += 1;
            let clauses = self.options.limits.leaves;
            if self.leaves > clauses {
                return Err(FilterError::new(FilterErrorKind::TooManyClauses { clauses }, span)
                    .hint("name the fields to look in"));
            }
            let plan = match self.ask(id, kind, query) {
                Err(error) if error.is_lenient() && (is_all || self.is_lenient()) => Some(Plan::None),
                plan => plan?,
            };
            vanished &= plan.is_none();
            plans.extend(plan);
        }
        Ok((!vanished).then(|| Plan::best(plans)))
    }

    fn is_lenient(&self) -> bool {
        self.options.lenient.unwrap_or(self.options.default_field == "*")
    }

    /// The fields that a name or a pattern of names means; none if there are none and that is no error.
    fn resolve(&self, name: &str, span: Span) -> Result<Vec<FieldId>> {
        let ids = if name.contains('*') { self.schema.matching(name) } else { self.schema.named(name) };
        if ids.is_empty() && self.options.strict_fields {
            let similar = self.schema.all_names().into_iter().find(|known| known.eq_ignore_ascii_case(name));
            let hint = match similar {
                Some(known) => format!("did you mean {known}?"),
                None => r"write \: for a colon that is part of the text".to_owned(),
            };
            return Err(FilterError::new(FilterErrorKind::UnknownField(name.to_owned()), span).hint(hint));
        }
        Ok(ids)
    }

    fn exists(&mut self, name: &str, span: Span) -> Result<Plan> {
        if name == "*" {
            return Ok(Plan::all());
        }
        let mut ids = if name.contains('*') { self.schema.matching(name) } else { self.schema.named(name) };
        if ids.is_empty() {
            ids = self.schema.matching(&format!("{name}.*"));
        }
        if ids.is_empty() {
            return self.resolve(name, span).map(|_| Plan::None);
        }
        let one = |id: &FieldId| match self.schema.field(*id).kind {
            FieldType::Key | FieldType::Constant(_) => Plan::all(),
            FieldType::Closed | FieldType::Content => Plan::None,
            _ => Plan::leaf(Leaf::Exists { field: *id }),
        };
        Ok(Plan::best(ids.iter().map(one).collect()))
    }

    /// One leaf in one field.
    fn ask(&mut self, id: FieldId, kind: &LeafKind, query: &Query) -> Result<Option<Plan>> {
        let span = query.span;
        let field = self.schema.field(id);
        let ask = Ask { lowering: self, id, field, span };
        match field.kind {
            FieldType::Content => return ask.content(kind).map(Some),
            FieldType::Closed => return Err(ask.unsupported("a question")),
            _ => {}
        }
        match kind {
            LeafKind::Term { text } => ask.text(text, Quotes::None),
            LeafKind::Words { words } => ask.words(&words.join(" ")),
            LeafKind::Phrase { text, slop } => ask.text(text, Quotes::Slop(slop.unwrap_or(0).min(SLOP))),
            LeafKind::Prefix { text } => {
                ask.pattern(&[WildcardPart::Literal(text.clone()), WildcardPart::Any]).map(Some)
            }
            LeafKind::Wildcard { pattern } => ask.pattern(&wildcard_parts(pattern)).map(Some),
            LeafKind::Regexp { pattern } => ask.regexp(pattern).map(Some),
            LeafKind::Fuzzy { text, edits } => ask.fuzzy(text, edits.for_text(text)).map(Some),
            LeafKind::Range { lower, upper, include_lower, include_upper } => {
                let lower = lower.as_deref().map(|end| (end, *include_lower));
                let upper = upper.as_deref().map(|end| (end, *include_upper));
                ask.range(lower, upper).map(Some)
            }
            LeafKind::MatchAll | LeafKind::Exists => Ok(Some(Plan::all())),
        }
    }
}

/// A list of nothing but negatives means everything else; that counts nothing.
fn boolean(mut clauses: Vec<(Occur, Plan)>) -> Plan {
    if !clauses.is_empty() && clauses.iter().all(|(occur, _)| *occur == Occur::MustNot) {
        clauses.push((Occur::Must, Plan::Boost(Box::new(Plan::all()), 0.0)));
    }
    Plan::Bool { clauses, minimum: None }
}

/// One question to one field.
struct Ask<'a> {
    lowering: &'a Lowering<'a>,
    id: FieldId,
    field: &'a FieldDef,
    span: Span,
}

impl Ask<'_> {
    fn bad(&self, value: &str, expected: &'static str) -> FilterError {
        FilterError::value(&self.field.name, value, expected, self.span)
    }

    fn unsupported(&self, what: &'static str) -> FilterError {
        let field = self.field.name.clone();
        FilterError::new(FilterErrorKind::Unsupported { field, what }, self.span)
    }

    fn normal(&self, text: &str) -> String {
        match self.field.kind {
            FieldType::Keyword { normal, .. } => normal.value(text),
            FieldType::Text => lower(text),
            _ => text.to_owned(),
        }
    }

    fn normal_piece(&self, text: &str) -> String {
        match self.field.kind {
            FieldType::Keyword { normal, .. } => normal.piece(text),
            FieldType::Address { .. } | FieldType::Text => lower(text),
            _ => text.to_owned(),
        }
    }

    /// Bare words in a row; they may begin with a comparison.
    fn words(&self, text: &str) -> Result<Option<Plan>> {
        let (above, rest) = match text.strip_prefix('>') {
            Some(rest) => (true, rest),
            None => match text.strip_prefix('<') {
                Some(rest) => (false, rest),
                None => return self.text(text, Quotes::None),
            },
        };
        let (included, bound) = rest.strip_prefix('=').map_or((false, rest), |bound| (true, bound));
        let end = Some((bound, included));
        if above { self.range(end, None).map(Some) } else { self.range(None, end).map(Some) }
    }

    fn text(&self, text: &str, quotes: Quotes) -> Result<Option<Plan>> {
        let terms = match self.field.kind {
            FieldType::Text => trail_index::analyzer::words(text),
            FieldType::Keyword { split: true, .. } if quotes == Quotes::None => {
                text.split_whitespace().map(|value| self.normal(value)).collect()
            }
            FieldType::Keyword { .. } => vec![self.normal(text)],
            _ => return self.value(text).map(Some),
        };
        let field = self.id;
        let term = |term: String| Plan::leaf(Leaf::Term { field, term });
        Ok(match (terms.len(), quotes) {
            (0, _) => None,
            (1, _) => terms.into_iter().next().map(term),
            (_, Quotes::Slop(slop)) => Some(Plan::leaf(Leaf::Phrase { field, terms, slop })),
            (_, Quotes::None) => {
                let and = self.lowering.options.default_operator == Operator::And;
                let occur = if and { Occur::Must } else { Occur::Should };
                let clauses = terms.into_iter().map(|text| (occur, term(text))).collect();
                Some(Plan::Bool { clauses, minimum: None })
            }
        })
    }

    /// One value of a field that has no words.
    fn value(&self, text: &str) -> Result<Plan> {
        let field = self.id;
        Ok(match self.field.kind {
            FieldType::Boolean => Plan::leaf(Leaf::Term { field, term: self.truth(text)? }),
            FieldType::Address { .. } => {
                let (low, high) = address::span(text).ok_or_else(|| self.bad(text, address::EXPECTED))?;
                Plan::leaf(Leaf::Addresses { field, low, high })
            }
            FieldType::Integer | FieldType::Long => {
                let number = self.whole(text)?;
                if number.has_fraction {
                    return Ok(Plan::None);
                }
                Plan::leaf(Leaf::Integers { field, low: number.value, high: number.value })
            }
            FieldType::Double => {
                let number = self.double(text)?;
                Plan::leaf(Leaf::Doubles { field, low: number, high: number })
            }
            FieldType::Date(_) => {
                // A term's date is in UTC; only ranges know the query's zone.
                let (low, high) = (self.date(text, Zone(0), false)?, self.date(text, Zone(0), true)?);
                Plan::leaf(Leaf::Integers { field, low, high })
            }
            FieldType::Key => Plan::leaf(Leaf::Keys(vec![text.to_owned()])),
            FieldType::Constant(value) if value == text => Plan::all(),
            _ => Plan::None,
        })
    }

    fn truth(&self, text: &str) -> Result<String> {
        match text {
            "true" => Ok("T".to_owned()),
            "false" => Ok("F".to_owned()),
            _ => Err(self.bad(text, "`true` or `false`")),
        }
    }

    fn limits(&self) -> (i64, i64) {
        match self.field.kind {
            FieldType::Integer => (i32::MIN.into(), i32::MAX.into()),
            _ => (i64::MIN, i64::MAX),
        }
    }

    fn whole(&self, text: &str) -> Result<super::number::Whole> {
        let (min, max) = self.limits();
        let expected = match self.field.kind {
            FieldType::Integer => "a whole number of 32 bits",
            _ => "a whole number of 64 bits",
        };
        whole(text, min, max).ok_or_else(|| self.bad(text, expected))
    }

    fn double(&self, text: &str) -> Result<f64> {
        double(text).filter(|number| number.is_finite()).ok_or_else(|| self.bad(text, "a number"))
    }

    fn date(&self, text: &str, zone: Zone, up: bool) -> Result<i64> {
        let FieldType::Date(forms) = self.field.kind else { return Err(self.unsupported("a date")) };
        parse_date(text, forms, self.lowering.options.now, zone, up).ok_or_else(|| self.bad(text, date::EXPECTED))
    }

    fn range(&self, lower: End<'_>, upper: End<'_>) -> Result<Plan> {
        let field = self.id;
        Ok(match self.field.kind {
            FieldType::Keyword { .. } | FieldType::Text => {
                let end = |end: End<'_>| end.map(|(text, included)| (self.normal(text), included));
                self.term_range(end(lower), end(upper))
            }
            FieldType::Boolean => {
                let end = |end: End<'_>| end.map(|(text, included)| Ok((self.truth(text)?, included))).transpose();
                self.term_range(end(lower)?, end(upper)?)
            }
            FieldType::Integer | FieldType::Long => {
                let end = |end: End<'_>| end.map(|(text, included)| Ok((self.whole(text)?, included))).transpose();
                let (min, max) = self.limits();
                match whole_span(end(lower)?, end(upper)?, min, max) {
                    Some((low, high)) => Plan::leaf(Leaf::Integers { field, low, high }),
                    None => Plan::None,
                }
            }
            FieldType::Double => self.double_range(lower, upper)?,
            FieldType::Date(_) => self.date_range(lower, upper)?,
            FieldType::Address { .. } => self.address_range(lower, upper)?,
            FieldType::Key | FieldType::Constant(_) | FieldType::Closed | FieldType::Content => {
                return Err(self.unsupported("a range"));
            }
        })
    }

    fn term_range(&self, lower: Option<(String, bool)>, upper: Option<(String, bool)>) -> Plan {
        let field = self.id;
        if lower.is_none() && upper.is_none() {
            return Plan::leaf(Leaf::Exists { field });
        }
        Plan::leaf(Leaf::Terms { field, test: TermTest::Range { lower, upper } })
    }

    fn double_range(&self, lower: End<'_>, upper: End<'_>) -> Result<Plan> {
        let low = match lower {
            None => f64::NEG_INFINITY,
            Some((text, true)) => self.double(text)?,
            Some((text, false)) => self.double(text)?.next_up(),
        };
        let high = match upper {
            None => f64::INFINITY,
            Some((text, true)) => self.double(text)?,
            Some((text, false)) => self.double(text)?.next_down(),
        };
        Ok(if low <= high { Plan::leaf(Leaf::Doubles { field: self.id, low, high }) } else { Plan::None })
    }

    fn date_range(&self, lower: End<'_>, upper: End<'_>) -> Result<Plan> {
        let zone = self.lowering.options.zone;
        let low = match lower {
            None => i64::MIN,
            Some((text, true)) => self.date(text, zone, false)?,
            Some((text, false)) => self.date(text, zone, true)?.saturating_add(1),
        };
        let high = match upper {
            None => i64::MAX,
            Some((text, true)) => self.date(text, zone, true)?,
            Some((text, false)) => self.date(text, zone, false)?.saturating_sub(1),
        };
        Ok(if low <= high { Plan::leaf(Leaf::Integers { field: self.id, low, high }) } else { Plan::None })
    }

    fn address_range(&self, lower: End<'_>, upper: End<'_>) -> Result<Plan> {
        let read = |text: &str| address::address(text).ok_or_else(|| self.bad(text, address::EXPECTED));
        let low = match lower {
            None => Some(0),
            Some((text, true)) => Some(read(text)?.to_bits()),
            Some((text, false)) => read(text)?.to_bits().checked_add(1),
        };
        let high = match upper {
            None => Some(u128::MAX),
            Some((text, true)) => Some(read(text)?.to_bits()),
            Some((text, false)) => read(text)?.to_bits().checked_sub(1),
        };
        let field = self.id;
        Ok(match (low, high) {
            (Some(low), Some(high)) if low <= high => {
                Plan::leaf(Leaf::Addresses { field, low: low.into(), high: high.into() })
            }
            _ => Plan::None,
        })
    }

    /// Whether the field has terms that a pattern can be asked of.
    fn has_terms(&self) -> bool {
        matches!(self.field.kind, FieldType::Keyword { .. } | FieldType::Text | FieldType::Address { as_text: true })
    }

    fn pattern(&self, parts: &[WildcardPart]) -> Result<Plan> {
        if let FieldType::Constant(value) = self.field.kind {
            return Ok(if Pattern::new(parts).matches(value) { Plan::all() } else { Plan::None });
        }
        if !self.has_terms() {
            return Err(self.unsupported("a pattern").hint("only texts know `*` and `?`; use a range"));
        }
        let normal = |part: &WildcardPart| match part {
            WildcardPart::Literal(text) => WildcardPart::Literal(self.normal_piece(text)),
            other => other.clone(),
        };
        let parts: Vec<WildcardPart> = parts.iter().map(normal).collect();
        let test = match &parts[..] {
            [WildcardPart::Literal(text), WildcardPart::Any] => TermTest::Prefix(text.clone()),
            _ => TermTest::Wildcard(Pattern::new(&parts)),
        };
        Ok(Plan::leaf(Leaf::Terms { field: self.id, test }))
    }

    /// A field without terms matches no regular expression; that is no error.
    fn regexp(&self, pattern: &str) -> Result<Plan> {
        if !self.has_terms() && self.field.kind != FieldType::Boolean {
            return Ok(Plan::None);
        }
        let expected = "a regular expression";
        let states_max = self.lowering.options.limits.states;
        let regexp = Regexp::new(&self.normal_piece(pattern), states_max).ok_or_else(|| self.bad(pattern, expected))?;
        Ok(Plan::leaf(Leaf::Terms { field: self.id, test: TermTest::Regexp(Arc::new(regexp)) }))
    }

    fn fuzzy(&self, text: &str, edits: u8) -> Result<Plan> {
        if !matches!(self.field.kind, FieldType::Keyword { .. } | FieldType::Text) {
            return Err(self.unsupported("a fuzzy word"));
        }
        Ok(Plan::leaf(Leaf::Fuzzy { field: self.id, term: self.normal(text), edits }))
    }

    /// Hands a leaf over to content search, without its field.
    fn content(&self, kind: &LeafKind) -> Result<Plan> {
        let fault = |message: String| FilterError::new(FilterErrorKind::Content(message), self.span);
        let Some(content) = self.lowering.options.content else {
            return Err(fault("content cannot be asked for here".to_owned()));
        };
        let query = Query { span: self.span, ..Query::leaf(None, kind.clone()) };
        content.sessions(&query).map(|keys| Plan::leaf(Leaf::Keys(keys))).map_err(fault)
    }
}
