//! Compares pictures by their looks.

use super::Tolerance;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use png::Transformations;
use std::io::Cursor;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::options::DecoderOptions;

/// How a picture is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Png,
    Jpeg,
}

/// Both sides of the grid that a picture's hash is made of.
const GRID: usize = 16;
/// How much brighter than its neighbour a part must be to count as brighter, of 255.
const STEP: f32 = 2.0;
/// How far the average colours of two pictures may be apart, of 255.
const SHADE: f32 = 5.0;
/// The longest side that is decoded.
const LONGEST: usize = 8192;

/// What differs between two pictures in base64; `None` where they look alike.
pub fn compare(stored: &str, new: &str, format: Format, tolerance: &Tolerance) -> Option<String> {
    let (stored, new) = (unwrapped(stored), unwrapped(new));
    if stored == new {
        return None;
    }
    let (stored, new) = match (Looks::read(&stored, format), Looks::read(&new, format)) {
        (Ok(stored), Ok(new)) => (stored, new),
        (Err(problem), _) => return Some(format!("the stored picture is unreadable: {problem}")),
        (_, Err(problem)) => return Some(format!("the new picture is unreadable: {problem}")),
    };
    let bits = stored.hash.iter().zip(&new.hash).filter(|(a, b)| a != b).count();
    let shades = stored.mean.iter().zip(new.mean).map(|(a, b)| (a - b).abs());
    let (total, may) = (stored.hash.len(), tolerance.images);
    if bits > may as usize {
        Some(format!("the pictures differ in {bits} of {total} bits of their hashes, {may} may"))
    } else if shades.fold(0.0, f32::max) > SHADE {
        Some(format!("the average colour was {:.0?}, is {:.0?}", stored.mean, new.mean))
    } else {
        None
    }
}

/// Base64 without the line ends that some writers put into it.
fn unwrapped(base64: &str) -> String {
    base64.split_whitespace().collect()
}

/// What of a picture is compared.
struct Looks {
    hash: Vec<bool>,
    /// Red, green and blue, of 255.
    mean: [f32; 3],
}

impl Looks {
    fn read(base64: &str, format: Format) -> Result<Self, String> {
        let file = BASE64_STANDARD.decode(base64).map_err(|error| error.to_string())?;
        let picture = match format {
            Format::Png => Picture::png(&file).map_err(|error| error.to_string())?,
            Format::Jpeg => Picture::jpeg(&file)?,
        };
        Ok(Self::of(&picture))
    }

    fn of(picture: &Picture) -> Self {
        let grid = picture.shrink(GRID + 1);
        let mut hash = Vec::new();
        for (y, x) in (0..GRID).flat_map(|y| (0..GRID).map(move |x| (y, x))) {
            for (channel, &own) in grid[y][x].iter().enumerate() {
                hash.push(own > grid[y][x + 1][channel] + STEP);
                hash.push(own > grid[y + 1][x][channel] + STEP);
            }
        }
        Self { hash, mean: picture.shrink(1)[0][0] }
    }
}

/// A picture in red, green and blue.
struct Picture {
    width: usize,
    pixels: Vec<[u8; 3]>,
}

impl Picture {
    fn png(file: &[u8]) -> Result<Self, png::DecodingError> {
        let too_large = || png::DecodingError::LimitsExceeded;
        let mut decoder = png::Decoder::new(Cursor::new(file));
        decoder
            .set_transformations(Transformations::normalize_to_color8() | Transformations::ALPHA);
        let mut reader = decoder.read_info()?;
        let (width, height) = (reader.info().width as usize, reader.info().height as usize);
        if width.max(height) > LONGEST {
            return Err(too_large());
        }
        let mut bytes = vec![0; reader.output_buffer_size().ok_or_else(too_large)?];
        reader.next_frame(&mut bytes)?;
        let pixels = match reader.output_color_type().0 {
            png::ColorType::GrayscaleAlpha => bytes
                .as_chunks()
                .0
                .iter()
                .map(|[grey, alpha]| on_white([*grey; 3], *alpha))
                .collect(),
            _ => {
                bytes.as_chunks().0.iter().map(|[r, g, b, a]| on_white([*r, *g, *b], *a)).collect()
            }
        };
        Ok(Self { width, pixels })
    }

    fn jpeg(file: &[u8]) -> Result<Self, String> {
        let options = DecoderOptions::default().set_max_width(LONGEST).set_max_height(LONGEST);
        let mut decoder = JpegDecoder::new_with_options(Cursor::new(file), options);
        let bytes = decoder.decode().map_err(|error| error.to_string())?;
        let (width, height) = decoder.dimensions().unwrap_or_default();
        let pixels = bytes.as_chunks().0.to_vec();
        if pixels.is_empty() || pixels.len() != width * height {
            return Err("it is not in colours of three parts".into());
        }
        Ok(Self { width, pixels })
    }

