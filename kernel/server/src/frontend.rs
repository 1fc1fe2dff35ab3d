use crate::exchange::Exchange;
use candlelab_engine::{Bundle, Event, Frontend};
use candlelab_protocol::{
    ClearOutput, DisplayData, ExecuteRequest, ExecuteResult, MimeBundle, Stream, Transient,
    UpdateDisplayData,
};
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

    fn publish(&self, event: Event) {
        let (exchange, metadata) = (&self.exchange, MimeBundle::new());
        match event {
            Event::Stream { name, text } => {
                exchange.publish_output(&Stream { name: name.as_str().into(), text });
            }
            Event::Display { data, display_id, update } => {
                let transient = Transient { display_id };
                let display = DisplayData { data, metadata, transient };
                if update {
                    exchange.publish_output(&UpdateDisplayData(display));
                } else {
                    exchange.publish_output(&display);
                }
            }
            Event::Result { data } => {
                let execution_count = self.number;
                exchange.publish_output(&ExecuteResult { execution_count, data, metadata });
            }
            Event::Clear { wait } => exchange.publish_output(&ClearOutput { wait }),
            Event::Comm(_) => {}
        }
    }
}

impl Frontend for CellFrontend {
    fn event(&self, event: Event) {
        if let Event::Result { data } = &event {
            *self.value.lock().unwrap_or_else(PoisonError::into_inner) = Some(data.clone());
        }
        if !self.silent {
            self.publish(event);
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
