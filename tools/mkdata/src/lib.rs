//! Recordings that are too big to commit: the same seed gives the same bytes, for ever.

mod cast;
mod random;
mod words;

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context, Result};

use cast::CastWriter;
use random::Random;

/// When recordings begin, in seconds since 1970.
const START: i64 = 1_767_340_800;

/// Writes an administrator's session of so many hours, typed key by key.
///
/// # Errors
/// If the file cannot be written, as everywhere here.
pub fn write_shell(path: &Path, hours: f64, seed: u64) -> Result<()> {
    let mut cast = create(path, START)?;
    shell(&mut cast, &mut Random::new(seed), hours * 3600.0)?;
    cast.finish()
}

/// Writes a scrolling log of at least so many bytes of output.
///
/// # Errors
/// As [`write_shell`].
pub fn write_log(path: &Path, bytes: u64, seed: u64) -> Result<()> {
    let mut cast = create(path, START)?;
    log(&mut cast, &mut Random::new(seed), bytes)?;
    cast.finish()
}

/// Writes many sessions to a folder, one file each, of five to `seconds` seconds.
///
/// # Errors
/// As [`write_shell`].
pub fn write_sessions(folder: &Path, count: u32, seconds: f64, seed: u64) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("failed to make {}", folder.display()))?;
    for number in 0..count {
        let mut random = Random::new(seed.wrapping_add(u64::from(number) << 20));
        // One session every twenty minutes, over several months.
        let start = START + i64::from(number) * 1200;
        let mut cast = create(&folder.join(format!("session-{number:06}.cast")), start)?;
        let length = 5.0 + random.unit() * (seconds - 5.0);
        shell(&mut cast, &mut random, length)?;
        cast.finish()?;
    }
    Ok(())
}

fn create(path: &Path, start: i64) -> Result<CastWriter<BufWriter<File>>> {
    let file = File::create(path).with_context(|| format!("failed to create {}", path.display()))?;
    CastWriter::new(BufWriter::with_capacity(1 << 20, file), start)
}

/// Works at a shell until `seconds` of recorded time have gone by.
fn shell(cast: &mut CastWriter<impl std::io::Write>, random: &mut Random, seconds: f64) -> Result<()> {
    let user = *random.choose(&words::USERS);
    let host = *random.choose(&words::HOSTS);
    let prompt = format!("\x1b[01;32m{user}@{host}\x1b[00m:\x1b[01;34m~\x1b[00m$ ");
    cast.output(&format!("\x1b]0;{user}@{host}: ~\x07{prompt}"))?;
    while cast.seconds() < seconds {
        cast.wait(random.unit() * 8.0);
        match random.below(20) {
            0 => pager(cast, random)?,
            1 => monitor(cast, random)?,
            2 => editor(cast, random)?,
            _ => command(cast, random)?,
        }
        cast.output(&prompt)?;
    }
    cast.output("exit\r\n")
}

/// Types a line as a person does: key by key, now and then a wrong one and a backspace.
fn type_line(cast: &mut CastWriter<impl std::io::Write>, random: &mut Random, line: &str) -> Result<()> {
    for c in line.chars() {
        cast.wait(0.04 + random.unit() * 0.2);
        if random.below(40) == 0 {
            let wrong = char::from(b'a' + random.below(26) as u8);
            cast.output(&wrong.to_string())?;
            cast.wait(0.3);
            cast.output("\x08 \x08")?;
        }
        cast.output(c.encode_utf8(&mut [0; 4]))?;
    }
    cast.wait(0.2);
    cast.output("\r\n")
}

fn command(cast: &mut CastWriter<impl std::io::Write>, random: &mut Random) -> Result<()> {
    let line = words::command(random);
    type_line(cast, random, &line)?;
    for _ in 0..random.below(40) {
        cast.wait(random.unit() * 0.01);
        cast.output(&format!("{}\r\n", words::output_line(random)))?;
    }
    Ok(())
}

