//! One order for generated code: evcxr keeps items and variables in hash maps, so that the same
//! notebook gives them in another order each time.

use super::variable_of;
use ra_ap_syntax::ast::{AstNode, HasModuleItem, Item};
use ra_ap_syntax::{Edition, SourceFile};

/// The lines with items sorted, and lines sorted that move variables; `function` is the first that is
/// no item. `None` where the order of items means something, as it does for macros.
pub fn ordered(lines: &[String], function: usize) -> Option<String> {
    let (items, code) = lines.split_at(function);
    let mut text = items_ordered(&items.join("\n"))?;
    for run in code.chunk_by(|one, other| moves(one) && moves(other)) {
        let mut run: Vec<&str> = run.iter().map(String::as_str).collect();
        if moves(run[0]) {
            run.sort_unstable();
            run.retain(|line| !line.is_empty());
        }
        text += &run.join("\n");
        text.push('\n');
    }
    Some(text)
}

/// Whether a line moves a variable, or did before it was cleared.
fn moves(line: &str) -> bool {
    line.is_empty() || variable_of(line).is_some()
}

fn items_ordered(source: &str) -> Option<String> {
    let tree = SourceFile::parse(source, Edition::Edition2024).tree();
    let items: Vec<Item> = tree.items().collect();
    if items.iter().any(|item| matches!(item, Item::MacroRules(_) | Item::MacroDef(_))) {
        return None;
    }
    let first =
        items.first().map_or(source.len(), |item| item.syntax().text_range().start().into());
    let mut items: Vec<String> = items.iter().map(|item| item.syntax().to_string()).collect();
    items.sort_unstable();
    Some(format!("{}{}\n", &source[..first], items.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(source: &str) -> Option<String> {
        let lines: Vec<String> = source.lines().map(ToOwned::to_owned).collect();
        let function = lines.iter().position(|line| line == "FUNCTION").unwrap();
        ordered(&lines, function)
    }

    #[test]
    fn items_and_variables_are_sorted_and_statements_are_not() {
        let take = |name| {
            format!("let {name} = evcxr_variable_store.take_variable::<i32>(stringify!({name}));")
        };
        let one = format!(
            "#![allow(x)]\nfn b() {{\n  2\n}}\nfn a() {{}}\nFUNCTION\n{}\n\n{}\nz();\ny();",
            take("q"),
            take("p")
        );
        let two = format!(
            "#![allow(x)]\nfn a() {{}}\n\nfn b() {{\n  2\n}}\nFUNCTION\n{}\n{}\nz();\ny();",
            take("p"),
            take("q")
        );
        assert_eq!(order(&one), order(&two));
        assert!(order(&one).unwrap().ends_with("z();\ny();\n"));
    }

    #[test]
    fn a_cell_without_items_has_an_order() {
        assert_eq!(
            order("#![allow(x)]\nFUNCTION\nf();").unwrap(),
            "#![allow(x)]\nFUNCTION\nf();\n"
        );
    }

    #[test]
    fn macros_must_stand_before_their_use() {
        assert_eq!(order("macro_rules! m { () => {} }\nfn a() { m!() }\nFUNCTION"), None);
    }
}
