//! Mixtures of normal distributions.

use super::cholesky::{cholesky, invert_lower, log_determinant};
use super::examples;
use crate::draws::categorical;
use candle_core::{D, DType, Result, Tensor, bail};
use candlelab_nn::{next_seed, randn, softmax};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::index::sample;
use std::f64::consts::TAU;

/// A Gaussian mixture: `p(x) = Σₖ wₖ N(x; μₖ, Σₖ)`; all in f64.
#[derive(Clone, Debug)]
pub struct Gmm {
    /// How probable each component is, `w`, `(components)`.
    pub weights: Tensor,
    /// `μ`, `(components, d)`.
    pub means: Tensor,
    /// `Σ`, `(components, d, d)`.
    pub covariances: Tensor,
}

/// Added to the variances, as scikit-learn does, so that no component shrinks to a point.
const LEAST_VARIANCE: f64 = 1e-6;

impl Gmm {
    /// A mixture to start from: means at examples that [`seed`](candlelab_nn::seed()) chooses, the
    /// covariance of all examples, and equal weights.
    ///
    /// # Shapes
    /// - `x`: `(n, d)`
    ///
    /// # Errors
    /// If there are fewer examples than components, or no component.
    pub fn start(x: &Tensor, components: usize) -> Result<Self> {
        let x = examples(x)?;
        let n = x.dim(0)?;
        if components == 0 || components > n {
            bail!("a mixture of {components} components cannot start from {n} examples");
        }
        let mut generator = StdRng::seed_from_u64(next_seed());
        let chosen = sample(&mut generator, n, components).into_iter().map(|at| at as u32);
        let even = Tensor::ones((n, 1), DType::F64, x.device())?;
        let whole = Self::of(&x, &even)?; // a single component
        Ok(Self {
            weights: Tensor::full(1.0 / components as f64, components, x.device())?,
            means: x.index_select(&Tensor::from_iter(chosen, x.device())?, 0)?,
            covariances: whole.covariances.repeat((components, 1, 1))?,
        })
    }

