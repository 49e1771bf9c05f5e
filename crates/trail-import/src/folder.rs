//! The files that lie beside each other, in a directory or in an archive.

use crate::store::Blob;

/// The files of one folder, by name.
pub(crate) struct Folder {
    /// As shown to people.
    pub(crate) path: String,
    pub(crate) entries: Vec<Blob>,
}

impl Folder {
    /// The file of that name, which may have the ending of a compression behind it.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        let exact = self.entries.iter().position(|entry| entry.name == name);
        exact.or_else(|| self.entries.iter().position(|entry| plain_name(&entry.name) == name))
    }
}

/// A file name without the ending of a compression.
pub(crate) fn plain_name(name: &str) -> &str {
    let endings = [".gz", ".bz2", ".xz", ".zst", ".zstd"];
    endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name)
}
