//! How well a reading agrees with what is known to stand in a picture: words, search tokens, characters.

use std::collections::HashMap;
use std::hash::Hash;

/// Left, top, right, bottom.
pub(crate) type Box4 = [f64; 4];

/// A word that is known to be in the picture; where, if that is known.
pub(crate) struct Known {
    pub(crate) text: String,
    pub(crate) at: Option<Box4>,
}

/// What is known of a picture.
pub(crate) struct Truth {
    pub(crate) words: Vec<Known>,
    /// Boxes of text that is cut off or covered: reading it is neither right nor wrong.
    pub(crate) ignore: Vec<Box4>,
}

/// A line that was read.
pub(crate) struct Reading {
    pub(crate) text: String,
    pub(crate) at: Box4,
}

/// Counts over one or more pictures.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Score {
    words: [usize; 3],
    tokens: [usize; 3],
    characters: usize,
    errors: usize,
}

impl Score {
    pub(crate) fn add(&mut self, other: Score) {
        for at in 0..3 {
            self.words[at] += other.words[at];
            self.tokens[at] += other.tokens[at];
        }
        self.characters += other.characters;
        self.errors += other.errors;
    }

    pub(crate) fn word_recall(&self) -> f64 {
        ratio(self.words[2], self.words[0])
    }

    pub(crate) fn word_precision(&self) -> f64 {
        ratio(self.words[2], self.words[1])
    }

    pub(crate) fn token_recall(&self) -> f64 {
        ratio(self.tokens[2], self.tokens[0])
    }

    pub(crate) fn token_precision(&self) -> f64 {
        ratio(self.tokens[2], self.tokens[1])
    }

