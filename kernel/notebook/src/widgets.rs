//! The states of widgets, as notebooks keep them for viewers without a kernel.

use candlelab_engine::{Bundle, Comm, CommAct};
use serde_json::{Map, Value, json};

/// The key in a notebook's metadata, below `widgets`.
pub(crate) const MIME: &str = "application/vnd.jupyter.widget-state+json";

/// The state of every widget that is open, by its id.
#[derive(Debug, Default)]
pub(crate) struct Widgets(Map<String, Value>);

impl Widgets {
    /// Takes a message of a cell to its widgets' views.
    pub fn take(&mut self, comm: &Comm) {
        let state = comm.data.get("state").and_then(Value::as_object);
        match &comm.act {
            CommAct::Open { target } if target == "jupyter.widget" => {
                self.0.insert(comm.id.clone(), state.cloned().unwrap_or_default().into());
            }
            CommAct::Open { .. } => {}
            CommAct::Message => {
                if let (Some(own), Some(state)) =
                    (self.0.get_mut(&comm.id).and_then(Value::as_object_mut), state)
                {
                    own.extend(state.clone());
                }
            }
            CommAct::Close => drop(self.0.remove(&comm.id)),
        }
    }

    /// What goes into the notebook; `None` where there are no widgets.
    pub fn to_json(&self) -> Option<Value> {
        let model = |(id, state): (&String, &Value)| {
            let own = |key: &str| state[key].clone();
            let model = json!({"model_name": own("_model_name"), "model_module": own("_model_module"),
                "model_module_version": own("_model_module_version"), "state": state});
            (id.clone(), model)
        };
        let states: Bundle = self.0.iter().map(model).collect();
        let all = json!({"version_major": 2, "version_minor": 0, "state": states});
        (!states.is_empty()).then_some(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comm(act: CommAct, data: Value) -> Comm {
        let data = data.as_object().unwrap().clone();
        Comm { id: "one".into(), act, data, metadata: Bundle::new() }
    }

    #[test]
    fn the_last_state_is_kept() {
        let mut widgets = Widgets::default();
        let state = json!({"state": {"_model_name": "IntSliderModel", "value": 1, "max": 9}});
        widgets.take(&comm(CommAct::Open { target: "jupyter.widget".into() }, state));
        widgets.take(&comm(CommAct::Message, json!({"state": {"value": 5}})));
        let json = widgets.to_json().unwrap();
        assert_eq!(json["state"]["one"]["model_name"], "IntSliderModel");
        assert_eq!(json["state"]["one"]["state"]["value"], 5);
        assert_eq!(json["state"]["one"]["state"]["max"], 9);
        widgets.take(&comm(CommAct::Close, json!({})));
        assert_eq!(widgets.to_json(), None);
    }

    #[test]
    fn other_comms_are_no_widgets() {
        let mut widgets = Widgets::default();
        widgets.take(&comm(CommAct::Open { target: "other".into() }, json!({})));
        assert_eq!(widgets.to_json(), None);
    }
}
