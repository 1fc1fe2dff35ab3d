use crate::kernel::Kernel;
use candlelab_protocol::{
    Content, InputReply, InputRequest, Message, Receiver, Sender, WireError, log,
};
use tokio::sync::{Mutex, oneshot};

/// Asks the user questions for the running cell.
pub(crate) struct Stdin {
    sender: Sender,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The question that waits for its answer.
    question: Option<Question>,
    /// Whether the running cell was interrupted; it then asks nothing more.
    interrupted: bool,
}

struct Question {
    id: String,
    answer: oneshot::Sender<String>,
}

impl Stdin {
    pub(crate) fn new(sender: Sender) -> Self {
        Self { sender, state: Mutex::default() }
    }

    /// Gets ready for a new cell.
    pub(crate) async fn begin(&self) {
        *self.state.lock().await = State::default();
    }

    /// Asks the front end that sent `request`; `None` where the cell is interrupted meanwhile.
    pub(crate) async fn ask(
        &self,
        request: &Message,
        prompt: &str,
        password: bool,
    ) -> Option<String> {
        let (answer, answered) = oneshot::channel();
        {
            let mut state = self.state.lock().await;
            if state.interrupted {
                return None;
            }
            let content = InputRequest { prompt: prompt.into(), password };
            let id = self.sender.send(request, &content).await;
            state.question = Some(Question { id, answer });
        }
        answered.await.ok()
    }

    /// Leaves the open question, and later ones of the same cell, without an answer.
    pub(crate) async fn interrupt(&self) {
        *self.state.lock().await = State { question: None, interrupted: true };
    }

    /// Whether that happened to the cell that runs, or is about to.
    pub(crate) async fn was_interrupted(&self) -> bool {
        self.state.lock().await.interrupted
    }

    async fn answer(&self, message: &Message) -> Result<(), WireError> {
        let reply: InputReply = message.content()?;
        let mut state = self.state.lock().await;
        // Many clients name no parent; one that names another question answers too late.
        let fits = |question: &Question| message.parent_id().is_none_or(|id| id == question.id);
        if let Some(question) = state.question.take_if(|question| fits(question)) {
            let _ = question.answer.send(reply.value);
        }
        Ok(())
    }
}

/// Passes the user's answers on.
pub(crate) async fn serve(kernel: &Kernel, mut receiver: Receiver) {
    while let Some(message) = receiver.next().await {
        let result = match message {
            Ok(message) if message.header.msg_type == InputReply::MSG_TYPE => {
                kernel.stdin.answer(&message).await
            }
            other => other.map(drop),
        };
        if let Err(error) = result {
            log(format_args!("ignoring an answer: {error}"));
        }
    }
}
