//! How tensors are shown: shape, element type and device, then values, a heat map or a summary.

mod heat;
mod numbers;

use crate::cell::Description;
use crate::{Bundle, Rich};
use candle_core::{DType, Device, DeviceLocation, Result, Tensor, Var};
use numbers::texts;
use std::fmt::Write as _;

/// Rows and columns that are still shown in full.
const MOST_IN_LINE: usize = 12;
/// Values that are still shown in full in a tensor of more than two dimensions.
const MOST_VALUES: usize = 144;
/// Values at the start of a large tensor that are shown.
const HEAD: usize = 8;
/// Values that are read at a time for a summary.
const CHUNK: usize = 1 << 20;

impl Rich for Tensor {
    fn rich(&self) -> Bundle {
        bundle("Tensor", self)
    }
}

impl Rich for Var {
    fn rich(&self) -> Bundle {
        bundle("Var", self.as_tensor())
    }
}

fn bundle(name: &str, tensor: &Tensor) -> Bundle {
    let header = header(name, tensor);
    match view(&tensor.detach()) {
        Ok(view) => Bundle::text(format!("{header}\n{}", view.text))
            .with("text/html", format!("<div><code>{header}</code></div>\n{}", view.html)),
        Err(error) => Bundle::text(format!("{header}\nits values cannot be read: {error}")),
    }
}

/// `Tensor (2, 3) f32 on cpu`
fn header(name: &str, tensor: &Tensor) -> String {
    format!("{name} {} {} on {}", shape(tensor), tensor.dtype().as_str(), device(tensor))
}

fn shape(tensor: &Tensor) -> String {
    let dims: Vec<String> = tensor.dims().iter().map(usize::to_string).collect();
    format!("({})", dims.join(", "))
}

fn device(tensor: &Tensor) -> String {
    match tensor.device().location() {
        DeviceLocation::Cpu => "cpu".to_owned(),
        DeviceLocation::Cuda { gpu_id } => format!("cuda:{gpu_id}"),
        DeviceLocation::Metal { gpu_id } => format!("metal:{gpu_id}"),
    }
}

/// A tensor in a line of a list of variables.
pub(crate) fn describe(tensor: &Tensor) -> Description {
    let bytes = tensor.elem_count() * tensor.dtype().size_in_bytes();
    Description {
        value: first_values(&tensor.detach()).unwrap_or_default(),
        shape: Some(shape(tensor)),
        dtype: Some(tensor.dtype().as_str().into()),
        device: Some(device(tensor)),
        bytes: Some(bytes as u64),
        ..Description::default()
    }
}

/// The first values of a tensor, where they can be had without copying it.
fn first_values(tensor: &Tensor) -> Result<String> {
    if !tensor.is_contiguous() && tensor.elem_count() > MOST_VALUES {
        return Ok(String::new());
    }
    let count = tensor.elem_count();
    let first = texts(&tensor.flatten_all()?.narrow(0, 0, count.min(HEAD))?)?.join(", ");
    Ok(if count > HEAD { format!("[{first}, …]") } else { format!("[{first}]") })
}

struct View {
    text: String,
    html: String,
}

impl View {
    fn preformatted(text: String) -> Self {
        Self { html: format!("<pre>{text}</pre>"), text }
    }
}

fn view(tensor: &Tensor) -> Result<View> {
    if tensor.elem_count() == 0 {
        return Ok(View::preformatted("no values".to_owned()));
    }
    if tensor.rank() == 0 {
        return Ok(View::preformatted(texts(tensor)?.concat()));
    }
    let columns = tensor.dims()[tensor.rank() - 1];
    let rows = if tensor.rank() > 1 { tensor.dims()[tensor.rank() - 2] } else { 1 };
    let fits = rows <= MOST_IN_LINE && columns <= MOST_IN_LINE;
    if fits && tensor.elem_count() <= MOST_VALUES {
        return in_full(tensor, rows, columns);
    }
    let summary = summary(tensor)?;
    let html = match tensor.dims() {
        [2..=usize::MAX, 2..=usize::MAX] => format!("<pre>{summary}</pre>\n{}", heat::svg(tensor)?),
        _ => format!("<pre>{summary}</pre>"),
    };
    Ok(View { text: summary, html })
}

/// All values, a table for each matrix that the tensor holds.
fn in_full(tensor: &Tensor, rows: usize, columns: usize) -> Result<View> {
    let texts = texts(tensor)?;
    let values = values(tensor)?;
    let largest = largest(&values);
    let width = texts.iter().map(|text| text.chars().count()).max().unwrap_or(0);
    let (mut text, mut html) = (String::new(), String::new());
    for (i, matrix) in texts.chunks(rows * columns).enumerate() {
        if tensor.rank() > 2 {
            let place = place(i, &tensor.dims()[..tensor.rank() - 2]);
            let _ = writeln!(text, "{place}");
            let _ = writeln!(html, "<div>{place}</div>");
        }
        for row in matrix.chunks(columns) {
            let cells: Vec<String> = row.iter().map(|cell| format!("{cell:>width$}")).collect();
            let _ = writeln!(text, "{}", cells.join("  "));
        }
        let values = &values[i * rows * columns..][..rows * columns];
        html.push_str(&heat::table(matrix, values, columns, largest));
    }
    Ok(View { text: text.trim_end_matches('\n').to_owned(), html })
}

/// Where the `i`th matrix stands in the leading dimensions: `[1, 0]`
fn place(mut i: usize, leading: &[usize]) -> String {
    let mut at = vec![0; leading.len()];
    for (place, dim) in at.iter_mut().zip(leading).rev() {
        *place = i % dim;
        i /= dim;
    }
    format!("{at:?}")
}

/// `64 values, min -1.0, mean 0.5, max 2.0; first: …`
fn summary(tensor: &Tensor) -> Result<String> {
    let flat = tensor.flatten_all()?;
    let n = flat.elem_count();
    let (mut low, mut high, mut sum) = (f64::INFINITY, f64::NEG_INFINITY, 0.0);
    let (mut nans, mut infinite) = (0, 0);
    for start in (0..n).step_by(CHUNK) {
        for value in values(&flat.narrow(0, start, CHUNK.min(n - start))?)? {
            match value {
                value if value.is_nan() => nans += 1,
                value if value.is_infinite() => infinite += 1,
                value => (low, high, sum) = (low.min(value), high.max(value), sum + value),
            }
        }
    }
    let mut text = format!("{n} values");
    let finite = n - nans - infinite;
    if finite > 0 {
        let mean = sum / finite as f64;
        let ends = [low, mean, high].map(numbers::significant);
        let _ = write!(text, ", min {}, mean {}, max {}", ends[0], ends[1], ends[2]);
    }
    for (count, name) in [(nans, "NaN"), (infinite, "infinite")] {
        if count > 0 {
            let _ = write!(text, ", {count} {name}");
        }
    }
    let first = texts(&flat.narrow(0, 0, HEAD.min(n))?)?;
    let _ = write!(text, "\nfirst: {}, …", first.join(", "));
    Ok(text)
}

/// All values as `f64`, row by row.
fn values(tensor: &Tensor) -> Result<Vec<f64>> {
    tensor.to_device(&Device::Cpu)?.flatten_all()?.to_dtype(DType::F64)?.to_vec1()
}

/// The largest finite absolute value.
fn largest(values: &[f64]) -> f64 {
    values.iter().map(|value| value.abs()).filter(|size| size.is_finite()).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests;
