//! One channel, replayed: what was visible at each moment.

use rustc_hash::FxHashMap;
use trail_container::{RecordBody, TrailReader};
use trail_model::{ChannelId, RecordId, SessionMeta};
use trail_replay::{Player, Result};
use trail_screen::RowId;

use super::command::CommandLine;
use super::index::Index;
use super::moments::Moments;

/// The number of a distinct text.
pub(crate) type TextId = u32;

/// How finished a line's text is at a moment. The order matters: each misses what the one before misses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Finish {
    /// Everything counts.
    Whole,
    /// The token between blanks at the end goes on with punctuation: the token does not count, its words do.
    TokenGoesOn,
    /// The word at the end goes on.
    WordGoesOn,
}

/// The lines of one moment, by the id of their first row.
pub(crate) type Screen = Vec<(RowId, TextId)>;

/// One channel of a trail, replayed.
pub struct Replay {
    channel: ChannelId,
    /// What the trail says of itself.
    pub(crate) meta: SessionMeta,
    records: Vec<RecordId>,
    /// When each moment began, and last when the recording ended, in nanoseconds since its start.
    pub(crate) times: Vec<u64>,
    pub(crate) texts: Vec<String>,
    /// Distinct screens in a row: from which moment on, which lines.
    pub(crate) screens: Vec<(u32, Screen)>,
    pub(crate) index: Index,
}

/// Replays every channel of a trail.
///
/// # Errors
/// What the player answers.
pub fn replay_all(trail: &TrailReader) -> Result<Vec<Replay>> {
    let channels: Vec<ChannelId> = trail.channels().map(|summary| summary.channel).collect();
    channels.into_iter().map(|channel| Replay::of(trail, channel)).collect()
}

/// A line that was read from pixels, at a moment: a number that stays with it while it stands and grows, and its text.
pub type PixelLine = (u64, String);

impl Replay {
    /// Replays a channel from its first record, without keyframes.
    ///
    /// # Errors
    /// What the player answers.
    pub fn of(trail: &TrailReader, channel: ChannelId) -> Result<Replay> {
        Replay::with_pixels(trail, channel, |_| Vec::new())
    }

    /// The same, where `lines` says what could be read in the pixels of a desktop at a moment: reading pixels is checked
    /// elsewhere.
    ///
    /// # Errors
    /// What the player answers.
    pub fn with_pixels(
        trail: &TrailReader,
        channel: ChannelId,
        mut lines: impl FnMut(u32) -> Vec<PixelLine>,
    ) -> Result<Replay> {
        let mut texts = Texts::default();
        let mut records = Vec::new();
        let mut times = Vec::new();
        let mut screens: Vec<(u32, Screen)> = Vec::new();
        let mut titles: Vec<(TextId, u32, u32)> = Vec::new();
        let mut player = Player::new(trail, channel)?;
        let mut text = String::new();
        let mut desktop_title = None;
        while let Some(step) = player.step()? {
            let moment = records.len() as u32;
            records.push(step.record.id);
            times.push(step.record.offset.0);
            let mut screen = Screen::new();
            if let Some(terminal) = step.screen.terminal() {
                terminal.logical_lines(|line| {
                    text.clear();
                    line.append_text(&mut text);
                    let visible = text.trim_end_matches(' ');
                    if !visible.is_empty() {
                        screen.push((line.id(), texts.id(visible)));
                    }
                });
                if !terminal.title().is_empty() {
                    let title = texts.id(terminal.title());
                    match titles.last_mut() {
                        Some(last) if last.0 == title && last.2 == moment => last.2 = moment + 1,
                        _ => titles.push((title, moment, moment + 1)),
                    }
                }
            }
            if step.screen.surface().is_some() {
                screen.extend(lines(moment).iter().map(|(line, text)| (RowId(*line), texts.id(text))));
                if let RecordBody::Title(title) = step.record.body {
                    desktop_title = Some(title.to_owned()).filter(|title| !title.is_empty());
                }
                if let Some(title) = &desktop_title {
                    let title = texts.id(title);
                    match titles.last_mut() {
                        Some(last) if last.0 == title && last.2 == moment => last.2 = moment + 1,
                        _ => titles.push((title, moment, moment + 1)),
                    }
                }
            }
            if screens.last().is_none_or(|last| last.1 != screen) {
                screens.push((moment, screen));
            }
        }
        times.push(trail.duration().0);
        let (meta, index) = (trail.meta().clone(), Index::default());
        let mut replay = Replay { channel, meta, records, times, texts: texts.list, screens, index };
        let mut index = Index::new(replay.texts.len());
        for (text, begin, end) in titles {
            index.add_title(text, (begin, end));
        }
        replay.each_line(|text, finish, run, item| index.add_line(text, finish, run, item));
        index.close(&replay.texts);
        replay.index = index;
        Ok(replay)
    }

