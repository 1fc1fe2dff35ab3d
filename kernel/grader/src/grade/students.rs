//! What in a lab is the student's.

use crate::Marks;
use candlelab_notebook::{Kind, Notebook};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::BTreeSet;
use syn::visit::Visit;
use syn::{BinOp, Block, Expr, ExprForLoop, ExprLet, ImplItem, Item, Local, Pat, Stmt, Type};

/// The names whose values a student's code can influence.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Students(BTreeSet<String>);

impl Students {
    /// Of a lab with its solutions: what they define, and what is made of that.
    ///
    /// # Errors
    /// If a code cell is no Rust: the cell, and why.
    pub fn of(lab: &Notebook) -> Result<Self, (String, String)> {
        let mut students = Self::default();
        for cell in lab.cells().filter(|cell| cell.kind() == Kind::Code) {
            let source = cell.source();
            if source.trim_start().starts_with(['%', '!', ':', '?']) {
                continue;
            }
            let block: Block = syn::parse_str(&format!("{{\n{source}\n}}"))
                .map_err(|error| (cell.id().unwrap_or("?").to_owned(), error.to_string()))?;
            let marks = Marks::of(cell).ok().flatten();
            let is = |of: fn(&Marks) -> bool| marks.as_ref().is_some_and(of);
            let (written_by_students, is_check) = (is(|it| it.solution), is(|it| it.grade));
            for statement in &block.stmts {
                // What a check changes is its own; `with_locals` sees to that.
                if !(is_check && matches!(statement, Stmt::Expr(..))) {
                    students.take(statement, written_by_students);
                }
            }
        }
        Ok(students)
    }

    /// These names.
    #[cfg(test)]
    pub fn named<const N: usize>(names: [&str; N]) -> Self {
        Self(names.map(ToOwned::to_owned).into())
    }

    /// Whether an expression mentions one.
    pub fn are_in(&self, expression: impl ToTokens) -> bool {
        words(expression.to_token_stream()).iter().any(|word| self.0.contains(word))
    }

    /// With the variables within a check that are made of them.
    pub fn with_locals(&self, block: &Block) -> Self {
        let mut students = self.clone();
        loop {
            let before = students.0.len();
            Locals(&mut students).visit_block(block);
            Changed::of(&mut students).visit_block(block);
            if students.0.len() == before {
                return students;
            }
        }
    }

    fn take(&mut self, statement: &Stmt, written_by_students: bool) {
        if !(written_by_students || self.are_in(statement)) {
            return;
        }
        match statement {
            Stmt::Item(item) => self.define(item),
            Stmt::Local(local) => self.bind(&local.pat),
            // What such a statement changes is theirs as well.
            Stmt::Expr(expression, _) => Changed::of(self).visit_expr(expression),
            Stmt::Macro(_) => {}
        }
    }

    fn define(&mut self, item: &Item) {
        match item {
            // Whatever is made of such a type may go through the student's code.
            Item::Impl(item) if item.trait_.is_some() => {
                let Type::Path(path) = &*item.self_ty else { return };
                self.0.extend(path.path.segments.last().map(|last| last.ident.to_string()));
            }
            Item::Impl(item) => {
                for member in &item.items {
                    if let ImplItem::Fn(method) = member {
                        self.0.insert(method.sig.ident.to_string());
                    }
                }
            }
            _ => self.0.extend(name(item).map(ToString::to_string)),
        }
    }

    fn bind(&mut self, pattern: &Pat) {
        self.0.extend(bound(pattern));
    }
}

/// What an item is called, if it has a name.
pub fn name(item: &Item) -> Option<&Ident> {
    Some(match item {
        Item::Fn(item) => &item.sig.ident,
        Item::Struct(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Union(item) => &item.ident,
        Item::Const(item) => &item.ident,
        Item::Static(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Mod(item) => &item.ident,
        _ => return None,
    })
}

/// Every name in a piece of code, as often as it stands there, those within macros and within the
/// braces of their texts included.
pub fn words(tokens: TokenStream) -> Vec<String> {
    let word = |token| match token {
        TokenTree::Ident(ident) => vec![ident.to_string()],
        TokenTree::Group(group) => words(group.stream()),
        TokenTree::Literal(text) => braced(&text.to_string()),
        TokenTree::Punct(_) => Vec::new(),
    };
    tokens.into_iter().flat_map(word).collect()
}

/// `loss` in `"the loss is {loss:.3}"`.
fn braced(text: &str) -> Vec<String> {
    let name = |part: &str| {
        part.split(|it: char| !(it.is_alphanumeric() || it == '_')).next().map(ToOwned::to_owned)
    };
    text.split('{').skip(1).filter_map(name).filter(|name| !name.is_empty()).collect()
}

/// The names that a pattern binds.
pub fn bound(pattern: &Pat) -> BTreeSet<String> {
    let mut bindings = Bindings(BTreeSet::new());
    bindings.visit_pat(pattern);
    bindings.0
}

struct Bindings(BTreeSet<String>);

impl Visit<'_> for Bindings {
    fn visit_pat_ident(&mut self, pattern: &syn::PatIdent) {
        self.0.insert(pattern.ident.to_string());
        syn::visit::visit_pat_ident(self, pattern);
    }
}

/// Collects variables whose values are made of a student's.
struct Locals<'a>(&'a mut Students);

impl Visit<'_> for Locals<'_> {
    fn visit_local(&mut self, local: &Local) {
        if local.init.as_ref().is_some_and(|init| self.0.are_in(&init.expr)) {
            self.0.bind(&local.pat);
        }
        syn::visit::visit_local(self, local);
    }

