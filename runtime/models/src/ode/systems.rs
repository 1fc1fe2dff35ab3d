//! Two things that move.

use candle_core::{D, Result, Tensor};

/// A body that falls freely: `dx/dt = v`, `dv/dt = −9.8`, in metres and seconds.
///
/// # Shapes
/// - `x`: `(…, 2)`, height and velocity; output: their change a second
///
/// # Errors
/// If there are no two columns.
///
/// ```
/// # use candlelab_models::{Solver, free_fall, odeint};
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let start = Tensor::new(&[0.1f32, 0.0], &Device::Cpu)?;
/// let path = odeint(free_fall, &start, &[0.0, 2.0], Solver::rk4())?.to_vec2::<f32>()?;
/// assert!((path[1][0] - (0.1 - 9.8 / 2.0 * 4.0)).abs() < 1e-5); // a parabola
/// # Ok(())
/// # }
/// ```
pub fn free_fall(_: f64, x: &Tensor) -> Result<Tensor> {
    let v = x.narrow(D::Minus1, 1, 1)?;
    Tensor::cat(&[&v, &v.zeros_like()?.affine(0.0, -9.8)?], D::Minus1)
}

/// A pendulum with friction: `dx/dt = v`, `dv/dt = −200 sin x − 3 v`.
///
/// # Shapes
/// - `x`: `(…, 2)`, angle in radians and its velocity; output: their change a second
///
/// # Errors
/// If there are no two columns.
pub fn pendulum(_: f64, x: &Tensor) -> Result<Tensor> {
    let (angle, v) = (x.narrow(D::Minus1, 0, 1)?, x.narrow(D::Minus1, 1, 1)?);
    let change = ((angle.sin()? * -200.0)? - (&v * 3.0)?)?;
    Tensor::cat(&[v, change], D::Minus1)
}
