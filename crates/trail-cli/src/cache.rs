//! Content extracted before, kept by what it was extracted from.
//!
//! An entry's key is a hash of the recording's bytes, of every option that changes what is read, and of the versions of
//! the code that reads it. So an entry can be missing, never stale. It holds no input that was not shown: content never
//! does. Entries are files of mode 0600 in a folder of mode 0700.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use trail_content::{ContentFile, EXTRACTOR_VERSION, FORMAT_VERSION, Kind, PixelReader};
use trail_index::{KindStats, SessionInfo};
use trail_model::{SessionMeta, Timestamp};
use trail_search::Totals;

use crate::args::ReadArgs;
use crate::recording::Extracted;

/// The cache as a whole: after a run that wrote to it, the oldest entries go until it is not larger.
const MAX_LEN: u64 = 2 << 30;

/// Changes when importers or the recorder read a recording differently, or entries look different.
const ENTRY_VERSION: u32 = 3;

/// Where content is kept between runs.
pub(crate) struct Cache {
    folder: PathBuf,
}

/// What is known of a recording beside its content.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Facts {
    pub(crate) trail_id: String,
    /// What it says of itself.
    pub(crate) session: SessionInfo,
    pub(crate) findings: Vec<String>,
    pub(crate) damaged: bool,
    /// By kind, for ranks.
    pub(crate) totals: Vec<KindStats>,
}

/// What stands for the recording's path in findings that are kept: the same bytes may lie elsewhere next time.
const PATH: &str = "\u{0}path\u{0}";

impl Facts {
    /// What a recording and its content say.
    pub(crate) fn new(extracted: &Extracted) -> Result<Facts> {
        let Extracted { content, meta, findings, damaged } = extracted;
        Ok(Facts {
            trail_id: content.trail().to_string(),
            session: SessionInfo::of(meta),
            findings: findings.clone(),
            damaged: *damaged,
            totals: Totals::of(content)?.kinds.to_vec(),
        })
    }

    /// The facts without the path that the recording lay at.
    pub(crate) fn without_path(mut self, path: &str) -> Facts {
        for finding in &mut self.findings {
            *finding = finding.replace(path, PATH);
        }
        self
    }

    /// The facts with the path that it lies at now.
    pub(crate) fn with_path(mut self, path: &str) -> Facts {
        for finding in &mut self.findings {
            *finding = finding.replace(PATH, path);
        }
        self
    }

    /// The metadata that filters look at.
    pub(crate) fn meta(&self) -> SessionMeta {
        SessionMeta {
            start: self.session.start_ns.map(Timestamp),
            user: self.session.user.clone(),
            target_user: self.session.target_user.clone(),
            host: self.session.host.clone(),
            ..SessionMeta::default()
        }
    }

    pub(crate) fn totals(&self) -> Option<Totals> {
        Some(Totals { kinds: <[KindStats; Kind::ALL.len()]>::try_from(self.totals.as_slice()).ok()? })
    }
}

impl Cache {
    /// The cache of this user: `$TRAIL_CACHE`, `$XDG_CACHE_HOME/screentrail` or `~/.cache/screentrail`. Nothing if there is
    /// no such place: searching then goes on without.
    pub(crate) fn open() -> Option<Cache> {
        let var = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let folder = var("TRAIL_CACHE")
            .or_else(|| var("XDG_CACHE_HOME").map(|base| base.join("screentrail")))
            .or_else(|| var("HOME").map(|home| home.join(".cache/screentrail")))?;
        make_private(&folder).ok()?;
        Some(Cache { folder })
    }

    /// The key of a recording with this digest, read with these options.
    pub(crate) fn key(digest: &[u8; 32], args: &ReadArgs) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(digest);
        let options = (&args.encoding, args.size.map(|size| (size.cols, size.rows)));
        let versions = (ENTRY_VERSION, FORMAT_VERSION, EXTRACTOR_VERSION, env!("CARGO_PKG_VERSION"));
        hasher.update(format!("{options:?}{versions:?}").as_bytes());
        hasher.finalize().to_hex().to_string()
    }

    /// The entry of that key, if it is there and whole.
    pub(crate) fn get(&self, key: &str, reader: &PixelReader) -> Option<(Facts, ContentFile)> {
        let bytes = fs::read(self.path(key)).ok()?;
        let (len, rest) = bytes.split_first_chunk()?;
        let facts_len = usize::try_from(u64::from_le_bytes(*len)).ok()?;
        let facts: Facts = serde_json::from_slice(rest.get(..facts_len)?).ok()?;
        let content = ContentFile::open(Tail { at: len.len() + facts_len, bytes }).ok()?;
        // Only desktops depend on what read them.
        let is_read = content.reader().is_empty() || content.reader() == reader.version();
        (content.is_current() && is_read && content.trail().to_string() == facts.trail_id).then_some((facts, content))
    }

    /// Keeps an entry: the length of the facts, the facts, the content file.
    pub(crate) fn put(&self, key: &str, facts: &Facts, content: &[u8]) -> Result<()> {
        let facts = serde_json::to_vec(facts)?;
        let len = (facts.len() as u64).to_le_bytes();
        self.write(&self.path(key), &[&len[..], &facts, content].concat())
    }

    /// Removes the oldest entries until the cache is small enough. Another process that reads one of them at that moment
    /// extracts it again.
    pub(crate) fn trim(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        let mut files: Vec<(SystemTime, u64, PathBuf)> = entries
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let metadata = entry.metadata().ok()?;
                Some((metadata.modified().ok()?, metadata.len(), entry.path()))
            })
            .collect();
        let mut len: u64 = files.iter().map(|file| file.1).sum();
        files.sort();
        for (_, file_len, path) in files {
            if len <= MAX_LEN {
                return;
            }
            if fs::remove_file(&path).is_ok() {
                len -= file_len;
            }
        }
    }

    fn path(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{key}.entry"))
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        // The name appears with all of its bytes or not at all. Files made by tempfile are readable by the owner only.
        let mut file = tempfile::NamedTempFile::new_in(&self.folder).context("failed to write to the cache")?;
        file.write_all(bytes)?;
        file.persist(path)?;
        Ok(())
    }
}

/// Bytes from a place on.
struct Tail {
    bytes: Vec<u8>,
    at: usize,
}

impl AsRef<[u8]> for Tail {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[self.at..]
    }
}

fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
