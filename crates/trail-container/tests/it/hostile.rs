//! Bytes that lie: huge lengths, forged hashes, imitated frames. No panic, no great allocation, no endless search.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use trail_container::{Digest, TrailReader, format, verify};

use crate::support::{ID, small_closed, small_live};

/// Reads whatever can be read.
fn read_all(bytes: &[u8]) {
    let _ = verify(bytes).unwrap();
    if let Ok(trail) = TrailReader::from_bytes(bytes.to_vec()) {
        for index in 0..trail.chunks().len() {
            if let Ok(chunk) = trail.chunk(index) {
                chunk.records().for_each(drop);
                let channels = &chunk.info().channels;
                assert!(
                    channels.iter().all(|entry| chunk.keyframe(entry.channel).is_some() == entry.keyframe.is_some())
                );
            }
        }
        for record in [0, 1, 17, u64::MAX] {
            let record = trail_model::RecordId(record);
            let _ = trail.chunk_of(record);
            for summary in trail.channels() {
                let _ = trail.replay_start(summary.channel, record);
            }
        }
    }
}

/// Puts right the hashes of the header of the frame at `at`, as one would who forges it.
fn seal(bytes: &mut [u8], at: usize) {
    let header_len = u32::from_le_bytes(bytes[at + 8..at + 12].try_into().unwrap()) as usize;
    let Some(header) = bytes.get(at..).and_then(|rest| rest.get(..header_len)) else { return };
    let Some(content) = header.len().checked_sub(32).map(|len| &header[..len]) else { return };
    let hash = Digest::of(content);
    bytes[at + header_len - 32..at + header_len].copy_from_slice(&hash.0);
}

#[test]
fn forged_fields_of_a_frame_are_refused() {
    let bytes = small_live();
    let trail = TrailReader::from_bytes(bytes.clone()).unwrap();
    let at = trail.chunks()[1].at as usize;
    let payload = at + trail.chunks()[1].header_len as usize;
    for field in (at..payload - 32).step_by(2) {
        for value in [0u16, 1, 0x7fff, 0xffff] {
            let mut forged = bytes.clone();
            forged[field..field + 2].copy_from_slice(&value.to_le_bytes());
            seal(&mut forged, at);
            read_all(&forged);
        }
    }
}

#[test]
fn forged_payloads_are_refused() {
    let bytes = small_live();
    let trail = TrailReader::from_bytes(bytes.clone()).unwrap();
    let info = &trail.chunks()[1];
    let (at, payload, end) = (info.at as usize, (info.at + u64::from(info.header_len)) as usize, info.end() as usize);
    // The payload as it would be with other entries: unknown channels, late keyframes, entries that run out.
    let raw = trail.chunk(1).unwrap().raw().to_vec();
    for cut in 0..raw.len() {
        for change in [0u8, 0x01, 0x80, 0xff] {
            let mut entries = raw.clone();
            entries[cut] = change;
            let packed = zstd_of(&entries);
            let mut forged = [&bytes[..payload], &packed, &bytes[end..]].concat();
            forged[at + 12..at + 16].copy_from_slice(&(packed.len() as u32).to_le_bytes());
            forged[at + 104..at + 136].copy_from_slice(&Digest::of(&packed).0);
            seal(&mut forged, at);
            read_all(&forged);
        }
    }
}

/// A zstd frame made of raw blocks (RFC 8878, 3.1.1.2), without a compressor.
fn zstd_of(bytes: &[u8]) -> Vec<u8> {
    // Magic, descriptor (single segment, 4-byte content size), size, one last raw block.
    let mut out = vec![0x28, 0xb5, 0x2f, 0xfd, 0b1010_0000];
    out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    let block = 1 | (bytes.len() as u32) << 3;
    out.extend_from_slice(&block.to_le_bytes()[..3]);
    out.extend_from_slice(bytes);
    out
}

#[test]
fn a_payload_that_unpacks_to_more_than_it_says_is_refused() {
    let bytes = small_live();
    let trail = TrailReader::from_bytes(bytes.clone()).unwrap();
    let at = trail.chunks()[1].at as usize;
    for raw_len in [0u32, 1, 1 << 20, format::MAX_CHUNK_RAW_LEN as u32, format::MAX_CHUNK_RAW_LEN as u32 + 1, u32::MAX]
    {
        let mut forged = bytes.clone();
        forged[at + 16..at + 20].copy_from_slice(&raw_len.to_le_bytes());
        seal(&mut forged, at);
        let trail = TrailReader::from_bytes(forged.clone()).unwrap();
        assert!(trail.chunk(1).is_err());
        assert!(!verify(&forged).unwrap().is_sound());
    }
}

/// A file full of imitated frame starts, each with a long header: looking for the next frame must not hash them all.
#[test]
fn imitated_frames_do_not_take_quadratic_time() {
    let mut bytes = small_live();
    let mut imitation = vec![0; 168];
    imitation[..4].copy_from_slice(&format::FRAME_MAGIC);
    imitation[8..12].copy_from_slice(&(format::MAX_FRAME_HEADER_LEN as u32).to_le_bytes());
    imitation[56..72].copy_from_slice(&ID.0);
    while bytes.len() < 16 << 20 {
        bytes.extend_from_slice(&imitation);
    }
    let start = Instant::now();
    let report = verify(&bytes).unwrap();
    assert!(!report.is_sound());
    // Some 130 MB are hashed; without the bound it would be 100 GB.
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn bytes_that_are_no_trail_are_no_trail() {
    for bytes in [&b""[..], b"T", b"\x89", b"\x89TRAIL\r\n", b"{\"version\": 2}", &[0; 5000], &[0xff; 5000]] {
        assert!(TrailReader::from_bytes(bytes.to_vec()).is_err());
        assert!(!verify(bytes).unwrap().is_sound());
    }
}

#[test]
fn a_newer_version_is_refused_by_number() {
    let mut bytes = small_live();
    bytes[8] = 2;
    let header_len = u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
    let hash = Digest::of(&bytes[..header_len - 32]);
    bytes[header_len - 32..header_len].copy_from_slice(&hash.0);
    let opened = TrailReader::from_bytes(bytes.clone());
    assert!(matches!(opened, Err(trail_container::Error::UnsupportedVersion { expected: 1, found: 2 })));
    let report = verify(&bytes).unwrap();
    assert!(matches!(report.findings[0].kind, trail_container::FindingKind::Unsupported { .. }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        read_all(&bytes);
        read_all(&[&small_live()[..], &bytes].concat());
    }

    #[test]
    fn any_changes_are_read_without_panic(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        reseal in any::<bool>(),
    ) {
        let mut bytes = small_closed();
        let frames: Vec<usize> = TrailReader::from_bytes(bytes.clone()).unwrap()
            .chunks().iter().map(|chunk| chunk.at as usize).collect();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if reseal {
            frames.into_iter().for_each(|at| seal(&mut bytes, at));
        }
        read_all(&bytes);
    }
}
