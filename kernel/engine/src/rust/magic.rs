//! Magics: lines that begin with `%` or `!`, cells that begin with `%%`, questions with `?`.
//!
//! What a magic does in the cell's process becomes a call of the runtime, on the same line, so that
//! positions stay; what concerns the session is an [`Action`] of the engine's.

mod help;
mod tests_cell;
mod vars;

pub use help::help_page;
pub use vars::table;

use super::parse;
use crate::lines::magic_lines;

/// A cell, its magics read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Magics {
    /// Rust, line for line where the user's stands.
    pub code: String,
    /// What the engine does before the code, or after it.
    pub actions: Vec<Action>,
}

/// What a magic asks of the engine.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Shows what magics there are.
    Help,
    /// Shows the documentation of a name.
    Document(String),
    /// Shows the compiler's long text on an error, or on the last one.
    Explain(Option<String>),
    /// Lists the variables.
    Variables,
    /// Forgets everything, before the code runs.
    Reset,
    /// Says what the cell cost.
    Cost,
}

/// A magic that is not there, or not used as it should be.
#[derive(Clone, Debug, PartialEq)]
pub struct Misuse(pub String);

/// The magics that stand in a line.
const LINE: [&str; 12] = [
    "check", "dep", "devices", "env", "explain", "help", "hint", "reset", "time", "timeit", "vars",
    "who",
];
/// The magics of whole cells.
const CELL: [&str; 3] = ["test", "time", "timeit"];

/// Reads the magics of a cell; `is_known` tells names of the notebook from those of programs, and
/// `name?` from an early return.
pub fn read(code: &str, is_known: impl Fn(&str) -> bool) -> Result<Magics, Misuse> {
    if let Some(name) = question(code, &is_known) {
        return Ok(action(Action::Document(name.to_owned())));
    }
    match code.trim_start().strip_prefix("%%") {
        Some(rest) => cell_magic(rest, code, is_known),
        None => line_magics(code, is_known),
    }
}

fn action(action: Action) -> Magics {
    Magics { code: String::new(), actions: vec![action] }
}

/// The name in a cell that is nothing but `name?`.
fn question(code: &str, is_known: impl Fn(&str) -> bool) -> Option<&str> {
    let name = code.trim().strip_suffix('?')?;
    let is_path = |character: char| character.is_alphanumeric() || "_:".contains(character);
    let own = name.chars().all(is_path) && !is_known(name);
    (own && name.starts_with(|first: char| first.is_alphabetic())).then_some(name)
}

fn cell_magic(rest: &str, code: &str, is_known: impl Fn(&str) -> bool) -> Result<Magics, Misuse> {
    let (first, body) = rest.split_once('\n').unwrap_or((rest, ""));
    let above = code.len() - code.trim_start().len();
    let blank = "\n".repeat(code[..above].matches('\n').count() + 1);
    let (name, arguments) = first.split_once(' ').unwrap_or((first, ""));
    let body = match arguments.trim() {
        "" => format!("{blank}{body}"),
        first => format!("{}{first}\n{body}", &blank[1..]),
    };
    match name.trim() {
        "time" => {
            let Magics { code, mut actions } = line_magics(&body, is_known)?;
            actions.push(Action::Cost);
            Ok(Magics { code, actions })
        }
        "timeit" => Ok(Magics { code: timeit(&body), actions: Vec::new() }),
        "test" => Ok(Magics { code: tests_cell::with_tests(&body)?, actions: Vec::new() }),
        name => Err(unknown(&format!("%%{name}"), "%%", &CELL)),
    }
}

fn line_magics(code: &str, is_known: impl Fn(&str) -> bool) -> Result<Magics, Misuse> {
    let mut magics = Magics::default();
    let mut done = 0;
    for line in magic_lines(code, is_known) {
        magics.code.push_str(&code[done..line.start]);
        done = line.end;
        match read_line(&code[line])? {
            Read::Code(code) => magics.code.push_str(&code),
            Read::Action(action) => magics.actions.push(action),
        }
    }
    magics.code.push_str(&code[done..]);
    Ok(magics)
}

enum Read {
    Code(String),
    Action(Action),
}

/// Commands of evcxr's that change what only evcxr's own compiles look at, or end the program.
const REFUSED: [&str; 9] = [
    "allow_static_linking",
    "cache",
    "codegen_backend",
    "linker",
    "opt",
    "quit",
    "sccache",
    "time_passes",
    "toolchain",
];

/// What a line that is no Rust asks for.
fn read_line(line: &str) -> Result<Read, Misuse> {
    if let Some(command) = line.strip_prefix('!') {
        let code = format!("candlelab::host::magic::shell({:?});", command.trim());
        return Ok(Read::Code(code));
    }
    if let Some(name) = line.strip_prefix('?') {
        return Ok(Read::Action(Action::Document(name.to_owned())));
    }
    match line.strip_prefix(':') {
        Some(command) => read_command(line, command),
        None => read_magic(line.trim_start_matches('%')),
    }
}

fn read_command(line: &str, command: &str) -> Result<Read, Misuse> {
    let name = command.split_whitespace().next().unwrap_or_default();
    match name {
        "vars" => Ok(Read::Action(Action::Variables)),
        "help" => Ok(Read::Action(Action::Help)),
        "clear" => Ok(Read::Action(Action::Reset)),
        "opt" => Err(Misuse(OPT.into())),
        name if REFUSED.contains(&name) => {
            Err(Misuse(format!("`:{name}` has no use here; `%help` lists what there is")))
        }
        _ => Ok(Read::Code(line.to_owned())),
    }
}

const OPT: &str = "`:opt` has no effect here: the library is optimised in any case, and so are \
    cells with loops";

