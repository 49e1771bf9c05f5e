//! Every text that was visible, once, at its first appearance.

use std::collections::{HashMap, HashSet};
use std::io::Write;

use trail_content::{ChannelContent, ContentFile, Kind};
use trail_model::{Offset, TimeSpan};

use crate::{Result, duration, printable};

/// Writes a line for each distinct text of each kind: offset, how long it was then visible, and the text. Titles,
/// commands and shown input say so before the text.
///
/// # Errors
/// [`Error`](crate::Error): the content cannot be read, or `out` fails.
pub fn write(out: &mut impl Write, content: &ContentFile) -> Result<()> {
    let many = content.channels().iter().filter(|channel| channel.block_count() > 0).count() > 1;
    for channel in content.channels() {
        if many {
            writeln!(out, "# channel {} ({})", channel.id(), channel.kind().as_str())?;
        }
        write_channel(out, channel)?;
    }
    Ok(())
}

/// A text whose first lifetime may go on in the next block.
struct Row {
    kind: Kind,
    text: String,
    span: TimeSpan,
    last: u32,
}

fn write_channel(out: &mut impl Write, channel: &ChannelContent) -> Result<()> {
    let moments = channel.moments()?;
    // Texts are remembered by a hash that cannot collide by chance or on purpose; the texts themselves would not fit.
    let mut seen: HashSet<[u8; 32]> = HashSet::new();
    let mut open: HashMap<(Kind, String), Row> = HashMap::new();
    for index in 0..channel.block_count() {
        let block = channel.block(index)?;
        let mut rows: Vec<Row> = Vec::new();
        for item in block.items().filter(|item| !item.text().is_empty()) {
            let lifetime = first_lifetime(item.spans().map(|span| (span.begin, span.end)));
            let Some((begin, end)) = lifetime else { continue };
            let key = (item.kind(), item.text().to_owned());
            if let Some(row) = open.remove(&key) {
                let goes_on = row.last + 1 == begin;
                let end = if goes_on { end } else { row.last };
                rows.push(Row { span: TimeSpan { end: moments.end_time(end), ..row.span }, last: end, ..row });
            } else if seen.insert(hash(&key)) {
                let span = TimeSpan { start: moments.start_time(begin), end: moments.end_time(end) };
                rows.push(Row { kind: key.0, text: key.1, span, last: end });
            }
        }
        rows.extend(open.drain().map(|(_, row)| row));
        // What stands at the block's end may go on; it is written when that is known, in its place.
        let is_last = index + 1 == channel.block_count();
        let (going_on, mut done): (Vec<Row>, Vec<Row>) =
            rows.into_iter().partition(|row| row.last == block.last() && !is_last);
        done.sort_by(|a, b| (a.span.start, a.kind, &a.text).cmp(&(b.span.start, b.kind, &b.text)));
        for row in done {
            write_row(out, &row)?;
        }
        open.extend(going_on.into_iter().map(|row| ((row.kind, row.text.clone()), row)));
    }
    Ok(())
}

fn write_row(out: &mut impl Write, row: &Row) -> Result<()> {
    let TimeSpan { start, .. } = row.span;
    let label = match row.kind {
        Kind::Line => String::new(),
        kind => format!("[{kind}] "),
    };
    let duration = duration(row.span.len_ns());
    for line in row.text.lines() {
        writeln!(out, "{:>13}  {duration:>11}  {label}{}", Offset::to_string(&start), printable(line))?;
    }
    Ok(())
}

/// The first maximal run of the union of spans, which come ordered by begin.
fn first_lifetime(spans: impl Iterator<Item = (u32, u32)>) -> Option<(u32, u32)> {
    let mut run: Option<(u32, u32)> = None;
    for (begin, end) in spans {
        match &mut run {
            None => run = Some((begin, end)),
            Some((_, last)) if begin <= *last + 1 => *last = end.max(*last),
            Some(_) => break,
        }
    }
    run
}

fn hash((kind, text): &(Kind, String)) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[kind.code()]);
    hasher.update(text.as_bytes());
    *hasher.finalize().as_bytes()
}
