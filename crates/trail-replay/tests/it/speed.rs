//! How fast trails are written, opened and sought in. Run with
//! `cargo test --release -p trail-replay --test it -- --ignored --nocapture speed`.

use std::time::{Duration, Instant};

use trail_container::{Header, RecordBody, TrailReader, TrailWriter, WriterOptions, verify_path};
use trail_model::{Event, EventKind, Offset, RecordId, SessionMeta, TrailId};
use trail_replay::{Player, Recorder};

use crate::support::{CHANNEL, Random, each_recording};

/// All recordings one after the other, again and again until there is enough output, on one channel.
fn long_recording(output_len: usize) -> Vec<Event> {
    let mut all = Vec::new();
    each_recording(|_, recording| {
        if let Some(first) = recording.events.first() {
            let channel = first.channel;
            all.push(recording.events.into_iter().filter(|event| event.channel == channel).collect::<Vec<_>>());
        }
    });
    let mut events: Vec<Event> = Vec::new();
    let mut written = 0;
    let mut start = 0;
    while written < output_len && !all.is_empty() {
        for recording in &all {
            for event in recording {
                if let EventKind::Output(bytes) = &event.kind {
                    written += bytes.len();
                }
                if events.is_empty() || !matches!(event.kind, EventKind::Open(_)) {
                    let offset = Offset(start + event.offset.0);
                    events.push(Event { channel: CHANNEL, offset, kind: event.kind.clone() });
                }
            }
            start = events.last().map_or(0, |event| event.offset.0);
        }
    }
    events
}

/// Processor time of this thread where the system tells it (Linux), else wall time since `start`: other processes on a
/// busy machine are then not part of the figures.
fn now(start: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let ns = told.and_then(|text| text.split_whitespace().next()?.parse().ok());
    ns.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

fn timed<T>(f: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let before = now(start);
    let result = f();
    (now(start) - before, result)
}

#[test]
#[ignore = "measurement"]
fn speed_of_writing_opening_and_seeking() {
    let events = long_recording(64 << 20);
    let folder = tempfile::tempdir().unwrap();
    let header = Header::with_id(TrailId([1; 16]), SessionMeta::default());
    let mb = |bytes: u64, time: Duration| bytes as f64 / 1e6 / time.as_secs_f64();

    let plain = folder.path().join("plain.trail");
    let (time, _) = timed(|| {
        let mut writer = TrailWriter::create(&plain, &header, WriterOptions::default()).unwrap();
        for event in &events {
            writer.append(event.channel, event.offset, &RecordBody::from_event(&event.kind)).unwrap();
        }
        writer.close().unwrap();
    });
    let output = TrailReader::open(&plain).unwrap().statistics().unwrap().output_bytes;
    println!("{} events, {} MB of output", events.len(), output / 1_000_000);
    println!("writer alone: {:.0} MB/s", mb(output, time));

    let path = folder.path().join("session.trail");
    let (time, cost) = timed(|| {
        let mut recorder = Recorder::new(TrailWriter::create(&path, &header, WriterOptions::default()).unwrap());
        events.iter().for_each(|event| recorder.event(event).unwrap());
        recorder.finish().unwrap().1
    });
    println!("recorder (cuts and keyframes): {:.0} MB/s, {cost:?}", mb(output, time));

    let opened = |path| TrailReader::open(path).unwrap();
    let trail = opened(&path);
    let (open_time, _) = timed(|| (0..100).for_each(|_| drop(opened(&path))));
    let statistics = trail.statistics().unwrap();
    println!(
        "{} chunks, {} bytes in the file, {statistics:?}",
        trail.chunks().len(),
        std::fs::metadata(&path).unwrap().len()
    );
    let whole = std::fs::read(&path).unwrap();
    let cut = folder.path().join("cut.trail");
    std::fs::write(&cut, &whole[..whole.len() - 1]).unwrap();
    let (scan_time, _) = timed(|| (0..100).for_each(|_| drop(opened(&cut))));
    println!("open: {:.1?} by the footer, {:.1?} by walking", open_time / 100, scan_time / 100);
    let (time, report) = timed(|| verify_path(&path, &Default::default()).unwrap());
    assert!(report.is_sound());
    println!("verify: {:.0} MB/s of output, {:.0} MB/s of file", mb(output, time), mb(whole.len() as u64, time));

    let (time, raw) = timed(|| {
        let chunks = (0..trail.chunks().len()).map(|index| trail.chunk(index).unwrap());
        chunks.map(|chunk| chunk.records().count() + chunk.raw().len()).sum::<usize>()
    });
    println!(
        "read all records: {:.0} MB/s, {:.0} us a chunk",
        mb(raw as u64, time),
        time.as_micros() as f64 / trail.chunks().len() as f64
    );
    let (time, _) = timed(|| {
        let mut player = Player::new(&trail, CHANNEL).unwrap();
        while player.step().unwrap().is_some() {}
    });
    println!("replay: {:.0} MB/s", mb(output, time));

    let mut random = Random(1);
    let mut times = Vec::new();
    let (all, ()) = timed(|| {
        for _ in 0..500 {
            let record = RecordId(1 + random.below(trail.last_record()));
            let start = Instant::now();
            Player::new(&trail, CHANNEL).unwrap().seek(record).unwrap();
            times.push(start.elapsed());
        }
    });
    times.sort();
    let mean = all / 500;
    println!("seek: mean {mean:.2?}; on the clock: median {:.2?}, 99th percentile {:.2?}", times[250], times[495]);
}
