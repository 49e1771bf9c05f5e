//! The manifest of a generation: which trails are in the index, as they were, and where.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use trail_content::Kind;
use trail_model::{SessionMeta, TrailId};

use crate::KindStats;
use crate::analyzer::ANALYZER;
use crate::error::{Error, io};
use crate::segment::LAYOUT_VERSION;

/// The name of a generation's manifest in its folder.
pub(crate) const MANIFEST_FILE: &str = "manifest.json";

/// The version of an index: its analyzer and its layout. An index of another version is rebuilt, never read.
pub fn index_version() -> String {
    format!("{ANALYZER}/{LAYOUT_VERSION}")
}

/// What a generation consists of. It is replaced as a whole at every commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Analyzer and layout, see [`index_version`].
    pub version: String,
    /// Whether every trail has had its turn. A rebuild that was interrupted goes on with a generation that is not.
    pub complete: bool,
    /// How many names of segments have been given away.
    pub next_segment: u64,
    /// The trails, by file.
    pub trails: Vec<TrailEntry>,
    /// The segments, by name.
    pub segments: BTreeMap<String, SegmentEntry>,
}

/// One trail file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrailEntry {
    /// Its path under `trails/`.
    pub file: String,
    /// Its length when it was read.
    pub len: u64,
    /// When it had last been written then, in nanoseconds since 1970; 0 if the file system does not say.
    pub modified_ns: u64,
    /// Its id; nothing if not even the header could be read.
    #[serde(with = "hex_trail_option")]
    pub trail: Option<TrailId>,
    /// The hash that ends its chain, in hexadecimal digits.
    pub head: String,
    /// Where it stands.
    pub status: Status,
    /// Its content file, under `content/`.
    pub content: Option<String>,
    /// What it says of itself.
    pub session: SessionInfo,
    /// The month it began in, `YYYY-MM`, or `undated`.
    pub partition: String,
    /// The segments that have its items, and how many each.
    pub segments: BTreeMap<String, u64>,
    /// Its items and their words, in the order of [`Kind::ALL`].
    pub stats: [KindStats; Kind::ALL.len()],
    /// What was read and what was left out, summed over its channels, by the names of
    /// [`Coverage::counts`](trail_content::Coverage::counts).
    pub coverage: BTreeMap<String, u64>,
}

/// How far a trail is in the index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum Status {
    /// All of it.
    Ok,
    /// What could be read of it.
    Partial {
        /// What could not, and why.
        reasons: Vec<String>,
    },
    /// Nothing. It is tried again until `attempts` reach [`ATTEMPTS_MAX`](crate::ATTEMPTS_MAX), and whenever the file
    /// has changed.
    Quarantined {
        /// Why.
        reason: String,
        /// How often it has been tried, as it is.
        attempts: u32,
    },
}

/// What a trail says of itself, as far as it does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionInfo {
    /// The session's name: that of the trail's file without `.trail`.
    pub id: String,
    /// Start of the recording, nanoseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_ns: Option<i64>,
    /// Time of the last record, nanoseconds since the start.
    pub duration_ns: u64,
    /// Number of records.
    pub records: u64,
    /// Whether the trail has been closed, so that nothing more will come.
    pub closed: bool,
    /// Format of the recording.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub format: String,
    /// File the recording came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The user who worked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The user whose rights were used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_user: Option<String>,
    /// The host that was worked on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The protocol of the connection, where the recording's format names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// The command that was run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The recording's title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

impl SessionInfo {
    /// What the header of a trail says; what is known of its file and its records is added by who has them.
    pub fn of(meta: &SessionMeta) -> SessionInfo {
        SessionInfo {
            start_ns: meta.start.map(|start| start.0),
            format: meta.format.clone(),
            source: meta.source.clone(),
            user: meta.user.clone(),
            target_user: meta.target_user.clone(),
            host: meta.host.clone(),
            protocol: meta.extra.get("protocol").cloned(),
            command: meta.command.clone(),
            title: meta.title.clone(),
            ..SessionInfo::default()
        }
    }
}

