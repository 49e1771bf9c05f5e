//! From files of recordings to an index, and to the answer of a first question without one.

use std::fs;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use trail_benches::{CASES, cases, criterion, data_dir, one_job, read};
use trail_content::{ContentFile, ExtractOptions, extract};
use trail_index::update;
use trail_query::{Mode, parse};
use trail_search::{Options, Order, ScanSource, Searcher};

fn output_len() -> u64 {
    cases().iter().map(|recording| recording.output_len()).sum()
}

/// Import, record, extract, search: what `trail grep` does without its cache.
fn first_question() -> usize {
    let contents = CASES.iter().map(|(name, file)| {
        let trail = read(name, file).trail();
        let extraction = extract(&trail, &ExtractOptions::with_threads(1)).unwrap();
        Arc::new(ContentFile::open(extraction.bytes).unwrap())
    });
    let searcher = Searcher::new(ScanSource::new(contents), Options::default());
    let query = parse(black_box("passwd"), Mode::Screentrail).unwrap().query;
    searcher.prepare(&query).unwrap().search_all(Order::Rank, None).unwrap().total
}

fn end_to_end(c: &mut Criterion) {
    let mut group = c.benchmark_group("end_to_end");
    group.throughput(Throughput::Bytes(output_len()));
    assert!(first_question() > 0);
    group.bench_function("first_question/files", |b| b.iter(first_question));

    let folder = tempfile::tempdir().unwrap();
    let data = data_dir(folder.path());
    assert!(update(&data, &one_job()).unwrap().items > 0);
    group.bench_function("index/trails", |b| {
        b.iter_batched(
            || {
                for folder in [data.content_dir(), data.index_dir()] {
                    fs::remove_dir_all(&folder).unwrap();
                    fs::create_dir_all(&folder).unwrap();
                }
            },
            |()| update(&data, &one_job()).unwrap(),
            BatchSize::PerIteration,
        );
    });
}

criterion_group!(name = benches; config = criterion(); targets = end_to_end);
criterion_main!(benches);
