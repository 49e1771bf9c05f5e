//! A trail that is being written: followed, flushed in time, locked, resumed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use trail_container::{Error, RecordBody, SyncPolicy, TrailReader, TrailWriter, WriterOptions, verify_path};
use trail_model::{ChannelId, Offset};

use crate::support::{header, offset};

const CHANNEL: ChannelId = ChannelId(1);

fn put(writer: &mut TrailWriter, ms: u64, text: &str) {
    writer.append(CHANNEL, offset(ms), &RecordBody::Output(text.as_bytes())).unwrap();
}

#[test]
fn a_growing_trail_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("live.trail");
    let mut writer = TrailWriter::create(&path, &header(), WriterOptions::default()).unwrap();
    let mut reader = TrailReader::follow(&path).unwrap();
    let mut mapped = TrailReader::open(&path).unwrap();
    assert!(!reader.refresh().unwrap());
    for round in 1..=50u64 {
        put(&mut writer, round, &format!("round {round}"));
        assert!(!reader.refresh().unwrap(), "nothing is flushed yet");
        writer.flush().unwrap();
        assert!(reader.refresh().unwrap());
        assert_eq!((reader.last_record(), reader.is_closed()), (round, false));
        let chunk = reader.chunk(round as usize - 1).unwrap();
        assert_eq!(chunk.records().last().unwrap().body, RecordBody::Output(format!("round {round}").as_bytes()));
        assert_eq!(reader.head(), writer.head());
    }
    // A map shows the file as it was opened.
    assert!(!mapped.refresh().unwrap());
    writer.close().unwrap();
    assert!(reader.refresh().unwrap() && reader.is_closed());
    assert!(!reader.refresh().unwrap());
    assert_eq!(reader.findings(), []);
    assert_eq!(reader.chunks(), TrailReader::open(&path).unwrap().chunks());
}

/// The follower meets every state that a file can be in while one write arrives.
#[test]
fn a_frame_that_arrives_byte_by_byte_is_taken_when_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("live.trail");
    let bytes = crate::support::small_closed();
    let whole = TrailReader::from_bytes(bytes.clone()).unwrap();
    let start = whole.chunks()[0].at as usize;
    std::fs::write(&path, &bytes[..start]).unwrap();
    let mut reader = TrailReader::follow(&path).unwrap();
    let mut file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
    for at in start..bytes.len() {
        std::io::Write::write_all(&mut file, &bytes[at..=at]).unwrap();
        reader.refresh().unwrap();
        let expected = whole.chunks().iter().filter(|chunk| chunk.end() <= at as u64 + 1).count();
        assert_eq!(reader.chunks().len(), expected, "after byte {at}");
    }
    assert!(reader.is_closed());
}

#[test]
fn another_thread_follows_while_the_writer_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("live.trail");
    let options = WriterOptions { chunk_len: 500, ..WriterOptions::default() };
    let mut writer = TrailWriter::create(&path, &header(), options).unwrap();
    let follower = std::thread::spawn({
        let path = path.clone();
        move || {
            let mut reader = TrailReader::follow(path).unwrap();
            let mut checked = 0;
            while !reader.is_closed() {
                reader.refresh().unwrap();
                while checked < reader.chunks().len() {
                    let chunk = reader.chunk(checked).unwrap();
                    for record in chunk.records() {
                        assert_eq!(record.body, RecordBody::Output(format!("record {}", record.id).as_bytes()));
                    }
                    checked += 1;
                }
            }
            reader.last_record()
        }
    });
    for id in 1..=20_000u64 {
        put(&mut writer, id, &format!("record {id}"));
    }
    writer.close().unwrap();
    assert_eq!(follower.join().unwrap(), 20_000);
}

/// The hand of the clock in the test below, in milliseconds. No other test moves it.
static NOW_MS: AtomicU64 = AtomicU64::new(0);

#[test]
fn a_live_chunk_is_flushed_one_second_after_its_first_record() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("live.trail");
    let options = WriterOptions::live(|| Duration::from_millis(NOW_MS.load(Ordering::Relaxed)));
    assert_eq!(options.sync, SyncPolicy::EachChunk);
    let mut writer = TrailWriter::create(&path, &header(), options).unwrap();
    let mut reader = TrailReader::follow(&path).unwrap();
    let mut flushed_at = |now: u64| {
        NOW_MS.store(now, Ordering::Relaxed);
        reader.refresh().unwrap();
        reader.last_record()
    };
    assert_eq!(writer.deadline(), None);
    flushed_at(5_000);
    put(&mut writer, 1, "one");
    assert_eq!(writer.deadline(), Some(Duration::from_millis(6_000)));
    assert_eq!(flushed_at(5_600), 0);
    put(&mut writer, 2, "two");
    assert_eq!(flushed_at(5_999), 0);
    writer.poll().unwrap();
    assert_eq!(flushed_at(6_000), 0);
    writer.poll().unwrap();
    assert_eq!(flushed_at(6_000), 2);
    assert_eq!(writer.deadline(), None);
    // A record that comes late takes the open chunk along.
    put(&mut writer, 3, "three");
    assert_eq!(flushed_at(7_500), 2);
    put(&mut writer, 4, "four");
    assert_eq!(flushed_at(7_500), 4);
}

#[test]
fn f31_there_is_one_writer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("live.trail");
    let mut writer = TrailWriter::create(&path, &header(), WriterOptions::default()).unwrap();
    put(&mut writer, 1, "one");
    writer.flush().unwrap();
    assert!(matches!(TrailWriter::resume(&path, WriterOptions::default()), Err(Error::Locked)));
    assert!(matches!(TrailWriter::create(&path, &header(), WriterOptions::default()), Err(Error::Io { .. })));
    assert_eq!(TrailReader::open(&path).unwrap().last_record(), 1);
    drop(writer);
    assert_eq!(TrailWriter::resume(&path, WriterOptions::default()).unwrap().next_record().0, 2);
}

#[test]
fn a_torn_file_is_resumed_and_its_tail_kept_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("live.trail");
    let mut writer = TrailWriter::create(&path, &header(), WriterOptions::default()).unwrap();
    put(&mut writer, 1, "kept");
    writer.flush().unwrap();
    let end = std::fs::metadata(&path).unwrap().len();
    put(&mut writer, 2, "torn");
    writer.flush().unwrap();
    drop(writer);
    let whole = std::fs::read(&path).unwrap();
    for round in 0..2 {
        // The second time, the file that takes the tail is there already.
        std::fs::write(&path, &whole[..whole.len() - 7]).unwrap();
        let mut writer = TrailWriter::resume(&path, WriterOptions::default()).unwrap();
        assert_eq!((writer.next_record().0, writer.last_time()), (2, Offset(1_000_000)));
        let suffix = if round == 0 { "" } else { ".1" };
        let aside = folder.path().join(format!("live.trail.torn-{end}{suffix}"));
        assert_eq!(std::fs::read(aside).unwrap(), &whole[end as usize..whole.len() - 7]);
        put(&mut writer, 3, "after");
        writer.close().unwrap();
        assert_eq!(verify_path(&path, &Default::default()).unwrap().findings, []);
        let trail = TrailReader::open(&path).unwrap();
        assert_eq!(trail.chunks()[1].resumed, Some(whole.len() as u64 - 7 - end));
    }
}
