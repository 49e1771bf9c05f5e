//! Recordings of desktops.

use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use trail_frame::{Faults, Pixels, Surface};
use trail_import::{Error, ImportOptions};
use trail_model::{EventKind, Offset};

use crate::support::{Imported, corpus, import_bytes, import_one, import_path};

/// The desktop after all events, which must all be understood.
fn replay(imported: &Imported) -> Surface {
    let mut surface = Surface::new();
    for event in &imported.events.events {
        match &event.kind {
            EventKind::Drawing(body) => surface.apply(body),
            EventKind::Pointer(at) => surface.move_pointer(at.x(), at.y()),
            _ => {}
        }
    }
    assert_eq!(surface.faults(), Faults::default());
    surface
}

fn frames(imported: &Imported) -> usize {
    imported.count(|kind| matches!(kind, EventKind::Drawing(_)))
}

/// Pixels that are not black: a desktop is mostly that.
fn lit(picture: &Pixels) -> usize {
    picture.as_slice().iter().filter(|pixel| **pixel & 0xff_ffff != 0).count()
}

#[test]
fn every_fbs_of_the_corpus_is_read_to_the_last_byte() {
    // Updates of the screen, counted by a reader that only steps from message to message, and its size at the end.
    let whole = [
        ("vnc-fbs/tigervnc-1565086382.fbs", Some(50)),
        ("vnc-fbs/workdesk-1565093465.fbs", Some(235)),
        ("made-here/vnc-fbs/tigervnc-hextile-32bpp.fbs", None),
        ("made-here/vnc-fbs/tigervnc-raw-16bpp.fbs", Some(13)),
        ("made-here/vnc-fbs/tigervnc-tight-jpeg6.fbs", None),
        ("made-here/vnc-fbs/tigervnc-tight-nojpeg.fbs", None),
        ("made-here/vnc-fbs/tigervnc-zrle-16bpp.fbs", Some(19)),
        ("made-here/vnc-fbs/tigervnc-zrle-resize-ext.fbs", Some(15)),
        ("made-here/vnc-fbs/x11vnc-corre-8bpp.fbs", None),
    ];
    for (name, updates) in whole {
        let Some(path) = corpus(name) else { continue };
        let imported = import_path(&path);
        assert_eq!(imported.messages(), Vec::<String>::new(), "{name}");
        // One frame more: the size of the screen before the first update.
        let updates = updates.unwrap_or(frames(&imported) - 1);
        assert!(updates > 1 && frames(&imported) == updates + 1, "{name}: {} frames", frames(&imported));
        let surface = replay(&imported);
        assert_eq!(surface.size(), (1024, 768), "{name}");
        assert!(lit(&surface.flatten(false)) > 1000, "{name} is black");
    }
}

#[test]
fn every_desktop_of_the_test_data_is_read_to_the_last_byte() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/desktops/vnc-fbs");
    let mut count = 0;
    for file in std::fs::read_dir(&folder).expect("the test data is there") {
        let path = file.expect("the folder can be read").path();
        if path.extension().is_none_or(|end| end != "gz") {
            continue;
        }
        let imported = import_path(&path);
        assert_eq!(imported.messages(), Vec::<String>::new(), "{}", path.display());
        let surface = replay(&imported);
        assert_eq!(surface.size(), (800, 600), "{}", path.display());
        // The ground of the desktop, and the two windows on it, whose text is neither.
        let picture = surface.flatten(false);
        let colours: std::collections::BTreeSet<u32> = picture.as_slice().iter().copied().collect();
        assert!(colours.len() > 20, "{}: {} colours", path.display(), colours.len());
        count += 1;
    }
    assert_eq!(count, 7);
}

#[test]
fn a_cut_fbs_says_so_and_keeps_what_is_whole() {
    let Some(path) = corpus("vnc-fbs/workdesk-1562370863-truncated.fbs") else { return };
    let imported = import_path(&path);
    assert!(imported.report.damaged);
    assert!(imported.messages().iter().any(|message| message.contains("ends inside a message")));
    assert_eq!(frames(&imported), 1 + 63, "updates that are whole");
    replay(&imported);
}

