//! Convolution as one matrix product over the whole batch.
//!
//! Every window of every image becomes a column (`im2col`); the weights, a row per output
//! channel, multiply that matrix. The gradient of the columns is added back to the pixels they
//! came from (`col2im`).

use super::float::{Float, Map1};
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

/// The sizes of a convolution over a batch of images.
#[derive(Clone, Copy, Debug)]
struct Windows {
    batch: usize,
    channels: usize,
    height: usize,
    width: usize,
    kernel: (usize, usize),
    stride: usize,
    padding: usize,
}

impl Windows {
    fn out_height(&self) -> usize {
        (self.height + 2 * self.padding - self.kernel.0) / self.stride + 1
    }

    fn out_width(&self) -> usize {
        (self.width + 2 * self.padding - self.kernel.1) / self.stride + 1
    }

    fn rows(&self) -> usize {
        self.channels * self.kernel.0 * self.kernel.1
    }

    fn columns(&self) -> usize {
        self.batch * self.out_height() * self.out_width()
    }

    /// The channel and the place within the window that a row stands for.
    fn row(&self, row: usize) -> (usize, usize, usize) {
        let (height, width) = self.kernel;
        (row / (height * width), row / width % height, row % width)
    }

    /// The output columns whose window reaches an existing pixel at offset `place`, and the first
    /// such pixel.
    fn inside(&self, place: usize) -> (std::ops::Range<usize>, usize) {
        let first = self.padding.saturating_sub(place).div_ceil(self.stride);
        let end = (self.width + self.padding).saturating_sub(place).div_ceil(self.stride);
        let end = end.min(self.out_width());
        (first.min(end)..end, (first * self.stride + place).saturating_sub(self.padding))
    }

    /// Where the image row that output row `out_row` meets at window row `place` starts, if any.
    fn image_row(
        &self,
        image: usize,
        channel: usize,
        out_row: usize,
        place: usize,
    ) -> Option<usize> {
        let row = (out_row * self.stride + place).checked_sub(self.padding)?;
        let plane = (image * self.channels + channel) * self.height;
        (row < self.height).then_some((plane + row) * self.width)
    }
}

struct Im2Col(Windows);

impl Map1 for Im2Col {
    const NAME: &'static str = "conv2d";

    fn map<T: Float>(&self, pixels: &[T]) -> Vec<T> {
        let sizes = self.0;
        let mut columns = vec![T::ZERO; sizes.rows() * sizes.columns()];
        columns.par_chunks_mut(sizes.columns()).enumerate().for_each(|(row, columns)| {
            let (channel, down, right) = sizes.row(row);
            let (inside, first) = sizes.inside(right);
            for (at, line) in columns.chunks_mut(sizes.out_width()).enumerate() {
                let (image, out_row) = (at / sizes.out_height(), at % sizes.out_height());
                let Some(start) = sizes.image_row(image, channel, out_row, down) else { continue };
                let source = pixels[start + first.min(sizes.width)..start + sizes.width].iter();
                let source = source.step_by(sizes.stride);
                line[inside.clone()].iter_mut().zip(source).for_each(|(to, from)| *to = *from);
            }
        });
        columns
    }
}

struct Col2Im(Windows);

impl Map1 for Col2Im {
    const NAME: &'static str = "the gradient of conv2d";

    fn map<T: Float>(&self, columns: &[T]) -> Vec<T> {
        let sizes = self.0;
        let plane = sizes.height * sizes.width;
        let outputs = sizes.out_height() * sizes.out_width();
        let mut pixels = vec![T::ZERO; sizes.batch * sizes.channels * plane];
        pixels.par_chunks_mut(plane).enumerate().for_each(|(at, pixels)| {
            let (image, channel) = (at / sizes.channels, at % sizes.channels);
            let places = sizes.kernel.0 * sizes.kernel.1;
            for row in channel * places..(channel + 1) * places {
                let (_, down, right) = sizes.row(row);
                let (inside, first) = sizes.inside(right);
                let start = row * sizes.columns() + image * outputs;
                let lines = columns[start..start + outputs].chunks(sizes.out_width());
                for (out_row, line) in lines.enumerate() {
                    // Within this plane: image and channel 0.
                    let Some(start) = sizes.image_row(0, 0, out_row, down) else { continue };
                    let target = &mut pixels[start + first.min(sizes.width)..start + sizes.width];
                    let target = target.iter_mut().step_by(sizes.stride);
                    target.zip(&line[inside.clone()]).for_each(|(to, from)| *to += *from);
                }
            }
        });
        pixels
    }
}

