//! Tensor values in characters.

use super::values;
use candle_core::{DType, Device, Result, Tensor};

/// Decimals of the values shown in full, at most.
const DECIMALS: usize = 4;

/// Every value as text: whole numbers in full, others with the same number of decimals.
pub(super) fn texts(tensor: &Tensor) -> Result<Vec<String>> {
    if matches!(tensor.dtype(), DType::U8 | DType::U32 | DType::I16 | DType::I32 | DType::I64) {
        let whole = tensor.to_device(&Device::Cpu)?.flatten_all()?.to_dtype(DType::I64)?;
        return Ok(whole.to_vec1::<i64>()?.iter().map(i64::to_string).collect());
    }
    let values = values(tensor)?;
    Ok(fixed(&values)
        .unwrap_or_else(|| values.iter().map(|value| format!("{value:.3e}")).collect()))
}

/// Numbers with as few decimals as they need; `None` if they are too large or too small for that.
fn fixed(values: &[f64]) -> Option<Vec<String>> {
    let sizes =
        values.iter().map(|value| value.abs()).filter(|&size| size.is_finite() && size > 0.0);
    let (low, high) =
        sizes.fold((f64::INFINITY, 0.0), |(low, high), size| (size.min(low), size.max(high)));
    if high >= 1e6 || (low < 1e-3 && high < 1.0) {
        return None;
    }
    let exact = |decimals: usize| {
        let unit = 10f64.powi(decimals as i32);
        values
            .iter()
            .all(|value| !value.is_finite() || ((value * unit).round() / unit - value).abs() < 1e-7)
    };
    let decimals = (1..DECIMALS).find(|&decimals| exact(decimals)).unwrap_or(DECIMALS);
    Some(values.iter().map(|value| format!("{value:.decimals$}")).collect())
}

/// A number with four significant digits: `0.1307`, `-12.3`, `1.2e-5`.
pub(super) fn significant(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-3..1e6).contains(&size) {
        return format!("{value:.3e}");
    }
    let digits =
        if size == 0.0 { 1 } else { (3 - size.log10().floor() as i32).clamp(1, 6) as usize };
    let text = format!("{value:.digits$}");
    let short = text.trim_end_matches('0');
    if short.ends_with('.') { format!("{short}0") } else { short.to_owned() }
}
