//! The `candlelab` binary: arguments in, text and exit codes out.

mod autograder;
mod bench;
mod check;
mod check_labs;
mod cli;
mod cluster;
mod devices;
mod doctor;
mod engine;
mod exit;
mod export;
mod grade;
mod gradebook;
mod hash;
mod hint;
mod install;
mod interrupt;
mod jail;
mod kernel;
mod kernelspec;
mod lab_folder;
mod lint;
mod list;
mod mark;
mod prepare;
mod print;
#[cfg(feature = "rust")]
mod progress;
mod release;
mod reset;
mod rules;
mod run;
mod sandbox_check;
mod session;
mod uninstall;

use clap::Parser;
use cli::{Cli, Command};
use std::process::ExitCode;

fn main() -> ExitCode {
    engine::hook();
    let result = match Cli::parse().command {
        Command::Run(args) => run::run(&args),
        Command::List(args) => list::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Hint(args) => hint::run(&args),
        Command::Reset(args) => reset::run(&args),
        Command::Release(args) => release::run(&args),
        Command::CheckLabs(args) => check_labs::run(&args),
        Command::Prepare(args) => prepare::run(&args),
        Command::Grade(args) => cluster::grade(*args),
        Command::Gradebook(command) => gradebook::run(&command),
        Command::ExportAutograder(args) => autograder::export(&args),
        Command::Autograder(args) => autograder::run(&args),
        Command::Mark(args) => mark::run(&args),
        Command::SandboxCheck(args) => sandbox_check::run(&args),
        Command::Lint(args) => lint::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Devices => devices::run(),
        Command::Bench(args) => bench::run(&args),
        Command::Doctor => doctor::run(),
        Command::Install(args) => install::run(&args),
        Command::Uninstall(args) => uninstall::run(&args),
        Command::Kernel(args) => kernel::run(&args),
        Command::Engine(args) => engine::serve(&args),
    };
    result.unwrap_or_else(|error| exit::explain(&error)).into()
}
