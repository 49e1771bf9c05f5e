//! `trail grep` on recordings of desktops whose text is known.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::served::Served;
use crate::support::{Run, trail_with};

fn desktop(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/desktops/vnc-fbs").join(name)
}

fn grep(args: &[&str], path: &Path, cache: &Path) -> Run {
    let args = ["grep".as_ref()].into_iter().chain(args.iter().map(AsRef::as_ref)).chain([path.as_os_str()]);
    trail_with(args, &[("TRAIL_CACHE", cache)], b"")
}

/// Every text that is known to have stood on the screen is found at that time, as a phrase, with its place.
fn check(name: &str) {
    let cache = tempfile::tempdir().unwrap();
    let path = desktop(&format!("{name}.fbs.gz"));
    let truth: Value = serde_json::from_slice(&fs::read(desktop(&format!("{name}.truth.json"))).unwrap()).unwrap();
    let (width, height) = (truth["width"].as_i64().unwrap(), truth["height"].as_i64().unwrap());
    for known in truth["texts"].as_array().unwrap() {
        let (text, by) = (known["text"].as_str().unwrap(), known["by_ms"].as_f64().unwrap() / 1000.0);
        let hits = grep(&["--json", &format!("\"{text}\"")], &path, cache.path()).expect_code(0).json();
        // Its author saw it up to a second ago.
        let stands =
            |hit: &&Value| hit["start_offset"].as_f64() <= Some(by) && hit["end_offset"].as_f64() >= Some(by - 1.0);
        let hit = hits.iter().find(stands).unwrap_or_else(|| panic!("{name}: {text:?} at {by}: {hits:?}"));
        assert_eq!(hit["kind"], "line");
        let matches = hit["matches"].as_array().unwrap();
        assert!(!matches.is_empty(), "{hit}");
        for pixels in matches {
            let side = |name: &str| pixels[name].as_i64().unwrap();
            assert!(side("x") >= 0 && side("width") > 0 && side("x") + side("width") <= width, "{hit}");
            assert!(side("y") >= 0 && (6..40).contains(&side("height")) && side("y") < height, "{hit}");
            // All of these texts are in fonts of about ten pixels a character.
            let columns = side("width") / text.chars().count() as i64;
            assert!((4..=14).contains(&columns), "{hit}");
        }
    }
}

#[test]
fn known_texts_of_a_desktop_are_found_at_their_time() {
    check("hextile-light");
}

#[test]
#[ignore = "long: reads six sessions"]
fn known_texts_of_all_desktops_are_found_at_their_time() {
    for name in ["raw-16bpp-dark", "rre-light", "tight-dark", "tight-jpeg-light", "zrle-16bpp-light", "zrle-dark"] {
        check(name);
    }
}

#[test]
fn a_hit_on_a_desktop_is_marked_in_its_picture() {
    let folder = tempfile::tempdir().unwrap();
    let (cache, pictures) = (folder.path().join("cache"), folder.path().join("hits"));
    let args = ["--json", "--limit", "1", "--png", pictures.to_str().unwrap(), "duty AND manager"];
    let hits = grep(&args, &desktop("hextile-light.fbs.gz"), &cache).expect_code(0).json();
    assert_eq!(hits[0]["matches"].as_array().unwrap().len(), 2);
    let marked = fs::read(hits[0]["png"].as_str().unwrap()).unwrap();
    assert!(marked.starts_with(b"\x89PNG"));
    let plain = folder.path().join("plain.png");
    let record = hits[0]["record_id"]["for_screenshot"].to_string();
    let path = desktop("hextile-light.fbs.gz");
    let args = ["screenshot", path.to_str().unwrap(), &record, "-o", plain.to_str().unwrap()];
    trail_with(args, &[], b"").expect_code(0);
    assert_ne!(fs::read(plain).unwrap(), marked);
}

#[test]
fn pixels_can_be_left_unread() {
    let cache = tempfile::tempdir().unwrap();
    let path = desktop("hextile-light.fbs.gz");
    grep(&["--ocr", "none", "gateway"], &path, cache.path()).expect_code(1);
    let run = grep(&["--ocr", "sorcery", "gateway"], &path, cache.path()).expect_code(2);
    assert!(run.err.contains("there are ppocr, tesseract and none"), "{}", run.err);
    let missing = cache.path().join("no-models");
    let run = grep(&["--ocr-models", missing.to_str().unwrap(), "gateway"], &path, cache.path()).expect_code(2);
    assert!(run.err.contains("pictures were not read"), "{}", run.err);
}

#[test]
fn content_that_another_reader_made_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let path = desktop("hextile-light.fbs.gz");
    let import = |more: &[&str]| {
        let args = ["import", path.to_str().unwrap(), "--data", data.to_str().unwrap()];
        trail_with(args.iter().chain(more), &[], b"").expect_code(0);
    };
    let search = |code: i32| {
        trail_with(["search", "--json", "--data", data.to_str().unwrap(), "duty AND manager"], &[], b"")
            .expect_code(code)
    };
    import(&["--ocr", "none"]);
    search(1);
    import(&[]);
    let hits = search(0).json();
    assert!(hits[0]["matches"][0]["height"].as_u64() > Some(6), "{}", hits[0]);
    // What nobody refers to any more goes with the next run; what is up to date stays.
    import(&[]);
    assert_eq!(fs::read_dir(data.join("content")).unwrap().count(), 1);
    search(0);
    // What is found is when the lines stood, growing or not, for a few thousand queries.
    let run = trail_with(["verify", "--index", "--data", data.to_str().unwrap()], &[], b"").expect_code(0);
    assert!(run.out.contains(", 0 differences from replay"), "{}", run.out);
    import(&["--ocr", "none"]);
    search(1);
}

