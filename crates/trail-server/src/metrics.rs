//! Counters, in the text form that Prometheus reads.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Mutex;
use std::time::Duration;

use crate::state::lock;

/// The upper ends of the classes of durations, in seconds.
const CLASSES: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// What is counted.
#[derive(Debug, Default)]
pub(crate) struct Metrics(Mutex<BTreeMap<(String, u16), Figures>>);

#[derive(Clone, Copy, Debug, Default)]
struct Figures {
    requests: u64,
    seconds: f64,
    /// How many took at most so long, by class.
    within: [u64; CLASSES.len()],
}

impl Metrics {
    /// Counts a request to an endpoint, by its path as documented: what a caller makes up adds no line.
    pub(crate) fn count(&self, endpoint: &str, status: u16, took: Duration) {
        let mut figures = lock(&self.0);
        let figures = figures.entry((endpoint.to_owned(), status)).or_default();
        let seconds = took.as_secs_f64();
        figures.requests += 1;
        figures.seconds += seconds;
        let classes = figures.within.iter_mut().zip(CLASSES);
        classes.filter(|(_, end)| seconds <= *end).for_each(|(count, _)| *count += 1);
    }

    /// All counters, and these gauges.
    pub(crate) fn text(&self, gauges: &[(&str, usize)]) -> String {
        let mut text = String::new();
        let figures = lock(&self.0);
        let _ = writeln!(text, "# TYPE trail_http_requests_total counter");
        for ((endpoint, status), Figures { requests, .. }) in figures.iter() {
            let labels = format!("endpoint=\"{endpoint}\",status=\"{status}\"");
            let _ = writeln!(text, "trail_http_requests_total{{{labels}}} {requests}");
        }
        let _ = writeln!(text, "# TYPE trail_http_request_seconds histogram");
        for ((endpoint, status), Figures { requests, seconds, within }) in figures.iter() {
            let labels = format!("endpoint=\"{endpoint}\",status=\"{status}\"");
            for (end, count) in CLASSES.iter().zip(within) {
                let _ = writeln!(text, "trail_http_request_seconds_bucket{{{labels},le=\"{end}\"}} {count}");
            }
            let _ = writeln!(text, "trail_http_request_seconds_bucket{{{labels},le=\"+Inf\"}} {requests}");
            let _ = writeln!(text, "trail_http_request_seconds_sum{{{labels}}} {seconds}");
            let _ = writeln!(text, "trail_http_request_seconds_count{{{labels}}} {requests}");
        }
        for (name, value) in gauges {
            let _ = writeln!(text, "# TYPE trail_{name} gauge\ntrail_{name} {value}");
        }
        text
    }
}
