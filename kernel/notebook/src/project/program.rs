//! The program that a notebook makes.

use super::items::Items;
use super::pieces::{Piece, has_value, indented, pieces};
use crate::names::{Space, units};
use crate::prelude::{is_library, is_standard};
use crate::rust::Code;
use quote::ToTokens;
use std::collections::BTreeSet;
use syn::Stmt;

/// The crates that the library's prelude brings.
const CRATES: [&str; 3] = ["candlelab", "candle_core", "candle_nn"];
const INDENT: &str = "    ";

/// What has been read of a notebook.
#[derive(Default)]
pub(super) struct Program {
    /// Whether it names something of the library.
    pub uses_library: bool,
    attributes: String,
    items: Items,
    /// Each cell's statements, its last value aside.
    cells: Vec<Cell>,
    known: BTreeSet<(Space, String)>,
}

#[derive(Default)]
struct Cell {
    statements: String,
    value: Option<String>,
    below: String,
}

impl Program {
    /// Says which cell is not in the program.
    pub fn leave_out(&mut self, cell: usize, tag: &str) {
        let statements = format!("// cell {cell} is left out for its tag `{tag}`\n");
        self.cells.push(Cell { statements, ..Cell::default() });
    }

    /// Adds the code of a cell.
    ///
    /// # Errors
    /// If it defines `main`.
    pub fn add(&mut self, number: usize, code: &Code) -> Result<(), String> {
        self.read_names(code)?;
        self.attributes
            .extend(code.attributes.iter().map(|it| format!("{}\n", it.to_token_stream())));
        let mut cell = Cell::default();
        let (pieces, below) = pieces(code);
        let last = pieces.len().saturating_sub(1);
        for (at, piece) in pieces.into_iter().enumerate() {
            let Piece { statement, above, text, behind } = piece;
            match statement {
                Stmt::Item(item) => {
                    self.items.add(number, item, &format!("{above}{text}{behind}\n"))
                }
                statement if at == last && has_value(statement) => {
                    cell.statements += &above;
                    (cell.value, cell.below) = (Some(text), format!("{behind}\n"));
                }
                _ => cell.statements += &format!("{above}{text}{behind}\n"),
            }
        }
        cell.below += &below;
        if !cell.is_empty() {
            cell.statements.insert_str(0, &format!("// cell {number}\n"));
            self.cells.push(cell);
        }
        Ok(())
    }

    fn read_names(&mut self, code: &Code) -> Result<(), String> {
        for unit in units(code) {
            if unit.is_item && unit.defines("main") {
                return Err("it defines `main`, which a program has of its own".into());
            }
            let is_foreign = |used: &(Space, String)| {
                let name = &*used.1;
                let is_listed = is_library(name) && !is_standard(name) && used.0 != Space::Macro;
                CRATES.contains(&name) || is_listed && !self.known.contains(used)
            };
            self.uses_library |= unit.uses.iter().any(is_foreign);
            for own in unit.defines {
                let spaces = own.kind.spaces().iter();
                self.known.extend(spaces.map(|space| (*space, own.name.clone())));
            }
        }
        Ok(())
    }

    /// The source of the program; `title` is the notebook's name.
    pub fn into_text(mut self, title: &str) -> String {
        let show = if self.uses_library { "candlelab::host::show!" } else { "show_value!" };
        let module = if self.uses_library { "" } else { "#[macro_use]\nmod show_value;\n\n" };
        if self.uses_library {
            self.items.import_all("candlelab::prelude");
        }
        let cells: Vec<String> = self.cells.iter().map(|cell| cell.to_text(show)).collect();
        format!(
            "//! The notebook `{title}` as a program.\n\n#![allow(unused)]\n{}\n{module}{}\
             fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {{\n{}\n{INDENT}Ok(())\n}}\n",
            self.attributes,
            self.items.to_text(),
            cells.join("\n"),
        )
    }
}

impl Cell {
    fn is_empty(&self) -> bool {
        self.statements.is_empty() && self.value.is_none() && self.below.is_empty()
    }

    fn to_text(&self, show: &str) -> String {
        let value = self.value.as_ref().map_or(String::new(), |value| format!("{show}({value});"));
        indented(&format!("{}{value}{}", self.statements, self.below), INDENT)
    }
}
