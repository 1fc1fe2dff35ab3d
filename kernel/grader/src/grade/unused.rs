//! Takes out of a half what only the other half needs.

use super::random::may_draw;
use super::students::{bound, words};
use quote::ToTokens;
use std::collections::BTreeSet;
use syn::visit_mut::{VisitMut, visit_block_mut};
use syn::{Block, Item, Stmt};

/// Removes functions, constants and variables that nothing else mentions: what they hold may be
/// just what a student's process must not know. What the cell itself defines is needed where it is
/// among the names `elsewhere`, and a variable where its value may be drawn at random: without it,
/// what is drawn later would be something else than in the other half.
pub fn remove_unused(block: &mut Block, elsewhere: &BTreeSet<String>) {
    loop {
        let before = block.to_token_stream().to_string().len();
        let all = block.clone();
        Remover { all: &all, elsewhere, depth: 0 }.visit_block_mut(block);
        if block.to_token_stream().to_string().len() == before {
            return;
        }
    }
}

struct Remover<'a> {
    all: &'a Block,
    elsewhere: &'a BTreeSet<String>,
    depth: usize,
}

impl VisitMut for Remover<'_> {
    fn visit_block_mut(&mut self, block: &mut Block) {
        block.stmts.retain(|statement| self.is_needed(statement));
        self.depth += 1;
        visit_block_mut(self, block);
        self.depth -= 1;
    }
}

impl Remover<'_> {
    fn is_needed(&self, statement: &Stmt) -> bool {
        let names: BTreeSet<String> = match statement {
            Stmt::Local(local) => match &local.init {
                Some(init) if may_draw(&init.expr, self.all) => return true,
                _ => bound(&local.pat),
            },
            Stmt::Item(Item::Fn(item)) => BTreeSet::from([item.sig.ident.to_string()]),
            Stmt::Item(Item::Const(item)) => BTreeSet::from([item.ident.to_string()]),
            Stmt::Item(Item::Static(item)) => BTreeSet::from([item.ident.to_string()]),
            _ => return true,
        };
        let count = |tokens: proc_macro2::TokenStream, name: &String| {
            words(tokens).into_iter().filter(|word| word == name).count()
        };
        let is_mentioned = |name: &String| {
            let own = count(statement.to_token_stream(), name);
            let is_elsewhere = self.depth == 0 && self.elsewhere.contains(name);
            is_elsewhere || name.starts_with('_') || count(self.all.to_token_stream(), name) > own
        };
        names.is_empty() || names.iter().any(is_mentioned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_of_what_nobody_needs_go() {
        let source = "{
            fn square(x: f64) -> f64 { x * x }
            const KEY: f64 = 3.0;
            fn double(x: f64) -> f64 { x + x }
            check(|c| {
                let a = KEY;
                let b = square(a);
                let kept = answer();
                let drawn = randn(0.0, 1.0);
                let _ = 1;
                c.numbers(kept)
            });
        }";
        let mut block: Block = syn::parse_str(source).unwrap();
        remove_unused(&mut block, &["double", "a"].map(ToOwned::to_owned).into());
        let expected = "{ fn double(x: f64) -> f64 { x + x } check(|c| { let kept = answer(); let drawn = randn(0.0, 1.0); let _ = 1; c.numbers(kept) }); }";
        let expected: Block = syn::parse_str(expected).unwrap();
        assert_eq!(block.to_token_stream().to_string(), expected.to_token_stream().to_string());
    }
}
