//! What a submission came to.

use crate::{Verdict, VerdictKind};
use serde::Serialize;

/// What a submission came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Grade {
    /// Whose it is.
    pub student: String,
    /// Which lab.
    pub lab: String,
    /// A hash of the notebook handed in.
    pub submission: String,
    /// A hash of the lab that it was graded by.
    pub version: String,
    /// When it was handed in, in ISO 8601, where that is known.
    pub submitted_at: Option<String>,
    /// When it was graded, in ISO 8601.
    pub graded_at: String,
    /// How long that took, in seconds.
    pub seconds: f64,
    /// Which protections were missing while it was graded.
    pub weakness: Option<String>,
    /// The checks, in the lab's order.
    pub verdicts: Vec<Verdict>,
    /// What had to be mended or is worth knowing, a sentence each.
    pub notes: Vec<String>,
}

impl Grade {
    /// All points.
    pub fn points(&self) -> f64 {
        self.verdicts.iter().map(|it| it.points).sum()
    }

    /// All points that there could be.
    pub fn max(&self) -> f64 {
        self.verdicts.iter().map(|it| it.max).sum()
    }

    /// How many cells wait for a person.
    pub fn waiting(&self) -> usize {
        self.verdicts.iter().filter(|it| it.kind == VerdictKind::Waiting).count()
    }
}
