//! Which sessions are looked at, and which part of each.

use anyhow::Result;
use trail_model::{Offset, SessionMeta, TimeSpan, Timestamp};

use crate::args::FilterArgs;
use crate::times;

/// What `--since --until --user --host` ask for.
pub(crate) struct Filter {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    user: Option<String>,
    host: Option<String>,
}

impl Filter {
    pub(crate) fn new(args: &FilterArgs) -> Result<Filter> {
        let time = |text: &Option<String>| text.as_deref().map(times::wall_clock).transpose();
        Ok(Filter {
            since: time(&args.since)?,
            until: time(&args.until)?,
            user: args.user.clone(),
            host: args.host.clone(),
        })
    }

    /// Tells whether a session may have hits. One without a wall clock is in no span of time.
    pub(crate) fn admits(&self, meta: &SessionMeta) -> bool {
        let is = |wanted: &Option<String>, values: &[&Option<String>]| match wanted {
            Some(wanted) => values.iter().any(|value| value.as_deref() == Some(wanted)),
            None => true,
        };
        let has_time = self.since.is_none() && self.until.is_none() || meta.start.is_some();
        let in_time = match (meta.start, self.until) {
            (Some(start), Some(until)) => start < until,
            _ => true,
        };
        has_time && in_time && is(&self.user, &[&meta.user, &meta.target_user]) && is(&self.host, &[&meta.host])
    }

    /// Tells whether some time is asked for.
    pub(crate) fn has_times(&self) -> bool {
        self.since.is_some() || self.until.is_some()
    }

    /// Tells whether something visible in `span` of a recording that began at `start` was visible in the time asked for.
    pub(crate) fn covers(&self, start: Option<Timestamp>, span: TimeSpan) -> bool {
        let Some(start) = start else { return self.since.is_none() && self.until.is_none() };
        let at = |offset: Offset| start.plus(offset);
        self.since.is_none_or(|since| at(span.end) >= since) && self.until.is_none_or(|until| at(span.start) < until)
    }
}
