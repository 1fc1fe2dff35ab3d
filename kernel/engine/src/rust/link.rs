//! The engine's end of the private channel: takes the worker's frames and tells the front end.

use super::buffered::Buffered;
use super::frame::{self, Frame, Kind};
use crate::{Event, Frontend, StreamName};
use serde_json::Value;
use std::io::Write;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long written text may wait for more, and how much of it makes a message.
const PERIOD: Duration = Duration::from_millis(30);
const CHUNK: usize = 64 * 1024;

/// A panic or an early return, as the worker's runtime tells it.
#[derive(Clone, Debug, Default)]
pub struct Failure {
    pub ename: String,
    pub message: String,
    /// `file:line:column` in the generated code; empty where it is not known.
    pub location: String,
}

/// What came out of an execution beside its events.
#[derive(Debug, Default)]
pub struct Record {
    pub failure: Option<Failure>,
    /// Variables whose type had changed.
    pub lost: Vec<String>,
    /// The last text on standard error, to explain a death.
    pub last_words: String,
}

#[derive(Default)]
struct State {
    worker: Option<UnixStream>,
    frontend: Option<Arc<dyn Frontend>>,
    nonce: u64,
    synced: bool,
    /// Counts the workers, so that the end of an old one is told from that of the present one.
    generation: u64,
    record: Record,
    /// Whether the worker runs a cell, rather than waiting for one to be compiled.
    running: bool,
}

/// The engine's end of the channel; workers come and go behind it.
#[derive(Clone, Default)]
pub struct Link(Arc<(Mutex<State>, Condvar)>);

impl Link {
    /// Listens at `path` for workers, for as long as the program runs.
    pub fn listen(path: &Path) -> std::io::Result<Self> {
        let listener = UnixListener::bind(path)?;
        let link = Self::default();
        let accepting = link.clone();
        std::thread::spawn(move || {
            for worker in listener.incoming().flatten() {
                accepting.adopt(worker);
            }
        });
        Ok(link)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn adopt(&self, worker: UnixStream) {
        let Ok(reading) = worker.try_clone() else { return };
        let mut state = self.lock();
        state.worker = Some(worker);
        state.generation += 1;
        let generation = state.generation;
        drop(state);
        self.0.1.notify_all();
        let link = self.clone();
        std::thread::spawn(move || Reader { link, generation, pending: None }.run(reading));
    }

    /// Starts an execution: from here on events go to `frontend`.
    pub fn begin(&self, frontend: &Arc<dyn Frontend>) {
        let mut state = self.lock();
        state.frontend = Some(frontend.clone());
        state.record = Record::default();
        drop(state);
        self.synchronise();
    }

    /// Ends an execution, once everything that the worker sent before has been told.
    pub fn end(&self) -> Record {
        self.synchronise();
        std::mem::take(&mut self.lock().record)
    }

    /// Waits until the worker's frames so far have been told, or the worker has gone.
    fn synchronise(&self) {
        let mut state = self.lock();
        state.nonce = fresh_nonce();
        state.synced = false;
        let nonce = state.nonce;
        if !state.send(Kind::Sync, nonce, &[]) {
            return;
        }
        while !state.synced && state.worker.is_some() {
            state = self.0.1.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Asks the running cell to stop.
    pub fn interrupt(&self) {
        self.lock().send(Kind::Interrupt, 0, &[]);
    }

    /// Whether the worker runs a cell, rather than waiting for one to be compiled.
    pub fn is_running(&self) -> bool {
        self.lock().running
    }

    /// Waits until the worker runs no cell; false where it still does at the end.
    pub fn wait_until_idle(&self, patience: Duration) -> bool {
        let waiting = |state: &mut State| state.running;
        let state = self.0.1.wait_timeout_while(self.lock(), patience, waiting);
        state.is_ok_and(|(state, _)| !state.running)
    }
}

impl State {
    fn send(&mut self, kind: Kind, nonce: u64, payload: &[u8]) -> bool {
        let bytes = frame::encode(kind, nonce, payload);
        self.worker.as_mut().is_some_and(|worker| worker.write_all(&bytes).is_ok())
    }
}

fn fresh_nonce() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(Instant::now())
}

/// Text that waits for more of its kind.
struct Pending {
    name: StreamName,
    bytes: Vec<u8>,
    since: Instant,
}

/// The thread that reads one worker's frames.
struct Reader {
    link: Link,
    generation: u64,
    pending: Option<Pending>,
}

impl Reader {
    fn run(mut self, worker: UnixStream) {
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
        self.flush();
        self.leave();
    }

    fn leave(self) {
        let mut state = self.link.lock();
        if state.generation == self.generation {
            state.running = false;
            if let Some(worker) = state.worker.take() {
                let _ = worker.shutdown(std::net::Shutdown::Both);
            }
            drop(state);
            self.link.0.1.notify_all();
        }
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
            Kind::Began | Kind::Ended => {
                self.link.lock().running = frame.kind == Kind::Began;
                self.link.0.1.notify_all();
            }
            Kind::Synced => {
                self.flush();
                self.link.lock().synced = true;
                self.link.0.1.notify_all();
            }
            Kind::Sync | Kind::Line | Kind::Interrupt => {}
        }
    }

    fn text(&mut self, name: StreamName, bytes: Vec<u8>) {
        if self.pending.as_ref().is_some_and(|text| text.name != name) {
            self.flush();
        }
        let text = self.pending.get_or_insert_with(|| Pending {
            name,
            bytes: Vec::new(),
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
        if name == StreamName::Stderr {
            self.link.lock().record.last_words.clone_from(&text);
        }
        if !text.is_empty() {
            self.tell(Event::Stream { name, text });
        }
        if !rest.is_empty() {
            self.pending = Some(Pending { name, bytes: rest.to_vec(), since: Instant::now() });
        }
    }

    fn tell(&self, event: Event) {
        let frontend = self.link.lock().frontend.clone();
        if let Some(frontend) = frontend {
            frontend.event(event);
        }
    }

    fn message(&self, json: &[u8]) {
        let Ok(mut message) = serde_json::from_slice::<Value>(json) else { return };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let data = match message["data"].take() {
            Value::Object(data) => data,
            _ => Default::default(),
        };
        match message["type"].as_str() {
            Some("display") => self.tell(Event::Display {
                data,
                display_id: Some(text(&message["id"])),
                update: message["update"] == true,
            }),
            Some("result") => self.tell(Event::Result { data }),
            Some("clear") => self.tell(Event::Clear { wait: message["wait"] == true }),
            Some("lost") => self.link.lock().record.lost.push(text(&message["variable"])),
            Some("panic") => {
                self.link.lock().record.failure = Some(Failure {
                    ename: text(&message["ename"]),
                    message: text(&message["message"]),
                    location: text(&message["location"]),
                });
            }
            _ => {}
        }
    }

    fn ask(&self, json: &[u8]) {
        let question: Value = serde_json::from_slice(json).unwrap_or_default();
        let prompt = question["prompt"].as_str().unwrap_or_default();
        let frontend = self.link.lock().frontend.clone();
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
