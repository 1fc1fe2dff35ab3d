//! What a cell defines, and what it names.

mod define;
mod imports;
mod scan;
mod words;

pub(crate) use define::{Definition, Kind, Space, definitions};
pub(crate) use imports::imports;

use crate::rust::Code;
use define::bindings;
use quote::ToTokens;
use scan::scan;
use std::collections::BTreeSet;
use syn::Stmt;

/// One statement or item of a cell.
#[derive(Debug, Default)]
pub(crate) struct Unit {
    /// What it defines for the cells below.
    pub defines: Vec<Definition>,
    /// Whether it is an item, which names what it defines.
    pub is_item: bool,
    /// Every word in it, those in a macro's arguments and format strings included.
    pub words: BTreeSet<String>,
    /// The names that it takes from outside, and what they must be there.
    pub uses: BTreeSet<(Space, String)>,
}

impl Unit {
    /// Whether it defines something of that name.
    pub fn defines(&self, name: &str) -> bool {
        self.defines.iter().any(|own| own.name == name)
    }

    /// Whether it mentions what another statement or item defines.
    pub fn mentions(&self, name: &str) -> bool {
        self.words.contains(name) && !(self.is_item && self.defines(name))
    }
}

/// The statements and items of a cell.
pub(crate) fn units(code: &Code) -> Vec<Unit> {
    code.statements.iter().map(unit).collect()
}

/// The words of a text that could not be parsed.
pub(crate) fn words_of(text: &str) -> BTreeSet<String> {
    words::split(text).map(ToOwned::to_owned).collect()
}

fn unit(statement: &Stmt) -> Unit {
    let (defines, is_item) = match statement {
        Stmt::Local(local) => (bindings(&local.pat), false),
        Stmt::Item(item) => (definitions(item), true),
        Stmt::Expr(..) | Stmt::Macro(_) => (Vec::new(), false),
    };
    let mut words = BTreeSet::new();
    if let Stmt::Local(local) = statement {
        words::collect(local.pat.to_token_stream(), &mut words);
        // `let x = 1` mentions no `x`, `let x = x + 1` an earlier one.
        words.retain(|word| defines.iter().all(|own| own.name != *word));
        if let Some(init) = &local.init {
            words::collect(init.expr.to_token_stream(), &mut words);
            if let Some((_, diverging)) = &init.diverge {
                words::collect(diverging.to_token_stream(), &mut words);
            }
        }
    } else {
        words::collect(statement.to_token_stream(), &mut words);
    }
    Unit { defines, is_item, words, uses: scan(statement) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a cell uses, as `space name`, and what its units define.
    #[track_caller]
    fn check(source: &str, uses: &str, defines: &str) {
        let units = units(&Code::parse(source).unwrap());
        let used: BTreeSet<_> = units.iter().flat_map(|unit| &unit.uses).collect();
        let used: Vec<_> = used.iter().map(|(space, name)| format!("{space:?} {name}")).collect();
        let defined: Vec<_> = units.iter().flat_map(|it| &it.defines).map(|it| &*it.name).collect();
        assert_eq!((used.join(", "), defined.join(" ")), (uses.into(), defines.into()));
    }

    #[test]
    fn variables_and_items_are_defined() {
        check("let (a, B { c, d: e }) = f();", "Value f, Type B", "a c e");
        check("struct A; enum B { C } const D: A = 1; type E = A;", "Type A", "A B D E");
        check(
            "use a::{b, c as d, e::*, f::{self}}; macro_rules! g { () => {} }",
            "Macro macro_rules",
            "b d f g",
        );
        check("impl A { fn f() {} } mod m { fn g() {} }", "Type A", "m");
    }

    #[test]
    fn what_is_bound_inside_is_not_used() {
        check("fn f<T: A>(x: T) -> B { let y = x; y }", "Type A, Type B", "f");
        check("v.iter().map(|x| x + y)", "Value v, Value y", "");
        check("for i in a { if let Some(j) = i { g(j) } }", "Value a, Value g, Type Some", "");
        check("let x = x + 1;", "Value x", "x");
    }

    #[test]
    fn methods_fields_and_what_follows_a_colon_are_not_names() {
        check("a.b().c; d::e(); ::f::g(); self::h()", "Value a, Type d", "");
        check("S { field, other: x }", "Value field, Value x, Type S", "");
    }

    #[test]
    fn arguments_of_macros_are_uses() {
        check(
            "println!(\"{a} {:>w$} {{no}}\", b.c(), d = e);",
            "Value a, Value b, Value e, Value w, Macro println",
            "",
        );
        check("vec![x; n]", "Value n, Value x, Macro vec", "");
        check("print!(\"{}\", v.map(|x| x))", "Value v, Macro print", "");
    }

    #[test]
    fn every_word_is_mentioned() {
        let units =
            units(&Code::parse("matches!(a, B { c: _ } if d); println!(\"{e:.f$}\");").unwrap());
        for word in ["a", "B", "c", "d", "e", "f"] {
            assert!(units.iter().any(|unit| unit.mentions(word)), "{word}");
        }
    }
}
