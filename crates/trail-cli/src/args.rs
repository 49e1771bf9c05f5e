//! The command line as typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Searches recorded terminal sessions for what was on the screen.
#[derive(Debug, Parser)]
#[command(name = "trail", version, about, long_about = LONG_ABOUT, propagate_version = true)]
#[command(after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// When to colour the output; `NO_COLOR` is respected.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorWhen,
}

const LONG_ABOUT: &str = "\
Searches recorded terminal sessions for what was on the screen.

A recording (asciicast, ttyrec, script, sudo I/O log, tlog, also compressed or in archives) is replayed record by record; \
every text that stood on the screen, however briefly, is found with the moment it appeared and the moment it went away.";

const EXIT_CODES: &str = "\
Exit codes: 0 found or done, 1 nothing found, 2 a file was unreadable or damaged (what could be read was still used) \
or the command line was wrong.";

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Search recordings, trails and folders of them; no data directory needed.
    #[command(after_help = GREP_EXAMPLES)]
    Grep(GrepArgs),
    /// Keep recordings as trails in a data directory, and index them.
    Import(ImportArgs),
    /// Search the sessions of a data directory.
    Search(SearchArgs),
    /// List the sessions of a data directory.
    Sessions(SessionsArgs),
    /// Say what a recording or trail holds.
    Info(InfoArgs),
    /// Write a PNG of the screen at a record or a time.
    #[command(after_help = "Example: trail screenshot shell.cast --at 0:01:30 -o shell.png")]
    Screenshot(ScreenshotArgs),
    /// Print the screen at a record or a time as text.
    Screen(ScreenArgs),
    /// Write a recording in another form.
    Export(ExportArgs),
    /// Replay a recording on this terminal.
    Play(PlayArgs),
    /// Check trails against damage and tampering, or an index against brute force.
    Verify(VerifyArgs),
    /// Save what is whole of a damaged trail into a new one.
    Recover(RecoverArgs),
    /// Serve the REST API over a data directory.
    Serve(ServeArgs),
    /// Who may log in to the service.
    User(UserArgs),
    /// What those who log in may do.
    Role(RoleArgs),
    /// The catalogue of a data directory.
    Catalog(CatalogArgs),
    /// Print shell completions.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    Man,
}

const GREP_EXAMPLES: &str = "\
Examples:
  trail grep passwd recordings/
  trail grep 'sudo AND passwd' recordings/ --json
  trail grep 'command:useradd' session.cast --png hits
  trail grep '\"permission denied\"' recordings/ --sort rank --limit 3
  zcat big.cast.gz | trail grep error -

Queries: words and \"phrases\", AND OR NOT with parentheses, word* prefixes; fields screen: command: title: input:.";

/// How a recording is read.
#[derive(Args, Clone, Debug, Default)]
pub struct ReadArgs {
    /// Encoding of output that is not UTF-8, for example cp437 or latin1.
    #[arg(long, value_name = "NAME")]
    pub encoding: Option<String>,
    /// Screen size where the recording does not say, as COLSxROWS.
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub size: Option<trail_model::Size>,
    /// Damage in a recording does not change the exit code.
    #[arg(long)]
    pub tolerate: bool,
    /// How text is read from the pixels of desktops.
    #[command(flatten)]
    pub pixels: PixelArgs,
}

/// How text is read from pixels.
#[derive(Args, Clone, Debug, Default)]
pub struct PixelArgs {
    /// What reads text from the pixels of desktops: ppocr (built in), tesseract (if installed) or none. Else the
    /// environment's TRAIL_OCR decides.
    #[arg(long, value_name = "ENGINE")]
    pub ocr: Option<String>,
    /// Folder of model files for ppocr. Else the one that TRAIL_OCR_MODELS names, else those built in.
    #[arg(long, value_name = "FOLDER")]
    pub ocr_models: Option<PathBuf>,
    /// How long pixels have to stand still to be read, in milliseconds; 0 reads every frame. 300 if not given.
    #[arg(long, value_name = "MS")]
    pub rest: Option<u64>,
}

