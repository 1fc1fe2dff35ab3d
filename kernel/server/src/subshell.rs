use crate::execute::{abort, execute};
use crate::queue::{Queue, Queued};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::mpsc;

/// A line of cells with a count and a history of its own. All share the one engine, so their
/// cells run one after the other; a failing one aborts those behind it in its own line.
#[derive(Clone)]
pub(crate) struct Subshell {
    count: Arc<Count>,
    queue: mpsc::UnboundedSender<Queued>,
}

/// How many cells of a subshell were counted, and under which session they are remembered.
pub(crate) struct Count {
    pub(crate) session: i64,
    cells: AtomicUsize,
}

impl Count {
    /// The number of a new cell; only cells that count use it up.
    pub(crate) fn number_cell(&self, counts: bool) -> usize {
        self.cells.fetch_add(counts.into(), Ordering::Relaxed) + 1
    }

    /// How many cells were counted.
    pub(crate) fn cells(&self) -> usize {
        self.cells.load(Ordering::Relaxed)
    }
}

impl Subshell {
    /// Starts working its cells off, until it is dropped and all are done.
    pub(crate) fn start(session: i64) -> Self {
        let (sender, queue) = Queue::new();
        let count = Arc::new(Count { session, cells: AtomicUsize::new(0) });
        tokio::spawn(work(count.clone(), queue));
        Self { count, queue: sender }
    }

    /// Which of the history's sessions its cells belong to.
    pub(crate) fn session(&self) -> i64 {
        self.count.session
    }

    /// Puts a cell behind those that wait.
    pub(crate) fn queue(&self, cell: Queued) {
        // The other end works for as long as the event loop does.
        let _ = self.queue.send(cell);
    }
}

async fn work(count: Arc<Count>, mut queue: Queue) {
    while let Some(((exchange, request), doomed)) = queue.next().await {
        if doomed {
            exchange.answer(abort(&exchange, &count)).await;
        } else {
            let _turn = exchange.kernel.turn.lock().await;
            exchange.answer(execute(&exchange, &count, request, &mut queue)).await;
        }
    }
}
