//! A question to a folder of recordings: `trail grep` beside ripgrep over the raw files.
//!
//! Cold is without the cache of extracted content, cached with it. Whole processes, CPU and wall time, in turn, the
//! median of several runs.
//!
//! ```text
//! for n in $(seq 200); do
//!     cargo run -q --release -p trail-mkdata -- shell --hours 0.087 --seed $n -o target/bench-inputs/sessions/$n.cast
//! done
//! cargo run --release --bin grep -- --trail target/release/trail [--folder target/bench-inputs/sessions] [--reps 5]
//!     [--query passwd] [--rg rg]
//! ```

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use bench_peers::arguments::Arguments;
use bench_peers::clock::{Ran, command, median};
use bench_peers::table::{ms, row, times, verdict};

const COLD_MOST: f64 = 40.0;
const CACHED_MOST: f64 = 4.0;

fn main() -> Result<()> {
    let arguments = Arguments::read(&["folder", "trail", "rg", "reps", "query"])?;
    let reps: usize = arguments.get("reps", 5)?;
    let trail: PathBuf = arguments.get("trail", PathBuf::from("target/release/trail"))?;
    let rg: PathBuf = arguments.get("rg", PathBuf::from("rg"))?;
    let query: String = arguments.get("query", "passwd".to_owned())?;
    let folder: PathBuf = arguments.get("folder", PathBuf::from("target/bench-inputs/sessions"))?;
    let cache = tempfile::tempdir()?;
    let (mut files, mut bytes) = (0, 0);
    for entry in fs::read_dir(&folder).with_context(|| format!("failed to list {}", folder.display()))? {
        files += 1;
        bytes += entry?.metadata()?.len();
    }
    println!("{files} recordings, {:.1} MB, query {query}", bytes as f64 / 1e6);

    let grep = |args: &[&str]| -> Result<Ran> {
        let mut grepping = Command::new(&trail);
        grepping.args(["grep", &query]).args(args).arg(&folder).env("XDG_CACHE_HOME", cache.path());
        let ran = command(&mut grepping)?;
        ensure!(ran.status.success(), "{grepping:?}: {}", ran.status);
        Ok(ran)
    };
    grep(&[])?;
    let [mut cold, mut cached, mut peer] = [const { Vec::new() }; 3];
    for _ in 0..reps {
        cold.push(grep(&["--no-cache"])?);
        cached.push(grep(&[])?);
        let mut searching = Command::new(&rg);
        let ran = command(searching.arg(&query).arg(&folder))?;
        ensure!(ran.status.success(), "{searching:?}: {}", ran.status);
        peer.push(ran);
    }
    row(["", "CPU", "times rg", "wall", "times rg", ""]);
    let of = |runs: &[Ran]| {
        let cpu: Vec<_> = runs.iter().map(|ran| ran.cpu).collect();
        let wall: Vec<_> = runs.iter().map(|ran| ran.wall).collect();
        (median(&cpu), median(&wall))
    };
    let (peer_cpu, peer_wall) = of(&peer);
    row(["rg".into(), ms(peer_cpu), String::new(), ms(peer_wall)]);
    for (name, runs, most) in [("trail grep, cold", &cold, COLD_MOST), ("trail grep, cached", &cached, CACHED_MOST)] {
        let (cpu, wall) = of(runs);
        let (by_cpu, by_wall) = (times(peer_cpu, cpu), times(peer_wall, wall));
        row([
            name.into(),
            ms(cpu),
            format!("{by_cpu:.1}"),
            ms(wall),
            format!("{by_wall:.1}"),
            verdict(by_wall <= most && by_cpu <= most, &format!("<= {most}")),
        ]);
    }
    Ok(())
}
