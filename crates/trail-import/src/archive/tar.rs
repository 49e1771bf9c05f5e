//! tar: ustar, GNU and pax headers, as far as names and sizes go.

use std::io::{self, Read};

use super::Member;
use crate::options::Limits;
use crate::store::Blob;

const BLOCK_LEN: u64 = 512;

/// Bytes in the long name of a member.
const MAX_NAME_LEN: u64 = 64 << 10;

/// Tells whether these bytes begin with a header: by `ustar`, and by the checksum (old archives have nothing else).
pub(super) fn is_header(head: &[u8]) -> bool {
    let Some(block) = head.first_chunk::<512>() else { return false };
    block[0] != 0 && octal(&block[148..156]) == Some(checksum(block))
}

fn checksum(block: &[u8; 512]) -> u64 {
    let blank = 8 * u64::from(b' ');
    block.iter().enumerate().map(|(at, &byte)| if (148..156).contains(&at) { 0 } else { u64::from(byte) }).sum::<u64>()
        + blank
}

/// Lists the regular files. An error tells where it had to stop; what was listed until then is kept.
pub(super) fn list(blob: &Blob, limits: &Limits, members: &mut Vec<Member>) -> io::Result<()> {
    let (window, _) = blob.seekable(limits)?;
    let mut at = 0;
    let mut long_name: Option<String> = None;
    let mut long_size: Option<u64> = None;
    loop {
        let bytes = window.read(at, BLOCK_LEN)?;
        let Some(block) = bytes.first_chunk::<512>() else {
            return if bytes.is_empty() { Ok(()) } else { Err(broken(at, "a header of 512 bytes")) };
        };
        if block.iter().all(|&byte| byte == 0) {
            return Ok(());
        }
        if octal(&block[148..156]) != Some(checksum(block)) {
            return Err(broken(at, "a header with a right checksum"));
        }
        let size = number(&block[124..136]).ok_or_else(|| broken(at + 124, "a size"))?;
        let kind = block[156];
        let data = at + BLOCK_LEN;
        let size = if matches!(kind, b'0' | 0 | b'7') { long_size.take().unwrap_or(size) } else { size };
        let next = size.checked_next_multiple_of(BLOCK_LEN).and_then(|len| data.checked_add(len));
        let next = next.ok_or_else(|| broken(at + 124, "a size that fits into the file"))?;
        match kind {
            b'L' => long_name = Some(text(&window.read(data, size.min(MAX_NAME_LEN))?)),
            b'x' => {
                let mut records = window.read(data, size.min(MAX_NAME_LEN))?;
                pax(&mut records, &mut long_name, &mut long_size);
            }
            b'0' | 0 | b'7' => {
                if members.len() as u64 >= limits.members {
                    return Err(io::Error::other(format!("more than {} members, the limit", limits.members)));
                }
                let name = long_name.take().unwrap_or_else(|| short_name(block));
                if !name.ends_with('/') {
                    let name = name.trim_start_matches("./").to_owned();
                    members.push(Member { blob: blob.member(&name, data, size, Vec::new()), name });
                }
                if data.saturating_add(size) > window.len() {
                    return Err(broken(data, &format!("{size} bytes of a member (the archive is truncated)")));
                }
            }
            // Global headers, links, directories, devices.
            _ => {
                long_name = None;
                long_size = None;
            }
        }
        at = next;
    }
}

fn broken(at: u64, expected: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("tar: byte {at}: expected {expected}"))
}

fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

fn short_name(block: &[u8; 512]) -> String {
    let name = text(&block[..100]);
    let prefix = text(&block[345..500]);
    // GNU archives have other fields where ustar has the prefix.
    if &block[257..263] != b"ustar\0" || prefix.is_empty() { name } else { format!("{prefix}/{name}") }
}

fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?;
    u64::from_str_radix(text.trim_matches(|c| c == ' ' || c == '\0'), 8).ok()
}

/// A number field: octal digits, or binary with the top bit set.
fn number(field: &[u8]) -> Option<u64> {
    match field {
        [0x80, high @ .., _, _, _, _, _, _, _, _] if high.iter().all(|&byte| byte == 0) => {
            field.last_chunk::<8>().map(|bytes| u64::from_be_bytes(*bytes))
        }
        [0x80..=0xff, ..] => None,
        _ => octal(field),
    }
}

/// Records `LEN KEY=VALUE\n` of a pax header.
fn pax(records: &mut [u8], name: &mut Option<String>, size: &mut Option<u64>) {
    let mut rest: &[u8] = records;
    loop {
        let mut digits = Vec::new();
        let _ = rest.take(20).read_to_end(&mut digits);
        let Some(space) = digits.iter().position(|&byte| byte == b' ') else { return };
        let Some(len) = std::str::from_utf8(&digits[..space]).ok().and_then(|len| len.parse::<usize>().ok()) else {
            return;
        };
        if len <= space + 1 || len > rest.len() {
            return;
        }
        let record = &rest[space + 1..len];
        let record = record.strip_suffix(b"\n").unwrap_or(record);
        if let Some(path) = record.strip_prefix(b"path=") {
            *name = Some(text(path));
        } else if let Some(digits) = record.strip_prefix(b"size=") {
            *size = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
        }
        rest = &rest[len..];
    }
}
