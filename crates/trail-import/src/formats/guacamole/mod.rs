//! Apache Guacamole: the instructions that a server sent to its client, as text, and what the user did.
//!
//! `recording.c` of guacamole-server writes them; its players (`guacenc`, the web client) are the reference for what they
//! mean. Times are milliseconds since the server's machine was started: a recording has no wall clock.

mod drawing;
mod instruction;

use trail_model::{Clipped, KeyStroke, PointerMove};

use crate::emit::Emitter;
use crate::folder::{Folder, plain_name};
use crate::importer::{Group, Importer, Probe};
use crate::source::{Part, Recording};
use crate::store::Blob;
use crate::{Error, Limits};

use drawing::{Drawing, Drawn, Ended};
use instruction::{Arguments, Found, Instructions};

pub(crate) struct Guacamole;

const FORMAT: &str = "guacamole";

/// A step back in time of more milliseconds is another session that was appended to the file.
const MAX_STEP_BACK_MS: i64 = 10_000;

impl Importer for Guacamole {
    /// JumpServer's recordings in parts: `x.replay.json` and `x.0.part.gz`, `x.1.part.gz` …
    fn group(&self, folder: &Folder, limits: &Limits) -> Vec<Group> {
        let indices = folder.entries.iter().enumerate().filter(|(_, entry)| plain_name(&entry.name).ends_with(INDEX));
        indices.filter_map(|(at, entry)| in_parts(folder, at, entry, limits)).collect()
    }

    fn probe(&self, file: &Probe<'_>) -> Option<&'static str> {
        instruction::begins(file.head).then_some(FORMAT)
    }

    fn import(&self, recording: &Recording, emitter: &mut Emitter<'_>) -> Result<(), Error> {
        let channel = emitter.open_desktop()?;
        let mut reader = Reader { channel, drawing: Drawing::default(), base: None, last: 0, not_drawn: 0 };
        for part in recording.parts.iter().filter(|part| part.role != "index") {
            reader.file(&part.blob, emitter)?;
        }
        reader.finish(recording.main(), emitter);
        Ok(())
    }
}

/// The end of the name of JumpServer's index. What it says of its parts is not needed: they have numbers.
const INDEX: &str = ".replay.json";

/// The parts that lie beside the index at `at`, by number.
fn in_parts(folder: &Folder, at: usize, entry: &Blob, limits: &Limits) -> Option<Group> {
    let stem = plain_name(&entry.name).strip_suffix(INDEX)?;
    let number = |blob: &Blob| -> Option<u64> {
        plain_name(&blob.name).strip_prefix(stem)?.strip_prefix('.')?.strip_suffix(".part")?.parse().ok()
    };
    let numbered = folder.entries.iter().enumerate().filter_map(|(at, blob)| Some((number(blob)?, at)));
    let mut numbered: Vec<(u64, usize)> = numbered.collect();
    numbered.sort_unstable();
    let parts: Vec<Part> =
        numbered.iter().map(|(_, at)| Part { role: "part", blob: folder.entries[*at].unwrapped(limits) }).collect();
    let head = parts.first()?.blob.head(crate::store::HEAD_LEN, limits).ok()?;
    if !instruction::begins(&head) {
        return None;
    }
    let mut recording = Recording::single(entry.clone(), FORMAT);
    recording.parts = vec![Part { role: "index", blob: entry.clone() }];
    recording.parts.extend(parts);
    let entries = [at].into_iter().chain(numbered.into_iter().map(|(_, at)| at)).collect();
    Some(Group { entries, recording, whole_folder: false })
}

struct Reader {
    channel: usize,
    drawing: Drawing,
    /// The recording's clock at its start, milliseconds.
    base: Option<i64>,
    /// The latest time said.
    last: i64,
    /// Instructions of paths that are not drawn.
    not_drawn: u64,
}

impl Reader {
    fn file(&mut self, blob: &Blob, emitter: &mut Emitter<'_>) -> Result<(), Error> {
        let failed = |source| Error::Io { path: blob.path.clone(), source };
        let mut instructions = Instructions::new(blob.open(&emitter.options.limits).map_err(failed)?);
        loop {
            let at = instructions.at();
            match instructions.next() {
                Found::Instruction(arguments) => {
                    if self.instruction(&arguments, emitter)?.is_none() {
                        let what = format!("instruction {:?} has impossible arguments", arguments.opcode());
                        emitter.damage_at(&blob.path, at, what);
                    }
                }
                Found::Damage(len) => emitter.damage_at(&blob.path, at, format!("{len} bytes are no instructions")),
                Found::Cut(len) => {
                    emitter.damage_at(&blob.path, at, format!("truncated: {len} bytes of an instruction at the end"));
                }
                Found::Failed(error) => emitter.cut_short(&blob.path, at, &error),
                Found::End => return Ok(()),
            }
        }
    }

