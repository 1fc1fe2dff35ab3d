//! `%%test`: a cell whose `#[test]` functions are run.

use super::Misuse;
use crate::rust::parse;
use ra_ap_syntax::ast::{self, AstNode, HasAttrs, HasName};

/// The cell's code with its tests as ordinary functions, and a line that runs them.
pub fn with_tests(body: &str) -> Result<String, Misuse> {
    let mut code = body.to_owned();
    let mut calls = Vec::new();
    for item in parse::items(body) {
        let ast::Item::Fn(function) = item else { continue };
        let Some(test) = attribute(&function, "test") else { continue };
        let panics = attribute(&function, "should_panic");
        for attribute in [Some(&test), panics.as_ref()].into_iter().flatten() {
            blank(&mut code, attribute);
        }
        let name = function.name().map(|name| name.text().to_string()).unwrap_or_default();
        let should_panic = panics.is_some();
        calls.push(format!("({name:?}, {should_panic}, &|| {name}().into_result())"));
    }
    if calls.is_empty() {
        return Err(Misuse("`%%test` found no function with `#[test]` in the cell".into()));
    }
    let calls = calls.join(", ");
    Ok(format!(
        "{code}\n{{ use candlelab::host::magic::TestResult as _; \
         candlelab::host::magic::run_tests(&[{calls}]); }}"
    ))
}

fn attribute(function: &ast::Fn, name: &str) -> Option<ast::Attr> {
    let named =
        |attribute: &ast::Attr| attribute.path().is_some_and(|path| path.syntax().text() == name);
    function.attrs().find(named)
}

/// Lines and columns stay.
fn blank(code: &mut String, attribute: &ast::Attr) {
    let range = attribute.syntax().text_range();
    let (start, end) = (parse::user_offset(range.start()), parse::user_offset(range.end()));
    if let (Some(start), Some(end)) = (start, end) {
        code.replace_range(start..end, &" ".repeat(end - start));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_become_functions_that_are_called() {
        let body = "\n#[test]\nfn a() {}\n#[test] #[should_panic] fn b() {}\nfn c() {}";
        let code = with_tests(body).unwrap();
        assert!(
            code.starts_with("\n       \nfn a() {}\n                        fn b() {}"),
            "{code}"
        );
        assert!(code.contains(r#"("a", false, &|| a().into_result()), ("b", true"#), "{code}");
        assert!(!code.contains("c()."));
    }

    #[test]
    fn a_cell_without_tests_is_told_so() {
        assert!(with_tests("fn a() {}").is_err());
    }
}
