//! A function that is called anew whenever a control moves.

use super::boxes::{HBox, Output, VBox};
use super::controls::Control;
use super::model::Widget;
use super::sink::capture;
use crate::animation::picture as picture_of;
use crate::cell::caught;
use crate::display::display;
use crate::table::escape;
use crate::{Bundle, Rich};
use serde_json::{Map, Value, json};
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

/// What a function of [`interact`] may return: a value to show, nothing, or a result of either.
pub trait Shows {
    /// The value's formats, if there is one; or why there is none.
    fn shows(&self) -> Result<Option<Bundle>, String>;
}

impl<T: Rich> Shows for T {
    fn shows(&self) -> Result<Option<Bundle>, String> {
        Ok(Some(self.rich()))
    }
}

impl Shows for String {
    fn shows(&self) -> Result<Option<Bundle>, String> {
        Ok(Some(Bundle::text(self)))
    }
}

impl Shows for () {
    fn shows(&self) -> Result<Option<Bundle>, String> {
        Ok(None)
    }
}

impl<T: Shows, E: Display> Shows for Result<T, E> {
    fn shows(&self) -> Result<Option<Bundle>, String> {
        match self {
            Ok(value) => value.shows(),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// One control, or up to six.
pub trait Controls: Clone + Send + 'static {
    /// What the function gets.
    type Values;

    /// What is chosen now.
    fn values(&self) -> Self::Values;

    /// The widgets, in order.
    fn widgets(&self) -> Vec<&dyn Widget>;

    /// Calls a function with each change of any of them.
    fn on_any_change(&self, callback: impl Fn() + Clone + Send + 'static);
}

impl<C: Control + Clone + Send + 'static> Controls for C {
    type Values = C::Value;

    fn values(&self) -> C::Value {
        self.value()
    }

    fn widgets(&self) -> Vec<&dyn Widget> {
        vec![self]
    }

    fn on_any_change(&self, callback: impl Fn() + Clone + Send + 'static) {
        self.on_change(move |_| callback());
    }
}

macro_rules! tuple {
    ($($control:ident $at:tt),*) => {
        impl<$($control: Control + Clone + Send + 'static),*> Controls for ($($control,)*) {
            type Values = ($($control::Value,)*);

            fn values(&self) -> Self::Values {
                ($(self.$at.value(),)*)
            }

            fn widgets(&self) -> Vec<&dyn Widget> {
                vec![$(&self.$at),*]
            }

            fn on_any_change(&self, callback: impl Fn() + Clone + Send + 'static) {
                $(self.$at.on_any_change(callback.clone());)*
            }
        }
    };
}

tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);

/// Shows controls, and below them what a function makes of their values, anew with each change.
///
/// What the function displays and prints is shown as well; a panic or an error is shown in its
/// place, and the next change has another chance. Values that come while the function runs are
/// left out but for the newest.
///
/// ```
/// use candlelab_host::{Bundle, widgets::{FloatSlider, IntSlider, interact}};
/// let controls = (IntSlider::new("n", 1..=9), FloatSlider::new("x", 0.0..=1.0));
/// interact(controls, |(n, x)| Bundle::text(format!("{}", n as f64 * x)));
/// ```
pub fn interact<C, F, R>(controls: C, mut function: F)
where
    C: Controls,
    F: FnMut(C::Values) -> R + Send + 'static,
    R: Shows,
{
    let (output, empty) = (Output::new(), HBox::new(&[]));
    let mut children = controls.widgets();
    let names: Vec<String> = children.iter().map(|it| label(*it)).collect();
    children.push(&output);
    let outputs = run(&mut function, controls.values());
    display(&VBox::new(&children).model().view(format!("[controls: {}]", names.join(", "))));
    let picture = display(&without_widgets(&outputs, &empty));
    output.set(outputs);
    let function = Arc::new(Mutex::new(function));
    let all = controls.clone();
    controls.on_any_change(move || {
        let mut function = function.lock().unwrap_or_else(PoisonError::into_inner);
        let outputs = run(&mut *function, all.values());
        let last = without_widgets(&outputs, &empty);
        output.set(outputs);
        picture.update(&last);
    });
}

fn label(control: &dyn Widget) -> String {
    control.model().get("description").as_str().unwrap_or_default().to_owned()
}

/// A picture that only viewers without widgets show. The others show a widget that is empty, so
/// that a new picture never takes the slider out of the student's hand.
fn without_widgets(outputs: &[Value], empty: &HBox) -> Bundle {
    let still = still(outputs);
    let text = still.get("text/plain").unwrap_or_default().to_owned();
    still.with_formats(Some(empty.model().view(text).into_map()))
}

/// Calls the function; its outputs in the notebook's form.
fn run<V, R: Shows>(function: &mut impl FnMut(V) -> R, values: V) -> Vec<Value> {
    let call = || catch_unwind(AssertUnwindSafe(|| function(values).shows()));
    let (result, mut outputs) = capture(call);
    match result {
        Ok(Ok(None)) => {}
        Ok(Ok(Some(bundle))) => outputs.push(json!({"output_type": "display_data",
            "data": bundle.into_map(), "metadata": {}})),
        Ok(Err(error)) => outputs.push(failure("Error", &error)),
        Err(payload) => outputs.push(failure("Panic", &caught(&*payload))),
    }
    outputs
}

fn failure(ename: &str, text: &str) -> Value {
    json!({"output_type": "error", "ename": ename, "evalue": text,
        "traceback": [format!("{ename}: {text}")]})
}

/// What stands for the widgets where they are not known: all that was said, and the last picture.
fn still(outputs: &[Value]) -> Bundle {
    let said: String = outputs.iter().filter_map(said).collect();
    let picture = Bundle::text("").with_formats(outputs.iter().rev().find_map(data_of));
    if said.is_empty() {
        return picture;
    }
    let html = format!("<pre>{}</pre>\n{}", escape(&said), picture_of(&picture));
    let text = said + picture.get("text/plain").unwrap_or_default();
    picture.with("text/plain", text).with("text/html", html)
}

/// What was printed, or why there is nothing to show.
fn said(output: &Value) -> Option<&str> {
    output["text"].as_str().or(output["traceback"][0].as_str())
}

fn data_of(output: &Value) -> Option<Map<String, Value>> {
    output["data"].as_object().cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str) -> Value {
        json!({"output_type": "stream", "name": "stdout", "text": text})
    }