/// Which sessions are looked at.
#[derive(Args, Clone, Debug, Default)]
pub struct FilterArgs {
    /// Only what was visible at or after this wall-clock time (RFC 3339, or a date).
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only what was visible before this wall-clock time.
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Only sessions of this user (as the recording names them).
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// Only sessions on this host.
    #[arg(long, value_name = "NAME")]
    pub host: Option<String>,
}

/// The order of hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Sort {
    /// Recording by recording, by time.
    Time,
    /// All together, best first.
    Rank,
}

/// How a query is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum QueryMode {
    /// Lucene syntax, forgiving where people type what they saw.
    Screentrail,
    /// Lucene's classic syntax and words, strictly.
    Lucene,
    /// Whitespace-delimited words.
    Sps,
}

/// Output of hits.
#[derive(Args, Clone, Debug)]
pub struct OutputArgs {
    /// Print hits as JSON, one object per hit and line.
    #[arg(long)]
    pub json: bool,
    /// Write each hit's screenshot, with the match marked, into this folder.
    #[arg(long, value_name = "DIR")]
    pub png: Option<PathBuf>,
    /// At most this many hits: of each recording, or with `--sort rank` of all together.
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Print only the number of hits of each recording.
    #[arg(short = 'c', long, conflicts_with_all = ["json", "png", "files_with_matches"])]
    pub count: bool,
    /// Print only the names of recordings with hits.
    #[arg(short = 'l', long = "files-with-matches", conflicts_with_all = ["json", "png"])]
    pub files_with_matches: bool,
    /// Print N lines of the screen above and below the matching line.
    #[arg(short = 'C', long, value_name = "N", default_value_t = 0)]
    pub context: usize,
    /// Order of hits.
    #[arg(long, default_value = "time")]
    pub sort: Sort,
    /// Instead of hits, say how the query was read, what answering it costs, and of what the best hit's rank consists.
    #[arg(long, conflicts_with_all = ["png", "count", "files_with_matches"])]
    pub explain: bool,
    /// After the hits, say of each recording that was searched what of it was read, and what was not and why.
    #[arg(long, conflicts_with_all = ["count", "files_with_matches", "explain"])]
    pub coverage: bool,
    /// How the query is read.
    #[arg(long, default_value = "screentrail")]
    pub mode: QueryMode,
    /// What the query may cost.
    #[command(flatten)]
    pub limits: LimitArgs,
}

/// What a query may cost.
#[derive(Args, Clone, Debug, Default)]
pub struct LimitArgs {
    /// How long the search may take (10s, 2m); by default as long as it needs.
    #[arg(long, value_name = "TIME")]
    pub timeout: Option<String>,
    /// Another limit for the query: text-len, nesting, clauses, leaves, wildcards, regexp-chars, states or expansions.
    #[arg(long = "query-max", value_name = "NAME=NUMBER")]
    pub query_max: Vec<String>,
}

/// `trail grep`.
#[derive(Args, Debug)]
pub struct GrepArgs {
    /// What to look for.
    pub query: String,
    /// Recordings, trails or folders (searched recursively); `-` reads a recording from standard input.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: OutputArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub filter: FilterArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub read: ReadArgs,
    /// Do not read or write the cache of extracted content.
    #[arg(long)]
    pub no_cache: bool,
    /// Number of threads; 0 means one for each processor.
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0)]
    pub threads: usize,
}

/// `trail import`.
#[derive(Args, Debug)]
pub struct ImportArgs {
    /// Recordings or folders of them.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The data directory; it is made if it does not exist.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// JSON object with session metadata that the recordings do not carry: user, host, command, title, start.
    #[arg(long, value_name = "FILE")]
    pub meta_file: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub read: ReadArgs,
    /// Print the imported sessions as JSON.
    #[arg(long)]
    pub json: bool,
}

/// `trail search`.
#[derive(Args, Debug)]
pub struct SearchArgs {
    /// What to look for.
    pub query: String,
    /// The data directory.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// Only in this session; may be given several times.
    #[arg(long, value_name = "ID")]
    pub session: Vec<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: OutputArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub filter: FilterArgs,
}

/// `trail sessions`.
#[derive(Args, Debug)]
pub struct SessionsArgs {
    /// The data directory.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub filter: FilterArgs,
    /// One JSON object per session and line.
    #[arg(long)]
    pub json: bool,
}

