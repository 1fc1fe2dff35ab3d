//! Concepts as directions among activations.

use crate::score::{class_scores, gradient, like, numbers};
use crate::{Ridge, ridge};
use candle_core::{Device, Module, Result, Tensor, bail};

/// A direction that leads from other activations to those of a concept.
#[derive(Clone, Debug)]
pub struct Concept {
    /// The concept activation vector, of length 1 and of the shape of one example's activations.
    pub direction: Tensor,
    classifier: Ridge,
}

/// Finds the direction of a concept by a linear classifier of activations (Kim et al. 2018).
///
/// The classifier is [`ridge`] regression on ±1 with α = 1, which has one solution and needs no
/// training; the authors train theirs by gradient descent.
///
/// # Shapes
/// - `concept`: `(n, …)`, a layer's activations for examples of the concept
/// - `other`: `(m, …)`, those for random examples
///
/// # Errors
/// If the shapes differ beyond the first dimension, or nothing tells the two sets apart.
///
/// ```
/// # use candlelab_explain::concept_vector;
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let concept = Tensor::new(&[[3f32, 1.0], [3.0, -1.0]], &Device::Cpu)?;
/// let other = Tensor::new(&[[0f32, 1.0], [0.0, -1.0]], &Device::Cpu)?;
/// let vector = concept_vector(&concept, &other)?; // to the right, whatever the second number
/// assert_eq!(vector.direction.to_vec1::<f32>()?, [1.0, 0.0]);
/// assert_eq!(vector.accuracy(&concept, &other)?, 1.0);
/// # Ok(())
/// # }
/// ```
pub fn concept_vector(concept: &Tensor, other: &Tensor) -> Result<Concept> {
    let (n, m) = (rows(concept)?, rows(other)?);
    let shape = &concept.dims()[1..];
    if shape != &other.dims()[1..] {
        bail!("shape mismatch in concept_vector, {:?} and {:?}", concept.dims(), other.dims());
    }
    let x = Tensor::cat(&[concept, other], 0)?.reshape((n + m, shape.iter().product::<usize>()))?;
    let signs = (0..n + m).map(|row| if row < n { 1f64 } else { -1.0 });
    let signs = Tensor::from_iter(signs, &Device::Cpu)?;
    let classifier = ridge(&x, &signs, &signs.ones_like()?, 1.0)?;
    let length = classifier.weights.iter().map(|weight| weight * weight).sum::<f64>().sqrt();
    if length.is_nan() || length <= 1e-12 {
        bail!("the activations of the concept are those of the other examples");
    }
    let direction = classifier.weights.iter().map(|weight| weight / length).collect();
    Ok(Concept { direction: like(concept, direction, shape)?, classifier })
}

impl Concept {
    /// The fraction of examples that the classifier puts on the right side, 0 to 1.
    ///
    /// It means something for examples that [`concept_vector`] has not seen: with more activations
    /// than examples, any two sets can be told apart.
    ///
    /// # Errors
    /// If the activations have another shape.
    pub fn accuracy(&self, concept: &Tensor, other: &Tensor) -> Result<f64> {
        let side = |examples: &Tensor| {
            let features = self.classifier.weights.len();
            numbers(&self.classifier.predict(&examples.reshape(((), features))?)?)
        };
        let (concept, other) = (side(concept)?, side(other)?);
        let right = concept.iter().filter(|side| **side > 0.0).count()
            + other.iter().filter(|side| **side <= 0.0).count();
        Ok(right as f64 / (concept.len() + other.len()) as f64)
    }
}

/// The share of a class's examples whose score rises when their activations move towards a
/// concept, the TCAV score (Kim et al. 2018): `|{a : ∇z_c(a) · v > 0}| / n`.
///
/// Near ½ is also what a meaningless direction gives; compare with vectors of random examples.
///
/// # Shapes
/// - `activations`: `(n, …)`, of examples of the class; `head`: from activations to `(n, classes)`
///
/// # Errors
/// If the shapes do not fit or there is no such class.
///
/// ```
/// # use candlelab_explain::{concept_vector, tcav_score};
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let right = concept_vector(
///     &Tensor::new(&[[1f32, 0.0]], &Device::Cpu)?,
///     &Tensor::new(&[[0f32, 0.0]], &Device::Cpu)?,
/// )?;
/// let head = |a: &Tensor| a.sqr()?.narrow(1, 0, 1); // rises to the right where a > 0
/// let activations = Tensor::new(&[[3f32, 0.0], [1.0, 5.0], [-2.0, 0.0]], &Device::Cpu)?;
/// assert_eq!(tcav_score(&head, &activations, &right, 0)?, 2.0 / 3.0);
/// # Ok(())
/// # }
/// ```
pub fn tcav_score(
    head: &dyn Module,
    activations: &Tensor,
    concept: &Concept,
    class: usize,
) -> Result<f64> {
    let n = rows(activations)?;
    let slopes = gradient(activations, |activations| class_scores(head, activations, class))?;
    let rises = slopes.broadcast_mul(&concept.direction)?.reshape((n, ()))?.sum(1)?; // (n)
    Ok(numbers(&rises)?.iter().filter(|rise| **rise > 0.0).count() as f64 / n as f64)
}

/// How many examples there are, one or more.
fn rows(activations: &Tensor) -> Result<usize> {
    match *activations.dims() {
        [n, _, ..] if activations.elem_count() > 0 => Ok(n),
        _ => bail!("activations are (n, …) of one example or more, found {:?}", activations.dims()),
    }
}
