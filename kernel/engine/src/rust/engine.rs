//! evcxr behind [`Engine`].

use super::diagnostics::{self, Source};
use super::edit::Edited;
use super::environment;
use super::front::Settings;
use super::impls::{self, Impls};
use super::link::{Link, Record};
use super::locate::{Ran, locate};
use super::magic::{self, Action, Magics, Misuse};
use super::parse;
use super::session::{Session, bundle, documentation, types};
use super::store::Store;
use super::toolchain::Toolchain;
use super::variables::Gone;
use super::worker::{RUNTIME_VAR, SOCKET_VAR};
use crate::*;
use evcxr::{CommandContext, Error, EvalContext, EvalOutputs};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;
use tempfile::TempDir;

/// What a session starts with: the prelude, and evcxr's mode in which `?` may be used.
const FIRST_CELL: &str = "use candlelab::prelude::*;\nstd::result::Result::<(), String>::Ok(())?;";

/// Analysed once, so that rust-analyzer knows the types before the first cell asks for them.
const FIRST_QUESTION: &str = "let t = Tensor::zeros(1, DType::F32, &Device::Cpu)?; t.ran";

/// A cell that does nothing; where the worker has gone, evcxr notices and starts another.
const EMPTY_CELL: &str = "();";

/// Runs Rust cells.
pub struct RustEngine {
    session: Arc<Session>,
    cells: Vec<Ran>,
    impls: Impls,
    /// The kind of the last error, for `%explain`.
    last_error: Option<String>,
    toolchain: Toolchain,
}

/// What came of handing a cell to the evaluator and waiting for its end.
struct Ended {
    result: Result<EvalOutputs, Error>,
    record: Record,
    /// Whether the user stopped it.
    stopped: bool,
    /// The code that was compiled, for finding places in it.
    generated: String,
    cost: Cost,
}

impl Ended {
    /// Takes an `impl` of an earlier cell out that keeps this one from compiling; returns its
    /// header and what to put in its place.
    fn broken_impl(&self, impls: &mut Impls) -> Option<(String, String)> {
        let Err(Error::CompilationErrors(errors)) = &self.result else { return None };
        let spans = errors.iter().filter_map(|error| error.json["spans"].as_array()).flatten();
        let mut primary = spans.filter(|span| span["is_primary"] == true);
        let byte = primary.next()?["byte_start"].as_u64()?;
        impls.drop_at(&self.generated, byte as usize)
    }
}

impl RustEngine {
    /// Starts a session; returns when the first cell can run.
    ///
    /// # Errors
    /// If the session's directory, the worker or the evaluator cannot be started.
    pub fn start(store: &Store) -> Result<Self, EngineError> {
        let folder = new_session(store).map_err(|error| EngineError {
            message: format!("cannot make a directory for the session: {error}"),
            hint: Some("is there space left in the temporary folder?".into()),
        })?;
        let socket = folder.path().join("worker.socket");
        let link = Link::listen(&socket).map_err(|error| start_error(&error))?;
        let worker = worker_command(store, &socket).map_err(|error| start_error(&error))?;
        environment::enter(folder.path(), store);
        let (context, _outputs) =
            EvalContext::with_subprocess_command(worker).map_err(|error| start_error(&error))?;
        let context = CommandContext::with_eval_context(context);
        let session = Arc::new(Session::new(context, link, folder));
        {
            let mut context = session.context();
            context.execute(FIRST_CELL).map_err(|error| start_error(&error))?;
            let _ = context.completions(FIRST_QUESTION, FIRST_QUESTION.len());
        }
        Ok(Self {
            session,
            cells: Vec::new(),
            impls: Impls::default(),
            last_error: None,
            toolchain: store.toolchain.clone(),
        })
    }

    fn run(&mut self, cell: &Cell, frontend: &Arc<dyn Frontend>) -> Reply {
        if !self.session.link.is_alive() {
            self.revive(cell.number, frontend);
        }
        let (mut insertions, mut impls) = self.impls.with_cell(&cell.code);
        insertions.extend(parse::show_last(&cell.code));
        if self.may_redefine(&cell.code) {
            // A statement, so that the cell runs and its variables' types are checked.
            insertions.push((cell.code.len(), "\n();".into()));
        }
        let (shown, ended) = loop {
            let shown = Edited::new(&cell.code, insertions.clone());
            self.cells.push((cell.number, shown.clone()));
            let ended = self.evaluate(&shown, frontend);
            let Some((header, instead)) = ended.broken_impl(&mut impls) else {
                break (shown, ended);
            };
            note_dropped(&header, frontend);
            self.cells.pop();
            insertions.insert(0, (parse::first_code(&cell.code), instead));
        };
        if ended.result.is_ok() {
            self.impls = impls;
        }
        let source = Source { number: cell.number, code: &cell.code, shown: &shown };
        let cost = ended.cost;
        let error = self.settle(ended, &source, frontend);
        Reply { error, pages: Vec::new(), cost }
    }

