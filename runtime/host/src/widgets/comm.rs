//! Messages between models and their views.

use super::model::Model;
use crate::channel::{Act, Message, send};
use crate::interrupt;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

/// The target of every widget.
const WIDGET: &str = "jupyter.widget";
/// The target through which a front end asks for all states at once.
const CONTROL: &str = "jupyter.widget.control";

/// All models, for as long as the process runs: a view may outlive every variable.
static MODELS: Mutex<BTreeMap<String, Model>> = Mutex::new(BTreeMap::new());

fn models() -> MutexGuard<'static, BTreeMap<String, Model>> {
    MODELS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A new id: 32 hexadecimal digits, as ipywidgets makes them.
pub fn fresh_id() -> String {
    use std::hash::{BuildHasher, RandomState};
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{:016x}{:016x}", RandomState::new().hash_one(std::process::id()), count)
}

/// Tells the front end of a new model.
pub fn open(model: &Model) {
    models().insert(model.id().to_owned(), model.clone());
    let data = json!({"state": model.state(), "buffer_paths": []});
    let target = Some(WIDGET.to_owned());
    tell(Act::Open, model.id(), target, data);
}

/// Tells the views what changed.
pub fn update(model: &Model, method: &str, state: Map<String, Value>) {
    let data = json!({"method": method, "state": state, "buffer_paths": []});
    tell(Act::Message, model.id(), None, data);
}

fn tell(act: Act, id: &str, target: Option<String>, data: Value) {
    let data = match data {
        Value::Object(data) => data,
        _ => Map::new(),
    };
    let metadata = Map::from_iter([("version".to_owned(), "2.1.0".into())]);
    send(Message::Comm { act, id: id.to_owned(), target, data, metadata });
}

/// A front end's message: what it does, to which comm, and what it says.
struct Incoming {
    act: String,
    id: String,
    target: String,
    data: Value,
}

/// The way to the thread that runs callbacks.
static QUEUE: LazyLock<Mutex<Sender<Incoming>>> = LazyLock::new(|| {
    let (sender, receiver) = channel();
    let thread = std::thread::Builder::new().name("widgets".into());
    // Without the thread the messages lead nowhere, and widgets stay as they are.
    drop(thread.spawn(move || work(&receiver)));
    Mutex::new(sender)
});

/// Takes a front end's message; returns at once.
///
/// # Safety
/// `json` points to `len` readable bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn candlelab_comm(json: *const u8, len: usize) {
    // SAFETY: as promised by the caller.
    let bytes = unsafe { std::slice::from_raw_parts(json, len) };
    let Ok(mut message) = serde_json::from_slice::<Value>(bytes) else { return };
    if !message.is_object() {
        return;
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let incoming = Incoming {
        act: text(&message["act"]),
        id: text(&message["id"]),
        target: text(&message["target"]),
        data: message["data"].take(),
    };
    let _ = QUEUE.lock().unwrap_or_else(PoisonError::into_inner).send(incoming);
}

fn work(queue: &Receiver<Incoming>) {
    while let Ok(first) = queue.recv() {
        for message in coalesced(std::iter::once(first).chain(queue.try_iter()).collect()) {
            // What panics is told by the panic hook; the next message has another chance.
            let _ = interrupt::callback(|| handle(message));
        }
    }
}

/// Of several changes to one model only the newest values, so that a moving slider never lags.
fn coalesced(messages: Vec<Incoming>) -> Vec<Incoming> {
    let mut kept: Vec<Incoming> = Vec::new();
    for message in messages {
        let same = |old: &&mut Incoming| {
            old.id == message.id
                && old.data["method"] == "update"
                && message.data["method"] == "update"
        };
        match kept.last_mut().filter(same) {
            Some(old) => merge(&mut old.data["state"], &message.data["state"]),
            None => kept.push(message),
        }
    }
    kept
}

fn merge(old: &mut Value, new: &Value) {
    if let (Some(old), Some(new)) = (old.as_object_mut(), new.as_object()) {
        old.extend(new.clone());
    }
}

fn handle(message: Incoming) {
    let Incoming { act, id, target, data } = message;
    match act.as_str() {
        "open" if target != CONTROL => tell(Act::Close, &id, None, json!({})),
        "close" => drop(models().remove(&id)),
        "message" => {
            let model = models().get(&id).cloned();
            match (data["method"].as_str(), model) {
                (Some("request_states"), None) => tell(Act::Message, &id, None, all_states()),
                (Some("request_state"), Some(model)) => update(&model, "update", model.state()),
                (Some("update"), Some(model)) => {
                    model.take(data["state"].as_object().cloned().unwrap_or_default());
                }
                (Some("custom"), Some(model)) => model.call("custom", &data["content"]),
                _ => {}
            }
        }
        _ => {}
    }
}

fn all_states() -> Value {
    let all = models().clone();
    let state = |model: &Model| {
        let state = model.state();
        json!({"model_name": state["_model_name"], "model_module": state["_model_module"],
            "model_module_version": state["_model_module_version"], "state": state})
    };
    let states: Map<String, Value> = all.iter().map(|(id, it)| (id.clone(), state(it))).collect();
    json!({"method": "update_states", "states": states, "buffer_paths": []})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incoming(id: &str, method: &str, value: i32) -> Incoming {
        let data = json!({"method": method, "state": {"value": value}});
        Incoming { act: "message".into(), id: id.into(), target: String::new(), data }
    }

    #[test]
    fn only_the_newest_of_several_changes_counts() {
        let messages = vec![
            incoming("a", "update", 1),
            incoming("a", "update", 2),
            incoming("b", "update", 3),
            incoming("b", "custom", 0),
            incoming("b", "update", 4),
        ];
        let kept = coalesced(messages);
        let values: Vec<i64> =
            kept.iter().map(|it| it.data["state"]["value"].as_i64().unwrap()).collect();
        assert_eq!(values, [2, 3, 0, 4]);
    }

    #[test]
    fn ids_look_like_those_of_ipywidgets() {
        let (one, other) = (fresh_id(), fresh_id());
        assert_eq!(one.len(), 32);
        assert_ne!(one, other);
    }
}
