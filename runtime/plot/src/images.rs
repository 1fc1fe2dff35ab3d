//! Images in rows and columns.

use crate::axes::{failed, on_white, printable};
use crate::axis::{finite_range, number};
use crate::bar::{ROOM, colour_bar};
use crate::palette::{GREYS, INK, NOT_FINITE, colour, rgb};
use crate::raster::Raster;
use crate::read::{all_finite, same_length, shape, values};
use crate::{Chart, Error, Result, Titles};
use candle_core::{DType, Tensor};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// More images than this are left out.
const MOST_IMAGES: usize = 100;
/// The side in pixels that an image is enlarged or shrunk to, about.
const TARGET: usize = 72;
const GAP: usize = 6;
const TITLE: usize = 20;
/// The height of the colour bar with the title's.
const BAR: usize = 88;

/// Images in a grid of `columns`, with a title above each one or none at all.
///
/// Values in 0..1 (and bytes in 0..255) run from black to white; if there are others, the range of
/// all images together does, and a bar tells it. NaN and infinities are red. Of more than 100 images the first are drawn,
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
    let (pixels, range) = unit_range(chart, images.dtype(), values(&first)?)?;
    let rasters: Vec<Raster> = pixels
        .chunks(channels * height * width)
        .map(|image| sized(raster(image, width, height)))
        .collect();
    let mut text = format!("{n} images of {height} × {width}");
    if shown < n {
        text.push_str(&format!(", the first {shown} shown"));
    }
    if !titles.is_empty() {
        text.push_str(&format!(": {}", titles[..shown].join("; ")));
    }
    let range = range.filter(|_| channels == 1);
    if let Some((low, high)) = range {
        text.push_str(&format!("\nblack is {}, white is {}", number(low), number(high)));
    }
    Ok(Chart::new(grid(&rasters, &titles, columns.min(shown), range)?, text))
}

/// The image `(channels, height, width)` as pixels, as large as it is, for the function `chart`.
pub(crate) fn photograph(chart: &'static str, image: &Tensor) -> Result<Raster> {
    let (_, height, width) = image.dims3()?;
    let (shares, _) = unit_range(chart, image.dtype(), values(image)?)?;
    Ok(raster(&shares, width, height))
}

/// What black and white stand for, unless that is 0 and 1 or 0 and 255.
type Stretched = Option<(f64, f64)>;

/// Values to shares of white.
fn unit_range(
    chart: &'static str,
    dtype: DType,
    values: Vec<f64>,
) -> Result<(Vec<f64>, Stretched)> {
    let Some((low, high)) = finite_range(values.iter().copied()) else {
        all_finite(chart, "images", &values)?;
        return Ok((values, None));
    };
    let (low, high, stretched) = match dtype {
        DType::U8 if high > 1.0 => (0.0, 255.0, None),
        _ if low >= 0.0 && high <= 1.0 => (0.0, 1.0, None),
        _ => (low, high, Some((low, high))),
    };
    let span = if high > low { high - low } else { 1.0 };
    Ok((values.into_iter().map(|value| (value - low) / span).collect(), stretched))
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
    Raster { width, height, pixels: (0..plane).map(pixel).collect() }
}

/// Enlarged or shrunk to about the size of an image in a grid.
fn sized(full: Raster) -> Raster {
    match full.width.max(full.height) {
        side if side > 2 * TARGET => full.shrunk(side.div_ceil(2 * TARGET)),
        side => full.enlarged((TARGET / side).max(1)),
    }
}

fn grid(rasters: &[Raster], titles: &[String], columns: usize, range: Stretched) -> Result<String> {
    let (width, height) = (rasters[0].width, rasters[0].height);
    let head = if titles.is_empty() { 0 } else { TITLE };
    let longest = titles.iter().map(|title| title.chars().count()).max().unwrap_or(0);
    let (across, down) = (width.max(7 * longest) + GAP, height + head + GAP);
    let (inner, tall) = (columns * across + GAP, rasters.len().div_ceil(columns) * down + GAP);
    let size =
        if range.is_some() { (inner + ROOM as usize, tall.max(BAR + 20)) } else { (inner, tall) };
    let mut svg = String::new();
    let mut pictures = String::new();
    if let Some(range) = range {
        let place = (inner as i32 + 6, head as i32 + 10);
        pictures += &colour_bar(GREYS, range, place, BAR as i32 - head as i32, 1);
    }
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
        let shares = |dtype, values: &[f64]| unit_range("", dtype, values.to_vec()).unwrap();
        assert_eq!(shares(DType::F32, &[0.25, 0.5]), (vec![0.25, 0.5], None));
        assert_eq!(shares(DType::U8, &[0.0, 255.0]), (vec![0.0, 1.0], None));
        let stretched = shares(DType::F32, &[-1.0, 0.0, 3.0]);
        assert_eq!(stretched, (vec![0.0, 0.25, 1.0], Some((-1.0, 3.0))));
        assert!(unit_range("", DType::F32, vec![f64::NAN]).is_err());
    }

    #[test]
    fn a_bar_tells_a_stretched_range() {
        let weights = Tensor::new(&[[-0.5f32, 0.0], [1.0, 2.5]], &Device::Cpu).unwrap();
        let chart = image_grid(&weights, &[], 1).unwrap();
        assert_eq!(chart.text(), "1 images of 2 × 2\nblack is -0.5, white is 2.5");
        assert!(chart.svg().contains(">2.5</text>") && chart.svg().contains(">-0.5</text>"));
        let photo = image_grid(&images(&[2, 2]), &[], 1).unwrap();
        assert!(!photo.svg().contains("<text"));
    }

    #[test]
    fn a_large_photograph_makes_a_small_picture() {
        let noise =
            Tensor::rand(0f32, 1., (3, 600, 400), &Device::Cpu).unwrap().unsqueeze(0).unwrap();
        assert!(image_grid(&noise, &[], 1).unwrap().svg().len() < 100_000);
    }
}
