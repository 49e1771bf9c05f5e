//! zip: the central directory, or the local headers where that is missing.

use std::io;

use super::Member;
use crate::Error;
use crate::codec::Codec;
use crate::options::Limits;
use crate::store::{Blob, Window};

const LOCAL_HEADER: &[u8; 4] = b"PK\x03\x04";
const CENTRAL_HEADER: &[u8; 4] = b"PK\x01\x02";
const END_OF_DIRECTORY: &[u8; 4] = b"PK\x05\x06";
const END_OF_DIRECTORY_64: &[u8; 4] = b"PK\x06\x06";
const LOCATOR_64: &[u8; 4] = b"PK\x06\x07";

/// The end record and the longest comment behind it.
const MAX_END_LEN: u64 = 22 + 65_535;

/// General purpose flags: encrypted; sizes stand behind the data.
const FLAG_ENCRYPTED: u16 = 1;
const FLAG_SIZES_BEHIND: u16 = 8;

/// Lists the files. Members that cannot be read are `problems`; an error tells where the list had to stop.
pub(super) fn list(
    blob: &Blob,
    limits: &Limits,
    members: &mut Vec<Member>,
    problems: &mut Vec<Error>,
) -> io::Result<()> {
    let (window, _) = blob.seekable(limits)?;
    let mut walk = Walk { blob, limits, window: &window, members, problems, packed: 0 };
    match directory(&window)? {
        Some((at, count)) => walk.central(at, count),
        None => {
            walk.local()?;
            Err(broken(window.len(), "the central directory (the archive is truncated)"))
        }
    }
}

fn broken(at: u64, expected: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("zip: byte {at}: expected {expected}"))
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|bytes| bytes.try_into().ok()).map_or(0, u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes)
}

/// Where the central directory begins and how many entries it has.
fn directory(window: &Window) -> io::Result<Option<(u64, u64)>> {
    let from = window.len().saturating_sub(MAX_END_LEN);
    let tail = window.read(from, MAX_END_LEN)?;
    let Some(end) = memchr::memmem::rfind(&tail, END_OF_DIRECTORY).filter(|&end| tail.len() - end >= 22) else {
        return Ok(None);
    };
    let record = &tail[end..];
    let (mut at, mut count) = (u64::from(u32_at(record, 16)), u64::from(u16_at(record, 10)));
    if (at == u64::from(u32::MAX) || count == u64::from(u16::MAX))
        && let Some(locator) = (from + end as u64).checked_sub(20)
    {
        let locator = window.read(locator, 20)?;
        if locator.starts_with(LOCATOR_64) {
            let record = window.read(u64_at(&locator, 8), 56)?;
            if record.starts_with(END_OF_DIRECTORY_64) {
                (at, count) = (u64_at(&record, 48), u64_at(&record, 32));
            }
        }
    }
    Ok(Some((at, count)))
}

struct Walk<'a> {
    blob: &'a Blob,
    limits: &'a Limits,
    window: &'a Window,
    members: &'a mut Vec<Member>,
    problems: &'a mut Vec<Error>,
    /// Sum of the members' lengths in the archive.
    packed: u64,
}

/// One entry of either directory.
struct Entry {
    name: Vec<u8>,
    flags: u16,
    method: u16,
    crc32: u32,
    packed: u64,
    len: u64,
    header: u64,
}

