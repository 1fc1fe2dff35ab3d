//! What a lab expects: its checks, run with its own solution in a process of ours.

use super::shared::SharedCells;
use super::sitting::{Accident, Room, Sitting};
use crate::cli::GradeArgs;
use crate::hash::hex;
use anyhow::{bail, ensure};
use candlelab_grader::{Halves, Lab, Public, Told};
use candlelab_notebook::{Outcome, Stop};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use uuid::Uuid;

/// A lab with what its checks expect.
pub struct Expected {
    pub lab: Arc<Lab>,
    pub version: String,
    /// What checks draw their examples from, here and in the students' processes.
    pub seed: u64,
    pub told: Vec<Told>,
}

impl Expected {
    /// Runs the lab's solution.
    ///
    /// # Errors
    /// If it does not do what its checks ask, or takes too long; [`Accident`] if it may be worth
    /// another try.
    pub fn of(
        lab: Arc<Lab>,
        version: String,
        args: &GradeArgs,
        (room, cells): (&mut Room, &SharedCells),
        stop: &Stop,
    ) -> anyhow::Result<Self> {
        let seed = args.seed.unwrap_or_else(|| Uuid::new_v4().as_u64_pair().0);
        let half = Halves::of(&lab)?.expecting(seed, nonce)?;
        let public = Public::of(&lab);
        let Sitting { report, told, accident, .. } =
            room.sit(&half, Some((cells, &public)), stop)?;
        if let Some(accident) = accident {
            return Err(Accident(accident).into());
        }
        if let Some(cell) = report.culprit().filter(|_| report.outcome() != Outcome::Interrupted) {
            let text = cell.error.as_ref().map(|error| error.traceback.join("\n"));
            let (id, text) = (cell.id.as_deref().unwrap_or("?"), text.unwrap_or_default());
            bail!("`{id}` does not run with the lab's own solution:\n{text}");
        }
        let (found, all) = (told.len(), lab.checks().count());
        ensure!(
            found == all || stop.is_asked(),
            "{found} of its {all} checks said what they expect"
        );
        for told in &told {
            if let Some(idea) = told.looks_different() {
                let check = &told.check;
                bail!("`{check}`, \"{idea}\": two values are equal, but `Debug` shows two");
            }
        }
        Ok(Self { lab, version, seed, told })
    }
}

/// A text that nobody can guess.
pub fn nonce() -> String {
    Uuid::new_v4().to_string()
}

/// Changes whenever a lab's marks may.
pub fn version(lab: &Lab, fast: bool) -> String {
    let mut hash = Sha256::new();
    hash.update(lab.notebook.to_text());
    hash.update([u8::from(fast)]);
    hash.update(env!("CARGO_PKG_VERSION"));
    hex(&hash.finalize())
}
