//! The process that runs a notebook's cells.
//!
//! It stands where evcxr expects a child of its own: evcxr sends `LOAD_AND_RUN path function` on
//! the control pipe and waits for a line, which it gets once the cell has its variables
//! ([`answer`]). User code never sees that pipe. Its output, displays and errors go to the engine over a private socket
//! ([`super::frame`]), in the order in which they happened.

mod answer;
mod capture;
mod output;
mod pump;
mod runtime;

use super::frame::Kind;
use crate::processes;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

/// Names the socket on which the engine waits.
pub const SOCKET_VAR: &str = "CANDLELAB_WORKER_SOCKET";
/// Names the runtime's library.
pub const RUNTIME_VAR: &str = "CANDLELAB_WORKER_RUNTIME";
/// A link beside the socket to the folder in which cells run.
pub const FOLDER: &str = "folder";
/// Set by evcxr in its child.
const IS_WORKER_VAR: &str = "EVCXR_IS_RUNTIME";

/// The stack of the thread that runs cells, whose overflow Rust recognises.
const STACK: usize = 64 << 20;

/// Runs the worker's loop if this process was started as one; otherwise returns.
pub fn hook() {
    if std::env::var_os(IS_WORKER_VAR).is_some() {
        let code = match run() {
            Ok(()) => 0,
            Err(message) => {
                let _ = writeln!(std::io::stderr(), "candlelab worker: {message}");
                99
            }
        };
        std::process::exit(code);
    }
}

fn take_var(name: &str) -> Result<String, String> {
    let value = std::env::var(name).map_err(|_| format!("`{name}` is not set"))?;
    // SAFETY: the worker has a single thread until the pump starts.
    unsafe { std::env::remove_var(name) };
    Ok(value)
}

fn run() -> Result<(), String> {
    candlelab_memory::keep().map_err(|error| error.to_string())?;
    let socket = take_var(SOCKET_VAR)?;
    let library = take_var(RUNTIME_VAR)?;
    take_var(IS_WORKER_VAR)?;
    // evcxr asks for backtraces; Candle would then print one inside each of its errors.
    let _ = take_var("RUST_BACKTRACE");
    let _ = std::env::set_current_dir(Path::new(&socket).with_file_name(FOLDER));
    let (commands, done) = keep_control_pipes().map_err(|error| error.to_string())?;
    let socket = std::os::unix::net::UnixStream::connect(&socket)
        .map_err(|error| format!("cannot reach the engine at `{socket}`: {error}"))?;
    let pipes = output::redirect(&socket).map_err(|error| error.to_string())?;
    let runtime = runtime::load(Path::new(&library))?;
    pump::start(socket, pipes, runtime);
    let cells = std::thread::Builder::new().name("cell".into()).stack_size(STACK);
    let cells = cells.spawn(move || serve(commands, done, runtime));
    cells.map_err(|error| error.to_string())?.join().unwrap_or(Err("the cell's thread died".into()))
}

/// Moves evcxr's two pipes away from the standard descriptors.
fn keep_control_pipes() -> std::io::Result<(File, File)> {
    Ok((processes::keep(0)?, processes::keep(1)?))
}

fn serve(commands: File, done: File, runtime: runtime::Runtime) -> Result<(), String> {
    let mut store = std::ptr::null_mut();
    for line in BufReader::new(commands).lines() {
        let line = line.map_err(|error| error.to_string())?;
        let words: Vec<&str> = line.split(' ').collect();
        let ["LOAD_AND_RUN", path, _function] = words[..] else {
            return Err(format!("unknown command `{line}`"));
        };
        answer::owe(&done).map_err(|error| error.to_string())?;
        (runtime.begin)();
        output::mark(Kind::Began);
        store = runtime::call(Path::new(path), store)?;
        (runtime.end)();
        answer::give(&output::take_lost());
        output::mark(Kind::Ended);
        let _ = candlelab_memory::give_back();
    }
    Ok(())
}
