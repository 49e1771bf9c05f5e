//! Lucene's regular expressions by derivatives: what is left to match after each character.
//!
//! The pattern matches whole tokens. `. ? * + | ( ) [ ] [^ ] { }` as usual, `"text"` literally, `@` any text, `#` nothing,
//! `~x` everything but x, `x&y` both, `<n-m>` a number, `\d \w \s` classes of ASCII, `\x` any other character itself. What
//! binds: `|`, then `&`, then a row, then repetition, then `~`.

use std::collections::BTreeSet;
use std::rc::Rc;

use rustc_hash::FxHashMap;

/// A set of texts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Set {
    /// None.
    Nothing,
    /// The empty one.
    Empty,
    /// One character, in or not in these ranges.
    Char {
        ranges: Vec<(char, char)>,
        negated: bool,
    },
    /// Decimal numbers; `read` has been read of them, without leading zeros where their number is free.
    Number {
        low: u64,
        high: u64,
        digits: Option<usize>,
        read: Option<String>,
    },
    /// One after the other.
    Row(Rc<Set>, Rc<Set>),
    /// Any number of times.
    Star(Rc<Set>),
    Or(BTreeSet<Rc<Set>>),
    And(BTreeSet<Rc<Set>>),
    Not(Rc<Set>),
}

fn any() -> Rc<Set> {
    Rc::new(Set::Star(Rc::new(Set::Char { ranges: Vec::new(), negated: true })))
}

fn row(first: Rc<Set>, second: Rc<Set>) -> Rc<Set> {
    match (&*first, &*second) {
        (Set::Nothing, _) | (_, Set::Nothing) => Rc::new(Set::Nothing),
        (Set::Empty, _) => second,
        (_, Set::Empty) => first,
        (Set::Row(a, b), _) => row(a.clone(), row(b.clone(), second)),
        _ => Rc::new(Set::Row(first, second)),
    }
}

fn star(set: Rc<Set>) -> Rc<Set> {
    match &*set {
        Set::Nothing | Set::Empty => Rc::new(Set::Empty),
        Set::Star(_) => set,
        _ => Rc::new(Set::Star(set)),
    }
}

fn or(sets: impl IntoIterator<Item = Rc<Set>>) -> Rc<Set> {
    let mut flat = BTreeSet::new();
    for set in sets {
        match &*set {
            Set::Nothing => {}
            Set::Or(inner) => flat.extend(inner.iter().cloned()),
            _ => drop(flat.insert(set)),
        }
    }
    match flat.len() {
        0 => Rc::new(Set::Nothing),
        1 => flat.pop_first().unwrap_or_else(any),
        _ => Rc::new(Set::Or(flat)),
    }
}

fn and(sets: impl IntoIterator<Item = Rc<Set>>) -> Rc<Set> {
    let mut flat = BTreeSet::new();
    for set in sets {
        match &*set {
            Set::Nothing => return set,
            Set::And(inner) => flat.extend(inner.iter().cloned()),
            _ => drop(flat.insert(set)),
        }
    }
    match flat.len() {
        0 => any(),
        1 => flat.pop_first().unwrap_or_else(any),
        _ => Rc::new(Set::And(flat)),
    }
}

fn not(set: Rc<Set>) -> Rc<Set> {
    match &*set {
        Set::Not(inner) => inner.clone(),
        _ => Rc::new(Set::Not(set)),
    }
}

/// Whether the empty text is in it.
fn has_empty(set: &Set) -> bool {
    match set {
        Set::Nothing | Set::Char { .. } => false,
        Set::Empty | Set::Star(_) => true,
        Set::Row(first, second) => has_empty(first) && has_empty(second),
        Set::Or(sets) => sets.iter().any(|set| has_empty(set)),
        Set::And(sets) => sets.iter().all(|set| has_empty(set)),
        Set::Not(set) => !has_empty(set),
        Set::Number { low, high, digits, read } => read.as_ref().is_some_and(|read| {
            let value = if read.is_empty() { Some(0) } else { read.parse::<u64>().ok() };
            value.is_some_and(|value| (*low..=*high).contains(&value))
                && digits.is_none_or(|digits| read.len() == digits)
        }),
    }
}

/// What may follow `c`.
fn after(set: &Rc<Set>, c: char) -> Rc<Set> {
    match &**set {
        Set::Nothing | Set::Empty => Rc::new(Set::Nothing),
        Set::Char { ranges, negated } => {
            let inside = ranges.iter().any(|range| range.0 <= c && c <= range.1);
            Rc::new(if inside != *negated { Set::Empty } else { Set::Nothing })
        }
        Set::Number { low, high, digits, read } => {
            if !c.is_ascii_digit() {
                return Rc::new(Set::Nothing);
            }
            let mut read = read.clone().unwrap_or_default();
            read.push(c);
            if digits.is_none() {
                read = read.trim_start_matches('0').to_owned();
            }
            let most = digits.unwrap_or_else(|| high.to_string().len());
            if read.len() > most {
                return Rc::new(Set::Nothing);
            }
            Rc::new(Set::Number { low: *low, high: *high, digits: *digits, read: Some(read) })
        }
        Set::Row(first, second) => {
            let through = row(after(first, c), second.clone());
            if has_empty(first) { or([through, after(second, c)]) } else { through }
        }
        Set::Star(inner) => row(after(inner, c), set.clone()),
        Set::Or(sets) => or(sets.iter().map(|set| after(set, c))),
        Set::And(sets) => and(sets.iter().map(|set| after(set, c))),
        Set::Not(inner) => not(after(inner, c)),
    }
}

