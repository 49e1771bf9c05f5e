//! What is measured on.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use trail_import::{Collected, ImportOptions, discover};
use trail_model::{Event, EventKind, SessionMeta, Size};

/// The recorded programs, in the order of the tables.
pub const RECORDINGS: [&str; 6] = ["vim", "htop", "less", "top", "tmux", "shell"];
/// The texts.
pub const TEXTS: [&str; 3] = ["ascii", "sgr", "cjk"];
/// Texts are fed in pieces of this length.
const PIECE_LEN: usize = 1024;

/// Terminal output in the pieces in which it was written.
pub struct Stream {
    /// Its name.
    pub name: String,
    /// The screen.
    pub size: Size,
    /// The writes.
    pub pieces: Vec<Vec<u8>>,
}

impl Stream {
    /// Bytes in all.
    pub fn len(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.len() as u64).sum()
    }

    /// Tells whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A recording that has been read.
pub struct Recording {
    /// Where it lies.
    pub path: String,
    /// What it says of itself.
    pub meta: SessionMeta,
    /// What happened.
    pub events: Vec<Event>,
}

impl Recording {
    /// Bytes of terminal output.
    pub fn output_len(&self) -> u64 {
        self.events
            .iter()
            .map(|event| if let EventKind::Output(bytes) = &event.kind { bytes.len() as u64 } else { 0 })
            .sum()
    }
}

/// The three texts and the six recordings of the folder.
///
/// # Errors
/// If one of them cannot be read.
pub fn streams(folder: &Path) -> Result<Vec<Stream>> {
    let mut streams = Vec::new();
    for name in TEXTS {
        let path = folder.join(format!("{name}.txt"));
        let bytes = fs::read(&path).with_context(|| format!("failed to read {}", path.display()))?;
        let pieces = bytes.chunks(PIECE_LEN).map(<[u8]>::to_vec).collect();
        streams.push(Stream { name: name.to_owned(), size: Size::DEFAULT, pieces });
    }
    for name in RECORDINGS {
        let recordings = recordings(&folder.join(format!("{name}.cast")))?;
        let recording = recordings.into_iter().next().context("no recording")?;
        let mut stream = Stream { name: name.to_owned(), size: Size::DEFAULT, pieces: Vec::new() };
        for event in recording.events {
            match event.kind {
                EventKind::Output(bytes) => stream.pieces.push(bytes),
                EventKind::Open(open) => stream.size = open.size.unwrap_or(Size::DEFAULT),
                _ => {}
            }
        }
        streams.push(stream);
    }
    Ok(streams)
}

/// All recordings in a file or folder. Those that cannot be read are told on standard error and left out.
///
/// # Errors
/// If there is none.
pub fn recordings(path: &Path) -> Result<Vec<Recording>> {
    let options = ImportOptions::default();
    let mut found = Vec::new();
    for source in discover(path, &options) {
        let Ok(source) = source else { continue };
        let mut collected = Collected::default();
        if source.import(&options, &mut collected).is_ok() && !collected.events.is_empty() {
            found.push(Recording { path: source.path().to_owned(), meta: collected.meta, events: collected.events });
        }
    }
    anyhow::ensure!(!found.is_empty(), "no recording in {}", path.display());
    Ok(found)
}

/// The asciicast files of all sets in the folder, in order.
///
/// # Errors
/// If the folder cannot be read.
pub fn casts(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("failed to list {}", folder.display()))? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() && name.starts_with("set-") {
                folders.push(path);
            } else if name.ends_with(".cast") && RECORDINGS.contains(&name.trim_end_matches(".cast")) {
                paths.push(path);
            }
        }
    }
    paths.sort();
    Ok(paths)
}
