//! A screenshot at a random record of an eight-hour session: inside a process, and as a command.
//!
//! ```text
//! cargo run --release -p trail-mkdata -- shell --hours 8 -o target/bench-inputs/day.cast
//! cargo run --release --bin screenshot -- [--inputs FOLDER] [--trail target/release/trail] [--count 200]
//! ```
//!
//! Inside a process: seek, replay, draw, encode, with the trail open and the glyphs kept. As a command: `trail screenshot`
//! on the trail, a fresh process each time; 20 records. CPU time; the peer is alacritty's terminal fed with as much
//! output as the player replays at most, and no picture made.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bench_peers::alacritty::Alacritty;
use bench_peers::arguments::Arguments;
use bench_peers::clock::{command, median, percentile, thread_cpu};
use bench_peers::inputs::recordings;
use bench_peers::table::{ms, row, verdict};
use trail_container::{Header, TrailReader, WriterOptions};
use trail_model::{EventKind, RecordId, Size};
use trail_render::{RenderOptions, Renderer};
use trail_replay::{Player, record_events};

const INSIDE_MOST: Duration = Duration::from_millis(5);
const COMMAND_MOST: Duration = Duration::from_millis(30);
const COMMANDS: usize = 20;
/// A chunk.
const REPLAYED_LEN: usize = 256 << 10;

fn main() -> Result<()> {
    let arguments = Arguments::read(&["inputs", "trail", "count"])?;
    let count: usize = arguments.get("count", 200)?;
    let command_path: PathBuf = arguments.get("trail", PathBuf::from("target/release/trail"))?;
    let day = arguments.inputs()?.join("day.cast");
    let recording = recordings(&day)?.into_iter().next().context("no recording")?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("day.trail");
    let header = Header::new(recording.meta.clone())?;
    let (_, cost) = record_events(&path, &header, WriterOptions::default(), &recording.events, None)?;
    let trail = TrailReader::open(&path)?;
    let channel = trail.channels().next().context("no channel")?.channel;
    println!(
        "{:.1} h, {} records, {:.1} MB of output, {} chunks",
        trail.duration().as_secs_f64() / 3600.0,
        cost.records,
        cost.output_bytes as f64 / 1e6,
        trail.chunks().len()
    );

    let mut random = Random(7);
    let mut records = Vec::new();
    let mut renderer = Renderer::new();
    let [mut inside, mut seeks] = [const { Vec::new() }; 2];
    for _ in 0..count {
        let record = RecordId(1 + random.next() % trail.last_record());
        records.push(record);
        let mut player = Player::new(&trail, channel)?;
        let (position, seek) = thread_cpu(|| player.seek(record));
        ensure!(position?.record == record, "another record");
        let terminal = player.terminal().context("no screen")?;
        let (png, draw) = thread_cpu(|| renderer.render(terminal, &RenderOptions::default()).to_png());
        ensure!(png?.starts_with(b"\x89PNG"), "not a picture");
        seeks.push(seek);
        inside.push(seek + draw);
    }
    let mut as_command = Vec::new();
    for record in records.iter().take(COMMANDS) {
        let mut shooting = Command::new(&command_path);
        shooting.arg("screenshot").arg(&path).arg(record.0.to_string()).arg("-o").arg(folder.path().join("shot.png"));
        let ran = command(&mut shooting)?;
        ensure!(ran.status.success(), "{shooting:?}: {}", ran.status);
        as_command.push(ran);
    }
    let cpu: Vec<Duration> = as_command.iter().map(|ran| ran.cpu).collect();
    let wall: Vec<Duration> = as_command.iter().map(|ran| ran.wall).collect();
    row(["", "median", "p99", "slowest", ""]);
    let told = |name: &str, times: &[Duration], most: Option<Duration>| {
        let p99 = percentile(times, 0.99);
        let verdict = most.map_or_else(String::new, |most| verdict(p99 <= most, &format!("<= {most:?}")));
        row([name.into(), ms(median(times)), ms(p99), ms(percentile(times, 1.0)), verdict]);
    };
    told("seek and replay", &seeks, None);
    told("inside a process", &inside, Some(INSIDE_MOST));
    told("as a command, CPU", &cpu, Some(COMMAND_MOST));
    told("as a command, wall", &wall, None);
    let output: Vec<u8> = recording
        .events
        .iter()
        .filter_map(|event| if let EventKind::Output(bytes) = &event.kind { Some(bytes.as_slice()) } else { None })
        .flatten()
        .copied()
        .take(REPLAYED_LEN)
        .collect();
    let fed: Vec<Duration> = (0..9).map(|_| thread_cpu(|| Alacritty::new(Size::DEFAULT).feed(&output)).1).collect();
    told("alacritty, 256 KiB fed", &fed, None);
    Ok(())
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
