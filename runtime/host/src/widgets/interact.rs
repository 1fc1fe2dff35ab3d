//! A function that is called anew whenever a control moves.

use super::boxes::{Output, VBox};
use super::controls::Control;
use super::model::Widget;
use super::sink::capture;
use crate::cell::caught;
use crate::display::display;
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
    let output = Output::new();
    let outputs = run(&mut function, controls.values());
    let first = Bundle::text("").with_formats(outputs.iter().rev().find_map(data_of));
    output.set(outputs);
    let mut children = controls.widgets();
    children.push(&output);
    let column = VBox::new(&children);
    let text = first.get("text/plain").unwrap_or_default().to_owned();
    // Where widgets are not known, the first picture stands for them.
    display(&first.with_formats(Some(column.model().view(text).into_map())));
    let function = Arc::new(Mutex::new(function));
    let (all, place) = (controls.clone(), output.clone());
    controls.on_any_change(move || {
        let mut function = function.lock().unwrap_or_else(PoisonError::into_inner);
        place.set(run(&mut *function, all.values()));
    });
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

fn data_of(output: &Value) -> Option<Map<String, Value>> {
    output["data"].as_object().cloned()
}
