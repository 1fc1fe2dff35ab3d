//! Max-pooling whose gradient goes to the maximum.

use super::float::{Float, Map1, Map2};
use candle_core::{CpuStorage, CustomOp1, CustomOp2, Device, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;
use std::cmp::Ordering;

#[derive(Clone, Copy, Debug)]
struct Pool {
    /// Images times channels.
    planes: usize,
    height: usize,
    width: usize,
    kernel: usize,
    stride: usize,
}

impl Pool {
    fn out_height(&self) -> usize {
        (self.height - self.kernel) / self.stride + 1
    }

    fn out_width(&self) -> usize {
        (self.width - self.kernel) / self.stride + 1
    }

    /// The pixel of the first maximum in the window of an output.
    fn argmax<T: Float>(&self, plane: &[T], output: usize) -> usize {
        let top = output / self.out_width() * self.stride;
        let left = output % self.out_width() * self.stride;
        let mut best = (top * self.width + left, T::LOWEST);
        for row in top..top + self.kernel {
            let start = row * self.width + left;
            for (right, value) in plane[start..start + self.kernel].iter().enumerate() {
                // NaN, which compares with nothing, is passed on, so that it is seen.
                if !matches!(value.partial_cmp(&best.1), Some(Ordering::Less | Ordering::Equal)) {
                    best = (start + right, *value);
                }
            }
        }
        best.0
    }
}

struct Forward(Pool);

impl Map1 for Forward {
    const NAME: &'static str = "max_pool2d";

    fn map<T: Float>(&self, pixels: &[T]) -> Vec<T> {
        let pool = self.0;
        let outputs = pool.out_height() * pool.out_width();
        let mut maxima = vec![T::ZERO; pool.planes * outputs];
        let planes = pixels.par_chunks(pool.height * pool.width);
        maxima.par_chunks_mut(outputs).zip(planes).for_each(|(maxima, plane)| {
            for (output, maximum) in maxima.iter_mut().enumerate() {
                *maximum = plane[pool.argmax(plane, output)];
            }
        });
        maxima
    }
}

struct Backward(Pool);

impl Map2 for Backward {
    const NAME: &'static str = "the gradient of max_pool2d";

    fn map<T: Float>(&self, pixels: &[T], gradient: &[T]) -> Vec<T> {
        let pool = self.0;
        let size = pool.height * pool.width;
        let mut result = vec![T::ZERO; pixels.len()];
        let planes = pixels.par_chunks(size);
        let gradients = gradient.par_chunks(pool.out_height() * pool.out_width());
        result.par_chunks_mut(size).zip(planes).zip(gradients).for_each(
            |((result, plane), gradient)| {
                for (output, gradient) in gradient.iter().enumerate() {
                    result[pool.argmax(plane, output)] += *gradient;
                }
            },
        );
        result
    }
}

impl CustomOp1 for Forward {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let dims = layout.dims();
        let shape = (dims[0], dims[1], self.0.out_height(), self.0.out_width());
        Ok((self.run(storage, layout)?, shape.into()))
    }

    fn bwd(&self, x: &Tensor, _result: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        x.apply_op2_no_bwd(&gradient.contiguous()?, &Backward(self.0)).map(Some)
    }
}

impl CustomOp2 for Backward {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        gradient: &CpuStorage,
        gradient_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let result = self.run((x, x_layout), (gradient, gradient_layout))?;
        Ok((result, x_layout.shape().clone()))
    }
}

/// The largest value of each `kernel × kernel` window, windows `stride` apart.
///
/// The gradient goes to the first maximum of each window, as in PyTorch; Candle's own spreads it,
/// four times too small for 2×2 windows. A tensor on another device is
/// pooled on the CPU, which is slow but right.
///
/// # Shapes
/// - `x`: `(batch, channels, height, width)`
/// - output: `(batch, channels, (height − kernel) / stride + 1, (width − kernel) / stride + 1)`
///
/// # Errors
/// If the window is empty or larger than the image, or the batch is empty.
///
/// ```
/// # use candlelab_nn::{max_pool2d, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[[1f32, 2.0], [4.0, 3.0]], &Device::Cpu)?.reshape((1, 1, 2, 2))?;
/// assert_eq!(max_pool2d(&x, 2, 2)?.flatten_all()?.to_vec1::<f32>()?, [4.0]);
/// # Ok(())
/// # }
/// ```
pub fn max_pool2d(x: &Tensor, kernel: usize, stride: usize) -> Result<Tensor> {
    let (batch, channels, height, width) = x.dims4()?;
    if kernel == 0 || stride == 0 || kernel > height.min(width) || batch == 0 {
        bail!(
            "shape mismatch in max_pool2d, x: {:?}, kernel: {kernel}, stride: {stride}",
            x.dims()
        );
    }
    if !x.device().is_cpu() {
        return max_pool2d(&x.to_device(&Device::Cpu)?, kernel, stride)?.to_device(x.device());
    }
    let pool = Pool { planes: batch * channels, height, width, kernel, stride };
    x.contiguous()?.apply_op1(Forward(pool))
}
