//! Products of rows with rows: `C = A Bᵀ` where both lie row after row.
//!
//! A general matrix product first packs its operands, which takes longer than the product itself
//! where there are few rows and they are long. Here nothing is packed: the sums run along the rows,
//! several rows of either matrix at a time, so that each vector that is read serves several sums.

use pulp::{Arch, Simd, WithSimd};

/// Rows of either matrix that are read together.
const TOGETHER: usize = 4;

/// Numbers of a row that are multiplied before the next part of all rows, so that they stay in the
/// caches.
const PART: usize = 1024;

/// `C ← keep · C + A Bᵀ` for `A` of `(m, k)`, `B` of `(n, k)` and `C` of `(m, n)`, all row by row.
pub struct Dots<'a> {
    pub k: usize,
    pub a: &'a [f32],
    pub b: &'a [f32],
    pub c: &'a mut [f32],
    pub keep: bool,
}

impl Dots<'_> {
    /// Whether this is the better way: few rows, and long ones.
    pub fn suits(m: usize, k: usize) -> bool {
        k >= 128 && m <= 128
    }

    /// Computes it.
    pub fn run(self) {
        Arch::new().dispatch(self);
    }
}

impl WithSimd for Dots<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { k, a, b, c, keep } = self;
        let n = b.len() / k;
        for start in (0..k).step_by(PART) {
            let part = start..k.min(start + PART);
            let keep = keep || start > 0;
            // All rows of `A` pass by a few of `B`, which stay in the nearest cache.
            for (at, b) in b.chunks(TOGETHER * k).enumerate() {
                for (rows, a) in a.chunks(TOGETHER * k).enumerate() {
                    let c = &mut c[rows * TOGETHER * n + at * TOGETHER..];
                    let (rows, columns) = (a.len() / k, b.len() / k);
                    let mut put = |row: usize, column: usize, sum: f32| {
                        let c = &mut c[row * n + column];
                        *c = if keep { *c + sum } else { sum };
                    };
                    let a = |row: usize| &a[row * k..][part.clone()];
                    let b = |row: usize| &b[row * k..][part.clone()];
                    match (rows, columns) {
                        (TOGETHER, TOGETHER) => {
                            let (a, b) = (std::array::from_fn(a), std::array::from_fn(b));
                            tile::<S, TOGETHER, TOGETHER>(simd, a, b, &mut put);
                        }
                        (_, TOGETHER) => (0..rows).for_each(|row| {
                            let mut put = |_, column, sum| put(row, column, sum);
                            let b = std::array::from_fn(b);
                            tile::<S, 1, TOGETHER>(simd, [a(row)], b, &mut put);
                        }),
                        _ => (0..rows * columns).for_each(|at| {
                            let (row, column) = (at / columns, at % columns);
                            let mut put = |_, _, sum| put(row, column, sum);
                            tile::<S, 1, 1>(simd, [a(row)], [b(column)], &mut put);
                        }),
                    }
                }
            }
        }
    }
}

/// All products of `M` rows with `N` rows of the same length; gives each to
/// `put(row of A, row of B, sum)`.
#[inline(always)]
fn tile<S: Simd, const M: usize, const N: usize>(
    simd: S,
    a: [&[f32]; M],
    b: [&[f32]; N],
    put: &mut impl FnMut(usize, usize, f32),
) {
    let vectors = a[0].len() / S::F32_LANES;
    let (a_vectors, b_vectors) = (a.map(|a| S::as_simd_f32s(a).0), b.map(|b| S::as_simd_f32s(b).0));
    assert!(a_vectors.iter().chain(&b_vectors).all(|row| row.len() == vectors));
    let mut sums = [[simd.splat_f32s(0.0); N]; M];
    for at in 0..vectors {
        // SAFETY: all rows have so many vectors, as asserted.
        let b = b_vectors.map(|b| unsafe { *b.get_unchecked(at) });
        for (sums, a) in sums.iter_mut().zip(a_vectors) {
            // SAFETY: as above.
            let a = unsafe { *a.get_unchecked(at) };
            for (sum, b) in sums.iter_mut().zip(b) {
                *sum = simd.mul_add_f32s(a, b, *sum);
            }
        }
    }
    for (m, sums) in sums.into_iter().enumerate() {
        for (n, sum) in sums.into_iter().enumerate() {
            let rest = a[m].iter().zip(b[n]).skip(vectors * S::F32_LANES);
            put(m, n, simd.reduce_sum_f32s(sum) + rest.map(|(a, b)| a * b).sum::<f32>());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_multiplied_with_rows() {
        let (m, k, n) = (7, PART + 37, 9);
        let numbers = |count: usize| (0..count).map(|at| (at as f32 * 1.7).sin()).collect();
        let (a, b): (Vec<f32>, Vec<f32>) = (numbers(m * k), numbers(n * k));
        let mut c = vec![1f32; m * n];
        Dots { k, a: &a, b: &b, c: &mut c, keep: true }.run();
        for (at, c) in c.iter().enumerate() {
            let (a, b) = (&a[at / n * k..][..k], &b[at % n * k..][..k]);
            let truth: f32 = 1.0 + a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
            assert!((c - truth).abs() < 1e-3, "{at}: {c} {truth}");
        }
    }
}
