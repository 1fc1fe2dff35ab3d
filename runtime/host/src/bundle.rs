//! One value in several formats.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

/// One value in several formats; a front end shows the richest that it knows.
///
/// Every bundle starts with plain text, so that something is seen everywhere.
///
/// ```
/// use candlelab_host::Bundle;
/// let bundle = Bundle::text("x²").with("text/html", "x<sup>2</sup>");
/// assert_eq!(bundle.get("text/plain"), Some("x²"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Bundle(Map<String, Value>);

impl Bundle {
    /// A bundle of plain text alone.
    pub fn text(text: impl Into<String>) -> Self {
        Self(Map::new()).with("text/plain", text)
    }

    /// Adds a format: `mime` is `text/html`, `image/svg+xml`, `text/markdown`, `text/latex`, …
    pub fn with(self, mime: &str, content: impl Into<String>) -> Self {
        self.with_value(mime, Value::String(content.into()))
    }

    pub(crate) fn with_value(mut self, mime: &str, value: Value) -> Self {
        self.0.insert(mime.to_owned(), value);
        self
    }

    /// Adds formats, or replaces them.
    pub(crate) fn with_formats(mut self, formats: Option<Map<String, Value>>) -> Self {
        self.0.extend(formats.unwrap_or_default());
        self
    }

    /// Adds a PNG image, given its bytes.
    pub fn with_png(self, png: &[u8]) -> Self {
        self.with("image/png", STANDARD.encode(png))
    }

    /// Adds a JSON value.
    pub fn with_json(self, value: Value) -> Self {
        self.with_value("application/json", value)
    }

    /// The content in the format `mime`, where that is text.
    pub fn get(&self, mime: &str) -> Option<&str> {
        self.0.get(mime)?.as_str()
    }

    pub(crate) fn into_map(self) -> Map<String, Value> {
        self.0
    }
}

/// A value with a picture, a table or a formula to show.
///
/// Implement it in a cell and the type's values are shown that way, as the last expression of
/// a cell or through [`display`](crate::display()).
///
/// ```
/// use candlelab_host::{Bundle, Rich};
/// struct Celsius(f64);
/// impl Rich for Celsius {
///     fn rich(&self) -> Bundle {
///         Bundle::text(format!("{} °C", self.0)).with("text/html", format!("<b>{}</b> °C", self.0))
///     }
/// }
/// assert_eq!(Celsius(20.0).rich().get("text/plain"), Some("20 °C"));
/// ```
pub trait Rich {
    /// The value in every format it has.
    fn rich(&self) -> Bundle;
}

impl<T: Rich + ?Sized> Rich for &T {
    fn rich(&self) -> Bundle {
        (**self).rich()
    }
}

impl Rich for Bundle {
    fn rich(&self) -> Bundle {
        self.clone()
    }
}
