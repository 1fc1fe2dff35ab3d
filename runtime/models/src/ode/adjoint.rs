//! Gradients of a solution without its steps.

use super::{Solver, odeint};
use candle_core::{
    CpuStorage, CustomOp2, Layout, Result, Shape, Storage, Tensor, Var, WithDType, bail,
};
use candlelab_nn::Layer;

/// As [`odeint`] for `dx/dt = field(x)`, with the gradient by the adjoint method (Chen et al. 2018):
/// with `a = ∂L/∂x`, the equations `dx/dt = f`, `da/dt = −aᵀ ∂f/∂x` and `dg/dt = −aᵀ ∂f/∂θ` are
/// solved back in time, from each of the times to the one before.
///
/// It remembers the solution at the `times` only, however many steps lie between them. The gradient
/// is as exact as the solver. On other devices than the CPU it goes back through the steps.
///
/// # Shapes
/// As for [`odeint`].
///
/// # Errors
/// As for [`odeint`].
///
/// ```
/// # use candlelab_models::{Solver, odeint_adjoint};
/// # use candlelab_nn::{Device, Layer, Linear, Result, Tensor, Var};
/// # fn main() -> Result<()> {
/// let field = Linear::new(1, 1, &Device::Cpu)?.without_bias();
/// field.vars()[0].set(&Tensor::new(&[[0.5f32]], &Device::Cpu)?)?; // x(t) = x₀ exp(t / 2)
/// let x = Var::new(&[[1f32]], &Device::Cpu)?;
/// let path = odeint_adjoint(&field, &x, &[0.0, 2.0], Solver::Rk4 { steps: 20 })?;
/// let gradients = path.get(1)?.sum_all()?.backward()?;
/// let of_x = gradients.get(&x).unwrap().to_vec2::<f32>()?; // e
/// let of_w = gradients.get(&field.vars()[0]).unwrap().to_vec2::<f32>()?; // 2 e
/// assert!((of_x[0][0] - 1f32.exp()).abs() < 1e-4);
/// assert!((of_w[0][0] - 2.0 * 1f32.exp()).abs() < 1e-4);
/// # Ok(())
/// # }
/// ```
pub fn odeint_adjoint<L: Layer + Clone + 'static>(
    field: &L,
    x: &Tensor,
    times: &[f64],
    solver: Solver,
) -> Result<Tensor> {
    if !x.device().is_cpu() || field.vars().is_empty() {
        return odeint(|_, x| field.forward(x), x, times, solver);
    }
    // Detached at every slope, so that no step is remembered.
    let slope = |_: f64, x: &Tensor| Ok(field.forward(&x.detach())?.detach());
    let path = odeint(slope, &x.detach(), times, solver)?;
    let flat: Vec<Tensor> =
        field.vars().iter().map(|var| var.flatten_all()).collect::<Result<_>>()?;
    let adjoint = Adjoint { field: field.clone(), times: times.to_vec(), solver, path };
    x.apply_op2(&Tensor::cat(&flat, 0)?, adjoint)
}

/// The solution as a function of the start and of all parameters in a row.
struct Adjoint<L> {
    field: L,
    times: Vec<f64>,
    solver: Solver,
    path: Tensor,
}

impl<L: Layer + 'static> Adjoint<L> {
    /// `f(x)`, `aᵀ ∂f/∂x` and `aᵀ ∂f/∂θ`, the last in a row.
    fn pull_back(&self, x: &Tensor, a: &Tensor) -> Result<[Tensor; 3]> {
        let x = Var::from_tensor(x)?;
        let slope = self.field.forward(&x)?;
        let gradients = (&slope * a)?.sum_all()?.backward()?;
        let of = |var: &Var| match gradients.get(var) {
            Some(gradient) => gradient.detach().flatten_all(),
            None => var.zeros_like()?.flatten_all(),
        };
        let of_parameters: Vec<Tensor> = self.field.vars().iter().map(of).collect::<Result<_>>()?;
        Ok([slope.detach().flatten_all()?, of(&x)?, Tensor::cat(&of_parameters, 0)?])
    }

    /// From `x`, `a` and `g` at `times[at]` to `a` and `g` at the time before.
    fn back(&self, at: usize, a: Tensor, g: Tensor) -> Result<(Tensor, Tensor)> {
        let x = self.path.get(at)?;
        let (shape, n) = (x.dims(), x.elem_count());
        let parts = |state: &Tensor| -> Result<[Tensor; 2]> {
            Ok([state.narrow(0, 0, n)?.reshape(shape)?, state.narrow(0, n, n)?.reshape(shape)?])
        };
        let slope = |_: f64, state: &Tensor| {
            let [x, a] = parts(state)?;
            let [slope, of_x, of_parameters] = self.pull_back(&x, &a)?;
            Tensor::cat(&[slope, of_x.neg()?, of_parameters.neg()?], 0)
        };
        let state = Tensor::cat(&[x.flatten_all()?, a.flatten_all()?, g], 0)?; // (x, a, g)
        let times = [self.times[at], self.times[at - 1]];
        let state = odeint(slope, &state, &times, self.solver)?.get(1)?;
        let [_, a] = parts(&state)?;
        Ok((a, state.narrow(0, 2 * n, state.elem_count() - 2 * n)?))
    }
}

fn copy<T: WithDType>(path: &Tensor) -> Result<CpuStorage> {
    Ok(T::to_cpu_storage_owned(path.flatten_all()?.to_vec1::<T>()?))
}

impl<L: Layer + 'static> CustomOp2 for Adjoint<L> {
    fn name(&self) -> &'static str {
        "odeint_adjoint"
    }

    fn cpu_fwd(
        &self,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (storage, _) = self.path.storage_and_layout();
        let Storage::Cpu(storage) = &*storage else { bail!("the adjoint is for the CPU") };
        let storage = match storage {
            CpuStorage::F32(_) => copy::<f32>(&self.path)?,
            CpuStorage::F64(_) => copy::<f64>(&self.path)?,
            _ => bail!("the adjoint needs f32 or f64, got {:?}", self.path.dtype()),
        };
        Ok((storage, self.path.shape().clone()))
    }

    fn bwd(
        &self,
        _: &Tensor,
        parameters: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let last = self.times.len() - 1;
        let mut a = gradient.get(last)?.detach();
        let mut g = parameters.zeros_like()?;
        for at in (1..=last).rev() {
            (a, g) = self.back(at, a, g)?;
            a = (a + gradient.get(at - 1)?.detach())?;
        }
        Ok((Some(a), Some(g)))
    }
}