/// One segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentEntry {
    /// The partition it belongs to, which is also its folder.
    pub partition: String,
    /// Number of documents, dead ones included.
    pub docs: u64,
    /// Bytes on disk.
    pub bytes: u64,
}

impl Manifest {
    /// The manifest of an empty generation.
    pub(crate) fn new() -> Manifest {
        Manifest {
            version: index_version(),
            complete: false,
            next_segment: 0,
            trails: Vec::new(),
            segments: BTreeMap::new(),
        }
    }

    /// Reads the manifest of the generation in `folder`, if there is one.
    ///
    /// # Errors
    /// [`Error::Version`] if it is of another version, [`Error::Json`], [`Error::Io`].
    pub(crate) fn load(folder: &Path) -> Result<Option<Manifest>, Error> {
        let path = folder.join(MANIFEST_FILE);
        let json = match std::fs::read(&path) {
            Ok(json) => json,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io("read", &path)(error)),
        };
        // The version comes first: a manifest of another one may look different altogether.
        #[derive(Deserialize)]
        struct Version {
            version: String,
        }
        let parse = |source| Error::Json { path: path.clone(), source };
        let Version { version: found } = serde_json::from_slice(&json).map_err(parse)?;
        let expected = index_version();
        if found != expected {
            return Err(Error::Version { path: folder.to_owned(), expected, found });
        }
        serde_json::from_slice(&json).map(Some).map_err(parse)
    }

    /// Puts this manifest in the place of the generation's last one, atomically.
    pub(crate) fn save(&self, folder: &Path) -> Result<(), Error> {
        let path = folder.join(MANIFEST_FILE);
        let json = serde_json::to_vec(self).map_err(|source| Error::Json { path: path.clone(), source })?;
        crate::files::replace(&path, &json)
    }

    /// Tells whether nothing has ever been written.
    pub(crate) fn is_new(&self) -> bool {
        self.trails.is_empty() && self.segments.is_empty() && !self.complete
    }

    /// The entry of a file.
    pub fn by_file(&self, file: &str) -> Option<&TrailEntry> {
        let place = self.trails.binary_search_by(|entry| entry.file.as_str().cmp(file)).ok()?;
        self.trails.get(place)
    }

    /// Puts entries in the places of those for the same files, or adds them.
    pub(crate) fn put(&mut self, entries: impl IntoIterator<Item = TrailEntry>) {
        let known = self.trails.len();
        for entry in entries {
            match self.trails[..known].binary_search_by(|other| other.file.cmp(&entry.file)) {
                Ok(place) => self.trails[place] = entry,
                Err(_) => self.trails.push(entry),
            }
        }
        self.trails.sort_by(|a, b| a.file.cmp(&b.file));
    }

    /// Forgets segments in which no trail has items any more.
    pub(crate) fn drop_dead_segments(&mut self) {
        let live: std::collections::BTreeSet<&String> =
            self.trails.iter().flat_map(|entry| entry.segments.keys()).collect();
        self.segments.retain(|name, _| live.contains(name));
    }
}

impl TrailEntry {
    /// Number of its items with text, of all kinds.
    pub fn items(&self) -> u64 {
        self.stats.iter().map(|stats| stats.docs).sum()
    }
}

/// Trail ids as hexadecimal digits.
pub(crate) mod hex_trail {
    use serde::{Deserialize, Deserializer, Serializer, de};
    use trail_model::TrailId;

    pub(crate) fn serialize<S: Serializer>(id: &TrailId, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(id)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<TrailId, D::Error> {
        let text = String::deserialize(from)?;
        TrailId::parse(&text).ok_or_else(|| de::Error::custom("expected 32 hexadecimal digits"))
    }
}

mod hex_trail_option {
    use serde::{Deserialize, Deserializer, Serializer, de};
    use trail_model::TrailId;

    pub(super) fn serialize<S: Serializer>(id: &Option<TrailId>, to: S) -> Result<S::Ok, S::Error> {
        match id {
            Some(id) => to.collect_str(id),
            None => to.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<TrailId>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        let parse =
            |text: String| TrailId::parse(&text).ok_or_else(|| de::Error::custom("expected 32 hexadecimal digits"));
        text.map(parse).transpose()
    }
}
