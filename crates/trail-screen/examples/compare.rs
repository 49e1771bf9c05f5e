//! CPU time of emulating recordings and reading every changed row after every event: this screen beside alacritty's.
//!
//! `cargo run --release -p trail-screen --example compare -- [--cols N --rows N] [--feed-only | --cuts] FILE...`. A file is an asciicast v2 or
//! v3, a ttyrec, or raw terminal output, fed in pieces of 1 KiB. Both keep 1,000 rows of history. The time is that of
//! this thread as the Linux scheduler counts it; the best of several turns, in which both take part one after the other.

#![expect(clippy::print_stdout, reason = "its output is its purpose")]

use std::collections::HashMap;
use std::fs;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};

use alacritty_terminal::event::VoidListener;
use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::index::{Column, Line};
use alacritty_terminal::term::cell::Flags;
use alacritty_terminal::term::test::TermSize;
use alacritty_terminal::term::{Config, Term, TermDamage};
use alacritty_terminal::vte::ansi::Processor;
use serde_json::Value;
use trail_model::Size;
use trail_screen::{Damage, HISTORY_ROWS, RowId, Terminal};

/// Turns each side takes.
const TURNS: usize = 7;

/// Bytes that a turn takes at least: the scheduler's clock is coarse.
const TURN_LEN: usize = 6_000_000;

/// Bytes of a piece of raw output.
const PIECE_LEN: usize = 1024;

/// What is done with each event.
#[derive(Clone, Copy, PartialEq)]
enum Feed {
    /// Fed, and changed rows read.
    AndRead,
    /// Fed.
    Only,
    /// Fed with cuts (by this side; counted as rows).
    Cuts,
}

type Hash = BuildHasherDefault<rustc_hash::FxHasher>;

fn main() {
    let mut size = Size::DEFAULT;
    let mut files = Vec::new();
    let mut feed_only = Feed::AndRead;
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut number = || args.next().and_then(|value| value.parse().ok()).expect("a number");
        match &*arg {
            "--cols" => size.cols = number(),
            "--rows" => size.rows = number(),
            "--feed-only" => feed_only = Feed::Only,
            "--cuts" => feed_only = Feed::Cuts,
            _ => files.push(arg),
        }
    }
    println!("{:40} {:>8} {:>7} {:>9} {:>9} {:>6}", "input", "kB", "events", "ours MB/s", "alac MB/s", "ratio");
    let mut product = 1.0;
    for file in &files {
        let (size, events) = read(file, size);
        let bytes: usize = events.iter().map(Vec::len).sum();
        let mut best = [u64::MAX; 2];
        let mut rows = [0; 2];
        let repeats = TURN_LEN.div_ceil(bytes.max(1));
        for _ in 0..TURNS {
            for (side, run) in [ours, alacritty].into_iter().enumerate() {
                let before = cpu_ns();
                for _ in 0..repeats {
                    rows[side] = run(size, &events, feed_only);
                }
                best[side] = best[side].min((cpu_ns() - before) / repeats as u64);
            }
        }
        let ratio = best[1] as f64 / best[0] as f64;
        product *= ratio;
        let speed = |ns: u64| bytes as f64 * 1000.0 / ns as f64;
        let name = file.rsplit('/').next().unwrap_or_default();
        println!(
            "{name:40} {:8} {:7} {:9.0} {:9.0} {ratio:6.2}   changed rows {} / {}",
            bytes / 1000,
            events.len(),
            speed(best[0]),
            speed(best[1]),
            rows[0],
            rows[1],
        );
    }
    println!("geometric mean {:.2}", product.powf(1.0 / files.len().max(1) as f64));
}

/// Nanoseconds that this thread has run.
fn cpu_ns() -> u64 {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").expect("schedstat of Linux");
    stat.split(' ').next().and_then(|ns| ns.parse().ok()).expect("a number")
}

fn hash(text: &str) -> u64 {
    let mut hasher = Hash::default().build_hasher();
    hasher.write(text.as_bytes());
    hasher.finish()
}

