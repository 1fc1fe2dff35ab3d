//! What a cell uses of what earlier ones have defined. The rest is left out: a cell then costs what
//! it uses, and is known again whatever else a notebook holds.
//!
//! Names are compared as words, so that rather too much stays than too little.

use super::words;
use ra_ap_syntax::ast::{self, AstNode, HasModuleItem, HasName};
use ra_ap_syntax::{Edition, SourceFile, SyntaxNode};
use std::collections::HashSet;
use std::ops::Range;

/// What is used if something else is.
pub struct Part {
    /// What it defines.
    names: Vec<String>,
    need: Need,
    text: String,
}

/// When it is used.
enum Need {
    /// In any case.
    Nothing,
    /// If a name of its own is mentioned.
    Name,
    /// If of each of these groups one definition is used.
    Definitions(Vec<Vec<String>>),
}

impl Part {
    /// A line that is needed where one of these definitions is.
    pub fn of_definitions(line: &str, names: Vec<String>) -> Self {
        let need = Need::Definitions(vec![names]);
        Self { names: Vec::new(), need, text: line.to_owned() }
    }
}

/// The items of a source, and where they stand.
pub struct Items(Vec<(Range<usize>, Part)>);

impl Items {
    /// Those of generated code; `None` where the order of items means something, or it is no Rust.
    pub fn of(source: &str) -> Option<Self> {
        let parsed = SourceFile::parse(source, Edition::Edition2024);
        let items: Vec<ast::Item> = parsed.tree().items().collect();
        let is_macro =
            |it: &ast::Item| matches!(it, ast::Item::MacroRules(_) | ast::Item::MacroDef(_));
        if !parsed.errors().is_empty() || items.iter().any(is_macro) {
            return None;
        }
        let types = Types::of(&items);
        let part = |item: &ast::Item| {
            let node = item.syntax();
            let names = name(item).into_iter().chain(members(item)).collect();
            let part = Part { names, need: types.need(item), text: node.text().to_string() };
            (Range::<usize>::from(node.text_range()), part)
        };
        Some(Self(items.iter().map(part).collect()))
    }

    /// Says of each of `parts` whether it is used by who mentions `mentioned`; empties the items in
    /// `source` that are not. Lines keep their numbers.
    pub fn keep_used(&self, mentioned: &[&str], parts: &[Part], source: &mut String) -> Vec<bool> {
        let all: Vec<&Part> = self.0.iter().map(|(_, part)| part).chain(parts).collect();
        let is_used = used(mentioned, &all);
        let (items, parts) = is_used.split_at(self.0.len());
        for ((range, part), _) in self.0.iter().zip(items).rev().filter(|(_, is_used)| !**is_used) {
            source.replace_range(range.clone(), &"\n".repeat(part.text.matches('\n').count()));
        }
        parts.to_vec()
    }
}

/// Which parts are used, directly or by others that are.
fn used(mentioned: &[&str], parts: &[&Part]) -> Vec<bool> {
    let mut is_used = vec![false; parts.len()];
    let mut known: HashSet<&str> = mentioned.iter().flat_map(|text| words(text)).collect();
    let mut defined: HashSet<&str> = HashSet::new();
    loop {
        let is_needed = |part: &Part| match &part.need {
            Need::Nothing => true,
            Need::Name => part.names.iter().any(|name| known.contains(&**name)),
            Need::Definitions(groups) => {
                groups.iter().all(|names| names.iter().any(|name| defined.contains(&**name)))
            }
        };
        let found: Vec<usize> =
            (0..parts.len()).filter(|at| !is_used[*at] && is_needed(parts[*at])).collect();
        if found.is_empty() {
            return is_used;
        }
        for at in found {
            is_used[at] = true;
            known.extend(words(&parts[at].text));
            defined.extend(parts[at].names.iter().map(String::as_str));
        }
    }
}

/// What a source defines that an `impl` can be about.
#[derive(Default)]
struct Types {
    traits: HashSet<String>,
    types: HashSet<String>,
    aliases: HashSet<String>,
}

impl Types {
    fn of(items: &[ast::Item]) -> Self {
        let mut all = Self::default();
        for item in items {
            let Some(name) = name(item) else { continue };
            match item {
                ast::Item::Trait(_) => all.traits.insert(name),
                ast::Item::TypeAlias(_) => all.aliases.insert(name),
                ast::Item::Struct(_) | ast::Item::Enum(_) | ast::Item::Union(_) => {
                    all.types.insert(name)
                }
                _ => false,
            };
        }
        all
    }

    fn need(&self, item: &ast::Item) -> Need {
        if let Some(block) = block(item) {
            return self.need_of_block(&block);
        }
        // What is within may be about something outside.
        let has_blocks = item.syntax().descendants().any(|it| ast::Impl::can_cast(it.kind()));
        if has_blocks || name(item).is_none() { Need::Nothing } else { Need::Name }
    }

