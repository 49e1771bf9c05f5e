//! Regular expressions in Lucene's dialect, on automata of our own.
//!
//! A pattern is read into a tree of operators, complement and intersection among them, and the tree is turned into a
//! deterministic automaton by Brzozowski derivatives: a state is what remains to be matched, and equal remainders are one
//! state. The work is bounded before it begins; a pattern that needs more is refused.

mod automaton;
mod node;
mod parse;

pub(crate) use automaton::Regexp;

/// Why a pattern cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RegexpError {
    /// It is no regular expression.
    Syntax,
    /// Its automaton would have more states than allowed, or take too long to make.
    TooComplex,
    /// The search was told to stop.
    Stopped,
}

/// Whether `\d`, `\w` and `\s` are classes, as in Lucene from release 9 on, or the letters, as before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Classes {
    /// Classes.
    Known,
    /// Letters.
    Unknown,
}
