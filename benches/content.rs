//! Trails to content files, and content files to items.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use trail_benches::{cases, criterion};
use trail_content::{ContentFile, ExtractOptions, extract};

/// Opens a content file and looks at every item and span; gives their number.
fn read(bytes: &[u8]) -> usize {
    let file = ContentFile::open(bytes.to_vec()).unwrap();
    let mut count = 0;
    for channel in file.channels() {
        for index in 0..channel.block_count() {
            count += channel.block(index).unwrap().items().map(|item| 1 + item.spans().len()).sum::<usize>();
        }
    }
    count
}

fn content(c: &mut Criterion) {
    let mut group = c.benchmark_group("content");
    let options = ExtractOptions::with_threads(1);
    for recording in cases() {
        let trail = recording.trail();
        let file = extract(&trail, &options).unwrap().bytes;
        assert!(read(&file) > 0);
        group.throughput(Throughput::Bytes(recording.output_len()));
        let name = &recording.name;
        group.bench_function(format!("extract/{name}"), |b| b.iter(|| extract(black_box(&trail), &options).unwrap()));
        group.bench_function(format!("read/{name}"), |b| b.iter(|| read(black_box(&file))));
    }
}

criterion_group!(name = benches; config = criterion(); targets = content);
criterion_main!(benches);