/// Where a session is found: a file, or a session of a data directory.
#[derive(Args, Clone, Debug)]
pub struct TargetArgs {
    /// A recording or trail; with `--data`, a session's id.
    #[arg(value_name = "FILE|SESSION")]
    pub target: String,
    /// The data directory that holds the session.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub read: ReadArgs,
}

/// Which moment.
#[derive(Args, Clone, Debug)]
pub struct MomentArgs {
    /// The record after which the screen is wanted; the last one if nothing is said.
    #[arg(value_name = "RECORD", conflicts_with = "at")]
    pub record: Option<u64>,
    /// The time: offset from the start (90, 1:30, 0:01:30.5) or a wall-clock time (RFC 3339).
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// The channel; the first one with a screen if nothing is said.
    #[arg(long, value_name = "N")]
    pub channel: Option<u32>,
}

/// `trail info`.
#[derive(Args, Debug)]
pub struct InfoArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub target: TargetArgs,
    /// As one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// `trail screenshot`.
#[derive(Args, Debug)]
pub struct ScreenshotArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub target: TargetArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub moment: MomentArgs,
    /// The picture to write; `-` is standard output.
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Mark what matches this query.
    #[arg(long, value_name = "QUERY")]
    pub highlight: Option<String>,
    /// Colours: dark or light.
    #[arg(long, default_value = "dark", value_name = "NAME")]
    pub theme: String,
    /// Draw concealed text as if it were visible.
    #[arg(long)]
    pub reveal: bool,
}

/// `trail screen`.
#[derive(Args, Debug)]
pub struct ScreenArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub target: TargetArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub moment: MomentArgs,
    /// As one JSON object with rows, cursor and title.
    #[arg(long)]
    pub json: bool,
}

/// The forms of `trail export`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// asciicast v2.
    Cast,
    /// Every text that was visible, once, at its first appearance, with offset and duration.
    Txt,
    /// Records, one JSON object a line.
    Json,
    /// The frames of desktops, a picture each, into the folder given by --output.
    Png,
}

/// `trail export`.
#[derive(Args, Debug)]
pub struct ExportArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub target: TargetArgs,
    /// The form.
    #[arg(long)]
    pub format: ExportFormat,
    /// The file (with png: the folder) to write; standard output if nothing is said.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Include what was typed, passwords too. The fact is logged on standard error.
    #[arg(long)]
    pub reveal_input: bool,
}

/// `trail play`.
#[derive(Args, Debug)]
pub struct PlayArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub target: TargetArgs,
    /// Speed factor; 2 is twice as fast.
    #[arg(long, value_name = "N", default_value_t = 1.0)]
    pub speed: f64,
    /// Shorten pauses to at most this many seconds.
    #[arg(long, value_name = "S")]
    pub idle_limit: Option<f64>,
    /// The channel; the first one with a screen if nothing is said.
    #[arg(long, value_name = "N")]
    pub channel: Option<u32>,
}

/// `trail verify`.
#[derive(Args, Debug)]
pub struct VerifyArgs {
    /// Trails.
    #[arg(value_name = "FILE", required_unless_present = "data")]
    pub files: Vec<PathBuf>,
    /// A data directory: all its trails.
    #[arg(long, value_name = "DIR", conflicts_with = "files")]
    pub data: Option<PathBuf>,
    /// Check that the index answers as a replay of every recording does.
    #[arg(long, requires = "data")]
    pub index: bool,
    /// Seed of the random queries.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Findings as JSON, one object a line.
    #[arg(long)]
    pub json: bool,
}

/// `trail recover`.
#[derive(Args, Debug)]
pub struct RecoverArgs {
    /// The damaged trail.
    pub file: PathBuf,
    /// The new trail to write.
    #[arg(short, long, value_name = "NEW")]
    pub output: PathBuf,
    /// The report as JSON.
    #[arg(long)]
    pub json: bool,
}

