//! Turns what goes wrong into errors that a student can act on.

mod hints;

use super::edit::Edited;
use super::front::user_crates;
use super::link::Failure;
use super::locate::Place;
use super::shortage;

use super::variables::{Variables, Why};
use crate::CellError;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use evcxr::CompilationError;
use std::ops::Range;

const RED: &str = "\u{1b}[1;31m";
const PLAIN: &str = "\u{1b}[0m";

/// A cell as the user wrote it and as it was run.
pub struct Source<'a> {
    pub number: usize,
    pub code: &'a str,
    pub shown: &'a Edited,
}

/// The evaluator says no more where generated code for keeping a variable fails.
const NOT_KEPT: &str = "the type of one of the cell's variables has no name that could be kept; \
    put the code into braces, `{ … }`, and let it end with a value of a simpler type";

/// One error for all that the compiler found.
pub fn compilation(
    errors: &[CompilationError],
    source: &Source<'_>,
    variables: &Variables,
) -> CellError {
    let mut errors: Vec<_> = errors.iter().filter(|error| error.level() == "error").collect();
    // rustc's own words before those on variables that cannot be kept, which follow from them.
    errors.sort_by_key(|error| error.code().is_none());
    if errors.is_empty() {
        return named("CannotKeep", NOT_KEPT);
    }
    let first = errors.first();
    let code = first.and_then(|error| error.code()).unwrap_or_else(|| codeless(first)).to_owned();
    let mut traceback: Vec<String> = errors.iter().map(|error| render(error, source)).collect();
    let hint = errors.iter().find_map(|error| hints::for_error(error.code(), &whole_text(error)));
    let gone = errors.iter().find_map(|error| unknown_variable(error, variables));
    let hint = gone.or_else(|| hint.map(str::to_owned));
    traceback.extend(hint.map(|hint| format!("hint: {hint}")));
    let evalue =
        first.map(|error| message_of(error)).unwrap_or_else(|| "the cell does not compile".into());
    CellError { ename: code, evalue: one_line(&evalue), traceback }
}

/// The kind of an error to which the compiler gives no code.
fn codeless(error: Option<&&CompilationError>) -> &'static str {
    let is_evcxrs = error.is_some_and(|error| error.message().contains("can't be persisted"));
    if is_evcxrs { "CannotKeep" } else { "CompileError" }
}

/// What became of a variable that the compiler does not find.
fn unknown_variable(error: &CompilationError, variables: &Variables) -> Option<String> {
    let message = error.message();
    let name = message.strip_prefix("cannot find ")?.split('`').nth(1)?;
    let gone = variables.gone(name)?;
    let story = gone.story();
    if matches!(gone.why, Why::Closure | Why::Unkept) {
        return Some(story);
    }
    Some(format!("{story}; run the cell that makes `{name}` again"))
}

/// The message, what stands at its marks, and what the compiler proposes.
fn whole_text(error: &CompilationError) -> String {
    let labels = error.spanned_messages().iter().map(|part| part.label.clone());
    let help = error.help().into_iter();
    let all = std::iter::once(error.message()).chain(labels).chain(help);
    all.collect::<Vec<_>>().join("\n")
}

/// Names without the paths that a cell never writes.
fn plain(text: &str) -> String {
    const PATHS: [&str; 6] = [
        "candlelab::prelude::",
        "std::result::",
        "std::option::",
        "std::string::",
        "std::vec::",
        "std::boxed::",
    ];
    PATHS.iter().fold(text.to_owned(), |text, path| text.replace(path, ""))
}

/// The message in a student's words: evcxr's on references speaks of lifetimes.
fn message_of(error: &CompilationError) -> String {
    let message = plain(&error.message());
    match message.split_once("` contains a reference with a non-static lifetime") {
        Some((name, _)) => {
            let name = name.rsplit('`').next().unwrap_or_default();
            format!(
                "`{name}` holds a reference, which cannot be kept from cell to cell; keep an owned \
                 value, for instance with `.clone()`, or put the code into braces, `{{ … }}`"
            )
        }
        None => message,
    }
}

fn one_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// What the compiler proposes, on a line: its words, and what to write where that is a word or more.
fn proposal(help: &str) -> String {
    let help = plain(help);
    let (words, code) = help.split_once("\n\n").unwrap_or((&help, ""));
    let (words, code) = (one_line(words), code.trim());
    let is_short = code.lines().count() == 1 && code.chars().count() <= 60;
    if is_short && code.contains(char::is_alphabetic) && !words.contains(code) {
        format!("{}: `{code}`", words.trim_end_matches(':'))
    } else {
        words
    }
}

