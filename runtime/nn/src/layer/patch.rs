//! Images as sequences of patches.

use super::{Layer, Linear};
use crate::parameters::Parameters;
use crate::precision::parameter_from;
use crate::random::randn;
use candle_core::{Device, Module, Result, Tensor, Var, bail};

/// Cuts images into square patches, row by row, each laid out as a vector: all of its first
/// channel, then of its second and so on.
///
/// # Shapes
/// - `x`: `(batch, channels, height, width)`
/// - output: `(batch, height/patch · width/patch, channels · patch²)`
///
/// # Errors
/// If the image cannot be cut into whole patches.
///
/// ```
/// # use candlelab_nn::{Device, Result, Tensor, patchify};
/// # fn main() -> Result<()> {
/// let x = Tensor::arange(0f32, 8.0, &Device::Cpu)?.reshape((1, 1, 2, 4))?;
/// let y = patchify(&x, 2)?.get(0)?.to_vec2::<f32>()?;
/// assert_eq!(y, [[0.0, 1.0, 4.0, 5.0], [2.0, 3.0, 6.0, 7.0]]);
/// # Ok(())
/// # }
/// ```
pub fn patchify(x: &Tensor, patch: usize) -> Result<Tensor> {
    let (batch, channels, height, width) = x.dims4()?;
    let (rows, columns) = grid("patchify", (height, width), patch)?;
    x.reshape(&[batch, channels, rows, patch, columns, patch])?
        .permute([0, 2, 4, 1, 3, 5])? // (batch, rows, columns, channels, patch, patch)
        .reshape((batch, rows * columns, channels * patch * patch))
}

/// Puts patches together again: undoes [`patchify`] for images of `height` and `width`.
///
/// # Shapes
/// - `x`: `(batch, height/patch · width/patch, channels · patch²)`
/// - output: `(batch, channels, height, width)`
///
/// # Errors
/// If the patches do not make an image of this size.
///
/// ```
/// # use candlelab_nn::{Device, Result, Tensor, patchify, unpatchify};
/// # fn main() -> Result<()> {
/// let x = Tensor::arange(0f32, 48.0, &Device::Cpu)?.reshape((1, 3, 4, 4))?;
/// let y = unpatchify(&patchify(&x, 2)?, 2, 4, 4)?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, x.flatten_all()?.to_vec1::<f32>()?);
/// # Ok(())
/// # }
/// ```
pub fn unpatchify(x: &Tensor, patch: usize, height: usize, width: usize) -> Result<Tensor> {
    let (batch, patches, numbers) = x.dims3()?;
    let (rows, columns) = grid("unpatchify", (height, width), patch)?;
    if patches != rows * columns || !numbers.is_multiple_of(patch * patch) {
        let x = x.dims();
        bail!("shape mismatch in unpatchify, x: {x:?}, image: {height}×{width}, patch: {patch}");
    }
    let channels = numbers / (patch * patch);
    x.reshape(&[batch, rows, columns, channels, patch, patch])?
        .permute([0, 3, 1, 4, 2, 5])? // (batch, channels, rows, patch, columns, patch)
        .reshape((batch, channels, height, width))
}

/// How many patches fit below and beside each other.
fn grid(name: &str, (height, width): (usize, usize), patch: usize) -> Result<(usize, usize)> {
    if patch == 0 || !height.is_multiple_of(patch) || !width.is_multiple_of(patch) {
        bail!("{name}: {height}×{width} pixels cannot be cut into patches of {patch}×{patch}");
    }
    Ok((height / patch, width / patch))
}

/// A vector for each patch of an image (Dosovitskiy et al. 2021): an affine map of its pixels; see
/// [`patchify`].
#[derive(Clone, Debug)]
pub struct PatchEmbedding {
    map: Linear,
    patch: usize,
}

impl PatchEmbedding {
    /// A layer for patches of `patch × patch` pixels, with weights and biases uniform in
    /// `±1/√(channels · patch²)`.
    ///
    /// # Shapes
    /// - input: `(batch, channels, height, width)`
    /// - output: `(batch, height/patch · width/patch, width)`
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let layer = PatchEmbedding::new(1, 7, 64, &Device::Cpu)?;
    /// let y = layer.forward(&randn(0.0, 1.0, (2, 1, 28, 28), &Device::Cpu)?)?;
    /// assert_eq!(y.dims(), [2, 16, 64]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(channels: usize, patch: usize, width: usize, device: &Device) -> Result<Self> {
        Ok(Self { map: Linear::new(channels * patch * patch, width, device)?, patch })
    }
}

impl Module for PatchEmbedding {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.map.forward(&patchify(x, self.patch)?) // (batch, patches, width)
    }
}

impl Layer for PatchEmbedding {
    fn parameters(&self) -> Parameters {
        self.map.parameters()
    }
}

/// Puts one more vector, which training finds, before a sequence; after some attention it stands
/// for the whole (Devlin et al. 2019).
#[derive(Clone, Debug)]
pub struct ClassToken {
    w: Var,
}

impl ClassToken {
    /// A vector of `width` numbers, drawn from `N(0, .02²)`.
    ///
    /// # Shapes
    /// - input: `(batch, length, width)`; output: `(batch, 1 + length, width)`
    ///
    /// # Errors
    /// If the device has no room.
    ///
    /// ```
    /// # use candlelab_nn::*;
    /// # fn main() -> Result<()> {
    /// let layer = ClassToken::new(2, &Device::Cpu)?;
    /// let y = layer.forward(&Tensor::zeros((3, 4, 2), DType::F32, &Device::Cpu)?)?;
    /// assert_eq!(y.dims(), [3, 5, 2]);
    /// assert_eq!(y.get(2)?.get(0)?.to_vec1::<f32>()?, layer.vars()[0].to_vec1::<f32>()?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(width: usize, device: &Device) -> Result<Self> {
        Ok(Self { w: parameter_from(&randn(0.0, 0.02, width, device)?)? })
    }
}

impl Module for ClassToken {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (batch, _, width) = x.dims3()?;
        let token = self.w.to_dtype(x.dtype())?.broadcast_as((batch, 1, width))?;
        Tensor::cat(&[&token, x], 1)
    }
}

impl Layer for ClassToken {
    fn parameters(&self) -> Parameters {
        Parameters::new().with("weight", &self.w)
    }
}
