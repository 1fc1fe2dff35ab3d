//! Windows of an image covered one after the other.

use crate::score::{ROWS, class_scores, like};
use candle_core::{Module, Result, Tensor, bail};
use candlelab_host::check_interrupt;

/// How much the score of a class falls when a window is covered (Zeiler and Fergus 2014):
/// `z_c(x) − z_c(x with the window set to fill)`, for windows of `size × size` pixels that lie
/// `stride` apart.
///
/// # Shapes
/// - `x`: `(n, channels, height, width)`
/// - output: `(n, rows, columns)`, a number a window; `rows = (height − size) / stride + 1`
///
/// # Errors
/// If no window fits or there is no such class.
///
/// ```
/// # use candlelab_explain::occlusion;
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let model = |x: &Tensor| x.flatten_from(1)?.sum_keepdim(1);
/// let x = Tensor::new(&[[1f32, 0.0], [0.0, 3.0]], &Device::Cpu)?.reshape((1, 1, 2, 2))?;
/// let fall = occlusion(&model, &x, 0, 1, 1, 0.0)?; // each pixel's own part of the sum
/// assert_eq!(fall.squeeze(0)?.to_vec2::<f32>()?, [[1.0, 0.0], [0.0, 3.0]]);
/// # Ok(())
/// # }
/// ```
pub fn occlusion(
    model: &dyn Module,
    x: &Tensor,
    class: usize,
    size: usize,
    stride: usize,
    fill: f64,
) -> Result<Tensor> {
    let (n, _, height, width) = x.dims4()?;
    if size == 0 || stride == 0 || size > height || size > width {
        bail!("occlusion: no window of {size} pixels, {stride} apart, in x: {:?}", x.dims());
    }
    let (rows, columns) = ((height - size) / stride + 1, (width - size) / stride + 1);
    let windows: Vec<usize> = (0..rows * columns).collect();
    let whole = class_scores(model, x, class)?.detach(); // (n)
    let mut falls = Vec::new();
    for image in 0..n {
        let pixels = x.narrow(0, image, 1)?;
        for windows in windows.chunks(ROWS) {
            check_interrupt();
            let corners = windows.iter().map(|at| (at / columns * stride, at % columns * stride));
            let cover = cover(x, corners.collect(), size)?; // (windows, 1, height, width)
            let seen = pixels.broadcast_mul(&(1.0 - &cover)?)?.broadcast_add(&(cover * fill)?)?;
            let scores = class_scores(model, &seen, class)?.detach(); // (windows)
            falls.push(whole.narrow(0, image, 1)?.broadcast_sub(&scores)?);
        }
    }
    Tensor::cat(&falls, 0)?.reshape((n, rows, columns))
}

/// 1 in the window at each corner, 0 elsewhere.
fn cover(x: &Tensor, corners: Vec<(usize, usize)>, size: usize) -> Result<Tensor> {
    let (_, _, height, width) = x.dims4()?;
    let mut cover = vec![0.0; corners.len() * height * width];
    for (image, (top, left)) in cover.chunks_exact_mut(height * width).zip(&corners) {
        for row in image.chunks_exact_mut(width).skip(*top).take(size) {
            row[*left..left + size].fill(1.0);
        }
    }
    like(x, cover, &[corners.len(), 1, height, width])
}
