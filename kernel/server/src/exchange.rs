use crate::kernel::Kernel;
use candlelab_protocol::{Content, ExecutionState, Message, Sender, Status};
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
        self.publish(&Status { execution_state: ExecutionState::Busy });
        let result = work.await;
        self.publish(&Status { execution_state: ExecutionState::Idle });
        result
    }

    /// Tells every front end something about the request.
    pub(crate) fn publish<C: Content>(&self, content: &C) {
        self.kernel.iopub.publish(Some(&self.request), content);
    }

    /// Tells every front end what a cell shows; waits while too much of that is under way.
    pub(crate) fn publish_output<C: Content>(&self, content: &C) {
        self.kernel.iopub.publish_output(&self.request, content);
    }

    /// Sends the reply, after everything published so far and before anything later.
    pub(crate) async fn reply<C: Content>(&self, content: &C) {
        self.kernel.iopub.flush().await;
        settle().await;
        self.sender.send(&self.request, content).await;
        settle().await;
    }
}

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
