//! Ordinary differential equations, given and learnt.

mod adjoint;
mod dopri5;
mod fixed;
mod neural;
mod systems;

pub use adjoint::odeint_adjoint;
pub use neural::{NeuralOde, NeuralOdeConfig, OdeGradient, trajectory_windows};
pub use systems::{free_fall, pendulum};

use candle_core::{Result, Tensor, bail};
use candlelab_host::check_interrupt;

/// How an equation is solved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Solver {
    /// `x ← x + h f(t, x)`, in equal steps between each two times; the error is of order `h`.
    Euler {
        /// Steps between two times.
        steps: usize,
    },
    /// The classical method of Runge and Kutta, `x ← x + h/6 (k₁ + 2k₂ + 2k₃ + k₄)`; the error is of
    /// order `h⁴`.
    Rk4 {
        /// Steps between two times.
        steps: usize,
    },
    /// The method of Dormand and Prince 1980, of order 5, whose steps are as long as the tolerances
    /// let them, and between whose ends times are interpolated.
    ///
    /// The step is made so that its error, estimated by a method of order 4, stays below
    /// `absolute + relative · |x|` in the mean square of all numbers. f32 carries seven digits.
    Dopri5 {
        /// The error in parts of each number.
        relative: f64,
        /// The error that is always allowed.
        absolute: f64,
    },
}

impl Solver {
    /// [`Solver::Rk4`] with one step between two times.
    pub fn rk4() -> Self {
        Self::Rk4 { steps: 1 }
    }

    /// [`Solver::Dopri5`] with tolerances of 1e-4 and 1e-6.
    pub fn dopri5() -> Self {
        Self::Dopri5 { relative: 1e-4, absolute: 1e-6 }
    }
}

/// Solves `dx/dt = f(t, x)` from `x` at the first time on; gradients go back through all steps.
///
/// # Shapes
/// - `x`: any; `f`: `x` to the same shape
/// - `times`: rising, or falling for the way back
/// - output: `(times, …)`, the first row is `x`
///
/// # Errors
/// If the times do not rise or fall, `f` changes the shape, or the solver does not get on.
///
/// ```
/// # use candlelab_models::{Solver, odeint};
/// # use candlelab_nn::{DType, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let x = Tensor::new(1f64, &Device::Cpu)?;
/// let grows = |_: f64, x: &Tensor| Ok(x.clone()); // eᵗ
/// let path = odeint(grows, &x, &[0.0, 0.5, 1.0], Solver::Euler { steps: 1 })?;
/// assert_eq!(path.to_vec1::<f64>()?, [1.0, 1.5, 2.25]);
/// let path = odeint(grows, &x, &[0.0, 1.0], Solver::dopri5())?.to_vec1::<f64>()?;
/// assert!((path[1] - 1f64.exp()).abs() < 1e-4);
/// # Ok(())
/// # }
/// ```
pub fn odeint(
    f: impl Fn(f64, &Tensor) -> Result<Tensor>,
    x: &Tensor,
    times: &[f64],
    solver: Solver,
) -> Result<Tensor> {
    let rising = |pair: &[f64]| pair[0] < pair[1];
    let falling = |pair: &[f64]| pair[0] > pair[1];
    if times.is_empty() || !(times.windows(2).all(rising) || times.windows(2).all(falling)) {
        bail!("an equation is solved for times that rise, or all fall, got {times:?}");
    }
    let f = |t: f64, x: &Tensor| {
        check_interrupt();
        let slope = f(t, x)?;
        if slope.dims() != x.dims() {
            bail!("shape mismatch in odeint, x: {:?}, f(t, x): {:?}", x.dims(), slope.dims());
        }
        Ok(slope)
    };
    let path = match solver {
        Solver::Euler { steps } => fixed::solve(fixed::euler_step, &f, x, times, steps)?,
        Solver::Rk4 { steps } => fixed::solve(fixed::rk4_step, &f, x, times, steps)?,
        Solver::Dopri5 { relative, absolute } => {
            dopri5::solve(&f, x, times, dopri5::Tolerance::new(relative, absolute)?)?
        }
    };
    Tensor::stack(&path, 0)
}

/// `f(t, x)`.
type Slope<'a> = &'a dyn Fn(f64, &Tensor) -> Result<Tensor>;

/// `x + h Σ cᵢ kᵢ`.
fn move_along(x: &Tensor, h: f64, c: &[f64], k: &[Tensor]) -> Result<Tensor> {
    let terms = c.iter().zip(k).filter(|(c, _)| **c != 0.0);
    terms.map(|(c, k)| k * (h * c)).try_fold(x.clone(), |x, term| x + term?)
}
