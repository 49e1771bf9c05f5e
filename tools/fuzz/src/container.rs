//! Trails: hostile bytes open, or are refused; what opens can be read and verified.

use trail_container::{TrailReader, verify};
use trail_model::Offset;

/// A trail file.
pub fn container(data: &[u8]) {
    let _ = verify(data);
    let Ok(reader) = TrailReader::from_bytes(data.to_vec()) else { return };
    let mut records = 0;
    for index in 0..reader.chunks().len() {
        let Ok(chunk) = reader.chunk(index) else { continue };
        records += chunk.records().count();
        for summary in reader.channels() {
            let _ = chunk.keyframe(summary.channel);
        }
    }
    let _ = (records, reader.head(), reader.duration(), reader.findings().len(), reader.statistics());
    let _ = reader.chunk_at(Offset(1_000_000));
}
