//! Text on a recorded desktop: read where pixels came to rest, beside reading every frame.
//!
//! ```text
//! cargo run --release --bin ocr -- --recording FOLDER [--tesseract tesseract] [--sample 13]
//! ```
//!
//! The folder holds `index.json` (frames with their changed rectangles), the rectangles as PNG files, and `expected.json` (texts
//! that stood on the screen). Ours is everything from drawings to a content file: recording, replay, comparing, finding,
//! reading. Reading every frame is measured on every `sample`-th one and counted up. Tesseract is a child process as its
//! users start it: `--psm 11`, the frame in grey at twice its size, one thread. CPU time.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bench_peers::arguments::Arguments;
use bench_peers::clock::{children_cpu, process_cpu};
use bench_peers::table::{ms, row, times, verdict};
use image::imageops::{FilterType, resize};
use image::{DynamicImage, GrayImage, ImageFormat, RgbaImage};
use nix::sys::resource::{UsageWho, getrusage};
use serde_json::Value;
use trail_content::{ContentFile, ContentStream, Kind, PixelReader, Pixels, Recognize as _};
use trail_frame::{Draw, DrawingWriter};
use trail_model::{ChannelId, ChannelKind, ChannelOpen, Event, EventKind, Offset, TrailId};
use trail_ocr::{ModelFiles, PpOcr};
use trail_replay::Recorder;

/// From one frame to the next: each comes to rest.
const FRAME_NS: u64 = 1_000_000_000;
/// Least confidence at which a line counts as read, as in content files.
const MIN_CONFIDENCE: f32 = 0.5;
/// Times the CPU time that reading every frame may take at least.
const TESSERACT_LEAST: f64 = 15.0;
const OWN_LEAST: f64 = 10.0;
/// Memory of the process while it makes a content file, at most.
const MEMORY_MOST_MB: u64 = 200;
/// Share of the expected words that is found, at least.
const FOUND_LEAST: f64 = 0.98;

fn main() -> Result<()> {
    let arguments = Arguments::read(&["recording", "tesseract", "sample"])?;
    let folder: PathBuf = arguments.get("recording", PathBuf::new())?;
    let tesseract: PathBuf = arguments.get("tesseract", PathBuf::from("tesseract"))?;
    let sample: usize = arguments.get("sample", 13)?;
    let recording = Recording::read(&folder)?;
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/trail-ocr/models");
    let engine = Arc::new(PpOcr::new(&ModelFiles::read(&models)?)?);

    let (content, ours) = content(&recording, engine.clone())?;
    let memory_mb = getrusage(UsageWho::RUSAGE_SELF)?.max_rss() as u64 / 1024;
    let found = words_of(&content)?;
    let expected = recording.expected()?;
    let (mut own, mut peer) = (Duration::ZERO, Duration::ZERO);
    let (mut own_words, mut peer_words) = (BTreeSet::new(), BTreeSet::new());
    let mut sampled = 0;
    recording.each_frame(|number, frame| {
        if number % sample != 0 {
            return Ok(());
        }
        sampled += 1;
        let (text, cpu) = process_cpu(|| read_frame(&engine, frame));
        own += cpu;
        own_words.extend(words(&text?));
        let (text, cpu) = ask(&tesseract, frame)?;
        peer += cpu;
        peer_words.extend(words(&text));
        Ok(())
    })?;
    let count = recording.frames.len();
    let whole = |cpu: Duration| cpu.mul_f64(count as f64 / f64::from(sampled));
    let (own, peer) = (whole(own), whole(peer));

    let coverage = content.channels()[0].coverage();
    println!("{count} frames of {} x {}; {sampled} of them read one by one", recording.width, recording.height);
    println!("{} lines found in what came to rest, {} of them read", coverage.found_lines, coverage.read_lines);
    row(["CPU", "whole", "a frame", "times ours", ""]);
    let told = |name: &str, cpu: Duration, verdict: String| {
        let ratio = format!("{:.1}", times(ours, cpu));
        row([name.to_owned(), ms(cpu), ms(cpu / count as u32), ratio, verdict]);
    };
    told("ours", ours, String::new());
    told("own engine, every frame", own, verdict(times(ours, own) >= OWN_LEAST, ">= 10"));
    told("Tesseract, every frame", peer, verdict(times(ours, peer) >= TESSERACT_LEAST, ">= 15"));
    println!("memory at most {memory_mb} MB  {}", verdict(memory_mb <= MEMORY_MOST_MB, "<= 200 MB"));
    let hits = expected.intersection(&found).count();
    let enough = hits as f64 >= FOUND_LEAST * expected.len() as f64;
    println!("{hits} of {} expected words found  {}", expected.len(), verdict(enough, ">= 98 %"));
    let share = |words: &BTreeSet<String>| expected.intersection(words).count();
    println!("in the frames read one by one: own engine {}, Tesseract {}", share(&own_words), share(&peer_words));
    Ok(())
}

/// A desktop as frames of changed rectangles.
struct Recording {
    folder: PathBuf,
    width: u32,
    height: u32,
    frames: Vec<Value>,
}

impl Recording {
    fn read(folder: &Path) -> Result<Recording> {
        let index: Value = serde_json::from_slice(&fs::read(folder.join("index.json")).context("--recording FOLDER")?)?;
        let side = |name: &str| index[name].as_u64().with_context(|| format!("no {name}")).map(|side| side as u32);
        let frames = index["frames"].as_array().context("no frames")?.clone();
        Ok(Recording { folder: folder.to_owned(), width: side("width")?, height: side("height")?, frames })
    }

