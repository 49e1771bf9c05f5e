//! Which fields there are.

use std::collections::BTreeMap;

use trail_query::fits_name;

use super::date::DateForms;

/// The place of a field in its [`Schema`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId(pub usize);

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// A value that is compared whole.
    Keyword {
        /// How values and questions are made comparable.
        normal: Normal,
        /// Whether unquoted text with blanks in it is several values.
        split: bool,
    },
    /// Words, by the rule of Lucene's `StandardAnalyzer`.
    Text,
    /// An IPv4 or IPv6 address.
    Address {
        /// Whether wildcards and regular expressions are asked of the address as text, instead of being an error.
        as_text: bool,
    },
    /// A point in time, to the millisecond.
    Date(DateForms),
    /// A whole number of 32 bits.
    Integer,
    /// A whole number of 64 bits.
    Long,
    /// A number.
    Double,
    /// `true` or `false`.
    Boolean,
    /// The document's key; every document has one, and it counts 1 in the score.
    Key,
    /// One value that every document has; nothing is stored.
    Constant(&'static str),
    /// A name that is known and cannot be asked.
    Closed,
    /// The session's content; answered by [`ContentSessions`](super::ContentSessions).
    Content,
}

/// How the values of a keyword field are made comparable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Normal {
    /// Not at all.
    Exact,
    /// In lower case.
    Fold,
    /// In lower case, `-` like `_`, and other names of a value like its own.
    Code(&'static [(&'static str, &'static str)]),
}

impl Normal {
    /// The comparable form of a whole value.
    pub fn value(self, text: &str) -> String {
        let text = self.piece(text);
        match self {
            Normal::Code(others) => match others.iter().find(|(other, _)| *other == text) {
                Some((_, own)) => (*own).to_owned(),
                None => text,
            },
            _ => text,
        }
    }

    /// The comparable form of a part of a value, character by character.
    pub fn piece(self, text: &str) -> String {
        match self {
            Normal::Exact => text.to_owned(),
            Normal::Fold => lower(text),
            Normal::Code(_) => lower(text).replace('-', "_"),
        }
    }
}

/// The simple lower-case mapping: one character for one character.
pub(crate) fn lower(text: &str) -> String {
    text.chars().map(|c| c.to_lowercase().next().unwrap_or(c)).collect()
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldDef {
    /// Its canonical name, dots included.
    pub name: String,
    /// Where its value stands in the document's body; the first place that has a value counts.
    pub paths: Vec<String>,
    /// What it holds.
    pub kind: FieldType,
}

impl FieldDef {
    /// A field whose value stands where its name says.
    pub fn new(name: &str, kind: FieldType) -> FieldDef {
        FieldDef { name: name.to_owned(), paths: vec![name.to_owned()], kind }
    }

    /// Whether it belongs to "all fields" and to patterns of names: it holds a value of the document.
    pub fn is_ordinary(&self) -> bool {
        !matches!(self.kind, FieldType::Key | FieldType::Constant(_) | FieldType::Closed | FieldType::Content)
    }
}

/// The fields of session documents, and other names for them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    fields: Vec<FieldDef>,
    names: BTreeMap<String, FieldId>,
    aliases: BTreeMap<String, Vec<FieldId>>,
}

impl Schema {
    /// A schema of these fields. Of two fields with one name the first counts.
    pub fn new(fields: impl IntoIterator<Item = FieldDef>) -> Schema {
        let mut schema = Schema::default();
        for field in fields {
            if !schema.names.contains_key(&field.name) {
                schema.names.insert(field.name.clone(), FieldId(schema.fields.len()));
                schema.fields.push(field);
            }
        }
        schema
    }

    /// Adds another name for fields; asked for, it means the best of them. Unknown fields are left out.
    pub fn alias(mut self, name: &str, fields: &[&str]) -> Schema {
        let ids: Vec<FieldId> = fields.iter().filter_map(|field| self.names.get(*field).copied()).collect();
        if !ids.is_empty() && !self.names.contains_key(name) {
            self.aliases.insert(name.to_owned(), ids);
        }
        self
    }

    /// A field of this schema.
    pub fn field(&self, id: FieldId) -> &FieldDef {
        &self.fields[id.0]
    }

    /// All fields in order.
    pub fn fields(&self) -> impl Iterator<Item = (FieldId, &FieldDef)> {
        self.fields.iter().enumerate().map(|(at, field)| (FieldId(at), field))
    }

    /// The fields that a name means: its own, or those it is another name for; none if it is unknown.
    pub fn named(&self, name: &str) -> Vec<FieldId> {
        match self.names.get(name) {
            Some(id) => vec![*id],
            None => self.aliases.get(name).cloned().unwrap_or_default(),
        }
    }

    /// The type of what a name is sorted and grouped by; `None` if that cannot be done.
    pub fn sortable(&self, name: &str) -> Option<FieldType> {
        let kind = self.field(*self.named(name).first()?).kind;
        let is_sortable =
            !matches!(kind, FieldType::Text | FieldType::Constant(_) | FieldType::Closed | FieldType::Content);
        is_sortable.then_some(kind)
    }

    /// The ordinary fields of which one name fits a pattern with `*`, in order.
    pub fn matching(&self, pattern: &str) -> Vec<FieldId> {
        let by_name = self.names.iter().filter(|(name, _)| fits_name(pattern, name)).map(|(_, id)| *id);
        let by_alias =
            self.aliases.iter().filter(|(name, _)| fits_name(pattern, name)).flat_map(|(_, ids)| ids.clone());
        let mut ids: Vec<FieldId> = by_name.chain(by_alias).filter(|id| self.field(*id).is_ordinary()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// All names that can be asked for, own ones and others, in order.
    pub fn all_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.names.keys().chain(self.aliases.keys()).map(String::as_str).collect();
        names.sort_unstable();
        names
    }
}