fn read_magic(magic: &str) -> Result<Read, Misuse> {
    let (name, rest) = magic.split_once(' ').unwrap_or((magic, ""));
    let rest = rest.trim();
    Ok(match name {
        "help" => Read::Action(Action::Help),
        "vars" | "who" => Read::Action(Action::Variables),
        "reset" => Read::Action(Action::Reset),
        "explain" => Read::Action(Action::Explain((!rest.is_empty()).then(|| rest.to_uppercase()))),
        "check" => Read::Code("println!(\"{}\", candlelab::check::progress());".into()),
        "hint" => Read::Code(format!("candlelab::host::magic::hint({rest:?});")),
        "dep" => Read::Code(format!(":dep {rest}")),
        "devices" => Read::Code("println!(\"{}\", candlelab::nn::devices());".into()),
        "env" => Read::Code(environment(rest)),
        "time" => Read::Code(time(rest)),
        "timeit" => Read::Code(timeit(rest)),
        _ => return Err(unknown(&format!("%{name}"), "%", &LINE)),
    })
}

/// The commands of evcxr's that leave its settings as they are.
const HARMLESS: [&str; 8] = ["clear", "dep", "doc", "explain", "help", "type", "vars", "version"];

/// Whether a cell may change how later ones are compiled and run, such as by `:fmt` or `:env`.
pub fn changes_settings(code: &str) -> bool {
    let commands = code.lines().filter_map(|line| line.trim().strip_prefix(':'));
    let name = |line: &'_ str| line.split_whitespace().next().unwrap_or_default().to_owned();
    commands.map(name).any(|name| !name.starts_with(':') && !HARMLESS.contains(&&*name))
}

fn environment(rest: &str) -> String {
    match rest.split_once('=') {
        Some((name, value)) => {
            format!("candlelab::host::magic::set_env({:?}, {:?});", name.trim(), value.trim())
        }
        None => format!("candlelab::host::magic::env({rest:?});"),
    }
}

/// Times one line; a value is still the line's value.
fn time(code: &str) -> String {
    match parse::show_last(code).as_slice() {
        [_, _] => format!("candlelab::host::timed!({code})"),
        _ => format!("candlelab::host::magic::start(); {code} candlelab::host::magic::stop();"),
    }
}

fn timeit(code: &str) -> String {
    format!("candlelab::host::timeit!({{{code}\n}});")
}

fn unknown(written: &str, mark: &str, known: &[&str]) -> Misuse {
    let name = written.trim_start_matches('%');
    let near = known
        .iter()
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .min()
        .filter(|(distance, _)| *distance <= 2);
    Misuse(match near {
        Some((_, known)) => format!("there is no `{written}`; did you mean `{mark}{known}`?"),
        None => format!("there is no `{written}`; `%help` lists what there is"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(cell: &str) -> String {
        let magics = read(cell, |_| false).unwrap();
        assert_eq!(magics.actions, []);
        magics.code
    }

    fn actions(cell: &str) -> Vec<Action> {
        read(cell, |_| false).unwrap().actions
    }

    #[test]
    fn rust_stays_as_it_is() {
        for cell in ["let x = 7\n    %mine;", "let x =\n!flag;", "::std::mem::swap()", ""] {
            assert_eq!(code(cell), cell);
        }
    }

    #[test]
    fn lines_stay_where_they_are() {
        for cell in ["%%time\n\nlet x = 1;\nx", "%time f()\nlet y = 2;", "%vars\nlet x = 1;"] {
            let read = read(cell, |_| false).unwrap();
            let at = cell.lines().position(|line| line.starts_with("let"));
            assert_eq!(read.code.lines().position(|line| line.starts_with("let")), at, "{cell}");
        }
    }

    #[test]
    fn a_timed_value_is_still_the_value() {
        assert_eq!(code("%time f()"), "candlelab::host::timed!(f())");
        assert!(code("%time let x = f();").contains("start(); let x = f(); candlelab"));
        assert_eq!(actions("%%time\nf()"), [Action::Cost]);
    }

    #[test]
    fn commands_become_calls() {
        assert_eq!(code("!ls -l"), "candlelab::host::magic::shell(\"ls -l\");");
        assert_eq!(code("%dep rand = \"0.9\""), ":dep rand = \"0.9\"");
        assert_eq!(code("%env A = b c"), "candlelab::host::magic::set_env(\"A\", \"b c\");");
    }

    #[test]
    fn questions_name_what_they_ask_for() {
        let asked = [Action::Document("Vec::push".into())];
        assert_eq!(actions("?Vec::push"), asked);
        assert_eq!(read("?Vec::push\nx", |_| false).unwrap().code, "\nx");
        assert_eq!(actions("Vec::push?"), asked);
        assert_eq!(read("x?", |_| true).unwrap().code, "x?");
        assert_eq!(code("f()?"), "f()?");
    }

    #[test]
    fn settings_are_told_from_questions() {
        for code in [":fmt {}", "let x = 1;\n :env A=b"] {
            assert!(changes_settings(code), "{code}");
        }
        for code in ["::std::mem::drop(1)", ":dep rand", ":vars", "a\n    ::b()"] {
            assert!(!changes_settings(code), "{code}");
        }
    }

    #[test]
    fn a_slip_gets_a_suggestion() {
        let slip = |cell| read(cell, |_| false).unwrap_err().0;
        assert!(slip("%tiem f()").contains("did you mean `%time`?"));
        assert!(slip("%%tset\n").contains("did you mean `%%test`?"));
        assert!(slip("let x = 1;\n%matplotlib inline").contains("%help"));
        assert!(slip(":opt 2").contains("has no effect"));
    }
}
