//! One `impl` block.

use crate::rust::edit::Insertion;
use crate::rust::parse;
use ra_ap_syntax::ast::{self, AstNode, HasName, HasVisibility};
use ra_ap_syntax::{SyntaxKind, SyntaxNode, SyntaxToken, T};
use std::hash::{DefaultHasher, Hash, Hasher};

/// What the names of blocks' modules begin with.
pub const MODULE: &str = "candlelab_impl_";

/// An `impl` block, and where it stands in its cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The module around it.
    pub module: String,
    /// `impl Trait for Type`, without comments.
    header: String,
    /// The same as the user wrote it.
    pub title: String,
    of_trait: bool,
    members: Vec<Member>,
    /// The types that its cell defines.
    types: Vec<String>,
    start: usize,
    end: usize,
}

/// A function or constant of a block.
#[derive(Clone, Debug, PartialEq)]
struct Member {
    name: String,
    source: String,
    /// Where `pub` is missing in the cell, if it is.
    private: Option<usize>,
}

/// The blocks that stand in a cell, outside of other items.
pub fn blocks_of(code: &str) -> Vec<Block> {
    let types = types_of(code);
    let items = parse::items(code);
    let block = |item: ast::Item| match item {
        ast::Item::Impl(block) => Block::new(&block, &types),
        _ => None,
    };
    items.into_iter().filter_map(block).collect()
}

/// The types that a cell defines.
pub fn types_of(code: &str) -> Vec<String> {
    let name = |item: ast::Item| match item {
        ast::Item::Struct(item) => item.name(),
        ast::Item::Enum(item) => item.name(),
        ast::Item::Union(item) => item.name(),
        ast::Item::Trait(item) => item.name(),
        _ => None,
    };
    parse::items(code).into_iter().filter_map(name).map(|name| name.text().to_string()).collect()
}

impl Block {
    fn new(block: &ast::Impl, types: &[String]) -> Option<Self> {
        let list = block.assoc_item_list()?;
        let body = list.syntax().text_range().start();
        let before = tokens(block.syntax()).take_while(|token| token.text_range().start() < body);
        let header = spaced(before.skip_while(|token| token.kind() != T![impl]));
        let written = block.syntax().text().to_string();
        let title = written[written.find("impl").unwrap_or(0)..].split('{').next();
        let of_trait = block.trait_().is_some();
        let members: Vec<Member> =
            list.assoc_items().filter_map(|item| Member::new(&item, of_trait)).collect();
        let mut hasher = DefaultHasher::new();
        header.hash(&mut hasher);
        if !of_trait {
            members.iter().for_each(|member| member.name.hash(&mut hasher));
        }
        Some(Self {
            module: format!("{MODULE}{:016x}", hasher.finish()),
            header,
            title: title.unwrap_or_default().trim().to_owned(),
            of_trait,
            members,
            types: types.to_vec(),
            start: parse::user_offset(block.syntax().text_range().start())?,
            end: parse::user_offset(block.syntax().text_range().end())?,
        })
    }

    /// What makes a module of it.
    pub fn wrapping(&self) -> Vec<Insertion> {
        let open = (self.start, format!("mod {} {{ use super::*; ", self.module));
        let private = self.members.iter().filter_map(|member| member.private);
        let close = (self.end, " }".to_owned());
        let public = private.map(|at| (at, "pub ".to_owned()));
        std::iter::once(open).chain(public).chain([close]).collect()
    }

    /// Whether it came in one cell with a definition of one of these types, its own.
    pub fn belongs_to(&self, types: &[String]) -> bool {
        let words: Vec<&str> = self.header.split(' ').collect();
        let own = |name: &&String| self.types.contains(name) && words.contains(&name.as_str());
        types.iter().any(|name| own(&name))
    }

    /// It without what newer blocks define; `None` where nothing is left.
    pub fn without(&self, newer: &[Block]) -> Option<Block> {
        let same = newer.iter().filter(|block| !self.of_trait && block.header == self.header);
        let replaced: Vec<&str> =
            same.flat_map(|block| &block.members).map(|member| member.name.as_str()).collect();
        let mut rest = self.clone();
        rest.members.retain(|member| !replaced.contains(&member.name.as_str()));
        (self.of_trait || !rest.members.is_empty()).then_some(rest)
    }

    /// Its module in one line.
    pub fn source(&self) -> String {
        let members: String = self.members.iter().map(|member| member.source.as_str()).collect();
        format!("mod {} {{ use super::*; {} {{ {members}}} }} ", self.module, self.header.trim())
    }
}

impl Member {
    fn new(item: &ast::AssocItem, of_trait: bool) -> Option<Self> {
        let (name, visible) = match item {
            ast::AssocItem::Fn(item) => (item.name()?, item.visibility().is_some()),
            ast::AssocItem::Const(item) => (item.name()?, item.visibility().is_some()),
            ast::AssocItem::TypeAlias(item) => (item.name()?, item.visibility().is_some()),
            ast::AssocItem::MacroCall(_) => return None,
        };
        let name = name.text().to_string();
        let add_pub = !of_trait && !visible;
        let first = tokens_after_attributes(item.syntax()).next()?;
        let private = if add_pub { parse::user_offset(first.text_range().start()) } else { None };
        let (attributes, rest): (Vec<_>, Vec<_>) = tokens(item.syntax())
            .partition(|token| token.text_range().start() < first.text_range().start());
        let public = if add_pub { "pub " } else { "" };
        let source = spaced(attributes.into_iter()) + public + &spaced(rest.into_iter());
        Some(Self { name, source, private })
    }
}

fn tokens(node: &SyntaxNode) -> impl Iterator<Item = SyntaxToken> + use<> {
    let tokens = node.descendants_with_tokens().filter_map(|element| element.into_token());
    tokens.filter(|token| !matches!(token.kind(), SyntaxKind::WHITESPACE | SyntaxKind::COMMENT))
}

fn tokens_after_attributes(node: &SyntaxNode) -> impl Iterator<Item = SyntaxToken> + use<> {
    let in_attribute =
        |token: &SyntaxToken| token.parent_ancestors().any(|node| node.kind() == SyntaxKind::ATTR);
    tokens(node).skip_while(in_attribute)
}

/// Tokens with a space after each.
fn spaced(tokens: impl Iterator<Item = SyntaxToken>) -> String {
    tokens.map(|token| format!("{} ", token.text())).collect()
}
