//! The rules by name.

use std::fmt::{self, Display};
use std::str::FromStr;

/// What finds a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Rule {
    /// Execution counts that are not 1, 2, 3, … from top to bottom.
    ExecutionOrder,
    /// Outputs of a cell that was not run, or a count of an empty one.
    StaleOutput,
    /// Outputs or counts, which a repository may not want.
    CommittedOutputs,
    /// A cell without an ID.
    MissingId,
    /// A cell with the ID of another.
    DuplicateId,
    /// An ID that the format does not allow.
    BadId,
    /// A cell that is not Rust.
    Syntax,
    /// Something defined and named nowhere else.
    UnusedDefinition,
    /// An item that two cells define.
    DuplicateDefinition,
    /// A name that only a later cell defines.
    UsedBeforeDefinition,
    /// A solution, or hidden tests, in a student version; a region that is not whole.
    SolutionLeak,
    /// A path that exists on one machine only.
    AbsolutePath,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 12] = [
        Self::ExecutionOrder,
        Self::StaleOutput,
        Self::CommittedOutputs,
        Self::MissingId,
        Self::DuplicateId,
        Self::BadId,
        Self::Syntax,
        Self::UnusedDefinition,
        Self::DuplicateDefinition,
        Self::UsedBeforeDefinition,
        Self::SolutionLeak,
        Self::AbsolutePath,
    ];

    /// Its name, such as `unused-definition`.
    pub fn name(self) -> &'static str {
        match self {
            Self::ExecutionOrder => "execution-order",
            Self::StaleOutput => "stale-output",
            Self::CommittedOutputs => "committed-outputs",
            Self::MissingId => "missing-id",
            Self::DuplicateId => "duplicate-id",
            Self::BadId => "bad-id",
            Self::Syntax => "syntax",
            Self::UnusedDefinition => "unused-definition",
            Self::DuplicateDefinition => "duplicate-definition",
            Self::UsedBeforeDefinition => "used-before-definition",
            Self::SolutionLeak => "solution-leak",
            Self::AbsolutePath => "absolute-path",
        }
    }
}

impl Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Rule {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let rules = || Self::ALL.into_iter();
        rules().find(|rule| rule.name() == name).ok_or_else(|| {
            let all: Vec<&str> = rules().map(Self::name).collect();
            format!("there is no such rule; there are {}", all.join(", "))
        })
    }
}
