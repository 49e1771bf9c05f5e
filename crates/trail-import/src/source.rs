//! A recording that was found, and its import.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use crate::emit::Emitter;
use crate::importer::Importer;
use crate::lines::Place;
use crate::options::ImportOptions;
use crate::report::ImportReport;
use crate::sink::EventSink;
use crate::store::Blob;
use crate::{Discovery, Error, discover};

/// One recording: a file, some files beside each other, or a part of a file.
///
/// Cheap to clone; can be sent to another thread and imported there.
#[derive(Clone)]
pub struct RecordingSource {
    pub(crate) importer: &'static dyn Importer,
    pub(crate) recording: Recording,
}

/// What makes up a recording.
#[derive(Clone, Debug)]
pub(crate) struct Recording {
    /// As shown to people.
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) format: &'static str,
    pub(crate) parts: Vec<Part>,
    pub(crate) selection: Option<Selection>,
}

/// A file of a recording and what it is for.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) role: &'static str,
    pub(crate) blob: Blob,
}

/// Those pieces of a file that are this recording's.
#[derive(Clone, Debug)]
pub(crate) struct Selection {
    pub(crate) window: crate::store::Window,
    pub(crate) pieces: Arc<Vec<Piece>>,
    /// What was wrong in the file around the pieces, seen when they were listed.
    pub(crate) problems: Arc<Vec<(Place, String)>>,
    /// Whether the pieces stand in the file as they are listed here.
    pub(crate) in_order: bool,
}

/// A piece of a file, with its place for findings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    pub(crate) at: u64,
    pub(crate) len: u64,
    pub(crate) line: u64,
    /// Number of the piece by the format's own counting.
    pub(crate) id: u64,
}

impl Recording {
    pub(crate) fn single(blob: Blob, format: &'static str) -> Recording {
        Recording {
            path: blob.path.clone(),
            name: blob.name.clone(),
            format,
            parts: vec![Part { role: "recording", blob }],
            selection: None,
        }
    }

    pub(crate) fn part(&self, role: &str) -> Option<&Blob> {
        self.parts.iter().find(|part| part.role == role).map(|part| &part.blob)
    }

    /// The only or main file.
    pub(crate) fn main(&self) -> &Blob {
        &self.parts[0].blob
    }
}

impl std::fmt::Debug for RecordingSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.recording.fmt(f)
    }
}

impl RecordingSource {
    /// Where it lies, for people: `folder/x.cast`, `a.zip!x.cast`, `journal.json!host/1f3a`.
    pub fn path(&self) -> &str {
        &self.recording.path
    }

    /// Name of the format, as far as the first bytes tell.
    pub fn format(&self) -> &'static str {
        self.recording.format
    }

    /// The raw bytes it is made of, before decompression; for progress bars.
    ///
    /// # Errors
    /// [`Error::Io`] if a file cannot be opened.
    pub fn raw_len(&self) -> Result<u64, Error> {
        if let Some(selection) = &self.recording.selection {
            return Ok(selection.pieces.iter().map(|piece| piece.len).sum());
        }
        let lens = self
            .recording
            .parts
            .iter()
            .map(|part| part.blob.raw_len().map_err(|source| Error::Io { path: part.blob.path.clone(), source }));
        lens.sum()
    }

    /// A BLAKE3 hash of all raw bytes it is made of and of what each file is for: equal recordings have equal digests,
    /// wherever they lie. Options and the crate's version are not in it.
    ///
    /// # Errors
    /// [`Error::Io`] if a file cannot be read.
    pub fn digest(&self) -> Result<[u8; 32], Error> {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"trail-import 1\0");
        hasher.update(self.recording.format.as_bytes());
        if let Some(selection) = &self.recording.selection {
            for piece in selection.pieces.iter() {
                let bytes = selection.window.read(piece.at, piece.len).map_err(|source| self.io_error(source))?;
                hasher.update(&(bytes.len() as u64).to_le_bytes());
                hasher.update(&bytes);
            }
            return Ok(*hasher.finalize().as_bytes());
        }
        for part in &self.recording.parts {
            let error = |source| Error::Io { path: part.blob.path.clone(), source };
            hasher.update(b"\0part ");
            hasher.update(part.role.as_bytes());
            part.blob.hash(&mut hasher).map_err(error)?;
        }
        Ok(*hasher.finalize().as_bytes())
    }

    fn io_error(&self, source: std::io::Error) -> Error {
        Error::Io { path: self.recording.path.clone(), source }
    }

    /// Reads the recording and hands its events to `sink`.
    ///
    /// Damage does not stop it: what can be understood before and after is handed on, and the report says what is
    /// missing.
    ///
    /// # Errors
    /// An [`Error`] if nothing can be read at all, the head cannot be trusted, or the sink refuses an event.
    pub fn import(&self, options: &ImportOptions, sink: &mut dyn EventSink) -> Result<ImportReport, Error> {
        let mut emitter = Emitter::new(sink, options, &self.recording);
        self.importer.import(&self.recording, &mut emitter)?;
        emitter.finish()?;
        Ok(emitter.report)
    }

    /// The recordings in a file, a folder or an archive. See [`discover`].
    pub fn discover(path: impl AsRef<Path>, options: &ImportOptions) -> Discovery {
        discover(path, options)
    }

    /// The recordings in bytes that come from elsewhere, such as standard input. `name` stands for their path.
    ///
    /// # Errors
    /// [`Error::Io`] if the bytes cannot be read or kept.
    pub fn from_reader(name: &str, reader: impl Read, options: &ImportOptions) -> Result<Discovery, Error> {
        Discovery::from_reader(name, reader, options)
    }

    /// The recordings in files that are in memory, such as an upload's: their names (with `/` between folders) and bytes.
    /// What stands beside each other is paired as in a folder. `name` stands for the path of the folder.
    pub fn from_files(
        name: &str,
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
        options: &ImportOptions,
    ) -> Discovery {
        Discovery::from_files(name, files, options)
    }
}
