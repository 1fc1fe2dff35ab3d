//! `candlelab sandbox-check`: which protections grading has on this machine.

mod attempts;

use crate::cli::{JailArgs, SandboxCheckArgs};
use crate::engine::Engines;
use crate::exit::Exit;
use crate::jail::{self, Entrance};
use crate::print;
use anyhow::Context;
use candlelab_engine::namespaces;
use candlelab_grader::sandbox::group::Groups;
use candlelab_grader::sandbox::{Layer, Role};
use std::fs;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

/// How much memory each of the attempts may ask for.
const MEMORY: u64 = 1 << 30;
/// How much all may have together, where that can be limited.
const TOGETHER: u64 = 1 << 28;

/// Enters the sandbox, prints its layers, and tries to break out of them.
pub fn run(args: &SandboxCheckArgs) -> anyhow::Result<Exit> {
    match &args.inside {
        Some(outside) => check(args, outside),
        None => start(args),
    }
}

/// Another process does so, since none comes back from there to tidy up.
fn start(args: &SandboxCheckArgs) -> anyhow::Result<Exit> {
    let outside = tempfile::tempdir().context("cannot make a temporary folder")?;
    fs::write(outside.path().join("secret"), "the answers")?;
    let _listener = UnixListener::bind(outside.path().join("socket"))?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("sandbox-check").arg("--inside").arg(outside.path());
    let level = clap::ValueEnum::to_possible_value(&args.sandbox).expect("no level is hidden");
    command.args(["--sandbox", level.get_name()]);
    let groups = Groups::take_over();
    if let Err(problem) = &groups {
        // It is no layer that must be there.
        print::line(format_args!("- group       none is ours to divide: {problem}"));
    }
    let group = groups.as_ref().ok().map(|groups| groups.group("check", TOGETHER)).transpose()?;
    command.args(group.iter().flat_map(|it| ["--group".as_ref(), it.path().as_os_str()]));
    let status = command.status()?;
    Ok(if status.success() { Exit::Ok } else { Exit::NotGraded })
}

fn check(args: &SandboxCheckArgs, outside: &Path) -> anyhow::Result<Exit> {
    let level = args.sandbox;
    namespaces::close_inherited();
    let engines = Engines::ready()?;
    let scratch = outside.join("scratch");
    let session = scratch.join("session");
    fs::create_dir_all(scratch.join("own"))?;
    let group = args.group.clone();
    let asked = JailArgs { level, scratch: None, cells: None, group, memory: MEMORY };
    let layers = Entrance::open(&engines, &asked, &scratch)?.enter(None);
    fs::create_dir_all(session.join("out"))?;
    layers.iter().for_each(show);
    let held = attempts::by_child(|| {
        let confined = jail::confine(Role::Worker, &session);
        let result = confined.map(|()| "cells have less than their engine".to_owned());
        let cells = Layer { name: "cells", result };
        let all = attempts::all(level, outside, &scratch);
        let together = args.group.is_some().then(|| attempts::overflow(TOGETHER));
        let layers: Vec<Layer> = [cells].into_iter().chain(all).chain(together).collect();
        layers.iter().for_each(show);
        layers.iter().all(|layer| layer.result.is_ok())
    })?;
    let sound = held && layers.iter().all(|layer| layer.result.is_ok());
    Ok(if sound { Exit::Ok } else { Exit::NotGraded })
}

fn show(layer: &Layer) {
    let (sign, text) = match &layer.result {
        Ok(text) => ('✓', text),
        Err(problem) => ('✗', problem),
    };
    print::line(format_args!("{sign} {:10}  {text}", layer.name));
}
