//! Maps made larger or smaller.

use crate::score::like;
use candle_core::{Result, Tensor, bail};
use candlelab_nn::linear;

/// Maps in another size, by bilinear interpolation: to lay a coarse map over an image.
///
/// Each new pixel's centre falls between four old ones and takes their mean, weighted by nearness;
/// beyond the outermost centres the border goes on. PyTorch calls this `bilinear` with
/// `align_corners=False`.
///
/// # Shapes
/// - `maps`: `(…, h, w)`; output: `(…, height, width)`
///
/// # Errors
/// If there is no pixel before or after.
///
/// ```
/// # use candlelab_explain::resize;
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let map = Tensor::new(&[[0f32, 4.0]], &Device::Cpu)?;
/// assert_eq!(resize(&map, 1, 4)?.to_vec2::<f32>()?, [[0.0, 1.0, 3.0, 4.0]]);
/// # Ok(())
/// # }
/// ```
pub fn resize(maps: &Tensor, height: usize, width: usize) -> Result<Tensor> {
    let &[.., h, w] = maps.dims() else { bail!("maps are (…, h, w), found {:?}", maps.dims()) };
    if maps.elem_count() * height * width == 0 {
        bail!("resize: there are no pixels, {:?} to {height} × {width}", maps.dims());
    }
    let wide = linear(maps, &like(maps, weights(w, width), &[width, w])?, None)?; // (…, h, width)
    let columns = wide.transpose(wide.rank() - 2, wide.rank() - 1)?; // (…, width, h)
    let resized = linear(&columns, &like(maps, weights(h, height), &[height, h])?, None)?;
    resized.transpose(wide.rank() - 2, wide.rank() - 1)?.contiguous() // (…, height, width)
}

/// The matrix `(to, from)` whose rows say what a new pixel is made of.
fn weights(from: usize, to: usize) -> Vec<f64> {
    let mut weights = vec![0.0; to * from];
    for (row, weights) in weights.chunks_exact_mut(from).enumerate() {
        let centre = (row as f64 + 0.5) * from as f64 / to as f64 - 0.5;
        let centre = centre.clamp(0.0, (from - 1) as f64);
        let left = centre as usize;
        let share = centre - left as f64;
        weights[left] += 1.0 - share;
        weights[(left + 1).min(from - 1)] += share;
    }
    weights
}
