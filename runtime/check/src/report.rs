//! What a passed check shows.

use candlelab_host::{Bundle, display};
use serde_json::json;

/// The format in which tools read a check's result.
const MIME: &str = "application/vnd.candlelab.check+json";

pub(crate) fn passed(name: &str, points: f64, count: &str, message: &str) {
    let line = format!("✓ {count} · {message}");
    let html = format!(
        "<div style=\"border-left:4px solid #009e73;padding:.1em .7em\">\
         <b style=\"color:#009e73\">✓ {count}</b> · {}</div>",
        escape(message)
    );
    let result = json!({"name": name, "points": points, "passed": true, "message": message});
    display(&Bundle::text(line).with("text/html", html).with(MIME, result.to_string()));
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
