//! What fuzz targets check. The tests of the crates run the same checks over `testdata/fuzz_regression`.
//!
//! ```text
//! cd tools/fuzz
//! cargo +nightly run --release --example seeds        # corpus/<target>/ from testdata/recordings
//! cargo +nightly fuzz run --fuzz-dir . asciicast -- -max_total_time=300 -timeout=10 -rss_limit_mb=1024
//! ```
//!
//! An input that fails goes to `testdata/fuzz_regression/<target>/`, made small with `cargo fuzz tmin`.

pub mod container;
pub mod frame;
pub mod import;
pub mod pixels;
pub mod query;
pub mod screen;
pub mod search;
