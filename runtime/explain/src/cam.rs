//! Maps of where a convolutional network looks.

use crate::score::{class_scores, gradient};
use candle_core::{D, Module, Result, Tensor};
use candlelab_host::check_interrupt;
use candlelab_nn::{evaluating, relu, resize, softmax};

/// Where the features lie that speak for a class, Grad-CAM (Selvaraju et al. 2017):
/// `max(0, Σₖ aₖ Aₖ)` for the feature maps `A` and their mean slopes `aₖ = mean ∂z_c/∂Aₖ`.
///
/// The model comes in two halves: `head(features(x))` are its scores. The maps are as coarse as
/// the features; [`resize`] fits them to the image.
///
/// # Shapes
/// - `x`: `(n, channels, height, width)`; features: `(n, k, h, w)`; scores: `(n, classes)`
/// - output: `(n, h, w)`, from 0 up
///
/// # Errors
/// If the halves do not fit together, or there is no such class.
///
/// ```
/// # use candlelab_explain::grad_cam;
/// # use candlelab_nn::{Device, Flatten, Result, Tensor};
/// # fn main() -> Result<()> {
/// let features = |x: &Tensor| x * 2.0;
/// let head = |maps: &Tensor| maps.flatten_from(1)?.sum_keepdim(1); // all slopes are 1
/// let x = Tensor::new(&[[1f32, -1.0], [0.0, 3.0]], &Device::Cpu)?.reshape((1, 1, 2, 2))?;
/// let map = grad_cam(&features, &head, &x, 0)?;
/// assert_eq!(map.squeeze(0)?.to_vec2::<f32>()?, [[2.0, 0.0], [0.0, 6.0]]);
/// # Ok(())
/// # }
/// ```
pub fn grad_cam(
    features: &dyn Module,
    head: &dyn Module,
    x: &Tensor,
    class: usize,
) -> Result<Tensor> {
    let maps = evaluating(|| features.forward(x))?; // (n, k, h, w)
    let (_, _, _, _) = maps.dims4()?;
    let slopes = gradient(&maps, |maps| class_scores(head, maps, class))?;
    let weights = slopes.mean_keepdim((2, 3))?; // (n, k, 1, 1)
    relu(&maps.detach().broadcast_mul(&weights)?.sum(1)?) // (n, h, w)
}

/// Where the features lie that speak for a class, without a gradient, Score-CAM (Wang et al.
/// 2020): `max(0, Σₖ aₖ Aₖ)`, where `aₖ` is the softmax over `k` of the score of the image seen
/// through the `k`-th map, resized to the image and scaled to 0..1.
///
/// The paper subtracts the score of a black image from all, which the softmax undoes.
///
/// # Shapes
/// As for [`grad_cam`].
///
/// # Errors
/// As for [`grad_cam`].
pub fn score_cam(
    features: &dyn Module,
    head: &dyn Module,
    x: &Tensor,
    class: usize,
) -> Result<Tensor> {
    let (n, _, height, width) = x.dims4()?;
    let model = |x: &Tensor| head.forward(&features.forward(x)?);
    let mut cams = Vec::with_capacity(n);
    for image in 0..n {
        check_interrupt();
        let image = x.narrow(0, image, 1)?; // (1, channels, height, width)
        let maps = evaluating(|| features.forward(&image))?.detach(); // (1, k, h, w)
        let (_, k, h, w) = maps.dims4()?;
        let masks = scaled(&resize(&maps, height, width)?.reshape((k, height * width))?)?;
        let seen = image.broadcast_mul(&masks.reshape((k, 1, height, width))?)?;
        let weights = softmax(&class_scores(&model, &seen, class)?.detach(), D::Minus1)?; // (k)
        let cam = maps.reshape((k, h, w))?.broadcast_mul(&weights.reshape((k, 1, 1))?)?.sum(0)?;
        cams.push(relu(&cam)?); // (h, w)
    }
    Tensor::stack(&cams, 0) // (n, h, w)
}

/// Each row from 0 to 1; a row of equal numbers becomes 0.
fn scaled(rows: &Tensor) -> Result<Tensor> {
    let low = rows.min_keepdim(1)?;
    let range = (rows.max_keepdim(1)? - &low)?.maximum(1e-12)?;
    rows.broadcast_sub(&low)?.broadcast_div(&range)
}