#[test]
fn what_a_client_said_is_no_recording_of_a_server() {
    let Some(path) = corpus("vnc-fbs/client-1562370863-not-a-server-stream.fbs") else { return };
    let source = trail_import::discover(&path, &ImportOptions::default()).next().expect("a file gives an answer");
    let mut events = trail_import::Collected::default();
    let answer = source.and_then(|source| source.import(&ImportOptions::default(), &mut events));
    assert!(matches!(answer, Err(Error::Malformed { .. })), "{answer:?}");
}

#[test]
fn every_guacamole_recording_of_the_corpus_is_read_to_the_last_byte() {
    // Keys and movements, counted by a reader of the grammar alone; the second one ends with a `dispose` after its last
    // `sync`.
    let all = [("guacd-1.6.1-ssh.guac", (800, 600), 286, 21, 0), ("guacd-1.6.1-vnc.guac", (1024, 768), 150, 90, 1)];
    for (name, size, keys, moves, notes) in all {
        let Some(path) = corpus(&format!("made-here/guacamole/{name}")) else { continue };
        let imported = import_path(&path);
        assert!(imported.report.complete(), "{name}: {:?}", imported.messages());
        assert_eq!(imported.messages().len(), notes, "{name}: {:?}", imported.messages());
        assert_eq!(imported.report.skipped_records, 0, "{name}");
        assert_eq!(imported.count(|kind| matches!(kind, EventKind::Key(_))), keys, "{name}: keys");
        assert_eq!(imported.count(|kind| matches!(kind, EventKind::Pointer(_))), moves, "{name}: movements");
        let surface = replay(&imported);
        assert_eq!(surface.size(), size, "{name}");
        assert!(lit(&surface.flatten(true)) > 1000, "{name} is black");
    }
}

#[test]
fn every_wallix_recording_of_the_corpus_is_read_to_the_last_byte() {
    // Index or part, and its key frames, counted by a reader of chunks alone.
    let all = [
        ("kpd_input/kpd_input.mwrm", 1),
        ("sample/sample.mwrm", 2),
        ("resizing-0/resizing-capture-0.mwrm", 4),
        ("toto-7681/toto-7681.mwrm", 1),
        ("win2008-1914/win2008-1914.mwrm", 1),
        ("multimon/app_4720x1440-000000.wrm", 1),
        ("tiny/meta_message-000001.wrm", 1),
    ];
    for (name, key_frames) in all {
        let Some(path) = corpus(&format!("wallix-wrm/{name}")) else { continue };
        let imported = import_path(&path);
        assert!(!imported.report.damaged, "{name}: {:?}", imported.messages());
        let mut surface = Surface::new();
        let mut known = 0;
        for event in &imported.events.events {
            if let EventKind::Drawing(body) = &event.kind {
                surface.apply(body);
                known += usize::from(surface.is_known());
            }
        }
        assert_eq!(surface.faults(), Faults::default(), "{name}");
        assert_eq!(known, key_frames, "{name}: key frames");
    }
}

#[test]
fn the_titles_of_a_wallix_session_are_text() {
    let Some(path) = corpus("wallix-wrm/toto-7681/toto-7681.mwrm") else { return };
    let imported = import_path(&path);
    let titles = imported.events.events.iter().filter_map(|event| match &event.kind {
        EventKind::Title(title) => Some(title.as_str()),
        _ => None,
    });
    let titles: Vec<&str> = titles.collect();
    assert!(titles.iter().any(|title| !title.is_empty()), "{titles:?}");
    assert!(titles.iter().all(|title| !title.contains('\u{1}')), "{titles:?}");
}

#[test]
fn an_encrypted_wallix_part_says_so() {
    let Some(path) = corpus("wallix-wrm/encrypted/toto-7335-000000.wrm") else { return };
    let found = trail_import::discover(&path, &ImportOptions::default()).next();
    assert!(matches!(found, Some(Err(Error::Encrypted { .. }))), "{found:?}");
}

