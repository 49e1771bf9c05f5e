//! What is written is what is read.

use proptest::prelude::*;
use trail_container::{
    Attributes, Encoded, Error, Header, OpenBody, RecordBody, Section, TrailReader, TrailWriter, WriterOptions, verify,
};
use trail_model::{ChannelId, Offset, RecordId, SessionMeta, Size};

use crate::support::{self, MemoryWriter, fill, header, meta, offset, records, writer};

fn read(mut writer: MemoryWriter) -> TrailReader {
    writer.close().unwrap();
    TrailReader::from_bytes(writer.into_storage().bytes).unwrap()
}

#[test]
fn header_and_metadata_come_back() {
    let mut header = header();
    header.sections.push(Section::new(0x8000, b"private".to_vec()));
    let mut writer = TrailWriter::with_storage(Default::default(), &header, WriterOptions::default()).unwrap();
    writer.append(ChannelId(1), Offset::ZERO, &RecordBody::Output(b"x")).unwrap();
    let last = SessionMeta { exit_status: Some(3), ..meta() };
    writer.set_meta(last.clone());
    let trail = read(writer);
    assert_eq!(*trail.header(), header);
    assert_eq!(*trail.meta(), last);
    assert!(trail.is_closed() && trail.findings().is_empty());
}

#[test]
fn an_empty_trail_is_a_trail() {
    let trail = read(writer(100));
    assert_eq!((trail.chunks().len(), trail.last_record(), trail.duration()), (0, 0, Offset::ZERO));
    assert_eq!(trail.chunk_at(Offset(5)), None);
    assert_eq!(trail.chunk_of(RecordId(1)), None);
}

#[test]
fn every_kind_of_record_comes_back() {
    let encoded = Encoded { encoding: 7, data: b"\0\xff" };
    let mut buffer = Vec::new();
    let attributes = Attributes::encode([("verdict", "accept"), ("command", "ls -la")], &mut buffer);
    let open = OpenBody { kind: "session exec", size: None, attributes };
    let bodies = [
        RecordBody::ChannelOpen(open),
        RecordBody::Output(b"\x1b[2J"),
        RecordBody::Output(b""),
        RecordBody::Input(b"secret"),
        RecordBody::Resize(Size { cols: 132, rows: 50 }),
        RecordBody::Key(encoded),
        RecordBody::Pointer(encoded),
        RecordBody::Clipboard(encoded),
        RecordBody::Drawing(encoded),
        RecordBody::Cursor(encoded),
        RecordBody::Title("~ — vim"),
        RecordBody::FileTransfer(encoded),
        RecordBody::Marker("Grüße"),
        RecordBody::Signal("TSTP"),
        RecordBody::Opaque { kind: "vendor.thing", data: b"\x01\x02" },
        RecordBody::Unknown { opcode: 200, data: b"from the future" },
        RecordBody::ChannelClose(Some(-1)),
        RecordBody::ChannelClose(None),
    ];
    let mut writer = writer(1 << 16);
    for (index, body) in bodies.iter().enumerate() {
        let id = writer.append(ChannelId(u32::MAX), offset(index as u64), body).unwrap();
        assert_eq!(id.0, index as u64 + 1);
    }
    writer.append(ChannelId(0), offset(99), &RecordBody::Lost).unwrap();
    let trail = read(writer);
    let chunk = trail.chunk(0).unwrap();
    let read: Vec<_> = chunk.records().collect();
    assert_eq!(read.len(), bodies.len() + 1);
    for (index, (record, body)) in read.iter().zip(&bodies).enumerate() {
        assert_eq!((record.id.0, record.offset, record.body), (index as u64 + 1, offset(index as u64), *body));
    }
    assert_eq!(read.last().unwrap().body, RecordBody::Lost);
    let RecordBody::ChannelOpen(open) = read[0].body else { panic!("the first record opens the channel") };
    assert_eq!(open.attributes.iter().collect::<Vec<_>>(), [("verdict", "accept"), ("command", "ls -la")]);
}

