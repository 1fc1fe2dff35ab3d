use crate::frontend::Channel::{Iopub, Shell};
use crate::frontend::{DummyFrontend, Received, message, stdout};
use bytes::Bytes;
use candlelab_protocol::Metadata;
use serde_json::{Value, json};

fn open_comms(frontend: &mut DummyFrontend, request: Value) -> Value {
    frontend.ask(Shell, "comm_info", request)["comms"].clone()
}

/// Sends a comm message and gives what it published.
fn send(frontend: &mut DummyFrontend, msg_type: &str, content: Value) -> Vec<Received> {
    let id = frontend.send(Shell, msg_type, content);
    frontend.published(&id)
}

fn open(frontend: &mut DummyFrontend, id: &str) {
    let content = json!({"comm_id": id, "target_name": "echo", "data": {}});
    assert_eq!(send(frontend, "comm_open", content), []);
}

fn close(id: &str) -> Received {
    message("comm_close", json!({"comm_id": id, "data": {}}))
}

#[test]
fn cells_open_comms_tell_something_and_close_them() {
    let mut frontend = DummyFrontend::start();
    let shown = frontend.run("open a jupyter.widget\nopen b other\nprint x\ntell a hello");
    let opened = |id, target| {
        let content = json!({"comm_id": id, "target_name": target, "data": {"text": ""}});
        message("comm_open", content)
    };
    let told = message("comm_msg", json!({"comm_id": "a", "data": {"text": "hello"}}));
    assert_eq!(shown, [opened("a", "jupyter.widget"), opened("b", "other"), stdout("x\n"), told]);
    let (a, b) = (json!({"target_name": "jupyter.widget"}), json!({"target_name": "other"}));
    assert_eq!(open_comms(&mut frontend, json!({})), json!({"a": a, "b": b}));
    assert_eq!(open_comms(&mut frontend, b.clone()), json!({"b": b}));
    frontend.run("close a");
    assert_eq!(open_comms(&mut frontend, json!({"target_name": null})), json!({"b": b}));
}

#[test]
fn widgets_say_their_version_in_the_metadata() {
    let mut frontend = DummyFrontend::start();
    let content = json!({"code": "open a jupyter.widget", "silent": true});
    let cell = frontend.send(Shell, "execute_request", content);
    let opened = loop {
        let message = frontend.recv(Iopub, &cell);
        if message.header.msg_type == "comm_open" {
            break message;
        }
    };
    assert_eq!(opened.metadata.get(), r#"{"version":"2.1.0"}"#);
    frontend.until_idle(&cell);
    frontend.reply(Shell, &cell, "execute_reply");
}

#[test]
fn messages_reach_the_engine_and_its_answers_name_them() {
    let mut frontend = DummyFrontend::start();
    open(&mut frontend, "c");
    assert_eq!(open_comms(&mut frontend, json!({})), json!({"c": {"target_name": "echo"}}));
    let content = json!({"comm_id": "c", "data": {"print": "hi", "value": [1, null]}});
    let shown = send(&mut frontend, "comm_msg", content.clone());
    assert_eq!(shown, [stdout("hi"), message("comm_msg", content)]);
    assert_eq!(send(&mut frontend, "comm_close", json!({"comm_id": "c"})), []);
    assert_eq!(open_comms(&mut frontend, json!({})), json!({}));
}

#[test]
fn unknown_targets_and_comms_are_closed() {
    let mut frontend = DummyFrontend::start();
    let content = json!({"comm_id": "c", "target_name": "jupyter.widget", "data": {}});
    assert_eq!(send(&mut frontend, "comm_open", content), [close("c")]);
    assert_eq!(open_comms(&mut frontend, json!({})), json!({}));
    let content = json!({"comm_id": "c", "data": {}});
    assert_eq!(send(&mut frontend, "comm_msg", content.clone()), [close("c")]);
    assert_eq!(send(&mut frontend, "comm_close", content), []);
}

#[test]
fn the_messages_of_a_comm_keep_their_order_while_a_cell_runs() {
    let mut frontend = DummyFrontend::start();
    let cell = frontend.run_endless();
    open(&mut frontend, "c");
    let content = |number: usize| json!({"comm_id": "c", "data": {"value": number}});
    let ids: Vec<String> =
        (0..50).map(|number| frontend.send(Shell, "comm_msg", content(number))).collect();
    let told: Vec<Value> = std::iter::repeat_with(|| frontend.recv_any(Iopub))
        .filter(|message| message.header.msg_type == "comm_msg")
        .map(|message| message.content().expect("JSON"))
        .take(ids.len())
        .collect();
    frontend.until_idle(&ids[49]);
    assert!(told.into_iter().eq((0..50).map(content)));
    frontend.interrupt(&cell);
}

#[test]
fn metadata_reaches_the_engine_and_buffers_are_ignored() {
    let mut frontend = DummyFrontend::start();
    open(&mut frontend, "c");
    let header = frontend.session.header("comm_msg");
    let metadata = Metadata::from_iter([("version".into(), json!("2.1.0"))]);
    let content = json!({"comm_id": "c", "data": {}});
    let mut frames = frontend.session.frames(&[], &header, "{}", &metadata, &content);
    frames.push(Bytes::from_static(b"\x00binary"));
    frontend.send_frames(Shell, frames);
    let answer = std::iter::repeat_with(|| frontend.recv_any(Iopub))
        .find(|message| message.header.msg_type == "comm_msg");
    assert_eq!(answer.expect("endless").metadata.get(), r#"{"version":"2.1.0"}"#);
    frontend.recv_any(Iopub);
}
