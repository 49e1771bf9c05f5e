//! The index: which parts there are, in order.

/// Parts of one recording: ten years of ten minutes.
const MAX_PARTS: usize = 500_000;

/// Names of the parts, without folders; nothing if the bytes are no index of version 1 or 2.
///
/// Version 1 is `WIDTH HEIGHT`, two lines, then a line for each part; version 2 has `v2` before and a line more. A line
/// is a path, in which blanks are escaped by `\`, and numbers.
pub(super) fn read(bytes: &[u8]) -> Option<Vec<String>> {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines();
    let mut size = lines.next()?;
    let is_second = size == "v2";
    if is_second {
        size = lines.next()?;
    }
    let sides: Vec<&str> = size.split(' ').collect();
    if sides.len() != 2 || sides.iter().any(|side| side.parse::<u16>().is_err()) {
        return None;
    }
    let head = if is_second { 3 } else { 2 };
    let names: Vec<String> = lines.skip(head).take(MAX_PARTS).filter_map(name).collect();
    (!names.is_empty()).then_some(names)
}

/// The file name at the beginning of a line.
fn name(line: &str) -> Option<String> {
    let mut path = String::new();
    let mut characters = line.chars();
    loop {
        match characters.next()? {
            '\\' => path.push(characters.next()?),
            ' ' => break,
            character => path.push(character),
        }
    }
    let name = path.rsplit('/').next()?;
    (!name.is_empty()).then(|| name.to_owned())
}
