//! Which files there are: Landlock.

use super::{Layer, SYSTEM, Sandbox};
use landlock::{
    ABI, Access, AccessFs, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset,
    RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};
use std::path::Path;

/// The newest version of Landlock that is made use of; older kernels do what they can.
const VERSION: ABI = ABI::V6;

pub fn enter(sandbox: &Sandbox) -> Layer {
    let result = match restrict(sandbox) {
        Ok(RulesetStatus::NotEnforced) => Err("this kernel has no Landlock".to_owned()),
        Ok(RulesetStatus::PartiallyEnforced) => {
            Ok("Landlock, as far as this kernel has it".to_owned())
        }
        Ok(RulesetStatus::FullyEnforced) => Ok("Landlock".to_owned()),
        Err(error) => Err(error.to_string()),
    };
    Layer { name: "files", result }
}

fn restrict(sandbox: &Sandbox) -> Result<RulesetStatus, RulesetError> {
    let all = AccessFs::from_all(VERSION);
    let read = AccessFs::from_read(VERSION);
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(all)?
        .scope(Scope::AbstractUnixSocket | Scope::Signal)?;
    let mut ruleset = ruleset.create()?;
    let system = SYSTEM.map(Path::new);
    for path in system.into_iter().chain(sandbox.read.iter().map(Path::new)) {
        ruleset = allow(ruleset, path, read)?;
    }
    ruleset = allow(ruleset, Path::new("/dev/null"), read | AccessFs::WriteFile)?;
    ruleset = allow(ruleset, &sandbox.scratch, all)?;
    Ok(ruleset.restrict_self()?.ruleset)
}

/// What is not there need not be allowed.
fn allow(
    ruleset: landlock::RulesetCreated,
    path: &Path,
    access: BitFlags<AccessFs>,
) -> Result<landlock::RulesetCreated, RulesetError> {
    let Ok(opened) = PathFd::new(path) else { return Ok(ruleset) };
    let access = if path.is_dir() { access } else { access & AccessFs::from_file(VERSION) };
    ruleset.add_rule(PathBeneath::new(opened, access))
}
