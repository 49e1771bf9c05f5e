//! Where on a screen a hit is.

use std::ops::Range;

use trail_content::{ChannelContent, Kind};
use trail_model::{CellRect, PixelRect, RecordId};
use trail_screen::{LogicalLine, Terminal};

use crate::hits::{Hit, HitText};
use crate::matcher::matches;
use crate::occurrences::Scanner;
use crate::place;
use crate::plan::{Leaf, Plan};

/// What matches on a screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Located {
    /// Titles first, then lines from top to bottom, then texts that stand on no cells.
    pub lines: Vec<LocatedLine>,
}

/// One matched text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocatedLine {
    /// What sort of text it is. Titles and what was typed stand on no cells.
    pub kind: Kind,
    /// The text. For a command it is the line on which it stands.
    pub text: String,
    /// What matched in `text`, in bytes; sorted, disjoint.
    pub ranges: Vec<Range<usize>>,
    /// The cells of the matches that are on the screen.
    pub rects: Vec<CellRect>,
    /// The pixels of the matches, where the text was read from pixels.
    pub boxes: Vec<PixelRect>,
    /// Some of what matched stands above the screen: the head of a wrapped line.
    pub above_screen: bool,
    /// The rows of the screen on which the line stands.
    pub rows: Option<Range<u16>>,
}

/// Finds the matched texts of `hit` on the screen after its record for the screenshot.
///
/// A line that stands there more than once is there more than once.
pub fn locate(plan: &Plan, hit: &Hit, terminal: &Terminal) -> Located {
    let mut is_found = vec![false; hit.texts.len()];
    let mut located = Located::default();
    for (text, found) in hit.texts.iter().zip(&mut is_found).filter(|(text, _)| text.kind == Kind::Title) {
        located.lines.push(without_cells(plan, text));
        *found = true;
    }
    for_each_line(terminal, |line, line_text| {
        let mut ranges = Vec::new();
        let mut kind = None;
        for (text, found) in hit.texts.iter().zip(&mut is_found) {
            let Some(start) = place(text, line_text) else { continue };
            // A command of several lines goes on below: what matches there is not on this line.
            let on_line = match_ranges(plan, text).into_iter().map(|range| start + range.start..start + range.end);
            ranges.extend(on_line.filter(|range| range.end <= line_text.len()));
            kind = kind.min(Some(text.kind)).or(Some(text.kind));
            *found = true;
        }
        located.lines.extend(kind.map(|kind| on_cells(kind, line, line_text, ranges)));
    });
    let missing = hit.texts.iter().zip(is_found).filter(|(_, found)| !found);
    located.lines.extend(missing.map(|(text, _)| without_cells(plan, text)));
    located
}

/// Finds the matched texts of `hit` on its desktop: a text for each place at which it stands, from top to bottom, then
/// those that stand nowhere.
pub fn locate_in_pixels(plan: &Plan, hit: &Hit) -> Located {
    let mut placed = Vec::new();
    let mut located = Located::default();
    for text in &hit.texts {
        let line = without_cells(plan, text);
        for place in text.places() {
            let boxes = line.ranges.iter().map(|range| place::box_of(&line.text, place, range.clone())).collect();
            placed.push((place.area, LocatedLine { boxes, ..line.clone() }));
        }
        if text.places().is_empty() {
            located.lines.push(line);
        }
    }
    placed.sort_by_key(|line| line.0);
    located.lines.splice(0..0, placed.into_iter().map(|line| line.1));
    located
}

/// Finds everything on a screen that some leaf of the query matches which stands under an even number of NOTs, whatever
/// came before or after: lines and the title.
pub fn locate_all(plan: &Plan, terminal: &Terminal) -> Located {
    let mut located = Located::default();
    let mut scanner = Scanner::default();
    let title = terminal.title();
    let ranges = matching(plan, &mut scanner, &[Kind::Title], title, None, false);
    if !ranges.is_empty() {
        let (kind, text) = (Kind::Title, title.to_owned());
        located.lines.push(LocatedLine {
            kind,
            text,
            ranges,
            rects: Vec::new(),
            boxes: Vec::new(),
            above_screen: false,
            rows: None,
        });
    }
    for_each_line(terminal, |line, text| {
        // A command is looked for where it would stand.
        let ranges = matching(plan, &mut scanner, &[Kind::Line, Kind::Command], text, None, false);
        if !ranges.is_empty() {
            located.lines.push(on_cells(Kind::Line, line, text, ranges));
        }
    });
    located
}

