//! What a test part must not share with the training part.

use crate::dataset::chunks;
use crate::{Dataset, Error, Parts, Result};
use candlelab_host::check_interrupt;
use std::collections::{HashMap, HashSet};
use std::fmt;

/// So many rows and groups are named in a message.
const NAMED: usize = 8;

/// The leaks between two parts, as [`Parts::leaks`] found them; `{}` and `{:?}` name the places.
#[derive(Clone, PartialEq)]
pub struct Leaks {
    /// A row of the test part, the nearest row of the training part, and the largest difference
    /// between two of their numbers, at most the tolerance; 0 = the same row.
    pub rows: Vec<(usize, usize, f32)>,
    /// Each group that both parts have, with its rows of the test part.
    pub groups: Vec<(u32, Vec<usize>)>,
    /// The columns of `x`, flattened, that give the answer away.
    pub features: Vec<usize>,
    tested: usize,
}

impl Parts {
    /// Looks for three kinds of leaks, by which a model seems better than it is:
    ///
    /// - test rows that stand in the training part, or no number of which is further than
    ///   `tolerance` from there, in the units of `x`;
    /// - groups of examples in both parts;
    /// - features that equal the answer, up to its unit and zero point: for values, a correlation
    ///   of ±1 over the training part; for classes, one number for each class.
    ///
    /// Answers of several values an example have no such features.
    ///
    /// # Errors
    /// If `tolerance` is negative, or the parts differ in their features or in having groups.
    ///
    /// # Source
    /// Kapoor and Narayanan 2023, Leakage and the reproducibility crisis in machine-learning-based
    /// science.
    ///
    /// ```
    /// let iris = candlelab_data::iris()?; // two of its flowers have the same measures
    /// let parts = candlelab_data::Parts { train: iris.clone(), test: iris.rows(&[142, 149])? };
    /// let leaks = parts.leaks(0.0)?;
    /// assert_eq!(leaks.rows, [(0, 101, 0.0), (1, 149, 0.0)]);
    /// assert_eq!(leaks.to_string().lines().next(), Some("test row 0 is training row 101"));
    /// # Ok::<(), candlelab_data::Error>(())
    /// ```
    pub fn leaks(&self, tolerance: f32) -> Result<Leaks> {
        if !(tolerance >= 0. && tolerance.is_finite()) {
            return Err(Error::invalid(
                format!("leaks of {}", self.train.name),
                "a tolerance from 0".to_owned(),
                tolerance.to_string(),
                "0 finds equal rows; scale the features before near ones are looked for",
            ));
        }
        let equal = self.overlap()?; // and compares the shapes
        let rows = match tolerance {
            0. => equal.into_iter().map(|(test, train)| (test, train, 0.)).collect(),
            _ => near_rows(&self.train, &self.test, tolerance)?,
        };
        let groups = shared_groups(&self.train, &self.test)?;
        Ok(Leaks {
            rows,
            groups,
            features: telling_features(&self.train)?,
            tested: self.test.len(),
        })
    }
}

impl Leaks {
    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.groups.is_empty() && self.features.is_empty()
    }

    /// The test rows that are in no leak, for [`Dataset::rows`].
    pub fn clean_rows(&self) -> Vec<u32> {
        let rows = self.rows.iter().map(|(test, ..)| *test);
        let leaked: HashSet<usize> =
            rows.chain(self.groups.iter().flat_map(|(_, rows)| rows.iter().copied())).collect();
        (0..self.tested).filter(|row| !leaked.contains(row)).map(|row| row as u32).collect()
    }
}

/// The examples as rows of numbers.
struct Rows {
    numbers: Vec<f32>,
    width: usize,
}

impl Rows {
    fn of(set: &Dataset) -> Result<Self> {
        let width = set.x.elem_count() / set.len().max(1);
        let mut numbers = Vec::with_capacity(set.x.elem_count());
        for rows in chunks(&set.x) {
            let rows = rows?.flatten_all()?.to_vec1::<f64>()?;
            numbers.extend(rows.iter().map(|number| *number as f32));
        }
        Ok(Self { numbers, width })
    }

    /// Each row; there is none if a row has no numbers.
    fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.numbers.chunks(self.width.max(1))
    }

    /// The columns in the order of their variance, the largest first.
    fn by_variance(&self) -> Vec<usize> {
        let n = self.rows().count() as f64;
        let (mut sums, mut squares) = (vec![0f64; self.width], vec![0f64; self.width]);
        for row in self.rows() {
            for ((x, sum), square) in row.iter().zip(&mut sums).zip(&mut squares) {
                *sum += f64::from(*x);
                *square += f64::from(*x).powi(2);
            }
        }
        let variance = |at: usize| squares[at] / n - (sums[at] / n).powi(2);
        let mut columns: Vec<usize> = (0..self.width).collect();
        columns.sort_by(|a, b| variance(*b).total_cmp(&variance(*a)));
        columns
    }

    fn arranged(&self, columns: &[usize]) -> Self {
        let numbers = self.rows().flat_map(|row| columns.iter().map(|column| row[*column]));
        Self { numbers: numbers.collect(), width: self.width }
    }

    fn column(&self, column: usize) -> impl Iterator<Item = f32> {
        self.numbers.iter().copied().skip(column).step_by(self.width)
    }
}