#[test]
fn refused_records_leave_the_writer_usable() {
    let mut writer = writer(1000);
    writer.append(ChannelId(1), offset(5), &RecordBody::Output(b"a")).unwrap();
    let refused = writer.append(ChannelId(1), offset(4), &RecordBody::Output(b"b"));
    assert!(matches!(refused, Err(Error::TimeBackwards { .. })));
    let long = vec![0; trail_container::format::MAX_BODY_LEN + 1];
    assert!(matches!(writer.append(ChannelId(1), offset(5), &RecordBody::Output(&long)), Err(Error::TooLong { .. })));
    let refused = writer.append(ChannelId(0), offset(5), &RecordBody::Output(b"b"));
    assert!(matches!(refused, Err(Error::InvalidRecord { .. })));
    let refused = writer.append(ChannelId(1), offset(5), &RecordBody::Unknown { opcode: 1, data: b"" });
    assert!(matches!(refused, Err(Error::InvalidRecord { .. })));
    assert!(matches!(writer.put_keyframe(ChannelId(1), b"late"), Err(Error::KeyframeTooLate { .. })));
    assert_eq!(writer.append(ChannelId(1), offset(5), &RecordBody::Output(b"c")).unwrap(), RecordId(2));
    assert_eq!(records(&read(writer)).len(), 2);
}

#[test]
fn the_longest_record_fits() {
    let long = support::Random(9).text(trail_container::format::MAX_BODY_LEN);
    let mut writer = writer(1000);
    writer.append(ChannelId(1), offset(1), &RecordBody::Output(&long)).unwrap();
    let trail = read(writer);
    assert!(
        matches!(trail.chunk(0).unwrap().records().next().unwrap().body, RecordBody::Output(bytes) if bytes == long)
    );
}

#[test]
fn a_random_id_differs_each_time() {
    let id = || Header::new(SessionMeta::default()).unwrap().trail_id;
    assert_ne!(id(), id());
}

/// "A chunk carries a keyframe of each channel it touches, unless that channel has written less than four keyframes'
/// size since its last one; then it names the chunk that has it."
#[test]
fn keyframes_stand_where_they_should() {
    let mut writer = writer(500);
    fill(&mut writer, 600, 60, 3);
    let trail = read(writer);
    let mut with_keyframe = 0;
    for (index, info) in trail.chunks().iter().enumerate() {
        let chunk = trail.chunk(index).unwrap();
        for entry in &info.channels {
            let base = trail.chunk_numbered(entry.base).unwrap();
            let base_entry = trail.chunks()[base].channel(entry.channel).unwrap();
            assert!(base_entry.keyframe.is_some() || base_entry.begins);
            if let Some(place) = entry.keyframe {
                with_keyframe += 1;
                assert_eq!(base, index);
                let expected = format!("state of {} before {}", entry.channel, entry.first_record);
                assert_eq!(chunk.keyframe(entry.channel).unwrap(), expected.as_bytes());
                assert_eq!(place.len as usize, expected.len());
            } else {
                assert_eq!(chunk.keyframe(entry.channel), None);
            }
            if base < index {
                let len = base_entry.keyframe.map_or(0, |keyframe| keyframe.len);
                let between = trail.chunks()[base..index].iter().filter_map(|info| info.channel(entry.channel));
                let written: u32 = between.map(|entry| entry.record_bytes).sum();
                assert!(written < 4 * len, "chunk {index} should have had a keyframe");
            }
        }
    }
    assert!(with_keyframe > 20, "{with_keyframe} keyframes are too few to have tested anything");
}

#[test]
fn seeking_finds_the_chunk_of_every_record_and_time() {
    let mut writer = writer(300);
    fill(&mut writer, 300, 40, 4);
    let trail = read(writer);
    let all = records(&trail);
    for (id, channel, time, ..) in &all {
        let index = trail.chunk_of(RecordId(*id)).unwrap();
        let chunk = trail.chunk(index).unwrap();
        assert!(chunk.records().any(|record| record.id.0 == *id));
        let last_at_time = all.iter().rfind(|record| record.2 <= *time).unwrap().0;
        let by_time = &trail.chunks()[trail.chunk_at(Offset(*time)).unwrap()];
        assert!(by_time.first_record.0 <= last_at_time && last_at_time <= by_time.last_record().0);
        let start = trail.replay_start(ChannelId(*channel), RecordId(*id)).unwrap();
        let entry = *trail.chunks()[start].channel(ChannelId(*channel)).unwrap();
        assert!(start <= index && (entry.keyframe.is_some() || entry.begins));
    }
    assert_eq!(trail.chunk_of(RecordId(all.len() as u64 + 1)), None);
    assert_eq!(trail.replay_start(ChannelId(9), RecordId(5)), None);
}

