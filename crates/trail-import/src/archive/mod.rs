//! Archives: files in files.

mod tar;
mod zip;

use std::sync::Arc;

use crate::Error;
use crate::folder::Folder;
use crate::options::Limits;
use crate::store::{Blob, Handle};

/// A kind of archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Container {
    Tar,
    Zip,
}

/// Tells an archive by its first bytes.
pub(crate) fn sniff(head: &[u8]) -> Option<Container> {
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Some(Container::Zip);
    }
    tar::is_header(head).then_some(Container::Tar)
}

/// What is in an archive.
pub(crate) struct Listing {
    /// In order of their names, the files in each as well.
    pub(crate) folders: Vec<Folder>,
    /// What could not be read of it.
    pub(crate) problems: Vec<Error>,
}

/// A file in an archive.
struct Member {
    name: String,
    blob: Blob,
}

/// Lists the files of an archive. A compressed archive is unpacked first, so that each member can be read by itself.
pub(crate) fn list(container: Container, blob: &Blob, limits: &Limits) -> Result<Listing, Error> {
    let failed = |source| Error::Io { path: blob.path.clone(), source };
    let (plain, cut_short) = blob.unpacked(limits).map_err(failed)?;
    let mut members = Vec::new();
    let mut problems = Vec::new();
    let result = match container {
        Container::Tar => tar::list(&plain, limits, &mut members),
        Container::Zip => zip::list(&plain, limits, &mut members, &mut problems),
    };
    problems.extend(cut_short.map(failed));
    if let Err(source) = result {
        problems.push(failed(source));
    }
    Ok(Listing { folders: by_folder(&blob.path, members), problems })
}

/// Files that are in memory, as if they were an archive's: path, name inside and bytes.
pub(crate) fn from_memory(path: &str, files: impl Iterator<Item = (String, String, Vec<u8>)>) -> Vec<Folder> {
    let members = files.map(|(shown, name, bytes)| {
        let file_name = name.rsplit('/').next().unwrap_or(&name).to_owned();
        Member { blob: Blob::from_handle(shown, file_name, Handle::Memory(Arc::new(bytes))), name }
    });
    by_folder(path, members.collect())
}

fn by_folder(path: &str, mut members: Vec<Member>) -> Vec<Folder> {
    let folder_of = |name: &str| name.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    // A stable sort: of two members with one name, the later one stays the later.
    members.sort_by(|a, b| (folder_of(&a.name), &a.name).cmp(&(folder_of(&b.name), &b.name)));
    let mut folders: Vec<(String, Vec<Blob>)> = Vec::new();
    for member in members {
        let name = folder_of(&member.name);
        match folders.last_mut() {
            Some((last, blobs)) if *last == name => blobs.push(member.blob),
            _ => folders.push((name, vec![member.blob])),
        }
    }
    let shown = |name: String| if name.is_empty() { path.to_owned() } else { format!("{path}!{name}") };
    folders.into_iter().map(|(name, blobs)| Folder::new(shown(name), blobs)).collect()
}
