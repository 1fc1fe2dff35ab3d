//! Tensors as plain numbers.

use candle_core::{DType, Device, Result, Tensor, bail};

/// The numbers of a tensor in order, by way of the CPU, as not every device has f64.
pub(crate) fn numbers(tensor: &Tensor) -> Result<Vec<f64>> {
    tensor.detach().to_device(&Device::Cpu)?.to_dtype(DType::F64)?.flatten_all()?.to_vec1()
}

/// A loss, which must be a number for the training to go on.
pub(crate) fn loss_at(step: usize, loss: &Tensor) -> Result<f64> {
    let number = numbers(loss)?[0];
    if !number.is_finite() {
        bail!("the loss is {number} at step {step}\nhint: a smaller learning rate often helps");
    }
    Ok(number)
}
