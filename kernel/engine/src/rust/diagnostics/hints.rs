//! One line of advice for the errors that students meet most.
//!
//! `tests/fixtures/errors.txt` proves each.

/// Advice on a compiler's error: its code, texts that must all stand in the message or its
/// labels, and the advice. The first that fits is given.
const COMPILER: &[(&str, &[&str], &str)] = &[
    ("E0004", &[], "`match` must name every case; end it with `_ => …` for all others"),
    ("E0061", &[], "count the arguments; Shift-Tab behind the name shows what the function takes"),
    (
        "E0106",
        &["lifetime"],
        "a type that is kept should own its data: `String` instead of `&str`, `Vec` instead of a slice",
    ),
    (
        "E0277",
        &["cannot be indexed by"],
        "a position in a list is a `usize`; convert it with `as usize`",
    ),
    ("E0277", &["doesn't implement", "Display"], "print it with `{:?}` instead of `{}`"),
    (
        "E0277",
        &["cannot", "Result<"],
        "arithmetic on tensors gives a `Result`; add `?` to each step, as in `((&a * &b)? + &c)?`",
    ),
    (
        "E0277",
        &["the trait bound `Result<"],
        "the value is still inside a `Result`; add `?`, behind the whole where it is made in a closure: `.collect::<Result<Vec<_>, _>>()?`",
    ),
    (
        "E0277",
        &["{float}"],
        "Rust never mixes whole and broken numbers by itself; write `2.0 * 3.0`, or convert with `as f64`",
    ),
    (
        "E0277",
        &["f32", "f64"],
        "Rust never mixes f32 and f64 by itself; convert with `as f32` or `as f64`",
    ),
    (
        "E0277",
        &["the trait bound", "Module"],
        "layers are passed as `&layer`; is it one of this course's layers, or does it have a `forward`?",
    ),
    ("E0282", &[], "give the variable a type, such as `let list: Vec<f32> = …`"),
    (
        "E0283",
        &[],
        "say which type is meant: `let total: i32 = …`, or with `::<i32>` behind the method's name",
    ),
    (
        "E0308",
        &["f32", "f64"],
        "Rust never mixes f32 and f64 by itself; convert with `as f32` or `as f64`",
    ),
    (
        "E0308",
        &["remove this semicolon"],
        "a function gives back its last expression, without a semicolon behind it",
    ),
    ("E0308", &["Result<"], "if one side is a `Result`, add `?` to take the value out"),
    (
        "E0308",
        &["usize"],
        "whole numbers of different types are never mixed; convert with `as usize`, or as the other side needs it",
    ),
    ("E0369", &["Result<"], "each side is a `Result`; take the values out with `?` first"),
    (
        "E0382",
        &[],
        "the value was moved; use `.clone()` (a tensor's clone shares its data) or borrow it with `&`",
    ),
    ("E0384", &[], "only a variable made with `let mut` can be changed"),
    ("E0425", &[], "is the name spelt right, and has the cell that defines it been run?"),
    (
        "E0432",
        &[],
        "a crate must be added before it can be used, with `%dep name = \"version\"`; `use candlelab::prelude::*;` is already in effect",
    ),
    ("E0433", &[], "is the name spelt right, and is it in scope? Tab completes it"),
    (
        "E0499",
        &[],
        "a value allows one changing borrow at a time; finish with the first before you make the second",
    ),
    (
        "E0502",
        &[],
        "nothing can change a value while it is borrowed; finish reading first, or iterate over a `.clone()`",
    ),
    (
        "E0505",
        &[],
        "a value cannot be moved while it is borrowed; move it later, or borrow from a `.clone()`",
    ),
    (
        "E0507",
        &[],
        "a value cannot be moved out of what holds it; take a copy with `.clone()`, or borrow it with `&`",
    ),
    ("E0596", &[], "only a variable made with `let mut` can be changed"),
    (
        "E0597",
        &[],
        "a variable kept from cell to cell cannot borrow; keep an owned value, for instance with `.clone()`",
    ),
    (
        "E0599",
        &["Write", "not in scope"],
        "the method belongs to a trait; bring that in, here with `use std::fmt::Write;`",
    ),
    (
        "E0599",
        &["not in scope"],
        "the method belongs to a trait; bring that in with a `use` line, as the compiler proposes",
    ),
    ("E0599", &["Result<"], "the value is still inside a `Result`; add `?` first"),
    ("E0599", &[], "press Tab behind the dot to see what the value offers"),
    ("E0600", &[], "this operator does not fit the value's type"),
    ("E0605", &[], "`as` converts numbers only; text becomes a number with `.parse::<f32>()?`"),
    ("E0606", &[], "`as` converts numbers only; text becomes a number with `.parse::<f32>()?`"),
    ("E0614", &[], "`*` takes a value out of a reference, and this is no reference; leave it away"),
    (
        "E0716",
        &[],
        "a variable kept from cell to cell cannot borrow; keep an owned value, for instance with `.clone()`",
    ),
];