/// A PNG of one red pixel.
const RED: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";

fn instruction(elements: &[&str]) -> String {
    let elements: Vec<String> = elements.iter().map(|text| format!("{}.{text}", text.chars().count())).collect();
    format!("{};", elements.join(","))
}

fn recording(instructions: &[&[&str]]) -> Vec<u8> {
    instructions.iter().map(|elements| instruction(elements)).collect::<String>().into_bytes()
}

#[test]
fn frames_end_at_sync_and_times_are_differences() {
    let (first, second) = RED.split_at(40);
    let bytes = recording(&[
        &["size", "0", "2", "1"],
        &["sync", "5000"],
        &["img", "1", "14", "0", "image/png", "1", "0"],
        &["blob", "1", first],
        &["name", "日本語"],
        &["mouse", "1", "0", "1", "5200"],
        &["key", "65293", "1", "5300"],
        &["blob", "1", second],
        &["end", "1"],
        &["sync", "5500"],
        &["sync", "5600"],
    ]);
    let imported = import_bytes(&bytes);
    assert_eq!(imported.messages(), Vec::<String>::new());
    let kinds: Vec<(u64, &str)> = imported
        .events
        .events
        .iter()
        .map(|event| {
            (
                event.offset.0 / 1_000_000,
                match &event.kind {
                    EventKind::Open(_) => "open",
                    EventKind::Drawing(_) => "drawing",
                    EventKind::Pointer(_) => "pointer",
                    EventKind::Key(key) if key.keysym() == 65293 && key.is_down() => "key",
                    EventKind::Close(_) => "close",
                    _ => "?",
                },
            )
        })
        .collect();
    assert_eq!(kinds, [(0, "open"), (0, "drawing"), (200, "pointer"), (300, "key"), (500, "drawing"), (600, "close")]);
    assert_eq!(imported.events.meta.title.as_deref(), Some("日本語"));
    assert_eq!(imported.report.duration, Offset(600_000_000));
    assert_eq!(replay(&imported).flatten(false).as_slice(), [0xff00_0000, 0xff00_00ff]);
}

#[test]
fn guacamole_is_taken_up_again_after_damage() {
    let mut bytes = recording(&[&["size", "0", "1", "1"], &["sync", "1"]]);
    let before = bytes.len();
    bytes.extend_from_slice(b"4.blob,99.xx;junk");
    let fill: [&[&str]; 4] =
        [&["nop"], &["rect", "0", "0", "0", "1", "1"], &["cfill", "14", "0", "0", "255", "0", "255"], &["sync", "2"]];
    let rest = recording(&fill);
    // The first instruction of the rest is behind no `;` that belongs to another, so it goes with the damage.
    bytes.extend_from_slice(&rest);
    bytes.extend_from_slice(b"4.sync,5.123");
    let imported = import_bytes(&bytes);
    let messages = imported.messages();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[0].contains(&format!("byte {before}: ")), "{messages:?}");
    assert!(messages[1].contains("truncated"), "{messages:?}");
    assert_eq!(replay(&imported).flatten(false).as_slice(), [0xff00_ff00]);
}

#[test]
fn a_large_step_back_clears_the_screen() {
    let bytes = recording(&[
        &["size", "0", "1", "1"],
        &["rect", "0", "0", "0", "1", "1"],
        &["cfill", "14", "0", "255", "0", "0", "255"],
        &["sync", "900000"],
        &["size", "0", "1", "1"],
        &["sync", "1000"],
        &["size", "1", "1", "1"],
        &["sync", "1250"],
    ]);
    let imported = import_bytes(&bytes);
    assert_eq!(imported.report.duration, Offset(250_000_000));
    let surface = replay(&imported);
    assert_eq!(surface.flatten(false).as_slice().iter().filter(|pixel| **pixel == 0xff00_00ff).count(), 0);
}

