//! Hits as people and programs read them.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use rayon::prelude::*;
use serde_json::{Value, json};
use trail_container::TrailReader;
use trail_frame::Surface;
use trail_model::{CellRect, ChannelId, PixelRect, Timestamp, TrailId};
use trail_render::{RenderOptions, Renderer};
use trail_replay::Player;
use trail_screen::Terminal;
use trail_search::{
    Hit, HitKind, LocatedLine, Plan, Search, Searcher, Source, locate, locate_all, locate_in_pixels, match_ranges,
};

use crate::args::{OutputArgs, Sort};
use crate::explain::explain;
use crate::filter::Filter;
use crate::query::Parsed;
use crate::times;
use crate::ui::{Role, Ui, printable};

/// Recordings whose hits are worked on at a time, before they are printed.
const BATCH: usize = 64;

/// A recording as the printer names it.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) path: String,
    pub(crate) trail_id: TrailId,
    pub(crate) start: Option<Timestamp>,
}

/// What was printed.
#[derive(Debug, Default)]
pub(crate) struct Printed {
    /// Hits found, also those beyond a limit.
    pub(crate) hits: usize,
    /// Recordings that could not be searched or shown.
    pub(crate) failures: Vec<String>,
}

/// Opens the trail of a session, by its index.
pub(crate) type Open<'a> = dyn Fn(usize) -> Result<TrailReader> + Sync + 'a;

/// Prints the hits of a search.
pub(crate) struct Printer<'a> {
    args: &'a OutputArgs,
    ui: &'a Ui,
    filter: &'a Filter,
    sessions: &'a [Session],
    open: &'a Open<'a>,
}

/// A hit, ready to be printed.
struct Shown {
    hit: Hit,
    lines: Vec<LocatedLine>,
    above: Vec<String>,
    below: Vec<String>,
    png: Option<PathBuf>,
}

