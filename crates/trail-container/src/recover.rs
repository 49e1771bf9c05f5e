//! Saves what holds of a damaged trail.

use std::collections::BTreeSet;
use std::path::Path;

use trail_model::{ChannelId, RecordId, RecordRange, TrailId};

use crate::chunk::{Chunk, ChunkInfo};
use crate::error::{Error, Result, io};
use crate::finding::Finding;
use crate::format::{MAX_CHUNK_LEN, NO_CHANNEL};
use crate::header::Header;
use crate::record::RecordBody;
use crate::scan::{Place, frame_at};
use crate::section::Digest;
use crate::source::{MappedFile, Source};
use crate::storage::FileStorage;
use crate::verify::{Checked, VerifyOptions, check, verify_path};
use crate::writer::{TrailWriter, WriterOptions};

/// The longest run of lost records that is filled in. A longer one is not damage but a forged number: four million
/// records are some gigabytes of output.
const MAX_LOST_RUN: u64 = 4 << 20;

/// What was saved, and what was not.
#[derive(Clone, Debug)]
pub struct RecoverReport {
    /// What does not hold in the damaged trail.
    pub findings: Vec<Finding>,
    /// Identity of the new trail.
    pub trail_id: TrailId,
    /// Final hash of the new trail.
    pub head: Digest,
    /// Chunks copied.
    pub chunks: u64,
    /// Records copied.
    pub records: u64,
    /// Records that are lost. In the new trail, records of kind "lost" stand in their place, so that all others keep
    /// their numbers. What was lost behind the last whole chunk has no number and is not listed.
    pub lost: Vec<RecordRange>,
    /// Records that were copied, but whose screen cannot be known exactly: records of the same channel before them are
    /// lost, and no keyframe came since.
    pub uncertain: Vec<(ChannelId, RecordRange)>,
}

/// Copies every chunk that holds from the trail at `path` to a new trail at `new_path`, and verifies the new one.
///
/// Chunks, keyframes and record numbers stay as they are. The new trail has a trail id of its own, made from the old id
/// and the hash of its last chunk, and its header names the old one.
///
/// # Errors
/// [`Error::RecoveryFailed`] if the new trail does not verify, [`Error::NotATrail`] if there is no chunk to save,
/// [`Error::Io`] and all that the writer answers.
pub fn recover(path: impl AsRef<Path>, new_path: impl AsRef<Path>) -> Result<RecoverReport> {
    let source = MappedFile::open(path.as_ref()).map_err(io("open trail"))?;
    let Checked { report, mut chunks, meta } = check(&source, &VerifyOptions::default())?;
    let Some(old_id) = report.trail_id else { return Err(Error::NotATrail) };
    // Chunks that were moved are put back; of two with the same records the first one in the file is kept.
    chunks.sort_by_key(|chunk| (chunk.first_record, chunk.at));
    let mut saved = Saved::default();
    let last = chunks.last().map_or(Digest::of(&[]), |chunk| chunk.hash);
    let header =
        Header { recovered_from: Some(old_id), ..Header::with_id(new_id(old_id, last), meta.unwrap_or_default()) };
    let options = WriterOptions { chunk_len: MAX_CHUNK_LEN, ..WriterOptions::default() };
    let mut writer = TrailWriter::create(new_path.as_ref(), &header, options)?;
    for info in &chunks {
        saved.copy(&source, info, &mut writer)?;
    }
    let head = writer.close()?;
    drop(writer);
    let check = verify_path(new_path, &VerifyOptions { head: Some(head) })?;
    if let Some(finding) = check.findings.first() {
        return Err(Error::RecoveryFailed { finding: finding.to_string() });
    }
    Ok(RecoverReport {
        findings: report.findings,
        trail_id: header.trail_id,
        head,
        chunks: saved.chunks,
        records: saved.records,
        lost: saved.lost,
        uncertain: saved.uncertain,
    })
}

/// Makes the id of a recovered trail: the same each time, and never the damaged one's.
fn new_id(old: TrailId, last: Digest) -> TrailId {
    let mut bytes = b"recovered".to_vec();
    bytes.extend_from_slice(&old.0);
    bytes.extend_from_slice(&last.0);
    let mut id = [0; 16];
    id.copy_from_slice(&Digest::of(&bytes).0[..16]);
    TrailId(id)
}

/// What has been copied so far.
#[derive(Default)]
struct Saved {
    chunks: u64,
    records: u64,
    lost: Vec<RecordRange>,
    uncertain: Vec<(ChannelId, RecordRange)>,
    /// Channels whose state is exactly known here.
    certain: BTreeSet<ChannelId>,
}

impl Saved {
    fn copy(&mut self, source: &dyn Source, info: &ChunkInfo, writer: &mut TrailWriter<FileStorage>) -> Result<()> {
        let next = writer.next_record();
        if info.first_record < next {
            return Ok(());
        }
        let missing = info.first_record.0 - next.0;
        let goes_back = info.first_time < writer.last_time();
        if missing > MAX_LOST_RUN || goes_back {
            return Ok(());
        }
        if missing > 0 {
            let time = writer.last_time();
            for _ in 0..missing {
                writer.append(ChannelId(NO_CHANNEL), time, &RecordBody::Lost)?;
            }
            writer.flush()?;
            self.lost.push(RecordRange { begin: next, end: RecordId(info.first_record.0 - 1) });
            self.certain.clear();
        }
        let chunk = read_chunk(source, info)?;
        self.note_certainty(info);
        for record in chunk.records() {
            if let Some(entry) = info.channel(record.channel).filter(|entry| entry.first_record == record.id)
                && let Some(keyframe) = chunk.keyframe(entry.channel)
            {
                writer.put_keyframe(entry.channel, keyframe)?;
            }
            writer.append(record.channel, record.offset, &record.body)?;
        }
        writer.flush()?;
        self.chunks += 1;
        self.records += u64::from(info.record_count);
        Ok(())
    }

    fn note_certainty(&mut self, info: &ChunkInfo) {
        for entry in &info.channels {
            if entry.keyframe.is_some() || entry.begins {
                self.certain.insert(entry.channel);
            } else if !self.certain.contains(&entry.channel) {
                let range = RecordRange { begin: entry.first_record, end: entry.last_record };
                self.uncertain.push((entry.channel, range));
            }
        }
    }
}

fn read_chunk(source: &dyn Source, info: &ChunkInfo) -> Result<Chunk> {
    let len = source.len().map_err(io("read length of trail"))?;
    match frame_at(source, info.at, len)? {
        Place::Frame(frame) => frame.chunk(source),
        _ => Err(Error::DamagedChunk { number: info.number, at: info.at, what: "chunk changed while it was copied" }),
    }
}
