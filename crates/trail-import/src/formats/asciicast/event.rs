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
        let secs = quick_number(number).or_else(|| serde_json::from_slice(number).ok())?;
        let rest = rest[1..].trim_ascii_start().strip_prefix(b"\"")?;
        let (code, rest) = rest.split_at(memchr2(b'"', b'\\', rest)?);
        let rest = rest.strip_prefix(b"\"")?.trim_ascii_start().strip_prefix(b",")?;
        let (data, rest) = quick_string(rest.trim_ascii_start().strip_prefix(b"\"")?)?;
        let is_whole = rest.trim_ascii_start().strip_prefix(b"]")?.trim_ascii_start().is_empty();
        is_whole.then_some(RawEvent { secs, code: Text(Cow::Borrowed(code)), data: Text(data) })
    }
}

/// The number that up to 15 digits with a point among them say: both parts of the fraction are exact then, and dividing
/// them rounds once, as reading the number does. Nothing for numbers of another form.
fn quick_number(text: &[u8]) -> Option<f64> {
    const MOST_DIGITS: usize = 15;
    let point = text.iter().position(|&byte| byte == b'.')?;
    let (whole, fraction) = (&text[..point], &text[point + 1..]);
    let is_number = whole == b"0" || !whole.is_empty() && whole[0] != b'0';
    if !is_number || fraction.is_empty() || whole.len() + fraction.len() > MOST_DIGITS {
        return None;
    }
    let digit = |sum: u64, byte: &u8| byte.is_ascii_digit().then(|| sum * 10 + u64::from(byte - b'0'));
    let digits = whole.iter().chain(fraction).try_fold(0, digit)?;
    Some(digits as f64 / 10_f64.powi(fraction.len() as i32))
}

/// The text of a string up to its closing quote, and what comes after that. Nothing if it has none, or an escape that is
/// wrong or half of a pair.
fn quick_string(text: &[u8]) -> Option<(Cow<'_, [u8]>, &[u8])> {
    let mut at = memchr2(b'"', b'\\', text)?;
    if text[at] == b'"' {
        return Some((Cow::Borrowed(&text[..at]), &text[at + 1..]));
    }
    // An escape is longer than what it stands for, so that the end of the text is where there is room enough.
    let mut out = text.to_vec();
    let mut len = at;
    loop {
        if text[at] == b'"' {
            out.truncate(len);
            return Some((Cow::Owned(out), &text[at + 1..]));
        }
        let byte = match *text.get(at + 1)? {
            byte @ (b'"' | b'\\' | b'/') => byte,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'b' => 0x08,
            b'f' => 0x0c,
            b'u' => {
                let digits = text[at + 2..].first_chunk::<4>()?;
                len += match digits {
                    b"001b" => {
                        out[len] = 0x1b;
                        1
                    }
                    _ => char::from_u32(digits.iter().try_fold(0, hex_digit)?)?.encode_utf8(&mut out[len..]).len(),
                };
                (at, len) = copy_plain(text, at + 6, &mut out, len)?;
                continue;
            }
            _ => return None,
        };
        out[len] = byte;
        (at, len) = copy_plain(text, at + 2, &mut out, len + 1)?;
    }
}

/// Copies what stands in `text` from `at` to the next quote or backslash to `out`, from `len` on; gives the place of that
/// byte, and where the copy ends. Nothing if there is none. Such stretches are short between colours: eight bytes at a time
/// they cost less than a search for their end.
fn copy_plain(text: &[u8], mut at: usize, out: &mut [u8], mut len: usize) -> Option<(usize, usize)> {
    while let Some(word) = text.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        *out.get_mut(len..)?.first_chunk_mut::<8>()? = *word;
        let ends = ends(u64::from_le_bytes(*word));
        if ends != 0 {
            let plain = ends.trailing_zeros() as usize / 8;
            return Some((at + plain, len + plain));
        }
        at += 8;
        len += 8;
    }
    let plain = text.get(at..)?.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
    out.get_mut(len..len + plain)?.copy_from_slice(&text[at..at + plain]);
    Some((at + plain, len + plain))
}

/// The highest bit of the first byte that is a quote or a backslash, and perhaps of some after it; 0 if none is.
fn ends(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 0xff;
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & (ONES << 7);
    zeros(word ^ (ONES * b'"' as u64)) | zeros(word ^ (ONES * b'\\' as u64))
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
