//! Widgets that show something, and boxes that hold others.

use super::model::{CONTROLS, Model, VERSION, Widget, class, widget};
use serde_json::{Value, json};

/// A line of text.
#[derive(Clone, Debug)]
pub struct Label(Model);

impl Label {
    /// A label that says this.
    pub fn new(text: &str) -> Self {
        Self(Model::control("Label", Some("Label"), json!({"value": text, "description": ""})))
    }

    /// Says something else.
    pub fn set(&self, text: &str) {
        self.0.set("value", text);
    }
}

/// A piece of HTML.
#[derive(Clone, Debug)]
pub struct Html(Model);

impl Html {
    /// Shows this.
    pub fn new(source: &str) -> Self {
        Self(Model::control("HTML", Some("HTML"), json!({"value": source, "description": ""})))
    }

    /// Shows something else.
    pub fn set(&self, source: &str) {
        self.0.set("value", source);
    }
}

/// A progress bar that code sets.
///
/// ```
/// let bar = candlelab_host::widgets::ProgressBar::new("epochs", 10.0);
/// bar.set(2.5);
/// ```
#[derive(Clone, Debug)]
pub struct ProgressBar(Model);

impl ProgressBar {
    /// An empty bar that is full at `max`.
    pub fn new(label: &str, max: f64) -> Self {
        let name = |part: &str| format!("FloatProgress{part}");
        let own = json!({"description": label, "min": 0.0, "max": max, "value": 0.0,
            "bar_style": "", "orientation": "horizontal", "_model_name": name("Model"),
            "_view_name": "ProgressView"});
        Self(Model::control("FloatProgress", Some("Progress"), own))
    }

    /// Fills it up to a value.
    pub fn set(&self, value: f64) {
        self.0.set("value", value);
    }
}

/// A place for outputs that are replaced as a whole.
#[derive(Clone, Debug)]
pub struct Output(Model);

impl Output {
    /// An empty place.
    pub fn new() -> Self {
        let class = class("@jupyter-widgets/output", "1.0.0", "OutputModel", "OutputView");
        Self(Model::visible(class, json!({"msg_id": "", "outputs": []})))
    }

    /// Shows these outputs, in the notebook's own form.
    pub(super) fn set(&self, outputs: Vec<Value>) {
        self.0.set("outputs", outputs);
    }
}

impl Default for Output {
    fn default() -> Self {
        Self::new()
    }
}

fn container(name: &str, children: &[&dyn Widget]) -> Model {
    let class = class(CONTROLS, VERSION, &format!("{name}Model"), &format!("{name}View"));
    let children: Vec<Value> = children.iter().map(|child| child.model().reference()).collect();
    Model::visible(class, json!({"children": children, "box_style": ""}))
}

/// Widgets side by side.
///
/// ```
/// use candlelab_host::widgets::{Button, HBox, Label};
/// let row = HBox::new(&[&Label::new("model"), &Button::new("train")]);
/// ```
#[derive(Clone, Debug)]
pub struct HBox(Model);

impl HBox {
    /// A row of these.
    pub fn new(children: &[&dyn Widget]) -> Self {
        Self(container("HBox", children))
    }
}

/// Widgets on top of each other.
#[derive(Clone, Debug)]
pub struct VBox(Model);

impl VBox {
    /// A column of these.
    pub fn new(children: &[&dyn Widget]) -> Self {
        Self(container("VBox", children))
    }
}

widget!(Label, Html, ProgressBar, Output, HBox, VBox);
