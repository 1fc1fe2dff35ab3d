//! How hard checks are, and whether they tell students apart.

use super::numbers::{correlation, mean, most_common};
use crate::{Grade, Verdict};
use serde::Serialize;

/// How many of a check's errors are shown.
const ERRORS: usize = 3;
/// How much of an error is shown, in characters.
const ERROR_LENGTH: usize = 160;

/// What became of a check in a class.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Item {
    /// Its name.
    pub check: String,
    /// What it gives.
    pub max: f64,
    /// How many have been graded by it.
    pub graded: usize,
    /// How many it did not run for.
    pub did_not_run: usize,
    /// The mean share of its points that was reached, from 0 (hard) to 1 (easy).
    pub difficulty: f64,
    /// The correlation of its points with those of all other checks of the lab:
    /// `r = (M₁ − M₀) / s · √(p q)`, where `M₁` and `M₀` are the means of the others' points where
    /// the check passed and where it did not, `s` their standard deviation (by `n`), `p` and `q` the
    /// shares of both; with points between none and all, Pearson's `r`, which is the same for two
    /// values. Below about 0.2 a check says little of what the others measure; below 0 it is
    /// worth a look. None where all have the same.
    pub discrimination: Option<f64>,
    /// What was said most often where points were missing, and how often.
    pub errors: Vec<(String, usize)>,
}

/// The checks of a lab, in its order.
pub fn items(grades: &[&Grade]) -> Vec<Item> {
    let mut names: Vec<&str> = Vec::new();
    for verdict in grades.iter().flat_map(|grade| &grade.verdicts) {
        if !names.contains(&verdict.check.as_str()) {
            names.push(&verdict.check);
        }
    }
    names.into_iter().map(|name| item(name, grades)).collect()
}

fn item(name: &str, grades: &[&Grade]) -> Item {
    let own = |grade: &&Grade| {
        let verdict = grade.verdicts.iter().find(|it| it.check == name)?;
        Some((verdict.clone(), grade.points() - verdict.points))
    };
    let own: Vec<(Verdict, f64)> = grades.iter().filter_map(own).collect();
    let share = |it: &Verdict| if it.max > 0.0 { it.points / it.max } else { 0.0 };
    let shares: Vec<f64> = own.iter().map(|(verdict, _)| share(verdict)).collect();
    let pairs: Vec<(f64, f64)> =
        shares.iter().copied().zip(own.iter().map(|(_, rest)| *rest)).collect();
    let failed = own.iter().map(|(verdict, _)| verdict).filter(|it| it.points < it.max);
    let errors: Vec<String> = failed.map(|it| short(&it.message)).collect();
    Item {
        check: name.into(),
        max: own.iter().map(|(verdict, _)| verdict.max).fold(0.0, f64::max),
        graded: own.len(),
        did_not_run: errors.iter().filter(|it| it.starts_with("the check did not run")).count(),
        difficulty: mean(&shares),
        discrimination: correlation(&pairs),
        errors: most_common(errors.iter().map(String::as_str), ERRORS),
    }
}

/// The beginning of an error's first line.
fn short(message: &str) -> String {
    message.lines().next().unwrap_or_default().chars().take(ERROR_LENGTH).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradebook::tests::grade;

    /// A class of six with three checks of 1, 2 and 3 points.
    fn class() -> Vec<Grade> {
        let points = [
            [1.0, 2.0, 3.0],
            [1.0, 2.0, 1.5],
            [1.0, 0.0, 3.0],
            [0.0, 2.0, 0.0],
            [0.0, 0.0, 1.5],
            [1.0, 0.0, 0.0],
        ];
        let one = |points: [f64; 3]| {
            let base = grade("ada", 0.0);
            let verdict = |(place, points): (usize, f64)| Verdict {
                check: format!("check-{place}"),
                points,
                max: (place + 1) as f64,
                message: if points == 0.0 { "the check did not run: x\nmore" } else { "so so" }
                    .into(),
                ..base.verdicts[0].clone()
            };
            let verdicts = points.into_iter().enumerate().map(verdict).collect();
            Grade { verdicts, ..base.clone() }
        };
        points.map(one).to_vec()
    }

    /// Expected: ```python
    /// import numpy as np; from scipy.stats import pointbiserialr
    /// x = np.array([[1, 2, 3], [1, 2, 1.5], [1, 0, 3], [0, 2, 0], [0, 0, 1.5], [1, 0, 0]])
    /// for i in range(3):
    ///     print(np.mean(x[:, i] / (i + 1)), pointbiserialr(x[:, i], x.sum(1) - x[:, i])[0])
    /// ```
    #[test]
    fn difficulty_and_discrimination_are_scipys() {
        let class = class();
        let items = items(&class.iter().collect::<Vec<_>>());
        let expected =
            [(0.6666666666666666, 0.33541019662496846), (0.5, 0.0), (0.5, 0.1846372364689991)];
        for (item, (difficulty, discrimination)) in items.iter().zip(expected) {
            assert!((item.difficulty - difficulty).abs() < 1e-12, "{item:?}");
            assert!((item.discrimination.unwrap() - discrimination).abs() < 1e-12, "{item:?}");
        }
    }

    #[test]
    fn errors_are_counted_by_their_first_line() {
        let class = class();
        let items = items(&class.iter().collect::<Vec<_>>());
        assert_eq!((items[2].graded, items[2].did_not_run), (6, 2));
        let did_not_run = ("the check did not run: x".to_owned(), 2);
        assert_eq!(items[2].errors, [("so so".to_owned(), 2), did_not_run]);
        assert_eq!(items[0].errors.len(), 1);
    }
}
