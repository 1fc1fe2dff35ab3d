//! Shows pictures, tables and text beside a cell's value, and replaces them in place.
//!
//! ```
//! use candlelab_host::display;
//! display::markdown("**bold**");
//! let bar = display::text("0 %");
//! bar.update(&candlelab_host::Bundle::text("100 %")); // replaces the line above
//! ```

use crate::channel::{Message, send};
use crate::{Bundle, Rich};
use std::sync::atomic::{AtomicU64, Ordering};

/// A display that can be replaced later.
#[derive(Clone, Debug)]
pub struct Handle {
    id: String,
}

impl Handle {
    /// Replaces what the display shows.
    pub fn update(&self, value: &(impl Rich + ?Sized)) {
        show(value.rich(), &self.id, true);
    }
}

fn show(data: Bundle, id: &str, update: bool) {
    send(Message::Display { data: data.into_map(), id: id.to_owned(), update });
}

fn fresh_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("candlelab-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Shows `value` in its richest format.
pub fn display(value: &(impl Rich + ?Sized)) -> Handle {
    let id = fresh_id();
    show(value.rich(), &id, false);
    Handle { id }
}

/// Shows plain text.
pub fn text(text: impl Into<String>) -> Handle {
    display(&Bundle::text(text))
}

fn formatted(mime: &str, source: impl Into<String>) -> Handle {
    let source = source.into();
    display(&Bundle::text(source.clone()).with(mime, source))
}

/// Shows HTML.
pub fn html(source: impl Into<String>) -> Handle {
    formatted("text/html", source)
}

/// Shows Markdown.
pub fn markdown(source: impl Into<String>) -> Handle {
    formatted("text/markdown", source)
}

/// Shows a formula, `$…$` included: `latex(r"$\sum_i x_i$")`.
pub fn latex(source: impl Into<String>) -> Handle {
    formatted("text/latex", source)
}

/// Shows an SVG picture.
pub fn svg(source: impl Into<String>) -> Handle {
    display(&Bundle::text("[picture]").with("image/svg+xml", source))
}

/// Shows a PNG picture, given its bytes.
pub fn png(bytes: &[u8]) -> Handle {
    display(&Bundle::text("[picture]").with_png(bytes))
}

/// Shows a JSON value as a tree.
pub fn json(value: &serde_json::Value) -> Handle {
    display(&Bundle::text(value.to_string()).with_json(value.clone()))
}

/// Removes what the cell has shown so far; with `wait`, only when the next output arrives.
pub fn clear(wait: bool) {
    send(Message::Clear { wait });
}
