//! Small tables on standard output.

use std::time::Duration;

/// Prints a row: the first column to the left, the others to the right.
pub fn row<S: AsRef<str>>(columns: impl IntoIterator<Item = S>) {
    let mut line = String::new();
    for (index, column) in columns.into_iter().enumerate() {
        let column = column.as_ref();
        line += &if index == 0 { format!("{column:<26}") } else { format!(" {column:>13}") };
    }
    println!("{}", line.trim_end());
}

/// Millions of bytes a second.
pub fn mb_per_s(bytes: u64, time: Duration) -> String {
    format!("{:.1} MB/s", bytes as f64 / 1e6 / time.as_secs_f64().max(1e-9))
}

/// Milliseconds.
pub fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

/// How many times as long the peer takes.
pub fn times(ours: Duration, peer: Duration) -> f64 {
    peer.as_secs_f64() / ours.as_secs_f64().max(1e-9)
}

/// `a` as a share of `b`.
pub fn percent(a: u64, b: u64) -> String {
    format!("{:.1} %", a as f64 * 100.0 / b.max(1) as f64)
}

/// A target and whether it is reached.
pub fn verdict(reached: bool, target: &str) -> String {
    format!("{} {target}", if reached { "ok" } else { "MISSED" })
}
