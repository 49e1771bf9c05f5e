//! Prints what the importers find under the given paths: `cargo run -p trail-import --example events -- PATH...`.
//! With `-v` before the paths, every event as well.

use std::io::{self, Write};

use trail_import::{Collected, ImportOptions, discover};

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    let options = ImportOptions::default();
    let mut verbose = false;
    for path in std::env::args().skip(1) {
        if path == "-v" {
            verbose = true;
            continue;
        }
        for found in discover(&path, &options) {
            let source = match found {
                Ok(source) => source,
                Err(error) => {
                    let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
                    writeln!(out, "-- {error}{cause}")?;
                    continue;
                }
            };
            let mut sink = Collected::default();
            match source.import(&options, &mut sink) {
                Err(error) => writeln!(out, "-- {} [{}] {error}", source.path(), source.format())?,
                Ok(report) => {
                    writeln!(
                        out,
                        "{} [{}] {} events, {} out, {} in, {}{}",
                        source.path(),
                        report.format,
                        report.events,
                        report.output_bytes,
                        report.input_bytes,
                        report.duration,
                        if report.damaged { " DAMAGED" } else { "" }
                    )?;
                    report.findings.iter().try_for_each(|finding| writeln!(out, "   {finding}"))?;
                    if verbose {
                        writeln!(out, "   {:?}", sink.meta)?;
                        sink.events.iter().try_for_each(|event| {
                            writeln!(out, "   {} {} {:?}", event.offset, event.channel, event.kind)
                        })?;
                    }
                }
            }
        }
    }
    Ok(())
}
