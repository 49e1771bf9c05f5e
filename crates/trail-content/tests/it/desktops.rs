//! Text on desktops against a slow plain way: the whole picture read at every moment at which it had come to rest.

use std::collections::BTreeSet;
use std::sync::Arc;

use trail_content::{
    ContentFile, ContentStream, ExtractOptions, Kind, LineText, PixelBox, PixelReader, Pixels, Recognize,
    RecognizeError, extract,
};
use trail_frame::{Draw, DrawingWriter, Mask, Surface};
use trail_model::{ChannelKind, ChannelOpen, Clipped, Event, EventKind, KeyStroke, Offset, PixelRect, TrailId};
use trail_replay::{Player, Recorder};

use crate::make::{CHANNEL, trail};

/// Pixels of a cell, of a row and of the desktop.
const CELL: (u32, u32) = (4, 8);
const ROW: u32 = 12;
const SIZE: (u32, u32) = (160, 120);
const WHITE: [u8; 4] = [255; 4];
const REST_NS: u64 = 300_000_000;

/// Reads cells whose colour is their character: cells without a white one between them are a line.
struct Cells;

impl Cells {
    fn is_ink(frame: Pixels<'_>, x: u32, y: u32) -> bool {
        frame.row(y, x, x + 1) != WHITE
    }
}

impl Recognize for Cells {
    fn version(&self) -> String {
        "cells".to_owned()
    }

    fn find_lines(&self, frame: Pixels<'_>, area: PixelBox) -> Result<Vec<PixelBox>, RecognizeError> {
        let mut lines: Vec<PixelBox> = Vec::new();
        for y in area.top..area.bottom {
            let mut x = area.left;
            while x < area.right {
                let start = x;
                while x < area.right && Cells::is_ink(frame, x, y) {
                    x += 1;
                }
                if x > start {
                    let row = PixelBox::new(start, y, x, y + 1);
                    match lines.iter_mut().find(|line| line.bottom == y && (line.left, line.right) == (start, x)) {
                        Some(line) => line.bottom += 1,
                        None => lines.push(row),
                    }
                }
                x += 1;
            }
        }
        Ok(lines)
    }

    fn read_line(&self, frame: Pixels<'_>, line: PixelBox) -> Result<LineText, RecognizeError> {
        let cells = (line.left..line.right).step_by(CELL.0 as usize);
        let text: String = cells.map(|x| char::from(frame.row(line.top, x, x + 1)[0])).collect();
        Ok(LineText { words: std::iter::once(0..line.width()).collect(), text, confidence: 0.9 })
    }
}

