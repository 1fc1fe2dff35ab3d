//! The two float types that the operations work on.

use candle_core::WithDType;

/// What the operations need of f32 and f64.
pub trait Float: WithDType {
    /// The number 0.
    const ZERO: Self;
    /// The number 1.
    const ONE: Self;
    /// A number below all others.
    const LOWEST: Self;
    /// The nearest number of this type.
    fn of(value: f64) -> Self;
    /// The square root.
    fn root(self) -> Self;
    /// `eˣ`.
    fn e_to(self) -> Self;
    /// The natural logarithm.
    fn log(self) -> Self;
    /// `ln(1 + x)`, right for small `x` too.
    fn log_of_one_more(self) -> Self;
    /// The hyperbolic tangent.
    fn hyperbolic_tangent(self) -> Self;
    /// The error function, `2/√π ∫₀ˣ exp(−t²) dt`.
    fn error_function(self) -> Self;
    /// `|x|`.
    fn size(self) -> Self;
    /// The numbers themselves if they are f32, for what is only there in f32.
    fn singles(numbers: &[Self]) -> Option<&[f32]>;
    /// The same, to change them.
    fn singles_mut(numbers: &mut [Self]) -> Option<&mut [f32]>;
    /// Numbers of this type.
    fn from_singles(numbers: Vec<f32>) -> Vec<Self>;
}

impl Float for f32 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const LOWEST: Self = Self::NEG_INFINITY;

    #[inline(always)]
    fn of(value: f64) -> Self {
        value as Self
    }

    #[inline(always)]
    fn root(self) -> Self {
        self.sqrt()
    }

    #[inline(always)]
    fn e_to(self) -> Self {
        exp(self)
    }

    #[inline(always)]
    fn log(self) -> Self {
        self.ln()
    }

    #[inline(always)]
    fn log_of_one_more(self) -> Self {
        self.ln_1p()
    }

    #[inline(always)]
    fn hyperbolic_tangent(self) -> Self {
        tanh(self)
    }

    #[inline(always)]
    fn error_function(self) -> Self {
        erf(self)
    }

    #[inline(always)]
    fn size(self) -> Self {
        self.abs()
    }

    fn singles(numbers: &[Self]) -> Option<&[f32]> {
        Some(numbers)
    }

    fn singles_mut(numbers: &mut [Self]) -> Option<&mut [f32]> {
        Some(numbers)
    }

    fn from_singles(numbers: Vec<f32>) -> Vec<Self> {
        numbers
    }
}

impl Float for f64 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const LOWEST: Self = Self::NEG_INFINITY;

    #[inline(always)]
    fn of(value: f64) -> Self {
        value
    }

    #[inline(always)]
    fn root(self) -> Self {
        self.sqrt()
    }

    #[inline(always)]
    fn e_to(self) -> Self {
        self.exp()
    }

    #[inline(always)]
    fn log(self) -> Self {
        self.ln()
    }

    #[inline(always)]
    fn log_of_one_more(self) -> Self {
        self.ln_1p()
    }

    #[inline(always)]
    fn hyperbolic_tangent(self) -> Self {
        self.tanh()
    }

    #[inline(always)]
    fn error_function(self) -> Self {
        candle_core::cpu::erf::erf_f64(self)
    }

    #[inline(always)]
    fn size(self) -> Self {
        self.abs()
    }

    fn singles(_: &[Self]) -> Option<&[f32]> {
        None
    }

    fn singles_mut(_: &mut [Self]) -> Option<&mut [f32]> {
        None
    }

    fn from_singles(numbers: Vec<f32>) -> Vec<Self> {
        numbers.into_iter().map(Self::from).collect()
    }
}

