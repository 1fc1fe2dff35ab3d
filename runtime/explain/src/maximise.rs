//! Inputs that excite a class most.

use crate::saliency::saliency;
use crate::score::numbers;
use candle_core::{Module, Result, Tensor, bail};
use candlelab_host::check_interrupt;

/// Climbs from `start` to an input with a large score (Erhan et al. 2009; Simonyan et al. 2014):
/// `x ← x + lr · (∂z_c/∂x − decay · x)`, `steps` times.
///
/// The decay keeps `z_c(x) − decay/2 · |x|²` from growing without end. With a model of one unit of
/// a hidden layer, `|x| hidden.forward(x)`, it shows what that unit looks for.
///
/// # Shapes
/// - `start`: `(n, …)`; output: the same
///
/// # Errors
/// If there is no such class, the model cannot be differentiated, or the numbers grow beyond all
/// bounds.
///
/// ```
/// # use candlelab_explain::activation_maximisation;
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let model = |x: &Tensor| x.narrow(1, 1, 1); // z = the second number
/// let start = Tensor::new(&[[1f32, 0.0]], &Device::Cpu)?;
/// let x = activation_maximisation(&model, &start, 0, 100, 0.5, 0.5)?;
/// let x = x.to_vec2::<f32>()?; // the top of b − (a² + b²) / 4
/// assert!(x[0][0].abs() < 1e-4 && (x[0][1] - 2.0).abs() < 1e-4);
/// # Ok(())
/// # }
/// ```
pub fn activation_maximisation(
    model: &dyn Module,
    start: &Tensor,
    class: usize,
    steps: usize,
    lr: f64,
    decay: f64,
) -> Result<Tensor> {
    let mut x = start.detach();
    for step in 1..=steps {
        check_interrupt();
        let slope = saliency(model, &x, class)?;
        x = (&x + ((slope - (&x * decay)?)? * lr)?)?;
        if !numbers(&x.abs()?.sum_all()?)?[0].is_finite() {
            bail!("the input is no number after step {step}\nhint: a smaller lr or another decay");
        }
    }
    Ok(x)
}
