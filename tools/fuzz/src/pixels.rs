//! Text from pixels: whatever the picture, lines lie in it and reading them ends; whatever the drawings, text over time ends.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use trail_content::{ContentFile, ContentStream, PixelBox, PixelReader, Pixels, Recognize};
use trail_model::{ChannelId, ChannelKind, ChannelOpen, Event, EventKind, Offset, TrailId};
use trail_ocr::{ModelFiles, PpOcr};
use trail_replay::Recorder;

/// Sides of a picture in pixels, at most: the networks take milliseconds for more.
const MAX_WIDTH: u32 = 96;
const MAX_BYTES: usize = 96 * 64 * 4;
/// Records of a desktop, at most.
const MAX_RECORDS: usize = 24;

fn engine() -> &'static PpOcr {
    static ENGINE: OnceLock<PpOcr> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/trail-ocr/models");
        PpOcr::new(&ModelFiles::read(&models).expect("models")).expect("an engine")
    })
}

/// A width, a box, and the bytes of a picture.
pub fn pixels(data: &[u8]) {
    let Some((&[width, left, top, right, bottom], rgba)) = data.split_first_chunk::<5>() else { return };
    let width = u32::from(width) % (MAX_WIDTH + 1);
    let row_len = width as usize * 4;
    let rgba = &rgba[..rgba.len().min(MAX_BYTES)];
    let rgba = if row_len == 0 { &[] } else { &rgba[..rgba.len() / row_len * row_len] };
    let frame = Pixels::new(width, rgba).expect("whole rows");
    let [left, top, right, bottom] = [left, top, right, bottom].map(u32::from);
    let area = PixelBox::new(left, top, right, bottom);
    let lines = engine().find_lines(frame, area).expect("lines of a small picture");
    for line in lines.iter().chain(&trail_ocr::find_lines(frame, area)).chain([&area]) {
        assert!(*line == area || frame.bounds().contains(*line), "{line:?} in {:?}", frame.bounds());
        let text = engine().read_line(frame, *line).expect("text of a small picture");
        assert!((0.0..=1.0).contains(&text.confidence) || text.text.is_empty());
    }
}

/// Reads black from white: every column of ink is a line.
struct Columns;

impl Recognize for Columns {
    fn version(&self) -> String {
        "columns".to_owned()
    }

    fn find_lines(
        &self,
        frame: Pixels<'_>,
        area: PixelBox,
    ) -> Result<Vec<PixelBox>, trail_content::RecognizeError> {
        Ok(trail_ocr::find_lines(frame, area))
    }

    fn read_line(
        &self,
        frame: Pixels<'_>,
        line: PixelBox,
    ) -> Result<trail_content::LineText, trail_content::RecognizeError> {
        let row = frame.row(line.top, line.left, line.right);
        let text = row.chunks_exact(4).map(|pixel| char::from(b'a' + pixel[0] % 4)).collect();
        Ok(trail_content::LineText { text, confidence: 0.9, words: Vec::new() })
    }
}

/// Bodies of drawing records, each behind its length in two bytes and its time in hundredths of a second in one.
pub fn desktop(data: &[u8]) {
    let reader = PixelReader::new(Arc::new(Columns));
    let mut recorder = Recorder::new(ContentStream::new(TrailId([1; 16])).with_reader(Some(reader)));
    let mut offset = 0;
    let mut put = |offset: u64, kind: EventKind| {
        recorder.event(&Event { channel: ChannelId(1), offset: Offset(offset), kind }).expect("a record");
    };
    put(0, EventKind::Open(ChannelOpen { kind: ChannelKind::Drawing, size: None }));
    let mut rest = data;
    for _ in 0..MAX_RECORDS {
        let Some((&[low, high, pause], after)) = rest.split_first_chunk::<3>() else { break };
        let len = usize::from(u16::from_le_bytes([low, high])).min(after.len());
        offset += u64::from(pause) * 10_000_000;
        put(offset, EventKind::Drawing(after[..len].to_vec()));
        rest = &after[len..];
    }
    let content = recorder.into_writer().finish().expect("content").to_bytes().expect("bytes");
    ContentFile::open(content).expect("content that opens");
}
