//! Cuts a check in two.

use super::hidden::{self, COMPARISONS};
use super::students::Students;
use super::unused::remove_unused;
use quote::quote;
use std::collections::BTreeSet;
use syn::punctuated::Punctuated;
use syn::visit_mut::{VisitMut, visit_expr_method_call_mut, visit_expr_mut};
use syn::{Block, Expr, ExprCall, ExprClosure, ExprMethodCall, Ident, Pat, Token, parse_quote};

/// Which half of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What the student's code gives.
    Student,
    /// What the lab expects.
    Lab,
}

/// How to cut a check.
pub struct Cut<'a> {
    /// The half that stays.
    pub side: Side,
    /// What its examples are drawn from, where it draws them.
    pub seed: u64,
    /// By which the grader knows what it tells.
    pub nonce: &'a str,
    /// What in the lab is the student's.
    pub students: &'a Students,
}

/// One half of the check in a cell; `elsewhere` is every name in the other cells.
///
/// # Errors
/// If there is not exactly one, or it is used in a way that cannot be cut: says which.
pub fn cut(source: &str, how: &Cut, elsewhere: &BTreeSet<String>) -> Result<String, String> {
    let mut block: Block = syn::parse_str(&format!("{{\n{source}\n}}"))
        .map_err(|error| format!("it is no Rust: {error}"))?;
    if how.side == Side::Lab {
        hidden::mark(&mut block, source);
    }
    let students = how.students.with_locals(&block);
    let how = Cut { students: &students, ..*how };
    let mut cutter = Cutter { how: &how, found: 0, problem: None };
    cutter.visit_block_mut(&mut block);
    match (cutter.problem, cutter.found) {
        (Some(problem), _) => Err(problem),
        (None, 1) => {
            if how.side == Side::Student {
                remove_unused(&mut block, elsewhere);
            }
            let statements = &block.stmts;
            Ok(quote!(#(#statements)*).to_string())
        }
        (None, found) => Err(format!("a graded cell has one call of `check`, this one {found}")),
    }
}

/// Finds the call of `check`.
struct Cutter<'a> {
    how: &'a Cut<'a>,
    found: usize,
    problem: Option<String>,
}

impl VisitMut for Cutter<'_> {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        match expression {
            Expr::Call(call) if is_check(call) => {
                self.found += 1;
                if let Err(problem) = self.cut(call) {
                    self.problem.get_or_insert(problem);
                }
            }
            _ => visit_expr_mut(self, expression),
        }
    }
}

fn is_check(call: &ExprCall) -> bool {
    matches!(&*call.func, Expr::Path(path) if path.path.is_ident("check"))
}

