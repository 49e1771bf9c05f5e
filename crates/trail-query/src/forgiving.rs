//! The lexer for people who type what they saw: what would be an error or a surprise in Lucene is text.
//!
//! Two looks at the text. The first finds what needs a partner: quotes, regular expressions and ranges, then fields, then
//! parentheses. The second cuts words and signs around them.

use crate::error::cut;
use crate::lexer;
use crate::token::{Token, TokenKind, is_blank, is_special, operator, then_operator};
use crate::{Note, NoteKind, Options, SESSION_SHORT_FIELDS, Span, TIME_FIELDS, regexp};

/// The longest `[a TO b]` that is looked for, in bytes: looking stays linear in the text.
const RANGE_LEN: usize = 1024;

/// Splits a query into tokens; never fails.
pub(crate) fn lex(text: &str, options: &Options, notes: &mut Vec<Note>) -> Vec<Token> {
    let plan = Plan::new(text, options);
    let mut lexer = Lexer { text, plan: &plan, at: 0, tokens: Vec::new(), notes };
    while lexer.at < text.len() {
        lexer.step();
    }
    lexer.tokens
}

/// What each byte of the text begins, as far as it needs a partner to be more than text.
struct Plan {
    /// Quotes, regular expressions and ranges, in order.
    units: Vec<Unit>,
    /// Colons after a field's name and where the name begins, in order.
    colons: Vec<(usize, usize)>,
    /// Parentheses that have a partner and something between, in order.
    parens: Vec<usize>,
}

struct Unit {
    tokens: Vec<Token>,
    start: usize,
    end: usize,
}

impl Plan {
    fn new(text: &str, options: &Options) -> Plan {
        let mut plan = Plan { units: Vec::new(), colons: Vec::new(), parens: Vec::new() };
        let mut open: Vec<(usize, bool)> = Vec::new();
        let mut quotes_left = true;
        let mut at_start = true;
        let mut word = 0;
        let mut after_field = false;
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let len = c.len_utf8();
            if is_blank(c) {
                (at, at_start) = (at + len, true);
                continue;
            }
            if at_start {
                word = at;
                let unit = match c {
                    '"' if quotes_left => {
                        let unit = quoted(text, at);
                        quotes_left = unit.is_some();
                        unit
                    }
                    '/' => regexp_unit(text, at),
                    '[' | '{' if options.allow_ranges => range(text, at),
                    _ => None,
                };
                if let Some(unit) = unit {
                    at = unit.end;
                    after_field = false;
                    fill(&mut open);
                    plan.units.push(unit);
                    continue;
                }
            }
            match c {
                '(' => {
                    open.push((at, false));
                    (at_start, after_field) = (true, false);
                }
                ')' => {
                    match open.pop() {
                        Some((start, true)) => {
                            plan.parens.extend([start, at]);
                            fill(&mut open);
                        }
                        // Nothing between: both are text.
                        Some((_, false)) | None => fill(&mut open),
                    }
                    (at_start, after_field) = (true, false);
                }
                '+' | '-' | '!' if at_start && !after_field => {}
                ':' if !after_field && is_field(text, word, at, options) => {
                    plan.colons.push((at, word));
                    fill(&mut open);
                    (at_start, after_field) = (true, true);
                }
                _ => {
                    if c == '\\' && text[at + 1..].chars().next().is_some_and(is_escapable) {
                        at += text[at + 1..].chars().next().map_or(0, char::len_utf8);
                    }
                    fill(&mut open);
                    at_start = false;
                    if word_ends(text, at + len) {
                        after_field = false;
                    }
                }
            }
            at += len;
        }
        plan.parens.sort_unstable();
        plan
    }

    fn unit(&self, at: usize) -> Option<&Unit> {
        self.units.binary_search_by_key(&at, |unit| unit.start).ok().map(|i| &self.units[i])
    }

    /// Whether a colon ends the name of a field that begins at `start`.
    fn is_colon(&self, at: usize, start: usize) -> bool {
        self.colons.binary_search(&(at, start)).is_ok()
    }

    fn is_paren(&self, at: usize) -> bool {
        self.parens.binary_search(&at).is_ok()
    }
}

/// Says of the innermost open parenthesis that something stands in it; an outer one hears of it when the inner closes.
fn fill(open: &mut [(usize, bool)]) {
    if let Some(last) = open.last_mut() {
        last.1 = true;
    }
}

