//! Training and evaluation, where some layers differ.

use std::cell::Cell;

thread_local! {
    static EVALUATING: Cell<bool> = const { Cell::new(false) };
}

/// Puts back the mode that was there before, also after a panic.
struct Restore(bool);

impl Drop for Restore {
    fn drop(&mut self) {
        EVALUATING.set(self.0);
    }
}

/// Runs `f` in evaluation mode, in which [`Dropout`](crate::Dropout) passes everything on and
/// [`BatchNorm`](crate::BatchNorm) uses its running statistics.
///
/// Outside of it layers are in training mode. The mode belongs to the call and not to the layers,
/// so no layer that stands inside another can be forgotten.
///
/// ```
/// # use candlelab_nn::*;
/// # fn main() -> Result<()> {
/// let layer = Dropout { p: 0.9 };
/// let x = Tensor::ones(3, DType::F32, &Device::Cpu)?;
/// let y = evaluating(|| layer.forward(&x))?;
/// assert_eq!(y.to_vec1::<f32>()?, [1.0, 1.0, 1.0]);
/// # Ok(())
/// # }
/// ```
pub fn evaluating<R>(f: impl FnOnce() -> R) -> R {
    let _restore = Restore(EVALUATING.replace(true));
    f()
}

/// Whether layers are in training mode here: not within [`evaluating`].
///
/// ```
/// use candlelab_nn::{evaluating, is_training};
/// assert!(is_training() && !evaluating(is_training) && is_training());
/// ```
pub fn is_training() -> bool {
    !EVALUATING.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_leaves_the_mode_as_it_was() {
        let result = std::panic::catch_unwind(|| evaluating(|| panic!("in evaluation")));
        assert!(result.is_err() && is_training());
        assert!(!evaluating(|| evaluating(is_training)));
    }
}
