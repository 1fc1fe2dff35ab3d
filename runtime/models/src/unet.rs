//! The U-Net, which finds the pixels of things.

use candle_core::{Device, Module, Result, Tensor, bail};
use candlelab_nn::{
    Activation, BatchNorm, Conv2d, ConvOptions, ConvTranspose2d, Layer, Parameters, Sequential,
    max_pool2d,
};

/// What a [`UNet`] is; see [`UNetConfig::signs`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UNetConfig {
    /// Channels of the images.
    pub inputs: usize,
    /// Channels at full size, at half of it, and so on down.
    pub widths: Vec<usize>,
    /// Channels of the output, one for each kind of thing.
    pub outputs: usize,
}

impl UNetConfig {
    /// For grey images with one kind of thing of a few pixels: 29,481 parameters.
    pub fn signs() -> Self {
        Self { inputs: 1, widths: vec![8, 16, 32], outputs: 1 }
    }
}

/// `ReLU(BN(W₂ ∗ ReLU(BN(W₁ ∗ x))))` with kernels of 3 × 3 pixels.
fn double_conv(inputs: usize, outputs: usize, device: &Device) -> Result<Sequential> {
    let mut layers = Sequential::new();
    for inputs in [inputs, outputs] {
        layers = layers
            .add(Conv2d::new(inputs, outputs, 3, 1, device)?.without_bias())
            .add(BatchNorm::new(outputs, device)?)
            .add(Activation::Relu);
    }
    Ok(layers)
}

/// A step up: the image twice as large, beside what was seen at that size on the way down.
#[derive(Clone, Debug)]
struct Up {
    up: ConvTranspose2d,
    conv: Sequential,
}

impl Up {
    fn forward(&self, x: &Tensor, skip: &Tensor) -> Result<Tensor> {
        let x = self.up.forward(x)?; // (batch, width, 2 · height, 2 · width)
        self.conv.forward(&Tensor::cat(&[skip, &x], 1)?)
    }
}

/// The U-Net (Ronneberger et al. 2015): two convolutions at each size on the way down, each half
/// the one before, and the same on the way up, where each also sees what lay at its size.
///
/// Unlike the paper's, its convolutions keep the size and are normalised.
///
/// # Shapes
/// - input: `(batch, inputs, height, width)`, both sides multiples of `2^(widths − 1)`
/// - output: logits `(batch, outputs, height, width)`
#[derive(Clone, Debug)]
pub struct UNet {
    downs: Vec<Sequential>,
    ups: Vec<Up>,
    outc: Conv2d,
}

impl UNet {
    /// Random weights, as [`Conv2d`] draws them.
    ///
    /// # Errors
    /// If there is no width, or the device has no room.
    ///
    /// ```
    /// # use candlelab_models::{UNet, UNetConfig};
    /// # use candlelab_nn::{Device, Layer, Module, Result, parameter_count, randn};
    /// # fn main() -> Result<()> {
    /// let model = UNet::new(&UNetConfig::signs(), &Device::Cpu)?;
    /// assert_eq!(parameter_count(&model.vars()), 29_481);
    /// let x = randn(0.0, 1.0, (2, 1, 32, 32), &Device::Cpu)?;
    /// assert_eq!(model.forward(&x)?.dims(), x.dims());
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(config: &UNetConfig, device: &Device) -> Result<Self> {
        let Some(&first) = config.widths.first() else {
            bail!("a U-Net needs channels at full size, got {config:?}");
        };
        let mut downs = vec![double_conv(config.inputs, first, device)?];
        let mut ups = Vec::new();
        for pair in config.widths.windows(2) {
            downs.push(double_conv(pair[0], pair[1], device)?);
            let options = ConvOptions { stride: 2, ..ConvOptions::default() };
            let up = ConvTranspose2d::new(pair[1], pair[0], 2, options, device)?;
            ups.insert(0, Up { up, conv: double_conv(2 * pair[0], pair[0], device)? });
        }
        Ok(Self { downs, ups, outc: Conv2d::new(first, config.outputs, 1, 0, device)? })
    }
}

impl Module for UNet {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (_, _, height, width) = x.dims4()?;
        let least = 1 << self.ups.len();
        if !height.is_multiple_of(least) || !width.is_multiple_of(least) {
            bail!("this U-Net needs sides that are multiples of {least}, x: {:?}", x.dims());
        }
        let mut skips = Vec::new();
        let mut x = self.downs[0].forward(x)?;
        for down in &self.downs[1..] {
            let below = down.forward(&max_pool2d(&x, 2, 2)?)?; // (batch, …, height/2, width/2)
            skips.push(std::mem::replace(&mut x, below));
        }
        for (up, skip) in self.ups.iter().zip(skips.iter().rev()) {
            x = up.forward(&x, skip)?;
        }
        self.outc.forward(&x)
    }
}

impl Layer for UNet {
    fn parameters(&self) -> Parameters {
        let mut all = Parameters::new().with_layer("inc.double_conv", &self.downs[0]);
        for (at, down) in self.downs.iter().enumerate().skip(1) {
            all = all.with_layer(&format!("down{at}.maxpool_conv.1.double_conv"), down);
        }
        for (at, up) in (1..).zip(&self.ups) {
            all = (all.with_layer(&format!("up{at}.up"), &up.up))
                .with_layer(&format!("up{at}.conv.double_conv"), &up.conv);
        }
        all.with_layer("outc.conv", &self.outc)
    }
}
