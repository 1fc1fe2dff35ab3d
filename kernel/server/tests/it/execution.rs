use crate::frontend::Channel::{Control, Iopub, Shell};
use crate::frontend::{DummyFrontend, message, received, status, stdout};
use serde_json::{Value, json};

#[test]
fn cells_are_counted_from_one() {
    let mut frontend = DummyFrontend::start();
    for number in 1..=3 {
        let id = frontend.send(Shell, "execute_request", json!({"code": "value 7"}));
        let input = json!({"code": "value 7", "execution_count": number});
        let value = json!({
            "execution_count": number, "data": {"text/plain": "7"}, "metadata": {}
        });
        let shown = [message("execute_input", input), message("execute_result", value)];
        frontend.expect(&id, &[status("busy")]);
        frontend.expect(&id, &shown);
        frontend.expect(&id, &[status("idle")]);
        let reply = json!({
            "status": "ok", "execution_count": number, "payload": [], "user_expressions": {}
        });
        assert_eq!(frontend.reply(Shell, &id, "execute_reply"), reply);
    }
}

#[test]
fn outputs_keep_their_order() {
    let mut frontend = DummyFrontend::start();
    let shown = frontend.run("print a\neprint b\ndisplay text/html <b>c</b>\nclear\nprint d");
    let html = json!({"data": {"text/html": "<b>c</b>"}, "metadata": {}, "transient": {}});
    let expected = [
        stdout("a\n"),
        message("stream", json!({"name": "stderr", "text": "b\n"})),
        message("display_data", html),
        message("clear_output", json!({"wait": false})),
        stdout("d\n"),
    ];
    assert_eq!(shown, expected);
}

#[test]
fn every_output_is_there_before_the_reply() {
    let mut frontend = DummyFrontend::start();
    for _ in 0..50 {
        let code = format!("print {}\n", "x".repeat(2_000)).repeat(20);
        let id = frontend.send(Shell, "execute_request", json!({"code": code}));
        frontend.reply(Shell, &id, "execute_reply");
        for output in 0..22 {
            assert!(frontend.poll_iopub().is_some(), "the reply overtook output {output}");
        }
        frontend.expect(&id, &[status("idle")]);
    }
}

#[test]
fn the_reply_is_there_before_idle() {
    let mut frontend = DummyFrontend::start();
    for _ in 0..50 {
        let id = frontend.send(Shell, "execute_request", json!({"code": ""}));
        frontend.expect(&id, &[status("busy")]);
        frontend.recv_iopub();
        frontend.expect(&id, &[status("idle")]);
        assert!(frontend.poll(Shell), "idle overtook the reply");
    }
}

#[test]
fn updates_name_their_display() {
    let mut frontend = DummyFrontend::start();
    let update = json!({
        "data": {"text/plain": "new"}, "metadata": {}, "transient": {"display_id": "plot"}
    });
    assert_eq!(frontend.run("update plot new"), [message("update_display_data", update)]);
}

#[test]
fn pages_are_payload() {
    let mut frontend = DummyFrontend::start();
    let (shown, reply) = frontend.execute(json!({"code": "page help"}));
    let page = json!([{"source": "page", "data": {"text/plain": "help"}, "start": 0}]);
    assert_eq!((shown, &reply["payload"]), (vec![], &page));
}

#[test]
fn silent_cells_show_and_count_nothing() {
    let mut frontend = DummyFrontend::start();
    for code in ["print x\nvalue 1\ndisplay text/html x", "fail x"] {
        let content = json!({"code": code, "silent": true, "store_history": true});
        assert_eq!(frontend.execute(content).0, []);
    }
    let reply = frontend.execute(json!({"code": "print x"})).1;
    assert_eq!(reply["execution_count"], 1);
}

#[test]
fn cells_without_history_count_nothing() {
    let mut frontend = DummyFrontend::start();
    let content = json!({"code": "print x", "store_history": false});
    let (shown, _) = frontend.execute(content);
    assert_eq!(shown, [stdout("x\n")]);
    let reply = frontend.execute(json!({"code": "print y"})).1;
    assert_eq!(reply["execution_count"], 1);
    let history = json!({"hist_access_type": "tail", "n": 9});
    let history = frontend.ask(Shell, "history", history);
    assert_eq!(history["history"], json!([[1, 1, "print y"]]));
}

