//! Queries: whatever is typed is read or refused, and what was read prints as text that reads the same.

use trail_query::{Mode, Options, parse, parse_with, print};

/// A printed query is longer than what was typed: a quote in the bound of a range takes six bytes. In `screentrail` mode
/// a range of more bytes than this is text, so what prints longer may read otherwise.
const PRINTED_LEN: usize = 1024;

/// Reads `data` as a query in every mode, prints it and reads it again.
pub fn query(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for mode in [Mode::Lucene, Mode::Sps, Mode::Screentrail] {
        let Ok(parsed) = parse(text, mode) else { continue };
        let options = Options::new(mode);
        let printed = print(&parsed.query, &options);
        if printed.len() > PRINTED_LEN {
            continue;
        }
        match parse_with(&printed, &options) {
            Ok(again) => {
                assert_eq!(again.query.without_spans(), parsed.query.without_spans(), "{text:?} printed as {printed:?}");
            }
            Err(error) => panic!("{text:?} printed as {printed:?}: {error}"),
        }
    }
}
