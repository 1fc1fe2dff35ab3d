//! A finished picture.

use crate::png::png;
use crate::{Error, Result};
use candlelab_host::{Bundle, Rich};
use std::fmt;
use std::path::Path;

/// A finished picture: SVG, and a twin in plain text for places without pictures.
///
/// The picture has a white background, so that it reads the same in light and dark themes. Charts
/// of one size and fixed ranges can be the frames of an animation:
///
/// ```
/// use candlelab_plot::{LineOptions, lines_with};
/// let options = LineOptions { y_range: Some((0.0, 9.0)), ..LineOptions::default() };
/// let frame = |n: i32| lines_with("squares", &[("n²", [0.0, 1.0], [0.0, f64::from(n * n)])], &options);
/// let frames = (1..=3).map(frame).collect::<Result<Vec<_>, _>>()?;
/// candlelab_host::animation(frames);
/// # Ok::<(), candlelab_plot::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Chart {
    svg: String,
    text: String,
}

impl Chart {
    /// A chart from an SVG document and the text that stands for it.
    pub(crate) fn new(svg: String, text: impl Into<String>) -> Self {
        Self { svg, text: text.into() }
    }

    /// The SVG document.
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// The text that stands for the picture.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its width and height in pixels.
    pub(crate) fn size(&self) -> (f64, f64) {
        let number = |name: &str| {
            let rest = self.svg.split_once(&format!(" {name}=\""))?.1;
            rest.split('"').next()?.parse().ok()
        };
        (number("width").unwrap_or(0.0), number("height").unwrap_or(0.0))
    }

    /// The picture as a PNG file with twice its pixels in width and height.
    ///
    /// # Errors
    /// If this machine has no font to write with.
    pub fn png(&self) -> Result<Vec<u8>> {
        png(&self.svg)
    }

    /// Writes the picture to a file, as PNG if its name ends in `.png`, else as SVG; an existing
    /// file is replaced in one step.
    ///
    /// # Errors
    /// If the folder is missing or cannot be written, the message names the file then; for PNG, if
    /// this machine has no font.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let is_png = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("png"));
        let bytes = if is_png { self.png()? } else { self.svg.clone().into_bytes() };
        write(path, &bytes).map_err(|source| Error::Save { path: path.to_owned(), source })
    }
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let name = path.file_name().ok_or(std::io::ErrorKind::IsADirectory)?;
    let hidden = format!(".{}.{}", name.to_string_lossy(), std::process::id());
    let beside = path.with_file_name(hidden);
    let written = std::fs::write(&beside, bytes).and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written
}

impl Rich for Chart {
    fn rich(&self) -> Bundle {
        Bundle::text(&self.text).with("image/svg+xml", &self.svg)
    }
}

impl fmt::Display for Chart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Chart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Chart").field(&self.text).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart() -> Chart {
        Chart::new("<svg/>".to_owned(), "a chart")
    }

    fn fresh_folder(name: &str) -> std::path::PathBuf {
        let folder =
            std::env::temp_dir().join(format!("candlelab-plot-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_notebook_gets_the_picture_and_the_text() {
        let bundle = chart().rich();
        assert_eq!(bundle.get("text/plain"), Some("a chart"));
        assert_eq!(bundle.get("image/svg+xml"), Some("<svg/>"));
    }

    #[test]
    fn saving_replaces_a_file_and_leaves_nothing_else() {
        let folder = fresh_folder("save");
        let path = folder.join("a.svg");
        std::fs::write(&path, "old").unwrap();
        chart().save(&path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "<svg/>");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
        let chart = crate::line_chart("steps", &[0.0, 1.0], &[0.0, 1.0]).unwrap();
        chart.save(folder.join("a.PNG")).unwrap();
        assert!(std::fs::read(folder.join("a.PNG")).unwrap().starts_with(b"\x89PNG"));
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_failed_save_names_the_file_and_leaves_nothing() {
        let folder = fresh_folder("failed-save");
        let missing = chart().save(folder.join("no/such/a.svg")).unwrap_err().to_string();
        assert!(missing.contains("no/such/a.svg"), "{missing}");
        std::fs::create_dir(folder.join("taken")).unwrap();
        assert!(chart().save(folder.join("taken")).is_err());
        assert!(chart().save("/").is_err());
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
