//! Which fields a name means: kinds of item, or something that a trail says of itself.

use trail_query::{CONTENT_FIELDS, Dialect, LeafKind, Mode, SESSION_FIELDS, Span, fits_name};

use super::{Kinds, Language};
use crate::pattern::Letters;
use crate::session::{SessionField, SessionTest};
use crate::{Error, Result};

/// A field of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// Texts that could be seen.
    Items(Kinds),
    /// A value of the trail.
    Session(SessionField),
}

/// The fields that a name means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fields {
    /// None: nothing is found in it.
    Unknown,
    /// This one.
    One(Field),
    /// Those that a pattern of names fits; `all` if every name does.
    Many { fields: Vec<Field>, all: bool },
}

impl Language {
    /// The fields of a leaf.
    pub(super) fn fields(&self, name: Option<&str>, span: Span) -> Result<Fields> {
        let name = name.or(self.default_field.as_deref());
        if let Some(kinds) = Kinds::of_field(name) {
            return Ok(Fields::One(Field::Items(kinds)));
        }
        let name = name.unwrap_or_default();
        if let Some(field) = SessionField::named(name).filter(|_| self.mode != Mode::Sps) {
            return Ok(Fields::One(Field::Session(field)));
        }
        if name.contains('*') && self.dialect == Dialect::QueryString && self.mode != Mode::Sps {
            return Ok(Fields::Many { fields: matching(name), all: name == "*" });
        }
        if self.mode == Mode::Lucene {
            // Lucene knows no list of fields: what is not there has no documents.
            return Ok(Fields::Unknown);
        }
        let names = CONTENT_FIELDS.into_iter().chain(SESSION_FIELDS.into_iter().filter(|_| self.mode != Mode::Sps));
        let expected = names.collect::<Vec<_>>().join(", ");
        Err(Error::UnknownField { expected, span, found: name.to_owned() })
    }

    /// How the values of trails are compared: as Lucene's keywords letter by letter, or as people expect.
    pub(super) fn session_letters(&self) -> Letters {
        if self.mode == Mode::Lucene { Letters::AsTyped } else { Letters::Folded }
    }

    /// What a leaf asks of a value of a trail, apart from patterns: the alternatives among which the default operator stands.
    pub(super) fn session_values(&self, kind: &LeafKind) -> Option<Vec<SessionTest>> {
        let letters = self.session_letters();
        let value = |text: &str| SessionTest::Value(letters.of(text));
        // Lucene's keywords are whole, blanks and all; where people write several they mean several.
        let values = |text: &str| match self.mode {
            Mode::Lucene => vec![value(text)],
            Mode::Sps | Mode::Screentrail => text.split_whitespace().map(value).collect(),
        };
        Some(match kind {
            LeafKind::Term { text } => values(text),
            LeafKind::Words { words } => values(&words.join(" ")),
            LeafKind::Phrase { text, .. } => vec![value(text)],
            LeafKind::Exists | LeafKind::Range { lower: None, upper: None, .. } => vec![SessionTest::Exists],
            _ => return None,
        })
    }
}

/// The fields of which a name fits the pattern. Kinds that are part of others are left out: the best of both is theirs.
fn matching(pattern: &str) -> Vec<Field> {
    let names = std::iter::once("content").chain(CONTENT_FIELDS).filter(|name| fits_name(pattern, name));
    let mut kinds: Vec<Kinds> = Vec::new();
    for found in names.filter_map(|name| Kinds::of_field(Some(name))) {
        if !kinds.iter().any(|known| found.is_within(*known)) {
            kinds.retain(|known| !known.is_within(found));
            kinds.push(found);
        }
    }
    let sessions = SessionField::all().filter(|field| field.names().any(|name| fits_name(pattern, name)));
    kinds.into_iter().map(Field::Items).chain(sessions.map(Field::Session)).collect()
}
