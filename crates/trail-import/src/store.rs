//! Where the bytes of a recording lie: a file, a part of one, or memory; under any number of compressions.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::codec::{self, Codec, RawCount};
use crate::options::Limits;

/// What is read of a blob to tell what it is.
pub(crate) const HEAD_LEN: usize = 4096;

/// What is kept in memory of bytes that have no file of their own; more goes to an unnamed temporary file. 4 MiB: most
/// recordings fit, and a few of them at a time do no harm.
const SPOOL_MEMORY_LEN: usize = 4 << 20;

/// What is read to tell a compression.
const SNIFF_LEN: usize = 16;

const BUFFER_LEN: usize = 64 << 10;

const MIN_BUFFER_LEN: usize = 512;

/// For readers that are made often and read little.
const SMALL_BUFFER_LEN: usize = 8 << 10;

/// Decoded bytes, in order.
pub(crate) type Stream = Box<dyn BufRead + Send>;

/// Bytes that can be read at any place.
#[derive(Clone)]
pub(crate) enum Handle {
    File(Arc<File>, u64),
    Memory(Arc<Vec<u8>>),
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if matches!(self, Handle::File(..)) { "file" } else { "memory" };
        write!(f, "{} bytes in a {kind}", self.len())
    }
}

impl Handle {
    pub(crate) fn len(&self) -> u64 {
        match self {
            Handle::File(_, len) => *len,
            Handle::Memory(bytes) => bytes.len() as u64,
        }
    }

    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        match self {
            Handle::File(file, _) => read_file_at(file, buffer, at),
            Handle::Memory(bytes) => {
                let rest = usize::try_from(at).ok().and_then(|at| bytes.get(at..)).unwrap_or(&[]);
                let len = rest.len().min(buffer.len());
                buffer[..len].copy_from_slice(&rest[..len]);
                Ok(len)
            }
        }
    }

    /// Fills `buffer` from `at`, as far as there are bytes; returns how many.
    pub(crate) fn read_full_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        let mut done = 0;
        while done < buffer.len() {
            match self.read_at(&mut buffer[done..], at.saturating_add(done as u64)) {
                Ok(0) => break,
                Ok(read) => done += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }
}

#[cfg(unix)]
fn read_file_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

#[cfg(windows)]
fn read_file_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}

/// Copies a stream to where it can be read at any place.
///
/// The second value is the error that ended the stream early: what came before it is kept.
pub(crate) fn spool(mut stream: impl Read, limits: &Limits) -> io::Result<(Handle, Option<io::Error>)> {
    let mut memory = Vec::new();
    if let Err(error) = (&mut stream).take(SPOOL_MEMORY_LEN as u64).read_to_end(&mut memory) {
        return Ok((Handle::Memory(Arc::new(memory)), Some(error)));
    }
    let too_long = || io::Error::other(format!("unpacks to more than {} bytes, the limit", limits.spool_len));
    if memory.len() as u64 > limits.spool_len {
        memory.truncate(limits.spool_len as usize);
        return Ok((Handle::Memory(Arc::new(memory)), Some(too_long())));
    }
    if memory.len() < SPOOL_MEMORY_LEN {
        return Ok((Handle::Memory(Arc::new(memory)), None));
    }
    let mut file = tempfile::tempfile()?;
    file.write_all(&memory)?;
    let mut len = memory.len() as u64;
    let mut buffer = memory;
    buffer.truncate(BUFFER_LEN);
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return Ok((Handle::File(Arc::new(file), len), None)),
            Ok(read) => {
                file.write_all(&buffer[..read])?;
                len += read as u64;
                if len > limits.spool_len {
                    return Ok((Handle::File(Arc::new(file), limits.spool_len), Some(too_long())));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Ok((Handle::File(Arc::new(file), len), Some(error))),
        }
    }
}

#[derive(Clone, Debug)]
enum Base {
    /// Opened when it is read: a folder may hold more files than a process may have open.
    Path(PathBuf),
    Open(Handle),
}

