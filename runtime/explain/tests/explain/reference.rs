//! Numbers of `tests/reference/explain.py`.

use crate::common::{Reference, close, fill};
use candlelab_explain::*;
use candlelab_nn::{ConvOptions, Device, Result, Tensor, conv2d_with, relu, resize, tanh};

fn reference() -> Reference {
    Reference::new(include_str!("../../../../tests/reference/explain.json"))
}

fn agrees(name: &str, values: &Tensor) -> Result<()> {
    close(name, values, &reference().numbers(name), 1e-6)
}

fn agree(name: &str, values: &[f64]) -> Result<()> {
    agrees(name, &Tensor::new(values, &Device::Cpu)?)
}

/// Five inputs, eight hidden units, two outputs.
fn network(x: &Tensor) -> Result<Tensor> {
    tanh(&x.matmul(&fill(&[8, 5], 3)?.t()?)?)?.matmul(&fill(&[2, 8], 4)?.t()?)
}

#[test]
fn ridge_is_scikit_learns() -> Result<()> {
    for (name, rows, columns) in [("ridge", 9, 3), ("ridge_wide", 4, 7)] {
        let (y, weights) = (fill(&[rows], 1)?, fill(&[rows], 2)?.abs()?);
        let line = ridge(&fill(&[rows, columns], 0)?, &y, &weights, 0.7)?;
        agree(name, &[&[line.intercept], line.weights.as_slice()].concat())?;
    }
    Ok(())
}

#[test]
fn concept_vectors_are_scikit_learns() -> Result<()> {
    for (name, width) in [("concept", 3), ("concept_wide", 20)] {
        let vector = concept_vector(&(fill(&[6, width], 0)? + 0.5)?, &fill(&[4, width], 1)?)?;
        agrees(name, &vector.direction)?;
    }
    Ok(())
}

#[test]
fn shapley_values_are_those_of_shap() -> Result<()> {
    let (x, background) = (fill(&[5], 5)?, fill(&[7, 5], 6)?);
    let exact = shapley_values(&network, &x, &background, 1)?;
    agree("shapley", &exact.values)?;
    agree("shapley_base", &[exact.base, exact.prediction])?;
    agree("kernel_shap", &kernel_shap(&network, &x, &background, 1, 30, 0)?.values)
}

#[test]
fn slopes_are_pytorchs() -> Result<()> {
    let x = fill(&[7, 5], 6)?;
    agrees("saliency", &saliency(&network, &x, 1)?)?;
    let parts = integrated_gradients(&network, &x, &x.zeros_like()?, 0, 6)?;
    agrees("integrated_gradients", &parts)
}

#[test]
fn class_activation_maps_are_pytorchs() -> Result<()> {
    let options = ConvOptions { stride: 2, ..ConvOptions::default() };
    let features = |x: &Tensor| relu(&conv2d_with(x, &fill(&[3, 2, 3, 3], 7)?, None, options)?);
    let head = |maps: &Tensor| tanh(maps)?.mean((2, 3))?.matmul(&fill(&[4, 3], 8)?.t()?);
    let images = fill(&[2, 2, 9, 7], 9)?;
    agrees("grad_cam", &grad_cam(&features, &head, &images, 2)?)?;
    agrees("score_cam", &score_cam(&features, &head, &images, 2)?)
}

#[test]
fn bilinear_interpolation_is_pytorchs() -> Result<()> {
    let maps = fill(&[1, 2, 4, 5], 0)?;
    agrees("resize_up", &resize(&maps, 7, 12)?)?;
    agrees("resize_down", &resize(&maps, 2, 3)?)
}

#[test]
fn conformal_quantiles_are_numpys() -> Result<()> {
    let scores = fill(&[50], 0)?.to_vec1::<f64>()?;
    let quantiles = [0.05, 0.1, 0.32, 0.5].map(|alpha| conformal_quantile(&scores, alpha).unwrap());
    agree("conformal", &quantiles)
}