#[test]
fn what_a_reader_confuses_is_found_at_a_lower_rank() {
    let cache = tempfile::tempdir().unwrap();
    let path = desktop("hextile-light.fbs.gz");
    let search = |args: &[&str]| grep(&[args, &["--json"]].concat(), &path, cache.path());
    let best = |hits: &[Value]| hits.iter().filter_map(|hit| hit["rank"].as_f64()).fold(0.0, f64::max);
    let exact = search(&["operator"]).expect_code(0).json();
    let folded = search(&["0perat0r"]).expect_code(0).json();
    assert_eq!(folded.len(), exact.len());
    assert!(best(&folded) > 0.0 && best(&folded) < best(&exact));
    // A blank that the reader lost: a word inside another, but no short one.
    search(&["perator"]).expect_code(0);
    search(&["ope"]).expect_code(1);
    search(&["operator AND NOT 0perat0r"]).expect_code(1);
    search(&["--mode", "lucene", "0perat0r"]).expect_code(1);
}

/// The last line of an answer, which says what it covers.
fn covered(run: &Run) -> Value {
    run.json().pop().unwrap()
}

#[test]
fn an_answer_says_what_it_covers() {
    let folder = tempfile::tempdir().unwrap();
    let (cache, data) = (folder.path().join("cache"), folder.path().join("data"));
    let path = desktop("hextile-light.fbs.gz");
    // Nothing is found, and not everything was read: both are said.
    let run = grep(&["nothingofthekind"], &path, &cache).expect_code(1);
    assert!(run.err.contains("frames that did not come to rest"), "{}", run.err);
    let grepped = covered(&grep(&["--json", "--coverage", "gateway"], &path, &cache).expect_code(0));
    let counts = &grepped["coverage"];
    let count = |name: &str| counts[name].as_u64().unwrap_or_default();
    assert!(count("frames") > 0 && count("changed_pixels") > 0 && count("read_lines") > 0, "{grepped}");
    assert!(count("unsettled_frames") > 0 && count("unsettled_frames") < count("frames"), "{grepped}");
    assert!(count("unsettled_pixels") > 0 && count("unsettled_ns") > 0, "{grepped}");
    assert!(grepped["not_covered"][0].as_str().unwrap().contains(&format!(
        "{} of {}",
        count("unsettled_frames"),
        count("frames")
    )));
    // The index and the description of the recording say the same.
    let data = data.to_str().unwrap();
    trail_with(["import", path.to_str().unwrap(), "--data", data], &[], b"").expect_code(0);
    let searched = trail_with(["search", "gateway", "--data", data, "--json", "--coverage"], &[], b"").expect_code(0);
    assert_eq!(covered(&searched)["coverage"], *counts);
    assert_eq!(covered(&searched)["not_covered"], grepped["not_covered"]);
    let info = covered(&trail_with(["info", path.to_str().unwrap(), "--json"], &[], b"").expect_code(0));
    assert_eq!(info["not_covered"], grepped["not_covered"]);
    // What was not read at all is said as well.
    let unread = covered(&grep(&["--json", "--coverage", "--ocr", "none", "gateway"], &path, &cache).expect_code(1));
    let reasons = unread["not_covered"].to_string();
    assert!(reasons.contains(&format!("{} frames whose pixels were not read", count("frames"))), "{reasons}");
}

#[test]
fn a_desktop_is_served() {
    let served = Served::new(&[&desktop("hextile-light.fbs.gz")]);
    served.log_in();
    let sessions = "/api/audit/sessions";
    let found = served.get(&format!("{sessions}?content=%22duty%20manager%22")).json();
    assert_eq!(found["items"].as_array().unwrap().len(), 1, "{found}");
    assert_eq!(
        served.get(&format!("{sessions}?content=nothingofthekind")).json()["items"].as_array().unwrap().len(),
        0
    );
    let session = format!("{sessions}/{}", found["items"][0]["key"].as_str().unwrap());
    let content = served.get(&format!("{session}/content/?q=%22duty%20manager%22&highlight=true")).json();
    let hit = &content["items"][0];
    let record = hit["record_id"]["for_screenshot"].as_u64().unwrap();
    assert!(hit["highlight"].to_string().contains("manager"), "{hit}");

    let made = |highlight: &str, name: &str| {
        let request = format!("{session}/_generate?record_ids={record}{highlight}");
        let answer = served.curl(&request, &["-X", "POST"]);
        assert!(answer.body.contains("DONE"), "{}", answer.body);
        let picture = served.data().join(name);
        let path = format!("{session}/screenshots/{record}{}", highlight.replacen('&', "?", 1));
        assert_eq!(served.curl(&path, &["-o", picture.to_str().unwrap()]).status, 200);
        image::open(&picture).unwrap().to_rgba8()
    };
    let (plain, marked) = (made("", "plain.png"), made("&highlight=%22duty%20manager%22", "marked.png"));
    let differing: Vec<(u32, u32)> = plain
        .enumerate_pixels()
        .filter(|(x, y, pixel)| marked.get_pixel(*x, *y) != *pixel)
        .map(|(x, y, _)| (x, y))
        .collect();
    // The mark is about the two words: one line high, and not the whole line.
    let (left, right) =
        (differing.iter().map(|at| at.0).min().unwrap(), differing.iter().map(|at| at.0).max().unwrap());
    let (top, bottom) =
        (differing.iter().map(|at| at.1).min().unwrap(), differing.iter().map(|at| at.1).max().unwrap());
    assert!((60..180).contains(&(right - left)) && (8..40).contains(&(bottom - top)), "{left} {top} {right} {bottom}");
}
