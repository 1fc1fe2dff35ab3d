//! Mini-batches in a shuffled order.

use candle_core::{Result, Tensor, bail};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

/// Cuts a data set into mini-batches, in an order that `seed` alone decides.
///
/// Every example comes once; the last batch holds what is left over. Give each epoch a seed of its
/// own, or all epochs walk in the same order.
///
/// # Shapes
/// - `x`: `(n, …)`; `y`: `(n, …)`
/// - each batch: `(batch_size, …)` and `(batch_size, …)`, the last one shorter if `n` is no multiple
///
/// # Errors
/// If `x` and `y` differ in length, or `batch_size` is 0.
///
/// ```
/// # fn main() -> candle_core::Result<()> {
/// let (x, y) = candlelab_data::xor()?;
/// let sizes: Vec<usize> = candlelab_data::batches(&x, &y, 3, 42)?
///     .map(|batch| batch?.1.dim(0))
///     .collect::<candle_core::Result<_>>()?;
/// assert_eq!(sizes, [3, 1]);
/// # Ok(())
/// # }
/// ```
pub fn batches(x: &Tensor, y: &Tensor, batch_size: usize, seed: u64) -> Result<Batches> {
    let (n, labels) = (x.dim(0)?, y.dim(0)?);
    if n != labels {
        bail!("{n} examples but {labels} labels, x: {:?}, y: {:?}", x.shape(), y.shape());
    }
    if batch_size == 0 {
        bail!("a batch needs at least one example, found batch_size 0");
    }
    let mut order: Vec<u32> = (0..n as u32).collect();
    order.shuffle(&mut StdRng::seed_from_u64(seed));
    Ok(Batches { x: x.contiguous()?, y: y.contiguous()?, order, batch_size, taken: 0 })
}

/// The iterator that [`batches`] returns; it keeps the tensors it walks over.
#[derive(Clone, Debug)]
pub struct Batches {
    x: Tensor,
    y: Tensor,
    order: Vec<u32>,
    batch_size: usize,
    taken: usize,
}

impl Batches {
    fn pick(&self, from: usize, to: usize) -> Result<(Tensor, Tensor)> {
        let rows = &self.order[from..to];
        let pick = |all: &Tensor| all.index_select(&Tensor::new(rows, all.device())?, 0);
        Ok((pick(&self.x)?, pick(&self.y)?))
    }
}

impl Iterator for Batches {
    type Item = Result<(Tensor, Tensor)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.taken == self.order.len() {
            return None;
        }
        let from = self.taken;
        self.taken = from.saturating_add(self.batch_size).min(self.order.len());
        Some(self.pick(from, self.taken))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.order.len() - self.taken).div_ceil(self.batch_size);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Batches {}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    /// `n` examples, each labelled with its own place.
    fn labels(n: u32, batch_size: usize, seed: u64) -> Vec<Vec<u32>> {
        let y = Tensor::arange(0, n, &Device::Cpu).unwrap();
        let x = y.reshape((n as usize, 1)).unwrap();
        let all = batches(&x, &y, batch_size, seed).unwrap();
        all.map(|batch| {
            let (x, y) = batch.unwrap();
            assert_eq!(
                x.flatten_all().unwrap().to_vec1::<u32>().unwrap(),
                y.to_vec1::<u32>().unwrap()
            );
            y.to_vec1().unwrap()
        })
        .collect()
    }

    #[test]
    fn every_example_comes_once() {
        let mut all = labels(10, 3, 7).concat();
        assert_ne!(all, Vec::from_iter(0..10));
        all.sort_unstable();
        assert_eq!(all, Vec::from_iter(0..10));
    }

    #[test]
    fn the_seed_decides_the_order() {
        assert_eq!(labels(50, 8, 1), labels(50, 8, 1));
        assert_ne!(labels(50, 8, 1), labels(50, 8, 2));
    }

    #[test]
    fn the_last_batch_holds_the_rest() {
        let sizes = |n, size| labels(n, size, 0).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(sizes(10, 4), [4, 4, 2]);
        assert_eq!(sizes(8, 4), [4, 4]);
        assert_eq!(sizes(3, usize::MAX), [3]);
    }

    #[test]
    fn the_length_counts_down() {
        let y = Tensor::arange(0u32, 10, &Device::Cpu).unwrap();
        let mut all = batches(&y, &y, 4, 0).unwrap();
        assert_eq!(all.len(), 3);
        all.next();
        assert_eq!(all.len(), 2);
        assert_eq!(all.count(), 2);
    }

    #[test]
    fn unequal_lengths_and_empty_batches_are_errors() {
        let (x, y) = (
            Tensor::arange(0u32, 4, &Device::Cpu).unwrap(),
            Tensor::arange(0u32, 3, &Device::Cpu).unwrap(),
        );
        let text = batches(&x, &y, 2, 0).unwrap_err().to_string();
        assert!(text.contains("4 examples but 3 labels"), "{text}");
        assert!(batches(&x, &x, 0, 0).is_err());
    }
}
