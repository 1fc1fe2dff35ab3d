//! A step of Adam in one pass over parameter, gradient and both means, in place on the CPU, and one
//! of gradient descent likewise: the dozen passes of single operations take ten times longer.

use super::Memory;
use crate::ops::{Float, MOVE, Parts, ours, ranges, wide};
use candle_core::{CpuStorage, DType, InplaceOp2, Layout, Result, Tensor, Var, bail};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// The constants of one step, see [`Adam`](super::Adam).
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub beta1: f64,
    pub beta2: f64,
    /// `1 − η λ`
    pub kept: f64,
    /// `η / (1 − β₁ᵗ)`
    pub rate: f64,
    /// `1 / (1 − β₂ᵗ)`
    pub square_scale: f64,
    pub epsilon: f64,
}

/// The means `m` and `s` of one parameter.
#[derive(Debug)]
pub enum Means {
    F32(Vec<f32>, Vec<f32>),
    F64(Vec<f64>, Vec<f64>),
}

/// The means of a parameter that [`step`] can move: those in its memory, or 0 before its first
/// gradient.
pub fn means(var: &Var, memory: &Memory) -> Result<Option<Means>> {
    if !ours(var) || !var.is_contiguous() {
        return Ok(None);
    }
    fn numbers<T: Float>(mean: &Option<Tensor>, n: usize) -> Result<Vec<T>> {
        mean.as_ref().map_or_else(|| Ok(vec![T::ZERO; n]), |mean| mean.flatten_all()?.to_vec1())
    }
    let ([m, s], n) = (memory, var.elem_count());
    Ok(Some(match var.dtype() {
        DType::F32 => Means::F32(numbers(m, n)?, numbers(s, n)?),
        _ => Means::F64(numbers(m, n)?, numbers(s, n)?),
    }))
}

impl Means {
    /// The same as tensors like the parameter.
    pub fn memory(&self, var: &Var) -> Result<Memory> {
        fn tensor<T: Float>(mean: &[T], var: &Var) -> Result<Option<Tensor>> {
            Ok(Some(Tensor::from_slice(mean, var.shape(), var.device())?))
        }
        Ok(match self {
            Self::F32(m, s) => [tensor(m, var)?, tensor(s, var)?],
            Self::F64(m, s) => [tensor(m, var)?, tensor(s, var)?],
        })
    }
}

/// Where the numbers of a parameter and of its gradient lie.
fn places(name: &str, w: &Layout, g: &Layout) -> Result<(Range<usize>, Range<usize>)> {
    match (w.contiguous_offsets(), g.contiguous_offsets()) {
        (Some((w0, w1)), Some((g0, g1))) => Ok((w0..w1, g0..g1)),
        _ => bail!("{name} needs contiguous parameters, got {w:?}"),
    }
}

/// Moves a parameter along its gradient.
pub fn step(var: &Var, gradient: &Tensor, step: Step, means: &mut Means) -> Result<()> {
    if gradient.dims() != var.dims() {
        bail!("shape mismatch in Adam, w: {:?}, gradient: {:?}", var.dims(), gradient.dims());
    }
    var.inplace_op2(&gradient.contiguous()?, &InPlace { step, means: Mutex::new(means) })
}

struct InPlace<'a> {
    step: Step,
    means: Mutex<&'a mut Means>,
}

impl InplaceOp2 for InPlace<'_> {
    fn name(&self) -> &'static str {
        "Adam"
    }

    fn cpu_fwd(
        &self,
        w: &mut CpuStorage,
        w_layout: &Layout,
        g: &CpuStorage,
        g_layout: &Layout,
    ) -> Result<()> {
        let (w_place, g_place) = places(self.name(), w_layout, g_layout)?;
        let mut means = self.means.lock().unwrap_or_else(PoisonError::into_inner);
        match (w, g, &mut **means) {
            (CpuStorage::F32(w), CpuStorage::F32(g), Means::F32(m, s)) => {
                self.step.run_all(&mut w[w_place], &g[g_place], m, s);
            }
            (CpuStorage::F64(w), CpuStorage::F64(g), Means::F64(m, s)) => {
                self.step.run_all(&mut w[w_place], &g[g_place], m, s);
            }
            _ => bail!("Adam needs a parameter and a gradient of one type, f32 or f64"),
        }
        Ok(())
    }
}

impl Step {
    fn run_all<T: Float>(&self, w: &mut [T], g: &[T], m: &mut [T], s: &mut [T]) {
        let [w, m, s] = [w, m, s].map(Parts::new);
        ranges(g.len(), g.len() * 2 * MOVE, |range| {
            // SAFETY: no two ranges have anything in common.
            let (w, m, s) =
                unsafe { (w.part(range.clone()), m.part(range.clone()), s.part(range.clone())) };
            wide(|| self.run(w, &g[range], m, s));
        });
    }

    #[inline(always)]
    fn run<T: Float>(&self, w: &mut [T], g: &[T], m: &mut [T], s: &mut [T]) {
        let [beta1, beta2, kept, rate] = [self.beta1, self.beta2, self.kept, self.rate].map(T::of);
        let (scale, epsilon) = (T::of(self.square_scale), T::of(self.epsilon));
        let (rest1, rest2) = (T::of(1.0 - self.beta1), T::of(1.0 - self.beta2));
        for ((w, g), (m, s)) in w.iter_mut().zip(g).zip(m.iter_mut().zip(s)) {
            *m = beta1 * *m + rest1 * *g;
            *s = beta2 * *s + rest2 * *g * *g;
            *w = kept * *w - rate * *m / ((*s * scale).root() + epsilon);
        }
    }
}

/// Moves a parameter against its gradient, `w ← w − rate · g`; `false`, and nothing done, where the
/// pass in place is not to be had.
pub fn descend(var: &Var, gradient: &Tensor, rate: f64) -> Result<bool> {
    let fits = ours(var) && var.is_contiguous();
    let fits = fits && (gradient.dims(), gradient.dtype()) == (var.dims(), var.dtype());
    if fits {
        var.inplace_op2(&gradient.contiguous()?, &Descent { rate })?;
    }
    Ok(fits)
}

struct Descent {
    rate: f64,
}

impl Descent {
    fn run<T: Float>(&self, w: &mut [T], g: &[T]) {
        let (w, rate) = (Parts::new(w), T::of(self.rate));
        ranges(g.len(), g.len() * MOVE, |range| {
            // SAFETY: no two ranges have anything in common.
            let w = unsafe { w.part(range.clone()) };
            wide(|| w.iter_mut().zip(&g[range]).for_each(|(w, g)| *w -= rate * *g));
        });
    }
}

impl InplaceOp2 for Descent {
    fn name(&self) -> &'static str {
        "gradient descent"
    }

    fn cpu_fwd(
        &self,
        w: &mut CpuStorage,
        w_layout: &Layout,
        g: &CpuStorage,
        g_layout: &Layout,
    ) -> Result<()> {
        let (w_place, g_place) = places(self.name(), w_layout, g_layout)?;
        match (w, g) {
            (CpuStorage::F32(w), CpuStorage::F32(g)) => self.run(&mut w[w_place], &g[g_place]),
            (CpuStorage::F64(w), CpuStorage::F64(g)) => self.run(&mut w[w_place], &g[g_place]),
            _ => bail!("gradient descent needs a parameter and a gradient of one type"),
        }
        Ok(())
    }
}
