//! The state of a widget, shared with its views.

use super::comm;
use crate::{Bundle, Rich};
use serde_json::{Map, Value, json};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The version of the widgets' JavaScript classes.
pub(super) const VERSION: &str = "2.0.0";
pub(super) const CONTROLS: &str = "@jupyter-widgets/controls";
const BASE: &str = "@jupyter-widgets/base";

type Callback = Arc<Mutex<dyn FnMut(&Value) + Send>>;

/// The state of a widget. Clones share it.
#[derive(Clone)]
pub struct Model(Arc<Shared>);

struct Shared {
    id: String,
    state: Mutex<Map<String, Value>>,
    /// What to call when the view changes a value, by the value's name.
    callbacks: Mutex<Vec<(&'static str, Callback)>>,
}

/// The state's keys that say which classes of JavaScript show it.
pub(super) fn class(module: &str, version: &str, name: &str, view: &str) -> Map<String, Value> {
    let state = json!({
        "_model_module": module, "_model_module_version": version, "_model_name": name,
        "_view_module": module, "_view_module_version": version, "_view_name": view,
        "_view_count": null,
    });
    match state {
        Value::Object(state) => state,
        _ => Map::new(),
    }
}

impl Model {
    /// Opens a model of the controls' module; `name` is `IntSlider` and the like.
    pub(super) fn control(name: &str, style: Option<&str>, own: Value) -> Self {
        let mut state = class(CONTROLS, VERSION, &format!("{name}Model"), &format!("{name}View"));
        if let Some(style) = style {
            let mut look = class(BASE, VERSION, &format!("{style}StyleModel"), "StyleView");
            look.insert("_model_module".into(), CONTROLS.into());
            state.insert("style".into(), Model::open(look).reference());
        }
        Self::visible(state, own)
    }

    /// Opens a model with a layout and its own values beside its class.
    pub(super) fn visible(mut state: Map<String, Value>, own: Value) -> Self {
        let layout = class(BASE, VERSION, "LayoutModel", "LayoutView");
        state.insert("layout".into(), Model::open(layout).reference());
        for (key, value) in [("_dom_classes", json!([])), ("tabbable", Value::Null)] {
            state.insert(key.into(), value);
        }
        state.insert("tooltip".into(), Value::Null);
        if let Value::Object(own) = own {
            state.extend(own);
        }
        Self::open(state)
    }

    fn open(state: Map<String, Value>) -> Self {
        let id = comm::fresh_id();
        let shared = Shared { id, state: Mutex::new(state), callbacks: Mutex::new(Vec::new()) };
        let model = Self(Arc::new(shared));
        comm::open(&model);
        model
    }

    /// What sets it apart from all others.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// How other models name it.
    pub(super) fn reference(&self) -> Value {
        format!("IPY_MODEL_{}", self.id()).into()
    }

    fn lock(&self) -> MutexGuard<'_, Map<String, Value>> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The whole state.
    pub(super) fn state(&self) -> Map<String, Value> {
        self.lock().clone()
    }

    /// One value.
    pub(super) fn get(&self, key: &str) -> Value {
        self.lock().get(key).cloned().unwrap_or_default()
    }

    /// Changes a value, in every view too.
    pub(super) fn set(&self, key: &str, value: impl Into<Value>) {
        let value = value.into();
        self.lock().insert(key.into(), value.clone());
        comm::update(self, "update", Map::from_iter([(key.to_owned(), value)]));
    }

    /// Takes what a view has changed, and calls who wants to know.
    pub(super) fn take(&self, changes: Map<String, Value>) {
        self.lock().extend(changes.clone());
        comm::update(self, "echo_update", changes.clone());
        for (key, value) in &changes {
            self.call(key, value);
        }
    }

    pub(super) fn call(&self, key: &str, value: &Value) {
        let callbacks = self.0.callbacks.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for (_, callback) in callbacks.iter().filter(|(wanted, _)| *wanted == key) {
            let mut callback = callback.lock().unwrap_or_else(PoisonError::into_inner);
            callback(value);
        }
    }

    pub(super) fn on(&self, key: &'static str, callback: impl FnMut(&Value) + Send + 'static) {
        let callback: Callback = Arc::new(Mutex::new(callback));
        let mut callbacks = self.0.callbacks.lock().unwrap_or_else(PoisonError::into_inner);
        callbacks.push((key, callback));
    }

    /// What shows it in a notebook; `text` stands where nothing else can be shown.
    pub(super) fn view(&self, text: String) -> Bundle {
        let view = json!({"version_major": 2, "version_minor": 0, "model_id": self.id()});
        Bundle::text(text).with_value("application/vnd.jupyter.widget-view+json", view)
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.get("value");
        write!(formatter, "{}({value})", self.get("_model_name").as_str().unwrap_or_default())
    }
}

/// Everything that can stand in a box of widgets.
pub trait Widget {
    /// Its state.
    fn model(&self) -> &Model;
}

/// Makes a struct around a [`Model`] a widget that is shown like any other value.
macro_rules! widget {
    ($($name:ident),*) => {
        $(
            impl $crate::widgets::Widget for $name {
                fn model(&self) -> &$crate::widgets::Model {
                    &self.0
                }
            }

            impl $crate::Rich for $name {
                fn rich(&self) -> $crate::Bundle {
                    self.0.view(format!("{:?}", self.0))
                }
            }
        )*
    };
}
pub(super) use widget;

impl Rich for Model {
    fn rich(&self) -> Bundle {
        self.view(format!("{self:?}"))
    }
}
