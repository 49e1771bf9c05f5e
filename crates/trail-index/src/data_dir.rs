//! The data directory: where trails, content and indexes lie.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::{Error, io};
use crate::manifest::MANIFEST_FILE;

const TRAILS: &str = "trails";
const CONTENT: &str = "content";
const INDEX: &str = "index";
/// Names the live generation. It is the one file that a switch to another generation replaces.
const CURRENT: &str = "current";
/// Held while the live generation, or what it is made of, is changed.
const WRITER_LOCK: &str = "writer.lock";
/// Held while a generation is built beside the live one.
const REINDEX_LOCK: &str = "reindex.lock";
const TRAIL_EXTENSION: &str = "trail";

/// A data directory.
///
/// ```text
/// trails/           *.trail, in folders or not
/// content/          content files, named by trail, head and extractor version
/// index/current     the name of the live generation
/// index/g000001/    manifest.json, and one folder for each partition with its segments
/// ```
///
/// Any number of processes may read. One may write ([`DataDir::lock`]), and beside it one may build the next generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataDir {
    root: PathBuf,
}

/// A lock on a data directory, held until it is dropped.
#[derive(Debug)]
pub struct DataLock {
    _file: File,
}

impl DataDir {
    /// A data directory that is there.
    ///
    /// # Errors
    /// [`Error::Io`] if it is not a folder.
    pub fn open(root: impl Into<PathBuf>) -> Result<DataDir, Error> {
        let root = root.into();
        let trails = root.join(TRAILS);
        fs::metadata(&trails).map_err(io("open data directory, read", &trails))?;
        Ok(DataDir { root })
    }

    /// A data directory, made if it is not there.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn create(root: impl Into<PathBuf>) -> Result<DataDir, Error> {
        let root = root.into();
        for folder in [TRAILS, CONTENT, INDEX] {
            let path = root.join(folder);
            fs::create_dir_all(&path).map_err(io("create", &path))?;
        }
        Ok(DataDir { root })
    }

    /// Its path.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of trails.
    pub fn trails_dir(&self) -> PathBuf {
        self.root.join(TRAILS)
    }

    /// The folder of content files.
    pub fn content_dir(&self) -> PathBuf {
        self.root.join(CONTENT)
    }

    /// The folder of generations.
    pub fn index_dir(&self) -> PathBuf {
        self.root.join(INDEX)
    }

    /// The path of the trail of a new session.
    pub fn trail_path(&self, session: &str) -> PathBuf {
        self.trails_dir().join(format!("{session}.{TRAIL_EXTENSION}"))
    }

    /// The path of a content file.
    pub fn content_path(&self, name: &str) -> PathBuf {
        self.content_dir().join(name)
    }

    /// The folder of a generation.
    pub(crate) fn generation_dir(&self, generation: &str) -> PathBuf {
        self.index_dir().join(generation)
    }

    /// All trail files, as paths under the folder of trails with `/` between folders, in order.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn trail_files(&self) -> Result<Vec<String>, Error> {
        let mut files = Vec::new();
        let mut folders = vec![(self.trails_dir(), String::new())];
        while let Some((folder, prefix)) = folders.pop() {
            for entry in fs::read_dir(&folder).map_err(io("list", &folder))? {
                let entry = entry.map_err(io("list", &folder))?;
                let Ok(name) = entry.file_name().into_string() else { continue };
                let path = entry.path();
                if path.is_dir() {
                    folders.push((path, format!("{prefix}{name}/")));
                } else if path.extension().is_some_and(|extension| extension == TRAIL_EXTENSION) && path.is_file() {
                    // Opening a pipe or a socket would wait for ever.
                    files.push(format!("{prefix}{name}"));
                }
            }
        }
        files.sort_unstable();
        Ok(files)
    }

    /// The name of the live generation, if there is one.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn current_generation(&self) -> Result<Option<String>, Error> {
        let path = self.index_dir().join(CURRENT);
        match fs::read_to_string(&path) {
            Ok(name) => Ok(Some(name.trim().to_owned())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io("read", &path)(error)),
        }
    }

    /// Makes a generation the live one.
    pub(crate) fn set_current_generation(&self, generation: &str) -> Result<(), Error> {
        crate::files::replace(&self.index_dir().join(CURRENT), format!("{generation}\n").as_bytes())
    }

    /// All generations that have a manifest, in the order in which they were begun.
    pub(crate) fn generations(&self) -> Result<Vec<String>, Error> {
        let folder = self.index_dir();
        let mut generations = Vec::new();
        for entry in fs::read_dir(&folder).map_err(io("list", &folder))? {
            let entry = entry.map_err(io("list", &folder))?;
            if entry.path().join(MANIFEST_FILE).is_file()
                && let Ok(name) = entry.file_name().into_string()
            {
                generations.push(name);
            }
        }
        generations.sort_unstable();
        Ok(generations)
    }

    /// Locks the data directory for writing: for adding and removing trails and for indexing them.
    ///
    /// # Errors
    /// [`Error::Locked`] if another process writes, [`Error::Io`].
    pub fn lock(&self) -> Result<DataLock, Error> {
        self.lock_file(WRITER_LOCK)
    }

    /// The same, waiting for the other process.
    pub(crate) fn lock_wait(&self) -> Result<DataLock, Error> {
        let path = self.index_dir().join(WRITER_LOCK);
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(io("open", &path))?;
        file.lock().map_err(io("lock", &path))?;
        Ok(DataLock { _file: file })
    }

    /// Locks the building of the next generation.
    pub(crate) fn lock_reindex(&self) -> Result<DataLock, Error> {
        self.lock_file(REINDEX_LOCK)
    }

    fn lock_file(&self, name: &str) -> Result<DataLock, Error> {
        fs::create_dir_all(self.index_dir()).map_err(io("create", &self.index_dir()))?;
        let path = self.index_dir().join(name);
        let file = File::options().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(io("open", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(DataLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::Locked { path }),
            Err(TryLockError::Error(error)) => Err(io("lock", &path)(error)),
        }
    }
}
