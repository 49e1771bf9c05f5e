//! The figures of the engine over a set of screens: `TRAIL_OCR_EVAL` names a folder of another set of the same form.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use trail_content::{Pixels, Recognize};
use trail_ocr::{Finder, ModelFiles, PpOcr};

use crate::score::{Known, Reading, Score, Truth, score};

pub(crate) fn engine() -> PpOcr {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let engine = PpOcr::new(&ModelFiles::read(&models).unwrap()).unwrap();
    match env::var("TRAIL_OCR_FINDER").as_deref() {
        Ok("ink") => engine.with_finder(Finder::Ink),
        _ => engine,
    }
}

fn truth(path: &Path) -> Truth {
    let json: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let place = |value: &serde_json::Value| {
        let sides: Vec<f64> = value.as_array()?.iter().filter_map(serde_json::Value::as_f64).collect();
        <[f64; 4]>::try_from(sides).ok()
    };
    let word = |word: &serde_json::Value| Known { text: word["t"].as_str().unwrap().to_owned(), at: place(&word["b"]) };
    Truth {
        words: json["words"].as_array().unwrap().iter().map(word).collect(),
        ignore: json["ignore"].as_array().unwrap().iter().filter_map(place).collect(),
    }
}

/// Least confidence at which a line counts as read.
const MIN_CONFIDENCE: f32 = 0.5;

fn read_all(engine: &dyn Recognize, path: &Path) -> Vec<Reading> {
    let image = image::open(path).unwrap().to_rgba8();
    let frame = Pixels::new(image.width(), image.as_raw()).unwrap();
    let mut readings = Vec::new();
    for line in engine.find_lines(frame, frame.bounds()).unwrap() {
        let read = engine.read_line(frame, line).unwrap();
        if env::var_os("TRAIL_OCR_PRINT").is_some() {
            println!("{line:?} {:.2} {}", read.confidence, read.text);
        }
        if read.confidence >= MIN_CONFIDENCE && !read.text.is_empty() {
            let at = [line.left, line.top, line.right, line.bottom].map(f64::from);
            readings.push(Reading { text: read.text, at });
        }
    }
    readings
}

fn print(name: &str, score: &Score) {
    println!(
        "{name:44} wordR {:.4} wordP {:.4} tokR {:.4} tokP {:.4} CER {:.4}",
        score.word_recall(),
        score.word_precision(),
        score.token_recall(),
        score.token_precision(),
        score.character_errors()
    );
}

/// Reads every picture of `folder` that `wanted` takes, and sums up by kind.
fn evaluate(set: &Path, folder: &str, extension: &str) -> BTreeMap<&'static str, Score> {
    let engine = engine();
    let mut pictures: Vec<PathBuf> =
        fs::read_dir(set.join(folder)).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    pictures.retain(|path| path.extension().is_some_and(|found| found == extension));
    if let Ok(only) = env::var("TRAIL_OCR_ONLY") {
        pictures.retain(|path| path.to_string_lossy().contains(&only));
    }
    pictures.sort();
    let mut sums: BTreeMap<&'static str, Score> = BTreeMap::new();
    for path in pictures {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let truth = truth(&set.join("png").join(format!("{name}.json")));
        let found = score(&truth, read_all(&engine, &path));
        print(&name, &found);
        sums.entry("all").or_default().add(found);
        if name.ends_with("-none") {
            sums.entry("bitmap").or_default().add(found);
        }
    }
    for (kind, sum) in &sums {
        print(&format!("{folder}: {kind}"), sum);
    }
    sums
}

/// The set named by the environment, else the small one of the repository.
fn set() -> PathBuf {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/ocr");
    env::var_os("TRAIL_OCR_EVAL").map_or(committed, PathBuf::from)
}

/// Prints the figures. Those of the committed set must not fall below what is wanted of any.
#[test]
fn ocr_eval() {
    let set = set();
    let clean = evaluate(&set, "png", "png");
    evaluate(&set, "jpeg60", "jpg");
    if env::var_os("TRAIL_OCR_EVAL").is_none() {
        assert!(clean["all"].token_recall() >= 0.97, "{:?}", clean["all"]);
        assert!(clean["all"].token_precision() >= 0.96, "{:?}", clean["all"]);
        assert!(clean["all"].word_recall() >= 0.93, "{:?}", clean["all"]);
        assert!(clean["all"].character_errors() <= 0.015, "{:?}", clean["all"]);
        assert!(clean["bitmap"].token_recall() >= 0.93, "{:?}", clean["bitmap"]);
    }
}
