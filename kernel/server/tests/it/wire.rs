use crate::frontend::Channel::{Control, Iopub, Shell};
use crate::frontend::{DummyFrontend, stdout};
use bytes::Bytes;
use candlelab_protocol::Metadata;
use serde_json::json;

#[test]
fn broken_frames_are_ignored() {
    let mut frontend = DummyFrontend::start();
    let header = frontend.session.header("execute_request");
    let content = json!({"code": "print x"});
    let good = frontend.session.frames(&[], &header, "{}", &Metadata::new(), &content);
    for channel in [Shell, Control] {
        frontend.send_frames(channel, vec![Bytes::from_static(b"<IDS|MSG>")]);
        frontend.send_frames(channel, vec![Bytes::from_static(b"no delimiter")]);
        for frames in 1..good.len() {
            frontend.send_frames(channel, good[..frames].to_vec());
        }
        for broken in 0..good.len() {
            let mut frames = good.clone();
            frames[broken] = Bytes::from_static(b"\xff\xfe{");
            frontend.send_frames(channel, frames);
        }
        assert_eq!(frontend.ask(channel, "kernel_info", json!({}))["status"], "ok");
    }
    assert_eq!(frontend.run(""), []);
}

#[test]
fn huge_cells_run() {
    let mut frontend = DummyFrontend::start();
    let text = "é".repeat(4 << 20);
    assert_eq!(frontend.run(&format!("print {text}")), [stdout(&format!("{text}\n"))]);
}

#[test]
fn equal_ids_are_two_requests() {
    let mut frontend = DummyFrontend::start();
    let header = frontend.session.header("execute_request");
    let content = json!({"code": "print x"});
    for _ in 0..2 {
        let frames = frontend.session.frames(&[], &header, "{}", &Metadata::new(), &content);
        frontend.send_frames(Shell, frames);
    }
    for number in 1..=2 {
        let reply: serde_json::Value = frontend.recv_any(Shell).content().expect("JSON");
        assert_eq!(reply["execution_count"], number);
        (0..4).for_each(|_| drop(frontend.recv_any(Iopub)));
    }
    assert_eq!(frontend.execute(json!({"code": ""})).1["execution_count"], 3);
}

#[test]
fn control_is_answered_while_a_client_reads_no_outputs() {
    let mut frontend = DummyFrontend::start();
    let code = format!("print {}\n", "x".repeat(1 << 20)).repeat(40);
    let cell = frontend.send(Shell, "execute_request", json!({"code": code}));
    let info = frontend.send(Control, "kernel_info_request", json!({}));
    assert_eq!(frontend.reply(Control, &info, "kernel_info_reply")["status"], "ok");
    // More is printed than may wait, so the cell waits for this client.
    assert!(!frontend.poll(Shell), "the kernel keeps all outputs in memory");
    assert_eq!(frontend.until_idle(&cell).len(), 41);
    assert_eq!(frontend.reply(Shell, &cell, "execute_reply")["status"], "ok");
    frontend.until_idle(&info);
}
