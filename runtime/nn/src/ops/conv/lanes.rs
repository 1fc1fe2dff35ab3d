//! Images side by side in the lanes of vectors, and back.

use crate::ops::parallel::{Parts, room, wide};
use crate::ops::rectify::Bend;
use std::ops::Range;

/// Images with a border of zeros, lane by lane: `(block, channel, row, column, lane)`, where a
/// block holds as many images as a vector has lanes; lanes without an image are 0.
#[derive(Clone, Copy, Debug)]
pub struct Padded {
    pub channels: usize,
    /// Height and width of the images.
    pub size: (usize, usize),
    /// Zeros above and to the left.
    pub before: (usize, usize),
    /// Height and width with the border; what does not fit is cut off.
    pub padded: (usize, usize),
}

impl Padded {
    /// Numbers in an image.
    pub fn image(&self) -> usize {
        self.channels * self.size.0 * self.size.1
    }

    /// Vectors in a channel of a block.
    pub fn plane(&self) -> usize {
        self.padded.0 * self.padded.1
    }

    /// Vectors in a block.
    pub fn block(&self) -> usize {
        self.channels * self.plane()
    }

    /// Puts a block of images of `x` into lanes, from a row with border on: the rows that are
    /// `padded` are those of a part of an image.
    pub fn interleave_block(
        &self,
        x: &[f32],
        images: Range<usize>,
        first: usize,
        lanes: usize,
    ) -> Vec<f32> {
        let mut out = room(self.block() * lanes);
        for (channel, out) in out.chunks_mut(self.plane() * lanes).enumerate() {
            self.fill(x, images.clone(), (channel, first), lanes, out);
        }
        out
    }

    /// One channel of a block, from a row on.
    fn fill(
        &self,
        x: &[f32],
        images: Range<usize>,
        (channel, first): (usize, usize),
        lanes: usize,
        out: &mut [f32],
    ) {
        let ((height, width), (top, left)) = (self.size, self.before);
        let start = channel * height * width;
        for (row, out) in (first..).zip(out.chunks_mut(self.padded.1 * lanes)) {
            let Some(row) = row.checked_sub(top).filter(|row| *row < height) else {
                out.fill(0.0);
                continue;
            };
            let inside = width.min(self.padded.1.saturating_sub(left));
            out[..left.min(self.padded.1) * lanes].fill(0.0);
            out[(left + inside).min(self.padded.1) * lanes..].fill(0.0);
            let out = &mut out[left * lanes..(left + inside) * lanes];
            if images.len() < lanes {
                out.fill(0.0);
            }
            let first = images.start * self.image() + start + row * width;
            let rows = Rows { start: first, step: self.image(), count: images.len() };
            wide(|| rows.together(x, inside, lanes, out));
        }
    }
}

/// Takes a plane of `(pixel, lane)` apart: lane `i` goes to the pixels at `starts + i · step` of
/// `y`, plus a bias and bent.
///
/// # Safety
/// Nobody else has those pixels of `y`.
pub unsafe fn separate(
    plane: &[f32],
    lanes: usize,
    (bias, bend): (f32, Bend),
    y: &Parts<'_, f32>,
    (start, step, images): (usize, usize, usize),
) {
    let pixels = plane.len() / lanes;
    for first in (0..images).step_by(SIDE) {
        let count = images.min(first + SIDE) - first;
        let mut rows: [&mut [f32]; SIDE] = Default::default();
        for (lane, row) in rows[..count].iter_mut().enumerate() {
            let start = start + (first + lane) * step;
            // SAFETY: nobody else has them, as promised.
            *row = unsafe { y.part(start..start + pixels) };
        }
        wide(|| apart(plane, lanes, first, bias, &mut rows[..count]));
        rows[..count].iter_mut().for_each(|row| bend.apply(row));
    }
}

/// Images whose lanes are written or read together, and pixels of each.
const SIDE: usize = 8;

/// So many rows of `x`, `step` apart.
struct Rows {
    start: usize,
    step: usize,
    count: usize,
}

impl Rows {
    /// Number `at` of each row next to one another, for all `at` below `length`.
    #[inline(always)]
    fn together(&self, x: &[f32], length: usize, lanes: usize, out: &mut [f32]) {
        let row = |lane: usize| &x[self.start + lane * self.step..];
        for first in (0..self.count).step_by(SIDE) {
            if first + SIDE > self.count {
                for lane in first..self.count {
                    let out = out[lane..].iter_mut().step_by(lanes);
                    out.zip(&row(lane)[..length]).for_each(|(out, value)| *out = *value);
                }
                continue;
            }
            let rows: [&[f32]; SIDE] = std::array::from_fn(|lane| row(first + lane));
            for at in (0..length).step_by(SIDE) {
                // The last eight overlap those before them, or what follows a short row.
                let at = at.min(length.saturating_sub(SIDE));
                let own = length - at;
                let mut square = [[0.0; SIDE]; SIDE];
                for (to, row) in square.iter_mut().zip(rows) {
                    *to = match row[at..].first_chunk() {
                        Some(eight) => *eight,
                        None => std::array::from_fn(|i| row.get(at + i).copied().unwrap_or(0.0)),
                    };
                }
                let square = transpose(square);
                for (out, values) in out[at * lanes..].chunks_mut(lanes).zip(square).take(own) {
                    out[first..first + SIDE].copy_from_slice(&values);
                }
            }
        }
    }
}

