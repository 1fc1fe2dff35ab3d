//! What can be told of a cell by parsing it.

use super::edit::Insertion;
use crate::Completeness;
use crate::lines::magic_lines;
use ra_ap_syntax::ast::{self, AstNode, HasModuleItem, HasName};
use ra_ap_syntax::{Edition, SourceFile, SyntaxKind, TextSize};

const BEFORE: &str = "fn f(){";
const AFTER: &str = "\n}";

fn parse(code: &str) -> ra_ap_syntax::Parse<SourceFile> {
    SourceFile::parse(&format!("{BEFORE}{code}{AFTER}"), Edition::Edition2024)
}

const SHOW: &str = "candlelab::host::show!(";
const LOCAL: &str = "candlelab::host::local!{";

/// What wraps the last expression of `code` so that its value is shown, if it ends with one that
/// has a value.
pub fn show_last(code: &str) -> Vec<Insertion> {
    match last_expression(code) {
        None => Vec::new(),
        Some(last) if !last.has_value => vec![(last.end, ";".into())],
        Some(last) => vec![(last.start, SHOW.into()), (last.end, "\n);".into())],
    }
}

/// A variable of a cell that cannot outlive it.
#[derive(Clone, Debug, PartialEq)]
pub struct Local {
    /// The name.
    pub name: String,
    /// Whether it is a closure.
    pub is_closure: bool,
    /// What hides its definition from the evaluator, which would try to keep it.
    pub insertions: [Insertion; 2],
}

/// The closures that a cell gives a name: no type can be written for them.
pub fn closures(code: &str) -> Vec<Local> {
    lets(code).into_iter().filter(|local| local.is_closure).collect()
}

/// Where a cell defines variables of these names, closures aside.
pub fn locals(code: &str, names: &[String]) -> Vec<Local> {
    let is_meant = |local: &Local| !local.is_closure && names.contains(&local.name);
    lets(code).into_iter().filter(is_meant).collect()
}

/// The variables that a cell defines, one in each statement.
fn lets(code: &str) -> Vec<Local> {
    let parsed = parse(&without_commands(code));
    let statements = body(&parsed).into_iter().flat_map(|body| body.statements());
    let local = |statement| {
        let ast::Stmt::LetStmt(statement) = statement else { return None };
        let is_closure = matches!(statement.initializer(), Some(ast::Expr::ClosureExpr(_)))
            && statement.ty().is_none();
        let ast::Pat::IdentPat(name) = statement.pat()? else { return None };
        let range = statement.syntax().text_range();
        let (start, end) = (user_offset(range.start())?, user_offset(range.end())?);
        let insertions = [(start, LOCAL.into()), (end, "}".into())];
        Some(Local { name: name.name()?.text().to_string(), is_closure, insertions })
    };
    if parsed.errors().is_empty() { statements.filter_map(local).collect() } else { Vec::new() }
}

/// The statements of a cell.
pub fn statements(code: &str) -> impl Iterator<Item = ast::Stmt> {
    let body = body(&parse(&without_commands(code)));
    body.into_iter().flat_map(|body| body.statements())
}

/// The items that stand in a cell, outside of other items.
pub fn items(code: &str) -> Vec<ast::Item> {
    let item = |statement| match statement {
        ast::Stmt::Item(item) => Some(item),
        _ => None,
    };
    statements(code).filter_map(item).collect()
}

/// The module, on the outermost level of a source, in which a byte lies.
pub fn module_at(source: &str, byte: usize) -> Option<String> {
    let at = TextSize::try_from(byte).ok()?;
    let tree = SourceFile::parse(source, Edition::Edition2024).tree();
    tree.items().find_map(|item| match item {
        ast::Item::Module(module) if module.syntax().text_range().contains(at) => {
            Some(module.name()?.text().to_string())
        }
        _ => None,
    })
}

/// The byte at which code begins, after lines with commands.
pub fn first_code(code: &str) -> usize {
    let blank = without_commands(code);
    blank.len() - blank.trim_start().len()
}

/// The names of the methods that a cell calls, and the paths that it writes; of
/// `candle_nn::LayerNorm::new` also what leads to it.
pub fn calls(code: &str) -> (Vec<String>, Vec<String>) {
    let tree = parse(&without_commands(code)).syntax_node();
    let (mut methods, mut paths) = (Vec::new(), Vec::new());
    for node in tree.descendants() {
        if let Some(call) = ast::MethodCallExpr::cast(node.clone()) {
            methods.extend(call.name_ref().map(|name| name.text().to_string()));
        } else if let Some(path) = ast::Path::cast(node) {
            paths.push(path.syntax().text().to_string());
        }
    }
    (methods, paths)
}

