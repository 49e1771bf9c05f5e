//! Query texts to trees.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use trail_benches::criterion;
use trail_query::{Mode, parse};

const QUERIES: [(&str, &str); 4] = [
    ("word", "passwd"),
    ("fields", r#"command:"sudo su" AND NOT title:backup*"#),
    ("nested", "((a OR b) AND (c OR (d AND NOT (e OR f*)))) +g -h \"i j k\"~3^2"),
    ("ranges", "size:[10 TO 20} AND path:/etc\\/pass.*/ AND name:roam~1"),
];

fn query(c: &mut Criterion) {
    let mut group = c.benchmark_group("query");
    for (name, text) in QUERIES {
        assert!(parse(text, Mode::Lucene).is_ok(), "{text}");
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(format!("parse/{name}"), |b| b.iter(|| parse(black_box(text), Mode::Lucene).unwrap()));
    }
}

criterion_group!(name = benches; config = criterion(); targets = query);
criterion_main!(benches);
