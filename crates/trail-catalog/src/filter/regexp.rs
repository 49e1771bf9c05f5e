//! Lucene's regular expressions, by derivatives: after each character the expression that the rest must match.
//!
//! Complement and intersection are as simple as the rest. Expressions are shared and kept in a normal form, so that
//! there are few; their number is limited.

use std::collections::HashMap;
use std::sync::Mutex;

/// Groups inside each other; the parser of queries has the same limit.
const NESTING: usize = 64;

type Id = u32;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Node {
    /// No text.
    Nothing,
    /// The empty text.
    Empty,
    /// One character of these ranges.
    Class(Vec<(char, char)>),
    Concat(Id, Id),
    Union(Vec<Id>),
    Both(Vec<Id>),
    Not(Id),
    /// At least and at most so many times.
    Repeat(Id, u32, Option<u32>),
}

/// A regular expression that must match a whole term.
pub struct Regexp {
    pattern: String,
    start: Id,
    arena: Mutex<Arena>,
}

impl std::fmt::Debug for Regexp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Regexp({})", self.pattern)
    }
}

impl PartialEq for Regexp {
    fn eq(&self, other: &Regexp) -> bool {
        self.pattern == other.pattern
    }
}

impl Regexp {
    /// Reads a pattern that may turn into so many expressions; `None` if it is none.
    pub fn new(pattern: &str, states_max: usize) -> Option<Regexp> {
        let mut arena = Arena { states_max, ..Arena::default() };
        let chars: Vec<char> = pattern.chars().collect();
        let mut parser = Parser { chars: &chars, at: 0, arena: &mut arena };
        let start = if chars.is_empty() { parser.arena.add(Node::Empty) } else { parser.union(0)? };
        if parser.at < chars.len() {
            return None;
        }
        Some(Regexp { pattern: pattern.to_owned(), start, arena: Mutex::new(arena) })
    }

    /// Whether a whole text matches.
    ///
    /// # Errors
    /// The limit, if the pattern needs more states than that.
    pub fn matches(&self, text: &str) -> Result<bool, usize> {
        let mut arena = self.arena.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut state = self.start;
        for c in text.chars() {
            state = arena.after(state, c);
            if arena.nodes.len() > arena.states_max {
                return Err(arena.states_max);
            }
            if arena.nodes[state as usize] == Node::Nothing {
                return Ok(false);
            }
        }
        Ok(arena.nullable[state as usize])
    }
}

#[derive(Default)]
struct Arena {
    /// The most expressions that one pattern may turn into.
    states_max: usize,
    nodes: Vec<Node>,
    nullable: Vec<bool>,
    ids: HashMap<Node, Id>,
    steps: HashMap<(Id, char), Id>,
}

impl Arena {
    fn add(&mut self, node: Node) -> Id {
        if let Some(id) = self.ids.get(&node) {
            return *id;
        }
        let is = |id: &Id| self.nullable[*id as usize];
        let nullable = match &node {
            Node::Nothing | Node::Class(_) => false,
            Node::Empty => true,
            Node::Concat(a, b) => is(a) && is(b),
            Node::Union(parts) => parts.iter().any(is),
            Node::Both(parts) => parts.iter().all(is),
            Node::Not(of) => !is(of),
            Node::Repeat(of, min, _) => *min == 0 || is(of),
        };
        let id = self.nodes.len() as Id;
        self.nodes.push(node.clone());
        self.nullable.push(nullable);
        self.ids.insert(node, id);
        id
    }

    fn concat(&mut self, a: Id, b: Id) -> Id {
        match (&self.nodes[a as usize], &self.nodes[b as usize]) {
            (Node::Empty, _) => b,
            (Node::Nothing, _) => a,
            (_, Node::Nothing) => b,
            (_, Node::Empty) => a,
            // To the right, so that equal expressions look equal.
            (Node::Concat(first, rest), _) => {
                let (first, rest) = (*first, *rest);
                let rest = self.concat(rest, b);
                self.add(Node::Concat(first, rest))
            }
            _ => self.add(Node::Concat(a, b)),
        }
    }

    fn union(&mut self, parts: Vec<Id>) -> Id {
        let mut flat = Vec::new();
        for part in parts {
            match &self.nodes[part as usize] {
                Node::Nothing => {}
                Node::Union(inner) => flat.extend(inner),
                _ => flat.push(part),
            }
        }
        flat.sort_unstable();
        flat.dedup();
        match flat.len() {
            0 => self.add(Node::Nothing),
            1 => flat[0],
            _ => self.add(Node::Union(flat)),
        }
    }

    fn both(&mut self, parts: Vec<Id>) -> Id {
        let mut flat = Vec::new();
        for part in parts {
            match &self.nodes[part as usize] {
                Node::Nothing => return part,
                Node::Both(inner) => flat.extend(inner),
                _ => flat.push(part),
            }
        }
        flat.sort_unstable();
        flat.dedup();
        if flat.len() == 1 { flat[0] } else { self.add(Node::Both(flat)) }
    }

