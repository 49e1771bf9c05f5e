//! Seeking to a record, and its screen to a PNG.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use trail_benches::{cases, criterion};
use trail_model::RecordId;
use trail_render::{RenderOptions, Renderer, render};
use trail_replay::Player;

fn renderer(c: &mut Criterion) {
    let options = RenderOptions::default();
    let mut group = c.benchmark_group("render");
    for recording in cases() {
        let name = &recording.name;
        let trail = recording.trail();
        let channel = trail.channels().next().unwrap().channel;
        let records = trail.last_record();
        let mut player = Player::new(&trail, channel).unwrap();
        player.seek(RecordId(records / 2)).unwrap();
        let terminal = player.terminal().unwrap();
        assert!(render(terminal, &options).to_png().unwrap().starts_with(b"\x89PNG"));

        let mut warm = Renderer::new();
        group.bench_function(format!("draw_warm/{name}"), |b| b.iter(|| warm.render(black_box(terminal), &options)));
        group.bench_function(format!("draw_cold/{name}"), |b| b.iter(|| render(black_box(terminal), &options)));
        let picture = render(terminal, &options);
        group.bench_function(format!("encode/{name}"), |b| b.iter(|| black_box(&picture).to_png().unwrap()));
        let mut at = 0;
        group.bench_function(format!("seek/{name}"), |b| {
            b.iter(|| {
                // A stride that is prime to most lengths: records all over the trail.
                at = (at + 7919) % records;
                Player::new(&trail, channel).unwrap().seek(RecordId(at + 1)).unwrap()
            });
        });
    }
}

criterion_group!(name = benches; config = criterion(); targets = renderer);
criterion_main!(benches);
