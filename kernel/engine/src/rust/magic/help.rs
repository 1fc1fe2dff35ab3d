//! What `%help` shows.

use crate::Bundle;

const ROWS: [(&str, &str); 17] = [
    ("?name, name?", "documentation of a name, such as `?Tensor::randn`"),
    ("%check", "says which checks of a lab have passed, and why others have not"),
    ("%dep rand = \"0.9\"", "adds a crate"),
    ("%devices", "lists what tensors can be computed on"),
    ("%env, %env NAME=VALUE", "shows the environment, or sets a variable of it"),
    ("%explain, %explain E0382", "the compiler's long text on the last error, or on a code"),
    ("%hint 3, %hint 3 --more", "helps with an exercise: a question, then a pointer"),
    ("%reset", "forgets all variables, functions and types"),
    ("%time code", "says how long one line takes"),
    ("%timeit code", "runs a line many times: median and spread"),
    ("%vars", "lists the variables with type, shape, device and size"),
    ("%%test", "runs the `#[test]` functions of the cell"),
    ("%%time", "says what the cell cost: compiling, loading, running, memory"),
    ("%%timeit", "runs the cell many times: median and spread"),
    ("!command", "runs a shell command"),
    ("Tab, Shift-Tab", "completes a name, shows its documentation"),
    ("interrupt", "stops the compiler or a training loop; variables are kept"),
];

const FIRST: &str = "A cell holds Rust; `use candlelab::prelude::*;` is already in effect. The \
    value of a last line without `;` is shown, and `?` works everywhere.";

/// The page, as text and as Markdown.
pub fn help_page() -> Bundle {
    let width = ROWS.iter().map(|(magic, _)| magic.len()).max().unwrap_or_default();
    let rows = ROWS.iter().map(|(magic, text)| format!("{magic:width$}  {text}\n"));
    let text = format!("{FIRST}\n\n{}", rows.collect::<String>());
    let rows = ROWS.iter().map(|(magic, text)| format!("| `{magic}` | {text} |\n"));
    let markdown = format!("{FIRST}\n\n| | |\n|---|---|\n{}", rows.collect::<String>());
    Bundle::from_iter([
        ("text/plain".to_owned(), text.into()),
        ("text/markdown".to_owned(), markdown.into()),
    ])
}
