//! Images in other sizes.

use candle_core::{Result, Tensor, bail};

/// Scales images: each new pixel is a mean of the old ones around its place, weighted by a
/// triangle as wide as a new pixel and its neighbours, or an old one's if that is wider. This is
/// bilinear interpolation with antialiasing, `A x Bᵀ` with a matrix for each direction.
///
/// # Shapes
/// - `images`: `(…, old height, old width)`
/// - output: `(…, height, width)`
///
/// # Errors
/// If there are no sides or one is 0.
///
/// ```
/// # use candlelab_nn::{Device, Result, Tensor, resize};
/// # fn main() -> Result<()> {
/// let image = Tensor::new(&[0f32, 1.0], &Device::Cpu)?.reshape((1, 1, 1, 2))?;
/// let wide = resize(&image, 1, 4)?.flatten_all()?.to_vec1::<f32>()?;
/// assert_eq!(wide, [0.0, 0.25, 0.75, 1.0]);
/// # Ok(())
/// # }
/// ```
pub fn resize(images: &Tensor, height: usize, width: usize) -> Result<Tensor> {
    let &[.., old_height, old_width] = images.dims() else {
        bail!("resize: an image has height and width, got {:?}", images.dims());
    };
    if [height, width, old_height, old_width].contains(&0) {
        bail!("resize: {:?} cannot become {height} × {width} pixels", images.dims());
    }
    let rows = means(old_height, height, images)?; // (height, old height)
    let columns = means(old_width, width, images)?.t()?; // (old width, width)
    rows.broadcast_matmul(&images.contiguous()?)?.broadcast_matmul(&columns)
}

/// The weights of `old` numbers in each of `new`: `(new, old)`, rows that sum to 1, of the type of
/// `like`.
fn means(old: usize, new: usize, like: &Tensor) -> Result<Tensor> {
    let scale = old as f64 / new as f64;
    let reach = scale.max(1.0);
    let mut all = Vec::with_capacity(old * new);
    for place in 0..new {
        let centre = (place as f64 + 0.5) * scale;
        let weight = |at: usize| (1.0 - (at as f64 + 0.5 - centre).abs() / reach).max(0.0);
        let total: f64 = (0..old).map(weight).sum();
        all.extend((0..old).map(|at| weight(at) / total));
    }
    Tensor::from_vec(all, (new, old), like.device())?.to_dtype(like.dtype())
}