/// How deep brackets may be nested.
const DEEPEST: usize = 256;

/// Whether code is nested deeper than any parser should be asked to follow.
pub fn is_too_deep(code: &str) -> bool {
    let mut depth = 0usize;
    code.chars().any(|character| {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > DEEPEST
    })
}

/// Whether a cell is nothing but items.
pub fn is_items(code: &str) -> bool {
    let body = body(&parse(&without_commands(code)));
    body.is_some_and(|body| {
        let mut statements = body.statements();
        body.tail_expr().is_none() && statements.all(|it| matches!(it, ast::Stmt::Item(_)))
    })
}

/// The user's byte at a position that parsing found.
pub fn user_offset(position: TextSize) -> Option<usize> {
    usize::from(position).checked_sub(BEFORE.len())
}

fn body(parsed: &ra_ap_syntax::Parse<SourceFile>) -> Option<ast::StmtList> {
    let function = parsed.tree().items().find_map(|item| match item {
        ast::Item::Fn(function) => Some(function),
        _ => None,
    })?;
    function.body()?.stmt_list()
}

/// The expression that ends a cell, without a semicolon after it; offsets are bytes.
struct Last {
    start: usize,
    end: usize,
    has_value: bool,
}

fn last_expression(code: &str) -> Option<Last> {
    let parsed = parse(&without_commands(code));
    let tail = body(&parsed)?.tail_expr()?;
    let range = tail.syntax().text_range();
    let (start, end) = (user_offset(range.start())?, user_offset(range.end())?);
    let sound = parsed.errors().is_empty() && end <= code.len();
    sound.then(|| Last { start, end, has_value: !is_statement_like(&tail) })
}

/// What keeps evcxr from taking a cell's first line of Rust for a shell command.
pub fn shield(code: &str) -> Option<Insertion> {
    let mut at = 0;
    for line in code.split_inclusive('\n') {
        if !line.trim().is_empty() && !line.starts_with("//") && !is_command(line) {
            return line.starts_with('!').then(|| (at, " ".into()));
        }
        at += line.len();
    }
    None
}

fn is_command(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with(':') && !line.starts_with("::")
}

/// The code with evcxr's `:commands` blanked out; offsets stay.
pub fn without_commands(code: &str) -> String {
    let blank = |line: &str| line.replace(|character| character != '\n', " ");
    let lines = code.split_inclusive('\n');
    lines
        .map(|line| if is_command(line) && line.is_ascii() { blank(line) } else { line.into() })
        .collect()
}

/// Loops have no value worth showing, and `return` none at all.
fn is_statement_like(expression: &ast::Expr) -> bool {
    matches!(expression, ast::Expr::ForExpr(_) | ast::Expr::WhileExpr(_) | ast::Expr::ReturnExpr(_))
}

/// Whether `code` is a whole cell.
pub fn completeness(code: &str) -> Completeness {
    if is_too_deep(code) {
        return Completeness::Invalid;
    }
    let code = &*without_magics(code);
    match open_brackets(code) {
        Brackets::Unbalanced => return Completeness::Invalid,
        Brackets::Open(depth) => return Completeness::Incomplete("    ".repeat(depth)),
        Brackets::Unterminated => return Completeness::Incomplete(String::new()),
        Brackets::Closed => {}
    }
    let end = TextSize::from((BEFORE.len() + code.trim_end().len()) as u32);
    let parsed = parse(code);
    let errors = parsed.errors();
    if errors.is_empty() {
        Completeness::Complete
    } else if errors.iter().all(|error| error.range().start() >= end) {
        Completeness::Incomplete("    ".into())
    } else {
        Completeness::Invalid
    }
}

/// The code with all lines blanked out that are no Rust; offsets stay.
fn without_magics(code: &str) -> String {
    let mut rust = code.to_owned();
    for line in magic_lines(code, |_| false) {
        let blank = " ".repeat(line.len());
        rust.replace_range(line, &blank);
    }
    rust
}

enum Brackets {
    Closed,
    Open(usize),
    Unbalanced,
    Unterminated,
}

fn open_brackets(code: &str) -> Brackets {
    use SyntaxKind as K;
    let parsed = SourceFile::parse(code, Edition::Edition2024);
    let mut open = Vec::new();
    for token in parsed.syntax_node().descendants_with_tokens().filter_map(|it| it.into_token()) {
        match token.kind() {
            K::L_PAREN => open.push(K::R_PAREN),
            K::L_CURLY => open.push(K::R_CURLY),
            K::L_BRACK => open.push(K::R_BRACK),
            kind @ (K::R_PAREN | K::R_CURLY | K::R_BRACK) if open.pop() != Some(kind) => {
                return Brackets::Unbalanced;
            }
            kind if is_unterminated(kind, token.text()) => return Brackets::Unterminated,
            _ => {}
        }
    }
    if open.is_empty() { Brackets::Closed } else { Brackets::Open(open.len()) }
}

