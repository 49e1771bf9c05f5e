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