/// A pattern and what has been learned of it.
pub(crate) struct Regexp {
    states: Vec<Rc<Set>>,
    numbers: FxHashMap<Rc<Set>, usize>,
    moves: FxHashMap<(usize, char), usize>,
}

impl Regexp {
    /// Reads a pattern as it stands between the slashes; nothing if it is none.
    pub(crate) fn new(pattern: &str) -> Option<Regexp> {
        let mut reader = Reader { chars: pattern.chars().collect(), at: 0 };
        let set = if reader.chars.is_empty() { Rc::new(Set::Empty) } else { reader.union()? };
        (reader.at == reader.chars.len()).then(|| Regexp {
            states: vec![set.clone()],
            numbers: FxHashMap::from_iter([(set, 0)]),
            moves: FxHashMap::default(),
        })
    }

    /// Whether the whole text matches.
    pub(crate) fn matches(&mut self, text: &str) -> bool {
        let mut state = 0;
        for c in text.chars() {
            state = match self.moves.get(&(state, c)) {
                Some(&next) => next,
                None => {
                    let next = after(&self.states[state], c);
                    let number = *self.numbers.entry(next.clone()).or_insert(self.states.len());
                    if number == self.states.len() {
                        self.states.push(next);
                    }
                    self.moves.insert((state, c), number);
                    number
                }
            };
            if *self.states[state] == Set::Nothing {
                return false;
            }
        }
        has_empty(&self.states[state])
    }
}

struct Reader {
    chars: Vec<char>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek();
        self.at += usize::from(c.is_some());
        c
    }

    fn takes(&mut self, c: char) -> bool {
        let is = self.peek() == Some(c);
        self.at += usize::from(is);
        is
    }

    fn union(&mut self) -> Option<Rc<Set>> {
        let mut sets = vec![self.both()?];
        while self.takes('|') {
            sets.push(self.both()?);
        }
        Some(or(sets))
    }

    fn both(&mut self) -> Option<Rc<Set>> {
        let mut sets = vec![self.in_a_row()?];
        while self.takes('&') {
            sets.push(self.in_a_row()?);
        }
        Some(and(sets))
    }

    fn in_a_row(&mut self) -> Option<Rc<Set>> {
        let mut sets = vec![self.repeated()?];
        while self.peek().is_some_and(|c| !")|&".contains(c)) {
            sets.push(self.repeated()?);
        }
        sets.into_iter().rev().reduce(|after, before| row(before, after))
    }

    fn repeated(&mut self) -> Option<Rc<Set>> {
        let mut set = self.complement()?;
        loop {
            set = if self.takes('?') {
                or([set, Rc::new(Set::Empty)])
            } else if self.takes('*') {
                star(set)
            } else if self.takes('+') {
                row(set.clone(), star(set))
            } else if self.takes('{') {
                self.counted(&set)?
            } else {
                return Some(set);
            };
        }
    }

    /// `n}`, `n,}` or `n,m}`.
    fn counted(&mut self, set: &Rc<Set>) -> Option<Rc<Set>> {
        let least = self.number()?;
        let most = if self.takes(',') { self.number() } else { Some(least) };
        if !self.takes('}') {
            return None;
        }
        let times = |count: u64| (0..count).fold(Rc::new(Set::Empty), |so_far, _| row(set.clone(), so_far));
        Some(match most {
            None => row(times(least), star(set.clone())),
            Some(most) if most < least => Rc::new(Set::Nothing),
            Some(most) => {
                let optional = or([set.clone(), Rc::new(Set::Empty)]);
                (least..most).fold(times(least), |so_far, _| row(so_far, optional.clone()))
            }
        })
    }

    fn number(&mut self) -> Option<u64> {
        let mut digits = String::new();
        while let Some(c) = self.peek().filter(char::is_ascii_digit) {
            digits.push(c);
            self.at += 1;
        }
        digits.parse().ok()
    }

    fn complement(&mut self) -> Option<Rc<Set>> {
        if self.takes('~') { Some(not(self.complement()?)) } else { self.class() }
    }

    fn class(&mut self) -> Option<Rc<Set>> {
        if !self.takes('[') {
            return self.simple();
        }
        let negated = self.takes('^');
        let mut ranges = Vec::new();
        loop {
            if self.peek() == Some('\\') && self.chars.get(self.at + 1).and_then(|c| named(*c)).is_some() {
                self.at += 1;
                ranges.extend(self.next().and_then(named)?);
            } else {
                let low = self.character()?;
                let high = if self.takes('-') { self.character()? } else { low };
                ranges.push((low, high));
            }
            if self.takes(']') {
                return Some(Rc::new(Set::Char { ranges, negated }));
            }
        }
    }

    fn character(&mut self) -> Option<char> {
        self.takes('\\');
        self.next()
    }

    fn simple(&mut self) -> Option<Rc<Set>> {
        let one = |c| Set::Char { ranges: vec![(c, c)], negated: false };
        Some(match self.next()? {
            '.' => Rc::new(Set::Char { ranges: Vec::new(), negated: true }),
            '#' => Rc::new(Set::Nothing),
            '@' => any(),
            '"' => {
                let mut sets = Vec::new();
                while !self.takes('"') {
                    sets.push(Rc::new(one(self.next()?)));
                }
                sets.into_iter().rev().fold(Rc::new(Set::Empty), |after, before| row(before, after))
            }
            '(' if self.takes(')') => Rc::new(Set::Empty),
            '(' => {
                let inner = self.union()?;
                self.takes(')').then_some(inner)?
            }
            '<' => {
                let from = self.at;
                let low = self.number()?;
                let low_len = self.at - from;
                self.takes('-').then_some(())?;
                let from = self.at;
                let high = self.number()?;
                let high_len = self.at - from;
                self.takes('>').then_some(())?;
                let digits = (low_len == high_len).then_some(low_len);
                Rc::new(Set::Number { low: low.min(high), high: low.max(high), digits, read: None })
            }
            '\\' => {
                let c = self.next()?;
                Rc::new(match named(c) {
                    Some(ranges) => Set::Char { ranges, negated: false },
                    None => one(c),
                })
            }
            c => Rc::new(one(c)),
        })
    }
}

