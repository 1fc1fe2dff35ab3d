//! Examples that belong together, such as several images of a patient, stay together.

use crate::{Dataset, Error, Parts, Result};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

impl Dataset {
    /// Tells what each example belongs to, for [`split_groups`](Self::split_groups) and
    /// [`Parts::leaks`].
    ///
    /// # Errors
    /// If there is not a group for each example.
    pub fn with_groups(self, groups: Vec<u32>) -> Result<Self> {
        if groups.is_empty() {
            return Err(self.bad_groups(0));
        }
        let set = Self { groups, ..self };
        set.check_groups()?;
        Ok(set)
    }

    /// Splits as [`split`](Self::split), but each group goes to one part as a whole; `fraction` of
    /// the groups to the training part, at least one to each.
    ///
    /// # Errors
    /// If `fraction` is not between 0 and 1, or there are fewer than two groups.
    ///
    /// ```
    /// let (x, y) = candlelab_data::moons(6, 0.1, 1)?;
    /// let set = candlelab_data::Dataset::new("moons", &x, &y)?.with_groups(vec![5, 5, 7, 7, 9, 9])?;
    /// let parts = set.split_groups(0.67, 42)?;
    /// assert_eq!((parts.train.len(), parts.test.len()), (4, 2));
    /// assert_eq!(parts.test.groups[0], parts.test.groups[1]);
    /// # Ok::<(), candlelab_data::Error>(())
    /// ```
    pub fn split_groups(&self, fraction: f64, seed: u64) -> Result<Parts> {
        self.check_groups()?;
        let mut groups = self.groups.clone();
        groups.sort_unstable();
        groups.dedup();
        self.training_count(fraction)?;
        if groups.len() < 2 {
            return Err(self.bad_split(fraction, format!("{} groups", groups.len())));
        }
        let rng = &mut StdRng::seed_from_u64(seed);
        groups.shuffle(rng);
        let count = (fraction * groups.len() as f64).round() as usize;
        let count = count.clamp(1, groups.len() - 1);
        let training = &mut groups[..count];
        training.sort_unstable();
        let mut rows: Vec<u32> = (0..self.len() as u32).collect();
        rows.shuffle(rng);
        let (train, test): (Vec<u32>, Vec<u32>) = rows
            .into_iter()
            .partition(|row| training.binary_search(&self.groups[*row as usize]).is_ok());
        Ok(Parts { train: self.rows(&train)?, test: self.rows(&test)? })
    }

    /// Whether there are no groups or one for each example: `x` may have been changed.
    pub(crate) fn check_groups(&self) -> Result<()> {
        match self.groups.len() {
            n if n == 0 || n == self.len() => Ok(()),
            n => Err(self.bad_groups(n)),
        }
    }

    fn bad_groups(&self, found: usize) -> Error {
        Error::invalid(
            format!("{}, groups", self.name),
            format!("a group for each of the {} examples", self.len()),
            found.to_string(),
            "number the patients, storms, … and give each example the number of its own",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{Device, Tensor};

    /// 12 examples that are their own numbers, three to a group.
    fn set() -> Dataset {
        let x = Tensor::arange(0f32, 12., &Device::Cpu).unwrap();
        let set = Dataset::new("s", &x.unsqueeze(1).unwrap(), &x).unwrap();
        set.with_groups((0..12).map(|row| 10 + row % 4).collect()).unwrap()
    }

    #[test]
    fn a_group_is_in_one_part_and_goes_with_its_examples() {
        let (set, parts) = (set(), set().split_groups(0.5, 3).unwrap());
        assert_eq!((parts.train.len(), parts.test.len()), (6, 6));
        assert!(parts.train.groups.iter().all(|group| !parts.test.groups.contains(group)));
        for part in [&parts.train, &parts.test, &set.take(5).unwrap(), &set.shuffle(1).unwrap()] {
            let numbers = part.y.to_vec1::<f32>().unwrap();
            let expected: Vec<u32> = numbers.iter().map(|row| 10 + *row as u32 % 4).collect();
            assert_eq!(part.groups, expected);
        }
    }

    #[test]
    fn the_seed_decides() {
        let test = |seed| set().split_groups(0.5, seed).unwrap().test.y.to_vec1::<f32>().unwrap();
        assert_eq!(test(1), test(1));
        assert_ne!(test(1), test(2));
    }

    #[test]
    fn what_cannot_be_split_is_an_error() {
        let message = |result: Result<Parts>| result.unwrap_err().to_string();
        assert!(message(set().split_groups(1.5, 0)).contains("split by 1.5"));
        let one = set().with_groups(vec![1; 12]).unwrap();
        assert!(message(one.split_groups(0.5, 0)).contains("found 1 groups"));
        let none = Dataset { groups: vec![], ..set() };
        assert!(message(none.split_groups(0.5, 0)).contains("found 0 groups"));
        let text = set().with_groups(vec![1]).unwrap_err().to_string();
        assert!(text.starts_with("s, groups: expected a group for each of the 12 examples"));
        let stale = Dataset { groups: vec![1, 2], ..set() };
        assert!(message(stale.split_groups(0.5, 0)).contains("found 2"));
    }
}
