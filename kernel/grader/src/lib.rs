//! Labs as software: their exercises, student versions, hints and checks.
//!
//! [`Lab`] is a master notebook with solutions, hidden tests and nbgrader's metadata (schema 3);
//! [`release`] makes the student version of it, [`repair`] puts a student's answers back into the
//! lab whatever happened to their notebook, and [`problems`] is what a reviewer would find wrong
//! with a lab before running it.

mod error;
mod exercise;
pub mod export;
mod feedback;
mod grade;
mod gradebook;
mod lab;
mod lint;
mod manual;
mod marking;
mod marks;
mod merge;
mod nbgrader;
mod policy;
mod progress;
mod prose;
mod release;
mod repair;
mod report;
mod salvage;
pub mod sandbox;
mod shards;
mod submissions;

pub use error::Error;
pub use exercise::{Exercise, exercises};
pub use feedback::{Page, Shown, feedback, outputs};
pub use grade::{
    Half, Halves, Public, Told, Verdict, VerdictKind, by_hand, judge, partial, runs_something,
};
pub use gradebook::{Grade, Gradebook, Manual, changes};
pub use lab::{About, Lab, chosen_labs, find_lab, labs};
pub use lint::problems;
pub use marking::{
    Answer, SCRIPT as MARKING_SCRIPT, STYLE as MARKING_STYLE, answers, overview, page, shuffle,
};
pub use marks::Marks;
pub use merge::merge;
pub use nbgrader::{from_nbgrader, to_nbgrader};
pub use policy::{Policy, Score, score};
pub use progress::{Result as CheckResult, results};
pub use release::release;
pub use repair::{Repaired, repair};
pub use report::{Item, Pair, Work, alike, given, items, report, work_of};
pub use salvage::salvage;
pub use shards::{FINISHED, FoundShard, found_shards, shard_counts, shard_name, shard_of};
pub use submissions::{HandedIn, Intake, Roster, Student, Submission, submissions};
