//! The Jupyter kernel: sockets on one side, an [`Engine`] on the other.
//!
//! [`serve`] listens at once and starts the engine on a thread of its own, so that a front end's
//! first questions are answered while the engine gets ready. One thread runs all sockets:
//! `shell` answers requests one after the other and hands cells to the engine's thread
//! (`engine_thread`), where a `CellFrontend` publishes what they show; `control` answers
//! at once, whatever a cell does; `stdin` passes the user's answers on. An `Exchange` is one
//! request with everything that answers it.

mod control;
mod engine_thread;
mod exchange;
mod execute;
mod frontend;
mod history;
mod introspect;
mod kernel;
mod parent;
mod receive;
mod shell;
mod stdin;
mod text;

pub use candlelab_protocol::HelpLink;
pub use history::history_path;

use candlelab_engine::{Engine, EngineError};
use candlelab_protocol::{BindError, Connection, ConnectionError, Session, Sockets};
use kernel::Kernel;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a kernel says about itself, and where it keeps its history.
#[derive(Clone, Debug)]
pub struct KernelInfo {
    /// The kernel's name.
    pub implementation: String,
    /// The kernel's version.
    pub implementation_version: String,
    /// The version of Rust that cells are written in.
    pub language_version: String,
    /// A greeting for consoles.
    pub banner: String,
    /// Entries for the help menu.
    pub help_links: Vec<HelpLink>,
    /// The history's database; `None` keeps it in memory only.
    pub history: Option<PathBuf>,
}

/// Why a kernel could not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The connection file cannot be used.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    /// A channel cannot be opened.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The system gives no event loop or signals.
    #[error("cannot start the kernel's event loop")]
    Runtime(#[from] std::io::Error),
}

/// Runs a kernel until it is shut down or the process that started it ends.
///
/// `start` makes the engine, in the background. Where that fails, the kernel stays, and every cell
/// is answered with the reason.
///
/// # Errors
/// If the connection file cannot be used or its addresses are taken.
pub fn serve(
    connection_file: &Path,
    start: impl FnOnce() -> Result<Box<dyn Engine>, EngineError> + Send + 'static,
    info: KernelInfo,
) -> Result<(), ServeError> {
    let connection = Connection::read(connection_file)?;
    // One thread, so that yielding lets every socket write what it holds (see `settle`).
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let session = Arc::new(Session::new(&connection.key));
        let sockets = Sockets::bind(&connection, &session).await?;
        let kernel = Kernel::start(connection, &sockets, Box::new(start), info)?;
        run(&kernel, sockets).await;
        kernel.stop().await;
        Ok(())
    })
}

async fn run(kernel: &Arc<Kernel>, sockets: Sockets) {
    tokio::select! {
        () = shell::serve(kernel, sockets.shell) => {}
        () = control::serve(kernel, sockets.control) => {}
        () = stdin::serve(kernel, sockets.stdin.1) => {}
        () = kernel.interrupt_on_signal() => {}
        () = parent::terminated() => {}
        () = parent::died() => {}
    }
}