    /// A block is needed where its trait and its type are.
    fn need_of_block(&self, block: &ast::Impl) -> Need {
        let own = |node: Option<SyntaxNode>, names: &HashSet<String>| {
            let text = node.map_or_else(String::new, |node| node.text().to_string());
            words(&text).filter(|it| names.contains(*it)).map(str::to_owned).collect::<Vec<_>>()
        };
        let of_trait = block.trait_().map(|it| it.syntax().clone());
        let of_type = block.self_ty().map(|it| it.syntax().clone());
        let mut about = own(of_type.clone(), &self.types);
        let is_simple = of_trait.as_ref().is_none_or(|it| !it.text().to_string().contains("::"));
        let traits = if is_simple { own(of_trait.clone(), &self.traits) } else { Vec::new() };
        if about.is_empty() && traits.is_empty() {
            about = own(of_trait.clone(), &self.types);
        }
        let named = [about, traits];
        let is_clear =
            own(of_type, &self.aliases).is_empty() && own(of_trait, &self.aliases).is_empty();
        let groups: Vec<Vec<String>> = named.into_iter().filter(|it| !it.is_empty()).collect();
        if is_clear && !groups.is_empty() { Need::Definitions(groups) } else { Need::Nothing }
    }
}

/// The `impl` block that an item is, or is the module of.
fn block(item: &ast::Item) -> Option<ast::Impl> {
    match item {
        ast::Item::Impl(block) => Some(block.clone()),
        ast::Item::Module(module) if name(item)?.starts_with(crate::rust::impls::MODULE) => {
            module.item_list()?.items().find_map(|item| match item {
                ast::Item::Impl(block) => Some(block),
                _ => None,
            })
        }
        _ => None,
    }
}

/// What a trait's values have: they can be used without a word of the trait.
fn members(item: &ast::Item) -> Vec<String> {
    let ast::Item::Trait(item) = item else { return Vec::new() };
    let members = item.assoc_item_list().into_iter().flat_map(|it| it.assoc_items());
    let name = |member: ast::AssocItem| match member {
        ast::AssocItem::Fn(it) => it.name(),
        ast::AssocItem::Const(it) => it.name(),
        ast::AssocItem::TypeAlias(it) => it.name(),
        ast::AssocItem::MacroCall(_) => None,
    };
    members.filter_map(name).map(|name| name.text().to_string()).collect()
}

fn name(item: &ast::Item) -> Option<String> {
    let name = match item {
        ast::Item::Fn(it) => it.name(),
        ast::Item::Struct(it) => it.name(),
        ast::Item::Enum(it) => it.name(),
        ast::Item::Union(it) => it.name(),
        ast::Item::Trait(it) => it.name(),
        ast::Item::TypeAlias(it) => it.name(),
        ast::Item::Const(it) => it.name(),
        ast::Item::Static(it) => it.name(),
        ast::Item::Module(it) => it.name(),
        _ => None,
    };
    name.map(|name| name.text().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "use std::fmt;
fn helper() {}
/// Two lines.
fn caller() {
    helper()
}
struct P; struct Q(P);
trait Area { fn area(&self) -> f64; }
impl Area for P { fn area(&self) -> f64 { caller(); 1.0 } }
impl Area for f64 { fn area(&self) -> f64 { *self } }
mod candlelab_impl_1 { use super::*; impl fmt::Debug for Q { } }
type R = P;
impl Drop for R { fn drop(&mut self) { dropped() } }
fn dropped() {}
impl From<P> for f64 { }";

    /// The lines that stay where this is mentioned.
    fn stays(mentioned: &str) -> Vec<usize> {
        let mut source = SOURCE.to_owned();
        Items::of(SOURCE).unwrap().keep_used(&[mentioned], &[], &mut source);
        assert_eq!(source.lines().count(), SOURCE.lines().count());
        let lines = source.lines().enumerate();
        lines.filter(|(_, line)| !line.trim().is_empty()).map(|(at, _)| at + 1).collect()
    }

    #[test]
    fn what_is_used_stays_with_all_that_it_uses() {
        // An alias hides what a block is about, so its block stays, and with it what that uses.
        let always = [1, 7, 12, 13, 14, 15];
        let with = |more: &[usize]| {
            let mut lines = [&always[..], more].concat();
            lines.sort_unstable();
            lines
        };
        assert_eq!(stays("println!()"), with(&[]));
        assert_eq!(stays("helper()"), with(&[2]));
        assert_eq!(stays("caller()"), with(&[2, 3, 4, 5, 6]));
        assert_eq!(stays("2.0.area()"), with(&[2, 3, 4, 5, 6, 8, 9, 10]));
        assert_eq!(stays("let q: Q;"), with(&[11]));
    }

    #[test]
    fn lines_stay_with_the_definitions_that_they_need() {
        let source = "struct P;\nstruct Q;\nfn f() { Q }";
        let check = Part::of_definitions("check::<P>", vec!["P".into()]);
        let mut text = source.to_owned();
        let items = Items::of(source).unwrap();
        assert_eq!(items.keep_used(&["f()"], &[check], &mut text), [false]);
        assert_eq!(text, "\nstruct Q;\nfn f() { Q }");
    }

    #[test]
    fn macros_keep_all() {
        assert!(Items::of("macro_rules! m { () => {} } fn a() {}").is_none());
        assert!(Items::of("fn a( {").is_none());
    }
}
