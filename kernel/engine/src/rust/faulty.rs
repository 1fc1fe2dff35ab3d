//! Candle's operations that train wrongly without a word, and what to call instead.
//!
//! `runtime/nn/tests/upstream.rs` states each fault, so that a Candle which mends it is noticed.

use super::parse;

/// An operation with a fault.
#[derive(Debug, PartialEq)]
pub struct Faulty {
    /// The method's name, or the last names of its path.
    name: &'static str,
    is_method: bool,
    /// What happens in training.
    fault: &'static str,
    /// What this course has in its place.
    instead: &'static str,
}

const fn method(name: &'static str, fault: &'static str, instead: &'static str) -> Faulty {
    Faulty { name, is_method: true, fault, instead }
}

const fn path(name: &'static str, fault: &'static str, instead: &'static str) -> Faulty {
    Faulty { name, is_method: false, fault, instead }
}

const NONE: &str = "gives no gradient at all, so that what stands before it never learns";

static ALL: [Faulty; 10] = [
    method("max_pool2d", "gives a gradient that is too small", "max_pool2d(&x, 2, 2)"),
    method("upsample_nearest2d", "overwrites another gradient", "upsample_nearest2d(&x, 2)"),
    method("conv1d", "gives a wrong gradient", "conv1d(&x, &w, None, ConvOptions::default())"),
    path("candle_nn::LayerNorm", NONE, "LayerNorm"),
    path("candle_nn::layer_norm", NONE, "LayerNorm"),
    path("candle_nn::rms_norm", NONE, "RmsNorm"),
    path("ops::softmax_last_dim", NONE, "softmax"),
    path("ops::rms_norm", NONE, "rms_norm"),
    path("rotary_emb::rope", NONE, "rotary"),
    path(
        "loss::binary_cross_entropy_with_logit",
        "gives infinity or NaN at large logits",
        "bce_with_logits",
    ),
];

impl Faulty {
    /// The sentence for a student.
    pub fn note(&self) -> String {
        let Self { name, fault, instead, .. } = self;
        let name = if self.is_method { format!("Tensor::{name}") } else { (*name).to_owned() };
        format!(
            "note: in training Candle's `{name}` {fault}; use this course's `{instead}` instead"
        )
    }
}

/// The faulty operations that a cell names.
pub fn in_cell(code: &str) -> Vec<&'static Faulty> {
    let (methods, paths) = parse::calls(code);
    let named = |faulty: &&Faulty| match faulty.is_method {
        true => methods.iter().any(|method| method == faulty.name),
        false => paths.iter().any(|path| {
            path.strip_suffix(faulty.name)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with(':'))
        }),
    };
    ALL.iter().filter(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_told_from_other_names() {
        let names = |code| in_cell(code).iter().map(|it| it.name).collect::<Vec<_>>();
        assert_eq!(names("let y = x.max_pool2d(2)?;"), ["max_pool2d"]);
        assert_eq!(names("candle_nn::ops::softmax_last_dim(&x)?"), ["ops::softmax_last_dim"]);
        assert_eq!(
            names("let n = candle_nn::LayerNorm::new(w, b, 1e-5);"),
            ["candle_nn::LayerNorm"]
        );
        assert!(
            names("max_pool2d(&x, 2, 2)?; LayerNorm::new(3, &d)?; // x.max_pool2d(2)").is_empty()
        );
    }
}
