//! How a command ended.

use std::io;
use std::process::ExitCode;

/// What the exit code is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Something was found; done, for commands that look for nothing.
    pub(crate) found: bool,
    /// Something was unreadable or damaged.
    pub(crate) damaged: bool,
}

impl Outcome {
    /// Done, nothing wrong.
    pub(crate) const DONE: Outcome = Outcome { found: true, damaged: false };

    /// Done, but something was unreadable or damaged.
    pub(crate) fn done(damaged: bool) -> Outcome {
        Outcome { found: true, damaged }
    }

    /// As grep's: 0 found, 1 not found, 2 something could not be read.
    pub(crate) fn exit_code(self) -> ExitCode {
        ExitCode::from(match self {
            Outcome { damaged: true, .. } => 2,
            Outcome { found: true, .. } => 0,
            Outcome { found: false, .. } => 1,
        })
    }
}

/// Tells whether the reader of our output has gone, as `trail grep … | head` makes it.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe))
}
