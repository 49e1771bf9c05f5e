//! All text of a recording: `trail export --format txt` beside asciinema's `convert -f txt`.
//!
//! Whole processes, CPU time, in turn, the median of several runs. asciinema writes the last main screen and its history,
//! without times; ours every text that could be seen, with them.
//!
//! ```text
//! cargo run --release --bin export -- --trail target/release/trail --asciinema PATH [--inputs FOLDER] [--reps 7]
//! ```
//!
//! `cargo install asciinema --version 3.2.0` builds the peer.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, ensure};
use bench_peers::arguments::Arguments;
use bench_peers::clock::{command, median};
use bench_peers::inputs::casts;
use bench_peers::table::{ms, row, times, verdict};

const TARGET: f64 = 2.0;

fn main() -> Result<()> {
    let arguments = Arguments::read(&["inputs", "trail", "asciinema", "reps"])?;
    let reps: usize = arguments.get("reps", 7)?;
    let trail: PathBuf = arguments.get("trail", PathBuf::from("target/release/trail"))?;
    let asciinema: PathBuf = arguments.get("asciinema", PathBuf::from("asciinema"))?;
    let folder = tempfile::tempdir()?;
    let (ours_to, theirs_to) = (folder.path().join("ours.txt"), folder.path().join("theirs.txt"));
    row(["recording", "trail", "asciinema", "ratio", "trail bytes", "asciinema"]);
    let (mut all_ours, mut all_theirs) = (std::time::Duration::ZERO, std::time::Duration::ZERO);
    let inputs = arguments.inputs()?;
    for cast in casts(&inputs)?.iter().filter(|path| path.parent() == Some(&inputs)) {
        let [mut ours, mut theirs] = [const { Vec::new() }; 2];
        for _ in 0..reps {
            let mut exporting = Command::new(&trail);
            exporting.arg("export").arg(cast).args(["--format", "txt", "-o"]).arg(&ours_to);
            let ran = command(&mut exporting)?;
            ensure!(ran.status.success(), "{exporting:?}: {}", ran.status);
            ours.push(ran.cpu);
            let mut converting = Command::new(&asciinema);
            converting.args(["convert", "-f", "txt", "--overwrite"]).arg(cast).arg(&theirs_to);
            let ran = command(&mut converting)?;
            ensure!(ran.status.success(), "{converting:?}: {}", ran.status);
            theirs.push(ran.cpu);
        }
        let (ours, theirs) = (median(&ours), median(&theirs));
        all_ours += ours;
        all_theirs += theirs;
        let len = |path: &PathBuf| std::fs::metadata(path).map_or(0, |meta| meta.len());
        ensure!(len(&ours_to) > 0, "nothing was exported");
        row([
            cast.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            ms(ours),
            ms(theirs),
            format!("{:.2}", times(ours, theirs)),
            len(&ours_to).to_string(),
            len(&theirs_to).to_string(),
        ]);
    }
    let ratio = times(all_ours, all_theirs);
    println!("all: {ratio:.2} ({})", verdict(ratio >= TARGET, ">= 2"));
    Ok(())
}