fn word_ends(text: &str, at: usize) -> bool {
    text[at..].chars().next().is_none_or(is_blank)
}

/// Whether a backslash before this character takes its meaning; before another one it is text.
fn is_escapable(c: char) -> bool {
    is_special(c) || is_blank(c) || matches!(c, '&' | '|' | '=' | '<' | '>')
}

/// Whether a known field's name stands between `word` and the colon, and something after it.
fn is_field(text: &str, word: usize, colon: usize, options: &Options) -> bool {
    let name = &text[word..colon];
    let something = text[colon + 1..].chars().find(|&c| !is_blank(c)).is_some_and(|c| c != ')');
    let is_name = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '@'));
    let is_known = name == "_exists_" || options.knows_field(name);
    something
        && !name.is_empty()
        && is_name
        && is_known
        && (!TIME_FIELDS.contains(&name) || is_time(name, &text[colon + 1..]))
        && (!SESSION_SHORT_FIELDS.contains(&name) || is_session_value(name, &text[colon + 1..]))
}

/// Whether what follows the colon of a session's field is its value: people also type `user: unknown` and `host:22`.
fn is_session_value(name: &str, value: &str) -> bool {
    let end = value.find(|c: char| is_blank(c) || matches!(c, ')' | '^' | '~')).unwrap_or(value.len());
    end > 0 && !is_port(name, &value[..end])
}

/// Whether a text after a field's name and a colon is a port.
pub(crate) fn is_port(name: &str, text: &str) -> bool {
    name == "host" && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether what follows a time field's colon begins like a time: people also type `at: the office`.
fn is_time(name: &str, value: &str) -> bool {
    // A printed sign has a backslash before it.
    let value = value.strip_prefix('\\').unwrap_or(value);
    match name {
        "shown" => value.starts_with(['<', '>', '[', '{']),
        "during" => value.starts_with(['[', '{']),
        _ => value.strip_prefix('"').unwrap_or(value).starts_with(|c: char| c.is_ascii_digit() || c == '+'),
    }
}

fn quoted(text: &str, at: usize) -> Option<Unit> {
    let mut escaped = false;
    for (i, c) in text[at + 1..].char_indices() {
        match c {
            '"' if !escaped => {
                let end = at + 1 + i;
                let content = unescape(&text[at + 1..end]);
                return Some(single(TokenKind::Quoted(content), at, end + 1));
            }
            _ => escaped = c == '\\' && !escaped,
        }
    }
    None
}

/// A slash begins a regular expression only if the slash that closes it ends the word.
fn regexp_unit(text: &str, at: usize) -> Option<Unit> {
    let mut escaped = false;
    for (i, c) in text[at + 1..].char_indices() {
        match c {
            _ if is_blank(c) => return None,
            '/' if !escaped => {
                let end = at + 1 + i;
                let pattern = &text[at + 1..end];
                let ends = text[end + 1..].chars().next().is_none_or(|c| is_blank(c) || matches!(c, ')' | '^' | '~'));
                let good = ends && !pattern.is_empty() && regexp::fault(pattern).is_none();
                return good.then(|| single(TokenKind::Regexp(pattern.to_owned()), at, end + 1));
            }
            _ => escaped = c == '\\' && !escaped,
        }
    }
    None
}

fn range(text: &str, at: usize) -> Option<Unit> {
    let mut end = text.len().min(at + RANGE_LEN);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let tokens = lexer::lex_range(&text[..end], at)?;
    let end = tokens.last()?.span.end;
    Some(Unit { tokens, start: at, end })
}

fn single(kind: TokenKind, start: usize, end: usize) -> Unit {
    Unit { tokens: vec![Token { kind, span: Span::new(start, end) }], start, end }
}

/// Undoes the escapes that are some; the other backslashes stay.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (c, len) = escape(rest).unwrap_or((c, c.len_utf8()));
        out.push(c);
        rest = &rest[len..];
    }
    out
}

/// The escape that `rest` begins with: the character it stands for and its length.
fn escape(rest: &str) -> Option<(char, usize)> {
    let after = rest.strip_prefix('\\')?;
    let c = after.chars().next()?;
    if is_escapable(c) {
        return Some((c, 1 + c.len_utf8()));
    }
    let unit = |text: &str| {
        let digits = text.strip_prefix('u')?.get(..4)?;
        let all = digits.bytes().all(|b| b.is_ascii_hexdigit());
        u16::from_str_radix(digits, 16).ok().filter(|_| all)
    };
    let high = unit(after)?;
    let low = after.get(5..).and_then(|rest| rest.strip_prefix('\\')).and_then(unit);
    match (char::from_u32(high.into()), low) {
        (Some(c), _) => Some((c, 6)),
        (None, Some(low @ 0xDC00..=0xDFFF)) => {
            let c = char::decode_utf16([high, low]).next()?.ok()?;
            Some((c, 12))
        }
        _ => Some((char::REPLACEMENT_CHARACTER, 6)),
    }
}

