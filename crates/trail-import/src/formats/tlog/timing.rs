//! The timing string of a message.

use trail_model::Size;

/// One item. Characters are Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// `+N`: milliseconds.
    Delay(u64),
    /// `=WxH`. Nothing if a side is 0 or beyond reason.
    Window(Option<Size>),
    /// `<N`.
    InputText(u64),
    /// `>N`.
    OutputText(u64),
    /// `[R/B`: `skip` characters of the text stand for these bytes.
    InputBytes { skip: u64, bytes: u64 },
    /// `]R/B`.
    OutputBytes { skip: u64, bytes: u64 },
}

/// Reads a timing string; or says where it is wrong, and what was expected there.
pub(super) fn parse(timing: &str) -> Result<Vec<Item>, (usize, &'static str)> {
    let bytes = timing.as_bytes();
    let mut at = 0;
    let mut items = Vec::new();
    let number = |at: &mut usize| -> Result<u64, (usize, &'static str)> {
        let digits = bytes[*at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let value = crate::number::integer(&bytes[*at..*at + digits]).ok_or((*at, "a number"))?;
        *at += digits;
        Ok(value)
    };
    let expect = |at: &mut usize, wanted: u8, name| -> Result<(), (usize, &'static str)> {
        if bytes.get(*at) != Some(&wanted) {
            return Err((*at, name));
        }
        *at += 1;
        Ok(())
    };
    while let Some(&kind) = bytes.get(at) {
        if kind.is_ascii_whitespace() {
            at += 1;
            continue;
        }
        let item_at = at;
        at += 1;
        items.push(match kind {
            b'+' => Item::Delay(number(&mut at)?),
            b'<' => Item::InputText(number(&mut at)?),
            b'>' => Item::OutputText(number(&mut at)?),
            b'=' => {
                let cols = number(&mut at)?;
                expect(&mut at, b'x', "`x`")?;
                Item::Window(Size::new(cols, number(&mut at)?))
            }
            b'[' | b']' => {
                let skip = number(&mut at)?;
                expect(&mut at, b'/', "`/`")?;
                let bytes = number(&mut at)?;
                if kind == b'[' { Item::InputBytes { skip, bytes } } else { Item::OutputBytes { skip, bytes } }
            }
            _ => return Err((item_at, "one of + = < > [ ]")),
        });
    }
    Ok(items)
}
