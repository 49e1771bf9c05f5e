//! A recorded desktop through the whole of text over time: what is found of what is known to have stood there, and at what
//! cost. The recording lies in the folder `recording` of the one that `TRAIL_OCR_EVAL` names.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};

use serde_json::Value;
use trail_content::{ContentFile, ContentStream, Kind, PixelReader};
use trail_frame::{Draw, DrawingWriter};
use trail_model::{ChannelId, ChannelKind, ChannelOpen, Event, EventKind, Offset, TrailId};
use trail_replay::Recorder;

use crate::eval::engine;

/// From one frame to the next: each comes to rest.
const FRAME_NS: u64 = 1_000_000_000;

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn drawing(folder: &Path, frame: &Value, size: Option<(u32, u32)>) -> Vec<Vec<u8>> {
    let mut writer = DrawingWriter::new();
    if let Some((width, height)) = size {
        writer.put(&Draw::Resize { layer: 0, width, height });
    }
    for rect in frame["rects"].as_array().unwrap() {
        let image = image::open(folder.join(rect["file"].as_str().unwrap())).unwrap().to_rgba8();
        let pixels: Vec<u32> = image.pixels().map(|pixel| u32::from_le_bytes(pixel.0)).collect();
        let at = |name: &str| rect[name].as_i64().unwrap() as i32;
        writer.pixels(0, at("x"), at("y"), image.width(), &pixels);
    }
    writer.finish()
}

fn content(folder: &Path) -> ContentFile {
    let index = json(&folder.join("index.json"));
    let side = |name: &str| index[name].as_u64().unwrap() as u32;
    let reader = PixelReader::new(Arc::new(engine()));
    let mut recorder = Recorder::new(ContentStream::new(TrailId([1; 16])).with_reader(Some(reader)));
    let mut put = |offset: u64, kind: EventKind| {
        recorder.event(&Event { channel: ChannelId(1), offset: Offset(offset), kind }).unwrap();
    };
    put(0, EventKind::Open(ChannelOpen { kind: ChannelKind::Drawing, size: None }));
    for (number, frame) in index["frames"].as_array().unwrap().iter().enumerate() {
        let size = (number == 0).then(|| (side("width"), side("height")));
        for body in drawing(folder, frame, size) {
            put(number as u64 * FRAME_NS, EventKind::Drawing(body));
        }
    }
    recorder.into_writer().finish().unwrap()
}

/// Words that are known to have been on the screen; the last of what was typed may be cut.
fn expected(folder: &Path) -> BTreeSet<String> {
    let expected = json(&folder.join("expected.json"));
    let mut words = BTreeSet::new();
    for (name, value) in expected.as_object().unwrap() {
        let texts: Vec<&str> = match value {
            Value::String(text) => vec![text],
            other => other.as_array().unwrap().iter().filter_map(Value::as_str).collect(),
        };
        for text in texts {
            let mut of_text: Vec<String> = tokens(text);
            if name.contains("typed") {
                of_text.pop();
            }
            words.extend(of_text);
        }
    }
    words
}

fn tokens(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).filter(|token| !token.is_empty()).map(str::to_owned).collect()
}

#[test]
#[ignore = "long: reads 196 frames of a recording that is not in the repository"]
fn a_recorded_desktop_is_read_once() {
    let folder = PathBuf::from(env::var_os("TRAIL_OCR_EVAL").expect("TRAIL_OCR_EVAL names a folder")).join("recording");
    let file = content(&folder);
    let channel = &file.channels()[0];
    let mut found = BTreeSet::new();
    for index in 0..channel.block_count() {
        let block = channel.block(index).unwrap();
        let lines = block.items().filter(|item| item.kind() == Kind::Line);
        found.extend(lines.flat_map(|item| tokens(item.text())));
    }
    let expected = expected(&folder);
    let missed: Vec<&String> = expected.difference(&found).collect();
    println!("{} of {} words; missed {missed:?}", expected.len() - missed.len(), expected.len());
    for (name, count) in channel.coverage().counts().filter(|(_, count)| *count > 0) {
        println!("{name}: {count}");
    }
    assert!(channel.coverage().read_lines <= 1700, "{:?}", channel.coverage());
    assert!(missed.len() * 50 <= expected.len(), "{missed:?}");
}
