//! Pictures as pixels, for reports and programs that know no SVG.

use crate::axes::failed;
use crate::{Error, Result};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::{Database, Family, Query};
use resvg::usvg::{Options, Tree};
use std::sync::{Arc, LazyLock};

/// Pixels for each pixel of the picture, so that it is sharp on paper and fine screens.
const SCALE: f32 = 2.0;

/// The machine's fonts.
static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_system_fonts();
    let known = fonts.query(&Query { families: &[Family::SansSerif], ..Query::default() });
    let other = fonts.faces().next().and_then(|face| Some(face.families.first()?.0.clone()));
    if let (None, Some(other)) = (known, other) {
        fonts.set_sans_serif_family(other);
    }
    Arc::new(fonts)
});

/// An SVG document as a PNG file.
pub(crate) fn png(svg: &str) -> Result<Vec<u8>> {
    if FONTS.is_empty() && svg.contains("<text") {
        return Err(Error::NoFont);
    }
    let options = Options { fontdb: FONTS.clone(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).map_err(failed)?;
    let size = tree.size().to_int_size().scale_by(SCALE).ok_or_else(|| failed("no area"))?;
    let mut pixels = Pixmap::new(size.width(), size.height())
        .ok_or_else(|| failed("the picture is too large"))?;
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
    pixels.encode_png().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixels(svg: &str) -> Pixmap {
        Pixmap::decode_png(&png(svg).unwrap()).unwrap()
    }

    #[test]
    fn a_picture_has_twice_its_pixels_in_its_colours() {
        let blue = crate::elements::polygon(
            &[(2.0, 0.0), (4.0, 0.0), (4.0, 3.0), (2.0, 3.0)],
            [0, 0, 255],
        );
        let picture = pixels(&crate::elements::document(4.0, 3.0, &blue));
        assert_eq!((picture.width(), picture.height()), (8, 6));
        let at = |x, y| picture.pixel(x, y).unwrap().demultiply();
        assert_eq!((at(1, 1).red(), at(1, 1).blue()), (255, 255)); // the white ground
        assert_eq!((at(6, 3).red(), at(6, 3).blue()), (0, 255));
    }

    #[test]
    fn an_embedded_image_is_drawn() {
        let red = crate::raster::Raster { width: 1, height: 1, pixels: vec![[255, 0, 0]] };
        let picture = pixels(&crate::elements::document(2.0, 2.0, &red.element(0, 0, 2, 2, true)));
        assert_eq!(picture.pixel(2, 2).unwrap().green(), 0);
    }
}
