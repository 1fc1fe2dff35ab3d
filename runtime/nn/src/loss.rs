//! Losses in nats, as means over the batch, and accuracy.

use crate::ops::{log_softmax, relu};
use candle_core::{D, DType, Result, Tensor, bail};

fn same_shape(name: &str, scores: &Tensor, targets: &Tensor) -> Result<()> {
    if scores.dims() == targets.dims() {
        return Ok(());
    }
    bail!("shape mismatch in {name}, lhs: {:?}, rhs: {:?}", scores.dims(), targets.dims())
}

/// Mean negative log-likelihood of the true classes: `−1/n Σᵢ log softmax(zᵢ)[yᵢ]`, in nats.
///
/// # Shapes
/// - `logits`: `(n, classes)`; `labels`: `(n)`, u32
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
    let (n, _classes) = logits.dims2()?;
    if labels.dims() != [n] {
        bail!(
            "shape mismatch in cross_entropy, lhs: {:?}, rhs: {:?}",
            logits.dims(),
            labels.dims()
        );
    }
    let chosen = log_softmax(logits, D::Minus1)?.gather(&labels.unsqueeze(1)?, 1)?; // (n, 1)
    chosen.mean_all()?.neg()
}

/// Mean squared error: `1/n Σᵢ (zᵢ − yᵢ)²`.
///
/// # Shapes
/// Both of one shape; the output is a scalar.
///
/// # Errors
/// If the shapes differ.
///
/// ```
/// # use candlelab_nn::{mse, Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let loss = mse(&Tensor::new(&[1f32, 3.0], &Device::Cpu)?, &Tensor::new(&[1f32, 1.0], &Device::Cpu)?)?;
/// assert_eq!(loss.to_scalar::<f32>()?, 2.0); // (0 + 4) / 2
/// # Ok(())
/// # }
/// ```
pub fn mse(outputs: &Tensor, targets: &Tensor) -> Result<Tensor> {
    same_shape("mse", outputs, targets)?;
    (outputs - targets)?.sqr()?.mean_all()
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
/// `1/n Σᵢ max(zᵢ, 0) − zᵢ yᵢ + ln(1 + e^(−|zᵢ|))`, finite for any finite logit.
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
    // |z| = 2 max(z, 0) − z: unlike `abs`, it agrees with `relu` on the slope at 0.
    let size = ((relu(logits)? * 2.0)? - logits)?;
    let softplus = (size.neg()?.exp()? + 1.0)?.log()?;
    ((relu(logits)? - (logits * targets)?)? + softplus)?.mean_all()
}

/// The fraction of right answers, 0 to 1.
///
/// Of several scores the largest wins. A single score counts by its sign, against labels −1 or 0
/// for the lower class and 1 for the upper.
///
/// # Shapes
/// - `scores`: `(n, classes)` or `(n, 1)`; `labels`: `(n)` or `(n, 1)`
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
    let (n, classes) = scores.dims2()?;
    if labels.elem_count() != n || n == 0 {
        bail!("shape mismatch in accuracy, lhs: {:?}, rhs: {:?}", scores.dims(), labels.dims());
    }
    let labels = labels.flatten_all()?.to_dtype(DType::F64)?;
    let (answers, truth) = if classes == 1 {
        (scores.flatten_all()?.gt(0.0)?, labels.gt(0.0)?.to_dtype(DType::F64)?)
    } else {
        (scores.argmax(1)?, labels)
    };
    let right = answers.to_dtype(DType::F64)?.eq(&truth)?.to_dtype(DType::F64)?;
    right.mean_all()?.to_scalar()
}
