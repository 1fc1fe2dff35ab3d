//! The start of a session.

use crate::rust::environment;
use crate::rust::front::{Settings, cells};
use crate::rust::link::Link;
use crate::rust::session::Session;
use crate::rust::store::Store;
use crate::rust::worker::{FOLDER, RUNTIME_VAR, SOCKET_VAR};
use crate::{CELL_TMPDIR, EngineError, processes};
use evcxr::{CommandContext, EvalContext};
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// What a session starts with: the prelude, and evcxr's mode in which `?` may be used.
pub const FIRST_CELL: &str =
    "use candlelab::prelude::*;\nstd::result::Result::<(), String>::Ok(())?;";

/// How long a thread of Candle's pool waits awake for work, in turns of a loop. One that sleeps soon
/// is woken before other programs' threads; one that stays awake has to wait its turn, and so has
/// every operation: on a busy machine training is up to five times as fast for it.
const SPIN_VAR: &str = "CANDLE_BARRIER_POOL_SPIN_LIMIT";
const SPINS: &str = "1500";

/// How long an engine may take to come to rest once it has loaded, on a busy machine.
const CALM: Duration = Duration::from_secs(60);

/// Analysed once, so that rust-analyzer knows the types before a cell asks for them.
pub const FIRST_QUESTION: &str = "let t = Tensor::zeros(1, DType::F32, &Device::Cpu)?; t.ran";

/// Starts an evaluator and its worker; returns when the first cell can run.
pub fn open(store: &Store) -> Result<(Session, TempDir), EngineError> {
    let folder = new_session(store).map_err(|error| EngineError {
        message: format!("cannot make a directory for the session: {error}"),
        hint: Some("is there space left in the temporary folder?".into()),
    })?;
    let socket = socket(folder.path());
    let link = Link::listen(&socket).map_err(|error| start_error(&error))?;
    let worker = worker_command(store, &socket).map_err(|error| start_error(&error))?;
    environment::enter(folder.path(), store);
    mark_folder(folder.path());
    let context = away(folder.path(), || EvalContext::with_subprocess_command(worker));
    let (context, _outputs) = context.map_err(|error| start_error(&error))?;
    let context = CommandContext::with_eval_context(context);
    let session = Session::new(context, link, folder.path().into());
    session.context().execute(FIRST_CELL).map_err(|error| start_error(&error))?;
    Ok((session, folder))
}

/// Ends the worker and all that serves it, before the process is copied.
pub fn rest(session: &Session) -> Result<(), EngineError> {
    session.prime(FIRST_QUESTION);
    session.stopper.kill_worker().map_err(|error| start_error(&error))?;
    if processes::await_calm(CALM) { Ok(()) } else { Err(start_error(&"it does not come to rest")) }
}

/// Goes on in a copy of the process: with a folder as new, and with another worker.
pub fn wake(session: &Session, store: &Store) -> Result<(), EngineError> {
    let folder = session.folder();
    // Where the copy has a root of its own there is none.
    let _ = std::fs::remove_dir_all(folder);
    let ready = furnish(folder, store).and_then(|_| session.link.accept(&socket(folder)));
    ready.map_err(|error| start_error(&error))?;
    mark_folder(folder);
    let worker = session.link.generation();
    session.context().execute(":restart").map_err(|error| start_error(&error))?;
    // Or the first cell would take it for one that has ended.
    session.link.see_off(worker);
    Ok(())
}

/// Where workers find the engine.
fn socket(session: &Path) -> PathBuf {
    session.join("worker.socket")
}

/// Tells workers in which folder cells run: the engine's own.
pub fn mark_folder(session: &Path) {
    let link = session.join(FOLDER);
    let _ = std::fs::remove_file(&link);
    // Without it they stay where they are started.
    let _ = std::env::current_dir().and_then(|folder| std::os::unix::fs::symlink(folder, link));
}

/// Does something in another folder: evcxr obeys a file of settings where it starts, and one that
/// lies beside a notebook is none of ours.
fn away<T>(folder: &Path, act: impl FnOnce() -> T) -> T {
    let here = std::env::current_dir();
    let _ = std::env::set_current_dir(folder);
    let result = act();
    if let Ok(here) = here {
        let _ = std::env::set_current_dir(here);
    }
    result
}

/// Why there is no session.
pub fn start_error(error: &dyn Display) -> EngineError {
    EngineError {
        message: format!("the Rust engine does not start: {error}"),
        hint: Some("run `candlelab doctor`".into()),
    }
}

/// What session directories are named by, before the process.
const PREFIX: &str = "candlelab-session-";

/// Removes the directories of sessions that were killed.
fn remove_orphans() {
    let entries = std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.split('-').next());
        let Some(process) = process.and_then(|process| process.parse::<i32>().ok()) else {
            continue;
        };
        // SAFETY: signal 0 only asks whether the process exists.
        if unsafe { libc::kill(process, 0) } != 0
            && std::io::Error::last_os_error().raw_os_error() == Some(libc::ESRCH)
        {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// A directory for evcxr's files, with a `cargo` that is this program.
fn new_session(store: &Store) -> std::io::Result<TempDir> {
    remove_orphans();
    let prefix = format!("{PREFIX}{}-", std::process::id());
    let session = tempfile::Builder::new().prefix(&prefix).tempdir()?;
    let settings = furnish(session.path(), store)?;
    if let Some(kept) = settings.cells.kept {
        std::thread::spawn(move || cells::prune(&kept));
    }
    Ok(session)
}

/// Puts into a session's directory what compilers and evcxr look for there; gives the compilers'
/// settings.
fn furnish(path: &Path, store: &Store) -> std::io::Result<Settings> {
    for folder in ["bin", "out", "check", "cargo-home", "src"] {
        std::fs::create_dir_all(path.join(folder))?;
    }
    let bin = path.join("bin");
    std::os::unix::fs::symlink(environment::program()?, bin.join("cargo"))?;
    std::os::unix::fs::symlink(store.toolchain.tool("rustc"), bin.join("rustc"))?;
    std::os::unix::fs::symlink(&bin, path.join("cargo-home/bin"))?;
    let settings = Settings::new(path, store);
    std::fs::write(path.join("front.json"), serde_json::to_string(&settings)?)?;
    // evcxr's defaults, in place of what the user may have set for evcxr itself.
    std::fs::write(path.join("evcxr.toml"), "")?;
    Ok(settings)
}

/// The worker: this program, in the environment that the user has.
fn worker_command(store: &Store, socket: &Path) -> std::io::Result<Command> {
    let mut command = Command::new(environment::program()?);
    command.env(SOCKET_VAR, socket).env(RUNTIME_VAR, store.library());
    environment::restore(&mut command);
    if let Some(folder) = std::env::var_os(CELL_TMPDIR) {
        command.env("TMPDIR", folder);
    }
    if std::env::var_os(SPIN_VAR).is_none() {
        command.env(SPIN_VAR, SPINS);
    }
    Ok(command)
}
