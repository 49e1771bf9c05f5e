//! What recordings there are under a path.

use std::collections::VecDeque;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::codec::Codec;
use crate::folder::{Folder, may_belong_together};
use crate::importer::{Group, Probe, REGISTRY};
use crate::options::ImportOptions;
use crate::source::RecordingSource;
use crate::store::{Blob, HEAD_LEN, spool};
use crate::{Error, archive};

/// In folders of at most so many files the first bytes of each are kept while importers look at them.
const KEPT_HEADS: usize = 4096;

/// Folders inside each other that are searched. Deeper ones are told as errors.
const MAX_FOLDER_DEPTH: u32 = 128;

/// Finds the recordings in a file, a folder (and its folders) or an archive.
///
/// Files come sorted by name, folder by folder, so the order is always the same. Each recording comes once: a sudo
/// directory is one, a typescript and its timing file are one, an archive gives all of its members, a tlog file may hold
/// several. What is no recording, or cannot be read, comes as an [`Error`] that names it; symbolic links to folders,
/// sockets and devices inside folders are passed over.
pub fn discover(path: impl AsRef<Path>, options: &ImportOptions) -> Discovery {
    let mut discovery = Discovery::new(options);
    discovery.queue.push_back(Work::Path { path: path.as_ref().to_owned(), depth: 0 });
    discovery
}

/// Iterator over the recordings that were found. See [`discover`].
pub struct Discovery {
    options: ImportOptions,
    queue: VecDeque<Work>,
}

enum Work {
    Path {
        path: PathBuf,
        depth: u32,
    },
    /// A file that belongs to no group; `wrappers`: how many were peeled to get there.
    File {
        blob: Blob,
        wrappers: u32,
    },
    /// A file named by the caller: what stands beside it may belong to it.
    Named(PathBuf),
    Found(Box<RecordingSource>),
    Failed(Error),
}

impl Iterator for Discovery {
    type Item = Result<RecordingSource, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.queue.pop_front()? {
                Work::Found(mut source) => {
                    source.recording.parts.iter_mut().for_each(|part| part.blob.forget_head());
                    return Some(Ok(*source));
                }
                Work::Failed(error) => return Some(Err(error)),
                Work::Path { path, depth } => {
                    if let Err(source) = self.path(&path, depth) {
                        return Some(Err(Error::Io { path: path.to_string_lossy().into_owned(), source }));
                    }
                }
                Work::Named(path) => {
                    if let Err(error) = self.file(Blob::from_path(&path), 0, Some(&path)) {
                        return Some(Err(error));
                    }
                }
                Work::File { blob, wrappers } => {
                    if let Err(error) = self.file(blob, wrappers, None) {
                        return Some(Err(error));
                    }
                }
            }
        }
    }
}

impl Discovery {
    fn new(options: &ImportOptions) -> Discovery {
        Discovery { options: options.clone(), queue: VecDeque::new() }
    }

    pub(crate) fn from_reader(name: &str, reader: impl Read, options: &ImportOptions) -> Result<Discovery, Error> {
        let failed = |source| Error::Io { path: name.to_owned(), source };
        let (handle, error) = spool(reader, &options.limits).map_err(failed)?;
        match error {
            Some(source) => Err(failed(source)),
            None => {
                let mut discovery = Discovery::new(options);
                let blob = Blob::from_handle(name.to_owned(), String::new(), handle);
                discovery.queue.push_back(Work::File { blob, wrappers: 0 });
                Ok(discovery)
            }
        }
    }

    pub(crate) fn from_files(
        name: &str,
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
        options: &ImportOptions,
    ) -> Discovery {
        let members = files.into_iter().map(|(file, bytes)| (format!("{name}!{file}"), file, bytes));
        let folders = archive::from_memory(name, members);
        let mut discovery = Discovery::new(options);
        for folder in folders {
            let found = grouped(folder, 0, options);
            discovery.queue.extend(found.into_iter().flatten());
        }
        discovery
    }

