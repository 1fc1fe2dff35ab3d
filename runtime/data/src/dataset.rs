//! Examples with their answers, and what is known about both.

use crate::{Batches, Error, Result, Source};
use candle_core::{DType, Device, Tensor};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use std::fmt;

/// Examples `x` with their answers `y`, the names of both, and where they are from.
///
/// The fields can be read and changed; every method gives a new set and leaves this one as it is.
/// `{}` and `{:?}` both print a summary.
///
/// ```
/// let iris = candlelab_data::iris()?;
/// assert_eq!((iris.x.dims(), iris.y.dims()), (&[150, 4][..], &[150][..]));
/// assert_eq!(iris.classes, ["setosa", "versicolor", "virginica"]);
/// let parts = iris.split_stratified(0.8, 42)?.standardised()?;
/// for batch in parts.train.batches(16, 0)? {
///     let (x, y) = batch?; // x: (16, 4), y: (16); the last ones (8, 4) and (8)
///     assert_eq!(x.dim(0)?, y.dim(0)?);
/// }
/// # Ok::<(), candlelab_data::Error>(())
/// ```
#[derive(Clone)]
pub struct Dataset {
    /// What the set is called.
    pub name: String,
    /// `(n, …)`, one example a row.
    pub x: Tensor,
    /// `(n)`, u32, the class of each example; or `(n, …)`, floats, the value of each.
    pub y: Tensor,
    /// The name of each class; empty if the answers are values.
    pub classes: Vec<String>,
    /// The name of each column of `x`, with its unit; empty if they have none, as with images.
    pub features: Vec<String>,
    /// Where it is from.
    pub source: Source,
}

impl Dataset {
    /// Puts examples and answers together.
    ///
    /// Answers of an integer type are classes, called `0`, `1`, … until
    /// [`with_classes`](Self::with_classes) names them; answers of a float type are values.
    ///
    /// # Shapes
    /// - `x`: `(n, …)`; `y`: `(n)` classes or `(n, …)` values
    ///
    /// # Errors
    /// If there is no example, if `x` and `y` differ in length, or if a number is NaN or infinite.
    ///
    /// ```
    /// let (x, y) = candlelab_data::xor()?;
    /// let set = candlelab_data::Dataset::new("XOR", &x, &y)?;
    /// assert_eq!((set.len(), set.class_counts()?), (4, vec![2, 2]));
    /// # Ok::<(), candlelab_data::Error>(())
    /// ```
    pub fn new(name: impl Into<String>, x: &Tensor, y: &Tensor) -> Result<Self> {
        let name = name.into();
        let (n, answers) = (length(&name, "x", x)?, length(&name, "y", y)?);
        if n != answers {
            return Err(Error::invalid(
                format!("{name}, x: {:?}, y: {:?}", x.dims(), y.dims()),
                format!("an answer for each of the {n} examples"),
                format!("{answers} answers"),
                "the first dimension of both counts the examples",
            ));
        }
        finite(&name, "x", x)?;
        finite(&name, "y", y)?;
        let y = if y.dtype().is_int() { y.to_dtype(DType::U32)? } else { y.clone() };
        let set = Self {
            name,
            x: x.clone(),
            y,
            classes: Vec::new(),
            features: Vec::new(),
            source: Source::Program,
        };
        let count = set.labels()?.map_or(0, |y| y.iter().max().map_or(0, |max| *max as usize + 1));
        Ok(Self { classes: (0..count).map(|class| class.to_string()).collect(), ..set })
    }

    /// Names the classes, in the order of their numbers.
    ///
    /// # Errors
    /// If the answers are values, or one of them is a class that has no name.
    pub fn with_classes<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Result<Self> {
        let classes: Vec<String> = names.into_iter().map(Into::into).collect();
        let labels = self.labels_or_error()?;
        if let Some(row) = labels.iter().position(|label| *label as usize >= classes.len()) {
            return Err(Error::invalid(
                format!("{}, y of example {row}", self.name),
                format!("a class from 0 to {}", classes.len().saturating_sub(1)),
                labels[row].to_string(),
                "name every class, or look for a wrong label in the data",
            ));
        }
        Ok(Self { classes, ..self })
    }

