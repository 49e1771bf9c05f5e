//! `trail serve` and `trail catalog`: the service over a data directory, and its catalogue.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use trail_catalog::{Store, UserScore};
use trail_index::DataDir;
use trail_server::{AppState, Clock, Config, ServeOptions, SystemClock};

use crate::args::{CatalogArgs, CatalogCommand, CatalogRebuildArgs, CatalogScoreArgs, ServeArgs};
use crate::outcome::Outcome;
use crate::pixels::PixelEngine;
use crate::times;
use crate::ui::Ui;

/// How long a thread waits for the next request. The allocator keeps memory for each that ends, so few do.
const THREAD_IDLE_MAX: Duration = Duration::from_secs(3600);

pub(crate) fn run(args: &ServeArgs) -> Result<Outcome> {
    tracing_subscriber::fmt().with_writer(io::stderr).with_ansi(false).init();
    let config = Config::read(args.config.as_deref(), environment(), &flags(args))?;
    let data = DataDir::create(&args.data)?;
    let store = Store::open(data.root())?;
    let options = ServeOptions { listen: config.listen, tls: config.tls() };
    let scheme = if config.insecure_http { "http" } else { "https" };
    let mut settings = config.settings;
    settings.pixels = Some(PixelEngine::new(&args.pixels)?.reader);
    let app = AppState::new(data, store, settings, Arc::new(SystemClock))?;
    let ready = |address| {
        // Whoever started this waits for the line.
        let _ = writeln!(io::stdout(), "listening on {scheme}://{address}");
    };
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.enable_all().max_blocking_threads(app.threads_max()).thread_keep_alive(THREAD_IDLE_MAX);
    let runtime = runtime.build()?;
    runtime.block_on(async {
        let stop = stop_signal()?;
        trail_server::serve(app, &options, ready, stop).await.context("failed to serve")
    })?;
    Ok(Outcome::done(false))
}

/// The environment, as far as it is text.
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// The flags as settings.
fn flags(args: &ServeArgs) -> Vec<(String, String)> {
    let path = |path: &std::path::PathBuf| path.display().to_string();
    let mut flags = args.settings.clone();
    let mut add = |name: &str, value: Option<String>| flags.extend(value.map(|value| (name.to_owned(), value)));
    add("listen", args.listen.map(|listen| listen.to_string()));
    add("tls_cert", args.tls_cert.as_ref().map(path));
    add("tls_key", args.tls_key.as_ref().map(path));
    add("insecure_http", args.insecure_http.then(|| "true".to_owned()));
    flags
}

/// Comes true when the process is told to end.
fn stop_signal() -> Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

pub(crate) fn catalog(args: &CatalogArgs, ui: &Ui) -> Result<Outcome> {
    match &args.command {
        CatalogCommand::Rebuild(args) => rebuild(args, ui),
        CatalogCommand::Score(args) => score(args),
    }
}

fn score(args: &CatalogScoreArgs) -> Result<Outcome> {
    let store = Store::open(DataDir::open(&args.data)?.root())?;
    let time = args.at.as_deref().map(times::wall_clock).transpose()?.unwrap_or_else(|| SystemClock.now());
    store.score_user(&args.user, UserScore { value: args.score, time_ns: time.0 })?;
    Ok(Outcome::done(false))
}

fn rebuild(args: &CatalogRebuildArgs, ui: &Ui) -> Result<Outcome> {
    let data = DataDir::open(&args.data)?;
    let store = Store::open(data.root())?;
    let report = trail_catalog::rebuild(&data, &store, SystemClock.now().0)?;
    for (path, reason) in &report.unreadable {
        ui.error(&format!("{}: {reason}", path.display()));
    }
    writeln!(io::stdout(), "{} sessions made again, {} removed", report.stored, report.removed)?;
    Ok(Outcome::done(!report.unreadable.is_empty()))
}