#[test]
fn footer_and_scan_say_the_same() {
    let mut writer = writer(300);
    fill(&mut writer, 200, 40, 5);
    writer.close().unwrap();
    let bytes = writer.into_storage().bytes;
    let by_footer = TrailReader::from_bytes(bytes.clone()).unwrap();
    let mut cut = bytes.clone();
    cut.truncate(bytes.len() - trail_container::format::TRAILER_LEN);
    let by_scan = TrailReader::from_bytes(cut).unwrap();
    assert_eq!(by_footer.chunks(), by_scan.chunks());
    assert!(by_footer.channels().eq(by_scan.channels()));
    assert_eq!(by_footer.head(), by_scan.head());
    assert_eq!(by_footer.meta(), by_scan.meta());
    assert_eq!(by_footer.statistics(), by_scan.statistics());
}

#[derive(Clone, Debug)]
struct Written {
    channel: u32,
    gap_ns: u64,
    opcode: u8,
    data: Vec<u8>,
}

fn written() -> impl Strategy<Value = Written> {
    let data = prop_oneof![
        9 => proptest::collection::vec(any::<u8>(), 0..200),
        1 => proptest::collection::vec(0u8..4, 0..20_000),
    ];
    let gap = prop_oneof![Just(0u64), 0..1000u64, any::<u32>().prop_map(u64::from)];
    (1..5u32, gap, any::<u8>(), data).prop_map(|(channel, gap_ns, opcode, data)| Written {
        channel,
        gap_ns,
        opcode,
        data,
    })
}

fn body(written: &Written) -> RecordBody<'_> {
    let data = &written.data;
    match written.opcode {
        0..100 => RecordBody::Output(data),
        100..120 => RecordBody::Input(data),
        120..140 => RecordBody::Opaque { kind: "k", data },
        140..160 => RecordBody::Drawing(Encoded { encoding: 1, data }),
        160..180 => RecordBody::Resize(Size { cols: 1 + u16::from(written.opcode), rows: 1 }),
        opcode => RecordBody::Unknown { opcode, data },
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_records_in_chunks_of_any_size_come_back(
        all in proptest::collection::vec(written(), 0..120),
        chunk_len in 1..20_000usize,
        flushes in proptest::collection::vec(0..120usize, 0..6),
    ) {
        let mut writer = writer(chunk_len);
        let mut time = Offset::ZERO;
        let mut times = Vec::new();
        for (index, written) in all.iter().enumerate() {
            time = time.plus_ns(written.gap_ns);
            times.push(time);
            let channel = ChannelId(written.channel);
            if writer.wants_keyframe(channel) {
                writer.put_keyframe(channel, &written.data).unwrap();
            }
            writer.append(channel, time, &body(written)).unwrap();
            if flushes.contains(&index) {
                writer.flush().unwrap();
            }
        }
        writer.close().unwrap();
        let bytes = writer.into_storage().bytes;
        let report = verify(&bytes).unwrap();
        prop_assert!(report.findings.is_empty(), "{:?}", report.findings);
        let trail = TrailReader::from_bytes(bytes).unwrap();
        let mut read = 0;
        for index in 0..trail.chunks().len() {
            let chunk = trail.chunk(index).unwrap();
            for record in chunk.records() {
                prop_assert_eq!(record.id.0, read as u64 + 1);
                prop_assert_eq!(record.channel.0, all[read].channel);
                prop_assert_eq!(record.offset, times[read]);
                prop_assert_eq!(record.body, body(&all[read]));
                read += 1;
            }
        }
        prop_assert_eq!(read, all.len());
        prop_assert_eq!(trail.statistics().unwrap().records, all.len() as u64);
    }
}