struct Lexer<'a> {
    text: &'a str,
    plan: &'a Plan,
    at: usize,
    tokens: Vec<Token>,
    notes: &'a mut Vec<Note>,
}

impl Lexer<'_> {
    fn emit(&mut self, kind: TokenKind, end: usize) {
        self.tokens.push(Token { kind, span: Span::new(self.at, end) });
        self.at = end;
    }

    fn note(&mut self, kind: NoteKind, span: Span) {
        self.notes.push(Note { kind, span, found: cut(span.of(self.text)) });
    }

    fn ends(&self, at: usize) -> bool {
        word_ends(self.text, at) || self.plan.is_paren(at)
    }

    fn step(&mut self) {
        let rest = &self.text[self.at..];
        let Some(c) = rest.chars().next() else { return };
        let after_field = matches!(self.tokens.last(), Some(Token { kind: TokenKind::Colon, .. }));
        if is_blank(c) {
            self.at += c.len_utf8();
        } else if let Some(unit) = self.plan.unit(self.at) {
            if let [Token { kind: TokenKind::Regexp(_), span }] = unit.tokens.as_slice() {
                let span = *span;
                self.note(NoteKind::Regexp, span);
            }
            self.tokens.extend(unit.tokens.iter().cloned());
            self.at = unit.end;
            let phrase = matches!(self.tokens.last(), Some(Token { kind: TokenKind::Quoted(_), .. }));
            self.suffix(phrase);
        } else if self.plan.is_paren(self.at) {
            if c == '(' {
                self.emit(TokenKind::LeftParen, self.at + 1);
            } else {
                self.emit(TokenKind::RightParen, self.at + 1);
                self.suffix(false);
            }
        } else if let Some(kind) = self.sign(c).filter(|_| !after_field) {
            let next = rest[1..].chars().next();
            if kind == TokenKind::Minus && next.is_some_and(char::is_alphanumeric) {
                let end = rest.find(is_blank).unwrap_or(rest.len());
                self.note(NoteKind::Excluded, Span::new(self.at, self.at + end));
            }
            self.emit(kind, self.at + 1);
        } else {
            self.word(after_field);
        }
    }

    /// The operator that a sign is where a word could begin; nothing if it is text.
    fn sign(&self, c: char) -> Option<TokenKind> {
        let kind = match c {
            '+' => TokenKind::Plus,
            '-' => TokenKind::Minus,
            '!' => TokenKind::Not,
            _ => return None,
        };
        let next = self.text[self.at + 1..].chars().next()?;
        let means_itself = is_blank(next)
            || matches!(next, '+' | '-' | '!' | '=' | '<' | '>' | '&' | '|')
            || next == ')'
            || next == '(' && !self.plan.is_paren(self.at + 1);
        (!means_itself).then_some(kind)
    }

    fn word(&mut self, after_field: bool) {
        let start = self.at;
        let mut word = Word::default();
        let mut at = start;
        let mut suffix = None;
        while let Some(c) = self.text[at..].chars().next() {
            if is_blank(c) || self.plan.is_paren(at) || self.plan.unit(at).is_some() {
                break;
            }
            let rest = &self.text[at..];
            match c {
                ':' if !after_field && self.plan.is_colon(at, start) => {
                    self.emit(TokenKind::Term(self.text[start..at].to_owned()), at);
                    self.emit(TokenKind::Colon, at + 1);
                    return;
                }
                '~' | '^' if at > start => {
                    suffix = self.suffix_at(at, false).filter(|_| word.stars == 0 || c == '^');
                    if suffix.is_some() {
                        break;
                    }
                    word.odd = Some(NoteKind::SignAsText);
                    word.push(c);
                }
                '*' | '?' => word.operator(c),
                '\\' => {
                    let unc = at == start && rest.starts_with(r"\\") && rest[2..].starts_with(char::is_alphanumeric);
                    let (c, len) = escape(rest).filter(|_| !unc).unwrap_or(('\\', 1));
                    if len == 1 {
                        word.odd = Some(NoteKind::BackslashAsText);
                    }
                    if unc {
                        word.push('\\');
                        at += 1;
                    }
                    word.push(c);
                    word.escaped = word.escaped || len > 1;
                    at += len;
                    continue;
                }
                _ => {
                    word.odd = word.odd.or(match c {
                        ':' => Some(NoteKind::ColonAsText),
                        '/' => Some(NoteKind::SlashAsText),
                        '"' => Some(NoteKind::QuoteAsText),
                        '(' | ')' => Some(NoteKind::ParenthesisAsText),
                        '[' | ']' | '{' | '}' => Some(NoteKind::BracketAsText),
                        '+' | '-' | '!' if at == start => Some(NoteKind::SignAsText),
                        '~' | '^' => Some(NoteKind::SignAsText),
                        _ => None,
                    });
                    word.push(c);
                }
            }
            at += c.len_utf8();
        }
        let raw = &self.text[start..at];
        if let Some(kind) = word.odd {
            self.note(kind, Span::new(start, at));
        }
        if raw == "*:*" {
            self.emit(TokenKind::Star, start + 1);
            self.emit(TokenKind::Colon, start + 2);
            self.emit(TokenKind::Star, start + 3);
        } else {
            let kind = word.finish(raw, after_field);
            self.emit(kind, at);
        }
        if suffix.is_some() {
            self.suffix(false);
        }
    }

    /// Takes `~n` and `^n` if they stand here and end the word.
    fn suffix(&mut self, phrase: bool) {
        if let Some(tokens) = self.suffix_at(self.at, phrase) {
            for (kind, end) in tokens {
                self.emit(kind, end);
            }
        }
    }

    fn suffix_at(&self, start: usize, phrase: bool) -> Option<Vec<(TokenKind, usize)>> {
        let mut tokens = Vec::new();
        let mut at = start;
        let (mut fuzzy, mut boost) = (false, false);
        while !self.ends(at) {
            let sign = self.text[at..].chars().next().filter(|sign| matches!(sign, '~' | '^'))?;
            let rest = &self.text[at + 1..];
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            match sign {
                '~' if !fuzzy => {
                    let number = &rest[..digits];
                    let good = if phrase { digits > 0 && digits < 10 } else { matches!(number, "" | "0" | "1" | "2") };
                    if !good {
                        return None;
                    }
                    fuzzy = true;
                    at += 1 + digits;
                    tokens.push((TokenKind::Fuzzy(number.to_owned()), at));
                }
                '^' if !boost && digits > 0 && digits < 40 => {
                    let mut len = digits;
                    if rest[len..].starts_with('.') {
                        let fraction = rest[len + 1..].bytes().take_while(u8::is_ascii_digit).count();
                        len += if fraction > 0 { 1 + fraction } else { 0 };
                    }
                    boost = true;
                    tokens.push((TokenKind::Caret, at + 1));
                    at += 1 + len;
                    tokens.push((TokenKind::Number(rest[..len].to_owned()), at));
                }
                _ => return None,
            }
        }
        (!tokens.is_empty()).then_some(tokens)
    }
}