    fn not(&mut self, of: Id) -> Id {
        match &self.nodes[of as usize] {
            Node::Not(inner) => *inner,
            _ => self.add(Node::Not(of)),
        }
    }

    fn repeat(&mut self, of: Id, min: u32, max: Option<u32>) -> Id {
        match (min, max) {
            (_, Some(max)) if max < min => self.add(Node::Nothing),
            (_, Some(0)) => self.add(Node::Empty),
            (1, Some(1)) => of,
            _ => match &self.nodes[of as usize] {
                Node::Empty => of,
                Node::Nothing if min > 0 => of,
                Node::Nothing => self.add(Node::Empty),
                Node::Repeat(_, 0, None) => of,
                _ => self.add(Node::Repeat(of, min, max)),
            },
        }
    }

    fn text(&mut self, text: &[char]) -> Id {
        let mut whole = self.add(Node::Empty);
        for c in text.iter().rev() {
            let one = self.add(Node::Class(vec![(*c, *c)]));
            whole = self.concat(one, whole);
        }
        whole
    }

    /// What must follow after `c`.
    fn after(&mut self, id: Id, c: char) -> Id {
        if let Some(step) = self.steps.get(&(id, c)) {
            return *step;
        }
        let step = if self.nodes.len() > self.states_max {
            // Over the limit: the caller gives up at once.
            id
        } else {
            self.derive(id, c)
        };
        self.steps.insert((id, c), step);
        step
    }

    fn derive(&mut self, id: Id, c: char) -> Id {
        match self.nodes[id as usize].clone() {
            Node::Nothing | Node::Empty => self.add(Node::Nothing),
            Node::Class(ranges) => {
                let inside = ranges.iter().any(|(low, high)| (*low..=*high).contains(&c));
                self.add(if inside { Node::Empty } else { Node::Nothing })
            }
            Node::Concat(first, rest) => {
                let after_first = self.after(first, c);
                let mut parts = vec![self.concat(after_first, rest)];
                if self.nullable[first as usize] {
                    parts.push(self.after(rest, c));
                }
                self.union(parts)
            }
            Node::Union(parts) => {
                let parts = parts.into_iter().map(|part| self.after(part, c)).collect();
                self.union(parts)
            }
            Node::Both(parts) => {
                let parts = parts.into_iter().map(|part| self.after(part, c)).collect();
                self.both(parts)
            }
            Node::Not(of) => {
                let after = self.after(of, c);
                self.not(after)
            }
            Node::Repeat(of, min, max) => {
                let after = self.after(of, c);
                let rest = self.repeat(of, min.saturating_sub(1), max.map(|max| max - 1));
                self.concat(after, rest)
            }
        }
    }
}

