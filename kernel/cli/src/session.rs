//! The engine that one notebook after the other is run on.

use crate::engine::Engines;
use crate::interrupt;
use anyhow::Context;
use candlelab_engine::Engine;
use candlelab_notebook::Stop;
use std::path::Path;

/// Labs run on small data from here on; to be called before anything else runs.
pub fn use_small_data() {
    // SAFETY: no other thread has been started.
    unsafe { std::env::set_var("CANDLELAB_FAST", "1") };
}

/// Starts the engine when the first notebook needs it.
#[derive(Default)]
pub struct Session {
    /// Ends the run; Ctrl-C sets it.
    pub stop: Stop,
    engines: Option<Engines>,
    engine: Option<Box<dyn Engine>>,
}

impl Session {
    /// An engine without variables, whose cells find files relative to `folder`, as in JupyterLab.
    pub fn fresh(&mut self, folder: &Path) -> anyhow::Result<&mut dyn Engine> {
        if self.engines.is_none() {
            self.engines = Some(Engines::ready()?);
            // Until here Ctrl-C ends the program, as it should during a long build.
            interrupt::catch(&self.stop)?;
        }
        std::env::set_current_dir(folder)
            .with_context(|| format!("cannot enter `{}`", folder.display()))?;
        let engine = match (self.engine.take(), &self.engines) {
            (Some(mut engine), _) => {
                engine.restart()?;
                engine
            }
            (None, engines) => engines.as_ref().expect("made above").start()?,
        };
        Ok(&mut **self.engine.insert(engine))
    }
}