    /// Fits a mixture by [`step`](Self::step) after step from [`start`](Self::start), until the
    /// likelihood gains less than 1e-6 or `steps` are done. Gives the mixture and the mean log
    /// likelihood of the examples before each step and after the last, in nats, which never falls.
    ///
    /// # Shapes
    /// - `x`: `(n, d)`
    ///
    /// # Errors
    /// As for [`start`](Self::start).
    ///
    /// ```
    /// # use candlelab_models::Gmm;
    /// # use candlelab_nn::seed;
    /// # fn main() -> candle_core::Result<()> {
    /// seed(1);
    /// let (x, _) = candlelab_data::blobs(200, &[[0., 0.], [5., 5.]], 0.5, 1)?;
    /// let (gmm, likelihoods) = Gmm::fit(&x, 2, 50)?;
    /// assert!(likelihoods.windows(2).all(|pair| pair[1] > pair[0] - 1e-9));
    /// let apart = (gmm.means.get(0)? - gmm.means.get(1)?)?.abs()?.to_vec1::<f64>()?;
    /// assert!((apart[0] - 5.0).abs() < 0.2 && (apart[1] - 5.0).abs() < 0.2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn fit(x: &Tensor, components: usize, steps: usize) -> Result<(Self, Vec<f64>)> {
        let mut gmm = Self::start(x, components)?;
        let mut likelihoods = vec![gmm.log_likelihood(x)?];
        for _ in 0..steps {
            gmm = gmm.step(x)?;
            let (before, now) = (likelihoods[likelihoods.len() - 1], gmm.log_likelihood(x)?);
            likelihoods.push(now);
            if now - before < 1e-6 {
                break;
            }
        }
        Ok((gmm, likelihoods))
    }

    /// A step of expectation and maximisation (Dempster et al. 1977): how far each component is
    /// responsible for each example, then the mixture that fits best to that.
    ///
    /// # Errors
    /// If the examples have another dimension.
    pub fn step(&self, x: &Tensor) -> Result<Self> {
        Self::of(&examples(x)?, &self.responsibilities(x)?)
    }

    /// With `Nₖ = Σₙ rₙₖ`: `wₖ = Nₖ / N`, `μₖ = Σₙ rₙₖ xₙ / Nₖ` and
    /// `Σₖ = Σₙ rₙₖ (xₙ − μₖ)(xₙ − μₖ)ᵀ / Nₖ`.
    fn of(x: &Tensor, r: &Tensor) -> Result<Self> {
        let (n, d) = x.dims2()?;
        // Not quite 0 for a component that lost all its examples.
        let counts = (r.sum(0)? + 1e-15)?; // (components)
        let means = r.t()?.matmul(x)?.broadcast_div(&counts.unsqueeze(1)?)?; // (components, d)
        let least = (Tensor::eye(d, DType::F64, x.device())? * LEAST_VARIANCE)?;
        let covariance = |k: usize| {
            let off = x.broadcast_sub(&means.get(k)?)?; // (n, d)
            let weighted = off.broadcast_mul(&r.narrow(1, k, 1)?)?;
            let sum = weighted.t()?.matmul(&off)?; // (d, d)
            sum.broadcast_div(&counts.get(k)?)? + &least
        };
        let covariances = (0..r.dim(1)?).map(covariance).collect::<Result<Vec<_>>>()?;
        Ok(Self {
            weights: (counts / n as f64)?,
            means,
            covariances: Tensor::stack(&covariances, 0)?,
        })
    }

    /// `ln wₖ N(x; μₖ, Σₖ)`, `(n, components)`: with `Σ = L Lᵀ` and `u = L⁻¹ (x − μ)`,
    /// `ln N = −½ (‖u‖² + d ln 2π) − ln |L|`.
    fn parts(&self, x: &Tensor) -> Result<Tensor> {
        let (n, d) = x.dims2()?;
        let (components, of) = self.means.dims2()?;
        if d != of {
            bail!("shape mismatch in Gmm, x: [{n}, {d}], means: [{components}, {of}]");
        }
        let x = examples(x)?;
        let part = |k: usize| {
            let l = cholesky(&self.covariances.get(k)?)?;
            let off = x.broadcast_sub(&self.means.get(k)?)?;
            let u = off.matmul(&invert_lower(&l)?.t()?)?; // (n, d)
            let weight: f64 = self.weights.get(k)?.to_scalar()?;
            let constant = weight.ln() - 0.5 * d as f64 * TAU.ln() - log_determinant(&l)?;
            u.sqr()?.sum(1)?.affine(-0.5, constant) // (n)
        };
        let parts = (0..components).map(part).collect::<Result<Vec<_>>>()?;
        Tensor::stack(&parts, 1)
    }

    /// `ln p(x)` in nats, `(n)`, of examples `(n, d)`.
    ///
    /// # Errors
    /// If the examples have another dimension, or a covariance is none.
    pub fn log_density(&self, x: &Tensor) -> Result<Tensor> {
        self.parts(x)?.log_sum_exp(1)
    }

    /// The mean of `ln p(x)`.
    ///
    /// # Errors
    /// As for [`log_density`](Self::log_density).
    pub fn log_likelihood(&self, x: &Tensor) -> Result<f64> {
        self.log_density(x)?.mean_all()?.to_scalar()
    }

    /// How probable it is that each example comes from each component,
    /// `rₙₖ = wₖ N(xₙ; μₖ, Σₖ) / p(xₙ)`, `(n, components)`.
    ///
    /// # Errors
    /// As for [`log_density`](Self::log_density).
    pub fn responsibilities(&self, x: &Tensor) -> Result<Tensor> {
        softmax(&self.parts(x)?, D::Minus1)
    }

    /// `n` new examples, `(n, d)`: `μₖ + Lₖ ε` with a component drawn by its weight.
    ///
    /// # Errors
    /// If a covariance is none.
    pub fn sample(&self, n: usize) -> Result<Tensor> {
        let (components, d) = self.means.dims2()?;
        let roots = (0..components).map(|k| cholesky(&self.covariances.get(k)?));
        let roots = Tensor::stack(&roots.collect::<Result<Vec<_>>>()?, 0)?; // (components, d, d)
        let drawn = categorical(&self.weights.log()?.broadcast_as((n, components))?)?; // (n)
        let noise = randn(0.0, 1.0, (n, d, 1), self.means.device())?.to_dtype(DType::F64)?;
        let off = roots.index_select(&drawn, 0)?.matmul(&noise)?.squeeze(2)?; // (n, d)
        self.means.index_select(&drawn, 0)? + off
    }
}
