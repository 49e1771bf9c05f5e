//! One event: `[time, code, data]`, or `[delay, text]` in version 1.

use std::borrow::Cow;
use std::fmt;

use memchr::{memchr, memchr2};
use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use trail_model::Size;

/// A JSON string as bytes.
///
/// As bytes, because some recorders write what is no text: raw bytes that are not UTF-8 stay as they are, and the lone
/// surrogates of JavaScript tools become U+FFFD.
#[derive(Debug, PartialEq)]
pub(super) struct Text<'a>(pub(super) Cow<'a, [u8]>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text<'a>, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Cow<'de, [u8]>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_bytes<E>(self, bytes: &'de [u8]) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(bytes))
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                Ok(Cow::Owned(bytes.to_vec()))
            }

            fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Self::Value, E> {
                Ok(Cow::Owned(bytes))
            }
        }

        deserializer.deserialize_bytes(TextVisitor).map(|bytes| Text(without_surrogates(bytes)))
    }
}

/// A lone surrogate comes out of `serde_json` as the three bytes `ED A0..BF 80..BF`, as long as U+FFFD is.
fn without_surrogates(bytes: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    // Borrowed bytes had no escapes in them.
    let Cow::Owned(mut bytes) = bytes else { return bytes };
    if std::str::from_utf8(&bytes).is_err() {
        for at in 0..bytes.len().saturating_sub(2) {
            if bytes[at] == 0xed && (0xa0..=0xbf).contains(&bytes[at + 1]) && (0x80..=0xbf).contains(&bytes[at + 2]) {
                bytes[at..at + 3].copy_from_slice("\u{fffd}".as_bytes());
            }
        }
    }
    Cow::Owned(bytes)
}

/// `[time, code, data]`.
#[derive(Debug, PartialEq)]
pub(super) struct RawEvent<'a> {
    pub(super) secs: f64,
    pub(super) code: Text<'a>,
    pub(super) data: Text<'a>,
}

impl<'a> RawEvent<'a> {
    /// Reads an event as recorders write nearly all of them. Nothing for one that is damaged, or out of the ordinary:
    /// that is for `serde_json` to read.
    pub(super) fn quick(line: &'a [u8]) -> Option<RawEvent<'a>> {
        let rest = line.trim_ascii_start().strip_prefix(b"[")?;
        let (number, rest) = rest.split_at(memchr(b',', rest)?);
        let secs = serde_json::from_slice(number).ok()?;
        let rest = rest[1..].trim_ascii_start().strip_prefix(b"\"")?;
        let (code, rest) = rest.split_at(memchr2(b'"', b'\\', rest)?);
        let rest = rest.strip_prefix(b"\"")?.trim_ascii_start().strip_prefix(b",")?;
        let (data, rest) = quick_string(rest.trim_ascii_start().strip_prefix(b"\"")?)?;
        let is_whole = rest.trim_ascii_start().strip_prefix(b"]")?.trim_ascii_start().is_empty();
        is_whole.then_some(RawEvent { secs, code: Text(Cow::Borrowed(code)), data: Text(data) })
    }
}

/// The text of a string up to its closing quote, and what comes after that. Nothing if it has none, or an escape that is
/// wrong or half of a pair.
fn quick_string(text: &[u8]) -> Option<(Cow<'_, [u8]>, &[u8])> {
    let mut at = memchr2(b'"', b'\\', text)?;
    if text[at] == b'"' {
        return Some((Cow::Borrowed(&text[..at]), &text[at + 1..]));
    }
    let mut out = Vec::with_capacity(text.len());
    let mut from = 0;
    loop {
        out.extend_from_slice(&text[from..at]);
        if text[at] == b'"' {
            return Some((Cow::Owned(out), &text[at + 1..]));
        }
        from = at + 2;
        match *text.get(at + 1)? {
            byte @ (b'"' | b'\\' | b'/') => out.push(byte),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'b' => out.push(0x08),
            b'f' => out.push(0x0c),
            b'u' => {
                from = at + 6;
                let character = char::from_u32(text.get(at + 2..from)?.iter().try_fold(0, hex_digit)?)?;
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            _ => return None,
        }
        at = from + memchr2(b'"', b'\\', text.get(from..)?)?;
    }
}

/// `value` with one more digit.
fn hex_digit(value: u32, digit: &u8) -> Option<u32> {
    Some(value << 4 | char::from(*digit).to_digit(16)?)
}

impl<'de: 'a, 'a> Deserialize<'de> for RawEvent<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RawEvent<'a>, D::Error> {
        struct EventVisitor;

        impl<'de> Visitor<'de> for EventVisitor {
            type Value = RawEvent<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an event `[time, code, data]`")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let secs = seq.next_element()?.ok_or_else(|| de::Error::invalid_length(0, &self))?;
                let code = seq.next_element()?.ok_or_else(|| de::Error::invalid_length(1, &self))?;
                let data = seq.next_element()?.ok_or_else(|| de::Error::invalid_length(2, &self))?;
                match seq.next_element::<de::IgnoredAny>()? {
                    None => Ok(RawEvent { secs, code, data }),
                    Some(_) => Err(de::Error::invalid_length(4, &self)),
                }
            }
        }