fn reader(rest_ns: u64) -> Option<PixelReader> {
    Some(PixelReader::new(Arc::new(Cells)).with_rest_ns(rest_ns))
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

fn fill(writer: &mut DrawingWriter, color: [u8; 4], rect: PixelRect) {
    writer.put(&Draw::Fill { layer: 0, mask: Mask::SRC, color, rects: vec![rect] });
}

fn rect(column: u32, row: u32, cells: u32, rows: u32) -> PixelRect {
    let (x, y) = (column * CELL.0, row * ROW);
    PixelRect { x: x as i32, y: y as i32, width: cells * CELL.0, height: rows * ROW }
}

fn write(writer: &mut DrawingWriter, column: u32, row: u32, text: &str) {
    for (c, at) in text.bytes().zip(column..) {
        fill(writer, [c, 0, 0, 255], PixelRect { height: CELL.1, ..rect(at, row, 1, 1) });
    }
}

fn event(offset: u64, kind: EventKind) -> Event {
    Event { channel: CHANNEL, offset: Offset(offset), kind }
}

/// A frame of drawings.
fn frame(offset: u64, draw: impl FnOnce(&mut DrawingWriter)) -> Event {
    let mut writer = DrawingWriter::new();
    draw(&mut writer);
    event(offset, EventKind::Drawing(writer.finish().remove(0)))
}

fn open() -> Vec<Event> {
    let open = ChannelOpen { kind: ChannelKind::Drawing, size: None };
    let blank = frame(0, |writer| {
        writer.put(&Draw::Resize { layer: 0, width: SIZE.0, height: SIZE.1 });
        fill(writer, WHITE, rect(0, 0, SIZE.0, SIZE.1));
    });
    vec![event(0, EventKind::Open(open)), blank]
}

/// Rows that are written, typed on, cleared, scrolled and moved, with and without pauses.
fn random_desktop(seed: u64, frames: usize) -> Vec<Event> {
    let mut random = Random(seed | 1);
    let (columns, rows) = (SIZE.0 / CELL.0, SIZE.1 / ROW);
    let mut events = open();
    let mut offset = 0;
    let mut ends = vec![0_u32; rows as usize];
    for _ in 0..frames {
        offset += [0, 40_000_000, 100_000_000, 299_999_999, 300_000_000, 900_000_000][random.below(6) as usize];
        if random.below(8) == 0 {
            events.push(event(offset, EventKind::Marker("nothing".to_owned())));
        }
        let row = random.below(rows.into()) as u32;
        let word: String = (0..=random.below(4)).map(|_| char::from(b'a' + random.below(4) as u8)).collect();
        let next = frame(offset, |writer| match random.below(6) {
            0 | 1 => {
                let column = random.below(u64::from(columns) - 8) as u32;
                fill(writer, WHITE, rect(0, row, columns, 1));
                write(writer, column, row, &word);
                ends[row as usize] = column + word.len() as u32;
            }
            2 | 3 if ends[row as usize] > 0 => {
                write(writer, ends[row as usize], row, &word[..1]);
                ends[row as usize] = (ends[row as usize] + 1).min(columns - 1);
            }
            4 => {
                let rect = rect(0, 1, columns, rows - 1);
                writer.put(&Draw::Copy { source: 0, rect, mask: Mask::SRC, layer: 0, x: 0, y: 0 });
                fill(writer, WHITE, self::rect(0, rows - 1, columns, 1));
                ends.rotate_left(1);
                ends[rows as usize - 1] = 0;
            }
            _ => {
                fill(writer, WHITE, rect(0, row, columns, 1));
                ends[row as usize] = 0;
            }
        });
        events.push(next);
    }
    events
}

/// What stands in the picture, read as a whole.
fn read_whole(surface: &Surface) -> BTreeSet<String> {
    let flat = surface.flatten(false);
    let rgba: Vec<u8> = flat.as_slice().iter().flat_map(|pixel| pixel.to_le_bytes()).collect();
    let Some(pixels) = Pixels::new(flat.width(), &rgba) else { return BTreeSet::new() };
    let lines = Cells.find_lines(pixels, pixels.bounds()).unwrap();
    lines.into_iter().map(|line| Cells.read_line(pixels, line).unwrap().text).collect()
}

/// What the content says was visible at a moment.
fn visible(file: &ContentFile, at: u32) -> BTreeSet<String> {
    let block = file.channels()[0].block(0).unwrap();
    let mut visible = BTreeSet::new();
    for item in block.items().filter(|item| item.kind() == Kind::Line) {
        for span in item.spans().filter(|span| span.begin <= at && at <= span.end) {
            assert!(span.place.is_some());
            visible.insert(item.text()[..span.len_at(at, item.text().len())].to_owned());
        }
    }
    visible
}

/// Compares the content with the slow way at every moment that rested; gives how many did.
fn check(events: &[Event], rest_ns: u64, seed: u64) -> usize {
    let reading = trail(events, 1 << 18);
    let options = ExtractOptions::with_threads(1).with_reader(reader(rest_ns));
    let bytes = extract(&reading, &options).unwrap().bytes;
    let file = ContentFile::open(bytes.clone()).unwrap();

    let mut player = Player::new(&reading, CHANNEL).unwrap();
    let mut moments: Vec<(u64, Vec<u32>, BTreeSet<String>)> = Vec::new();
    while let Some(step) = player.step().unwrap() {
        let surface = step.screen.surface().unwrap();
        let pixels = surface.flatten(false).as_slice().to_vec();
        moments.push((step.record.offset.0, pixels, read_whole(surface)));
    }
    let mut rested = 0;
    for (at, (_, pixels, expected)) in moments.iter().enumerate() {
        let next = moments[at + 1..].iter().position(|(_, next, _)| next != pixels).map(|next| at + 1 + next);
        let since = (0..=at).rev().take_while(|&before| moments[before].1 == *pixels).last().unwrap();
        if next.is_none_or(|next| moments[next].0 - moments[since].0 >= rest_ns) {
            rested += 1;
            assert_eq!(&visible(&file, at as u32), expected, "seed {seed}: moment {at} of {}", moments.len());
        }
    }

    for (chunk_len, threads) in [(600, 1), (600, 3), (1 << 18, 2)] {
        let options = ExtractOptions::with_threads(threads).with_reader(reader(rest_ns));
        assert!(
            extract(&trail(events, chunk_len), &options).unwrap().bytes == bytes,
            "seed {seed}: {chunk_len}, {threads}"
        );
    }
    let mut recorder = Recorder::new(ContentStream::new(TrailId([7; 16])).with_reader(reader(rest_ns)));
    events.iter().for_each(|event| recorder.event(event).unwrap());
    assert!(recorder.into_writer().finish().unwrap().to_bytes().unwrap() == bytes, "seed {seed}: the stream differs");
    assert_eq!(file.reader(), format!("cells; rest {rest_ns} ns"));
    rested
}

#[test]
fn content_of_desktops_is_what_the_whole_picture_says() {
    for seed in 1..=30 {
        let seed = seed * 0x9e37_79b9;
        let events = random_desktop(seed, 60);
        assert!(check(&events, REST_NS, seed) > 5);
        assert_eq!(check(&events, 0, seed), trail(&events, 1 << 18).last_record() as usize);
    }
}

/// The lines of a desktop as text and spans.
fn lines(events: &[Event]) -> Vec<String> {
    let options = ExtractOptions::with_threads(1).with_reader(reader(REST_NS));
    let file = ContentFile::open(extract(&trail(events, 1 << 18), &options).unwrap().bytes).unwrap();
    crate::make::show(&file.channels()[0].block(0).unwrap(), Kind::Line)
}

const SECOND: u64 = 1_000_000_000;

#[test]
fn typing_is_one_line_that_grew() {
    let mut events = open();
    events.push(frame(SECOND, |writer| write(writer, 1, 2, "su")));
    events.push(frame(2 * SECOND, |writer| write(writer, 3, 2, "d")));
    events.push(frame(2 * SECOND + 1, |writer| write(writer, 4, 2, "o")));
    events.push(frame(4 * SECOND, |writer| fill(writer, WHITE, rect(0, 2, 40, 1))));
    assert_eq!(lines(&events), ["sudo: 2-4(2@2 4@4)"]);
}

#[test]
fn a_line_that_moves_without_rest_was_never_away() {
    let mut events = open();
    events.push(frame(SECOND, |writer| write(writer, 1, 8, "line")));
    for step in 0..5_u32 {
        let from = rect(0, 8 - step, 40, 1);
        let to = rect(0, 7 - step, 40, 1);
        events.push(frame(2 * SECOND + u64::from(step) * 40_000_000, |writer| {
            writer.put(&Draw::Copy { source: 0, rect: from, mask: Mask::SRC, layer: 0, x: to.x, y: to.y });
            fill(writer, WHITE, from);
        }));
    }
    assert_eq!(lines(&events), ["line: 2-2 3-7"]);
}

#[test]
fn what_flickers_is_not_read_but_a_page_is() {
    let page = |first: u8, rows: u32| {
        move |writer: &mut DrawingWriter| {
            fill(writer, WHITE, rect(0, 0, 40, 10));
            for row in 0..rows {
                write(writer, 2, row, std::str::from_utf8(&[first, b'a' + row as u8, b'x', b'y']).unwrap());
            }
        }
    };
    let mut events = open();
    events.push(frame(SECOND, page(b'p', 8)));
    events.push(frame(SECOND + 100_000_000, page(b'q', 9)));
    events.push(frame(SECOND + 200_000_000, page(b'r', 1)));
    let found: Vec<String> = lines(&events).iter().map(|line| line[..1].to_owned()).collect();
    assert_eq!(found.concat(), "qqqqqqqqqr");
}

#[test]
fn a_caret_that_blinks_changes_nothing() {
    let caret = |is_on: bool| {
        let color = if is_on { [0, 0, 0, 255] } else { WHITE };
        move |writer: &mut DrawingWriter| fill(writer, color, PixelRect { width: 1, height: 8, ..rect(12, 2, 1, 1) })
    };
    let mut events = open();
    events.push(frame(SECOND, |writer| write(writer, 1, 2, "text")));
    for blink in 0..6 {
        events.push(frame((2 + blink) * SECOND, caret(blink % 2 == 0)));
    }
    let found = lines(&events);
    assert_eq!(found[0], "text: 2-8");
    let options = ExtractOptions::with_threads(1).with_reader(reader(REST_NS));
    let file = ContentFile::open(extract(&trail(&events, 1 << 18), &options).unwrap().bytes).unwrap();
    let moments = file.channels()[0].moments().unwrap();
    let changed: Vec<u32> = (0..moments.len() as u32).filter(|&at| moments.changed(at)).collect();
    assert_eq!(changed, [0, 1, 2, 3]);
}

#[test]
fn what_is_not_read_is_counted() {
    let mut events = open();
    events.push(frame(SECOND, |writer| write(writer, 1, 2, "gone")));
    events.push(frame(SECOND + 100_000_000, |writer| fill(writer, WHITE, rect(0, 2, 40, 1))));
    events.push(frame(3 * SECOND, |writer| write(writer, 1, 4, "stays")));
    let options = ExtractOptions::with_threads(1).with_reader(reader(REST_NS));
    let coverage = extract(&trail(&events, 1 << 18), &options).unwrap().coverage;
    assert_eq!((coverage.frames, coverage.unsettled_frames, coverage.unsettled_ns), (4, 1, 100_000_000));
    // Four letters, from column 4 to 20 and from row 24 to 32, lie in three squares.
    assert_eq!(coverage.unsettled_pixels, 3 * 64);
    assert_eq!((coverage.found_lines, coverage.read_lines, coverage.line_items), (1, 1, 1));
    let unread = extract(&trail(&events, 1 << 18), &ExtractOptions::with_threads(1)).unwrap();
    assert_eq!(unread.coverage.line_items, 0);
    assert_eq!(ContentFile::open(unread.bytes).unwrap().reader(), "none");
}

/// Types `text` and Enter from `offset` on, 50 ms a key; `echo` draws what each key shows.
fn typing(events: &mut Vec<Event>, offset: u64, text: &str, echo: impl Fn(&mut DrawingWriter, usize, char)) {
    for (index, c) in text.chars().enumerate() {
        let at = offset + index as u64 * 50_000_000;
        events.push(event(at, EventKind::Key(KeyStroke::new(c.into(), true))));
        events.push(event(at, EventKind::Key(KeyStroke::new(c.into(), false))));
        events.push(frame(at + 1_000_000, |writer| echo(writer, index, c)));
    }
    events.push(event(offset + 2 * SECOND, EventKind::Key(KeyStroke::new(0xff0d, true))));
}

/// The items of a kind, as text and spans, and how much typed and copied text was not shown.
fn items(events: &[Event], kind: Kind) -> (Vec<String>, u64) {
    let options = ExtractOptions::with_threads(1).with_reader(reader(REST_NS));
    let extraction = extract(&trail(events, 1 << 18), &options).unwrap();
    let coverage = extraction.coverage;
    let file = ContentFile::open(extraction.bytes).unwrap();
    let items = crate::make::show(&file.channels()[0].block(0).unwrap(), kind);
    (items, coverage.input_not_shown + coverage.clipboard_not_shown)
}

#[test]
fn what_was_typed_is_input_only_if_the_desktop_showed_it() {
    let as_typed = |writer: &mut DrawingWriter, index: usize, c: char| {
        write(writer, 10 + index as u32, 2, &c.to_string());
    };
    let as_dots = |writer: &mut DrawingWriter, index: usize, _: char| write(writer, 10 + index as u32, 2, "*");
    let label = || {
        let mut events = open();
        events.push(frame(SECOND, |writer| write(writer, 1, 2, "password:")));
        events
    };

    let mut shown = label();
    typing(&mut shown, 2 * SECOND, "opensesame", as_typed);
    let (texts, not_shown) = items(&shown, Kind::Input);
    assert_eq!((texts.len(), not_shown), (1, 0));
    assert!(texts[0].starts_with("opensesame: 3-30(1@3 2@6 "), "{texts:?}");

    // Neither what dots hide, nor what happens to stand beside them, nor what an answer says.
    for secret in ["opensesame", "password"] {
        let mut masked = label();
        typing(&mut masked, 2 * SECOND, secret, as_dots);
        masked.push(frame(5 * SECOND, |writer| write(writer, 1, 5, secret)));
        let (texts, not_shown) = items(&masked, Kind::Input);
        assert_eq!((texts.len(), not_shown), (1, 1));
        assert!(texts[0].starts_with(": 3-"), "{texts:?}");
    }

    // Too short to be sure, or not text alone.
    let mut short = label();
    typing(&mut short, 2 * SECOND, "ab", as_typed);
    assert_eq!(items(&short, Kind::Input).1, 1);
}

#[test]
fn what_was_copied_is_found_only_if_it_stood_there() {
    let mut events = open();
    events.push(frame(SECOND, |writer| write(writer, 1, 2, "serial-4711")));
    for text in ["4711", "hunter2!"] {
        events.push(event(3 * SECOND, EventKind::Clipboard(Clipped::new("text/plain", text.as_bytes()))));
    }
    assert_eq!(items(&events, Kind::Clipboard), (vec!["4711: 3-3".to_owned(), ": 4-4".to_owned()], 1));
    let options = ExtractOptions::with_threads(1).with_reader(reader(REST_NS));
    let bytes = extract(&trail(&events, 1 << 18), &options).unwrap().bytes;
    let block = ContentFile::open(bytes).unwrap().channels()[0].block(0).unwrap();
    assert!(!block.pool().contains("hunter"));
}
