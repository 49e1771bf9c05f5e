//! Counters, in the text form that Prometheus reads.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Mutex;
use std::time::Duration;

use crate::state::lock;

/// What is counted.
#[derive(Debug, Default)]
pub(crate) struct Metrics(Mutex<BTreeMap<(String, u16), Figures>>);

#[derive(Clone, Copy, Debug, Default)]
struct Figures {
    requests: u64,
    seconds: f64,
}

impl Metrics {
    /// Counts a request to an endpoint, by its path as documented: what a caller makes up adds no line.
    pub(crate) fn count(&self, endpoint: &str, status: u16, took: Duration) {
        let mut figures = lock(&self.0);
        let figures = figures.entry((endpoint.to_owned(), status)).or_default();
        figures.requests += 1;
        figures.seconds += took.as_secs_f64();
    }

    /// All counters.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        let figures = lock(&self.0);
        let _ = writeln!(text, "# TYPE trail_http_requests_total counter");
        for ((endpoint, status), Figures { requests, .. }) in figures.iter() {
            let _ =
                writeln!(text, "trail_http_requests_total{{endpoint=\"{endpoint}\",status=\"{status}\"}} {requests}");
        }
        let _ = writeln!(text, "# TYPE trail_http_request_seconds_total counter");
        for ((endpoint, status), Figures { seconds, .. }) in figures.iter() {
            let _ = writeln!(
                text,
                "trail_http_request_seconds_total{{endpoint=\"{endpoint}\",status=\"{status}\"}} {seconds}"
            );
        }
        text
    }
}
