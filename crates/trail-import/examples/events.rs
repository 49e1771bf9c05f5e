//! Prints what the importers find under the given paths: `cargo run -p trail-import --example events -- PATH...`.
//! With `-v` before the paths, every event as well; with `--encoding=LABEL`, converted from that character set.

use std::io::{self, StdoutLock, Write};

use trail_import::{Encoding, EventSink, ImportOptions, RecordingSource, SinkError, discover};
use trail_model::{Event, SessionMeta};

struct Print<'a> {
    out: StdoutLock<'a>,
    verbose: bool,
}

impl EventSink for Print<'_> {
    fn meta(&mut self, meta: &SessionMeta) -> Result<(), SinkError> {
        if self.verbose {
            writeln!(self.out, "   {meta:?}")?;
        }
        Ok(())
    }

    fn event(&mut self, event: Event) -> Result<(), SinkError> {
        if self.verbose {
            writeln!(self.out, "   {} {} {:?}", event.offset, event.channel, event.kind)?;
        }
        Ok(())
    }
}

fn main() -> io::Result<()> {
    let mut sink = Print { out: io::stdout().lock(), verbose: false };
    let mut options = ImportOptions::default();
    for argument in std::env::args().skip(1) {
        if argument == "-v" {
            sink.verbose = true;
        } else if let Some(label) = argument.strip_prefix("--encoding=") {
            options.encoding = Encoding::from_label(label);
        } else {
            for found in discover(&argument, &options) {
                match found {
                    Ok(source) => import(&source, &options, &mut sink)?,
                    Err(error) => failed(&error, &mut sink.out)?,
                }
            }
        }
    }
    Ok(())
}

fn import(source: &RecordingSource, options: &ImportOptions, sink: &mut Print<'_>) -> io::Result<()> {
    let report = match source.import(options, sink) {
        Ok(report) => report,
        Err(error) => return failed(&error, &mut sink.out),
    };
    writeln!(
        sink.out,
        "{} [{}] {} events, {} bytes out, {} in, {}{}",
        source.path(),
        report.format,
        report.events,
        report.output_bytes,
        report.input_bytes,
        report.duration,
        if report.damaged { ", damaged" } else { "" }
    )?;
    report.findings.iter().try_for_each(|finding| writeln!(sink.out, "   {finding}"))
}

fn failed(error: &trail_import::Error, out: &mut StdoutLock<'_>) -> io::Result<()> {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    writeln!(out, "-- {error}{cause}")
}
