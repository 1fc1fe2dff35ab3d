//! Random changes of images that leave their answers as they are.

use crate::{Error, Result};
use candle_core::{DType, Device, Tensor};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rand_distr::StandardNormal;

/// A random change of an image; each image gets a draw of its own.
///
/// What comes in from outside of an image is 0, and values may leave 0..1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Augment {
    /// A window of the image's size, anywhere in the image with `padding` zeros on each side
    /// (He and others 2016).
    Crop {
        /// How far the image moves at most, pixels.
        padding: usize,
    },
    /// Left and right exchanged, in half of the images.
    Flip,
    /// Turned around the middle by an angle from `−degrees..degrees`, bilinearly.
    Rotate {
        /// The largest angle.
        degrees: f64,
    },
    /// `b x` with `b` from `1 − range..1 + range`.
    Brightness {
        /// From 0 to 1.
        range: f64,
    },
    /// `x̄ + c (x − x̄)` with the image's mean `x̄` and `c` from `1 − range..1 + range`.
    Contrast {
        /// From 0 to 1.
        range: f64,
    },
    /// `x + ε` with a normal `ε` of mean 0 for each value.
    Noise {
        /// The standard deviation.
        deviation: f64,
    },
    /// A square of zeros in all channels, whose middle is anywhere in the image (DeVries and Taylor
    /// 2017).
    Cutout {
        /// Its side, pixels.
        size: usize,
    },
}

/// Changes images at random, one step after the other, by draws that `seed` alone decides.
///
/// Only training images are changed, and in each epoch anew:
/// [`Batches::augmented`](crate::Batches::augmented) does it batch by batch. No gradient flows back
/// through it.
///
/// # Shapes
/// - `x` and result: `(n, channels, height, width)`
///
/// # Errors
/// If `x` is not of this form, or a step's number makes no sense.
///
/// ```
/// use candlelab_data::{Augment, augment};
/// use candle_core::{DType, Device, Tensor};
/// let x = Tensor::ones((4, 1, 3, 3), DType::F32, &Device::Cpu)?;
/// let holes = augment(&x, &[Augment::Cutout { size: 1 }], 42)?; // one pixel of nine in each
/// assert_eq!(holes.sum((1, 2, 3))?.to_vec1::<f32>()?, [8., 8., 8., 8.]);
/// # Ok::<(), candlelab_data::Error>(())
/// ```
pub fn augment(x: &Tensor, steps: &[Augment], seed: u64) -> Result<Tensor> {
    check(x, steps)?;
    let (_, channels, height, width) = x.dims4()?;
    let size = Size { height, width };
    let mut values = x.to_device(&Device::Cpu)?.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?;
    let rng = &mut StdRng::seed_from_u64(seed);
    for image in values.chunks_mut((channels * height * width).max(1)) {
        for step in steps {
            step.change(image, size, rng);
        }
    }
    let changed = Tensor::from_vec(values, x.dims(), &Device::Cpu)?;
    Ok(changed.to_dtype(x.dtype())?.to_device(x.device())?)
}

/// Whether the steps can be applied to `x`.
pub(crate) fn check(x: &Tensor, steps: &[Augment]) -> Result<()> {
    if x.rank() != 4 || !x.dtype().is_float() {
        return Err(Error::invalid(
            "images to augment".to_owned(),
            "(n, channels, height, width), floats".to_owned(),
            format!("{:?}, {:?}", x.dims(), x.dtype()),
            "reshape rows of pixels to images first; grey ones have 1 channel",
        ));
    }
    steps.iter().try_for_each(Augment::check)
}

impl Augment {
    fn check(&self) -> Result<()> {
        let (fits, expected) = match *self {
            Self::Crop { .. } | Self::Flip => return Ok(()),
            Self::Rotate { degrees } => ((0. ..=180.).contains(&degrees), "degrees from 0 to 180"),
            Self::Brightness { range } | Self::Contrast { range } => {
                ((0. ..=1.).contains(&range), "a range from 0 to 1")
            }
            Self::Noise { deviation } => {
                (deviation >= 0. && deviation.is_finite(), "a deviation of 0 or more")
            }
            Self::Cutout { size } => (size > 0, "a square of at least 1 pixel"),
        };
        if fits {
            return Ok(());
        }
        let hint = "Rotate { degrees: 10.0 }, Brightness { range: 0.2 }, Cutout { size: 8 }";
        Err(Error::invalid("an augmentation".into(), expected.into(), format!("{self:?}"), hint))
    }

