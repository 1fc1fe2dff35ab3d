use crate::exchange::settle;
use candlelab_protocol::{Message, Receiver, Request, log};
use std::collections::VecDeque;
use tokio::sync::mpsc;

/// A request and the message it came in.
pub(crate) type Incoming = (Message, Request);

/// The requests of one channel, read as they arrive however long the one before takes.
///
/// Messages that are malformed, signed with another key or of an unknown kind are logged.
pub(crate) struct Queue {
    arrived: mpsc::UnboundedReceiver<Incoming>,
    doomed: VecDeque<Incoming>,
}

impl Queue {
    pub(crate) fn new(receiver: Receiver) -> Self {
        let (sender, arrived) = mpsc::unbounded_channel();
        tokio::spawn(receive(receiver, sender));
        Self { arrived, doomed: VecDeque::new() }
    }

    /// The next request, and whether it must be aborted if it is a cell.
    pub(crate) async fn next(&mut self) -> Option<(Incoming, bool)> {
        if let Some(incoming) = self.doomed.pop_front() {
            return Some((incoming, true));
        }
        Some((self.arrived.recv().await?, false))
    }

    /// Dooms the cells that have arrived by now.
    pub(crate) async fn doom_cells(&mut self) {
        settle().await;
        while let Ok(incoming) = self.arrived.try_recv() {
            self.doomed.push_back(incoming);
        }
    }
}

async fn receive(mut receiver: Receiver, queue: mpsc::UnboundedSender<Incoming>) {
    while let Some(message) = receiver.next().await {
        match message.and_then(|message| Ok((Request::parse(&message)?, message))) {
            Ok((Some(request), message)) => drop(queue.send((message, request))),
            Ok((None, message)) => {
                log(format_args!("ignoring a message of type `{}`", message.header.msg_type));
            }
            Err(error) => log(format_args!("ignoring a message: {error}")),
        }
    }
}
