//! Points in the plane, each with a class: data with a known truth.

use candle_core::{Device, Result, Tensor, bail};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::f64::consts::{PI, TAU};

/// Exclusive or: the four points that no line separates.
///
/// # Shapes
/// - `x`: `(4, 2)`, f32: `[0, 0], [0, 1], [1, 0], [1, 1]`; `y`: `(4)`, u32: `0, 1, 1, 0`
///
/// ```
/// let (x, y) = candlelab_data::xor()?;
/// assert_eq!(x.dims(), [4, 2]);
/// assert_eq!(y.to_vec1::<u32>()?, [0, 1, 1, 0]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// None in practice; the tensors are made here.
pub fn xor() -> Result<(Tensor, Tensor)> {
    truth_table([0, 1, 1, 0])
}

/// Logical and: a line separates its one true point from the rest.
///
/// # Shapes
/// - `x`: `(4, 2)`, f32: `[0, 0], [0, 1], [1, 0], [1, 1]`; `y`: `(4)`, u32: `0, 0, 0, 1`
///
/// ```
/// let (_, y) = candlelab_data::and()?;
/// assert_eq!(y.to_vec1::<u32>()?, [0, 0, 0, 1]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// None in practice; the tensors are made here.
pub fn and() -> Result<(Tensor, Tensor)> {
    truth_table([0, 0, 0, 1])
}

/// Four points that a line separates, with room on both sides.
///
/// # Shapes
/// - `x`: `(4, 2)`, f32: `[-1, 0], [0, 1], [4, 4], [2, 3]`; `y`: `(4)`, u32: `0, 0, 1, 1`
///
/// ```
/// let (x, y) = candlelab_data::four_points()?;
/// assert_eq!(x.to_vec2::<f32>()?[2], [4., 4.]);
/// assert_eq!(y.to_vec1::<u32>()?, [0, 0, 1, 1]);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// None in practice; the tensors are made here.
pub fn four_points() -> Result<(Tensor, Tensor)> {
    let x = Tensor::new(&[[-1f32, 0.], [0., 1.], [4., 4.], [2., 3.]], &Device::Cpu)?;
    Ok((x, Tensor::new(&[0u32, 0, 1, 1], &Device::Cpu)?))
}

fn truth_table(y: [u32; 4]) -> Result<(Tensor, Tensor)> {
    let x = Tensor::new(&[[0f32, 0.], [0., 1.], [1., 0.], [1., 1.]], &Device::Cpu)?;
    Ok((x, Tensor::new(&y, &Device::Cpu)?))
}

/// Two half circles that reach into each other.
///
/// Class 0 is `(cos t, sin t)`, class 1 is `(1 − cos t, ½ − sin t)`, with `t` even in 0..π;
/// normal noise of standard deviation `noise` is added to both coordinates. The classes alternate,
/// so that the first `k` points are a fair sample, too.
///
/// # Shapes
/// - `x`: `(n, 2)`, f32; `y`: `(n)`, u32, 0 or 1
///
/// # Errors
/// If `noise` is negative or not finite.
///
/// ```
/// let (x, y) = candlelab_data::moons(200, 0.1, 42)?;
/// assert_eq!((x.dims(), y.dims()), (&[200, 2][..], &[200][..]));
/// # Ok::<(), candle_core::Error>(())
/// ```
pub fn moons(n: usize, noise: f64, seed: u64) -> Result<(Tensor, Tensor)> {
    points(n, noise, seed, |class, u| {
        let (sin, cos) = (PI * u).sin_cos();
        if class == 0 { [cos, sin] } else { [1. - cos, 0.5 - sin] }
    })
}

/// A small circle inside a larger one.
///
/// Class 0 lies on the radius 1, class 1 on the radius ½; `noise` as for [`moons`].
///
/// # Shapes
/// - `x`: `(n, 2)`, f32; `y`: `(n)`, u32, 0 or 1
///
/// # Errors
/// If `noise` is negative or not finite.
///
/// ```
/// let (x, _) = candlelab_data::circles(2, 0.0, 42)?; // without noise, on the circles
/// let radius = x.sqr()?.sum(1)?.sqrt()?.to_vec1::<f32>()?;
/// assert!((radius[0] - 1.0).abs() < 1e-6 && (radius[1] - 0.5).abs() < 1e-6);
/// # Ok::<(), candle_core::Error>(())
/// ```
pub fn circles(n: usize, noise: f64, seed: u64) -> Result<(Tensor, Tensor)> {
    points(n, noise, seed, |class, u| {
        let radius = if class == 0 { 1. } else { 0.5 };
        let (sin, cos) = (TAU * u).sin_cos();
        [radius * cos, radius * sin]
    })
}

