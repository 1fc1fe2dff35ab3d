//! What the runtime tells, as JSON.

use super::Failure;
use crate::{Bundle, Comm, CommAct, Event, Variable};
use serde_json::{Value, json};

/// A message of the runtime.
pub enum Message {
    /// For the front end.
    Event(Event),
    /// The cell failed.
    Failure(Failure),
    /// A variable was dropped, since its type has another definition now.
    Redefined(String),
    /// All variables after a cell, and those that it put.
    Variables(Vec<String>, Vec<Variable>),
}

/// Reads a message; `None` for one that means nothing here.
pub fn decode(json: &[u8]) -> Option<Message> {
    let mut message: Value = serde_json::from_slice(json).ok()?;
    message.as_object()?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let data = bundle(&mut message["data"]);
    Some(match message["type"].as_str()? {
        "display" => Message::Event(Event::Display {
            data,
            display_id: Some(text(&message["id"])),
            update: message["update"] == true,
        }),
        "result" => Message::Event(Event::Result { data }),
        "clear" => Message::Event(Event::Clear { wait: message["wait"] == true }),
        "comm" => Message::Event(Event::Comm(comm(&mut message, data)?)),
        "panic" => Message::Failure(Failure {
            ename: text(&message["ename"]),
            message: text(&message["message"]),
            location: text(&message["location"]),
        }),
        "lost" if message["redefined"] == true => Message::Redefined(text(&message["variable"])),
        "variables" => {
            let names = serde_json::from_value(message["names"].take()).ok()?;
            Message::Variables(names, serde_json::from_value(message["changed"].take()).ok()?)
        }
        _ => return None,
    })
}

fn bundle(value: &mut Value) -> Bundle {
    match value.take() {
        Value::Object(data) => data,
        _ => Bundle::new(),
    }
}

fn comm(message: &mut Value, data: Bundle) -> Option<Comm> {
    let act = match message["act"].as_str()? {
        "open" => CommAct::Open { target: message["target"].as_str()?.to_owned() },
        "message" => CommAct::Message,
        "close" => CommAct::Close,
        _ => return None,
    };
    let id = message["id"].as_str()?.to_owned();
    Some(Comm { id, act, data, metadata: bundle(&mut message["metadata"]) })
}

/// A front end's message in the form that the runtime reads.
pub fn encode(comm: &Comm) -> String {
    let Comm { id, act, data, metadata } = comm;
    let (act, target) = match act {
        CommAct::Open { target } => ("open", Some(target)),
        CommAct::Message => ("message", None),
        CommAct::Close => ("close", None),
    };
    json!({"type": "comm", "act": act, "id": id, "target": target, "data": data,
        "metadata": metadata})
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comms_survive_the_trip() {
        for act in [CommAct::Open { target: "t".into() }, CommAct::Message, CommAct::Close] {
            let data = Bundle::from_iter([("a".to_owned(), json!(1))]);
            let comm = Comm { id: "1".into(), act, data, metadata: Bundle::new() };
            let Some(Message::Event(event)) = decode(encode(&comm).as_bytes()) else { panic!() };
            assert_eq!(event, Event::Comm(comm));
        }
    }

    #[test]
    fn nonsense_is_nothing() {
        for json in ["", "[]", "{}", r#"{"type":"comm"}"#, r#"{"type":"variables","names":1}"#] {
            assert!(decode(json.as_bytes()).is_none(), "{json}");
        }
    }
}