    /// Names the columns of `x`.
    ///
    /// # Shapes
    /// - `x`: `(n, number of names)`
    ///
    /// # Errors
    /// If `x` has another number of columns.
    pub fn with_features<S: Into<String>>(
        self,
        names: impl IntoIterator<Item = S>,
    ) -> Result<Self> {
        let features: Vec<String> = names.into_iter().map(Into::into).collect();
        if self.x.dims().get(1) != Some(&features.len()) || self.x.rank() != 2 {
            return Err(Error::invalid(
                format!("{}, x", self.name),
                format!("(n, {}), a column for each name", features.len()),
                format!("{:?}", self.x.dims()),
                "name each column of x once",
            ));
        }
        Ok(Self { features, ..self })
    }

    /// How many examples there are.
    pub fn len(&self) -> usize {
        self.x.dims().first().copied().unwrap_or(0)
    }

    /// Whether there is no example.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many examples each class has.
    ///
    /// # Errors
    /// If the answers are values.
    pub fn class_counts(&self) -> Result<Vec<usize>> {
        let mut counts = vec![0; self.classes.len()];
        for label in self.labels_or_error()? {
            match counts.get_mut(label as usize) {
                Some(count) => *count += 1,
                None => return Err(self.nameless(label)),
            }
        }
        Ok(counts)
    }

    /// The first `n` examples, or all if there are fewer; shuffle first if they are in an order.
    ///
    /// # Errors
    /// If `n` is 0.
    pub fn take(&self, n: usize) -> Result<Self> {
        if n == 0 {
            return Err(self.empty("a number of examples from 1"));
        }
        let n = n.min(self.len());
        Ok(Self { x: self.x.narrow(0, 0, n)?, y: self.y.narrow(0, 0, n)?, ..self.clone() })
    }

    /// The same examples in an order that `seed` alone decides.
    ///
    /// # Errors
    /// If the device's memory does not hold the copy.
    pub fn shuffle(&self, seed: u64) -> Result<Self> {
        let mut rows: Vec<u32> = (0..self.len() as u32).collect();
        rows.shuffle(&mut StdRng::seed_from_u64(seed));
        self.rows(&rows)
    }

    /// The examples with these numbers, in this order; a number may come twice.
    ///
    /// # Errors
    /// If there are no numbers, or an example with one of them is not there.
    pub fn rows(&self, rows: &[u32]) -> Result<Self> {
        if rows.is_empty() {
            return Err(self.empty("at least one row"));
        }
        if let Some(row) = rows.iter().find(|row| **row as usize >= self.len()) {
            return Err(Error::invalid(
                format!("{}, rows", self.name),
                format!("rows from 0 to {}", self.len().saturating_sub(1)),
                row.to_string(),
                "rows are counted from 0",
            ));
        }
        let rows = Tensor::new(rows, self.x.device())?;
        let pick = |all: &Tensor| all.contiguous()?.index_select(&rows, 0);
        Ok(Self { x: pick(&self.x)?, y: pick(&self.y)?, ..self.clone() })
    }

    /// The examples of some classes, which get the numbers 0, 1, … in the order given.
    ///
    /// # Errors
    /// If the answers are values, a class is not there, or no example is left.
    ///
    /// ```
    /// let pair = candlelab_data::digits()?.only(&[7, 9])?;
    /// assert_eq!((pair.classes, pair.y.dims()), (vec!["7".into(), "9".into()], &[359][..]));
    /// # Ok::<(), candlelab_data::Error>(())
    /// ```
    pub fn only(&self, classes: &[u32]) -> Result<Self> {
        let labels = self.labels_or_error()?;
        let name = |class: &u32| {
            self.classes.get(*class as usize).cloned().ok_or_else(|| self.nameless(*class))
        };
        let names = classes.iter().map(name).collect::<Result<Vec<_>>>()?;
        let place = |label: u32| classes.iter().position(|class| *class == label);
        let (rows, y): (Vec<u32>, Vec<u32>) = (0u32..)
            .zip(labels)
            .filter_map(|(row, label)| Some((row, place(label)? as u32)))
            .unzip();
        let set = self.rows(&rows)?;
        Ok(Self { y: Tensor::new(y, self.y.device())?, classes: names, ..set })
    }

