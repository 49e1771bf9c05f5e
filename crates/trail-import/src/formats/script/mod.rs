//! Recordings of script(1) and of those who write its format: util-linux, Guacamole, asciinema 0.9.
//!
//! What was written to the terminal stands in one file, when it was written in another. The data file begins with a
//! header line and ends with a footer, which the timing file does not count. There are two kinds of timing file: the
//! classic `DELAY BYTES`, and the advanced one, which tells several streams apart. See [script(1)] and [scriptreplay(1)];
//! the sources are util-linux, `term-utils/script.c` and `script-playutils.c`.
//!
//! [script(1)]: https://man7.org/linux/man-pages/man1/script.1.html
//! [scriptreplay(1)]: https://man7.org/linux/man-pages/man1/scriptreplay.1.html

mod advanced;
mod body;
mod classic;
mod header;
mod pair;
mod timing;

#[cfg(test)]
mod tests;

use std::io;

use crate::Error;
use crate::emit::Emitter;
use crate::folder::Folder;
use crate::importer::{Group, Importer, Probe};
use crate::options::Limits;
use crate::source::Recording;
use crate::store::Window;

pub(crate) struct Script;

const CLASSIC: &str = "script-classic";
const ADVANCED: &str = "script-advanced";
const GUACAMOLE: &str = "guacamole-typescript";
const ASCIINEMA: &str = "asciinema-0.9";

/// Bytes of output handed on at once, where the recording does not cut them smaller.
const PIECE_LEN: u64 = 64 << 10;

impl Importer for Script {
    fn group(&self, folder: &Folder, limits: &Limits) -> Vec<Group> {
        pair::group(folder, limits)
    }

    fn has_siblings(&self) -> bool {
        true
    }

    fn probe(&self, file: &Probe<'_>) -> Option<&'static str> {
        if file.head.starts_with(header::GUACAMOLE_BEGIN) {
            return Some(GUACAMOLE);
        }
        // Without a timing file beside it, only the words tell a typescript from any other text.
        file.head.starts_with(header::SCRIPT_BEGIN).then_some(CLASSIC)
    }

    fn import(&self, recording: &Recording, emitter: &mut Emitter<'_>) -> Result<(), Error> {
        match recording.format {
            ADVANCED => advanced::import(recording, emitter),
            _ => classic::import(recording, emitter),
        }
    }
}

/// Hands on `len` bytes of output from `at`, in pieces of at most `piece` bytes.
fn output(
    window: &Window,
    path: &str,
    (mut at, mut len): (u64, u64),
    piece: u64,
    channel: usize,
    emitter: &mut Emitter<'_>,
) -> Result<(), Error> {
    while len > 0 {
        let bytes = read(window, path, at, len.min(piece))?;
        if bytes.is_empty() {
            break;
        }
        at += bytes.len() as u64;
        len -= bytes.len() as u64;
        emitter.output(channel, bytes)?;
    }
    Ok(())
}

fn read(window: &Window, path: &str, at: u64, len: u64) -> Result<Vec<u8>, Error> {
    window.read(at, len).map_err(|source| failed(path, source))
}

fn failed(path: &str, source: io::Error) -> Error {
    Error::Io { path: path.to_owned(), source }
}
