//! What the engine has to say beside a cell's own outputs.

use crate::rust::diagnostics::what_was_lost;
use crate::rust::faulty::Faulty;
use crate::rust::variables::Gone;
use crate::*;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// Says that an `impl` of an earlier cell went.
pub fn dropped(header: &str, frontend: &Arc<dyn Frontend>) {
    let text = format!(
        "note: `{}` of an earlier cell does not fit any more and was dropped; run its cell again\n",
        header.trim()
    );
    frontend.event(Event::Stream { name: StreamName::Stderr, text });
}

/// Says that a variable went.
pub fn gone(gone: &Gone, frontend: &Arc<dyn Frontend>) {
    let details = json!({"kind": "lost", "variable": gone.name, "cell": gone.number,
        "why": format!("{:?}", gone.why).to_lowercase()});
    note(format!("note: {}", gone.story()), details, frontend);
}

/// Says that an operation trains wrongly.
pub fn faulty(faulty: &Faulty, frontend: &Arc<dyn Frontend>) {
    note(faulty.note(), json!({"kind": "faulty"}), frontend);
}

/// A sentence for people, with its details for programs. Not on standard error, which graders
/// take for a failure.
fn note(text: String, details: Value, frontend: &Arc<dyn Frontend>) {
    let data = Bundle::from_iter([
        ("text/plain".to_owned(), text.into()),
        ("application/vnd.candlelab.note+json".to_owned(), details),
    ]);
    frontend.event(Event::Display { data, display_id: None, update: false });
}

/// Says that the process ended between cells, and what went with it.
pub fn revived(lost: &[String], frontend: &Arc<dyn Frontend>) {
    let text = format!(
        "note: the process that runs the cells had ended and was started anew; {}\n",
        what_was_lost(lost)
    );
    frontend.event(Event::Stream { name: StreamName::Stderr, text });
}

/// Says what a cell cost.
pub fn cost(cost: &Cost, frontend: &Arc<dyn Frontend>) {
    let seconds = |time: Duration| format!("{:.3} s", time.as_secs_f64());
    let (compile, load, run) = (seconds(cost.compile), seconds(cost.load), seconds(cost.run));
    let memory = cost.peak_memory.map(|bytes| format!(", peak memory {} MB", bytes / 1_000_000));
    let memory = memory.unwrap_or_default();
    let text = format!("compile {compile}, load {load}, run {run}{memory}\n");
    frontend.event(Event::Stream { name: StreamName::Stdout, text });
}