    pub(crate) fn character_errors(&self) -> f64 {
        ratio(self.errors, self.characters)
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// Typographic characters as the plain ones they stand for.
fn plain(text: &str) -> String {
    let plain = |c| match c {
        '’' | '‘' => '\'',
        '“' | '”' => '"',
        '—' | '–' | '−' => '-',
        '，' => ',',
        '：' => ':',
        '（' => '(',
        '）' => ')',
        '；' => ';',
        '！' => '!',
        '？' => '?',
        '。' => '.',
        other => other,
    };
    text.chars().map(plain).collect()
}

/// Runs of letters and digits, in lower case.
fn tokens(text: &str) -> Vec<String> {
    let lower = plain(text).to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).filter(|token| !token.is_empty()).map(str::to_owned).collect()
}

/// How many there are on each side, and how many in common, each as often as it occurs.
fn common<T: Hash + Eq>(expected: Vec<T>, found: Vec<T>) -> [usize; 3] {
    let counts = [expected.len(), found.len()];
    let mut left: HashMap<T, usize> = HashMap::new();
    for item in expected {
        *left.entry(item).or_default() += 1;
    }
    let mut hits = 0;
    for item in found {
        if let Some(count) = left.get_mut(&item).filter(|count| **count > 0) {
            *count -= 1;
            hits += 1;
        }
    }
    [counts[0], counts[1], hits]
}

fn overlap(a: &Box4, b: &Box4) -> f64 {
    (a[2].min(b[2]) - a[0].max(b[0])).max(0.0) * (a[3].min(b[3]) - a[1].max(b[1])).max(0.0)
}

fn area(a: &Box4) -> f64 {
    (a[2] - a[0]).max(1.0) * (a[3] - a[1]).max(1.0)
}

/// Scores what was read in one picture.
pub(crate) fn score(truth: &Truth, readings: Vec<Reading>) -> Score {
    let on_word = |at: &Box4| {
        truth.words.iter().filter_map(|word| word.at.as_ref()).any(|word| overlap(at, word) > 0.5 * area(word))
    };
    let ignored = |at: &Box4| {
        truth.ignore.iter().any(|ignore| overlap(at, ignore) > 0.5 * area(at).min(area(ignore))) && !on_word(at)
    };
    let readings: Vec<Reading> = readings.into_iter().filter(|reading| !ignored(&reading.at)).collect();

    let split = |text: &str| plain(text).split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let mut score = Score {
        words: common(
            truth.words.iter().map(|word| plain(&word.text)).collect(),
            readings.iter().flat_map(|reading| split(&reading.text)).collect(),
        ),
        tokens: common(
            truth.words.iter().flat_map(|word| tokens(&word.text)).collect(),
            readings.iter().flat_map(|reading| tokens(&reading.text)).collect(),
        ),
        ..Score::default()
    };
    if truth.words.first().is_some_and(|word| word.at.is_some()) {
        count_characters(truth, &readings, &mut score);
    }
    score
}

/// Words and readings that lie over each other are compared as one piece of text without blanks.
fn count_characters(truth: &Truth, readings: &[Reading], score: &mut Score) {
    let words: Vec<(&Box4, String)> =
        truth.words.iter().filter_map(|word| Some((word.at.as_ref()?, plain(&word.text)))).collect();
    let mut parents: Vec<usize> = (0..words.len() + readings.len()).collect();
    for (at, reading) in readings.iter().enumerate() {
        for (word, (place, _)) in words.iter().enumerate() {
            if overlap(&reading.at, place) > 0.5 * area(place).min(area(&reading.at)) {
                let (a, b) = (root(&mut parents, word), root(&mut parents, words.len() + at));
                parents[a] = b;
            }
        }
    }
    type Side = Vec<(Box4, String)>;
    let mut pieces: HashMap<usize, (Side, Side)> = HashMap::new();
    for (word, (place, text)) in words.iter().enumerate() {
        pieces.entry(root(&mut parents, word)).or_default().0.push((**place, text.clone()));
    }
    for (at, reading) in readings.iter().enumerate() {
        let text = plain(&reading.text).replace(' ', "");
        pieces.entry(root(&mut parents, words.len() + at)).or_default().1.push((reading.at, text));
    }
    for (expected, found) in pieces.into_values() {
        let (expected, found) = (in_reading_order(expected), in_reading_order(found));
        score.characters += expected.len();
        score.errors += distance(&expected, &found);
    }
}

fn root(parents: &mut [usize], mut at: usize) -> usize {
    while parents[at] != at {
        parents[at] = parents[parents[at]];
        at = parents[at];
    }
    at
}

fn in_reading_order(mut parts: Vec<(Box4, String)>) -> Vec<char> {
    let middle = |at: &Box4| (at[1] + at[3]) / 2.0;
    parts.sort_by(|a, b| middle(&a.0).total_cmp(&middle(&b.0)));
    let mut rows: Vec<(f64, Vec<(f64, String)>)> = Vec::new();
    for (at, text) in parts {
        match rows.last_mut().filter(|row| (row.0 - middle(&at)).abs() < 0.5 * (at[3] - at[1])) {
            Some(row) => row.1.push((at[0], text)),
            None => rows.push((middle(&at), vec![(at[0], text)])),
        }
    }
    let mut text = String::new();
    for (_, mut row) in rows {
        row.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
        text.extend(row.into_iter().map(|part| part.1));
    }
    text.chars().collect()
}

/// Insertions, deletions and replacements that turn one text into the other.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = (0..=b.len()).collect();
    for (row, left) in a.iter().enumerate() {
        let mut now = vec![row + 1];
        for (column, right) in b.iter().enumerate() {
            let replaced = before[column] + usize::from(left != right);
            now.push(replaced.min(before[column + 1] + 1).min(now[column] + 1));
        }
        before = now;
    }
    before[b.len()]
}

#[test]
fn scores_count_as_defined() {
    let word = |text: &str, at| Known { text: text.to_owned(), at: Some(at) };
    let truth = Truth {
        words: vec![word("Event-1", [0.0, 0.0, 40.0, 10.0]), word("log", [45.0, 0.0, 60.0, 10.0])],
        ignore: vec![[0.0, 50.0, 40.0, 60.0]],
    };
    let reading = |text: &str, at| Reading { text: text.to_owned(), at };
    let readings = vec![reading("Event-l log", [0.0, 0.0, 60.0, 10.0]), reading("cut off", [0.0, 50.0, 40.0, 60.0])];
    let score = score(&truth, readings);
    assert_eq!((score.words, score.tokens), ([2, 2, 1], [3, 3, 2]));
    assert_eq!((score.characters, score.errors), (10, 1));
}