    /// Whether the cell defines types and nothing else, while there are variables.
    fn may_redefine(&self, code: &str) -> bool {
        parse::is_items(code)
            && !impls::types_of(code).is_empty()
            && !self.session.variables().is_empty()
    }

    fn evaluate(&self, shown: &Edited, frontend: &Arc<dyn Frontend>) -> Ended {
        let Session { link, stopper, .. } = &*self.session;
        let number = stopper.start();
        link.begin(frontend);
        let before = Instant::now();
        let mut context = self.session.context();
        let result = context.execute(&shown.code);
        let generated = std::fs::read_to_string(self.session.folder().join("src/lib.rs"));
        drop(context);
        let record = link.end();
        let stopped = stopper.finish(number);
        let cost = self.session.cost(before, &record);
        Ended { result, record, stopped, generated: generated.unwrap_or_default(), cost }
    }

    /// Shows what a cell left to show, and says how it failed, if it did.
    fn settle(
        &self,
        ended: Ended,
        source: &Source<'_>,
        frontend: &Arc<dyn Frontend>,
    ) -> Option<CellError> {
        let Ended { result, record, stopped, .. } = &ended;
        let result = match result {
            Ok(_) if !self.session.link.is_alive() => Err(self.session.worker_status()),
            Err(Error::SubprocessTerminated(status)) => Err(status.clone()),
            _ => Ok(()),
        };
        if let Err(status) = result {
            let lost = self.session.books().lose_all(source.number);
            self.restart_worker();
            return Some(match stopped {
                true => diagnostics::interrupted(Some(&lost)),
                false => diagnostics::death(&status, &record.last_words, &lost),
            });
        }
        for gone in self.session.settle(source.number, record) {
            note(&gone, frontend);
        }
        match ended.result {
            Ok(outputs) => {
                show(outputs, frontend);
                self.failure(&ended.record, &ended.generated)
            }
            Err(_) if ended.stopped => Some(diagnostics::interrupted(None)),
            Err(Error::CompilationErrors(errors)) => {
                Some(diagnostics::compilation(&errors, source, &self.session.books()))
            }
            Err(error) => Some(diagnostics::message(&error.to_string())),
        }
    }

    fn failure(&self, record: &Record, generated: &str) -> Option<CellError> {
        let failure = record.failure.as_ref()?;
        if failure.ename == "Interrupted" {
            return Some(diagnostics::interrupted(None));
        }
        let place = locate(&failure.location, generated, &self.cells);
        Some(diagnostics::failure(failure, place.as_ref()))
    }

    /// Starts another worker in place of one that ended between cells, and says what went with it.
    fn revive(&self, number: usize, frontend: &Arc<dyn Frontend>) {
        let lost = self.session.books().lose_all(number);
        self.restart_worker();
        let text = format!(
            "note: the process that runs the cells had ended and was started anew; {}\n",
            diagnostics::what_was_lost(&lost)
        );
        frontend.event(Event::Stream { name: StreamName::Stderr, text });
    }

    fn restart_worker(&self) {
        let mut context = self.session.context();
        // evcxr restarts its child when it finds that it has gone; a second cell waits for it.
        let _ = context.execute(EMPTY_CELL);
        let _ = context.execute(EMPTY_CELL);
    }

    /// Does what a magic asks of the session.
    fn act(&mut self, action: Action, reply: &mut Reply, frontend: &Arc<dyn Frontend>) {
        let page = |text: String| Bundle::from_iter([("text/plain".to_owned(), text.into())]);
        match action {
            Action::Help => reply.pages.push(magic::help_page()),
            Action::Document(name) => {
                let found = documentation(&mut self.session.context(), &name);
                let none = || page(format!("No documentation for `{name}` was found."));
                reply.pages.push(found.unwrap_or_else(none));
            }
            Action::Explain(code) => {
                let code = code.or_else(|| self.last_error.clone());
                reply.pages.push(page(self.toolchain.explain(code.as_deref())));
            }
            Action::Variables => {
                let data = magic::table(&self.session.variables());
                frontend.event(Event::Display { data, display_id: None, update: false });
            }
            Action::Cost => {
                let text = cost_line(&reply.cost) + "\n";
                frontend.event(Event::Stream { name: StreamName::Stdout, text });
            }
            Action::Reset => {}
        }
    }
}

