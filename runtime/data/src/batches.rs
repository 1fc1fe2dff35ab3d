//! Mini-batches in a shuffled order.

use crate::augment::{Augment, augment, check};
use candle_core::{Device, Result, Tensor, bail};
use candlelab_host::check_interrupt;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

/// Cuts a data set into mini-batches, in an order that `seed` alone decides.
///
/// Every example comes once; the last batch holds what is left over. Give each epoch a seed of its
/// own, or all epochs walk in the same order. A loop over batches stops when the user interrupts.
///
/// # Shapes
/// - `x`: `(n, …)`; `y`: `(n, …)`
/// - each batch: `(batch_size, …)` and `(batch_size, …)`, the last one shorter if `n` is no multiple
///
/// # Errors
/// If there is no example, `x` and `y` differ in length, or `batch_size` is 0.
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
    if n == 0 {
        bail!("a batch needs at least one example, found none, x: {:?}", x.shape());
    }
    let mut rng = StdRng::seed_from_u64(seed);
    let mut order: Vec<u32> = (0..n as u32).collect();
    order.shuffle(&mut rng);
    let (x, y) = (x.contiguous()?, y.contiguous()?);
    Ok(Batches { x, y, order, batch_size, taken: 0, steps: Vec::new(), device: None, rng })
}

/// The iterator that [`batches`] returns; it keeps the tensors it walks over.
#[derive(Clone, Debug)]
pub struct Batches {
    x: Tensor,
    y: Tensor,
    order: Vec<u32>,
    batch_size: usize,
    taken: usize,
    steps: Vec<Augment>,
    device: Option<Device>,
    rng: StdRng,
}

impl Batches {
    /// Changes the images of each batch at random, as [`augment`] does, by draws that the seed of
    /// the batches decides.
    ///
    /// # Shapes
    /// - `x`: `(n, channels, height, width)`
    ///
    /// # Errors
    /// As [`augment`].
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use candlelab_data::{Augment, digits};
    /// let steps = [Augment::Crop { padding: 1 }, Augment::Rotate { degrees: 10.0 }];
    /// for batch in digits()?.take(100)?.batches(32, 1)?.augmented(&steps)?.prefetch()? {
    ///     let (x, _) = batch?;
    ///     assert_eq!(x.dims()[1..], [1, 8, 8]);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn augmented(self, steps: &[Augment]) -> Result<Self> {
        check(&self.x, steps)?;
        Ok(Self { steps: steps.to_vec(), ..self })
    }

    /// Copies each batch to `device`, where the whole set might find no room.
    pub fn on(self, device: &Device) -> Self {
        Self { device: Some(device.clone()), ..self }
    }

    /// The next batch, also on a thread that is not the cell's.
    pub(crate) fn prepare(&mut self) -> Option<Result<(Tensor, Tensor)>> {
        if self.taken == self.order.len() {
            return None;
        }
        let from = self.taken;
        self.taken = from.saturating_add(self.batch_size).min(self.order.len());
        let seed = self.rng.random();
        Some(self.pick(from, self.taken, seed))
    }

    fn pick(&self, from: usize, to: usize, seed: u64) -> Result<(Tensor, Tensor)> {
        let rows = &self.order[from..to];
        let pick = |all: &Tensor| all.index_select(&Tensor::new(rows, all.device())?, 0);
        let (mut x, mut y) = (pick(&self.x)?, pick(&self.y)?);
        if !self.steps.is_empty() {
            x = augment(&x, &self.steps, seed)?;
        }
        if let Some(device) = &self.device {
            (x, y) = (x.to_device(device)?, y.to_device(device)?);
        }
        Ok((x, y))
    }
}

impl Iterator for Batches {
    type Item = Result<(Tensor, Tensor)>;

    fn next(&mut self) -> Option<Self::Item> {
        check_interrupt();
        self.prepare()
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
    use candle_core::DType;

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
        let none = Tensor::zeros((0, 3), DType::F32, &Device::Cpu).unwrap();
        let text = batches(&none, &none, 2, 0).unwrap_err().to_string();
        assert!(text.contains("at least one example, found none, x: [0, 3]"), "{text}");
    }

    #[test]
    fn augmented_batches_have_their_own_draws_and_the_seed_decides() {
        let x = Tensor::ones((6, 1, 2, 2), DType::F32, &Device::Cpu).unwrap();
        let y = Tensor::arange(0u32, 6, &Device::Cpu).unwrap();
        let draw = |seed| {
            let all = batches(&x, &y, 3, seed).unwrap();
            let all = all.augmented(&[Augment::Noise { deviation: 1. }]).unwrap();
            let x = all.map(|batch| batch.unwrap().0.flatten_all().unwrap().to_vec1().unwrap());
            x.collect::<Vec<Vec<f32>>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert_ne!(draw(1)[0], draw(1)[1]);
        let plain = |all: Batches| all.map(|batch| batch.unwrap().1.to_vec1().unwrap()).collect();
        let order: Vec<Vec<u32>> = plain(batches(&x, &y, 3, 1).unwrap());
        let flipped = batches(&x, &y, 3, 1).unwrap().augmented(&[Augment::Flip]).unwrap();
        assert_eq!(plain(flipped), order);
    }

    #[test]
    fn only_images_can_be_augmented() {
        let y = Tensor::arange(0f32, 6., &Device::Cpu).unwrap();
        let text = batches(&y, &y, 3, 1).unwrap().augmented(&[Augment::Flip]).unwrap_err();
        assert!(text.to_string().contains("images to augment: expected (n, channels"), "{text}");
    }
}
