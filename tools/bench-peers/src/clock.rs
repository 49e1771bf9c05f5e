//! CPU time. Wall time says little on a machine that does other things.

use std::io;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::time::{ClockId, clock_gettime};

fn now(clock: ClockId) -> Duration {
    // These clocks exist on every system this builds for.
    clock_gettime(clock).map(Duration::from).unwrap_or_default()
}

/// Runs `work`; gives what it gave and the CPU time of this thread.
pub fn thread_cpu<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = now(ClockId::CLOCK_THREAD_CPUTIME_ID);
    let result = work();
    (result, now(ClockId::CLOCK_THREAD_CPUTIME_ID) - start)
}

/// Runs `work`; gives what it gave and the CPU time of all threads of this process.
pub fn process_cpu<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = now(ClockId::CLOCK_PROCESS_CPUTIME_ID);
    let result = work();
    (result, now(ClockId::CLOCK_PROCESS_CPUTIME_ID) - start)
}

/// CPU time of all children that have ended, user and system.
///
/// # Errors
/// If the system does not tell.
pub fn children_cpu() -> io::Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let parts = [usage.user_time(), usage.system_time()];
    Ok(parts.iter().map(|part| Duration::new(part.tv_sec() as u64, part.tv_usec() as u32 * 1000)).sum())
}

/// What a command took.
#[derive(Clone, Copy, Debug)]
pub struct Ran {
    /// CPU time of the process and all its children, user and system.
    pub cpu: Duration,
    /// Wall time.
    pub wall: Duration,
    /// How it ended.
    pub status: ExitStatus,
}

/// Runs a command with its output thrown away.
///
/// # Errors
/// If it cannot be started.
pub fn command(command: &mut Command) -> io::Result<Ran> {
    let before = children_cpu()?;
    let start = Instant::now();
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    Ok(Ran { wall: start.elapsed(), cpu: children_cpu()? - before, status })
}

/// The least of several measurements: what the work takes when nothing gets in its way.
pub fn best(times: &[Duration]) -> Duration {
    times.iter().min().copied().unwrap_or_default()
}

/// The middle one of several measurements.
pub fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// The value below which that share of the measurements lies.
pub fn percentile(times: &[Duration], share: f64) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    let at = (times.len() as f64 * share) as usize;
    times.get(at.min(times.len().saturating_sub(1))).copied().unwrap_or_default()
}
