use crate::comms::Comms;
use crate::engine_thread::{EngineThread, StartEngine};
use crate::exchange::settle;
use crate::history::History;
use crate::stdin::Stdin;
use crate::subshell::Subshell;
use crate::subshells::Subshells;
use crate::usage::Usage;
use crate::{KernelInfo, ServeError};
use candlelab_protocol::{
    ConnectReply, Connection, ExecutionState, Iopub, Message, ReplyStatus, Sockets, Status,
};
use std::panic::resume_unwind;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};

/// How long slow subscribers may take to read the rest when the kernel ends.
const GRACE: Duration = Duration::from_secs(3);

/// How long to wait before a cell that goes on is interrupted again.
const AGAIN: Duration = Duration::from_millis(100);

/// What all channels share.
pub(crate) struct Kernel {
    pub(crate) iopub: Iopub,
    pub(crate) stdin: Stdin,
    pub(crate) engine: EngineThread,
    pub(crate) subshells: Subshells,
    pub(crate) comms: Comms,
    pub(crate) usage: Arc<Usage>,
    pub(crate) info: KernelInfo,
    /// Whether a front end shows its debugger.
    pub(crate) debugging: AtomicBool,
    /// Held by the cell that runs.
    pub(crate) turn: tokio::sync::Mutex<()>,
    running: Mutex<Option<Arc<Message>>>,
    connection: Connection,
    history: Arc<Mutex<History>>,
}

impl Kernel {
    pub(crate) fn start(
        connection: Connection,
        sockets: &Sockets,
        start: StartEngine,
        info: KernelInfo,
    ) -> Result<Arc<Self>, ServeError> {
        let iopub = sockets.iopub.clone();
        iopub.publish(None, &Status { execution_state: ExecutionState::Starting });
        let history = History::open(info.history.as_deref());
        Ok(Arc::new(Self {
            iopub,
            stdin: Stdin::new(sockets.stdin.0.clone()),
            engine: EngineThread::spawn(start)?,
            subshells: Subshells::new(Subshell::start(history.session)),
            comms: Comms::start(),
            usage: Arc::default(),
            info,
            debugging: AtomicBool::new(false),
            turn: tokio::sync::Mutex::default(),
            running: Mutex::default(),
            connection,
            history: Arc::new(Mutex::new(history)),
        }))
    }

    /// The request of the cell that runs, if any.
    pub(crate) fn running(&self) -> Option<Arc<Message>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_running(&self, cell: Option<Arc<Message>>) {
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = cell;
    }

    /// Uses the history on a thread that may block: another kernel may be writing to its file.
    pub(crate) async fn with_history<T: Send + 'static>(
        &self,
        use_it: impl FnOnce(&History) -> T + Send + 'static,
    ) -> T {
        let history = self.history.clone();
        let used =
            spawn_blocking(move || use_it(&history.lock().unwrap_or_else(PoisonError::into_inner)));
        used.await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
    }

    /// Stops the running cell, also where it waits for the user.
    ///
    /// A cell that is just beginning may miss that, so it is told again until it has ended.
    pub(crate) async fn interrupt(self: &Arc<Self>) {
        self.stdin.interrupt().await;
        self.engine.interrupt();
        if let Some(cell) = self.running() {
            let kernel = self.clone();
            tokio::spawn(async move { kernel.insist(&cell).await });
        }
    }

    async fn insist(&self, cell: &Arc<Message>) {
        loop {
            sleep(AGAIN).await;
            // Held, so that no other cell begins meanwhile and is taken for this one.
            let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            if running.as_ref().is_none_or(|running| !Arc::ptr_eq(running, cell)) {
                return;
            }
            self.engine.interrupt();
        }
    }

    /// Takes Ctrl-C in the terminal of a kernel for an interrupt; never returns.
    pub(crate) async fn interrupt_on_signal(self: &Arc<Self>) {
        while tokio::signal::ctrl_c().await.is_ok() {
            self.interrupt().await;
        }
        std::future::pending().await
    }

    /// Ends the engine and the running cell, once what was published has left.
    pub(crate) async fn stop(&self) {
        let _ = timeout(GRACE, self.iopub.flush()).await;
        settle().await;
        self.stdin.interrupt().await;
        self.engine.stop().await;
    }

    pub(crate) fn ports(&self) -> ConnectReply {
        ConnectReply {
            status: ReplyStatus::Ok,
            shell_port: self.connection.shell_port,
            iopub_port: self.connection.iopub_port,
            stdin_port: self.connection.stdin_port,
            control_port: self.connection.control_port,
            hb_port: self.connection.hb_port,
        }
    }
}
