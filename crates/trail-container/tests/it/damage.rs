//! Truncation, reordering, replacement, a tail written anew, and frames of another trail.

use trail_container::{
    Finding, FindingKind, Header, MemoryStorage, TrailReader, TrailWriter, VerifyOptions, WriterOptions, verify,
    verify_with,
};
use trail_model::TrailId;

use crate::support::{MemoryWriter, fill, meta, small_closed, small_live, writer};

fn chunk_range(bytes: &[u8], index: usize) -> std::ops::Range<usize> {
    let trail = TrailReader::from_bytes(bytes.to_vec()).unwrap();
    let chunk = &trail.chunks()[index];
    chunk.at as usize..chunk.end() as usize
}

fn damage(bytes: &[u8]) -> Vec<Finding> {
    verify(bytes).unwrap().findings.into_iter().filter(Finding::is_damage).collect()
}

fn replace(bytes: &[u8], range: std::ops::Range<usize>, with: &[u8]) -> Vec<u8> {
    [&bytes[..range.start], with, &bytes[range.end..]].concat()
}

#[test]
fn a_chunk_cut_out_is_named_where_it_is_missing() {
    let bytes = small_live();
    let gone = chunk_range(&bytes, 1);
    let next = chunk_range(&bytes, 2);
    let findings = damage(&replace(&bytes, gone.clone(), b""));
    let at = gone.start as u64..(gone.start + next.len()) as u64;
    assert!(findings.iter().all(|finding| finding.range == at), "{findings:?}");
    assert!(matches!(findings[0].kind, FindingKind::BrokenLink { .. }));
    assert!(findings.iter().any(|finding| matches!(finding.kind, FindingKind::RecordGap { .. })));
}

#[test]
fn two_chunks_that_changed_places_are_named() {
    let bytes = small_live();
    let (first, second) = (chunk_range(&bytes, 1), chunk_range(&bytes, 2));
    let swapped = [&bytes[second.clone()], &bytes[first.clone()]].concat();
    let findings = damage(&replace(&bytes, first.start..second.end, &swapped));
    let broken: Vec<u64> = findings
        .iter()
        .filter(|finding| matches!(finding.kind, FindingKind::BrokenLink { .. }))
        .map(|finding| finding.range.start)
        .collect();
    let expected = [first.start, first.start + second.len(), second.end].map(|at| at as u64);
    assert_eq!(broken, expected);
}

/// The same trail with other text in it: chunks that hash right and are not those that were linked to.
fn other_text(id: TrailId) -> Vec<u8> {
    let header = Header::with_id(id, meta());
    let options = WriterOptions { chunk_len: 200, ..WriterOptions::default() };
    let mut writer: MemoryWriter = TrailWriter::with_storage(MemoryStorage::default(), &header, options).unwrap();
    fill(&mut writer, 24, 30, 99);
    writer.flush().unwrap();
    writer.into_storage().bytes
}

#[test]
fn a_replaced_chunk_is_named_by_itself_and_its_successor() {
    let bytes = small_live();
    let forged = other_text(crate::support::ID);
    let forged_chunk = &forged[chunk_range(&forged, 1)];
    let place = chunk_range(&bytes, 1);
    let findings = damage(&replace(&bytes, place.clone(), forged_chunk));
    let starts: Vec<u64> = findings
        .iter()
        .filter(|finding| matches!(finding.kind, FindingKind::BrokenLink { .. }))
        .map(|finding| finding.range.start)
        .collect();
    assert_eq!(starts, [place.start as u64, (place.start + forged_chunk.len()) as u64]);
}

#[test]
fn a_chunk_of_another_trail_is_named_with_that_trail() {
    let bytes = small_live();
    let other = TrailId([7; 16]);
    let foreign = other_text(other);
    let foreign_chunk = &foreign[chunk_range(&foreign, 1)];
    let place = chunk_range(&bytes, 1);
    let findings = damage(&replace(&bytes, place.clone(), foreign_chunk));
    assert_eq!(findings[0].kind, FindingKind::ForeignFrame { trail_id: other });
    assert_eq!(findings[0].range, place.start as u64..(place.start + foreign_chunk.len()) as u64);
}

