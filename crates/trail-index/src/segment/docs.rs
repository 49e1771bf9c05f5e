//! Which item a document is.

use std::path::Path;

use serde::{Deserialize, Serialize};
use trail_content::Kind;
use trail_model::{ChannelId, TrailId};

use super::DOCS_FILE;
use crate::error::{Error, io};
use crate::{ItemRef, KindStats};

/// The documents of a segment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DocTable {
    /// In the order of documents.
    pub(crate) trails: Vec<TrailDocs>,
}

/// The documents of one trail in a segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TrailDocs {
    /// The trail.
    #[serde(with = "crate::manifest::hex_trail")]
    pub(crate) trail: TrailId,
    /// Documents and words of each kind, in the order of [`Kind::ALL`].
    pub(crate) stats: [KindStats; Kind::ALL.len()],
    /// In the order of documents.
    pub(crate) runs: Vec<Run>,
}

/// The documents of one content block: some or all of its items, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Run {
    /// The channel.
    pub(crate) channel: u32,
    /// The block's number in its channel.
    pub(crate) block: u32,
    /// The first of the items.
    pub(crate) first_item: u32,
    /// Its document.
    pub(crate) first_doc: u32,
    /// How many.
    pub(crate) docs: u32,
}

impl Run {
    /// One past its last document.
    pub(crate) fn end(&self) -> u32 {
        self.first_doc + self.docs
    }

    /// Tells whether `next` are the items and documents that follow.
    pub(super) fn goes_on_with(&self, next: &Run) -> bool {
        (self.channel, self.block) == (next.channel, next.block)
            && self.first_item + self.docs == next.first_item
            && self.end() == next.first_doc
    }

    /// The item that a document of this run is.
    pub(crate) fn item(&self, trail: TrailId, doc: u32) -> ItemRef {
        ItemRef {
            trail,
            channel: ChannelId(self.channel),
            block: self.block,
            item: self.first_item + (doc - self.first_doc),
        }
    }
}

impl TrailDocs {
    /// Number of documents.
    pub(crate) fn count(&self) -> u64 {
        self.runs.iter().map(|run| u64::from(run.docs)).sum()
    }

    /// The item that a document is, if it is one of the trail's.
    pub(crate) fn item(&self, doc: u32) -> Option<ItemRef> {
        let at = self.runs.partition_point(|run| run.end() <= doc);
        self.runs.get(at).filter(|run| run.first_doc <= doc).map(|run| run.item(self.trail, doc))
    }

    /// All documents of the trail: they stand together.
    pub(crate) fn range(&self) -> Option<std::ops::Range<u32>> {
        Some(self.runs.first()?.first_doc..self.runs.last()?.end())
    }
}

impl DocTable {
    pub(super) fn save(&self, folder: &Path) -> Result<(), Error> {
        let path = folder.join(DOCS_FILE);
        let json = serde_json::to_vec(self).map_err(|source| Error::Json { path: path.clone(), source })?;
        crate::files::write_synced(&path, &json)
    }

    pub(crate) fn load(folder: &Path) -> Result<DocTable, Error> {
        let path = folder.join(DOCS_FILE);
        let json = std::fs::read(&path).map_err(io("read", &path))?;
        serde_json::from_slice(&json).map_err(|source| Error::Json { path, source })
    }
}
