use crate::exchange::Exchange;
use crate::show::show;
use candlelab_engine::{Bundle, Event, Frontend};
use candlelab_protocol::ExecuteRequest;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::runtime::Handle;

/// Publishes what one cell shows, and passes its questions to the front end that runs it.
#[derive(Clone)]
pub(crate) struct CellFrontend {
    exchange: Exchange,
    number: usize,
    silent: bool,
    allow_stdin: bool,
    runtime: Handle,
    value: Arc<Mutex<Option<Bundle>>>,
}

impl CellFrontend {
    pub(crate) fn new(
        exchange: Exchange,
        request: &ExecuteRequest,
        number: usize,
        runtime: Handle,
    ) -> Self {
        let (silent, allow_stdin) = (request.silent, request.allow_stdin);
        Self { exchange, number, silent, allow_stdin, runtime, value: Arc::default() }
    }

    /// The same for code that nobody sees, such as `user_expressions`.
    pub(crate) fn silent(&self) -> Self {
        Self { silent: true, allow_stdin: false, value: Arc::default(), ..self.clone() }
    }

    /// The value the cell had, if any.
    pub(crate) fn take_value(&self) -> Option<Bundle> {
        self.value.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Whether the cell was interrupted, perhaps before the engine got to it.
    pub(crate) fn was_interrupted(&self) -> bool {
        self.runtime.block_on(self.exchange.kernel.stdin.was_interrupted())
    }
}

impl Frontend for CellFrontend {
    fn event(&self, event: Event) {
        if let Event::Result { data } = &event {
            *self.value.lock().unwrap_or_else(PoisonError::into_inner) = Some(data.clone());
        }
        // What a silent cell tells a widget is no output.
        if !self.silent || matches!(event, Event::Comm(_)) {
            show(&self.exchange, Some(self.number), event);
        }
    }

    fn input(&self, prompt: &str, password: bool) -> Option<String> {
        if !self.allow_stdin {
            return None;
        }
        let Exchange { kernel, request, .. } = &self.exchange;
        self.runtime.block_on(async {
            kernel.iopub.flush().await;
            kernel.stdin.ask(request, prompt, password).await
        })
    }
}
