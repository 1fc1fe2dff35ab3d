//! `candlelab doctor`: what this machine lacks.

use crate::engine;
use crate::exit::Exit;
use crate::print;

/// Looks at everything the kernel needs; a line each.
pub fn run() -> anyhow::Result<Exit> {
    let mut exit = Exit::Ok;
    for finding in engine::doctor()? {
        match finding.result {
            Ok(found) => print::line(format_args!("ok       {}: {found}", finding.name)),
            Err(problem) => {
                print::line(format_args!("missing  {}: {problem}", finding.name));
                print::line(format_args!("         hint: {}", finding.hint));
                exit = Exit::NoKernel;
            }
        }
    }
    Ok(exit)
}
