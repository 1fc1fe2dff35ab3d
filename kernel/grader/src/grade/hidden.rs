//! Which comparisons of a check are hidden tests.

use candlelab_notebook::Region;
use syn::visit_mut::{VisitMut, visit_expr_method_call_mut};
use syn::{Block, Expr, ExprMethodCall, parse_quote};

/// What the idea of a hidden comparison begins with in the lab's half; no keyboard has it.
const SIGN: char = '\u{f8ff}';

/// Marks the ideas of the comparisons that stand in hidden regions; `source` is what the block was
/// made of, in a pair of brackets on lines of their own.
pub fn mark(block: &mut Block, source: &str) {
    Marker { lines: Region::HiddenTests.lines(source) }.visit_block_mut(block);
}

/// An idea without the sign, and whether it had it.
pub fn unmarked(idea: &str) -> (&str, bool) {
    idea.strip_prefix(SIGN).map_or((idea, false), |idea| (idea, true))
}

/// The comparisons of a check; the last argument of each is its idea.
pub const COMPARISONS: [&str; 11] = [
    "at_least",
    "at_most",
    "close",
    "equal",
    "error_message",
    "finite",
    "gradient",
    "holds",
    "probability",
    "shape",
    "within_restarts",
];

struct Marker {
    /// The lines of hidden tests, counted from 0.
    lines: Vec<usize>,
}

impl VisitMut for Marker {
    fn visit_expr_method_call_mut(&mut self, call: &mut ExprMethodCall) {
        visit_expr_method_call_mut(self, call);
        // The bracket before the source has a line, and lines are counted from 1.
        let line = call.method.span().start().line.wrapping_sub(2);
        let is_comparison = COMPARISONS.iter().any(|name| call.method == name);
        let has_idea = is_comparison && matches!(&*call.receiver, Expr::Path(_));
        if has_idea
            && self.lines.contains(&line)
            && let Some(idea) = call.args.last_mut()
        {
            let sign = SIGN.to_string();
            *idea = parse_quote!(&::std::format!("{}{}", #sign, #idea));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    #[test]
    fn only_comparisons_between_the_comments_are_marked() {
        let source = "check(\"a\", 2, |c| {\n    c.holds(a, \"seen\")?;\n    // BEGIN HIDDEN TESTS\n    \
                      let x = t.narrow(0, 1);\n    c.holds(\n        b,\n        \"unseen\"\n    )?;\n    \
                      // END HIDDEN TESTS\n    c.finite(x, \"seen\")?;\n    Ok(\"\")\n})?;";
        let mut block: Block = syn::parse_str(&format!("{{\n{source}\n}}")).unwrap();
        mark(&mut block, source);
        let text = quote!(#block).to_string().replace(' ', "");
        let marked = r#"c.holds(b,&::std::format!("{}{}","\u{f8ff}","unseen"))?;"#;
        assert!(text.contains(marked), "{text}");
        assert_eq!(text.matches("f8ff").count(), 1, "{text}");
        assert_eq!(unmarked(&format!("{SIGN}unseen")), ("unseen", true));
        assert_eq!(unmarked("seen"), ("seen", false));
    }
}
