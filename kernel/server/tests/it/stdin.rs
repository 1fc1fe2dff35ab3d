use crate::frontend::Channel::{Control, Shell, Stdin};
use crate::frontend::{DummyFrontend, status, stdout};
use candlelab_protocol::{Message, Metadata};
use serde_json::json;

/// Runs `print a`, `ask name?` up to the question; gives the cell's id and the question.
fn ask(frontend: &mut DummyFrontend) -> (String, Message) {
    let code = "print a\nask name?";
    let content = json!({"code": code, "allow_stdin": true});
    let cell = frontend.send(Shell, "execute_request", content);
    let question = frontend.recv(Stdin, &cell);
    assert_eq!(question.header.msg_type, "input_request");
    assert_eq!(question.content.get(), r#"{"prompt":"name?","password":false}"#);
    frontend.expect(&cell, &[status("busy")]);
    assert_eq!(frontend.recv_iopub().header.msg_type, "execute_input");
    frontend.expect(&cell, &[stdout("a\n")]);
    (cell, question)
}

#[test]
fn questions_reach_the_user_and_answers_the_cell() {
    let mut frontend = DummyFrontend::start();
    let (cell, _) = ask(&mut frontend);
    frontend.send(Stdin, "input_reply", json!({"value": "Ada", "status": "ok"}));
    frontend.expect(&cell, &[stdout("Ada\n"), status("idle")]);
    assert_eq!(frontend.reply(Shell, &cell, "execute_reply")["status"], "ok");
}

#[test]
fn answers_to_other_questions_are_ignored() {
    let mut frontend = DummyFrontend::start();
    let (cell, question) = ask(&mut frontend);
    let other = r#"{"msg_id":"other","msg_type":"input_request"}"#;
    for (parent, value) in [(other, "wrong"), (question.raw_header.get(), "right")] {
        let header = frontend.session.header("input_reply");
        let frames = frontend.session.frames(
            &[],
            &header,
            parent,
            &Metadata::new(),
            &json!({"value": value}),
        );
        frontend.send_frames(Stdin, frames);
    }
    frontend.expect(&cell, &[stdout("right\n"), status("idle")]);
    frontend.reply(Shell, &cell, "execute_reply");
}

#[test]
fn cells_without_a_keyboard_are_told_so() {
    let mut frontend = DummyFrontend::start();
    let (_, reply) = frontend.execute(json!({"code": "ask name?", "allow_stdin": false}));
    assert_eq!(reply["ename"], "NoInput");
}

#[test]
fn an_interrupt_ends_the_waiting() {
    let mut frontend = DummyFrontend::start();
    let (cell, _) = ask(&mut frontend);
    assert_eq!(frontend.ask(Control, "interrupt", json!({}))["status"], "ok");
    assert_eq!(frontend.reply(Shell, &cell, "execute_reply")["ename"], "NoInput");
    assert_eq!(frontend.until_idle(&cell)[0].msg_type, "error");
    frontend.send(Stdin, "input_reply", json!({"value": "too late"}));
    assert_eq!(frontend.run(""), []);
}
