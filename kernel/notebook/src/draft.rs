//! A notebook as far as it has run, kept while it runs.

use crate::Notebook;
use crate::recorder::Recorder;
use std::time::{Duration, Instant};

/// How much time passes between two drafts, at least.
const PAUSE: Duration = Duration::from_secs(2);
/// A draft that took long to keep is followed by a pause so many times longer.
const PATIENCE: u32 = 20;

/// Keeps drafts.
pub(crate) struct Draft<'a> {
    notebook: Notebook,
    save: &'a mut (dyn FnMut(&Notebook) + Send),
    /// When the next one may be kept.
    next: Instant,
    /// The recorder's state at the last one.
    seen: u64,
}

impl<'a> Draft<'a> {
    /// Keeps the notebook as it is before its first cell runs.
    pub fn begin(notebook: &Notebook, save: &'a mut (dyn FnMut(&Notebook) + Send)) -> Self {
        save(notebook);
        Self { notebook: notebook.clone(), save, next: Instant::now() + PAUSE, seen: 0 }
    }

    /// Keeps what cells have shown so far, where that is more than before and it is time.
    pub fn keep(&mut self, recorder: &Recorder) {
        let version = recorder.version();
        if version == self.seen || Instant::now() < self.next {
            return;
        }
        self.seen = version;
        let began = Instant::now();
        recorder.store(&mut self.notebook);
        (self.save)(&self.notebook);
        self.next = Instant::now() + PAUSE.max(PATIENCE * began.elapsed());
    }
}
