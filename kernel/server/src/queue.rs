use crate::exchange::{Exchange, settle};
use candlelab_protocol::ExecuteRequest;
use std::collections::VecDeque;
use tokio::sync::mpsc;

/// A cell that waits for its turn.
pub(crate) type Queued = (Exchange, ExecuteRequest);

/// The cells of one subshell that wait.
pub(crate) struct Queue {
    arrived: mpsc::UnboundedReceiver<Queued>,
    doomed: VecDeque<Queued>,
}

impl Queue {
    /// A queue and where to put cells into it.
    pub(crate) fn new() -> (mpsc::UnboundedSender<Queued>, Self) {
        let (sender, arrived) = mpsc::unbounded_channel();
        (sender, Self { arrived, doomed: VecDeque::new() })
    }

    /// The next cell, and whether it must be aborted.
    pub(crate) async fn next(&mut self) -> Option<(Queued, bool)> {
        if let Some(cell) = self.doomed.pop_front() {
            return Some((cell, true));
        }
        Some((self.arrived.recv().await?, false))
    }

    /// Dooms the cells that have arrived by now.
    pub(crate) async fn doom_cells(&mut self) {
        settle().await;
        while let Ok(cell) = self.arrived.try_recv() {
            self.doomed.push_back(cell);
        }
    }
}
