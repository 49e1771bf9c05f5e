//! Lucene's own token rules: the longest match wins, and of equally long ones the first in the order below.
//!
//! Three states: normal, after `^` (only a number) and inside a range.

use crate::escape::unescape;
use crate::token::{Token, TokenKind, continues_term, is_blank, operator, starts_term};
use crate::{ErrorKind, ParseError, Span};

/// Splits a query into tokens.
pub(crate) fn lex(text: &str) -> Result<Vec<Token>, ParseError> {
    let mut lexer = Lexer { text, at: 0, tokens: Vec::new() };
    while lexer.at < text.len() {
        lexer.normal()?;
    }
    Ok(lexer.tokens)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Takes `len` bytes as a token.
    fn emit(&mut self, kind: TokenKind, len: usize) {
        let span = Span::new(self.at, self.at + len);
        self.tokens.push(Token { kind, span });
        self.at = span.end;
    }

    fn normal(&mut self) -> Result<(), ParseError> {
        let rest = self.rest();
        let Some(c) = rest.chars().next() else { return Ok(()) };
        if is_blank(c) {
            self.at += c.len_utf8();
            return Ok(());
        }
        let blank_follows = rest[c.len_utf8()..].chars().next().is_some_and(is_blank);
        match c {
            '+' | '-' | '!' if blank_follows => self.emit(TokenKind::BareOperator(c), 1),
            '+' => self.emit(TokenKind::Plus, 1),
            '-' => self.emit(TokenKind::Minus, 1),
            '!' => self.emit(TokenKind::Not, 1),
            '(' => self.emit(TokenKind::LeftParen, 1),
            ')' => self.emit(TokenKind::RightParen, 1),
            ':' => self.emit(TokenKind::Colon, 1),
            '^' => {
                self.emit(TokenKind::Caret, 1);
                self.number()?;
            }
            '"' => self.quoted()?,
            '~' => self.fuzzy()?,
            '/' => self.regexp()?,
            '[' | '{' => {
                self.emit(TokenKind::RangeStart { inclusive: c == '[' }, 1);
                self.range(usize::MAX)?;
            }
            ']' | '}' => {
                let span = Span::new(self.at, self.at + 1);
                return Err(ParseError::new(ErrorKind::UnexpectedCharacter, self.text, span, "a term")
                    .hint("escape a bracket with a backslash"));
            }
            _ => self.word()?,
        }
        Ok(())
    }

    /// A term, prefix, wildcard word or operator.
    fn word(&mut self) -> Result<(), ParseError> {
        let rest = self.rest();
        let mut len = 0;
        let mut wildcards = 0;
        let mut chars = rest.char_indices();
        while let Some((i, c)) = chars.next() {
            match c {
                '\\' => {
                    let Some((_, escaped)) = chars.next() else { return Err(self.lone_backslash(self.at + i)) };
                    len = i + 1 + escaped.len_utf8();
                }
                '*' | '?' => {
                    wildcards += 1;
                    len = i + 1;
                }
                _ if continues_term(c) && (i > 0 || starts_term(c)) => len = i + c.len_utf8(),
                _ => break,
            }
        }
        let image = &rest[..len];
        let kind = match (wildcards, image) {
            (0, _) => match operator(image) {
                Some(kind) => kind,
                None => TokenKind::Term(unescape(image, self.at, self.text)?),
            },
            (1, "*") => TokenKind::Star,
            (1, _) if ends_with_bare_star(image) => TokenKind::Prefix(unescape(&image[..len - 1], self.at, self.text)?),
            _ => {
                unescape(image, self.at, self.text)?;
                TokenKind::Wildcard(image.to_owned())
            }
        };
        self.emit(kind, len);
        Ok(())
    }

    fn quoted(&mut self) -> Result<(), ParseError> {
        let rest = self.rest();
        let mut chars = rest.char_indices().skip(1);
        while let Some((i, c)) = chars.next() {
            match c {
                '\\' => {
                    chars.next();
                }
                '"' => {
                    let text = unescape(&rest[1..i], self.at + 1, self.text)?;
                    self.emit(TokenKind::Quoted(text), i + 1);
                    return Ok(());
                }
                _ => {}
            }
        }
        let span = Span::new(self.at, self.text.len());
        Err(ParseError::new(ErrorKind::Unterminated, self.text, span, "a closing quote")
            .hint(r#"write \" for a quote that is part of the text"#))
    }

    fn fuzzy(&mut self) -> Result<(), ParseError> {
        let rest = self.rest();
        let mut len = 1;
        let mut chars = rest.char_indices().skip(1);
        while let Some((i, c)) = chars.next() {
            match c {
                '\\' => {
                    let Some((_, escaped)) = chars.next() else { return Err(self.lone_backslash(self.at + i)) };
                    len = i + 1 + escaped.len_utf8();
                }
                _ if continues_term(c) => len = i + c.len_utf8(),
                _ => break,
            }
        }
        self.emit(TokenKind::Fuzzy(rest[1..len].to_owned()), len);
        Ok(())
    }

    /// The longest match: a slash after a backslash may end the pattern, but goes on if another slash follows.
    fn regexp(&mut self) -> Result<(), ParseError> {
        let rest = self.rest();
        let Some(len) = longest_delimited(rest, '/') else {
            let span = Span::new(self.at, self.text.len());
            return Err(ParseError::new(ErrorKind::Unterminated, self.text, span, "a closing slash")
                .hint(r"write \/ for a slash that is part of the text"));
        };
        let image = &rest[..len];
        unescape(image, self.at, self.text)?;
        self.emit(TokenKind::Regexp(image[1..len - 1].to_owned()), len);
        Ok(())
    }

    fn number(&mut self) -> Result<(), ParseError> {
        let rest = self.rest();
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let mut len = digits(rest);
        if len == 0 {
            if rest.is_empty() {
                return Ok(());
            }
            let span = Span::new(self.at, self.at + rest.chars().next().map_or(0, char::len_utf8));
            return Err(ParseError::new(ErrorKind::UnexpectedCharacter, self.text, span, "a number right after `^`")
                .hint(r"a boost is written `word^2` or `word^0.5`; write \^ for a caret that is part of the text"));
        }
        if rest[len..].starts_with('.') {
            let fraction = digits(&rest[len + 1..]);
            if fraction > 0 {
                len += 1 + fraction;
            }
        }
        self.emit(TokenKind::Number(rest[..len].to_owned()), len);
        Ok(())
    }

    /// Everything up to the bracket that closes the range, or the end of the text.
    /// Stops after `most` tokens.
    fn range(&mut self, most: usize) -> Result<(), ParseError> {
        while let Some(c) = self.rest().chars().next().filter(|_| self.tokens.len() < most) {
            let rest = self.rest();
            if matches!(c, ']' | '}') {
                self.emit(TokenKind::RangeEnd { inclusive: c == ']' }, 1);
                return Ok(());
            }
            let bound = rest.find([' ', ']', '}']).unwrap_or(rest.len());
            let quoted = if c == '"' { longest_delimited(rest, '"').unwrap_or(0) } else { 0 };
            if is_blank(c) && bound <= c.len_utf8() {
                self.at += c.len_utf8();
            } else if &rest[..bound] == "TO" {
                self.emit(TokenKind::RangeTo, bound);
            } else if quoted >= bound {
                let text = unescape(&rest[1..quoted - 1], self.at + 1, self.text)?;
                self.emit(TokenKind::RangeQuoted(text), quoted);
            } else {
                self.emit(TokenKind::RangeBound(rest[..bound].to_owned()), bound);
            }
        }
        Ok(())
    }

    #[cold]
    fn lone_backslash(&self, at: usize) -> ParseError {
        ParseError::new(ErrorKind::BadEscape, self.text, Span::new(at, at + 1), "a character after the backslash")
            .hint(r"write \\ for a backslash")
    }
}

/// Whether the last character is a star that no backslash escapes.
fn ends_with_bare_star(image: &str) -> bool {
    image.strip_suffix('*').is_some_and(|before| before.bytes().rev().take_while(|&b| b == b'\\').count() % 2 == 0)
}

/// The length of the longest text that begins with `delimiter` and ends with the first bare one after it; one after a
/// backslash may end it too if no later one can. That is what Lucene's token definition amounts to.
fn longest_delimited(rest: &str, delimiter: char) -> Option<usize> {
    let mut longest = None;
    let mut before = delimiter;
    for (i, c) in rest.char_indices().skip(1) {
        if c == delimiter {
            longest = Some(i + 1);
            if before != '\\' {
                break;
            }
        }
        before = c;
    }
    longest
}

/// Brackets, ends and `TO`.
const RANGE_TOKENS: usize = 5;

/// The tokens of a whole range that begins at byte `at` with its bracket; nothing if it is none.
pub(crate) fn lex_range(text: &str, at: usize) -> Option<Vec<Token>> {
    let mut lexer = Lexer { text, at, tokens: Vec::new() };
    let inclusive = lexer.rest().starts_with('[');
    lexer.emit(TokenKind::RangeStart { inclusive }, 1);
    lexer.range(RANGE_TOKENS).ok()?;
    let is_bound = |token: &Token| {
        matches!(token.kind, TokenKind::RangeTo | TokenKind::RangeQuoted(_))
            || matches!(&token.kind, TokenKind::RangeBound(text) if unescape(text, 0, text).is_ok())
    };
    match lexer.tokens.as_slice() {
        [_, lower, Token { kind: TokenKind::RangeTo, .. }, upper, Token { kind: TokenKind::RangeEnd { .. }, .. }]
            if is_bound(lower) && is_bound(upper) =>
        {
            Some(lexer.tokens)
        }
        _ => None,
    }
}
