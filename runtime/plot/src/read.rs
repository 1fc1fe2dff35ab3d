//! Tensors into checked numbers.

use crate::{Error, Result};
use candle_core::{DType, Device, Tensor};

/// All values as `f64`, row by row, whatever the element type and the device.
pub(crate) fn values(tensor: &Tensor) -> Result<Vec<f64>> {
    let flat = tensor.detach().to_device(&Device::Cpu)?.flatten_all()?;
    Ok(flat.to_dtype(DType::F64)?.to_vec1::<f64>()?)
}

/// The rows of an `(n, 2)` tensor, all finite.
pub(crate) fn points(chart: &'static str, points: &Tensor) -> Result<Vec<(f64, f64)>> {
    let &[n, 2] = points.dims() else {
        return Err(shape(chart, "points", "(n, 2)", points));
    };
    if n == 0 {
        return Err(Error::Empty { chart, what: "points".to_owned() });
    }
    let values = values(points)?;
    all_finite(chart, "points", &values)?;
    Ok(values.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect())
}

/// The values of an `(n)` or `(n, 1)` tensor; `n` must be that of `other`.
pub(crate) fn column(
    chart: &'static str,
    what: &'static str,
    tensor: &Tensor,
    (other, n): (&str, usize),
) -> Result<Vec<f64>> {
    let len = match *tensor.dims() {
        [len] | [len, 1] => len,
        _ => return Err(shape(chart, what, "(n) or (n, 1)", tensor)),
    };
    same_length(chart, (what, len), (other, n))?;
    values(tensor)
}

/// That two inputs have one length.
pub(crate) fn same_length(
    chart: &'static str,
    (left, left_len): (&str, usize),
    (right, right_len): (&str, usize),
) -> Result<()> {
    if left_len == right_len {
        return Ok(());
    }
    Err(Error::Length {
        chart,
        left: left.to_owned(),
        left_len,
        right: right.to_owned(),
        right_len,
    })
}

/// That no value is NaN or infinite.
pub(crate) fn all_finite(chart: &'static str, what: &str, values: &[f64]) -> Result<()> {
    let bad = values.iter().filter(|value| !value.is_finite()).count();
    if bad == 0 {
        return Ok(());
    }
    Err(Error::NotFinite { chart, what: what.to_owned(), bad, total: values.len() })
}

/// The error for a tensor of the wrong shape.
pub(crate) fn shape(
    chart: &'static str,
    what: &'static str,
    expected: &str,
    got: &Tensor,
) -> Error {
    Error::Shape { chart, what, expected: expected.to_owned(), got: got.dims().to_vec() }
}

/// That `[x0, x1, y0, y1]` encloses an area.
pub(crate) fn encloses(chart: &'static str, extent: [f64; 4]) -> Result<()> {
    let [x0, x1, y0, y1] = extent;
    match x0 < x1 && y0 < y1 && (x1 - x0).is_finite() && (y1 - y0).is_finite() {
        true => Ok(()),
        false => Err(Error::Extent { chart, got: extent }),
    }
}
