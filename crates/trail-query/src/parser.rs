//! Recursive descent over the tokens; the grammar is Lucene's.
//!
//! ```text
//! query  = first { next }
//! first  = words | [mod] clause
//! next   = words | [AND|OR] [mod] clause
//! step   = clause { THEN clause }                -- a clause of query, in screentrail mode
//! clause = [ (term | "*") ":" ] ( unit | "(" query ")" [ "^" number ] )
//! words  = term term+        -- only while the token after each further term is none of : * ~ ^ AND OR
//! ```

use crate::assemble::{Assembled, ClauseList};
use crate::token::{Token, TokenKind, is_blank};
use crate::{
    Clause, Conjunction, Dialect, Edits, ErrorKind, Leaf, LeafKind, Mode, Modifier, Node, Note, Occur, Operator,
    Options, ParseError, Query, Span, Step, forgiving, lexer, regexp,
};

/// A query that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// What it says.
    pub query: Query,
    /// How it was read where that may surprise; only [`Mode::Screentrail`] has any.
    pub notes: Vec<Note>,
    /// The options it was read with.
    pub options: Options,
}

/// Reads a query with the defaults of a mode.
///
/// # Errors
/// [`ParseError`] says what is wrong, where, and what to write instead.
pub fn parse(text: &str, mode: Mode) -> Result<Parsed, ParseError> {
    parse_with(text, &Options::new(mode))
}

/// Reads a query.
///
/// # Errors
/// [`ParseError`] says what is wrong, where, and what to write instead.
pub fn parse_with(text: &str, options: &Options) -> Result<Parsed, ParseError> {
    if text.len() > options.limits.text_len {
        let span = Span::new(0, text.len());
        let expected = format!("at most {} bytes", options.limits.text_len);
        return Err(ParseError::new(ErrorKind::TooLong, "", span, expected).hint("ask for fewer words"));
    }
    if text.chars().all(is_blank) {
        return Err(ParseError::new(ErrorKind::Empty, text, Span::new(0, text.len()), "a word to look for"));
    }
    let mut notes = Vec::new();
    let tokens = match options.mode {
        Mode::Screentrail => forgiving::lex(text, options, &mut notes),
        Mode::Lucene | Mode::Sps => lexer::lex(text)?,
    };
    let mut parser = Parser { text, options, tokens: &tokens, at: 0, depth: 0, leaves: 0 };
    let query = parser.query(None)?;
    match parser.tokens.get(parser.at) {
        None => Ok(Parsed { query, notes, options: options.clone() }),
        Some(token) => Err(parser.unexpected(Some(token), "an operator or a term")),
    }
}

struct Parser<'a> {
    text: &'a str,
    options: &'a Options,
    tokens: &'a [Token],
    at: usize,
    depth: usize,
    leaves: usize,
}

/// A clause before the rule of [`ClauseList`] has decided its occur.
type Written = (Conjunction, Modifier, Query);

