//! Densities out of bumps, one on each example.

use super::examples;
use candle_core::{D, DType, Result, Tensor, bail};
use candlelab_nn::{next_seed, randn};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::f64::consts::TAU;

/// Kernel density estimation with normal bumps: `p(x) = 1/n Σᵢ N(x; xᵢ, h²)`.
#[derive(Clone, Debug)]
pub struct Kde {
    x: Tensor,
    bandwidth: f64,
}

impl Kde {
    /// Bumps of standard deviation `bandwidth`, `h`, in all directions.
    ///
    /// # Shapes
    /// - `x`: `(n, d)`
    ///
    /// # Errors
    /// If there is no example, or the bandwidth is not above 0.
    ///
    /// ```
    /// # use candlelab_models::Kde;
    /// # use candlelab_nn::{Device, Result, Tensor};
    /// # fn main() -> Result<()> {
    /// let kde = Kde::new(&Tensor::new(&[[0f32], [2.0]], &Device::Cpu)?, 1.0)?;
    /// let middle = kde.density(&Tensor::new(&[[1f32]], &Device::Cpu)?)?; // one σ from both
    /// assert!((middle.to_vec1::<f64>()?[0] - 0.24197).abs() < 1e-5);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(x: &Tensor, bandwidth: f64) -> Result<Self> {
        if !(bandwidth.is_finite() && bandwidth > 0.0) {
            bail!("a density of bumps needs a bandwidth above 0, got {bandwidth}");
        }
        Ok(Self { x: examples(x)?, bandwidth })
    }

    /// The bandwidth of Scott 1992, `h = σ n^(−1/(d + 4))`, with `σ²` the mean variance of the
    /// columns (divisor `n − 1`).
    ///
    /// # Errors
    /// If there are fewer than two examples, or all are the same.
    pub fn scott(x: &Tensor) -> Result<Self> {
        let x = examples(x)?;
        let (n, d) = x.dims2()?;
        let variance: f64 = x.var(0)?.mean_all()?.to_scalar()?;
        Self::new(&x, variance.sqrt() * (n as f64).powf(-1.0 / (d as f64 + 4.0)))
    }

    /// The standard deviation of the bumps, `h`.
    pub fn bandwidth(&self) -> f64 {
        self.bandwidth
    }

    /// `p` at places `(m, d)`, f64, `(m)`.
    ///
    /// # Errors
    /// If the places have another dimension.
    pub fn density(&self, places: &Tensor) -> Result<Tensor> {
        let (d, places) = (self.x.dim(1)?, places.to_dtype(DType::F64)?);
        if places.rank() != 2 || places.dim(1)? != d {
            bail!("shape mismatch in Kde, places: {:?}, x: {:?}", places.dims(), self.x.dims());
        }
        let (places, x) = (places.unsqueeze(1)?, self.x.unsqueeze(0)?);
        let squares = places.broadcast_sub(&x)?.sqr()?.sum(D::Minus1)?; // (m, n)
        let h2 = self.bandwidth * self.bandwidth;
        let bumps = (squares * (-0.5 / h2))?.exp()?; // (m, n)
        bumps.mean(1)? / (TAU * h2).powf(d as f64 / 2.0)
    }

    /// `n` new examples, `(n, d)`: old ones, moved by `N(0, h²)`.
    ///
    /// # Errors
    /// If the device has no room.
    pub fn sample(&self, n: usize) -> Result<Tensor> {
        let mut generator = StdRng::seed_from_u64(next_seed());
        let (count, d) = self.x.dims2()?;
        let drawn = (0..n).map(|_| generator.random_range(0..count as u32));
        let drawn = Tensor::from_iter(drawn, self.x.device())?;
        let noise = randn(0.0, self.bandwidth, (n, d), self.x.device())?.to_dtype(DType::F64)?;
        self.x.index_select(&drawn, 0)? + noise
    }
}