fn pager(cast: &mut CastWriter<impl std::io::Write>, random: &mut Random) -> Result<()> {
    type_line(cast, random, "less /var/log/syslog")?;
    cast.output("\x1b[?1049h\x1b[22;0;0t\x1b[H\x1b[2J")?;
    for _ in 0..23 {
        cast.output(&format!("{}\r\n", words::log_line(random)))?;
    }
    for _ in 0..random.below(60) {
        cast.wait(random.unit() * 1.5);
        cast.output(&format!("\r\x1b[K{}\r\n\x1b[7m:\x1b[27m\x1b[K", words::log_line(random)))?;
    }
    cast.output("\x1b[?1049l\x1b[23;0;0t")
}

fn monitor(cast: &mut CastWriter<impl std::io::Write>, random: &mut Random) -> Result<()> {
    type_line(cast, random, "top")?;
    cast.output("\x1b[?1h\x1b=\x1b[?25l\x1b[H\x1b[2J")?;
    for _ in 0..3 + random.below(20) {
        cast.wait(3.0);
        let mut frame = format!("\x1b[Htop - load average: {:.2}\x1b[K\r\n\x1b[K\r\n", random.unit() * 4.0);
        frame.push_str("\x1b[7m    PID USER      PR  NI    VIRT    RES  %CPU COMMAND \x1b[m\x1b[K\r\n");
        for _ in 0..18 {
            let (user, process) = (*random.choose(&words::USERS), *random.choose(&words::PROCESSES));
            let (pid, memory, cpu) = (random.below(90_000), random.below(900_000), random.unit() * 99.0);
            frame.push_str(&format!(
                "{pid:>7} {user:<9} 20   0 {memory:>7} {:>6} {cpu:>5.1} {process}\x1b[K\r\n",
                memory / 3
            ));
        }
        cast.output(&frame)?;
    }
    cast.output("\x1b[?1l\x1b>\x1b[24;1H\x1b[?25h\r\n")
}

fn editor(cast: &mut CastWriter<impl std::io::Write>, random: &mut Random) -> Result<()> {
    type_line(cast, random, "vi /etc/hosts")?;
    cast.output("\x1b[?1049h\x1b[1;24r\x1b[H\x1b[2J")?;
    for row in 1..24 {
        let line = if row < 12 { words::hosts_line(random) } else { "\x1b[94m~\x1b[m".to_owned() };
        cast.output(&format!("\x1b[{row};1H{line}"))?;
    }
    cast.output("\x1b[24;1H\"/etc/hosts\" 11L, 321B\x1b[1;1H")?;
    for _ in 0..5 + random.below(40) {
        cast.wait(0.1 + random.unit() * 0.6);
        let row = 1 + random.below(11);
        match random.below(4) {
            0 => cast.output(&format!(
                "\x1b[1;23r\x1b[{row};1H\x1b[L\x1b[1;24r\x1b[{row};1H{}",
                words::hosts_line(random)
            ))?,
            1 => cast.output(&format!("\x1b[1;23r\x1b[{row};1H\x1b[M\x1b[1;24r\x1b[{row};1H"))?,
            2 => cast.output(&format!("\x1b[{row};{}H\x1b[P", 1 + random.below(20)))?,
            _ => cast.output(&format!("\x1b[{row};{}H\x1b[@{}", 1 + random.below(20), random.choose(&words::USERS)))?,
        }
    }
    cast.output("\x1b[24;1H\x1b[K:wq\r\x1b[?1049l")
}

/// Lines of a log until there are `bytes` bytes of them, written in pieces of up to 4 KiB as a terminal gets them.
fn log(cast: &mut CastWriter<impl std::io::Write>, random: &mut Random, bytes: u64) -> Result<()> {
    let mut pending = String::new();
    while cast.output_bytes() < bytes {
        while pending.len() < 4096 {
            pending.push_str(&words::log_line(random));
            pending.push_str("\r\n");
        }
        cast.wait(0.001 + random.unit() * 0.02);
        let rest = pending.split_off(4096);
        cast.output(&pending)?;
        pending = rest;
    }
    cast.output(&pending)
}
