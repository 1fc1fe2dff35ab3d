//! Tensors into checked numbers for the metrics.

use candle_core::{D, DType, Device, Result, Tensor, bail};

/// The numbers of an `(n)` or `(n, 1)` tensor, all finite.
pub(crate) fn column(function: &str, name: &str, tensor: &Tensor) -> Result<Vec<f64>> {
    if !matches!(*tensor.dims(), [_] | [_, 1]) {
        bail!("{function}: {name} must have shape (n) or (n, 1), got {:?}", tensor.dims());
    }
    let values = tensor.detach().to_device(&Device::Cpu)?.flatten_all()?;
    let values = values.to_dtype(DType::F64)?.to_vec1::<f64>()?;
    let bad = values.iter().filter(|value| !value.is_finite()).count();
    if bad > 0 {
        bail!("{function}: {bad} of {} values of {name} are NaN or infinite", values.len());
    }
    Ok(values)
}

/// Whole numbers from 0 to below `classes`.
pub(crate) fn classes(
    function: &str,
    name: &str,
    tensor: &Tensor,
    classes: usize,
) -> Result<Vec<usize>> {
    let class = |value: f64| {
        if value >= 0.0 && value.fract() == 0.0 && value < classes as f64 {
            return Ok(value as usize);
        }
        bail!("{function}: {name} contains {value}, but classes are 0 to {}", classes as i64 - 1)
    };
    column(function, name, tensor)?.into_iter().map(class).collect()
}

/// The class with the largest score of each row of `(n, classes)`, or the classes of `(n)`.
pub(crate) fn answers(function: &str, tensor: &Tensor, count: usize) -> Result<Vec<usize>> {
    match *tensor.dims() {
        [_, columns] if columns > 1 => {
            if columns != count {
                bail!("{function}: predictions {:?}, but there are {count} classes", tensor.dims());
            }
            classes(function, "predictions", &tensor.argmax(D::Minus1)?, count)
        }
        _ => classes(function, "predictions", tensor, count),
    }
}

/// That two inputs have one length, and are not empty.
pub(crate) fn same_length(
    function: &str,
    (left, n): (&str, usize),
    (right, m): (&str, usize),
) -> Result<()> {
    if n != m {
        bail!("{function}: {left} has {n} values, {right} has {m}");
    }
    if n == 0 {
        bail!("{function}: {left} and {right} are empty");
    }
    Ok(())
}

/// Values between 0 and 1.
pub(crate) fn probabilities(function: &str, tensor: &Tensor) -> Result<Vec<f64>> {
    let values = column(function, "probabilities", tensor)?;
    match values.iter().find(|value| !(0.0..=1.0).contains(*value)) {
        Some(value) => bail!(
            "{function}: probabilities contains {value}, which is not between 0 and 1\n\
             hint: sigmoid or softmax turn logits into probabilities"
        ),
        None => Ok(values),
    }
}
