use crate::frontend::Channel::{Control, Iopub, Shell};
use crate::frontend::{DummyFrontend, received, status};
use serde_json::json;

#[test]
fn everything_but_cells_is_answered_while_a_cell_runs() {
    let mut frontend = DummyFrontend::start();
    let cell = frontend.run_endless();
    let code = json!({"code": "pri", "cursor_pos": 3});
    assert_eq!(frontend.ask(Shell, "complete", code.clone())["matches"], json!(["print"]));
    assert_eq!(frontend.ask(Shell, "inspect", code)["found"], false);
    assert_eq!(frontend.ask(Shell, "is_complete", json!({"code": ""}))["status"], "complete");
    let history = json!({"hist_access_type": "tail", "n": 1});
    assert_eq!(frontend.ask(Shell, "history", history)["history"], json!([]));
    for name in ["comm_info", "kernel_info", "connect", "usage", "list_subshell"] {
        assert_eq!(frontend.ask(Shell, name, json!({}))["status"], "ok", "{name}");
        assert_eq!(frontend.ask(Control, name, json!({}))["status"], "ok", "{name}");
    }
    let open = json!({"comm_id": "c", "target_name": "nobody"});
    let open = frontend.send(Shell, "comm_open", open);
    assert_eq!(frontend.published(&open)[0].msg_type, "comm_close");
    frontend.interrupt(&cell);
}

/// The parents of the statuses around a request that is answered while a cell runs.
fn statuses(
    frontend: &mut DummyFrontend,
    name: &str,
    content: serde_json::Value,
) -> [Option<String>; 3] {
    let id = frontend.send(Control, name, content);
    frontend.recv(Control, &id);
    ["busy", "idle", "busy"].map(|state| {
        let message = frontend.recv_any(Iopub);
        assert_eq!(received(&message), status(state));
        message.parent_id()
    })
}

#[test]
fn the_kernel_is_busy_again_after_a_side_request() {
    let mut frontend = DummyFrontend::start();
    let cell = frontend.run_endless();
    let [busy, idle, again] = statuses(&mut frontend, "kernel_info_request", json!({}));
    assert!(busy == idle && busy != again, "{busy:?} {again:?}");
    assert_eq!(again.as_ref(), Some(&cell));
    frontend.interrupt(&cell);
}

#[test]
fn questions_about_variables_cause_no_further_ones() {
    let mut frontend = DummyFrontend::start();
    let cell = frontend.run_endless();
    // JupyterLab asks after every message whose parent is a cell.
    let request = json!({"type": "request", "seq": 1, "command": "inspectVariables"});
    let [.., again] = statuses(&mut frontend, "debug_request", request);
    assert_eq!(again, None);
    frontend.interrupt(&cell);
}

#[test]
fn a_burst_of_questions_is_answered() {
    let mut frontend = DummyFrontend::start();
    let cell = frontend.run_endless();
    let code = json!({"code": "pri", "cursor_pos": 3});
    let ids: Vec<String> =
        (0..200).map(|_| frontend.send(Shell, "complete_request", code.clone())).collect();
    for id in &ids {
        assert_eq!(frontend.reply(Shell, id, "complete_reply")["matches"], json!(["print"]));
        assert_eq!(frontend.published(id), []);
    }
    frontend.interrupt(&cell);
}
