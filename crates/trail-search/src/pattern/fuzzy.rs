//! Words within a number of edits.

/// A word, and how far others may be from it: insertions, deletions, substitutions and swaps of neighbours each cost 1, and
/// no piece is edited twice (optimal string alignment, on characters).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fuzzy {
    text: String,
    chars: Vec<char>,
    edits: usize,
    /// So many first characters must be equal.
    prefix: usize,
}

impl Fuzzy {
    /// Takes a folded word.
    pub(crate) fn new(text: String, edits: u8, prefix: usize) -> Fuzzy {
        let chars: Vec<char> = text.chars().collect();
        // Where nothing is left to edit, only the word itself will do.
        let edits = if prefix >= chars.len() { 0 } else { usize::from(edits) };
        Fuzzy { text, edits, prefix: prefix.min(chars.len()), chars }
    }

    /// A text in every word near enough: of as many pieces of the word as there are edits and one more, one is left
    /// untouched, but which is not known; so the fixed prefix, or the whole word.
    pub(crate) fn literal(&self) -> &str {
        if self.edits == 0 {
            return &self.text;
        }
        let end = self.text.char_indices().nth(self.prefix).map_or(self.text.len(), |(at, _)| at);
        &self.text[..end]
    }

    /// The word, and how many edits other tokens may be from it.
    pub(crate) fn near(&self) -> trail_index::Near<'_> {
        trail_index::Near { text: &self.text, edits: self.edits as u32 }
    }

    pub(crate) fn matches(&self, token: &str) -> bool {
        self.distance(token).is_some()
    }

    /// How near a token is: 1 for the word itself, less the more of the shorter of both was edited, below 0 where that is
    /// shorter than the edits are many. `None` if it is too far away.
    pub(crate) fn nearness(&self, token: &str) -> Option<f64> {
        let edits = self.distance(token)?;
        if edits == 0 {
            return Some(1.0);
        }
        let shorter = token.chars().count().min(self.chars.len()).max(1);
        // Lucene divides 32-bit floats; what is equally near must be so here too.
        Some(f64::from(1.0 - edits as f32 / shorter as f32))
    }

    /// The number of edits between the word and `token`, if few enough. Time grows with the length of the word.
    fn distance(&self, token: &str) -> Option<usize> {
        if token == self.text {
            return Some(0);
        }
        // A character is at most four bytes: a token this long is too far away, and most are refused here.
        let longest = 4 * (self.chars.len() + self.edits);
        if self.edits == 0 || token.len() > longest {
            return None;
        }
        let other: Vec<char> = token.chars().collect();
        if other.len().abs_diff(self.chars.len()) > self.edits || other.len() < self.prefix {
            return None;
        }
        if other[..self.prefix] != self.chars[..self.prefix] {
            return None;
        }
        alignment(&self.chars[self.prefix..], &other[self.prefix..], self.edits)
    }
}

/// The optimal string alignment distance if it is at most `limit`; only the band of that width is looked at.
fn alignment(a: &[char], b: &[char], limit: usize) -> Option<usize> {
    let far = limit + 1;
    let mut before = vec![far; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).map(|at| at.min(far)).collect();
    let mut row = vec![far; b.len() + 1];
    for i in 1..=a.len() {
        row.fill(far);
        if i <= limit {
            row[0] = i;
        }
        for j in i.saturating_sub(limit).max(1)..=(i + limit).min(b.len()) {
            let same = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (last[j - 1] + same).min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row[j] = best.min(far);
        }
        if row.iter().all(|&edits| edits > limit) && last.iter().all(|&edits| edits > limit) {
            return None;
        }
        std::mem::swap(&mut before, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    (last[b.len()] <= limit).then_some(last[b.len()])
}
