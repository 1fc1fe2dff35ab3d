//! Any installed Jupyter kernel as an [`Engine`], over the wire.
//!
//! [`Wire`] starts a kernel as Jupyter's clients do, by its kernelspec, and turns what it publishes
//! into events.

mod heard;
mod kernel;
mod message;
mod process;

use candlelab_engine::{Cell, CellError, Engine, EngineError, Frontend, Handle, Reply};
use heard::Heard;
use jupyter_protocol::{
    ExecuteRequest, JupyterMessage, JupyterMessageContent as Content, ReplyStatus,
};
use kernel::Kernel;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long what a cell published may lag behind its reply.
const LAG: Duration = Duration::from_secs(10);

/// Runs cells in another kernel.
pub struct Wire {
    name: String,
    kernel: Arc<Mutex<Option<Kernel>>>,
    heard: Heard,
}

impl Wire {
    /// Starts an installed kernel.
    ///
    /// # Errors
    /// If there is none of this name, or it does not answer.
    pub fn start(name: &str) -> Result<Self, EngineError> {
        let (kernel, heard) = Kernel::start(name)?;
        let kernel = Arc::new(Mutex::new(Some(kernel)));
        Ok(Self { name: name.into(), kernel, heard })
    }

    fn with<T>(&self, act: impl FnOnce(&mut Kernel) -> T) -> Option<T> {
        lock(&self.kernel).as_mut().map(act)
    }

    /// The kernel is gone; how it ended.
    fn died(&self) -> Reply {
        let ended = self.with(Kernel::how_it_ended);
        let evalue = ended.unwrap_or_else(|| "it is gone".into());
        Reply::death(format!("the kernel ended: {evalue}"))
    }

    /// Passes on what a cell publishes until it has ended.
    fn follow(&mut self, request: &str, frontend: &dyn Frontend) -> Reply {
        let (mut error, mut replied, mut idle) = (None, false, false);
        while !(replied && idle) {
            let patience = replied.then_some(LAG);
            let Some(message) = self.heard.next(patience, || self.with(Kernel::is_alive)) else {
                // After its reply a cell has ended, also where the kernel fails to say so.
                return if replied { failed(error) } else { self.died() };
            };
            if !is_child(&message, request) {
                continue;
            }
            match message.content {
                Content::ExecuteReply(reply) if reply.status == ReplyStatus::Ok => replied = true,
                Content::ExecuteReply(reply) => {
                    replied = true;
                    error = error.or(Some(message::reply_error(reply.error)));
                }
                Content::Status(status) => idle = status.execution_state.as_str() == "idle",
                Content::ErrorOutput(shown) => error = Some(message::shown_error(shown)),
                _ => message::event(message).into_iter().for_each(|event| frontend.event(event)),
            }
        }
        failed(error)
    }
}

fn failed(error: Option<CellError>) -> Reply {
    Reply { error, ..Reply::default() }
}

impl Engine for Wire {
    fn execute(&mut self, cell: &Cell, frontend: &Arc<dyn Frontend>) -> Reply {
        let request: JupyterMessage = ExecuteRequest::new(cell.code.clone()).into();
        let id = request.header.msg_id.clone();
        let sent = self.with(|kernel| kernel.ask(request)).is_some_and(|sent| sent);
        if sent { self.follow(&id, &**frontend) } else { self.died() }
    }

    fn handle(&self) -> Arc<dyn Handle> {
        Arc::new(Interrupt(self.kernel.clone()))
    }

    fn restart(&mut self) -> Result<(), EngineError> {
        *lock(&self.kernel) = None;
        let (kernel, heard) = Kernel::start(&self.name)?;
        *lock(&self.kernel) = Some(kernel);
        self.heard = heard;
        Ok(())
    }
}

impl Drop for Wire {
    /// Whoever may still interrupt it does not keep the kernel.
    fn drop(&mut self) {
        *lock(&self.kernel) = None;
    }
}

fn is_child(message: &JupyterMessage, request: &str) -> bool {
    message.parent_header.as_ref().is_some_and(|parent| parent.msg_id == request)
}

fn lock(kernel: &Mutex<Option<Kernel>>) -> std::sync::MutexGuard<'_, Option<Kernel>> {
    kernel.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Interrupts only; nobody asks anything else headless.
struct Interrupt(Arc<Mutex<Option<Kernel>>>);

impl Handle for Interrupt {
    fn interrupt(&self) {
        if let Some(kernel) = &mut *lock(&self.0) {
            kernel.interrupt();
        }
    }
}
