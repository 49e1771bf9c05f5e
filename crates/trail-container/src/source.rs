//! Where a reader's bytes come from: memory, a mapped file, or a file read piece by piece.

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::path::Path;

use memmap2::Mmap;

/// Random access to the bytes of a trail. Implement it for ranged reads from an object store.
pub trait Source: Send + Sync {
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

    /// Returns exactly `len` bytes from byte `at`. Callers ask for no more than [`Source::len`] said.
    ///
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] if there are fewer, else whatever the medium answers.
    fn read(&self, at: u64, len: usize) -> io::Result<Cow<'_, [u8]>>;
}

impl Source for [u8] {
    fn len(&self) -> io::Result<u64> {
        Ok(<[u8]>::len(self) as u64)
    }

    fn read(&self, at: u64, len: usize) -> io::Result<Cow<'_, [u8]>> {
        let bytes = usize::try_from(at).ok().and_then(|at| self.get(at..)).and_then(|rest| rest.get(..len));
        bytes.map(Cow::Borrowed).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

impl Source for Vec<u8> {
    fn len(&self) -> io::Result<u64> {
        Source::len(self.as_slice())
    }

    fn read(&self, at: u64, len: usize) -> io::Result<Cow<'_, [u8]>> {
        Source::read(self.as_slice(), at, len)
    }
}

impl<S: Source + ?Sized> Source for &S {
    fn len(&self) -> io::Result<u64> {
        (**self).len()
    }

    fn read(&self, at: u64, len: usize) -> io::Result<Cow<'_, [u8]>> {
        (**self).read(at, len)
    }
}

/// A file mapped into memory: its content at the moment of opening, without the bytes that come later.
#[derive(Debug)]
pub struct MappedFile {
    /// Nothing for an empty file, which cannot be mapped everywhere.
    map: Option<Mmap>,
}

impl MappedFile {
    /// Maps the file at `path`.
    ///
    /// # Errors
    /// Whatever the system answers to opening or mapping.
    pub fn open(path: &Path) -> io::Result<MappedFile> {
        let file = File::open(path)?;
        if file.metadata()?.len() == 0 {
            return Ok(MappedFile { map: None });
        }
        // SAFETY: the map is only ever lent as `&[u8]`, and all that is read through it is treated as hostile: lengths
        // are checked against the slice and contents against hashes each time they are used, so that bytes that change
        // under the map give errors and not undefined values of Rust types. The bytes of a trail do not change: it is
        // append-only, its writers hold a lock, and only `resume` cuts it, at the end of the last whole frame, behind
        // all that a reader has accepted. A file cut by others makes the process end by SIGBUS, as for every user of a
        // memory map; whoever must survive that (following a growing trail) reads through `PlainFile` instead.
        #[expect(unsafe_code, reason = "memory mapping, argued above")]
        let map = unsafe { Mmap::map(&file)? };
        Ok(MappedFile { map: Some(map) })
    }
}

impl AsRef<[u8]> for MappedFile {
    fn as_ref(&self) -> &[u8] {
        self.map.as_deref().unwrap_or_default()
    }
}

impl Source for MappedFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.map.as_ref().map_or(0, |map| map.len() as u64))
    }

    fn read(&self, at: u64, len: usize) -> io::Result<Cow<'_, [u8]>> {
        Source::read(self.map.as_deref().unwrap_or_default(), at, len)
    }
}

/// A file that is read piece by piece and may grow.
#[derive(Debug)]
pub struct PlainFile {
    file: File,
}

impl PlainFile {
    /// Opens the file at `path`.
    ///
    /// # Errors
    /// Whatever the system answers to opening.
    pub fn open(path: &Path) -> io::Result<PlainFile> {
        Ok(PlainFile { file: File::open(path)? })
    }
}

impl Source for PlainFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn read(&self, at: u64, len: usize) -> io::Result<Cow<'_, [u8]>> {
        let mut bytes = vec![0; len];
        read_exact_at(&self.file, &mut bytes, at)?;
        Ok(Cow::Owned(bytes))
    }
}

/// Fills `bytes` from byte `at` of `file`.
#[cfg(unix)]
pub(crate) fn read_exact_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

/// Fills `bytes` from byte `at` of `file`.
#[cfg(windows)]
pub(crate) fn read_exact_at(file: &File, mut bytes: &mut [u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, bytes, at)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes = &mut bytes[read..];
        at += read as u64;
    }
    Ok(())
}
