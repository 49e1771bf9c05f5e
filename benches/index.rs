//! Text to tokens, and content files to a committed index.

use std::fs;
use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use trail_benches::{cases, contents, criterion, data_dir, one_job};
use trail_index::analyzer::analyze;
use trail_index::update;

fn analyzer(c: &mut Criterion) {
    let mut texts = Vec::new();
    for content in contents() {
        for channel in content.channels() {
            for block in 0..channel.block_count() {
                texts.extend(channel.block(block).unwrap().items().map(|item| item.text().to_owned()));
            }
        }
    }
    let tokens = || {
        let mut count = 0;
        for text in &texts {
            count += analyze(black_box(text)).len();
        }
        count
    };
    assert!(tokens() > texts.len());
    let mut group = c.benchmark_group("index");
    group.throughput(Throughput::Bytes(texts.iter().map(|text| text.len() as u64).sum()));
    group.bench_function("analyze/items", |b| b.iter(tokens));
}

fn build(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let data = data_dir(folder.path());
    assert!(update(&data, &one_job()).unwrap().items > 0);
    let mut group = c.benchmark_group("index");
    group.throughput(Throughput::Bytes(cases().iter().map(|recording| recording.output_len()).sum()));
    group.bench_function("update/content_kept", |b| {
        b.iter_batched(
            || {
                fs::remove_dir_all(data.index_dir()).unwrap();
                fs::create_dir_all(data.index_dir()).unwrap();
            },
            |()| update(&data, &one_job()).unwrap(),
            BatchSize::PerIteration,
        );
    });
    group.bench_function("update/nothing_new", |b| b.iter(|| update(&data, &one_job()).unwrap()));
}

criterion_group!(name = benches; config = criterion(); targets = analyzer, build);
criterion_main!(benches);
