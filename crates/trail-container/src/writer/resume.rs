//! Going on with a trail whose writer was stopped.

use std::borrow::Cow;

use trail_model::{Offset, RecordId};

use super::{ChannelState, TrailWriter, WriterOptions};
use crate::chunk::Chunk;
use crate::error::{Error, Result, io};
use crate::finding::FindingKind;
use crate::footer::Statistics;
use crate::reader::read_header;
use crate::scan::{Chain, Depth, ends_like_a_closed_trail, scan};
use crate::source::Source;
use crate::storage::Storage;

/// Reads from storage that is being written.
struct Written<'s, S> {
    storage: &'s S,
}

impl<S: Storage + Sync> Source for Written<'_, S> {
    fn len(&self) -> std::io::Result<u64> {
        self.storage.len()
    }

    fn read(&self, at: u64, len: usize) -> std::io::Result<Cow<'_, [u8]>> {
        let mut bytes = vec![0; len];
        self.storage.read_at(at, &mut bytes)?;
        Ok(Cow::Owned(bytes))
    }
}

impl<S: Storage + Sync> TrailWriter<S> {
    /// Goes on with the trail in `storage`; see [`TrailWriter::resume`].
    ///
    /// # Errors
    /// As [`TrailWriter::resume`].
    pub fn resume_storage(mut storage: S, options: WriterOptions) -> Result<TrailWriter<S>> {
        let source = Written { storage: &storage };
        let (header, hash, header_len) = read_header(&source)?;
        let mut statistics = Statistics::default();
        let count = |chunk: &Chunk| chunk.records().for_each(|record| statistics.count_record(&record.body));
        let found = scan(&source, Chain::begin(header_len, header.trail_id, hash), Depth::Payloads, count)?;
        let len = source.len().map_err(io("read length of trail"))?;
        let has_trailer = !found
            .findings
            .iter()
            .any(|finding| matches!(finding.kind, FindingKind::TruncatedTrailer | FindingKind::DamagedTrailer));
        if found.footer.is_some() && has_trailer {
            return Err(Error::Closed);
        }
        // What a crash leaves: a frame that is not whole, or zeros in place of bytes that had not reached the medium. It
        // is at the end, and the end is not that of a trail that has been closed.
        let is_elsewhere = found.goes_on_after_damage || ends_like_a_closed_trail(&source, len)?;
        let is_tear = |kind: &FindingKind| {
            matches!(
                kind,
                FindingKind::TruncatedTail
                    | FindingKind::TrailingGarbage
                    | FindingKind::DamagedFrameHeader { .. }
                    | FindingKind::DamagedPayload { .. }
                    | FindingKind::TruncatedTrailer
                    | FindingKind::DamagedTrailer
            )
        };
        if let Some(finding) = found.findings.iter().find(|finding| is_elsewhere || !is_tear(&finding.kind)) {
            return Err(Error::CannotResume { what: finding.kind.to_string(), at: finding.range.start });
        }
        let end = found.sound.at;
        let resumed = (end < len).then_some(len - end);
        if resumed.is_some() {
            storage.set_aside(end).map_err(io("set the torn tail aside"))?;
        }
        let head = found.sound.head.unwrap_or(hash);
        let mut writer = TrailWriter::new(storage, header.trail_id, header.meta, end, head, options)?;
        writer.resumed = resumed;
        writer.number = found.sound.number.unwrap_or(0);
        for info in &found.chunks {
            statistics.count_chunk(info);
            for entry in &info.channels {
                let state = writer.channels.entry(entry.channel).or_insert(ChannelState {
                    base: entry.base,
                    keyframe_len: 0,
                    since: 0,
                });
                if let Some(keyframe) = entry.keyframe {
                    *state = ChannelState { base: info.number, keyframe_len: keyframe.len.into(), since: 0 };
                }
                state.since += u64::from(entry.record_bytes);
            }
        }
        writer.next_record = found.chunks.last().map_or(RecordId::FIRST, |info| info.last_record().next());
        writer.last_time = found.chunks.last().map_or(Offset::ZERO, |info| info.last_time);
        writer.statistics = statistics;
        writer.table = found.chunks;
        Ok(writer)
    }
}