fn ours(size: Size, events: &[Vec<u8>], feed_only: Feed) -> usize {
    let mut terminal = Terminal::new(size);
    let mut damage = Damage::new();
    // Text hashes by row, and by place on the screen: a row that moved is changed text at its new place.
    let mut known: HashMap<RowId, u64, Hash> = HashMap::default();
    let mut places = vec![0; usize::from(size.rows)];
    let mut text = String::new();
    let mut read = 0;
    for event in events {
        if feed_only == Feed::Cuts {
            let mut rest = &event[..];
            loop {
                rest = &rest[terminal.feed_until_cut(rest)..];
                terminal.cut();
                if rest.is_empty() {
                    break;
                }
                read += 1;
            }
            continue;
        }
        terminal.feed(event);
        if feed_only == Feed::Only {
            continue;
        }
        terminal.take_damage(&mut damage);
        for &row in &damage.rows {
            let view = terminal.row(row.into());
            text.clear();
            view.append_text(&mut text);
            let hash = hash(text.trim_end());
            known.insert(view.id(), hash);
            if std::mem::replace(&mut places[usize::from(row)], hash) != hash {
                read += 1;
            }
        }
        if damage.moved || damage.switched {
            for (row, place) in places.iter_mut().enumerate() {
                let hash = known.get(&terminal.row(row).id()).copied().unwrap_or_default();
                if std::mem::replace(place, hash) != hash {
                    read += 1;
                }
            }
            if known.len() > 4096 {
                known = (0..places.len()).map(|row| (terminal.row(row).id(), places[row])).collect();
            }
        }
    }
    read
}

fn alacritty(size: Size, events: &[Vec<u8>], feed_only: Feed) -> usize {
    let config = Config { scrolling_history: HISTORY_ROWS, ..Config::default() };
    let mut term = Term::new(config, &TermSize::new(size.cols.into(), size.rows.into()), VoidListener);
    let mut parser: Processor = Processor::new();
    let mut known = vec![0; usize::from(size.rows)];
    let mut rows = Vec::new();
    let mut text = String::new();
    let mut read = 0;
    for event in events {
        parser.advance(&mut term, event);
        if feed_only != Feed::AndRead {
            continue;
        }
        rows.clear();
        match term.damage() {
            TermDamage::Full => rows.extend(0..usize::from(size.rows)),
            TermDamage::Partial(lines) => rows.extend(lines.map(|line| line.line)),
        }
        term.reset_damage();
        for &row in &rows {
            text.clear();
            let cells = &term.grid()[Line(row as i32)];
            for column in 0..term.columns() {
                let cell = &cells[Column(column)];
                if !cell.flags.intersects(Flags::WIDE_CHAR_SPACER | Flags::LEADING_WIDE_CHAR_SPACER) {
                    text.push(cell.c);
                    text.extend(cell.zerowidth().unwrap_or_default());
                }
            }
            let hash = hash(text.trim_end());
            if std::mem::replace(&mut known[row], hash) != hash {
                read += 1;
            }
        }
    }
    read
}

/// Size and output events of a file.
fn read(file: &str, size: Size) -> (Size, Vec<Vec<u8>>) {
    let bytes = fs::read(file).expect("file");
    if file.ends_with(".cast") {
        let text = String::from_utf8_lossy(&bytes);
        let mut lines = text.lines();
        let header: Value = serde_json::from_str(lines.next().unwrap_or_default()).expect("header");
        let side = |short: &str, long: &str| header["term"][short].as_u64().or_else(|| header[long].as_u64());
        let size = side("cols", "width").zip(side("rows", "height")).and_then(|(cols, rows)| Size::new(cols, rows));
        let events = lines.filter_map(|line| {
            let event: Value = serde_json::from_str(line).ok()?;
            (event[1] == "o").then(|| event[2].as_str().unwrap_or_default().as_bytes().to_vec())
        });
        return (size.expect("size"), events.collect());
    }
    if file.ends_with(".ttyrec") {
        let mut events = Vec::new();
        let mut rest = &bytes[..];
        while let Some((header, after)) = rest.split_at_checked(12) {
            let len = u32::from_le_bytes([header[8], header[9], header[10], header[11]]) as usize;
            let Some((event, after)) = after.split_at_checked(len) else { break };
            events.push(event.to_vec());
            rest = after;
        }
        return (size, events);
    }
    (size, bytes.chunks(PIECE_LEN).map(<[u8]>::to_vec).collect())
}
