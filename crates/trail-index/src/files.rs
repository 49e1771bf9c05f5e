//! Files that are whole or not there.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use crate::error::{Error, io};

/// Writes a file and syncs it. Not atomic: for files that nothing refers to yet.
pub(crate) fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut file = File::create(path).map_err(io("create", path))?;
    file.write_all(bytes).map_err(io("write", path))?;
    file.sync_all().map_err(io("sync", path))
}

/// Puts a file in the place of another so that either the old or the new one is there, whole, whatever happens.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let beside = path.with_extension("new");
    write_synced(&beside, bytes)?;
    fs::rename(&beside, path).map_err(io("rename to", path))?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Makes new names in a folder last.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), Error> {
    // Only Unix can open a folder as a file.
    if cfg!(unix) {
        File::open(folder).and_then(|file| file.sync_all()).map_err(io("sync", folder))?;
    }
    Ok(())
}

/// Removes a file or a whole folder; it is well if it is not there.
pub(crate) fn remove(path: &Path) -> Result<(), Error> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Bytes of a file, or of all files under a folder.
pub(crate) fn size(path: &Path) -> u64 {
    let Ok(meta) = fs::symlink_metadata(path) else { return 0 };
    if !meta.is_dir() {
        return meta.len();
    }
    let Ok(entries) = fs::read_dir(path) else { return 0 };
    entries.flatten().map(|entry| size(&entry.path())).sum()
}
