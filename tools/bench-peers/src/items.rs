//! The items of a data directory as plain texts, for peers that know nothing of time.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

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
pub fn read(index: &IndexReader) -> Result<Vec<Item>> {
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

/// Writes the texts to a file, one on each line.
///
/// # Errors
/// If it cannot be written.
pub fn write(items: &[Item], path: &Path) -> Result<u64> {
    let mut out = BufWriter::new(File::create(path)?);
    for item in items {
        writeln!(out, "{}", item.text)?;
    }
    out.flush()?;
    Ok(std::fs::metadata(path)?.len())
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