/// A tail that is cut off at a chunk's end, or written anew with hashes that fit, leaves a file that holds in itself.
/// Whoever knows the hash it should end in sees both.
#[test]
fn f28_a_truncated_or_rewritten_tail_is_told_by_its_hash() {
    let bytes = small_closed();
    let head = TrailReader::from_bytes(bytes.clone()).unwrap().head();
    let options = VerifyOptions { head: Some(head) };
    assert_eq!(verify_with(&bytes, &options).unwrap().findings, []);

    let cut = &bytes[..chunk_range(&bytes, 2).end];
    let report = verify(cut).unwrap();
    assert!(report.is_sound() && !report.is_closed);
    let report = verify_with(&cut, &options).unwrap();
    assert_eq!(report.findings.last().unwrap().kind, FindingKind::HeadMismatch);

    let storage = MemoryStorage { bytes: cut.to_vec(), aside: Vec::new() };
    let mut forger = TrailWriter::resume_storage(storage, WriterOptions::default()).unwrap();
    fill(&mut forger, 3, 30, 5);
    forger.close().unwrap();
    let forged = forger.into_storage().bytes;
    assert_eq!(verify(&forged).unwrap().findings, []);
    let report = verify_with(&forged, &options).unwrap();
    assert_eq!(report.findings[0].kind, FindingKind::HeadMismatch);
}

/// A file that is still growing is judged up to where it is whole, and the report says where that is.
#[test]
fn f29_a_growing_trail_is_verified_up_to_a_stated_byte() {
    let bytes = small_live();
    let end = chunk_range(&bytes, 2).end;
    for len in [end, end + 10] {
        let report = verify(&bytes[..len]).unwrap();
        assert_eq!(report.sound, 0..end as u64);
        assert_eq!(report.head, Some(TrailReader::from_bytes(bytes.clone()).unwrap().chunks()[2].hash));
    }
}

#[test]
fn bytes_behind_the_end_are_named() {
    let bytes = small_closed();
    let findings = damage(&[&bytes[..], b"more"].concat());
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0].range, bytes.len() as u64..bytes.len() as u64 + 4);
    assert_eq!(findings[0].kind, FindingKind::TrailingGarbage);

    let bytes = small_live();
    let findings = damage(&[&bytes[..], &[0; 4096]].concat());
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0].range, bytes.len() as u64..bytes.len() as u64 + 4096);
    assert_eq!(findings[0].kind, FindingKind::TrailingGarbage);
}

#[test]
fn a_damaged_trail_still_gives_its_other_chunks() {
    let mut bytes = small_closed();
    let whole = TrailReader::from_bytes(bytes.clone()).unwrap();
    let count = whole.chunks().len();
    let in_payload = chunk_range(&bytes, 1).end - 1;
    bytes[in_payload] ^= 0x40;
    let trail = TrailReader::from_bytes(bytes.clone()).unwrap();
    let readable = (0..count).filter(|index| trail.chunk(*index).is_ok()).count();
    assert_eq!(readable, count - 1);
    assert!(matches!(trail.chunk(1), Err(trail_container::Error::DamagedChunk { .. })));

    // Without the footer, and with a header damaged instead, the others are found by their magic.
    let in_header = chunk_range(&bytes, 2).start + 60;
    bytes[in_header] ^= 0x40;
    bytes.truncate(bytes.len() - 1);
    let trail = TrailReader::from_bytes(bytes).unwrap();
    assert_eq!(trail.chunks().len(), count - 1);
}

#[test]
fn a_footer_of_another_length_is_not_trusted() {
    // The trailer points to a chunk.
    let mut bytes = small_closed();
    let chunk = chunk_range(&bytes, 0).start as u64;
    let trailer = bytes.len() - 24;
    bytes[trailer..trailer + 8].copy_from_slice(&chunk.to_le_bytes());
    let trail = TrailReader::from_bytes(bytes.clone()).unwrap();
    assert!(trail.is_closed());
    assert_eq!(trail.findings().len(), 1);
    assert_eq!(trail.findings()[0].kind, FindingKind::DamagedTrailer);
    let mut writer = writer(100);
    writer.close().unwrap();
}
