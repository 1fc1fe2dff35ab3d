//! evcxr behind [`Engine`].

use super::diagnostics::{self, Source};
use super::environment;
use super::front::Settings;
use super::link::{Link, Record};
use super::locate::{Ran, locate};
use super::parse;
use super::stopper::Stopper;
use super::store::Store;
use super::worker::{RUNTIME_VAR, SOCKET_VAR};
use crate::*;
use evcxr::{CommandContext, Error, EvalContext, EvalOutputs};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use tempfile::TempDir;

/// What a session starts with: the prelude, and evcxr's mode in which `?` may be used.
const FIRST_CELL: &str = "use candlelab::prelude::*;\nstd::result::Result::<(), String>::Ok(())?;";

/// Analysed once, so that rust-analyzer knows the types before the first cell asks for them.
const FIRST_QUESTION: &str = "let t = Tensor::zeros(1, DType::F32, &Device::Cpu)?; t.ran";

/// Runs Rust cells.
pub struct RustEngine {
    // Dropped first: the worker ends before its session's directory goes.
    context: CommandContext,
    link: Link,
    stopper: Arc<Stopper>,
    cells: Vec<Ran>,
    session: TempDir,
}

impl RustEngine {
    /// Starts a session; returns when the first cell can run.
    ///
    /// # Errors
    /// If the session's directory, the worker or the evaluator cannot be started.
    pub fn start(store: &Store) -> Result<Self, EngineError> {
        let session = new_session(store).map_err(|error| EngineError {
            message: format!("cannot make a directory for the session: {error}"),
            hint: Some("is there space left in the temporary folder?".into()),
        })?;
        let socket = session.path().join("worker.socket");
        let link = Link::listen(&socket).map_err(|error| start_error(&error.to_string()))?;
        let worker =
            worker_command(store, &socket).map_err(|error| start_error(&error.to_string()))?;
        environment::enter(session.path(), store);
        let (context, _outputs) = EvalContext::with_subprocess_command(worker)
            .map_err(|error| start_error(&error.to_string()))?;
        let context = CommandContext::with_eval_context(context);
        let stopper = Stopper::new(link.clone(), context.process_handle(), session.path().into());
        let stopper = Arc::new(stopper);
        let mut engine = Self { context, link, stopper, cells: Vec::new(), session };
        engine.warm_up()?;
        Ok(engine)
    }

    fn warm_up(&mut self) -> Result<(), EngineError> {
        self.context.execute(FIRST_CELL).map_err(|error| start_error(&error.to_string()))?;
        let _ = self.context.completions(FIRST_QUESTION, FIRST_QUESTION.len());
        Ok(())
    }

    fn variables(&self) -> Vec<String> {
        let mut names: Vec<String> =
            self.context.variables_and_types().map(|(name, _)| name.to_owned()).collect();
        names.sort();
        names
    }

    fn run(&mut self, cell: &Cell, frontend: &Arc<dyn Frontend>) -> Reply {
        let shown = parse::show_last(&cell.code);
        let before = self.variables();
        self.cells.push((cell.number, shown.clone()));
        let number = self.stopper.start();
        self.link.begin(frontend);
        let result = self.context.execute(&shown.code);
        let record = self.link.end();
        let stopped = self.stopper.finish(number);
        let source = Source { number: cell.number, code: &cell.code, shown: &shown };
        let error = match result {
            Ok(outputs) => {
                show(outputs, frontend);
                self.failure(&record)
            }
            Err(Error::SubprocessTerminated(_)) if stopped => {
                Some(diagnostics::interrupted(Some(&before)))
            }
            Err(Error::SubprocessTerminated(status)) => {
                Some(diagnostics::death(&status, &record.last_words, &before))
            }
            Err(_) if stopped => Some(diagnostics::interrupted(None)),
            Err(Error::CompilationErrors(errors)) => {
                Some(diagnostics::compilation(&errors, &source))
            }
            Err(error) => Some(diagnostics::message(&error.to_string())),
        };
        note_lost(&record, frontend);
        Reply { error, pages: Vec::new() }
    }

    fn failure(&self, record: &Record) -> Option<CellError> {
        let failure = record.failure.as_ref()?;
        if failure.ename == "Interrupted" {
            return Some(diagnostics::interrupted(None));
        }
        let generated = std::fs::read_to_string(self.session.path().join("src/lib.rs"));
        let place = locate(&failure.location, &generated.unwrap_or_default(), &self.cells);
        Some(diagnostics::failure(failure, place.as_ref()))
    }

    fn help(&mut self, name: &str) -> Reply {
        let data = self.documentation(name).unwrap_or_else(|| {
            let text = format!("No documentation for `{name}` was found.");
            Bundle::from_iter([("text/plain".to_owned(), text.into())])
        });
        Reply { error: None, pages: vec![data] }
    }

    fn documentation(&mut self, name: &str) -> Option<Bundle> {
        let outputs = self.context.execute(&format!(":doc {name}")).ok()?;
        let data = bundle(outputs);
        let text = data.get("text/plain")?.as_str()?;
        (!text.trim().is_empty() && !text.starts_with("No documentation found")).then_some(data)
    }
}

