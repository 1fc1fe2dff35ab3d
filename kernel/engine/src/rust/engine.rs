//! evcxr behind [`Engine`].

mod ended;
mod notes;
mod start;

use super::diagnostics::{self, Source};
use super::edit::Edited;
use super::faulty::{self, Faulty};
use super::front::USER_FILE;
use super::glue::Rebound;
use super::impls::{self, Impls};
use super::locate::{Ran, locate};
use super::magic::{self, Action, Magics, Misuse};
use super::parse;
use super::patterns;
use super::session::{Session, bundle, documentation};
use super::shortage;
use super::store::Store;
use crate::*;
use ended::Ended;
use evcxr::{Error, EvalOutputs};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A cell that does nothing; where the worker has gone, evcxr notices and starts another.
const EMPTY_CELL: &str = "();";

/// No compiler takes what is nested without end.
const TOO_DEEP: &str = "the cell's brackets are nested more than 256 deep";

/// After this time a running cell is one that people wait for.
const LONG: Duration = Duration::from_millis(300);

/// Runs Rust cells.
pub struct RustEngine {
    session: Arc<Session>,
    cells: Vec<Ran>,
    impls: Impls,
    /// The faulty operations of Candle's that were told of; once is enough.
    told: Vec<&'static Faulty>,
    /// The kind of the last error, for `%explain`.
    last_error: Option<String>,
    /// Variables that a failing cell has left as they were.
    given_back: Vec<Rebound>,
    /// Whether a cell has changed settings of evcxr's, which `:clear` keeps.
    is_changed: bool,
    store: Store,
    /// Goes with the engine, though handles may keep the session.
    _folder: TempDir,
}

impl RustEngine {
    /// Starts a session; returns when the first cell can run.
    ///
    /// # Errors
    /// If the session's directory, the worker or the evaluator cannot be started.
    pub fn start(store: &Store) -> Result<Self, EngineError> {
        let (session, folder) = start::open(store)?;
        let session = Arc::new(session);
        Ok(Self {
            session,
            cells: Vec::new(),
            impls: Impls::default(),
            told: Vec::new(),
            last_error: None,
            given_back: Vec::new(),
            is_changed: false,
            store: store.clone(),
            _folder: folder,
        })
    }