impl<'a> Parser<'a> {
    fn peek(&self, ahead: usize) -> Option<&'a TokenKind> {
        self.tokens.get(self.at + ahead).map(|token| &token.kind)
    }

    fn next(&mut self) -> Option<&'a Token> {
        let token = self.tokens.get(self.at);
        self.at += usize::from(token.is_some());
        token
    }

    /// A group: everything up to a closing parenthesis or the end.
    fn query(&mut self, field: Option<&str>) -> Result<Query, ParseError> {
        let mut list = ClauseList::new(self.options.default_operator);
        let mut first = true;
        loop {
            let word = matches!(self.peek(0), Some(TokenKind::Term(_)));
            if word && self.joins(1) && !self.options.split_on_whitespace {
                let words = self.words(field)?;
                list.splice([(Conjunction::None, Modifier::None, words)]);
            } else {
                let conjunction = if first { Conjunction::None } else { self.conjunction() };
                let modifier = self.modifier();
                let clause = self.sequence(field)?;
                list.push(conjunction, modifier, Some((conjunction, modifier, clause)));
            }
            first = false;
            if matches!(self.peek(0), None | Some(TokenKind::RightParen)) {
                return Ok(build(list.finish(), self.options.default_operator));
            }
        }
    }

    /// Whether the token `ahead` goes on a run of bare words. The word before `AND` or `:` does not: it is a clause.
    fn joins(&self, ahead: usize) -> bool {
        let stops = matches!(
            self.peek(ahead + 1),
            Some(
                TokenKind::Colon
                    | TokenKind::Star
                    | TokenKind::Fuzzy(_)
                    | TokenKind::Caret
                    | TokenKind::And
                    | TokenKind::Or
                    | TokenKind::Then(_)
            )
        );
        matches!(self.peek(ahead), Some(TokenKind::Term(_))) && !stops
    }

    fn words(&mut self, field: Option<&str>) -> Result<Query, ParseError> {
        let mut words = Vec::new();
        let mut span: Option<Span> = None;
        while let Some(Token { kind: TokenKind::Term(word), span: at }) = self.next() {
            self.count_leaf(*at)?;
            words.push(word.clone());
            span = Some(span.map_or(*at, |span| span.to(*at)));
            if !self.joins(0) {
                break;
            }
        }
        Ok(leaf(field, LeafKind::Words { words }, span.unwrap_or_default()))
    }

    fn conjunction(&mut self) -> Conjunction {
        let conjunction = match self.peek(0) {
            Some(TokenKind::And) => Conjunction::And,
            Some(TokenKind::Or) => Conjunction::Or,
            _ => return Conjunction::None,
        };
        self.at += 1;
        conjunction
    }

    fn modifier(&mut self) -> Modifier {
        let modifier = match self.peek(0) {
            Some(TokenKind::Plus) => Modifier::Must,
            Some(TokenKind::Minus | TokenKind::Not) => Modifier::Not,
            _ => return Modifier::None,
        };
        self.at += 1;
        modifier
    }

    /// A clause and what comes then; `THEN` binds tighter than everything else.
    fn sequence(&mut self, field: Option<&str>) -> Result<Query, ParseError> {
        let first = self.clause(field)?;
        let mut span = first.span;
        let mut then = Vec::new();
        while let Some(&TokenKind::Then(within_ns)) = self.peek(0) {
            self.at += 1;
            let query = self.clause(field)?;
            span = span.to(query.span);
            then.push(Step { within_ns, query });
        }
        if then.is_empty() {
            return Ok(first);
        }
        Ok(Query { node: Node::Sequence { first: Box::new(first), then }, span })
    }

    fn clause(&mut self, field: Option<&str>) -> Result<Query, ParseError> {
        let start = self.tokens.get(self.at).map_or(self.text.len(), |token| token.span.start);
        let mut own_field = None;
        if self.peek(1) == Some(&TokenKind::Colon)
            && let Some(Token { kind: kind @ (TokenKind::Term(_) | TokenKind::Star), span }) = self.tokens.get(self.at)
        {
            let name = if let TokenKind::Term(name) = kind { name.as_str() } else { "*" };
            self.check_field(name, *span)?;
            own_field = Some(name);
            self.at += 2;
        }
        let mut query = match self.peek(0) {
            Some(TokenKind::LeftParen) => self.group(own_field.or(field))?,
            _ => self.unit(own_field.or(field))?,
        };
        query.span.start = start;
        if let Node::Boost { query, .. } = &mut query.node {
            query.span.start = start;
        }
        Ok(query)
    }

    fn check_field(&self, name: &str, span: Span) -> Result<(), ParseError> {
        let strict = self.options.mode == Mode::Sps && !matches!(name, "*" | "_exists_");
        if !strict || self.options.knows_field(name) {
            return Ok(());
        }
        let expected = format!("one of the fields {}", self.options.fields.join(", "));
        Err(ParseError::new(ErrorKind::UnknownField, self.text, span, expected)
            .hint(r"write \: for a colon that is part of the text"))
    }

    fn group(&mut self, field: Option<&str>) -> Result<Query, ParseError> {
        let Some(open) = self.next() else { return Err(self.unexpected(None, "`(`")) };
        self.depth += 1;
        if self.depth > self.options.limits.nesting {
            let expected = format!("at most {} parentheses inside each other", self.options.limits.nesting);
            return Err(ParseError::new(ErrorKind::TooDeep, self.text, open.span, expected)
                .hint("remove parentheses that hold a single clause"));
        }
        let mut query = self.query(field)?;
        self.depth -= 1;
        match self.next() {
            Some(Token { kind: TokenKind::RightParen, span }) => query.span = open.span.to(*span),
            Some(token) => return Err(self.unexpected(Some(token), "`)`")),
            None => {
                return Err(ParseError::new(ErrorKind::Unterminated, self.text, open.span, "a closing `)` later")
                    .hint(r"write \( for a parenthesis that is part of the text"));
            }
        }
        self.boosted(query)
    }

    /// `^` and a number after a query, if they are there.
    fn boosted(&mut self, query: Query) -> Result<Query, ParseError> {
        if self.peek(0) != Some(&TokenKind::Caret) {
            return Ok(query);
        }
        self.at += 1;
        match self.next() {
            Some(Token { kind: TokenKind::Number(digits), span }) => {
                let factor = digits.parse::<f32>().ok().filter(|factor| factor.is_finite());
                let Some(factor) = factor else {
                    return Err(ParseError::new(ErrorKind::BadBoost, self.text, *span, "a number below 1e38"));
                };
                let span = query.span.to(*span);
                Ok(Query { node: Node::Boost { query: Box::new(query), factor }, span })
            }
            token => Err(self.unexpected(token, "a number right after `^`")),
        }
    }

    /// A word, a quoted text or a range with what is written after it.
    fn unit(&mut self, field: Option<&str>) -> Result<Query, ParseError> {
        let Some(token) = self.next() else { return Err(self.unexpected(None, "a term")) };
        self.count_leaf(token.span)?;
        if let TokenKind::RangeStart { inclusive } = token.kind {
            let range = self.range(field, token.span, inclusive)?;
            return self.boosted(range);
        }
        // Both orders are legal: `word~1^2` and `word^2~1`.
        let mut fuzzy = self.fuzzy();
        let after_fuzzy = self.at;
        let boost = self.boosted(Query { node: Node::Bool(Vec::new()), span: token.span })?;
        if self.at > after_fuzzy && fuzzy.is_none() {
            fuzzy = self.fuzzy();
        }
        let kind = self.leaf_kind(field, token, fuzzy)?;
        let span = Span::new(token.span.start, self.tokens[self.at - 1].span.end);
        let field = match &kind {
            LeafKind::MatchAll => None,
            LeafKind::Exists if field == Some("_exists_") => {
                let name = exists_name(token);
                name.map_or(Ok(()), |name| self.check_field(name, token.span))?;
                name
            }
            _ => field,
        };
        let kind = if kind == LeafKind::Exists && field == Some("*") { LeafKind::MatchAll } else { kind };
        let field = field.filter(|_| kind != LeafKind::MatchAll);
        let own = leaf(field, kind, span);
        Ok(match boost.node {
            Node::Boost { factor, .. } => Query { node: Node::Boost { query: Box::new(own), factor }, span },
            _ => own,
        })
    }

    fn fuzzy(&mut self) -> Option<&'a Token> {
        let token = self.tokens.get(self.at).filter(|token| matches!(token.kind, TokenKind::Fuzzy(_)))?;
        self.at += 1;
        Some(token)
    }

    fn leaf_kind(&self, field: Option<&str>, token: &Token, fuzzy: Option<&Token>) -> Result<LeafKind, ParseError> {
        let query_string = self.options.dialect == Dialect::QueryString;
        Ok(match &token.kind {
            TokenKind::Term(_) | TokenKind::Quoted(_) | TokenKind::BareOperator(_)
                if query_string && field == Some("_exists_") =>
            {
                LeafKind::Exists
            }
            TokenKind::Term(text) => match fuzzy {
                Some(fuzzy) => LeafKind::Fuzzy { edits: self.edits(fuzzy, text)?, text: text.clone() },
                None => self.comparison(text).unwrap_or_else(|| LeafKind::Term { text: text.clone() }),
            },
            TokenKind::BareOperator(sign) => match fuzzy {
                Some(fuzzy) => {
                    let text = sign.to_string();
                    LeafKind::Fuzzy { edits: self.edits(fuzzy, &text)?, text }
                }
                None => LeafKind::Term { text: sign.to_string() },
            },
            TokenKind::Quoted(text) => LeafKind::Phrase {
                text: text.clone(),
                slop: fuzzy.map(|fuzzy| self.slop(fuzzy)).transpose()?.flatten(),
            },
            TokenKind::Star if field == Some("*") => LeafKind::MatchAll,
            TokenKind::Star if query_string && self.options.mode != Mode::Sps => LeafKind::Exists,
            TokenKind::Star => {
                self.check_leading("*", token.span)?;
                LeafKind::Exists
            }
            TokenKind::Prefix(text) => {
                // Lucene's parser looks at the prefix without its backslashes, so it refuses `\**` too.
                let quirk = self.options.mode == Mode::Lucene && text.starts_with('*');
                self.check_leading(if quirk { text } else { "" }, token.span)?;
                LeafKind::Prefix { text: text.clone() }
            }
            TokenKind::Wildcard(pattern) => {
                self.check_leading(pattern, token.span)?;
                if pattern.matches(['*', '?']).count() > self.options.limits.wildcards {
                    let expected = format!("at most {} wildcards in a word", self.options.limits.wildcards);
                    return Err(ParseError::new(ErrorKind::TooComplex, self.text, token.span, expected)
                        .hint("`*` stands for any number of characters, one is as good as several"));
                }
                LeafKind::Wildcard { pattern: pattern.clone() }
            }
            TokenKind::Regexp(pattern) => {
                self.check_regexp(pattern, token.span)?;
                LeafKind::Regexp { pattern: pattern.clone() }
            }
            _ => return Err(self.unexpected(Some(token), "a term")),
        })
    }

    fn check_leading(&self, pattern: &str, span: Span) -> Result<(), ParseError> {
        if self.options.allow_leading_wildcard || !pattern.starts_with(['*', '?']) {
            return Ok(());
        }
        Err(ParseError::new(ErrorKind::LeadingWildcard, self.text, span, "a letter or digit first")
            .hint(r"write the word's beginning, or \* for a star that is part of the text"))
    }

    fn check_regexp(&self, pattern: &str, span: Span) -> Result<(), ParseError> {
        if pattern.chars().count() > self.options.limits.regexp_chars {
            let expected = format!("at most {} characters between the slashes", self.options.limits.regexp_chars);
            return Err(ParseError::new(ErrorKind::TooComplex, self.text, span, expected)
                .hint("ask for several shorter expressions with `OR`"));
        }
        match regexp::fault(pattern) {
            Some(fault) => Err(ParseError::new(ErrorKind::BadRegexp, self.text, span, fault)
                .hint(r"write \/ for a slash that is part of the text")),
            None => Ok(()),
        }
    }

    /// `>x`, `>=x`, `<x` and `<=x` at a term's beginning, which only `query_string` knows.
    fn comparison(&self, text: &str) -> Option<LeafKind> {
        let options = self.options;
        let known = options.dialect == Dialect::QueryString && options.allow_ranges;
        if !known || options.mode == Mode::Screentrail {
            return None;
        }
        let (above, rest) = match text.strip_prefix('>') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('<')?),
        };
        let (inclusive, bound) = match rest.strip_prefix('=') {
            Some(bound) => (true, bound),
            None => (false, rest),
        };
        if bound.is_empty() {
            return None;
        }
        let bound = Some(bound.to_owned());
        let (lower, upper) = if above { (bound, None) } else { (None, bound) };
        let include_lower = if above { inclusive } else { true };
        let include_upper = if above { true } else { inclusive };
        Some(LeafKind::Range { lower, upper, include_lower, include_upper })
    }

    fn edits(&self, fuzzy: &Token, text: &str) -> Result<Edits, ParseError> {
        let TokenKind::Fuzzy(number) = &fuzzy.kind else { return Ok(Edits::Auto) };
        let bad = |expected| {
            ParseError::new(ErrorKind::BadEdits, self.text, fuzzy.span, expected)
                .hint("a word takes `~`, `~1` or `~2`; the distance of words in a phrase goes after its closing quote")
        };
        let value = float(number);
        match self.options.dialect {
            Dialect::QueryString if number.is_empty() && self.options.mode == Mode::Sps => Ok(Edits::Upto(2)),
            Dialect::QueryString if number.is_empty() => Ok(Edits::Auto),
            Dialect::QueryString => match value {
                Some(value) if (0.0..3.0).contains(&value) => Ok(Edits::Upto(value as u8)),
                _ => Err(bad("0, 1 or 2 edits")),
            },
            Dialect::Classic => match value.unwrap_or(2.0) {
                value if value < 0.0 => Err(bad("a number that is not negative")),
                value if value >= 1.0 && value.fract() != 0.0 => Err(bad("a whole number of edits")),
                value if value >= 1.0 => Ok(Edits::Upto(value.min(2.0) as u8)),
                value if value > 0.0 => {
                    // The old form: a similarity from 0 to 1, from which the edits follow by length.
                    let edits = (1.0 - f64::from(value)) * text.chars().count() as f64;
                    Ok(Edits::Upto(edits.min(2.0) as u8))
                }
                _ => Ok(Edits::Upto(0)),
            },
        }
    }

    fn slop(&self, fuzzy: &Token) -> Result<Option<u32>, ParseError> {
        let TokenKind::Fuzzy(number) = &fuzzy.kind else { return Ok(None) };
        match float(number) {
            Some(value) if value as i32 >= 0 => Ok(Some(value as i32 as u32)),
            Some(_) => Err(ParseError::new(ErrorKind::BadSlop, self.text, fuzzy.span, "a number that is not negative")),
            None => Ok(None),
        }
    }

    fn range(&mut self, field: Option<&str>, open: Span, include_lower: bool) -> Result<Query, ParseError> {
        if !self.options.allow_ranges {
            return Err(ParseError::new(ErrorKind::Unsupported, self.text, open, "words, phrases or wildcards")
                .hint(r"write \[ for a bracket that is part of the text"));
        }
        let lower = self.bound()?;
        match self.next() {
            Some(Token { kind: TokenKind::RangeTo, .. }) => {}
            token => return Err(self.unexpected(token, "`TO` between the ends of a range")),
        }
        let upper = self.bound()?;
        match self.next() {
            Some(Token { kind: TokenKind::RangeEnd { inclusive }, span }) => {
                let kind = LeafKind::Range { lower, upper, include_lower, include_upper: *inclusive };
                Ok(leaf(field, kind, open.to(*span)))
            }
            token => Err(self.unexpected(token, "`]` or `}` at the end of a range")),
        }
    }

    fn bound(&mut self) -> Result<Option<String>, ParseError> {
        match self.next() {
            Some(Token { kind: TokenKind::RangeBound(text), .. }) if text == "*" => Ok(None),
            Some(Token { kind: TokenKind::RangeBound(text), span }) => {
                crate::escape::unescape(text, span.start, self.text).map(Some)
            }
            Some(Token { kind: TokenKind::RangeQuoted(text), .. }) => Ok(Some(text.clone())),
            Some(Token { kind: TokenKind::RangeTo, .. }) => Ok(Some("TO".to_owned())),
            token => Err(self.unexpected(token, "one end of a range, or `*`")),
        }
    }

    fn count_leaf(&mut self, span: Span) -> Result<(), ParseError> {
        self.leaves += 1;
        if self.leaves <= self.options.limits.clauses {
            return Ok(());
        }
        let expected = format!("at most {} clauses", self.options.limits.clauses);
        Err(ParseError::new(ErrorKind::TooManyClauses, self.text, span, expected).hint("ask for fewer words"))
    }

    #[cold]
    fn unexpected(&self, token: Option<&Token>, expected: &'static str) -> ParseError {
        let Some(token) = token else {
            let end = self.text.len();
            return ParseError::new(ErrorKind::UnexpectedEnd, self.text, Span::new(end, end), expected);
        };
        let error = ParseError::new(ErrorKind::UnexpectedToken, self.text, token.span, expected);
        match &token.kind {
            TokenKind::And | TokenKind::Or | TokenKind::Not | TokenKind::Then(_) => {
                error.hint("an operator stands between two clauses; put it in quotes to look for the word")
            }
            TokenKind::Colon => error.hint(r"a field is one name before the colon; write \: for a colon in the text"),
            TokenKind::RightParen => error.hint("a group holds at least one clause"),
            TokenKind::Fuzzy(_) | TokenKind::Caret => error.hint("`~` and `^` follow a word, once each"),
            _ => error,
        }
    }
}