    /// The same examples as rows of numbers.
    ///
    /// # Shapes
    /// - `x`: `(n, …)` → `(n, d)`, d = all further dimensions multiplied
    ///
    /// # Errors
    /// If the device's memory does not hold the copy.
    pub fn flatten(&self) -> Result<Self> {
        let x = if self.x.rank() == 1 { self.x.unsqueeze(1)? } else { self.x.flatten_from(1)? };
        Ok(Self { x, ..self.clone() })
    }

    /// Mini-batches in an order that `seed` alone decides; see [`batches`](crate::batches()).
    ///
    /// # Errors
    /// If `size` is 0.
    pub fn batches(&self, size: usize, seed: u64) -> Result<Batches> {
        Ok(crate::batches(&self.x, &self.y, size, seed)?)
    }

    /// Moves the tensors to `device`.
    ///
    /// # Errors
    /// If the device's memory does not hold them.
    pub fn to_device(&self, device: &Device) -> Result<Self> {
        let (x, y) = (self.x.to_device(device)?, self.y.to_device(device)?);
        Ok(Self { x, y, ..self.clone() })
    }

    /// The class of each example, or none if the answers are values.
    pub(crate) fn labels(&self) -> Result<Option<Vec<u32>>> {
        if self.y.rank() != 1 || !self.y.dtype().is_int() {
            return Ok(None);
        }
        Ok(Some(self.y.to_dtype(DType::U32)?.to_vec1()?))
    }

    pub(crate) fn labels_or_error(&self) -> Result<Vec<u32>> {
        self.labels()?.ok_or_else(|| {
            Error::invalid(
                format!("{}, y", self.name),
                "(n) classes, u32".to_owned(),
                format!("{:?}, {:?}", self.y.dims(), self.y.dtype()),
                "this works on classes only; the answers of this set are values",
            )
        })
    }

    fn nameless(&self, class: u32) -> Error {
        Error::invalid(
            self.name.clone(),
            format!("classes from 0 to {}", self.classes.len().saturating_sub(1)),
            class.to_string(),
            "`classes` of the set has the names of all",
        )
    }

    pub(crate) fn empty(&self, expected: &str) -> Error {
        Error::invalid(
            self.name.clone(),
            expected.to_owned(),
            "none".to_owned(),
            "a data set has at least one example",
        )
    }
}

fn length(name: &str, part: &str, tensor: &Tensor) -> Result<usize> {
    match tensor.dims().first() {
        Some(n) if *n > 0 => Ok(*n),
        _ => Err(Error::invalid(
            format!("{name}, {part}"),
            "at least one example, (n, …)".to_owned(),
            format!("{:?}", tensor.dims()),
            "a data set has at least one example; the first dimension counts them",
        )),
    }
}

/// Refuses NaN and the infinities, and tells where the first one is.
fn finite(name: &str, part: &str, tensor: &Tensor) -> Result<()> {
    if !tensor.dtype().is_float() {
        return Ok(());
    }
    let width = tensor.elem_count() / tensor.dim(0)?.max(1);
    let numbers = tensor.flatten_all()?.to_dtype(DType::F64)?.to_vec1::<f64>()?;
    let Some(at) = numbers.iter().position(|number| !number.is_finite()) else { return Ok(()) };
    Err(Error::invalid(
        format!("{name}, {part} of example {}, number {}", at / width, at % width),
        "a finite number".to_owned(),
        numbers[at].to_string(),
        "drop the example or fill the gap before making a data set of it",
    ))
}

impl fmt::Display for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, n) = (&self.name, thousands(self.len()));
        writeln!(f, "{name}: {n} examples, x {:?} {:?}", self.x.dims(), self.x.dtype())?;
        match self.classes.len() {
            0 => writeln!(f, "y {:?} {:?}", self.y.dims(), self.y.dtype())?,
            k if k > 10 => writeln!(f, "{k} classes")?,
            k => writeln!(f, "{k} classes: {}", self.classes.join(", "))?,
        }
        self.source.fmt(f)
    }
}

impl fmt::Debug for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// `60000` → `60,000`
pub(crate) fn thousands(n: usize) -> String {
    if n < 1000 { n.to_string() } else { format!("{},{:03}", thousands(n / 1000), n % 1000) }
}

#[cfg(test)]
mod tests;