#[test]
fn the_reply_says_what_the_cell_cost() {
    let mut frontend = DummyFrontend::start();
    let cell = frontend.send(Shell, "execute_request", json!({"code": "cost"}));
    frontend.published(&cell);
    let reply = frontend.recv(Shell, &cell);
    let metadata: Value = serde_json::from_str(reply.metadata.get()).expect("JSON");
    let cost = json!({"compile": 1.0, "load": 2.0, "run": 3.0, "peak_memory": 4});
    assert_eq!(metadata["cost"], cost);
    assert!(metadata["started"].as_str() < Some(&reply.header.date), "{metadata}");
}

#[test]
fn user_expressions_have_values_or_errors() {
    let mut frontend = DummyFrontend::start();
    let expressions = json!({"good": "print unseen\nvalue 5", "bad": "fail x", "none": ""});
    let content = json!({"code": "print x", "user_expressions": expressions});
    let (shown, reply) = frontend.execute(content);
    assert_eq!(shown, [stdout("x\n")]);
    let expected = json!({
        "good": {"status": "ok", "data": {"text/plain": "5"}, "metadata": {}},
        "bad": {"status": "error", "ename": "Failure", "evalue": "x", "traceback": ["Failure: x"]},
        "none": {"status": "ok", "data": {}, "metadata": {}},
    });
    assert_eq!(reply["user_expressions"], expected);
}

#[test]
fn a_failed_cell_gives_one_error_and_an_error_reply() {
    let mut frontend = DummyFrontend::start();
    let content = json!({"code": "print x\nfail oh\nprint y", "user_expressions": {"a": "value"}});
    let (shown, reply) = frontend.execute(content);
    let error = json!({"ename": "Failure", "evalue": "oh", "traceback": ["Failure: oh"]});
    assert_eq!(shown, [stdout("x\n"), message("error", error)]);
    let expected = json!({
        "status": "error", "ename": "Failure", "evalue": "oh", "traceback": ["Failure: oh"],
        "execution_count": 1, "payload": [], "user_expressions": {}
    });
    assert_eq!(reply, expected);
    assert_eq!(frontend.run("print still here"), [stdout("still here\n")]);
}

/// Interrupts a cell with two more behind it; gives their replies.
fn queue_behind_failure(frontend: &mut DummyFrontend, stop_on_error: bool) -> [Value; 2] {
    let content = json!({"code": "print on\nsleep 600000", "stop_on_error": stop_on_error});
    let failing = frontend.send(Shell, "execute_request", content);
    let queued = [(); 2].map(|()| frontend.send(Shell, "execute_request", json!({"code": ""})));
    assert_eq!(frontend.ask(Shell, "comm_info", json!({}))["status"], "ok");
    while received(&frontend.recv(Iopub, &failing)) != stdout("on\n") {}
    frontend.interrupt(&failing);
    queued.map(|id| {
        frontend.published(&id);
        frontend.reply(Shell, &id, "execute_reply")
    })
}

#[test]
fn a_failed_cell_aborts_the_queue() {
    let mut frontend = DummyFrontend::start();
    let replies = queue_behind_failure(&mut frontend, true);
    assert_eq!(replies.map(|reply| reply["status"].clone()), ["aborted", "aborted"]);
    assert_eq!(frontend.execute(json!({"code": ""})).1["execution_count"], 2);
}

#[test]
fn the_queue_goes_on_where_asked_to() {
    let mut frontend = DummyFrontend::start();
    let replies = queue_behind_failure(&mut frontend, false);
    assert_eq!(replies.map(|reply| reply["status"].clone()), ["ok", "ok"]);
}

#[test]
fn an_interrupt_ends_the_cell_and_no_other() {
    let mut frontend = DummyFrontend::start();
    let cell = frontend.run_endless();
    frontend.interrupt(&cell);
    assert_eq!(frontend.ask(Control, "interrupt", json!({})), json!({"status": "ok"}));
    assert_eq!(frontend.run("print y"), [stdout("y\n")]);
}

#[test]
fn many_outputs_arrive_complete() {
    let mut frontend = DummyFrontend::start();
    let lines: Vec<String> = (0..5_000).map(|number| number.to_string()).collect();
    let code: String = lines.iter().map(|line| format!("print {line}\n")).collect();
    let shown = frontend.run(&code);
    let texts = shown.iter().map(|message| message.content["text"].as_str().expect("text").trim());
    assert!(texts.eq(lines.iter()));
}
