//! `minimum_should_match`: `2`, `-1`, `75%`, `-25%`, `2<75%`, and several conditions with blanks between.

/// How many of `optional` clauses must hold, by Elasticsearch's `minimum_should_match`; `None` if the text cannot be read.
/// It may be more than there are: then nothing is found.
pub fn minimum_should_match(text: &str, optional: usize) -> Option<usize> {
    let text = text.trim();
    let optional = i64::try_from(optional).ok()?;
    let mut result = optional;
    if text.contains('<') {
        for condition in text.split_whitespace() {
            let (bound, amount) = condition.split_once('<')?;
            if optional <= bound.parse().ok()? {
                return usize::try_from(result).ok();
            }
            result = self::amount(amount, optional)?;
        }
        return Some(usize::try_from(result).unwrap_or(0));
    }
    Some(usize::try_from(amount(text, optional)?).unwrap_or(0))
}

fn amount(text: &str, optional: i64) -> Option<i64> {
    let amount = match text.strip_suffix('%') {
        Some(percent) => {
            let percent: i64 = percent.parse().ok()?;
            optional.checked_mul(percent)? / 100
        }
        None => text.parse().ok()?,
    };
    Some(if amount < 0 { optional.saturating_add(amount).max(0) } else { amount })
}
