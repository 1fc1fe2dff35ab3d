use crate::frontend::Channel::{Control, Shell};
use crate::frontend::DummyFrontend;
use serde_json::{Value, json};

/// The request must be refused with a reply of its own type, which names `expected`.
#[track_caller]
fn check(frontend: &mut DummyFrontend, name: &str, content: Value, expected: &str) {
    for channel in [Shell, Control] {
        let reply = frontend.ask(channel, name, content.clone());
        assert_eq!(reply["status"], "error", "{name} {content}");
        assert_eq!(reply["traceback"], json!([]));
        let evalue = reply["evalue"].as_str().expect("a reason");
        assert!(evalue.contains(expected), "{name} {content}: {evalue}");
    }
}

#[test]
fn missing_fields_are_named() {
    let mut frontend = DummyFrontend::start();
    for (name, field) in [
        ("execute", "code"),
        ("complete", "code"),
        ("inspect", "code"),
        ("is_complete", "code"),
        ("history", "hist_access_type"),
        ("delete_subshell", "subshell_id"),
        ("debug", "seq"),
    ] {
        check(&mut frontend, name, json!({}), &format!("missing field `{field}`"));
    }
    check(&mut frontend, "complete", json!({"code": ""}), "missing field `cursor_pos`");
}

#[test]
fn fields_of_the_wrong_type_are_refused() {
    let mut frontend = DummyFrontend::start();
    for (name, content) in [
        ("execute", json!({"code": 7})),
        ("execute", json!({"code": "", "silent": "yes"})),
        ("execute", json!({"code": "", "user_expressions": []})),
        ("complete", json!({"code": "", "cursor_pos": -1})),
        ("inspect", json!({"code": "", "cursor_pos": 0, "detail_level": "much"})),
        ("is_complete", json!({"code": null})),
        ("history", json!({"hist_access_type": "tail", "n": "all"})),
        ("comm_info", json!({"target_name": 1})),
        ("shutdown", json!({"restart": "no"})),
        ("delete_subshell", json!({"subshell_id": 1})),
        ("debug", json!({"seq": 1, "command": {}})),
        ("debug", json!({"seq": 1, "command": "attach", "arguments": 1})),
    ] {
        check(&mut frontend, name, content, "malformed: invalid ");
    }
    check(&mut frontend, "history", json!({"hist_access_type": "x"}), "unknown variant `x`");
}

#[test]
fn contents_that_are_no_objects_are_refused() {
    let mut frontend = DummyFrontend::start();
    for name in [
        "execute",
        "complete",
        "inspect",
        "is_complete",
        "history",
        "comm_info",
        "kernel_info",
        "connect",
        "shutdown",
        "interrupt",
        "create_subshell",
        "delete_subshell",
        "list_subshell",
        "debug",
        "usage",
    ] {
        check(&mut frontend, name, json!("text"), &format!("the {name}_request of a message"));
    }
}

#[test]
fn unknown_fields_are_ignored() {
    let mut frontend = DummyFrontend::start();
    let more = |content: Value| {
        let mut content = content;
        content["from_the_future"] = json!([1]);
        content
    };
    assert_eq!(frontend.execute(more(json!({"code": ""}))).1["status"], "ok");
    for name in ["kernel_info", "comm_info", "interrupt", "create_subshell", "list_subshell"] {
        assert_eq!(frontend.ask(Control, name, more(json!({})))["status"], "ok");
    }
}

#[test]
fn unknown_requests_are_refused_and_unknown_messages_ignored() {
    let mut frontend = DummyFrontend::start();
    let known = "this kernel knows no message of type `dance_request`";
    check(&mut frontend, "dance", json!({}), known);
    for (msg_type, content) in [
        ("dance", json!({})),
        ("execute_reply", json!({})),
        ("comm_msg", json!({"comm_id": 1})),
        ("comm_open", json!({"comm_id": "c"})),
        ("comm_close", json!([])),
    ] {
        let id = frontend.send(Shell, msg_type, content);
        assert_eq!(frontend.published(&id), []);
    }
}

#[test]
fn an_invalid_cell_aborts_nothing() {
    let mut frontend = DummyFrontend::start();
    let cell = frontend.run_endless();
    let queued = json!({"code": "", "stop_on_error": true});
    check(&mut frontend, "execute", json!({"code": 1}), "invalid type");
    frontend.interrupt(&cell);
    assert_eq!(frontend.execute(queued).1["status"], "ok");
}