/// Names variables whose type a redefinition changed.
fn note_lost(record: &Record, frontend: &Arc<dyn Frontend>) {
    if !record.lost.is_empty() {
        let names = record.lost.join("`, `");
        let text = format!("note: the type of `{names}` was redefined, so the old value is gone\n");
        frontend.event(Event::Stream { name: StreamName::Stderr, text });
    }
}

fn start_error(message: &str) -> EngineError {
    EngineError {
        message: format!("the Rust engine does not start: {message}"),
        hint: Some("run `candlelab doctor`".into()),
    }
}

/// A directory for evcxr's files, with a `cargo` that is this program.
fn new_session(store: &Store) -> std::io::Result<TempDir> {
    let session = tempfile::Builder::new().prefix("candlelab-").tempdir()?;
    let path = session.path();
    for folder in ["bin", "out", "check", "cargo-home"] {
        std::fs::create_dir(path.join(folder))?;
    }
    let bin = path.join("bin");
    std::os::unix::fs::symlink(std::env::current_exe()?, bin.join("cargo"))?;
    std::os::unix::fs::symlink(store.toolchain.tool("rustc"), bin.join("rustc"))?;
    std::os::unix::fs::symlink(&bin, path.join("cargo-home/bin"))?;
    let settings = serde_json::to_string(&Settings::new(path, store))?;
    std::fs::write(path.join("front.json"), settings)?;
    Ok(session)
}

/// The worker: this program, in the environment that the user has.
fn worker_command(store: &Store, socket: &Path) -> std::io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.env(SOCKET_VAR, socket).env(RUNTIME_VAR, store.library());
    environment::restore(&mut command);
    Ok(command)
}

fn bundle(outputs: EvalOutputs) -> Bundle {
    let mut formats: Vec<_> = outputs.content_by_mime_type.into_iter().collect();
    formats.sort();
    formats.into_iter().map(|(mime, content)| (mime, content.into())).collect()
}

/// Shows what a command such as `:vars` answered.
fn show(outputs: EvalOutputs, frontend: &Arc<dyn Frontend>) {
    let data = bundle(outputs);
    if data.values().any(|content| content != "") {
        frontend.event(Event::Result { data });
    }
}

impl Engine for RustEngine {
    fn execute(&mut self, cell: &Cell, frontend: &Arc<dyn Frontend>) -> Reply {
        match cell.code.trim() {
            "" => Reply::default(),
            "%help" => Reply { error: None, pages: vec![help_page()] },
            ":clear" => match self.restart() {
                Ok(()) => Reply::default(),
                Err(error) => {
                    Reply { error: Some(diagnostics::message(&error.message)), pages: Vec::new() }
                }
            },
            code => match code.strip_prefix('?') {
                Some(name) => self.help(name.trim()),
                None => self.run(cell, frontend),
            },
        }
    }

    fn complete(&mut self, code: &str, offset: usize) -> Completions {
        let Ok(found) = self.context.completions(code, offset) else {
            return Completions { items: Vec::new(), start: offset, end: offset };
        };
        let mut items: Vec<Completion> = Vec::new();
        for item in found.completions {
            let text = insertable(&item.code);
            if !items.iter().any(|known| known.text == text) {
                items.push(Completion { text, kind: item.kind.into(), signature: item.label });
            }
        }
        Completions { items, start: found.start_offset, end: found.end_offset }
    }

    fn inspect(&mut self, code: &str, offset: usize, _detailed: bool) -> Option<Bundle> {
        let path = parse::path_at(code, offset)?.to_owned();
        // A method's documentation is found by its call.
        let call = format!("{path}(");
        self.documentation(&path).or_else(|| self.documentation(&call))
    }

    fn is_complete(&self, code: &str) -> Completeness {
        parse::completeness(code)
    }

    fn interrupter(&self) -> Arc<dyn Interrupt> {
        self.stopper.clone()
    }

    fn restart(&mut self) -> Result<(), EngineError> {
        self.context.execute(":clear").map_err(|error| start_error(&error.to_string()))?;
        self.cells.clear();
        self.context.execute(FIRST_CELL).map_err(|error| start_error(&error.to_string()))?;
        Ok(())
    }
}

/// A completion without its signature: what a user wants in the cell.
fn insertable(code: &str) -> String {
    let end = code.find(['(', ' ', '<', '{', '\n']).unwrap_or(code.len());
    code[..end.max(1)].trim_end_matches("::").to_owned()
}

fn help_page() -> Bundle {
    let text = "A cell holds Rust code; `use candlelab::prelude::*;` is already in effect.\n\
        The value of a last line without `;` is shown. `?` works everywhere.\n\n\
        ?name              documentation of a name\n\
        :dep rand = \"0.9\"  adds a crate\n\
        :vars              lists the variables\n\
        :clear             forgets all variables and items\n\
        !command           runs a shell command\n";
    Bundle::from_iter([("text/plain".to_owned(), text.into())])
}
