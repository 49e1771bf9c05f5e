//! Random queries about what the trail says of itself.

use trail_query::Mode;

use super::Maker;
use crate::oracle::pattern::{Pattern, Wild};
use crate::oracle::query::{Field, Query, Value};
use crate::oracle::session::{NAMES, value};

impl Maker<'_> {
    /// Something of the trail, alone or beside something that can be seen.
    pub(super) fn about_session(&mut self) -> Query {
        let session = self.session();
        match self.random.below(5) {
            0 => Query::And(vec![session, self.leaf(Field::Default)]),
            1 => Query::Or(vec![session, self.leaf(Field::Default)]),
            2 => Query::And(vec![self.leaf(Field::Default), Query::Not(Box::new(session))]),
            3 => Query::Not(Box::new(session)),
            _ => session,
        }
    }

    fn session(&mut self) -> Query {
        let name = self.random.pick(&NAMES).copied().unwrap_or("user");
        let own = value(&self.replay.meta, name).filter(|_| !self.random.one_in(6));
        let text = own.unwrap_or("nobody").to_owned();
        // Wildcards have no way to write a blank, and a backslash is written in a way of its own.
        let is_plain = !text.contains(|c: char| c.is_whitespace() || c == '\\');
        if self.mode == Mode::Lucene || !is_plain {
            return Query::Session(name, Value::Is(text));
        }
        let mut wilds: Vec<Wild> = text.chars().map(Wild::Char).collect();
        let at = self.random.below(wilds.len());
        Query::Session(
            name,
            match self.random.below(5) {
                0 => Value::Known,
                1 => Value::Is(text.to_uppercase()),
                2 => {
                    wilds.truncate(at + 1);
                    wilds.push(Wild::Any);
                    Value::Like(Pattern::Wildcard(wilds))
                }
                3 => Value::Like(Pattern::Fuzzy(text.replacen('e', "o", 1), 1)),
                _ => Value::Is(text),
            },
        )
    }
}
