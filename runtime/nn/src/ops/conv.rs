//! Convolutions of images and of sequences.

mod direct;
mod elsewhere;
mod geometry;
mod gradient;
mod kernels;
mod lanes;
mod micro;
mod plan;
mod winograd;

use super::channels::AddChannels;
use super::custom::{apply2, apply3, ours};
use super::rectify::Bend;
use candle_core::{Result, Tensor, bail};
use geometry::{Geometry, windows};
use kernels::{Forward, Spread};

/// How a convolution moves over an image; the default is stride 1, no padding, no dilation, one
/// group.
///
/// ```
/// use candlelab_nn::ConvOptions;
/// let options = ConvOptions { stride: 2, padding: 1, ..ConvOptions::default() };
/// assert_eq!((options.dilation, options.groups), (1, 1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvOptions {
    /// Pixels from one window to the next.
    pub stride: usize,
    /// Zeros around the image, in pixels on each side.
    pub padding: usize,
    /// Pixels from one number of a window to the next.
    pub dilation: usize,
    /// Channels are split into so many groups, each with kernels of its own.
    pub groups: usize,
}

impl Default for ConvOptions {
    fn default() -> Self {
        Self { stride: 1, padding: 0, dilation: 1, groups: 1 }
    }
}

/// Convolution (cross-correlation) of images with square strides and padding:
/// `y[o, i, j] = b[o] + Σ_c Σ_u Σ_v w[o, c, u, v] · x[c, i·s + u − p, j·s + v − p]`.
///
/// Candle's own gradient is right but five times slower; on other devices than the CPU, and for
/// other types than f32 and f64, it is used.
///
/// In f32, batches with eight channels or more and windows of 2 × 2 or 3 × 3 numbers (a stride apart)
/// take fewer multiplications (Lavin and Gray, 2016, arXiv:1509.09308), with rounding errors like
/// those of the plain sum.
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
    conv2d_with(x, w, bias, ConvOptions { stride, padding, ..ConvOptions::default() })
}

/// As [`conv2d`], also with dilation `d` and groups:
/// `y[o, i, j] = b[o] + Σ_c Σ_u Σ_v w[o, c, u, v] · x[c, i·s + u·d − p, j·s + v·d − p]`, where `c`
/// runs over the channels of the group that `o` belongs to.
///
/// # Shapes
/// - `x`: `(batch, channels, height, width)`
/// - `w`: `(out, channels / groups, kernel_height, kernel_width)`; `bias`: `(out)`
/// - output: `(batch, out, (height + 2p − d·(kernel_height − 1) − 1) / s + 1, …)`
///
/// # Errors
/// If the shapes do not fit, the batch is empty, the stride is 0 or the kernel is larger than the
/// padded image.
///
/// ```
/// # use candlelab_nn::{conv2d_with, ConvOptions, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[[1f32, 2.0, 3.0]], &Device::Cpu)?.reshape((1, 1, 1, 3))?;
/// let w = Tensor::new(&[1f32, -1.0], &Device::Cpu)?.reshape((1, 1, 1, 2))?;
/// let y = conv2d_with(&x, &w, None, ConvOptions { dilation: 2, ..ConvOptions::default() })?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [-2.0]); // 1 − 3
/// # Ok(())
/// # }
/// ```
pub fn conv2d_with(
    x: &Tensor,
    w: &Tensor,
    bias: Option<&Tensor>,
    options: ConvOptions,
) -> Result<Tensor> {
    bent_conv2d(x, w, bias, options, Bend(None))
}

/// The same with a rectifier, in one go.
pub fn bent_conv2d(
    x: &Tensor,
    w: &Tensor,
    bias: Option<&Tensor>,
    options: ConvOptions,
    bend: Bend,
) -> Result<Tensor> {
    let sizes = forward_sizes("conv2d", x, w, options, false)?;
    check_bias("conv2d", bias, sizes.groups * sizes.outputs)?;
    convolve(x, w, bias, options, Forward { sizes, bend })
}

