//! The `trail` command: arguments, output and exit codes. What is done is done by the library crates.

pub mod args;

mod cache;
mod commands;
mod coverage;
mod explain;
mod filter;
mod hits;
mod outcome;
mod pixels;
mod query;
mod recording;
mod target;
mod times;
mod ui;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use outcome::Outcome;
use ui::Ui;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let ui = Ui::new(cli.color);
    match run(&cli.command, &ui) {
        Ok(outcome) => outcome.exit_code(),
        Err(error) if outcome::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            ui.error(&format!("{error:#}"));
            ExitCode::from(2)
        }
    }
}

fn run(command: &Command, ui: &Ui) -> anyhow::Result<Outcome> {
    match command {
        Command::Grep(args) => commands::grep::run(args, ui),
        Command::Import(args) => commands::import::run(args, ui),
        Command::Search(args) => commands::search::run(args, ui),
        Command::Sessions(args) => commands::sessions::run(args, ui),
        Command::Info(args) => commands::info::run(args, ui),
        Command::Screenshot(args) => commands::screenshot::run(args, ui),
        Command::Screen(args) => commands::screen::run(args, ui),
        Command::Export(args) => commands::export::run(args, ui),
        Command::Play(args) => commands::play::run(args, ui),
        Command::Verify(args) => commands::verify::run(args, ui),
        Command::Recover(args) => commands::recover::run(args, ui),
        Command::Serve(args) => commands::serve::run(args),
        Command::User(args) => commands::access::user(args),
        Command::Role(args) => commands::access::role(args),
        Command::Catalog(args) => commands::serve::catalog(args, ui),
        Command::Completions { shell } => commands::generate::completions(*shell),
        Command::Man => commands::generate::man(),
    }
}