/// The classes of ASCII that a letter behind a backslash names.
fn named(c: char) -> Option<Vec<(char, char)>> {
    match c {
        'd' => Some(vec![('0', '9')]),
        'w' => Some(vec![('0', '9'), ('A', 'Z'), ('a', 'z'), ('_', '_')]),
        's' => Some(vec![(' ', ' '), ('\t', '\r')]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, matching: &[&str], other: &[&str]) {
        let mut regexp = Regexp::new(pattern).expect(pattern);
        for text in matching {
            assert!(regexp.matches(text), "{pattern} should match {text}");
        }
        for text in other {
            assert!(!regexp.matches(text), "{pattern} should not match {text}");
        }
    }

    #[test]
    fn patterns_match_whole_texts() {
        check("pass(wd|word)", &["passwd", "password"], &["pass", "passwords", "xpasswd"]);
        check("a.*c?", &["a", "abc", "ab", "ac"], &["", "ba"]);
        check("[^a-c]+x{2,3}", &["dxx", "zzxxx", "xxx", "xxxxx"], &["axx", "dx", "xx"]);
        check(r#""a.b"\.@"#, &["a.b.", "a.b.txt"], &["axb.", "a.b"]);
        check("~(a|b)c", &["c", "cc", "abc"], &["ac", "bc", ""]);
        check("~(.*ab.*)", &["", "ba", "aa"], &["ab", "xabx"]);
        check("a.*&.*b", &["ab", "axb"], &["a", "b", "abx"]);
        check("a()b#?", &["ab"], &["a", "b"]);
        check("a{2,1}", &[], &["", "a", "aa"]);
        check(r"\d\w\s?\/", &["1_/", "2b /"], &["aa/", "1-/"]);
    }

    #[test]
    fn numbers_in_an_interval() {
        check("<8-12>", &["8", "9", "12", "010", "0008"], &["7", "13", "", "8a"]);
        check("<08-12>", &["08", "12"], &["8", "012", "13"]);
        check("p<1-254>x", &["p1x", "p254x", "p0033x"], &["px", "p0x", "p255x"]);
    }

    /// Against the plainest way there is: all splits of the text.
    #[test]
    fn derivatives_agree_with_trying_everything() {
        let texts = ["", "a", "b", "ab", "ba", "aab", "abab", "bbb", "aaaa"];
        let same = |pattern: &str, naive: &dyn Fn(&str) -> bool| {
            let mut regexp = Regexp::new(pattern).expect(pattern);
            texts.iter().for_each(|text| assert_eq!(regexp.matches(text), naive(text), "{pattern} {text}"));
        };
        same("(ab)*", &|text| text.len() % 2 == 0 && text.as_bytes().chunks(2).all(|pair| pair == b"ab"));
        same("(a*)*b", &|text| text.ends_with('b') && !text[..text.len() - 1].contains('b'));
        same("(a|b)*a(a|b)", &|text| text.len() >= 2 && text.as_bytes()[text.len() - 2] == b'a');
        same("~((a|b)*aa(a|b)*)&.+", &|text| !text.contains("aa") && !text.is_empty());
    }

    #[test]
    fn what_is_no_pattern() {
        for pattern in ["(a", "[a", "a)", "a{x}", "<1>", "\"a"] {
            assert!(Regexp::new(pattern).is_none(), "{pattern}");
        }
    }
}
