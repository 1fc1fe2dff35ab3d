//! What attention looks at: tokens, and patches of an image.

use crate::axis::short;
use crate::bar::{ROOM, colour_bar};
use crate::elements::{Anchor, document, text, text_width};
use crate::images::photograph;
use crate::multiples::small_multiples;
use crate::palette::{BLUES, HEAT, INK, Rgb, WHITE, colour, is_light};
use crate::raster::Raster;
use crate::read::{all_finite, shape, values};
use crate::{Chart, Error, Result, Titles};
use candle_core::Tensor;
use std::fmt::Write as _;

/// More tokens than this get no names and no numbers.
const MOST_NAMES: usize = 40;
const MOST_NUMBERS: usize = 12;
const HEAD: f64 = 34.0;

/// How much each query (row) looks at each key (column); dark is much.
///
/// With a dimension for heads in front there is a map for each head.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use candlelab_plot::attention_map;
/// let weights = Tensor::new(&[[1f32, 0.0], [0.3, 0.7]], &Device::Cpu)?;
/// let chart = attention_map("causal", &["the", "cat"], &["the", "cat"], &weights)?;
/// assert_eq!(chart.text(), "causal\nthe: the 1.00, cat 0.00\ncat: cat 0.70, the 0.30");
/// # Ok::<(), candlelab_plot::Error>(())
/// ```
///
/// # Shapes
/// - `weights`: `(queries, keys)` or `(heads, queries, keys)`
///
/// # Errors
/// If the shape is another one, the names are not one for each query and key, or a weight is not
/// finite.
pub fn attention_map(
    title: &str,
    queries: impl Into<Titles>,
    keys: impl Into<Titles>,
    weights: &Tensor,
) -> Result<Chart> {
    let chart = "attention_map";
    let (Titles(queries), Titles(keys)) = (queries.into(), keys.into());
    let (q, k) = (queries.len(), keys.len());
    let fits = matches!(*weights.dims(), [rows, columns] | [_, rows, columns] if (rows, columns) == (q, k));
    if !fits || weights.elem_count() == 0 {
        let expected =
            format!("({q}, {k}) or (heads, {q}, {k}), as there are {q} queries and {k} keys");
        let got = weights.dims().to_vec();
        return Err(Error::Shape { chart, what: "weights", expected, got });
    }
    let all = values(weights)?;
    all_finite(chart, "weights", &all)?;
    let head = |(i, weights): (usize, &[f64])| {
        let title = if all.len() == q * k { title.to_owned() } else { format!("head {i}") };
        let text = format!("{title}{}", strongest(&queries, &keys, weights));
        Chart::new(map(&title, &queries, &keys, weights), text)
    };
    let mut heads: Vec<Chart> = all.chunks(q * k).enumerate().map(head).collect();
    match heads.len() {
        1 => Ok(heads.remove(0)),
        n => small_multiples(title, &heads, n.min(4)),
    }
}

/// The three keys that each query looks at most.
fn strongest(queries: &[String], keys: &[String], weights: &[f64]) -> String {
    let line = |(query, row): (&String, &[f64])| {
        let mut order: Vec<usize> = (0..row.len()).collect();
        order.sort_by(|a, b| row[*b].total_cmp(&row[*a]));
        let most = order.iter().take(3).map(|&i| format!("{} {:.2}", keys[i], row[i]));
        format!("\n{query}: {}", most.collect::<Vec<_>>().join(", "))
    };
    queries.iter().zip(weights.chunks(keys.len())).take(MOST_NAMES).map(line).collect()
}

