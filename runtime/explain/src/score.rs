//! The score of a class, its gradient, and tensors as plain numbers.

use candle_core::{DType, Device, Module, Result, Tensor, Var, bail};
use candlelab_nn::evaluating;

/// Examples that are computed at once: enough to keep all cores busy, small beside the data.
pub(crate) const ROWS: usize = 128;

/// The score of one class for each example, `(n)`, in evaluation mode.
pub(crate) fn class_scores(model: &dyn Module, x: &Tensor, class: usize) -> Result<Tensor> {
    let scores = evaluating(|| model.forward(x))?;
    let &[_, classes] = scores.dims() else {
        bail!("a model returns scores (n, classes), found {:?}", scores.dims())
    };
    if class >= classes {
        bail!("there is no class {class} among {classes}\nhint: classes are counted from 0");
    }
    scores.narrow(1, class, 1)?.squeeze(1)
}

/// The gradient of `Σ f(x)` by `x`, of the shape of `x`.
pub(crate) fn gradient(x: &Tensor, f: impl FnOnce(&Tensor) -> Result<Tensor>) -> Result<Tensor> {
    if !x.dtype().is_float() {
        bail!("a gradient needs numbers of a float type, found {:?}", x.dtype());
    }
    let x = Var::from_tensor(&x.detach())?;
    match f(&x)?.sum_all()?.backward()?.get(&x) {
        Some(gradient) => Ok(gradient.detach()),
        None => bail!(
            "the score has no gradient by the input\nhint: the model has to compute it from the input, by operations that can be differentiated"
        ),
    }
}

/// The numbers of a tensor in order.
pub(crate) fn numbers(tensor: &Tensor) -> Result<Vec<f64>> {
    double(tensor)?.flatten_all()?.to_vec1()
}

/// The tensor in f64, on the CPU, as not every device has f64.
pub(crate) fn double(tensor: &Tensor) -> Result<Tensor> {
    tensor.detach().to_device(&Device::Cpu)?.to_dtype(DType::F64)
}

/// Numbers as a tensor like another: of its type, on its device.
pub(crate) fn like(tensor: &Tensor, values: Vec<f64>, shape: &[usize]) -> Result<Tensor> {
    let values = Tensor::from_vec(values, shape, &Device::Cpu)?.to_dtype(tensor.dtype())?;
    values.to_device(tensor.device())
}