fn is_unterminated(kind: SyntaxKind, text: &str) -> bool {
    match kind {
        SyntaxKind::STRING => text.len() < 2 || !text.ends_with('"') || text.ends_with("\\\""),
        SyntaxKind::COMMENT => text.starts_with("/*") && !text.ends_with("*/"),
        _ => false,
    }
}

/// The path that stands around a byte offset, such as `Tensor::randn` or `x.shape`.
pub fn path_at(code: &str, offset: usize) -> Option<&str> {
    let is_part = |character: char| character.is_alphanumeric() || "_:.!".contains(character);
    let start = code[..offset]
        .rfind(|character| !is_part(character))
        .map_or(0, |at| at + code[at..].chars().next().map_or(1, char::len_utf8));
    let path = code[start..word_end(code, offset)].trim_matches([':', '.', '!']);
    (!path.is_empty()).then_some(path)
}

/// Where the word that stands before a byte offset starts.
pub fn word_start(code: &str, offset: usize) -> usize {
    code[..offset].trim_end_matches(is_word).len()
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Where the word that stands around a byte offset ends.
pub fn word_end(code: &str, offset: usize) -> usize {
    let length = code[offset..].find(|character| !is_word(character));
    length.map_or(code.len(), |length| offset + length)
}

#[cfg(test)]
mod tests {
    use super::super::edit::Edited;
    use super::*;

    fn shown(code: &str) -> String {
        Edited::new(code, show_last(code)).code
    }

    #[test]
    fn a_last_expression_is_shown() {
        let code = shown("let x = 1;\nx + 1");
        assert_eq!(code, "let x = 1;\ncandlelab::host::show!(x + 1\n);");
    }

    #[test]
    fn a_command_before_the_expression_does_no_harm() {
        assert_eq!(shown(":dep a = \"1\"\n1"), format!(":dep a = \"1\"\n{SHOW}1\n);"));
    }

    #[test]
    fn statements_stay_as_they_are() {
        for code in ["let x = 1;", "f();", "fn f() {}", "let x ="] {
            assert_eq!(shown(code), code);
        }
        assert_eq!(shown("for i in 0..3 {}"), "for i in 0..3 {};");
    }

    #[test]
    fn closures_stay_in_their_cell() {
        let code = "let a = 1; let add = |x: i32| x + a;\nlet f: fn(i32) -> i32 = |x| x;";
        let found = closures(code);
        assert_eq!(found.len(), 1);
        let insertions = found.into_iter().flat_map(|it| it.insertions).collect();
        let hidden = Edited::new(code, insertions).code;
        assert!(hidden.contains("candlelab::host::local!{let add = |x: i32| x + a;}\nlet f"));
        let named: Vec<String> = locals(code, &["a".into(), "add".into(), "g".into()])
            .into_iter()
            .map(|local| local.name)
            .collect();
        assert_eq!(named, ["a"]);
    }

    #[test]
    fn whole_cells_are_complete() {
        for code in ["1", "let x = 1;", "fn f(a: i32) -> i32 {\n    a\n}", "", "\"a\""] {
            assert_eq!(completeness(code), Completeness::Complete, "{code}");
        }
        for code in ["%vars", "%%time\nf()", "!echo \"it's\nlet x = 1;", "?Vec::push"] {
            assert_eq!(completeness(code), Completeness::Complete, "{code}");
        }
    }

    #[test]
    fn unfinished_cells_are_incomplete() {
        for code in ["fn foo(", "let x = ", "\"abc", "/* ", "match x {", "x +"] {
            let found = completeness(code);
            assert!(matches!(found, Completeness::Incomplete(_)), "{code}: {found:?}");
        }
    }

    #[test]
    fn hopeless_cells_are_invalid() {
        for code in ["fn fn", "let = ;", ")", "(]"] {
            assert_eq!(completeness(code), Completeness::Invalid, "{code}");
        }
    }

    #[test]
    fn paths_are_found_around_the_cursor() {
        assert_eq!(path_at("let a = Tensor::randn(1)", 18), Some("Tensor::randn"));
        assert_eq!(path_at("é.abs()", 5), Some("é.abs"));
        assert_eq!(path_at("  ", 1), None);
    }
}
