//! The layout: which fields of the engine hold a field of the documents.
//!
//! | field of the documents | terms (`t_…`) | column (`c_…`) |
//! | --- | --- | --- |
//! | keyword | the comparable form, once per document | the value as it stands, for sorting and grouping |
//! | text | words with positions | how many words |
//! | address | its text, if patterns may be asked of it | 128 bits |
//! | date, whole number | | 64 bits; dates in milliseconds |
//! | number | | 64 bits |
//! | boolean | `T`, `F` | `true`, `false` |
//!
//! Beside them each document is kept as a whole, as JSON.
//!
//! A document has a value exactly where its column has one. Lengths and counts of documents come from the columns, so the
//! engine's own norms are left out.

use std::sync::Arc;

use tantivy::schema::{
    FAST, Field, IndexRecordOption, IpAddrOptions, NumericOptions, STORED, STRING, Schema as EngineSchema,
    TextFieldIndexing, TextOptions,
};

use crate::filter::{FieldId, FieldType, Schema};

/// The column of the documents' keys.
pub(crate) const KEY: &str = "key";

/// Terms longer than this are cut; the engine would drop those above 65,530 bytes.
pub(crate) const TERM_BYTES_MAX: usize = 32_766;

/// The documents' fields and where the engine keeps them.
#[derive(Debug)]
pub(crate) struct Fields {
    pub(crate) schema: Arc<Schema>,
    pub(crate) engine: EngineSchema,
    pub(crate) key: Field,
    /// The whole document, as JSON.
    pub(crate) whole: Field,
    places: Vec<Place>,
}

#[derive(Debug, Clone, Default)]
struct Place {
    terms: Option<Field>,
    column: Option<(Field, String)>,
}

impl Fields {
    pub(crate) fn new(schema: Schema) -> Fields {
        let mut builder = EngineSchema::builder();
        let key = builder.add_text_field(KEY, STRING | FAST);
        let whole = builder.add_bytes_field("whole", STORED);
        let mut places = Vec::new();
        for (_, field) in schema.fields() {
            let name = field.name.replace('.', "__");
            let column = format!("c_{name}");
            let mut place = Place::default();
            if let Some(options) = term_options(field.kind) {
                place.terms = Some(builder.add_text_field(&format!("t_{name}"), options));
            }
            let numeric = || NumericOptions::default().set_fast();
            let field = match field.kind {
                FieldType::Keyword { .. } | FieldType::Boolean => {
                    Some(builder.add_text_field(&column, TextOptions::default().set_fast("raw")))
                }
                FieldType::Text => Some(builder.add_u64_field(&column, numeric())),
                FieldType::Address { .. } => {
                    Some(builder.add_ip_addr_field(&column, IpAddrOptions::default().set_fast()))
                }
                FieldType::Date(_) | FieldType::Integer | FieldType::Long => {
                    Some(builder.add_i64_field(&column, numeric()))
                }
                FieldType::Double => Some(builder.add_f64_field(&column, numeric())),
                FieldType::Key | FieldType::Constant(_) | FieldType::Closed | FieldType::Content => None,
            };
            place.column = field.map(|field| (field, column));
            places.push(place);
        }
        Fields { schema: Arc::new(schema), engine: builder.build(), key, whole, places }
    }

    pub(crate) fn terms(&self, id: FieldId) -> Option<Field> {
        self.places[id.0].terms
    }

    pub(crate) fn column(&self, id: FieldId) -> Option<(Field, &str)> {
        self.places[id.0].column.as_ref().map(|(field, name)| (*field, name.as_str()))
    }
}

fn term_options(kind: FieldType) -> Option<TextOptions> {
    let record = match kind {
        FieldType::Text => IndexRecordOption::WithFreqsAndPositions,
        FieldType::Keyword { .. } | FieldType::Boolean | FieldType::Address { as_text: true } => {
            IndexRecordOption::Basic
        }
        _ => return None,
    };
    let indexing = TextFieldIndexing::default().set_tokenizer("raw").set_index_option(record).set_fieldnorms(false);
    Some(TextOptions::default().set_indexing_options(indexing))
}
