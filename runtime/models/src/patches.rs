//! Images as sequences of patches.

use candle_core::{Result, Tensor, bail};

/// Cuts images into square patches, row by row; each becomes a vector, channel by channel.
///
/// # Shapes
/// - `images`: `(batch, channels, height, width)`, both sides multiples of `patch`
/// - output: `(batch, height/patch · width/patch, channels · patch²)`
///
/// # Errors
/// If the sides are no multiples of `patch`.
///
/// ```
/// # use candlelab_models::patchify;
/// # use candlelab_nn::{Device, Result, Tensor};
/// # fn main() -> Result<()> {
/// let image = Tensor::new(&[[1u8, 2, 3, 4], [5, 6, 7, 8]], &Device::Cpu)?;
/// let patches = patchify(&image.reshape((1, 1, 2, 4))?, 2)?;
/// assert_eq!(patches.to_vec3::<u8>()?, [[[1, 2, 5, 6], [3, 4, 7, 8]]]);
/// # Ok(())
/// # }
/// ```
pub fn patchify(images: &Tensor, patch: usize) -> Result<Tensor> {
    let (batch, channels, height, width) = images.dims4()?;
    if patch == 0 || !height.is_multiple_of(patch) || !width.is_multiple_of(patch) {
        bail!("patchify: {:?} cannot be cut into patches of {patch} × {patch}", images.dims());
    }
    let (rows, columns) = (height / patch, width / patch);
    images
        .reshape((batch, channels, rows, patch, columns, patch))?
        .permute((0, 2, 4, 1, 3, 5))? // (batch, rows, columns, channels, patch, patch)
        .reshape((batch, rows * columns, channels * patch * patch))
}

/// Puts patches together again: undoes [`patchify`] for images of so many `channels`, whose patches
/// stand in so many `rows`.
///
/// # Shapes
/// - `patches`: `(batch, rows · columns, channels · patch²)`
/// - output: `(batch, channels, rows · patch, columns · patch)`
///
/// # Errors
/// If the numbers do not fit.
///
/// ```
/// # use candlelab_models::{patchify, unpatchify};
/// # use candlelab_nn::{Device, Result, randn};
/// # fn main() -> Result<()> {
/// let images = randn(0.0, 1.0, (2, 3, 4, 6), &Device::Cpu)?;
/// let again = unpatchify(&patchify(&images, 2)?, 3, 2)?;
/// assert_eq!((again - images)?.abs()?.sum_all()?.to_scalar::<f32>()?, 0.0);
/// # Ok(())
/// # }
/// ```
pub fn unpatchify(patches: &Tensor, channels: usize, rows: usize) -> Result<Tensor> {
    let (batch, count, numbers) = patches.dims3()?;
    let patch = (numbers / channels.max(1)).isqrt();
    if numbers != channels * patch * patch || rows == 0 || !count.is_multiple_of(rows) {
        let dims = patches.dims();
        bail!("unpatchify: {dims:?} are no patches of {channels} channels in {rows} rows");
    }
    let columns = count / rows;
    patches
        .reshape((batch, rows, columns, channels, patch, patch))?
        .permute((0, 3, 1, 4, 2, 5))? // (batch, channels, rows, patch, columns, patch)
        .reshape((batch, channels, rows * patch, columns * patch))
}
