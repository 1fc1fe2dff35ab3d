//! What a check shows on the screen.

use crate::failure::Failure;
use candlelab_host::{Bundle, display};
use serde_json::{Value, json};

/// The format in which tools read a check's result.
const MIME: &str = "application/vnd.candlelab.check+json";

const GREEN: &str = "#009e73";
const RED: &str = "#d55e00";

pub(crate) fn passed(name: &str, points: f64, count: &str, message: &str) {
    let told = json!({"name": name, "points": points, "passed": true, "message": message});
    display(&line(&told, ("✓", GREEN), count, message));
}

/// The error that ends the cell comes after it, and says what the student's code gave.
pub(crate) fn failed(name: &str, points: f64, count: &str, failure: &Failure) {
    let message = &failure.message;
    let told = json!({"name": name, "points": points, "passed": false, "message": message});
    display(&line(&told, ("✗", RED), count, &format!("{message} · %hint {name}")));
}

fn line(told: &Value, (mark, colour): (&str, &str), count: &str, text: &str) -> Bundle {
    let html = format!(
        "<div style=\"border-left:4px solid {colour};padding:.1em .7em\">\
         <b style=\"color:{colour}\">{mark} {count}</b> · {}</div>",
        escape(text)
    );
    let line = Bundle::text(format!("{mark} {count} · {text}"));
    line.with("text/html", html).with(MIME, told.to_string())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_a_line_a_coloured_box_and_something_for_tools() {
        let told = json!({"name": "square-check", "passed": false});
        let line = line(&told, ("✗", RED), "1 of 3", "x² < 0 never holds · %hint square-check");
        let text = "✗ 1 of 3 · x² < 0 never holds · %hint square-check";
        assert_eq!(line.get("text/plain"), Some(text));
        let html = line.get("text/html").unwrap();
        assert!(html.contains(RED) && html.contains("✗ 1 of 3</b> · x² &lt; 0"), "{html}");
        let told: Value = serde_json::from_str(line.get(MIME).unwrap()).unwrap();
        assert_eq!(told["passed"], false);
    }
}
