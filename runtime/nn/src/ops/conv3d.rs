//! Convolutions of volumes.

use super::conv::{ConvOptions, conv2d_with};
use candle_core::{Result, Tensor, bail};

/// Convolution (cross-correlation) of volumes, such as scans and short films, with the same stride,
/// padding and dilation in all three directions: as [`conv2d_with`] with one more sum,
/// `y[o, i, j, k] = b[o] + Σ_c Σ_t Σ_u Σ_v w[o, c, t, u, v] ·
/// x[c, i·s + t·d − p, j·s + u·d − p, k·s + v·d − p]`.
///
/// It is the sum over `t` of convolutions of images, simple and not tuned for speed.
///
/// # Shapes
/// - `x`: `(batch, channels, depth, height, width)`
/// - `w`: `(out, channels / groups, kernel_depth, kernel_height, kernel_width)`; `bias`: `(out)`
/// - output: `(batch, out, (depth + 2p − d·(kernel_depth − 1) − 1) / s + 1, …)`
///
/// # Errors
/// If the shapes do not fit, the batch is empty, the stride is 0 or the kernel is larger than the
/// padded volume.
///
/// ```
/// # use candlelab_nn::{ConvOptions, Device, Result, Tensor, conv3d};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[1f32, 2.0, 4.0], &Device::Cpu)?.reshape((1, 1, 3, 1, 1))?;
/// let w = Tensor::new(&[1f32, 10.0], &Device::Cpu)?.reshape((1, 1, 2, 1, 1))?;
/// let y = conv3d(&x, &w, None, ConvOptions::default())?; // 1 + 20 and 2 + 40
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [21.0, 42.0]);
/// # Ok(())
/// # }
/// ```
pub fn conv3d(
    x: &Tensor,
    w: &Tensor,
    bias: Option<&Tensor>,
    options: ConvOptions,
) -> Result<Tensor> {
    let ((batch, _, depth, _, _), (_, _, kernel, _, _)) = (x.dims5()?, w.dims5()?);
    let ConvOptions { stride, padding, dilation, .. } = options;
    let reach = kernel.saturating_sub(1) * dilation + 1;
    let (Some(room), true) = ((depth + 2 * padding).checked_sub(reach), stride * kernel > 0) else {
        let (x, w) = (x.dims(), w.dims());
        bail!("shape mismatch in conv3d, x: {x:?}, w: {w:?}, {options:?}");
    };
    let slices = room / stride + 1;
    let x = x.pad_with_zeros(2, padding, padding)?.transpose(1, 2)?.contiguous()?; // (batch, depth, channels, …)
    let layer = |t: usize| {
        let depths = (0..slices).map(|i| (i * stride + t * dilation) as u32);
        let depths = Tensor::from_iter(depths, x.device())?;
        let x = x.index_select(&depths, 1)?.flatten(0, 1)?; // (batch · slices, channels, …)
        let bias = if t == 0 { bias } else { None }; // added once
        conv2d_with(&x, &w.narrow(2, t, 1)?.squeeze(2)?, bias, options)
    };
    let y = (1..kernel).try_fold(layer(0)?, |sum, t| sum + layer(t)?)?; // (batch · slices, out, …)
    let (_, outputs, height, width) = y.dims4()?;
    y.reshape((batch, slices, outputs, height, width))?.transpose(1, 2)?.contiguous()
}
