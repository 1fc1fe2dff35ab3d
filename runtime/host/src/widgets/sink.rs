//! What a callback shows and prints, kept for its widget instead of going to a cell.

use crate::channel::{self, Message};
use serde_json::{Map, Value, json};
use std::cell::RefCell;

thread_local! {
    /// The outputs of the callback that this thread runs, in the notebook's form.
    static SINK: RefCell<Option<Vec<Value>>> = const { RefCell::new(None) };
}

/// Whether this thread runs such a callback.
pub(crate) fn is_capturing() -> bool {
    SINK.try_with(|sink| sink.borrow().is_some()).unwrap_or(false)
}

/// Keeps a message where this thread is capturing; gives it back where it is not, or where it
/// concerns no output.
pub(crate) fn swallow(message: Message) -> Option<Message> {
    if !is_capturing() {
        return Some(message);
    }
    keep_text();
    SINK.with_borrow_mut(|sink| {
        let outputs = sink.get_or_insert_default();
        match message {
            Message::Display { data, id, update: true } => {
                let own = outputs.iter_mut().find(|output| output["transient"]["display_id"] == id);
                if let Some(own) = own {
                    own["data"] = data.into();
                }
            }
            Message::Display { data, id, .. } => outputs.push(display(data, &id)),
            Message::Result { data } => outputs.push(display(data, "")),
            Message::Clear { .. } => outputs.clear(),
            other => return Some(other),
        }
        None
    })
}

fn display(data: Map<String, Value>, id: &str) -> Value {
    json!({"output_type": "display_data", "data": data, "metadata": {},
        "transient": {"display_id": id}})
}

/// Moves what was printed so far into the outputs.
fn keep_text() {
    let text = channel::captured();
    if !text.is_empty() {
        let stream = json!({"output_type": "stream", "name": "stdout", "text": text});
        SINK.with_borrow_mut(|sink| sink.get_or_insert_default().push(stream));
    }
}

/// Runs a function; returns its value and everything it showed.
pub(super) fn capture<T>(run: impl FnOnce() -> T) -> (T, Vec<Value>) {
    SINK.set(Some(Vec::new()));
    channel::capture(true);
    let value = run();
    keep_text();
    channel::capture(false);
    let mut outputs = SINK.take().unwrap_or_default();
    for output in outputs.iter_mut().filter_map(Value::as_object_mut) {
        output.remove("transient");
    }
    (value, outputs)
}