    /// Puts what was found before everything that is still to be looked at.
    fn push_front(&mut self, work: Vec<Work>) {
        for item in work.into_iter().rev() {
            self.queue.push_front(item);
        }
    }

    fn path(&mut self, path: &Path, depth: u32) -> io::Result<()> {
        let metadata = fs::metadata(path)?;
        if metadata.is_dir() {
            return self.directory(path, depth);
        }
        if metadata.is_file() {
            self.push_front(vec![Work::Named(path.to_owned())]);
            return Ok(());
        }
        // A pipe, named by the caller: it can be read only once.
        let (handle, error) = spool(fs::File::open(path)?, &self.options.limits)?;
        if let Some(error) = error {
            return Err(error);
        }
        let blob = Blob::from_path(path);
        let blob = Blob::from_handle(blob.path, blob.name, handle);
        self.push_front(vec![Work::File { blob, wrappers: 0 }]);
        Ok(())
    }

    fn directory(&mut self, path: &Path, depth: u32) -> io::Result<()> {
        if depth >= MAX_FOLDER_DEPTH {
            return Err(io::Error::other(format!("more than {MAX_FOLDER_DEPTH} folders inside each other")));
        }
        let mut entries = fs::read_dir(path)?.collect::<Result<Vec<_>, _>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        let mut files = Vec::new();
        // Sub-folders, each with the number of files that come before it.
        let mut folders = Vec::new();
        for entry in entries {
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push((files.len(), entry.path()));
            } else if kind.is_file() || (kind.is_symlink() && entry.path().is_file()) {
                files.push(Blob::from_path(&entry.path()));
            }
        }
        if files.len() <= KEPT_HEADS {
            files = files.into_iter().map(Blob::keep_head).collect();
        }
        let folder = Folder::new(path.to_string_lossy().into_owned(), files);
        let mut found = grouped(folder, 0, &self.options);
        for (before, path) in folders.into_iter().rev() {
            found.insert(before, Some(Work::Path { path, depth: depth + 1 }));
        }
        self.push_front(found.into_iter().flatten().collect());
        Ok(())
    }

    /// Peels the wrappers of a file and asks the importers about it.
    fn file(&mut self, mut blob: Blob, mut wrappers: u32, named: Option<&Path>) -> Result<(), Error> {
        let limits = self.options.limits.clone();
        let path = blob.path.clone();
        let failed = |source| Error::Io { path: path.clone(), source };
        loop {
            let head = blob.head(HEAD_LEN, &limits).map_err(failed)?;
            let codec = Codec::sniff(&head);
            let container = archive::sniff(&head);
            if codec.is_none() && container.is_none() {
                return self.leaf(blob, &head, named);
            }
            wrappers += 1;
            if wrappers > limits.depth {
                return Err(Error::TooLarge {
                    path,
                    what: "wrappers inside each other",
                    limit: u64::from(limits.depth),
                });
            }
            if let Some(codec) = codec {
                blob = blob.with_codec(codec);
            } else if let Some(container) = container {
                return self.archive(container, &blob, wrappers);
            }
        }
    }

    fn leaf(&mut self, blob: Blob, head: &[u8], named: Option<&Path>) -> Result<(), Error> {
        if let Some(what) = encrypted(head) {
            return Err(Error::Encrypted { path: blob.path, what });
        }
        let limits = &self.options.limits;
        let probe = Probe { blob: &blob, head, limits };
        let claim = REGISTRY.iter().find_map(|importer| importer.probe(&probe).map(|format| (*importer, format)));
        if claim.is_none_or(|(importer, _)| importer.has_siblings())
            && let Some(found) = named.and_then(|path| with_siblings(path, &self.options))
        {
            self.push_front(vec![Work::Found(Box::new(found?))]);
            return Ok(());
        }
        let Some((importer, format)) = claim else {
            return Err(Error::NotARecording { path: blob.path });
        };
        let recordings = importer.split(&blob, format, limits)?;
        let found =
            recordings.into_iter().map(|recording| Work::Found(Box::new(RecordingSource { importer, recording })));
        self.push_front(found.collect());
        Ok(())
    }

    fn archive(&mut self, container: archive::Container, blob: &Blob, wrappers: u32) -> Result<(), Error> {
        let listing = archive::list(container, blob, &self.options.limits)?;
        let mut work = Vec::new();
        for folder in listing.folders {
            let found = grouped(folder, wrappers, &self.options);
            work.extend(found.into_iter().flatten());
        }
        work.extend(listing.problems.into_iter().map(Work::Failed));
        self.push_front(work);
        Ok(())
    }
}

