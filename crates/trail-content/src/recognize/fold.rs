//! The form of a text in which characters that readers of pixels mistake for each other are the same.

/// Lower case with `o` for `0` and `l` for `1`, `i` and `|`: the readings that recognisers confuse most. Two texts with the
/// same folded form may be the same picture.
///
/// ```
/// use trail_content::fold_confusable;
///
/// assert_eq!(fold_confusable("SQL-PR0D-O1"), fold_confusable("sql-prod-0l"));
/// assert_ne!(fold_confusable("prod"), fold_confusable("pred"));
/// ```
pub fn fold_confusable(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).map(fold_char).collect()
}

fn fold_char(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | 'i' | '|' | 'ı' => 'l',
        other => other,
    }
}
