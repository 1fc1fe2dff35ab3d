//! Numbers of any density, out of uniform ones.

use candle_core::{Device, Result, Tensor, bail};
use candlelab_nn::rand;

/// The inverse of a distribution function: if `u` is uniform in 0..1, `F⁻¹(u)` has the density
/// `p = F'`.
#[derive(Clone, Debug, PartialEq)]
pub struct InverseCdf {
    x: Vec<f64>,
    cdf: Vec<f64>,
}

impl InverseCdf {
    /// Of a density that is given at places `x`, up to a factor. `F` is summed up by the rule of
    /// trapezoids and straight between the places.
    ///
    /// # Errors
    /// If there are fewer than two places, they do not rise, or the density is negative or 0.
    ///
    /// ```
    /// # use candlelab_models::InverseCdf;
    /// let even = InverseCdf::new(&[1.0, 3.0], &[7.0, 7.0])?; // the factor does not matter
    /// assert_eq!((even.at(0.0), even.at(0.25), even.at(1.0)), (1.0, 1.5, 3.0));
    /// # Ok::<(), candle_core::Error>(())
    /// ```
    pub fn new(x: &[f64], density: &[f64]) -> Result<Self> {
        let rises = x.windows(2).all(|pair| pair[0] < pair[1]);
        if x.len() < 2 || x.len() != density.len() || !rises {
            let (x, density) = (x.len(), density.len());
            bail!("a density is given at two or more rising places, got {x} and {density} values");
        }
        if density.iter().any(|p| !(p.is_finite() && *p >= 0.0)) {
            bail!("a density is 0 or more");
        }
        let pairs = x.windows(2).zip(density.windows(2));
        let areas = pairs.map(|(x, p)| (x[1] - x[0]) * (p[0] + p[1]) / 2.0);
        let mut cdf = vec![0.0];
        cdf.extend(areas.scan(0.0, |sum, area| {
            *sum += area;
            Some(*sum)
        }));
        let total = cdf[cdf.len() - 1];
        if total <= 0.0 {
            bail!("a density is not 0 everywhere");
        }
        cdf.iter_mut().for_each(|sum| *sum /= total);
        Ok(Self { x: x.to_vec(), cdf })
    }

    /// `F⁻¹(u)`; below 0 and above 1 it is the first and the last place.
    pub fn at(&self, u: f64) -> f64 {
        let above = self.cdf.partition_point(|f| *f < u).clamp(1, self.cdf.len() - 1);
        let (low, high) = (self.cdf[above - 1], self.cdf[above]);
        let part = if high > low { ((u - low) / (high - low)).clamp(0.0, 1.0) } else { 0.0 };
        self.x[above - 1] + part * (self.x[above] - self.x[above - 1])
    }

    /// `n` draws, f32, `(n)`; [`seed`](candlelab_nn::seed()) decides them.
    ///
    /// # Errors
    /// If the device has no room.
    pub fn sample(&self, n: usize) -> Result<Tensor> {
        let u = rand(0.0, 1.0, n, &Device::Cpu)?.to_vec1::<f32>()?;
        Tensor::from_iter(u.into_iter().map(|u| self.at(f64::from(u)) as f32), &Device::Cpu)
    }
}
