//! Text on desktops over time: what stands in pixels that came to rest, and from when to when.
//!
//! Every change is kept by squares of the picture. What has not changed for the rest time is looked at once: lines are
//! found near it and read, or known from their pixels. A line stands from the last change of its squares until the first
//! of its pixels changes. All of it depends on the channel's records alone.

mod cache;
mod finder;
mod frame;
mod live;
mod memory;
mod typed;

use std::collections::VecDeque;
use std::sync::Arc;

use rayon::prelude::*;
use trail_frame::{Faults, Surface};
use trail_model::{KeyStroke, Offset};

use super::draft::Draft;
use crate::{Coverage, PixelBox, PixelReader};
use cache::{LineCache, Reading};
use frame::{Change, Frame, State, TILE};
use live::{Leaving, LiveLine};
use memory::Memory;
use typed::Typed;

/// Least confidence at which a line counts as read, from 0 to 1.
const MIN_CONFIDENCE: f32 = 0.5;
/// More new lines than these are a page: it is read even if it goes before it has come to rest.
const PAGE_LINES: usize = 8;
/// Fewer squares than these cannot hold a page.
const PAGE_TILES: usize = PAGE_LINES + 1;
/// A caret is not wider and not higher, in pixels.
const CARET: (u32, u32) = (3, 48);

/// The lines of text on a desktop.
pub(super) struct PixelLines {
    reader: Option<PixelReader>,
    frame: Option<Frame>,
    /// Changes that have not come to rest, by moment.
    waiting: VecDeque<Waiting>,
    lines: Vec<LiveLine>,
    leaving: Vec<Leaving>,
    cache: LineCache,
    memory: Memory,
    typed: Typed,
    /// The last change that may have been a caret's, and the pixels before it.
    caret: Option<(PixelBox, Vec<u8>)>,
    faults: Faults,
    /// Up to when time has been counted as unsettled.
    lost_until: Offset,
}

/// A moment at which pixels changed.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    moment: u32,
    offset: Offset,
    /// Some of them changed again before they had come to rest.
    is_lost: bool,
}

/// Where what happens is written down.
pub(super) struct Notes<'a> {
    pub(super) draft: &'a mut Draft,
    pub(super) coverage: &'a mut Coverage,
}

impl PixelLines {
    pub(super) fn new(reader: Option<PixelReader>) -> PixelLines {
        PixelLines {
            reader,
            frame: None,
            waiting: VecDeque::new(),
            lines: Vec::new(),
            leaving: Vec::new(),
            cache: LineCache::default(),
            memory: Memory::default(),
            typed: Typed::default(),
            caret: None,
            faults: Faults::default(),
            lost_until: Offset::ZERO,
        }
    }

    /// Reads what has come to rest by `now`, the time of the next record.
    pub(super) fn settle(&mut self, now: Offset, notes: &mut Notes<'_>) {
        let rest = self.reader.as_ref().map_or(0, PixelReader::rest_ns);
        let is_ripe = |waiting: &Waiting| waiting.offset.0.saturating_add(rest) <= now.0;
        let count = self.waiting.iter().take_while(|waiting| is_ripe(waiting)).count();
        self.read(count, notes);
        self.typed.decide(self.waiting.front().map(|waiting| waiting.moment), notes);
    }

    /// Takes a key, at moment `at`.
    pub(super) fn key(&mut self, key: KeyStroke, at: u32) {
        self.typed.key(key, at);
    }

    /// Takes what was put on the clipboard, at moment `at`.
    pub(super) fn clipboard(&mut self, body: &[u8], at: u32, notes: &mut Notes<'_>) {
        typed::clipboard(body, at, self.lines.iter().map(|line| line.reading.text.as_str()), notes);
    }

    /// Reads what stands at the end: nothing changes it any more. `last` is the last moment.
    pub(super) fn finish(&mut self, last: u32, end: Offset, notes: &mut Notes<'_>) {
        self.read(self.waiting.len(), notes);
        self.typed.finish(last, notes);
        for line in self.lines.drain(..) {
            self.leaving.push(Leaving { line, end: last, gone_at: end });
        }
        self.leaving.drain(..).for_each(|leaving| leaving.close(notes.draft));
    }