/// The compiler's message over the cell's lines, in rustc's own form.
fn render(error: &CompilationError, source: &Source<'_>) -> String {
    let path = format!("In[{}]", source.number);
    let message = message_of(error);
    let mut snippet = Snippet::source(source.code).path(path).fold(true);
    let mut seen = Vec::new();
    for part in error.spanned_messages() {
        let Some(span) = &part.span else { continue };
        let (start, end) = ((span.start_line, span.start_column), (span.end_line, span.end_column));
        let Some(range) = range(start, end, source) else { continue };
        // A mark without words of its own repeats the title.
        let label = plain(part.label.strip_prefix("error: ").unwrap_or(&part.label));
        let label = if label == message { String::new() } else { label };
        if seen.contains(&(range.clone(), label.clone())) {
            continue;
        }
        seen.push((range.clone(), label.clone()));
        let kind = if part.is_primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        let annotation = kind.span(range);
        snippet = snippet.annotation(match label.as_str() {
            "" => annotation,
            _ => annotation.label(label),
        });
    }
    let mut title = Level::ERROR.primary_title(message);
    if let Some(code) = error.code() {
        title = title.id(code.to_owned());
    }
    let mut group = if seen.is_empty() { Group::with_title(title) } else { title.element(snippet) };
    for help in error.help() {
        group = group.element(Level::HELP.message(proposal(&help)));
    }
    Renderer::styled().render(&[group])
}

/// The bytes of the user's code between two positions (line, column) of the run code.
fn range(start: (usize, usize), end: (usize, usize), source: &Source<'_>) -> Option<Range<usize>> {
    let byte = |(line, column)| byte_at(source.code, line, source.shown.column(line, column));
    let start = byte(start)?;
    Some(start..byte(end)?.max(start))
}

/// The byte offset of a line and a column, both from 1; a column past the end is the end.
fn byte_at(code: &str, line: usize, column: usize) -> Option<usize> {
    let text = code.split('\n').nth(line.checked_sub(1)?)?;
    let before: usize = code.split('\n').take(line - 1).map(|line| line.len() + 1).sum();
    let within = text.char_indices().nth(column.checked_sub(1)?).map_or(text.len(), |(at, _)| at);
    Some(before + within)
}

/// A panic or an error that `?` returned.
pub fn failure(failure: &Failure, place: Option<&Place>) -> CellError {
    let mut traceback = vec![format!("{RED}{}{PLAIN}: {}", failure.ename, failure.message)];
    if let Some(place) = place {
        traceback.extend(underlined(place));
    }
    traceback.extend(hints::for_message(&failure.message).map(|hint| format!("hint: {hint}")));
    CellError { ename: failure.ename.clone(), evalue: one_line(&failure.message), traceback }
}

fn underlined(place: &Place) -> Vec<String> {
    let gutter = " ".repeat(place.line.to_string().len());
    let indent = " ".repeat(place.column.saturating_sub(1));
    vec![
        format!("{gutter}--> In[{}]:{}:{}", place.number, place.line, place.column),
        format!("{gutter} |"),
        format!("{} | {}", place.line, place.text),
        format!("{gutter} | {indent}{RED}^{PLAIN}"),
    ]
}

/// The end of the worker process.
pub fn death(status: &str, last_words: &str, lost: &[String]) -> CellError {
    let (ename, evalue) = cause(status, last_words);
    let mut traceback = vec![format!("{RED}{ename}{PLAIN}: {evalue}")];
    traceback.push(what_was_lost(lost));
    CellError { ename: ename.into(), evalue, traceback }
}

/// Names the variables that went with the worker.
pub fn what_was_lost(lost: &[String]) -> String {
    match lost {
        [] => "no variables were lost; functions, types and imports are still defined".into(),
        names => {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            let names = names.join(", ");
            format!(
                "lost: {names}; run the cells again that made them (functions, types and imports are still defined)"
            )
        }
    }
}

