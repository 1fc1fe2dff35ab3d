//! The names that a statement takes from outside.

use super::define::{Space, definitions};
use super::words::{placeholders, plain};
use std::collections::BTreeSet;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{
    Attribute, ConstParam, Expr, ExprAssign, ExprLit, ExprPath, Ident, Item, Lit, Macro, PatIdent,
    Path, Stmt, Token, TypeParam, Visibility,
};

/// The names, and what they must be. A name that the statement binds anywhere inside itself is
/// taken for its own everywhere: that may miss a use, but never invents one.
pub(super) fn scan(statement: &Stmt) -> BTreeSet<(Space, String)> {
    let mut scan = Scan::default();
    if let Stmt::Local(local) = statement {
        scan.visit_pat(&local.pat);
        // The pattern binds for what follows, not for its own value.
        scan.bound.clear();
        local.init.iter().for_each(|init| scan.visit_local_init(init));
    } else {
        scan.visit_stmt(statement);
    }
    let Scan { bound, mut uses } = scan;
    uses.retain(|(_, name)| !bound.contains(name));
    uses
}

#[derive(Default)]
struct Scan {
    bound: BTreeSet<String>,
    uses: BTreeSet<(Space, String)>,
}

impl Scan {
    fn bind(&mut self, ident: &Ident) {
        self.bound.insert(plain(&ident.to_string()));
    }

    fn use_ident(&mut self, space: Space, ident: &Ident) {
        let name = plain(&ident.to_string());
        if !["self", "Self", "super", "crate"].contains(&&*name) {
            self.uses.insert((space, name));
        }
    }

    /// Most macros take expressions; of the arguments of others nothing can be told.
    fn arguments(&mut self, call: &Macro) {
        let lists = Punctuated::<Expr, Token![,]>::parse_terminated;
        let repeats = Punctuated::<Expr, Token![;]>::parse_terminated;
        let found: Vec<Expr> = match (lists.parse2(call.tokens.clone()), repeats) {
            (Ok(list), _) => list.into_iter().collect(),
            (Err(_), repeats) => {
                repeats.parse2(call.tokens.clone()).into_iter().flatten().collect()
            }
        };
        for argument in &found {
            match argument {
                // A format string's own name for a value.
                Expr::Assign(ExprAssign { right, .. }) => self.visit_expr(right),
                Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
                    let names = placeholders(&text.token().to_string());
                    self.uses.extend(names.into_iter().map(|name| (Space::Value, name)));
                }
                _ => self.visit_expr(argument),
            }
        }
    }
}

impl Visit<'_> for Scan {
    fn visit_attribute(&mut self, _: &Attribute) {}

    fn visit_visibility(&mut self, _: &Visibility) {}

    fn visit_pat_ident(&mut self, pattern: &PatIdent) {
        self.bind(&pattern.ident);
        visit::visit_pat_ident(self, pattern);
    }

    fn visit_type_param(&mut self, parameter: &TypeParam) {
        self.bind(&parameter.ident);
        visit::visit_type_param(self, parameter);
    }

    fn visit_const_param(&mut self, parameter: &ConstParam) {
        self.bind(&parameter.ident);
        visit::visit_const_param(self, parameter);
    }

    fn visit_item(&mut self, item: &Item) {
        self.bound.extend(definitions(item).into_iter().map(|own| own.name));
        visit::visit_item(self, item);
    }

    fn visit_expr_path(&mut self, path: &ExprPath) {
        match path.path.segments.first() {
            Some(only) if path.path.segments.len() == 1 && path.qself.is_none() => {
                self.use_ident(Space::Value, &only.ident);
                self.visit_path_arguments(&only.arguments);
            }
            _ => visit::visit_expr_path(self, path),
        }
    }

    fn visit_path(&mut self, path: &Path) {
        if let (None, Some(first)) = (&path.leading_colon, path.segments.first()) {
            self.use_ident(Space::Type, &first.ident);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &Macro) {
        match call.path.get_ident() {
            Some(name) => self.use_ident(Space::Macro, name),
            None => self.visit_path(&call.path),
        }
        self.arguments(call);
    }
}
