use crate::kernel::Kernel;
use candlelab_protocol::{
    Content, DebugRequest, Error, ExecutionState, Message, Metadata, ReplyStatus, Sender, Status,
};
use std::sync::Arc;

/// One request and everything that answers it.
#[derive(Clone)]
pub(crate) struct Exchange {
    pub(crate) kernel: Arc<Kernel>,
    pub(crate) request: Arc<Message>,
    sender: Sender,
}

impl Exchange {
    pub(crate) fn new(kernel: &Arc<Kernel>, sender: &Sender, request: Message) -> Self {
        Self { kernel: kernel.clone(), request: Arc::new(request), sender: sender.clone() }
    }

    /// Does the request's work between the statuses `busy` and `idle`.
    pub(crate) async fn answer<T>(&self, work: impl Future<Output = T>) -> T {
        self.publish(&BUSY);
        let result = work.await;
        self.publish(&Status { execution_state: ExecutionState::Idle });
        self.still_busy();
        result
    }

    /// Takes the `idle` back while a cell runs, since front ends take any for the kernel's.
    fn still_busy(&self) {
        let Some(cell) = self.kernel.running() else { return };
        // JupyterLab asks for the variables after every message that belongs to a cell; were this
        // one of them, it would never stop asking.
        let is_debug = self.request.header.msg_type == DebugRequest::MSG_TYPE;
        self.kernel.iopub.publish((!is_debug).then_some(&cell), &BUSY);
    }

    /// Tells every front end something about the request.
    pub(crate) fn publish<C: Content>(&self, content: &C) {
        self.kernel.iopub.publish(Some(&self.request), content);
    }

    /// Tells every front end what a cell shows; waits while too much of that is under way.
    pub(crate) fn publish_output<C: Content>(&self, content: &C) {
        self.kernel.iopub.publish_output(&self.request, content);
    }

    /// Sends the reply, before anything that is published later.
    pub(crate) async fn reply<C: Content>(&self, content: &C) {
        self.sender.send(&self.request, content).await;
        settle().await;
    }

    /// The same after everything published so far; waits for slow subscribers.
    pub(crate) async fn reply_after_outputs<C: Content>(&self, content: &C) {
        self.kernel.iopub.flush().await;
        settle().await;
        self.reply(content).await;
    }

    /// Sends an error as the reply to a request of any kind; nothing where it is no request.
    pub(crate) async fn reply_error(&self, error: Error) {
        if let Some(msg_type) = self.request.reply_type() {
            let content = ReplyStatus::Error(error);
            self.sender.send_as(&msg_type, &self.request, &Metadata::new(), &content).await;
            settle().await;
        }
    }
}

const BUSY: Status = Status { execution_state: ExecutionState::Busy };

/// Lets every socket write what it holds, as far as its peer has room for it.
///
/// All of them run on this thread, and a message passes at most two tasks on its way out (a queue
/// or the XPUB socket, then the writer or the relay). Each yield lets every ready task run and
/// asks the system which sockets are ready next.
pub(crate) async fn settle() {
    for _ in 0..3 {
        tokio::task::yield_now().await;
    }
}
