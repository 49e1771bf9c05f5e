//! Writes recordings that are too big to commit: the same seed gives the same bytes, for ever.
//!
//! ```text
//! trail-mkdata shell --hours 8 -o shell.cast           an administrator's day, typed key by key
//! trail-mkdata log --bytes 2000000000 -o log.cast       a scrolling log
//! trail-mkdata sessions --count 10000 -o DIR            many short sessions
//! trail-mkdata sessions --count 1500 --seconds 600 -o DIR   an archive of a million items
//! ```

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};
use trail_mkdata::{write_log, write_sessions, write_shell};

#[derive(Parser)]
#[command(version, about)]
struct Args {
    #[command(subcommand)]
    what: What,
    /// Seed of all choices.
    #[arg(long, global = true, default_value_t = 1)]
    seed: u64,
}

#[derive(Subcommand)]
enum What {
    /// A shell session: commands typed key by key, their output, a pager, an editor, a monitor.
    Shell {
        /// Length of the session in hours of recorded time.
        #[arg(long, default_value_t = 8.0)]
        hours: f64,
        /// The recording to write (asciicast v2).
        #[arg(short, long)]
        output: PathBuf,
    },
    /// A log that scrolls by.
    Log {
        /// Bytes of terminal output, at least.
        #[arg(long, default_value_t = 2_000_000_000)]
        bytes: u64,
        /// The recording to write (asciicast v2).
        #[arg(short, long)]
        output: PathBuf,
    },
    /// Many short sessions, one file each.
    Sessions {
        /// How many.
        #[arg(long, default_value_t = 10_000)]
        count: u32,
        /// Length of the longest in seconds of recorded time; the shortest take five.
        #[arg(long, default_value_t = 60.0)]
        seconds: f64,
        /// The folder to write them to.
        #[arg(short, long)]
        output: PathBuf,
    },
}

fn main() -> Result<()> {
    let args = Args::parse();
    match args.what {
        What::Shell { hours, output } => write_shell(&output, hours, args.seed),
        What::Log { bytes, output } => write_log(&output, bytes, args.seed),
        What::Sessions { count, seconds, output } => write_sessions(&output, count, seconds, args.seed),
    }
}
