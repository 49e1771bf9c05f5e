//! Queries to ranked hits: through an index, and over content files alone.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use trail_benches::{contents, criterion, data_dir, one_job};
use trail_index::{IndexReader, update};
use trail_query::{Mode, parse};
use trail_search::{IndexSource, Options, Order, ScanSource, Searcher, Source};

const QUERIES: [(&str, &str); 6] = [
    ("word", "passwd"),
    ("common", "root"),
    ("phrase", r#""no such file""#),
    ("prefix", "pass*"),
    ("and", "root AND bin"),
    ("not", "root AND NOT bin"),
];

fn ask<S: Source>(searcher: &Searcher<S>, text: &str) -> usize {
    let query = parse(text, Mode::Screentrail).unwrap().query;
    searcher.prepare(&query).unwrap().search_all(Order::Rank, None).unwrap().total
}

fn search(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let data = data_dir(folder.path());
    update(&data, &one_job()).unwrap();
    let indexed = Searcher::new(IndexSource::new(IndexReader::open(&data).unwrap()), Options::default());
    let scanned = Searcher::new(ScanSource::new(contents()), Options::default());
    let mut group = c.benchmark_group("search");
    for (name, text) in QUERIES {
        let hits = ask(&indexed, text);
        assert_eq!(hits, ask(&scanned, text), "{text}");
        assert!(hits > 0 || name == "phrase", "{text}");
        group.bench_function(format!("index/{name}"), |b| b.iter(|| ask(black_box(&indexed), text)));
        group.bench_function(format!("scan/{name}"), |b| b.iter(|| ask(black_box(&scanned), text)));
    }
}

criterion_group!(name = benches; config = criterion(); targets = search);
criterion_main!(benches);