    /// The averages of `size` x `size` parts, row by row; of a tiny picture, parts may be the same.
    fn shrink(&self, size: usize) -> Vec<Vec<[f32; 3]>> {
        let height = self.pixels.len() / self.width;
        let part = |i: usize, length: usize| {
            let start = i * length / size;
            start..((i + 1) * length / size).max(start + 1)
        };
        let average = |y: usize, x: usize| {
            let rows = part(y, height);
            let count = (rows.len() * part(x, self.width).len()) as f32;
            let mut sum = [0.0; 3];
            for pixel in rows.flat_map(|y| &self.pixels[y * self.width..][part(x, self.width)]) {
                for (sum, value) in sum.iter_mut().zip(pixel) {
                    *sum += f32::from(*value);
                }
            }
            sum.map(|sum| sum / count)
        };
        (0..size).map(|y| (0..size).map(|x| average(y, x)).collect()).collect()
    }
}

/// A pixel as it looks on a white page.
fn on_white(pixel: [u8; 3], alpha: u8) -> [u8; 3] {
    let blend = |value: u8| {
        let (value, alpha) = (u16::from(value), u16::from(alpha));
        ((value * alpha + 255 * (255 - alpha)) / 255) as u8
    };
    pixel.map(blend)
}

#[cfg(test)]
mod tests {
    use super::*;
    use png::ColorType;

    /// A picture of 64 x 48, in base64.
    fn picture(colour: impl Fn(usize, usize) -> [u8; 3]) -> String {
        let pixels = (0..48).flat_map(|y| (0..64).map(move |x| (x, y)));
        let bytes: Vec<u8> = pixels.flat_map(|(x, y)| colour(x, y)).collect();
        encode(ColorType::Rgb, 64, &bytes)
    }

    fn encode(kind: ColorType, width: usize, bytes: &[u8]) -> String {
        let mut file = Vec::new();
        let height = bytes.len() / kind.samples() / width;
        let mut encoder = png::Encoder::new(&mut file, width as u32, height as u32);
        encoder.set_color(kind);
        encoder.write_header().unwrap().write_image_data(bytes).unwrap();
        BASE64_STANDARD.encode(file)
    }

    /// A curve from the lower left to the upper right, in grey on white.
    fn curve(x: usize, y: usize) -> [u8; 3] {
        if x * 48 / 64 + y == 47 { [80; 3] } else { [255; 3] }
    }

    fn found(stored: &str, new: &str, format: Format) -> Option<String> {
        compare(stored, new, format, &Tolerance::default())
    }

    #[track_caller]
    fn check(stored: &str, new: &str, expected: Option<&str>) {
        assert_eq!(found(stored, new, Format::Png).as_deref(), expected);
    }

    #[test]
    fn noise_does_not_count() {
        let noisy = picture(|x, y| curve(x, y).map(|it| it - ((x * 7 + y * 3) % 4) as u8));
        check(&picture(curve), &noisy, None);
    }

    #[test]
    fn another_curve_counts() {
        let steeper = picture(|x, y| curve((x * 3 / 2).min(63), y));
        let what = found(&picture(curve), &steeper, Format::Png).unwrap();
        assert!(what.contains("of 1536 bits of their hashes, 16 may"), "{what}");
        let tolerance = Tolerance { images: 1536, ..Tolerance::default() };
        assert_eq!(compare(&picture(curve), &steeper, Format::Png, &tolerance), None);
    }

    #[test]
    fn another_colour_counts() {
        let flat = |grey| picture(move |_, _| [grey; 3]);
        let what = "the average colour was [0, 0, 0], is [255, 255, 255]";
        check(&flat(0), &flat(255), Some(what));
        check(&flat(100), &flat(103), None);
        let red = picture(|x, y| if curve(x, y)[0] < 255 { [255, 0, 0] } else { [255; 3] });
        let blue = picture(|x, y| if curve(x, y)[0] < 255 { [0, 0, 255] } else { [255; 3] });
        assert!(found(&red, &blue, Format::Png).is_some());
    }

    #[test]
    fn every_kind_of_png_is_read() {
        let grey = encode(ColorType::Grayscale, 2, &[0, 255, 255, 0]);
        check(&grey, &encode(ColorType::GrayscaleAlpha, 2, &[0, 255, 9, 0, 9, 0, 0, 255]), None);
        let rgba = [0, 0, 0, 255, 9, 9, 9, 0, 9, 9, 9, 0, 0, 0, 0, 255];
        check(&grey, &encode(ColorType::Rgba, 2, &rgba), None);
        let other = encode(ColorType::Grayscale, 2, &[0, 255, 255, 255]);
        assert!(found(&grey, &other, Format::Png).is_some());
    }

    #[test]
    fn what_is_no_picture_is_told() {
        let good = picture(curve);
        check("?", &good, Some("the stored picture is unreadable: Invalid symbol 63, offset 0."));
        check(&good, "AAAA", Some("the new picture is unreadable: unexpected end of file"));
        assert!(found(&good, &good[..120], Format::Png).is_some());
        assert!(found("AAAA", "AAAB", Format::Jpeg).is_some());
        check("AAAA", "AA\nAA\n", None);
    }

    #[test]
    fn jpeg_is_read() {
        let flower = include_bytes!("../../../../runtime/data/data/photos/flower.jpg");
        let cat = include_bytes!("../../../../runtime/data/data/photos/cat.jpg");
        let [flower, longer, cat] = [&flower[..], &[&flower[..], b"\0"].concat(), &cat[..]]
            .map(|file| BASE64_STANDARD.encode(file));
        assert_eq!(found(&flower, &longer, Format::Jpeg), None);
        assert!(found(&flower, &cat, Format::Jpeg).unwrap().starts_with("the pictures differ in"));
    }
}
