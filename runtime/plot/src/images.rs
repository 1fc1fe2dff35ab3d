//! Images in rows and columns.

use crate::axes::{failed, on_white, printable};
use crate::axis::finite_range;
use crate::palette::{GREYS, INK, NOT_FINITE, colour, rgb};
use crate::raster::Raster;
use crate::read::{all_finite, same_length, shape, values};
use crate::{Chart, Error, Result};
use candle_core::{DType, Tensor};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// More images than this are left out.
const MOST_IMAGES: usize = 100;
/// The side in pixels that an image is enlarged or shrunk to, about.
const TARGET: usize = 72;
const GAP: usize = 6;
const TITLE: usize = 20;

/// Titles for the images of a grid: a list of texts, or an empty one for none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Titles(Vec<String>);

impl From<&[String]> for Titles {
    fn from(titles: &[String]) -> Self {
        Self(titles.to_vec())
    }
}

impl From<&Vec<String>> for Titles {
    fn from(titles: &Vec<String>) -> Self {
        Self(titles.clone())
    }
}

impl From<Vec<String>> for Titles {
    fn from(titles: Vec<String>) -> Self {
        Self(titles)
    }
}

impl From<&[&str]> for Titles {
    fn from(titles: &[&str]) -> Self {
        Self(titles.iter().map(|&title| title.to_owned()).collect())
    }
}

impl From<&Vec<&str>> for Titles {
    fn from(titles: &Vec<&str>) -> Self {
        titles.as_slice().into()
    }
}

impl<const N: usize> From<&[&str; N]> for Titles {
    fn from(titles: &[&str; N]) -> Self {
        titles.as_slice().into()
    }
}

/// Images in a grid of `columns`, with a title above each one or none at all.
///
/// Values in 0..1 (and bytes in 0..255) run from black to white; if there are others, the range of
/// all images together does. NaN and infinities are red. Of more than 100 images the first are drawn,
/// and large ones are shrunk.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// let images = Tensor::zeros((3, 1, 28, 28), DType::F32, &Device::Cpu)?;
/// let chart = candlelab_plot::image_grid(&images, &["a", "b", "c"], 2)?;
/// assert_eq!(chart.text(), "3 images of 28 × 28: a; b; c");
/// assert!(candlelab_plot::image_grid(&images, &[], 2).is_ok());
/// # Ok::<(), candlelab_plot::Error>(())
/// ```
///
/// # Shapes
/// - `images`: `(n, 1, height, width)`, `(n, 3, height, width)` in colour, `(n, height, width)` or
///   `(height, width)`
///
/// # Errors
/// If the shape is another one, there is no image, no finite value or no column, or the number of
/// titles is not that of the images.
pub fn image_grid(images: &Tensor, titles: impl Into<Titles>, columns: usize) -> Result<Chart> {
    let chart = "image_grid";
    let Titles(titles) = titles.into();
    let (n, channels, height, width) = match *images.dims() {
        [height, width] => (1, 1, height, width),
        [n, height, width] => (n, 1, height, width),
        [n, channels @ (1 | 3), height, width] => (n, channels, height, width),
        _ => {
            return Err(shape(
                chart,
                "images",
                "(n, 1 or 3, height, width) or (n, height, width)",
                images,
            ));
        }
    };
    if n * height * width == 0 {
        return Err(Error::Empty { chart, what: format!("images, of shape {:?},", images.dims()) });
    }
    if columns == 0 {
        return Err(Error::Zero { chart, what: "the number of columns" });
    }
    if !titles.is_empty() {
        same_length(chart, ("titles", titles.len()), ("images", n))?;
    }
    let shown = n.min(MOST_IMAGES);
    let first = images.flatten_all()?.narrow(0, 0, shown * channels * height * width)?;
    let pixels = unit_range(images.dtype(), values(&first)?)?;
    let rasters: Vec<Raster> = pixels
        .chunks(channels * height * width)
        .map(|image| raster(image, width, height))
        .collect();
    let mut text = format!("{n} images of {height} × {width}");
    if shown < n {
        text.push_str(&format!(", the first {shown} shown"));
    }
    if !titles.is_empty() {
        text.push_str(&format!(": {}", titles[..shown].join("; ")));
    }
    Ok(Chart::new(grid(&rasters, &titles, columns.min(shown))?, text))
}

/// Values to shares of white.
fn unit_range(dtype: DType, values: Vec<f64>) -> Result<Vec<f64>> {
    let Some((low, high)) = finite_range(values.iter().copied()) else {
        all_finite("image_grid", "images", &values)?;
        return Ok(values);
    };
    let (low, high) = match dtype {
        DType::U8 if high > 1.0 => (0.0, 255.0),
        _ if low >= 0.0 && high <= 1.0 => (0.0, 1.0),
        _ => (low, high),
    };
    let span = if high > low { high - low } else { 1.0 };
    Ok(values.into_iter().map(|value| (value - low) / span).collect())
}

