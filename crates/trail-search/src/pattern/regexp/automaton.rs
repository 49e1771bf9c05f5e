//! A deterministic automaton over classes of characters.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use trail_index::analyzer::fold;

use super::node::{Id, NOTHING, Node, Nodes};
use super::parse::parse;
use super::{Classes, RegexpError};
use crate::Cancel;
use crate::pattern::Letters;

/// What making an automaton may cost for each state allowed.
const WORK_PER_STATE: usize = 400;

/// A regular expression ready to be matched.
#[derive(Clone, Debug)]
pub(crate) struct Regexp {
    source: Box<str>,
    inner: Arc<Automaton>,
}

impl PartialEq for Regexp {
    fn eq(&self, other: &Regexp) -> bool {
        self.source == other.source
    }
}

#[derive(Debug)]
struct Automaton {
    /// The first code point of each class of characters that are alike.
    borders: Vec<u32>,
    /// The class of each ASCII character.
    ascii: [u16; 128],
    /// By state and class. State 0 is the one that nothing leads out of.
    next: Vec<u32>,
    accepts: Vec<bool>,
    start: u32,
    literal: String,
}

impl Regexp {
    /// Reads a pattern as typed; `states` is the most that its automaton may have.
    pub(crate) fn new(
        pattern: &str,
        letters: Letters,
        classes: super::Classes,
        states: usize,
        cancel: &Cancel,
    ) -> Result<Regexp, RegexpError> {
        let folded = match letters {
            Letters::Folded => fold_pattern(pattern, classes),
            Letters::AsTyped => pattern.to_owned(),
        };
        let mut nodes = Nodes::new(states.saturating_mul(WORK_PER_STATE), cancel);
        let root = parse(&folded, classes, &mut nodes)?;
        let literal = literal(&nodes, root);
        let automaton = build(&mut nodes, root, states, literal)?;
        Ok(Regexp { source: folded.into(), inner: Arc::new(automaton) })
    }

    /// A text in every token that matches.
    pub(crate) fn literal(&self) -> &str {
        &self.inner.literal
    }

    /// Tells whether the whole token matches.
    pub(crate) fn matches(&self, token: &str) -> bool {
        let Automaton { borders, ascii, next, accepts, start, .. } = &*self.inner;
        let mut state = *start as usize;
        for c in token.chars() {
            let class = match ascii.get(c as usize) {
                Some(&class) => usize::from(class),
                None => borders.partition_point(|&border| border <= u32::from(c)) - 1,
            };
            state = next[state * borders.len() + class] as usize;
            if state == 0 {
                return false;
            }
        }
        accepts[state]
    }
}

/// The pattern in the form that tokens have. Lucene folds its text; where `\D` is a class it stays one.
fn fold_pattern(pattern: &str, classes: Classes) -> String {
    if classes == Classes::Unknown {
        return fold(pattern);
    }
    let mut out = String::new();
    let mut plain = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        plain.push(c);
        if c == '\\'
            && let Some(escaped) = chars.next()
        {
            if matches!(escaped, 'D' | 'W' | 'S') {
                out.push_str(&fold(&plain));
                plain.clear();
                out.push(escaped);
            } else {
                plain.push(escaped);
            }
        }
    }
    out.push_str(&fold(&plain));
    out
}

fn build(nodes: &mut Nodes<'_>, root: Id, states: usize, literal: String) -> Result<Automaton, RegexpError> {
    let borders = nodes.borders();
    let class_of = |code: u32| borders.partition_point(|&border| border <= code) - 1;
    let ascii = std::array::from_fn(|code| class_of(code as u32) as u16);
    let mut order = vec![NOTHING];
    let mut numbers: FxHashMap<Id, u32> = FxHashMap::default();
    numbers.insert(NOTHING, 0);
    let mut next = vec![0; borders.len()];
    let mut known: Vec<FxHashMap<Id, Id>> = vec![FxHashMap::default(); borders.len()];
    let mut number = |id: Id, order: &mut Vec<Id>| -> Result<u32, RegexpError> {
        if let Some(&number) = numbers.get(&id) {
            return Ok(number);
        }
        if order.len() > states {
            return Err(RegexpError::TooComplex);
        }
        let number = order.len() as u32;
        numbers.insert(id, number);
        order.push(id);
        Ok(number)
    };
    let start = number(root, &mut order)?;
    let mut at = 1;
    while at < order.len() {
        for (class, &first) in borders.iter().enumerate() {
            let has = |set: &[(u32, u32)]| set.iter().any(|run| run.0 <= first && first <= run.1);
            let derived = nodes.derive(order[at], &has, &mut known[class])?;
            next.push(number(derived, &mut order)?);
            nodes.spend(1)?;
        }
        at += 1;
    }
    let accepts = order.iter().map(|&id| nodes.is_nullable(id)).collect();
    Ok(Automaton { borders, ascii, next, accepts, start, literal })
}

/// The longest run of single characters in the sequence that the pattern is, if it is one.
fn literal(nodes: &Nodes<'_>, root: Id) -> String {
    let (mut best, mut run) = (String::new(), String::new());
    let mut rest = Some(root);
    while let Some(id) = rest {
        let (head, tail) = if let Node::Then(head, tail) = nodes.get(id) { (*head, Some(*tail)) } else { (id, None) };
        let single = match nodes.get(head) {
            Node::One(set) if set.len() == 1 && set[0].0 == set[0].1 => char::from_u32(set[0].0),
            _ => None,
        };
        match single {
            Some(c) => run.push(c),
            None => run.clear(),
        }
        if run.len() > best.len() {
            best.clone_from(&run);
        }
        rest = tail;
    }
    best
}
