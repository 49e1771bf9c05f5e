//! Writes a tree as text that reads back as the same tree.

use std::fmt::Write;

use crate::forgiving::is_port;
use crate::token::{is_blank, is_special, operator, then_operator};
use crate::{
    Clause, Conjunction, Dialect, Edits, Leaf, LeafKind, Mode, Modifier, Node, Options, Query, WildcardPart,
    wildcard_parts, write_duration,
};

/// Writes a tree so that [`parse_with`](crate::parse_with) and the same options give it again, spans aside.
///
/// Text longer than the limit of queries does not read back, nor, in [`Mode::Screentrail`], a range of more than 1,024
/// bytes, which is text there.
///
/// That holds for every tree that was read with these options, and for trees put together by hand as far as the
/// syntax can say them: no empty lists and texts, [`Clause::new`] under the default operator OR.
///
/// ```
/// use trail_query::{Mode, Options, parse, print};
///
/// let parsed = parse("-10.0.0.0/8 title:(a b)", Mode::Screentrail)?;
/// assert_eq!(print(&parsed.query, &parsed.options), r"-10.0.0.0\/8 (title:a title:b)");
/// # Ok::<(), trail_query::ParseError>(())
/// ```
pub fn print(query: &Query, options: &Options) -> String {
    let mut printer = Printer { options, out: String::new() };
    match &query.node {
        Node::Bool(clauses) if scope(clauses).is_none() => printer.clauses(clauses, None),
        _ => printer.query(query, None),
    }
    printer.out
}

struct Printer<'a> {
    options: &'a Options,
    out: String,
}

impl Printer<'_> {
    /// One clause: a leaf, or a list in parentheses. `scope` is the field of the group around it.
    fn query(&mut self, query: &Query, scope_field: Option<&str>) {
        match &query.node {
            Node::Leaf(leaf) => self.leaf(leaf, scope_field),
            Node::Boost { query, factor } => {
                let again = matches!(query.node, Node::Boost { .. } | Node::Sequence { .. });
                self.out.push_str(if again { "(" } else { "" });
                self.query(query, scope_field);
                self.out.push_str(if again { ")" } else { "" });
                let _ = write!(self.out, "^{factor}");
            }
            Node::Sequence { first, then } => {
                self.step(first, scope_field);
                for step in then {
                    self.out.push_str(" THEN");
                    if let Some(ns) = step.within_ns {
                        let _ = write!(self.out, "<{}", write_duration(ns));
                    }
                    self.out.push(' ');
                    self.step(&step.query, scope_field);
                }
            }
            Node::Bool(clauses) => {
                let inner = scope(clauses);
                if let Some(field) = inner {
                    self.field(field);
                }
                self.out.push('(');
                self.clauses(clauses, inner.or(scope_field));
                self.out.push(')');
            }
        }
    }

    /// A step of a sequence; one that is a sequence itself stands in parentheses.
    fn step(&mut self, query: &Query, scope_field: Option<&str>) {
        let again = matches!(query.node, Node::Sequence { .. });
        self.out.push_str(if again { "(" } else { "" });
        self.query(query, scope_field);
        self.out.push_str(if again { ")" } else { "" });
    }

    fn clauses(&mut self, clauses: &[Clause], scope_field: Option<&str>) {
        for (i, clause) in clauses.iter().enumerate() {
            if i > 0 {
                self.out.push(' ');
                self.out.push_str(match clause.conjunction {
                    Conjunction::None => "",
                    Conjunction::And => "AND ",
                    Conjunction::Or => "OR ",
                });
            }
            self.out.push_str(match clause.modifier {
                Modifier::None => "",
                Modifier::Must => "+",
                Modifier::Not => "-",
            });
            if self.would_join(clauses, i, scope_field) {
                self.out.push('(');
                self.query(&clause.query, scope_field);
                self.out.push(')');
            } else {
                self.query(&clause.query, scope_field);
            }
        }
    }

    /// Whether clause `i` must stand in parentheses: as a bare word that the parser would take together with one beside
    /// it, or as a star that would break up the words before it.
    fn would_join(&self, clauses: &[Clause], i: usize, scope_field: Option<&str>) -> bool {
        let bare = |clause: &Clause| match &clause.query.node {
            Node::Leaf(Leaf { field, kind: LeafKind::Term { .. } }) => field.as_deref() == scope_field,
            _ => false,
        };
        let words =
            |clause: &Clause| matches!(&clause.query.node, Node::Leaf(Leaf { kind: LeafKind::Words { .. }, .. }));
        let unsigned = |clause: &Clause| clause.conjunction == Conjunction::None && clause.modifier == Modifier::None;
        let clause = &clauses[i];
        let star = matches!(
            &clause.query.node,
            Node::Leaf(Leaf { field, kind: LeafKind::Exists | LeafKind::MatchAll })
                if field.is_none() || field.as_deref() == scope_field
        );
        if star && i > 0 && words(&clauses[i - 1]) {
            return true;
        }
        !self.options.split_on_whitespace
            && bare(clause)
            && unsigned(clause)
            && (i > 0 && (bare(&clauses[i - 1]) || words(&clauses[i - 1]))
                || clauses.get(i + 1).is_some_and(|next| unsigned(next) && (bare(next) || words(next))))
    }

    fn field(&mut self, field: &str) {
        self.word(field);
        self.out.push(':');
    }

    fn leaf(&mut self, leaf: &Leaf, scope_field: Option<&str>) {
        if let (LeafKind::Exists, Some(name)) = (&leaf.kind, leaf.field.as_deref())
            && self.options.dialect == Dialect::QueryString
            && name != "_exists_"
        {
            return self.exists(name);
        }
        let field = leaf.field.as_deref().filter(|&field| Some(field) != scope_field);
        if let Some(field) = field {
            self.field(field);
        }
        // A port after `host:` is text; in parentheses it is a value.
        let in_parens = match &leaf.kind {
            LeafKind::Term { text } | LeafKind::Fuzzy { text, .. } => field.is_some_and(|field| is_port(field, text)),
            _ => false,
        };
        if in_parens && self.options.mode == Mode::Screentrail {
            self.out.push('(');
            self.kind(&leaf.kind);
            self.out.push(')');
        } else {
            self.kind(&leaf.kind);
        }
    }

    /// `name:*` is the same where a field of that name is known, and a star may lead.
    fn exists(&mut self, name: &str) {
        self.out.push_str("_exists_:");
        if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_')) && !name.is_empty() {
            self.word(name);
        } else {
            self.quoted(name);
        }
    }

    fn kind(&mut self, kind: &LeafKind) {
        match kind {
            LeafKind::Term { text } => self.word(text),
            LeafKind::Words { words } => {
                for (i, word) in words.iter().enumerate() {
                    if i > 0 {
                        self.out.push(' ');
                    }
                    self.word(word);
                }
            }
            LeafKind::Phrase { text, slop } => {
                self.quoted(text);
                if let Some(slop) = slop {
                    let _ = write!(self.out, "~{slop}");
                }
            }
            LeafKind::Prefix { text } => {
                self.chars(text);
                self.out.push('*');
            }
            LeafKind::Wildcard { pattern } => self.wildcard(pattern),
            LeafKind::Regexp { pattern } => {
                let _ = write!(self.out, "/{pattern}/");
            }
            LeafKind::Fuzzy { text, edits } => {
                self.word(text);
                match edits {
                    Edits::Auto => self.out.push('~'),
                    Edits::Upto(edits) => {
                        let _ = write!(self.out, "~{edits}");
                    }
                }
            }
            LeafKind::Range { lower, upper, include_lower, include_upper } => {
                self.out.push(if *include_lower { '[' } else { '{' });
                self.bound(lower.as_deref());
                self.out.push_str(" TO ");
                self.bound(upper.as_deref());
                self.out.push(if *include_upper { ']' } else { '}' });
            }
            LeafKind::MatchAll => self.out.push_str("*:*"),
            LeafKind::Exists => self.out.push('*'),
        }
    }
}