impl<'a> Printer<'a> {
    pub(crate) fn new(
        args: &'a OutputArgs,
        ui: &'a Ui,
        filter: &'a Filter,
        sessions: &'a [Session],
        open: &'a Open<'a>,
    ) -> Result<Printer<'a>> {
        if let Some(folder) = &args.png {
            fs::create_dir_all(folder).with_context(|| format!("failed to make {}", folder.display()))?;
        }
        Ok(Printer { args, ui, filter, sessions, open })
    }

    /// Searches and prints.
    pub(crate) fn run<S: Source>(
        &self,
        searcher: &Searcher<S>,
        parsed: &Parsed,
        out: &mut impl Write,
    ) -> Result<Printed> {
        let search = searcher.prepare(&parsed.query)?;
        let mut printed = Printed::default();
        if self.args.explain {
            printed.hits = explain(&search, parsed, self.sessions, self.args.json, out)?;
            return Ok(printed);
        }
        match self.args.sort {
            Sort::Time => self.by_time(&search, out, &mut printed)?,
            Sort::Rank => self.by_rank(&search, out, &mut printed)?,
        }
        Ok(printed)
    }

    fn by_time<S: Source>(&self, search: &Search<'_, S>, out: &mut impl Write, printed: &mut Printed) -> Result<()> {
        let trails: Vec<usize> = (0..self.sessions.len()).collect();
        let mut is_first = true;
        for batch in trails.chunks(BATCH) {
            let found: Vec<Result<(usize, Vec<Shown>)>> =
                batch.par_iter().map(|&trail| self.of_trail(search, trail)).collect();
            for (&trail, found) in batch.iter().zip(found) {
                let (total, shown) = match found {
                    Ok(found) => found,
                    Err(error) => {
                        printed.failures.push(format!("{}: {error:#}", self.sessions[trail].path));
                        continue;
                    }
                };
                printed.hits += total;
                if total > 0 {
                    self.print_trail(out, trail, total, &shown, &mut is_first)?;
                }
            }
        }
        Ok(())
    }

    /// The hits of one recording by time: how many, and those that are printed.
    fn of_trail<S: Source>(&self, search: &Search<'_, S>, trail: usize) -> Result<(usize, Vec<Shown>)> {
        let mut hits = self.search(search, trail)?;
        let total = hits.len();
        hits.truncate(self.args.limit.unwrap_or(usize::MAX));
        if self.args.count || self.args.files_with_matches {
            return Ok((total, Vec::new()));
        }
        Ok((total, self.show(search.plan(), trail, hits)?))
    }

    fn search<S: Source>(&self, search: &Search<'_, S>, trail: usize) -> Result<Vec<Hit>> {
        let mut hits = search.search_trail(trail)?;
        hits.retain(|hit| self.filter.covers(self.sessions[trail].start, hit.span));
        hits.sort_by(Hit::by_time);
        Ok(hits)
    }

    fn by_rank<S: Source>(&self, search: &Search<'_, S>, out: &mut impl Write, printed: &mut Printed) -> Result<()> {
        let needs_all = self.args.count || self.args.files_with_matches || self.filter.has_times();
        match self.args.limit.filter(|&limit| limit > 0 && !needs_all) {
            Some(limit) => self.best(search, limit, out, printed),
            None => self.all_by_rank(search, out, printed),
        }
    }

    /// The best hits of all recordings, without a look at those that cannot have one of them.
    fn best<S: Source>(
        &self,
        search: &Search<'_, S>,
        limit: usize,
        out: &mut impl Write,
        printed: &mut Printed,
    ) -> Result<()> {
        let best = search.search_best(limit)?;
        let mut of_trails: BTreeMap<usize, Vec<Hit>> = BTreeMap::new();
        for (trail, hit) in best.hits {
            printed.hits += 1;
            of_trails.entry(trail).or_default().push(hit);
        }
        let mut found: Vec<(usize, Result<Vec<Shown>>)> =
            best.failures.into_iter().map(|(trail, error)| (trail, Err(error.into()))).collect();
        let of_trails: Vec<(usize, Vec<Hit>)> = of_trails.into_iter().collect();
        let show = |(trail, hits)| (trail, self.show(search.plan(), trail, hits));
        found.extend(of_trails.into_par_iter().map(show).collect::<Vec<_>>());
        found.sort_by_key(|found| found.0);
        self.print_ranked(found, out, printed)
    }

    fn all_by_rank<S: Source>(
        &self,
        search: &Search<'_, S>,
        out: &mut impl Write,
        printed: &mut Printed,
    ) -> Result<()> {
        let trails: Vec<usize> = (0..self.sessions.len()).collect();
        let found: Vec<Result<(usize, Vec<Shown>)>> = trails
            .par_iter()
            .map(|&trail| {
                let mut hits = self.search(search, trail)?;
                let total = hits.len();
                hits.sort_by(Hit::by_rank);
                hits.truncate(self.args.limit.unwrap_or(usize::MAX));
                if self.args.count || self.args.files_with_matches {
                    return Ok((total, Vec::new()));
                }
                Ok((total, self.show(search.plan(), trail, hits)?))
            })
            .collect();
        let mut ranked = Vec::new();
        for (trail, found) in found.into_iter().enumerate() {
            let shown = found.map(|(total, shown)| {
                printed.hits += total;
                (total, shown)
            });
            match shown {
                Ok((total, _)) if self.args.count || self.args.files_with_matches => {
                    if total > 0 {
                        self.print_trail(out, trail, total, &[], &mut false)?;
                    }
                }
                shown => ranked.push((trail, shown.map(|shown| shown.1))),
            }
        }
        self.print_ranked(ranked, out, printed)
    }

    /// Prints hits of several recordings, which come in their order, by rank.
    fn print_ranked(
        &self,
        found: Vec<(usize, Result<Vec<Shown>>)>,
        out: &mut impl Write,
        printed: &mut Printed,
    ) -> Result<()> {
        let mut merged: Vec<(usize, Shown)> = Vec::new();
        for (trail, found) in found {
            match found {
                Ok(shown) => merged.extend(shown.into_iter().map(|shown| (trail, shown))),
                Err(error) => printed.failures.push(format!("{}: {error:#}", self.sessions[trail].path)),
            }
        }
        merged.sort_by(|a, b| Hit::by_rank_over_trails((a.0, &a.1.hit), (b.0, &b.1.hit)));
        merged.truncate(self.args.limit.unwrap_or(usize::MAX));
        for (trail, shown) in &merged {
            if self.args.json {
                writeln!(out, "{}", self.json(*trail, shown))?;
            } else {
                write!(out, "{:>8.3}  ", shown.hit.rank)?;
                self.ui.paint(out, Role::Path, &printable(&self.sessions[*trail].path))?;
                writeln!(out)?;
                self.print_hit(out, *trail, shown)?;
            }
        }
        Ok(())
    }

    fn print_trail(
        &self,
        out: &mut impl Write,
        trail: usize,
        total: usize,
        shown: &[Shown],
        is_first: &mut bool,
    ) -> Result<()> {
        let path = printable(&self.sessions[trail].path);
        if self.args.files_with_matches {
            self.ui.paint(out, Role::Path, &path)?;
            writeln!(out)?;
        } else if self.args.count {
            self.ui.paint(out, Role::Path, &path)?;
            writeln!(out, ":{total}")?;
        } else if self.args.json {
            for shown in shown {
                writeln!(out, "{}", self.json(trail, shown))?;
            }
        } else {
            if !std::mem::replace(is_first, false) {
                writeln!(out)?;
            }
            self.ui.paint(out, Role::Path, &path)?;
            writeln!(out)?;
            for shown in shown {
                self.print_hit(out, trail, shown)?;
            }
            if total > shown.len() {
                writeln!(out, "  … and {} more", total - shown.len())?;
            }
        }
        Ok(())
    }

    fn print_hit(&self, out: &mut impl Write, trail: usize, shown: &Shown) -> Result<()> {
        let Hit { records, span, .. } = &shown.hit;
        let mut place = format!("  {}", span.start);
        if let Some(start) = self.sessions[trail].start {
            place.push_str(&format!("  {}", times::iso(start.plus(span.start))));
        }
        place.push_str(&match records.begin == records.end {
            true => format!("  record {}", records.begin),
            false => format!("  records {}–{}", records.begin, records.end),
        });
        place.push_str(&format!("  for {}", trail_convert::duration(span.len_ns())));
        self.ui.paint(out, Role::Place, &place)?;
        if let Some(png) = &shown.png {
            write!(out, "  {}", png.display())?;
        }
        writeln!(out)?;
        self.print_context(out, &shown.above)?;
        for line in &shown.lines {
            write!(out, "    ")?;
            self.print_line(out, line)?;
            writeln!(out)?;
        }
        self.print_context(out, &shown.below)
    }

    fn print_context(&self, out: &mut impl Write, lines: &[String]) -> Result<()> {
        for line in lines {
            write!(out, "    ")?;
            self.ui.paint(out, Role::Context, &printable(line))?;
            writeln!(out)?;
        }
        Ok(())
    }

    fn print_line(&self, out: &mut impl Write, line: &LocatedLine) -> Result<()> {
        let mut at = 0;
        for range in &line.ranges {
            let Some(before) = line.text.get(at..range.start.max(at)) else { continue };
            let Some(matched) = line.text.get(range.start.max(at)..range.end) else { continue };
            out.write_all(printable(before).as_bytes())?;
            self.ui.paint(out, Role::Match, &printable(matched))?;
            at = range.end;
        }
        out.write_all(printable(line.text.get(at..).unwrap_or_default()).as_bytes())?;
        Ok(())
    }

    fn json(&self, trail: usize, shown: &Shown) -> Value {
        let session = &self.sessions[trail];
        let hit = &shown.hit;
        let wall = |offset| session.start.map(|start| times::iso(start.plus(offset)));
        let text: Vec<&str> = shown.lines.iter().map(|line| line.text.as_str()).collect();
        let matches: Vec<Value> = shown.lines.iter().flat_map(matches_json).collect();
        let mut value = json!({
            "path": session.path,
            "trail_id": session.trail_id.to_string(),
            "channel.id": hit.channel.0,
            "record_id": {
                "begin": hit.records.begin.0,
                "end": hit.records.end.0,
                "for_screenshot": hit.for_screenshot.0,
            },
            "start_time": wall(hit.span.start),
            "end_time": wall(hit.span.end),
            "start_offset": hit.span.start.as_secs_f64(),
            "end_offset": hit.span.end.as_secs_f64(),
            "rank": hit.rank,
            "kind": match hit.kind {
                HitKind::Item(kind) => kind.as_str(),
                HitKind::Screen => "screen",
            },
            "text": text.join("\n"),
            "matches": matches,
        });
        if let (Some(png), Value::Object(fields)) = (&shown.png, &mut value) {
            fields.insert("png".into(), json!(png.display().to_string()));
        }
        if let (true, Value::Object(fields)) = (self.args.context > 0, &mut value) {
            fields.insert("context".into(), json!({ "above": shown.above, "below": shown.below }));
        }
        value
    }

    /// Makes hits ready: from their own texts where that is enough, else from the screen at the record of each.
    fn show(&self, plan: &Plan, trail: usize, hits: Vec<Hit>) -> Result<Vec<Shown>> {
        let needs_screen = self.args.json || self.args.png.is_some() || self.args.context > 0;
        if !needs_screen && hits.iter().all(|hit| hit.texts.len() == 1) {
            return Ok(hits.into_iter().map(|hit| from_texts(plan, hit)).collect());
        }
        if hits.is_empty() {
            return Ok(Vec::new());
        }
        let reader = (self.open)(trail)?;
        let mut shown: Vec<Option<Shown>> = Vec::new();
        shown.resize_with(hits.len(), || None);
        // One pass over the recording: each player only ever goes forward.
        let mut order: Vec<(usize, Hit)> = hits.into_iter().enumerate().collect();
        order.sort_by_key(|(_, hit)| (hit.channel, hit.for_screenshot));
        let mut players: HashMap<ChannelId, Player<'_>> = HashMap::new();
        let mut renderer = self.args.png.as_ref().map(|_| Renderer::new());
        for (index, hit) in order {
            let player = match players.entry(hit.channel) {
                std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
                std::collections::hash_map::Entry::Vacant(entry) => entry.insert(Player::new(&reader, hit.channel)?),
            };
            player.seek(hit.for_screenshot)?;
            shown[index] = Some(match (player.terminal(), player.surface()) {
                (Some(terminal), _) => self.on_screen(plan, trail, index, hit, terminal, renderer.as_mut())?,
                (None, Some(surface)) => self.on_desktop(plan, trail, index, hit, surface)?,
                (None, None) => from_texts(plan, hit),
            });
        }
        Ok(shown.into_iter().flatten().collect())
    }

    fn on_screen(
        &self,
        plan: &Plan,
        trail: usize,
        index: usize,
        hit: Hit,
        terminal: &Terminal,
        renderer: Option<&mut Renderer>,
    ) -> Result<Shown> {
        let lines = locate(plan, &hit, terminal).lines;
        let (above, below) = context(&lines, terminal, self.args.context);
        let mut png = None;
        if let (Some(folder), Some(renderer)) = (&self.args.png, renderer) {
            let marks = lines.iter().flat_map(|line| &line.rects).copied().collect();
            let rendered = renderer.render(terminal, &RenderOptions { marks, ..RenderOptions::default() });
            let path = folder.join(png_name(&self.sessions[trail], index, &hit));
            fs::write(&path, rendered.to_png()?).with_context(|| format!("failed to write {}", path.display()))?;
            png = Some(path);
        }
        Ok(Shown { hit, lines, above, below, png })
    }

    fn on_desktop(&self, plan: &Plan, trail: usize, index: usize, hit: Hit, surface: &Surface) -> Result<Shown> {
        let lines = locate_in_pixels(plan, &hit).lines;
        let mut png = None;
        if let Some(folder) = &self.args.png {
            let marks: Vec<PixelRect> = lines.iter().flat_map(|line| &line.boxes).copied().collect();
            let path = folder.join(png_name(&self.sessions[trail], index, &hit));
            let rendered = trail_render::render_marked_surface(surface, &marks);
            fs::write(&path, rendered.to_png()?).with_context(|| format!("failed to write {}", path.display()))?;
            png = Some(path);
        }
        Ok(Shown { hit, lines, above: Vec::new(), below: Vec::new(), png })
    }
}

