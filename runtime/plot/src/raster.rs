//! Pixels, embedded in an SVG document as PNG.

use crate::palette::Rgb;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::{Compression, Crc, write::ZlibEncoder};
use std::fmt::Write as _;
use std::io::Write as _;

/// A picture of `width` × `height` colours, row by row from the top.
pub(crate) struct Raster {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<Rgb>,
}

impl Raster {
    /// Every pixel repeated in a square of `factor` × `factor`, so that enlarging shows no blur.
    pub fn enlarged(&self, factor: usize) -> Raster {
        let (width, height) = (self.width * factor, self.height * factor);
        let at = |i: usize| self.pixels[i / width / factor * self.width + i % width / factor];
        Raster { width, height, pixels: (0..width * height).map(at).collect() }
    }

    /// The mean colour of every square of `factor` × `factor` pixels.
    pub fn shrunk(&self, factor: usize) -> Raster {
        let (width, height) = (self.width.div_ceil(factor), self.height.div_ceil(factor));
        let pixel = |i: usize| {
            let (left, top) = (i % width * factor, i / width * factor);
            let (right, bottom) =
                ((left + factor).min(self.width), (top + factor).min(self.height));
            let inside = (top..bottom)
                .flat_map(|y| (left..right).map(move |x| self.pixels[y * self.width + x]));
            let sum = inside.fold([0u32; 3], |sum, pixel| {
                std::array::from_fn(|c| sum[c] + u32::from(pixel[c]))
            });
            sum.map(|channel| (channel / ((right - left) * (bottom - top)) as u32) as u8)
        };
        Raster { width, height, pixels: (0..width * height).map(pixel).collect() }
    }

    /// The `<image>` element that fills a rectangle.
    pub fn element(&self, x: i32, y: i32, width: i32, height: i32, crisp: bool) -> String {
        let style = if crisp { " style=\"image-rendering:pixelated\"" } else { "" };
        let mut element =
            format!("<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"");
        let data = STANDARD.encode(self.png());
        let _ = writeln!(
            element,
            " preserveAspectRatio=\"none\"{style} href=\"data:image/png;base64,{data}\"/>"
        );
        element
    }

    fn png(&self) -> Vec<u8> {
        let mut header = Vec::with_capacity(13);
        header.extend((self.width as u32).to_be_bytes());
        header.extend((self.height as u32).to_be_bytes());
        header.extend([8, 2, 0, 0, 0]); // 8 bits a channel, RGB, one compression, filter and pass
        let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
        chunk(&mut png, b"IHDR", &header);
        chunk(&mut png, b"IDAT", &self.compressed());
        chunk(&mut png, b"IEND", &[]);
        png
    }

    fn compressed(&self) -> Vec<u8> {
        let mut rows = Vec::with_capacity(self.height * (3 * self.width + 1));
        for row in self.pixels.chunks(self.width) {
            rows.push(0); // this row is stored unfiltered
            rows.extend(row.as_flattened());
        }
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        let written = encoder.write_all(&rows).and_then(|()| encoder.finish());
        written.unwrap_or_default() // writing to memory does not fail
    }
}

fn chunk(png: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    let mut crc = Crc::new();
    crc.update(kind);
    crc.update(data);
    png.extend((data.len() as u32).to_be_bytes());
    png.extend(kind);
    png.extend(data);
    png.extend(crc.sum().to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enlarging_repeats_pixels_both_ways() {
        let (a, b) = ([1; 3], [2; 3]);
        let large = Raster { width: 2, height: 1, pixels: vec![a, b] }.enlarged(2);
        assert_eq!((large.width, large.height), (4, 2));
        assert_eq!(large.pixels, [a, a, b, b, a, a, b, b]);
    }

    #[test]
    fn shrinking_takes_means_and_keeps_the_rest_at_the_edge() {
        let pixels = vec![[0; 3], [10; 3], [7; 3]];
        let small = Raster { width: 3, height: 1, pixels }.shrunk(2);
        assert_eq!(small.pixels, [[5; 3], [7; 3]]);
    }

    // Known answer, Python 3.11:
    //   import zlib; zlib.crc32(b"IEND")  # 2923585666 = 0xae426082
    #[test]
    fn a_png_ends_with_the_standard_last_chunk() {
        let png = Raster { width: 1, height: 1, pixels: vec![[255; 3]] }.png();
        assert!(png.starts_with(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01"));
        assert!(png.ends_with(b"\0\0\0\0IEND\xae\x42\x60\x82"));
    }
}