impl CustomOp1 for Im2Col {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        Ok((self.run(storage, layout)?, (self.0.rows(), self.0.columns()).into()))
    }

    fn bwd(
        &self,
        _pixels: &Tensor,
        _columns: &Tensor,
        gradient: &Tensor,
    ) -> Result<Option<Tensor>> {
        gradient.contiguous()?.apply_op1_no_bwd(&Col2Im(self.0)).map(Some)
    }
}

impl CustomOp1 for Col2Im {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let Windows { batch, channels, height, width, .. } = self.0;
        Ok((self.run(storage, layout)?, (batch, channels, height, width).into()))
    }
}

/// Convolution (cross-correlation) of images with square strides and padding:
/// `y[o, i, j] = b[o] + Σ_c Σ_u Σ_v w[o, c, u, v] · x[c, i·s + u − p, j·s + v − p]`.
///
/// Candle's own gradient is right but five times slower; on other devices than the CPU it is used.
///
/// # Shapes
/// - `x`: `(batch, channels, height, width)`
/// - `w`: `(out, channels, kernel_height, kernel_width)`; `bias`: `(out)`
/// - output: `(batch, out, (height + 2p − kernel_height) / s + 1, …)`
///
/// # Errors
/// If the shapes do not fit, the batch is empty, the stride is 0 or the kernel is larger than the
/// padded image.
///
/// ```
/// # use candlelab_nn::{conv2d, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[[1f32, 2.0, 3.0]], &Device::Cpu)?.reshape((1, 1, 1, 3))?;
/// let w = Tensor::new(&[1f32, -1.0], &Device::Cpu)?.reshape((1, 1, 1, 2))?;
/// let y = conv2d(&x, &w, None, 1, 0)?; // 1 − 2 and 2 − 3
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [-1.0, -1.0]);
/// # Ok(())
/// # }
/// ```
pub fn conv2d(
    x: &Tensor,
    w: &Tensor,
    bias: Option<&Tensor>,
    stride: usize,
    padding: usize,
) -> Result<Tensor> {
    let (batch, channels, height, width) = x.dims4()?;
    let (out, inner, kernel_height, kernel_width) = w.dims4()?;
    let padded = (height + 2 * padding, width + 2 * padding);
    if channels != inner
        || batch == 0
        || stride == 0
        || kernel_height > padded.0
        || kernel_width > padded.1
    {
        bail!(
            "shape mismatch in conv2d, x: {:?}, w: {:?}, stride: {stride}, padding: {padding}",
            x.dims(),
            w.dims()
        );
    }
    let y = if x.device().is_cpu() {
        let kernel = (kernel_height, kernel_width);
        let sizes = Windows { batch, channels, height, width, kernel, stride, padding };
        let columns = x.contiguous()?.apply_op1(Im2Col(sizes))?; // (channels·kernel, batch·windows)
        let y = w.reshape((out, sizes.rows()))?.matmul(&columns)?; // (out, batch·windows)
        let y = y.reshape((out, batch, sizes.out_height(), sizes.out_width()))?;
        y.transpose(0, 1)?.contiguous()?
    } else {
        x.conv2d(w, padding, stride, 1, 1)?
    };
    match bias {
        Some(bias) => y.broadcast_add(&bias.reshape((1, out, 1, 1))?),
        None => Ok(y),
    }
}
