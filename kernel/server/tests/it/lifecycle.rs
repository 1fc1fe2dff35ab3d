use crate::frontend::Channel::{Control, Shell};
use crate::frontend::{DummyFrontend, status};
use candlelab_engine::{Echo, EngineError};
use candlelab_server::{KernelInfo, serve};
use serde_json::json;
use std::path::Path;
use std::sync::mpsc;

#[test]
fn shutdown_is_answered_before_the_end() {
    for (channel, restart) in [(Control, true), (Control, false), (Shell, true)] {
        let mut frontend = DummyFrontend::start();
        let reply = frontend.ask(channel, "shutdown", json!({"restart": restart}));
        assert_eq!(reply, json!({"status": "ok", "restart": restart}));
        frontend.join();
    }
}

#[test]
fn shutdown_ends_a_running_cell() {
    let mut frontend = DummyFrontend::start();
    frontend.send(Shell, "execute_request", json!({"code": "sleep 60000"}));
    let id = frontend.send(Control, "shutdown_request", json!({"restart": false}));
    assert_eq!(frontend.reply(Control, &id, "shutdown_reply")["status"], "ok");
    frontend.join();
}

#[test]
fn the_kernel_introduces_itself_before_its_engine_is_ready() {
    let (ready, wait) = mpsc::channel();
    let mut frontend = DummyFrontend::with_engine(move || {
        wait.recv().expect("the test says when");
        Ok(Box::new(Echo::default()))
    });
    assert_eq!(frontend.ask(Shell, "kernel_info", json!({}))["status"], "ok");
    let cell = frontend.send(Shell, "execute_request", json!({"code": ""}));
    frontend.expect(&cell, &[status("busy")]);
    assert_eq!(frontend.recv_iopub().header.msg_type, "execute_input");
    assert_eq!(frontend.ask(Control, "kernel_info", json!({}))["status"], "ok");
    ready.send(()).expect("the engine waits");
    assert_eq!(frontend.until_idle(&cell), []);
    assert_eq!(frontend.reply(Shell, &cell, "execute_reply")["status"], "ok");
}

#[test]
fn a_cell_that_waits_for_the_engine_can_be_interrupted() {
    let (ready, wait) = mpsc::channel();
    let mut frontend = DummyFrontend::with_engine(move || {
        wait.recv().expect("the test says when");
        Ok(Box::new(Echo::default()))
    });
    let cell = frontend.send(Shell, "execute_request", json!({"code": "print x"}));
    frontend.expect(&cell, &[status("busy")]);
    assert_eq!(frontend.recv_iopub().header.msg_type, "execute_input");
    assert_eq!(frontend.ask(Control, "interrupt", json!({}))["status"], "ok");
    ready.send(()).expect("the engine waits");
    assert_eq!(frontend.reply(Shell, &cell, "execute_reply")["ename"], "Interrupted");
    assert_eq!(frontend.until_idle(&cell)[0].msg_type, "error");
}

#[test]
fn every_cell_says_why_there_is_no_engine() {
    let mut frontend = DummyFrontend::with_engine(|| {
        let hint = Some("install it".into());
        Err(EngineError { message: "rustc is missing".into(), hint })
    });
    for _ in 0..2 {
        let (shown, reply) = frontend.execute(json!({"code": "1"}));
        assert_eq!((shown.len(), shown[0].msg_type.as_str()), (1, "error"));
        assert_eq!(reply["evalue"], "rustc is missing");
        let traceback = json!(["error: rustc is missing", "hint: install it"]);
        assert_eq!(reply["traceback"], traceback);
    }
    let reply = frontend.ask(Shell, "complete", json!({"code": "p", "cursor_pos": 1}));
    assert_eq!((&reply["status"], &reply["matches"]), (&json!("error"), &json!([])));
    let reply = frontend.ask(Shell, "is_complete", json!({"code": "p"}));
    assert_eq!(reply["status"], "complete");
}

#[test]
fn an_engine_that_panics_is_no_end() {
    let mut frontend = DummyFrontend::with_engine(|| panic!("on purpose"));
    let (_, reply) = frontend.execute(json!({"code": "1"}));
    assert_eq!(reply["evalue"], "the engine stopped working");
}

#[test]
fn a_missing_connection_file_is_an_error() {
    let start = || Ok(Box::new(Echo::default()) as Box<_>);
    let error = serve(Path::new("/nowhere.json"), start, KernelInfo::default());
    let error = error.expect_err("there is no such file").to_string();
    assert_eq!(error, "cannot read the connection file `/nowhere.json`");
}
