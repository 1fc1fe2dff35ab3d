//! The U-Net, which finds the pixels of things.

use candle_core::{Device, Module, Result, Tensor, bail};
use candlelab_nn::{Conv2d, DoubleConv, Layer, Parameters, UNetDown, UNetUp};

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

/// The U-Net (Ronneberger et al. 2015): two convolutions at each size on the way down, each half
/// the one before, and the same on the way up, where each also sees what lay at its size.
///
/// Unlike the paper's, its convolutions keep the size and are normalised.
///
/// # Shapes
/// - input: `(batch, inputs, height, width)`, both sides at least `2^(widths − 1)`
/// - output: logits `(batch, outputs, height, width)`
#[derive(Clone, Debug)]
pub struct UNet {
    first: DoubleConv,
    downs: Vec<UNetDown>,
    ups: Vec<UNetUp>,
    last: Conv2d,
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
        let pairs = config.widths.windows(2);
        let downs = pairs.clone().map(|pair| UNetDown::new(pair[0], pair[1], device));
        let ups = pairs.rev().map(|pair| UNetUp::new(pair[1], pair[0], device));
        Ok(Self {
            first: DoubleConv::new(config.inputs, first, device)?,
            downs: downs.collect::<Result<_>>()?,
            ups: ups.collect::<Result<_>>()?,
            last: Conv2d::new(first, config.outputs, 1, 0, device)?,
        })
    }
}

impl Module for UNet {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut skips = Vec::new();
        let mut x = self.first.forward(x)?;
        for down in &self.downs {
            let below = down.forward(&x)?; // (batch, …, height / 2, width / 2)
            skips.push(std::mem::replace(&mut x, below));
        }
        for (up, skip) in self.ups.iter().zip(skips.iter().rev()) {
            x = up.forward(&x, skip)?;
        }
        self.last.forward(&x)
    }
}

impl Layer for UNet {
    fn parameters(&self) -> Parameters {
        let first = Parameters::new().with_layer("first", &self.first);
        let downs = first.with_layers("down", &self.downs);
        let ups = (0..).zip(&self.ups);
        let all = ups.fold(downs, |all: Parameters, (at, up): (usize, &UNetUp)| {
            all.with_part(&format!("up.{at}"), up.parameters())
        });
        all.with_layer("last", &self.last)
    }
}
