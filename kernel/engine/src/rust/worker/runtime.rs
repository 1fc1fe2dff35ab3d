//! Loads the runtime's library and the cells.

use super::{answer, capture, output};
use crate::rust::glue;
use std::ffi::c_void;
use std::path::Path;

/// The functions of the runtime that the worker calls.
#[derive(Clone, Copy)]
pub struct Runtime {
    pub begin: extern "C" fn(),
    pub end: extern "C" fn(),
    pub flush: extern "C" fn(),
    pub flush_cell: extern "C" fn(),
    pub interrupt: extern "C" fn(),
    pub comm: unsafe extern "C" fn(*const u8, usize),
}

/// The worker's functions that the runtime calls; the same layout as the runtime's `Host`.
#[repr(C)]
struct Host {
    send: unsafe extern "C" fn(*const u8, usize),
    ask: unsafe extern "C" fn(*const u8, usize, bool, *mut u8, usize) -> isize,
    capture: extern "C" fn(bool),
    capture_take: unsafe extern "C" fn(*mut u8, usize) -> usize,
    started: extern "C" fn(),
}

fn open(path: &Path) -> Result<&'static libloading::Library, String> {
    // SAFETY: the library is the runtime or a compiled cell; running their code is the purpose.
    let library = unsafe { libloading::Library::new(path) };
    // Libraries are never unloaded: values and threads that outlive a cell hold its code.
    library
        .map(|library| &*Box::leak(Box::new(library)))
        .map_err(|error| format!("cannot load `{}`: {error}", path.display()))
}

fn symbol<T: Copy>(library: &'static libloading::Library, name: &str) -> Result<T, String> {
    // SAFETY: both sides are built from the same sources, so the signatures agree.
    unsafe { library.get::<T>(name) }.map(|symbol| *symbol).map_err(|error| error.to_string())
}

/// Loads the runtime and connects it to this worker.
pub fn load(path: &Path) -> Result<Runtime, String> {
    let library = open(path)?;
    let attach: extern "C" fn(Host) = symbol(library, "candlelab_attach")?;
    attach(Host {
        send: output::send_message,
        ask: output::ask,
        capture: capture::capture,
        capture_take: capture::take,
        started: answer::started,
    });
    Ok(Runtime {
        begin: symbol(library, "candlelab_begin")?,
        end: symbol(library, "candlelab_end")?,
        flush: symbol(library, "candlelab_flush")?,
        flush_cell: symbol(library, "candlelab_flush_cell")?,
        interrupt: symbol(library, "candlelab_interrupt")?,
        comm: symbol(library, "candlelab_comm")?,
    })
}

/// Loads a cell and runs it; returns the variable store that it hands on.
pub fn call(path: &Path, store: *mut c_void) -> Result<*mut c_void, String> {
    let library = open(path)?;
    let run: extern "C" fn(*mut c_void) -> *mut c_void = symbol(library, glue::FUNCTION)?;
    Ok(run(store))
}
