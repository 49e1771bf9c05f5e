//! What remains to be matched, each remainder once.

use rustc_hash::FxHashMap;

use super::RegexpError;
use crate::Cancel;
use crate::cancel::Meter;

/// No upper end of a repetition.
pub(super) const MANY: u32 = u32::MAX;

/// A remainder, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Id(pub(super) u32);

/// A set of characters as runs of code points, both ends inside; sorted, disjoint, not touching.
pub(super) type Set = Box<[(u32, u32)]>;

/// An operator over remainders.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    /// Matches nothing.
    Nothing,
    /// Matches the empty text.
    Empty,
    /// One character of a set.
    One(Set),
    /// One after the other; the first is no `Then` itself.
    Then(Id, Id),
    /// At least one of two or more; sorted.
    Any(Box<[Id]>),
    /// All of two or more; sorted.
    All(Box<[Id]>),
    /// Whatever the other does not match.
    Not(Id),
    /// So often at least and at most.
    Repeat(Id, u32, u32),
}

pub(super) const NOTHING: Id = Id(0);
pub(super) const EMPTY: Id = Id(1);
/// Any text.
pub(super) const ANYTHING: Id = Id(2);

/// Makes nodes, each once, in a normal form that keeps the number of derivatives small.
#[derive(Debug)]
pub(super) struct Nodes<'a> {
    nodes: Vec<Node>,
    ids: FxHashMap<Node, Id>,
    nullable: Vec<bool>,
    /// What may still be spent on making and deriving nodes.
    budget: usize,
    meter: Meter<'a>,
}