/// The cells or pixels of a line that match; what stands above the screen has none.
fn matches_json(line: &LocatedLine) -> Vec<Value> {
    let cells = line
        .rects
        .iter()
        .map(|rect| json!({ "row": rect.row, "column": rect.column, "width": rect.width, "above_screen": false }));
    let pixels = line
        .boxes
        .iter()
        .map(|pixels| json!({ "x": pixels.x, "y": pixels.y, "width": pixels.width, "height": pixels.height }));
    let above = line.above_screen.then(|| json!({ "above_screen": true }));
    above.into_iter().chain(cells).chain(pixels).collect()
}

/// A hit from the texts that came with it.
fn from_texts(plan: &Plan, hit: Hit) -> Shown {
    let lines = hit
        .texts
        .iter()
        .map(|text| LocatedLine {
            kind: text.kind,
            text: text.as_str().to_owned(),
            ranges: match_ranges(plan, text),
            rects: Vec::new(),
            boxes: Vec::new(),
            above_screen: false,
            rows: None,
        })
        .collect();
    Shown { hit, lines, above: Vec::new(), below: Vec::new(), png: None }
}

/// The cells of `terminal` that match a query, whatever hit they belong to.
pub(crate) fn marks_on(parsed: &Parsed, terminal: &Terminal) -> Result<Vec<CellRect>> {
    let plan = Plan::new(&parsed.query, parsed.options.language.clone())?;
    Ok(locate_all(&plan, terminal).lines.into_iter().flat_map(|line| line.rects).collect())
}

