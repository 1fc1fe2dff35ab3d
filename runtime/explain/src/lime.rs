//! A linear model of the neighbourhood of one example.

use crate::ridge;
use crate::score::{ROWS, class_scores, like, numbers};
use candle_core::{Device, Module, Result, Tensor, bail};
use candlelab_host::check_interrupt;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rand_distr::StandardNormal;

/// The penalty of the ridge regression, as the authors' program has it.
const ALPHA: f64 = 1.0;

/// A linear model that imitates another one near an example.
#[derive(Clone, Debug)]
pub struct Lime {
    /// Its value where all features are 0.
    pub intercept: f64,
    /// What each feature adds: `(features)` of a table, `(rows, columns)` of squares of an image;
    /// f64.
    pub weights: Tensor,
    /// The share of the score's variation near the example that the weights explain, at most 1.
    pub r2: f64,
}

/// Explains a row of a table by a linear model of its neighbourhood, LIME (Ribeiro et al. 2016).
///
/// Neighbours are `x + σ ⊙ z` with `z` from `N(0, 1)` and `σ` the standard deviations of the
/// background's columns; those at distance `|z|` count with weight `exp(−|z|² / w²)`,
/// `w = ¾ √features`, in a [`ridge`] regression of the score on `z` with α = 1. So a weight is what
/// one standard deviation more of its feature adds to the score. The authors' program draws around
/// the mean and cuts features at their quartiles, unless told otherwise.
///
/// # Shapes
/// - `x`: `(features)`; `background`: `(n, features)`, examples that tell how features vary
///
/// # Errors
/// If the shapes do not fit, the background has one row, or there are fewer than two samples.
///
/// ```
/// # use candlelab_explain::lime_table;
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let model = |x: &Tensor| x.narrow(1, 0, 1)? * 3.0; // three times the first feature
/// let background = Tensor::new(&[[0f32, 0.0], [4.0, 2.0]], &Device::Cpu)?; // σ = 2, 1
/// let x = Tensor::new(&[5f32, 5.0], &Device::Cpu)?;
/// let lime = lime_table(&model, &x, &background, 0, 5000, 42)?;
/// let weights = lime.weights.to_vec1::<f64>()?; // 3 · 2 and nothing
/// assert!((weights[0] - 6.0).abs() < 0.1 && weights[1].abs() < 0.1 && lime.r2 > 0.999);
/// # Ok(())
/// # }
/// ```
pub fn lime_table(
    model: &dyn Module,
    x: &Tensor,
    background: &Tensor,
    class: usize,
    samples: usize,
    seed: u64,
) -> Result<Lime> {
    let (n, features) = background.dims2()?;
    if n < 2 || x.dims() != [features] {
        let (x, background) = (x.dims(), background.dims());
        bail!("lime_table: x: {x:?}, background: {background:?}, which needs two rows or more");
    }
    let mean = background.mean_keepdim(0)?;
    let deviation = background.broadcast_sub(&mean)?.sqr()?.mean_keepdim(0)?.sqrt()?;
    let mut rng = StdRng::seed_from_u64(seed);
    let mut z: Vec<f64> = (0..samples * features).map(|_| rng.sample(StandardNormal)).collect();
    z.iter_mut().take(features).for_each(|z| *z = 0.0); // the example itself
    let z = Tensor::from_vec(z, (samples, features), &Device::Cpu)?;
    let distances = numbers(&z.sqr()?.sum(1)?)?;
    let width = 0.75 * (features as f64).sqrt();
    let moved = |z: &Tensor| {
        let z = z.to_device(x.device())?.to_dtype(x.dtype())?;
        z.broadcast_mul(&deviation)?.broadcast_add(&x.unsqueeze(0)?)
    };
    imitate(&z, &distances, width, |z| class_scores(model, &moved(z)?, class))
}

