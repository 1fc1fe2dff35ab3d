//! The store: the runtime, built once for this machine, and all that cells need to use it.
//!
//! A store's directory is named by everything that its contents depend on. It appears whole or
//! not at all: a build happens beside it, under a lock, and is renamed into place at its end.

mod build;
mod mirror;
mod prune;
mod sources;

use super::recent::mark_used;
use super::toolchain::Toolchain;
use crate::EngineError;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What is being done, for a progress bar.
#[derive(Clone, Debug)]
pub enum Progress {
    /// Another process is building this store.
    Waiting,
    /// A crate has been built.
    Building {
        /// Its name.
        crate_name: String,
        /// How many are done.
        done: usize,
        /// How many there are, as far as is known.
        total: usize,
    },
    /// The store is there; building it took this long.
    Finished(Duration),
}

/// A runtime built for this machine.
#[derive(Clone, Debug)]
pub struct Store {
    /// The directory of this store.
    pub root: PathBuf,
    /// The toolchain that built it and compiles the cells.
    pub toolchain: Toolchain,
}

/// Changes whenever the layout of a store does.
const FORMAT: &str = "1";

impl Store {
    /// The runtime as one library.
    pub fn library(&self) -> PathBuf {
        self.root.join("lib/libcandlelab.so")
    }

    /// The crates inside that library, for their types.
    pub fn dependencies(&self) -> PathBuf {
        self.root.join("lib/deps")
    }

    /// What rust-analyzer sees of the runtime.
    pub fn mirror(&self) -> PathBuf {
        self.root.join("mirror")
    }
}

/// The optional features of the runtime to build, from `CANDLELAB_FEATURES`: `cuda`, `metal`, `mkl`,
/// `accelerate`.
fn features() -> String {
    std::env::var("CANDLELAB_FEATURES").unwrap_or_default()
}

/// The processor to build for: this one, or what `CANDLELAB_TARGET_CPU` names.
fn target_cpu() -> String {
    std::env::var("CANDLELAB_TARGET_CPU").unwrap_or_else(|_| "native".into())
}

/// The folder for stores that the environment names.
fn chosen() -> Option<PathBuf> {
    std::env::var_os("CANDLELAB_STORE").map(PathBuf::from)
}

/// The folder that holds every store: `CANDLELAB_STORE`, or one in the user's cache.
fn stores() -> PathBuf {
    let cache = || Some(dirs::cache_dir()?.join("candlelab"));
    chosen().or_else(cache).unwrap_or_else(|| std::env::temp_dir().join("candlelab"))
}

/// What a build depends on beside the sources.
fn machine(toolchain: &Toolchain) -> Sha256 {
    let mut hash = Sha256::new();
    for part in [FORMAT, &toolchain.version, &features(), &target_cpu(), &processor()] {
        hash.update(part);
        hash.update([0]);
    }
    hash
}

fn text(hash: Sha256) -> String {
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn key(toolchain: &Toolchain) -> String {
    let mut hash = machine(toolchain);
    let of_store = |name: &str| !name.starts_with("runtime/bench/"); // a program, in no store
    for (name, content) in sources::FILES.iter().filter(|(name, _)| of_store(name)) {
        hash.update(name);
        hash.update([0]);
        hash.update(content);
    }
    text(hash)
}

/// The processor's own name, where the store is built for it.
fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let flags = text.lines().find(|line| line.starts_with("flags"));
    if target_cpu() == "native" { flags.unwrap_or_default().to_owned() } else { String::new() }
}

/// The store for this machine, built if it is not there yet.
///
/// # Errors
/// If the toolchain lacks something, the folder cannot be written, or the build fails.
pub fn prepare(progress: &mut dyn FnMut(Progress)) -> Result<Store, EngineError> {
    let toolchain = Toolchain::require()?;
    let store = Store { root: stores().join(key(&toolchain)), toolchain };
    if is_complete(&store.root) {
        mark_used(&store.root);
        return Ok(store);
    }
    let work = stores().join(format!("build-{}", text(machine(&store.toolchain))));
    let lock = lock(&work, progress)?;
    if !is_complete(&store.root) {
        let started = std::time::Instant::now();
        build::build(&store, &work, progress)?;
        // In a folder of one's own choice others may use any of them.
        if chosen().is_none() {
            prune::prune(&stores(), &work);
        }
        progress(Progress::Finished(started.elapsed()));
    }
    drop(lock);
    Ok(store)
}

/// The name of the folder of this machine's store, which changes when it has to be built anew.
///
/// # Errors
/// If the toolchain lacks something.
pub fn name() -> Result<String, EngineError> {
    Ok(key(&Toolchain::require()?))
}

/// The program that times training (`runtime/bench`), and the folder that it was built in.
///
/// # Errors
/// As for [`prepare`].
pub fn prepare_bench(
    progress: &mut dyn FnMut(Progress),
) -> Result<(PathBuf, PathBuf), EngineError> {
    let toolchain = Toolchain::require()?;
    let work = stores().join("bench");
    let _lock = lock(&work, progress)?;
    Ok((build::build_bench(&toolchain, &work, progress)?, work))
}

fn is_complete(root: &Path) -> bool {
    root.is_dir()
}

/// Held while a store is built; the system lets go of it when the process ends, however it ends.
fn lock(work: &Path, progress: &mut dyn FnMut(Progress)) -> Result<File, EngineError> {
    fs::create_dir_all(work).map_err(|error| unwritable(work, &error))?;
    let path = work.join("lock");
    let file = File::create(&path).map_err(|error| unwritable(&path, &error))?;
    if file.try_lock().is_err() {
        progress(Progress::Waiting);
        file.lock().map_err(|error| unwritable(&path, &error))?;
    }
    Ok(file)
}

fn unwritable(path: &Path, error: &std::io::Error) -> EngineError {
    EngineError {
        message: format!("cannot write the store at `{}`: {error}", path.display()),
        hint: Some("choose another folder with `CANDLELAB_STORE`".into()),
    }
}
