//! Which classes are taken for which.

use crate::column::{answers, classes, same_length};
use candle_core::{Result, Tensor, bail};

/// How often each class was given each answer; made by [`confusion`].
#[derive(Clone, Debug, PartialEq)]
pub struct Confusion {
    /// `counts[truth][answer]`.
    pub counts: Vec<Vec<usize>>,
}

/// Precision, recall and their harmonic mean, fractions from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scores {
    /// Of the examples given this answer, the fraction of this class; 0 if there is none.
    pub precision: f64,
    /// Of the examples of this class, the fraction given this answer; 0 if there is none.
    pub recall: f64,
    /// `2 p r / (p + r)`; 0 if both are 0.
    pub f1: f64,
}

/// Counts how often each class was given each answer.
///
/// # Shapes
/// - `predictions`: `(n)`, class numbers, or `(n, classes)`, scores of which the largest counts
/// - `labels`: `(n)` or `(n, 1)`
///
/// # Errors
/// If the lengths differ or are 0, or a value is no class number below `count`.
///
/// ```
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let labels = Tensor::new(&[0u32, 0, 0, 1], &Device::Cpu)?;
/// let predictions = Tensor::new(&[0u32, 0, 1, 1], &Device::Cpu)?;
/// let confusion = candlelab_train::confusion(&predictions, &labels, 2)?;
/// assert_eq!(confusion.counts, [[2, 1], [0, 1]]);
/// assert_eq!(confusion.accuracy(), 0.75);
/// let one = confusion.class(1)?; // one of two answers right, the one example found
/// assert_eq!((one.precision, one.recall, one.f1), (0.5, 1.0, 2.0 / 3.0));
/// # Ok(())
/// # }
/// ```
pub fn confusion(predictions: &Tensor, labels: &Tensor, count: usize) -> Result<Confusion> {
    let truths = classes("confusion", "labels", labels, count)?;
    let answers = answers("confusion", predictions, count)?;
    same_length("confusion", ("predictions", answers.len()), ("labels", truths.len()))?;
    let mut counts = vec![vec![0; count]; count];
    truths.into_iter().zip(answers).for_each(|(truth, answer)| counts[truth][answer] += 1);
    Ok(Confusion { counts })
}

impl Confusion {
    /// The fraction of right answers.
    pub fn accuracy(&self) -> f64 {
        let right: usize = (0..self.counts.len()).map(|class| self.counts[class][class]).sum();
        right as f64 / self.total() as f64
    }

    fn total(&self) -> usize {
        self.counts.iter().flatten().sum()
    }

    /// The scores of one class.
    ///
    /// # Errors
    /// If there is no such class.
    pub fn class(&self, class: usize) -> Result<Scores> {
        if class >= self.counts.len() {
            bail!("there is no class {class}: classes are 0 to {}", self.counts.len() - 1);
        }
        Ok(self.of(class))
    }

    /// The scores of each class.
    pub fn per_class(&self) -> Vec<Scores> {
        (0..self.counts.len()).map(|class| self.of(class)).collect()
    }

    fn of(&self, class: usize) -> Scores {
        let right = self.counts[class][class];
        let given: usize = self.counts.iter().map(|row| row[class]).sum();
        Scores::new(right, given, self.counts[class].iter().sum())
    }

    /// The plain means over the classes, in which a rare class counts as much as a frequent one.
    pub fn macro_average(&self) -> Scores {
        let scores = self.per_class();
        let mean =
            |score: fn(&Scores) -> f64| scores.iter().map(score).sum::<f64>() / scores.len() as f64;
        Scores {
            precision: mean(|scores| scores.precision),
            recall: mean(|scores| scores.recall),
            f1: mean(|scores| scores.f1),
        }
    }

    /// The scores of all answers together, in which each example counts the same; with one label
    /// an example, all three are the accuracy.
    pub fn micro_average(&self) -> Scores {
        let right = (0..self.counts.len()).map(|class| self.counts[class][class]).sum();
        Scores::new(right, self.total(), self.total())
    }
}

impl Scores {
    fn new(right: usize, given: usize, there: usize) -> Self {
        let share = |of: usize| if of > 0 { right as f64 / of as f64 } else { 0.0 };
        let f1 = if given + there > 0 { 2.0 * right as f64 / (given + there) as f64 } else { 0.0 };
        Self { precision: share(given), recall: share(there), f1 }
    }
}
