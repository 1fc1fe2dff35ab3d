//! Losses of answers that are classes, and accuracy.

use super::same_shape;
use crate::ops::{log_softmax, read_at, relu, softplus};
use candle_core::{D, DType, Result, Tensor, bail};

/// Scores `(…, classes)` with labels `(…)`, as `(n, classes)` and `(n)`.
fn of_classes(name: &str, scores: &Tensor, labels: &Tensor) -> Result<(Tensor, Tensor)> {
    if !labels.dtype().is_int() {
        let dtype = labels.dtype();
        bail!(
            "{name} needs whole numbers (u32) as labels, got {dtype:?}\nhint: convert them with \
             `.to_dtype(DType::U32)?`"
        );
    }
    match scores.dims() {
        [places @ .., classes] if labels.dims() == places && scores.elem_count() > 0 => {
            Ok((scores.reshape(((), *classes))?, labels.flatten_all()?))
        }
        _ => bail!("shape mismatch in {name}, lhs: {:?}, rhs: {:?}", scores.dims(), labels.dims()),
    }
}

/// Mean negative log-likelihood of the true classes: `−1/n Σᵢ log softmax(zᵢ)[yᵢ]`, in nats.
///
/// # Shapes
/// - `logits`: `(…, classes)`; `labels`: `(…)`, u32, such as `(batch, time)`
/// - output: a scalar
///
/// # Errors
/// If the shapes do not fit or a label is no class.
///
/// ```
/// # use candlelab_nn::{cross_entropy, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let logits = Tensor::new(&[[0f32, 0.0]], &Device::Cpu)?; // two equal chances: ln 2
/// let loss = cross_entropy(&logits, &Tensor::new(&[1u32], &Device::Cpu)?)?;
/// assert!((loss.to_scalar::<f32>()? - 2f32.ln()).abs() < 1e-6);
/// # Ok(())
/// # }
/// ```
pub fn cross_entropy(logits: &Tensor, labels: &Tensor) -> Result<Tensor> {
    let (logits, labels) = of_classes("cross_entropy", logits, labels)?;
    of_true("cross_entropy", &log_softmax(&logits, D::Minus1)?, &labels)
}

/// Mean negative log-likelihood of the true classes: `−1/n Σᵢ lᵢ[yᵢ]` for logarithms of
/// probabilities `l`, as [`log_softmax`] gives them; see [`cross_entropy`].
///
/// # Shapes
/// - `log_probabilities`: `(…, classes)`; `labels`: `(…)`, u32
/// - output: a scalar
///
/// # Errors
/// If the shapes do not fit or a label is no class.
///
/// ```
/// # use candlelab_nn::{nll, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let l = Tensor::new(&[[-1f32, -2.0], [-3.0, -4.0]], &Device::Cpu)?;
/// let loss = nll(&l, &Tensor::new(&[1u32, 0], &Device::Cpu)?)?;
/// assert_eq!(loss.to_scalar::<f32>()?, 2.5); // (2 + 3) / 2
/// # Ok(())
/// # }
/// ```
pub fn nll(log_probabilities: &Tensor, labels: &Tensor) -> Result<Tensor> {
    let (logarithms, labels) = of_classes("nll", log_probabilities, labels)?;
    of_true("nll", &logarithms, &labels)
}

/// Minus the mean of what stands in `(n, classes)` at the labels `(n)`.
fn of_true(name: &str, logarithms: &Tensor, labels: &Tensor) -> Result<Tensor> {
    let classes = logarithms.dim(1)?;
    let chosen = logarithms.contiguous()?.gather(&labels.unsqueeze(1)?, 1); // (n, 1)
    let chosen = read_at(chosen, labels, classes, |label, place| {
        format!(
            "{name}: label {label} at place {place}, but there are {classes} classes, from 0\nhint: \
             the model needs an output for each class, and labels count from 0"
        )
    })?;
    chosen.mean_all()?.neg()
}

