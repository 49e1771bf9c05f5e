//! Where a writer's bytes go.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result, io};
use crate::source::read_exact_at;

/// What a writer needs of a file. The tests have one that fails on purpose.
pub trait Storage {
    /// Writes all of `bytes` at byte `at`, which is the current end. Doing it again with the same arguments must give
    /// the same file: nothing depends on a position that a failed attempt has moved.
    ///
    /// # Errors
    /// Whatever the medium answers; some of the bytes may have been written.
    fn write_at(&mut self, at: u64, bytes: &[u8]) -> io::Result<()>;

    /// Returns when everything written so far is on the medium.
    ///
    /// # Errors
    /// Whatever the medium answers.
    fn sync(&mut self) -> io::Result<()>;

    /// Returns the current length.
    ///
    /// # Errors
    /// Whatever the medium answers.
    fn len(&self) -> io::Result<u64>;

    /// Tells whether there are no bytes.
    ///
    /// # Errors
    /// Whatever the medium answers.
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }

    /// Reads exactly `bytes.len()` bytes from byte `at`.
    ///
    /// # Errors
    /// Whatever the medium answers.
    fn read_at(&self, at: u64, bytes: &mut [u8]) -> io::Result<()>;

    /// Keeps a copy of the bytes from `at` to the end outside the trail, then cuts them off. When it returns, both are
    /// on the medium.
    ///
    /// # Errors
    /// Whatever the medium answers; the copy is complete before anything is cut.
    fn set_aside(&mut self, at: u64) -> io::Result<()>;
}

/// A locked file.
#[derive(Debug)]
pub struct FileStorage {
    file: File,
    path: PathBuf,
}

impl FileStorage {
    /// Creates a file that must not exist yet and locks it.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Locked`].
    pub fn create(path: &Path) -> Result<FileStorage> {
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(path).map_err(io("create trail"))?;
        FileStorage::locked(file, path)
    }

    /// Opens a file that exists and locks it.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Locked`].
    pub fn open(path: &Path) -> Result<FileStorage> {
        let file = OpenOptions::new().read(true).write(true).open(path).map_err(io("open trail for writing"))?;
        FileStorage::locked(file, path)
    }

    fn locked(file: File, path: &Path) -> Result<FileStorage> {
        match file.try_lock() {
            Ok(()) => Ok(FileStorage { file, path: path.to_owned() }),
            Err(TryLockError::WouldBlock) => Err(Error::Locked),
            Err(TryLockError::Error(source)) => Err(Error::Io { action: "lock trail", source }),
        }
    }
}

impl Storage for FileStorage {
    fn write_at(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        write_all_at(&mut self.file, bytes, at)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn read_at(&self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        read_exact_at(&self.file, bytes, at)
    }

    /// Copies the torn tail to a file beside the trail, named `<trail>.torn-<first byte>`, or with `.1`, `.2` … behind
    /// if that exists.
    fn set_aside(&mut self, at: u64) -> io::Result<()> {
        let mut copy = create_beside(&self.path, at)?;
        let mut buffer = vec![0; 64 << 10];
        let (mut from, end) = (at, self.len()?);
        while from < end {
            let piece = (end - from).min(buffer.len() as u64) as usize;
            self.read_at(from, &mut buffer[..piece])?;
            copy.write_all(&buffer[..piece])?;
            from += piece as u64;
        }
        copy.sync_all()?;
        self.file.set_len(at)?;
        self.file.sync_all()
    }
}

/// Memory: for trails that are only needed while a process runs, and for tests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryStorage {
    /// The trail.
    pub bytes: Vec<u8>,
    /// Torn tails that a resume has set aside: first byte and content.
    pub aside: Vec<(u64, Vec<u8>)>,
}

impl Storage for MemoryStorage {
    fn write_at(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        let at = usize::try_from(at).ok().filter(|at| *at <= self.bytes.len());
        let at = at.ok_or(io::ErrorKind::InvalidInput)?;
        self.bytes.truncate(at);
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.bytes.len() as u64)
    }

    fn read_at(&self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        let from = usize::try_from(at).ok().and_then(|at| self.bytes.get(at..));
        let from = from.and_then(|rest| rest.get(..bytes.len())).ok_or(io::ErrorKind::UnexpectedEof)?;
        bytes.copy_from_slice(from);
        Ok(())
    }

    fn set_aside(&mut self, at: u64) -> io::Result<()> {
        let from = usize::try_from(at).ok().filter(|at| *at <= self.bytes.len());
        let tail = self.bytes.split_off(from.ok_or(io::ErrorKind::InvalidInput)?);
        self.aside.push((at, tail));
        Ok(())
    }
}

/// Creates the file that takes a torn tail.
fn create_beside(path: &Path, at: u64) -> io::Result<File> {
    /// Many more than a trail is ever torn at one byte.
    const MAX_ATTEMPTS: u32 = 1000;
    let mut last = io::ErrorKind::AlreadyExists.into();
    for attempt in 0..MAX_ATTEMPTS {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".torn-{at}"));
        if attempt > 0 {
            name.push(format!(".{attempt}"));
        }
        match OpenOptions::new().write(true).create_new(true).open(&name) {
            Ok(file) => return Ok(file),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

#[cfg(unix)]
fn write_all_at(file: &mut File, bytes: &[u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

#[cfg(windows)]
fn write_all_at(file: &mut File, bytes: &[u8], at: u64) -> io::Result<()> {
    use std::io::{Seek, SeekFrom};
    file.seek(SeekFrom::Start(at))?;
    file.write_all(bytes)
}