/// One image; `shares` holds its channels one after the other.
fn raster(shares: &[f64], width: usize, height: usize) -> Raster {
    let plane = width * height;
    let pixel = |i: usize| match shares.len() / plane {
        3 if (0..3).all(|c| shares[c * plane + i].is_finite()) => {
            std::array::from_fn(|c| colour(GREYS, shares[c * plane + i])[0])
        }
        3 => NOT_FINITE,
        _ => colour(GREYS, shares[i]),
    };
    let full = Raster { width, height, pixels: (0..plane).map(pixel).collect() };
    match width.max(height) {
        side if side > 2 * TARGET => full.shrunk(side.div_ceil(2 * TARGET)),
        side => full.enlarged((TARGET / side).max(1)),
    }
}

fn grid(rasters: &[Raster], titles: &[String], columns: usize) -> Result<String> {
    let (width, height) = (rasters[0].width, rasters[0].height);
    let head = if titles.is_empty() { 0 } else { TITLE };
    let longest = titles.iter().map(|title| title.chars().count()).max().unwrap_or(0);
    let (across, down) = (width.max(7 * longest) + GAP, height + head + GAP);
    let size = (columns * across + GAP, rasters.len().div_ceil(columns) * down + GAP);
    let mut svg = String::new();
    let mut pictures = String::new();
    let root =
        SVGBackend::with_string(&mut svg, (size.0 as u32, size.1 as u32)).into_drawing_area();
    let style =
        ("sans-serif", 15).into_font().color(&rgb(INK)).pos(Pos::new(HPos::Center, VPos::Bottom));
    for (i, raster) in rasters.iter().enumerate() {
        let (x, y) = (GAP + i % columns * across, GAP + i / columns * down);
        let left = x + (across - GAP - width) / 2;
        let top = y + head;
        pictures.push_str(&raster.element(
            left as i32,
            top as i32,
            width as i32,
            height as i32,
            true,
        ));
        if let Some(title) = titles.get(i) {
            let middle = (x + (across - GAP) / 2) as i32;
            root.draw(&Text::new(printable(title), (middle, top as i32 - 2), style.clone()))
                .map_err(failed)?;
        }
    }
    root.present().map_err(failed)?;
    drop(root);
    Ok(on_white(&svg, &pictures))
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    fn images(dims: &[usize]) -> Tensor {
        Tensor::zeros(dims, DType::F32, &Device::Cpu).unwrap()
    }

    fn text(dims: &[usize]) -> String {
        image_grid(&images(dims), &[], 5).unwrap().text().to_owned()
    }

    fn error(dims: &[usize], titles: &[&str], columns: usize) -> String {
        image_grid(&images(dims), titles, columns).unwrap_err().to_string()
    }

    #[test]
    fn every_layout_is_read() {
        assert_eq!(text(&[28, 28]), "1 images of 28 × 28");
        assert_eq!(text(&[4, 5, 6]), "4 images of 5 × 6");
        assert_eq!(text(&[4, 3, 5, 6]), "4 images of 5 × 6");
        assert_eq!(text(&[1, 1, 1, 1]), "1 images of 1 × 1");
        assert_eq!(text(&[300, 1, 2, 2]), "300 images of 2 × 2, the first 100 shown");
    }

    #[test]
    fn errors_name_both_sides() {
        let two = "image_grid: images must have shape (n, 1 or 3, height, width) or (n, height, width), got [2, 2, 5, 5]";
        assert_eq!(error(&[2, 2, 5, 5], &[], 1), two);
        assert_eq!(error(&[2, 5, 5], &["a"], 1), "image_grid: titles has 1 values, images has 2");
        assert_eq!(error(&[0, 5, 5], &[], 1), "image_grid: images, of shape [0, 5, 5], is empty");
        assert_eq!(
            error(&[2, 5, 5], &[], 0),
            "image_grid: the number of columns must be at least 1"
        );
    }

    #[test]
    fn ranges_are_those_of_photographs_or_of_the_data() {
        let shares = |dtype, values: &[f64]| unit_range(dtype, values.to_vec()).unwrap();
        assert_eq!(shares(DType::F32, &[0.25, 0.5]), [0.25, 0.5]);
        assert_eq!(shares(DType::U8, &[0.0, 255.0]), [0.0, 1.0]);
        assert_eq!(shares(DType::F32, &[-1.0, 0.0, 3.0]), [0.0, 0.25, 1.0]);
        assert!(unit_range(DType::F32, vec![f64::NAN]).is_err());
    }

    #[test]
    fn a_large_photograph_makes_a_small_picture() {
        let noise =
            Tensor::rand(0f32, 1., (3, 600, 400), &Device::Cpu).unwrap().unsqueeze(0).unwrap();
        assert!(image_grid(&noise, &[], 1).unwrap().svg().len() < 100_000);
    }
}