impl Walk<'_> {
    fn central(&mut self, mut at: u64, count: u64) -> io::Result<()> {
        for _ in 0..count {
            let fixed = self.window.read(at, 46)?;
            if fixed.len() < 46 || !fixed.starts_with(CENTRAL_HEADER) {
                return Err(broken(at, "an entry of the central directory"));
            }
            let (name_len, extra_len) = (u16_at(&fixed, 28), u16_at(&fixed, 30));
            let name = self.window.read(at + 46, u64::from(name_len))?;
            let extra = self.window.read(at + 46 + u64::from(name_len), u64::from(extra_len))?;
            let mut entry = Entry {
                name,
                flags: u16_at(&fixed, 8),
                method: u16_at(&fixed, 10),
                crc32: u32_at(&fixed, 16),
                packed: u64::from(u32_at(&fixed, 20)),
                len: u64::from(u32_at(&fixed, 24)),
                header: u64::from(u32_at(&fixed, 42)),
            };
            sizes_64(&extra, &mut [&mut entry.len, &mut entry.packed, &mut entry.header]);
            at += 46 + u64::from(name_len) + u64::from(extra_len) + u64::from(u16_at(&fixed, 32));
            let local = self.window.read(entry.header, 30)?;
            if local.len() < 30 || !local.starts_with(LOCAL_HEADER) {
                self.problem(&entry, io::ErrorKind::InvalidData, "its header is not where the directory says");
                continue;
            }
            let data = entry.header + 30 + u64::from(u16_at(&local, 26)) + u64::from(u16_at(&local, 28));
            self.add(&entry, data)?;
        }
        Ok(())
    }

    /// The way through an archive whose end is missing.
    fn local(&mut self) -> io::Result<()> {
        let mut at = 0;
        loop {
            let fixed = self.window.read(at, 30)?;
            if fixed.len() < 30 || !fixed.starts_with(LOCAL_HEADER) {
                return Ok(());
            }
            let (name_len, extra_len) = (u64::from(u16_at(&fixed, 26)), u64::from(u16_at(&fixed, 28)));
            let mut entry = Entry {
                name: self.window.read(at + 30, name_len)?,
                flags: u16_at(&fixed, 6),
                method: u16_at(&fixed, 8),
                crc32: u32_at(&fixed, 14),
                packed: u64::from(u32_at(&fixed, 18)),
                len: u64::from(u32_at(&fixed, 22)),
                header: at,
            };
            let extra = self.window.read(at + 30 + name_len, extra_len)?;
            sizes_64(&extra, &mut [&mut entry.len, &mut entry.packed]);
            let data = at + 30 + name_len + extra_len;
            if entry.flags & FLAG_SIZES_BEHIND != 0 && entry.packed == 0 {
                // Only the data itself knows where it ends: this member is the last that can be found.
                entry.packed = self.window.len().saturating_sub(data);
                entry.len = u64::MAX;
            }
            self.add(&entry, data)?;
            let Some(next) = data.checked_add(entry.packed) else { return Ok(()) };
            at = next;
        }
    }

    fn add(&mut self, entry: &Entry, data: u64) -> io::Result<()> {
        if self.members.len() as u64 >= self.limits.members {
            return Err(io::Error::other(format!("more than {} members, the limit", self.limits.members)));
        }
        self.packed = self.packed.saturating_add(entry.packed);
        if self.packed > self.window.len() {
            return Err(broken(entry.header, "members that do not overlap"));
        }
        let name = String::from_utf8_lossy(&entry.name).replace('\\', "/");
        let name = name.trim_start_matches("./").to_owned();
        if name.ends_with('/') {
            return Ok(());
        }
        if entry.flags & FLAG_ENCRYPTED != 0 {
            let path = format!("{}!{name}", self.blob.path);
            self.problems.push(Error::Encrypted { path, what: "zip" });
            return Ok(());
        }
        let mut codecs = match entry.method {
            0 => Vec::new(),
            8 => vec![Codec::Deflate],
            12 => vec![Codec::Bzip2],
            93 => vec![Codec::Zstd],
            95 => vec![Codec::Xz],
            _ => {
                self.problem(entry, io::ErrorKind::Unsupported, "a compression method that is not known");
                return Ok(());
            }
        };
        if entry.len != u64::MAX {
            codecs.push(Codec::Checked { crc32: entry.crc32, len: entry.len });
        }
        self.members.push(Member { blob: self.blob.member(&name, data, entry.packed, codecs), name });
        Ok(())
    }

    fn problem(&mut self, entry: &Entry, kind: io::ErrorKind, message: &str) {
        let path = format!("{}!{}", self.blob.path, String::from_utf8_lossy(&entry.name));
        self.problems.push(Error::Io { path, source: io::Error::new(kind, message.to_owned()) });
    }
}

/// The zip64 extra field: 64-bit values for those fields whose 32 bits are all set, in order.
fn sizes_64(mut extra: &[u8], fields: &mut [&mut u64]) {
    while extra.len() >= 4 {
        let (id, len) = (u16_at(extra, 0), usize::from(u16_at(extra, 2)));
        let Some(mut data) = extra.get(4..4 + len) else { return };
        if id == 1 {
            for field in fields.iter_mut().filter(|field| ***field == u64::from(u32::MAX)) {
                if data.len() < 8 {
                    return;
                }
                **field = u64_at(data, 0);
                data = &data[8..];
            }
            return;
        }
        extra = &extra[4 + len..];
    }
}
