//! Terminal output to cells, to changed rows, to records, to a saved state and back.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use trail_benches::{Recording, cases, criterion};
use trail_model::{EventKind, Size};
use trail_screen::{Damage, Terminal};

fn size(recording: &Recording) -> Size {
    let open = recording.events.iter().find_map(|event| match &event.kind {
        EventKind::Open(open) => open.size,
        _ => None,
    });
    open.unwrap_or(Size::DEFAULT)
}

fn feed(recording: &Recording) -> Terminal {
    let mut terminal = Terminal::new(size(recording));
    recording.output().for_each(|bytes| terminal.feed(bytes));
    terminal
}

/// The text of the changed rows after every event; gives its bytes.
fn changed_rows(recording: &Recording) -> usize {
    let mut terminal = Terminal::new(size(recording));
    let (mut damage, mut text, mut bytes) = (Damage::new(), String::new(), 0);
    for output in recording.output() {
        terminal.feed(output);
        terminal.take_damage(&mut damage);
        for &row in &damage.rows {
            text.clear();
            terminal.row(row.into()).append_text(&mut text);
            bytes += text.len();
        }
    }
    bytes
}

/// The records that the output is cut into.
fn cut(recording: &Recording) -> usize {
    let mut terminal = Terminal::new(size(recording));
    let mut records = 0;
    for output in recording.output() {
        let mut rest = output;
        while !rest.is_empty() {
            let mut taken = terminal.feed_until_cut(rest);
            if taken < rest.len() {
                terminal.cut();
            }
            if taken == 0 {
                taken = terminal.feed_until_cut(rest);
            }
            records += 1;
            rest = &rest[taken..];
        }
    }
    records
}

fn screen(c: &mut Criterion) {
    let mut group = c.benchmark_group("screen");
    for recording in cases() {
        let name = &recording.name;
        assert!(
            changed_rows(&recording) > 0 && cut(&recording) >= recording.output().filter(|o| !o.is_empty()).count()
        );
        group.throughput(Throughput::Bytes(recording.output_len()));
        group.bench_function(format!("feed/{name}"), |b| b.iter(|| feed(black_box(&recording))));
        group.bench_function(format!("changed_rows/{name}"), |b| b.iter(|| changed_rows(black_box(&recording))));
        group.bench_function(format!("cut/{name}"), |b| b.iter(|| cut(black_box(&recording))));
    }
    for recording in cases().into_iter().take(2) {
        let terminal = feed(&recording);
        let mut state = Vec::new();
        terminal.save(&mut state);
        assert!(Terminal::load(&state).is_ok());
        group.throughput(Throughput::Bytes(state.len() as u64));
        group.bench_function(format!("save/{}", recording.name), |b| {
            b.iter(|| {
                state.clear();
                terminal.save(&mut state);
                state.len()
            });
        });
        group.bench_function(format!("load/{}", recording.name), |b| {
            b.iter(|| Terminal::load(black_box(&state)).unwrap())
        });
    }
}

criterion_group!(name = benches; config = criterion(); targets = screen);
criterion_main!(benches);
