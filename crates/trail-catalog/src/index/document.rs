//! From a session document to a document of the engine.

use tantivy::TantivyDocument;
use tantivy::schema::Field;
use tantivy::tokenizer::{PreTokenizedString, Token};

use super::Result;
use super::fields::{Fields, TERM_BYTES_MAX};
use crate::Session;
use crate::filter::{FieldId, FieldType, FieldValue, field_values, show_address};

/// How far the words of two values of one field stand apart, so that no phrase reaches from one to the next.
const VALUE_GAP: usize = 100;

pub(crate) fn document(fields: &Fields, session: &Session) -> Result<TantivyDocument> {
    let mut document = TantivyDocument::default();
    document.add_text(fields.key, &session.key);
    document.add_bytes(fields.whole, &serde_json::to_vec(&session.body).map_err(std::io::Error::from)?);
    for (id, field) in fields.schema.fields() {
        let values = field_values(field, &session.body);
        if field.kind == FieldType::Text {
            add_words(fields, id, &values, &mut document);
            continue;
        }
        for value in values {
            let Some((column, _)) = fields.column(id) else { continue };
            let terms = fields.terms(id);
            match value {
                FieldValue::Text(text) => {
                    let FieldType::Keyword { normal, .. } = field.kind else { continue };
                    document.add_text(column, cut(&text));
                    add_term(&mut document, terms, cut(&normal.value(&text)));
                }
                FieldValue::Boolean(truth) => {
                    document.add_text(column, truth.to_string());
                    add_term(&mut document, terms, if truth { "T" } else { "F" });
                }
                FieldValue::Address(address) => {
                    document.add_ip_addr(column, address);
                    add_term(&mut document, terms, &show_address(address));
                }
                FieldValue::Integer(number) | FieldValue::Date(number) => document.add_i64(column, number),
                FieldValue::Double(number) => document.add_f64(column, number),
            }
        }
    }
    Ok(document)
}

fn add_term(document: &mut TantivyDocument, field: Option<Field>, term: &str) {
    if let Some(field) = field {
        document.add_text(field, term);
    }
}

/// The beginning of a text that is short enough to be a term.
fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(TERM_BYTES_MAX)]
}

fn add_words(fields: &Fields, id: FieldId, values: &[FieldValue], document: &mut TantivyDocument) {
    let (Some(terms), Some((column, _))) = (fields.terms(id), fields.column(id)) else { return };
    if values.is_empty() {
        return;
    }
    let (mut tokens, mut position) = (Vec::new(), 0);
    for value in values {
        let FieldValue::Text(text) = value else { continue };
        for text in trail_index::analyzer::words(text) {
            tokens.push(Token { offset_from: 0, offset_to: 0, position, text, position_length: 1 });
            position += 1;
        }
        position += VALUE_GAP;
    }
    document.add_u64(column, tokens.len() as u64);
    document.add_pre_tokenized_text(terms, PreTokenizedString { text: String::new(), tokens });
}
