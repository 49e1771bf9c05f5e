//! Questions to an archive, made of what stands in it.

use std::collections::{HashMap, HashSet};

use anyhow::Result;
use trail_content::Kind;
use trail_index::IndexReader;

/// A line or title, and when it could first be seen.
pub struct Item {
    /// What it says, on one line.
    pub text: String,
    /// Milliseconds since the start of its recording.
    pub start_ms: u64,
}

/// Reads what the default field looks at: every line and title.
///
/// # Errors
/// If some content cannot be read.
pub fn read_items(index: &IndexReader) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    for (trail, _) in index.indexed() {
        let content = index.open_content(trail)?;
        for channel in content.channels() {
            let moments = channel.moments()?;
            for block in 0..channel.block_count() {
                let block = channel.block(block)?;
                let visible = block.items().filter(|item| matches!(item.kind(), Kind::Line | Kind::Title));
                items.extend(visible.filter(|item| !item.text().is_empty()).map(|item| Item {
                    text: item.text().replace('\n', " "),
                    start_ms: item.spans().next().map_or(0, |span| moments.start_time(span.begin).0 / 1_000_000),
                }));
            }
        }
    }
    Ok(items)
}

/// The words of a text that all engines read alike: ASCII letters and digits, in lower case.
pub fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect()
}

/// In how many items each word stands, the commonest first.
pub fn frequencies(items: &[Item]) -> Vec<(String, usize)> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for item in items {
        let mut words = words(&item.text);
        words.sort_unstable();
        words.dedup();
        for word in words {
            *counts.entry(word).or_default() += 1;
        }
    }
    let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counts
}

/// Words that stand in so many items more than all others are the common ones.
const COMMON_WORDS: usize = 30;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Question {
    /// One word.
    Term(String),
    /// Two words.
    And(String, String),
    /// Two words, one behind the other.
    Phrase(String, String),
    /// A word by its beginning.
    Prefix(String),
    /// A word by something inside it.
    Infix(String),
    /// A word with one edit.
    Fuzzy(String),
    /// A word by a regular expression that all engines read alike.
    Regexp(String),
    /// One word, and less than a minute later another.
    Sequence(String, String),
    /// A word beside something that was visible for less than so many milliseconds.
    Shown(String, u32),
    /// A word in a part of each recording, in seconds.
    During(String, u32, u32),
}

/// Kinds of question with their names, each `count` times.
pub struct Questions {
    /// In the order of the table.
    pub kinds: Vec<(&'static str, Vec<Question>)>,
}

/// A small generator of numbers, the same on every machine.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

/// What questions are made of.
struct Source<'a> {
    items: &'a [Item],
    numbers: Numbers,
}

impl Source<'_> {
    /// Words of some item: the commoner a word, the likelier it comes.
    fn line(&mut self, least: usize) -> Vec<String> {
        loop {
            let line = words(&self.items[self.numbers.below(self.items.len())].text);
            if line.len() >= least {
                return line;
            }
        }
    }

    fn word(&mut self, least_len: usize) -> String {
        loop {
            let line = self.line(1);
            let word = &line[self.numbers.below(line.len())];
            if word.len() >= least_len {
                return word.clone();
            }
        }
    }

    /// Two neighbours of some item.
    fn neighbours(&mut self) -> (String, String) {
        let line = self.line(2);
        let at = self.numbers.below(line.len() - 1);
        (line[at].clone(), line[at + 1].clone())
    }
}

impl Questions {
    /// Makes questions from the items; other seeds give others.
    pub fn new(items: &[Item], count: usize, seed: u64) -> Questions {
        let mut source = Source { items, numbers: Numbers(seed) };
        let common: Vec<String> = frequencies(items).into_iter().take(COMMON_WORDS).map(|(word, _)| word).collect();
        let is_common: HashSet<&str> = common.iter().map(String::as_str).collect();
        let mut kinds = Vec::new();
        let mut kind = |name, make: &mut dyn FnMut(&mut Source<'_>) -> Question| {
            kinds.push((name, (0..count).map(|_| make(&mut source)).collect()));
        };
        kind("term", &mut |from| Question::Term(from.word(2)));
        kind("term, common", &mut |from| Question::Term(common[from.numbers.below(common.len())].clone()));
        kind("AND", &mut |from| Question::And(from.word(2), from.word(2)));
        kind("phrase", &mut |from| {
            let (a, b) = from.neighbours();
            Question::Phrase(a, b)
        });
        kind("phrase, common words", &mut |from| {
            loop {
                let (a, b) = from.neighbours();
                if is_common.contains(a.as_str()) && is_common.contains(b.as_str()) {
                    return Question::Phrase(a, b);
                }
            }
        });
        kind("prefix", &mut |from| Question::Prefix(from.word(4)[..3].to_owned()));
        kind("infix wildcard", &mut |from| {
            let word = from.word(6);
            let start = 1 + from.numbers.below(word.len() - 5);
            Question::Infix(word[start..start + 4].to_owned())
        });
        kind("fuzzy", &mut |from| Question::Fuzzy(from.word(5)));
        kind("regexp", &mut |from| {
            let word = from.word(5);
            Question::Regexp(format!("{}.*[{}0-9]", &word[..2], &word[word.len() - 1..]))
        });
        kind("sequence", &mut |from| Question::Sequence(from.word(3), from.word(3)));
        kind("shown", &mut |from| Question::Shown(from.word(3), 500 + 250 * from.numbers.below(6) as u32));
        kind("time range", &mut |from| {
            let start = from.numbers.below(240) as u32;
            Question::During(from.word(2), start, start + 30)
        });
        Questions { kinds }
    }
}

impl Question {
    /// In this project's language.
    pub fn ours(&self) -> String {
        match self {
            Question::Term(word) => format!("\"{word}\""),
            Question::And(a, b) => format!("\"{a}\" AND \"{b}\""),
            Question::Phrase(a, b) => format!("\"{a} {b}\""),
            Question::Prefix(text) => format!("{text}*"),
            Question::Infix(text) => format!("*{text}*"),
            Question::Fuzzy(word) => format!("{word}~1"),
            Question::Regexp(pattern) => format!("/{pattern}/"),
            Question::Sequence(a, b) => format!("\"{a}\" THEN<60s \"{b}\""),
            Question::Shown(word, ms) => format!("\"{word}\" AND shown:<{ms}ms"),
            Question::During(word, from, to) => format!("\"{word}\" AND during:[+{from}s TO +{to}s]"),
        }
    }
}
