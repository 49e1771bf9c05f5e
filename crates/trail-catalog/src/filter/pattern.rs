//! Wildcards, and the distance of fuzzy words. Characters are code points.

use trail_query::WildcardPart;

/// A pattern of texts, `?` and `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    steps: Vec<Step>,
    prefix: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Char(char),
    One,
    Any,
}

impl Pattern {
    /// A pattern of these parts.
    pub fn new(parts: &[WildcardPart]) -> Pattern {
        let mut steps = Vec::new();
        for part in parts {
            match part {
                WildcardPart::Literal(text) => steps.extend(text.chars().map(Step::Char)),
                WildcardPart::One => steps.push(Step::One),
                WildcardPart::Any if steps.last() == Some(&Step::Any) => {}
                WildcardPart::Any => steps.push(Step::Any),
            }
        }
        let literal = |step: &Step| if let Step::Char(c) = step { Some(*c) } else { None };
        let prefix = steps.iter().map_while(literal).collect();
        Pattern { steps, prefix }
    }

    /// What every text that fits begins with.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Whether a text fits, in time that grows with the product of the lengths at most.
    pub fn matches(&self, text: &str) -> bool {
        let mut rest = text.chars();
        let mut step = 0;
        // Where to go on after the last star when what follows it does not fit.
        let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            let before = rest.clone();
            let fits = match self.steps.get(step) {
                Some(Step::Any) => {
                    step += 1;
                    retry = Some((step, before));
                    continue;
                }
                Some(Step::Char(expected)) => rest.next() == Some(*expected),
                Some(Step::One) => rest.next().is_some(),
                None if before.as_str().is_empty() => return true,
                None => false,
            };
            if fits {
                step += 1;
                continue;
            }
            let Some((after_star, from)) = &mut retry else { return false };
            if from.next().is_none() {
                return false;
            }
            step = *after_star;
            rest = from.clone();
        }
    }
}

/// The number of edits from `a` to `b` (insert, delete, replace, swap of neighbours; no place edited twice), if at most
/// `max`.
pub(crate) fn distance(a: &[char], b: &[char], max: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > max {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut best = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        if row.iter().min().is_none_or(|least| *least > max) {
            return None;
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|edits| *edits <= max)
}
