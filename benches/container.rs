//! The trail file: writing, reading, verifying.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use trail_benches::{cases, criterion};
use trail_container::{Header, MemoryStorage, RecordBody, TrailReader, TrailWriter, WriterOptions, verify};
use trail_model::{Event, EventKind, SessionMeta, TrailId};

/// The file without keyframes: what framing, compression and hashing cost.
fn write(events: &[Event]) -> Vec<u8> {
    let header = Header::with_id(TrailId([1; 16]), SessionMeta::default());
    let mut writer = TrailWriter::with_storage(MemoryStorage::default(), &header, WriterOptions::default()).unwrap();
    for event in events {
        writer.append(event.channel, event.offset, &RecordBody::from_event(&event.kind)).unwrap();
    }
    writer.close().unwrap();
    writer.into_storage().bytes
}

fn read(trail: &TrailReader) -> u64 {
    let mut bytes = 0;
    for index in 0..trail.chunks().len() {
        for record in trail.chunk(index).unwrap().records() {
            if let RecordBody::Output(output) = record.body {
                bytes += output.len() as u64;
            }
        }
    }
    bytes
}

fn container(c: &mut Criterion) {
    for recording in cases().into_iter().filter(|recording| ["vim", "log"].contains(&recording.name.as_str())) {
        let mut events = recording.events.clone();
        events.retain(|event| matches!(event.kind, EventKind::Open(_) | EventKind::Output(_)));
        let bytes = write(&events);
        let trail = TrailReader::from_bytes(bytes.clone()).unwrap();
        assert_eq!(read(&trail), recording.output_len());
        assert!(verify(&bytes).unwrap().is_sound());

        let mut group = c.benchmark_group("container");
        group.throughput(Throughput::Bytes(recording.output_len()));
        group.bench_function(format!("write/{}", recording.name), |b| b.iter(|| write(black_box(&events))));
        group.bench_function(format!("read/{}", recording.name), |b| b.iter(|| read(black_box(&trail))));
        group.bench_function(format!("verify/{}", recording.name), |b| b.iter(|| verify(black_box(&bytes)).unwrap()));
    }
}

criterion_group!(name = benches; config = criterion(); targets = container);
criterion_main!(benches);
