//! Trails to test with.

use trail_container::{
    Attributes, Encoded, Header, MemoryStorage, OpenBody, RecordBody, TrailReader, TrailWriter, WriterOptions,
};
use trail_model::{ChannelId, Offset, SessionMeta, Size, Timestamp, TrailId};

pub(crate) const ID: TrailId = TrailId(*b"0123456789abcdef");

pub(crate) fn meta() -> SessionMeta {
    SessionMeta {
        format: "asciicast-v2".into(),
        source: Some("demo.cast".into()),
        start: Some(Timestamp(1_700_000_000_123_456_789)),
        user: Some("alice".into()),
        env: [("TERM".to_owned(), "xterm".to_owned())].into(),
        ..SessionMeta::default()
    }
}

pub(crate) fn header() -> Header {
    Header::with_id(ID, meta())
}

pub(crate) type MemoryWriter = TrailWriter<MemoryStorage>;

pub(crate) fn writer(chunk_len: usize) -> MemoryWriter {
    let options = WriterOptions { chunk_len, ..WriterOptions::default() };
    TrailWriter::with_storage(MemoryStorage::default(), &header(), options).unwrap()
}

/// A small pseudo-random number generator, so that tests need no seed from outside (xorshift64*).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// Text that compresses about as well as a terminal's output.
    pub(crate) fn text(&mut self, len: usize) -> Vec<u8> {
        const WORDS: [&str; 8] = ["sudo ", "passwd\r\n", "\x1b[1;31m", "error: ", "/etc/", "0123 ", "\x1b[0m", "~ "];
        let mut out = Vec::with_capacity(len + 8);
        while out.len() < len {
            out.extend_from_slice(WORDS[self.below(8) as usize].as_bytes());
            out.push(b'a' + self.below(26) as u8);
        }
        out.truncate(len);
        out
    }
}

/// Appends an opening record and `records` records of two channels, with keyframes where they are wanted.
pub(crate) fn fill(writer: &mut MemoryWriter, records: u64, record_len: usize, seed: u64) {
    let mut random = Random(seed);
    let mut buffer = Vec::new();
    for channel in [ChannelId(1), ChannelId(2)] {
        let attributes = Attributes::encode([("verdict", "accept")], &mut buffer);
        let open = OpenBody { kind: "session shell", size: Some(Size::DEFAULT), attributes };
        writer.append(channel, writer.last_time(), &RecordBody::ChannelOpen(open)).unwrap();
    }
    for index in 0..records {
        let channel = ChannelId(1 + random.below(2) as u32);
        let time = writer.last_time().plus_ns(random.below(1_000_000_000));
        if writer.wants_keyframe(channel) {
            let keyframe = format!("state of {channel} before {}", writer.next_record());
            writer.put_keyframe(channel, keyframe.as_bytes()).unwrap();
        }
        let len = random.below(record_len as u64 * 2) as usize;
        let text = random.text(len);
        let body = match index % 16 {
            5 => RecordBody::Input(&text),
            9 => RecordBody::Resize(Size { cols: 100, rows: 30 }),
            11 => RecordBody::Drawing(Encoded { encoding: 3, data: &text }),
            13 => RecordBody::Opaque { kind: "vendor", data: &text },
            15 => RecordBody::Marker("here"),
            _ => RecordBody::Output(&text),
        };
        writer.append(channel, time, &body).unwrap();
    }
}

/// A closed trail of several chunks, some hundred bytes each.
pub(crate) fn small_closed() -> Vec<u8> {
    let mut writer = writer(200);
    fill(&mut writer, 24, 30, 1);
    writer.checkpoint(vec![trail_container::Section::new(0x60, b"signature".to_vec())]).unwrap();
    fill(&mut writer, 8, 30, 2);
    writer.close().unwrap();
    writer.into_storage().bytes
}

/// The same without footer and trailer.
pub(crate) fn small_live() -> Vec<u8> {
    let mut writer = writer(200);
    fill(&mut writer, 24, 30, 1);
    writer.flush().unwrap();
    writer.into_storage().bytes
}

/// Everything that a trail holds, for comparison.
pub(crate) type Flat = Vec<(u64, u32, u64, u8, String)>;

/// Lists the records of all chunks.
pub(crate) fn records(trail: &TrailReader) -> Flat {
    let all = records_before_damage(trail);
    assert_eq!(all.len() as u64, trail.last_record());
    all
}

/// Lists the records of the chunks before the first one that is damaged.
pub(crate) fn records_before_damage(trail: &TrailReader) -> Flat {
    let mut out = Vec::new();
    for chunk in (0..trail.chunks().len()).map_while(|index| trail.chunk(index).ok()) {
        for record in chunk.records() {
            let body = format!("{:?}", record.body);
            out.push((record.id.0, record.channel.0, record.offset.0, record.body.opcode(), body));
        }
    }
    out
}

pub(crate) fn offset(ms: u64) -> Offset {
    Offset(ms * 1_000_000)
}
