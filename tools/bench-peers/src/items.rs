//! The items of a data directory as plain texts, for peers that know nothing of time.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Result;
use trail_benches::questions::Item;

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
