//! Messages to the host, or plain text where there is none.

use crate::cell::Description;
use crate::widgets::swallow;
use serde_json::{Map, Value, json};
use std::io::Write;
use std::sync::OnceLock;

/// What a cell tells its host. The host decodes the same JSON.
#[derive(Debug)]
pub(crate) enum Message {
    Display {
        data: Map<String, Value>,
        id: String,
        update: bool,
    },
    Result {
        data: Map<String, Value>,
    },
    Clear {
        wait: bool,
    },
    Panic {
        ename: String,
        message: String,
        location: String,
    },
    /// A variable that a cell needs is not there, or has a type of before.
    Lost {
        variable: String,
        redefined: bool,
    },
    /// To what shows a widget.
    Comm {
        act: Act,
        id: String,
        target: Option<String>,
        data: Map<String, Value>,
        metadata: Map<String, Value>,
    },
    /// All variables after a cell, and those that it put.
    Variables {
        names: Vec<String>,
        changed: Vec<Description>,
    },
}

/// What a message does to its comm.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    Open,
    Message,
    Close,
}

/// The host's functions, in C form since the host has a standard library of its own.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Host {
    /// Takes one JSON message of `len` bytes.
    pub send: unsafe extern "C" fn(json: *const u8, len: usize),
    /// Asks the user for a line: fills `buffer` and returns its length, or -1 without a keyboard.
    pub ask: unsafe extern "C" fn(
        prompt: *const u8,
        len: usize,
        password: bool,
        buffer: *mut u8,
        capacity: usize,
    ) -> isize,
    /// Starts or ends keeping what this thread writes to descriptors 1 and 2.
    pub capture: extern "C" fn(on: bool),
    /// Moves up to `capacity` of the kept bytes into `buffer`; returns how many.
    pub capture_take: unsafe extern "C" fn(buffer: *mut u8, capacity: usize) -> usize,
    /// Says that the running cell has its variables and begins its own work.
    pub started: extern "C" fn(),
}

static HOST: OnceLock<Host> = OnceLock::new();

pub(crate) fn attach(host: Host) {
    let _ = HOST.set(host);
}

pub(crate) fn started() {
    if let Some(host) = HOST.get() {
        (host.started)();
    }
}

/// Starts or ends keeping what this thread prints.
pub(crate) fn capture(on: bool) {
    let _ = std::io::stdout().flush();
    if let Some(host) = HOST.get() {
        (host.capture)(on);
    }
}

/// Takes what this thread has printed since.
pub(crate) fn captured() -> String {
    let _ = std::io::stdout().flush();
    let (mut all, mut part) = (Vec::new(), vec![0u8; 16 * 1024]);
    if let Some(host) = HOST.get() {
        loop {
            // SAFETY: the host writes at most `capacity` bytes.
            let count = unsafe { (host.capture_take)(part.as_mut_ptr(), part.len()) };
            if count == 0 {
                break;
            }
            all.extend(&part[..count]);
        }
    }
    String::from_utf8_lossy(&all).into_owned()
}

/// Sends a message after everything printed before it.
pub(crate) fn send(message: Message) {
    let Some(message) = swallow(message) else { return };
    let _ = std::io::stdout().flush();
    match HOST.get() {
        Some(host) => {
            let json = encode(message).to_string();
            // SAFETY: the host reads `len` bytes and keeps none of them.
            unsafe { (host.send)(json.as_ptr(), json.len()) };
        }
        None => print_plainly(&message),
    }
}

fn encode(message: Message) -> Value {
    match message {
        Message::Display { data, id, update } => {
            json!({"type": "display", "data": data, "id": id, "update": update})
        }
        Message::Result { data } => json!({"type": "result", "data": data}),
        Message::Clear { wait } => json!({"type": "clear", "wait": wait}),
        Message::Panic { ename, message, location } => {
            json!({"type": "panic", "ename": ename, "message": message, "location": location})
        }
        Message::Lost { variable, redefined } => {
            json!({"type": "lost", "variable": variable, "redefined": redefined})
        }
        Message::Comm { act, id, target, data, metadata } => {
            let act = format!("{act:?}").to_lowercase();
            json!({"type": "comm", "act": act, "id": id, "target": target, "data": data,
                "metadata": metadata})
        }
        Message::Variables { names, changed } => {
            let changed: Vec<Value> = changed.into_iter().map(encode_description).collect();
            json!({"type": "variables", "names": names, "changed": changed})
        }
    }
}

fn encode_description(found: Description) -> Value {
    let Description { name, value, shape, dtype, device, bytes } = found;
    json!({"name": name, "value": value, "shape": shape, "dtype": dtype, "device": device,
        "bytes": bytes})
}

#[allow(clippy::print_stdout)] // Without a host, plain text is the display.
fn print_plainly(message: &Message) {
    if let Message::Display { data, .. } | Message::Result { data } = message
        && let Some(Value::String(text)) = data.get("text/plain")
    {
        println!("{text}");
    }
}

/// Asks the user for a line, without its line break; `None` where there is no keyboard.
pub fn input(prompt: &str) -> Option<String> {
    ask(prompt, false)
}

/// Asks for a line that is not shown while it is typed.
pub fn password(prompt: &str) -> Option<String> {
    ask(prompt, true)
}

fn ask(prompt: &str, password: bool) -> Option<String> {
    let _ = std::io::stdout().flush();
    let Some(host) = HOST.get() else { return ask_terminal(prompt) };
    let mut buffer = vec![0u8; 64 * 1024];
    // SAFETY: the host writes at most `capacity` bytes into the buffer.
    let len = unsafe {
        (host.ask)(prompt.as_ptr(), prompt.len(), password, buffer.as_mut_ptr(), buffer.len())
    };
    crate::check_interrupt();
    buffer.truncate(usize::try_from(len).ok()?);
    Some(String::from_utf8_lossy(&buffer).into_owned())
}

#[allow(clippy::print_stdout)] // Without a host, the terminal is the user.
fn ask_terminal(prompt: &str) -> Option<String> {
    print!("{prompt}");
    std::io::stdout().flush().ok()?;
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line).ok()?;
    (read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
}