    /// Takes the picture after a record that drew, which is moment `at`; tells whether it changed.
    pub(super) fn update(&mut self, surface: &mut Surface, at: u32, now: Offset, notes: &mut Notes<'_>) -> bool {
        self.count_faults(surface.faults(), notes.coverage);
        let mut damage = surface.take_damage();
        let size = surface.size();
        if !surface.is_known() || size == (0, 0) {
            notes.coverage.unknown_frames += u64::from(!surface.is_known());
            return self.hide(at, now);
        }
        let (width, height) = size;
        let frame = match self.frame.take() {
            Some(frame) if frame.size() == size => frame,
            before => {
                damage = vec![trail_model::PixelRect { x: 0, y: 0, width, height }];
                let bounds = PixelBox::new(0, 0, width, height);
                self.leave(at, now, |line| !bounds.contains(line.area));
                before.map_or_else(|| Frame::new(width, height), |before| before.resized(width, height))
            }
        };
        let change = frame.compare(surface, &damage);
        self.frame = Some(frame);
        if change.tiles.is_empty() {
            return false;
        }
        notes.coverage.changed_pixels += change.pixels;
        if self.is_caret(&change) {
            self.apply(&change, None);
            return false;
        }
        self.overwrite(&change, now, notes);
        if let Some(frame) = self.frame.take() {
            self.leave(at, now, |line| change.area.meets(line.area) && change.touches(&frame, line.area));
            self.frame = Some(frame);
        }
        self.apply(&change, Some(at));
        self.waiting.push_back(Waiting { moment: at, offset: now, is_lost: false });
        true
    }

    fn apply(&mut self, change: &Change, at: Option<u32>) {
        if let Some(frame) = &mut self.frame {
            frame.apply(change, at);
        }
    }

    fn count_faults(&mut self, faults: Faults, coverage: &mut Coverage) {
        let broken = |faults: Faults| faults.undecodable + faults.broken;
        coverage.undecodable_drawings += broken(faults).saturating_sub(broken(self.faults));
        coverage.refused_drawings += faults.refused.saturating_sub(self.faults.refused);
        self.faults = faults;
    }

    /// The picture is not known any more, or gone.
    fn hide(&mut self, at: u32, now: Offset) -> bool {
        self.leave(at, now, |_| true);
        self.waiting.clear();
        self.caret = None;
        self.frame.take().is_some()
    }

    /// Lines that `has_gone` stood until the moment before `at`.
    fn leave(&mut self, at: u32, now: Offset, has_gone: impl Fn(&LiveLine) -> bool) {
        let (gone, left): (Vec<LiveLine>, Vec<LiveLine>) =
            std::mem::take(&mut self.lines).into_iter().partition(|line| has_gone(line));
        self.lines = left;
        let leaving = gone.into_iter().map(|line| Leaving { line, end: at.saturating_sub(1), gone_at: now });
        self.leaving.extend(leaving);
    }

    /// Whether a change is a caret that goes or comes back: narrow, at the place of the narrow change before, and back to
    /// what stood there before that.
    fn is_caret(&mut self, change: &Change) -> bool {
        let area = change.area;
        if area.width() > CARET.0 || area.height() > CARET.1 {
            self.caret = None;
            return false;
        }
        let Some(frame) = &self.frame else { return false };
        let before = frame.copy_of(area);
        let is_back = match &self.caret {
            Some((place, pixels)) => *place == area && change.leads_to(area, pixels),
            None => false,
        };
        self.caret = Some((area, before));
        is_back
    }

    /// Pixels are about to change: those that have not come to rest are read if they are a page, else they are lost.
    fn overwrite(&mut self, change: &Change, now: Offset, notes: &mut Notes<'_>) {
        let Some(frame) = &self.frame else { return };
        let is_pending = |&tile: &usize| frame.tiles[tile].state == State::Pending;
        let mut tiles: Vec<usize> = change.tiles.iter().copied().filter(is_pending).collect();
        tiles.sort_unstable();
        tiles.dedup();
        let mut moments: Vec<u32> = tiles.iter().map(|&tile| frame.tiles[tile].changed).collect();
        if tiles.len() >= PAGE_TILES && self.is_page() {
            self.read(self.waiting.len(), notes);
            return;
        }
        notes.coverage.unsettled_pixels += tiles.len() as u64 * u64::from(TILE * TILE);
        moments.sort_unstable();
        moments.dedup();
        for moment in moments {
            let Ok(index) = self.waiting.binary_search_by_key(&moment, |waiting| waiting.moment) else { continue };
            let waiting = &mut self.waiting[index];
            notes.coverage.unsettled_frames += u64::from(!std::mem::replace(&mut waiting.is_lost, true));
            let from = waiting.offset.max(self.lost_until);
            notes.coverage.unsettled_ns += now.0.saturating_sub(from.0);
            self.lost_until = self.lost_until.max(now);
        }
    }