/// Advice on what happens while a cell runs, by texts that must all stand in its message.
const RUNTIME: &[(&[&str], &str)] = &[
    (
        &["shape mismatch in matmul"],
        "the last dimension of the left side must be the first of the right; a Linear stores its weight as (out, in), so multiply by `w.t()?`",
    ),
    (
        &["shape mismatch in cat"],
        "all but the joined dimension must be the same; `Tensor::stack` joins along a new one",
    ),
    (
        &["shape mismatch in broadcast"],
        "dimensions are matched from the right, and only those of size 1 stretch; `unsqueeze` adds one",
    ),
    (
        &["shape mismatch in linear"],
        "the input's last dimension must be the weight's second, (out, in); `.dims()` behind each layer shows where they part",
    ),
    (
        &["shape mismatch in conv"],
        "x is (batch, channels, …), w is (out, in, kernel …): x needs as many channels as w takes in, and room for the kernel",
    ),
    (
        &["shape mismatch in", "_pool"],
        "x is (batch, channels, …); the window must fit into the rest and its padding",
    ),
    (
        &["shape mismatch in", "_norm"],
        "the layer is made for a number of channels, the second dimension, or of features, the last one in layer_norm and rms_norm",
    ),
    (
        &["shape mismatch in accuracy"],
        "scores are (…, classes), and labels have the same dimensions but the last",
    ),
    (
        &["shape mismatch in cross_entropy"],
        "logits are (…, classes), and labels have the same dimensions but the last",
    ),
    (
        &["hape mismatch, got buffer"],
        "a reshape keeps the number of elements; write `()` in place of one dimension to have it computed",
    ),
    (
        &["shape mismatch"],
        "print both shapes with `.shape()`; `unsqueeze` adds a dimension of size 1, `squeeze` takes it away, and `broadcast_add` and its kin stretch it",
    ),
    (&["dtype mismatch"], "convert one side with `.to_dtype(DType::F32)?`"),
    (
        &["unexpected dtype"],
        "ask for the type that the tensor has, or convert it first with `.to_dtype(DType::F64)?`",
    ),
    (
        &["unexpected rank", "expected: 3"],
        "this takes (batch, time, features) or (batch, channels, length); `unsqueeze(0)?` makes a batch of one",
    ),
    (
        &["unexpected rank", "expected: 4"],
        "this takes (batch, channels, height, width); `unsqueeze(0)?` makes a batch of one",
    ),
    (
        &["unexpected rank"],
        "`to_scalar`, `to_vec1`, `to_vec2` want 0, 1, 2 dimensions; `flatten_all()?` makes one of all",
    ),
    (
        &["narrow invalid args"],
        "the part must lie inside the dimension; print the shape with `.dims()`",
    ),
    (&["device mismatch"], "move one side with `.to_device(&device)?`"),
    (
        &["which cannot be persisted"],
        "this value cannot be kept from cell to cell; turn it into one that can, as `.collect::<Vec<_>>()` does with an iterator, or use it up within braces, `{ … }`",
    ),
    (&["not yet implemented"], "this is the place for your own code"),
    (&["index out of bounds"], "a list of n values counts from 0 to n - 1"),
    (
        &["`Option::unwrap()` on a `None`"],
        "there was no value; look first, with `if let Some(value) = …`, or use `?` or `unwrap_or`",
    ),
    (
        &["`Result::unwrap()` on an `Err`"],
        "use `?` instead of `.unwrap()`: the cell then ends with the error itself",
    ),
    (
        &["with overflow"],
        "the result does not fit its type; a `usize` cannot be smaller than zero, so convert with `as i64` first",
    ),
];

fn stands_in(needles: &[&str], text: &str) -> bool {
    needles.iter().all(|needle| text.contains(needle))
}

/// Advice by rustc's code and its whole message.
pub fn for_error(code: Option<&str>, message: &str) -> Option<&'static str> {
    let code = code?;
    let fits = |hint: &&(&str, &[&str], _)| hint.0 == code && stands_in(hint.1, message);
    let advice = COMPILER.iter().find(fits).map(|hint| hint.2);
    advice.or_else(|| for_message(message).filter(|_| !code.starts_with('E')))
}

/// Advice by the text of a run-time error.
pub fn for_message(message: &str) -> Option<&'static str> {
    RUNTIME.iter().find(|hint| stands_in(hint.0, message)).map(|hint| hint.1)
}
