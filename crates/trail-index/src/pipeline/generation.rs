//! A generation while it is written.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use super::IndexOptions;
use crate::data_dir::DataDir;
use crate::error::{Error, io};
use crate::manifest::{Manifest, SegmentEntry};
use crate::segment::{DocTable, SegmentBuilder};

/// A generation and its manifest, which is ahead of the committed one between commits.
pub(crate) struct Generation {
    pub(crate) data: DataDir,
    pub(crate) name: String,
    pub(crate) manifest: Manifest,
    next_segment: AtomicU64,
    /// Segments that the committed manifest has.
    committed: BTreeSet<(String, String)>,
}

/// A segment that has been written and that the manifest does not have yet.
pub(crate) struct NewSegment {
    pub(crate) name: String,
    pub(crate) entry: SegmentEntry,
    pub(crate) docs: DocTable,
}

impl Generation {
    /// Goes on with a generation, or begins it. What an interrupted run left behind is removed.
    pub(crate) fn open(data: &DataDir, name: &str) -> Result<Generation, Error> {
        let folder = data.generation_dir(name);
        fs::create_dir_all(&folder).map_err(io("create", &folder))?;
        let manifest = Manifest::load(&folder)?.unwrap_or_else(Manifest::new);
        let generation = Generation {
            data: data.clone(),
            name: name.to_owned(),
            next_segment: AtomicU64::new(manifest.next_segment),
            committed: segments_of(&manifest),
            manifest,
        };
        generation.remove_leftovers()?;
        Ok(generation)
    }

    fn folder(&self) -> PathBuf {
        self.data.generation_dir(&self.name)
    }

    /// Removes segments that the manifest does not have.
    fn remove_leftovers(&self) -> Result<(), Error> {
        let list = |folder: &PathBuf| -> Result<Vec<PathBuf>, Error> {
            let entries = fs::read_dir(folder).map_err(io("list", folder))?;
            Ok(entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect())
        };
        let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for partition in list(&self.folder())? {
            for segment in list(&partition)? {
                if !self.committed.contains(&(name(&partition), name(&segment))) {
                    crate::files::remove(&segment)?;
                }
            }
        }
        Ok(())
    }

    /// Writes a segment, which counts from the next commit on that refers to it.
    pub(crate) fn write_segment(
        &self,
        partition: &str,
        builder: SegmentBuilder,
        options: &IndexOptions,
    ) -> Result<NewSegment, Error> {
        options.step("write segment")?;
        let name = format!("s{:08}", self.next_segment.fetch_add(1, Ordering::Relaxed));
        let folder = self.folder().join(partition).join(&name);
        let count = builder.len();
        let docs = builder.write(&folder)?;
        let bytes = crate::files::size(&folder);
        Ok(NewSegment {
            name,
            entry: SegmentEntry { partition: partition.to_owned(), docs: count.into(), bytes },
            docs,
        })
    }

    /// Makes the manifest as it is now the committed one, and removes what it no longer refers to.
    pub(crate) fn commit(&mut self, options: &IndexOptions) -> Result<(), Error> {
        self.manifest.drop_dead_segments();
        self.manifest.next_segment = self.next_segment.load(Ordering::Relaxed);
        options.step("commit")?;
        self.manifest.save(&self.folder())?;
        let now = segments_of(&self.manifest);
        options.step("remove")?;
        for (partition, segment) in self.committed.difference(&now) {
            // A reader that has it open keeps it; one that is opening sees that it is gone and looks again.
            crate::files::remove(&self.folder().join(partition).join(segment))?;
        }
        self.committed = now;
        Ok(())
    }
}

fn segments_of(manifest: &Manifest) -> BTreeSet<(String, String)> {
    manifest.segments.iter().map(|(name, entry)| (entry.partition.clone(), name.clone())).collect()
}
