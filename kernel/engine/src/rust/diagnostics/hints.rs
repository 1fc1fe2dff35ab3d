//! One line of advice for the errors that students meet most.

/// Advice by rustc's code and its whole message.
pub fn for_error(code: Option<&str>, message: &str) -> Option<&'static str> {
    Some(match code? {
        "E0382" => {
            "the value was moved; use `.clone()` (a tensor's clone shares its data) or borrow it with `&`"
        }
        "E0308" if message.contains("f32") && message.contains("f64") => {
            "Rust never mixes f32 and f64 by itself; convert with `as f32` or `as f64`"
        }
        "E0308" if message.contains("Result<") => {
            "if one side is a `Result`, add `?` to take the value out"
        }
        "E0425" => "is the name spelt right, and has the cell that defines it been run?",
        "E0432" | "E0433" => {
            "is the path spelt right? `use candlelab::prelude::*;` brings the course's names in"
        }
        "E0596" => "only a variable made with `let mut` can be changed",
        "E0599" => {
            "press Tab after the dot to see what the value offers; a `Result` needs `?` first"
        }
        "E0277" if message.contains("cannot add") || message.contains("cannot multiply") => {
            "arithmetic on tensors gives a `Result`; add `?` to each step, as in `((&a * &b)? + &c)?`"
        }
        "E0597" | "E0716" => {
            "a variable kept from cell to cell cannot borrow; keep an owned value, for instance with `.clone()`"
        }
        _ => return None,
    })
}

/// Advice by the text of a run-time error.
pub fn for_message(message: &str) -> Option<&'static str> {
    let has = |text: &str| message.contains(text);
    Some(if has("shape mismatch in matmul") {
        "the last dimension of the left side must be the first of the right; a Linear stores its weight as (out, in), so multiply by `w.t()?`"
    } else if has("shape mismatch") {
        "print both shapes with `.shape()`; `broadcast_add` and its kin stretch dimensions of size 1"
    } else if has("dtype mismatch") {
        "convert one side with `.to_dtype(DType::F32)?`"
    } else if has("device mismatch") {
        "move one side with `.to_device(&device)?`"
    } else if has("is a closure, which cannot be persisted") {
        "write a function with `fn`, or put the closure and its use into one cell"
    } else if has("not yet implemented") {
        "this is the place for your own code"
    } else {
        return None;
    })
}
