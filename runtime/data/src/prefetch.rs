//! The next batch is prepared while the loop still learns from the last one.

use crate::Batches;
use candle_core::{Result, Tensor, bail};
use candlelab_host::check_interrupt;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{Builder, JoinHandle};

/// The iterator that [`Batches::prefetch`] returns; its thread ends with it.
#[derive(Debug)]
pub struct Prefetched {
    batches: Option<Receiver<Result<(Tensor, Tensor)>>>,
    thread: Option<JoinHandle<()>>,
    left: usize,
}

impl Batches {
    /// The same batches in the same order, but a thread of its own picks, augments and copies the
    /// next one while the loop is busy with the last.
    ///
    /// Worth its while where that takes time, as with augmented images, and the loop leaves a core
    /// idle, as it does on a GPU. There are at most two batches more in memory.
    ///
    /// # Errors
    /// If the system starts no thread.
    ///
    /// ```
    /// # fn main() -> candle_core::Result<()> {
    /// let (x, y) = candlelab_data::moons(10, 0.1, 1)?;
    /// let sizes: Vec<usize> = candlelab_data::batches(&x, &y, 4, 42)?
    ///     .prefetch()?
    ///     .map(|batch| batch?.1.dim(0))
    ///     .collect::<candle_core::Result<_>>()?;
    /// assert_eq!(sizes, [4, 4, 2]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn prefetch(mut self) -> Result<Prefetched> {
        let left = self.len();
        Prefetched::start(std::iter::from_fn(move || self.prepare()), left)
    }
}

impl Prefetched {
    fn start(
        items: impl Iterator<Item = Result<(Tensor, Tensor)>> + Send + 'static,
        left: usize,
    ) -> Result<Self> {
        let (sender, receiver) = sync_channel(1);
        let prepare = move || {
            // sending fails once nobody waits any more
            let _ = items.map(|item| sender.send(item)).take_while(|sent| sent.is_ok()).count();
        };
        match Builder::new().name("prefetch".to_owned()).spawn(prepare) {
            Ok(thread) => Ok(Self { batches: Some(receiver), thread: Some(thread), left }),
            Err(error) => bail!("no thread to prefetch batches on: {error}"),
        }
    }
}

impl Iterator for Prefetched {
    type Item = Result<(Tensor, Tensor)>;

    fn next(&mut self) -> Option<Self::Item> {
        check_interrupt();
        if let Ok(batch) = self.batches.as_ref()?.recv() {
            self.left -= 1;
            return Some(batch);
        }
        self.batches = None;
        if let Some(Err(panic)) = self.thread.take().map(JoinHandle::join) {
            resume_unwind(panic); // as if it had happened here
        }
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Prefetched {}

impl Drop for Prefetched {
    /// Waits for the batch that is being prepared, and for the thread's end.
    fn drop(&mut self) {
        self.batches = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // a panic of the thread has nobody left to stop
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Augment, batches, digits};
    use candle_core::Device;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn numbers(all: impl Iterator<Item = Result<(Tensor, Tensor)>>) -> Vec<(Vec<f32>, Vec<u32>)> {
        all.map(|batch| {
            let (x, y) = batch.unwrap();
            (x.flatten_all().unwrap().to_vec1().unwrap(), y.to_vec1().unwrap())
        })
        .collect()
    }

    /// `n` batches, each of which is counted when it has been prepared; the thread holds the count,
    /// too, until it ends.
    fn counted(n: usize, count: &Arc<AtomicUsize>) -> Prefetched {
        let (count, x) = (Arc::clone(count), Tensor::new(1f32, &Device::Cpu).unwrap());
        let items = (0..n).map(move |_| {
            count.fetch_add(1, Ordering::SeqCst);
            Ok((x.clone(), x.clone()))
        });
        Prefetched::start(items, n).unwrap()
    }

    #[test]
    fn the_batches_are_the_same_with_and_without() {
        let set = digits().unwrap().take(200).unwrap();
        let steps = [Augment::Crop { padding: 1 }, Augment::Noise { deviation: 0.1 }];
        for seed in 0..3 {
            let all = set.batches(32, seed).unwrap();
            assert_eq!(numbers(all.clone().prefetch().unwrap()), numbers(all.clone()));
            let all = all.augmented(&steps).unwrap().on(&Device::Cpu);
            assert_eq!(numbers(all.clone().prefetch().unwrap()), numbers(all));
        }
    }

    #[test]
    fn the_rest_of_some_batches_can_be_prefetched_and_the_length_counts_down() {
        let y = Tensor::arange(0u32, 10, &Device::Cpu).unwrap();
        let mut all = batches(&y, &y, 3, 5).unwrap();
        all.next();
        let mut ahead = all.clone().prefetch().unwrap();
        assert_eq!(ahead.len(), 3);
        let second = ahead.next().unwrap().unwrap().1.to_vec1::<u32>().unwrap();
        assert_eq!(second, all.next().unwrap().unwrap().1.to_vec1::<u32>().unwrap());
        assert_eq!((ahead.len(), ahead.count()), (2, 2));
    }

    #[test]
    fn a_loop_that_stops_early_leaves_no_thread() {
        let count = Arc::new(AtomicUsize::new(0));
        for taken in 0..5 {
            let mut all = counted(1_000_000, &count);
            assert_eq!(all.by_ref().take(taken).count(), taken);
            drop(all);
            assert_eq!(Arc::strong_count(&count), 1); // the thread has let go of it
        }
        let prepared = count.load(Ordering::SeqCst);
        assert!(prepared <= 10 + 5 * 3, "{prepared}"); // the taken ones, and a few ahead
    }

    #[test]
    fn the_thread_works_ahead() {
        let count = Arc::new(AtomicUsize::new(0));
        let mut all = counted(10, &count);
        all.next();
        while count.load(Ordering::SeqCst) < 3 {
            std::thread::yield_now(); // the second one waits to be fetched, the third to be sent
        }
        assert_eq!(all.count(), 9);
    }

    #[test]
    fn an_error_and_a_panic_of_the_thread_arrive_in_the_loop() {
        let mut items = (0..3).map(|at| match at {
            0 => bail!("no such row"),
            1 => Ok((Tensor::new(0f32, &Device::Cpu)?, Tensor::new(0f32, &Device::Cpu)?)),
            _ => resume_unwind(Box::new("broken")),
        });
        let mut all = Prefetched::start(std::iter::from_fn(move || items.next()), 3).unwrap();
        assert!(all.next().unwrap().unwrap_err().to_string().contains("no such row"));
        assert!(all.next().unwrap().is_ok());
        let panic = catch_unwind(AssertUnwindSafe(|| all.next().is_none())).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"broken"));
        assert!(all.next().is_none());
    }
}
