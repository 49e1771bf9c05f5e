//! Recordings to test with: bytes and times of resizes, nothing else.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::Value;
use trail_model::Size;

/// What a recording does to the screen.
pub(crate) enum Step {
    Output(Vec<u8>),
    Resize(Size),
}

pub(crate) struct Recording {
    pub(crate) name: String,
    pub(crate) size: Size,
    pub(crate) steps: Vec<Step>,
}

/// The corpus: `TRAIL_CORPUS`, or beside the workspace. None if it is not there.
pub(crate) fn root() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let root = std::env::var_os("TRAIL_CORPUS").map_or_else(beside, PathBuf::from);
    if root.is_dir() {
        return Some(root);
    }
    eprintln!("skipped: no corpus at {}", root.display());
    None
}

/// Folders of recordings: the corpus and the project's own test data.
fn folders() -> Vec<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/recordings");
    root().into_iter().chain(own.is_dir().then_some(own)).collect()
}

/// All recordings that are easy to read here: raw bytes, ttyrec, asciicast, script(1).
pub(crate) fn recordings() -> Vec<Recording> {
    let mut paths = Vec::new();
    for folder in folders() {
        list(&folder, &mut paths);
    }
    paths.sort();
    paths.iter().filter_map(|path| read(path)).collect()
}

fn list(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { list(&path, paths) } else { paths.push(path) }
    }
}

/// The bytes of a file, unpacked.
pub(crate) fn bytes(path: &Path) -> Vec<u8> {
    let raw = fs::read(path).expect("file");
    let mut out = Vec::new();
    match &raw[..raw.len().min(3)] {
        b"BZh" => bzip2::read::MultiBzDecoder::new(&raw[..]).read_to_end(&mut out).map(|_| out).unwrap_or_default(),
        [0x1f, 0x8b, ..] => {
            flate2::read::MultiGzDecoder::new(&raw[..]).read_to_end(&mut out).map(|_| out).unwrap_or_default()
        }
        _ => raw,
    }
}

fn read(path: &Path) -> Option<Recording> {
    let name = path.to_string_lossy().into_owned();
    let file = path.file_name()?.to_string_lossy().into_owned();
    let (size, steps) = if file == "alacritty.recording" {
        (alacritty_size(path)?, vec![Step::Output(bytes(path))])
    } else if file.ends_with(".input") {
        (Size::DEFAULT, vec![Step::Output(bytes(path))])
    } else if file.contains(".ttyrec") {
        (Size::DEFAULT, ttyrec(&bytes(path), file.contains(".ttyrec2")).into_iter().map(Step::Output).collect())
    } else if file.contains(".cast") || path.to_string_lossy().contains("asciicast-v1") {
        asciicast(&bytes(path))?
    } else if ["script", "stdout.bz2", "classic.typescript", "guacd-1.6.1-ssh.typescript"].contains(&&*file)
        || file.ends_with(".typescript")
    {
        (Size::DEFAULT, bytes(path).chunks(777).map(|chunk| Step::Output(chunk.to_vec())).collect())
    } else {
        return None;
    };
    Some(Recording { name, size, steps })
}

pub(crate) fn alacritty_size(recording: &Path) -> Option<Size> {
    let size: Value = serde_json::from_slice(&fs::read(recording.with_file_name("size.json")).ok()?).ok()?;
    Size::new(size["columns"].as_u64()?, size["screen_lines"].as_u64()?)
}

/// Frames of a ttyrec; `channel` for the variant with a channel byte, of which only output counts.
pub(crate) fn ttyrec(bytes: &[u8], channel: bool) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    let mut at = 0;
    let header = if channel { 13 } else { 12 };
    while at + header <= bytes.len() {
        let len = u32::from_le_bytes([bytes[at + 8], bytes[at + 9], bytes[at + 10], bytes[at + 11]]) as usize;
        let output = !channel || bytes[at + 12] == 0;
        at += header;
        let Some(frame) = bytes.get(at..at + len) else { break };
        if output {
            frames.push(frame.to_vec());
        }
        at += len;
    }
    frames
}

fn asciicast(bytes: &[u8]) -> Option<(Size, Vec<Step>)> {
    let text = String::from_utf8_lossy(bytes);
    let mut steps = Vec::new();
    if let Ok(whole) = serde_json::from_str::<Value>(&text)
        && whole["version"] == 1
    {
        for event in whole["stdout"].as_array()? {
            steps.push(Step::Output(event[1].as_str()?.as_bytes().to_vec()));
        }
        return Some((Size::new(whole["width"].as_u64()?, whole["height"].as_u64()?)?, steps));
    }
    let mut lines = text.lines();
    let header: Value = serde_json::from_str(lines.next()?).ok()?;
    let side = |short: &str, long: &str| header["term"][short].as_u64().or_else(|| header[long].as_u64());
    let size = Size::new(side("cols", "width")?, side("rows", "height")?)?;
    for line in lines {
        let Ok(event) = serde_json::from_str::<Value>(line) else { continue };
        let Some(data) = event[2].as_str() else { continue };
        match event[1].as_str() {
            Some("o") => steps.push(Step::Output(data.as_bytes().to_vec())),
            Some("r") => {
                let size =
                    data.split_once('x').and_then(|(cols, rows)| Size::new(cols.parse().ok()?, rows.parse().ok()?));
                steps.extend(size.map(Step::Resize));
            }
            _ => {}
        }
    }
    Some((size, steps))
}
