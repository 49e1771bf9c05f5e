//! Lucene's `RegExp` syntax to nodes.

use super::node::{EMPTY, Id, MANY, NOTHING, Nodes, Set};
use super::{Classes, RegexpError};

/// Groups and complements inside each other; the query parser's own limit is 64 groups.
const NESTING: usize = 256;

/// The largest code point.
const LAST: u32 = char::MAX as u32;

/// Reads a folded pattern.
pub(super) fn parse(pattern: &str, classes: Classes, nodes: &mut Nodes<'_>) -> Result<Id, RegexpError> {
    let mut reader = Reader { chars: pattern.chars().collect(), at: 0, classes, nodes };
    if pattern.is_empty() {
        return Ok(EMPTY);
    }
    let id = reader.union(0)?;
    if reader.at < reader.chars.len() { Err(RegexpError::Syntax) } else { Ok(id) }
}

struct Reader<'a, 'n> {
    chars: Vec<char>,
    at: usize,
    classes: Classes,
    nodes: &'a mut Nodes<'n>,
}

impl Reader<'_, '_> {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Result<char, RegexpError> {
        let c = self.peek().ok_or(RegexpError::Syntax)?;
        self.at += 1;
        Ok(c)
    }

    fn take(&mut self, expected: char) -> bool {
        let found = self.peek() == Some(expected);
        self.at += usize::from(found);
        found
    }

    fn union(&mut self, depth: usize) -> Result<Id, RegexpError> {
        if depth > NESTING {
            return Err(RegexpError::TooComplex);
        }
        let mut parts = vec![self.intersection(depth)?];
        while self.take('|') {
            parts.push(self.intersection(depth)?);
        }
        self.nodes.any(parts)
    }

    fn intersection(&mut self, depth: usize) -> Result<Id, RegexpError> {
        let mut parts = vec![self.sequence(depth)?];
        while self.take('&') {
            parts.push(self.sequence(depth)?);
        }
        self.nodes.all(parts)
    }

    fn sequence(&mut self, depth: usize) -> Result<Id, RegexpError> {
        let mut parts = vec![self.repeat(depth)?];
        while self.peek().is_some_and(|c| !matches!(c, ')' | '|' | '&')) {
            parts.push(self.repeat(depth)?);
        }
        Ok(self.join(parts))
    }

    fn join(&mut self, parts: Vec<Id>) -> Id {
        parts.into_iter().rev().fold(EMPTY, |rest, part| self.nodes.then(part, rest))
    }

    fn repeat(&mut self, depth: usize) -> Result<Id, RegexpError> {
        let mut id = self.simple(depth)?;
        loop {
            let (min, max) = match self.peek() {
                Some('?') => (0, 1),
                Some('*') => (0, MANY),
                Some('+') => (1, MANY),
                Some('{') => {
                    self.at += 1;
                    let min = self.digits()?;
                    let max = match self.take(',') {
                        false => min,
                        true if self.peek().is_some_and(|c| c.is_ascii_digit()) => self.digits()?,
                        true => MANY,
                    };
                    if self.peek() != Some('}') {
                        return Err(RegexpError::Syntax);
                    }
                    (min, max)
                }
                _ => return Ok(id),
            };
            self.at += 1;
            id = self.nodes.repeat(id, min, max);
        }
    }

