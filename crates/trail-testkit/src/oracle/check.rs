//! The engine's answers beside the oracle's.

use std::fmt;

use trail_model::{ChannelId, RecordId};
use trail_query::Mode;

use super::moments::Moments;
use super::questions::Question;
use super::replay::Replay;

/// Runs of a difference that are kept.
const RUNS_KEPT: usize = 4;

/// What an engine answers: a run of records of a channel, both ends inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// The channel.
    pub channel: ChannelId,
    /// The first record.
    pub begin: RecordId,
    /// The last record.
    pub end: RecordId,
}

/// A query for which the engine and the oracle do not agree in a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The query as it was asked.
    pub query: String,
    /// The mode in which it was asked.
    pub mode: Mode,
    /// The channel.
    pub channel: ChannelId,
    /// Records at which it holds and the engine does not say so: the first runs.
    pub missing: Vec<(RecordId, RecordId)>,
    /// Records at which it does not hold and the engine says so: the first runs.
    pub extra: Vec<(RecordId, RecordId)>,
    /// Hits that begin or end at a record that is not one of the channel's.
    pub astray: Vec<Hit>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {} in channel {}:", self.mode, self.query, self.channel)?;
        for (what, runs) in [("missing", &self.missing), ("extra", &self.extra)] {
            for (begin, end) in runs {
                write!(f, " {what} {begin}..={end}")?;
            }
        }
        for hit in &self.astray {
            write!(f, " astray {}..={}", hit.begin, hit.end)?;
        }
        Ok(())
    }
}

/// What a check came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Queries asked.
    pub queries: u64,
    /// Of them, how many held at some moment of some channel.
    pub held: u64,
    /// The queries for which engine and oracle differ.
    pub differences: Vec<Difference>,
}

/// Asks the engine each question and compares the union of its hits in each channel with the moments at which the query
/// holds. `ask` gets the query's text and mode and answers with all hits in all channels.
///
/// # Errors
/// The engine's.
pub fn check<E>(
    replays: &[Replay],
    questions: &[Question],
    mut ask: impl FnMut(&str, Mode) -> Result<Vec<Hit>, E>,
) -> Result<Report, E> {
    let mut report = Report::default();
    for question in questions {
        let text = question.query.to_string();
        let hits = ask(&text, question.mode)?;
        report.queries += 1;
        let holds: Vec<Moments> = replays.iter().map(|replay| replay.moments(&question.query, question.mode)).collect();
        report.held += u64::from(holds.iter().any(|moments| !moments.is_empty()));
        report.differences.extend(check_channels(&text, question.mode, replays, &holds, &hits));
    }
    Ok(report)
}

/// Compares the hits of one query with the moments at which it holds, one set for each replay.
pub fn check_channels(text: &str, mode: Mode, replays: &[Replay], holds: &[Moments], hits: &[Hit]) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (replay, holds) in replays.iter().zip(holds) {
        let own = hits.iter().filter(|hit| hit.channel == replay.channel());
        let mut runs = Vec::new();
        let mut astray = Vec::new();
        for hit in own {
            match (replay.moment_of(hit.begin), replay.moment_of(hit.end)) {
                (Some(begin), Some(end)) if begin <= end => runs.push((begin, end + 1)),
                _ => astray.push(*hit),
            }
        }
        let found = Moments::from_runs(runs);
        let missing = holds.and(&found.not(replay.count()));
        let extra = found.and(&holds.not(replay.count()));
        if missing.is_empty() && extra.is_empty() && astray.is_empty() {
            continue;
        }
        let records = |moments: &Moments| -> Vec<(RecordId, RecordId)> {
            let run = |run: &(u32, u32)| (replay.records()[run.0 as usize], replay.records()[run.1 as usize - 1]);
            moments.runs().iter().take(RUNS_KEPT).map(run).collect()
        };
        let (missing, extra) = (records(&missing), records(&extra));
        differences.push(Difference {
            query: text.to_owned(),
            mode,
            channel: replay.channel(),
            missing,
            extra,
            astray,
        });
    }
    differences
}
