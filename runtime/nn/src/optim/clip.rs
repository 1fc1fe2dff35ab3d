//! Gradients kept from becoming too long.

use candle_core::backprop::GradStore;
use candle_core::{DType, Result, Tensor, Var};

/// `√ Σ g²` over the gradients of all parameters.
pub fn length<'a>(gradients: &GradStore, vars: impl Iterator<Item = &'a Var>) -> Result<f64> {
    let mut sum = 0.0;
    for gradient in vars.filter_map(|var| gradients.get(var)) {
        let squares = gradient.detach().to_dtype(DType::F64)?.sqr()?.sum_all()?;
        sum += squares.to_scalar::<f64>()?;
    }
    Ok(sum.sqrt())
}

/// What gradients of this length are multiplied with, as in PyTorch.
pub fn factor(length: f64, largest: f64) -> f64 {
    (largest / (length + 1e-6)).min(1.0)
}

/// Shortens the gradients of `vars` so that their common length `√ Σ g²` is at most `largest`, and
/// gives the length that it was (Pascanu et al. 2013).
///
/// # Errors
/// If a gradient is no number's.
///
/// ```
/// # use candlelab_nn::{clip_gradients, Device, Result, Tensor, Var};
/// # fn main() -> Result<()> {
/// let w = Var::new(&[3f32, 4.0], &Device::Cpu)?;
/// let mut gradients = (w.sqr()?.sum_all()? * 0.5)?.backward()?; // 3 and 4, length 5
/// assert_eq!(clip_gradients(&mut gradients, &[w.clone()], 1.0)?, 5.0);
/// let gradient = gradients.get(&w).unwrap().to_vec1::<f32>()?;
/// assert!((gradient[0] - 0.6).abs() < 1e-6 && (gradient[1] - 0.8).abs() < 1e-6);
/// # Ok(())
/// # }
/// ```
pub fn clip_gradients(gradients: &mut GradStore, vars: &[Var], largest: f64) -> Result<f64> {
    let length = length(gradients, vars.iter())?;
    let factor = factor(length, largest);
    if factor < 1.0 {
        for var in vars {
            let shorter: Option<Tensor> =
                gradients.get(var).map(|gradient| gradient * factor).transpose()?;
            shorter.map(|gradient| gradients.insert(var, gradient));
        }
    }
    Ok(length)
}
