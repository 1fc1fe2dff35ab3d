//! What a regrade changed.

use super::Grade;

/// How a grade differs from the one before it, a sentence each; nothing where it does not.
pub fn changes(before: &Grade, after: &Grade) -> Vec<String> {
    let mut changes = Vec::new();
    if before.submission != after.submission {
        changes.push("another notebook".to_owned());
    }
    if before.version != after.version {
        changes.push("another version of the lab or of candlelab".to_owned());
    }
    for new in &after.verdicts {
        let check = &new.check;
        match before.verdicts.iter().find(|it| it.check == *check) {
            None => changes.push(format!("`{check}` is new: {} of {}", new.points, new.max)),
            Some(old) if (old.points, old.max) != (new.points, new.max) => changes.push(format!(
                "`{check}`: {} of {} became {} of {}, {}",
                old.points, old.max, new.points, new.max, new.message
            )),
            Some(old) if old.message != new.message => {
                changes.push(format!("`{check}`: \"{}\" became \"{}\"", old.message, new.message));
            }
            Some(_) => {}
        }
    }
    let is_gone = |check: &str| after.verdicts.iter().all(|it| it.check != check);
    let gone = before.verdicts.iter().filter(|it| is_gone(&it.check));
    changes.extend(gone.map(|it| format!("`{}` is gone", it.check)));
    let new = after.notes.iter().filter(|note| !before.notes.contains(note));
    changes.extend(new.map(|note| format!("new note: {note}")));
    changes
}

#[cfg(test)]
mod tests {
    use super::super::tests::{grade, verdict};
    use super::*;

    #[test]
    fn a_regrade_is_told_by_its_differences() {
        let before = grade("ada", 2.0);
        assert!(changes(&before, &before).is_empty());
        let mut after = Grade { version: "v2".into(), ..grade("ada", 0.0) };
        after.verdicts[0].message = "the slope of a line".into();
        after.verdicts[1] = verdict("volume-check", 1.0);
        after.notes.push("`area` is missing".into());
        assert_eq!(
            changes(&before, &after),
            [
                "another version of the lab or of candlelab",
                "`slope-check`: 2 of 2 became 0 of 2, the slope of a line",
                "`volume-check` is new: 1 of 2",
                "`area-check` is gone",
                "new note: `area` is missing",
            ]
        );
    }
}