impl Cutter<'_> {
    fn cut(&self, call: &mut ExprCall) -> Result<(), String> {
        let arguments: Vec<&Expr> = call.args.iter().collect();
        let [name, _points, Expr::Closure(closure)] = arguments[..] else {
            return Err("`check` is called with a name, its points and a closure".into());
        };
        let mut closure: ExprClosure = closure.clone();
        let parameter = match closure.inputs.first() {
            Some(Pat::Ident(pattern)) => pattern.ident.clone(),
            _ => return Err("the closure of `check` takes one name, such as `|c|`".into()),
        };
        let Cut { side, seed, nonce, students } = *self.how;
        let mut uses = Uses { side, students, parameter: &parameter, problem: None };
        uses.visit_expr_mut(&mut closure.body);
        if let Some(problem) = uses.problem {
            return Err(problem);
        }
        // In brackets, since a line that begins with a colon is a command.
        *call = match side {
            Side::Student => {
                parse_quote!((::candlelab::check::probe)(#nonce, #seed, #name, #closure))
            }
            Side::Lab => parse_quote!((::candlelab::check::expect)(#nonce, #seed, #name, #closure)),
        };
        Ok(())
    }
}

/// Finds the comparisons of a check.
struct Uses<'a> {
    side: Side,
    students: &'a Students,
    parameter: &'a Ident,
    problem: Option<String>,
}

impl VisitMut for Uses<'_> {
    fn visit_expr_method_call_mut(&mut self, call: &mut ExprMethodCall) {
        visit_expr_method_call_mut(self, call);
        if matches!(&*call.receiver, Expr::Path(path) if path.path.is_ident(self.parameter)) {
            let arguments: Vec<Expr> = call.args.iter().cloned().collect();
            match self.half(&call.method.to_string(), &arguments) {
                Some((method, arguments)) => {
                    call.method = Ident::new(method, call.method.span());
                    call.args = arguments.into_iter().collect::<Punctuated<Expr, Token![,]>>();
                }
                None => {
                    let text = quote!(#call).to_string();
                    self.problem.get_or_insert(format!("`{text}` cannot be graded"));
                }
            }
        }
    }
}

impl Uses<'_> {
    /// The method and the arguments that stand in place of a comparison.
    fn half(&self, method: &str, arguments: &[Expr]) -> Option<(&'static str, Vec<Expr>)> {
        let borrowed = |it: &Expr| -> Expr { parse_quote!(&(#it)) };
        let theirs = |it: &Expr| self.students.are_in(it);
        let all = || arguments.to_vec();
        Some(match (self.side, method, arguments) {
            (_, "seed", []) => ("seed", Vec::new()),
            (Side::Student, "close", [actual, expected, ..]) if theirs(expected) => {
                ("pair", vec![borrowed(actual), borrowed(expected)])
            }
            (Side::Student, "equal", [actual, expected, _]) if theirs(expected) => {
                ("same", vec![actual.clone(), expected.clone()])
            }
            (Side::Student, "equal", [actual, ..]) => ("text", vec![borrowed(actual)]),
            (Side::Student, "holds", [condition, _]) => ("truth", vec![condition.clone()]),
            (Side::Student, "at_least" | "at_most", [actual, bound, _]) if theirs(bound) => {
                ("pair", vec![borrowed(actual), borrowed(bound)])
            }
            (Side::Student, "shape", [actual, expected, _]) if theirs(expected) => {
                ("same_dims", vec![actual.clone(), expected.clone()])
            }
            (Side::Student, "shape", [actual, ..]) => ("dims", vec![actual.clone()]),
            (Side::Student, "gradient", [f, at, claimed, ..]) => {
                ("gradient", vec![f.clone(), at.clone(), borrowed(claimed)])
            }
            (Side::Student, "error_message", [result, ..]) => ("error", vec![result.clone()]),
            (Side::Student, "within_restarts", [restarts, attempt, _]) => {
                ("restarts", vec![restarts.clone(), attempt.clone()])
            }
            (
                Side::Student,
                "close" | "at_least" | "at_most" | "finite" | "probability",
                [actual, ..],
            ) => ("numbers", vec![borrowed(actual)]),
            (Side::Lab, "close", [_, expected, ..]) if theirs(expected) => ("pair", all()),
            (Side::Lab, "equal", [_, expected, _]) if theirs(expected) => ("same", all()),
            (Side::Lab, "shape", [_, expected, _]) if theirs(expected) => ("same_dims", all()),
            (Side::Lab, "at_least" | "at_most", [_, bound, _]) if theirs(bound) => {
                ("bound", [vec![parse_quote!(#method)], all()].concat())
            }
            (Side::Lab, _, _) => (*COMPARISONS.iter().find(|known| **known == method)?, all()),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHECK: &str = r#"
        fn twice(x: f64) -> f64 { x + x }
        check("a", 2, |c| {
            let y = square(2.0);
            for x in [1.0, 3.0] {
                c.close(square(x), x * x, 1e-9, "a square")?;
            }
            c.close(square(y), y * y, 1e-9, "again")?;
            c.equal(names(), vec!["a"], "names")?;
            c.holds(y > 3.0, "large")?;
            c.at_most(square(0.5), 0.1 * y, "small")?;
            Ok("done")
        })?;"#;

    #[track_caller]
    fn half(side: Side, expected: &[&str], absent: &[&str]) {
        let students = &Students::named(["square"]);
        let how = Cut { side, seed: 7, nonce: "n0nce", students };
        let text = cut(CHECK, &how, &BTreeSet::new()).unwrap().replace(' ', "");
        for part in expected {
            assert!(text.contains(&part.replace(' ', "")), "{part} is not in {text}");
        }
        for part in absent {
            assert!(!text.contains(part), "{part} is in {text}");
        }
    }

    #[test]
    fn the_students_half_knows_no_expected_value() {
        half(
            Side::Student,
            &[
                r#"(::candlelab::check::probe)("n0nce", 7u64, "a", |c|"#,
                "c.numbers(&(square(x)))?",
                "c.pair(&(square(y)), &(y * y))?",
                "c.text(&(names()))?",
                "c.truth(y > 3.0)?",
                "c.pair(&(square(0.5)), &(0.1 * y))?",
            ],
            &["1e-9", "again", "\"large\"", "small", "vec", "twice"],
        );
    }

    #[test]
    fn the_labs_half_says_what_depends_on_the_student() {
        half(
            Side::Lab,
            &[
                r#"c.close(square(x), x * x, 1e-9, "a square")?"#,
                r#"c.pair(square(y), y * y, 1e-9, "again")?"#,
                r#"c.equal(names(), vec!["a"], "names")?"#,
                r#"c.holds(y > 3.0, "large")?"#,
                r#"c.bound("at_most", square(0.5), 0.1 * y, "small")?"#,
            ],
            &["probe"],
        );
    }

    #[track_caller]
    fn fails(source: &str, expected: &str) {
        let students = &Students::named([]);
        let how = Cut { side: Side::Student, seed: 7, nonce: "", students };
        assert_eq!(cut(source, &how, &BTreeSet::new()).unwrap_err(), expected);
    }

    #[test]
    fn what_cannot_be_graded_is_said() {
        fails("1 + 1", "a graded cell has one call of `check`, this one 0");
        fails("check(1)?;", "`check` is called with a name, its points and a closure");
        let other = r#"check("a", 1, |c| { c.guess(1)?; Ok("") })?;"#;
        fails(other, "`c . guess (1)` cannot be graded");
    }
}
