//! Words near each other, by Lucene's rule.

/// A word of the query: where it stands in a text, and how many words stand before it in the query.
pub(crate) struct Use<'a> {
    pub(crate) token: &'a str,
    pub(crate) offset: i64,
    /// Rising.
    pub(crate) places: Vec<i64>,
}

/// Whether the words stand in a text so that moving them by at most `moves` places in all puts them in a row.
///
/// The place of a word less its offset is where the row would begin if this word stayed. What the words do not agree on is
/// how far they must be moved. Words that are the same take places of their own; in the order of the query, since any
/// other order is further apart.
pub(crate) fn is_near(uses: Vec<Use<'_>>, moves: u32) -> bool {
    // Try every place as the lowest beginning and give each word the nearest beginning from there on.
    let begins = uses.iter().flat_map(|each| each.places.iter().map(|place| place - each.offset));
    let begins: Vec<i64> = begins.collect();
    begins.into_iter().any(|low| fits(&uses, low, low + i64::from(moves)))
}

/// Whether each word has a place of its own with a beginning in `low..=high`.
fn fits(uses: &[Use<'_>], low: i64, high: i64) -> bool {
    let mut taken: Vec<(&str, i64)> = Vec::new();
    uses.iter().all(|each| {
        let free =
            |place: &&i64| (low..=high).contains(&(**place - each.offset)) && !taken.contains(&(each.token, **place));
        let place = each.places.iter().find(free).copied();
        taken.extend(place.map(|place| (each.token, place)));
        place.is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(query: &str, text: &str) -> Option<u32> {
        let uses = |moves| {
            let uses = query.split(' ').enumerate().map(|(offset, token)| {
                let places = text.split(' ').enumerate().filter(|word| word.1 == token).map(|word| word.0 as i64);
                Use { token, offset: offset as i64, places: places.collect() }
            });
            is_near(uses.collect(), moves)
        };
        (0..20).find(|moves| uses(*moves))
    }

    #[test]
    fn moves() {
        assert_eq!(near("a b", "x a b"), Some(0));
        assert_eq!(near("a b", "a x x b"), Some(2));
        assert_eq!(near("a b", "b a"), Some(2));
        assert_eq!(near("a b c", "c b a"), Some(4));
        assert_eq!(near("a b", "a x"), None);
    }

    #[test]
    fn the_same_word_needs_two_places() {
        assert_eq!(near("a a", "a"), None);
        assert_eq!(near("a a", "a x a"), Some(1));
        assert_eq!(near("a b a", "a b"), None);
        assert_eq!(near("a b a", "a a b"), Some(2));
    }
}
