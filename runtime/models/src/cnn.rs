//! A convolutional network for small images.

use candle_core::{Device, Module, Result, Tensor, bail};
use candlelab_nn::{Activation, Conv2d, Layer, Linear, MaxPool2d, Parameters, Sequential};

/// What a [`Cnn`] is; see [`CnnConfig::mnist`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CnnConfig {
    /// Height and width of the images, in pixels.
    pub image: usize,
    /// Channels of the images and after each convolution.
    pub channels: Vec<usize>,
    /// Height and width of the kernels, an odd number, so that padding keeps the size.
    pub kernel: usize,
    /// Numbers in the output.
    pub classes: usize,
}

impl CnnConfig {
    /// Two convolutions of 16 and 32 channels for digits of 28 × 28 pixels: 28,938 parameters.
    pub fn mnist() -> Self {
        Self { image: 28, channels: vec![1, 16, 32], kernel: 5, classes: 10 }
    }
}

/// Convolutions, each with ReLU and halved by max pooling, then one affine map to the classes.
///
/// # Shapes
/// - input: `(batch, channels, image, image)`; output: logits `(batch, classes)`
#[derive(Clone, Debug)]
pub struct Cnn {
    layers: Vec<Sequential>,
    fc: Linear,
}

impl Cnn {
    /// Random weights, as [`Conv2d`] and [`Linear`] draw them.
    ///
    /// # Errors
    /// If there are no channels, the kernel is even, the image is too small to be halved so often, or the device has no
    /// room.
    ///
    /// ```
    /// # use candlelab_models::{Cnn, CnnConfig};
    /// # use candlelab_nn::{Device, Layer, Result, parameter_count};
    /// # fn main() -> Result<()> {
    /// let model = Cnn::new(&CnnConfig::mnist(), &Device::Cpu)?;
    /// let convolutions = (25 * 16 + 16) + (16 * 25 * 32 + 32);
    /// assert_eq!(parameter_count(&model.vars()), convolutions + 7 * 7 * 32 * 10 + 10); // 28,938
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(config: &CnnConfig, device: &Device) -> Result<Self> {
        let CnnConfig { image, channels, kernel, classes } = config;
        let halvings = channels.len().saturating_sub(1) as u32;
        let side = image.checked_shr(halvings).unwrap_or(0);
        let Some(last) = channels.last().filter(|_| side > 0 && !kernel.is_multiple_of(2)) else {
            bail!("a CNN needs channels, an odd kernel and {halvings} halvings, got {config:?}");
        };
        let layer = |pair: &[usize]| {
            let conv = Conv2d::new(pair[0], pair[1], *kernel, kernel / 2, device)?;
            Ok(Sequential::new().add(conv).add(Activation::Relu).add(MaxPool2d::new(2)))
        };
        let layers = channels.windows(2).map(layer).collect::<Result<_>>()?;
        Ok(Self { layers, fc: Linear::new(last * side * side, *classes, device)? })
    }

    /// The maps of the last convolution, as Grad-CAM looks at them: `(batch, channels, image,
    /// image)` to `(batch, last channels, image / 2ⁿ, image / 2ⁿ)`.
    ///
    /// # Errors
    /// If the shape does not fit.
    pub fn features(&self, x: &Tensor) -> Result<Tensor> {
        self.layers.iter().try_fold(x.clone(), |x, layer| layer.forward(&x))
    }

    /// Logits out of the maps.
    ///
    /// # Errors
    /// If the shape does not fit.
    pub fn classify(&self, maps: &Tensor) -> Result<Tensor> {
        self.fc.forward(&maps.flatten_from(1)?)
    }
}

impl Module for Cnn {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.classify(&self.features(x)?)
    }
}

impl Layer for Cnn {
    fn parameters(&self) -> Parameters {
        let layers = (1..).zip(&self.layers);
        let layers = layers.fold(Parameters::new(), |all, (at, layer)| {
            all.with_layer(&format!("layer{at}"), layer)
        });
        layers.with_layer("fc", &self.fc)
    }
}