/// Convolution of sequences: as [`conv2d_with`] with one dimension,
/// `y[o, i] = b[o] + Σ_c Σ_u w[o, c, u] · x[c, i·s + u·d − p]`.
///
/// # Shapes
/// - `x`: `(batch, channels, length)`
/// - `w`: `(out, channels / groups, kernel)`; `bias`: `(out)`
/// - output: `(batch, out, (length + 2p − d·(kernel − 1) − 1) / s + 1)`
///
/// # Errors
/// As for [`conv2d_with`].
///
/// ```
/// # use candlelab_nn::{conv1d, ConvOptions, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[[[1f32, 2.0, 4.0]]], &Device::Cpu)?;
/// let w = Tensor::new(&[[[1f32, 1.0]]], &Device::Cpu)?;
/// let y = conv1d(&x, &w, None, ConvOptions { padding: 1, ..ConvOptions::default() })?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [1.0, 3.0, 6.0, 4.0]);
/// # Ok(())
/// # }
/// ```
pub fn conv1d(
    x: &Tensor,
    w: &Tensor,
    bias: Option<&Tensor>,
    options: ConvOptions,
) -> Result<Tensor> {
    let ((_, _, _), (_, _, _)) = (x.dims3()?, w.dims3()?);
    let (x, w) = (x.unsqueeze(2)?, w.unsqueeze(2)?); // height 1
    let sizes = forward_sizes("conv1d", &x, &w, options, true)?;
    check_bias("conv1d", bias, sizes.groups * sizes.outputs)?;
    if ours(&x) {
        let forward = Forward { sizes, bend: Bend(None) };
        return convolve(&x, &w, bias, options, forward)?.squeeze(2);
    }
    add_bias(elsewhere::conv1d(&x, &w, options)?, bias)
}

/// The transpose of [`conv2d_with`], which undoes its change of size: each pixel of `x` adds
/// `x · w` to a window of `y`, the windows `stride` apart. In short `y[o, i·s + u·d − p,
/// j·s + v·d − p] += x[c, i, j] · w[c, o, u, v]`, plus `b[o]`.
///
/// A convolution with stride 2 gives the same size for two sizes of image; `output_padding`, less
/// than the stride or the dilation, makes the larger one.
///
/// # Shapes
/// - `x`: `(batch, channels, height, width)`
/// - `w`: `(channels, out / groups, kernel_height, kernel_width)`; `bias`: `(out)`
/// - output: `(batch, out, (height − 1)·s − 2p + d·(kernel_height − 1) + 1 + output_padding, …)`
///
/// # Errors
/// If the shapes do not fit, the batch is empty, the stride is 0 or nothing is left of the output.
///
/// ```
/// # use candlelab_nn::{conv_transpose2d, ConvOptions, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[1f32, 2.0], &Device::Cpu)?.reshape((1, 1, 1, 2))?;
/// let w = Tensor::new(&[1f32, 10.0, 100.0], &Device::Cpu)?.reshape((1, 1, 1, 3))?;
/// let y = conv_transpose2d(&x, &w, None, ConvOptions { stride: 2, ..ConvOptions::default() }, 0)?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [1.0, 10.0, 102.0, 20.0, 200.0]);
/// # Ok(())
/// # }
/// ```
pub fn conv_transpose2d(
    x: &Tensor,
    w: &Tensor,
    bias: Option<&Tensor>,
    options: ConvOptions,
    output_padding: usize,
) -> Result<Tensor> {
    let sizes = transposed_sizes(x, w, options, output_padding)?;
    check_bias("conv_transpose2d", bias, sizes.groups * sizes.inputs)?;
    let y = match ours(x) {
        true => apply2(Spread(sizes), x, w)?,
        false => elsewhere::conv_transpose2d(x, w, options, output_padding)?,
    };
    add_bias(y, bias)
}

fn convolve(
    x: &Tensor,
    w: &Tensor,
    bias: Option<&Tensor>,
    options: ConvOptions,
    forward: Forward,
) -> Result<Tensor> {
    match bias {
        _ if !ours(x) => {
            let y = add_bias(elsewhere::conv2d(x, w, options)?, bias)?;
            forward.bend.alone(y)
        }
        Some(bias) => apply3(forward, x, w, bias),
        None => apply2(forward, x, w),
    }
}

