//! Which pixels the windows of a convolution see.

use crate::ops::float::Float;
use crate::ops::linear::Affine;
use std::ops::Range;

/// The sizes of a convolution over a batch of images; pairs are (vertical, horizontal).
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    pub batch: usize,
    pub groups: usize,
    /// Channels of the image in a group.
    pub inputs: usize,
    /// Channels of the result in a group.
    pub outputs: usize,
    pub image: (usize, usize),
    pub kernel: (usize, usize),
    pub stride: (usize, usize),
    pub padding: (usize, usize),
    pub dilation: (usize, usize),
    /// Windows in a column and in a row.
    pub windows: (usize, usize),
}

/// How many windows fit in `size` padded pixels; none if the stride is 0 or the kernel too large.
pub fn windows(
    size: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
    dilation: usize,
) -> Option<usize> {
    let reach = kernel.checked_sub(1)?.checked_mul(dilation)?.checked_add(1)?;
    Some((size + 2 * padding).checked_sub(reach)?.checked_div(stride)? + 1)
}

/// Numbers that stay in a core's own cache.
const TILE: usize = 1 << 16;

impl Geometry {
    /// Numbers in a window: the columns' height.
    pub fn rows(&self) -> usize {
        self.inputs * self.kernel.0 * self.kernel.1
    }

    /// Pixels of an image in a group, all channels.
    pub fn image_size(&self) -> usize {
        self.inputs * self.image.0 * self.image.1
    }

    /// Windows of an image.
    pub fn places(&self) -> usize {
        self.windows.0 * self.windows.1
    }

    /// Multiplications in all.
    pub fn work(&self) -> usize {
        self.batch * self.groups * self.outputs * self.rows() * self.places()
    }

    /// The only window is the whole image, so that all is an affine map.
    pub fn as_affine(&self) -> Option<Affine> {
        let whole = self.groups == 1
            && self.places() == 1
            && (self.kernel, self.padding, self.dilation) == (self.image, (0, 0), (1, 1));
        whole.then(|| Affine { rows: self.batch, inputs: self.rows(), outputs: self.outputs })
    }

    /// The columns are the image itself.
    pub fn is_pointwise(&self) -> bool {
        (self.kernel, self.stride, self.padding) == ((1, 1), (1, 1), (0, 0))
    }

    /// Rows of windows, a few at a time, so that their columns stay in the cache.
    pub fn tiles(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let height = self.windows.0;
        let step = (TILE / (self.rows() * self.windows.1).max(1)).clamp(1, height.max(1));
        (0..height).step_by(step).map(move |first| first..height.min(first + step))
    }

    /// The columns' numbers of the largest tile.
    pub fn tile_size(&self) -> usize {
        self.tiles().next().map_or(0, |tile| tile.len()) * self.windows.1 * self.rows()
    }

    /// The windows of a row that meet the image with column `right` of the kernel, and the pixel
    /// that the first of them meets.
    fn inside(&self, right: usize) -> (Range<usize>, usize) {
        let (stride, place) = (self.stride.1, right * self.dilation.1);
        let first = self.padding.1.saturating_sub(place).div_ceil(stride);
        let end = (self.image.1 + self.padding.1).saturating_sub(place).div_ceil(stride);
        let end = end.min(self.windows.1);
        (first.min(end)..end, (first * stride + place).saturating_sub(self.padding.1))
    }

    /// The image row that a row of windows meets with row `down` of the kernel.
    fn image_row(&self, window: usize, down: usize) -> Option<usize> {
        let row = window * self.stride.0 + down * self.dilation.0;
        row.checked_sub(self.padding.0).filter(|row| *row < self.image.0)
    }

    /// Where each line of a tile's columns comes from: calls `f(line, row, inside)` with the
    /// line's place among the columns, the pixels of the image row from the first that it meets
    /// (empty if it meets none) and the windows that meet them.
    fn lines(&self, tile: &Range<usize>, mut f: impl FnMut(usize, Range<usize>, Range<usize>)) {
        let (height, width) = self.image;
        let mut line = 0;
        for channel in 0..self.inputs {
            for down in 0..self.kernel.0 {
                for right in 0..self.kernel.1 {
                    let (inside, first) = self.inside(right);
                    for window in tile.clone() {
                        match self.image_row(window, down) {
                            Some(row) if !inside.is_empty() => {
                                let start = (channel * height + row) * width;
                                f(line, start + first..start + width, inside.clone());
                            }
                            _ => f(line, 0..0, 0..0),
                        }
                        line += self.windows.1;
                    }
                }
            }
        }
    }

    /// `im2col`: makes each window of `tile` a column of `(channel, down, right)`, windows side by
    /// side, with 0 outside the image.
    pub fn gather<T: Float>(&self, image: &[T], tile: &Range<usize>, columns: &mut [T]) {
        let (width, stride) = (self.windows.1, self.stride.1);
        self.lines(tile, |line, row, inside| {
            let line = &mut columns[line..line + width];
            line[..inside.start].fill(T::ZERO);
            line[inside.end..].fill(T::ZERO);
            let line = &mut line[inside];
            if stride == 1 {
                line.copy_from_slice(&image[row.start..row.start + line.len()]);
            } else {
                let row = image[row].iter().step_by(stride);
                line.iter_mut().zip(row).for_each(|(to, from)| *to = *from);
            }
        });
    }

    /// `col2im`: adds each number of the columns to the pixel that it came from.
    pub fn scatter<T: Float>(&self, columns: &[T], tile: &Range<usize>, image: &mut [T]) {
        let stride = self.stride.1;
        self.lines(tile, |line, row, inside| {
            let line = &columns[line + inside.start..line + inside.end];
            if stride == 1 {
                let row = &mut image[row.start..row.start + line.len()];
                row.iter_mut().zip(line).for_each(|(to, from)| *to += *from);
            } else {
                let row = image[row].iter_mut().step_by(stride);
                row.zip(line).for_each(|(to, from)| *to += *from);
            }
        });
    }
}
