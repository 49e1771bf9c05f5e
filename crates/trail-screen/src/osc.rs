//! OSC: titles, colours and shell integration.

use crate::marks::MarkKind;
use crate::terminal::{Palette, Terminal};

impl Terminal {
    /// The title that the OSC just read sets, if it sets one.
    pub(crate) fn osc_title(&self) -> Option<String> {
        let title = self.parser.osc.strip_prefix(b"0;").or_else(|| self.parser.osc.strip_prefix(b"2;"))?;
        Some(String::from_utf8_lossy(title).trim().to_owned())
    }

    pub(crate) fn execute_osc(&mut self) {
        if let Some(title) = self.osc_title() {
            self.set_title(Some(title));
            return;
        }
        let text = std::mem::take(&mut self.parser.osc);
        let mut params = text.split(|byte| *byte == b';');
        let number = params.next().unwrap_or_default();
        match number {
            b"4" => {
                while let (Some(index), Some(spec)) = (params.next(), params.next()) {
                    if let (Some(index), Some(color)) = (parse_index(index), parse_color(spec)) {
                        self.palette.entries.insert(index, color);
                    }
                }
            }
            b"10" | b"11" | b"12" => {
                let first = usize::from(number[1] - b'0');
                for (slot, spec) in (first..3).zip(params) {
                    if let (Some(color), Some(slot)) = (parse_color(spec), self.palette.dynamic(slot)) {
                        *slot = Some(color);
                    }
                }
            }
            b"104" => {
                let mut all = true;
                for (at, index) in params.enumerate() {
                    if at == 0 && index.is_empty() {
                        break;
                    }
                    all = false;
                    if let Some(index) = parse_index(index) {
                        self.palette.entries.remove(&index);
                    }
                }
                if all {
                    self.palette.entries.clear();
                }
            }
            b"110" => self.palette.foreground = None,
            b"111" => self.palette.background = None,
            b"112" => self.palette.cursor = None,
            // 633 is what one editor's terminal calls the same marks.
            b"133" | b"633" => {
                if let Some(kind) = params.next().and_then(MarkKind::parse) {
                    let status = params.next().and_then(|status| str::from_utf8(status).ok()?.parse().ok());
                    self.mark(kind, status);
                }
            }
            _ => {}
        }
        // The buffer is kept for the next OSC.
        self.parser.osc = text;
    }
}

impl Palette {
    fn dynamic(&mut self, slot: usize) -> Option<&mut Option<[u8; 3]>> {
        match slot {
            0 => Some(&mut self.foreground),
            1 => Some(&mut self.background),
            2 => Some(&mut self.cursor),
            _ => None,
        }
    }
}

fn parse_index(digits: &[u8]) -> Option<u8> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    str::from_utf8(digits).ok()?.parse().ok()
}

/// A colour in one of the forms of XParseColor: `rgb:r/g/b` with one to four digits each, or `#` and three to twelve.
pub(crate) fn parse_color(spec: &[u8]) -> Option<[u8; 3]> {
    let hex = |digits: &[u8]| -> Option<u32> {
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        u32::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
    };
    if let Some(digits) = spec.strip_prefix(b"#") {
        let each = digits.len() / 3;
        if each == 0 || each > 4 || digits.len() % 3 != 0 {
            return None;
        }
        // The digits are the most significant ones.
        let scale = |digits: &[u8]| Some((hex(digits)? << 4 >> (4 * (each - 1))) as u8);
        return Some([scale(&digits[..each])?, scale(&digits[each..2 * each])?, scale(&digits[2 * each..])?]);
    }
    let mut parts = spec.strip_prefix(b"rgb:")?.split(|byte| *byte == b'/');
    let mut scale = || {
        let digits = parts.next().filter(|digits| digits.len() <= 4)?;
        let max = (1 << (4 * digits.len())) - 1;
        Some((255 * hex(digits)? / max) as u8)
    };
    let color = [scale()?, scale()?, scale()?];
    parts.next().is_none().then_some(color)
}