/// `y[b, c, …] + bias[c]`.
fn add_bias(y: Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    let Some(bias) = bias else { return Ok(y) };
    if ours(&y) {
        return apply2(AddChannels::of(&y), &y, bias);
    }
    let mut shape = vec![1; y.rank()];
    shape[1] = bias.elem_count();
    y.broadcast_add(&bias.reshape(shape)?)
}

fn check_bias(name: &str, bias: Option<&Tensor>, outputs: usize) -> Result<()> {
    match bias {
        Some(bias) if bias.dims() != [outputs] => {
            bail!("shape mismatch in {name}, bias: {:?}, output channels: {outputs}", bias.dims())
        }
        _ => Ok(()),
    }
}

/// The sizes of a convolution; of one whose height is only there for the form if `flat`.
fn forward_sizes(
    name: &str,
    x: &Tensor,
    w: &Tensor,
    options: ConvOptions,
    flat: bool,
) -> Result<Geometry> {
    let (batch, channels, height, width) = x.dims4()?;
    let (out, inputs, kernel_height, kernel_width) = w.dims4()?;
    let ConvOptions { stride, padding, dilation, groups } = options;
    let vertical = if flat { (1, 0, 1) } else { (stride, padding, dilation) };
    let down = windows(height, kernel_height, vertical.0, vertical.1, vertical.2);
    let right = windows(width, kernel_width, stride, padding, dilation);
    let fits = batch > 0
        && dilation > 0
        && out > 0
        && inputs > 0
        && inputs.checked_mul(groups) == Some(channels)
        && out.is_multiple_of(groups.max(1))
        && x.dtype() == w.dtype();
    let (true, Some(down), Some(right)) = (fits, down, right) else {
        bail!("{}", mismatch(name, x, w, options));
    };
    Ok(Geometry {
        batch,
        groups,
        inputs,
        outputs: out / groups,
        image: (height, width),
        kernel: (kernel_height, kernel_width),
        stride: (vertical.0, stride),
        padding: (vertical.1, padding),
        dilation: (vertical.2, dilation),
        windows: (down, right),
    })
}

/// The sizes of the convolution whose transpose is meant: its image is our output.
fn transposed_sizes(
    x: &Tensor,
    w: &Tensor,
    options: ConvOptions,
    output_padding: usize,
) -> Result<Geometry> {
    let (batch, channels, height, width) = x.dims4()?;
    let (inner, inputs, kernel_height, kernel_width) = w.dims4()?;
    let ConvOptions { stride, padding, dilation, groups } = options;
    let size = |size: usize, kernel: usize| {
        let reach = (size.checked_sub(1)? * stride)
            .checked_add(kernel.checked_sub(1)?.checked_mul(dilation)? + 1)?;
        (reach + output_padding).checked_sub(2 * padding).filter(|size| *size > 0)
    };
    let fits = batch > 0
        && inputs > 0
        && channels == inner
        && channels > 0
        && stride > 0
        && dilation > 0
        && groups > 0
        && channels.is_multiple_of(groups)
        && output_padding < stride.max(dilation)
        && x.dtype() == w.dtype();
    let (true, Some(out_height), Some(out_width)) =
        (fits, size(height, kernel_height), size(width, kernel_width))
    else {
        let cause = mismatch("conv_transpose2d", x, w, options);
        bail!("{cause}, output padding: {output_padding}");
    };
    Ok(Geometry {
        batch,
        groups,
        inputs,
        outputs: channels / groups,
        image: (out_height, out_width),
        kernel: (kernel_height, kernel_width),
        stride: (stride, stride),
        padding: (padding, padding),
        dilation: (dilation, dilation),
        windows: (height, width),
    })
}

fn mismatch(name: &str, x: &Tensor, w: &Tensor, options: ConvOptions) -> String {
    if x.dims().first() == Some(&0) {
        return format!("{name}: the batch is empty, x: {:?}", x.dims());
    }
    if x.dtype() != w.dtype() {
        return format!("{name}: the types differ, x: {:?}, w: {:?}", x.dtype(), w.dtype());
    }
    let ConvOptions { stride, padding, dilation, groups } = options;
    format!(
        "shape mismatch in {name}, x: {:?}, w: {:?}, stride: {stride}, padding: {padding}, \
         dilation: {dilation}, groups: {groups}",
        x.dims(),
        w.dims()
    )
}
