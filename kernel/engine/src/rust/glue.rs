//! Rewrites the code that evcxr generates around a cell, line by line, so that positions stay.
//!
//! - What evcxr prints to report panics and errors becomes a call of the runtime, which tells the
//!   worker over the private channel: a cell that prints such a line just prints it.
//! - The variable store comes from the runtime instead of being compiled into every cell.
//! - Variables that the cell does not mention stay in the store, so that a cell costs what it
//!   uses and not what the notebook has piled up.
//! - Those that it defines anew go back into the store where it fails ([`mod@rebound`]).
//! - Items that it does not use are left out ([`mod@used`]).

mod definitions;
mod order;
mod rebound;
mod used;

pub use rebound::Rebound;

use definitions::Definitions;
use ra_ap_syntax::ast::{self, AstNode};
use ra_ap_syntax::{Edition, SourceFile, SyntaxKind, SyntaxNode};
use rebound::PutBack;
use std::collections::HashSet;
use used::{Items, Part};

/// A cell as it is compiled.
pub struct Cell {
    /// The source, line for line as evcxr knows it.
    pub code: String,
    /// The same in an order that does not change from run to run, to know the cell again.
    pub ordered: Option<String>,
    /// rustc's optimisation level.
    pub opt_level: u8,
    /// Whether something was left out that it does not seem to use.
    pub is_cut: bool,
    put_backs: Vec<PutBack>,
}

impl Cell {
    /// Gives up on old values that the cell moves, as rustc has just said; false where it has said
    /// nothing of the kind.
    pub fn drop_moved(&mut self, said: &str) -> bool {
        rebound::drop_moved(&mut self.code, &mut self.put_backs, said)
    }
}

/// The variables of earlier cells that generated code defines anew.
pub fn rebound(generated: &str) -> Vec<Rebound> {
    rebound::rebound(&generated.lines().collect::<Vec<_>>())
}

/// What a cell's function is called, whichever cell it is.
pub const FUNCTION: &str = "run_user_code";

const STORE_START: &str = "mod evcxr_internal_runtime {";
const STORE_INSTEAD: &str = "use candlelab::host::cell as evcxr_internal_runtime;";
const USER_FUNCTION: &str = "pub extern \"C\" fn run_user_code_";
const CATCH: &str = "match std::panic::catch_unwind(";
const CATCH_INSTEAD: &str = "candlelab::host::cell::started(); match std::panic::catch_unwind(";
const PANIC: &str = "println!(\"EVCXR_PANIC_NOTIFICATION\");";
const PANIC_INSTEAD: &str = "candlelab::host::cell::panicked();";
const ERROR: &str = "println!(\"{}\", evcxr_internal_runtime::USER_ERROR_OCCURRED);";
const ERROR_TEXT: &str = "eprintln!(\"{}\", error);";
const ERROR_FROM: &str = "fn from(error: T) -> Self {";
/// The place of the `?` then comes with the error.
const ERROR_FROM_INSTEAD: &str = "#[track_caller] fn from(error: T) -> Self {";
const ERROR_INSTEAD: &str = "candlelab::host::cell::failed(&error);";
/// The expression that evcxr evaluates when it starts.
const FIRST: [&str; 3] = ["(", "42", ").evcxr_display();"];

/// Rewrites generated code; code of an unknown form is left as it is. Where it is known what the
/// `user` wrote in this cell, what the cell does not use is left out.
pub fn rewrite(source: &str, user: Option<&str>) -> Cell {
    let mut lines: Vec<String> = source.lines().map(str::to_owned).collect();
    // Users' items come first, the generated function and the cell's statements last.
    let function = lines.iter().rposition(|line| line.starts_with(USER_FUNCTION));
    let (mut ordered, mut is_cut, mut put_backs) = (None, false, Vec::new());
    if let Some(function) = function {
        let definitions = Definitions::of(&lines[..function].join("\n"));
        let (before, after) = lines.split_at_mut(function);
        after[0] = format!("pub extern \"C\" fn {FUNCTION}(");
        replace_store(before);
        replace_error(before);
        if let Some(catch) = after.iter().position(|line| line.trim() == CATCH) {
            after[catch] = CATCH_INSTEAD.into();
        }
        if let Some(panic) = after.iter().rposition(|line| line.trim() == PANIC) {
            after[panic] = PANIC_INSTEAD.into();
        }
        drop_first(after);
        let checks = rewrite_variables(after, &definitions);
        put_backs = rebound::give_back(after, &definitions);
        // The function's attribute stands above it.
        let items = function.saturating_sub(1);
        is_cut = user.is_some_and(|user| {
            leave_out(&mut before[..items], after, &checks, user, &definitions)
        });
        ordered = order::ordered(&lines, items);
    }
    let code = lines.join("\n") + "\n";
    Cell { opt_level: opt_level(&code), code, ordered, is_cut, put_backs }
}