    fn shown(mime: &str, content: &str) -> Value {
        json!({"output_type": "display_data", "data": {"text/plain": "a picture", mime: content}})
    }

    #[test]
    fn what_is_printed_stands_where_widgets_are_not_known() {
        let still = still(&[printed("f = 0.5 < 1\n"), printed("A = 2\n")]);
        assert_eq!(still.get("text/plain"), Some("f = 0.5 < 1\nA = 2\n"));
        let html = still.get("text/html").unwrap();
        assert!(html.starts_with("<pre>f = 0.5 &lt; 1\nA = 2\n</pre>"), "{html}");
    }

    #[test]
    fn the_last_picture_stands_below_what_is_printed() {
        let (first, last) =
            (shown("image/svg+xml", "<svg>1</svg>"), shown("image/svg+xml", "<svg>2</svg>"));
        let still = still(&[first.clone(), printed("loss 1\n"), last.clone()]);
        assert_eq!(still.get("text/plain"), Some("loss 1\na picture"));
        assert_eq!(still.get("text/html"), Some("<pre>loss 1\n</pre>\n<svg>2</svg>"));
        assert_eq!(still.get("image/svg+xml"), Some("<svg>2</svg>"));
        let alone = super::still(&[first, last]);
        assert_eq!(
            (alone.get("image/svg+xml"), alone.get("text/html")),
            (Some("<svg>2</svg>"), None)
        );
        let image = super::still(&[printed("one\n"), shown("image/png", "AAAA")]);
        assert!(image.get("text/html").unwrap().contains("data:image/png;base64,AAAA"));
    }

    #[test]
    fn an_error_is_said_as_well() {
        let mut fails = |()| -> Result<(), String> { Err("no such start".into()) };
        let still = still(&run(&mut fails, ()));
        assert_eq!(still.get("text/plain"), Some("Error: no such start"));
    }
}