/// Mean Kullback–Leibler divergence of rows, `1/n Σᵢ Σⱼ pᵢⱼ (ln pᵢⱼ − lᵢⱼ)` in nats, from targets
/// `p` to predictions whose logarithms are `l`; `0 · ln 0` counts as 0.
///
/// PyTorch's `kl_div` with `reduction="batchmean"`.
///
/// # Shapes
/// - `log_probabilities`, `targets`: `(n, …)` both
/// - output: a scalar
///
/// # Errors
/// If the shapes differ.
///
/// ```
/// # use candlelab_nn::{kl_divergence, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let l = Tensor::new(&[[0.5f32, 0.5]], &Device::Cpu)?.log()?;
/// let loss = kl_divergence(&l, &Tensor::new(&[[1f32, 0.0]], &Device::Cpu)?)?; // ln 1 − ln ½
/// assert!((loss.to_scalar::<f32>()? - 2f32.ln()).abs() < 1e-6);
/// # Ok(())
/// # }
/// ```
pub fn kl_divergence(log_probabilities: &Tensor, targets: &Tensor) -> Result<Tensor> {
    same_shape("kl_divergence", log_probabilities, targets)?;
    let n = targets.dim(0)? as f64;
    let some = targets.detach().gt(0.0)?;
    // Where p is 0, ln 1 stands for ln 0, so that neither value nor gradient is lost.
    let entropy = (targets * some.where_cond(targets, &targets.ones_like()?)?.log()?)?;
    (entropy - (targets * log_probabilities)?)?.sum_all()? / n
}

/// Mean hinge loss of scores and labels −1 or +1: `1/n Σᵢ max(0, 1 − yᵢ zᵢ)`.
///
/// # Shapes
/// Both of one shape; the output is a scalar.
///
/// # Errors
/// If the shapes differ.
///
/// ```
/// # use candlelab_nn::{hinge, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let loss = hinge(&Tensor::new(&[2f32, 0.5], &Device::Cpu)?, &Tensor::new(&[1f32, 1.0], &Device::Cpu)?)?;
/// assert_eq!(loss.to_scalar::<f32>()?, 0.25); // (0 + 0.5) / 2
/// # Ok(())
/// # }
/// ```
pub fn hinge(scores: &Tensor, labels: &Tensor) -> Result<Tensor> {
    same_shape("hinge", scores, labels)?;
    relu(&(1.0 - (scores * labels)?)?)?.mean_all()
}

/// Mean binary cross-entropy of logits and targets in 0..1, in nats:
/// `1/n Σᵢ yᵢ ln(1 + e^(−zᵢ)) + (1 − yᵢ) ln(1 + e^(zᵢ))`, finite for any finite logit.
///
/// # Shapes
/// Both of one shape; the output is a scalar.
///
/// # Errors
/// If the shapes differ.
///
/// ```
/// # use candlelab_nn::{bce_with_logits, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let (z, y) = (Tensor::new(&[200f32], &Device::Cpu)?, Tensor::new(&[0f32], &Device::Cpu)?);
/// assert_eq!(bce_with_logits(&z, &y)?.to_scalar::<f32>()?, 200.0);
/// # Ok(())
/// # }
/// ```
pub fn bce_with_logits(logits: &Tensor, targets: &Tensor) -> Result<Tensor> {
    same_shape("bce_with_logits", logits, targets)?;
    // ln(1 + e^(−z)) for what should be 1 and ln(1 + e^z) for what should be 0: no difference of
    // large numbers at either end.
    let of_one = (targets * softplus(&logits.neg()?)?)?;
    let of_zero = ((1.0 - targets)? * softplus(logits)?)?;
    (of_one + of_zero)?.mean_all()
}

/// The fraction of right answers, 0 to 1.
///
/// Of several scores the largest wins. A single score counts by its sign, against labels −1 or 0
/// for the lower class and 1 for the upper.
///
/// # Shapes
/// - `scores`: `(…, classes)` or `(…, 1)`; `labels`: one for each row of scores
///
/// # Errors
/// If there are not as many labels as rows.
///
/// ```
/// # use candlelab_nn::{accuracy, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let scores = Tensor::new(&[[0.1f32, 0.9], [0.8, 0.2]], &Device::Cpu)?;
/// assert_eq!(accuracy(&scores, &Tensor::new(&[1u32, 1], &Device::Cpu)?)?, 0.5);
/// # Ok(())
/// # }
/// ```
pub fn accuracy(scores: &Tensor, labels: &Tensor) -> Result<f64> {
    let classes = scores.dims().last().copied().unwrap_or_default();
    if labels.elem_count() * classes != scores.elem_count() || scores.elem_count() == 0 {
        bail!("shape mismatch in accuracy, lhs: {:?}, rhs: {:?}", scores.dims(), labels.dims());
    }
    let scores = scores.reshape(((), classes))?;
    let labels = labels.flatten_all()?.to_dtype(DType::F64)?;
    let (answers, truth) = if classes == 1 {
        (scores.flatten_all()?.gt(0.0)?, labels.gt(0.0)?.to_dtype(DType::F64)?)
    } else {
        (scores.argmax(1)?, labels)
    };
    let right = answers.to_dtype(DType::F64)?.eq(&truth)?.to_dtype(DType::F64)?;
    right.mean_all()?.to_scalar()
}
