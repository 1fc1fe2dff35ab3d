//! Some of the examples of a data set, in another order or form.

use crate::{Batches, Dataset, Error, Result};
use candle_core::{Device, Tensor};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

impl Dataset {
    /// The first `n` examples, or all if there are fewer; shuffle first if they are in an order.
    ///
    /// # Errors
    /// If `n` is 0.
    pub fn take(&self, n: usize) -> Result<Self> {
        if n == 0 {
            return Err(self.empty("a number of examples from 1"));
        }
        let n = n.min(self.len());
        let (x, y) = (self.x.narrow(0, 0, n)?, self.y.narrow(0, 0, n)?);
        let groups = self.groups.iter().take(n).copied().collect();
        Ok(Self { x, y, groups, ..self.clone() })
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
        let group = |row: &u32| self.groups.get(*row as usize).copied();
        let groups = rows.iter().filter_map(group).collect();
        let rows = Tensor::new(rows, self.x.device())?;
        let pick = |all: &Tensor| all.contiguous()?.index_select(&rows, 0);
        Ok(Self { x: pick(&self.x)?, y: pick(&self.y)?, groups, ..self.clone() })
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
    /// If `size` is 0, or there is no example.
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
}
