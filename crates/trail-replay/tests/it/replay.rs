//! Seeking, stepping, resuming, and what damage does to a replay.

use trail_container::{Header, MemoryStorage, RecordBody, TrailReader, TrailWriter, WriterOptions, format};
use trail_model::{ChannelId, ChannelKind, ChannelOpen, Event, EventKind, Offset, RecordId, SessionMeta, Size};
use trail_replay::{Error, Player, Recorder};

use crate::support::{CHANNEL, Random, close, event, open, output, record, recorder, state, text};

/// A shell in two channels, some thousand records.
fn session() -> Vec<Event> {
    let mut random = Random(5);
    let mut events = vec![open(40, 10)];
    let kind = ChannelKind::SessionExec;
    let second = ChannelId(2);
    let size = Some(Size { cols: 30, rows: 4 });
    events.push(Event { channel: second, offset: Offset(0), kind: EventKind::Open(ChannelOpen { kind, size }) });
    for index in 0..4000u64 {
        let channel = if random.below(3) == 0 { second } else { CHANNEL };
        let kind = match random.below(40) {
            0 => EventKind::Resize(Size { cols: 20 + random.below(60) as u16, rows: 2 + random.below(20) as u16 }),
            1 => EventKind::Input(b"ls\r".to_vec()),
            2 => EventKind::Output(b"\x1b[?1049h\x1b[2;5r".to_vec()),
            3 => EventKind::Output(b"\x1b[?1049l".to_vec()),
            4 => EventKind::Marker("here".into()),
            _ => EventKind::Output(format!("\x1b[3{}mline {index}\x1b[0m of this\r\n", random.below(8)).into_bytes()),
        };
        events.push(Event { channel, offset: Offset(index * 1000 / 7), kind });
    }
    events
}

/// States of `channel` after each of its records, from the start, without keyframes.
fn states(trail: &TrailReader, channel: ChannelId) -> Vec<(RecordId, Offset, Vec<u8>)> {
    let mut player = Player::new(trail, channel).unwrap();
    let mut out = Vec::new();
    while let Some(step) = player.step().unwrap() {
        assert_eq!(step.record.channel, channel);
        out.push((step.record.id, step.record.offset, state(step.screen)));
    }
    out
}

#[test]
fn f08_seeking_gives_the_screen_that_playing_gives() {
    let (trail, cost) = record(&session(), 4096);
    assert!(cost.keyframes > 10, "{cost:?}");
    let mut random = Random(8);
    for channel in [CHANNEL, ChannelId(2)] {
        let states = states(&trail, channel);
        let mut player = Player::new(&trail, channel).unwrap();
        for _ in 0..400 {
            let record = RecordId(1 + random.below(trail.last_record()));
            let after = states.partition_point(|(id, ..)| *id <= record);
            let Some((id, offset, expected)) = after.checked_sub(1).map(|index| &states[index]) else {
                assert!(matches!(player.seek(record), Err(Error::BeforeFirst { .. })));
                continue;
            };
            let position = player.seek(record).unwrap();
            assert_eq!((position.record, position.offset), (*id, *offset));
            assert!(state(player.screen()) == *expected, "channel {channel} record {record}");
            // On from there, step by step.
            if let Some((id, _, expected)) = states.get(after) {
                let step = player.step().unwrap().unwrap();
                assert_eq!(step.record.id, *id);
                assert!(state(step.screen) == *expected);
            } else {
                assert!(player.step().unwrap().is_none());
            }
        }
        for _ in 0..200 {
            let offset = Offset(random.below(trail.duration().0 + 1000));
            let after = states.partition_point(|(_, time, _)| *time <= offset);
            let (id, _, expected) = &states[after - 1];
            assert_eq!(player.seek_time(offset).unwrap().record, *id);
            assert!(state(player.screen()) == *expected);
        }
    }
}

#[test]
fn any_chunk_is_a_beginning() {
    let (trail, _) = record(&session(), 2048);
    for channel in [CHANNEL, ChannelId(2)] {
        let states = states(&trail, channel);
        for index in 0..trail.chunks().len() {
            let first = trail.chunks()[index].first_record;
            let mut player = Player::from_chunk(&trail, index, channel).unwrap();
            let after = states.partition_point(|(id, ..)| *id < first);
            if after > 0 {
                assert!(state(player.screen()) == states[after - 1].2, "channel {channel} chunk {index}");
            }
            let next = player.step().unwrap().map(|step| step.record.id);
            assert_eq!(next, states.get(after).map(|(id, ..)| *id));
        }
    }
}

