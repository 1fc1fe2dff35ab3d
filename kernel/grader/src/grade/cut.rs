//! Cuts a check in two.

use super::hidden;
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

/// One half of the check in a cell; `elsewhere` is every name in the other cells.
///
/// # Errors
/// If there is not exactly one, or it is used in a way that cannot be cut: says which.
pub fn cut(
    source: &str,
    side: Side,
    nonce: &str,
    students: &Students,
    elsewhere: &BTreeSet<String>,
) -> Result<String, String> {
    let mut block: Block = syn::parse_str(&format!("{{\n{source}\n}}"))
        .map_err(|error| format!("it is no Rust: {error}"))?;
    if side == Side::Lab {
        hidden::mark(&mut block, source);
    }
    let students = students.with_locals(&block);
    let mut cutter = Cutter { side, nonce, students: &students, found: 0, problem: None };
    cutter.visit_block_mut(&mut block);
    match (cutter.problem, cutter.found) {
        (Some(problem), _) => Err(problem),
        (None, 1) => {
            if side == Side::Student {
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
    side: Side,
    nonce: &'a str,
    students: &'a Students,
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
        let (side, students) = (self.side, self.students);
        let mut uses = Uses { side, students, parameter: &parameter, problem: None };
        uses.visit_expr_mut(&mut closure.body);
        if let Some(problem) = uses.problem {
            return Err(problem);
        }
        let nonce = self.nonce;
        // In brackets, since a line that begins with a colon is a command.
        *call = match self.side {
            Side::Student => parse_quote!((::candlelab::check::probe)(#nonce, #name, #closure)),
            Side::Lab => parse_quote!((::candlelab::check::expect)(#nonce, #name, #closure)),
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
        Some(match (self.side, method, arguments) {
            (Side::Student, "close", [actual, expected, ..]) if theirs(expected) => {
                ("pair", vec![borrowed(actual), borrowed(expected)])
            }
            (Side::Student, "equal", [actual, expected, _]) if theirs(expected) => {
                ("same", vec![actual.clone(), expected.clone()])
            }
            (Side::Student, "equal", [actual, ..]) => ("text", vec![borrowed(actual)]),
            (Side::Student, "holds", [condition, _]) => ("truth", vec![condition.clone()]),
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
            (Side::Lab, "close", [_, expected, tolerance, idea]) if theirs(expected) => {
                ("pair", vec![tolerance.clone(), idea.clone()])
            }
            (Side::Lab, "close", [_, rest @ ..]) => {
                ("close", [vec![borrowed(rest.first()?)], rest[1..].to_vec()].concat())
            }
            (Side::Lab, "gradient", [_, _, _, tolerance, idea]) => {
                ("pair", vec![tolerance.clone(), idea.clone()])
            }
            (Side::Lab, "equal", [_, expected, idea]) if theirs(expected) => {
                ("same", vec![idea.clone()])
            }
            (Side::Lab, "equal", all) => ("equal", all.to_vec()),
            (Side::Lab, "shape", [_, rest @ ..]) => ("shape", rest.to_vec()),
            (Side::Lab, "at_least", [_, rest @ ..]) => ("at_least", rest.to_vec()),
            (Side::Lab, "at_most", [_, rest @ ..]) => ("at_most", rest.to_vec()),
            (Side::Lab, "error_message", [_, rest @ ..]) => ("error", rest.to_vec()),
            (Side::Lab, "within_restarts", all) => ("restarts", all.to_vec()),
            (Side::Lab, "holds" | "finite" | "probability", [_, idea]) => {
                ("plain", vec![parse_quote!(#method), idea.clone()])
            }
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
            Ok("done")
        })?;"#;

    #[track_caller]
    fn half(side: Side, expected: &[&str], absent: &[&str]) {
        let students = Students::named(["square"]);
        let text = cut(CHECK, side, "n0nce", &students, &BTreeSet::new()).unwrap().replace(' ', "");
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
                r#"(::candlelab::check::probe)("n0nce", "a", |c|"#,
                "c.numbers(&(square(x)))?",
                "c.pair(&(square(y)), &(y * y))?",
                "c.text(&(names()))?",
                "c.truth(y > 3.0)?",
            ],
            &["1e-9", "again", "\"large\"", "vec", "twice"],
        );
    }

    #[test]
    fn the_labs_half_knows_no_student() {
        half(
            Side::Lab,
            &[
                r#"c.close(&(x * x), 1e-9, "a square")?"#,
                r#"c.pair(1e-9, "again")?"#,
                r#"c.equal(names(), vec!["a"], "names")?"#,
                r#"c.plain("holds", "large")?"#,
            ],
            &["square(x)"],
        );
    }

    #[track_caller]
    fn fails(source: &str, expected: &str) {
        let problem =
            cut(source, Side::Student, "", &Students::named([]), &BTreeSet::new()).unwrap_err();
        assert_eq!(problem, expected);
    }

    #[test]
    fn what_cannot_be_graded_is_said() {
        fails("1 + 1", "a graded cell has one call of `check`, this one 0");
        fails("check(1)?;", "`check` is called with a name, its points and a closure");
        let other = r#"check("a", 1, |c| { c.guess(1)?; Ok("") })?;"#;
        fails(other, "`c . guess (1)` cannot be graded");
    }
}