/// Explains an image by a linear model of which squares of it are seen, LIME (Ribeiro et al. 2016).
///
/// The image is cut into squares of `size × size` pixels, smaller at the right and bottom edge.
/// Each sample shows every square with chance ½ and sets the others to `fill`; it counts with
/// weight `exp(−d² / ¼²)`, where `d = 1 − √(share of squares shown)` is the cosine distance from
/// the whole image, in a [`ridge`] regression of the score with α = 1. So a weight is what its
/// square adds to the score. The authors cut along edges of the image (superpixels) instead.
///
/// # Shapes
/// - `image`: `(channels, height, width)`; weights: `(⌈height/size⌉, ⌈width/size⌉)`
///
/// # Errors
/// If there is no such class, `size` is 0, or there are fewer than two samples.
pub fn lime_image(
    model: &dyn Module,
    image: &Tensor,
    class: usize,
    size: usize,
    fill: f64,
    samples: usize,
    seed: u64,
) -> Result<Lime> {
    let (_, height, width) = image.dims3()?;
    if size == 0 || height * width == 0 {
        bail!("lime_image: no squares of {size} pixels in image: {:?}", image.dims());
    }
    let (rows, columns) = (height.div_ceil(size), width.div_ceil(size));
    let squares = rows * columns;
    let mut rng = StdRng::seed_from_u64(seed);
    let mut z: Vec<f64> =
        (0..samples * squares).map(|_| f64::from(u8::from(rng.random_bool(0.5)))).collect();
    z.iter_mut().take(squares).for_each(|z| *z = 1.0); // the image itself
    let z = Tensor::from_vec(z, (samples, squares), &Device::Cpu)?;
    let shares = numbers(&z.mean(1)?)?;
    let distances: Vec<f64> = shares.iter().map(|share| (1.0 - share.sqrt()).powi(2)).collect();
    let square =
        |pixels: usize| Tensor::from_iter((0..pixels).map(|at| (at / size) as u32), image.device());
    let (row, column) = (square(height)?, square(width)?); // the square of each pixel
    let seen = |z: &Tensor| {
        let shown = like(image, numbers(z)?, &[z.dim(0)?, rows, columns])?;
        let shown = shown.index_select(&row, 1)?.index_select(&column, 2)?.unsqueeze(1)?;
        let hidden = (1.0 - &shown)?; // (samples, 1, height, width)
        image.unsqueeze(0)?.broadcast_mul(&shown)?.broadcast_add(&(hidden * fill)?)
    };
    let lime = imitate(&z, &distances, 0.25, |z| class_scores(model, &seen(z)?, class))?;
    Ok(Lime { weights: lime.weights.reshape((rows, columns))?, ..lime })
}

/// Regresses the scores of samples `z` on `z`, `distances` being squared.
fn imitate(
    z: &Tensor,
    distances: &[f64],
    width: f64,
    scores: impl Fn(&Tensor) -> Result<Tensor>,
) -> Result<Lime> {
    let samples = z.dim(0)?;
    if samples < 2 {
        bail!("LIME needs two samples or more, found {samples}");
    }
    let mut y = Vec::new();
    for start in (0..samples).step_by(ROWS) {
        check_interrupt();
        y.extend(numbers(&scores(&z.narrow(0, start, ROWS.min(samples - start))?)?)?);
    }
    let y = Tensor::new(y, &Device::Cpu)?;
    let kernel = distances.iter().map(|distance| (-distance / width.powi(2)).exp());
    let kernel = Tensor::from_iter(kernel, &Device::Cpu)?;
    let line = ridge(z, &y, &kernel, ALPHA)?;
    let sum = |values: Tensor| (values * &kernel)?.sum_all()?.to_scalar::<f64>();
    let mean = sum(y.clone())? / sum(y.ones_like()?)?;
    let (left, all) = (sum((&y - line.predict(z)?)?.sqr()?)?, sum((&y - mean)?.sqr()?)?);
    let constant = all <= 1e-12 * sum(y.sqr()?)?; // nothing to explain
    let r2 = if constant { 1.0 } else { 1.0 - left / all };
    let weights = Tensor::new(line.weights, &Device::Cpu)?;
    Ok(Lime { intercept: line.intercept, weights, r2 })
}
