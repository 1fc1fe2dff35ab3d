//! Examples with their answers, and what is known about both.

use crate::{Error, Result, Source};
use candle_core::{DType, Device, Tensor};
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
    /// What each example belongs to, such as a patient with several images; empty if each stands
    /// for itself.
    pub groups: Vec<u32>,
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
    /// If there is no example, if `x` and `y` differ in length, if a number is NaN or infinite, or
    /// if a class is negative or above a million.
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
        let y = if y.dtype().is_int() { classes(&name, y)? } else { y.clone() };
        let set = Self {
            name,
            x: x.clone(),
            y,
            classes: Vec::new(),
            features: Vec::new(),
            groups: Vec::new(),
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

    pub(crate) fn nameless(&self, class: u32) -> Error {
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

/// The classes as u32; refuses negative ones and such as are keys rather than numbers from 0.
fn classes(name: &str, y: &Tensor) -> Result<Tensor> {
    let numbers = y.to_dtype(DType::I64)?.flatten_all()?.to_vec1::<i64>()?;
    if let Some(at) = numbers.iter().position(|class| !(0..=1_000_000).contains(class)) {
        return Err(Error::invalid(
            format!("{name}, y of example {}", at / (numbers.len() / y.dim(0)?)),
            "a class from 0 to 1,000,000".to_owned(),
            numbers[at].to_string(),
            "number the classes 0, 1, 2, …",
        ));
    }
    Ok(y.to_dtype(DType::U32)?)
}

/// Refuses NaN and the infinities, and tells where the first one is.
fn finite(name: &str, part: &str, tensor: &Tensor) -> Result<()> {
    if !tensor.dtype().is_float() {
        return Ok(());
    }
    let mut example = 0;
    let width = tensor.elem_count() / tensor.dim(0)?.max(1);
    for rows in chunks(tensor) {
        let rows = rows?;
        let numbers = rows.flatten_all()?.to_vec1::<f64>()?;
        if let Some(at) = numbers.iter().position(|number| !number.is_finite()) {
            let example = example + at / width;
            return Err(Error::invalid(
                format!("{name}, {part} of example {example}, number {}", at % width),
                "a finite number".to_owned(),
                numbers[at].to_string(),
                "drop the example or fill the gap before making a data set of it",
            ));
        }
        example += rows.dim(0)?;
    }
    Ok(())
}

/// The examples as f64 on the CPU, some megabytes at a time: all might not fit a second time.
pub(crate) fn chunks(x: &Tensor) -> impl Iterator<Item = candle_core::Result<Tensor>> {
    let n = x.dims().first().copied().unwrap_or(0);
    let size = ((n << 20) / x.elem_count().max(1)).max(1);
    let chunk = move |from| x.narrow(0, from, size.min(n - from));
    (0..n).step_by(size).map(move |from| chunk(from)?.to_device(&Device::Cpu)?.to_dtype(DType::F64))
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
