//! The lab that is being worked on, and how far.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Set where labs run on small data, to see quickly that they work.
const FAST_VAR: &str = "CANDLELAB_FAST";

#[derive(Default)]
pub(crate) struct Lab {
    name: String,
    checks: usize,
    /// What the last run of each check found; nothing where it passed.
    found: BTreeMap<String, Option<String>>,
}

static LAB: Mutex<Lab> = Mutex::new(Lab { name: String::new(), checks: 0, found: BTreeMap::new() });

fn current() -> MutexGuard<'static, Lab> {
    LAB.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts a lab that has so many checks.
pub fn lab(name: &str, checks: usize) {
    let mut lab = current();
    if lab.name != name {
        *lab = Lab { name: name.into(), ..Lab::default() };
    }
    lab.checks = checks;
}

/// The first size, or the second where labs only have to be seen to work: in continuous integration
/// the variable `CANDLELAB_FAST` is set.
pub fn full_or_fast<T>(full: T, fast: T) -> T {
    if std::env::var_os(FAST_VAR).is_some() { fast } else { full }
}

/// How far the lab is: the checks that passed, and why the others did not.
pub fn progress() -> String {
    let lab = current();
    let mut text = format!("{} {}", count(&lab), "checks passed");
    for (name, found) in &lab.found {
        match found {
            None => text += &format!("\n✓ {name}"),
            Some(message) => text += &format!("\n✗ {name}: {message}"),
        }
    }
    text
}

/// Notes what a check found; the count so far, such as `2 of 5`.
pub(crate) fn note(name: &str, found: Option<&str>) -> String {
    let mut lab = current();
    lab.found.insert(name.into(), found.map(ToOwned::to_owned));
    count(&lab)
}

fn count(lab: &Lab) -> String {
    let passed = lab.found.values().filter(|found| found.is_none()).count();
    if lab.checks == 0 { passed.to_string() } else { format!("{passed} of {}", lab.checks) }
}
