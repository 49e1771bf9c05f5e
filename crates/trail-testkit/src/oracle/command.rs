//! When a command could be seen.

use trail_model::RecordId;

use super::replay::Replay;

/// A command as data: what it says and when Enter took effect. Finding commands is not checked here, only how long they
/// were visible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    /// Its text.
    pub text: String,
    /// The record in which Enter took effect.
    pub entered: RecordId,
}

impl Replay {
    /// From Enter until the last row of the command's line has gone or the line no longer holds it. The line is the
    /// lowest one that holds it at that moment; where there is none, the command was seen at that moment alone.
    pub(crate) fn lifetime(&self, command: &CommandLine) -> (u32, u32) {
        let Some(entered) = self.moment_of(command.entered) else { return (0, 0) };
        let at = self.screens.partition_point(|screen| screen.0 <= entered).saturating_sub(1);
        // Of a command of several lines it is the last, in which Enter took effect.
        let last_line = command.text.rsplit('\n').next().unwrap_or(&command.text);
        let holds = |text| self.text(text).contains(last_line);
        let Some((_, screen)) = self.screens.get(at) else { return (entered, entered + 1) };
        let Some(&(row, _)) = screen.iter().rev().find(|line| holds(line.1)) else { return (entered, entered + 1) };
        let gone =
            self.screens[at..].iter().find(|(_, screen)| !screen.iter().any(|line| line.0 == row && holds(line.1)));
        (entered, gone.map_or(self.count(), |gone| gone.0))
    }
}
