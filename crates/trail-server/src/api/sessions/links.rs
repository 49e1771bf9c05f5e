//! Links, with their parameters in the published order.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::SESSIONS;
use crate::params::Params;

/// What stays as it is in a value.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// The same in lists of fields and in cursors.
const LIST: &AsciiSet = &VALUE.remove(b',').remove(b':');

/// A value as it stands in a path or a query.
pub(super) fn encode(value: &str) -> String {
    utf8_percent_encode(value, VALUE).to_string()
}

/// The path and query of another page.
pub(super) struct Link(String);

impl Link {
    /// A link of the basic search: page and fields are always written.
    pub(super) fn basic(params: &Params, limit: usize, offset: usize) -> String {
        let mut link = Link(format!("{SESSIONS}?limit={limit}&offset={offset}&fields="));
        link.0.extend(utf8_percent_encode(&params.list("fields").join(","), LIST));
        link.filters(params);
        if let Some(format) = params.filled("format").filter(|format| *format != "json") {
            link.add("format", format, VALUE);
        }
        link.0
    }

    /// A link of the advanced search.
    pub(super) fn advanced(params: &Params, limit: usize, search_after: &str) -> String {
        let mut link = Link(format!("{SESSIONS}?limit={limit}"));
        let fields = params.list("fields").join(",");
        if !fields.is_empty() {
            link.add("fields", &fields, LIST);
        }
        link.filters(params);
        link.add("snapshot", params.get("snapshot").unwrap_or("").trim_matches('"'), VALUE);
        link.add("search_after", search_after, LIST);
        link.0
    }

    fn filters(&mut self, params: &Params) {
        for (name, set) in [("q", VALUE), ("content", VALUE), ("sort", LIST), ("start", VALUE), ("end", VALUE)] {
            if let Some(value) = params.filled(name) {
                self.add(name, value, set);
            }
        }
    }

    fn add(&mut self, name: &str, value: &str, set: &'static AsciiSet) {
        self.0.push('&');
        self.0.push_str(name);
        self.0.push('=');
        self.0.extend(utf8_percent_encode(value, set));
    }
}
