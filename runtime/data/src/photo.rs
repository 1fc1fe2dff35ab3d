//! A photo to try filters on.

use crate::{Result, idx};
use candle_core::{Device, Tensor};
use std::path::Path;

/// A cat's face in grey: fur, whiskers and a plain background.
///
/// # Shapes
/// - result: `(1, 1, 255, 384)`, f32, 0 = black, 1 = white
///
/// # Errors
/// None in practice; the photo is part of the library.
///
/// # Source
/// Chelsea, by Stéfan van der Walt, CC0, as in scikit-image.
///
/// ```
/// let cat = candlelab_data::photo()?;
/// assert_eq!(cat.dims(), [1, 1, 255, 384]);
/// assert!((cat.mean_all()?.to_scalar::<f32>()? - 0.4685).abs() < 1e-4);
/// # Ok::<(), candlelab_data::Error>(())
/// ```
pub fn photo() -> Result<Tensor> {
    let name = "cat-idx2-ubyte.gz";
    let file = include_bytes!("../data/photos/cat-idx2-ubyte.gz");
    let image = idx::parse(Path::new(name), file, 2)?;
    let (height, width) = (image.dims[0], image.dims[1]);
    let grey: Vec<f32> = image.bytes.iter().map(|grey| f32::from(*grey) / 255.).collect();
    Ok(Tensor::from_vec(grey, (1, 1, height, width), &Device::Cpu)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sum of the grey values, and the one in row 100, column 200, from
    /// tests/reference/tables.py.
    #[test]
    fn the_photo_is_read_as_numpy_reads_it() {
        let grey = (photo().unwrap() * 255.).unwrap().squeeze(0).unwrap().squeeze(0).unwrap();
        let grey = grey.to_vec2::<f32>().unwrap();
        let sum: f64 = grey.iter().flatten().map(|grey| f64::from(grey.round())).sum();
        assert_eq!((sum, grey[100][200].round()), (11_698_253., 151.));
    }
}