    /// A recording of one moment with this one text on the screen and as the title: what a query says of a text by itself.
    pub fn of_text(channel: ChannelId, text: &str) -> Replay {
        let texts = vec![text.to_owned()];
        let mut index = Index::new(1);
        index.add_line(0, Finish::Whole, (0, 1), 0);
        index.add_title(0, (0, 1));
        index.close(&texts);
        let (meta, records) = (SessionMeta::default(), vec![RecordId(1)]);
        Replay { channel, meta, records, times: vec![0, 0], texts, screens: Vec::new(), index }
    }

    /// Adds the commands: text and the record in which Enter took effect. When they could be seen is worked out here.
    pub fn add_commands(&mut self, commands: &[CommandLine]) {
        let mut index = std::mem::take(&mut self.index);
        for command in commands {
            let text = self.texts.len() as TextId;
            self.texts.push(command.text.clone());
            index.add_command(text, self.lifetime(command), &self.texts);
        }
        self.index = index;
    }

    /// The channel.
    pub fn channel(&self) -> ChannelId {
        self.channel
    }

    /// The channel's records: the one of each moment.
    pub fn records(&self) -> &[RecordId] {
        &self.records
    }

    /// How many moments there are.
    pub fn count(&self) -> u32 {
        self.records.len() as u32
    }

    /// The moment of a record of this channel.
    pub fn moment_of(&self, record: RecordId) -> Option<u32> {
        self.records.binary_search(&record).ok().map(|moment| moment as u32)
    }

    /// The distinct texts that were visible, as lines or titles.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    /// The texts of the lines at a moment, from top to bottom.
    pub fn lines(&self, moment: u32) -> Vec<&str> {
        let at = self.screens.partition_point(|screen| screen.0 <= moment);
        let screen = at.checked_sub(1).and_then(|at| self.screens.get(at));
        screen.map_or_else(Vec::new, |screen| screen.1.iter().map(|line| self.text(line.1)).collect())
    }

    pub(crate) fn text(&self, text: TextId) -> &str {
        &self.texts[text as usize]
    }

    /// The records of a set of moments.
    pub fn records_of(&self, moments: &Moments) -> Vec<RecordId> {
        let run = |run: &(u32, u32)| self.records[run.0 as usize..run.1 as usize].iter().copied();
        moments.runs().iter().flat_map(run).collect()
    }

    /// Gives each line of each run of equal screens with how finished it is, from the last moment to the first: what
    /// comes after a text decides. Last comes the text to which the line grew in the end: that is what item it was.
    fn each_line(&self, mut give: impl FnMut(TextId, Finish, (u32, u32), TextId)) {
        // Of the screen after the one at hand: each line's text, how finished it is there, and its item.
        let mut later: FxHashMap<RowId, (TextId, Finish, TextId)> = FxHashMap::default();
        let mut end = self.count();
        for (begin, screen) in self.screens.iter().rev() {
            let mut here = FxHashMap::default();
            for &(row, text) in screen {
                let (finish, item) = match later.get(&row) {
                    Some(&(next, finish, item)) if next == text => (finish, item),
                    Some(&(next, _, item)) if self.text(next).starts_with(self.text(text)) => {
                        (goes_on(self.text(text), self.text(next)), item)
                    }
                    Some(_) | None => (Finish::Whole, text),
                };
                here.insert(row, (text, finish, item));
                give(text, finish, (*begin, end), item);
            }
            later = here;
            end = *begin;
        }
    }
}

/// How finished a text is whose line has this text next.
fn goes_on(text: &str, next: &str) -> Finish {
    let more = next.strip_prefix(text).and_then(|more| more.chars().next());
    match more {
        Some(c) if c.is_alphanumeric() => Finish::WordGoesOn,
        Some(c) if !c.is_whitespace() => Finish::TokenGoesOn,
        _ => Finish::Whole,
    }
}

/// Numbers distinct texts.
#[derive(Default)]
struct Texts {
    ids: FxHashMap<String, TextId>,
    list: Vec<String>,
}

impl Texts {
    fn id(&mut self, text: &str) -> TextId {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        let id = self.list.len() as TextId;
        self.list.push(text.to_owned());
        self.ids.insert(text.to_owned(), id);
        id
    }
}
