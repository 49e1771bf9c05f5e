use super::*;
use crate::{Block, Coverage, ItemBuf, Kind, Moment, Moments, SpanBuf, Step};
use trail_model::{ChannelId, ChannelKind, Offset, RecordId};

fn line(text: &str, spans: Vec<SpanBuf>) -> ItemBuf {
    ItemBuf { kind: Kind::Line, text: text.to_owned(), spans }
}

fn sample_block() -> Block {
    let mut grown = SpanBuf::new(11, 20);
    grown.growth = vec![Step { at: 11, len: 1 }, Step { at: 13, len: 3 }, Step { at: 14, len: 7 }];
    grown.above = vec![Step { at: 11, len: 2 }, Step { at: 15, len: 5 }, Step { at: 16, len: 0 }];
    let mut border = SpanBuf::new(10, 30);
    border.grows_in = Some(2);
    border.concealed = true;
    let mut command = SpanBuf::new(12, 30);
    command.confidence = 70;
    Block::from_items(
        10,
        30,
        &[
            line("ünï", vec![border]),
            line("s sudo x", vec![SpanBuf::new(10, 12), SpanBuf::new(20, 30)]),
            line("ab cdef", vec![grown, SpanBuf::new(29, 30)]),
            ItemBuf { kind: Kind::Title, text: "title".into(), spans: vec![SpanBuf::new(10, 30)] },
            ItemBuf { kind: Kind::Command, text: "ls".into(), spans: vec![command] },
            ItemBuf { kind: Kind::Input, text: String::new(), spans: vec![SpanBuf::new(30, 30)] },
        ],
    )
}

fn sample_file() -> Vec<u8> {
    let channel = ChannelId(1);
    let mut writer = ContentWriter::new(Vec::new(), TrailId([9; 16])).unwrap();
    writer.add_channel(channel, &ChannelKind::SessionShell);
    let early = Block::from_items(0, 9, &[line("early", vec![SpanBuf::new(3, 9), SpanBuf::new(4, 9)])]);
    writer.add_block(channel, EncodedBlock::new(&early).unwrap()).unwrap();
    writer.add_block(channel, EncodedBlock::new(&sample_block()).unwrap()).unwrap();
    writer.resolve(channel, 0, 1, 'é').unwrap();
    let moment =
        |i: u64| Moment { record: RecordId(3 * i + 1), offset: Offset(1500 * i), changed: !i.is_multiple_of(3) };
    let moments = Moments::new((0..31).map(moment), Offset(99_000));
    writer.end_channel(channel, &moments, &Coverage { records: 31, ..Coverage::default() }).unwrap();
    writer.finish(RecordId(100), Offset(99_000)).unwrap().0
}

#[test]
fn what_was_written_is_read() {
    let file = ContentFile::open(sample_file()).unwrap();
    assert_eq!((file.trail(), file.last_record(), file.end()), (TrailId([9; 16]), RecordId(100), Offset(99_000)));
    let channel = file.channel(ChannelId(1)).unwrap();
    assert_eq!(channel.coverage().records, 31);
    assert_eq!(*channel.block(1).unwrap(), sample_block());
    let early = channel.block(0).unwrap();
    let outs: Vec<_> = early.item(0).spans().map(|span| span.grows_out).collect();
    assert_eq!(outs, [None, Some('é')]);
    let moments = channel.moments().unwrap();
    assert_eq!(moments.len(), 31);
    assert_eq!(moments.get(4), Moment { record: RecordId(13), offset: Offset(6000), changed: true });
    assert_eq!(moments.ordinal_of(RecordId(13)), Some(4));
    assert_eq!(moments.ordinal_of(RecordId(14)), None);
    assert_eq!((moments.end_time(4), moments.end_time(30)), (Offset(7500), Offset(99_000)));
    assert_eq!(moments.next_change(5), Some(7));
}

#[test]
fn every_flipped_bit_is_noticed() {
    let good = sample_file();
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut bad = good.clone();
            bad[at] ^= 1 << bit;
            let read = ContentFile::open(bad).and_then(|file| {
                if !file.is_current() {
                    return Err(crate::Error::Version { expected: EXTRACTOR_VERSION, found: file.extractor_version() });
                }
                let channel = &file.channels()[0];
                channel.moments()?;
                (0..channel.block_count()).try_for_each(|block| channel.block(block).map(drop))
            });
            assert!(read.is_err(), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn a_cut_file_is_an_error() {
    let good = sample_file();
    for len in 0..good.len() {
        assert!(ContentFile::open(good[..len].to_vec()).is_err(), "{len} bytes");
    }
}

#[test]
fn hostile_columns_are_errors() {
    let mut good = Vec::new();
    block_bytes::encode(&sample_block(), &mut good);
    assert_eq!(block_bytes::decode(&good).unwrap(), sample_block());
    for at in 0..good.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff, good[at] ^ 1] {
            let mut bad = good.clone();
            bad[at] = value;
            // It may decode to another block; it must not panic, and what it decodes to must be usable.
            if let Ok(block) = block_bytes::decode(&bad) {
                for item in block.items() {
                    for span in item.spans() {
                        assert!(span.segments(item.text()).all(|segment| segment.begin <= segment.end));
                    }
                }
            }
        }
        assert!(block_bytes::decode(&good[..at]).is_err(), "{at} bytes");
    }
}

#[test]
fn moments_survive_whatever_they_are() {
    let check = |records: &[(u64, u64, bool)]| {
        let moment = |&(record, offset, changed): &(u64, u64, bool)| Moment {
            record: RecordId(record),
            offset: Offset(offset),
            changed,
        };
        let moments = Moments::new(records.iter().map(moment), Offset(u64::MAX));
        let mut bytes = Vec::new();
        moments_bytes::encode(&moments, &mut bytes);
        assert_eq!(moments_bytes::decode(&bytes, Offset(u64::MAX)).unwrap(), moments);
        for len in 0..bytes.len() {
            assert!(moments_bytes::decode(&bytes[..len], Offset(0)).is_err());
        }
    };
    check(&[]);
    check(&[(5, 7, false)]);
    check(&[(1, 0, true), (2, 0, true), (3, 1_000_000, false)]);
    check(&[(1, 0, true), (4, 1, true), (5, u64::MAX, false), (u64::MAX, u64::MAX, true)]);
}

#[test]
fn names_tell_what_has_to_be_made_again() {
    let name = |reader: &str| crate::file_name(TrailId([7; 16]), &[0xab; 32], reader);
    let check = |name: &str, reader: Option<&str>, expected: bool| {
        assert_eq!(
            crate::is_current_name(name, reader.map(|reader| || reader.to_owned())),
            expected,
            "{name} {reader:?}"
        );
    };
    check(&name(""), Some("a"), true);
    check(&name("a"), Some("a"), true);
    check(&name("a"), Some("b"), false);
    check(&name("a"), None, true);
    check(&name("").replace("-x", "-x9"), None, false);
    check(&name("a").replace("-x", "-x9"), Some("a"), false);
    check("", None, false);
}
