//! Marks that hang together: words, or parts of them.

use trail_content::PixelBox;

use super::Mask;

/// Marks of a row with at most this many pixels between them hang together: the parts of a letter, the letters of a word.
const WORD_GAP: usize = 4;
/// What is lower cannot be two lines of text.
const MIN_SPLIT_HEIGHT: usize = 14;
/// The least height of what a split leaves.
const MIN_PART_HEIGHT: usize = 5;
/// Less is no rule but a letter.
const MIN_RULE_HEIGHT: u32 = 15;
/// What is no wider is a rule by itself.
const MAX_RULE_WIDTH: u32 = 4;
/// A row with less ink than this share of the fullest row on either side is the border between two lines.
const VALLEY_SHARE: f32 = 0.25;

/// Marks that hang together: a number for each pixel and a box for each number.
pub(super) struct Words {
    pub(super) width: usize,
    /// Number of the word of each pixel plus 1; 0 where there is none.
    pub(super) labels: Vec<u32>,
    pub(super) boxes: Vec<PixelBox>,
}

/// A run of marks in one row.
struct Run {
    y: usize,
    left: usize,
    right: usize,
}

/// The boxes of what hangs together in `mask`, gaps of up to `gap` pixels in a row closed.
pub(crate) fn components(mask: &Mask, gap: usize) -> Vec<PixelBox> {
    let runs = runs(mask, gap);
    let (boxes, _) = connect(&runs);
    boxes
}

/// The words of `mask`.
pub(super) fn words(mask: &Mask) -> Words {
    let (width, height) = (mask.width(), mask.rows().len());
    let runs = runs(mask, WORD_GAP);
    let (boxes, numbers) = connect(&runs);
    let mut labels = vec![0; width * height];
    let rows: Vec<&[bool]> = mask.rows().collect();
    for (run, number) in runs.iter().zip(numbers) {
        for x in run.left..run.right {
            if rows[run.y][x] {
                labels[run.y * width + x] = number as u32 + 1;
            }
        }
    }
    Words { width, labels, boxes }
}

fn runs(mask: &Mask, gap: usize) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (y, row) in mask.rows().enumerate() {
        for (x, _) in row.iter().enumerate().filter(|(_, bit)| **bit) {
            match runs.last_mut().filter(|last| last.y == y && x <= last.right + gap) {
                Some(last) => last.right = x + 1,
                None => runs.push(Run { y, left: x, right: x + 1 }),
            }
        }
    }
    runs
}

/// The boxes of runs that touch, corners included, and the number of each run's box.
fn connect(runs: &[Run]) -> (Vec<PixelBox>, Vec<usize>) {
    let mut parents: Vec<usize> = (0..runs.len()).collect();
    let mut above = 0;
    for (at, run) in runs.iter().enumerate() {
        // Runs are in reading order: `above` follows in the row over this one.
        while runs[above].y + 1 < run.y || (runs[above].y + 1 == run.y && runs[above].right < run.left) {
            above += 1;
        }
        let touching = runs[above..at].iter().take_while(|other| other.y + 1 == run.y && other.left <= run.right);
        for other in above..above + touching.count() {
            let (a, b) = (root(&mut parents, other), root(&mut parents, at));
            parents[a.max(b)] = a.min(b);
        }
    }
    let mut boxes: Vec<PixelBox> = Vec::new();
    let mut numbers = vec![usize::MAX; runs.len()];
    for (at, run) in runs.iter().enumerate() {
        let root = root(&mut parents, at);
        let part = PixelBox::new(run.left as u32, run.y as u32, run.right as u32, run.y as u32 + 1);
        if numbers[root] == usize::MAX {
            numbers[root] = boxes.len();
            boxes.push(part);
        }
        numbers[at] = numbers[root];
        boxes[numbers[at]] = boxes[numbers[at]].union(part);
    }
    (boxes, numbers)
}

/// The representative of a set, its path halved on the way.
pub(super) fn root(parents: &mut [usize], mut at: usize) -> usize {
    while parents[at] != at {
        parents[at] = parents[parents[at]];
        at = parents[at];
    }
    at
}

impl Words {
    /// Takes the strokes out of words that reach over them: carets, sides of buttons and of cells. What stands left and
    /// right of one become two words.
    pub(super) fn drop_rules(&mut self) {
        for word in 0..self.boxes.len() {
            let b = self.boxes[word];
            if b.height() < MIN_RULE_HEIGHT || b.width() <= MAX_RULE_WIDTH {
                continue;
            }
            let columns = self.column_counts(word);
            let straight: Vec<bool> = columns.iter().map(|&count| count * 10 >= b.height() * 9).collect();
            if straight.iter().any(|&straight| straight) && self.inner_height(word, &straight) * 4 <= b.height() * 3 {
                self.take_out(word, &straight);
            }
        }
    }

    fn column_counts(&self, word: usize) -> Vec<u32> {
        let b = self.boxes[word];
        let mut counts = vec![0; b.width() as usize];
        for y in b.top..b.bottom {
            for (count, label) in counts.iter_mut().zip(self.row(y, b)) {
                *count += u32::from(*label == word as u32 + 1);
            }
        }
        counts
    }