        deserializer.deserialize_seq(EventVisitor)
    }
}

/// `[delay, text]`.
#[derive(Debug, PartialEq)]
pub(super) struct RawFrame<'a> {
    pub(super) secs: f64,
    pub(super) data: Text<'a>,
}

impl<'de: 'a, 'a> Deserialize<'de> for RawFrame<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RawFrame<'a>, D::Error> {
        struct FrameVisitor;

        impl<'de> Visitor<'de> for FrameVisitor {
            type Value = RawFrame<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a frame `[delay, text]`")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let secs = seq.next_element()?.ok_or_else(|| de::Error::invalid_length(0, &self))?;
                let data = seq.next_element()?.ok_or_else(|| de::Error::invalid_length(1, &self))?;
                match seq.next_element::<de::IgnoredAny>()? {
                    None => Ok(RawFrame { secs, data }),
                    Some(_) => Err(de::Error::invalid_length(3, &self)),
                }
            }
        }

        deserializer.deserialize_seq(FrameVisitor)
    }
}

/// The time of a damaged event, where that much is whole: intervals after it depend on it.
pub(super) fn time_of(line: &[u8]) -> Option<f64> {
    let rest = line.trim_ascii_start().strip_prefix(b"[")?;
    let end = rest.iter().position(|&byte| byte == b',' || byte == b']')?;
    serde_json::from_slice(&rest[..end]).ok()
}

/// Reads what can be read of an event that was cut in the middle of its text.
///
/// Returns the line as it would have been had the recorder stopped there.
pub(super) fn mend(line: &[u8]) -> Option<Vec<u8>> {
    // The cut may lie inside an escape (at most `\ud83d\udca`) or a character: go back until it reads.
    const LONGEST_BROKEN: usize = 12;
    (0..=LONGEST_BROKEN.min(line.len())).find_map(|back| {
        let mut mended = line[..line.len() - back].to_vec();
        if ends_in_high_surrogate(&mended) {
            return None;
        }
        mended.extend_from_slice(b"\"]");
        let event: RawEvent<'_> = serde_json::from_slice(&mended).ok()?;
        let whole = std::str::from_utf8(&event.data.0).is_ok();
        (whole && !event.data.0.is_empty()).then_some(mended)
    })
}

/// Tells whether the text ends in the first half of a pair of escapes.
fn ends_in_high_surrogate(text: &[u8]) -> bool {
    matches!(text, [.., b'\\', b'u', b'd' | b'D', b'8' | b'9' | b'a' | b'b' | b'A' | b'B', _, _])
}

/// `COLSxROWS`.
pub(super) fn parse_size(text: &[u8]) -> Option<Size> {
    let (cols, rows) = std::str::from_utf8(text).ok()?.split_once('x')?;
    Size::new(cols.trim().parse().ok()?, rows.trim().parse().ok()?)
}

/// Seconds as nanoseconds.
pub(super) fn nanos(secs: f64) -> i128 {
    // A float-to-integer cast saturates; JSON has no NaN.
    (secs * 1e9).round() as i128
}