/// Up to `count` rows of the screen above the first matched line and below the last.
fn context(lines: &[LocatedLine], terminal: &Terminal, count: usize) -> (Vec<String>, Vec<String>) {
    let rows = || lines.iter().filter_map(|line| line.rows.clone());
    let (Some(first), Some(end)) = (rows().map(|rows| rows.start).min(), rows().map(|rows| rows.end).max()) else {
        return (Vec::new(), Vec::new());
    };
    let (first, end) = (usize::from(first), usize::from(end));
    let text = |row: usize| {
        let mut text = String::new();
        terminal.row(row).append_text(&mut text);
        text
    };
    let above = (first.saturating_sub(count)..first).map(text).collect();
    let below = (end..(end + count).min(usize::from(terminal.size().rows))).map(text).collect();
    (above, below)
}

/// A file name that is safe on every system, whatever the recording is called: the same for the same hit.
fn png_name(session: &Session, index: usize, hit: &Hit) -> String {
    let stem: String =
        session.path.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '_' }).collect();
    let stem = stem.trim_matches('_');
    // The end of a long path says more than its beginning.
    let stem = &stem[stem.len().saturating_sub(100)..];
    let id = session.trail_id.to_string();
    format!("{stem}-{}-{:05}-r{}.png", &id[..8], index + 1, hit.for_screenshot)
}
