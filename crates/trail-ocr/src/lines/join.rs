//! Words that stand beside each other become lines.

use trail_content::PixelBox;

use super::label::{Words, root};

/// Words farther apart than this many heights are two lines: cells of a table, columns of a page.
const MAX_GAP_HEIGHTS: f32 = 1.2;
/// A line is at most this many times as high as the higher of the words that are joined.
const MAX_GROWTH: f32 = 1.45;
/// What is narrower than this, in pixels, and much higher than a word is a rule between cells.
const MAX_RULE_WIDTH: u32 = 4;

/// The boxes of the lines that the words make.
pub(super) fn lines(words: &Words) -> Vec<PixelBox> {
    let mut parents: Vec<usize> = (0..words.boxes.len()).collect();
    for word in 0..words.boxes.len() {
        if let Some(next) = right_neighbour(words, word) {
            unite(&mut parents, word, next);
        }
    }
    let mut lines = boxes(words, &mut parents);
    attach_small(words, &mut parents, &lines);
    lines = boxes(words, &mut parents);
    lines.into_iter().flatten().collect()
}

fn unite(parents: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(parents, a), root(parents, b));
    parents[a.max(b)] = a.min(b);
}

/// The box of the line of each word that represents one.
fn boxes(words: &Words, parents: &mut [usize]) -> Vec<Option<PixelBox>> {
    let mut boxes: Vec<Option<PixelBox>> = vec![None; words.boxes.len()];
    for (word, b) in words.boxes.iter().enumerate().filter(|(_, b)| !b.is_empty()) {
        let line = &mut boxes[root(parents, word)];
        *line = Some(line.map_or(*b, |all| all.union(*b)));
    }
    boxes
}

/// The first word to the right that can stand on the same line.
fn right_neighbour(words: &Words, word: usize) -> Option<usize> {
    let b = words.boxes[word];
    if b.is_empty() || b.height() > super::MAX_LINE_HEIGHT {
        return None;
    }
    let reach = (b.height().max(8) as f32 * MAX_GAP_HEIGHTS) as u32;
    let slack = (b.height() / 4).max(2);
    let rows = (words.labels.len() / words.width) as u32;
    let band = b.top.saturating_sub(slack)..(b.bottom + slack).min(rows);
    for x in b.right..(b.right + reach).min(words.width as u32) {
        for y in band.clone() {
            let label = words.labels[y as usize * words.width + x as usize];
            if label == 0 || label as usize - 1 == word {
                continue;
            }
            let other = label as usize - 1;
            if beside(b, words.boxes[other]) {
                return Some(other);
            }
            if is_rule(b, words.boxes[other]) {
                return None;
            }
        }
    }
    None
}

/// Whether two words can stand on one line: side by side, and the line hardly higher than the higher of them.
fn beside(a: PixelBox, b: PixelBox) -> bool {
    let (low, high) = (a.height().min(b.height()) as f32, a.height().max(b.height()) as f32);
    let common = a.bottom.min(b.bottom) as f32 - a.top.max(b.top) as f32;
    let joined = a.union(b).height() as f32;
    let gap = b.left.saturating_sub(a.right) as f32;
    gap <= high.max(8.0) * MAX_GAP_HEIGHTS && joined <= high * MAX_GROWTH && (common >= low * 0.5 || low <= high * 0.35)
}

fn is_rule(word: PixelBox, other: PixelBox) -> bool {
    other.width() <= MAX_RULE_WIDTH && other.top <= word.top && other.bottom >= word.bottom
}

/// Joins dots, accents and strokes to the line over or under which they stand.
fn attach_small(words: &Words, parents: &mut [usize], lines: &[Option<PixelBox>]) {
    let rows = (words.labels.len() / words.width) as u32;
    for word in 0..words.boxes.len() {
        let b = words.boxes[word];
        if b.is_empty() || lines[root(parents, word)].is_none_or(|line| line.height() > 7) {
            continue;
        }
        let reach = 4;
        let below = b.bottom..(b.bottom + reach).min(rows);
        let above = b.top.saturating_sub(reach)..b.top;
        let near = below.chain(above.rev()).find_map(|y| {
            words.row(y, b).iter().filter(|label| **label != 0).find_map(|label| {
                let other = root(parents, *label as usize - 1);
                let line = lines[other]?;
                let fits = line.union(b).height() as f32 <= line.height() as f32 * MAX_GROWTH;
                (line.height() > b.height() * 2 && fits).then_some(other)
            })
        });
        if let Some(line) = near {
            unite(parents, word, line);
        }
    }
}