/// `eˣ` without a branch, so that a compiler can work on many numbers at once; the C library's
/// takes one at a time.
///
/// With `n` the whole number nearest to `x / ln 2`, `eˣ = 2ⁿ · eʳ` and `|r| ≤ ½ ln 2`, where a
/// polynomial of degree 7 (Cephes, Moshier 1989) is right to 2e-7.
#[inline(always)]
fn exp(x: f32) -> f32 {
    // 1.5 · 2²³: adding it leaves no room for digits after the point, so that it rounds.
    const ROUND: f32 = 12_582_912.0;
    // Beyond these ends the result is 0 or infinite.
    let within = x.clamp(-87.3, 88.7);
    let rounded = within * std::f32::consts::LOG2_E + ROUND;
    let n = rounded - ROUND;
    // ln 2 in two parts, the first so short that its product with `n` is exact.
    let r = within - n * 0.693_359_4 + n * 2.121_944_4e-4;
    let mut sum = 1.987_569_1e-4;
    for coefficient in [1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
        sum = sum * r + coefficient;
    }
    let fraction = sum * r * r + r + 1.0;
    // The last digits of `rounded` are those of `n`. 2ⁿ comes in two factors, since no exponent can
    // be 128: it stands above 23 bits of digits, 127 more than it is.
    let whole = (rounded.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
    let half = whole >> 1;
    let power = |exponent: i32| f32::from_bits((exponent.wrapping_add(127) << 23) as u32);
    let result = fraction * power(half) * power(whole.wrapping_sub(half));
    let result = if x < -87.3 { 0.0 } else { result };
    if x > 88.7 { f32::INFINITY } else { result }
}

/// `tanh x = (1 − e⁻²ˣ) / (1 + e⁻²ˣ)`, and near 0, where the difference would lose its digits, the
/// first terms of its series.
#[inline(always)]
fn tanh(x: f32) -> f32 {
    let square = x * x;
    let mut sum = 62.0 / 2835.0;
    for coefficient in [-17.0 / 315.0, 2.0 / 15.0, -1.0 / 3.0] {
        sum = sum * square + coefficient;
    }
    let near = x + x * square * sum;
    let power = exp(-2.0 * x.abs());
    let far = ((1.0 - power) / (1.0 + power)).copysign(x);
    if square < 0.04 { near } else { far }
}

/// The error function to 6e-7: `1 − (a₁ t + … + a₅ t⁵) exp(−x²)` with `t = 1 / (1 + .3275911 x)`
/// (Abramowitz and Stegun 1964, 7.1.26).
#[inline(always)]
fn erf(x: f32) -> f32 {
    let t = 1.0 / (1.0 + 0.327_591_1 * x.abs());
    let mut sum = 1.061_405_4;
    for coefficient in [-1.453_152_1, 1.421_413_8, -0.284_496_72, 0.254_829_6] {
        sum = sum * t + coefficient;
    }
    (1.0 - sum * t * exp(-x * x)).copysign(x)
}

#[cfg(test)]
mod tests {
    use super::{erf, exp, tanh};

    #[test]
    fn the_hyperbolic_tangent_is_right_near_zero_too() {
        for step in -200_000..200_000 {
            let x = (step as f32 / 50_000.0).powi(3) / 4.0;
            let truth = f64::from(x).tanh();
            let error = (f64::from(tanh(x)) - truth).abs();
            assert!(error <= 4e-7 * truth.abs(), "tanh {x}: {error}");
        }
        assert_eq!([f32::NEG_INFINITY, 0.0, 50.0].map(tanh), [-1.0, 0.0, 1.0]);
        assert!(tanh(f32::NAN).is_nan());
    }

    #[test]
    fn the_error_function_is_right_to_six_ten_millionths() {
        for step in -50_000..50_000 {
            let x = step as f32 / 10_000.0;
            let error = f64::from(erf(x)) - candle_core::cpu::erf::erf_f64(f64::from(x));
            assert!(error.abs() < 6e-7, "erf {x}: {error}");
        }
    }

    #[test]
    fn the_exponential_is_right_to_two_units_in_the_last_place() {
        for step in -87_000..88_700 {
            let x = step as f32 / 1000.0;
            let truth = f64::from(x).exp();
            let error = (f64::from(exp(x)) - truth).abs() / truth;
            assert!(error < 3e-7, "e^{x}: {error}");
        }
    }

    #[test]
    fn the_exponential_keeps_to_its_ends() {
        let ends = [f32::NEG_INFINITY, -1e4, 0.0, 1e4, f32::INFINITY];
        assert_eq!(ends.map(exp), [0.0, 0.0, 1.0, f32::INFINITY, f32::INFINITY]);
        assert!(exp(f32::NAN).is_nan());
    }
}