impl Printer<'_> {
    fn word(&mut self, text: &str) {
        if operator(text).is_some() || self.options.mode == Mode::Screentrail && then_operator(text).is_some() {
            self.out.push('\\');
        }
        self.chars(text);
    }

    fn chars(&mut self, text: &str) {
        let mut rest = text;
        if self.options.mode == Mode::Screentrail {
            let mut chars = text.chars();
            match (chars.next(), chars.next()) {
                // Two backslashes that begin a word mean themselves there; one is only sure in numbers.
                (Some('\\'), Some(next)) if next != '\\' => {
                    self.out.push_str("\\u005c");
                    rest = &text[1..];
                }
                // After a sign these make the sign text.
                (Some('=' | '<' | '>' | '&' | '|'), _) if self.out.ends_with(['+', '-']) => self.out.push('\\'),
                _ => {}
            }
        }
        for (i, c) in rest.char_indices() {
            let inside = i > 0 && matches!(c, '+' | '-');
            if is_special(c) && !inside || is_blank(c) {
                self.out.push('\\');
            }
            self.out.push(c);
        }
    }

    fn wildcard(&mut self, pattern: &str) {
        if self.options.mode != Mode::Screentrail {
            self.out.push_str(pattern);
            return;
        }
        for part in wildcard_parts(pattern) {
            match part {
                WildcardPart::One => self.out.push('?'),
                WildcardPart::Any => self.out.push('*'),
                WildcardPart::Literal(text) => self.chars(&text),
            }
        }
    }

    fn quoted(&mut self, text: &str) {
        self.out.push('"');
        for c in text.chars() {
            if matches!(c, '"' | '\\') {
                self.out.push('\\');
            }
            self.out.push(c);
        }
        self.out.push('"');
    }

    fn bound(&mut self, bound: Option<&str>) {
        let Some(text) = bound else {
            self.out.push('*');
            return;
        };
        // Inside a range a backslash before a quote does not settle whether the quote ends the text; numbers do.
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' => self.out.push_str("\\u0022"),
                '\\' => self.out.push_str("\\u005c"),
                _ => self.out.push(c),
            }
        }
        self.out.push('"');
    }
}

/// The field under which a list must be written because it holds words of that field in a row.
fn scope(clauses: &[Clause]) -> Option<&str> {
    clauses.iter().find_map(|clause| match &clause.query.node {
        Node::Leaf(Leaf { field, kind: LeafKind::Words { .. } }) => field.as_deref(),
        _ => None,
    })
}
