//! A link and a worker that a test plays.

use super::*;
use crate::{Bundle, Event};
use std::io::BufReader;
use tempfile::TempDir;

#[derive(Default)]
struct Shown(Mutex<Vec<String>>);

impl Frontend for Shown {
    fn event(&self, event: Event) {
        self.0.lock().unwrap().push(match event {
            Event::Stream { name, text } => format!("{}: {text}", name.as_str()),
            Event::Comm(Comm { id, act, .. }) => format!("{act:?} {id}"),
            other => format!("{other:?}"),
        });
    }

    fn input(&self, _prompt: &str, _password: bool) -> Option<String> {
        None
    }
}

impl Shown {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// What a worker sends when a message to a widget reaches it.
type Script = &'static [(Kind, &'static [u8])];

/// A link to a worker that follows the scripts, one a message, and ends after the last.
fn link(scripts: &'static [Script]) -> (TempDir, Link) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let link = Link::listen(&path).unwrap();
    let mut worker = UnixStream::connect(&path).unwrap();
    std::thread::spawn(move || {
        let mut orders = BufReader::new(worker.try_clone().unwrap());
        let (mut nonce, mut scripts) = (0, scripts.iter());
        while let Ok(order) = frame::read(&mut orders) {
            let script = match order.kind {
                Kind::Sync => {
                    nonce = order.nonce;
                    &[(Kind::Synced, &b""[..])][..]
                }
                _ => match scripts.next() {
                    Some(script) => script,
                    None => break,
                },
            };
            for (kind, payload) in script {
                worker.write_all(&frame::encode(*kind, nonce, payload)).unwrap();
            }
        }
    });
    while !link.is_alive() {
        std::thread::yield_now();
    }
    (folder, link)
}

fn comm() -> Comm {
    let (data, metadata) = (Bundle::new(), Bundle::new());
    Comm { id: "a".into(), act: CommAct::Message, data, metadata }
}

fn frontends() -> (Arc<Shown>, Arc<dyn Frontend>) {
    let shown = Arc::new(Shown::default());
    (shown.clone(), shown)
}

#[test]
fn a_widget_leaves_the_cell_that_is_compiled_its_outputs() {
    let (_folder, link) = link(&[&[
        (Kind::Stdout, b"callback"),
        (Kind::Began, b""),
        (Kind::Stdout, b"cell"),
        (Kind::Ended, b""),
    ]]);
    let ((cell, to_cell), (widget, to_widget)) = (frontends(), frontends());
    link.begin(&to_cell);
    link.comm(&comm(), &to_widget);
    link.end();
    assert_eq!(cell.take(), ["stdout: cell"]);
    assert_eq!(widget.take(), ["stdout: callback"]);
}

#[test]
fn half_a_character_takes_nothing_of_the_other_stream() {
    let (_folder, link) = link(&[&[
        (Kind::Began, b""),
        (Kind::Stdout, b"a\xc3"),
        (Kind::Stderr, b"b"),
        (Kind::Stdout, b"\xa9"),
        (Kind::Stderr, b"\xe2\x82"),
        (Kind::Ended, b""),
    ]]);
    let (cell, to_cell) = frontends();
    link.begin(&to_cell);
    link.comm(&comm(), &to_cell);
    link.end();
    let expected = ["stdout: a", "stderr: b", "stdout: é", "stderr: \u{fffd}"];
    assert_eq!(cell.take(), expected);
}

#[test]
fn a_worker_that_ends_closes_its_comms() {
    const OPEN: &[u8] = br#"{"type": "comm", "act": "open", "id": "w", "target": "t", "data": {}}"#;
    let (_folder, link) = link(&[&[(Kind::Message, OPEN)]]);
    let (shown, frontend) = frontends();
    link.comm(&comm(), &frontend);
    link.synchronise();
    link.comm(&comm(), &frontend);
    while link.is_alive() {
        std::thread::yield_now();
    }
    assert_eq!(shown.take(), [r#"Open { target: "t" } w"#, "Close w"]);
    assert!(link.lock().comms.is_empty());
}

#[test]
fn a_worker_that_ends_before_it_answers_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let link = Link::listen(&path).unwrap();
    let mut worker = UnixStream::connect(&path).unwrap();
    while !link.is_alive() {
        std::thread::yield_now();
    }
    let killed = std::thread::spawn(move || frame::read(&mut worker).map(|it| it.kind));
    assert!(!link.is_answered());
    assert_eq!(killed.join().unwrap().unwrap(), Kind::Sync);
}
