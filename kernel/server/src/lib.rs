//! The Jupyter kernel: sockets on one side, an [`Engine`] on the other.
//!
//! [`serve`] listens at once and starts the engine on a thread of its own, so that a front end's
//! first questions are answered while the engine gets ready. One thread runs all sockets. A
//! `channel` answers requests as they arrive, whatever a cell does; an `Exchange` is one request
//! with everything that answers it. Only two kinds wait in a line: cells in that of their
//! `subshell`, from where they go to the engine's thread (`engine_thread`), where a
//! `CellFrontend` publishes what they show; and messages to widgets (`comms`). What is asked of
//! the engine beside cells runs on threads that may block. `stdin` passes the user's answers on.

mod channel;
mod comms;
mod debug;
mod engine_thread;
mod exchange;
mod execute;
mod frontend;
mod history;
mod info;
mod introspect;
mod kernel;
mod parent;
mod queue;
mod show;
mod stdin;
mod subshell;
mod subshells;
mod text;
mod usage;
mod variables;

pub use candlelab_protocol::HelpLink;
pub use history::history_path;
pub use info::KernelInfo;

use candlelab_engine::{Engine, EngineError};
use candlelab_protocol::{BindError, Connection, ConnectionError, Session, Sockets};
use kernel::Kernel;
use std::path::Path;
use std::sync::Arc;

/// How many questions the engine is asked at once.
const QUESTIONS: usize = 8;

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
    let runtime = tokio::runtime::Builder::new_current_thread()
        .max_blocking_threads(QUESTIONS)
        .thread_stack_size(engine_thread::STACK)
        .enable_all()
        .build()?;
    let served = runtime.block_on(async {
        let session = Arc::new(Session::new(&connection.key));
        let sockets = Sockets::bind(&connection, &session).await?;
        let kernel = Kernel::start(connection, &sockets, Box::new(start), info)?;
        run(&kernel, sockets).await;
        kernel.stop().await;
        Ok(())
    });
    // Questions that the engine still works on keep no kernel alive.
    runtime.shutdown_background();
    served
}

async fn run(kernel: &Arc<Kernel>, sockets: Sockets) {
    tokio::select! {
        () = channel::serve(kernel, sockets.shell) => {}
        () = channel::serve(kernel, sockets.control) => {}
        () = stdin::serve(kernel, sockets.stdin.1) => {}
        () = kernel.interrupt_on_signal() => {}
        () = parent::terminated() => {}
        () = parent::died() => {}
    }
}
