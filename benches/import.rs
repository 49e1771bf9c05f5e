//! Foreign recordings to events, and events to a trail with cuts and keyframes.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use trail_benches::{cases, criterion, folder};
use trail_import::{EventSink, ImportOptions, RecordingSource, SinkError, discover};
use trail_model::{Event, EventKind, SessionMeta};

const FORMATS: [(&str, &str); 9] = [
    ("asciicast-v1", "asciicast-v1/unicode.json"),
    ("asciicast-v2", "asciicast-v2/packages.cast"),
    ("asciicast-v3", "asciicast-v3/long-vim.cast"),
    ("ttyrec", "ttyrec/editors.ttyrec"),
    ("ttyrec-zstd", "ttyrec/long-top.ttyrec.zst"),
    ("script", "script-classic"),
    ("script-advanced", "script-advanced"),
    ("sudo-iolog", "sudo-iolog"),
    ("tlog", "tlog"),
];

/// Counts output and keeps nothing.
#[derive(Default)]
struct Count(u64);

impl EventSink for Count {
    fn meta(&mut self, _: &SessionMeta) -> Result<(), SinkError> {
        Ok(())
    }

    fn event(&mut self, event: Event) -> Result<(), SinkError> {
        if let EventKind::Output(bytes) = event.kind {
            self.0 += bytes.len() as u64;
        }
        Ok(())
    }
}

fn read(sources: &[RecordingSource]) -> u64 {
    let mut count = Count::default();
    for source in sources {
        source.import(&ImportOptions::default(), &mut count).unwrap();
    }
    count.0
}

fn import(c: &mut Criterion) {
    let mut group = c.benchmark_group("import");
    for (format, file) in FORMATS {
        let sources: Vec<_> = discover(folder().join(file), &ImportOptions::default()).filter_map(Result::ok).collect();
        let bytes = read(&sources);
        assert!(bytes > 0, "{file}");
        group.throughput(Throughput::Bytes(bytes));
        group.bench_function(format!("read/{format}"), |b| b.iter(|| read(black_box(&sources))));
    }
    for recording in cases() {
        assert!(recording.trail().last_record() >= recording.events.len() as u64);
        group.throughput(Throughput::Bytes(recording.output_len()));
        group.bench_function(format!("record/{}", recording.name), |b| b.iter(|| black_box(&recording).trail()));
    }
}

criterion_group!(name = benches; config = criterion(); targets = import);
criterion_main!(benches);