#[test]
fn pictures_that_cannot_be_decoded_are_counted() {
    let bomb = BASE64_STANDARD.encode(bomb_of_a_png());
    let bytes = recording(&[
        &["size", "0", "1", "1"],
        &["png", "14", "0", "0", "0", "AAAA"],
        &["png", "14", "0", "0", "0", &bomb],
        &["sync", "1"],
    ]);
    let imported = import_bytes(&bytes);
    let messages = imported.messages();
    assert!(messages.iter().any(|message| message.contains("2 pictures cannot be decoded")), "{messages:?}");
}

/// The head of a PNG of 60,000 × 60,000 pixels.
fn bomb_of_a_png() -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR".to_vec();
    png.extend_from_slice(&60_000u32.to_be_bytes());
    png.extend_from_slice(&60_000u32.to_be_bytes());
    png.extend_from_slice(&[8, 2, 0, 0, 0]);
    let mut crc = flate2::Crc::new();
    crc.update(&png[12..]);
    png.extend_from_slice(&crc.sum().to_be_bytes());
    png
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

#[test]
fn a_recording_in_parts_is_one() {
    let mut files: Vec<(String, Vec<u8>)> = vec![("s.replay.json".to_owned(), b"{}".to_vec())];
    // Eleven parts: the tenth comes after the ninth, not after the first.
    for part in 0..11u32 {
        let (x, time) = (part.to_string(), (1000 + part).to_string());
        let mut bytes = recording(&[&["size", "0", "11", "1"], &["rect", "0", &x, "0", "1", "1"]]);
        bytes.extend(recording(&[&["cfill", "14", "0", "255", "0", "0", "255"], &["sync", &time]]));
        files.push((format!("s.{part}.part.gz"), gzip(&bytes)));
    }
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let imported = import_one(&files);
    assert_eq!(imported.messages(), Vec::<String>::new());
    assert_eq!(imported.report.duration, Offset(10_000_000));
    assert_eq!(replay(&imported).flatten(false).as_slice(), [0xff00_00ff; 11]);
}

#[test]
fn the_texts_of_old_jumpserver_recordings_are_sorted() {
    let whole = br#"{"10.5":"c","0.25":"a\u001b[m", "9":"b"}"#;
    let imported = import_bytes(whole);
    assert_eq!(imported.report.format, "jumpserver-text");
    assert_eq!(imported.output(1), b"a\x1b[mbc");
    assert_eq!(imported.report.duration, Offset(10_500_000_000));
    assert!(imported.report.complete());
    let cut = import_bytes(&whole[..whole.len() - 5]);
    assert_eq!(cut.output(1), b"a\x1b[mc");
    assert!(!cut.report.complete());
}

/// Bytes changed one by one, in real recordings cut short: nothing panics, every answer is an answer.
#[test]
fn damaged_desktops_do_no_harm() {
    let files = [
        "made-here/guacamole/guacd-1.6.1-vnc.guac",
        "made-here/vnc-fbs/tigervnc-tight-jpeg6.fbs",
        "made-here/vnc-fbs/x11vnc-corre-8bpp.fbs",
        "wallix-wrm/kpd_input/kpd_input.wrm",
        "wallix-wrm/tiny/meta_message-000001.wrm",
    ];
    for name in files {
        let Some(path) = corpus(name) else { continue };
        let bytes = std::fs::read(path).expect("the corpus can be read");
        mutate(&bytes[..bytes.len().min(60_000)], Path::new(name));
    }
}

fn mutate(bytes: &[u8], name: &Path) {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for round in 0..12 {
        let mut damaged = bytes.to_vec();
        for _ in 0..=round {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let at = (state >> 16) as usize % damaged.len();
            damaged[at] = state as u8;
        }
        let mut events = trail_import::Collected::default();
        let options = ImportOptions::default();
        let Ok(found) = trail_import::RecordingSource::from_reader("-", &damaged[..], &options) else { continue };
        let mut surface = Surface::new();
        for source in found.flatten() {
            // Whatever it answers: it answers.
            let _ = source.import(&options, &mut events);
        }
        for event in &events.events {
            if let EventKind::Drawing(body) = &event.kind {
                surface.apply(body);
            }
        }
        assert_eq!(surface.faults().broken, 0, "{} in round {round}", name.display());
    }
}
