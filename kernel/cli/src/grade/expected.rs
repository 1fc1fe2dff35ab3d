//! What a lab expects: its checks, run with its own solution in a process of ours.

use crate::hash::hex;
use crate::session::{self, Setup};
use anyhow::{bail, ensure};
use candlelab_grader::{Halves, Lab, Told};
use candlelab_notebook::{Options, Outcome, Stop};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use uuid::Uuid;

/// A lab with what its checks expect.
pub struct Expected {
    pub lab: Arc<Lab>,
    pub version: String,
    pub told: Vec<Told>,
}

impl Expected {
    /// Runs the lab's solution.
    pub fn of(lab: Arc<Lab>, version: String, stop: &Stop) -> anyhow::Result<Self> {
        let nonce = Uuid::new_v4().to_string();
        let mut notebook = Halves::of(&lab)?.expecting(&nonce)?;
        let folder = tempfile::tempdir()?;
        let mut engine = session::remote(Setup::default())?;
        engine.fresh(folder.path())?;
        let mut options = Options { stop: stop.clone(), ..Options::default() };
        let report = candlelab_notebook::run(&mut notebook, &mut engine, &mut options);
        if let Some(cell) = report.culprit().filter(|_| report.outcome() != Outcome::Interrupted) {
            let text = cell.error.as_ref().map(|error| error.traceback.join("\n"));
            let (name, id) = (&lab.about.lab, cell.id.as_deref().unwrap_or("?"));
            let text = text.unwrap_or_default();
            bail!("`{id}` of the lab `{name}` does not run with its own solution:\n{text}");
        }
        let told = Told::all(&notebook, &nonce);
        let (found, all) = (told.len(), lab.checks().count());
        ensure!(
            found == all || stop.is_asked(),
            "{found} of the {all} checks of `{}` said what they expect",
            lab.about.lab
        );
        Ok(Self { lab, version, told })
    }
}

/// Changes whenever a lab's marks may.
pub fn version(lab: &Lab, fast: bool) -> String {
    let mut hash = Sha256::new();
    hash.update(lab.notebook.to_text());
    hash.update([u8::from(fast)]);
    hash.update(env!("CARGO_PKG_VERSION"));
    hex(&hash.finalize())
}
