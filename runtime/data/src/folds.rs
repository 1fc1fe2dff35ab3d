//! Cross-validation: each example judges once.

use crate::{Dataset, Error, Parts, Result};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

impl Dataset {
    /// `k` splits for cross-validation (Stone 1974): the examples are shuffled by a draw that `seed`
    /// alone decides and cut into `k` folds; each of them is the test part of one split, the others
    /// its training part.
    ///
    /// If the examples have classes, each fold has them in about the same proportions.
    ///
    /// # Errors
    /// If `k` is below 2 or above the number of examples.
    ///
    /// ```
    /// let folds = candlelab_data::iris()?.folds(5, 42)?;
    /// assert_eq!(folds.len(), 5);
    /// assert_eq!((folds[0].train.len(), folds[0].test.len()), (120, 30));
    /// assert_eq!(folds[0].test.class_counts()?, [10, 10, 10]);
    /// # Ok::<(), candlelab_data::Error>(())
    /// ```
    pub fn folds(&self, k: usize, seed: u64) -> Result<Vec<Parts>> {
        if k < 2 || k > self.len() {
            return Err(Error::invalid(
                format!("{} of {} examples in {k} folds", self.name, self.len()),
                format!("a number of folds from 2 to {}", self.len()),
                k.to_string(),
                "5 and 10 are usual",
            ));
        }
        let rng = &mut StdRng::seed_from_u64(seed);
        let mut rows: Vec<u32> = (0..self.len() as u32).collect();
        rows.shuffle(rng);
        if !self.classes.is_empty() {
            let labels = self.labels_or_error()?;
            rows.sort_by_key(|row| labels[*row as usize]); // stable: shuffled within a class
        }
        let split = |fold: usize| {
            let (mut train, mut test) = (Vec::new(), Vec::new());
            for (place, row) in rows.iter().enumerate() {
                if place % k == fold { test.push(*row) } else { train.push(*row) }
            }
            train.shuffle(rng);
            test.shuffle(rng);
            Ok(Parts { train: self.rows(&train)?, test: self.rows(&test)? })
        };
        (0..k).map(split).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{Device, Tensor};

    /// Examples that are their own numbers.
    fn set(n: u32) -> Dataset {
        let y =
            Tensor::arange(0, n, &Device::Cpu).unwrap().to_dtype(candle_core::DType::F32).unwrap();
        Dataset::new("numbers", &y.unsqueeze(1).unwrap(), &y).unwrap()
    }

    fn numbers(set: &Dataset) -> Vec<f32> {
        set.y.to_vec1().unwrap()
    }

    #[test]
    fn each_example_is_in_one_test_part_and_else_in_training() {
        let folds = set(11).folds(3, 7).unwrap();
        let sizes: Vec<usize> = folds.iter().map(|parts| parts.test.len()).collect();
        assert_eq!(sizes, [4, 4, 3]);
        let mut tested: Vec<f32> = folds.iter().flat_map(|parts| numbers(&parts.test)).collect();
        tested.sort_by(f32::total_cmp);
        assert_eq!(tested, (0..11u8).map(f32::from).collect::<Vec<_>>());
        for parts in &folds {
            assert!(parts.overlap().unwrap().is_empty());
            assert_eq!(parts.train.len() + parts.test.len(), 11);
        }
    }

    #[test]
    fn the_seed_decides_the_folds() {
        let first = |seed| numbers(&set(30).folds(5, seed).unwrap()[0].test);
        assert_eq!(first(1), first(1));
        assert_ne!(first(1), first(2));
    }

    #[test]
    fn classes_are_spread_over_the_folds() {
        for parts in crate::wine().unwrap().folds(4, 3).unwrap() {
            let counts = parts.test.class_counts().unwrap(); // 59, 71 and 48 in all
            let expected = [59.0 / 4.0, 71.0 / 4.0, 48.0 / 4.0];
            let fits = |(count, mean): (&usize, f64)| (*count as f64 - mean).abs() <= 1.0;
            assert!(counts.iter().zip(expected).all(fits), "{counts:?}");
        }
    }

    #[test]
    fn too_few_and_too_many_folds_are_errors() {
        for k in [0, 1, 4] {
            let text = set(3).folds(k, 0).unwrap_err().to_string();
            assert!(text.contains("from 2 to 3"), "{text}");
        }
    }
}
