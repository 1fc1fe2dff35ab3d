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

    /// What the rules speak of that is not there, a sentence each.
    pub fn strangers(
        &self,
        is_lab: impl Fn(&str) -> bool,
        is_check: impl Fn(&str, &str) -> bool,
    ) -> Vec<String> {
        let extended = self.extensions.keys().map(|(_, lab)| lab);
        let labs = self.due.keys().chain(extended).chain(self.extra.iter().map(|(lab, _)| lab));
        let labs: BTreeSet<&String> = labs.filter(|lab| !is_lab(lab)).collect();
        let checks = self.extra.iter().filter(|(lab, check)| !is_check(lab, check));
        let labs =
            labs.into_iter().map(|lab| format!("the rules speak of `{lab}`, which is no lab"));
        let checks = checks.map(|(lab, check)| {
            format!("the rules speak of `{check}`, which is no check of `{lab}`")
        });
        labs.chain(checks).collect()
    }
}