fn leaf(field: Option<&str>, kind: LeafKind, span: Span) -> Query {
    Query { node: Node::Leaf(Leaf { field: field.map(str::to_owned), kind }), span }
}

/// Makes a node of a group's clauses.
fn build(list: Assembled<Written>, default_operator: Operator) -> Query {
    let words_occur = if default_operator == Operator::And { Occur::Must } else { Occur::Should };
    let list = match list {
        // Words keep their list, into which their terms go.
        Assembled::One(written) if is_words(&written.2) => vec![(words_occur, written)],
        Assembled::One((_, _, query)) => return query,
        Assembled::Many(list) => list,
        Assembled::Nothing => Vec::new(),
    };
    let clauses: Vec<Clause> = list
        .into_iter()
        .map(|(occur, (conjunction, modifier, query))| Clause { occur, conjunction, modifier, query })
        .collect();
    let span = clauses.iter().map(|clause| clause.query.span).reduce(Span::to).unwrap_or_default();
    Query { node: Node::Bool(clauses), span }
}

/// The field that `_exists_:` asks for.
fn exists_name(token: &Token) -> Option<&str> {
    match &token.kind {
        TokenKind::Term(name) | TokenKind::Quoted(name) => Some(name),
        TokenKind::BareOperator('+') => Some("+"),
        TokenKind::BareOperator('-') => Some("-"),
        TokenKind::BareOperator(_) => Some("!"),
        // A star names no field: `_exists_:*` asks for a value in a field of this very name, as `query_string` does.
        TokenKind::Star => Some("_exists_"),
        _ => None,
    }
}

fn is_words(query: &Query) -> bool {
    matches!(&query.node, Node::Leaf(Leaf { kind: LeafKind::Words { .. }, .. }))
}

/// Java's reading of a number, as far as it is finite: digits with an optional fraction and exponent.
fn float(text: &str) -> Option<f32> {
    let body = text.trim_end_matches(['f', 'F', 'd', 'D']);
    let plain = body.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'+' | b'-' | b'e' | b'E'));
    if text.len() - body.len() > 1 || !plain {
        return None;
    }
    body.parse().ok()
}
