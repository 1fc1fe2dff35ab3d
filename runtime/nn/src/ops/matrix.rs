//! Products of matrices that lie in slices.

use super::float::Float;
use super::parallel::{MOVE, room, rows};
use gemm::{Parallelism, gemm};

/// A matrix in a slice: where it starts and how far apart its rows and columns are.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub start: usize,
    pub row: usize,
    pub column: usize,
}

impl Place {
    /// Rows one after the other, `row` numbers apart.
    pub fn rows(start: usize, row: usize) -> Self {
        Self { start, row, column: 1 }
    }

    /// The transpose.
    pub fn t(self) -> Self {
        Self { row: self.column, column: self.row, ..self }
    }

    /// One more than the last element of `rows` and `columns` that are not 0.
    fn end(self, rows: usize, columns: usize) -> usize {
        self.start + (rows - 1) * self.row + (columns - 1) * self.column + 1
    }
}

/// `C ← keep · C + A B` for `A` of `m × k` and `B` of `k × n`; `keep` is whether, not how much.
///
/// # Panics
/// If a matrix reaches beyond its slice.
pub fn multiply<T: Float>(
    (m, k, n): (usize, usize, usize),
    (a, a_place): (&[T], Place),
    (b, b_place): (&[T], Place),
    (c, c_place): (&mut [T], Place),
    keep: bool,
) {
    if m == 0 || n == 0 {
        return;
    }
    assert!(c_place.end(m, n) <= c.len() && c_place.row.min(c_place.column) > 0);
    if k == 0 {
        if !keep {
            for row in 0..m {
                for column in 0..n {
                    c[c_place.start + row * c_place.row + column * c_place.column] = T::ZERO;
                }
            }
        }
        return;
    }
    assert!(a_place.end(m, k) <= a.len() && b_place.end(k, n) <= b.len());
    // SAFETY: all three matrices lie within their slices, as asserted, and `c` is borrowed alone.
    unsafe {
        gemm(
            m,
            n,
            k,
            c.as_mut_ptr().add(c_place.start),
            c_place.column as isize,
            c_place.row as isize,
            keep,
            a.as_ptr().add(a_place.start),
            a_place.column as isize,
            a_place.row as isize,
            b.as_ptr().add(b_place.start),
            b_place.column as isize,
            b_place.row as isize,
            T::ONE,
            T::ONE,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

/// The transpose of a matrix with so many columns, its rows one after the other.
pub fn transposed<T: Float>(matrix: &[T], columns: usize) -> Vec<T> {
    /// Rows read side by side, so that what is written next to each other is used at once.
    const TOGETHER: usize = 16;
    let height = matrix.len() / columns.max(1);
    let mut out = room(matrix.len());
    rows(&mut out, height, matrix.len() * MOVE, |first, out| {
        for start in (0..height).step_by(TOGETHER) {
            let end = height.min(start + TOGETHER);
            for (column, out) in (first..).zip(out.chunks_mut(height)) {
                for (row, out) in (start..end).zip(&mut out[start..end]) {
                    *out = matrix[row * columns + column];
                }
            }
        }
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_columns() {
        let matrix: Vec<f64> = (0..6).map(f64::from).collect();
        assert_eq!(transposed(&matrix, 3), [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
        let wide: Vec<f64> = (0..40 * 70).map(f64::from).collect();
        assert_eq!(transposed(&transposed(&wide, 70), 40), wide);
        assert!(transposed::<f64>(&[], 0).is_empty());
    }

    #[test]
    fn a_product_can_be_added_to_what_is_there() {
        let (a, b) = ([1f64, 2.0, 3.0, 4.0], [5f64, 6.0, 7.0, 8.0]);
        let all = Place::rows(0, 2);
        let mut c = [1f64; 4];
        multiply((2, 2, 2), (&a, all), (&b, all), (&mut c, all), true);
        assert_eq!(c, [20.0, 23.0, 44.0, 51.0]);
        multiply((2, 2, 2), (&a, all.t()), (&b, all), (&mut c, all), false);
        assert_eq!(c, [26.0, 30.0, 38.0, 44.0]);
    }
}
