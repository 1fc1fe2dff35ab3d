//! Why a model answers as it does, how to mislead it, and how sure it may be.
//!
//! Every function takes a model, which is a layer or a closure from a tensor to scores
//! `(n, classes)`, and looks at it from outside, in evaluation mode. The score of class `c` is
//! column `c` of what the model returns: a logit, or a probability if a closure ends with
//! `softmax`. Nothing here trains or draws; the results are tensors and numbers to plot.
//!
//! - what the answer's slope says: [`saliency`], [`smooth_grad`], [`integrated_gradients`];
//!   inside a network [`grad_cam`], [`score_cam`] ([`resize`](candlelab_nn::resize) fits their maps to the image),
//!   [`concept_vector`] and [`tcav_score`];
//! - what happens when parts are hidden: [`occlusion`], [`permutation_importance`],
//!   [`lime_table`], [`lime_image`], [`shapley_values`], [`kernel_shap`];
//! - inputs made for the model: [`activation_maximisation`], [`fgsm`], [`pgd`], [`one_pixel`];
//! - sets and intervals that hold the truth as often as promised: [`conformal_quantile`],
//!   [`prediction_sets`];
//! - what these are made of: [`ridge`], [`differential_evolution`].
//!
//! ```
//! use candlelab_explain::{integrated_gradients, saliency};
//! use candlelab_nn::{Device, Result, Tensor};
//! # fn main() -> Result<()> {
//! let model = |x: &Tensor| x.sqr()?.sum_keepdim(1); // one class, z = a² + b²
//! let x = Tensor::new(&[[3f32, 1.0]], &Device::Cpu)?;
//! assert_eq!(saliency(&model, &x, 0)?.to_vec2::<f32>()?, [[6.0, 2.0]]);
//! let parts = integrated_gradients(&model, &x, &x.zeros_like()?, 0, 8)?;
//! assert_eq!(parts.to_vec2::<f32>()?, [[9.0, 1.0]]); // together z(x) − z(0)
//! # Ok(())
//! # }
//! ```

mod attack;
mod cam;
mod concept;
mod conformal;
mod evolution;
mod integrated;
mod kernel_shap;
mod lime;
mod maximise;
mod occlusion;
mod one_pixel;
mod permutation;
mod ridge;
mod saliency;
mod score;
mod shapley;

pub use attack::{fgsm, pgd};
pub use cam::{grad_cam, score_cam};
pub use concept::{Concept, concept_vector, tcav_score};
pub use conformal::{
    conformal_quantile, interval_coverage, label_scores, prediction_sets, residual_scores,
    set_coverage,
};
pub use evolution::{Evolution, Evolved, Objective, differential_evolution};
pub use integrated::integrated_gradients;
pub use kernel_shap::kernel_shap;
pub use lime::{Lime, lime_image, lime_table};
pub use maximise::activation_maximisation;
pub use occlusion::occlusion;
pub use one_pixel::{OnePixel, one_pixel};
pub use permutation::{Importance, permutation_importance};
pub use ridge::{Ridge, ridge};
pub use saliency::{saliency, smooth_grad};
pub use shapley::{Shapley, shapley_values};