    /// The height of what a word has besides its straight columns.
    fn inner_height(&self, word: usize, straight: &[bool]) -> u32 {
        let b = self.boxes[word];
        let inked = |y: &u32| {
            self.row(*y, b).iter().zip(straight).any(|(label, straight)| !straight && *label == word as u32 + 1)
        };
        let first = (b.top..b.bottom).find(inked);
        let last = (b.top..b.bottom).rev().find(inked);
        first.zip(last).map_or(u32::MAX / 4, |(first, last)| last - first + 1)
    }

    /// Clears the straight columns of a word and makes each stretch between them a word.
    fn take_out(&mut self, word: usize, straight: &[bool]) {
        let b = self.boxes[word];
        self.boxes[word] = PixelBox::default();
        let mut numbers = vec![None; straight.len()];
        let mut open = None;
        for (number, straight) in numbers.iter_mut().zip(straight) {
            open = (!straight).then(|| {
                open.unwrap_or_else(|| {
                    self.boxes.push(PixelBox::default());
                    self.boxes.len() - 1
                })
            });
            *number = open;
        }
        for y in b.top..b.bottom {
            let row = &mut self.labels[y as usize * self.width..][b.left as usize..b.right as usize];
            for (x, label) in row.iter_mut().enumerate().filter(|(_, label)| **label == word as u32 + 1) {
                *label = numbers[x].map_or(0, |number| number as u32 + 1);
                if let Some(number) = numbers[x] {
                    let x = b.left + x as u32;
                    let pixel = PixelBox::new(x, y, x + 1, y + 1);
                    let all = &mut self.boxes[number];
                    *all = if all.is_empty() { pixel } else { all.union(pixel) };
                }
            }
        }
    }

    /// Cuts words that hang together with words of the line below where their ink is thinnest.
    pub(super) fn split_rows(&mut self) {
        for word in 0..self.boxes.len() {
            let b = self.boxes[word];
            if b.height() as usize >= MIN_SPLIT_HEIGHT {
                let profile = self.profile(word);
                let mut cuts = Vec::new();
                find_cuts(&profile, 0, &mut cuts);
                self.cut(word, &cuts);
            }
        }
    }

    /// How many marks each row of a word has.
    fn profile(&self, word: usize) -> Vec<u32> {
        let b = self.boxes[word];
        (b.top..b.bottom)
            .map(|y| self.row(y, b).iter().filter(|&&label| label == word as u32 + 1).count() as u32)
            .collect()
    }

    pub(super) fn row(&self, y: u32, b: PixelBox) -> &[u32] {
        &self.labels[y as usize * self.width..][b.left as usize..b.right as usize]
    }

    /// Makes each part after a cut a word of its own.
    fn cut(&mut self, word: usize, cuts: &[usize]) {
        let whole = self.boxes[word];
        let ends: Vec<u32> = cuts.iter().map(|&cut| whole.top + cut as u32).chain([whole.bottom]).collect();
        let mut top = whole.top;
        for (part, &bottom) in ends.iter().enumerate() {
            let number = if part == 0 || cuts.is_empty() { word } else { self.boxes.len() };
            let mut found: Option<PixelBox> = None;
            for y in top..bottom {
                let row = &mut self.labels[y as usize * self.width..][whole.left as usize..whole.right as usize];
                for (x, label) in row.iter_mut().enumerate().filter(|(_, label)| **label == word as u32 + 1) {
                    *label = number as u32 + 1;
                    let x = whole.left + x as u32;
                    let pixel = PixelBox::new(x, y, x + 1, y + 1);
                    found = Some(found.map_or(pixel, |all| all.union(pixel)));
                }
            }
            let found = found.unwrap_or_default();
            if number == word {
                self.boxes[word] = found
            } else {
                self.boxes.push(found)
            }
            top = bottom;
        }
    }
}

/// Adds the rows at which `profile`, which begins at row `from`, falls apart, from top to bottom.
fn find_cuts(profile: &[u32], from: usize, cuts: &mut Vec<usize>) {
    let mut pending = vec![(from, from + profile.len())];
    while let Some((begin, end)) = pending.pop() {
        if let Some(cut) = thinnest(&profile[begin - from..end - from]) {
            cuts.push(begin + cut);
            pending.push((begin, begin + cut));
            pending.push((begin + cut, end));
        }
    }
    cuts.sort_unstable();
}

/// The row with the least ink for what stands on both sides of it, if that is little enough.
fn thinnest(profile: &[u32]) -> Option<usize> {
    if profile.len() < MIN_SPLIT_HEIGHT {
        return None;
    }
    let mut below = vec![0; profile.len() + 1];
    for at in (0..profile.len()).rev() {
        below[at] = below[at + 1].max(profile[at]);
    }
    let mut above = 0;
    let mut best: Option<(f32, usize)> = None;
    for (at, &ink) in profile.iter().enumerate() {
        if at >= MIN_PART_HEIGHT && at + MIN_PART_HEIGHT <= profile.len() {
            let share = ink as f32 / above.min(below[at + 1]).max(1) as f32;
            if share <= VALLEY_SHARE && best.is_none_or(|(least, _)| share < least) {
                best = Some((share, at));
            }
        }
        above = above.max(ink);
    }
    best.map(|(_, at)| at)
}
