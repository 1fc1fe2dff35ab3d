//! The attack that changes one pixel.

use crate::attack::unit_range;
use crate::score::{ROWS, double, like, numbers};
use crate::{Evolution, differential_evolution};
use candle_core::{D, Module, Result, Tensor, bail};
use candlelab_nn::{evaluating, softmax};

/// What [`one_pixel`] found.
#[derive(Clone, Debug)]
pub struct OnePixel {
    /// `(channels, height, width)`, the image with the pixel changed.
    pub image: Tensor,
    /// The row of the pixel.
    pub row: usize,
    /// The column of the pixel.
    pub column: usize,
    /// The pixel's new numbers, one a channel, 0..1.
    pub colour: Vec<f64>,
    /// The class that the model sees now; the attack succeeded if it is another one.
    pub predicted: usize,
    /// How many generations it took.
    pub generations: usize,
}

/// Looks for one pixel whose change makes a model see another class (Su et al. 2019), by
/// [`differential_evolution`] of `(row, column, colour…)`.
///
/// What is to become small is `p(label) − max p(other)`, which is below 0 when the attack has
/// succeeded and ends the search, whatever `search.target` says; the paper takes `p(label)` alone.
///
/// # Shapes
/// - `image`: `(channels, height, width)`, numbers in 0..1; the model's output: `(n, classes)`
///
/// # Errors
/// If the image leaves 0..1, there is no such class, or there are fewer than two classes.
pub fn one_pixel(
    model: &dyn Module,
    image: &Tensor,
    label: usize,
    search: &Evolution,
) -> Result<OnePixel> {
    let (channels, height, width) = image.dims3()?;
    unit_range(image)?;
    if image.elem_count() == 0 {
        bail!("the image has no pixels: {:?}", image.dims());
    }
    let original = numbers(image)?;
    let paint = |candidates: &[Vec<f64>]| {
        let mut pixels = original.repeat(candidates.len());
        for (image, candidate) in pixels.chunks_exact_mut(original.len()).zip(candidates) {
            let (row, column) = place(candidate);
            for (channel, colour) in candidate[2..].iter().enumerate() {
                image[(channel * height + row) * width + column] = *colour;
            }
        }
        like(image, pixels, &[candidates.len(), channels, height, width])
    };
    let probabilities = |candidates: &[Vec<f64>]| -> Result<Vec<Vec<f64>>> {
        let logits = evaluating(|| model.forward(&paint(candidates)?))?;
        double(&softmax(&logits, D::Minus1)?)?.to_vec2()
    };
    let margins = |candidates: &[Vec<f64>]| {
        let mut margins = Vec::with_capacity(candidates.len());
        for candidates in candidates.chunks(ROWS) {
            for p in probabilities(candidates)? {
                margins.push(margin(&p, label)?);
            }
        }
        Ok(margins)
    };
    // Just below the far edge, so that each row and column gets an equal share.
    let mut bounds = vec![(0.0, height as f64 - 1e-9), (0.0, width as f64 - 1e-9)];
    bounds.resize(2 + channels, (0.0, 1.0));
    let search = Evolution { target: 0.0, ..search.clone() };
    let found = differential_evolution(&margins, &bounds, &search)?;
    let (row, column) = place(&found.best);
    let best = [found.best];
    let predicted = (probabilities(&best)?[0].iter().enumerate())
        .max_by(|(_, a), (_, b)| a.total_cmp(b))
        .map_or(label, |(class, _)| class);
    Ok(OnePixel {
        image: paint(&best)?.squeeze(0)?,
        row,
        column,
        colour: best[0][2..].to_vec(),
        predicted,
        generations: found.generations,
    })
}

/// Row and column of a candidate.
fn place(candidate: &[f64]) -> (usize, usize) {
    (candidate[0] as usize, candidate[1] as usize)
}

/// `p(label) − max p(other)`.
fn margin(p: &[f64], label: usize) -> Result<f64> {
    let Some(own) = p.get(label).filter(|_| p.len() > 1) else {
        bail!("there is no class {label} with another one among {} classes", p.len())
    };
    let others = p.iter().enumerate().filter(|(class, _)| *class != label);
    Ok(own - others.map(|(_, p)| *p).fold(0.0, f64::max))
}