fn cause(status: &str, last_words: &str) -> (&'static str, String) {
    let code = status.split("exit status: ").nth(1);
    if last_words.contains("has overflowed its stack") {
        ("StackOverflow", "a function calls itself too deeply".into())
    } else if last_words.contains("memory allocation of") {
        ("OutOfMemory", one_line(last_words))
    } else if let Some(code) = code {
        ("Exit", format!("the cell ended its process with exit status {}", one_line(code)))
    } else if status.contains("SIGKILL") && shortage::happened() {
        ("OutOfMemory", "the system ended the process because memory ran out".into())
    } else if status.contains("SIGKILL") {
        ("Killed", "another process killed this one".into())
    } else if status.contains("SIGSEGV") || status.contains("SIGBUS") {
        ("SegmentationFault", "the code used memory that is not its own".into())
    } else if status.contains("SIGABRT") {
        ("Abort", "the process was aborted".into())
    } else {
        ("WorkerDied", format!("the process ended: {}", one_line(status)))
    }
}

/// The compiler itself ended without a word on the cell.
const COMPILER_DIED: &str = "the compiler gave up on this cell; is something in it nested very \
    deeply, or is memory short?";

/// An error of the evaluator's own, such as a variable that cannot be kept.
pub fn message(text: &str) -> CellError {
    if let Some((_, said)) = text.split_once(user_crates::FAILED) {
        let said = said.rsplit_once("\nSTDOUT:").map_or(said, |(said, _)| said).trim();
        return CellError {
            evalue: first_error(said),
            ..named("DependencyFailed", &format!("{}\n{said}", user_crates::FAILED))
        };
    }
    if text.contains("no parsable errors were found") {
        return named("CompilerDied", COMPILER_DIED);
    }
    let ename =
        if text.contains("cannot be persisted") || text.contains("determine type of variable") {
            "CannotKeep"
        } else {
            "Error"
        };
    let mut traceback = vec![format!("{RED}{ename}{PLAIN}: {text}")];
    traceback.extend(hints::for_message(text).map(|hint| format!("hint: {hint}")));
    CellError { ename: ename.into(), evalue: one_line(text), traceback }
}

/// The first of cargo's errors, past what it says of its progress.
fn first_error(said: &str) -> String {
    let error = said.lines().map(str::trim).find(|line| line.starts_with("error"));
    error.map_or_else(|| one_line(said), |line| line.trim_start_matches("error: ").to_owned())
}

/// An error of that name, told in a sentence.
pub fn named(ename: &str, text: &str) -> CellError {
    let traceback = vec![format!("{RED}{ename}{PLAIN}: {text}")];
    CellError { ename: ename.into(), evalue: one_line(text), traceback }
}

/// A cell that was stopped.
pub fn interrupted(lost: Option<&[String]>) -> CellError {
    let evalue = "interrupted by the user".to_owned();
    let mut traceback = vec![format!("{RED}Interrupted{PLAIN}: {evalue}")];
    traceback.push(match lost {
        None => "variables of earlier cells are kept".into(),
        Some(lost) => what_was_lost(lost),
    });
    CellError { ename: "Interrupted".into(), evalue, traceback }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deaths_are_explained() {
        let status = "Subprocess terminated with status: ";
        let name = |end: &str, words: &str| cause(&format!("{status}{end}"), words).0;
        assert_eq!(name("exit status: 3", ""), "Exit");
        assert_eq!(name("signal: 11 (SIGSEGV)", ""), "SegmentationFault");
        assert_eq!(
            name("signal: 6 (SIGABRT)", "thread main has overflowed its stack"),
            "StackOverflow"
        );
        assert_eq!(
            name("signal: 6 (SIGABRT)", "memory allocation of 9 bytes failed"),
            "OutOfMemory"
        );
        assert_eq!(name("signal: 9 (SIGKILL)", ""), "Killed");
    }

    #[test]
    fn a_crate_that_cannot_be_built_is_told_in_cargos_words() {
        let text = format!(
            "Compilation failed, but no parsable errors were found. STDERR:\nerror: {}\n   \
             Compiling bad v0.1.0\nerror[E0425]: cannot find value `x`\n --> src/lib.rs:1:1\n\n\
             STDOUT:\n",
            user_crates::FAILED
        );
        let error = message(&text);
        assert_eq!(error.ename, "DependencyFailed");
        assert_eq!(error.evalue, "error[E0425]: cannot find value `x`");
        assert!(error.traceback[0].ends_with("--> src/lib.rs:1:1"), "{:?}", error.traceback);
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(byte_at("aé\nxéy", 2, 3), Some(7));
        assert_eq!(byte_at("ab", 1, 9), Some(2));
    }
}