    /// Whether more lines than [`PAGE_LINES`] have not come to rest that were never seen before.
    fn is_page(&mut self) -> bool {
        let (Some(frame), Some(reader)) = (&self.frame, &self.reader) else { return false };
        let standing: Vec<PixelBox> = self.lines.iter().map(|line| line.area).collect();
        let recalled = self.memory.recall(frame, State::Pending, &standing, &[]);
        let mut new_lines = 0;
        for area in frame.areas(|tile, _| recalled.is_new[tile]) {
            new_lines += reader.engine().sketch_lines(frame.as_pixels(), area).unwrap_or_default().len();
        }
        new_lines > PAGE_LINES
    }

    /// Reads what changed at the first `count` of the waiting moments and not since.
    fn read(&mut self, count: usize, notes: &mut Notes<'_>) {
        let ripe: Vec<Waiting> = self.waiting.drain(..count).collect();
        let Some(last) = ripe.last() else { return };
        let Some(mut frame) = self.frame.take() else { return };
        for tile in frame.tiles.iter_mut().filter(|tile| tile.state == State::Pending && tile.changed <= last.moment) {
            tile.state = State::Ripe;
        }
        if let Some(reader) = self.reader.clone() {
            self.read_ripe(&frame, &reader, &ripe, notes);
        }
        for tile in frame.tiles.iter_mut().filter(|tile| tile.state == State::Ripe) {
            tile.state = State::Still;
        }
        // What stood where everything has come to rest cannot grow any more.
        let is_over = |leaving: &Leaving| frame.tiles_of(leaving.line.area).all(|tile| tile.state == State::Still);
        let (over, left): (Vec<Leaving>, Vec<Leaving>) = self.leaving.drain(..).partition(is_over);
        self.leaving = left;
        over.into_iter().for_each(|leaving| leaving.close(notes.draft));
        self.frame = Some(frame);
    }

    fn read_ripe(&mut self, frame: &Frame, reader: &PixelReader, ripe: &[Waiting], notes: &mut Notes<'_>) {
        let standing: Vec<PixelBox> = self.lines.iter().map(|line| line.area).collect();
        let left: Vec<PixelBox> = self.leaving.iter().map(|leaving| leaving.line.area).collect();
        let recalled = self.memory.recall(frame, State::Ripe, &standing, &left);
        let known: Vec<PixelBox> = [&standing[..], &left, &recalled.lines].concat();
        let looked = finder::find(frame, reader.engine(), &recalled, &known, notes.coverage);
        let mut found = looked.lines.clone();
        // A line that stands has not changed: what is found of it is it.
        let is_part = |area: PixelBox, line: PixelBox| finder::covers(line, area) && !finder::covers(area, line);
        found.retain(|&area| !standing.iter().any(|&line| line == area || is_part(area, line)));
        // Ink that has not changed can be a line of its own since what was beside it has gone; it cannot join lines.
        found.retain(|&area| finder::is_ripe(frame, area) || !standing.iter().any(|line| line.meets(area)));
        notes.coverage.found_lines += found.len() as u64;
        if !looked.has_failed {
            let inked: Vec<PixelBox> = [&looked.lines[..], &looked.rest, &standing].concat();
            self.memory.remember(frame, &found, &inked, &recalled.is_new);
        }
        let keyed: Vec<(PixelBox, u128)> = found.into_iter().map(|area| (area, frame.line_key(area))).collect();
        let readings = self.readings(frame, reader, &keyed, notes.coverage);
        for ((area, key), reading) in keyed.into_iter().zip(readings) {
            let Some(reading) = reading else { continue };
            if reading.text.is_empty() {
                notes.coverage.unsure_lines += 1;
                continue;
            }
            let changed = frame.tiles_of(area).map(|tile| tile.changed).max().unwrap_or_default();
            // It begins with its own last change, or with that of a line that some of it was part of.
            let parts = self.leaving.iter().filter(|leaving| leaving.line.area.meets(area));
            let parted = parts.map(|leaving| leaving.end + 1).max().unwrap_or_default();
            let begin = changed.max(parted).max(notes.draft.first());
            let since = ripe.iter().find(|waiting| waiting.moment == begin).map(|waiting| waiting.offset);
            let line = LiveLine { area, key, reading, begin, growth: Vec::new() };
            self.enter(line, since, reader.rest_ns());
        }
    }

