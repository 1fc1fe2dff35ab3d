//! What a grade is worth: lateness, extensions and extra credit, from a course's `grading.toml`.

mod read;
mod score;

pub use score::{Score, score};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// A course's rules; by default nothing is due and nothing is taken away.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Where times are from that name no zone.
    pub zone: TimeZone,
    /// How much later than due is not late.
    pub grace: SignedDuration,
    /// The part of a lab's points that each unit of lateness begun takes away.
    pub penalty: f64,
    /// The unit of lateness.
    pub per: SignedDuration,
    /// The largest part that lateness takes away.
    pub cap: f64,
    /// When labs are due.
    pub due: BTreeMap<String, Timestamp>,
    /// When a lab is due for a student instead, by student and lab.
    pub extensions: BTreeMap<(String, String), Timestamp>,
    /// Checks whose points come on top, by lab and check.
    pub extra: BTreeSet<(String, String)>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            zone: TimeZone::UTC,
            grace: SignedDuration::ZERO,
            penalty: 0.0,
            per: SignedDuration::from_hours(24),
            cap: 1.0,
            due: BTreeMap::new(),
            extensions: BTreeMap::new(),
            extra: BTreeSet::new(),
        }
    }
}

impl Policy {
    /// When a student's lab is due.
    pub fn due(&self, student: &str, lab: &str) -> Option<Timestamp> {
        let own = self.extensions.get(&(student.to_owned(), lab.to_owned()));
        own.or_else(|| self.due.get(lab)).copied()
    }

    /// Whether a check's points come on top.
    pub fn is_extra(&self, lab: &str, check: &str) -> bool {
        self.extra.contains(&(lab.to_owned(), check.to_owned()))
    }
}
