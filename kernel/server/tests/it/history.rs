use crate::frontend::Channel::Shell;
use crate::frontend::DummyFrontend;
use serde_json::{Value, json};

fn filled() -> DummyFrontend {
    let mut frontend = DummyFrontend::start();
    for code in ["value 1", "print 2", "value 1", "value 3"] {
        frontend.run(code);
    }
    frontend
}

#[track_caller]
fn check(request: Value, history: Value) {
    let reply = filled().ask(Shell, "history", request);
    assert_eq!(reply, json!({"status": "ok", "history": history}));
}

#[test]
fn tail_gives_the_last_cells() {
    let request = json!({"hist_access_type": "tail", "n": 2, "raw": true, "output": false});
    check(request, json!([[1, 3, "value 1"], [1, 4, "value 3"]]));
}

#[test]
fn outputs_come_beside_the_source() {
    let request = json!({"hist_access_type": "range", "session": 1, "output": true, "stop": 3});
    check(request, json!([[1, 1, ["value 1", "1"]], [1, 2, ["print 2", null]]]));
}

#[test]
fn ranges_end_before_their_stop() {
    let request = json!({"hist_access_type": "range", "session": 0, "start": 2, "stop": 3});
    check(request, json!([[1, 2, "print 2"]]));
}

#[test]
fn searches_know_stars_and_question_marks() {
    let request = json!({"hist_access_type": "search", "pattern": "v*?1"});
    check(request, json!([[1, 1, "value 1"], [1, 3, "value 1"]]));
}

#[test]
fn searches_can_leave_repetitions_out() {
    let request = json!({"hist_access_type": "search", "pattern": "value*", "unique": true});
    check(request, json!([[1, 3, "value 1"], [1, 4, "value 3"]]));
    let request = json!({"hist_access_type": "search", "pattern": "value*", "n": 1});
    check(request, json!([[1, 4, "value 3"]]));
}
