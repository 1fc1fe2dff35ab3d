//! The `candlelab` binary: arguments in, text and exit codes out.

mod bench;
mod cli;
mod doctor;
mod engine;
mod exit;
mod install;
mod interrupt;
mod kernel;
mod kernelspec;
mod prepare;
mod print;
#[cfg(feature = "rust")]
mod progress;
mod run;
mod uninstall;

use clap::Parser;
use cli::{Cli, Command};
use std::process::ExitCode;

fn main() -> ExitCode {
    engine::hook();
    let result = match Cli::parse().command {
        Command::Run(args) => run::run(&args),
        Command::Prepare => prepare::run(),
        Command::Bench(args) => bench::run(&args),
        Command::Doctor => doctor::run(),
        Command::Install(args) => install::run(&args),
        Command::Uninstall(args) => uninstall::run(&args),
        Command::Kernel(args) => kernel::run(&args),
    };
    result.unwrap_or_else(|error| exit::explain(&error)).into()
}
