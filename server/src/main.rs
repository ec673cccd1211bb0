//! Arguments → command.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use server::cli::{Arguments, run};
use server::{log, safety};

// With glibc's, a flood of sign-ins took ten megabytes more and gave none of them back. It is that of Rust alone: in place
// of glibc's for everybody it would meet whatever is loaded before it, such as a library that sets the clock, in a deadlock.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    safety::forbid_core_dumps();
    log::start();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.to_string()),
    };
    match runtime.block_on(run(arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => failed(&sentence),
    }
}

fn failed(sentence: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "backboard: {sentence}");
    ExitCode::FAILURE
}
