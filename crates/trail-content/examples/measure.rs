//! Measures extraction over the recordings under some paths: speed beside plain emulation, and the content file's size.
//!
//! ```text
//! cargo run --release -p trail-content --example measure -- testdata/recordings
//! ```

#![expect(clippy::print_stdout, reason = "it is a program that prints")]

use std::time::Duration;

use trail_container::{Header, RecordBody, SyncPolicy, TrailReader, TrailWriter, WriterOptions};
use trail_content::{ContentFile, ExtractOptions, extract};
use trail_import::{Collected, ImportOptions, discover};
use trail_model::SessionMeta;
use trail_replay::{Recorder, Screen};
use trail_screen::Damage;

/// Each measurement runs at least this long.
const ENOUGH: Duration = Duration::from_millis(40);

#[derive(Default)]
struct Sum {
    recordings: u64,
    records: u64,
    output: u64,
    content: u64,
    blocks_len: u64,
    text: u64,
    items: u64,
    spans: u64,
    feed: Duration,
    rows: Duration,
    extract: Duration,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let mut total = Sum::default();
    let verbose = std::env::var_os("VERBOSE").is_some();
    let mut seen = std::collections::HashSet::new();
    for path in std::env::args().skip(1) {
        for source in discover(&path, &ImportOptions::default()) {
            let Ok(source) = source else { continue };
            let mut events = Collected::default();
            if source.import(&ImportOptions::default(), &mut events).is_err() || events.events.is_empty() {
                continue;
            }
            let trail_path = folder.path().join(format!("{}.trail", total.recordings));
            let options = WriterOptions { sync: SyncPolicy::Never, ..WriterOptions::default() };
            let header = Header::new(SessionMeta::default())?;
            let mut recorder = Recorder::new(TrailWriter::create(&trail_path, &header, options)?);
            for event in &events.events {
                recorder.event(event)?;
            }
            recorder.finish()?;
            let trail = TrailReader::open(&trail_path)?;
            let one = measure(&trail, &mut seen)?;
            std::fs::remove_file(&trail_path)?;
            let Some(one) = one else { continue };
            if verbose {
                println!(
                    "{:>9} {:>8} {:>9.2?} {:>9.2?} {}",
                    one.output,
                    one.content,
                    one.rows,
                    one.extract,
                    source.path()
                );
            }
            total.add(&one);
        }
    }
    total.print();
    Ok(())
}

fn measure(
    trail: &TrailReader,
    seen: &mut std::collections::HashSet<u64>,
) -> Result<Option<Sum>, Box<dyn std::error::Error>> {
    let chunks: Vec<_> = (0..trail.chunks().len()).map(|index| trail.chunk(index)).collect::<Result<_, _>>()?;
    let mut sum = Sum { recordings: 1, ..Sum::default() };
    let mut hasher = std::hash::DefaultHasher::new();
    for record in chunks.iter().flat_map(|chunk| chunk.records()) {
        sum.records += 1;
        if let RecordBody::Output(bytes) = record.body {
            sum.output += bytes.len() as u64;
            std::hash::Hasher::write(&mut hasher, bytes);
        }
    }
    // The same session in several formats counts once.
    if !seen.insert(std::hash::Hasher::finish(&hasher)) {
        return Ok(None);
    }
    sum.feed = time(|| {
        let mut screen = Screen::new();
        chunks.iter().flat_map(|chunk| chunk.records()).for_each(|record| screen.apply(&record.body));
    });
    sum.rows = time(|| {
        let mut screen = Screen::new();
        let mut damage = Damage::new();
        let mut text = String::new();
        let mut bytes = 0;
        for record in chunks.iter().flat_map(|chunk| chunk.records()) {
            screen.apply(&record.body);
            let Some(terminal) = screen.terminal_mut() else { continue };
            terminal.take_damage(&mut damage);
            for &row in &damage.rows {
                text.clear();
                terminal.row(usize::from(row)).append_text(&mut text);
                bytes += text.len();
            }
        }
        std::hint::black_box(bytes);
    });
    let mut made = Vec::new();
    sum.extract =
        time(|| made = extract(trail, &ExtractOptions::with_threads(1)).map(|made| made.bytes).unwrap_or_default());
    sum.content = made.len() as u64;
    let file = ContentFile::open(made)?;
    for channel in file.channels() {
        sum.blocks_len += channel.blocks().map(|block| block.compressed_len).sum::<u64>();
        sum.text += channel.coverage().text_bytes;
        sum.spans += channel.coverage().spans;
        sum.items += channel.blocks().map(|block| block.items).sum::<u64>();
    }
    Ok(Some(sum))
}

/// Time this thread has run: the machine may have other work.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let ns = stat.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(0);
    Duration::from_nanos(ns)
}

/// Time that one call takes, over enough calls for the clock's ticks not to matter.
fn time(mut f: impl FnMut()) -> Duration {
    let start = cpu_time();
    for count in 1.. {
        f();
        let time = cpu_time().saturating_sub(start);
        if time >= ENOUGH {
            return time / count;
        }
    }
    Duration::ZERO
}

impl Sum {
    fn add(&mut self, other: &Sum) {
        self.recordings += other.recordings;
        self.records += other.records;
        self.output += other.output;
        self.content += other.content;
        self.blocks_len += other.blocks_len;
        self.text += other.text;
        self.items += other.items;
        self.spans += other.spans;
        self.feed += other.feed;
        self.rows += other.rows;
        self.extract += other.extract;
    }

    fn print(&self) {
        let rate = |time: Duration| self.output as f64 / 1e6 / time.as_secs_f64();
        let share = |bytes: u64| bytes as f64 * 100.0 / self.output as f64;
        println!("{} recordings, {} records, {} bytes of output", self.recordings, self.records, self.output);
        println!("{} items, {} spans, {} bytes of text ({:.1} %)", self.items, self.spans, self.text, share(self.text));
        println!(
            "content files {} bytes: {:.2} % of the output; blocks {:.2} %",
            self.content,
            share(self.content),
            share(self.blocks_len)
        );
        println!("emulation {:.0} MB/s, and text of damaged rows {:.0} MB/s", rate(self.feed), rate(self.rows));
        println!("extraction, from trail to content file, {:.0} MB/s", rate(self.extract));
    }
}
