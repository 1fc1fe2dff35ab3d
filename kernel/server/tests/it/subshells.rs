use crate::frontend::Channel::{Control, Shell};
use crate::frontend::{DummyFrontend, stdout};
use serde_json::{Value, json};

fn create(frontend: &mut DummyFrontend) -> String {
    let reply = frontend.ask(Control, "create_subshell", json!({}));
    assert_eq!(reply["status"], "ok");
    reply["subshell_id"].as_str().expect("a name").to_owned()
}

/// Runs a cell in a subshell; gives its reply.
fn run(frontend: &mut DummyFrontend, subshell: Option<&str>, code: &str) -> Value {
    let id = frontend.send_to(Shell, subshell, "execute_request", json!({"code": code}));
    frontend.published(&id);
    frontend.reply(Shell, &id, "execute_reply")
}

#[test]
fn subshells_come_and_go() {
    let mut frontend = DummyFrontend::start();
    let list = |frontend: &mut DummyFrontend| {
        frontend.ask(Control, "list_subshell", json!({}))["subshell_id"].clone()
    };
    assert_eq!(list(&mut frontend), json!([]));
    let (first, second) = (create(&mut frontend), create(&mut frontend));
    assert_eq!(list(&mut frontend).as_array().expect("names").len(), 2);
    let reply = frontend.ask(Control, "delete_subshell", json!({"subshell_id": first}));
    assert_eq!(reply, json!({"status": "ok"}));
    assert_eq!(list(&mut frontend), json!([second]));
    let reply = frontend.ask(Control, "delete_subshell", json!({"subshell_id": first}));
    assert_eq!((&reply["status"], &reply["ename"]), (&json!("error"), &json!("UnknownSubshell")));
}

#[test]
fn each_subshell_counts_and_remembers_its_own_cells() {
    let mut frontend = DummyFrontend::start();
    let subshell = create(&mut frontend);
    for (shell, code, number) in [
        (None, "print a", 1),
        (Some(&*subshell), "print b", 1),
        (Some(&subshell), "print c", 2),
        (None, "print d", 2),
    ] {
        assert_eq!(run(&mut frontend, shell, code)["execution_count"], number);
    }
    let mut lines = |shell| {
        let request = json!({"hist_access_type": "range", "session": 0});
        let id = frontend.send_to(Shell, shell, "history_request", request);
        frontend.published(&id);
        frontend.reply(Shell, &id, "history_reply")["history"].clone()
    };
    assert_eq!(lines(None), json!([[1, 1, "print a"], [1, 2, "print d"]]));
    assert_eq!(lines(Some(&subshell)), json!([[2, 1, "print b"], [2, 2, "print c"]]));
}

#[test]
fn unknown_subshells_are_errors() {
    let mut frontend = DummyFrontend::start();
    for name in ["execute", "complete", "history", "kernel_info"] {
        let content = json!({"code": "", "cursor_pos": 0, "hist_access_type": "tail"});
        let id = frontend.send_to(Shell, Some("none"), &format!("{name}_request"), content);
        assert_eq!(frontend.published(&id), []);
        let reply = frontend.reply(Shell, &id, &format!("{name}_reply"));
        assert_eq!(reply["evalue"], "there is no subshell `none`");
    }
}

#[test]
fn an_error_aborts_the_cells_of_its_own_subshell() {
    let mut frontend = DummyFrontend::start();
    let subshell = create(&mut frontend);
    let cell = frontend.run_endless();
    let behind = frontend.send(Shell, "execute_request", json!({"code": "print x"}));
    let content = json!({"code": "print y"});
    let beside = frontend.send_to(Shell, Some(&subshell), "execute_request", content);
    assert_eq!(frontend.ask(Shell, "kernel_info", json!({}))["status"], "ok");
    frontend.interrupt(&cell);
    assert_eq!(frontend.published(&behind), []);
    assert_eq!(frontend.reply(Shell, &behind, "execute_reply")["status"], "aborted");
    assert_eq!(frontend.published(&beside)[1..], [stdout("y\n")]);
    assert_eq!(frontend.reply(Shell, &beside, "execute_reply")["status"], "ok");
}

#[test]
fn a_deleted_subshell_finishes_its_cells() {
    let mut frontend = DummyFrontend::start();
    let subshell = create(&mut frontend);
    let cell = frontend.run_endless();
    let content = json!({"code": "print y"});
    let queued = frontend.send_to(Shell, Some(&subshell), "execute_request", content);
    assert_eq!(frontend.ask(Shell, "kernel_info", json!({}))["status"], "ok");
    frontend.ask(Control, "delete_subshell", json!({"subshell_id": subshell}));
    frontend.interrupt(&cell);
    assert_eq!(frontend.published(&queued)[1..], [stdout("y\n")]);
    assert_eq!(frontend.reply(Shell, &queued, "execute_reply")["status"], "ok");
}