/// Lane `first + i` of all pixels of a plane to row `i`, plus `bias`.
#[inline(always)]
fn apart(plane: &[f32], lanes: usize, first: usize, bias: f32, rows: &mut [&mut [f32]]) {
    let whole = if rows.len() == SIDE { plane.len() / lanes / SIDE * SIDE } else { 0 };
    for at in (0..whole).step_by(SIDE) {
        let mut pixels = [[0.0; SIDE]; SIDE];
        for (pixel, to) in pixels.iter_mut().enumerate() {
            *to = eight(&plane[(at + pixel) * lanes + first..]);
        }
        for (row, values) in rows.iter_mut().zip(transpose(pixels)) {
            row[at..at + SIDE].copy_from_slice(&values.map(|value| value + bias));
        }
    }
    for (lane, row) in rows.iter_mut().enumerate() {
        for (at, value) in row.iter_mut().enumerate().skip(whole) {
            *value = plane[at * lanes + first + lane] + bias;
        }
    }
}

#[inline(always)]
fn eight(values: &[f32]) -> [f32; SIDE] {
    *values.first_chunk().expect("whole rows")
}

/// Swaps rows and columns.
#[inline(always)]
fn transpose(rows: [[f32; SIDE]; SIDE]) -> [[f32; SIDE]; SIDE] {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx") {
        // SAFETY: the machine has it.
        return unsafe { transpose_avx(rows) };
    }
    let mut columns = rows;
    for (at, row) in rows.iter().enumerate() {
        for (column, value) in columns.iter_mut().zip(row) {
            column[at] = *value;
        }
    }
    columns
}

/// Within pairs of rows, then within fours, then between the halves of vectors.
#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx")]
fn transpose_avx(rows: [[f32; SIDE]; SIDE]) -> [[f32; SIDE]; SIDE] {
    use std::arch::x86_64::{
        __m256, _mm256_permute2f128_ps, _mm256_shuffle_ps, _mm256_unpackhi_ps, _mm256_unpacklo_ps,
    };
    // SAFETY: both are eight numbers.
    let r: [__m256; SIDE] = unsafe { std::mem::transmute(rows) };
    let pair = |at: usize| {
        let (a, b) = (r[2 * at], r[2 * at + 1]);
        (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b))
    };
    let four = |(a, b): (__m256, __m256), (c, d): (__m256, __m256)| {
        [
            _mm256_shuffle_ps::<0x44>(a, c),
            _mm256_shuffle_ps::<0xee>(a, c),
            _mm256_shuffle_ps::<0x44>(b, d),
            _mm256_shuffle_ps::<0xee>(b, d),
        ]
    };
    let (top, bottom) = (four(pair(0), pair(1)), four(pair(2), pair(3)));
    let low = |at: usize| _mm256_permute2f128_ps::<0x20>(top[at], bottom[at]);
    let high = |at: usize| _mm256_permute2f128_ps::<0x31>(top[at], bottom[at]);
    let columns = [low(0), low(1), low(2), low(3), high(0), high(1), high(2), high(3)];
    // SAFETY: both are eight numbers.
    unsafe { std::mem::transmute(columns) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_get_a_border_and_come_back() {
        let images = Padded { channels: 2, size: (1, 2), before: (1, 1), padded: (2, 4) };
        let x: Vec<f32> = (1..=12).map(|value| value as f32).collect(); // three images
        let lanes = [0..2, 2..3].map(|block| images.interleave_block(&x, block, 0, 2)).concat();
        assert_eq!(lanes.len(), 2 * 2 * 8 * 2);
        let second_row = [0.0, 0.0, 1.0, 5.0, 2.0, 6.0, 0.0, 0.0]; // images 0 and 1, channel 0
        assert_eq!((&lanes[..8], &lanes[8..16]), (&[0.0; 8][..], &second_row[..]));
        assert_eq!(lanes[42..46], [9.0, 0.0, 10.0, 0.0]); // image 2 and nobody
        let mut y = vec![0.0; 4];
        // SAFETY: nobody else is there.
        unsafe {
            separate(&[1.0, 5.0, 2.0, 6.0], 2, (0.5, Bend(None)), &Parts::new(&mut y), (0, 2, 2))
        };
        assert_eq!(y, [1.5, 2.5, 5.5, 6.5]);
    }
}
