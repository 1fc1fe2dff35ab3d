use crate::frontend::Channel::{Control, Shell};
use crate::frontend::DummyFrontend;
use serde_json::json;

#[test]
fn fifty_cells_run_in_order_up_to_the_one_that_fails() {
    let mut frontend = DummyFrontend::start();
    let code = |number| if number == 25 { "fail x".to_owned() } else { format!("print {number}") };
    let mut send = |number| frontend.send(Shell, "execute_request", json!({"code": code(number)}));
    let ids: Vec<String> = (0..50).map(&mut send).collect();
    let statuses: Vec<String> = (0..50)
        .map(|number| {
            let reply = frontend.recv_any(Shell);
            assert_eq!(reply.parent_id().as_ref(), Some(&ids[number]), "out of order");
            let reply: serde_json::Value = reply.content().expect("JSON");
            reply["status"].as_str().expect("a status").to_owned()
        })
        .collect();
    assert!(statuses[..25].iter().all(|status| status == "ok"), "{statuses:?}");
    assert_eq!(statuses[25], "error");
    assert!(statuses[26..].iter().all(|status| status == "aborted"), "{statuses:?}");
    let shown: Vec<usize> = ids.iter().map(|id| frontend.published(id).len()).collect();
    assert!(shown[..26].iter().all(|shown| *shown == 2) && shown[26..].iter().all(|it| *it == 0));
    assert_eq!(frontend.execute(json!({"code": ""})).1["execution_count"], 27);
}

#[test]
fn an_interrupt_aborts_the_queued_cells() {
    let mut frontend = DummyFrontend::start();
    let cell = frontend.run_endless();
    let queued: Vec<String> =
        (0..3).map(|_| frontend.send(Shell, "execute_request", json!({"code": ""}))).collect();
    assert_eq!(frontend.ask(Shell, "kernel_info", json!({}))["status"], "ok");
    frontend.interrupt(&cell);
    for id in queued {
        assert_eq!(frontend.published(&id), []);
        assert_eq!(frontend.reply(Shell, &id, "execute_reply")["status"], "aborted");
    }
}

#[test]
fn an_interrupt_before_or_after_a_cell_is_none() {
    let mut frontend = DummyFrontend::start();
    for _ in 0..3 {
        assert_eq!(frontend.ask(Control, "interrupt", json!({}))["status"], "ok");
        frontend.run("print x\nsleep 10");
    }
}
