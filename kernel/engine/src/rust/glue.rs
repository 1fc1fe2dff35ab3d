//! Rewrites the code that evcxr generates around a cell, line by line, so that positions stay.
//!
//! - What evcxr prints to report panics and errors becomes a call of the runtime, which tells the
//!   worker over the private channel: a cell that prints such a line just prints it.
//! - The variable store comes from the runtime instead of being compiled into every cell.
//! - Variables that the cell does not mention stay in the store, so that a cell costs what it
//!   uses and not what the notebook has piled up.

/// A cell as it is compiled.
pub struct Cell {
    /// The source.
    pub code: String,
    /// rustc's optimisation level.
    pub opt_level: u8,
}

const STORE_START: &str = "mod evcxr_internal_runtime {";
const STORE_INSTEAD: &str = "use candlelab::host::cell as evcxr_internal_runtime;";
const USER_FUNCTION: &str = "pub extern \"C\" fn run_user_code_";
const PANIC: &str = "println!(\"EVCXR_PANIC_NOTIFICATION\");";
const PANIC_INSTEAD: &str = "candlelab::host::cell::panicked();";
const ERROR: &str = "println!(\"{}\", evcxr_internal_runtime::USER_ERROR_OCCURRED);";
const ERROR_TEXT: &str = "eprintln!(\"{}\", error);";
const ERROR_INSTEAD: &str = "candlelab::host::cell::failed(&error);";
/// The expression that evcxr evaluates when it starts.
const FIRST: [&str; 3] = ["(", "42", ").evcxr_display();"];

/// Rewrites generated code; code of an unknown form is left as it is.
pub fn rewrite(source: &str) -> Cell {
    let mut lines: Vec<&str> = source.lines().collect();
    // Users' items come first, the generated function and the cell's statements last.
    let function = lines.iter().rposition(|line| line.starts_with(USER_FUNCTION));
    if let Some(function) = function {
        replace_store(&mut lines[..function]);
        replace_error(&mut lines[..function]);
        if let Some(panic) = lines.iter().rposition(|line| line.trim() == PANIC) {
            lines[panic] = PANIC_INSTEAD;
        }
        drop_first(&mut lines[function..]);
        drop_unmentioned(&mut lines[function..]);
    }
    let opt_level = opt_level(&lines);
    Cell { code: lines.join("\n") + "\n", opt_level }
}

fn replace_store(lines: &mut [&str]) {
    let Some(start) = lines.iter().rposition(|line| *line == STORE_START) else { return };
    // The function's attribute stands between the store and the function.
    let end = lines.len() - 1;
    for line in &mut lines[start..end] {
        *line = "";
    }
    lines[start] = STORE_INSTEAD;
}

fn replace_error(lines: &mut [&str]) {
    let Some(marker) = lines.iter().rposition(|line| line.trim() == ERROR) else { return };
    lines[marker] = ERROR_INSTEAD;
    if let Some(text) = lines[..marker].iter().rposition(|line| line.trim() == ERROR_TEXT) {
        lines[text] = "";
    }
}

fn drop_first(lines: &mut [&str]) {
    if let Some(start) = lines.windows(3).position(|window| window == FIRST) {
        lines[start..start + 3].fill("");
    }
}

/// The variable that a line of glue concerns.
fn variable_of<'a>(line: &'a str) -> Option<&'a str> {
    let line = line.trim();
    let name = |text: &'a str| Some(text.rsplit_once("(stringify!(")?.1.split(')').next()?.trim());
    let check = line.starts_with("vars_ok &= evcxr_variable_store.check_variable::<");
    let put = line.starts_with("evcxr_variable_store.put_variable::<");
    let take =
        line.starts_with("let ") && line.contains(" = evcxr_variable_store.take_variable::<");
    if check || put || take { name(line) } else { None }
}

fn drop_unmentioned(lines: &mut [&str]) {
    let own = lines.iter().filter(|line| variable_of(line).is_none());
    let words: std::collections::HashSet<String> = own.flat_map(|line| words(line)).collect();
    for line in lines {
        if variable_of(line).is_some_and(|name| !words.contains(name)) {
            *line = "";
        }
    }
}

fn words(line: &str) -> impl Iterator<Item = String> {
    line.split(|character: char| !(character.is_alphanumeric() || character == '_'))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
}

/// 2 for code with loops or iterators of its own, where optimisation pays; otherwise 0, where
/// compiling is fastest: the runtime is optimised in any case.
fn opt_level(lines: &[&str]) -> u8 {
    let repeats = |line: &&str| {
        let code = line.split("//").next().unwrap_or_default();
        words(code).any(|word| ["for", "while", "loop"].contains(&word.as_str()))
            || [".map(", ".fold(", ".sum", ".for_each("].iter().any(|call| code.contains(call))
    };
    if lines.iter().any(repeats) { 2 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GENERATED: &str = r#"#![allow(unused_imports, unused_mut, dead_code)]
fn mine() { println!("EVCXR_PANIC_NOTIFICATION"); }
impl<T: std::fmt::Display> From<T> for EvcxrUserCodeError {
eprintln!("{}", error);
println!("{}", evcxr_internal_runtime::USER_ERROR_OCCURRED);
}
mod evcxr_internal_runtime {
pub struct VariableStore {}
}
#[unsafe(no_mangle)]
pub extern "C" fn run_user_code_1(
vars_ok &= evcxr_variable_store.check_variable::<i32>(stringify!(a));
vars_ok &= evcxr_variable_store.check_variable::<i32>(stringify!(b));
let a = evcxr_variable_store.take_variable::<i32>(stringify!(a));
let mut b = evcxr_variable_store.take_variable::<i32>(stringify!(b));
println!("{a}");
  Err(_) => {
    println!("EVCXR_PANIC_NOTIFICATION");
evcxr_variable_store.put_variable::<i32>(stringify!(a), a);
evcxr_variable_store.put_variable::<i32>(stringify!(b), b);
"#;

    #[test]
    fn lines_keep_their_numbers() {
        assert_eq!(rewrite(GENERATED).code.lines().count(), GENERATED.lines().count());
    }

    #[test]
    fn markers_become_calls_but_users_lines_stay() {
        let code = rewrite(GENERATED).code;
        assert!(code.contains("fn mine() { println!(\"EVCXR_PANIC_NOTIFICATION\"); }"));
        assert!(code.contains(PANIC_INSTEAD) && code.contains(ERROR_INSTEAD));
        assert!(code.contains(STORE_INSTEAD) && !code.contains("pub struct VariableStore"));
    }

    #[test]
    fn only_mentioned_variables_are_moved() {
        let code = rewrite(GENERATED).code;
        assert_eq!(code.matches("stringify!(a)").count(), 3);
        assert_eq!(code.matches("stringify!(b)").count(), 0);
    }

    #[test]
    fn loops_are_optimised() {
        assert_eq!(rewrite("for i in 0..3 {}").opt_level, 2);
        assert_eq!(rewrite("let x = 1; // for now").opt_level, 0);
    }
}