fn parse_size(text: &str) -> Result<trail_model::Size, String> {
    let (cols, rows) = text.split_once('x').ok_or("expected COLSxROWS, as 80x24")?;
    let number = |text: &str| text.parse::<u64>().map_err(|_| format!("{text:?} is not a number"));
    trail_model::Size::new(number(cols)?, number(rows)?)
        .ok_or_else(|| format!("each side must be 1 to {}", trail_model::Size::MAX_SIDE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}

/// Arguments of `trail serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The data directory; made if it is not there.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// How text is read from the pixels of desktops.
    #[command(flatten)]
    pub pixels: PixelArgs,
    /// Where to listen [default: 127.0.0.1:8443].
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<std::net::SocketAddr>,
    /// Certificate chain in PEM form; without it one is made on the first start.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The certificate's key in PEM form.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Plain HTTP, on a loopback address only.
    #[arg(long, conflicts_with = "tls_cert")]
    pub insecure_http: bool,
    /// A file of settings: NAME = VALUE, as TOML.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// A setting; it wins over the environment (TRAIL_SERVE_NAME), and that over the file. docs/operations.md has them.
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = parse_setting)]
    pub settings: Vec<(String, String)>,
}

fn parse_setting(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

/// Arguments of `trail user`.
#[derive(Debug, Args)]
pub struct UserArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: UserCommand,
}

/// The commands of `trail user`.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Let somebody log in, or change the role and password of somebody who may.
    Add(UserAddArgs),
    /// List who may log in.
    List(AccessListArgs),
    /// Let somebody log in no more.
    Remove(UserRemoveArgs),
}

/// Arguments of `trail user list` and `trail role list`.
#[derive(Debug, Args)]
pub struct AccessListArgs {
    /// The data directory.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// Print JSON, one object a line.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `trail user remove`.
#[derive(Debug, Args)]
pub struct UserRemoveArgs {
    /// The login name.
    pub name: String,
    /// The data directory.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
}

/// Arguments of `trail role`.
#[derive(Debug, Args)]
pub struct RoleArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: RoleCommand,
}

/// The commands of `trail role`.
#[derive(Debug, Subcommand)]
pub enum RoleCommand {
    /// Add a role, or change the one of that name. It holds from the next request of its users on.
    Add(RoleAddArgs),
    /// List the roles.
    List(AccessListArgs),
}

/// Arguments of `trail role add`.
#[derive(Debug, Args)]
pub struct RoleAddArgs {
    /// Its name.
    pub name: String,
    /// What it allows, in a list with commas.
    #[arg(long, value_name = "RIGHTS", value_delimiter = ',', required = true)]
    pub rights: Vec<Right>,
    /// The sessions it allows it for, as a metadata filter; all if it is not given.
    #[arg(long, value_name = "FILTER")]
    pub q: Option<String>,
    /// The data directory.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
}

/// Something that a role may allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Right {
    /// To search sessions and look at them.
    Search,
    /// To list users.
    SearchInAllUsers,
    /// To take trails away.
    Download,
    /// To add, index again and delete sessions.
    Administer,
}

/// Arguments of `trail user add`.
#[derive(Debug, Args)]
pub struct UserAddArgs {
    /// The login name.
    pub name: String,
    /// What the user may do: admin, auditor, searcher, or a role that was added.
    #[arg(long, value_name = "ROLE")]
    pub role: String,
    /// Read the password from standard input.
    #[arg(long)]
    pub password_stdin: bool,
    /// The data directory.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
}

/// Arguments of `trail catalog`.
#[derive(Debug, Args)]
pub struct CatalogArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: CatalogCommand,
}

/// The commands of `trail catalog`.
#[derive(Debug, Subcommand)]
pub enum CatalogCommand {
    /// Make all session documents again from their trails.
    Rebuild(CatalogRebuildArgs),
    /// Set how risky the behaviour of a user of sessions is, as somebody computed it.
    Score(CatalogScoreArgs),
}

/// Arguments of `trail catalog score`.
#[derive(Debug, Args)]
pub struct CatalogScoreArgs {
    /// The user's name in session documents.
    pub user: String,
    /// The score.
    #[arg(value_parser = clap::value_parser!(u8).range(0..=100))]
    pub score: u8,
    /// When it was computed (RFC 3339); now if it is not given.
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// The data directory.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
}

/// Arguments of `trail catalog rebuild`.
#[derive(Debug, Args)]
pub struct CatalogRebuildArgs {
    /// The data directory.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
}
