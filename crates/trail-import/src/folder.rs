//! The files that lie beside each other, in a directory or in an archive.

use std::collections::HashMap;

use crate::store::Blob;

/// The files of one folder, by name.
pub(crate) struct Folder {
    /// As shown to people.
    pub(crate) path: String,
    pub(crate) entries: Vec<Blob>,
    by_name: HashMap<String, usize>,
}

impl Folder {
    pub(crate) fn new(path: String, entries: Vec<Blob>) -> Folder {
        let mut by_name = HashMap::with_capacity(entries.len());
        for name_of in [|name: &str| name.to_owned(), |name: &str| plain_name(name).to_owned()] {
            for (index, entry) in entries.iter().enumerate() {
                by_name.entry(name_of(&entry.name)).or_insert(index);
            }
        }
        Folder { path, entries, by_name }
    }

    /// The file of that name, which may have the ending of a compression behind it.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }
}

/// A file name without the ending of a compression.
pub(crate) fn plain_name(name: &str) -> &str {
    let endings = [".gz", ".bz2", ".xz", ".zst", ".zstd"];
    endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name)
}

/// Words in a file name that say what it is, not which recording it is of.
pub(crate) const TIMING_WORDS: [&str; 6] = ["timing", "time", "tm", "timings", "times", "timingfile"];
pub(crate) const DATA_WORDS: [&str; 14] = [
    "typescript",
    "script",
    "out",
    "output",
    "data",
    "log",
    "txt",
    "stdout",
    "session",
    "ts",
    "in",
    "input",
    "stdin",
    "io",
];

/// Names that always stand beside each other.
const FIXED_NAMES: [&str; 9] =
    ["timing", "log", "log.json", "ttyin", "ttyout", "stdin", "stdout", "stderr", "meta.json"];

/// The words of a file name, compression left out.
pub(crate) fn words(name: &str) -> Vec<String> {
    plain_name(name).split(['.', '-', '_']).filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect()
}

/// The words of a name that say which recording it is: `x` in `x.timing`, `x.typescript` and `typescript-x.gz`.
pub(crate) fn own_words(name: &str) -> Vec<String> {
    let mut words = words(name);
    words.retain(|word| !TIMING_WORDS.contains(&word.as_str()) && !DATA_WORDS.contains(&word.as_str()));
    words
}

/// Tells whether the names of two files allow them to be parts of one recording.
pub(crate) fn may_belong_together(a: &str, b: &str) -> bool {
    let fixed = |name| FIXED_NAMES.contains(&plain_name(name));
    // The names of a WALLIX index and of its parts need not be alike: the index names them.
    let wallix = |name| [".mwrm", ".wrm"].iter().any(|ending| plain_name(name).ends_with(ending));
    fixed(b) || (wallix(a) && wallix(b)) || own_words(a) == own_words(b)
}
