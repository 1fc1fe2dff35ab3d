use candlelab_engine::{Engine, EngineError, Handle};
use candlelab_protocol::log;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{oneshot, watch};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// Makes an engine.
pub(crate) type StartEngine =
    Box<dyn FnOnce() -> Result<Box<dyn Engine>, EngineError> + Send + 'static>;

type Job = Box<dyn FnOnce(Result<&mut dyn Engine, &EngineError>) + Send>;
/// `None` until the engine has started, or could not.
type Started = Option<Result<Arc<dyn Handle>, EngineError>>;

/// Parsers follow the nesting of a cell on the stack.
pub(crate) const STACK: usize = 256 << 20;

/// After this time without a cell a new engine readies itself for questions.
const IDLE: Duration = Duration::from_millis(300);
/// How long a cell may take to stop when the kernel ends.
const GRACE: Duration = Duration::from_secs(3);
/// How long to wait before it is told again.
const AGAIN: Duration = Duration::from_millis(100);

/// The thread that owns the engine and uses it for one thing after the other.
pub(crate) struct EngineThread {
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    started: watch::Receiver<Started>,
    ended: Mutex<Option<oneshot::Receiver<()>>>,
}

impl EngineThread {
    /// Starts the thread, and the engine on it; returns at once.
    pub(crate) fn spawn(start: StartEngine) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel();
        let (end, ended) = oneshot::channel();
        let (tell, started) = watch::channel(None);
        let run = move || {
            work(start, &tell, queue);
            drop(end);
        };
        std::thread::Builder::new().name("engine".into()).stack_size(STACK).spawn(run)?;
        Ok(Self { jobs: Mutex::new(Some(jobs)), started, ended: Mutex::new(Some(ended)) })
    }

    /// Uses the engine once it is ready and has done everything asked of it before.
    ///
    /// # Errors
    /// If the engine could not start, or failed in doing this.
    pub(crate) async fn with<T: Send + 'static>(
        &self,
        use_it: impl FnOnce(&mut dyn Engine) -> T + Send + 'static,
    ) -> Result<T, EngineError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |engine| {
            let result = engine.map(use_it).map_err(copy);
            let _ = answer.send(result);
        });
        if let Some(jobs) = &*lock(&self.jobs) {
            let _ = jobs.send(job);
        }
        answered.await.unwrap_or_else(|_| Err(broken()))
    }

    /// Asks the engine something once it is ready, whatever it does meanwhile.
    ///
    /// # Errors
    /// If the engine could not start, or failed in answering this.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Handle) -> T + Send + 'static,
    ) -> Result<T, EngineError> {
        let handle = self.handle().await?;
        spawn_blocking(move || question(&*handle)).await.map_err(|_| broken())
    }

    async fn handle(&self) -> Result<Arc<dyn Handle>, EngineError> {
        let mut started = self.started.clone();
        let started = started.wait_for(Option::is_some).await.map_err(|_| broken())?;
        match started.as_ref().expect("waited for") {
            Ok(handle) => Ok(handle.clone()),
            Err(error) => Err(copy(error)),
        }
    }

    /// Stops the running cell, if any.
    pub(crate) fn interrupt(&self) {
        if let Some(Ok(handle)) = &*self.started.borrow() {
            handle.interrupt();
        }
    }

    /// Ends the engine; gives up on one that does not stop.
    pub(crate) async fn stop(&self) {
        drop(lock(&self.jobs).take());
        let Some(mut ended) = lock(&self.ended).take() else { return };
        if self.started.borrow().is_none() {
            // Nothing runs yet, and what is being started ends with this process.
            return;
        }
        let stopped = async {
            // A cell that is just beginning may miss the first interrupts.
            while timeout(AGAIN, &mut ended).await.is_err() {
                self.interrupt();
            }
        };
        self.interrupt();
        if timeout(GRACE, stopped).await.is_err() {
            log("the running cell did not stop; leaving without it");
        }
    }
}

fn work(start: StartEngine, tell: &watch::Sender<Started>, jobs: mpsc::Receiver<Job>) {
    let mut engine = catch_unwind(AssertUnwindSafe(start)).unwrap_or_else(|_| Err(broken()));
    if let Err(error) = &engine {
        log(format_args!("the engine cannot start: {error}"));
    }
    tell.send_replace(Some(match &engine {
        Ok(engine) => Ok(engine.handle()),
        Err(error) => Err(copy(error)),
    }));
    // Who runs a cell as soon as the kernel is there waits for that cell alone.
    let first = jobs.recv_timeout(IDLE);
    if let (Err(RecvTimeoutError::Timeout), Ok(engine)) = (&first, &mut engine) {
        engine.prime();
    }
    for job in first.into_iter().chain(jobs) {
        let run = AssertUnwindSafe(|| match &mut engine {
            Ok(engine) => job(Ok(&mut **engine)),
            Err(error) => job(Err(error)),
        });
        if catch_unwind(run).is_err() {
            log("the engine panicked; this is a bug in candlelab");
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn copy(error: &EngineError) -> EngineError {
    EngineError { message: error.message.clone(), hint: error.hint.clone() }
}

fn broken() -> EngineError {
    EngineError {
        message: "the engine stopped working".into(),
        hint: Some("restart the kernel; this is a bug in candlelab, its log says more".into()),
    }
}
