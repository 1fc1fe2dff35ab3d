//! Work shared out among the cores.
//!
//! Candle's own pool does it, since two pools would fight for the cores; little work stays on the
//! thread that asks for it, since to wake others takes longer.

use super::float::Float;
use super::share::share;
use std::marker::PhantomData;
use std::ops::Range;

/// Work below this many multiplications is not worth sharing: on a busy machine a thread may have to
/// wait for a core, longer than all of the work takes.
const SHARED: usize = 1 << 20;

/// What it costs to move a number that has to come from memory, in multiplications.
pub const MOVE: usize = 16;

/// A slice that threads share, each to write parts of its own.
pub struct Parts<'a, T> {
    start: *mut T,
    length: usize,
    slice: PhantomData<&'a mut [T]>,
}

// SAFETY: who takes a part promises that nobody else has any of it.
unsafe impl<T: Send> Sync for Parts<'_, T> {}

impl<'a, T> Parts<'a, T> {
    /// For as long as the slice is borrowed.
    pub fn new(slice: &'a mut [T]) -> Self {
        Self { start: slice.as_mut_ptr(), length: slice.len(), slice: PhantomData }
    }

    /// The numbers in `range`.
    ///
    /// # Safety
    /// Nobody else has any of them at the same time.
    ///
    /// # Panics
    /// If the range is not within the slice.
    #[allow(clippy::mut_from_ref)] // The whole point: disjoint parts of one slice.
    pub unsafe fn part(&self, range: Range<usize>) -> &mut [T] {
        assert!(range.start <= range.end && range.end <= self.length);
        // SAFETY: within the slice, which is borrowed; disjoint as promised by the caller.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(range.start), range.len()) }
    }
}

/// Calls `f` for every number in `0..count`, and waits for all.
///
/// `work` is as for [`rows`].
pub fn tasks(count: usize, work: usize, f: impl Fn(usize) + Sync) {
    if work < SHARED || count < 2 {
        return (0..count).for_each(f);
    }
    share(count, |range| range.for_each(&f));
}

/// Calls `f` for ranges of at least a few thousand that together are `0..count`, and waits for all.
///
/// `work` is as for [`rows`].
pub fn ranges(count: usize, work: usize, f: impl Fn(Range<usize>) + Sync) {
    const PIECE: usize = 1 << 12;
    if work < SHARED {
        return f(0..count);
    }
    share(count.div_ceil(PIECE), |pieces| {
        f(pieces.start * PIECE..count.min(pieces.end * PIECE));
    });
}

/// Room for `count` numbers, each of which the caller writes before anything reads it.
#[allow(clippy::uninit_vec)] // Zeros would be written for nothing, a tenth of a training step.
pub fn room<T: Float>(count: usize) -> Vec<T> {
    let mut room = Vec::with_capacity(count);
    // SAFETY: there is so much room, every bit pattern is a number, and none is read unwritten.
    unsafe { room.set_len(count) };
    #[cfg(target_os = "linux")]
    in_large_pages(&room);
    room
}

/// Asks the system for pages of two megabytes here and in what is likely to be allocated next, if
/// it is worth it: with those of four kilobytes a ResNet trains a twentieth slower.
#[cfg(target_os = "linux")]
fn in_large_pages<T>(numbers: &[T]) {
    const PAGE: usize = 2 << 20;
    const NEXT: usize = 32 << 20;
    let size = size_of_val(numbers);
    if size >= PAGE / 2 {
        let start = numbers.as_ptr() as usize / PAGE * PAGE;
        // SAFETY: what the memory holds stays as it is; where there is none, nothing happens.
        unsafe { libc::madvise(start as *mut _, size + NEXT, libc::MADV_HUGEPAGE) };
    }
}

/// Cuts `out` into rows of `row` numbers, gives every row to one call `f(first, rows)`, where
/// `rows` are one or more whole rows of which the first has number `first`, and waits for all.
///
/// `work` is the number of multiplications in all of it; a number moved counts as [`MOVE`].
pub fn rows<T: Send>(out: &mut [T], row: usize, work: usize, f: impl Fn(usize, &mut [T]) + Sync) {
    let count = out.len().checked_div(row).unwrap_or(0);
    let out = &mut out[..count * row];
    if work < SHARED || count < 2 {
        return f(0, out);
    }
    let parts = Parts::new(out);
    share(count, |range| {
        // SAFETY: the pool gives each range to one call.
        f(range.start, unsafe { parts.part(range.start * row..range.end * row) });
    });
}

/// The sum of `f` over all of `0..count`: `f(range, sum)` adds what belongs to a range to `sum`,
/// which has `length` numbers.
///
/// The ranges do not depend on how many cores there are, so the sum is always rounded alike.
pub fn sum<T: Float>(
    count: usize,
    length: usize,
    work: usize,
    f: impl Fn(Range<usize>, &mut [T]) + Sync,
) -> Vec<T> {
    const PARTS: usize = 16;
    // Each part has a sum of its own, which has to be little beside the work.
    let parts = if work < SHARED { 1 } else { PARTS.min(work / (16 * length.max(1))) };
    let parts = parts.clamp(1, count.max(1));
    let mut sums = vec![T::ZERO; parts * length];
    rows(&mut sums, length, work, |first, sums| {
        for (part, sum) in (first..).zip(sums.chunks_mut(length.max(1))) {
            f(part * count / parts..(part + 1) * count / parts, sum);
        }
    });
    let rest = sums.split_off(length);
    for part in rest.chunks(length.max(1)) {
        sums.iter_mut().zip(part).for_each(|(sum, part)| *sum += *part);
    }
    sums
}

/// Calls `f` with the widest vectors that this machine has, if its code is inlined into it.
#[inline(always)]
pub fn wide<R>(f: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
        // SAFETY: the machine has both.
        return unsafe { with_avx2(f) };
    }
    f()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn with_avx2<R>(f: impl FnOnce() -> R) -> R {
    f()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_visited_once() {
        for work in [0, SHARED] {
            let mut out = vec![0usize; 3 * 1000];
            rows(&mut out, 3, work, |first, rows| {
                for (number, row) in (first..).zip(rows.chunks_mut(3)) {
                    row.iter_mut().for_each(|value| *value += number + 1);
                }
            });
            assert!(out.iter().enumerate().all(|(at, value)| *value == at / 3 + 1));
        }
    }

    #[test]
    fn ranges_are_all_of_it() {
        for (count, work) in [(0, SHARED), (5, 0), (5, SHARED), (10_000, SHARED)] {
            let mut seen = vec![0; count];
            let parts = Parts::new(&mut seen);
            // SAFETY: no two ranges have anything in common, which the test is about.
            ranges(count, work, |range| {
                unsafe { parts.part(range) }.iter_mut().for_each(|n| *n += 1)
            });
            assert!(seen.iter().all(|n| *n == 1));
        }
    }

    #[test]
    fn a_sum_takes_every_number_once() {
        for (count, work) in [(0, SHARED), (5, SHARED), (1000, SHARED), (1000, 0)] {
            let total = sum::<f64>(count, 1, work, |range, sum| {
                sum[0] += range.map(|number| number as f64).sum::<f64>();
            });
            assert_eq!(total, [(count * count.saturating_sub(1) / 2) as f64]);
        }
    }
}
