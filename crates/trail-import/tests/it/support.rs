//! What the tests share.

use std::path::{Path, PathBuf};

use trail_import::{Collected, Encoding, Error, ImportOptions, ImportReport, RecordingSource, discover};
use trail_model::{ChannelOpen, EventKind, Size};

/// A file of the corpus of real recordings, or nothing (said once per file) where the corpus is not there.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
pub(crate) fn corpus(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("TRAIL_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"), PathBuf::from);
    let path = root.join(path);
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}

/// An imported recording.
pub(crate) struct Imported {
    pub(crate) report: ImportReport,
    pub(crate) events: Collected,
}

impl Imported {
    /// The bytes of all output of a channel.
    pub(crate) fn output(&self, channel: u32) -> Vec<u8> {
        self.bytes(channel, |kind| match kind {
            EventKind::Output(bytes) => Some(bytes),
            _ => None,
        })
    }

    /// The bytes of all input of a channel.
    pub(crate) fn input(&self, channel: u32) -> Vec<u8> {
        self.bytes(channel, |kind| match kind {
            EventKind::Input(bytes) => Some(bytes),
            _ => None,
        })
    }

    fn bytes(&self, channel: u32, pick: impl Fn(&EventKind) -> Option<&Vec<u8>>) -> Vec<u8> {
        let own = self.events.events.iter().filter(|event| event.channel.0 == channel);
        own.filter_map(|event| pick(&event.kind)).flatten().copied().collect()
    }

    pub(crate) fn count(&self, wanted: impl Fn(&EventKind) -> bool) -> usize {
        self.events.events.iter().filter(|event| wanted(&event.kind)).count()
    }

    pub(crate) fn outputs(&self) -> usize {
        self.count(|kind| matches!(kind, EventKind::Output(_)))
    }

    pub(crate) fn sizes(&self) -> Vec<Size> {
        let sizes = self.events.events.iter().filter_map(|event| match &event.kind {
            EventKind::Open(ChannelOpen { size, .. }) => *size,
            EventKind::Resize(size) => Some(*size),
            _ => None,
        });
        sizes.collect()
    }

    pub(crate) fn messages(&self) -> Vec<String> {
        self.report.findings.iter().map(|finding| finding.to_string()).collect()
    }

    /// Checks what must hold for every import.
    pub(crate) fn checked(self) -> Imported {
        let events = &self.events.events;
        assert!(events.is_sorted_by_key(|event| event.offset), "offsets decrease");
        let mut open = std::collections::BTreeMap::new();
        for event in events {
            match &event.kind {
                EventKind::Open(_) => assert_eq!(open.insert(event.channel, true), None, "opened twice"),
                EventKind::Close(_) => assert_eq!(open.insert(event.channel, false), Some(true), "closed twice"),
                _ => assert_eq!(open.get(&event.channel), Some(&true), "event outside of its channel's life"),
            }
        }
        assert!(!open.is_empty() && open.values().all(|open| !open), "left open");
        let sum = |pick: fn(&EventKind) -> usize| events.iter().map(|event| pick(&event.kind) as u64).sum::<u64>();
        let output = sum(|kind| if let EventKind::Output(bytes) = kind { bytes.len() } else { 0 });
        let input = sum(|kind| if let EventKind::Input(bytes) = kind { bytes.len() } else { 0 });
        assert_eq!((self.report.output_bytes, self.report.input_bytes), (output, input));
        assert_eq!(self.report.events, events.len() as u64);
        assert_eq!(events.last().map(|event| event.offset), Some(self.report.duration));
        assert_eq!(self.report.format, self.events.meta.format);
        self
    }
}

pub(crate) fn import(source: &RecordingSource, options: &ImportOptions) -> Result<Imported, Error> {
    let mut events = Collected::default();
    let report = source.import(options, &mut events)?;
    Ok(Imported { report, events }.checked())
}

/// The one recording under a path.
pub(crate) fn import_path(path: &Path) -> Imported {
    import_path_with(path, &ImportOptions::default())
}

pub(crate) fn import_path_with(path: &Path, options: &ImportOptions) -> Imported {
    let mut found: Vec<_> = discover(path, options).collect();
    assert_eq!(found.len(), 1, "{}: {found:?}", path.display());
    import(&found.remove(0).unwrap(), options).unwrap()
}

/// The one recording in these bytes.
pub(crate) fn import_bytes(bytes: &[u8]) -> Imported {
    import_bytes_with(bytes, &ImportOptions::default()).unwrap()
}

pub(crate) fn import_bytes_with(bytes: &[u8], options: &ImportOptions) -> Result<Imported, Error> {
    let mut found: Vec<_> = RecordingSource::from_reader("-", bytes, options)?.collect();
    assert_eq!(found.len(), 1, "{found:?}");
    import(&found.remove(0)?, options)
}

pub(crate) fn with_encoding(label: &str) -> ImportOptions {
    let mut options = ImportOptions::default();
    options.encoding = Some(Encoding::from_label(label).unwrap());
    options
}

pub(crate) fn size(cols: u16, rows: u16) -> Size {
    Size { cols, rows }
}

/// The recordings in files that stand in one folder.
pub(crate) fn import_files(files: &[(&str, &[u8])]) -> Vec<Imported> {
    let options = ImportOptions::default();
    let files = files.iter().map(|(name, bytes)| (name.to_string(), bytes.to_vec()));
    let found = RecordingSource::from_files("folder", files, &options);
    found.filter_map(Result::ok).map(|source| import(&source, &options).unwrap()).collect()
}

/// The only recording in files that stand in one folder.
pub(crate) fn import_one(files: &[(&str, &[u8])]) -> Imported {
    let mut found = import_files(files);
    assert_eq!(found.len(), 1);
    found.remove(0)
}

/// The bytes of a file of the corpus, bzip2 or gzip undone.
pub(crate) fn read_plain(path: &Path) -> Vec<u8> {
    use std::io::Read;
    let bytes = std::fs::read(path).unwrap();
    let mut plain = Vec::new();
    if bytes.starts_with(b"BZh") {
        bzip2::read::MultiBzDecoder::new(&bytes[..]).read_to_end(&mut plain).unwrap();
    } else if bytes.starts_with(b"\x1f\x8b") {
        flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut plain).unwrap();
    } else {
        plain = bytes;
    }
    plain
}

/// The times of all output events, in seconds.
pub(crate) fn output_times(imported: &Imported) -> Vec<f64> {
    let outputs = imported.events.events.iter().filter(|event| matches!(event.kind, EventKind::Output(_)));
    outputs.map(|event| event.offset.as_secs_f64()).collect()
}
