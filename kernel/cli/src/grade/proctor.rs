//! Who sits beside the engine while graded cells run: hears what checks tell, refuses commands, and
//! puts back what a process that died has taken along.

use super::shared::SharedCells;
use candlelab_engine::{
    Cell, CellError, Engine, EngineError, Event, Frontend, Handle, Remote, Reply,
};
use candlelab_grader::sandbox::group::Group;
use candlelab_grader::{Half, Public, Told, runs_something};
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The error of a check that ran to its end and did not pass.
const CHECK_FAILED: &str = "CheckFailed";
/// How long a cell may be; what one can write by hand is far shorter.
const LONGEST: usize = 256 * 1024;

/// Where compiled cells of the lab's own are lent, and which.
pub type Lending<'a> = (&'a SharedCells, &'a Public);

/// An engine under supervision.
pub struct Proctor<'a> {
    engine: &'a mut Remote,
    half: &'a Half,
    lending: Option<Lending<'a>>,
    group: Option<&'a Group>,
    /// How often its processes have wanted more memory than theirs.
    overflows: u64,
    /// How long a cell may run, and when all must be over.
    limits: (Duration, Instant),
    /// What the checks have told.
    pub told: Vec<Told>,
    /// Why this run says nothing about the student, if it does not.
    pub accident: Option<String>,
    /// The cells that ran to their end, checks aside.
    passed: Vec<Cell>,
    /// Whether a process has died since, and their variables with it.
    lost: bool,
}

impl<'a> Proctor<'a> {
    /// Supervises an engine that runs one half of a lab.
    pub fn new(
        (engine, group): (&'a mut Remote, Option<&'a Group>),
        half: &'a Half,
        lending: Option<Lending<'a>>,
        (timeout, total): (Duration, Duration),
    ) -> Self {
        let limits = (timeout, Instant::now() + total);
        let overflows = group.map_or(0, Group::overflows);
        let (told, passed) = Default::default();
        let (accident, lost) = (None, false);
        Self { engine, half, lending, group, overflows, limits, told, accident, passed, lost }
    }

    /// Makes again what earlier cells made: their variables, and all else where the engine itself
    /// had to be ended.
    fn restore(&mut self) {
        let from_nothing = self.engine.has_ended() && self.engine.restart().is_ok();
        if mem::take(&mut self.lost) || from_nothing {
            self.run_again(|cell| from_nothing || runs_something(&cell.code));
        }
    }

    fn run_again(&mut self, is_needed: impl Fn(&Cell) -> bool) {
        let nobody: Arc<dyn Frontend> = Arc::new(Nobody);
        for cell in self.passed.iter().filter(|cell| is_needed(cell)) {
            self.engine.execute(cell, &nobody);
        }
    }

    /// Runs a cell; where what earlier ones have left running keeps it from being compiled, once
    /// more without them.
    fn run(&mut self, cell: &Cell, frontend: &Arc<dyn Frontend>) -> Reply {
        let reply = self.run_once(cell, frontend);
        if !reply.error.as_ref().is_some_and(is_crowded) || self.engine.restart().is_err() {
            return reply;
        }
        self.run_again(|_| true);
        self.run_once(cell, frontend)
    }

    fn run_once(&mut self, cell: &Cell, frontend: &Arc<dyn Frontend>) -> Reply {
        let Some((cells, public)) = self.lending else {
            return self.engine.execute(cell, frontend);
        };
        // Nothing of another cell.
        cells.clear();
        let reply = self.engine.execute(cell, frontend);
        cells.lend(&cell.code, public);
        reply
    }

    fn note(&mut self, cell: &Cell, is_check: bool, error: Option<&CellError>, time: Duration) {
        let Some(error) = error else {
            if !is_check {
                self.passed.push(cell.clone());
            }
            return;
        };
        // Whoever ends only their own process, or takes more memory than theirs, is told from whom
        // memory was taken.
        let overflows = self.group.map_or(0, Group::overflows);
        let is_theirs = mem::replace(&mut self.overflows, overflows) < overflows;
        let in_time = time < self.limits.0 && Instant::now() < self.limits.1;
        if !is_theirs && (self.engine.has_ended() && in_time || is_shortage(error)) {
            self.accident.get_or_insert_with(|| error.evalue.clone());
        }
    }
}