    /// Runs a cell with its magics.
    fn answer(&mut self, cell: &Cell, frontend: &Arc<dyn Frontend>) -> Reply {
        let names = self.session.names();
        if parse::is_too_deep(&cell.code) {
            return failed(diagnostics::named("TooDeep", TOO_DEEP));
        }
        let magics = magic::read(&cell.code, |name| names.contains(name));
        let Magics { code, actions } = match magics {
            Ok(magics) => magics,
            Err(Misuse(text)) => return failed(diagnostics::named("UnknownMagic", &text)),
        };
        if actions.contains(&Action::Reset) {
            // The end of widgets is this cell's to tell.
            self.session.link.begin(frontend);
            if let Err(error) = self.forget() {
                return failed(diagnostics::message(&error.message));
            }
        }
        self.is_changed |= magic::changes_settings(&code);
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

    fn run(&mut self, cell: &Cell, frontend: &Arc<dyn Frontend>) -> Reply {
        if !self.session.link.is_answered() {
            self.revive(cell.number, frontend);
        }
        self.warn(&cell.code, frontend);
        let (mut insertions, mut impls) = self.impls.with_cell(&cell.code);
        let mut locals = parse::closures(&cell.code);
        insertions.extend(locals.iter().flat_map(|local| local.insertions.clone()));
        insertions.extend(patterns::named_anew(&cell.code));
        insertions.extend(parse::show_last(&cell.code));
        insertions.extend(parse::shield(&cell.code));
        if self.may_redefine(&cell.code) {
            // A statement, so that the cell runs and its variables' types are checked.
            insertions.push((cell.code.len(), "\n();".into()));
        }
        let (shown, ended) = loop {
            let shown = Edited::new(&cell.code, insertions.clone());
            self.cells.push((cell.number, shown.clone()));
            let ended = self.evaluate(&shown, frontend);
            let mut unkept = parse::locals(&cell.code, &ended.unkept());
            unkept.retain(|local| !locals.contains(local));
            if let Some((header, instead)) = ended.broken_impl(&mut impls) {
                notes::dropped(&header, frontend);
                insertions.insert(0, (parse::first_code(&cell.code), instead));
            } else if !unkept.is_empty() {
                insertions.extend(unkept.iter().flat_map(|local| local.insertions.clone()));
                locals.extend(unkept);
            } else {
                break (shown, ended);
            }
            self.cells.pop();
        };
        if ended.result.is_ok() {
            self.impls = impls;
        }
        let source = Source { number: cell.number, code: &cell.code, shown: &shown };
        let cost = ended.cost;
        let death = self.death(&ended, &source);
        let died = death.is_some();
        self.given_back = if died { Vec::new() } else { ended.given_back() };
        let error = death.or_else(|| self.settle(ended, &source, frontend));
        self.session.books().end_locals(cell.number, locals);
        Reply { error, died, pages: Vec::new(), cost }
    }

    /// Forgets variables, items and imports.
    fn forget(&mut self) -> Result<(), EngineError> {
        start::mark_folder(self.session.folder());
        let worker = self.session.link.generation();
        let mut context = self.session.context();
        context.execute(":clear").map_err(|error| start::start_error(&error))?;
        context.execute(start::FIRST_CELL).map_err(|error| start::start_error(&error))?;
        self.session.link.see_off(worker);
        *self.session.books() = Default::default();
        self.cells.clear();
        self.impls = Impls::default();
        Ok(())
    }

    /// Says of Candle's operations that train wrongly what to call instead.
    fn warn(&mut self, code: &str, frontend: &Arc<dyn Frontend>) {
        for faulty in faulty::in_cell(code) {
            if !self.told.contains(&faulty) {
                self.told.push(faulty);
                notes::faulty(faulty, frontend);
            }
        }
    }

    /// Whether the cell defines types and nothing else, while there are variables.
    fn may_redefine(&self, code: &str) -> bool {
        parse::is_items(code)
            && !impls::types_of(code).is_empty()
            && !self.session.variables().is_empty()
    }

    fn evaluate(&self, shown: &Edited, frontend: &Arc<dyn Frontend>) -> Ended {
        let Session { link, stopper, .. } = &*self.session;
        if stopper.is_stopped() {
            return Ended::interrupted();
        }
        link.begin(frontend);
        stopper.forget_peak_memory();
        // Without it the cell is compiled with all that there is.
        let _ = std::fs::write(self.session.folder().join(USER_FILE), &shown.code);
        let before = Instant::now();
        let mut context = self.session.context();
        let result = context.execute(&shown.code);
        let generated = std::fs::read_to_string(self.session.folder().join("src/lib.rs"));
        drop(context);
        if !link.wait_until_idle(LONG) {
            self.session.prime("");
        }
        let record = link.end();
        let stopped = stopper.is_stopped();
        let cost = self.session.cost(before, &record);
        Ended { result, record, stopped, generated: generated.unwrap_or_default(), cost }
    }

    /// Tells the evaluator what a failing cell has left as it was: it goes on as soon as a cell has
    /// started, and believes that all has been defined.
    fn mend(&mut self, number: usize, frontend: &Arc<dyn Frontend>) {
        let back = std::mem::take(&mut self.given_back);
        let retyped = back.iter().filter(|it| !it.keeps_type()).map(|it| it.name.as_str());
        let retyped: Vec<&str> = retyped.collect();
        let definitions: String = back.iter().filter_map(Rebound::definition).collect();
        // Of a variable that is mentioned and is not there the evaluator learns that it is gone.
        let mention = format!("stringify!({});", retyped.join(", "));
        for code in [mention, definitions].iter().skip(usize::from(retyped.is_empty())) {
            if !code.is_empty() {
                self.session.link.begin(frontend);
                // Without success the variables are unknown to later cells.
                let _ = self.session.context().execute(code);
                let record = self.session.link.end();
                self.session.settle(number, &record);
            }
        }
    }

    /// Says how a cell took its process with it, if it did, and starts another.
    fn death(&self, ended: &Ended, source: &Source<'_>) -> Option<CellError> {
        let status = match &ended.result {
            Ok(_) if !self.session.link.is_alive() => self.session.worker_status(),
            Err(Error::SubprocessTerminated(status)) => status.clone(),
            _ => return None,
        };
        let lost = self.session.books().lose_all(source.number);
        self.restart_worker();
        Some(match ended.stopped {
            true => diagnostics::interrupted(Some(&lost)),
            false => diagnostics::death(&status, &ended.record.last_words, &lost),
        })
    }

    /// Shows what a cell left to show, and says how it failed, if it did.
    fn settle(
        &self,
        ended: Ended,
        source: &Source<'_>,
        frontend: &Arc<dyn Frontend>,
    ) -> Option<CellError> {
        let gone = self.session.settle(source.number, &ended.record);
        for gone in &gone {
            notes::gone(gone, frontend);
        }
        let lost: Vec<String> = gone.into_iter().map(|gone| gone.name).collect();
        let Ended { result, record, generated, stopped, .. } = ended;
        match result {
            Ok(outputs) => {
                show(outputs, frontend);
                let failure = record.failure.as_ref()?;
                Some(match stopped || failure.ename == "Interrupted" {
                    true => diagnostics::interrupted((!lost.is_empty()).then_some(&lost)),
                    false => {
                        let place = locate(&failure.location, &generated, &self.cells);
                        diagnostics::failure(failure, place.as_ref())
                    }
                })
            }
            Err(_) if stopped => Some(diagnostics::interrupted(None)),
            Err(Error::CompilationErrors(errors)) => {
                Some(diagnostics::compilation(&errors, source, &self.session.books()))
            }
            Err(error) => Some(diagnostics::message(&error.to_string())),
        }
    }

    /// Starts another worker in place of one that ended between cells, and says what went with it.
    fn revive(&self, number: usize, frontend: &Arc<dyn Frontend>) {
        let lost = self.session.books().lose_all(number);
        self.restart_worker();
        notes::revived(&lost, frontend);
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
                reply.pages.push(page(self.store.toolchain.explain(code.as_deref())));
            }
            Action::Variables => {
                let data = magic::table(&self.session.variables());
                frontend.event(Event::Display { data, display_id: None, update: false });
            }
            Action::Cost => notes::cost(&reply.cost, frontend),
            Action::Reset => {}
        }
    }
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
        shortage::begin();
        // Orphans of earlier cells; no compiler is under way now.
        processes::reap(&[self.session.stopper.worker()]);
        self.session.stopper.start();
        let reply = self.answer(cell, frontend);
        // From here on an interrupt stops nothing.
        self.session.stopper.finish();
        self.mend(cell.number, frontend);
        reply
    }

    fn handle(&self) -> Arc<dyn Handle> {
        self.session.clone()
    }

    fn restart(&mut self) -> Result<(), EngineError> {
        if self.is_changed {
            let message = "a cell has changed settings that only a new engine forgets".into();
            return Err(EngineError { message, hint: None });
        }
        self.session.link.hush();
        self.forget()?;
        self.told.clear();
        self.last_error = None;
        Ok(())
    }

    fn prime(&mut self) {
        self.session.prime(start::FIRST_QUESTION);
    }

    fn rest(&mut self) -> Result<(), EngineError> {
        start::rest(&self.session)
    }

    fn wake(&mut self) -> Result<(), EngineError> {
        start::wake(&self.session, &self.store)
    }
}

fn failed(error: CellError) -> Reply {
    Reply { error: Some(error), ..Reply::default() }
}