struct Parser<'a> {
    chars: &'a [char],
    at: usize,
    arena: &'a mut Arena,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn take(&mut self, expected: char) -> bool {
        let found = self.peek() == Some(expected);
        self.at += usize::from(found);
        found
    }

    fn union(&mut self, depth: usize) -> Option<Id> {
        if depth > NESTING {
            return None;
        }
        let mut parts = vec![self.intersection(depth)?];
        while self.take('|') {
            parts.push(self.intersection(depth)?);
        }
        Some(self.arena.union(parts))
    }

    fn intersection(&mut self, depth: usize) -> Option<Id> {
        let mut parts = vec![self.concatenation(depth)?];
        while self.take('&') {
            parts.push(self.concatenation(depth)?);
        }
        Some(if parts.len() == 1 { parts[0] } else { self.arena.both(parts) })
    }

    fn concatenation(&mut self, depth: usize) -> Option<Id> {
        let mut parts = vec![self.repetition(depth)?];
        while self.peek().is_some_and(|c| !matches!(c, ')' | '|' | '&')) {
            parts.push(self.repetition(depth)?);
        }
        let mut whole = parts.pop()?;
        while let Some(part) = parts.pop() {
            whole = self.arena.concat(part, whole);
        }
        Some(whole)
    }

    fn repetition(&mut self, depth: usize) -> Option<Id> {
        let mut inverted = false;
        while self.take('~') {
            inverted = !inverted;
        }
        let mut of = self.simple(depth)?;
        // The complement binds tighter than a repetition.
        if inverted {
            of = self.arena.not(of);
        }
        loop {
            of = match self.peek() {
                Some('?') => self.arena.repeat(of, 0, Some(1)),
                Some('*') => self.arena.repeat(of, 0, None),
                Some('+') => self.arena.repeat(of, 1, None),
                Some('{') => {
                    self.at += 1;
                    let min = self.number()?;
                    let max = if self.take(',') { self.number_if_any()? } else { Some(min) };
                    if self.peek() != Some('}') {
                        return None;
                    }
                    self.arena.repeat(of, min, max)
                }
                _ => return Some(of),
            };
            self.at += 1;
        }
    }

    fn number(&mut self) -> Option<u32> {
        self.number_if_any()?
    }

    fn number_if_any(&mut self) -> Option<Option<u32>> {
        let digits: String = self.chars[self.at..].iter().take_while(|c| c.is_ascii_digit()).collect();
        self.at += digits.len();
        if digits.is_empty() { Some(None) } else { digits.parse().ok().map(Some) }
    }

    fn simple(&mut self, depth: usize) -> Option<Id> {
        let c = self.peek()?;
        self.at += 1;
        Some(match c {
            '.' => self.arena.add(Node::Class(vec![(char::MIN, char::MAX)])),
            '#' => self.arena.add(Node::Nothing),
            '@' => {
                let any = self.arena.add(Node::Class(vec![(char::MIN, char::MAX)]));
                self.arena.repeat(any, 0, None)
            }
            '"' => {
                let text = self.until('"')?;
                self.arena.text(&text)
            }
            '(' if self.take(')') => self.arena.add(Node::Empty),
            '(' => {
                let inner = self.union(depth + 1)?;
                if !self.take(')') {
                    return None;
                }
                inner
            }
            '[' => self.class()?,
            '<' => self.interval()?,
            '\\' => {
                let escaped = self.peek()?;
                self.at += 1;
                self.arena.text(&[escaped])
            }
            other => self.arena.text(&[other]),
        })
    }

    fn until(&mut self, end: char) -> Option<Vec<char>> {
        let length = self.chars[self.at..].iter().position(|c| *c == end)?;
        let text = self.chars[self.at..self.at + length].to_vec();
        self.at += length + 1;
        Some(text)
    }

    fn class(&mut self) -> Option<Id> {
        let inverted = self.take('^');
        let mut ranges = Vec::new();
        loop {
            let low = self.class_char()?;
            let high = if self.take('-') { self.class_char()? } else { low };
            if high < low {
                return None;
            }
            ranges.push((low, high));
            if self.take(']') {
                break;
            }
        }
        let class = self.arena.add(Node::Class(ranges));
        if !inverted {
            return Some(class);
        }
        let any = self.arena.add(Node::Class(vec![(char::MIN, char::MAX)]));
        let others = self.arena.not(class);
        Some(self.arena.both(vec![any, others]))
    }

    fn class_char(&mut self) -> Option<char> {
        self.take('\\');
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    /// `<n-m>`: a number in the interval; with leading zeros to the same length if both ends have one length.
    fn interval(&mut self) -> Option<Id> {
        let inside: String = self.until('>')?.into_iter().collect();
        let (low, high) = inside.split_once('-')?;
        let is_number = |text: &str| !text.is_empty() && text.len() < 10 && text.bytes().all(|b| b.is_ascii_digit());
        if !is_number(low) || !is_number(high) {
            return None;
        }
        let fixed = (low.len() == high.len()).then_some(low.len());
        let (mut low, mut high): (u32, u32) = (low.parse().ok()?, high.parse().ok()?);
        if low > high {
            std::mem::swap(&mut low, &mut high);
        }
        let digits = fixed.unwrap_or(high.to_string().len());
        let digit = self.arena.add(Node::Class(vec![('0', '9')]));
        let wide = self.between(&format!("{low:0digits$}"), &format!("{high:0digits$}"), digit);
        if fixed.is_some() {
            return Some(wide);
        }
        // Any number of leading zeros, also fewer than the widest number has: numbers of each length.
        let mut parts = Vec::new();
        for length in low.to_string().len()..=digits {
            let least = low.max(if length == 1 { 0 } else { 10_u32.pow(length as u32 - 1) });
            let most = high.min((10_u64.pow(length as u32) - 1) as u32);
            if least <= most {
                parts.push(self.between(&format!("{least:0length$}"), &format!("{most:0length$}"), digit));
            }
        }
        let numbers = self.arena.union(parts);
        let zero = self.arena.text(&['0']);
        let zeros = self.arena.repeat(zero, 0, None);
        Some(self.arena.concat(zeros, numbers))
    }

    /// Texts of digits of one length from `low` to `high`.
    fn between(&mut self, low: &str, high: &str, digit: Id) -> Id {
        let (Some(a), Some(b)) = (low.chars().next(), high.chars().next()) else {
            return self.arena.add(Node::Empty);
        };
        let rest = low.len() - 1;
        let step = |c: char, by: i8| char::from((c as u8).wrapping_add_signed(by));
        let one = |parser: &mut Self, from: char, to: char, then: Id| {
            let class = parser.arena.add(Node::Class(vec![(from, to)]));
            parser.arena.concat(class, then)
        };
        if a == b {
            let then = self.between(&low[1..], &high[1..], digit);
            return one(self, a, b, then);
        }
        let lowest = self.between(&low[1..], &"9".repeat(rest), digit);
        let highest = self.between(&"0".repeat(rest), &high[1..], digit);
        let mut parts = vec![one(self, a, a, lowest), one(self, b, b, highest)];
        if step(a, 1) <= step(b, -1) {
            let then = self.arena.repeat(digit, rest as u32, Some(rest as u32));
            parts.push(one(self, step(a, 1), step(b, -1), then));
        }
        self.arena.union(parts)
    }
}
