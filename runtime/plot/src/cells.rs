//! Coloured cells with numbers in them.

use crate::Result;
use crate::axes::{failed, on_white, printable};
use crate::bar::{ROOM, colour_bar};
use crate::palette::{FAINT, GREY, INK, Map, Rgb, WHITE, is_light, rgb};
use crate::raster::Raster;
use plotters::prelude::{IntoDrawingArea, IntoFont, SVGBackend, Text, TextStyle};
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// The longer side of the cells together, in pixels, about.
const SIDE: usize = 360;
/// Matrices with more rows or columns than this show no numbers in their cells.
const MOST_NUMBERS: usize = 12;
/// Larger matrices are shrunk to at most this many rows and columns.
const MOST_CELLS: usize = 512;
/// The side of a cell in pixels, at most.
const LARGEST_CELL: usize = 48;
/// Room for captions and indices, above and on the left.
const MARGIN: i32 = 44;

/// Coloured cells, row by row.
pub(crate) struct Cells {
    pub columns: usize,
    pub colours: Vec<Rgb>,
    /// The numbers in the cells.
    pub texts: Vec<String>,
    /// The map, and the values at its ends, for a bar beside cells without numbers.
    pub bar: Option<(Map, f64, f64)>,
}

impl Cells {
    fn rows(&self) -> usize {
        self.colours.len() / self.columns
    }

    /// The numbers in lines, if they are few enough; starts with a line break.
    pub fn table(&self) -> String {
        if self.rows().max(self.columns) > MOST_NUMBERS {
            return String::new();
        }
        let width = self.texts.iter().map(String::len).max().unwrap_or(0);
        let line = |row: &[String]| {
            row.iter().map(|text| format!("{text:>width$}")).collect::<Vec<_>>().join(" ")
        };
        self.texts.chunks(self.columns).map(|row| format!("\n{}", line(row))).collect()
    }

    /// The SVG document, with `caption` above the cells.
    pub fn draw(&self, caption: &str) -> Result<String> {
        let raster = self.raster();
        let (width, height) = (raster.width as i32, raster.height as i32);
        let caption = printable(caption);
        let wide = width.max(8 * caption.chars().count() as i32);
        let bar = self.bar.filter(|_| self.rows().max(self.columns) > MOST_NUMBERS);
        let (room, tall) = if bar.is_some() { (ROOM, height.max(80)) } else { (16, height) };
        let wide = wide.max(width + room - 16);
        let size = ((wide + MARGIN + 16) as u32, (tall + MARGIN + 16) as u32);
        let mut svg = String::new();
        let root = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        let caption = Label::new(caption, (MARGIN, 12), INK, HPos::Left, 15.0);
        let labels = self.indices(width, height).into_iter().chain(self.numbers(width, height));
        for label in [caption].into_iter().chain(labels) {
            root.draw(&Text::new(label.text, label.at, label.style)).map_err(failed)?;
        }
        root.present().map_err(failed)?;
        drop(root);
        let mut ground = raster.element(MARGIN, MARGIN, width, height, true);
        if let Some((map, low, high)) = bar {
            ground += &colour_bar(map, (low, high), (MARGIN + width + 14, MARGIN), tall, 1);
        }
        Ok(on_white(&svg, &ground))
    }

    /// The cells as pixels, as large as they are drawn.
    fn raster(&self) -> Raster {
        let pixels = self.colours.clone();
        let mut raster = Raster { width: self.columns, height: self.rows(), pixels };
        let longer = self.rows().max(self.columns);
        if longer > MOST_CELLS {
            raster = raster.shrunk(longer.div_ceil(MOST_CELLS));
        }
        let cell = SIDE / raster.width.max(raster.height);
        raster.enlarged(cell.clamp(1, LARGEST_CELL))
    }

    /// Row numbers on the left, column numbers above.
    fn indices(&self, width: i32, height: i32) -> Vec<Label> {
        let mut labels = Vec::new();
        for i in marks(self.columns) {
            let at = (middle(i, self.columns, width), MARGIN - 10);
            labels.push(Label::new(i, at, GREY, HPos::Center, 14.0));
        }
        for i in marks(self.rows()) {
            let at = (MARGIN - 8, middle(i, self.rows(), height));
            labels.push(Label::new(i, at, GREY, HPos::Right, 14.0));
        }
        labels
    }

    /// The numbers in the cells, where they fit.
    fn numbers(&self, width: i32, height: i32) -> Vec<Label> {
        if self.rows().max(self.columns) > MOST_NUMBERS {
            return Vec::new();
        }
        let longest = self.texts.iter().map(|text| text.chars().count()).max().unwrap_or(1);
        let cell = f64::from(width) / self.columns as f64;
        let size = (1.9 * cell / longest as f64).clamp(8.0, 16.0);
        let label = |(i, text): (usize, &String)| {
            let x = middle(i % self.columns, self.columns, width);
            let y = middle(i / self.columns, self.rows(), height);
            let colour = match is_light(self.colours[i]) {
                true if text == "0" => FAINT,
                true => INK,
                false => WHITE,
            };
            Label::new(text, (x, y), colour, HPos::Center, size)
        };
        self.texts.iter().enumerate().map(label).collect()
    }
}

struct Label {
    text: String,
    at: (i32, i32),
    style: TextStyle<'static>,
}

impl Label {
    fn new(text: impl ToString, at: (i32, i32), colour: Rgb, align: HPos, size: f64) -> Self {
        let font = ("sans-serif", size).into_font().color(&rgb(colour));
        Self { text: text.to_string(), at, style: font.pos(Pos::new(align, VPos::Center)) }
    }
}

/// The middle of the `i`th of `n` cells on a side of the picture.
fn middle(i: usize, n: usize, side: i32) -> i32 {
    MARGIN + side * (2 * i as i32 + 1) / (2 * n as i32)
}

/// Which rows or columns of `n` get their number written beside them.
fn marks(n: usize) -> Vec<usize> {
    let step = [1, 2, 5, 10, 20, 50, 100]
        .into_iter()
        .find(|step| n <= 14 * step)
        .unwrap_or(n.div_ceil(14));
    (0..n).step_by(step).collect()
}