    /// The changed rectangles of a frame, with their places.
    fn rects(&self, frame: &Value) -> Result<Vec<(u32, u32, RgbaImage)>> {
        let rects = frame["rects"].as_array().context("no rectangles")?;
        let place = |rect: &Value, name: &str| rect[name].as_u64().map(|at| at as u32).context("no place");
        rects
            .iter()
            .map(|rect| {
                let file = self.folder.join(rect["file"].as_str().context("no file")?);
                Ok((place(rect, "x")?, place(rect, "y")?, image::open(file)?.to_rgba8()))
            })
            .collect()
    }

    /// Shows each whole frame.
    fn each_frame(&self, mut show: impl FnMut(usize, &RgbaImage) -> Result<()>) -> Result<()> {
        let mut whole = RgbaImage::new(self.width, self.height);
        for (number, frame) in self.frames.iter().enumerate() {
            for (x, y, part) in self.rects(frame)? {
                image::imageops::replace(&mut whole, &part, i64::from(x), i64::from(y));
            }
            show(number, &whole)?;
        }
        Ok(())
    }

    /// Words that are known to have been on the screen; the last of what was typed may be cut.
    fn expected(&self) -> Result<BTreeSet<String>> {
        let expected: Value = serde_json::from_slice(&fs::read(self.folder.join("expected.json"))?)?;
        let mut all = BTreeSet::new();
        for (name, value) in expected.as_object().context("no texts")? {
            let texts: Vec<&str> = match value {
                Value::String(text) => vec![text],
                texts => texts.as_array().into_iter().flatten().filter_map(Value::as_str).collect(),
            };
            for text in texts {
                let mut of_text: Vec<String> = words(text).collect();
                if name.contains("typed") {
                    of_text.pop();
                }
                all.extend(of_text);
            }
        }
        Ok(all)
    }
}

fn words(text: &str) -> impl Iterator<Item = String> {
    let lower = text.to_lowercase();
    let words: Vec<String> = lower.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect();
    words.into_iter().filter(|word| !word.is_empty())
}

/// The content of the whole recording, with the default rest time, and what it took from drawings on: the PNG files that
/// stand for a recording's drawings are not read in that time.
fn content(recording: &Recording, engine: Arc<PpOcr>) -> Result<(ContentFile, Duration)> {
    let mut taken = Duration::ZERO;
    let reader = PixelReader::new(engine);
    let mut recorder = Recorder::new(ContentStream::new(TrailId([1; 16])).with_reader(Some(reader)));
    let event = |offset: u64, kind: EventKind| Event { channel: ChannelId(1), offset: Offset(offset), kind };
    let open = ChannelOpen { kind: ChannelKind::Drawing, size: None };
    recorder.event(&event(0, EventKind::Open(open)))?;
    for (number, frame) in recording.frames.iter().enumerate() {
        let mut writer = DrawingWriter::new();
        if number == 0 {
            writer.put(&Draw::Resize { layer: 0, width: recording.width, height: recording.height });
        }
        for (x, y, part) in recording.rects(frame)? {
            let pixels: Vec<u32> = part.pixels().map(|pixel| u32::from_le_bytes(pixel.0)).collect();
            writer.pixels(0, x as i32, y as i32, part.width(), &pixels);
        }
        let (recorded, cpu) = process_cpu(|| {
            let mut bodies = writer.finish().into_iter();
            bodies.try_for_each(|body| recorder.event(&event(number as u64 * FRAME_NS, EventKind::Drawing(body))))
        });
        recorded?;
        taken += cpu;
    }
    let (content, cpu) = process_cpu(|| recorder.into_writer().finish());
    Ok((content?, taken + cpu))
}

fn words_of(content: &ContentFile) -> Result<BTreeSet<String>> {
    let channel = &content.channels()[0];
    let mut found = BTreeSet::new();
    for index in 0..channel.block_count() {
        let block = channel.block(index)?;
        found.extend(block.items().filter(|item| item.kind() == Kind::Line).flat_map(|item| words(item.text())));
    }
    Ok(found)
}

/// All lines of a frame.
fn read_frame(engine: &PpOcr, frame: &RgbaImage) -> Result<String> {
    let pixels = Pixels::new(frame.width(), frame.as_raw()).context("no whole rows")?;
    let mut text = String::new();
    for line in engine.find_lines(pixels, pixels.bounds())? {
        let read = engine.read_line(pixels, line)?;
        if read.confidence >= MIN_CONFIDENCE {
            text += &read.text;
            text.push('\n');
        }
    }
    Ok(text)
}

/// What Tesseract reads in a frame, and the child's CPU time.
fn ask(program: &Path, frame: &RgbaImage) -> Result<(String, Duration)> {
    let grey: GrayImage = DynamicImage::ImageRgba8(frame.clone()).to_luma8();
    let large = resize(&grey, 2 * grey.width(), 2 * grey.height(), FilterType::CatmullRom);
    let mut picture = std::io::Cursor::new(Vec::new());
    large.write_to(&mut picture, ImageFormat::Png)?;
    let before = children_cpu()?;
    let mut child = Command::new(program)
        .args(["-", "-", "--psm", "11"])
        .env("OMP_THREAD_LIMIT", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("{} cannot be started: apt-get install tesseract-ocr", program.display()))?;
    // It reads all of its input before it writes: nothing waits for the other.
    child.stdin.take().context("no input")?.write_all(picture.get_ref())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "{} ended with {}", program.display(), output.status);
    Ok((String::from_utf8_lossy(&output.stdout).into_owned(), children_cpu()? - before))
}