    fn finish(&mut self, blob: &Blob, emitter: &mut Emitter<'_>) {
        if !self.drawing.is_empty() {
            emitter.note(&blob.path, None, "what was drawn after the last finished frame is not shown");
        }
        if self.drawing.undecodable > 0 {
            emitter.damage(&blob.path, None, format!("{} pictures cannot be decoded", self.drawing.undecodable));
        }
        if self.drawing.refused > 0 {
            emitter.damage(&blob.path, None, format!("{} streams or paths beyond the limits", self.drawing.refused));
        }
        if self.not_drawn > 0 {
            emitter.damage(&blob.path, None, format!("{} instructions of paths were not drawn", self.not_drawn));
        }
    }

    /// Moves the clock on to a time of the recording's own.
    fn clock(&mut self, now: i64, emitter: &mut Emitter<'_>) {
        let base = *self.base.get_or_insert(now);
        if now < self.last.saturating_sub(MAX_STEP_BACK_MS) {
            // Another machine, or the same one started again: go on from here with nothing on the screen.
            let played = i64::try_from(emitter.played_ns() / 1_000_000).unwrap_or(i64::MAX);
            self.base = Some(now.saturating_sub(played));
            self.drawing.clear();
        } else {
            emitter.advance_to(i128::from(now.saturating_sub(base)) * 1_000_000);
        }
        self.last = now;
    }

    /// Nothing if the arguments cannot be.
    fn instruction(&mut self, arguments: &Arguments, emitter: &mut Emitter<'_>) -> Result<Option<()>, Error> {
        let channel = self.channel;
        match arguments.opcode() {
            "sync" => {
                let Some(now) = arguments.number::<i64>(0) else { return Ok(None) };
                self.clock(now, emitter);
                if let Some(bodies) = self.drawing.frame() {
                    emitter.drawn(channel, bodies)?;
                }
            }
            "mouse" => {
                let place = arguments.number(0).zip(arguments.number(1));
                let Some((x, y)) = place else { return Ok(None) };
                if let Some(now) = arguments.number::<i64>(3) {
                    self.clock(now, emitter);
                }
                emitter.pointer(channel, PointerMove::new(x, y, arguments.number(2).unwrap_or(0)))?;
            }
            "key" => {
                let Some((keysym, is_down)) = arguments.number(0).zip(arguments.number::<u8>(1)) else {
                    return Ok(None);
                };
                if let Some(now) = arguments.number::<i64>(2) {
                    self.clock(now, emitter);
                }
                emitter.key(channel, KeyStroke::new(keysym, is_down != 0))?;
            }
            "name" => emitter.meta.title = arguments.text(0).map(str::to_owned),
            "error" | "disconnect" => {
                let words = [arguments.opcode(), arguments.text(0).unwrap_or_default()];
                emitter.marker(channel, words.join(" ").trim_end().to_owned())?;
            }
            opcode => match self.drawing.instruction(opcode, arguments) {
                Drawn::Done => {}
                Drawn::Ended(Ended::Clipboard(media_type, data)) => {
                    emitter.clipboard(channel, Clipped::new(&media_type, &data))?;
                }
                Drawn::Impossible => return Ok(None),
                Drawn::Path => self.not_drawn += 1,
                Drawn::Unknown => emitter.report.skipped_records += 1,
            },
        }
        Ok(Some(()))
    }
}
