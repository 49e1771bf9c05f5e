//! Every text that was visible, once, at its first appearance.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::io::Write;

use trail_content::{ChannelContent, ContentFile, Kind};
use trail_model::{Offset, TimeSpan};

use crate::people::push_duration;
use crate::{Result, printable};

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
struct Row<'b> {
    kind: Kind,
    text: Cow<'b, str>,
    span: TimeSpan,
    last: u32,
}

fn write_channel(out: &mut impl Write, channel: &ChannelContent) -> Result<()> {
    let moments = channel.moments()?;
    let mut seen = Seen::default();
    let mut open: HashMap<(Kind, String), Row<'static>> = HashMap::new();
    let mut writer = RowWriter::default();
    for index in 0..channel.block_count() {
        let block = channel.block(index)?;
        let is_last = index + 1 == channel.block_count();
        let mut rows: Vec<Row<'_>> = Vec::with_capacity(block.len());
        for item in block.items().filter(|item| !item.text().is_empty()) {
            let lifetime = first_lifetime(item.spans().map(|span| (span.begin, span.end)));
            let Some((begin, end)) = lifetime else { continue };
            let (kind, text) = (item.kind(), item.text());
            let goes_on = if open.is_empty() { None } else { open.remove(&(kind, text.to_owned())) };
            if let Some(row) = goes_on {
                let end = if row.last + 1 == begin { end } else { row.last };
                rows.push(Row { span: TimeSpan { end: moments.end_time(end), ..row.span }, last: end, ..row });
            } else if (index == 0 && is_last) || seen.insert(kind, text) {
                // The items of one block are distinct by themselves.
                let span = TimeSpan { start: moments.start_time(begin), end: moments.end_time(end) };
                rows.push(Row { kind, text: text.into(), span, last: end });
            }
        }
        rows.extend(open.drain().map(|(_, row)| row));
        // What stands at the block's end may go on; it is written when that is known, in its place.
        let (going_on, mut done): (Vec<Row<'_>>, Vec<Row<'_>>) =
            rows.into_iter().partition(|row| row.last == block.last() && !is_last);
        done.sort_unstable_by(|a, b| (a.span.start, a.kind, &a.text).cmp(&(b.span.start, b.kind, &b.text)));
        done.iter().try_for_each(|row| writer.write(out, row))?;
        open.extend(going_on.into_iter().map(Row::into_owned).map(|row| ((row.kind, row.text.clone().into()), row)));
    }
    Ok(())
}

impl Row<'_> {
    fn into_owned(self) -> Row<'static> {
        Row { kind: self.kind, text: self.text.into_owned().into(), span: self.span, last: self.last }
    }
}

/// Texts that were written, remembered by 128 bits of a hash under keys that nobody knows, which does not collide by
/// chance or on purpose; the texts themselves would not fit.
#[derive(Default)]
struct Seen {
    keys: [RandomState; 2],
    hashes: HashSet<[u64; 2]>,
}

impl Seen {
    /// Enters a text; tells whether it is new.
    fn insert(&mut self, kind: Kind, text: &str) -> bool {
        let hash = |key: &RandomState| key.hash_one((kind.code(), text));
        self.hashes.insert([hash(&self.keys[0]), hash(&self.keys[1])])
    }
}

/// Writes rows. Put together by hand: there are as many of them as the recording has texts, and `format!` is most of
/// the work then.
#[derive(Default)]
struct RowWriter {
    /// The start that was last written, and how it reads: texts come in groups that appeared together.
    start: Option<Offset>,
    start_text: String,
    duration: String,
    line: String,
}

impl RowWriter {
    fn write(&mut self, out: &mut impl Write, row: &Row<'_>) -> Result<()> {
        if self.start != Some(row.span.start) {
            self.start = Some(row.span.start);
            self.start_text = format!("{:>13}  ", row.span.start.to_string());
        }
        self.duration.clear();
        push_duration(&mut self.duration, row.span.len_ns());
        for text in row.text.lines() {
            self.line.clear();
            self.line.push_str(&self.start_text);
            self.line.extend(std::iter::repeat_n(' ', DURATION_WIDTH.saturating_sub(self.duration.len())));
            self.line.push_str(&self.duration);
            self.line.push_str("  ");
            if row.kind != Kind::Line {
                self.line.push_str(&format!("[{}] ", row.kind));
            }
            self.line.push_str(&printable(text));
            self.line.push('\n');
            out.write_all(self.line.as_bytes())?;
        }
        Ok(())
    }
}

/// Columns of the duration.
const DURATION_WIDTH: usize = 11;

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
