//! The thread that reads one worker's frames and tells what they say.

use super::Link;
use super::message::{self, Message};
use crate::rust::buffered::Buffered;
use crate::rust::frame::{self, Frame, Kind};
use crate::{Bundle, Comm, CommAct, Event, StreamName};
use serde_json::Value;
use std::mem::take;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// How long written text may wait for more, and how much of it makes a message.
const PERIOD: Duration = Duration::from_millis(30);
const CHUNK: usize = 64 * 1024;

/// Text that waits for more of its kind.
struct Pending {
    name: StreamName,
    bytes: Vec<u8>,
    since: Instant,
}

/// The thread that reads one worker's frames.
pub struct Reader {
    link: Link,
    generation: u64,
    pending: Option<Pending>,
    /// The first bytes of a character that the next text of standard output, or of standard error,
    /// goes on with.
    halves: [Vec<u8>; 2],
}

impl Reader {
    /// The reader of the worker of that number.
    pub fn new(link: Link, generation: u64) -> Self {
        Self { link, generation, pending: None, halves: [Vec::new(), Vec::new()] }
    }

    /// Reads until the worker goes, or somebody else writes in its place.
    pub fn run(mut self, worker: UnixStream) {
        let mut reading = Buffered::new(worker);
        let mut previous = 0;
        loop {
            if !reading.wait(self.pending.as_ref().map(|text| text.since + PERIOD)) {
                self.flush();
                continue;
            }
            let Ok(frame) = frame::read(&mut reading) else { break };
            // A frame may be under way when the nonce is renewed.
            let current = self.link.lock().nonce;
            if frame.nonce != current && frame.nonce != previous {
                break;
            }
            if frame.kind == Kind::Synced {
                previous = current;
            }
            self.take(frame);
        }
        self.flush_all();
        self.close_comms();
        self.leave();
    }

    /// A worker takes its widgets with it, which is for the cell to tell.
    fn close_comms(&self) {
        let mut state = self.link.lock();
        let of_worker = |_: &String, generation: &mut u64| *generation == self.generation;
        let comms: Vec<_> = state.comms.extract_if(.., of_worker).collect();
        let frontend = state.cell.as_ref().or(state.widgets.as_ref()).cloned();
        drop(state);
        let Some(frontend) = frontend else { return };
        for (id, _) in comms {
            let (act, data, metadata) = (CommAct::Close, Bundle::new(), Bundle::new());
            frontend.event(Event::Comm(Comm { id, act, data, metadata }));
        }
    }

    fn leave(self) {
        let mut state = self.link.lock();
        state.readers -= 1;
        if state.generation == self.generation {
            state.running = false;
            if let Some(worker) = state.worker.take() {
                let _ = worker.shutdown(std::net::Shutdown::Both);
            }
        }
        drop(state);
        self.link.0.1.notify_all();
    }

    fn take(&mut self, frame: Frame) {
        match frame.kind {
            Kind::Stdout => self.text(StreamName::Stdout, frame.payload),
            Kind::Stderr => self.text(StreamName::Stderr, frame.payload),
            Kind::Message => {
                self.flush();
                self.message(&frame.payload);
            }
            Kind::Ask => {
                self.flush();
                self.ask(&frame.payload);
            }
            Kind::Began | Kind::Started | Kind::Ended => self.mark(frame.kind),
            Kind::Synced => {
                self.flush();
                self.link.lock().synced = true;
                self.link.0.1.notify_all();
            }
            Kind::Sync | Kind::Line | Kind::Interrupt | Kind::Comm => {}
        }
    }

    fn mark(&mut self, kind: Kind) {
        self.flush_all();
        let mut state = self.link.lock();
        let now = Some(Instant::now());
        match kind {
            Kind::Began => (state.record.began, state.record.started) = (now, None),
            Kind::Started => state.record.started = now,
            _ => state.record.ended = now,
        }
        state.running = kind != Kind::Ended;
        drop(state);
        self.link.0.1.notify_all();
    }

    fn text(&mut self, name: StreamName, bytes: Vec<u8>) {
        if self.pending.as_ref().is_some_and(|text| text.name != name) {
            self.flush();
        }
        let text = self.pending.get_or_insert_with(|| Pending {
            name,
            bytes: take(&mut self.halves[name as usize]),
            since: Instant::now(),
        });
        text.bytes.extend(bytes);
        if text.bytes.len() >= CHUNK || text.since.elapsed() >= PERIOD {
            self.flush();
        }
    }

    /// Tells the waiting text, but for a character of which a part is missing.
    fn flush(&mut self) {
        let Some(Pending { name, bytes, .. }) = self.pending.take() else { return };
        let (text, rest) = split_text(&bytes);
        self.halves[name as usize] = rest.to_vec();
        self.tell_text(name, text);
    }

    /// Tells all text: what is missing of a character will not come any more.
    fn flush_all(&mut self) {
        self.flush();
        for name in [StreamName::Stdout, StreamName::Stderr] {
            let half = take(&mut self.halves[name as usize]);
            self.tell_text(name, String::from_utf8_lossy(&half).into_owned());
        }
    }

    fn tell_text(&self, name: StreamName, text: String) {
        if text.is_empty() {
            return;
        }
        if name == StreamName::Stderr {
            self.link.lock().record.last_words.clone_from(&text);
        }
        self.tell(Event::Stream { name, text });
    }

    fn tell(&self, event: Event) {
        let mut state = self.link.lock();
        if let Event::Comm(comm) = &event {
            state.note(comm, self.generation);
        }
        let frontend = state.frontend();
        drop(state);
        if let Some(frontend) = frontend {
            frontend.event(event);
        }
    }

    fn message(&self, json: &[u8]) {
        match message::decode(json) {
            Some(Message::Event(event)) => self.tell(event),
            Some(Message::Failure(failure)) => self.link.lock().record.failure = Some(failure),
            Some(Message::Redefined(name)) => self.link.lock().record.redefined.push(name),
            Some(Message::Variables(names, changed)) => {
                self.link.lock().record.variables = Some((names, changed));
            }
            None => {}
        }
    }

    fn ask(&self, json: &[u8]) {
        let question: Value = serde_json::from_slice(json).unwrap_or_default();
        let prompt = question["prompt"].as_str().unwrap_or_default();
        let frontend = self.link.lock().frontend();
        let line = frontend.and_then(|front| front.input(prompt, question["password"] == true));
        let answer = serde_json::json!(line).to_string();
        self.link.lock().send(Kind::Line, 0, answer.as_bytes());
    }
}

/// Valid text, and the bytes of an unfinished last character.
fn split_text(bytes: &[u8]) -> (String, &[u8]) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), &[]),
        Err(error) if error.error_len().is_none() => {
            let (whole, rest) = bytes.split_at(error.valid_up_to());
            (String::from_utf8_lossy(whole).into_owned(), rest)
        }
        Err(_) => (String::from_utf8_lossy(bytes).into_owned(), &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_in_two_halves_is_kept_whole() {
        let bytes = "aé".as_bytes();
        assert_eq!(split_text(&bytes[..2]), ("a".into(), &bytes[1..2]));
    }

    #[test]
    fn bytes_that_are_no_text_are_shown_as_such() {
        assert_eq!(split_text(b"a\xffb").0, "a\u{fffd}b");
    }
}
