//! Attention in linear time.

use crate::init::orthonormal;
use crate::random::randn;
use candle_core::{D, Device, Result, Tensor, bail};

/// Random features whose products are nearly the exponential kernel (Choromanski et al. 2021,
/// FAVOR+): `φ(x)ᵢ = exp(wᵢ · x − ‖x‖²/2) / √m` for `m` vectors `wᵢ`, so that `φ(a) · φ(b)` is
/// `exp(a · b)` in the mean. All features are positive.
///
/// The `wᵢ` are as long as vectors of `N(0, 1)` numbers, and as many as fit are orthogonal to each
/// other, which makes the error smaller than chance would.
#[derive(Clone, Debug)]
pub struct RandomFeatures {
    /// `(features, width)`
    w: Tensor,
}

impl RandomFeatures {
    /// Draws `features` vectors of `width` numbers.
    ///
    /// # Errors
    /// If either is 0, or the device has no room.
    pub fn new(width: usize, features: usize, device: &Device) -> Result<Self> {
        if width == 0 || features == 0 {
            bail!("RandomFeatures needs a width and features, got {width} and {features}");
        }
        let lengths = randn(0.0, 1.0, (features, width), device)?.sqr()?.sum_keepdim(1)?.sqrt()?;
        let blocks: Vec<Tensor> = (0..features)
            .step_by(width)
            .map(|first| orthonormal(width.min(features - first), width, device))
            .collect::<Result<_>>()?;
        Ok(Self { w: Tensor::cat(&blocks, 0)?.broadcast_mul(&lengths)? })
    }

    /// The vectors `wᵢ`, `(features, width)`.
    pub fn vectors(&self) -> &Tensor {
        &self.w
    }

    /// The features `φ(x)`.
    ///
    /// # Shapes
    /// - `x`: `(…, width)`; output: `(…, features)`
    ///
    /// # Errors
    /// If the shapes do not fit.
    ///
    /// ```
    /// # use candlelab_nn::{Device, RandomFeatures, Result, Tensor, seed};
    /// # fn main() -> Result<()> {
    /// seed(1);
    /// let features = RandomFeatures::new(2, 4000, &Device::Cpu)?;
    /// let phi = features.map(&Tensor::new(&[[0.5f32, -0.5], [0.5, 0.1]], &Device::Cpu)?)?;
    /// let product = (phi.get(0)? * phi.get(1)?)?.sum_all()?.to_scalar::<f32>()?;
    /// assert!((product - 0.2f32.exp()).abs() < 0.15, "{product}");
    /// # Ok(())
    /// # }
    /// ```
    pub fn map(&self, x: &Tensor) -> Result<Tensor> {
        self.logarithms(x)?.exp()? / (self.w.dim(0)? as f64).sqrt()
    }

    /// `ln φ(x) + ln √m`
    fn logarithms(&self, x: &Tensor) -> Result<Tensor> {
        let half = (x.sqr()?.sum_keepdim(D::Minus1)? / 2.0)?; // (…, 1)
        x.broadcast_matmul(&self.w.to_dtype(x.dtype())?.t()?)?.broadcast_sub(&half)
    }
}

/// Positions whose weights the causal form computes at once.
const BLOCK: usize = 64;

/// Nearly [`attention`](crate::attention()), in a time that grows as the number of positions and
/// not as its square: with the features `φ` of [`RandomFeatures`],
/// `y = φ(q) (Σᵢ φ(kᵢ)ᵀ vᵢ) / (φ(q) Σᵢ φ(kᵢ)ᵀ)`, where queries and keys are divided by `d^¼` first.
///
/// If `causal`, the sums of position `t` end with `i = t`.
///
/// # Shapes
/// - `q`: `(…, queries, d)`; `k`: `(…, keys, d)`; `v`: `(…, keys, width)`; features of width `d`
/// - output: `(…, queries, width)`
///
/// # Errors
/// If the shapes do not fit; if `causal`, there have to be as many queries as keys.
///
/// ```
/// # use candlelab_nn::*;
/// # fn main() -> Result<()> {
/// seed(1);
/// let x = randn(0.0, 0.5, (1, 1, 5, 4), &Device::Cpu)?;
/// let features = RandomFeatures::new(4, 4000, &Device::Cpu)?;
/// for causal in [false, true] {
///     let y = performer_attention(&x, &x, &x, &features, causal)?;
///     let error = (y - attention(&x, &x, &x, causal)?)?.abs()?.max_all()?.to_scalar::<f32>()?;
///     assert!(error < 0.2, "{error}");
/// }
/// # Ok(())
/// # }
/// ```
pub fn performer_attention(
    q: &Tensor,
    k: &Tensor,
    v: &Tensor,
    features: &RandomFeatures,
    causal: bool,
) -> Result<Tensor> {
    let scale = (q.dim(D::Minus1)? as f64).powf(-0.25);
    let q = features.logarithms(&(q * scale)?)?; // (…, queries, features)
    let k = features.logarithms(&(k * scale)?)?; // (…, keys, features)
    // A shift for each query and one for all keys make the exponents at most 0; both cancel.
    let q = q.broadcast_sub(&q.detach().max_keepdim(D::Minus1)?)?.exp()?;
    let largest = k.detach().max_keepdim(D::Minus1)?.max_keepdim(D::Minus2)?; // (…, 1, 1)
    let k = k.broadcast_sub(&largest)?.exp()?;
    let one = v.narrow(D::Minus1, 0, 1)?.ones_like()?;
    let v = Tensor::cat(&[v, &one], D::Minus1)?; // with what the weights add up to at its end
    let sums = if causal { causal_sums(&q, &k, &v)? } else { q.matmul(&turned(&k)?.matmul(&v)?)? };
    let width = v.dim(D::Minus1)? - 1;
    sums.narrow(D::Minus1, 0, width)?.broadcast_div(&sums.narrow(D::Minus1, width, 1)?)
}

/// `Σ_{i ≤ t} (q_t · k_i) v_i` for every position `t`: within a block by its triangle of products,
/// for all blocks before it by the sum of their `kᵀ v`.
fn causal_sums(q: &Tensor, k: &Tensor, v: &Tensor) -> Result<Tensor> {
    let length = q.dim(D::Minus2)?;
    if k.dim(D::Minus2)? != length {
        let keys = k.dim(D::Minus2)?;
        bail!("causal attention has as many queries as keys, got {length} and {keys}");
    }
    let mut before: Option<Tensor> = None; // (…, features, width)
    let mut sums = Vec::new();
    for start in (0..length).step_by(BLOCK) {
        let size = BLOCK.min(length - start);
        let block = |x: &Tensor| x.narrow(D::Minus2, start, size)?.contiguous();
        let (q, k, v) = (block(q)?, block(k)?, block(v)?);
        let triangle = Tensor::tril2(size, q.dtype(), q.device())?;
        let within = q.matmul(&turned(&k)?)?.broadcast_mul(&triangle)?.matmul(&v)?;
        let added = turned(&k)?.matmul(&v)?;
        sums.push(match &before {
            Some(before) => (within + q.matmul(before)?)?,
            None => within,
        });
        before = Some(match before {
            Some(before) => (before + added)?,
            None => added,
        });
    }
    Tensor::cat(&sums, D::Minus2)
}

fn turned(x: &Tensor) -> Result<Tensor> {
    x.transpose(D::Minus2, D::Minus1)?.contiguous()
}
