use crate::frontend::Channel::{Control, Shell};
use crate::frontend::DummyFrontend;
use serde_json::{Value, json};

#[track_caller]
fn check(name: &str, request: Value, reply: Value) {
    assert_eq!(DummyFrontend::start().ask(Shell, name, request), reply);
}

#[test]
fn completion_counts_code_points() {
    // The astronaut is three code points: a woman, a joiner and a rocket.
    let request = json!({"code": "👩‍🚀 displ and more", "cursor_pos": 9});
    let item = json!({
        "start": 4, "end": 9, "text": "display", "type": "keyword", "signature": ""
    });
    let reply = json!({
        "status": "ok", "matches": ["display"], "cursor_start": 4, "cursor_end": 9,
        "metadata": {"_jupyter_types_experimental": [item]},
    });
    check("complete", request, reply);
}

#[test]
fn a_cursor_beyond_the_end_is_at_the_end() {
    let reply =
        DummyFrontend::start().ask(Shell, "complete", json!({"code": "pri", "cursor_pos": 99}));
    assert_eq!((&reply["matches"], &reply["cursor_end"]), (&json!(["print"]), &json!(3)));
}

#[test]
fn inspection_finds_names_and_says_where_it_does_not() {
    let found = json!({"text/plain": "print: a command"});
    let request = json!({"code": "👩‍🚀 print x", "cursor_pos": 9, "detail_level": 0});
    let reply = json!({"status": "ok", "found": true, "data": found, "metadata": {}});
    check("inspect", request, reply);
    let reply = json!({"status": "ok", "found": false, "data": {}, "metadata": {}});
    check("inspect", json!({"code": "nothing", "cursor_pos": 3}), reply);
}

#[test]
fn code_is_complete_incomplete_or_invalid() {
    check("is_complete", json!({"code": "print x"}), json!({"status": "complete"}));
    let incomplete = json!({"status": "incomplete", "indent": "  "});
    check("is_complete", json!({"code": "print x\\"}), incomplete);
    check("is_complete", json!({"code": "print \u{7}"}), json!({"status": "invalid"}));
}

#[test]
fn the_kernel_introduces_itself_on_both_channels() {
    let mut frontend = DummyFrontend::start();
    let info = frontend.ask(Control, "kernel_info", json!({}));
    assert_eq!(info, frontend.ask(Shell, "kernel_info", json!({})));
    let language = &info["language_info"];
    assert_eq!(language["name"], "rust");
    assert_eq!(language["file_extension"], ".rs");
    assert_eq!(language["pygments_lexer"], "rust");
    assert_eq!(info["protocol_version"], "5.5");
    assert_eq!(info["supported_features"], json!(["debugger", "kernel subshells"]));
    assert_eq!(info["debugger"], true);
}