/// A word as it is cut: its text, and its pattern in case it has wildcards.
#[derive(Default)]
struct Word {
    text: String,
    pattern: String,
    stars: usize,
    escaped: bool,
    ends_with_star: bool,
    odd: Option<NoteKind>,
}

impl Word {
    fn push(&mut self, c: char) {
        self.text.push(c);
        if matches!(c, '*' | '?' | '\\') {
            self.pattern.push('\\');
        }
        self.pattern.push(c);
        self.ends_with_star = false;
    }

    fn operator(&mut self, c: char) {
        self.stars += 1;
        self.pattern.push(c);
        self.ends_with_star = c == '*';
    }

    fn finish(self, raw: &str, after_field: bool) -> TokenKind {
        let operator = |word: &str| operator(word).or_else(|| then_operator(word));
        match self.stars {
            0 => match (operator(raw), raw.strip_prefix('\\')) {
                (Some(operator), _) if !after_field => operator,
                (_, Some(word)) if operator(word).is_some() => TokenKind::Term(word.to_owned()),
                _ => TokenKind::Term(self.text),
            },
            1 if self.ends_with_star && self.text.is_empty() => TokenKind::Star,
            1 if self.ends_with_star => TokenKind::Prefix(self.text),
            _ => TokenKind::Wildcard(self.pattern),
        }
    }
}
