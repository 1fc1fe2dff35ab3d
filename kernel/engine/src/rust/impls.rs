//! Makes `impl` blocks replaceable.
//!
//! evcxr replaces items by their names and piles up what has none, so that running an `impl` cell
//! again would clash with its first version. Each block is therefore put into a module of its own,
//! `mod candlelab_impl_… { use super::*; impl … }`, whose name says what the block defines: the
//! same block again replaces the module, and methods that a new block defines leave older ones.

mod block;

use super::edit::Insertion;
use super::parse;
use block::{Block, blocks_of};

pub use block::{MODULE, types_of};

/// The blocks of a notebook, those of its newest cell last.
#[derive(Clone, Debug, Default)]
pub struct Impls {
    blocks: Vec<Block>,
    /// How many of them are the newest cell's.
    newest: usize,
}

impl Impls {
    /// What to put into a cell, and the blocks of the notebook once it has run.
    pub fn with_cell(&self, code: &str) -> (Vec<Insertion>, Impls) {
        let new = blocks_of(code);
        let types = types_of(code);
        let mut insertions: Vec<Insertion> = new.iter().flat_map(Block::wrapping).collect();
        let mut kept = Vec::new();
        let mut before = String::new();
        for old in &self.blocks {
            if new.iter().any(|block| block.module == old.module) {
                continue;
            }
            let rest = if old.belongs_to(&types) { None } else { old.without(&new) };
            match rest {
                Some(rest) if rest == *old => kept.push(rest),
                Some(rest) => {
                    before.push_str(&rest.source());
                    kept.push(rest);
                }
                None => before.push_str(&format!("mod {} {{}} ", old.module)),
            }
        }
        if !before.is_empty() {
            insertions.insert(0, (parse::first_code(code), before));
        }
        let newest = new.len();
        kept.extend(new);
        (insertions, Self { blocks: kept, newest })
    }

    /// Takes the earlier cell's block out in which a byte of generated code lies; returns its
    /// title, and the text that empties it.
    pub fn drop_at(&mut self, generated: &str, byte: usize) -> Option<(String, String)> {
        let name = parse::module_at(generated, byte)?;
        let old = self.blocks.len() - self.newest;
        let at = self.blocks[..old].iter().position(|block| block.module == name)?;
        let block = self.blocks.remove(at);
        Some((block.title, format!("mod {name} {{}} ")))
    }
}

#[cfg(test)]
mod tests {
    use super::super::edit::Edited;
    use super::*;

    /// The code of the last cell after all others have run.
    fn last(cells: &[&str]) -> String {
        let mut impls = Impls::default();
        let mut code = String::new();
        for cell in cells {
            let (insertions, after) = impls.with_cell(cell);
            code = Edited::new(cell, insertions).code;
            impls = after;
        }
        code
    }

    fn module(code: &str, after: &str) -> String {
        let from = code.find(after).unwrap_or_else(|| panic!("{after} in {code}"));
        let start = code[..from].rfind("candlelab_impl_").unwrap();
        code[start..].split(' ').next().unwrap().to_owned()
    }

    #[test]
    fn the_same_block_has_the_same_module() {
        for block in ["impl P { fn a(&self) {} }", "impl Display for P { fn fmt() {} }"] {
            let changed = block.replace("{}", "{ todo!() }");
            assert_eq!(
                module(&last(&[block]), " impl "),
                module(&last(&[block, &changed]), " impl ")
            );
        }
    }

    #[test]
    fn methods_can_be_seen_from_other_cells() {
        let code =
            last(&["impl P {\n    fn a() {}\n    pub const fn b() {}\n    const C: i32 = 1;\n}"]);
        assert!(code.contains("{ use super::*; impl P {\n    pub fn a() {}"), "{code}");
        assert!(code.contains("    pub const fn b() {}\n    pub const C"), "{code}");
        assert_eq!(code.lines().count(), 5);
    }

    #[test]
    fn a_method_that_is_defined_again_leaves_its_old_block() {
        let code = last(&["impl P { fn a() {} // one\n fn b() {} }", "impl P { fn b() { 1 } }"]);
        let (before, after) = code.rsplit_once("mod ").unwrap();
        assert!(before.contains("impl P { pub fn a ( ) { }"), "{code}");
        assert!(!before.contains("fn b") && after.contains("pub fn b() { 1 }"), "{code}");
        let code = last(&["impl P { fn a() {} }", "impl P { fn a() {} fn b() {} }"]);
        assert!(code.contains(" {} mod candlelab_impl_"), "{code}");
    }

    #[test]
    fn a_type_takes_the_blocks_of_its_cell_with_it() {
        let first = "struct P;\nimpl Debug for P { fn f() {} }";
        let code = last(&[first, "#[derive(Debug)]\nstruct P;"]);
        assert!(code.starts_with("mod candlelab_impl_") && code.contains(" {} #[derive"), "{code}");
        let code = last(&["struct P;", "impl P { fn a() {} }", "struct P;"]);
        assert_eq!(code, "struct P;", "a block of another cell stays");
    }

    #[test]
    fn other_code_stays_as_it_is() {
        for code in ["let x = 1;", "fn f() { struct Q; impl Q {} }", ":dep a\nx"] {
            assert_eq!(last(&[code]), code);
        }
    }
}
