//! A code cell as Rust.

use crate::magic::to_rust;
use proc_macro2::{LexError, TokenStream};
use std::panic::resume_unwind;
use std::thread;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Block, Stmt};

/// How deep brackets may be nested.
const DEEPEST: usize = 256;
/// How long a cell may be; what one can write by hand is far shorter.
const LONGEST: usize = 64 * 1024;
/// Enough for a cell of that length that is nothing but nested operators.
const STACK: usize = 1 << 28;

/// A cell that has been parsed.
pub(crate) struct Code {
    /// What was parsed, line for line where the cell's source stands.
    pub text: String,
    /// Attributes of the whole, such as `#![allow(unused)]`.
    pub attributes: Vec<Attribute>,
    /// Its statements and items, in order.
    pub statements: Vec<Stmt>,
}

impl Code {
    /// Parses the source of a code cell; on the stack of [`with_stack`].
    ///
    /// # Errors
    /// If it is not Rust: where, and why.
    pub fn parse(source: &str) -> Result<Self, String> {
        let text = to_rust(source);
        if text.len() > LONGEST || is_deep(&text) {
            return Err("it is too long, or nested too deeply, to be read".into());
        }
        let tokens: TokenStream = text.parse().map_err(|error: LexError| {
            format!("line {}: this is no token of Rust", error.span().start().line)
        })?;
        let parser =
            |input: ParseStream| Ok((Attribute::parse_inner(input)?, Block::parse_within(input)?));
        match parser.parse2(tokens) {
            Ok((attributes, statements)) => Ok(Self { text, attributes, statements }),
            Err(error) => {
                let ends = error.to_string().starts_with("unexpected end of input");
                let line = if ends { text.lines().count() } else { error.span().start().line };
                Err(format!("line {line}: {error}"))
            }
        }
    }
}

fn is_deep(text: &str) -> bool {
    let mut depth = 0usize;
    text.bytes().any(|byte| {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > DEEPEST
    })
}

/// Does what follows nested code, on a stack for any cell that may be parsed.
pub(crate) fn with_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        thread.expect("a thread can be started").join().unwrap_or_else(|it| resume_unwind(it))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn fails(source: &str, expected: &str) {
        assert_eq!(Code::parse(source).err().as_deref(), Some(expected));
    }

    #[test]
    fn a_cell_is_items_and_statements() {
        let code =
            Code::parse("#![allow(unused)]\nuse a::b;\nlet x = b()?;\nfn f() {}\nx").unwrap();
        assert_eq!((code.attributes.len(), code.statements.len()), (1, 4));
    }

    #[test]
    fn what_is_no_rust_is_said_with_its_line() {
        fails("let x = 1;\nlet y =", "line 2: unexpected end of input, expected an expression");
        fails("%vars\n\nlet s = \"a", "line 3: this is no token of Rust");
    }

    #[test]
    fn deep_and_long_cells_are_read_or_refused() {
        let long = "it is too long, or nested too deeply, to be read";
        fails(&"(".repeat(300), long);
        fails(&"1;".repeat(LONGEST), long);
        for operator in ["!", "&", "-", "return ", "|x| ", "1 + ", "x = "] {
            let code = operator.repeat(LONGEST / operator.len() - 8) + "1";
            with_stack(|| assert!(Code::parse(&code).is_ok(), "{operator}"));
        }
    }
}
