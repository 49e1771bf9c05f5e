//! Chores of the project: `cargo xtask ci`, `cargo xtask batteries`, `cargo xtask fuzz [SECONDS]`.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

const USAGE: &str = "\
usage: cargo xtask CHORE
  ci               what .ci/run does
  batteries        the long tests: exhaustive flips and cuts, every recording of the corpus (release build)
  fuzz [SECONDS]   every fuzz target for that long (default 300); needs cargo-fuzz and a nightly toolchain
  deny             licences, sources and duplicates of the dependencies; needs cargo-deny";

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).context("the workspace root")?.to_path_buf();
    let mut args = env::args().skip(1);
    match args.next().as_deref() {
        Some("ci") => run(Command::new("bash").arg(".ci/run").current_dir(root)),
        Some("batteries") => run(Command::new("cargo")
            .args(["test", "--workspace", "--release", "--", "--ignored", "--nocapture"])
            .current_dir(root)),
        Some("fuzz") => fuzz(&root, args.next().as_deref().unwrap_or("300")),
        Some("deny") => run(Command::new("cargo").args(["deny", "check"]).current_dir(root)),
        _ => bail!("{USAGE}"),
    }
}

fn fuzz(root: &Path, seconds: &str) -> Result<()> {
    let seconds: u32 = seconds.parse().context("the number of seconds for each target")?;
    let targets: PathBuf = root.join("tools/fuzz/fuzz_targets");
    let mut names: Vec<String> = std::fs::read_dir(&targets)
        .with_context(|| format!("failed to list {}", targets.display()))?
        .filter_map(|entry| entry.ok()?.path().file_stem()?.to_str().map(str::to_owned))
        .collect();
    names.sort();
    for name in names {
        run(Command::new("cargo")
            .args(["+nightly", "fuzz", "run", "--fuzz-dir", "tools/fuzz", &name, "--"])
            .args([format!("-max_total_time={seconds}"), "-timeout=20".into(), "-rss_limit_mb=2048".into()])
            .current_dir(root))?;
    }
    Ok(())
}

fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("failed to start {command:?}"))?;
    if !status.success() {
        bail!("{command:?}: {status}");
    }
    Ok(())
}