fn replace_store(lines: &mut [String]) {
    let Some(start) = lines.iter().rposition(|line| line == STORE_START) else { return };
    // The function's attribute stands between the store and the function.
    let end = lines.len() - 1;
    lines[start..end].fill(String::new());
    lines[start] = STORE_INSTEAD.into();
}

fn replace_error(lines: &mut [String]) {
    let Some(marker) = lines.iter().rposition(|line| line.trim() == ERROR) else { return };
    lines[marker] = ERROR_INSTEAD.into();
    if let Some(text) = lines[..marker].iter().rposition(|line| line.trim() == ERROR_TEXT) {
        lines[text].clear();
    }
    if let Some(from) = lines[..marker].iter().rposition(|line| line.trim() == ERROR_FROM) {
        lines[from] = ERROR_FROM_INSTEAD.into();
    }
}

fn drop_first(lines: &mut [String]) {
    if let Some(start) = lines.windows(3).position(|window| window == FIRST) {
        lines[start..start + 3].fill(String::new());
    }
}

/// What a line of glue does with a variable.
#[derive(Clone, Copy, PartialEq)]
enum Use {
    Check,
    Take,
    Put,
}

/// The variable that a line of glue concerns, and its type.
fn variable_of(line: &str) -> Option<(Use, &str, &str)> {
    let line = line.trim();
    let kind = if line.starts_with("vars_ok &= evcxr_variable_store.check_variable::<") {
        Use::Check
    } else if line.starts_with("evcxr_variable_store.put_variable::<") {
        Use::Put
    } else if line.starts_with("let ") && line.contains(" = evcxr_variable_store.take_") {
        Use::Take
    } else {
        return None;
    };
    let (before, after) = line.rsplit_once(">(stringify!(")?;
    Some((kind, after.split(')').next()?.trim(), before.split_once("::<")?.1))
}

/// Gives each variable the fingerprint of its type, and leaves those in the store that the cell
/// does not mention. A type of the notebook's own is checked in any case, since it may just have
/// changed; gives the lines that do nothing else.
fn rewrite_variables(lines: &mut [String], definitions: &Definitions) -> Vec<usize> {
    let own = lines.iter().filter(|line| variable_of(line).is_none());
    let words: HashSet<String> = own.flat_map(|line| words(line)).map(str::to_owned).collect();
    let mut checks = Vec::new();
    for (at, line) in lines.iter_mut().enumerate() {
        let Some((kind, name, type_name)) = variable_of(line) else { continue };
        let (is_mentioned, definition) = (words.contains(name), definitions.fingerprint(type_name));
        if !is_mentioned && (kind != Use::Check || definition == 0) {
            line.clear();
            continue;
        }
        if !is_mentioned {
            checks.push(at);
        }
        if kind != Use::Take {
            let name = format!("stringify!({name})");
            *line = line.replacen(&name, &format!("{name}, {definition}"), 1);
        }
    }
    checks
}

/// Leaves out the items that a cell does not use, and of its `checks` of variables those whose types
/// it does not use; says whether there were any.
fn leave_out(
    items: &mut [String],
    code: &mut [String],
    checks: &[usize],
    user: &str,
    definitions: &Definitions,
) -> bool {
    let mut text = items.join("\n");
    let Some(all) = Items::of(&text) else { return false };
    let part = |at: &usize| {
        let (.., type_name) = variable_of(&code[*at])?;
        let names = definitions.within(type_name).into_iter().cloned().collect();
        Some(Part::of_definitions(&code[*at], names))
    };
    let parts: Vec<Part> = checks.iter().filter_map(part).collect();
    let others = code.iter().enumerate().filter(|(at, _)| !checks.contains(at));
    let mentioned: Vec<&str> = others.map(|(_, line)| line.as_str()).chain([user]).collect();
    let is_used = all.keep_used(&mentioned, &parts, &mut text);
    for (at, _) in checks.iter().zip(is_used).filter(|(_, is_used)| !is_used) {
        code[*at].clear();
    }
    let mut is_cut = false;
    for (line, left) in items.iter_mut().zip(text.split('\n')) {
        is_cut |= line != left;
        left.clone_into(line);
    }
    is_cut
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !(character.is_alphanumeric() || character == '_'))
        .filter(|word| !word.is_empty())
}