    fn change(self, image: &mut [f32], size: Size, rng: &mut StdRng) {
        match self {
            Self::Crop { padding } => {
                let [top, left] = [(); 2].map(|()| rng.random_range(0..=2 * padding));
                crop(image, size, padding, top, left);
            }
            Self::Flip if rng.random() => image.chunks_mut(size.width).for_each(<[f32]>::reverse),
            Self::Flip => {}
            Self::Rotate { degrees } => {
                rotate(image, size, rng.random_range(-degrees..=degrees).to_radians());
            }
            Self::Brightness { range } => {
                scale(image, 0., rng.random_range(1. - range..=1. + range));
            }
            Self::Contrast { range } => {
                let sum: f64 = image.iter().map(|x| f64::from(*x)).sum();
                let mean = sum / image.len() as f64;
                scale(image, mean, rng.random_range(1. - range..=1. + range));
            }
            Self::Noise { deviation } => {
                for x in image {
                    *x += (deviation * rng.sample::<f64, _>(StandardNormal)) as f32;
                }
            }
            Self::Cutout { size: side } => {
                let middle = [size.height, size.width].map(|length| rng.random_range(0..length));
                cut_out(image, size, side, middle);
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Size {
    height: usize,
    width: usize,
}

impl Size {
    /// Makes each channel of an image anew; `at` gives the value for row and column from the old
    /// channel.
    fn remake(self, image: &mut [f32], at: impl Fn(&Channel, usize, usize) -> f32) {
        for channel in image.chunks_mut(self.height * self.width) {
            let old = Channel { values: channel.to_vec(), size: self };
            for (place, value) in channel.iter_mut().enumerate() {
                *value = at(&old, place / self.width, place % self.width);
            }
        }
    }
}

struct Channel {
    values: Vec<f32>,
    size: Size,
}

impl Channel {
    /// The value at a place, 0 outside.
    fn at(&self, row: isize, column: isize) -> f32 {
        let inside = |at: isize, length| usize::try_from(at).ok().filter(|at| *at < length);
        let Size { height, width } = self.size;
        match (inside(row, height), inside(column, width)) {
            (Some(row), Some(column)) => self.values[row * width + column],
            _ => 0.,
        }
    }

    /// The value between four places, each weighed by how near it is.
    fn between(&self, row: f64, column: f64) -> f32 {
        let (top, left) = (row.floor(), column.floor());
        let (down, right) = ((row - top) as f32, (column - left) as f32);
        let (top, left) = (top as isize, left as isize);
        let line = |row| (1. - right) * self.at(row, left) + right * self.at(row, left + 1);
        (1. - down) * line(top) + down * line(top + 1)
    }
}

/// The window whose corner is at `top`, `left` of the padded image.
fn crop(image: &mut [f32], size: Size, padding: usize, top: usize, left: usize) {
    let (down, right) = (top as isize - padding as isize, left as isize - padding as isize);
    size.remake(image, |old, row, column| old.at(row as isize + down, column as isize + right));
}

/// Turns an image against the clock by `angle`, in radians.
fn rotate(image: &mut [f32], size: Size, angle: f64) {
    let (sin, cos) = angle.sin_cos();
    let [y0, x0] = [size.height, size.width].map(|length| (length as f64 - 1.) / 2.);
    size.remake(image, |old, row, column| {
        let (y, x) = (row as f64 - y0, column as f64 - x0);
        old.between(y0 + sin * x + cos * y, x0 + cos * x - sin * y)
    });
}

/// `centre + factor (x − centre)`
fn scale(image: &mut [f32], centre: f64, factor: f64) {
    for x in image {
        *x = (centre + factor * (f64::from(*x) - centre)) as f32;
    }
}

/// Puts zeros into the square of `side` around `middle`, as far as it lies in the image.
fn cut_out(image: &mut [f32], size: Size, side: usize, middle: [usize; 2]) {
    let span = |at: usize| {
        let from = at as isize - (side / 2) as isize;
        from..from + side as isize
    };
    let [rows, columns] = middle.map(span);
    size.remake(image, |old, row, column| {
        let (row, column) = (row as isize, column as isize);
        if rows.contains(&row) && columns.contains(&column) { 0. } else { old.at(row, column) }
    });
}

#[cfg(test)]
mod tests;