fn map(title: &str, queries: &[String], keys: &[String], weights: &[f64]) -> String {
    let (q, k) = (queries.len(), keys.len());
    let high = weights.iter().fold(f64::MIN_POSITIVE, |a, b| a.max(*b));
    let low = weights.iter().fold(0.0f64, |a, b| a.min(*b));
    let shade = |weight: f64| colour(BLUES, (weight - low) / (high - low));
    let cell = (340 / q.max(k)).clamp(2, 44);
    let named = q.max(k) <= MOST_NAMES;
    let size = (0.8 * cell as f64).clamp(7.0, 14.0);
    let longest = |names: &[String]| {
        names.iter().map(|name| text_width(name, size)).fold(0.0f64, f64::max) + 14.0
    };
    let (left, top) = if named { (longest(queries), HEAD + longest(keys)) } else { (14.0, HEAD) };
    let cells = Raster { width: k, height: q, pixels: weights.iter().map(|w| shade(*w)).collect() };
    let (across, down) = ((k * cell) as i32, (q * cell) as i32);
    let mut svg = cells.enlarged(cell).element(left as i32, top as i32, across, down, true);
    let middle = |i: usize| (i as f64 + 0.5) * cell as f64;
    let (left, top) = (left.floor(), top.floor());
    if named {
        for (i, name) in queries.iter().enumerate() {
            svg += &text(name, (left - 6.0, top + middle(i)), size, INK, Anchor::End);
        }
        for (i, name) in keys.iter().enumerate() {
            let (x, y) = (left + middle(i), top - 6.0);
            let name = text(name, (0.0, 0.0), size, INK, Anchor::Start);
            let _ = write!(svg, "<g transform=\"translate({x:.1} {y:.1}) rotate(-90)\">{name}</g>");
        }
    }
    if q.max(k) <= MOST_NUMBERS {
        for (i, &weight) in weights.iter().enumerate() {
            let ink = if is_light(shade(weight)) { INK } else { WHITE };
            let at = (left + middle(i % k), top + middle(i / k));
            svg += &text(&format!("{weight:.2}"), at, 0.3 * cell as f64, ink, Anchor::Middle);
        }
    }
    let beside = (left as i32 + across + 14, top as i32);
    svg += &colour_bar(BLUES, (low, high), beside, down.max(80), 1);
    let width = (left + f64::from(across + ROOM)).max(text_width(title, 16.0) + 20.0);
    svg += &text(title, (width / 2.0, 18.0), 16.0, INK, Anchor::Middle);
    document(width, top + f64::from(down.max(80)) + 14.0, &svg)
}

