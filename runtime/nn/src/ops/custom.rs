//! Operations with a gradient of their own, as Candle wants them.

use super::float::Float;
use super::tape::note_op;
use crate::backward::Depth;
use candle_core::{
    CpuStorage, CustomOp1, CustomOp2, CustomOp3, DType, Layout, Result, Shape, Tensor, bail,
};
use std::sync::Arc;

/// A function of `N` tensors on the CPU, whose numbers are in order and all f32 or all f64.
pub trait Op<const N: usize>: Send + Sync + 'static {
    /// Its name in errors.
    const NAME: &'static str;

    /// The shape of the result.
    fn shape(&self, inputs: [&Shape; N]) -> Shape;

    /// The numbers of the result.
    fn map<T: Float>(&self, inputs: [&[T]; N]) -> Vec<T>;

    /// The gradient of each input, from that of the result; none where it is not wanted.
    fn gradients(
        &self,
        _inputs: [&Tensor; N],
        _output: &Tensor,
        _gradient: &Tensor,
    ) -> Result<[Option<Tensor>; N]> {
        bail!("{} has no gradient", Self::NAME)
    }
}

/// Whether the operations here can be used: others are left to Candle's own.
pub fn ours(x: &Tensor) -> bool {
    x.device().is_cpu() && matches!(x.dtype(), DType::F32 | DType::F64)
}

struct Custom<O> {
    op: Arc<O>,
    depth: Depth,
}

impl<O> Custom<O> {
    fn new(op: Arc<O>) -> Self {
        Self { op, depth: Depth::now() }
    }

    /// The gradients that Candle is to add up.
    fn back<const N: usize>(
        &self,
        inputs: [&Tensor; N],
        output: &Tensor,
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; N]>
    where
        O: Op<N>,
    {
        let mut gradients = self.op.gradients(inputs, output, &gradient.contiguous()?)?;
        for (input, gradient) in inputs.into_iter().zip(&mut gradients) {
            *gradient = self.depth.hand_over(input, gradient.take());
        }
        Ok(gradients)
    }

    fn run<const N: usize>(
        &self,
        inputs: [(&CpuStorage, &Layout); N],
    ) -> Result<(CpuStorage, Shape)>
    where
        O: Op<N>,
    {
        let shape = self.op.shape(inputs.map(|(_, layout)| layout.shape()));
        let storage = match inputs[0].0 {
            CpuStorage::F32(_) => CpuStorage::F32(self.op.map(slices::<O, f32, N>(inputs)?)),
            CpuStorage::F64(_) => CpuStorage::F64(self.op.map(slices::<O, f64, N>(inputs)?)),
            _ => bail!("{} needs f32 or f64", O::NAME),
        };
        Ok((storage, shape))
    }
}

fn slices<'a, O: Op<N>, F: Float, const N: usize>(
    inputs: [(&'a CpuStorage, &Layout); N],
) -> Result<[&'a [F]; N]> {
    let mut slices: [&[F]; N] = [&[]; N];
    for (slice, (storage, layout)) in slices.iter_mut().zip(inputs) {
        let Some((start, end)) = layout.contiguous_offsets() else {
            bail!("{} needs a contiguous tensor, got {layout:?}", O::NAME)
        };
        *slice = &storage.as_slice::<F>()?[start..end];
    }
    Ok(slices)
}

impl<O: Op<1>> CustomOp1 for Custom<O> {
    fn name(&self) -> &'static str {
        O::NAME
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        self.run([(storage, layout)])
    }

    fn bwd(&self, x: &Tensor, output: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let [x] = self.back([x], output, gradient)?;
        Ok(x)
    }
}

impl<O: Op<2>> CustomOp2 for Custom<O> {
    fn name(&self) -> &'static str {
        O::NAME
    }

    fn cpu_fwd(
        &self,
        storage1: &CpuStorage,
        layout1: &Layout,
        storage2: &CpuStorage,
        layout2: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        self.run([(storage1, layout1), (storage2, layout2)])
    }

    fn bwd(
        &self,
        x: &Tensor,
        y: &Tensor,
        output: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        Ok(self.back([x, y], output, gradient)?.into())
    }
}

impl<O: Op<3>> CustomOp3 for Custom<O> {
    fn name(&self) -> &'static str {
        O::NAME
    }

    fn cpu_fwd(
        &self,
        storage1: &CpuStorage,
        layout1: &Layout,
        storage2: &CpuStorage,
        layout2: &Layout,
        storage3: &CpuStorage,
        layout3: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        self.run([(storage1, layout1), (storage2, layout2), (storage3, layout3)])
    }

    fn bwd(
        &self,
        x: &Tensor,
        y: &Tensor,
        z: &Tensor,
        output: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        Ok(self.back([x, y, z], output, gradient)?.into())
    }
}

/// Applies an operation to a tensor, so that it can be differentiated.
pub fn apply1(op: impl Op<1>, x: &Tensor) -> Result<Tensor> {
    let (op, x) = (Arc::new(op), x.contiguous()?);
    let result = x.apply_op1(Custom::new(Arc::clone(&op)))?;
    note_op(op, [&x], &result);
    Ok(result)
}

/// Applies an operation to two tensors, so that it can be differentiated.
pub fn apply2(op: impl Op<2>, x: &Tensor, y: &Tensor) -> Result<Tensor> {
    let (op, x, y) = (Arc::new(op), x.contiguous()?, y.contiguous()?);
    let result = x.apply_op2(&y, Custom::new(Arc::clone(&op)))?;
    note_op(op, [&x, &y], &result);
    Ok(result)
}

/// Applies an operation to three tensors, so that it can be differentiated.
pub fn apply3(op: impl Op<3>, x: &Tensor, y: &Tensor, z: &Tensor) -> Result<Tensor> {
    let (op, x, y, z) = (Arc::new(op), x.contiguous()?, y.contiguous()?, z.contiguous()?);
    let result = x.apply_op3(&y, &z, Custom::new(Arc::clone(&op)))?;
    note_op(op, [&x, &y, &z], &result);
    Ok(result)
}

/// The values of an operation, within a gradient.
pub fn compute1(op: impl Op<1>, x: &Tensor) -> Result<Tensor> {
    x.contiguous()?.apply_op1_no_bwd(&Custom::new(Arc::new(op)))
}

/// The values of an operation, within a gradient.
pub fn compute2(op: impl Op<2>, x: &Tensor, y: &Tensor) -> Result<Tensor> {
    x.contiguous()?.apply_op2_no_bwd(&y.contiguous()?, &Custom::new(Arc::new(op)))
}

/// The values of an operation, within a gradient.
pub fn compute3(op: impl Op<3>, x: &Tensor, y: &Tensor, z: &Tensor) -> Result<Tensor> {
    x.contiguous()?.apply_op3_no_bwd(&y.contiguous()?, &z.contiguous()?, &Custom::new(Arc::new(op)))
}

/// The gradient of an input, if anything wants it.
pub fn wanted(x: &Tensor, gradient: impl FnOnce() -> Result<Tensor>) -> Result<Option<Tensor>> {
    x.track_op().then(gradient).transpose()
}