/// A file, or a file inside an archive, that can be read again and again.
#[derive(Clone, Debug)]
pub(crate) struct Blob {
    /// As shown to people: `a.zip!x.cast`.
    pub(crate) path: String,
    /// File name without folder.
    pub(crate) name: String,
    base: Base,
    start: u64,
    /// `None`: to the end.
    len: Option<u64>,
    /// From the outermost to the innermost.
    codecs: Vec<Codec>,
    /// Its first decoded bytes once they have been read, if they are to be kept.
    head: Option<Arc<OnceLock<Vec<u8>>>>,
}

impl Blob {
    pub(crate) fn from_path(path: &Path) -> Blob {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Blob {
            path: path.to_string_lossy().into_owned(),
            name,
            base: Base::Path(path.to_owned()),
            start: 0,
            len: None,
            codecs: Vec::new(),
            head: None,
        }
    }

    pub(crate) fn from_handle(path: String, name: String, handle: Handle) -> Blob {
        Blob { path, name, base: Base::Open(handle), start: 0, len: None, codecs: Vec::new(), head: None }
    }

    /// The member of an archive that stands in this blob, which must not be compressed.
    pub(crate) fn member(&self, member: &str, start: u64, len: u64, codecs: Vec<Codec>) -> Blob {
        debug_assert!(self.codecs.is_empty());
        let limit = self.len.unwrap_or(u64::MAX);
        let start_inside = start.min(limit);
        Blob {
            path: format!("{}!{member}", self.path),
            name: member.rsplit('/').next().unwrap_or(member).to_owned(),
            base: self.base.clone(),
            start: self.start.saturating_add(start_inside),
            len: Some(len.min(limit - start_inside)),
            codecs,
            head: None,
        }
    }

    pub(crate) fn with_codec(mut self, codec: Codec) -> Blob {
        self.codecs.push(codec);
        self.head = None;
        self
    }

    /// How many compressions are around the bytes.
    pub(crate) fn wrappers(&self) -> usize {
        self.codecs.len()
    }

    /// This blob with every compression that its bytes begin with (and the limits allow) to be undone when read.
    ///
    /// For parts of a recording, which were found by their place: single files are peeled where they are found.
    pub(crate) fn unwrapped(&self, limits: &Limits) -> Blob {
        let mut blob = self.clone();
        while blob.wrappers() < limits.depth as usize {
            match blob.head(SNIFF_LEN, limits).ok().as_deref().and_then(Codec::sniff) {
                Some(codec) => blob = blob.with_codec(codec),
                None => break,
            }
        }
        blob
    }

    fn handle(&self) -> io::Result<Handle> {
        match &self.base {
            Base::Open(handle) => Ok(handle.clone()),
            Base::Path(path) => {
                let file = File::open(path)?;
                let len = file.metadata()?.len();
                Ok(Handle::File(Arc::new(file), len))
            }
        }
    }

    fn raw(&self) -> io::Result<RangeReader> {
        let handle = self.handle()?;
        let len = self.len.unwrap_or(u64::MAX).min(handle.len().saturating_sub(self.start));
        Ok(RangeReader { at: self.start, end: self.start.saturating_add(len), handle, count: RawCount::default() })
    }

    /// The decoded bytes from the beginning.
    pub(crate) fn open(&self, limits: &Limits) -> io::Result<Stream> {
        let raw = self.raw()?;
        let count = raw.count.clone();
        let mut stream: Stream = Box::new(BufReader::with_capacity(raw.buffer_len(), raw));
        for codec in &self.codecs {
            stream = Box::new(BufReader::with_capacity(BUFFER_LEN, codec::decode(stream, codec, &count, limits)?));
        }
        Ok(stream)
    }

    /// The first decoded bytes, at most `len`; whatever could be read before an error.
    pub(crate) fn head(&self, len: usize, limits: &Limits) -> io::Result<Vec<u8>> {
        let Some(kept) = self.head.as_ref().filter(|_| len <= HEAD_LEN) else {
            return self.read_head(len, limits);
        };
        let head = match kept.get() {
            Some(head) => head,
            None => {
                let head = self.read_head(HEAD_LEN, limits)?;
                kept.get_or_init(|| head)
            }
        };
        Ok(head[..len.min(head.len())].to_vec())
    }

