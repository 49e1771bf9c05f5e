//! Screens with what changed: trail-screen beside alacritty_terminal.
//!
//! After each piece of output, both are asked which rows changed, and build the text of each. One thread, CPU time, the
//! same history; in each repetition both get a fresh terminal, in turn; the best counts. Before that, both are checked to
//! report the same screens after every piece.
//!
//! ```text
//! cargo run --release --bin screen -- [--inputs FOLDER] [--reps 9] [--only NAME]
//! ```

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Duration;

use anyhow::Result;
use bench_peers::alacritty::Alacritty;
use bench_peers::arguments::Arguments;
use bench_peers::clock::{best, thread_cpu};
use bench_peers::inputs::{RECORDINGS, Stream, streams};
use bench_peers::table::{mb_per_s, row, times, verdict};
use trail_screen::{Damage, RowId, Terminal};

/// Each input at least.
const EACH_TARGET: f64 = 1.5;
/// The geometric mean of the recordings.
const MEAN_TARGET: f64 = 3.0;
/// A repetition of a short stream takes as many rounds as it needs for that many bytes.
const ROUND_LEN: u64 = 1_500_000;

fn main() -> Result<()> {
    let arguments = Arguments::read(&["inputs", "reps", "only"])?;
    let reps: usize = arguments.get("reps", 9)?;
    let only: String = arguments.get("only", String::new())?;
    row(["input", "pieces", "trail-screen", "alacritty", "ratio", "feed ratio", "differing"]);
    let mut product = 1.0;
    let mut all_reached = true;
    for stream in streams(&arguments.inputs()?)? {
        if !only.is_empty() && only != stream.name {
            continue;
        }
        let differing = differences(&stream);
        let rounds = (ROUND_LEN / stream.len().max(1)).max(1);
        let [mut ours, mut theirs, mut our_feed, mut their_feed] = [const { Vec::new() }; 4];
        for _ in 0..reps {
            ours.push(measure(rounds, || read_ours(&stream)));
            theirs.push(measure(rounds, || read_theirs(&stream)));
            our_feed.push(measure(rounds, || feed_ours(&stream)));
            their_feed.push(measure(rounds, || feed_theirs(&stream)));
        }
        let (ours, theirs) = (best(&ours), best(&theirs));
        let ratio = times(ours, theirs);
        all_reached &= ratio >= EACH_TARGET;
        if RECORDINGS.contains(&stream.name.as_str()) {
            product *= ratio;
        }
        let bytes = stream.len() * rounds;
        row([
            stream.name.clone(),
            stream.pieces.len().to_string(),
            mb_per_s(bytes, ours),
            mb_per_s(bytes, theirs),
            format!("{ratio:.2}"),
            format!("{:.2}", times(best(&our_feed), best(&their_feed))),
            differing,
        ]);
    }
    let mean = product.powf(1.0 / RECORDINGS.len() as f64);
    if only.is_empty() {
        println!("geometric mean of the recordings: {mean:.2} ({})", verdict(mean >= MEAN_TARGET, ">= 3"));
        println!("every input: {}", verdict(all_reached, ">= 1.5"));
    }
    Ok(())
}

fn measure<T>(rounds: u64, work: impl Fn() -> T) -> Duration {
    let ((), time) = thread_cpu(|| (0..rounds).for_each(|_| drop(black_box(work()))));
    time
}

/// What a reader of changed rows sees, in sum.
#[derive(Default)]
struct Seen {
    rows: u64,
    bytes: u64,
}

impl Seen {
    fn row(&mut self, text: &str) {
        self.rows += 1;
        self.bytes += black_box(text).len() as u64;
    }
}

fn read_ours(stream: &Stream) -> Seen {
    let mut terminal = Terminal::new(stream.size);
    let mut damage = Damage::new();
    let mut text = String::new();
    let mut ids = vec![None; stream.size.rows.into()];
    let mut seen = Seen::default();
    for piece in &stream.pieces {
        terminal.feed(piece);
        terminal.take_damage(&mut damage);
        if damage.moved || damage.switched || damage.resized {
            // Rows that only moved keep their text; which row stands where is asked of all.
            ids.iter_mut().enumerate().for_each(|(row, id)| *id = Some(terminal.row(row).id()));
        }
        for &row in &damage.rows {
            text.clear();
            terminal.row(row.into()).append_text(&mut text);
            seen.row(&text);
        }
    }
    black_box(ids);
    seen
}

fn read_theirs(stream: &Stream) -> Seen {
    let mut terminal = Alacritty::new(stream.size);
    let mut text = String::new();
    let mut seen = Seen::default();
    for piece in &stream.pieces {
        terminal.feed(piece);
        terminal.changed_rows(&mut text, |_, text| seen.row(text));
    }
    seen
}

fn feed_ours(stream: &Stream) -> Terminal {
    let mut terminal = Terminal::new(stream.size);
    stream.pieces.iter().for_each(|piece| terminal.feed(piece));
    terminal
}

fn feed_theirs(stream: &Stream) -> Alacritty {
    let mut terminal = Alacritty::new(stream.size);
    stream.pieces.iter().for_each(|piece| terminal.feed(piece));
    terminal
}

/// Keeps the texts that both report, and counts the rows that differ, over all moments, and the rows in all.
fn differences(stream: &Stream) -> String {
    let rows = usize::from(stream.size.rows);
    let mut ours = Terminal::new(stream.size);
    let mut damage = Damage::new();
    let mut by_id: HashMap<RowId, String> = HashMap::new();
    let mut theirs = Alacritty::new(stream.size);
    let mut their_rows = vec![String::new(); rows];
    let mut text = String::new();
    let (mut differing, mut all) = (0_u64, 0_u64);
    for piece in &stream.pieces {
        ours.feed(piece);
        ours.take_damage(&mut damage);
        for &row in &damage.rows {
            let view = ours.row(row.into());
            let kept = by_id.entry(view.id()).or_default();
            kept.clear();
            view.append_text(kept);
            kept.truncate(kept.trim_end_matches(' ').len());
        }
        theirs.feed(piece);
        theirs.changed_rows(&mut text, |row, text| text.clone_into(&mut their_rows[row]));
        for (row, theirs) in their_rows.iter().enumerate() {
            all += 1;
            differing += u64::from(by_id.get(&ours.row(row).id()) != Some(theirs));
        }
        if by_id.len() > 10_000 {
            let standing: Vec<RowId> = (0..rows).map(|row| ours.row(row).id()).collect();
            by_id.retain(|id, _| standing.contains(id) || ours.find_row(*id).is_some());
        }
    }
    format!("{differing} of {all}")
}
