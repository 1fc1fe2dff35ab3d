//! Photos to try filters and models on.

use crate::{Error, Result, idx};
use candle_core::{Device, Tensor};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use zune_jpeg::JpegDecoder;

/// The names of the photos that [`colour_photo`] has.
pub const PHOTOS: [&str; 8] =
    ["astronaut", "cat", "china", "coffee", "flower", "hubble", "retina", "rocket"];

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

/// One of eight photos in colour: a portrait, an animal, buildings, things, the sky and an eye.
///
/// # Shapes
/// - result: `(3, h, w)`, f32 in 0..1, red, green, blue; the longer side has 384 pixels
///
/// # Errors
/// If `name` is none of [`PHOTOS`].
///
/// # Source
/// scikit-image (CC0, NASA and public domain) and scikit-learn (`china` by danielbuechele, `flower`
/// by vultilion, CC BY 2.0), made smaller.
///
/// ```
/// let coffee = candlelab_data::colour_photo("coffee")?;
/// assert_eq!(coffee.dims(), [3, 256, 384]);
/// let means = coffee.mean((1, 2))?.to_vec1::<f32>()?;
/// assert!(means[0] > means[1] && means[1] > means[2]); // much red, little blue: a brown table
/// # Ok::<(), candlelab_data::Error>(())
/// ```
pub fn colour_photo(name: &str) -> Result<Tensor> {
    macro_rules! file {
        ($name:literal) => {
            &include_bytes!(concat!("../data/photos/", $name, ".jpg"))[..]
        };
    }
    let file = match name {
        "astronaut" => file!("astronaut"),
        "cat" => file!("cat"),
        "china" => file!("china"),
        "coffee" => file!("coffee"),
        "flower" => file!("flower"),
        "hubble" => file!("hubble"),
        "retina" => file!("retina"),
        "rocket" => file!("rocket"),
        _ => {
            return Err(Error::invalid(
                "photos".to_owned(),
                format!("one of {}", PHOTOS.join(", ")),
                format!("`{name}`"),
                "PHOTOS has the names",
            ));
        }
    };
    jpeg(&PathBuf::from(format!("{name}.jpg")), file)
}

/// The picture in a JPEG file, `(3, h, w)` in 0..1; `path` names it in errors.
fn jpeg(path: &Path, file: &[u8]) -> Result<Tensor> {
    let mut decoder = JpegDecoder::new(Cursor::new(file));
    let failed = |reason: String| Error::Format {
        path: path.to_owned(),
        expected: "a JPEG picture in colour".to_owned(),
        found: reason,
        hint: "the file was cut off or is of another format",
    };
    let bytes = decoder.decode().map_err(|error| failed(error.to_string()))?;
    let (width, height) = decoder.dimensions().unwrap_or_default();
    if bytes.is_empty() || bytes.len() != 3 * width * height {
        return Err(failed(format!("{} bytes for {width} × {height} pixels", bytes.len())));
    }
    let values: Vec<f32> = bytes.iter().map(|value| f32::from(*value) / 255.).collect();
    let pixels = Tensor::from_vec(values, (height, width, 3), &Device::Cpu)?;
    Ok(pixels.permute((2, 0, 1))?.contiguous()?) // (3, h, w)
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

    /// The mean of red, green and blue, and the pixel in row 100, column 200, as Pillow reads them
    /// (tests/reference/photos.py); decoders may round differently.
    #[test]
    fn colours_are_those_that_pillow_reads() {
        let check = |name, means: [f32; 3], pixel: [f32; 3]| {
            let photo = (colour_photo(name).unwrap() * 255.).unwrap();
            let at = photo.narrow(1, 100, 1).unwrap().narrow(2, 200, 1).unwrap();
            let at = at.flatten_all().unwrap().to_vec1::<f32>().unwrap();
            let found = photo.mean((1, 2)).unwrap().to_vec1::<f32>().unwrap();
            for colour in 0..3 {
                assert!((found[colour] - means[colour]).abs() < 0.3, "{name}: {found:?}");
                assert!((at[colour] - pixel[colour]).abs() <= 3., "{name}: {at:?}");
            }
        };
        check("astronaut", [141.568, 105.819, 96.526], [129., 103., 76.]);
        check("cat", [147.655, 111.435, 86.808], [185., 141., 112.]);
        check("china", [144.705, 145.468, 140.98], [228., 227., 233.]);
        check("coffee", [158.46, 85.801, 51.629], [230., 145., 54.]);
        check("flower", [55.183, 73.622, 57.095], [204., 125., 50.]);
        check("hubble", [18.726, 19.772, 19.135], [12., 14., 11.]);
        check("retina", [159.505, 63.645, 46.289], [219., 79., 62.]);
        check("rocket", [52.251, 61.271, 82.311], [62., 68., 90.]);
    }

    #[test]
    fn every_photo_has_its_file_and_no_other_name_has() {
        for name in PHOTOS {
            let photo = colour_photo(name).unwrap();
            assert_eq!(photo.dim(0).unwrap(), 3, "{name}");
            assert_eq!(photo.dims().iter().max(), Some(&384), "{name}");
        }
        let text = colour_photo("dog").unwrap_err().to_string();
        assert!(text.starts_with("photos: expected one of astronaut, cat, china"), "{text}");
    }

    #[test]
    fn a_cut_or_other_file_is_an_error() {
        let file = include_bytes!("../data/photos/coffee.jpg");
        for file in [&file[..0], &file[..100], &file[1..], b"no picture"] {
            let text = jpeg(Path::new("a.jpg"), file).unwrap_err().to_string();
            assert!(text.starts_with("a.jpg: expected a JPEG picture in colour, found "), "{text}");
        }
    }
}
