//! Images side by side in the lanes of vectors, and back.

use crate::ops::parallel::{Parts, rows};
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

    /// Puts these images of `x` into lanes.
    pub fn interleave(&self, x: &[f32], images: Range<usize>, lanes: usize, out: &mut Vec<f32>) {
        let blocks = images.len().div_ceil(lanes);
        let size = blocks * self.block() * lanes;
        out.resize(size, 0.0);
        let plane = self.plane() * lanes;
        rows(out, plane, size, |first, planes| {
            for (at, plane) in (first..).zip(planes.chunks_mut(plane)) {
                let start = images.start + at / self.channels * lanes;
                let own = start..images.end.min(start + lanes);
                self.fill(x, own, at % self.channels, lanes, plane);
            }
        });
    }

    /// One channel of a block.
    fn fill(&self, x: &[f32], images: Range<usize>, channel: usize, lanes: usize, out: &mut [f32]) {
        let ((height, width), (top, left)) = (self.size, self.before);
        let start = channel * height * width;
        for (row, out) in out.chunks_mut(self.padded.1 * lanes).enumerate() {
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
            for (lane, image) in images.clone().enumerate() {
                let row = &x[image * self.image() + start + row * width..][..inside];
                let out = out[lane..].iter_mut().step_by(lanes);
                out.zip(row).for_each(|(out, value)| *out = *value);
            }
        }
    }
}

/// Takes a plane of `(pixel, lane)` apart: lane `i` goes to the pixels at `starts + i · step` of
/// `y`, plus `bias`.
///
/// # Safety
/// Nobody else has those pixels of `y`.
pub unsafe fn separate(
    plane: &[f32],
    lanes: usize,
    bias: f32,
    y: &Parts<'_, f32>,
    (start, step, images): (usize, usize, usize),
) {
    let pixels = plane.len() / lanes;
    for lane in 0..images {
        let start = start + lane * step;
        // SAFETY: nobody else has them, as promised.
        let y = unsafe { y.part(start..start + pixels) };
        let plane = plane[lane..].iter().step_by(lanes);
        y.iter_mut().zip(plane).for_each(|(y, value)| *y = *value + bias);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_get_a_border_and_come_back() {
        let images = Padded { channels: 2, size: (1, 2), before: (1, 1), padded: (2, 4) };
        let x: Vec<f32> = (1..=12).map(|value| value as f32).collect(); // three images
        let mut lanes = Vec::new();
        images.interleave(&x, 0..3, 2, &mut lanes);
        assert_eq!(lanes.len(), 2 * 2 * 8 * 2);
        let second_row = [0.0, 0.0, 1.0, 5.0, 2.0, 6.0, 0.0, 0.0]; // images 0 and 1, channel 0
        assert_eq!((&lanes[..8], &lanes[8..16]), (&[0.0; 8][..], &second_row[..]));
        assert_eq!(lanes[42..46], [9.0, 0.0, 10.0, 0.0]); // image 2 and nobody
        let mut y = vec![0.0; 4];
        // SAFETY: nobody else is there.
        unsafe { separate(&[1.0, 5.0, 2.0, 6.0], 2, 0.5, &Parts::new(&mut y), (0, 2, 2)) };
        assert_eq!(y, [1.5, 2.5, 5.5, 6.5]);
    }
}
