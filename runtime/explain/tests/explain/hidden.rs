//! Explanations by hiding features.

use crate::alone;
use crate::common::random;
use candlelab_explain::*;
use candlelab_nn::{DType, Device, Result, Tensor, accuracy, mse, tanh};

/// `tanh` of everything at once, of many features.
fn mixed(x: &Tensor) -> Result<Tensor> {
    let d = x.dim(1)?;
    let weights: Vec<f64> = (0..d * d).map(|at| (at as f64).sin()).collect();
    let hidden = tanh(&x.matmul(&Tensor::from_vec(weights, (d, d), &Device::Cpu)?)?)?;
    hidden.sqr()?.sum_keepdim(1)
}

#[test]
fn shapley_values_share_out_the_whole_difference() -> Result<()> {
    let _alone = alone();
    for features in [1, 4, 9] {
        let (x, background) = (random(features)?, random((5, features))?);
        let shapley = shapley_values(&mixed, &x, &background, 0)?;
        let sum: f64 = shapley.values.iter().sum();
        assert!((sum - (shapley.prediction - shapley.base)).abs() < 1e-6);
        let all = kernel_shap(&mixed, &x, &background, 0, (1 << features) - 2, 0)?;
        for (exact, kernel) in shapley.values.iter().zip(&all.values) {
            assert!((exact - kernel).abs() < 1e-9, "{exact} {kernel}");
        }
    }
    Ok(())
}

#[test]
fn sampled_coalitions_come_near_the_exact_values() -> Result<()> {
    let _alone = alone();
    let (x, background) = (random(10)?, random((5, 10))?);
    let exact = shapley_values(&mixed, &x, &background, 0)?;
    let sampled = kernel_shap(&mixed, &x, &background, 0, 800, 1)?;
    let size = exact.values.iter().map(|value| value.abs()).fold(0.0, f64::max);
    for (exact, sampled) in exact.values.iter().zip(&sampled.values) {
        assert!((exact - sampled).abs() < 0.1 * size, "{exact} {sampled}");
    }
    let sum: f64 = sampled.values.iter().sum();
    assert!((sum - (sampled.prediction - sampled.base)).abs() < 1e-9);
    let many = random(40)?;
    assert!(kernel_shap(&mixed, &many, &random((3, 40))?, 0, 20, 1).is_err()); // too few
    let error = shapley_values(&mixed, &many, &random((3, 40))?, 0).unwrap_err().to_string();
    assert!(error.contains("hint: kernel_shap samples"), "{error}");
    Ok(())
}

/// The mean square of `w (xᵢ − xₖ)` over all pairs is `2 w² var(x)`.
#[test]
fn permutation_importance_is_what_the_shuffled_feature_explained() -> Result<()> {
    let _alone = alone();
    let weights = Tensor::new(&[[2f64], [1.0], [0.0]], &Device::Cpu)?; // the last one is noise
    let model = |x: &Tensor| x.matmul(&weights);
    let x = random((400, 3))?;
    let y = model(&x)?;
    let score = |outputs: &Tensor, y: &Tensor| Ok(-mse(outputs, y)?.to_scalar::<f64>()?);
    let importance = permutation_importance(&model, &x, &y, &score, 30, 1)?;
    assert_eq!((importance.base, importance.mean[2], importance.deviation[2]), (0.0, 0.0, 0.0));
    for (feature, weight) in [2f64, 1.0].into_iter().enumerate() {
        let column = x.narrow(1, feature, 1)?;
        let mean = column.mean_all()?.to_scalar::<f64>()?;
        let variance = (column - mean)?.sqr()?.mean_all()?.to_scalar::<f64>()?;
        let expected = 2.0 * weight.powi(2) * variance;
        let error = importance.deviation[feature] / 30f64.sqrt();
        assert!((importance.mean[feature] - expected).abs() < 3.0 * error, "{importance:?}");
    }
    assert_eq!(importance, permutation_importance(&model, &x, &y, &score, 30, 1)?);
    assert!(permutation_importance(&model, &x, &y.narrow(0, 0, 3)?, &score, 30, 1).is_err());
    assert!(permutation_importance(&model, &x, &y, &accuracy, 0, 1).is_err());
    Ok(())
}

#[test]
fn lime_finds_a_linear_model_again() -> Result<()> {
    let _alone = alone();
    let weights = Tensor::new(&[[2f32], [-1.0], [0.0]], &Device::Cpu)?;
    let model = |x: &Tensor| (x.matmul(&weights)? + 7.0)?.repeat((1, 2));
    let scale = Tensor::new(&[1f32, 3.0, 1.0], &Device::Cpu)?;
    let background = random((500, 3))?.to_dtype(DType::F32)?.broadcast_mul(&scale)?;
    let lime = lime_table(&model, &background.get(0)?, &background, 1, 4000, 5)?;
    let found = lime.weights.to_vec1::<f64>()?;
    for (found, truth) in found.into_iter().zip([2.0, -3.0, 0.0]) {
        assert!((found - truth).abs() < 0.15, "{found} {truth}"); // 500 rows tell σ to 3 %
    }
    assert!(lime.r2 > 0.999);
    assert!(lime_table(&model, &background.get(0)?, &background, 1, 1, 5).is_err());
    Ok(())
}

#[test]
fn lime_gives_each_square_its_part_of_a_sum() -> Result<()> {
    let _alone = alone();
    let model = |x: &Tensor| x.flatten_from(1)?.sum_keepdim(1);
    let image = Tensor::arange(0f64, 15.0, &Device::Cpu)?.reshape((1, 3, 5))?;
    let lime = lime_image(&model, &image, 0, 2, 1.0, 3000, 2)?; // 2 × 3 squares, cut at the edges
    let truth = [[1 + 5 + 6 - 4, 2 + 3 + 7 + 8 - 4, 4 + 9 - 2], [10 + 11 - 2, 12 + 13 - 2, 14 - 1]];
    for (found, truth) in lime.weights.to_vec2::<f64>()?.concat().iter().zip(truth.concat()) {
        assert!((found - f64::from(truth)).abs() < 0.02 * f64::from(truth), "{found} {truth}");
    }
    let grey = lime_image(
        &|x: &Tensor| Tensor::ones((x.dim(0)?, 1), DType::F64, x.device()),
        &image,
        0,
        2,
        0.0,
        50,
        2,
    )?;
    assert_eq!(grey.r2, 1.0); // a constant is explained by the intercept
    assert!(lime_image(&model, &image, 0, 0, 0.0, 50, 2).is_err());
    Ok(())
}