    fn visit_expr_let(&mut self, expression: &ExprLet) {
        if self.0.are_in(&expression.expr) {
            self.0.bind(&expression.pat);
        }
        syn::visit::visit_expr_let(self, expression);
    }

    fn visit_expr_for_loop(&mut self, expression: &ExprForLoop) {
        if self.0.are_in(&expression.expr) {
            self.0.bind(&expression.pat);
        }
        syn::visit::visit_expr_for_loop(self, expression);
    }

    fn visit_item_fn(&mut self, item: &syn::ItemFn) {
        if self.0.are_in(&item.block) {
            self.0.0.insert(item.sig.ident.to_string());
        }
    }
}

/// Collects what a student's code may change: what is lent to it to be changed, and what it is
/// assigned to or handed to.
struct Changed<'a> {
    students: &'a mut Students,
    /// What a check calls the owner of its comparisons, which nothing changes.
    check: Option<String>,
}

impl<'a> Changed<'a> {
    fn of(students: &'a mut Students) -> Self {
        Self { students, check: None }
    }

    fn take(&mut self, expression: &Expr) {
        match expression {
            Expr::Path(path) => {
                let name = path.path.get_ident().map(ToString::to_string);
                let name = name.filter(|name| self.check.as_ref() != Some(name));
                self.students.0.extend(name);
            }
            Expr::Field(field) => self.take(&field.base),
            Expr::Index(index) => self.take(&index.expr),
            Expr::Reference(reference) => self.take(&reference.expr),
            _ => {}
        }
    }

    fn take_lent<'e>(&mut self, arguments: impl IntoIterator<Item = &'e Expr>) {
        for argument in arguments {
            if matches!(argument, Expr::Reference(it) if it.mutability.is_some()) {
                self.take(argument);
            }
        }
    }
}

impl Visit<'_> for Changed<'_> {
    fn visit_expr_call(&mut self, call: &syn::ExprCall) {
        match (&*call.func, call.args.last()) {
            (Expr::Path(path), Some(Expr::Closure(closure))) if path.path.is_ident("check") => {
                self.check = closure.inputs.iter().flat_map(bound).next();
            }
            _ if self.students.are_in(call) => self.take_lent(&call.args),
            _ => {}
        }
        syn::visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &syn::ExprMethodCall) {
        if self.students.are_in(&call.method) || self.students.are_in(&call.args) {
            self.take(&call.receiver);
            self.take_lent(&call.args);
        }
        syn::visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_assign(&mut self, assignment: &syn::ExprAssign) {
        if self.students.are_in(&assignment.right) {
            self.take(&assignment.left);
        }
        syn::visit::visit_expr_assign(self, assignment);
    }

    fn visit_expr_binary(&mut self, operation: &syn::ExprBinary) {
        if is_assignment(&operation.op) && self.students.are_in(&operation.right) {
            self.take(&operation.left);
        }
        syn::visit::visit_expr_binary(self, operation);
    }
}

fn is_assignment(operator: &BinOp) -> bool {
    let text = operator.to_token_stream().to_string();
    text.ends_with('=') && !["==", "!=", "<=", ">="].contains(&text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_made_of_a_students_code_is_theirs() {
        let solution = json!({"nbgrader": {"grade": false, "grade_id": "s", "locked": false,
            "schema_version": 3, "solution": true}});
        let cell = |source: &str, metadata: &serde_json::Value| json!({"cell_type": "code", "metadata": metadata, "source": source, "outputs": []});
        let cells = [
            cell("let data = load(); let mut model = new();", &json!({})),
            cell("fn loss(x: f64) -> f64 { x }", &solution),
            cell("fit(&mut model, &data, loss); let l = loss(1.0);", &json!({})),
            cell("fn mean() -> f64 { loss(2.0) } let other = data.len();", &json!({})),
        ];
        let root = json!({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4});
        let lab = Notebook::parse(root.to_string().as_bytes(), "lab.ipynb").unwrap();
        let expected = Students::named(["l", "loss", "mean", "model"]);
        assert_eq!(Students::of(&lab), Ok(expected));
    }

    #[track_caller]
    fn locals<const N: usize>(source: &str, expected: [&str; N]) {
        let block: Block = syn::parse_str(&format!("{{ {source} }}")).unwrap();
        let students = Students::named(["theirs"]).with_locals(&block);
        let expected = Students(expected.map(ToOwned::to_owned).into());
        assert_eq!(students, Students(&expected.0 | &Students::named(["theirs"]).0), "{source}");
    }

    #[test]
    fn what_a_check_makes_of_it_is_theirs_within_the_check() {
        let check = |body: &str| format!("check(\"a\", 1, |c| {{ {body} Ok(\"\") }})?;");
        locals(&check("let a = theirs(1); let b = a + 1; let d = 2;"), ["a", "b"]);
        locals(&check("let mut a = 1; theirs(&mut a); let b = a;"), ["a", "b"]);
        locals(&check("let ok = theirs(&mut a, d);"), ["a", "ok"]);
        locals(&check("let mut v = vec![]; for i in 0..3 { v.push(theirs(i)); }"), ["v"]);
        locals(&check("let mut s = 0; s += theirs(); t = theirs();"), ["s", "t"]);
        locals(&check("c.close(theirs(1), points.len(), 0, \"\")?;"), []);
        locals(&check("let n = points.len(); c.holds(n > 1, \"\")?;"), []);
    }

    #[test]
    fn a_trait_of_theirs_makes_a_type_theirs() {
        let mut students = Students::default();
        let item: Item = syn::parse_str("impl std::ops::Mul for Dual {}").unwrap();
        students.take(&Stmt::Item(item), true);
        assert_eq!(students, Students::named(["Dual"]));
    }
}