#[test]
fn a_channel_without_a_screen_has_none() {
    let kind = ChannelKind::Other("clipboard".into());
    let opened = event(0, EventKind::Open(ChannelOpen { kind, size: None }));
    let (trail, cost) = record(&[opened, output(1, b"not for a screen"), output(2, b"\x1b[2J")], 10);
    assert_eq!((cost.cuts, cost.keyframes), (0, 0));
    let mut player = Player::new(&trail, CHANNEL).unwrap();
    player.seek(RecordId(3)).unwrap();
    assert!(player.terminal().is_none());
    assert!(matches!(Player::new(&trail, ChannelId(7)), Err(Error::NoChannel { .. })));
}

#[test]
fn output_longer_than_a_record_is_split() {
    let long = vec![b'x'; format::MAX_BODY_LEN + 10];
    let kind = ChannelKind::Other("log".into());
    let opened = event(0, EventKind::Open(ChannelOpen { kind, size: None }));
    let (trail, _) = record(&[opened, output(1, &long)], 1 << 16);
    assert_eq!(trail.last_record(), 3);
}

/// A recorder that was stopped goes on with the screens as they were, so that later keyframes are right.
#[test]
fn a_resumed_recording_goes_on_with_its_screens() {
    let events = session();
    let (whole, _) = record(&events, 4096);
    let mut first = recorder(4096);
    let (head, tail) = events.split_at(2500);
    head.iter().for_each(|event| first.event(event).unwrap());
    first.writer_mut().flush().unwrap();
    let storage = first.into_writer().into_storage();
    let written = TrailReader::from_bytes(storage.bytes.clone()).unwrap();
    let options = WriterOptions { chunk_len: 4096, ..WriterOptions::default() };
    let writer = TrailWriter::resume_storage(storage, options).unwrap();
    let mut second = Recorder::resume(writer, &written).unwrap();
    tail.iter().for_each(|event| second.event(event).unwrap());
    let (resumed, _) = close(second);
    let last = whole.channel(CHANNEL).unwrap().last_record;
    let at_end = |trail: &TrailReader, record| {
        let mut player = Player::new(trail, CHANNEL).unwrap();
        player.seek(record).unwrap();
        state(player.screen())
    };
    // The stop is a border at which nothing is fresh, so the cuts behind it may be other ones.
    let resumed_last = resumed.channel(CHANNEL).unwrap().last_record;
    assert!(at_end(&whole, last) == at_end(&resumed, resumed_last));
    let by_steps = states(&resumed, CHANNEL).pop().unwrap().2;
    assert!(by_steps == at_end(&resumed, resumed_last));
}

/// Behind a damaged chunk the next keyframe brings the screen back.
#[test]
fn a_damaged_chunk_costs_the_records_up_to_the_next_keyframe() {
    let mut recorder = recorder(2048);
    session().iter().for_each(|event| recorder.event(event).unwrap());
    recorder.writer_mut().close().unwrap();
    let mut bytes = recorder.into_writer().into_storage().bytes;
    let whole = TrailReader::from_bytes(bytes.clone()).unwrap();
    let states = states(&whole, CHANNEL);
    let damaged = &whole.chunks()[5];
    bytes[damaged.end() as usize - 2] ^= 1;
    let trail = TrailReader::from_bytes(bytes).unwrap();
    let mut player = Player::new(&trail, CHANNEL).unwrap();
    let mut errors = 0;
    let mut is_certain = true;
    let mut checked_after = 0;
    loop {
        match player.step() {
            Err(Error::Container(trail_container::Error::DamagedChunk { number, .. })) => {
                assert_eq!(number, damaged.number);
                errors += 1;
                is_certain = false;
            }
            Err(error) => panic!("{error}"),
            Ok(None) => break,
            Ok(Some(step)) => {
                let id = step.record.id;
                let info = &trail.chunks()[trail.chunk_of(id).unwrap()];
                is_certain |= info.channel(CHANNEL).is_some_and(|entry| entry.keyframe.is_some());
                if is_certain {
                    let index = states.partition_point(|(other, ..)| *other < id);
                    assert!(state(step.screen) == states[index].2, "record {id}");
                    checked_after += usize::from(errors > 0);
                }
            }
        }
    }
    assert_eq!(errors, 1);
    assert!(checked_after > 1000);
}

/// A recovered trail may begin without the record that opens its channel.
#[test]
fn output_without_an_opening_record_has_a_screen_of_the_default_size() {
    let header = Header::with_id(trail_model::TrailId([2; 16]), SessionMeta::default());
    let storage = MemoryStorage::default();
    let mut writer = TrailWriter::with_storage(storage, &header, WriterOptions::default()).unwrap();
    writer.append(CHANNEL, Offset(1), &RecordBody::Output(b"hello")).unwrap();
    writer.close().unwrap();
    let trail = TrailReader::from_bytes(writer.into_storage().bytes).unwrap();
    let mut player = Player::new(&trail, CHANNEL).unwrap();
    player.seek(RecordId(1)).unwrap();
    assert_eq!(player.terminal().unwrap().size(), Size::DEFAULT);
    assert!(text(player.screen()).starts_with("hello"));
}
