//! Small changes of an image that mislead a classifier, along the gradient.

use crate::score::{gradient, like, numbers};
use candle_core::{Module, Result, Tensor, bail};
use candlelab_host::check_interrupt;
use candlelab_nn::{cross_entropy, evaluating};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// The fast gradient sign method (Goodfellow et al. 2015): `x + ε · sign(∂L/∂x)` for the
/// cross-entropy `L`, cut to 0..1.
///
/// # Shapes
/// - `x`: `(n, …)`, numbers in 0..1; `labels`: `(n)`, u32; output: the shape of `x`
///
/// # Errors
/// If `x` leaves 0..1, ε is negative, or the shapes do not fit.
///
/// ```
/// # use candlelab_explain::fgsm;
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let model = |x: &Tensor| Ok(x.clone()); // the larger number wins
/// let x = Tensor::new(&[[0.6f32, 0.5]], &Device::Cpu)?;
/// let label = Tensor::new(&[0u32], &Device::Cpu)?;
/// let fooled = fgsm(&model, &x, &label, 0.25)?.to_vec2::<f32>()?;
/// assert_eq!(fooled, [[0.35000002, 0.75]]);
/// # Ok(())
/// # }
/// ```
pub fn fgsm(model: &dyn Module, x: &Tensor, labels: &Tensor, epsilon: f64) -> Result<Tensor> {
    check(x, epsilon)?;
    (x + (uphill(model, x, labels)? * epsilon)?)?.clamp(0.0, 1.0)
}

/// Projected gradient descent (Madry et al. 2018): many small steps of [`fgsm`] from a random start
/// within `±ε`, each cut back to `±ε` around `x` and to 0..1.
///
/// A step is `2.5 ε / steps`, so that any point within `±ε` can be reached, as the authors advise.
///
/// # Shapes
/// As for [`fgsm`].
///
/// # Errors
/// As for [`fgsm`].
pub fn pgd(
    model: &dyn Module,
    x: &Tensor,
    labels: &Tensor,
    epsilon: f64,
    steps: usize,
    seed: u64,
) -> Result<Tensor> {
    check(x, epsilon)?;
    let (low, high) = ((x - epsilon)?.maximum(0.0)?, (x + epsilon)?.minimum(1.0)?);
    let mut rng = StdRng::seed_from_u64(seed);
    let shift = (0..x.elem_count()).map(|_| epsilon * (2.0 * rng.random::<f64>() - 1.0)).collect();
    let mut moved = (x + like(x, shift, x.dims())?)?.maximum(&low)?.minimum(&high)?;
    for _ in 0..steps {
        check_interrupt();
        let step = (uphill(model, &moved, labels)? * (2.5 * epsilon / steps as f64))?;
        moved = (moved + step)?.maximum(&low)?.minimum(&high)?;
    }
    Ok(moved)
}

/// The sign of the loss's slope by each number.
fn uphill(model: &dyn Module, x: &Tensor, labels: &Tensor) -> Result<Tensor> {
    gradient(x, |x| cross_entropy(&evaluating(|| model.forward(x))?, labels))?.sign()
}

fn check(x: &Tensor, epsilon: f64) -> Result<()> {
    unit_range(x)?;
    if !(epsilon.is_finite() && epsilon >= 0.0) {
        bail!("an attack needs an epsilon of 0 or more, found {epsilon}");
    }
    Ok(())
}

/// Refuses images that are not in 0..1.
pub(crate) fn unit_range(x: &Tensor) -> Result<()> {
    match numbers(x)?.into_iter().find(|number| !(0.0..=1.0).contains(number)) {
        Some(number) => bail!(
            "an attack needs images in 0..1, found {number}\nhint: let the model scale its input itself"
        ),
        None => Ok(()),
    }
}