/// Two spiral arms around each other, one and a half turns each.
///
/// The radius grows from 0.1 to 1; class 1 is class 0 turned by half a circle; `noise` as for
/// [`moons`].
///
/// # Shapes
/// - `x`: `(n, 2)`, f32; `y`: `(n)`, u32, 0 or 1
///
/// # Errors
/// If `noise` is negative or not finite.
///
/// ```
/// let (x, _) = candlelab_data::spiral(100, 0.0, 42)?;
/// assert!(x.abs()?.max_all()?.to_scalar::<f32>()? <= 1.0);
/// # Ok::<(), candle_core::Error>(())
/// ```
pub fn spiral(n: usize, noise: f64, seed: u64) -> Result<(Tensor, Tensor)> {
    points(n, noise, seed, |class, u| {
        let radius = 0.1 + 0.9 * u;
        let (sin, cos) = (3. * PI * u + PI * f64::from(class)).sin_cos();
        [radius * cos, radius * sin]
    })
}

/// `n` points of alternating class, each at `place(class, u)` with `u` even in 0..1, plus noise.
fn points(
    n: usize,
    noise: f64,
    seed: u64,
    place: impl Fn(u32, f64) -> [f64; 2],
) -> Result<(Tensor, Tensor)> {
    if !(noise.is_finite() && noise >= 0.) {
        bail!("the noise is a standard deviation, 0 or more, found {noise}");
    }
    let rng = &mut StdRng::seed_from_u64(seed);
    let y: Vec<u32> = (0..n as u32).map(|i| i % 2).collect();
    let mut x = Vec::with_capacity(2 * n);
    for class in &y {
        let [a, b] = place(*class, rng.random());
        let [da, db] = normal_pair(rng);
        x.extend([(a + noise * da) as f32, (b + noise * db) as f32]);
    }
    Ok((Tensor::from_vec(x, (n, 2), &Device::Cpu)?, Tensor::from_vec(y, n, &Device::Cpu)?))
}

/// Two independent standard normal numbers, after Box and Muller.
pub(crate) fn normal_pair(rng: &mut StdRng) -> [f64; 2] {
    let u: f64 = rng.random(); // in 0..1 without 1, so that the logarithm is finite
    let radius = (-2. * (1. - u).ln()).sqrt();
    let (sin, cos) = (TAU * rng.random::<f64>()).sin_cos();
    [radius * cos, radius * sin]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(x: &Tensor) -> Vec<Vec<f32>> {
        x.to_vec2().unwrap()
    }

    #[test]
    fn the_seed_decides_the_points() {
        let draw = |seed| rows(&moons(20, 0.2, seed).unwrap().0);
        assert_eq!(draw(3), draw(3));
        assert_ne!(draw(3), draw(4));
    }

    #[test]
    fn the_classes_alternate() {
        let (_, y) = spiral(5, 0.1, 0).unwrap();
        assert_eq!(y.to_vec1::<u32>().unwrap(), [0, 1, 0, 1, 0]);
    }

    #[test]
    fn without_noise_the_moons_are_half_circles() {
        let (x, y) = moons(100, 0., 0).unwrap();
        for (point, class) in rows(&x).iter().zip(y.to_vec1::<u32>().unwrap()) {
            let center = if class == 0 { [0., 0.] } else { [1., 0.5] };
            let radius = (point[0] - center[0]).hypot(point[1] - center[1]);
            assert!((radius - 1.).abs() < 1e-6, "{point:?}");
        }
    }

    #[test]
    fn the_noise_has_its_standard_deviation() {
        let (clean, noisy) = (circles(4000, 0., 1).unwrap().0, circles(4000, 0.3, 1).unwrap().0);
        let variance = (noisy - clean).unwrap().sqr().unwrap().mean_all().unwrap();
        let deviation = variance.to_scalar::<f32>().unwrap().sqrt();
        assert!((deviation - 0.3).abs() < 0.01, "{deviation}");
    }

    #[test]
    fn negative_noise_is_an_error_and_no_points_are_none() {
        assert!(moons(10, -1., 0).is_err());
        assert!(moons(10, f64::NAN, 0).is_err());
        assert_eq!(moons(0, 0.1, 0).unwrap().0.dims(), [0, 2]);
    }
}
