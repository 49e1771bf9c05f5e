//! The `trail` command.

fn main() -> std::process::ExitCode {
    trail_cli::main()
}
