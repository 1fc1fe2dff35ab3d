//! Layers one after the other.

use crate::layer::Layer;
use crate::ops::one_node;
use crate::parameters::Parameters;
use crate::summary::Summary;
use candle_core::{DType, Device, Module, Result, Tensor, Var};
use std::sync::Arc;

/// Layers applied in order.
///
/// ```
/// # use candlelab_nn::*;
/// # fn main() -> Result<()> {
/// let device = Device::Cpu;
/// let model = Sequential::new()
///     .add(Linear::new(2, 4, &device)?)
///     .add(Activation::Tanh)
///     .add(Linear::new(4, 1, &device)?);
/// assert_eq!(parameter_count(&model.vars()), 2 * 4 + 4 + 4 + 1);
/// # Ok(())
/// # }
/// # use candlelab_nn::Layer;
/// ```
#[derive(Clone, Debug, Default)]
pub struct Sequential {
    layers: Vec<Arc<dyn Layer>>,
}

impl Sequential {
    /// No layers yet: the identity.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a layer.
    #[allow(clippy::should_implement_trait)] // Appends; does not sum.
    pub fn add(mut self, layer: impl Layer + 'static) -> Self {
        self.layers.push(Arc::new(layer));
        self
    }

    /// The parameters of all layers.
    pub fn vars(&self) -> Vec<Var> {
        self.parameters().vars()
    }

    /// The shape after each layer and its number of parameters, for f32 of `shape`; see
    /// [`summary`](crate::summary()).
    ///
    /// # Errors
    /// If a layer does not fit its input.
    pub fn summary(&self, shape: &[usize]) -> Result<Summary> {
        let device = self.vars().first().map_or(Device::Cpu, |var| var.device().clone());
        crate::summary(self, &Tensor::zeros(shape, DType::F32, &device)?)
    }
}

impl Module for Sequential {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        one_node(|| {
            let mut layers = self.layers.iter().peekable();
            let mut x = x.clone();
            while let Some(layer) = layers.next() {
                let next = layers.peek().and_then(|next| next.as_activation());
                x = match next {
                    Some(activation) => {
                        layers.next();
                        layer.forward_into(&x, activation)?
                    }
                    None => layer.forward(&x)?,
                };
            }
            Ok(x)
        })
    }
}

impl Layer for Sequential {
    fn parameters(&self) -> Parameters {
        let layers = self.layers.iter().enumerate();
        layers.fold(Parameters::new(), |all, (at, layer)| all.with_layer(&at.to_string(), &**layer))
    }

    fn trace(&self, x: &Tensor, summary: &mut Summary) -> Result<Tensor> {
        self.layers.iter().try_fold(x.clone(), |x, layer| layer.trace(&x, summary))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Activation, BatchNorm, Conv2d, Dropout, Linear, Residual, randn};

    /// A layer and an activation in one go are the two one after the other.
    #[test]
    fn activations_may_be_part_of_the_layer_before_them() -> Result<()> {
        let device = &Device::Cpu;
        let (rows, images) =
            (randn(0.0, 1.0, (5, 3), device)?, randn(0.0, 1.0, (12, 3, 4, 4), device)?);
        let conv = Conv2d::new(3, 3, 3, 1, device)?;
        let layers: [(Arc<dyn Layer>, &Tensor); 6] = [
            (Arc::new(Linear::new(3, 4, device)?), &rows),
            (Arc::new(Linear::new(3, 4, device)?.without_bias()), &rows),
            (Arc::new(conv.clone()), &images),
            (Arc::new(BatchNorm::new(3, device)?), &images),
            (Arc::new(Residual::new(conv)), &images),
            (Arc::new(Activation::Tanh), &rows),
        ];
        for (layer, x) in &layers {
            for activation in [Activation::Relu, Activation::LeakyRelu(0.1), Activation::Silu] {
                let x = Var::from_tensor(x)?;
                let gradients = |y: &Tensor| -> Result<Vec<Vec<f32>>> {
                    let gradients = (y * y.detach().cos()?)?.sum_all()?.backward()?;
                    let vars = layer.vars().into_iter().chain([x.clone()]);
                    vars.map(|var| {
                        gradients.get(&var).expect("a gradient").flatten_all()?.to_vec1()
                    })
                    .collect()
                };
                let at_once = layer.forward_into(&x, activation)?;
                let one_by_one = activation.forward(&layer.forward(&x)?)?;
                let distance = (&at_once - &one_by_one)?.abs()?.max_all()?.to_scalar::<f32>()?;
                assert!(distance < 1e-6, "{layer:?} {activation:?}: {distance}");
                let pairs = gradients(&at_once)?.concat().into_iter();
                for (a, b) in pairs.zip(gradients(&one_by_one)?.concat()) {
                    assert!((a - b).abs() < 1e-4 * b.abs().max(1.0), "{layer:?} {activation:?}");
                }
            }
        }
        Ok(())
    }

    #[test]
    fn a_summary_changes_no_statistics() -> Result<()> {
        let norm = BatchNorm::new(2, &Device::Cpu)?;
        let model = Sequential::new().add(norm.clone()).add(Dropout { p: 0.5 });
        model.summary(&[3, 2])?;
        assert_eq!(norm.statistics().1.to_vec1::<f32>()?, [1.0, 1.0]);
        let x = Tensor::ones((3, 2), DType::F32, &Device::Cpu)?;
        assert_eq!(model.clone().predict(&x)?.dims(), [3, 2]); // a clone shares the parameters
        Ok(())
    }
}
