//! Cells that a person marks.

use super::{Verdict, VerdictKind, marks_are};
use crate::{Marks, Repaired};

/// How many characters of an answer are kept for who marks it.
const ANSWER: usize = 20_000;

/// The verdict on a cell that a person marks: none yet, or 0 where nothing was written.
pub fn by_hand(work: &Repaired, marks: &Marks) -> Verdict {
    let own = work.notebook.cells().find(|cell| marks_are(*cell, &marks.grade_id));
    // As for nbgrader, an answer cell that is as it was released holds no answer.
    let is_untouched = own.is_some_and(|cell| {
        let released = Marks::of(cell).ok().flatten();
        let sum = |marks: &Marks| marks.checksum_of(&cell.source(), cell.kind());
        !marks.task && released.is_some_and(|released| released.checksum == sum(&released))
    });
    let (kind, message) = match is_untouched {
        true => (VerdictKind::Automatic, "nothing was written here"),
        false => (VerdictKind::Waiting, "a person will mark this"),
    };
    let answer = own.filter(|_| !marks.task && !is_untouched).map(|cell| cell.source());
    Verdict {
        check: marks.grade_id.clone(),
        points: 0.0,
        max: marks.points(),
        message: message.into(),
        yours: answer.map(|text| text.chars().take(ANSWER).collect()),
        hidden: false,
        kind,
    }
}