    /// What is read in each of the lines; nothing where the engine failed.
    fn readings(
        &mut self,
        frame: &Frame,
        reader: &PixelReader,
        lines: &[(PixelBox, u128)],
        coverage: &mut Coverage,
    ) -> Vec<Option<Arc<Reading>>> {
        let mut new: Vec<(PixelBox, u128)> =
            lines.iter().filter(|(_, key)| self.cache.get(*key).is_none()).copied().collect();
        new.sort_unstable_by_key(|&(_, key)| key);
        new.dedup_by_key(|line| line.1);
        let read: Vec<Option<Reading>> = new.par_iter().map(|&(area, _)| read_line(frame, reader, area)).collect();
        let mut fresh = rustc_hash::FxHashMap::default();
        for (&(_, key), reading) in new.iter().zip(read) {
            coverage.read_lines += 1;
            coverage.reader_failures += u64::from(reading.is_none());
            if let Some(reading) = reading.map(Arc::new) {
                self.cache.put(key, reading.clone());
                fresh.insert(key, reading);
            }
        }
        // The cache is bounded: what was read just now may have left it already.
        lines.iter().map(|(_, key)| fresh.get(key).cloned().or_else(|| self.cache.get(*key))).collect()
    }

    /// Adds a line that was read. It takes the place of what it covers, and goes on from what it grew out of or is.
    fn enter(&mut self, mut line: LiveLine, since: Option<Offset>, rest_ns: u64) {
        let begin = line.begin;
        let covers = |before: &LiveLine| finder::covers(line.area, before.area);
        let (covered, left): (Vec<LiveLine>, Vec<LiveLine>) =
            std::mem::take(&mut self.lines).into_iter().partition(covers);
        self.lines = left;
        for before in
            covered.into_iter().filter(|before| before.growth.last().map_or(before.begin, |step| step.at) < begin)
        {
            let gone_at = since.unwrap_or(Offset(u64::MAX));
            self.leaving.push(Leaving { line: before, end: begin - 1, gone_at });
        }
        let text = line.reading.text.as_str();
        if self.typed.is_active() {
            let was_here = self.leaving.iter().filter(|leaving| leaving.line.area.meets(line.area));
            self.typed.line(begin, text, was_here.map(|leaving| leaving.line.reading.text.as_str()));
        }
        let grown = |leaving: &Leaving| leaving.end < begin && leaving.grew_to(line.area, text);
        if let Some(index) = self.leaving.iter().position(grown) {
            line.grow_from(self.leaving.remove(index).line);
        } else if let Some(since) = since {
            // A line that stood before a time without rest and stands after it, perhaps elsewhere, was not away.
            let stood_on = self.leaving.iter().filter(|leaving| {
                let away = since.0.saturating_sub(leaving.gone_at.0);
                leaving.line.key == line.key && leaving.end < begin && away < rest_ns
            });
            line.begin = stood_on.map(|leaving| leaving.end + 1).max().unwrap_or(begin);
        }
        self.lines.push(line);
    }
}

fn read_line(frame: &Frame, reader: &PixelReader, area: PixelBox) -> Option<Reading> {
    let read = reader.engine().read_line(frame.as_pixels(), area).ok()?;
    if read.confidence < MIN_CONFIDENCE {
        return Some(Reading { text: String::new(), confidence: 0, words: Vec::new() });
    }
    let confidence = (read.confidence * 100.0).round().clamp(0.0, 100.0) as u8;
    let width = area.width();
    let mut at = 0;
    // What an engine says of words is used only if it makes sense.
    let are_words = read.words.iter().all(|word| {
        let is_next = word.start >= at && word.start <= word.end && word.end <= width;
        at = word.end;
        is_next
    });
    let words =
        if are_words && read.words.len() == read.text.split_whitespace().count() { read.words } else { Vec::new() };
    Some(Reading { text: read.text, confidence, words })
}
