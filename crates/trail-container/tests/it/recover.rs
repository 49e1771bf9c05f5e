//! What holds is saved, with its numbers, and what does not is listed.

use std::path::Path;

use tempfile::TempDir;
use trail_container::{FindingKind, TrailReader, VerifyOptions, recover, verify_path};
use trail_model::{RecordId, RecordRange};

use crate::support::{ID, fill, records, small_closed, small_live, writer};

struct Recovered {
    _folder: TempDir,
    report: trail_container::RecoverReport,
    trail: TrailReader,
}

fn recovered(bytes: &[u8]) -> Recovered {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (folder.path().join("old.trail"), folder.path().join("new.trail"));
    std::fs::write(&old, bytes).unwrap();
    let report = recover(&old, &new).unwrap();
    let trail = TrailReader::open(&new).unwrap();
    check_sound(&new, &trail);
    Recovered { _folder: folder, report, trail }
}

fn check_sound(path: &Path, trail: &TrailReader) {
    let report = verify_path(path, &VerifyOptions { head: Some(trail.head()) }).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(trail.header().recovered_from, Some(ID));
    assert_ne!(trail.trail_id(), ID);
}

#[test]
fn f30_a_sound_trail_is_copied_whole() {
    let bytes = small_closed();
    let old = TrailReader::from_bytes(bytes.clone()).unwrap();
    let Recovered { report, trail, .. } = recovered(&bytes);
    assert_eq!(records(&trail), records(&old));
    assert_eq!((report.findings, report.lost, report.uncertain), (vec![], vec![], vec![]));
    assert_eq!(report.chunks as usize, old.chunks().len());
    for (new, old) in trail.chunks().iter().zip(old.chunks()) {
        assert_eq!((new.first_record, new.record_count), (old.first_record, old.record_count));
        let keyframes = |chunk: &trail_container::ChunkInfo| {
            chunk.channels.iter().map(|entry| entry.keyframe.is_some()).collect::<Vec<_>>()
        };
        assert_eq!(keyframes(new), keyframes(old));
    }
}

#[test]
fn f30_lost_chunks_leave_their_numbers_and_a_list() {
    let mut writer = writer(200);
    fill(&mut writer, 100, 30, 21);
    writer.close().unwrap();
    let bytes = writer.into_storage().bytes;
    let old = TrailReader::from_bytes(bytes.clone()).unwrap();
    let all = records(&old);
    for (lost, in_payload) in [(0, true), (3, true), (4, false), (old.chunks().len() - 1, true)] {
        let chunk = &old.chunks()[lost];
        let mut damaged = bytes.clone();
        let at = if in_payload { chunk.end() - 3 } else { chunk.at + 70 };
        damaged[at as usize] ^= 0x10;
        let Recovered { report, trail, .. } = recovered(&damaged);
        let range = RecordRange { begin: chunk.first_record, end: chunk.last_record() };
        let is_last = lost == old.chunks().len() - 1;
        assert_eq!(report.lost, if is_last { vec![] } else { vec![range] });
        assert_eq!(report.findings.len(), 1);
        for (old, new) in all.iter().zip(records(&trail)) {
            let is_lost = range.contains(RecordId(old.0));
            assert_eq!(new.0, old.0);
            assert_eq!(new.4, if is_lost { "Lost".to_owned() } else { old.4.clone() });
        }
        assert_eq!(report.records as usize, all.len() - chunk.record_count as usize);
        for (channel, uncertain) in &report.uncertain {
            assert!(uncertain.begin > range.end, "{channel}: {uncertain:?}");
        }
    }
}

#[test]
fn f30_a_damaged_header_costs_only_what_it_held() {
    let bytes = small_closed();
    let old = TrailReader::from_bytes(bytes.clone()).unwrap();
    for at in [0, 10, 13, 20, 40] {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x20;
        let Recovered { report, trail, .. } = recovered(&damaged);
        assert_eq!(records(&trail), records(&old));
        // The footer has the metadata too.
        assert_eq!(trail.meta(), old.meta());
        let kind = &report.findings[0].kind;
        assert!(matches!(kind, FindingKind::BadMagic | FindingKind::DamagedHeader { .. }), "{kind:?}");
    }
}

#[test]
fn f30_a_torn_tail_is_left_out() {
    let bytes = small_live();
    let old = TrailReader::from_bytes(bytes.clone()).unwrap();
    let last = old.chunks().last().unwrap();
    let Recovered { report, trail, .. } = recovered(&bytes[..last.end() as usize - 5]);
    assert_eq!(trail.chunks().len(), old.chunks().len() - 1);
    assert!(report.findings.iter().any(|finding| finding.kind == FindingKind::TruncatedTail));
}

#[test]
fn what_is_no_trail_is_not_recovered() {
    let folder = tempfile::tempdir().unwrap();
    let old = folder.path().join("old");
    std::fs::write(&old, b"\x1b[2Jnothing of the kind").unwrap();
    let recovered = recover(&old, folder.path().join("new"));
    assert!(matches!(recovered, Err(trail_container::Error::NotATrail)));
    assert!(!folder.path().join("new").exists());
}
