//! From the recogniser's table of probabilities to characters: connectionist temporal classification, greedily.

use std::ops::RangeInclusive;

/// The class that separates characters.
const BLANK_CLASS: usize = 0;

/// A character that the network saw, and where.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Seen {
    /// Class of the dictionary.
    pub(crate) class: usize,
    /// The step at which it was surest.
    pub(crate) step: usize,
    /// How sure, from 0 to 1.
    pub(crate) confidence: f32,
}

/// Reads `table`, rows of `classes` probabilities: a class that is the likeliest in successive steps is one character.
pub(crate) fn decode(table: &[f32], classes: usize) -> Vec<Seen> {
    let mut seen: Vec<Seen> = Vec::new();
    let mut before = BLANK_CLASS;
    for (step, row) in table.chunks_exact(classes).enumerate() {
        let (class, confidence) = likeliest(row);
        if class != BLANK_CLASS {
            match seen.last_mut().filter(|_| class == before) {
                Some(last) if last.confidence < confidence => *last = Seen { class, step, confidence },
                Some(_) => {}
                None => seen.push(Seen { class, step, confidence }),
            }
        }
        before = class;
    }
    seen
}

/// The greatest probability of `class` in `steps` of `table`; 0 if there are none.
pub(crate) fn greatest(table: &[f32], classes: usize, steps: RangeInclusive<usize>, class: usize) -> f32 {
    let rows = table.chunks_exact(classes).take(steps.end() + 1).skip(*steps.start());
    rows.map(|row| row[class]).fold(0.0, f32::max)
}

/// The first of the likeliest classes. Rows have thousands of them: the greatest of eight lanes is found side by side.
fn likeliest(row: &[f32]) -> (usize, f32) {
    const LANES: usize = 8;
    let mut lanes = [f32::MIN; LANES];
    let chunks = row.chunks_exact(LANES);
    let rest = chunks.remainder().iter().copied().fold(f32::MIN, f32::max);
    for chunk in chunks {
        for (lane, &probability) in lanes.iter_mut().zip(chunk) {
            *lane = if probability > *lane { probability } else { *lane };
        }
    }
    let greatest = lanes.into_iter().fold(rest, f32::max);
    let class = row.iter().position(|&probability| probability >= greatest);
    class.map_or((BLANK_CLASS, f32::MIN), |class| (class, greatest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(likeliest: &[usize], expected: &[(usize, usize)]) {
        let classes = 4;
        let mut table = vec![0.1_f32; likeliest.len() * classes];
        for (step, class) in likeliest.iter().enumerate() {
            table[step * classes + class] = 0.5 + step as f32 / 100.0;
        }
        let found: Vec<_> = decode(&table, classes).iter().map(|seen| (seen.class, seen.step)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn repeats_are_one_character_unless_a_blank_is_between() {
        check(&[], &[]);
        check(&[0, 0, 0], &[]);
        check(&[1, 1, 0, 1, 2, 2, 3], &[(1, 1), (1, 3), (2, 5), (3, 6)]);
    }
}
