//! `trail play`: replays a recording on this terminal.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use trail_replay::Player;

use crate::args::PlayArgs;
use crate::outcome::Outcome;
use crate::recording::screen_channel;
use crate::target;
use crate::ui::Ui;

/// Screens drawn a second, at most: records closer together are shown as one.
const FRAME: Duration = Duration::from_millis(1000 / 60);

/// Draws screens, not the recorded bytes: a recording may hold sequences that would steer the player's terminal.
pub(crate) fn run(args: &PlayArgs, ui: &Ui) -> Result<Outcome> {
    if !(args.speed.is_finite() && args.speed > 0.0) {
        bail!("--speed must be more than 0");
    }
    let recording = target::open(&args.target, ui)?;
    let channel = screen_channel(&recording.trail, args.channel)?;
    let mut player = Player::new(&recording.trail, channel)?;
    let mut out = io::stdout().lock();
    let mut frame = Vec::new();
    let mut due = Instant::now();
    let mut drawn = None;
    let mut last_ns = 0;
    while let Some(step) = player.step()? {
        let pause = Duration::from_nanos(step.record.offset.0.saturating_sub(last_ns));
        last_ns = step.record.offset.0;
        let pause = match args.idle_limit {
            Some(limit) if limit >= 0.0 => pause.min(Duration::try_from_secs_f64(limit).unwrap_or(Duration::MAX)),
            _ => pause,
        };
        due += pause.div_f64(args.speed);
        if due.saturating_duration_since(drawn.unwrap_or(due)) < FRAME && drawn.is_some() {
            continue;
        }
        wait_until(due);
        if let Some(terminal) = step.screen.terminal() {
            frame.clear();
            terminal.dump(&mut frame);
            out.write_all(&frame)?;
            out.flush()?;
        }
        drawn = Some(due);
    }
    // The last screen, in case it was left out, and a terminal as it was before.
    if let Some(terminal) = player.terminal() {
        frame.clear();
        terminal.dump(&mut frame);
        out.write_all(&frame)?;
    }
    out.write_all(b"\x1b[m\x1b[?25h\r\n")?;
    Ok(Outcome::done(recording.damaged))
}

#[expect(clippy::disallowed_methods, reason = "a player waits for the time of the next screen")]
fn wait_until(due: Instant) {
    std::thread::sleep(due.saturating_duration_since(Instant::now()));
}
