//! Desktops: pictures from any keyframe are those from the start.

use std::path::Path;

use trail_container::TrailReader;
use trail_frame::{Draw, DrawingWriter, Mask};
use trail_import::Collected;
use trail_model::{ChannelKind, ChannelOpen, Event, EventKind, PixelRect, PointerMove, RecordId};
use trail_replay::{Player, Screen};

use crate::support::{CHANNEL, Random, each_desktop, each_of, event, record, state};

/// Small: a keyframe comes after four times its size.
const SIDE: u32 = 24;

/// A desktop drawn at random: layers, buffers, copies, fills, pixels, pointer.
fn desktop(seed: u64, frames: u64) -> Vec<Event> {
    let mut random = Random(seed);
    let open = ChannelOpen { kind: ChannelKind::Drawing, size: None };
    let mut events = vec![event(0, EventKind::Open(open))];
    for frame in 0..frames {
        let mut writer = DrawingWriter::new();
        if frame == 0 {
            for layer in 0..3 {
                writer.put(&Draw::Resize { layer, width: SIDE, height: SIDE });
            }
        }
        for _ in 0..=random.below(6) {
            draw(&mut writer, &mut random);
        }
        events.extend(writer.finish().into_iter().map(|body| event(frame * 10, EventKind::Drawing(body))));
        if random.below(3) == 0 {
            let at = PointerMove::new(random.below(250) as i32, random.below(250) as i32, 0);
            events.push(event(frame * 10, EventKind::Pointer(at)));
        }
    }
    events
}

fn draw(writer: &mut DrawingWriter, random: &mut Random) {
    let mut near = || random.below(u64::from(SIDE) + 40) as i32 - 20;
    let (x, y, to_x, to_y) = (near(), near(), near(), near());
    let rect = PixelRect { x, y, width: 1 + random.below(90) as u32, height: 1 + random.below(90) as u32 };
    let layer = random.below(6) as i32 - 3;
    let mask = Mask::from_bits([14, 12, 14, 10, 6, 9][random.below(6) as usize]);
    match random.below(9) {
        0 | 1 => {
            let color = (random.next() as u32).to_le_bytes();
            writer.put(&Draw::Fill { layer, mask, color, rects: vec![rect] });
        }
        2 => {
            let noise = (0..rect.width * rect.height).map(|_| random.next() as u32 | 0xff00_0000);
            writer.pixels(layer, x, y, rect.width, &noise.collect::<Vec<_>>());
        }
        3 | 4 => {
            let source = random.below(6) as i32 - 3;
            writer.put(&Draw::Copy { source, rect, mask, layer, x: to_x, y: to_y });
        }
        5 => {
            let source = random.below(6) as i32 - 3;
            let function = random.below(16) as u8;
            writer.put(&Draw::Transfer { source, rect, function, layer, x: to_x, y: to_y });
        }
        6 => writer.put(&Draw::Place { layer: 1, parent: 0, x, y, z: to_x }),
        7 => writer.put(&Draw::Opacity { layer: 2, opacity: random.next() as u8 }),
        _ => writer.put(&Draw::Cursor {
            hot_x: 3,
            hot_y: 4,
            source: layer,
            rect: PixelRect { x, y, width: 16, height: 16 },
        }),
    }
}

/// The pictures after all records, from the start.
fn pictures(trail: &TrailReader) -> Vec<(RecordId, Vec<u32>)> {
    let mut player = Player::new(trail, CHANNEL).unwrap();
    let mut pictures = Vec::new();
    while let Some(step) = player.step().unwrap() {
        let picture = step.screen.surface().unwrap().flatten(true);
        pictures.push((step.record.id, picture.as_slice().to_vec()));
    }
    pictures
}

#[test]
fn pictures_from_any_keyframe_are_those_from_the_start() {
    let mut keyframes = 0;
    for seed in 1..=9 {
        let (trail, cost) = record(&desktop(seed, 700), 16 << 10);
        let expected = pictures(&trail);
        assert!(expected.iter().any(|(_, picture)| picture.iter().any(|pixel| *pixel != 0xff00_0000)));
        assert!(cost.keyframes > 1, "seed {seed}: a keyframe behind the first");
        keyframes += cost.keyframes;
        for (id, picture) in expected.iter().rev() {
            let mut player = Player::new(&trail, CHANNEL).unwrap();
            player.seek(*id).unwrap();
            assert!(player.surface().unwrap().flatten(true).as_slice() == picture, "seed {seed}, record {id}");
        }
    }
    assert!(keyframes > 20, "{keyframes} keyframes");
}

