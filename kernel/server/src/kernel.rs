use crate::engine_thread::{EngineThread, StartEngine};
use crate::exchange::settle;
use crate::history::History;
use crate::stdin::Stdin;
use crate::{KernelInfo, ServeError};
use candlelab_protocol::{
    ConnectReply, Connection, ExecutionState, HelpLink, Iopub, KernelInfoReply, LanguageInfo,
    PROTOCOL_VERSION, ReplyStatus, Sockets, Status,
};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What all channels share.
pub(crate) struct Kernel {
    pub(crate) iopub: Iopub,
    pub(crate) stdin: Stdin,
    pub(crate) engine: EngineThread,
    connection: Connection,
    info: KernelInfo,
    history: Mutex<History>,
    cells: AtomicUsize,
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
        Ok(Arc::new(Self {
            iopub,
            stdin: Stdin::new(sockets.stdin.0.clone()),
            engine: EngineThread::spawn(start)?,
            connection,
            history: Mutex::new(History::open(info.history.as_deref())),
            info,
            cells: AtomicUsize::new(0),
        }))
    }

    /// The number of a new cell; only cells that count use it up.
    pub(crate) fn number_cell(&self, counts: bool) -> usize {
        self.cells.fetch_add(counts.into(), Ordering::Relaxed) + 1
    }

    /// How many cells were counted.
    pub(crate) fn cells(&self) -> usize {
        self.cells.load(Ordering::Relaxed)
    }

    pub(crate) fn with_history<T>(&self, use_it: impl FnOnce(&History) -> T) -> T {
        use_it(&self.history.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Stops the running cell, also where it waits for the user.
    pub(crate) async fn interrupt(&self) {
        self.stdin.interrupt().await;
        self.engine.interrupt();
    }

    /// Takes Ctrl-C in the terminal of a kernel for an interrupt; never returns.
    pub(crate) async fn interrupt_on_signal(&self) {
        while tokio::signal::ctrl_c().await.is_ok() {
            self.interrupt().await;
        }
        std::future::pending().await
    }

    /// Ends the running cell and the engine.
    pub(crate) async fn stop(&self) {
        self.iopub.flush().await;
        settle().await;
        self.stdin.interrupt().await;
        self.engine.stop().await;
    }

    pub(crate) fn info(&self) -> KernelInfoReply {
        KernelInfoReply {
            status: ReplyStatus::Ok,
            protocol_version: PROTOCOL_VERSION.into(),
            implementation: self.info.implementation.clone(),
            implementation_version: self.info.implementation_version.clone(),
            language_info: rust(&self.info.language_version),
            banner: self.info.banner.clone(),
            help_links: self.info.help_links.clone(),
            supported_features: Vec::new(),
        }
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

fn rust(version: &str) -> LanguageInfo {
    LanguageInfo {
        name: "rust".into(),
        version: version.into(),
        mimetype: "text/x-rust".into(),
        file_extension: ".rs".into(),
        pygments_lexer: "rust".into(),
        codemirror_mode: "rust".into(),
    }
}

impl Default for KernelInfo {
    fn default() -> Self {
        let link = |text: &str, url: &str| HelpLink { text: text.into(), url: url.into() };
        Self {
            implementation: "candlelab".into(),
            implementation_version: env!("CARGO_PKG_VERSION").into(),
            language_version: env!("CARGO_PKG_RUST_VERSION").into(),
            banner: concat!("Rust (Candle), candlelab ", env!("CARGO_PKG_VERSION")).into(),
            help_links: vec![
                link("The Rust Book", "https://doc.rust-lang.org/book/"),
                link("Rust standard library", "https://doc.rust-lang.org/std/"),
                link("Candle", "https://docs.rs/candle-core"),
            ],
            history: None,
        }
    }
}
