//! Whether code may draw random numbers, which those that are drawn after them depend on.

use quote::ToTokens;
use std::collections::BTreeSet;
use syn::visit::Visit;
use syn::{Block, Expr, ExprArray, ExprCall, ExprMethodCall, ExprRepeat, Item, Macro, Stmt};

/// Methods of numbers, lists and tensors that draw nothing.
const CALM: &[&str] = &[
    "abs",
    "ceil",
    "chunks",
    "clone",
    "collect",
    "concat",
    "copied",
    "cos",
    "count",
    "dims",
    "enumerate",
    "exp",
    "filter",
    "find",
    "flat_map",
    "flatten_all",
    "floor",
    "fold",
    "i",
    "into_iter",
    "iter",
    "last",
    "len",
    "ln",
    "map",
    "matmul",
    "max",
    "mean_all",
    "min",
    "neg",
    "powf",
    "powi",
    "recip",
    "reshape",
    "rev",
    "round",
    "sin",
    "skip",
    "sqr",
    "sqrt",
    "squeeze",
    "step_by",
    "sum",
    "sum_all",
    "take",
    "tan",
    "tanh",
    "to_dtype",
    "to_owned",
    "to_scalar",
    "to_string",
    "to_vec",
    "to_vec0",
    "to_vec1",
    "to_vec2",
    "to_vec3",
    "unsqueeze",
    "windows",
    "zip",
];
/// Macros that draw nothing of their own.
const CALM_MACROS: [&str; 2] = ["vec", "format"];

/// Whether an expression may draw random numbers: it calls something that is neither known to draw
/// none nor one of the cell's own functions that draw none.
pub fn may_draw(expression: &Expr, cell: &Block) -> bool {
    let mut draws = Draws { cell, seen: BTreeSet::new(), found: false };
    draws.visit_expr(expression);
    draws.found
}

struct Draws<'a> {
    cell: &'a Block,
    /// The cell's functions that have been looked into.
    seen: BTreeSet<String>,
    found: bool,
}

impl Draws<'_> {
    fn call(&mut self, path: &syn::Path) {
        let Some(name) = path.get_ident().map(ToString::to_string) else {
            let text = path.to_token_stream().to_string().replace(' ', "");
            self.found |= text != "Tensor::new";
            return;
        };
        // `Some(x)` and the like are no calls.
        if name.starts_with(char::is_uppercase) || !self.seen.insert(name.clone()) {
            return;
        }
        let is_it = |statement: &&Stmt| matches!(statement, Stmt::Item(Item::Fn(it)) if it.sig.ident == name);
        match self.cell.stmts.iter().find(is_it) {
            Some(Stmt::Item(Item::Fn(function))) => self.visit_block(&function.block),
            _ => self.found = true,
        }
    }
}

impl Visit<'_> for Draws<'_> {
    fn visit_expr_call(&mut self, call: &ExprCall) {
        match &*call.func {
            Expr::Path(path) => self.call(&path.path),
            _ => self.found = true,
        }
        call.args.iter().for_each(|argument| self.visit_expr(argument));
    }

    fn visit_expr_method_call(&mut self, call: &ExprMethodCall) {
        self.found |= !CALM.iter().any(|name| call.method == name);
        syn::visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, call: &Macro) {
        let is_calm = CALM_MACROS.iter().any(|name| call.path.is_ident(name));
        match arguments(call).filter(|_| is_calm) {
            Some(arguments) => arguments.iter().for_each(|argument| self.visit_expr(argument)),
            None => self.found = true,
        }
    }
}

/// The expressions in a macro's brackets, where these are `a, b` or `a; b`.
fn arguments(call: &Macro) -> Option<Vec<Expr>> {
    let text = call.tokens.to_string();
    let list = |text: &str| syn::parse_str::<ExprArray>(&format!("[{text}]")).ok();
    let repeat = |text: &str| syn::parse_str::<ExprRepeat>(&format!("[{text}]")).ok();
    let listed = list(&text).map(|array| array.elems.into_iter().collect());
    listed.or_else(|| repeat(&text).map(|it| vec![*it.expr, *it.len]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expression: &str, expected: bool) {
        let cell =
            syn::parse_str("{ fn square(x: f64) -> f64 { x * x } fn toss() -> f64 { coin() } }");
        let expression = syn::parse_str(expression).unwrap();
        assert_eq!(may_draw(&expression, &cell.unwrap()), expected);
    }

    #[test]
    fn sums_of_known_parts_draw_nothing() {
        for expression in [
            "1.0 + 2.0 * x",
            "square(square(3.0)).sqrt()",
            "Some([1, 2].iter().map(|x| square(*x)).sum::<f64>())",
            "Tensor::new(&[1.0], &Device::Cpu)?",
            "vec![1.0; 4]",
            "[a[0], b.c]",
        ] {
            check(expression, false);
        }
    }

    #[test]
    fn what_is_not_known_may_draw() {
        for expression in [
            "randn(0.0, 1.0, 3, &Device::Cpu)?",
            "toss()",
            "EdgeConv::new(phi).forward(&x)?",
            "x.rand_like(0.0, 1.0)?",
            "vec![toss()]",
            "(f)(1)",
        ] {
            check(expression, true);
        }
    }
}
