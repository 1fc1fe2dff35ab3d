//! Slopes by nudging.

/// The slope of `f` along each axis at a point, by central differences.
///
/// ```text
/// ∂f/∂xᵢ ≈ (f(x + h·eᵢ) − f(x − h·eᵢ)) / 2h,   h = 1e-5·max(1, |xᵢ|)
/// ```
pub(crate) fn central(f: impl Fn(&[f64]) -> f64, at: &[f64]) -> Vec<f64> {
    let slope = |i: usize| {
        let h = 1e-5 * at[i].abs().max(1.0);
        let moved = |by: f64| {
            let mut point = at.to_vec();
            point[i] += by;
            f(&point)
        };
        (moved(h) - moved(-h)) / (2.0 * h)
    };
    (0..at.len()).map(slope).collect()
}