/// For each test row the nearest training row, if it is near enough.
///
/// Rows that differ by at most the tolerance everywhere do so in their mean, too, so that only
/// rows of a similar mean need to be compared.
fn near_rows(train: &Dataset, test: &Dataset, tolerance: f32) -> Result<Vec<(usize, usize, f32)>> {
    let (train, test) = (Rows::of(train)?, Rows::of(test)?);
    let columns = train.by_variance();
    let (train, test) = (train.arranged(&columns), test.arranged(&columns));
    let mean = |row: &[f32]| row.iter().map(|x| f64::from(*x)).sum::<f64>() / row.len() as f64;
    let mut sorted: Vec<(f64, usize, &[f32])> =
        train.rows().enumerate().map(|(place, row)| (mean(row), place, row)).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let limit = tolerance * (1. + 1e-5); // 0.3 − 0.2 is a little more than 0.1
    let mut found = Vec::new();
    for (row, x) in test.rows().enumerate() {
        check_interrupt();
        let (middle, reach) = (mean(x), f64::from(limit) * (1. + 1e-9));
        let first = sorted.partition_point(|(mean, ..)| *mean < middle - reach);
        let similar = sorted[first..].iter().take_while(|(mean, ..)| *mean <= middle + reach);
        let nearest = similar
            .filter_map(|(_, place, other)| Some((difference(x, other, limit)?, *place)))
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        found.extend(nearest.map(|(difference, place)| (row, place, difference)));
    }
    Ok(found)
}

/// `max |aᵢ − bᵢ|`, if it is no more than `limit`.
fn difference(a: &[f32], b: &[f32], limit: f32) -> Option<f32> {
    a.iter().zip(b).try_fold(0f32, |largest, (a, b)| {
        let difference = (a - b).abs();
        (difference <= limit).then_some(largest.max(difference))
    })
}

fn shared_groups(train: &Dataset, test: &Dataset) -> Result<Vec<(u32, Vec<usize>)>> {
    train.check_groups()?;
    test.check_groups()?;
    if train.groups.is_empty() != test.groups.is_empty() {
        return Err(Error::invalid(
            format!("groups of {}", train.name),
            "groups in both parts or in none".to_owned(),
            format!("{} in training, {} in test", train.groups.len(), test.groups.len()),
            "give the whole set its groups before it is split",
        ));
    }
    let mut groups: Vec<u32> = train.groups.clone();
    groups.sort_unstable();
    groups.dedup();
    let mut rows: Vec<Vec<usize>> = vec![Vec::new(); groups.len()];
    for (row, group) in test.groups.iter().enumerate() {
        if let Ok(place) = groups.binary_search(group) {
            rows[place].push(row);
        }
    }
    Ok(groups.into_iter().zip(rows).filter(|(_, rows)| !rows.is_empty()).collect())
}

/// The columns of `x` that equal the answers.
fn telling_features(set: &Dataset) -> Result<Vec<usize>> {
    let rows = Rows::of(set)?;
    let columns = 0..rows.width;
    if let Some(labels) = set.labels()? {
        return Ok(columns.filter(|at| names_classes(rows.column(*at), &labels)).collect());
    }
    if set.y.elem_count() != set.len() {
        return Ok(Vec::new());
    }
    let values = Rows::of(&Dataset { x: set.y.clone(), ..set.clone() })?.numbers;
    Ok(columns.filter(|at| correlation(rows.column(*at), &values).abs() > 1. - 1e-9).collect())
}

/// Whether each class has one number of its own; any column does so for single examples.
fn names_classes(column: impl Iterator<Item = f32>, labels: &[u32]) -> bool {
    let mut numbers = HashMap::new();
    for (number, label) in column.zip(labels) {
        if *numbers.entry(*label).or_insert(number) != number {
            return false;
        }
    }
    let mut numbers: Vec<f32> = numbers.into_values().collect();
    let classes = numbers.len();
    numbers.sort_by(f32::total_cmp);
    numbers.dedup();
    numbers.len() == classes && classes > 1 && labels.len() > classes
}

/// Pearson's `Σ(x − x̄)(y − ȳ) / √(Σ(x − x̄)² Σ(y − ȳ)²)`, 0 if one is constant; two points always
/// lie on a line and count as 0, too.
fn correlation(x: impl Iterator<Item = f32>, y: &[f32]) -> f64 {
    let pairs: Vec<[f64; 2]> = x.zip(y).map(|(x, y)| [f64::from(x), f64::from(*y)]).collect();
    let mean = |at: usize| pairs.iter().map(|pair| pair[at]).sum::<f64>() / pairs.len() as f64;
    let (x_mean, y_mean) = (mean(0), mean(1));
    let (mut xy, mut xx, mut yy) = (0., 0., 0.);
    for [x, y] in &pairs {
        let (x, y) = (x - x_mean, y - y_mean);
        (xy, xx, yy) = (xy + x * y, xx + x * x, yy + y * y);
    }
    if pairs.len() < 3 || xx * yy == 0. { 0. } else { xy / (xx * yy).sqrt() }
}

impl fmt::Display for Leaks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return writeln!(f, "no leaks: none of the {} test rows", self.tested);
        }
        for (test, train, difference) in self.rows.iter().take(NAMED) {
            match *difference == 0. {
                true => writeln!(f, "test row {test} is training row {train}")?,
                false => {
                    writeln!(f, "test row {test} is training row {train} within {difference}")?
                }
            }
        }
        more(f, self.rows.len(), "rows")?;
        for (group, rows) in self.groups.iter().take(NAMED) {
            let (row, n) = (rows[0], rows.len());
            writeln!(f, "group {group} is in both parts: {n} test rows, the first is {row}")?;
        }
        more(f, self.groups.len(), "groups")?;
        for column in self.features.iter().take(NAMED) {
            writeln!(f, "column {column} of x tells the answer")?;
        }
        more(f, self.features.len(), "columns")
    }
}

fn more(f: &mut fmt::Formatter<'_>, count: usize, what: &str) -> fmt::Result {
    match count.checked_sub(NAMED) {
        None | Some(0) => Ok(()),
        Some(more) => writeln!(f, "… and {more} more {what}"),
    }
}

impl fmt::Debug for Leaks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests;
