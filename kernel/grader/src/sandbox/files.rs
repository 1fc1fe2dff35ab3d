//! Which files there are: Landlock.

use super::{Layer, Role, SYSTEM, Sandbox};
use landlock::{
    ABI, Access, AccessFs, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset,
    RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};
use std::path::{Path, PathBuf};

/// Before it, files could be cut short by whoever may not write them.
const OLDEST: ABI = ABI::V3;
/// The newest version of Landlock that is made use of; older kernels do what they can.
const VERSION: ABI = ABI::V6;

const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/urandom", "/dev/random"];

pub fn enter(sandbox: &Sandbox) -> Layer {
    let read = [&sandbox.read[..], &["/proc".into()]].concat();
    let result =
        restrict(&read, &written(sandbox, &sandbox.scratch)).map(|()| "Landlock".to_owned());
    Layer { name: "files", result }
}

pub fn confine(sandbox: &Sandbox, role: Role, session: &Path) -> Result<(), String> {
    match role {
        Role::Compiler => restrict(&sandbox.read, &written(sandbox, session)),
        Role::Worker => {
            let read = [&sandbox.read[..], &[session.join("out")]].concat();
            restrict(&read, &[sandbox.own()])
        }
    }
}

/// A folder, and that for what is kept.
fn written(sandbox: &Sandbox, folder: &Path) -> Vec<PathBuf> {
    std::iter::once(folder.to_owned()).chain(sandbox.kept.clone()).collect()
}

/// Leaves this process the system's files and these.
fn restrict(read: &[PathBuf], write: &[PathBuf]) -> Result<(), String> {
    match try_restrict(read, write) {
        Ok(RulesetStatus::NotEnforced) => Err("this kernel has no Landlock".to_owned()),
        Ok(_) => Ok(()),
        Err(error) => Err(format!("Landlock: {error}")),
    }
}

fn try_restrict(read: &[PathBuf], write: &[PathBuf]) -> Result<RulesetStatus, RulesetError> {
    let all = AccessFs::from_all(VERSION);
    let readable = AccessFs::from_read(VERSION);
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(OLDEST))?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(all)?
        .scope(Scope::AbstractUnixSocket | Scope::Signal)?;
    let mut ruleset = ruleset.create()?;
    let system = SYSTEM.iter().chain(&DEVICES).map(Path::new);
    for path in system.chain(read.iter().map(PathBuf::as_path)) {
        ruleset = allow(ruleset, path, readable)?;
    }
    ruleset = allow(ruleset, Path::new("/dev/null"), readable | AccessFs::WriteFile)?;
    for path in write {
        ruleset = allow(ruleset, path, all)?;
    }
    Ok(ruleset.restrict_self()?.ruleset)
}

/// What is not there need not be allowed.
fn allow(
    ruleset: RulesetCreated,
    path: &Path,
    access: BitFlags<AccessFs>,
) -> Result<RulesetCreated, RulesetError> {
    let Ok(opened) = PathFd::new(path) else { return Ok(ruleset) };
    let access = if path.is_dir() { access } else { access & AccessFs::from_file(VERSION) };
    ruleset.add_rule(PathBeneath::new(opened, access))
}