fn cost_line(cost: &Cost) -> String {
    let seconds = |time: std::time::Duration| format!("{:.3} s", time.as_secs_f64());
    let (compile, load, run) = (seconds(cost.compile), seconds(cost.load), seconds(cost.run));
    let memory = cost.peak_memory.map(|bytes| format!(", peak memory {} MB", bytes / 1_000_000));
    format!("compile {compile}, load {load}, run {run}{}", memory.unwrap_or_default())
}

impl Session {
    /// Books a cell's variables; returns those that went.
    fn settle(&self, number: usize, record: &Record) -> Vec<Gone> {
        let Some((names, changed)) = &record.variables else { return Vec::new() };
        let types = types(&self.context());
        self.books().settle(number, names, changed.clone(), &types, &record.redefined)
    }

    fn cost(&self, before: Instant, record: &Record) -> Cost {
        let (Some(began), Some(ended)) = (record.began, record.ended) else {
            let compile = before.elapsed();
            return Cost { compile, ..Cost::default() };
        };
        let started = record.started.unwrap_or(ended);
        Cost {
            compile: began.saturating_duration_since(before),
            load: started.saturating_duration_since(began),
            run: ended.saturating_duration_since(started),
            peak_memory: self.stopper.peak_memory(),
        }
    }
}

/// Says that an `impl` of an earlier cell went.
fn note_dropped(header: &str, frontend: &Arc<dyn Frontend>) {
    let text = format!(
        "note: `{}` of an earlier cell does not fit any more and was dropped; run its cell again\n",
        header.trim()
    );
    frontend.event(Event::Stream { name: StreamName::Stderr, text });
}

/// Says that a variable went.
fn note(gone: &Gone, frontend: &Arc<dyn Frontend>) {
    let structured = serde_json::json!({"kind": "lost", "variable": gone.name,
        "cell": gone.number, "why": format!("{:?}", gone.why).to_lowercase()});
    let data = Bundle::from_iter([
        ("text/plain".to_owned(), format!("note: {}", gone.story()).into()),
        ("application/vnd.candlelab.note+json".to_owned(), structured),
    ]);
    frontend.event(Event::Display { data, display_id: None, update: false });
}

fn start_error(error: &dyn std::fmt::Display) -> EngineError {
    EngineError {
        message: format!("the Rust engine does not start: {error}"),
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

/// Shows what a command such as `:vars` answered.
fn show(outputs: EvalOutputs, frontend: &Arc<dyn Frontend>) {
    let data = bundle(outputs);
    if data.values().any(|content| content != "") {
        frontend.event(Event::Result { data });
    }
}

impl Engine for RustEngine {
    fn execute(&mut self, cell: &Cell, frontend: &Arc<dyn Frontend>) -> Reply {
        let names: Vec<String> =
            self.session.variables().into_iter().map(|variable| variable.name).collect();
        let magics = magic::read(&cell.code, |name| names.iter().any(|known| known == name));
        let Magics { code, actions } = match magics {
            Ok(magics) => magics,
            Err(Misuse(text)) => return failed(diagnostics::named("UnknownMagic", &text)),
        };
        if actions.contains(&Action::Reset)
            && let Err(error) = self.restart()
        {
            return failed(diagnostics::message(&error.message));
        }
        let mut reply = match code.trim() {
            "" => Reply::default(),
            _ => self.run(&Cell { code, ..cell.clone() }, frontend),
        };
        if let Some(error) = &reply.error {
            self.last_error = Some(error.ename.clone());
        }
        for action in actions {
            self.act(action, &mut reply, frontend);
        }
        reply
    }

    fn handle(&self) -> Arc<dyn Handle> {
        self.session.clone()
    }

    fn restart(&mut self) -> Result<(), EngineError> {
        let mut context = self.session.context();
        context.execute(":clear").map_err(|error| start_error(&error))?;
        context.execute(FIRST_CELL).map_err(|error| start_error(&error))?;
        *self.session.books() = Default::default();
        self.cells.clear();
        self.impls = Impls::default();
        Ok(())
    }
}

fn failed(error: CellError) -> Reply {
    Reply { error: Some(error), ..Reply::default() }
}
