//! A toy engine: proves the seam and lets protocol tests run in milliseconds.

use crate::api::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Echoes cells. A cell is a list of commands, one a line:
/// `print TEXT`, `eprint TEXT`, `value TEXT`, `display MIME TEXT`, `update ID TEXT`, `clear`,
/// `page TEXT`, `ask PROMPT`, `sleep MILLISECONDS` (interruptible), `fail TEXT`, `cost` (claims to
/// have cost 1, 2 and 3 seconds and 4 bytes), and `open ID TARGET`, `tell ID TEXT` and `close ID`
/// for comms.
#[derive(Default)]
pub struct Echo {
    stop: Arc<Stop>,
}

#[derive(Default)]
struct Stop(AtomicBool);

impl Handle for Stop {
    fn complete(&self, code: &str, offset: usize) -> Completions {
        let before = &code[..offset];
        let start = before.rfind([' ', '\n']).map_or(0, |space| space + 1);
        let items = COMMANDS
            .iter()
            .filter(|command| command.starts_with(&before[start..]))
            .map(|command| Completion {
                text: (*command).into(),
                kind: "keyword".into(),
                signature: String::new(),
            })
            .collect();
        Completions { items, start, end: offset }
    }

    fn inspect(&self, code: &str, offset: usize) -> Option<Bundle> {
        let word = code[..offset].rsplit([' ', '\n']).next()?;
        COMMANDS.contains(&word).then(|| text_bundle("text/plain", &format!("{word}: a command")))
    }

    fn variables(&self) -> Vec<Variable> {
        let tensor = Variable {
            name: "weights".into(),
            type_name: "Tensor".into(),
            shape: Some("[2, 3]".into()),
            dtype: Some("F32".into()),
            device: Some("Cpu".into()),
            bytes: Some(24),
            ..Variable::default()
        };
        let (name, type_name, value) = ("word".into(), "Vec<&str>".into(), r#"["a"]"#.into());
        vec![tensor, Variable { name, type_name, value, ..Variable::default() }]
    }

    /// Refuses every comm but those to the target `echo`, whose messages come back; a text named
    /// `print` is printed first.
    fn comm(&self, message: Comm, frontend: &Arc<dyn Frontend>) {
        let refused = matches!(&message.act, CommAct::Open { target } if target != "echo");
        match message.act {
            CommAct::Open { .. } if refused => {
                frontend.event(Event::Comm(Comm { act: CommAct::Close, ..message }));
            }
            CommAct::Message => {
                if let Some(text) = message.data.get("print").and_then(|text| text.as_str()) {
                    let (name, text) = (StreamName::Stdout, text.to_owned());
                    frontend.event(Event::Stream { name, text });
                }
                frontend.event(Event::Comm(message));
            }
            _ => {}
        }
    }

    fn interrupt(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A comm message of a cell, with the metadata of widgets.
fn cell_comm(id: &str, act: CommAct, text: &str) -> Event {
    let (data, metadata) = (text_bundle("text", text), text_bundle("version", "2.1.0"));
    Event::Comm(Comm { id: id.into(), act, data, metadata })
}

fn text_bundle(mime: &str, text: &str) -> Bundle {
    Bundle::from_iter([(mime.to_owned(), text.into())])
}

fn failure(ename: &str, evalue: &str) -> Option<CellError> {
    let traceback = vec![format!("{ename}: {evalue}")];
    Some(CellError { ename: ename.into(), evalue: evalue.into(), traceback })
}

impl Echo {
    fn command(&self, line: &str, frontend: &dyn Frontend, reply: &mut Reply) {
        let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
        let stream = |name| frontend.event(Event::Stream { name, text: format!("{rest}\n") });
        let display = |mime: &str, text: &str, display_id: Option<String>, update| {
            frontend.event(Event::Display { data: text_bundle(mime, text), display_id, update });
        };
        let (first, second) = rest.split_once(' ').unwrap_or((rest, ""));
        match command {
            "print" => stream(StreamName::Stdout),
            "eprint" => stream(StreamName::Stderr),
            "value" => frontend.event(Event::Result { data: text_bundle("text/plain", rest) }),
            "display" => display(first, second, None, false),
            "update" => display("text/plain", second, Some(first.into()), true),
            "clear" => frontend.event(Event::Clear { wait: false }),
            "page" => reply.pages.push(text_bundle("text/plain", rest)),
            "ask" => match frontend.input(rest, false) {
                Some(text) => {
                    frontend.event(Event::Stream { name: StreamName::Stdout, text: text + "\n" });
                }
                None => reply.error = failure("NoInput", "this front end has no keyboard"),
            },
            "sleep" => reply.error = self.sleep(rest.parse().unwrap_or(0)),
            "open" => {
                frontend.event(cell_comm(first, CommAct::Open { target: second.into() }, ""));
            }
            "tell" => frontend.event(cell_comm(first, CommAct::Message, second)),
            "close" => frontend.event(cell_comm(first, CommAct::Close, "")),
            "cost" => {
                let [compile, load, run] = [1, 2, 3].map(Duration::from_secs);
                reply.cost = Cost { compile, load, run, peak_memory: Some(4) };
            }
            "fail" => reply.error = failure("Failure", rest),
            "" => {}
            _ => reply.error = failure("UnknownCommand", command),
        }
    }

    fn sleep(&self, milliseconds: u64) -> Option<CellError> {
        for _ in 0..milliseconds.div_ceil(5) {
            if self.stop.0.swap(false, Ordering::SeqCst) {
                return failure("Interrupted", "interrupted by the user");
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        None
    }
}

const COMMANDS: [&str; 14] = [
    "print", "eprint", "value", "display", "update", "clear", "page", "ask", "sleep", "fail",
    "cost", "open", "tell", "close",
];

impl Engine for Echo {
    fn execute(&mut self, cell: &Cell, frontend: &Arc<dyn Frontend>) -> Reply {
        self.stop.0.store(false, Ordering::SeqCst);
        let mut reply = Reply::default();
        for line in cell.code.lines() {
            self.command(line, &**frontend, &mut reply);
            if reply.error.is_some() {
                break;
            }
        }
        reply
    }

    fn handle(&self) -> Arc<dyn Handle> {
        self.stop.clone()
    }

    fn restart(&mut self) -> Result<(), EngineError> {
        Ok(())
    }
}

/// Whether a cell of the toy engine is whole: `\\` at its end asks for more, a bell is hopeless.
pub fn completeness(code: &str) -> Completeness {
    match code.trim_end().chars().last() {
        Some('\\') => Completeness::Incomplete("  ".into()),
        Some('\u{7}') => Completeness::Invalid,
        _ => Completeness::Complete,
    }
}
