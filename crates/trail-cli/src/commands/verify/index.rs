//! `trail verify --index`: the index against a replay of every record.

use std::io::{self, Write};

use anyhow::Result;
use serde_json::json;
use trail_container::TrailReader;
use trail_content::{ContentFile, Kind, SpanBuf};
use trail_index::{DataDir, IndexReader};
use trail_model::ChannelId;
use trail_query::Mode;
use trail_search::{IndexSource, Options, Plan, Searcher};
use trail_testkit::oracle::{CommandLine, Hit, PixelLine, Question, Replay, check, questions};

use super::whole::{Answered, check_whole, run};
use crate::args::VerifyArgs;
use crate::ui::Ui;

/// Distinct tokens of a recording that are asked for, at most.
const TOKENS: usize = 2000;
/// Random queries of each kind.
const RANDOM: usize = 200;
/// Of the questions of a recording in a mode, how many are asked of all recordings together.
const OF_ALL: usize = 16;

/// Where a hit is in a trail: channel, first and last record.
pub(super) type Run = (u32, u64, u64);

/// Asks the index what a replay answers, trail by trail; prints each difference. Gives whether there was none.
pub(super) fn check_index(data: &DataDir, args: &VerifyArgs, ui: &Ui) -> Result<bool> {
    let reader = IndexReader::open(data)?;
    let entries: Vec<_> = reader.indexed().map(|(id, entry)| (id, entry.file.clone())).collect();
    let bar = ui.bar(entries.len() as u64, "asking");
    let (mut queries, mut held, mut differences) = (0, 0, 0);
    let mut answered = Vec::new();
    let mut out = io::stdout().lock();
    for (id, file) in entries {
        let trail = TrailReader::open(data.trails_dir().join(&file))?;
        let content = reader.open_content(id)?;
        let mut replays = replay(&trail, &content)?;
        add_commands(&mut replays, &content)?;
        for mode in [Mode::Screentrail, Mode::Lucene, Mode::Sps] {
            let source = IndexSource::of_trails(reader.clone(), vec![id]);
            let searcher = Searcher::new(source, Options::new(mode));
            // Some texts cannot be asked for in every mode: a prefix `\**` is refused as Lucene refuses it.
            let is_query = |question: &Question| {
                let parsed = trail_query::parse(&question.query.to_string(), mode);
                let plan = parsed.map(|parsed| Plan::new(&parsed.query, mode.into()));
                !matches!(plan, Err(_) | Ok(Err(trail_search::Error::TooComplex { .. })))
            };
            let asked: Vec<Question> = replays
                .iter()
                .flat_map(|replay| questions(replay, mode, TOKENS, RANDOM, args.seed))
                .map(|question| Question { query: question.query.by_offset(), ..question })
                .filter(is_query)
                .collect();
            let report = check(&replays, &asked, |text, mode| -> Result<Vec<Hit>> {
                let query = trail_query::parse(text, mode).map_err(|error| anyhow::anyhow!("{text}: {error}"))?.query;
                let hits = searcher.prepare(&query)?.search_trail(0)?;
                let hit = |hit: &trail_search::Hit| Hit {
                    channel: hit.channel,
                    begin: hit.records.begin,
                    end: hit.records.end,
                };
                Ok(hits.iter().map(hit).collect())
            })?;
            for question in pick(&asked, OF_ALL) {
                let text = question.query.to_string();
                let query = trail_query::parse(&text, mode).map_err(|error| anyhow::anyhow!("{text}: {error}"))?.query;
                let mut hits: Vec<Run> = searcher.prepare(&query)?.search_trail(0)?.iter().map(run).collect();
                hits.sort_unstable();
                answered.push(Answered { text, mode, trail: id, hits });
            }
            queries += report.queries;
            held += report.held;
            differences += report.differences.len();
            for difference in &report.differences {
                match args.json {
                    true => writeln!(out, "{}", json!({ "trail": file, "difference": difference.to_string() }))?,
                    false => writeln!(out, "{file}: {difference}")?,
                }
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let bar = ui.bar(answered.len() as u64, "asking all");
    let disagreements = check_whole(&reader, &answered, || bar.inc(1))?;
    bar.finish_and_clear();
    for told in &disagreements {
        match args.json {
            true => writeln!(out, "{}", json!({ "difference": told }))?,
            false => writeln!(out, "{told}")?,
        }
    }
    differences += disagreements.len();
    let of_all = answered.len();
    if args.json {
        let counts = json!({ "queries": queries, "held": held, "of_all": of_all, "differences": differences });
        writeln!(out, "{counts}")?;
    } else {
        let asked = format!("{queries} queries, {held} with hits, {of_all} of them asked of all trails too");
        writeln!(out, "index: {asked}, {differences} differences from replay")?;
    }
    Ok(differences == 0)
}

/// Some of the questions, of every kind.
fn pick(questions: &[Question], count: usize) -> impl Iterator<Item = &Question> {
    // Kinds follow each other in a fixed order: an odd step meets all of them.
    let step = (questions.len() / count.max(1)).max(1) | 1;
    questions.iter().step_by(step)
}

/// Replays every channel. What could be read on desktops is the content's word: when the pixels stood is not asked again.
fn replay(trail: &TrailReader, content: &ContentFile) -> Result<Vec<Replay>> {
    let mut replays = Vec::new();
    for summary in trail.channels() {
        let lines = pixel_lines(content, summary.channel)?;
        let standing = |moment: u32| {
            let stands = lines.iter().enumerate().filter(|(_, (_, span))| span.begin <= moment && moment <= span.end);
            let line = |(number, (text, span)): (usize, &(String, SpanBuf))| {
                let len = span.as_span().len_at(moment, text.len());
                (number as u64, text[..len].to_owned())
            };
            stands.map(line).collect::<Vec<PixelLine>>()
        };
        replays.push(Replay::with_pixels(trail, summary.channel, standing)?);
    }
    Ok(replays)
}

/// The lines of a desktop, each with its text and when it stood.
fn pixel_lines(content: &ContentFile, channel: ChannelId) -> Result<Vec<(String, SpanBuf)>> {
    let mut lines = Vec::new();
    let Some(channel) = content.channel(channel) else { return Ok(lines) };
    for index in 0..channel.block_count() {
        let block = channel.block(index)?;
        for item in block.items().filter(|item| item.kind() == Kind::Line) {
            let spans = item.spans().filter(|span| span.place.is_some());
            lines.extend(spans.map(|span| (item.text().to_owned(), SpanBuf::from(span))));
        }
    }
    Ok(lines)
}

/// Gives the replays the commands that were found, to check how long they were visible.
fn add_commands(replays: &mut [Replay], content: &ContentFile) -> Result<()> {
    for replay in replays {
        let Some(channel) = content.channel(replay.channel()) else { continue };
        let moments = channel.moments()?;
        let mut commands = Vec::new();
        for index in 0..channel.block_count() {
            let block = channel.block(index)?;
            for item in block.items().filter(|item| item.kind() == Kind::Command) {
                let line = |begin: u32| CommandLine { text: item.text().to_owned(), entered: moments.record(begin) };
                // A command that stood across the border of two blocks began in the first.
                let begins = item.spans().map(|span| span.begin).filter(|&begin| begin > block.first() || index == 0);
                commands.extend(begins.map(line));
            }
        }
        replay.add_commands(&commands);
    }
    Ok(())
}
