//! Records to screens.

use trail_container::{Chunk, Cursor, Record, TrailReader};
use trail_frame::Surface;
use trail_model::{ChannelId, Offset, RecordId};
use trail_screen::Terminal;

use crate::error::{Error, Result};
use crate::screen::Screen;

/// Plays one channel of a trail: seeks to any record or time through keyframes, steps from record to record, and lends
/// the screen.
pub struct Player<'t> {
    trail: &'t TrailReader,
    channel: ChannelId,
    /// The chunks that have records of the channel.
    chunks: &'t [usize],
    /// How many of them have been left behind or are open.
    entered: usize,
    open: Option<(Chunk, Cursor)>,
    screen: Screen,
    position: Option<Position>,
    /// A chunk could not be read: the next keyframe is taken instead of what the screen has become.
    is_lost: bool,
}

/// A record that has been applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The record.
    pub record: RecordId,
    /// When it happened.
    pub offset: Offset,
}

/// A record of the channel, and the screen after it.
pub struct Step<'p> {
    /// The record.
    pub record: Record<'p>,
    /// The screen after it.
    pub screen: &'p mut Screen,
}

impl<'t> Player<'t> {
    /// Stands before the first record of `channel`.
    ///
    /// # Errors
    /// [`Error::NoChannel`].
    pub fn new(trail: &'t TrailReader, channel: ChannelId) -> Result<Player<'t>> {
        let chunks = &trail.channel(channel).ok_or(Error::NoChannel { channel })?.chunks;
        Ok(Player {
            trail,
            channel,
            chunks,
            entered: 0,
            open: None,
            screen: Screen::new(),
            position: None,
            is_lost: false,
        })
    }

    /// Stands before the first record that the channel has in or after the chunk at `index` of the trail: so parts of
    /// one trail are played in parallel.
    ///
    /// # Errors
    /// [`Error::NoChannel`], [`Error::Container`], [`Error::Keyframe`].
    pub fn from_chunk(trail: &'t TrailReader, index: usize, channel: ChannelId) -> Result<Player<'t>> {
        let mut player = Player::new(trail, channel)?;
        let next = player.chunks.partition_point(|chunk| *chunk < index);
        let Some(entry) = player
            .chunks
            .get(next)
            .and_then(|chunk| trail.chunks().get(*chunk))
            .and_then(|chunk| chunk.channel(channel))
        else {
            // Nothing comes after: stand behind the last record.
            let last = trail.channel(channel).map_or(RecordId::FIRST, |summary| summary.last_record);
            player.seek(last)?;
            return Ok(player);
        };
        let first = entry.first_record;
        if entry.keyframe.is_some() || entry.begins {
            player.enter(next)?;
        } else if next > 0 {
            player.seek(RecordId(first.0.saturating_sub(1)))?;
        }
        Ok(player)
    }

    /// The channel.
    pub fn channel(&self) -> ChannelId {
        self.channel
    }

    /// The last record that was applied; nothing before the first and right after a keyframe was loaded.
    pub fn position(&self) -> Option<Position> {
        self.position
    }

    /// The screen as it is after the last record.
    pub fn screen(&self) -> &Screen {
        &self.screen
    }

    /// The same, to take damage.
    pub fn screen_mut(&mut self) -> &mut Screen {
        &mut self.screen
    }

    /// The terminal; nothing for a channel without a screen.
    pub fn terminal(&self) -> Option<&Terminal> {
        self.screen.terminal()
    }

    /// The desktop; nothing for a channel without one.
    pub fn surface(&self) -> Option<&Surface> {
        self.screen.surface()
    }

    /// Gives the screen away.
    pub fn into_screen(self) -> Screen {
        self.screen
    }

    /// Goes to the moment after `record`: after the channel's last record up to it.
    ///
    /// # Errors
    /// [`Error::BeforeFirst`], [`Error::Container`], [`Error::Keyframe`].
    pub fn seek(&mut self, record: RecordId) -> Result<Position> {
        let before = || Error::BeforeFirst { channel: self.channel, record };
        let start = self.trail.replay_start(self.channel, record).ok_or_else(before)?;
        let start = self.chunks.partition_point(|chunk| *chunk < start);
        let goes_on = self.position.is_some_and(|position| position.record <= record) && self.entered > start;
        if !goes_on {
            self.enter(start)?;
        }
        self.play_until(|next| next.id > record)?;
        self.position.ok_or(Error::BeforeFirst { channel: self.channel, record })
    }

    /// Goes to the moment at `offset`: after the channel's last record at or before it.
    ///
    /// # Errors
    /// [`Error::BeforeFirst`], [`Error::Container`], [`Error::Keyframe`].
    pub fn seek_time(&mut self, offset: Offset) -> Result<Position> {
        let before = || Error::BeforeFirst { channel: self.channel, record: RecordId::FIRST };
        let index = self.trail.chunk_at(offset).ok_or_else(before)?;
        let chunk = self.trail.chunk(index)?;
        let last = chunk.records().take_while(|record| record.offset <= offset).last().ok_or_else(before)?;
        self.seek(last.id)
    }

    /// Applies the channel's next record and lends it with the screen; nothing at the end.
    ///
    /// # Errors
    /// [`Error::Container`] if the next chunk cannot be read, [`Error::Keyframe`]. The next step goes on behind it, from
    /// its keyframe if it has one.
    pub fn step(&mut self) -> Result<Option<Step<'_>>> {
        let Some(cursor) = self.find_next()? else {
            return Ok(None);
        };
        let Some((chunk, place)) = &mut self.open else {
            return Ok(None);
        };
        *place = cursor;
        let Some(record) = chunk.next_record(place) else {
            return Ok(None);
        };
        self.screen.apply(&record.body);
        self.position = Some(Position { record: record.id, offset: record.offset });
        Ok(Some(Step { record, screen: &mut self.screen }))
    }

    /// Applies records up to the one at which `stop` says so.
    fn play_until(&mut self, stop: impl Fn(&Record<'_>) -> bool) -> Result<()> {
        while let Some(cursor) = self.find_next()? {
            let Some((chunk, place)) = &mut self.open else {
                return Ok(());
            };
            *place = cursor;
            let mut after = cursor;
            let Some(record) = chunk.next_record(&mut after).filter(|record| !stop(record)) else {
                return Ok(());
            };
            *place = after;
            self.screen.apply(&record.body);
            self.position = Some(Position { record: record.id, offset: record.offset });
        }
        Ok(())
    }

    /// Gives the place before the channel's next record, opening the next chunk where needed.
    fn find_next(&mut self) -> Result<Option<Cursor>> {
        loop {
            if let Some((chunk, place)) = &self.open {
                let mut cursor = *place;
                let mut before = cursor;
                while let Some(record) = chunk.next_record(&mut cursor) {
                    if record.channel == self.channel {
                        return Ok(Some(before));
                    }
                    before = cursor;
                }
            }
            let Some(&index) = self.chunks.get(self.entered) else {
                self.open = None;
                return Ok(None);
            };
            self.entered += 1;
            self.open = None;
            let chunk = self.trail.chunk(index).inspect_err(|_| self.is_lost = true)?;
            if self.is_lost
                && let Some(keyframe) = chunk.keyframe(self.channel)
            {
                self.screen = load(keyframe, self.channel, &chunk)?;
                self.is_lost = false;
            }
            let cursor = chunk.cursor();
            self.open = Some((chunk, cursor));
        }
    }

    /// Stands before the channel's first record in the `entered`-th of its chunks, with the state that the chunk gives.
    fn enter(&mut self, entered: usize) -> Result<()> {
        self.open = None;
        self.position = None;
        self.is_lost = false;
        self.screen = Screen::new();
        self.entered = entered;
        let Some(&index) = self.chunks.get(entered) else {
            return Ok(());
        };
        let chunk = self.trail.chunk(index)?;
        if let Some(keyframe) = chunk.keyframe(self.channel) {
            self.screen = load(keyframe, self.channel, &chunk)?;
        }
        let cursor = chunk.cursor();
        self.open = Some((chunk, cursor));
        self.entered = entered + 1;
        Ok(())
    }
}

fn load(keyframe: &[u8], channel: ChannelId, chunk: &Chunk) -> Result<Screen> {
    Screen::load(keyframe).map_err(|source| Error::Keyframe { channel, record: chunk.info().first_record, source })
}