/// 2 for code with loops or iterators of its own, where optimisation pays; otherwise 0, where
/// compiling is fastest: the runtime is optimised in any case.
fn opt_level(code: &str) -> u8 {
    let tree = SourceFile::parse(code, Edition::Edition2024).syntax_node();
    let repeats = |node: SyntaxNode| match node.kind() {
        SyntaxKind::FOR_EXPR | SyntaxKind::WHILE_EXPR | SyntaxKind::LOOP_EXPR => true,
        SyntaxKind::METHOD_CALL_EXPR => ast::MethodCallExpr::cast(node)
            .and_then(|call| call.name_ref())
            .is_some_and(|name| ["map", "fold", "sum", "for_each"].contains(&name.text())),
        _ => false,
    };
    if tree.descendants().any(repeats) { 2 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GENERATED: &str = r#"#![allow(unused_imports, unused_mut, dead_code)]
struct Own;
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
vars_ok &= evcxr_variable_store.check_variable::<Vec<Own>>(stringify!(c));
let a = evcxr_variable_store.take_variable::<i32>(stringify!(a));
let mut b = evcxr_variable_store.take_variable::<i32>(stringify!(b));
let c = evcxr_variable_store.take_variable::<Vec<Own>>(stringify!(c));
match std::panic::catch_unwind(
println!("{a}");
  Err(_) => {
    println!("EVCXR_PANIC_NOTIFICATION");
evcxr_variable_store.put_variable::<i32>(stringify!(a), a);
evcxr_variable_store.put_variable::<i32>(stringify!(b), b);
"#;

    #[test]
    fn lines_keep_their_numbers() {
        assert_eq!(rewrite(GENERATED, None).code.lines().count(), GENERATED.lines().count());
    }

    #[test]
    fn markers_become_calls_but_users_lines_stay() {
        let code = rewrite(GENERATED, None).code;
        assert!(code.contains(
            "struct Own;
fn mine() { println!(\"EVCXR_PANIC_NOTIFICATION\"); }"
        ));
        assert!(code.contains(PANIC_INSTEAD) && code.contains(ERROR_INSTEAD));
        assert!(code.contains(STORE_INSTEAD) && !code.contains("pub struct VariableStore"));
    }

    #[test]
    fn only_mentioned_variables_are_moved() {
        let code = rewrite(GENERATED, None).code;
        assert_eq!(code.matches("stringify!(a)").count(), 3);
        assert_eq!(code.matches("stringify!(b)").count(), 0);
        assert!(code.contains("put_variable::<i32>(stringify!(a), 0, a);"));
    }

    #[test]
    fn types_of_the_notebook_are_checked_in_any_case() {
        let code = rewrite(GENERATED, None).code;
        let check = code.lines().find(|line| line.contains("stringify!(c)")).unwrap();
        assert!(check.contains("check_variable") && !check.contains("(c), 0)"), "{check}");
    }

    #[test]
    fn what_a_cell_does_not_use_is_left_out() {
        // The body of the function in there would be no Rust.
        let body = "eprintln!(\"{}\", error);\n\
                    println!(\"{}\", evcxr_internal_runtime::USER_ERROR_OCCURRED);\n";
        let generated = &GENERATED.replace(body, "");
        let code = rewrite(generated, Some("a + 1")).code;
        assert!(!code.contains("struct Own") && !code.contains("fn mine"), "{code}");
        assert!(!code.contains("stringify!(c)") && code.contains("stringify!(a)"), "{code}");
        assert_eq!(code.lines().count(), generated.lines().count());
        // A cell that defines the type anew may have made what there was useless.
        let code = rewrite(generated, Some("struct Own;")).code;
        assert!(code.contains("struct Own") && code.contains("stringify!(c)"), "{code}");
    }

    #[test]
    fn the_cell_says_when_it_has_its_variables() {
        assert_eq!(rewrite(GENERATED, None).code.matches(CATCH_INSTEAD).count(), 1);
    }

    #[test]
    fn loops_are_optimised() {
        assert_eq!(rewrite("fn f() { for i in 0..3 {} }", None).opt_level, 2);
        assert_eq!(rewrite("fn f() { v.iter().map(g); }", None).opt_level, 2);
        assert_eq!(rewrite("impl A for B { fn f() {} } // for now", None).opt_level, 0);
    }
}
