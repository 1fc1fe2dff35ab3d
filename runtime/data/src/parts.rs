//! A data set in two parts: one to learn from, one to judge by.

use crate::dataset::chunks;
use crate::{Dataset, Error, Result, Scaler};
use candle_core::Device;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt;

/// A training part and a test part.
///
/// ```
/// let parts = candlelab_data::iris()?.split(0.8, 42)?;
/// assert_eq!((parts.train.len(), parts.test.len()), (120, 30));
/// # Ok::<(), candlelab_data::Error>(())
/// ```
#[derive(Clone)]
pub struct Parts {
    /// The examples to learn from.
    pub train: Dataset,
    /// The examples to judge by, which training never sees.
    pub test: Dataset,
}

impl Parts {
    /// Brings each feature to mean 0 and standard deviation 1, both measured on the training part
    /// only, so that nothing about the test part leaks into training.
    ///
    /// # Errors
    /// If `x` is not of a float type, or the parts differ in their features.
    ///
    /// ```
    /// let parts = candlelab_data::wine()?.split_stratified(0.75, 1)?.standardised()?;
    /// let mean = parts.train.x.mean_all()?.to_scalar::<f32>()?;
    /// assert!(mean.abs() < 1e-5);
    /// # Ok::<(), candlelab_data::Error>(())
    /// ```
    pub fn standardised(&self) -> Result<Self> {
        let scaler = Scaler::fit(&self.train)?;
        Ok(Self { train: scaler.apply(&self.train)?, test: scaler.apply(&self.test)? })
    }

    /// The leaks: each row of the test part whose `x` stands in the training part, too.
    ///
    /// # Errors
    /// If the parts differ in their features.
    pub fn overlap(&self) -> Result<Vec<(usize, usize)>> {
        self.test.overlap(&self.train)
    }

    /// Moves both parts to `device`.
    ///
    /// # Errors
    /// If the device's memory does not hold them.
    pub fn to_device(&self, device: &Device) -> Result<Self> {
        Ok(Self { train: self.train.to_device(device)?, test: self.test.to_device(device)? })
    }
}

impl fmt::Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "train: {}\ntest: {}", self.train, self.test)
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Dataset {
    /// Splits into a training part of `fraction` of the examples and a test part of the rest, by a
    /// draw that `seed` alone decides.
    ///
    /// # Errors
    /// If `fraction` is not between 0 and 1, or leaves one part without an example.
    pub fn split(&self, fraction: f64, seed: u64) -> Result<Parts> {
        let rows: Vec<u32> = (0..self.len() as u32).collect();
        let train = self.training_count(fraction)?;
        if train == 0 || train == rows.len() {
            return Err(self.bad_split(fraction, format!("{train} and {}", rows.len() - train)));
        }
        self.deal(vec![rows], |_| train, seed)
    }

    /// Splits as [`split`](Self::split), but each class by itself, so that both parts have the
    /// classes in the same proportions (to the nearest example, and at least one of each).
    ///
    /// # Errors
    /// If `fraction` is not between 0 and 1, the answers are values, or a class has one example
    /// only.
    ///
    /// ```
    /// let parts = candlelab_data::iris()?.split_stratified(0.8, 7)?;
    /// assert_eq!(parts.test.class_counts()?, [10, 10, 10]);
    /// # Ok::<(), candlelab_data::Error>(())
    /// ```
    pub fn split_stratified(&self, fraction: f64, seed: u64) -> Result<Parts> {
        self.training_count(fraction)?;
        let mut groups: HashMap<u32, Vec<u32>> = HashMap::new();
        for (row, label) in (0..).zip(self.labels_or_error()?) {
            groups.entry(label).or_default().push(row);
        }
        let mut groups: Vec<(u32, Vec<u32>)> = groups.into_iter().collect();
        groups.sort_unstable(); // a map has no order, and the draw needs one
        if let Some((class, _)) = groups.iter().find(|(_, rows)| rows.len() < 2) {
            let name = self.classes.get(*class as usize).cloned().unwrap_or(class.to_string());
            return Err(self.bad_split(fraction, format!("1 example of class {name}")));
        }
        let train = |n: usize| ((fraction * n as f64).round() as usize).clamp(1, n - 1);
        self.deal(groups.into_iter().map(|(_, rows)| rows).collect(), train, seed)
    }

    /// The leaks: for each row whose `x` also stands in `other`, its number and the first number
    /// there.
    ///
    /// # Errors
    /// If the two differ in their features.
    ///
    /// ```
    /// let iris = candlelab_data::iris()?; // two of its flowers have the same measures
    /// assert_eq!(iris.rows(&[142])?.overlap(&iris)?, [(0, 101)]);
    /// # Ok::<(), candlelab_data::Error>(())
    /// ```
    pub fn overlap(&self, other: &Self) -> Result<Vec<(usize, usize)>> {
        if self.x.dims().get(1..) != other.x.dims().get(1..) {
            return Err(Error::invalid(
                format!("the overlap of {} and {}", self.name, other.name),
                format!("examples of the same shape as in {:?}", self.x.dims()),
                format!("{:?}", other.x.dims()),
                "only sets with the same features can have rows in common",
            ));
        }
        let mut places = HashMap::new();
        for (place, row) in rows_of(other)?.into_iter().enumerate() {
            places.entry(row).or_insert(place);
        }
        let rows = rows_of(self)?.into_iter().enumerate();
        Ok(rows.filter_map(|(row, x)| Some((row, *places.get(&x)?))).collect())
    }

    pub(crate) fn training_count(&self, fraction: f64) -> Result<usize> {
        if !(fraction > 0. && fraction < 1.) {
            return Err(self.bad_split(fraction, fraction.to_string()));
        }
        Ok((fraction * self.len() as f64).round() as usize)
    }

    /// Deals the rows of each group, shuffled, to the two parts, and shuffles these.
    fn deal(
        &self,
        groups: Vec<Vec<u32>>,
        train_of: impl Fn(usize) -> usize,
        seed: u64,
    ) -> Result<Parts> {
        let rng = &mut StdRng::seed_from_u64(seed);
        let (mut train, mut test) = (Vec::new(), Vec::new());
        for mut rows in groups {
            rows.shuffle(rng);
            test.extend(rows.split_off(train_of(rows.len())));
            train.extend(rows);
        }
        train.shuffle(rng);
        test.shuffle(rng);
        Ok(Parts { train: self.rows(&train)?, test: self.rows(&test)? })
    }

    pub(crate) fn bad_split(&self, fraction: f64, found: String) -> Error {
        Error::invalid(
            format!("{} of {} examples, split by {fraction}", self.name, self.len()),
            "a fraction between 0 and 1 that leaves examples on both sides".to_owned(),
            found,
            "0.8 learns from 80 % and keeps 20 % to judge by; add examples to a class that has one",
        )
    }
}

/// A fingerprint of each row, which unlike the floats can be a key and is small; both zeros are one.
fn rows_of(set: &Dataset) -> Result<Vec<[u8; 32]>> {
    let mut prints = Vec::with_capacity(set.len());
    for rows in chunks(&set.flatten()?.x) {
        for row in rows?.to_vec2::<f64>()? {
            let bytes: Vec<u8> =
                row.iter().flat_map(|number| (number + 0.).to_le_bytes()).collect();
            prints.push(Sha256::digest(&bytes).into());
        }
    }
    Ok(prints)
}