impl<'a> Nodes<'a> {
    /// `budget` bounds the work and the memory.
    pub(super) fn new(budget: usize, cancel: &'a Cancel) -> Nodes<'a> {
        let meter = Meter::new(cancel);
        let mut nodes = Nodes { nodes: Vec::new(), ids: FxHashMap::default(), nullable: Vec::new(), budget, meter };
        for node in [Node::Nothing, Node::Empty, Node::Not(NOTHING)] {
            nodes.add(node);
        }
        nodes
    }

    pub(super) fn get(&self, id: Id) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// Whether the empty text matches.
    pub(super) fn is_nullable(&self, id: Id) -> bool {
        self.nullable[id.0 as usize]
    }

    /// Takes `cost` from the budget.
    pub(super) fn spend(&mut self, cost: usize) -> Result<(), RegexpError> {
        self.budget = self.budget.checked_sub(cost).ok_or(RegexpError::TooComplex)?;
        self.meter.spend(cost).map_err(|_| RegexpError::Stopped)
    }

    fn add(&mut self, node: Node) -> Id {
        if let Some(&id) = self.ids.get(&node) {
            return id;
        }
        let nullable = match &node {
            Node::Nothing | Node::One(_) => false,
            Node::Empty => true,
            Node::Then(a, b) => self.is_nullable(*a) && self.is_nullable(*b),
            Node::Any(parts) => parts.iter().any(|&part| self.is_nullable(part)),
            Node::All(parts) => parts.iter().all(|&part| self.is_nullable(part)),
            Node::Not(inner) => !self.is_nullable(*inner),
            Node::Repeat(inner, min, _) => *min == 0 || self.is_nullable(*inner),
        };
        let id = Id(self.nodes.len() as u32);
        self.nodes.push(node.clone());
        self.nullable.push(nullable);
        self.ids.insert(node, id);
        id
    }

    pub(super) fn one(&mut self, set: Set) -> Id {
        if set.is_empty() { NOTHING } else { self.add(Node::One(set)) }
    }

    pub(super) fn then(&mut self, a: Id, b: Id) -> Id {
        if a == NOTHING || b == NOTHING {
            return NOTHING;
        }
        if a == EMPTY {
            return b;
        }
        if b == EMPTY {
            return a;
        }
        if a == ANYTHING && b == ANYTHING {
            return ANYTHING;
        }
        if let Node::Then(first, rest) = *self.get(a) {
            let rest = self.then(rest, b);
            return self.then(first, rest);
        }
        self.add(Node::Then(a, b))
    }

    pub(super) fn any(&mut self, parts: impl IntoIterator<Item = Id>) -> Result<Id, RegexpError> {
        let mut flat = Vec::new();
        for part in parts {
            match self.get(part) {
                Node::Nothing => {}
                Node::Any(inner) => flat.extend_from_slice(inner),
                _ => flat.push(part),
            }
        }
        self.spend(flat.len())?;
        if flat.contains(&ANYTHING) {
            return Ok(ANYTHING);
        }
        flat.sort_unstable();
        flat.dedup();
        Ok(match &flat[..] {
            [] => NOTHING,
            [only] => *only,
            _ => self.add(Node::Any(flat.into())),
        })
    }

    pub(super) fn all(&mut self, parts: impl IntoIterator<Item = Id>) -> Result<Id, RegexpError> {
        let mut flat = Vec::new();
        for part in parts {
            match self.get(part) {
                Node::All(inner) => flat.extend_from_slice(inner),
                _ if part == ANYTHING => {}
                _ => flat.push(part),
            }
        }
        self.spend(flat.len())?;
        if flat.contains(&NOTHING) {
            return Ok(NOTHING);
        }
        flat.sort_unstable();
        flat.dedup();
        Ok(match &flat[..] {
            [] => ANYTHING,
            [only] => *only,
            _ => self.add(Node::All(flat.into())),
        })
    }

    pub(super) fn not(&mut self, inner: Id) -> Id {
        if let Node::Not(id) = *self.get(inner) { id } else { self.add(Node::Not(inner)) }
    }

    pub(super) fn repeat(&mut self, inner: Id, min: u32, max: u32) -> Id {
        if min > max {
            return NOTHING;
        }
        if max == 0 || inner == EMPTY {
            return EMPTY;
        }
        if inner == NOTHING {
            return if min == 0 { EMPTY } else { NOTHING };
        }
        if min == 1 && max == 1 {
            return inner;
        }
        match *self.get(inner) {
            // Whatever repeats without end from none on is itself however often it is repeated.
            Node::Repeat(_, 0, MANY) => inner,
            _ if inner == ANYTHING => inner,
            _ => self.add(Node::Repeat(inner, min, max)),
        }
    }

    /// What remains of `id` after a character; `has` says whether a set of characters holds it. `known` are the remainders
    /// after the same character that were asked for before.
    pub(super) fn derive(
        &mut self,
        id: Id,
        has: &impl Fn(&[(u32, u32)]) -> bool,
        known: &mut FxHashMap<Id, Id>,
    ) -> Result<Id, RegexpError> {
        if let Some(&derived) = known.get(&id) {
            return Ok(derived);
        }
        self.spend(1)?;
        let derived = match self.get(id).clone() {
            Node::Nothing | Node::Empty => NOTHING,
            Node::One(set) => {
                if has(&set) {
                    EMPTY
                } else {
                    NOTHING
                }
            }
            Node::Then(a, b) => {
                let head = self.derive(a, has, known)?;
                let stays = self.then(head, b);
                if self.is_nullable(a) {
                    let goes = self.derive(b, has, known)?;
                    self.any([stays, goes])?
                } else {
                    stays
                }
            }
            Node::Any(parts) => {
                let parts = parts.iter().map(|&part| self.derive(part, has, known)).collect::<Result<Vec<_>, _>>()?;
                self.any(parts)?
            }
            Node::All(parts) => {
                let parts = parts.iter().map(|&part| self.derive(part, has, known)).collect::<Result<Vec<_>, _>>()?;
                self.all(parts)?
            }
            Node::Not(inner) => {
                let inner = self.derive(inner, has, known)?;
                self.not(inner)
            }
            Node::Repeat(inner, min, max) => {
                let head = self.derive(inner, has, known)?;
                let less = |count: u32| if count == MANY { MANY } else { count.saturating_sub(1) };
                let rest = self.repeat(inner, less(min), less(max));
                self.then(head, rest)
            }
        };
        known.insert(id, derived);
        Ok(derived)
    }

    /// The ends of all character sets: between two of them all characters are alike.
    pub(super) fn borders(&self) -> Vec<u32> {
        let sets = self.nodes.iter().filter_map(|node| if let Node::One(set) = node { Some(set) } else { None });
        let mut borders: Vec<u32> =
            sets.flat_map(|set| set.iter().flat_map(|run| [run.0, run.1 + 1])).chain([0]).collect();
        borders.sort_unstable();
        borders.dedup();
        borders
    }
}
