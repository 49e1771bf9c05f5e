//! The `trail` command.

/// Many threads that each build and drop small tables and texts: with the system's allocator their heaps grew by
/// a thousand system calls in a search of 200 recordings.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    trail_cli::main()
}
