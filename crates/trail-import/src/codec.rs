//! Compressions, told by their magic numbers and held to the limits.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::options::Limits;
use crate::store::Stream;

/// One compression around the bytes of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    Gzip,
    Bzip2,
    Xz,
    Zstd,
    /// Bare deflate, as in zip.
    Deflate,
    /// No compression, but a checksum and length to be compared at the end, as in zip.
    Checked {
        crc32: u32,
        len: u64,
    },
}

impl Codec {
    /// Tells a compression by the first bytes.
    pub(crate) fn sniff(head: &[u8]) -> Option<Codec> {
        match head {
            [0x1f, 0x8b, 0x08, ..] => Some(Codec::Gzip),
            [b'B', b'Z', b'h', b'1'..=b'9', magic @ ..]
                if magic.starts_with(b"\x31\x41\x59\x26\x53\x59") || magic.starts_with(b"\x17\x72\x45\x38\x50\x90") =>
            {
                Some(Codec::Bzip2)
            }
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Codec::Xz),
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Codec::Zstd),
            _ => None,
        }
    }
}

/// Raw bytes read so far, shared by the file's reader and the layers above it.
#[derive(Clone, Debug, Default)]
pub(crate) struct RawCount(Arc<AtomicU64>);

impl RawCount {
    pub(crate) fn add(&self, read: u64) {
        self.0.fetch_add(read, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The largest back-reference window accepted from xz and zstd: what the decoder may keep in memory.
const MAX_WINDOW_LEN: u64 = 128 << 20;
const MAX_WINDOW_LOG: u32 = 27;

/// Undoes one compression.
pub(crate) fn decode(
    stream: Stream,
    codec: &Codec,
    raw: &RawCount,
    limits: &Limits,
) -> io::Result<Box<dyn Read + Send>> {
    let inner: Box<dyn Read + Send> = match codec {
        Codec::Gzip => Box::new(Gzip { member: Some(flate2::bufread::GzDecoder::new(stream)) }),
        Codec::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(stream)),
        Codec::Xz => {
            let decoder = liblzma::stream::Stream::new_stream_decoder(MAX_WINDOW_LEN, liblzma::stream::CONCATENATED)
                .map_err(io::Error::other)?;
            Box::new(liblzma::bufread::XzDecoder::new_stream(stream, decoder))
        }
        Codec::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(stream)?;
            decoder.window_log_max(MAX_WINDOW_LOG)?;
            Box::new(decoder)
        }
        Codec::Deflate => Box::new(flate2::bufread::DeflateDecoder::new(stream)),
        Codec::Checked { crc32, len } => {
            return Ok(Box::new(Checked { inner: stream, crc: flate2::Crc::new(), crc32: *crc32, len: *len, read: 0 }));
        }
    };
    Ok(Box::new(Capped { inner, out: 0, raw: raw.clone(), max_len: limits.inflated_len, max_ratio: limits.ratio }))
}

/// Any number of gzip members after each other, zeros after the last one (tape blocks) allowed.
struct Gzip {
    /// `None` at the end.
    member: Option<flate2::bufread::GzDecoder<Stream>>,
}

impl Read for Gzip {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let Some(member) = &mut self.member else { return Ok(0) };
            let read = member.read(buffer)?;
            if read > 0 {
                return Ok(read);
            }
            let Some(member) = self.member.take() else { return Ok(0) };
            let mut stream = member.into_inner();
            skip_zeros(&mut stream)?;
            if !stream.fill_buf()?.is_empty() {
                self.member = Some(flate2::bufread::GzDecoder::new(stream));
            }
        }
    }
}

fn skip_zeros(stream: &mut Stream) -> io::Result<()> {
    loop {
        let buffer = stream.fill_buf()?;
        let zeros = buffer.iter().take_while(|&&byte| byte == 0).count();
        let all = zeros == buffer.len();
        if zeros == 0 {
            return Ok(());
        }
        stream.consume(zeros);
        if !all {
            return Ok(());
        }
    }
}

/// Stops a decompression bomb.
struct Capped {
    inner: Box<dyn Read + Send>,
    out: u64,
    raw: RawCount,
    max_len: u64,
    max_ratio: u64,
}

impl Read for Capped {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.out > self.max_len {
            return Err(io::Error::other(format!("inflates to more than {} bytes, the limit", self.max_len)));
        }
        if self.out > Limits::RATIO_FREE_LEN && self.out / self.raw.get().max(1) > self.max_ratio {
            return Err(io::Error::other(format!(
                "inflates to more than {} times its size, the limit",
                self.max_ratio
            )));
        }
        let read = self.inner.read(buffer)?;
        self.out += read as u64;
        Ok(read)
    }
}

struct Checked {
    inner: Stream,
    crc: flate2::Crc,
    crc32: u32,
    len: u64,
    read: u64,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.crc.update(&buffer[..read]);
        self.read += read as u64;
        if read == 0 && !buffer.is_empty() && (self.read, self.crc.sum()) != (self.len, self.crc32) {
            let message = format!(
                "expected {} bytes with CRC-32 {:08x}, found {} with {:08x}",
                self.len,
                self.crc32,
                self.read,
                self.crc.sum()
            );
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(read)
    }
}
