//! The command line, as typed.

use std::path::PathBuf;

use clap::Parser;

/// Rebuilds the index of a data directory from its trails, while searches go on.
///
/// A new generation is built beside the live one and takes its place when it is complete. An interrupted run, even a
/// killed one, is gone on with by the next. Content files that are up to date are used as they are. With --only, the
/// sessions named are indexed again in the live generation.
///
/// Trails that cannot be read are quarantined with a reason and are in nobody's way.
#[derive(Debug, Parser)]
#[command(
    name = "trail-reindex",
    version,
    after_help = "Exit codes: 0 the index is up to date; 1 the run failed or was refused, nothing was switched; \
                  2 the index is up to date, but some trails could not be read, or not wholly.\n\n\
                  Examples:\n  trail-reindex --data /var/lib/trail\n  trail-reindex --data . --dry-run\n  \
                  trail-reindex --data . --only failed\n  trail-reindex --data . --only web-17,web-18 --json"
)]
pub(crate) struct Args {
    /// The data directory.
    #[arg(long, short, value_name = "DIR", default_value = ".")]
    pub(crate) data: PathBuf,

    /// Threads; 0: as many as there are processors.
    #[arg(long, short, value_name = "N", default_value_t = 0)]
    pub(crate) jobs: usize,

    /// Index only these again, in the live generation: `failed`, `stale`, or names or ids of sessions.
    #[arg(long, value_name = "failed|stale|SESSION", value_delimiter = ',', num_args = 1..)]
    pub(crate) only: Vec<String>,

    /// Extract content from the trails even where it is up to date.
    #[arg(long)]
    pub(crate) fresh: bool,

    /// What reads text from the pixels of desktops: ppocr (built in), tesseract (if installed) or none. Else the
    /// environment's TRAIL_OCR decides. Content that another reader made is made again.
    #[arg(long, value_name = "ENGINE")]
    pub(crate) ocr: Option<String>,

    /// Folder of model files for ppocr. Else the one that TRAIL_OCR_MODELS names, else those built in.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) ocr_models: Option<PathBuf>,

    /// How long pixels have to stand still to be read, in milliseconds; 0 reads every frame. 300 if not given.
    #[arg(long, value_name = "MS")]
    pub(crate) rest: Option<u64>,

    /// Say what would be done and what disk it would need, and do nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Report as one JSON object.
    #[arg(long)]
    pub(crate) json: bool,

    /// Show no progress.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}
