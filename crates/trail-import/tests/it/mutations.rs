//! A long battery without coverage guidance: real recordings, damaged at random, go through the checks of the fuzz
//! targets. `TRAIL_MUTATIONS=N cargo test -p trail-import -- --ignored mutations` runs N of them for each target.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use crate::regressions::{Check, TARGETS, checks::SEPARATOR};

/// Pieces that the formats are made of.
const TOKENS: [&[u8]; 32] = [
    b"\n",
    b"\r\n",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\"",
    b"\\u",
    b"\\ud83d",
    b"null",
    b"1e999",
    b"-1",
    b"0",
    b"18446744073709551616",
    b"\"version\":",
    b"\"stdout\":",
    b"\"timing\":\"",
    b"=0x0",
    b"]9/9",
    b"+4294967296",
    b"MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\x7f",
    b"\nScript started on 1\n",
    b"\nScript done on 1\n",
    b"4 0.5 99999\n",
    b"7 1 TSTP\n",
    b"H 0 OUTPUT_LOG x\n",
    b"\x1f\x8b\x08",
    b"PK\x03\x04",
    b"\x00\x8c\x86\x47\x00\x00\x00\x00",
    b"\x1b[99;99H",
];

/// Bytes that a recording is cut to: small inputs run often.
const MAX_SEED_LEN: usize = 4096;

/// xorshift64*: the same numbers on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % limit.max(1)
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut entries: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn seeds(folders: &[&str]) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/recordings");
    let mut found = Vec::new();
    folders.iter().for_each(|folder| files(&root.join(folder), &mut found));
    let mut seeds: Vec<Vec<u8>> = found.iter().map(|path| std::fs::read(path).unwrap()).collect();
    seeds.iter_mut().for_each(|seed| seed.truncate(MAX_SEED_LEN));
    seeds.push(Vec::new());
    seeds
}

fn mutate(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    for _ in 0..=random.below(6) {
        let at = random.below(bytes.len() + 1);
        let to = (at + 1 + random.below(64)).min(bytes.len());
        match random.below(8) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            1 if at < bytes.len() => bytes[at] = random.below(256) as u8,
            2 if at < to => drop(bytes.drain(at..to)),
            3 if at < to => {
                let copy = bytes[at..to].to_vec();
                let into = random.below(bytes.len());
                bytes.splice(into..into, copy);
            }
            4 => bytes.truncate(at),
            5 if !other.is_empty() => {
                let from = random.below(other.len());
                let len = random.below(other.len() - from).min(256);
                bytes.splice(at..at, other[from..from + len].iter().copied());
            }
            6 => drop(bytes.splice(at..at, SEPARATOR.iter().copied())),
            _ => drop(bytes.splice(at..at, TOKENS[random.below(TOKENS.len())].iter().copied())),
        }
    }
}

fn folders(target: &str) -> &'static [&'static str] {
    match target {
        "asciicast" => &["asciicast-v1", "asciicast-v2", "asciicast-v3"],
        "ttyrec" => &["ttyrec", "ttyrec2"],
        "script" => &["script-classic", "script-advanced", "guacamole-typescript"],
        "sudo" => &["sudo-iolog"],
        "tlog" => &["tlog"],
        _ => &["archives", "asciicast-v1", "asciicast-v2", "ttyrec", "script-classic"],
    }
}

/// An input of a target: for formats of several files, several recordings' files with separators.
fn input(target: &str, seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let count = if matches!(target, "script" | "sudo") { 1 + random.below(4) } else { 1 };
    let parts: Vec<&[u8]> = (0..count).map(|_| &seeds[random.below(seeds.len())][..]).collect();
    parts.join(SEPARATOR)
}

#[test]
#[ignore = "a long battery"]
fn mutations_do_no_harm() {
    let runs: u64 = std::env::var("TRAIL_MUTATIONS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(100_000);
    for &(target, check) in TARGETS {
        let seeds = seeds(folders(target));
        for run in 1..=runs {
            let mut random = Random(run.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
            let mut bytes = input(target, &seeds, &mut random);
            let other = &seeds[random.below(seeds.len())];
            mutate(&mut bytes, other, &mut random);
            survive(target, run, check, &bytes);
        }
    }
}

fn survive(target: &str, run: u64, check: Check, bytes: &[u8]) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| check(bytes))) {
        let path = std::env::temp_dir().join(format!("{target}-{run}"));
        std::fs::write(&path, bytes).unwrap();
        std::panic::resume_unwind(Box::new(format!("run {run} of {target}: {} ({panic:?})", path.display())));
    }
}