/// Records after which the state is kept as a keyframe would keep it, and played on from there.
const RELOAD_EVERY: u64 = 10;

/// Plays every desktop of the recording from the start, and beside it from each keyframe, and from states kept in between, to
/// the next; compares the pictures, pointer and all, after every record. Gives the keyframes and the pictures.
fn check_recorded(name: &str, recording: &Collected, chunk_len: usize) -> (u64, u64) {
    let (trail, _) = record(&recording.events, chunk_len);
    let (mut keyframes, mut pictures) = (0, 0);
    for channel in trail.channels().map(|summary| summary.channel).collect::<Vec<_>>() {
        let mut from_start = Player::new(&trail, channel).unwrap();
        let mut from_keyframe: Option<Screen> = None;
        for &index in &trail.channel(channel).unwrap().chunks {
            let chunk = trail.chunk(index).unwrap();
            if let Some(keyframe) = chunk.keyframe(channel) {
                from_keyframe = Some(Screen::load(keyframe).unwrap());
                keyframes += 1;
            }
            for record in chunk.records().filter(|record| record.channel == channel) {
                from_start.step().unwrap();
                let Some(screen) = &mut from_keyframe else { continue };
                screen.apply(&record.body);
                let (Some(surface), Some(expected)) = (screen.surface(), from_start.surface()) else { continue };
                let same = surface.flatten(true).as_slice() == expected.flatten(true).as_slice();
                assert!(same, "{name}: channel {channel}, record {}", record.id);
                pictures += 1;
                if record.id.0.is_multiple_of(RELOAD_EVERY) {
                    from_keyframe = Some(Screen::load(&state(from_start.screen())).unwrap());
                }
            }
        }
    }
    (keyframes, pictures)
}

/// A desktop that is in the repository: with small chunks, so that there are keyframes to begin from.
#[test]
fn pictures_of_a_recorded_desktop_from_any_keyframe_are_those_from_the_start() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/desktops/vnc-fbs/hextile-light.fbs.gz");
    let mut counts = (0, 0);
    each_of([path], |name, recording| counts = check_recorded(name, &recording, 16 << 10));
    assert!(counts.0 > 0 && counts.1 > 20, "{counts:?}");
}

#[test]
#[ignore = "long battery: the picture after every record of every desktop"]
fn pictures_of_all_desktops_from_any_keyframe_are_those_from_the_start() {
    let (mut keyframes, mut pictures) = (0, 0);
    let count = each_desktop(|name, recording| {
        for chunk_len in [16 << 10, trail_container::format::CHUNK_LEN] {
            let (more, compared) = check_recorded(name, &recording, chunk_len);
            println!("{name}: {more} keyframes, {compared} pictures");
            keyframes += more;
            pictures += compared;
        }
    });
    println!("{count} recordings, {keyframes} keyframes, {pictures} pictures compared");
    assert!(count >= 7 && keyframes >= 7 && pictures > 400);
}

#[test]
fn a_frame_in_parts_is_seen_with_its_last_record() {
    let open = ChannelOpen { kind: ChannelKind::Drawing, size: None };
    let mut random = Random(5);
    let noise: Vec<u32> = (0..2000 * 900).map(|_| random.next() as u32 | 0xff00_0000).collect();
    let mut writer = DrawingWriter::new();
    writer.put(&Draw::Resize { layer: 0, width: 2000, height: 900 });
    writer.pixels(0, 0, 0, 2000, &noise);
    let bodies = writer.finish();
    assert_eq!(bodies.len(), 2);
    let mut events = vec![event(0, EventKind::Open(open))];
    events.extend(bodies.into_iter().map(|body| event(7, EventKind::Drawing(body))));
    let (trail, _) = record(&events, 16 << 10);
    let expected = pictures(&trail);
    assert_eq!(expected.iter().map(|(_, picture)| picture.len()).collect::<Vec<_>>(), [0, 0, 2000 * 900]);
    assert!(expected[2].1 == noise);
}
