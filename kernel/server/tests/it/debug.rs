use crate::frontend::Channel::Control;
use crate::frontend::DummyFrontend;
use serde_json::{Value, json};

/// Sends a request of the Debug Adapter Protocol; gives its response.
fn ask(frontend: &mut DummyFrontend, command: &str, arguments: Value) -> Value {
    let content = json!({"type": "request", "seq": 7, "command": command, "arguments": arguments});
    let reply = frontend.ask(Control, "debug", content);
    assert_eq!(reply["type"], "response");
    assert_eq!((&reply["request_seq"], &reply["command"]), (&json!(7), &json!(command)));
    reply
}

fn body(command: &str, arguments: Value) -> Value {
    let reply = ask(&mut DummyFrontend::start(), command, arguments);
    assert_eq!(reply["success"], true, "{reply}");
    reply["body"].clone()
}

#[test]
fn jupyterlabs_bug_button_works() {
    let mut frontend = DummyFrontend::start();
    // The first request of a session has no arguments.
    let content = json!({"type": "request", "seq": 0, "command": "debugInfo"});
    let info = frontend.ask(Control, "debug", content)["body"].clone();
    assert_eq!((&info["isStarted"], &info["hashMethod"]), (&json!(false), &json!("Murmur2")));
    assert_eq!((&info["richRendering"], &info["copyToGlobals"]), (&json!(true), &json!(false)));
    for (command, arguments) in [
        ("initialize", json!({"clientID": "jupyterlab", "adapterID": "rust"})),
        ("attach", json!({})),
        ("setExceptionBreakpoints", json!({"filters": []})),
        ("inspectVariables", json!({})),
    ] {
        assert_eq!(ask(&mut frontend, command, arguments)["success"], true);
    }
    assert_eq!(ask(&mut frontend, "debugInfo", json!({}))["body"]["isStarted"], true);
    let arguments = json!({"restart": false, "terminateDebuggee": false});
    assert_eq!(ask(&mut frontend, "disconnect", arguments)["success"], true);
    assert_eq!(ask(&mut frontend, "debugInfo", json!({}))["body"]["isStarted"], false);
}

#[test]
fn variables_are_listed_with_type_and_shape() {
    let entry = |name, r#type, value| {
        json!({
            "name": name, "evaluateName": name, "type": r#type, "value": value,
            "variablesReference": 0
        })
    };
    let weights = entry("weights", "Tensor [2, 3]", "[2, 3] F32 Cpu");
    let word = entry("word", "Vec<&str>", r#"["a"]"#);
    assert_eq!(body("inspectVariables", json!({})), json!({"variables": [weights, word]}));
}

#[test]
fn a_variable_is_shown_as_text_and_table() {
    let body_of = |name| body("richInspectVariables", json!({"variableName": name}));
    let shown = body_of("weights");
    let text =
        "name: weights\ntype: Tensor\nshape: [2, 3]\ndtype: F32\ndevice: Cpu\nmemory: 24 bytes";
    assert_eq!(shown["data"]["text/plain"], text);
    assert_eq!(shown["metadata"], json!({}));
    let html = body_of("word")["data"]["text/html"].as_str().expect("text").to_owned();
    assert!(html.contains("<td><code>Vec&lt;&amp;str&gt;</code></td>"), "{html}");
    assert_eq!(body_of("nobody"), json!({"data": {}, "metadata": {}}));
}

#[test]
fn there_is_nothing_to_step_through() {
    assert_eq!(body("modules", json!({})), json!({"modules": [], "totalModules": 0}));
    assert_eq!(body("threads", Value::Null), json!({"threads": []}));
    assert_eq!(body("variables", json!({"variablesReference": 0})), json!({"variables": []}));
    assert_eq!(
        body("setBreakpoints", json!({"breakpoints": [{"line": 1}]})),
        json!({"breakpoints": []})
    );
    let reply = ask(&mut DummyFrontend::start(), "stepIn", json!({"threadId": 1}));
    assert_eq!(reply["success"], false);
    assert_eq!(reply["message"], "there is no debugger that could do `stepIn`");
}
