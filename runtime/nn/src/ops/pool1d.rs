//! Pooling of sequences, and to a size that is given.

use candle_core::{D, DType, Device, Result, Tensor, bail};

/// All windows of `kernel` numbers, `stride` apart: `(batch, channels, length)` to
/// `(batch, channels, windows, kernel)`.
fn windows(name: &str, x: &Tensor, kernel: usize, stride: usize) -> Result<Tensor> {
    let (batch, channels, length) = x.dims3()?;
    if kernel == 0 || stride == 0 || kernel > length {
        bail!("shape mismatch in {name}, x: {:?}, kernel: {kernel}, stride: {stride}", x.dims());
    }
    let count = (length - kernel) / stride + 1;
    let places = (0..count).flat_map(|i| (0..kernel).map(move |u| (i * stride + u) as u32));
    let places = Tensor::from_iter(places, x.device())?;
    x.contiguous()?.index_select(&places, 2)?.reshape((batch, channels, count, kernel))
}

/// The largest of each window of `kernel` numbers, windows `stride` apart; the gradient goes to the
/// first of them.
///
/// # Shapes
/// - `x`: `(batch, channels, length)`; output: `(batch, channels, (length − kernel) / stride + 1)`
///
/// # Errors
/// If the window is empty or longer than the sequence.
///
/// ```
/// # use candlelab_nn::{Device, Result, Tensor, max_pool1d};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[[[1f32, 4.0, 2.0, 3.0]]], &Device::Cpu)?;
/// assert_eq!(max_pool1d(&x, 2, 2)?.flatten_all()?.to_vec1::<f32>()?, [4.0, 3.0]);
/// # Ok(())
/// # }
/// ```
pub fn max_pool1d(x: &Tensor, kernel: usize, stride: usize) -> Result<Tensor> {
    let windows = windows("max_pool1d", x, kernel, stride)?;
    let seen = windows.detach();
    // NaN, the only number that is not itself, counts as the largest, so that it is passed on.
    let infinite = Tensor::full(f64::INFINITY, seen.shape(), x.device())?.to_dtype(x.dtype())?;
    let largest = seen.ne(&seen)?.where_cond(&infinite, &seen)?.argmax_keepdim(D::Minus1)?;
    windows.gather(&largest, D::Minus1)?.squeeze(D::Minus1)
}

/// The mean of each window of `kernel` numbers, windows `stride` apart.
///
/// # Shapes
/// - `x`: `(batch, channels, length)`; output: `(batch, channels, (length − kernel) / stride + 1)`
///
/// # Errors
/// If the window is empty or longer than the sequence.
///
/// ```
/// # use candlelab_nn::{Device, Result, Tensor, avg_pool1d};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[[[1f32, 4.0, 2.0, 3.0]]], &Device::Cpu)?;
/// assert_eq!(avg_pool1d(&x, 2, 1)?.flatten_all()?.to_vec1::<f32>()?, [2.5, 3.0, 2.5]);
/// # Ok(())
/// # }
/// ```
pub fn avg_pool1d(x: &Tensor, kernel: usize, stride: usize) -> Result<Tensor> {
    windows("avg_pool1d", x, kernel, stride)?.mean(D::Minus1)
}

/// The means of as many windows as give an image of `height` and `width`: window `i` of `n` over a
/// side of `size` pixels goes from `⌊i·size/n⌋` to before `⌈(i+1)·size/n⌉`, as in PyTorch.
///
/// # Shapes
/// - `x`: `(batch, channels, …, …)`; output: `(batch, channels, height, width)`
///
/// # Errors
/// If either image is empty.
///
/// ```
/// # use candlelab_nn::{Device, Result, Tensor, adaptive_avg_pool2d};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(&[1f32, 3.0, 8.0], &Device::Cpu)?.reshape((1, 1, 1, 3))?;
/// let y = adaptive_avg_pool2d(&x, 1, 2)?; // (1 + 3) / 2 and (3 + 8) / 2
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [2.0, 5.5]);
/// # Ok(())
/// # }
/// ```
pub fn adaptive_avg_pool2d(x: &Tensor, height: usize, width: usize) -> Result<Tensor> {
    let (_, _, rows, columns) = x.dims4()?;
    if x.elem_count() == 0 || height * width == 0 {
        bail!("adaptive_avg_pool2d: no pixels, x: {:?}, output: {height}×{width}", x.dims());
    }
    let down = means(rows, height, x.dtype(), x.device())?; // (height, rows)
    let right = means(columns, width, x.dtype(), x.device())?.t()?; // (columns, width)
    down.broadcast_matmul(&x.contiguous()?.broadcast_matmul(&right.contiguous()?)?)
}

/// The matrix that takes the means of `n` windows over `size` numbers.
fn means(size: usize, n: usize, dtype: DType, device: &Device) -> Result<Tensor> {
    let row = |i: usize| {
        let window = i * size / n..((i + 1) * size).div_ceil(n);
        let share = 1.0 / window.len() as f64;
        (0..size).map(move |at| if window.contains(&at) { share } else { 0.0 })
    };
    let numbers: Vec<f64> = (0..n).flat_map(row).collect();
    Tensor::from_vec(numbers, (n, size), &Device::Cpu)?.to_dtype(dtype)?.to_device(device)
}
