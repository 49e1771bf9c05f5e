//! `trail sessions`: the sessions of a data directory, as their trails describe them.

use std::io::{self, Write};

use anyhow::Result;
use serde_json::json;
use trail_container::TrailReader;
use trail_index::DataDir;

use crate::args::SessionsArgs;
use crate::filter::Filter;
use crate::outcome::Outcome;
use crate::times;
use crate::ui::{Role, Ui, printable};

pub(crate) fn run(args: &SessionsArgs, ui: &Ui) -> Result<Outcome> {
    let data = DataDir::open(&args.data)?;
    let filter = Filter::new(&args.filter)?;
    let mut outcome = Outcome::default();
    let mut out = io::stdout().lock();
    for file in data.trail_files()? {
        let trail = match TrailReader::open(data.trails_dir().join(&file)) {
            Ok(trail) => trail,
            // One bad trail does not break the list.
            Err(error) => {
                outcome.damaged = true;
                ui.error(&format!("{file}: {}", crate::recording::chain(&error)));
                continue;
            }
        };
        let meta = trail.meta();
        if !filter.admits(meta) {
            continue;
        }
        outcome.found = true;
        let session = file.trim_end_matches(".trail");
        let start = meta.start.map(times::iso);
        if args.json {
            let value = json!({
                "session": session,
                "trail_id": trail.trail_id().to_string(),
                "format": meta.format,
                "source": meta.source,
                "start_time": start,
                "duration": trail.duration().as_secs_f64(),
                "user": meta.user,
                "target_user": meta.target_user,
                "host": meta.host,
                "command": meta.command,
                "title": meta.title,
                "exit_status": meta.exit_status,
                "records": trail.last_record(),
                "closed": trail.is_closed(),
            });
            writeln!(out, "{value}")?;
            continue;
        }
        ui.paint(&mut out, Role::Path, session)?;
        let user = [meta.user.as_deref(), meta.host.as_deref()].into_iter().flatten().collect::<Vec<_>>().join("@");
        let what = meta.title.as_deref().or(meta.command.as_deref()).or(meta.source.as_deref()).unwrap_or_default();
        let duration = trail_convert::duration(trail.duration().0);
        let start = start.unwrap_or_else(|| "-".into());
        writeln!(out, "  {start:<30}  {duration:>12}  {:<20}  {}", printable(&user), printable(what))?;
    }
    Ok(outcome)
}
