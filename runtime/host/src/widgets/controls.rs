//! Widgets that a user moves, ticks and types into.

use super::model::{Model, Widget, widget};
use serde_json::{Value, json};
use std::ops::RangeInclusive;

/// A widget with a value that the user chooses.
pub trait Control: Widget {
    /// What is chosen.
    type Value: Clone + Send + 'static;

    /// The key of the value in the state.
    const KEY: &'static str = "value";

    /// The value in the form it has in the state.
    fn read(&self, value: &Value) -> Self::Value;

    /// What is chosen now.
    fn value(&self) -> Self::Value {
        self.read(&self.model().get(Self::KEY))
    }

    /// Calls a function with each new value.
    fn on_change(&self, mut callback: impl FnMut(Self::Value) + Send + 'static)
    where
        Self: Sized + Clone + Send + 'static,
    {
        let control = self.clone();
        self.model().on(Self::KEY, move |value| callback(control.read(value)));
    }
}

/// A slider over whole numbers.
///
/// ```
/// use candlelab_host::widgets::{Control, IntSlider};
/// assert_eq!(IntSlider::new("layers", 1..=8).at(3).value(), 3);
/// ```
#[derive(Clone, Debug)]
pub struct IntSlider(Model);

impl IntSlider {
    /// A slider that starts at the low end.
    pub fn new(label: &str, range: RangeInclusive<i64>) -> Self {
        let (min, max) = range.into_inner();
        let own = json!({"description": label, "min": min, "max": max, "value": min, "step": 1,
            "continuous_update": true, "readout": true, "readout_format": "d"});
        Self(Model::control("IntSlider", Some("Slider"), own))
    }

    /// Moves it to a value.
    pub fn at(self, value: i64) -> Self {
        self.0.set("value", value);
        self
    }
}

impl Control for IntSlider {
    type Value = i64;

    fn read(&self, value: &Value) -> i64 {
        value.as_i64().unwrap_or_default()
    }
}

/// A slider over numbers.
///
/// ```
/// use candlelab_host::widgets::{Control, FloatSlider};
/// assert_eq!(FloatSlider::new("rate", 0.0..=1.0).at(0.25).value(), 0.25);
/// ```
#[derive(Clone, Debug)]
pub struct FloatSlider(Model);

impl FloatSlider {
    /// A slider of a hundred steps that starts at the low end.
    pub fn new(label: &str, range: RangeInclusive<f64>) -> Self {
        let (min, max) = range.into_inner();
        let own = json!({"description": label, "min": min, "max": max, "value": min,
            "step": (max - min) / 100.0, "continuous_update": true, "readout": true,
            "readout_format": ".3g"});
        Self(Model::control("FloatSlider", Some("Slider"), own))
    }

    /// Moves it to a value.
    pub fn at(self, value: f64) -> Self {
        self.0.set("value", value);
        self
    }

    /// Moves in steps of this size.
    pub fn step(self, step: f64) -> Self {
        self.0.set("step", step);
        self
    }
}

impl Control for FloatSlider {
    type Value = f64;

    fn read(&self, value: &Value) -> f64 {
        value.as_f64().unwrap_or_default()
    }
}

/// A choice among texts.
///
/// ```
/// use candlelab_host::widgets::{Control, Dropdown};
/// assert_eq!(Dropdown::new("activation", ["relu", "tanh"]).value(), "relu");
/// ```
#[derive(Clone, Debug)]
pub struct Dropdown(Model, Vec<String>);

impl Dropdown {
    /// A choice that starts with the first.
    pub fn new<S: Into<String>>(label: &str, options: impl IntoIterator<Item = S>) -> Self {
        let options: Vec<String> = options.into_iter().map(Into::into).collect();
        let first = if options.is_empty() { Value::Null } else { 0.into() };
        let own = json!({"description": label, "_options_labels": options, "index": first});
        Self(Model::control("Dropdown", Some("Description"), own), options)
    }
}

impl Control for Dropdown {
    type Value = String;
    const KEY: &'static str = "index";

    fn read(&self, value: &Value) -> String {
        let index = value.as_u64().and_then(|index| usize::try_from(index).ok());
        index.and_then(|index| self.1.get(index)).cloned().unwrap_or_default()
    }
}

/// A box to tick.
///
/// ```
/// use candlelab_host::widgets::{Checkbox, Control};
/// assert!(!Checkbox::new("bias").value());
/// ```
#[derive(Clone, Debug)]
pub struct Checkbox(Model);

impl Checkbox {
    /// An empty box.
    pub fn new(label: &str) -> Self {
        let own = json!({"description": label, "value": false, "indent": true});
        Self(Model::control("Checkbox", Some("Checkbox"), own))
    }
}

impl Control for Checkbox {
    type Value = bool;

    fn read(&self, value: &Value) -> bool {
        value.as_bool().unwrap_or_default()
    }
}

/// A line to type into.
///
/// ```
/// use candlelab_host::widgets::{Control, TextBox};
/// assert_eq!(TextBox::new("prompt").value(), "");
/// ```
#[derive(Clone, Debug)]
pub struct TextBox(Model);

impl TextBox {
    /// An empty line.
    pub fn new(label: &str) -> Self {
        let own = json!({"description": label, "value": "", "continuous_update": true});
        Self(Model::control("Text", Some("Text"), own))
    }
}

impl Control for TextBox {
    type Value = String;

    fn read(&self, value: &Value) -> String {
        value.as_str().unwrap_or_default().to_owned()
    }
}

/// A button.
///
/// ```
/// let button = candlelab_host::widgets::Button::new("again");
/// button.on_click(|| println!("clicked"));
/// ```
#[derive(Clone, Debug)]
pub struct Button(Model);

impl Button {
    /// A button with a text on it.
    pub fn new(label: &str) -> Self {
        let own = json!({"description": label, "button_style": "", "icon": "", "disabled": false});
        Self(Model::control("Button", Some("Button"), own))
    }

    /// Calls a function with each click.
    pub fn on_click(&self, mut callback: impl FnMut() + Send + 'static) {
        self.0.on("custom", move |content| {
            if content["event"] == "click" {
                callback();
            }
        });
    }
}

widget!(IntSlider, FloatSlider, Dropdown, Checkbox, TextBox, Button);
