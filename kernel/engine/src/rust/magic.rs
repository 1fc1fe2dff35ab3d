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

/// Reads the magics of a cell; `is_variable` tells `name?` from an early return.
pub fn read(code: &str, is_variable: impl Fn(&str) -> bool) -> Result<Magics, Misuse> {
    if let Some(name) = question(code, is_variable) {
        return Ok(action(Action::Document(name.to_owned())));
    }
    match code.trim_start().strip_prefix("%%") {
        Some(rest) => cell_magic(rest, code),
        None => line_magics(code),
    }
}

fn action(action: Action) -> Magics {
    Magics { code: String::new(), actions: vec![action] }
}

/// The name in `?name` and `name?`.
fn question(code: &str, is_variable: impl Fn(&str) -> bool) -> Option<&str> {
    let code = code.trim();
    if let Some(name) = code.strip_prefix('?') {
        return Some(name.trim());
    }
    let name = code.strip_suffix('?')?;
    let is_path = |character: char| character.is_alphanumeric() || "_:".contains(character);
    let own = name.chars().all(is_path) && !is_variable(name);
    (own && name.starts_with(|first: char| first.is_alphabetic())).then_some(name)
}

fn cell_magic(rest: &str, code: &str) -> Result<Magics, Misuse> {
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
            let Magics { code, mut actions } = line_magics(&body)?;
            actions.push(Action::Cost);
            Ok(Magics { code, actions })
        }
        "timeit" => Ok(Magics { code: timeit(&body), actions: Vec::new() }),
        "test" => Ok(Magics { code: tests_cell::with_tests(&body)?, actions: Vec::new() }),
        name => Err(unknown(&format!("%%{name}"), "%%", &CELL)),
    }
}

fn line_magics(code: &str) -> Result<Magics, Misuse> {
    let mut magics = Magics::default();
    for (at, line) in code.split_inclusive('\n').enumerate() {
        let (text, end) = match line.strip_suffix('\n') {
            Some(text) => (text, "\n"),
            None => (line, ""),
        };
        let new = match read_line(text.trim(), at == 0)? {
            None => text.to_owned(),
            Some(Read::Code(code)) => code,
            Some(Read::Action(action)) => {
                magics.actions.push(action);
                String::new()
            }
        };
        magics.code.push_str(&new);
        magics.code.push_str(end);
    }
    Ok(magics)
}

enum Read {
    Code(String),
    Action(Action),
}

/// What a line asks for; `None` for one of Rust. Further down than the first line an unknown name
/// after `%` may be the right side of a remainder.
fn read_line(line: &str, is_first: bool) -> Result<Option<Read>, Misuse> {
    match line {
        ":vars" => return Ok(Some(Read::Action(Action::Variables))),
        ":help" => return Ok(Some(Read::Action(Action::Help))),
        ":clear" => return Ok(Some(Read::Action(Action::Reset))),
        _ => {}
    }
    if let Some(command) = line.strip_prefix('!') {
        let code = format!("candlelab::host::magic::shell({:?});", command.trim());
        return Ok(is_first_of_line(command).then_some(Read::Code(code)));
    }
    let Some(magic) = line.strip_prefix('%') else { return Ok(None) };
    let (name, rest) = magic.split_once(' ').unwrap_or((magic, ""));
    let rest = rest.trim();
    Ok(Some(match name {
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
        _ if is_first && name.starts_with(|first: char| first.is_alphabetic()) => {
            return Err(unknown(&format!("%{name}"), "%", &LINE));
        }
        _ => return Ok(None),
    }))
}

/// The commands of evcxr's that leave its settings as they are.
const HARMLESS: [&str; 8] = ["clear", "dep", "doc", "explain", "help", "type", "vars", "version"];

/// Whether a cell may change how later ones are compiled and run, such as by `:opt` or `:env`.
pub fn changes_settings(code: &str) -> bool {
    let commands = code.lines().filter_map(|line| line.trim().strip_prefix(':'));
    let name = |line: &'_ str| line.split_whitespace().next().unwrap_or_default().to_owned();
    commands.map(name).any(|name| !name.starts_with(':') && !HARMLESS.contains(&&*name))
}

/// `!x` may also begin a negation over several lines; a command begins with a program.
fn is_first_of_line(command: &str) -> bool {
    !command.ends_with([')', ';', '}', ']', ','])
        || command.contains(' ')
        || command.starts_with(['/', '.'])
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
        for cell in ["let x = 7\n    %mine;", "a\n    % b", "!flag\n", "::std::mem::swap()", ""] {
            let cell = cell.replace("!flag\n", "let x =\n!flag;");
            assert_eq!(code(&cell), cell);
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
        assert_eq!(actions("Vec::push?"), asked);
        assert_eq!(read("x?", |_| true).unwrap().code, "x?");
        assert_eq!(code("f()?"), "f()?");
    }

    #[test]
    fn settings_are_told_from_questions() {
        for code in [":opt 2", "let x = 1;\n :env A=b"] {
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
        assert!(slip("%matplotlib inline").contains("%help"));
    }
}
