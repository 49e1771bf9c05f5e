//! Every single-bit flip is reported, with the kind and the bytes of the structure it is in.

use std::ops::Range;

use trail_container::{FindingKind, TrailReader, format, verify};

use crate::support::{small_closed, small_live};

/// The structures of a trail, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Header,
    FrameHeader,
    Payload,
    Trailer,
}

/// Lists the structures by the lengths that the format gives, without the reader.
fn parts(bytes: &[u8]) -> Vec<(Part, Range<usize>)> {
    let u32_at = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let mut at = u32_at(12);
    let mut parts = vec![(Part::Header, 0..at)];
    while bytes[at..].starts_with(&format::FRAME_MAGIC) {
        let (header_len, stored_len) = (u32_at(at + 8), u32_at(at + 12));
        parts.push((Part::FrameHeader, at..at + header_len));
        at += header_len;
        if stored_len > 0 {
            parts.push((Part::Payload, at..at + stored_len));
        }
        at += stored_len;
        if at == bytes.len() {
            return parts;
        }
    }
    parts.push((Part::Trailer, at..bytes.len()));
    parts
}

fn part_of(kind: &FindingKind) -> Option<Part> {
    match kind {
        FindingKind::BadMagic | FindingKind::DamagedHeader { .. } => Some(Part::Header),
        FindingKind::DamagedFrameHeader { .. } => Some(Part::FrameHeader),
        FindingKind::DamagedPayload { .. } => Some(Part::Payload),
        FindingKind::DamagedTrailer => Some(Part::Trailer),
        _ => None,
    }
}

fn check_flip(bytes: &mut [u8], part: Part, range: &Range<usize>, at: usize, bit: u8) {
    bytes[at] ^= 1 << bit;
    let report = verify(bytes).unwrap();
    let expected = range.start as u64..range.end as u64;
    let named = report.findings.iter().find(|finding| part_of(&finding.kind) == Some(part));
    let named = named.unwrap_or_else(|| panic!("byte {at} bit {bit} in {part:?}: {:?}", report.findings));
    let others = report.findings.iter().filter(|finding| finding.is_damage()).count() - 1;
    assert_eq!(named.range, expected, "byte {at} bit {bit} in {part:?} {:?}", named.kind);
    assert_eq!(others, 0, "byte {at} bit {bit}: {:?}", report.findings);
    // Opening never gives what was not written.
    if let Ok(trail) = TrailReader::from_bytes(bytes.to_vec()) {
        (0..trail.chunks().len()).for_each(|index| drop(trail.chunk(index)));
    }
    bytes[at] ^= 1 << bit;
}

fn check_all(mut bytes: Vec<u8>, stride: usize) {
    for (part, range) in parts(&bytes) {
        for at in range.clone() {
            for bit in 0..8 {
                if (at * 8 + bit) % stride == 0 {
                    check_flip(&mut bytes, part, &range, at, bit as u8);
                }
            }
        }
    }
}

#[test]
fn every_seventh_flip_is_reported() {
    check_all(small_closed(), 7);
}

#[test]
#[ignore = "long battery: every bit of two trails"]
fn every_flip_is_reported() {
    check_all(small_closed(), 1);
    check_all(small_live(), 1);
}