/// Finds every line on a desktop, as it stands after `record` of `channel`, that some leaf of the query matches which stands
/// under an even number of NOTs, whatever came before or after.
///
/// # Errors
/// [`trail_content::Error`] if the content cannot be read.
pub fn locate_all_in_pixels(
    plan: &Plan,
    channel: &ChannelContent,
    record: RecordId,
) -> Result<Located, trail_content::Error> {
    let mut located = Located::default();
    let Some(at) = channel.moments()?.at_or_before(record) else { return Ok(located) };
    let mut scanner = Scanner::default();
    for index in 0..channel.block_count() {
        for item in channel.block(index)?.items().filter(|item| item.kind() == Kind::Line) {
            for span in item.spans().filter(|span| span.begin <= at && at <= span.end) {
                let (Some(place), len) = (span.place, span.len_at(at, item.text().len())) else { continue };
                let text = &item.text()[..len];
                let next = item.text()[len..].chars().next();
                let ranges = matching(plan, &mut scanner, &[Kind::Line], text, next, true);
                if !ranges.is_empty() {
                    let boxes = ranges.iter().map(|range| place::box_of(item.text(), place, range.clone())).collect();
                    let (kind, text) = (Kind::Line, text.to_owned());
                    let (rects, above_screen, rows) = (Vec::new(), false, None);
                    located.lines.push(LocatedLine { kind, text, ranges, rects, boxes, above_screen, rows });
                }
            }
        }
    }
    Ok(located)
}

/// What matches in a text of a hit: ranges of bytes, sorted and disjoint.
pub fn match_ranges(plan: &Plan, text: &HitText) -> Vec<Range<usize>> {
    let of_pixels = !text.places().is_empty();
    matching(plan, &mut Scanner::default(), &[text.kind], text.as_str(), text.next(), of_pixels)
}

fn matching(
    plan: &Plan,
    scanner: &mut Scanner,
    kinds: &[Kind],
    text: &str,
    next: Option<char>,
    of_pixels: bool,
) -> Vec<Range<usize>> {
    let state = scanner.scan_state(plan, text, next);
    let mut ranges = Vec::new();
    let reads = |leaf: &Leaf| (of_pixels || !leaf.of_pixels) && kinds.iter().any(|&kind| leaf.kinds.contains(kind));
    for leaf in plan.leaves.iter().filter(|leaf| !leaf.is_negative && reads(leaf)) {
        matches(leaf, &state, 0, |hit| ranges.push(hit.span));
    }
    merged(ranges)
}

fn for_each_line(terminal: &Terminal, mut f: impl FnMut(LogicalLine<'_>, &str)) {
    let mut text = String::new();
    terminal.logical_lines(|line| {
        text.clear();
        line.append_text(&mut text);
        f(line, &text);
    });
}

fn on_cells(kind: Kind, line: LogicalLine<'_>, text: &str, ranges: Vec<Range<usize>>) -> LocatedLine {
    let ranges = merged(ranges);
    let mut rects = Vec::new();
    let mut above_screen = false;
    for range in &ranges {
        above_screen |= line.append_rects(range.clone(), &mut rects);
    }
    let row = |row: i32| u16::try_from(row.max(0)).unwrap_or(u16::MAX);
    let end = line.first_row().saturating_add(i32::try_from(line.rows()).unwrap_or(i32::MAX));
    let rows = Some(row(line.first_row())..row(end));
    LocatedLine { kind, text: text.to_owned(), ranges, rects, boxes: Vec::new(), above_screen, rows }
}

fn without_cells(plan: &Plan, text: &HitText) -> LocatedLine {
    let ranges = match_ranges(plan, text);
    let (kind, text) = (text.kind, text.as_str().to_owned());
    LocatedLine { kind, text, ranges, rects: Vec::new(), boxes: Vec::new(), above_screen: false, rows: None }
}

/// Where a matched text begins in a line of the screen, if this is its line.
fn place(text: &HitText, line: &str) -> Option<usize> {
    match text.kind {
        Kind::Line => (line == text.as_str()).then_some(0),
        // It stands behind the prompt.
        Kind::Command => text.as_str().lines().next().filter(|head| !head.is_empty()).and_then(|head| line.rfind(head)),
        Kind::Title | Kind::Input | Kind::Clipboard => None,
    }
}

fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut out: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}
