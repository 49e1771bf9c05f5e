//! A trail cut at any byte opens up to its last flush and says what was lost.

use trail_container::{Error, FindingKind, MemoryStorage, RecordBody, TrailReader, TrailWriter, WriterOptions, verify};
use trail_model::ChannelId;

use crate::support::{Random, fill, records, small_closed, small_live, writer};

/// Checks the trail `whole` cut at byte `len`.
fn check_cut(whole: &[u8], full: &TrailReader, header_len: usize, len: usize) {
    let cut = &whole[..len];
    let report = verify(cut).unwrap();
    if len < header_len {
        let opened = TrailReader::from_bytes(cut.to_vec());
        let expected = if len == 0 { FindingKind::BadMagic } else { FindingKind::TruncatedHeader };
        assert!(matches!(opened, Err(Error::NotATrail | Error::TruncatedHeader { .. })));
        assert_eq!((&report.findings[0].kind, &report.findings[0].range), (&expected, &(0..len as u64)));
        return;
    }
    let trail = TrailReader::from_bytes(cut.to_vec()).unwrap();
    let kept = full.chunks().iter().take_while(|chunk| chunk.end() <= len as u64).count();
    assert_eq!(trail.chunks(), &full.chunks()[..kept], "cut at {len}");
    for index in 0..kept {
        trail.chunk(index).unwrap();
    }
    if len == whole.len() {
        assert_eq!(trail.findings(), [], "the whole trail");
        assert!(report.is_sound());
        return;
    }
    let lost: Vec<_> = report.findings.iter().filter(|finding| finding.is_damage()).collect();
    assert!(lost.len() <= 1, "cut at {len}: {lost:?}");
    match lost.first() {
        Some(finding) => {
            let expected = if report.is_closed { FindingKind::TruncatedTrailer } else { FindingKind::TruncatedTail };
            assert_eq!(finding.kind, expected, "cut at {len}");
            assert_eq!(finding.range.end, len as u64);
            assert_eq!(finding.range.start, report.sound.end);
            assert_eq!(trail.findings().len(), 1);
            assert_eq!(trail.findings()[0], **finding);
        }
        // Between two frames: nothing is torn, and there is no footer.
        None => {
            assert!(!report.is_closed && report.sound.end == len as u64);
            assert_eq!(trail.findings(), []);
        }
    }
}

fn header_len(trail: &TrailReader) -> usize {
    trail.chunks().first().map_or(0, |chunk| chunk.at as usize)
}

#[test]
fn f03_a_small_trail_cut_at_every_byte_opens_up_to_its_last_flush() {
    for whole in [small_closed(), small_live()] {
        let full = TrailReader::from_bytes(whole.clone()).unwrap();
        assert!(full.chunks().len() > 3);
        for len in 0..=whole.len() {
            check_cut(&whole, &full, header_len(&full), len);
        }
    }
}

fn big() -> Vec<u8> {
    let mut writer = writer(16 << 10);
    fill(&mut writer, 20_000, 150, 7);
    writer.close().unwrap();
    writer.into_storage().bytes
}

#[test]
fn f03_a_big_trail_cut_at_random_bytes_opens_up_to_its_last_flush() {
    let whole = big();
    let full = TrailReader::from_bytes(whole.clone()).unwrap();
    let mut random = Random(11);
    for _ in 0..40 {
        let len = random.below(whole.len() as u64 + 1) as usize;
        check_cut(&whole, &full, header_len(&full), len);
    }
}

#[test]
#[ignore = "long battery: a thousand cuts of a trail of 3 MB"]
fn a_big_trail_cut_at_a_thousand_random_bytes() {
    let whole = big();
    let full = TrailReader::from_bytes(whole.clone()).unwrap();
    let mut random = Random(12);
    for _ in 0..1000 {
        let len = random.below(whole.len() as u64 + 1) as usize;
        check_cut(&whole, &full, header_len(&full), len);
    }
}

/// The writer goes on behind the last whole chunk, wherever the trail was cut, and nothing is thrown away.
#[test]
fn a_trail_cut_at_every_byte_is_resumed() {
    let whole = small_closed();
    let full = TrailReader::from_bytes(whole.clone()).unwrap();
    let all = records(&full);
    for len in header_len(&full)..whole.len() {
        let storage = MemoryStorage { bytes: whole[..len].to_vec(), aside: Vec::new() };
        let mut writer = TrailWriter::resume_storage(storage, WriterOptions::default()).unwrap();
        let kept = writer.next_record().0 as usize - 1;
        let sound = verify(&whole[..len]).unwrap();
        let time = writer.last_time();
        writer.append(ChannelId(1), time, &RecordBody::Output(b"resumed")).unwrap();
        writer.close().unwrap();
        let storage = writer.into_storage();
        let report = verify(&storage.bytes).unwrap();
        assert!(report.findings.is_empty(), "cut at {len}: {:?}", report.findings);
        let trail = TrailReader::from_bytes(storage.bytes.clone()).unwrap();
        let now = records(&trail);
        assert_eq!((&now[..kept], now.len()), (&all[..kept], kept + 1), "cut at {len}");
        let set_aside: usize = storage.aside.iter().map(|(_, tail)| tail.len()).sum();
        assert_eq!(trail.chunks().last().unwrap().resumed, (set_aside > 0).then_some(set_aside as u64));
        let tail = if report.is_closed && sound.is_closed { set_aside } else { len - sound.sound.end as usize };
        assert_eq!(set_aside, tail, "cut at {len}");
        if let Some((at, tail)) = storage.aside.first() {
            assert_eq!(tail, &whole[*at as usize..len]);
        }
    }
}

#[test]
fn a_closed_trail_is_not_resumed() {
    let storage = MemoryStorage { bytes: small_closed(), aside: Vec::new() };
    let resumed = TrailWriter::resume_storage(storage, WriterOptions::default());
    assert!(matches!(resumed, Err(Error::Closed)));
}

#[test]
fn damage_before_the_tail_is_not_buried() {
    let mut bytes = small_live();
    let at = TrailReader::from_bytes(bytes.clone()).unwrap().chunks()[1].end() - 1;
    bytes[at as usize] ^= 1;
    let storage = MemoryStorage { bytes, aside: Vec::new() };
    let resumed = TrailWriter::resume_storage(storage, WriterOptions::default());
    assert!(matches!(resumed, Err(Error::CannotResume { .. })));
}