    fn digits(&mut self) -> Result<u32, RegexpError> {
        let mut value: Option<u32> = None;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            let so_far = value.unwrap_or(0).checked_mul(10).and_then(|value| value.checked_add(digit));
            value = Some(so_far.filter(|&value| value < 1_000_000_000).ok_or(RegexpError::Syntax)?);
            self.at += 1;
        }
        value.ok_or(RegexpError::Syntax)
    }

    fn simple(&mut self, depth: usize) -> Result<Id, RegexpError> {
        let mut negations = 0;
        while self.take('~') {
            negations += 1;
        }
        let id = self.positive(depth)?;
        Ok(if negations % 2 == 1 { self.nodes.not(id) } else { id })
    }

    fn positive(&mut self, depth: usize) -> Result<Id, RegexpError> {
        match self.next()? {
            '.' => Ok(self.nodes.one(Box::new([(0, LAST)]))),
            '#' => Ok(NOTHING),
            '@' => Ok(self.nodes.not(NOTHING)),
            '"' => {
                let mut parts = Vec::new();
                loop {
                    match self.next()? {
                        '"' => return Ok(self.join(parts)),
                        c => parts.push(self.char(c)),
                    }
                }
            }
            '(' if self.take(')') => Ok(EMPTY),
            '(' => {
                let id = self.union(depth + 1)?;
                if self.take(')') { Ok(id) } else { Err(RegexpError::Syntax) }
            }
            '[' => self.class(),
            '<' => self.interval(),
            '\\' => {
                let c = self.next()?;
                Ok(match self.named(c) {
                    Some(set) => self.nodes.one(set),
                    None => self.char(c),
                })
            }
            c => Ok(self.char(c)),
        }
    }

    fn char(&mut self, c: char) -> Id {
        self.nodes.one(Box::new([(c.into(), c.into())]))
    }

    /// The set that `\c` names.
    fn named(&self, c: char) -> Option<Set> {
        if self.classes == Classes::Unknown {
            return None;
        }
        let runs: &[(u32, u32)] = match c.to_ascii_lowercase() {
            'd' => &[(0x30, 0x39)],
            'w' => &[(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)],
            's' => &[(0x09, 0x0d), (0x20, 0x20)],
            _ => return None,
        };
        Some(if c.is_ascii_uppercase() { complement(runs) } else { runs.into() })
    }

    fn class(&mut self) -> Result<Id, RegexpError> {
        let negated = self.take('^');
        let mut runs = Vec::new();
        loop {
            let escaped = self.take('\\');
            let first = self.next()?;
            if let Some(set) = escaped.then(|| self.named(first)).flatten() {
                runs.extend_from_slice(&set);
            } else {
                let mut last = first;
                if self.take('-') {
                    self.take('\\');
                    last = self.next()?;
                }
                if last < first {
                    return Err(RegexpError::Syntax);
                }
                runs.push((first.into(), last.into()));
            }
            if self.take(']') {
                break;
            }
        }
        let set = normal(runs);
        Ok(self.nodes.one(if negated { complement(&set) } else { set }))
    }

    /// `<n-m>`: a number from n to m; with as many digits as both have, or else with any zeros before it.
    fn interval(&mut self) -> Result<Id, RegexpError> {
        let from = self.at;
        let low = self.digits()?;
        let low_len = self.at - from;
        if !self.take('-') {
            return Err(RegexpError::Syntax);
        }
        let from = self.at;
        let high = self.digits()?;
        let high_len = self.at - from;
        if !self.take('>') {
            return Err(RegexpError::Syntax);
        }
        let (low, high) = (low.min(high), low.max(high));
        if low_len == high_len {
            return self.numbers(&fixed(low, low_len), &fixed(high, low_len));
        }
        let mut parts = Vec::new();
        for len in 1..=high.to_string().len() {
            let least = if len == 1 { 0 } else { 10u32.pow(len as u32 - 1) };
            let most = least.max(1).saturating_mul(10) - 1;
            let most = if len == 1 { 9 } else { most };
            let (low, high) = (low.max(least), high.min(most));
            if low <= high {
                parts.push(self.numbers(&fixed(low, len), &fixed(high, len))?);
            }
        }
        let numbers = self.nodes.any(parts)?;
        let zero = self.char('0');
        let zeros = self.nodes.repeat(zero, 0, MANY);
        Ok(self.nodes.then(zeros, numbers))
    }

    /// Numbers of as many digits as both have, from `low` to `high`.
    fn numbers(&mut self, low: &[u32], high: &[u32]) -> Result<Id, RegexpError> {
        let ([low_digit, low_rest @ ..], [high_digit, high_rest @ ..]) = (low, high) else { return Ok(EMPTY) };
        let digits = |from: u32, to: u32| -> Set { [(0x30 + from, 0x30 + to)].into() };
        let len = low_rest.len() as u32;
        if low_digit == high_digit {
            let head = self.nodes.one(digits(*low_digit, *low_digit));
            let rest = self.numbers(low_rest, high_rest)?;
            return Ok(self.nodes.then(head, rest));
        }
        let all_nines = vec![9; low_rest.len()];
        let all_zeros = vec![0; low_rest.len()];
        let head = self.nodes.one(digits(*low_digit, *low_digit));
        let rest = self.numbers(low_rest, &all_nines)?;
        let mut parts = vec![self.nodes.then(head, rest)];
        let head = self.nodes.one(digits(*high_digit, *high_digit));
        let rest = self.numbers(&all_zeros, high_rest)?;
        parts.push(self.nodes.then(head, rest));
        if low_digit + 1 < *high_digit {
            let head = self.nodes.one(digits(low_digit + 1, high_digit - 1));
            let any = self.nodes.one(digits(0, 9));
            let rest = self.nodes.repeat(any, len, len);
            parts.push(self.nodes.then(head, rest));
        }
        self.nodes.any(parts)
    }
}

/// The digits of a number, with zeros before it.
fn fixed(value: u32, len: usize) -> Vec<u32> {
    format!("{value:0len$}").bytes().map(|digit| u32::from(digit - b'0')).collect()
}

fn normal(mut runs: Vec<(u32, u32)>) -> Set {
    runs.sort_unstable();
    let mut out: Vec<(u32, u32)> = Vec::new();
    for run in runs {
        match out.last_mut() {
            Some(last) if run.0 <= last.1 + 1 => last.1 = last.1.max(run.1),
            _ => out.push(run),
        }
    }
    out.into()
}

fn complement(runs: &[(u32, u32)]) -> Set {
    let mut out = Vec::new();
    let mut from = 0;
    for run in runs {
        if from < run.0 {
            out.push((from, run.0 - 1));
        }
        from = run.1 + 1;
    }
    if from <= LAST {
        out.push((from, LAST));
    }
    out.into()
}