    fn read_head(&self, len: usize, limits: &Limits) -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        match self.open(limits)?.take(len as u64).read_to_end(&mut head) {
            Err(error) if head.is_empty() => Err(error),
            _ => Ok(head),
        }
    }

    /// Has the first bytes kept once they have been read: each importer that groups files looks at them.
    pub(crate) fn keep_head(mut self) -> Blob {
        self.head = Some(Arc::default());
        self
    }

    /// Forgets the first bytes: a recording that was found may be one of very many.
    pub(crate) fn forget_head(&mut self) {
        self.head = None;
    }

    /// The same bytes where they can be read at any place, with the error that cut them short.
    pub(crate) fn seekable(&self, limits: &Limits) -> io::Result<(Window, Option<io::Error>)> {
        if self.codecs.is_empty() {
            let raw = self.raw()?;
            return Ok((Window { start: raw.at, len: raw.end - raw.at, handle: raw.handle }, None));
        }
        let (handle, error) = spool(self.open(limits)?, limits)?;
        Ok((Window { start: 0, len: handle.len(), handle }, error))
    }

    /// This blob with its compressions undone, and the error that cut it short.
    pub(crate) fn unpacked(&self, limits: &Limits) -> io::Result<(Blob, Option<io::Error>)> {
        if self.codecs.is_empty() {
            return Ok((self.clone(), None));
        }
        let (handle, error) = spool(self.open(limits)?, limits)?;
        Ok((Blob::from_handle(self.path.clone(), self.name.clone(), handle), error))
    }

    /// Feeds the length of the raw, still compressed bytes to the hash, then the bytes.
    pub(crate) fn hash(&self, hasher: &mut blake3::Hasher) -> io::Result<()> {
        let mut raw = self.raw()?;
        hasher.update(&(raw.end - raw.at).to_le_bytes());
        let mut buffer = vec![0; raw.buffer_len()];
        loop {
            match raw.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(read) => {
                    hasher.update(&buffer[..read]);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Length of the raw bytes.
    pub(crate) fn raw_len(&self) -> io::Result<u64> {
        self.raw().map(|raw| raw.end - raw.at)
    }
}

/// Bytes that can be read at any place: part of a [`Handle`].
#[derive(Clone, Debug)]
pub(crate) struct Window {
    handle: Handle,
    start: u64,
    len: u64,
}

impl Window {
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Up to `len` bytes from `at`; fewer at the end.
    pub(crate) fn read(&self, at: u64, len: u64) -> io::Result<Vec<u8>> {
        let len = len.min(self.len.saturating_sub(at));
        let mut bytes = vec![0; usize::try_from(len).map_err(io::Error::other)?];
        let read = self.handle.read_full_at(&mut bytes, self.start.saturating_add(at))?;
        bytes.truncate(read);
        Ok(bytes)
    }

    /// The bytes from `at` to the end.
    pub(crate) fn stream_from(&self, at: u64) -> Stream {
        let (start, end) = (self.start.saturating_add(at.min(self.len)), self.start.saturating_add(self.len));
        let range = RangeReader { handle: self.handle.clone(), at: start, end, count: RawCount::default() };
        Box::new(BufReader::with_capacity(SMALL_BUFFER_LEN, range))
    }
}

struct RangeReader {
    handle: Handle,
    at: u64,
    end: u64,
    count: RawCount,
}

impl RangeReader {
    /// Bytes worth reading at once: small files are many.
    fn buffer_len(&self) -> usize {
        usize::try_from(self.end - self.at).map_or(BUFFER_LEN, |len| len.clamp(MIN_BUFFER_LEN, BUFFER_LEN))
    }
}

impl Read for RangeReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = usize::try_from(self.end - self.at).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.handle.read_at(&mut buffer[..room], self.at)?;
        self.at += read as u64;
        self.count.add(read as u64);
        Ok(read)
    }
}