/// The recording of several files that the one at `path` belongs to, if it is its main file; else an error says so.
fn with_siblings(path: &Path, options: &ImportOptions) -> Option<Result<RecordingSource, Error>> {
    let name = path.file_name()?.to_string_lossy();
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut beside: Vec<PathBuf> = fs::read_dir(parent)
        .ok()?
        .filter_map(Result::ok)
        .filter(|entry| may_belong_together(&name, &entry.file_name().to_string_lossy()))
        .map(|entry| path.with_file_name(entry.file_name()))
        .filter(|path| path.is_file())
        .collect();
    beside.sort();
    let shown = path.parent().unwrap_or(Path::new("")).to_string_lossy().into_owned();
    let folder = Folder::new(shown, beside.iter().map(|path| Blob::from_path(path)).collect());
    let named = path.to_string_lossy();
    REGISTRY.iter().find_map(|importer| {
        let mut groups = importer.group(&folder, &options.limits).into_iter();
        let group = groups.find(|group| group.recording.parts.iter().any(|part| part.blob.path == named))?;
        Some(match group.recording.main().path == named {
            true => Ok(RecordingSource { importer: *importer, recording: group.recording }),
            false => Err(Error::PartOf { path: named.clone().into_owned(), recording: group.recording.path }),
        })
    })
}

/// Sorts the files of a folder into groups and single files.
///
/// One item for each file of the folder, at its place; the files of a group other than its first are `None`.
fn grouped(folder: Folder, wrappers: u32, options: &ImportOptions) -> Vec<Option<Work>> {
    let mut items: Vec<Option<Work>> = Vec::new();
    items.resize_with(folder.entries.len(), || None);
    let mut taken = vec![false; folder.entries.len()];
    let mut whole = false;
    for importer in REGISTRY {
        for Group { entries, recording, whole_folder } in importer.group(&folder, &options.limits) {
            let (Some(&first), false) = (entries.first(), whole || entries.iter().any(|&entry| taken[entry])) else {
                continue;
            };
            entries.iter().for_each(|&entry| taken[entry] = true);
            items[first] = Some(Work::Found(Box::new(RecordingSource { importer: *importer, recording })));
            whole |= whole_folder;
        }
    }
    if !whole {
        for ((item, blob), taken) in items.iter_mut().zip(folder.entries).zip(taken) {
            if !taken {
                *item = Some(Work::File { blob, wrappers });
            }
        }
    }
    items
}

/// Tells bytes that hold a recording which cannot be read without a key.
fn encrypted(head: &[u8]) -> Option<&'static str> {
    let starts = |magic: &[u8]| head.starts_with(magic);
    if starts(b"age-encryption.org/") || starts(b"-----BEGIN AGE ENCRYPTED FILE-----") {
        return Some("age");
    }
    if starts(b"-----BEGIN PGP MESSAGE-----") {
        return Some("OpenPGP");
    }
    // Public-key encrypted session key packets, version 3: old and new packet headers.
    if let [0x84 | 0x85, ..] | [0xc1, ..] = head
        && head.get(1..4).is_some_and(|bytes| bytes.contains(&3))
        && head.len() > 64
    {
        return Some("OpenPGP");
    }
    starts(b"WCFM").then_some("Wallix")
}