/// An image, and beside it how much attention each of its patches gets; bright is much.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// let image = Tensor::zeros((1, 28, 28), DType::F32, &Device::Cpu)?;
/// let weights = Tensor::new(&[[0.1f32, 0.2], [0.3, 0.4]], &Device::Cpu)?; // patches of 14 × 14
/// let chart = candlelab_plot::patch_attention("class token", &image, &weights)?;
/// assert_eq!(chart.text(), "class token\n2 × 2 patches, from 0.1 to 0.4, most at row 1, column 1");
/// # Ok::<(), candlelab_plot::Error>(())
/// ```
///
/// # Shapes
/// - `image`: `(height, width)`, `(1, height, width)` or, in colour, `(3, height, width)`
/// - `weights`: `(rows, columns)`, one a patch, from the top
///
/// # Errors
/// If a shape is another one, the image cannot be cut into that many patches, or a weight is not
/// finite.
pub fn patch_attention(title: &str, image: &Tensor, weights: &Tensor) -> Result<Chart> {
    let chart = "patch_attention";
    let (height, width) = match *image.dims() {
        [height, width] | [1 | 3, height, width] if height * width > 0 => (height, width),
        _ => {
            return Err(shape(chart, "image", "(height, width) or (1 or 3, height, width)", image));
        }
    };
    let fits = |&(rows, columns): &(usize, usize)| {
        rows * columns > 0 && height.is_multiple_of(rows) && width.is_multiple_of(columns)
    };
    let Some((rows, columns)) = weights.dims2().ok().filter(fits) else {
        let expected = format!("(rows, columns), divisors of {height} and {width}");
        let got = weights.dims().to_vec();
        return Err(Error::Shape { chart, what: "weights", expected, got });
    };
    let all = values(weights)?;
    all_finite(chart, "weights", &all)?;
    let high = all.iter().fold(f64::MIN, |a, b| a.max(*b));
    let low = all.iter().fold(f64::MAX, |a, b| a.min(*b));
    let span = if high > low { high - low } else { 1.0 };
    let plain = photograph(chart, &image.reshape(((), height, width))?)?;
    let seen = |(i, pixel): (usize, &Rgb)| {
        let (row, column) = (i / width * rows / height, i % width * columns / width);
        let heat = colour(HEAT, (all[row * columns + column] - low) / span);
        std::array::from_fn(|c| (0.35 * f64::from(pixel[c]) + 0.65 * f64::from(heat[c])) as u8)
    };
    let covered =
        Raster { width, height, pixels: plain.pixels.iter().enumerate().map(seen).collect() };
    let shown = |picture: Raster| match 280 / width.max(height) {
        0 => picture.shrunk(width.max(height).div_ceil(280)),
        factor => picture.enlarged(factor),
    };
    let (plain, covered) = (shown(plain), shown(covered));
    let (across, down, top) = (plain.width as i32, plain.height as i32, HEAD as i32);
    let svg = plain.element(14, top, across, down, true)
        + &covered.element(28 + across, top, across, down, true)
        + &colour_bar(HEAT, (low, high), (42 + 2 * across, top), down, 1);
    let size = (f64::from(28 + 2 * across + ROOM), f64::from(top + down + 14));
    let svg = svg + &text(title, (size.0 / 2.0, 18.0), 16.0, INK, Anchor::Middle);
    let most = all.iter().position(|weight| *weight == high).unwrap_or(0);
    let told = format!(
        "{title}\n{rows} × {columns} patches, from {} to {}, most at row {}, column {}",
        short(low),
        short(high),
        most / columns,
        most % columns
    );
    Ok(Chart::new(document(size.0, size.1, &svg), told))
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{DType, Device};

    fn zeros(dims: &[usize]) -> Tensor {
        Tensor::zeros(dims, DType::F32, &Device::Cpu).unwrap()
    }

    fn error(result: Result<Chart>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn every_token_stands_by_its_row_and_its_column() {
        let weights = Tensor::new(&[[0.25f32, 0.75]], &Device::Cpu).unwrap();
        let svg = attention_map("", &["it"], &["the", "cat"], &weights).unwrap();
        let svg = svg.svg();
        assert_eq!(svg.matches("rotate(-90)").count(), 2);
        // 44 pixels a cell, the first from x = 31 on: "it" is 17.36 wide with 14 around it.
        assert!(svg.contains("translate(53.0 ") && svg.contains("translate(97.0 "), "{svg}");
        assert!(svg.contains("fill=\"#ffffff\">0.75</text>"), "{svg}");
    }

    #[test]
    fn heads_have_a_map_each() {
        let weights = zeros(&[3, 2, 2]);
        let chart = attention_map("heads", &["a", "b"], &["a", "b"], &weights).unwrap();
        assert_eq!(chart.svg().matches("<image").count(), 6); // a map and its bar
        assert!(chart.text().contains("head 2\na: a 0.00"), "{chart}");
        let many = vec![String::from("token"); 300];
        let chart = attention_map("", &many, &many, &zeros(&[300, 300])).unwrap();
        assert!(chart.svg().len() < 20_000);
    }

    #[test]
    fn errors_name_both_sides() {
        assert_eq!(
            error(attention_map("", &["a"], &["a", "b"], &zeros(&[2, 2]))),
            "attention_map: weights must have shape (1, 2) or (heads, 1, 2), as there are 1 queries and 2 keys, got [2, 2]"
        );
        assert_eq!(
            error(patch_attention("", &zeros(&[28, 28]), &zeros(&[3, 4]))),
            "patch_attention: weights must have shape (rows, columns), divisors of 28 and 28, got [3, 4]"
        );
        let image = error(patch_attention("", &zeros(&[2, 28, 28]), &zeros(&[4, 4])));
        assert!(image.contains("image must have shape (height, width)"), "{image}");
        let nan = Tensor::new(&[[f32::NAN]], &Device::Cpu).unwrap();
        let nan = error(attention_map("", &["a"], &["a"], &nan));
        assert_eq!(nan, "attention_map: 1 of 1 values of weights are NaN or infinite");
    }
}