/// Whether the machine, and not the submission, had too little memory.
fn is_shortage(error: &CellError) -> bool {
    error.ename == "OutOfMemory" && error.evalue.starts_with("the system ended the process")
}

/// Whether no compiler could be started, since there are as many processes as there may be.
fn is_crowded(error: &CellError) -> bool {
    error.evalue.starts_with("Error running") && error.evalue.contains("(os error 11)")
}

impl Engine for Proctor<'_> {
    fn execute(&mut self, cell: &Cell, frontend: &Arc<dyn Frontend>) -> Reply {
        if let Some(evalue) = refusal(&cell.code) {
            let (ename, traceback) = ("Refused".to_owned(), vec![format!("Refused: {evalue}")]);
            let error = Some(CellError { ename, evalue, traceback });
            return Reply { error, ..Reply::default() };
        }
        if self.accident.is_none() {
            self.restore();
        }
        let check = self.half.check_in(&cell.code);
        let check = check.map(|(name, nonce)| (name.to_owned(), nonce.to_owned()));
        let is_check = check.is_some();
        let ear = Arc::new(Ear { frontend: frontend.clone(), check, told: Mutex::default() });
        let hearing: Arc<dyn Frontend> = ear.clone();
        let began = Instant::now();
        let reply = self.run(cell, &hearing);
        self.lost |= reply.died;
        self.note(cell, is_check, reply.error.as_ref(), began.elapsed());
        // What a cell tells that did not come to its own end is not believed.
        if reply.error.as_ref().is_none_or(|error| error.ename == CHECK_FAILED) {
            self.told.append(&mut ear.told.lock().unwrap_or_else(PoisonError::into_inner));
        }
        reply
    }

    fn handle(&self) -> Arc<dyn Handle> {
        self.engine.handle()
    }

    fn restart(&mut self) -> Result<(), EngineError> {
        self.engine.restart()
    }
}

/// Why a cell is not run where it is graded.
fn refusal(code: &str) -> Option<String> {
    if code.len() > LONGEST {
        return Some(format!("a cell of {} KB is too long to be graded", code.len() >> 10));
    }
    let first = |line: &str| line.split_whitespace().next().unwrap_or_default().to_owned();
    let is_magic = |line: &&str| ["%dep", "%reset"].contains(&&*first(line));
    // Below the first line of Rust a colon or an exclamation mark begins no command.
    let is_rust = |line: &&str| !line.is_empty() && !line.starts_with(['%', ':', '!', '/']);
    let mut head = code.lines().map(str::trim).take_while(|line| !is_rust(line));
    let command = head.find(|line| line.starts_with([':', '!']) && !line.starts_with("::"));
    let command = command.or_else(|| code.lines().map(str::trim).find(is_magic))?;
    let name = if command.starts_with('!') { command.to_owned() } else { first(command) };
    Some(format!("`{name}` is a command; where work is graded, cells hold Rust"))
}

/// Hears what a check tells in its own cell; all else goes on to the front end.
struct Ear {
    frontend: Arc<dyn Frontend>,
    /// The check that the running cell is, with its nonce.
    check: Option<(String, String)>,
    told: Mutex<Vec<Told>>,
}

impl Frontend for Ear {
    fn event(&self, event: Event) {
        if let (Event::Display { data, update: false, .. }, Some((check, nonce))) =
            (&event, &self.check)
            && let Some(told) = Told::read(data, check, nonce)
        {
            let mut all = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            // Two are as wrong as many.
            if all.len() < 2 {
                all.push(told);
            }
            return;
        }
        self.frontend.event(event);
    }

    fn input(&self, _prompt: &str, _password: bool) -> Option<String> {
        None
    }
}

struct Nobody;

impl Frontend for Nobody {
    fn event(&self, _event: Event) {}

    fn input(&self, _prompt: &str, _password: bool) -> Option<String> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_refused_and_rust_is_not() {
        for code in [
            ":dep rand = \"0.9\"",
            "// first\n\n  :env A=b\nlet x = 1;",
            "!ls -l",
            "%dep rand",
            "let x = 1;\n%reset",
            ":linker lld",
        ] {
            assert!(refusal(code).is_some(), "{code}");
        }
        for code in ["let x =\n    !done;", "::std::mem::drop(1)", "%time f()", "", "a\n    ::b()"]
        {
            assert_eq!(refusal(code), None, "{code}");
        }
        assert!(refusal(&" ".repeat(300 << 10)).is_some());
    }
}
