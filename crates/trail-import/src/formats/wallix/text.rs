//! What the session's probe wrote: titles of windows, processes, typed text.

use trail_model::SessionMeta;

/// A piece of the probe's text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Update {
    /// The title of the window in front.
    Title(String),
    /// What was typed.
    Typed(String),
    /// Anything else, in one line.
    Label(String),
}

/// The old form: `KEY=a\x01b\x01c\0`.
pub(super) fn old(bytes: &[u8]) -> Update {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let text = String::from_utf8_lossy(&bytes[..end]);
    let (key, values) = text.split_once('=').unwrap_or((&text, ""));
    let mut values = values.split('\u{1}');
    if key.eq_ignore_ascii_case("ForegroundWindowChanged") {
        return Update::Title(values.next().unwrap_or_default().to_owned());
    }
    if key.eq_ignore_ascii_case("KBD_INPUT") || key.eq_ignore_ascii_case("KeyboardInput") {
        return Update::Typed(values.collect::<Vec<_>>().join(" "));
    }
    Update::Label(format!("{key}={}", values.collect::<Vec<_>>().join(" ")))
}

/// The new form: u32 number of the event, u8 count, then pairs: u8 and u16 lengths, key, value. Nothing if it is cut.
pub(super) fn new(bytes: &[u8]) -> Option<Update> {
    let (number, rest) = bytes.split_first_chunk::<4>()?;
    let (count, mut rest) = rest.split_first()?;
    let mut label = format!("event {}", u32::from_le_bytes(*number));
    for _ in 0..*count {
        let ([key_len, low, high], after) = rest.split_first_chunk::<3>()?;
        let (key, after) = after.split_at_checked((*key_len).into())?;
        let (value, after) = after.split_at_checked(u16::from_le_bytes([*low, *high]).into())?;
        rest = after;
        let (key, value) = (String::from_utf8_lossy(key), String::from_utf8_lossy(value));
        match &*key {
            "window" => return Some(Update::Title(value.into_owned())),
            // What was typed stands under this key, among other things: in doubt it is not shown.
            "data" => return Some(Update::Typed(value.into_owned())),
            _ => label.push_str(&format!(" {key}={value}")),
        }
    }
    Some(Update::Label(label))
}

/// Who and where, from a file name as the proxy makes it: `user@address,account@domain@device,date,host,number`.
pub(super) fn people(name: &str, meta: &mut SessionMeta) {
    let fields: Vec<&str> = name.split(',').collect();
    if let [user, target, _, _, _] = fields.as_slice() {
        meta.user = user.split('@').next().map(str::to_owned);
        meta.target_user = target.split('@').next().map(str::to_owned);
        meta.host = target.rsplit('@').next().map(str::to_owned);
    }
}
