//! Solvers with steps of one length.

use super::{Slope, move_along};
use candle_core::{Result, Tensor, bail};

/// From `x` at `t` to the time `t + h`.
type Step = fn(Slope, f64, &Tensor, f64) -> Result<Tensor>;

pub fn euler_step(f: Slope, t: f64, x: &Tensor, h: f64) -> Result<Tensor> {
    x + (f(t, x)? * h)?
}

pub fn rk4_step(f: Slope, t: f64, x: &Tensor, h: f64) -> Result<Tensor> {
    let k1 = f(t, x)?;
    let k2 = f(t + h / 2.0, &(x + (&k1 * (h / 2.0))?)?)?;
    let k3 = f(t + h / 2.0, &(x + (&k2 * (h / 2.0))?)?)?;
    let k4 = f(t + h, &(x + (&k3 * h)?)?)?;
    move_along(x, h / 6.0, &[1.0, 2.0, 2.0, 1.0], &[k1, k2, k3, k4])
}

/// `x` at all times, `steps` steps between two.
pub fn solve(step: Step, f: Slope, x: &Tensor, times: &[f64], steps: usize) -> Result<Vec<Tensor>> {
    if steps == 0 {
        bail!("a solver needs at least one step between two times");
    }
    let mut path = vec![x.clone()];
    let mut x = x.clone();
    for pair in times.windows(2) {
        let h = (pair[1] - pair[0]) / steps as f64;
        for at in 0..steps {
            x = step(f, pair[0] + h * at as f64, &x, h)?;
        }
        path.push(x.clone());
    }
    Ok(path)
}
